"""``diffusion curve``: how long it takes, and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from qgraph.cli._analysis import (
    Asked,
    Told,
    events_options,
    jobs_option,
    result_options,
    seed_option,
)
from qgraph.cli._options import Settings, pass_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from qgraph.diffusion.result import Result
    from qgraph.diffusion.survival.spells import Spells

__all__ = ["curve"]

_SURVIVAL = (
    "aalen-johansen",
    "kaplan-meier",
    "nelson-aalen",
    "turnbull",
    "life-table",
    "log-rank",
)
_GROWTH = ("bass", "logistic", "gompertz", "two-regime", "compare", "forecast", "backtest")


@click.command()
@click.option(
    "--method",
    type=click.Choice((*_SURVIVAL, *_GROWTH, "reported")),
    default="aalen-johansen",
    show_default=True,
    help="Survival of measures, growth of adopters, or the counts that sources report.",
)
@events_options
@click.option(
    "--by",
    type=click.Choice(("field", "zone", "body", "cohort")),
    help="Tell measures of the graph apart by this.",
)
@click.option(
    "--any-promotion", is_flag=True, help="Count promotion to anywhere, not only nationwide."
)
@click.option(
    "--conditional",
    is_flag=True,
    help="Accept that only measures with the event are there: the delay among those.",
)
@click.option(
    "--confidence", type=click.FloatRange(0, 1, True, True), default=0.95, show_default=True
)
@click.option("--of", "subject", metavar="ID-OR-LABEL", help="Whose counts; for 'reported'.")
@click.option("--measure", metavar="NAME", help="The measure whose adopters grow.")
@click.option(
    "--free-ceiling", is_flag=True, help="Let a growth curve rise above the units there are."
)
@click.option(
    "--horizon", type=click.IntRange(1), default=3, show_default=True, help="Periods to foretell."
)
@click.option(
    "--replicates", type=click.IntRange(0), default=500, show_default=True, help="Of the bootstrap."
)
@click.option("--force", is_flag=True, help="Fit although it is too early; with a warning.")
@seed_option
@jobs_option
@result_options
@pass_settings
def curve(settings: Settings, /, method: str, asked: Asked, told: Told, **given: Any) -> None:
    """Draw how long it takes until promotion or adoption, and how adoption grows.

    Of the graph, time runs from the first pilot of a measure to its promotion; of a file, from the
    first adoption of a measure anywhere to that by each unit.

    \b
    Example:
      qgraph diffusion curve
      qgraph diffusion curve --by zone --method kaplan-meier --format csv
      qgraph diffusion curve --method reported --plot curve.svg
      qgraph --lang zh diffusion curve --method log-rank --by zone
    """
    if method == "reported":
        from qgraph.diffusion.promotion.series import HEADLINE, reported_series

        result: Result = reported_series(settings.open(), given["subject"] or HEADLINE)
    elif method in _GROWTH:
        result = _growth(settings, asked, method, **given)
    else:
        spells = _spells(settings, asked, given["by"] or "", not given["any_promotion"])
        result = _survival(spells, method, **given)
    told.put_out(settings, result)


def _spells(settings: Settings, asked: Asked, by: str, nationwide: bool) -> Spells:
    from qgraph.diffusion.promotion.delays import adoption_delays, promotion_delays

    if asked.file is not None:
        if by:
            raise click.UsageError("--by goes with the events of the graph.")
        return adoption_delays(asked.cascades(settings))
    return promotion_delays(
        settings.open(),
        by=by,
        nationwide=nationwide,
        period=asked.period,
        language=settings.language,
    )


def _survival(
    spells: Spells,
    method: str,
    *,
    confidence: float,
    conditional: bool,
    replicates: int,
    seed: int,
    jobs: int,
    **_: object,
) -> Result:
    from qgraph.diffusion.survival import estimators as survival
    from qgraph.diffusion.survival.life_table import life_table
    from qgraph.diffusion.survival.log_rank import log_rank
    from qgraph.diffusion.survival.turnbull import turnbull

    if method == "log-rank":
        return log_rank(spells, conditional=conditional)
    if method == "turnbull":
        return turnbull(
            spells,
            confidence=confidence,
            replicates=replicates,
            seed=seed,
            jobs=jobs,
            conditional=conditional,
        )
    estimators: dict[str, Callable[..., Result]] = {
        "aalen-johansen": survival.aalen_johansen,
        "kaplan-meier": survival.kaplan_meier,
        "nelson-aalen": survival.nelson_aalen,
        "life-table": life_table,
    }
    return estimators[method](spells, confidence=confidence, conditional=conditional)


def _growth(
    settings: Settings,
    asked: Asked,
    method: str,
    *,
    measure: str | None,
    confidence: float,
    free_ceiling: bool,
    horizon: int,
    replicates: int,
    force: bool,
    seed: int,
    jobs: int,
    **_: object,
) -> Result:
    from qgraph.diffusion.growth.adoption_series import adoption_series
    from qgraph.diffusion.growth.backtest import backtest
    from qgraph.diffusion.growth.comparison import compare_growth
    from qgraph.diffusion.growth.curve import growth_curve
    from qgraph.diffusion.growth.forecast import forecast
    from qgraph.diffusion.records.cascades import moments

    if measure is None:
        raise click.UsageError(f"--method {method} needs --measure NAME.")
    events = asked.events(settings)
    series = adoption_series(asked._replace(promotions="ignore").cut(events), measure)
    how: dict[str, Any] = {
        "promotion": moments(events, period=asked.period).get(measure),
        "ceiling": "free" if free_ceiling else "bounded",
        "force": force,
    }
    if method == "compare":
        return compare_growth(series, **how)
    how |= {"replicates": replicates, "confidence": confidence, "seed": seed, "jobs": jobs}
    if method == "forecast":
        return forecast(series, horizon, **how)
    if method == "backtest":
        return backtest(series, horizon, **how)
    return growth_curve(series, method, **how)

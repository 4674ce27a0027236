"""``diffusion panel``: who was at risk when, and what made the difference."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from qgraph.cli._analysis import Asked, Told, events_options, result_options
from qgraph.cli._options import Settings, pass_settings, put_out

if TYPE_CHECKING:
    from qgraph.diffusion.regression.panel import Panel
    from qgraph.diffusion.result import Result

__all__ = ["panel"]


@click.command()
@events_options
@click.option(
    "--dyads", is_flag=True, help="Pairs of units: does one move towards what the other has?"
)
@click.option(
    "--lag", type=click.IntRange(0), default=1, show_default=True, help="Of exposures, in periods."
)
@click.option("--ties", metavar="FILE", help="Who neighbours whom, as CSV; gives neighbour_share.")
@click.option("--relation", metavar="PROPERTY", help="Or a relation of the graph, as qg:partOf.")
@click.option("--cubic", is_flag=True, help="Add duration squared and cubed.")
@click.option(
    "--fit",
    type=click.Choice(("logit", "cloglog", "cox", "placebo")),
    help="Fit a model to the panel instead of writing it.",
)
@click.option(
    "--term", "terms", metavar="NAME", multiple=True, help="Column of the panel in the model."
)
@click.option(
    "--cluster", metavar="NAME", default="auto", show_default=True, help="Of standard errors."
)
@click.option(
    "--fixed", metavar="NAME", multiple=True, help="Fixed effects: measure, unit or period."
)
@click.option("--save-panel", metavar="FILE", help="Write the panel, too: .csv, .parquet or .dta.")
@result_options
@pass_settings
def panel(settings: Settings, /, asked: Asked, told: Told, **given: Any) -> None:
    """Build the panel of event history analysis, and fit its models.

    One row per measure, unit and period at risk: duration, prior share, share of neighbours, and
    what a promotion changes. Standard errors are clustered by measure.

    \b
    Example:
      qgraph diffusion panel
      qgraph diffusion panel --events policies.csv --format csv -o panel.csv
      qgraph diffusion panel --fit logit --term log_duration
    """
    if given["fit"] and not given["terms"]:
        raise click.UsageError("--fit needs at least one --term.")
    built = _panel(settings, asked, **given)
    if given["save_panel"]:
        put_out(given["save_panel"], _written(built, given["save_panel"]))
    told.put_out(settings, _fitted(built, **given) if given["fit"] else built)


def _panel(
    settings: Settings,
    asked: Asked,
    *,
    dyads: bool,
    lag: int,
    ties: str | None,
    relation: str | None,
    cubic: bool,
    **_: object,
) -> Panel:
    from qgraph.diffusion.records.cascades import moments
    from qgraph.diffusion.records.ties import read_ties, recorded_ties
    from qgraph.diffusion.regression.panel import dyad_periods, unit_periods

    if ties and relation:
        raise click.UsageError("Give either --ties FILE or --relation PROPERTY.")
    events = asked.events(settings)
    whole = asked._replace(promotions="ignore").cut(events)
    promoted = {} if asked.promotions == "ignore" else moments(events, period=asked.period)
    when = {name: promoted[name] for name in whole.measures if name in promoted} or None
    neighbours = read_ties(ties) if ties else None
    if relation:
        neighbours = recorded_ties(settings.open(), relation)
    how: dict[str, Any] = {"lag": lag, "promotion": when, "cubic": cubic}
    if dyads:
        related = {"tied": neighbours} if neighbours else None
        return dyad_periods(whole, relations=related, **how)
    return unit_periods(whole, neighbours=neighbours, **how)


def _fitted(
    built: Panel,
    *,
    fit: str,
    terms: tuple[str, ...],
    cluster: str,
    fixed: tuple[str, ...],
    **_: object,
) -> Result:
    from qgraph.diffusion.regression.cox import cox
    from qgraph.diffusion.regression.event_history import event_history
    from qgraph.diffusion.regression.placebo import placebo_test

    named = None if cluster == "none" else cluster
    if fit == "cox":
        return cox(built, terms, cluster=named)
    if fit == "placebo":
        return placebo_test(built, terms, terms[0], cluster=named, fixed=fixed)
    return event_history(built, terms, link=fit, cluster=named, fixed=fixed)


def _written(built: Panel, path: str) -> bytes:
    ending = PurePath(path).suffix
    if ending == ".csv":
        return built.as_csv().encode()
    if ending == ".parquet":
        return built.as_parquet()
    if ending == ".dta":
        return built.as_stata()
    raise click.UsageError(
        f"--save-panel takes a file that ends in .csv, .parquet or .dta, not {path!r}."
    )

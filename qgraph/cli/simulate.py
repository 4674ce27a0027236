"""``diffusion simulate``: what if a measure had started elsewhere, and do our methods keep word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from qgraph.cli._analysis import Told, jobs_option, result_options, seed_option
from qgraph.cli._options import Settings, pass_settings, put_out

if TYPE_CHECKING:
    from qgraph.diffusion.result import Result

__all__ = ["simulate"]


@click.command()
@click.option("--network", metavar="FILE", help="Ties as CSV: origin, destination, weight.")
@click.option(
    "--model",
    type=click.Choice(("continuous", "independent-cascade", "threshold")),
    default="independent-cascade",
    show_default=True,
    help="What a weight is: a rate, a chance, or an influence.",
)
@click.option("--from", "seeds", metavar="UNIT", multiple=True, help="Units where it starts.")
@click.option(
    "--choose", type=click.IntRange(1), help="Find so many units from where it spreads furthest."
)
@click.option(
    "--against",
    metavar="UNIT",
    multiple=True,
    help="Compare with these units as start, on the same draws of chance.",
)
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="How many measures are simulated, or how often chance is drawn.",
)
@click.option(
    "--horizon", type=float, default=float("inf"), help="Time to watch.  [default: no end]"
)
@click.option("--events-out", metavar="FILE", help="Write the simulated events, too, as CSV.")
@click.option(
    "--coverage", is_flag=True, help="Test our own estimators on data with a known truth."
)
@seed_option
@jobs_option
@result_options
@pass_settings
def simulate(settings: Settings, /, told: Told, **given: Any) -> None:
    """Simulate how measures spread over a network, or test our own methods.

    \b
    Example:
      qgraph diffusion simulate --coverage --draws 10
      qgraph diffusion simulate --network network.csv --from Oregon
      qgraph diffusion simulate --network network.csv --choose 2
      qgraph diffusion simulate --network network.csv --from Oregon --against Idaho
    """
    if given["coverage"]:
        from qgraph.diffusion.simulation.coverage import coverage_report

        how = {"replicates": given["draws"], "seed": given["seed"], "jobs": given["jobs"]}
        told.put_out(settings, coverage_report(**how))
        return
    if given["network"] is None:
        raise click.UsageError("Give --network FILE, or --coverage.")
    told.put_out(settings, _what_if(**given))


def _what_if(
    *,
    network: str,
    model: str,
    seeds: tuple[str, ...],
    choose: int | None,
    against: tuple[str, ...],
    draws: int,
    horizon: float,
    events_out: str | None,
    seed: int,
    jobs: int,
    **_: object,
) -> Result:
    from qgraph.diffusion.records.cascades import as_events
    from qgraph.diffusion.records.ties import as_network, read_ties
    from qgraph.diffusion.records.writing import events_text
    from qgraph.diffusion.simulation.seeding import choose_seeds
    from qgraph.diffusion.simulation.simulate import compare_seed_sets, simulate_cascades
    from qgraph.diffusion.simulation.worlds import MODELS

    spread = as_network(read_ties(network), MODELS[model])
    how: dict[str, Any] = {"model": model, "horizon": horizon, "seed": seed, "jobs": jobs}
    if choose:
        return choose_seeds(spread, choose, draws=draws, **how)
    if against:
        sets = {", ".join(units): units for units in (seeds, against)}
        return compare_seed_sets(spread, sets, draws=draws, **how)
    result = simulate_cascades(spread, seeds=seeds or 1, measures=draws, **how)
    if events_out:
        put_out(events_out, events_text(as_events(result.cascades)).encode())
    return result

"""``diffusion score`` and ``diffusion exposure``: who is early, and who was surrounded by whom."""

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
    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.result import Result

__all__ = ["exposure", "score"]


@click.command()
@click.option(
    "--method",
    type=click.Choice(("rate", "dynamic", "lead-lag", "structure")),
    default="rate",
    show_default=True,
    help="Rate scores, in moving windows, who leads whom, or places in a network.",
)
@events_options
@click.option("--first", type=float, help="Only measures first taken up in this period or later.")
@click.option(
    "--interval",
    type=click.Choice(("bootstrap", "wilson", "exact", "poisson")),
    default="bootstrap",
    show_default=True,
)
@click.option("--walker", is_flag=True, help="Give Walker's scores (1969), too, to compare.")
@click.option(
    "--least",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Common measures of a pair.",
)
@click.option(
    "--network", metavar="FILE", help="Ties as CSV (origin, destination, weight); for 'structure'."
)
@click.option("--replicates", type=click.IntRange(1), default=1000, show_default=True)
@seed_option
@jobs_option
@result_options
@pass_settings
def score(settings: Settings, /, method: str, asked: Asked, told: Told, **given: Any) -> None:
    """Score units by how readily they take measures up.

    \b
    Example:
      qgraph diffusion score --plot scores.svg
      qgraph diffusion score --events policies.csv --interval wilson
      qgraph diffusion score --method lead-lag --least 1 --format csv
      qgraph diffusion score --method structure --network network.csv
    """
    if method == "structure":
        told.put_out(settings, _structure(given["network"], given["seed"]))
    else:
        told.put_out(settings, _score(asked.cascades(settings), method, **given))


def _score(
    cascades: Cascades,
    method: str,
    *,
    first: float | None,
    interval: str,
    walker: bool,
    least: int,
    replicates: int,
    seed: int,
    jobs: int,
    **_: object,
) -> Result:
    from qgraph.diffusion.scores.dynamic_scores import dynamic_rate_scores
    from qgraph.diffusion.scores.lead_lag import lead_lag
    from qgraph.diffusion.scores.rate_scores import rate_scores

    if method == "lead-lag":
        return lead_lag(cascades, least=least)
    if method == "dynamic":
        return dynamic_rate_scores(cascades, first=first)
    return rate_scores(
        cascades,
        first=first,
        interval=interval,
        walker=walker,
        replicates=replicates,
        seed=seed,
        jobs=jobs,
    )


def _structure(file: str | None, seed: int) -> Result:
    from qgraph.diffusion.networks.structure import structure
    from qgraph.diffusion.records.ties import as_network, read_ties

    if file is None:
        raise click.UsageError("--method structure needs --network FILE.")
    return structure(as_network(read_ties(file)), weight="weight", seed=seed)


@click.command()
@events_options
@click.option("--measure", metavar="NAME", required=True, help="The measure that spreads.")
@click.option("--ties", metavar="FILE", help="Who looks to whom, as CSV; '-' for standard input.")
@click.option("--relation", metavar="PROPERTY", help="Or a relation of the graph, as qg:partOf.")
@click.option("--undirected", is_flag=True, help="Ties hold both ways.")
@click.option("--incoming", is_flag=True, help="The destination looks to the origin.")
@click.option("--valued", is_flag=True, help="Weights count.")
@click.option("--lag", type=click.IntRange(0), default=0, show_default=True, help="Periods.")
@result_options
@pass_settings
def exposure(settings: Settings, /, asked: Asked, told: Told, **given: Any) -> None:
    """Tell how far those around a unit had taken a measure up when it did.

    Exposure, threshold, adopter category, infectiousness and susceptibility of each unit, by the
    conventions of R's netdiffuseR.

    \b
    Example:
      qgraph diffusion exposure --events policies.csv --measure lottery --ties network.csv
    """
    from qgraph.diffusion.records.ties import read_ties, recorded_ties
    from qgraph.diffusion.scores.exposure import exposure as expose

    if (given["ties"] is None) == (given["relation"] is None):
        raise click.UsageError("Give either --ties FILE or --relation PROPERTY.")
    ties = (
        recorded_ties(settings.open(), given["relation"])
        if given["ties"] is None
        else read_ties(given["ties"])
    )
    told.put_out(
        settings,
        expose(
            asked.cascades(settings),
            given["measure"],
            ties,
            outgoing=not given["incoming"],
            directed=not given["undirected"],
            valued=given["valued"],
            lag=given["lag"],
        ),
    )

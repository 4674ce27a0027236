"""``diffusion infer``: who follows whom, and which of that is more than chance."""

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
    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.result import Result

__all__ = ["infer"]

_KERNELS = ("exponential", "rayleigh", "log-normal", "power-law")


@click.command()
@click.option(
    "--method",
    type=click.Choice(("calibrated", "netinf", "stability", "rates")),
    default="calibrated",
    show_default=True,
    help="NetInf weighed against chance; NetInf alone; its bootstrap; or censored rates (EM).",
)
@events_options
@click.option("--edges", type=click.IntRange(1), help="At most so many edges.  [default: all]")
@click.option(
    "--kernel",
    type=click.Choice(_KERNELS),
    default="exponential",
    show_default=True,
    help="Density of the delay along an edge.",
)
@click.option("--rate", type=float, help="Of the exponential kernel.  [default: from the data]")
@click.option("--scale", type=float, help="Of the Rayleigh kernel.  [default: from the data]")
@click.option("--mu", type=float, help="Of the log-normal kernel, with --sigma.")
@click.option("--sigma", type=float, help="Of the log-normal kernel, with --mu.")
@click.option("--epsilon", type=float, help="Chance of a transmission outside of the network.")
@click.option("--beta", type=float, help="Chance of a transmission along an edge.")
@click.option(
    "--baseline",
    type=click.Choice(("parent", "constant")),
    default="parent",
    show_default=True,
    help="What an event without an edge costs: as in R's package, or as in SNAP.",
)
@click.option(
    "--compat",
    type=click.Choice(("networkinference-1.2.5",)),
    help="Do as this program does, its mistakes included.",
)
@click.option("--cutoff", type=float, help="Stop NetInf at the first p-value of at least this.")
@click.option("--permutations", type=click.IntRange(0), default=200, show_default=True)
@click.option("--replicates", type=click.IntRange(1), default=100, show_default=True)
@click.option("--level", type=click.FloatRange(0, 1, True, True), default=0.05, show_default=True)
@click.option(
    "--null",
    type=click.Choice(("order", "tempo")),
    default="order",
    show_default=True,
    help="What chance is: all orders are alike, or units keep their tempo.",
)
@seed_option
@jobs_option
@result_options
@pass_settings
def infer(settings: Settings, /, method: str, asked: Asked, told: Told, **given: Any) -> None:
    """Infer a diffusion network from who took up what, and when.

    Edges are told with their gain, what of it is more than chance, and q, the false discovery rate.
    Cascades end where a measure is promoted, unless --promotions says otherwise: what follows is a
    mandate.

    \b
    Example:
      qgraph diffusion infer --method rates
      qgraph diffusion infer --method netinf --format csv
      qgraph diffusion infer --events policies.csv --plot network.svg
      qgraph diffusion infer --events policies.csv --method netinf --rate 0.5 --edges 100
    """
    if method == "rates":
        told.put_out(settings, _rates(settings, asked))
        return
    for name in ("compat", "cutoff"):
        if given[name] and method != "netinf":
            raise click.UsageError(f"--{name} goes with --method netinf.")
    cascades = asked.cascades(settings)
    given["kernel"] = _kernel(**given)
    told.put_out(settings, _network(cascades, method, **given))


def _kernel(
    *,
    kernel: str,
    rate: float | None,
    scale: float | None,
    mu: float | None,
    sigma: float | None,
    **_: object,
) -> Kernel | str:
    """Make the kernel asked for, or name the one whose parameters come from the data."""
    from qgraph.diffusion.networks.kernel import Exponential, LogNormal, Rayleigh

    if (mu is None) != (sigma is None):
        raise click.UsageError("--mu and --sigma go together.")
    belongs = {"rate": "exponential", "scale": "rayleigh", "mu": "log-normal"}
    for name, value in (("rate", rate), ("scale", scale), ("mu", mu)):
        if value is not None and kernel != belongs[name]:
            raise click.UsageError(f"--{name} goes with --kernel {belongs[name]}.")
    if rate is not None:
        return Exponential(rate)
    if scale is not None:
        return Rayleigh(scale)
    if mu is not None and sigma is not None:
        return LogNormal(mu, sigma)
    return kernel


def _network(
    cascades: Cascades,
    method: str,
    *,
    kernel: Kernel | str,
    edges: int | None,
    epsilon: float | None,
    beta: float | None,
    baseline: str,
    compat: str | None,
    cutoff: float | None,
    permutations: int,
    replicates: int,
    level: float,
    null: str,
    seed: int,
    jobs: int,
    **_: object,
) -> Result:
    from qgraph.diffusion.networks import netinf
    from qgraph.diffusion.networks.blocks import Model
    from qgraph.diffusion.networks.significance import calibrate
    from qgraph.diffusion.networks.stability import stability

    network = netinf.infer(
        cascades,
        edges=edges,
        kernel=kernel,
        epsilon=epsilon,
        beta=beta,
        baseline=baseline,
        compat=compat,
        cutoff=cutoff,
    )
    if method == "netinf":
        return network
    model = Model.of(network.kernel, epsilon=epsilon, beta=beta, baseline=baseline)
    if method == "stability":
        return stability(cascades, model, edges=edges, replicates=replicates, seed=seed, jobs=jobs)
    return calibrate(
        cascades,
        model,
        network=network if edges else None,
        null=null,
        permutations=permutations,
        level=level,
        seed=seed,
        jobs=jobs,
    )


def _rates(settings: Settings, asked: Asked) -> Result:
    """Fit rates to whole cascades: what a promotion changes is part of the model."""
    from qgraph.diffusion.networks.netrate import censored_rates
    from qgraph.diffusion.records.cascades import moments

    events = asked.events(settings)
    whole = asked._replace(promotions="ignore").cut(events)
    when = moments(events, period=asked.period)
    return censored_rates(whole, moments=when if when and asked.promotions != "ignore" else None)

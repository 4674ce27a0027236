"""Which edges of a diffusion network would be found again with other measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.networks.blocks import Model, blocks
from qgraph.diffusion.networks.kernel import Exponential
from qgraph.diffusion.networks.netinf import rank
from qgraph.diffusion.networks.network import edge_graph
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["StableNetwork", "stability"]

METHOD = Method(
    name=Words("Bootstrap stability of edges", "边的自助法稳定性"),
    formula="share(u,v) = share of replicates, each with as many measures drawn with replacement,"
    " in which u -> v is among as many edges",
    citation="Efron (1979), Bootstrap methods: another look at the jackknife, Annals of Statistics"
    " 7(1), 1-26; Meinshausen and Bühlmann (2010), Stability selection, JRSS-B 72(4), 417-473",
    assumptions=(
        Words(
            "Measures are a sample of measures that might have been, independent of each other.",
            "假定各措施是相互独立的抽样。",
        ),
        Words(
            "A stable edge need not be more than chance: units with many events have stable edges.",
            "稳定的边未必显著：事件多的单位，其边往往稳定。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class StableNetwork(Result):
    """The edges of a network in its order, and how they fare in other samples of measures.

    Attributes
    ----------
    units
        Names; origin and destination are numbers of these.
    origin, destination
        The units of each edge, best first.
    gain
        What the edge gains in the greedy order of all data.
    share
        In which share of the replicates it is found again, 0 to 1.
    first_gain, low, high
        What it would gain if it were the first into its destination, and the percentile interval
        of that.
    median_rank
        Its median place in the replicates; infinite if half of them do not have it.
    replicates
        How many there were.
    confidence
        Level of the interval.
    """

    units: tuple[str, ...]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    gain: NDArray[np.float64]
    share: NDArray[np.float64]
    first_gain: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    median_rank: NDArray[np.float64]
    replicates: int
    confidence: float

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def table(self) -> Table:
        """One row per edge."""
        return Table(
            (
                Column("origin", Words("origin", "来源"), [self.units[i] for i in self.origin]),
                Column(
                    "destination",
                    Words("destination", "去向"),
                    [self.units[i] for i in self.destination],
                ),
                Column("gain", Words("gain", "增益"), self.gain.tolist(), ".3f"),
                Column("share", Words("found again", "重现比例"), self.share.tolist(), ".2f"),
                Column(
                    "median_rank", Words("median rank", "名次中位数"), self.median_rank.tolist()
                ),
                Column(
                    "first_gain",
                    Words("gain if first", "首选增益"),
                    self.first_gain.tolist(),
                    ".1f",
                ),
                Column("low", Words("low", "下限"), self.low.tolist(), ".1f"),
                Column("high", Words("high", "上限"), self.high.tolist(), ".1f"),
            )
        )

    def graph(self) -> networkx.DiGraph[str]:
        """Give the edges as a graph of all units, with the columns of the table on each edge."""
        return edge_graph(self.units, self.table)

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Headline numbers."""
        return (
            ("edges", Words("edges", "边数"), len(self)),
            ("replicates", Words("replicates", "重复次数"), self.replicates),
            (
                "recurring_90",
                Words("share of edges found in 90% of replicates", "在90%重复中出现的边的比例"),
                float(np.mean(self.share >= 0.9)),
            ),
            (
                "recurring_50",
                Words("share of edges found in half of them", "在半数重复中出现的边的比例"),
                float(np.mean(self.share >= 0.5)),
            ),
        )


def stability(
    cascades: Cascades,
    model: Model | None = None,
    *,
    edges: int | None = None,
    replicates: int = 100,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
) -> StableNetwork:
    """Infer a network again from measures drawn with replacement, and see which edges recur.

    Parameters
    ----------
    cascades
        Who took which measure up, and when.
    model
        Kernel and prices of NetInf; by default exponential delays whose rate is estimated, once,
        from all data.
    edges
        How many edges each network has; None for all that gain something.
    replicates
        How often, at least 2.
    confidence
        Level of the interval of the gain, between 0 and 1.
    seed, jobs
        Of the random numbers, and how many processes; see
        :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    StableNetwork
        The edges of all data, with the share of replicates that have them.

    Raises
    ------
    Refused
        If there are fewer than two measures, or no edge.
    QGraphError
        If a parameter has a value that it cannot have.

    References
    ----------
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7(1),
    1-26.
    """
    if replicates < 2:
        raise QGraphError(f"{replicates} replicates", hint="Give at least 2.")
    if not 0 < confidence < 1:
        raise QGraphError(
            f"{confidence} is no level of confidence", hint="Give one between 0 and 1, as 0.95."
        )
    if edges is not None and edges < 1:
        raise QGraphError(f"{edges} edges", hint="Give at least 1, or None for all.")
    if len(cascades) < 2:
        raise Refused(
            Words("one measure cannot be resampled", "只有一项措施，无法重抽样"),
            Words("Two or more measures are needed.", "至少需要两项措施。"),
        )
    model = model or Model(Exponential.fit(cascades))
    network = rank(blocks(cascades, model), edges)
    if not len(network):
        raise Refused(
            Words("there is no edge", "没有任何边"),
            Words("Measures with events at different times are needed.", "需要有先后不同的事件。"),
        )
    keys = network.destination.astype(np.int64) * len(cascades.units) + network.origin
    once = partial(_resampled, cascades=cascades, model=model, edges=edges, keys=keys)
    drawn = list(replicate(once, replicates, seed, jobs=jobs, label="bootstrap"))
    ranks = np.array([draw[0] for draw in drawn])
    gains = np.array([draw[1] for draw in drawn])
    low, high = np.quantile(gains, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return StableNetwork(
        method=METHOD,
        settings={
            "kernel": model.kernel.name,
            **model.kernel.parameters,
            "epsilon": model.epsilon,
            "beta": model.beta,
            "baseline": model.baseline,
            "edges": edges,
            "replicates": replicates,
            "confidence": confidence,
        },
        warnings=cascades.warnings,
        seed=seed,
        data=cascades.data,
        units=cascades.units,
        origin=network.origin,
        destination=network.destination,
        gain=network.gain,
        share=np.isfinite(ranks).mean(0),
        first_gain=_first_gains(cascades, model, keys, None),
        low=low,
        high=high,
        median_rank=np.quantile(ranks, 0.5, axis=0, method="higher"),
        replicates=replicates,
        confidence=confidence,
    )


def _resampled(
    random: np.random.Generator,
    *,
    cascades: Cascades,
    model: Model,
    edges: int | None,
    keys: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw measures; give the places of the edges in the new network, and their first gains."""
    measures = len(cascades)
    weights = np.bincount(random.integers(0, measures, measures), minlength=measures).astype(float)
    network = rank(blocks(cascades, model), edges, weights=weights)
    found = network.destination.astype(np.int64) * len(cascades.units) + network.origin
    ranks = np.full(len(keys), np.inf)
    # The measures drawn may hold no edge at all.
    if len(found):
        order = np.argsort(found)
        at = np.minimum(np.searchsorted(found, keys, sorter=order), len(found) - 1)
        again = found[order[at]] == keys
        ranks[again] = order[at][again] + 1
    return ranks, _first_gains(cascades, model, keys, weights)


def _first_gains(
    cascades: Cascades,
    model: Model,
    keys: NDArray[np.int64],
    weights: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    units = len(cascades.units)
    gains = np.zeros(len(keys))
    for block in blocks(cascades, model, np.unique(keys // units).tolist()):
        here = keys // units == block.destination
        gains[here] = block.gains(weights)[keys[here] % units]
    return gains

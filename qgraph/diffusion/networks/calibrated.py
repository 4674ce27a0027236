"""A diffusion network whose edges are weighed against chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgraph.diffusion.networks.network import edge_graph
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    import networkx
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["METHOD", "CalibratedNetwork"]

METHOD = Method(
    name=Words("Calibrated diffusion network", "经校准的扩散网络"),
    formula="credit(u,v) = sum_c f(t_v-t_u) / sum_{w: t_w<t_v} f(t_v-t_w);"
    " excess = credit - E[credit | place of u drawn by chance]",
    citation="Gomez-Rodriguez, Leskovec and Krause (2010), Inferring networks of diffusion and"
    " influence, KDD, 1019-1028; Benjamini and Hochberg (1995), Controlling the false discovery"
    " rate, JRSS-B 57(1), 289-300; Tusher, Tibshirani and Chu (2001), Significance analysis of"
    " microarrays, PNAS 98(9), 5116-5121",
    assumptions=(
        Words(
            "Measures are independent of each other; q-values hold if pairs depend on each other"
            " positively (otherwise ask for Benjamini-Yekutieli).",
            "假定各措施相互独立；q值要求各对之间为正相依（否则请用Benjamini-Yekutieli校正）。",
        ),
        Words(
            "A push from outside that reaches the same few units in the same sequence every time"
            " looks like an edge; what follows a national promotion is a mandate: leave it out.",
            "若外部推动每次都按同样次序波及同样的少数单位，会被误认为边；"
            "全国推广之后的采纳属于指令，应予剔除。",
        ),
        Words(
            "The level of q is that of data without any influence; in small networks of many "
            "edges some more than that are false.",
            "q值的水平针对完全没有影响的数据；在边很密的小网络中，假边会略多。",
        ),
        Words(
            "Influence of a unit that everybody follows alike cannot be told from its being early;"
            " it is not counted.",
            "若所有单位都同样追随某一单位，则其影响与其一贯领先无法区分，不予计入。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibratedNetwork(Result):
    """Edges with what chance alone would make of them; direct ones first, then by excess.

    It holds the edges with q up to the level, and those of the network it was given.

    Attributes
    ----------
    units
        Names; origin and destination are numbers of these.
    origin, destination
        The units of each edge.
    direct
        True for the edges of the network: q is up to the level, and so is p after the other direct
        edges into the destination have had their share.
    volume
        In how many measures the origin precedes the destination.
    gain
        NetInf's gain of the edge if it were the first into its destination, in log-likelihood.
    credit
        How many events of the destination are credited to the origin.
    expected
        How many would be without influence.
    excess
        Credit less what is expected: the weight of the edge, in events.
    p, q
        Of the excess; NaN for pairs whose credit is not random.
    rank
        Place of the edge in the network that was given, from 1, or 0.
    tested
        How many pairs of units were tested.
    level
        For q.
    resolution
        The smallest p that could have been found.
    false
        How many of the edges with q up to the level are expected to be chance.
    checks
        Levels, and the share of all draws whose p by theory is up to it: they should agree.
    """

    units: tuple[str, ...]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    direct: NDArray[np.bool_]
    volume: NDArray[np.int32]
    gain: NDArray[np.float64]
    credit: NDArray[np.float64]
    expected: NDArray[np.float64]
    excess: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    rank: NDArray[np.int32]
    tested: int
    level: float
    resolution: float
    false: float
    checks: tuple[tuple[float, float], ...] = ()

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def significant(self) -> NDArray[np.bool_]:
        """Edges with q up to the level, direct or not."""
        return self.q <= self.level

    @property
    def table(self) -> Table:
        """One row per edge."""
        columns = [
            Column("origin", Words("origin", "来源"), [self.units[i] for i in self.origin]),
            Column(
                "destination",
                Words("destination", "去向"),
                [self.units[i] for i in self.destination],
            ),
            Column("direct", Words("direct", "直接"), self.direct.tolist()),
            Column("excess", Words("excess", "超出期望"), self.excess.tolist(), ".3f"),
            Column("credit", Words("credit", "归因数"), self.credit.tolist(), ".3f"),
            Column("expected", Words("expected", "期望"), self.expected.tolist(), ".3f"),
            Column("p", Words("p", "p值"), self.p.tolist(), ".2g"),
            Column("q", Words("q", "q值"), self.q.tolist(), ".2g"),
            Column("volume", Words("measures in this order", "先后次数"), self.volume.tolist()),
            Column("gain", Words("gain", "增益"), self.gain.tolist(), ".3f"),
        ]
        if self.rank.any():
            places = [int(rank) or None for rank in self.rank]
            columns.append(Column("rank", Words("rank", "名次"), places))
        return Table(tuple(columns))

    def graph(self) -> networkx.DiGraph[str]:
        """Give the edges as a graph of all units, with the columns of the table on each edge."""
        return edge_graph(self.units, self.table)

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Headline numbers."""
        level = f"{self.level:g}"
        return (
            ("pairs_tested", Words("pairs of units tested", "检验的单位对数"), self.tested),
            (
                "edges_direct",
                Words(f"direct edges with q ≤ {level}", f"q ≤ {level} 的直接边数"),
                int(self.direct.sum()),
            ),
            (
                "edges_significant",
                Words(f"all edges with q ≤ {level}", f"q ≤ {level} 的边数"),
                int(self.significant.sum()),
            ),
            (
                "edges_false",
                Words("of these expected by chance", "其中偶然所致的期望数"),
                self.false,
            ),
            ("resolution", Words("smallest p possible", "可达到的最小p值"), self.resolution),
        )

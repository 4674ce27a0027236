"""The inferred diffusion network: its edges in order of gain, as a table and as a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.networks.kernel import Kernel

__all__ = ["METHOD", "Network", "edge_graph"]

METHOD = Method(
    name=Words("Diffusion network (NetInf)", "扩散网络推断（NetInf）"),
    formula="gain(u→v) = Σ_c max(0, log(β f(t_v - t_u)) - s_c(v)), the largest first",
    citation=(
        "Gomez-Rodriguez, M., Leskovec, J. and Krause, A. (2010). Inferring networks of diffusion "
        "and influence. Proceedings of the 16th ACM SIGKDD International Conference on Knowledge "
        "Discovery and Data Mining, 1019-1028. Desmarais, B. A., Harden, J. J. and Boehmke, F. J. "
        "(2015). Persistent policy pathways: inferring diffusion networks in the American states. "
        "American Political Science Review 109(2), 392-406."
    ),
    assumptions=(
        Words(
            "An edge says who tends to follow whom, not who learned from whom: a common push from "
            "outside, such as a mandate, looks the same. Cut measures off at their promotion.",
            "边表示先后跟随的规律，不等于学习关系；自上而下的统一推动也会呈现为边，应在推广日期处截断各措施。",
        ),
        Words(
            "Units that never took a measure up are not looked at; simultaneous events give no "
            "edge.",
            "未采纳的单位不进入计算；同期事件之间不产生边。",
        ),
        Words(
            "A gain mostly counts how often the origin comes first, so active units lead the "
            "ranking; permutation q-values tell which edges exceed that.",
            "增益主要反映起点领先的次数，活跃单位自然靠前；超出偶然的边须由置换检验的q值判断。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network(Result):
    """Directed edges in the order in which the greedy picked them.

    Attributes
    ----------
    units
        Names of all units, those without an edge included.
    origin, destination
        One entry per edge: places in ``units``.
    gain
        By how much the edge raises the log-likelihood, given those before it; never increasing.
    volume
        In how many measures the origin precedes the destination.
    explained
        In how many of these the edge was the best explanation when it was picked; SNAP's volume.
    median_delay, mean_delay
        Of the times between origin and destination in all those measures.
    p_value
        Vuong's test, one-sided; None if it was not asked for. Not calibrated.
    possible
        How many edges are possible: pairs of which one precedes the other in some measure.
    kernel
        Density of delays, with its parameters.
    """

    units: tuple[str, ...]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    gain: NDArray[np.float64]
    volume: NDArray[np.int32]
    explained: NDArray[np.int32]
    median_delay: NDArray[np.float64]
    mean_delay: NDArray[np.float64]
    p_value: NDArray[np.float64] | None = None
    possible: int
    kernel: Kernel

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Names of origin and destination of each edge."""
        return [
            (self.units[origin], self.units[destination])
            for origin, destination in zip(self.origin, self.destination, strict=True)
        ]

    @property
    def table(self) -> Table:
        """One row per edge."""
        edges = self.edges
        columns = [
            Column("rank", Words("Rank", "排名"), list(range(1, len(edges) + 1))),
            Column("origin", Words("Origin", "来源"), [edge[0] for edge in edges]),
            Column("destination", Words("Destination", "去向"), [edge[1] for edge in edges]),
            Column("gain", Words("Gain", "增益"), self.gain.tolist(), ".3f"),
            Column("volume", Words("Volume", "先行次数"), self.volume.tolist()),
            Column("explained", Words("Explained", "解释的采纳数"), self.explained.tolist()),
            Column(
                "median_delay", Words("Median delay", "时差中位数"), self.median_delay.tolist(), "g"
            ),
            Column("mean_delay", Words("Mean delay", "平均时差"), self.mean_delay.tolist(), ".2f"),
        ]
        if self.p_value is not None:
            columns.append(Column("p_value", Words("p", "p值"), self.p_value.tolist(), ".3g"))
        return Table(tuple(columns))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many edges, and what they were weighed with."""
        parameters = ", ".join(
            f"{name} {value:g}" for name, value in self.kernel.parameters.items()
        )
        return (
            ("edges", Words("edges", "边数"), len(self)),
            ("possible", Words("possible edges", "可能的边数"), self.possible),
            ("gain", Words("total gain", "总增益"), float(self.gain.sum())),
            ("kernel", Words("kernel", "核函数"), f"{self.kernel.name} ({parameters})"),
        )

    def graph(self) -> networkx.DiGraph[str]:
        """Give the edges as a graph of all units, with the columns of the table on each edge."""
        return edge_graph(self.units, self.table)


def edge_graph(units: Sequence[str], edges: Table) -> networkx.DiGraph[str]:
    """Make a graph of all units and the rows of a table of edges, its columns on each edge.

    Parameters
    ----------
    units
        Nodes, with an edge or without.
    edges
        With columns ``origin`` and ``destination``; what is not known is left out.
    """
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(units)
    for record in edges.records():
        origin, destination = record.pop("origin"), record.pop("destination")
        known = {name: value for name, value in record.items() if value is not None}
        graph.add_edge(origin, destination, **known)
    return graph

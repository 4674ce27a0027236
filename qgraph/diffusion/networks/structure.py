"""Structure of a diffusion network: sources, brokers and followers, communities and hierarchy.

Everything is computed by public functions of networkx, so that its dispatching to faster backends
(``networkx.config.backend_priority``, ``NETWORKX_BACKEND_PRIORITY``) works here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx
    from numpy.typing import NDArray

__all__ = ["ROLES", "Structure", "structure"]

ROLES: Mapping[str, Words] = {
    "source": Words("source", "源头"),
    "broker": Words("broker", "中介"),
    "follower": Words("follower", "跟随者"),
    "isolate": Words("isolate", "孤立者"),
}
"""A source gives at least twice what it takes, a follower takes at least twice what it gives, a
broker is in between, an isolate has no edge."""

_METHOD = Method(
    name=Words("Structure of the diffusion network", "扩散网络结构"),
    formula=(
        "strengths sum the weights; betweenness over shortest paths of length Σ 1/weight; PageRank "
        "(damping 0.85) on the reversed network; communities maximise directed modularity "
        "(Louvain); hierarchy is global reaching centrality Σ_i (max_j C_j - C_i) / (n-1), C_i the "
        "share of units that i reaches"
    ),
    citation=(
        "Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry "
        "40(1), 35-41; Page, L., Brin, S., Motwani, R. and Winograd, T. (1999). The PageRank "
        "citation ranking. Stanford InfoLab 1999-66; Blondel, V. D., Guillaume, J.-L., Lambiotte, "
        "R. and Lefebvre, E. (2008). Fast unfolding of communities in large networks. Journal of "
        "Statistical Mechanics P10008; Mones, E., Vicsek, L. and Vicsek, T. (2012). Hierarchy "
        "measure for complex networks. PLoS ONE 7(3), e33799"
    ),
    assumptions=(
        Words(
            "The edges are taken as they are: an inferred network has errors, and a measure of it "
            "is no better than its edges. Repeat it on the networks of a bootstrap.",
            "边按原样计入：推断网络存在误差，结构指标不会比边更可靠，宜在自助样本网络上重复。",
        ),
        Words(
            "Where edges were picked up to a number, density and degrees follow from that number.",
            "若按指定数目选边，密度与度数由该数目决定。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure(Result):
    """Place of each unit in a diffusion network, and the shape of the whole.

    Attributes
    ----------
    units
        Names, in alphabetical order; all arrays follow it.
    out_degree, in_degree
        Units that follow it, and units that it follows.
    out_strength, in_strength
        The same with weights.
    betweenness
        Share of the shortest paths between other units that lead through it.
    pagerank
        Of the reversed network: how much of what is taken over leads back to it; sums to 1.
    community
        Number of its community, from 1 for the largest.
    roles
        One of :data:`ROLES` per unit.
    edges
        Number of edges that counted.
    density, reciprocity
        Share of the possible edges, and share of the edges that are mutual.
    modularity
        Of the communities.
    hierarchy
        Global reaching centrality, from 0 (all reach as many) to 1 (a star).
    acyclic
        Flow hierarchy: share of the edges that are on no cycle.
    components, strong_components
        Number of weakly and of strongly connected components.
    """

    units: tuple[str, ...]
    out_degree: NDArray[np.int64]
    in_degree: NDArray[np.int64]
    out_strength: NDArray[np.float64]
    in_strength: NDArray[np.float64]
    betweenness: NDArray[np.float64]
    pagerank: NDArray[np.float64]
    community: NDArray[np.int64]
    roles: tuple[str, ...]
    edges: int
    density: float
    reciprocity: float
    modularity: float
    hierarchy: float
    acyclic: float
    components: int
    strong_components: int

    @property
    def table(self) -> Table:
        """One row per unit, by PageRank."""
        order = sorted(range(len(self.units)), key=lambda i: (-self.pagerank[i], self.units[i]))
        return Table(
            (
                Column("unit", Words("unit", "单位"), [self.units[i] for i in order]),
                Column("role", Words("role", "角色"), [self.roles[i] for i in order]),
                Column("out_degree", Words("out", "出度"), self.out_degree[order].tolist()),
                Column("in_degree", Words("in", "入度"), self.in_degree[order].tolist()),
                Column(
                    "out_strength",
                    Words("out, weighted", "加权出度"),
                    self.out_strength[order].tolist(),
                    ".4g",
                ),
                Column(
                    "in_strength",
                    Words("in, weighted", "加权入度"),
                    self.in_strength[order].tolist(),
                    ".4g",
                ),
                Column(
                    "betweenness",
                    Words("betweenness", "中介中心性"),
                    self.betweenness[order].tolist(),
                    ".4f",
                ),
                Column(
                    "pagerank",
                    Words("PageRank (reversed)", "PageRank（反向）"),
                    self.pagerank[order].tolist(),
                    ".4f",
                ),
                Column("community", Words("community", "社群"), self.community[order].tolist()),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The shape of the whole network."""
        return (
            ("units", Words("units", "单位数"), len(self.units)),
            ("edges", Words("edges", "边数"), self.edges),
            ("density", Words("density", "密度"), self.density),
            ("reciprocity", Words("reciprocity", "互惠性"), self.reciprocity),
            ("communities", Words("communities", "社群数"), int(self.community.max())),
            ("modularity", Words("modularity", "模块度"), self.modularity),
            ("hierarchy", Words("hierarchy (reaching centrality)", "层级性"), self.hierarchy),
            ("acyclic", Words("edges on no cycle", "不在环上的边"), self.acyclic),
            ("components", Words("weak components", "弱连通分量"), self.components),
            ("strong_components", Words("strong components", "强连通分量"), self.strong_components),
        )


def structure(
    network: networkx.DiGraph[str],
    *,
    weight: str | None = "gain",
    resolution: float = 1.0,
    seed: int = 0,
) -> Structure:
    """Measure the place of each unit in a diffusion network, and the shape of the whole.

    Parameters
    ----------
    network
        Edges lead from origin to destination: the destination follows the origin.
    weight
        Edge attribute that says how strong an edge is, such as ``gain`` or ``excess``; None counts
        every edge as 1. Edges whose weight is not above 0 are left out: they are no evidence.
    resolution
        Of the communities, above 0; more than 1 makes smaller ones.
    seed
        Of the order in which Louvain's method visits the units.

    Returns
    -------
    Structure
        The same for the same network, in whatever order its units and edges were added.

    Raises
    ------
    Refused
        If no edge is left.
    NotFound
        If an edge has no such weight.
    QGraphError
        If the graph is not directed or the resolution is not above 0.

    Notes
    -----
    A path is the shorter, the heavier its edges: betweenness takes 1/weight as the length of an
    edge. PageRank runs on the reversed network, where a unit passes its rank on to those it
    follows, so that it is high for sources. Communities use the directed modularity of Leicht and
    Newman. Global reaching centrality and flow hierarchy do not use weights.

    References
    ----------
    Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry 40(1),
    35-41.

    Leicht, E. A. and Newman, M. E. J. (2008). Community structure in directed networks. Physical
    Review Letters 100, 118703.

    Luo, J. and Magee, C. L. (2011). Detecting evolving patterns of self-organizing networks by
    flow hierarchy measurement. Complexity 16(6), 53-61.

    Mones, E., Vicsek, L. and Vicsek, T. (2012). Hierarchy measure for complex networks. PLoS ONE
    7(3), e33799.
    """
    import networkx as nx

    if not network.is_directed() or network.is_multigraph() or resolution <= 0:
        raise QGraphError(
            "structure needs a directed graph without parallel edges, and a resolution above 0",
            hint="Give the graph of a diffusion network, and a resolution of 1 to begin with.",
        )
    edges, dropped = _weighed(network, weight)
    order = _canonical(list(network), edges)
    graph = _numbered(order, edges)
    places = range(len(order))
    names = tuple(sorted(order))
    back = np.array([order.index(name) for name in names], dtype=np.intp)

    def per_unit(values: Mapping[int, float]) -> NDArray[np.float64]:
        return np.array([values[place] for place in places], dtype=np.float64)[back]

    out_strength = per_unit(dict(graph.out_degree(weight="weight")))
    in_strength = per_unit(dict(graph.in_degree(weight="weight")))
    ranks = nx.pagerank(graph.reverse(), weight="weight", max_iter=1000, tol=1e-12)
    parts = nx.community.louvain_communities(
        graph, weight="weight", resolution=resolution, seed=seed
    )
    numbers = {
        place: number
        for number, part in enumerate(sorted(parts, key=lambda part: (-len(part), min(part))), 1)
        for place in part
    }
    modularity = nx.community.modularity(graph, parts, weight="weight", resolution=resolution)
    return Structure(
        method=_METHOD,
        settings={"weight": weight, "resolution": resolution},
        warnings=_warnings(dropped),
        seed=seed,
        units=names,
        out_degree=per_unit(dict(graph.out_degree())).astype(np.int64),
        in_degree=per_unit(dict(graph.in_degree())).astype(np.int64),
        out_strength=out_strength,
        in_strength=in_strength,
        betweenness=per_unit(nx.betweenness_centrality(graph, weight="length")),
        pagerank=per_unit(ranks),
        community=per_unit(numbers).astype(np.int64),
        roles=tuple(map(_role, out_strength.tolist(), in_strength.tolist())),
        edges=len(edges),
        density=float(nx.density(graph)),
        reciprocity=float(nx.overall_reciprocity(graph)),
        modularity=float(modularity),
        hierarchy=float(nx.global_reaching_centrality(graph)),
        acyclic=float(nx.flow_hierarchy(graph)),
        components=int(nx.number_weakly_connected_components(graph)),
        strong_components=int(nx.number_strongly_connected_components(graph)),
    )


def _weighed(
    network: networkx.DiGraph[str], weight: str | None
) -> tuple[list[tuple[str, str, float]], int]:
    """List the edges with weights above 0, and count the others; loops are no diffusion."""
    edges = []
    for origin, destination, attributes in network.edges(data=True):
        if weight is not None and weight not in attributes:
            raise NotFound(
                f"the edge from {origin!r} to {destination!r} has no {weight!r}",
                hint=f"It has {', '.join(sorted(attributes)) or 'no attribute'}; None weighs none.",
            )
        value = 1.0 if weight is None else float(attributes[weight])
        edges.append((origin, destination, value))
    kept = [edge for edge in edges if edge[2] > 0 and edge[0] != edge[1]]
    if not kept:
        raise Refused(
            Words("the network has no edge", "网络中没有边"),
            Words("At least one edge with a weight above 0 is needed.", "至少需要一条正权重的边。"),
        )
    return kept, len(edges) - len(kept)


def _canonical(names: list[str], edges: list[tuple[str, str, float]]) -> list[str]:
    """Order units by what they give and take, so that neither names nor input order matter.

    Louvain's method and rounding depend on the order of units; names decide only between units
    that give and take exactly the same.
    """
    given: dict[str, list[float]] = {name: [] for name in names}
    taken: dict[str, list[float]] = {name: [] for name in names}
    for origin, destination, weight in edges:
        given[origin].append(weight)
        taken[destination].append(weight)
    return sorted(names, key=lambda name: (-fsum(given[name]), -fsum(taken[name]), name))


def _numbered(order: list[str], edges: list[tuple[str, str, float]]) -> networkx.DiGraph[int]:
    """Make the graph anew with numbers for names: their sets have one order in every run."""
    import networkx as nx

    number = {name: place for place, name in enumerate(order)}
    graph: networkx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(order)))
    rows = sorted(
        (number[origin], number[destination], weight) for origin, destination, weight in edges
    )
    for origin, destination, weight in rows:
        graph.add_edge(origin, destination, weight=weight, length=1 / weight)
    return graph


def _role(given: float, taken: float) -> str:
    if given == taken == 0:
        return "isolate"
    if given >= 2 * taken:
        return "source"
    return "follower" if taken >= 2 * given else "broker"


def _warnings(dropped: int) -> tuple[Words, ...]:
    if not dropped:
        return ()
    text = f"{dropped} edges were left out: loops, or weights that are not above 0."
    return (Words(text, f"有{dropped}条边未计入：自环或权重不为正。"),)

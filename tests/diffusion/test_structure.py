"""Structure of a network: small networks by hand, any order, any names, and any backend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.diffusion.networks.structure import structure
from qgraph.diffusion.result import Refused
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from .conftest import Oracles

Edges = list[tuple[str, str, float]]

few = settings(max_examples=50, deadline=None)

#: Weights are all different, so that no two units give and take the same.
networks = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda e: e[0] != e[1]),
    min_size=1,
    max_size=20,
    unique=True,
).map(lambda pairs: [(a, b, 1 + 0.37 * 1.3**place) for place, (a, b) in enumerate(pairs)])

TWO_GROUPS: Edges = [
    ("a", "b", 9.0),
    ("a", "c", 8.0),
    ("b", "c", 7.0),
    ("c", "d", 1.0),
    ("d", "e", 9.0),
    ("d", "f", 8.0),
    ("e", "f", 7.0),
]


def _graph(edges: Edges, nodes: str = "") -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    for origin, destination, gain in edges:
        graph.add_edge(origin, destination, gain=gain)
    return graph


def test_a_star_is_a_perfect_hierarchy() -> None:
    """Mones et al. (2012), page 2: global reaching centrality is 1 for a star, and only there."""
    found = structure(_graph([("a", leaf, 1.0) for leaf in "bcde"]))
    assert found.hierarchy == 1
    assert found.acyclic == 1
    assert found.roles == ("source", *["follower"] * 4)
    assert found.out_degree.tolist() == [4, 0, 0, 0, 0]
    assert found.pagerank.argmax() == 0
    assert found.density == 4 / 20
    assert found.strong_components == 5


def test_a_cycle_is_none() -> None:
    """All reach all: no hierarchy, no edge off a cycle, and everybody takes what it gives."""
    found = structure(_graph([("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0)]))
    assert found.hierarchy == 0
    assert found.acyclic == 0
    assert set(found.roles) == {"broker"}
    assert found.pagerank == pytest.approx(np.full(3, 1 / 3))
    assert found.strong_components == found.components == 1


def test_two_groups_and_the_broker_between_them() -> None:
    """Every path from {a, b} to {d, e, f} leads through c: six of the 20 ordered pairs of others.

    Paths of d: from a, b and c to e and f. Modularity is Σ_c [L_c/m - out_c in_c/m²] of Leicht and
    Newman: the groups hold 24 of 49 each, {a, b, c} gives 25 and takes 24, the others 24 and 25.
    """
    found = structure(_graph(TWO_GROUPS, "g"))
    places = {name: place for place, name in enumerate(found.units)}
    assert found.betweenness[places["c"]] == pytest.approx(6 / 30)
    assert found.betweenness[places["d"]] == pytest.approx(6 / 30)
    groups = [found.community[places[name]] for name in "abcdefg"]
    assert groups[:3] == [groups[0]] * 3
    assert groups[3:6] == [groups[3]] * 3
    assert len(set(groups)) == 3
    assert found.modularity == pytest.approx(2 * (24 / 49 - 25 * 24 / 49**2))
    assert found.roles[places["g"]] == "isolate"
    assert found.roles[places["b"]] == "broker"
    assert found.components == 2
    assert found.out_strength[places["a"]] == 17


def test_heavy_edges_are_short() -> None:
    """From a to d by b (two heavy edges, length 1/5 each) is shorter than by c (one each)."""
    edges: Edges = [("a", "b", 5.0), ("b", "d", 5.0), ("a", "c", 1.0), ("c", "d", 1.0)]
    assert structure(_graph(edges)).betweenness.tolist() == [0, 1 / 6, 0, 0]
    assert structure(_graph(edges), weight=None).betweenness.tolist() == [0, 1 / 12, 1 / 12, 0]


def test_mutual_edges_are_reciprocal() -> None:
    found = structure(_graph([("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 1.0)]))
    assert found.reciprocity == pytest.approx(2 / 3)


def test_edges_that_are_no_evidence_are_left_out_and_counted() -> None:
    found = structure(_graph([*TWO_GROUPS, ("f", "a", -1.0), ("a", "a", 3.0), ("e", "a", 0.0)]))
    assert found.edges == len(TWO_GROUPS)
    assert found.warnings[0].en.startswith("3 edges were left out")


def test_a_network_that_does_not_fit_is_named() -> None:
    with pytest.raises(Refused, match="no edge"):
        structure(_graph([("a", "b", 0.0)]))
    with pytest.raises(NotFound, match="'excess'"):
        structure(_graph(TWO_GROUPS), weight="excess")
    with pytest.raises(QGraphError, match="directed graph"):
        structure(nx.MultiDiGraph([("a", "b")]), weight=None)
    with pytest.raises(QGraphError, match="resolution"):
        structure(_graph(TWO_GROUPS), resolution=0)


def test_both_languages_are_there() -> None:
    found = structure(_graph(TWO_GROUPS))
    assert "扩散网络结构" in found.as_text("zh")
    assert found.as_dict()["seed"] == 0
    assert found.table.records()[0]["unit"] == "a"


@few
@given(networks, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(edges: Edges, random: Random) -> None:
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert structure(_graph(edges)).as_json() == structure(_graph(shuffled)).as_json()


@few
@given(networks)
def test_names_do_not_matter(edges: Edges) -> None:
    new = dict(zip("abcdef", "zyxwvu", strict=True))
    one = structure(_graph(edges))
    two = structure(_graph([(new[a], new[b], weight) for a, b, weight in edges]))
    back = [two.units.index(new[unit]) for unit in one.units]
    for name in ("out_strength", "in_degree", "betweenness", "pagerank", "community"):
        assert getattr(one, name).tolist() == getattr(two, name)[back].tolist()
    for name in ("hierarchy", "acyclic", "modularity", "density", "reciprocity"):
        assert getattr(one, name) == getattr(two, name)


@few
@given(networks)
def test_reversing_all_edges_turns_sources_into_followers(edges: Edges) -> None:
    one = structure(_graph(edges))
    two = structure(_graph([(b, a, weight) for a, b, weight in edges]))
    assert one.out_strength == pytest.approx(two.in_strength)
    assert one.betweenness == pytest.approx(two.betweenness)
    turned = {"source": "follower", "follower": "source", "broker": "broker"}
    assert tuple(turned[role] for role in one.roles) == two.roles
    assert one.pagerank.sum() == pytest.approx(1)


def test_the_leader_of_the_american_states(oracles: Oracles) -> None:
    """Out-degrees of the 300 edges of R's netinf, counted for the specification: CA 45, FL 25."""
    rows = oracles.rows("spid_netinf_exp05_n300.csv")
    edges = [(r["origin_node"], r["destination_node"], float(r["improvement"])) for r in rows]
    found = structure(_graph(edges))
    degrees = dict(zip(found.units, found.out_degree.tolist(), strict=True))
    assert [degrees[name] for name in ("California", "Florida", "Minnesota")] == [45, 25, 19]
    assert found.units[int(found.pagerank.argmax())] == "California"


BACKEND = '''
"""A backend that does as networkx does, and notes down what it was asked for."""

import networkx as nx

asked = []


class Graph(nx.DiGraph):
    __networkx_backend__ = "recorder"


class Backend:
    @staticmethod
    def convert_from_nx(graph, **_):
        return Graph(graph)

    @staticmethod
    def convert_to_nx(result, **_):
        return result

    def __getattr__(self, name):
        from networkx.utils.backends import _registered_algorithms

        if name not in _registered_algorithms:
            raise AttributeError(name)
        asked.append(name)
        return _registered_algorithms[name].orig_func


backend = Backend()
'''

SCRIPT = """
import sys

import networkx as nx

from qgraph.diffusion.networks.structure import structure

graph = nx.DiGraph()
for line in sys.stdin:
    origin, destination, gain = line.split()
    graph.add_edge(origin, destination, gain=float(gain))
print(structure(graph).as_json(), end="")
if "qgraph_recorder" in sys.modules:
    print(*sorted(set(sys.modules["qgraph_recorder"].asked)), file=sys.stderr)
"""


def _elsewhere(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Compute the structure of the two groups in a fresh interpreter."""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="".join(f"{a} {b} {weight}\n" for a, b, weight in TWO_GROUPS),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(root), str(path)]),
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
        capture_output=True,
        check=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("hashes", ["1", "2"])
def test_the_same_bytes_in_every_run(tmp_path: Path, hashes: str) -> None:
    """Sets of names have another order in every run of Python; the result does not."""
    there = _elsewhere(tmp_path, PYTHONHASHSEED=hashes)
    assert there.stdout == structure(_graph(TWO_GROUPS)).as_json()


def test_networkx_hands_the_work_to_another_backend(tmp_path: Path) -> None:
    """A backend is installed and asked for as its users do it: entry point and environment."""
    (tmp_path / "qgraph_recorder.py").write_text(BACKEND, encoding="utf-8")
    about = tmp_path / "qgraph_recorder-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: qgraph_recorder\nVersion: 1\n", encoding="utf-8")
    entry = "[networkx.backends]\nrecorder = qgraph_recorder:backend\n"
    (about / "entry_points.txt").write_text(entry, encoding="utf-8")
    there = _elsewhere(tmp_path, NETWORKX_BACKEND_PRIORITY="recorder")
    assert there.stdout == structure(_graph(TWO_GROUPS)).as_json()
    assert {
        "betweenness_centrality",
        "flow_hierarchy",
        "global_reaching_centrality",
        "louvain_communities",
        "modularity",
        "overall_reciprocity",
        "pagerank",
    } <= set(there.stderr.split())

"""Where nodes stand: the same every time, apart from each other, and readable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform

from qgraph.graph import load
from qgraph.layout import arrange, positions
from qgraph.network import Edge, Network, Node, prepare

Numbers = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.int64]

NETWORK = Path(__file__).parent / "data" / "network.trig"
TEXTS = {"en": "", "zh": ""}


def thing(name: str, *, size: float = 8.0, year: int | None = None, hidden: bool = False) -> Node:
    return Node(name, name, "k", TEXTS, TEXTS, {}, "#000000", "dot", 1, hidden, size, year=year)


def network(count: int, pairs: list[tuple[int, int]], *, prefix: str = "n") -> Network:
    names = [f"{prefix}{number}" for number in range(count)]
    edges = [Edge(f"{a} {b}", names[a], names[b], "r", "r", TEXTS, "") for a, b in pairs]
    return Network(tuple(map(thing, names)), tuple(edges))


def scale_free(
    count: int, *, loose: float = 0.07
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Links to earlier nodes, the first ones preferred; some nodes are left alone."""
    chance = np.random.default_rng(5)
    later = np.arange(max(1, int(count * loose)), count)
    later = np.concatenate([later, chance.choice(later, len(later) // 2)])
    earlier = (chance.random(len(later)) ** 2 * later).astype(np.int64)
    return np.stack([later, earlier], axis=1)


def gaps(points: Numbers, radii: Numbers) -> float:
    """The smallest distance between the rims of two discs."""
    rims = squareform(pdist(points)) - radii[:, None] - radii[None, :]
    np.fill_diagonal(rims, np.inf)
    return float(rims.min())


def test_nothing_has_no_place() -> None:
    assert positions(Network((), ())) == {}


def test_a_single_thing_has_a_place() -> None:
    assert list(positions(network(1, []))) == ["n0"]


def test_two_runs_give_the_same_places() -> None:
    drawn = network(60, [(a, b) for a, b in scale_free(60).tolist()])
    assert positions(drawn) == positions(drawn)


def test_another_seed_gives_other_places() -> None:
    drawn = network(60, [(a, b) for a, b in scale_free(60).tolist()])
    assert positions(drawn, seed=1) != positions(drawn, seed=2)


def test_names_do_not_matter() -> None:
    pairs = [(a, b) for a, b in scale_free(60).tolist()]
    one = list(positions(network(60, pairs)).values())
    other = list(positions(network(60, pairs, prefix="z")).values())
    assert sorted(pdist(one)) == sorted(pdist(other))


def test_the_hash_seed_does_not_matter() -> None:
    program = (
        "import sys; from qgraph.graph import load; from qgraph.layout import positions;"
        "from qgraph.network import prepare;"
        "print(positions(prepare(load(sys.argv[1]), years=True)))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program, str(NETWORK)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 40, 200, 700, 1000])
def test_no_discs_overlap(count: int) -> None:
    pairs = scale_free(count)
    degree = np.bincount(pairs.ravel(), minlength=count)
    radii = np.minimum(6 + 2.2 * np.sqrt(degree), 26)
    assert gaps(arrange(pairs, radii), radii) > 0


def test_a_crowd_of_large_discs_is_enlarged_until_none_overlap() -> None:
    star = np.array([(0, number) for number in range(1, 900)])
    radii = np.full(900, 60.0)
    assert gaps(arrange(star, radii), radii) > 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_discs_overlap_whatever_the_links(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 25))
    ends = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(ends, ends), max_size=40))
    radii = np.array(data.draw(st.lists(st.floats(1, 60), min_size=count, max_size=count)))
    points = arrange(np.array(pairs, dtype=np.int64).reshape(-1, 2), radii)
    assert np.isfinite(points).all()
    assert np.array_equal(points, np.round(points, 1))
    if count > 1:
        assert gaps(points, radii) > 0


def test_linked_things_are_nearer_than_others() -> None:
    """Twelve rings of ten: within a ring, distances are a fraction of those between rings."""
    ring = [(10 * c + i, 10 * c + (i + 1) % 10) for c in range(12) for i in range(10)]
    chain = [(10 * c, 10 * c + 10) for c in range(11)]
    points = arrange(np.array(ring + chain), np.full(120, 6.0))
    apart = squareform(pdist(points))
    same = np.arange(120)[:, None] // 10 == np.arange(120)[None, :] // 10
    assert apart[same].mean() < 0.4 * apart[~same].mean()


def test_lonely_things_stand_in_a_tray_under_the_map() -> None:
    drawn = network(50, [(a, a - 1) for a in range(1, 30)] + [(40, 41)])
    places = positions(drawn)
    lowest = max(places[f"n{number}"][1] for number in range(30))
    alone = [f"n{number}" for number in range(30, 50)]
    assert all(places[name][1] > lowest for name in alone)


def test_the_map_uses_width_and_height() -> None:
    points = arrange(scale_free(200, loose=0), np.full(200, 8.0))
    width, height = np.ptp(points, axis=0)
    assert 0.9 < width / height < 1.7


def test_a_line_lies_level() -> None:
    points = arrange(np.array([(n, n + 1) for n in range(30)]), np.full(31, 6.0))
    width, height = np.ptp(points, axis=0)
    assert width > height


def test_things_in_one_place_are_told_apart() -> None:
    """Without any difference between them, all nodes of a clique start out equal."""
    everyone = [(a, b) for a in range(12) for b in range(a)]
    assert gaps(arrange(np.array(everyone), np.full(12, 20.0)), np.full(12, 20.0)) > 0


def test_ten_thousand_things_are_placed() -> None:
    points = arrange(scale_free(10_000), np.full(10_000, 8.0))
    assert points.shape == (10_000, 2)
    assert np.isfinite(points).all()


def test_what_is_hidden_at_first_moves_nothing() -> None:
    graph = load(NETWORK)
    shown, all_of_it = positions(prepare(graph)), positions(prepare(graph, years=True))
    assert {name: all_of_it[name] for name in shown} == shown


def test_years_stand_in_order_in_a_row_above_the_map() -> None:
    drawn = Network(
        (
            thing("y2024", year=2024, hidden=True),
            thing("y2012", year=2012, hidden=True),
            *network(8, []).nodes,
        ),
        (),
    )
    places = positions(drawn)
    assert list(places) == [node.id for node in drawn.nodes]
    assert places["y2012"][0] < places["y2024"][0]
    assert places["y2012"][1] == places["y2024"][1] < min(places[f"n{n}"][1] for n in range(8))


def test_years_alone_stand_in_a_row() -> None:
    places = positions(Network((thing("y1", year=1), thing("y2", year=2)), ()))
    assert places["y1"][1] == places["y2"][1]
    assert places["y1"][0] < places["y2"][0]


def test_hidden_things_sit_near_what_they_are_linked_with() -> None:
    base = network(30, [(a, a - 1) for a in range(1, 30)])
    guests = tuple(thing(f"g{n}", hidden=True) for n in range(6))
    links = tuple(Edge(f"g{n}", f"g{n}", "n3", "r", "r", TEXTS, "") for n in range(5))
    places = positions(Network(base.nodes + guests, base.edges + links))
    host = np.array(places["n3"])
    assert all(np.hypot(*(np.array(places[f"g{n}"]) - host)) < 160 for n in range(5))
    points = np.array(list(places.values()))
    assert gaps(points, np.full(len(points), 8.0)) > 0


def test_hidden_things_alone_are_placed() -> None:
    places = positions(Network((thing("a", hidden=True), thing("b", hidden=True)), ()))
    assert places["a"] != places["b"]

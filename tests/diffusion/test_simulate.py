"""Simulated spread: against exact reach by enumeration, extreme cases and its symmetries."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.diffusion.networks.netrate import censored_rates
from qgraph.diffusion.result import Refused
from qgraph.diffusion.simulation.seeding import choose_seeds
from qgraph.diffusion.simulation.simulate import Mandate, compare_seed_sets, simulate_cascades
from qgraph.diffusion.simulation.worlds import MODELS, World, spread_of
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable

Graph = networkx.DiGraph


def small(attribute: str = "probability") -> Graph[str]:
    """Five units, seven edges; weights into each unit sum to at most 1."""
    graph: Graph[str] = networkx.DiGraph()
    edges = [
        ("a", "b", 0.5),
        ("a", "c", 0.3),
        ("b", "c", 0.4),
        ("c", "d", 0.7),
        ("d", "b", 0.4),
        ("e", "d", 0.2),
        ("d", "e", 0.9),
    ]
    for origin, destination, strength in edges:
        graph.add_edge(origin, destination, **{attribute: strength})
    return graph


def random_graph(seed: int, attribute: str, size: int = 7) -> Graph[str]:
    rng = np.random.default_rng(seed)
    graph: Graph[str] = networkx.DiGraph()
    graph.add_nodes_from(f"u{i}" for i in range(size))
    for i, j in product(range(size), repeat=2):
        if i != j and rng.random() < 0.4:
            graph.add_edge(f"u{i}", f"u{j}", **{attribute: float(rng.random()) / size})
    return graph


def give_all(graph: Graph[str], probability: float) -> None:
    for _, _, data in graph.edges(data=True):
        data["probability"] = probability


def reach_from(edges: Iterable[tuple[str, str]], seeds: Iterable[str]) -> int:
    graph: Graph[str] = networkx.DiGraph(list(edges))
    graph.add_nodes_from(seeds)
    return len(set(seeds).union(*(networkx.descendants(graph, seed) for seed in seeds)))


def exact_cascade(graph: Graph[str], seeds: Iterable[str]) -> float:
    """Expected reach over all 2^edges graphs of edges that pass (Kempe et al. 2003, claim 2.3)."""
    total = 0.0
    edges = [(u, v, data["probability"]) for u, v, data in graph.edges(data=True)]
    for passing in product([False, True], repeat=len(edges)):
        chance = math.prod(p if on else 1 - p for on, (_, _, p) in zip(passing, edges, strict=True))
        live = [(u, v) for on, (u, v, _) in zip(passing, edges, strict=True) if on]
        total += chance * reach_from(live, seeds)
    return total


def exact_threshold(graph: Graph[str], seeds: Iterable[str]) -> float:
    """Expected reach over all choices of at most one edge into each unit (theorem 4.6)."""
    choices = []
    for unit in graph:
        own = [((u, unit), graph[u][unit]["weight"]) for u in graph.predecessors(unit)]
        choices.append([*own, (None, 1 - sum(w for _, w in own))])
    total = 0.0
    for picked in product(*choices):
        chance = math.prod(weight for _, weight in picked)
        total += chance * reach_from([edge for edge, _ in picked if edge], seeds)
    return total


SETS = {"a": ["a"], "d": ["d"], "a and e": ["a", "e"]}


@pytest.mark.parametrize(
    ("model", "exact"), [("independent-cascade", exact_cascade), ("threshold", exact_threshold)]
)
def test_reach_is_that_of_enumeration(model: str, exact: object) -> None:
    graph = small(MODELS[model])
    assert callable(exact)
    expected = np.array([exact(graph, seeds) for seeds in SETS.values()])
    found = compare_seed_sets(graph, SETS, model=model, draws=4000, seed=1)
    assert (np.abs(found.reach - expected) < 4 * found.error).all()
    assert (found.error < 0.03).all()
    gain = expected - expected[0]
    assert (np.abs(found.difference - gain)[1:] < 4 * found.difference_error[1:]).all()
    assert (found.low <= found.difference).all()
    assert (found.difference <= found.high).all()


@pytest.mark.parametrize("model", ["independent-cascade", "threshold"])
def test_greedy_reach_is_that_of_enumeration_too(model: str) -> None:
    """For thresholds these are other worlds: each unit follows at most one other."""
    graph = small(MODELS[model])
    exact = exact_cascade if model == "independent-cascade" else exact_threshold
    single = choose_seeds(graph, 1, candidates=["d"], model=model, draws=4000)
    assert abs(single.reach[0] - exact(graph, ["d"])) < 4 * single.error[0]


def test_time_along_a_path_is_that_of_a_gamma() -> None:
    """Two exponential delays of rate 2 have mean 1 and variance 1/2."""
    path: Graph[str] = networkx.DiGraph([("a", "b", {"rate": 2.0}), ("b", "c", {"rate": 2.0})])
    drawn = simulate_cascades(path, seeds=["a"], measures=4000, seed=3)
    times = drawn.cascades.matrix()
    assert times[:, 0] == pytest.approx(0)
    assert abs(times[:, 2].mean() - 1) < 4 * math.sqrt(0.5 / 4000)
    assert times[:, 2].var() == pytest.approx(0.5, rel=0.15)
    assert (times[:, 1] < times[:, 2]).all()


def test_two_causes_act_like_the_sum_of_their_rates() -> None:
    both: Graph[str] = networkx.DiGraph([("a", "c", {"rate": 1.0}), ("b", "c", {"rate": 2.0})])
    drawn = simulate_cascades(both, seeds=["a", "b"], measures=4000, horizon=0.5)
    expected = 1 - math.exp(-3 * 0.5)
    assert abs(drawn.share[2] - expected) < 4 * math.sqrt(expected * (1 - expected) / 4000)
    assert drawn.cascades.end.tolist() == [0.5] * 4000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.sets(st.integers(0, 6), min_size=1))
def test_certain_edges_reach_all_that_a_way_leads_to(seed: int, start: set[int]) -> None:
    graph = random_graph(seed, "probability")
    give_all(graph, 1.0)
    seeds = [f"u{i}" for i in start]
    drawn = simulate_cascades(graph, model="independent-cascade", seeds=seeds, measures=1)
    assert drawn.reach[0] == reach_from(graph.edges, seeds)
    steps = networkx.multi_source_dijkstra_path_length(graph, seeds, weight=None)
    units = drawn.cascades.units
    found = zip(drawn.cascades.unit, drawn.cascades.time, strict=True)
    assert {units[u]: t for u, t in found} == steps
    early = simulate_cascades(
        graph, model="independent-cascade", seeds=seeds, measures=1, horizon=1.0
    )
    assert early.reach[0] == sum(step <= 1 for step in steps.values())


def test_thresholds_of_0_and_1() -> None:
    """At 0 everyone adopts in the first round; at 1 it takes all who have a weight."""
    graph: Graph[str] = networkx.DiGraph()
    graph.add_weighted_edges_from([("a", "c", 0.5), ("b", "c", 0.5), ("c", "d", 1.0)])
    graph.add_nodes_from(list(graph), threshold=0.0)
    drawn = simulate_cascades(graph, model="threshold", seeds=["a"], measures=3)
    assert drawn.reach.tolist() == [4] * 3
    assert set(drawn.cascades.time.tolist()) == {0.0, 1.0}
    graph.add_nodes_from(list(graph), threshold=1.0)
    compared = compare_seed_sets(
        graph, {"a": ["a"], "both": ["a", "b"]}, model="threshold", draws=2
    )
    assert compared.reach.tolist() == [1, 4]


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_more_seeds_or_edges_never_reach_less_under_the_same_chance(
    model: str, data: st.DataObject
) -> None:
    graph = random_graph(data.draw(st.integers(0, 9999)), MODELS[model])
    units = sorted(graph)
    few = data.draw(st.sets(st.sampled_from(units), min_size=1))
    more = few | data.draw(st.sets(st.sampled_from(units)))
    horizon = data.draw(st.sampled_from([1.0, 2.0, math.inf]))
    found = compare_seed_sets(
        graph, {"few": sorted(few), "more": sorted(more)}, model=model, horizon=horizon, draws=20
    )
    assert found.low[1] >= 0 or found.difference[1] >= 0
    missing = [
        (origin, destination)
        for origin, destination in product(units, repeat=2)
        if origin != destination and not graph.has_edge(origin, destination)
    ]
    origin, destination = data.draw(st.sampled_from(missing))
    wider = graph.copy()
    wider.add_edge(origin, destination, **{MODELS[model]: 1 / 7})
    first, second = (
        simulate_cascades(one, model=model, seeds=sorted(few), measures=20, horizon=horizon)
        for one in (graph, wider)
    )
    assert (second.reach >= first.reach).all()
    late = np.nan_to_num(first.cascades.matrix(), nan=np.inf)
    assert (np.nan_to_num(second.cascades.matrix(), nan=np.inf) <= late).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 9999), st.sampled_from([0.25, 4.0]))
def test_rates_and_clock_scale_inversely(seed: int, scale: float) -> None:
    graph = random_graph(seed, "rate")
    slow = graph.copy()
    for _, _, data in slow.edges(data=True):
        data["rate"] /= scale
    first = simulate_cascades(graph, seeds=["u0"], measures=10, horizon=5.0)
    second = simulate_cascades(slow, seeds=["u0"], measures=10, horizon=5.0 * scale)
    assert (first.cascades.unit == second.cascades.unit).all()
    assert second.cascades.time == pytest.approx(first.cascades.time * scale)


def test_common_chance_makes_differences_sharper() -> None:
    graph = random_graph(4, "probability", size=12)
    give_all(graph, 0.25)
    found = compare_seed_sets(
        graph,
        {"one": ["u0", "u1", "u2"], "other": ["u0", "u1", "u3"]},
        model="independent-cascade",
        draws=500,
    )
    assert found.difference_error[1] < 0.75 * math.hypot(*found.error)
    assert found.difference[0] == found.low[0] == found.high[0] == 0


@pytest.mark.parametrize("model", MODELS)
def test_greedy_choice_is_that_of_trying_everything(model: str) -> None:
    """Plain greedy over the sets of units reached, and the best pair of all, in the same worlds."""
    graph = random_graph(2, MODELS[model], size=9)
    for _, _, data in graph.edges(data=True):
        data[MODELS[model]] *= 2.0 if model == "threshold" else 3.0
    draws = 60
    chosen = choose_seeds(graph, 3, model=model, draws=draws, horizon=3.0, seed=5)
    spread = spread_of(graph, model, horizon=3.0, mandate=None)
    streams = np.random.SeedSequence(5).spawn(2 * draws)
    worlds = [spread.draw(np.random.default_rng(one), live=True) for one in streams]

    def reach(seeds: list[str], some: list[World]) -> float:
        places = spread.places(seeds)
        return float(np.mean([np.isfinite(spread.times(w, places)).sum() for w in some]))

    picked: list[str] = []
    for _ in range(3):
        rest = [unit for unit in spread.units if unit not in picked]
        picked.append(max(rest, key=lambda unit: reach([*picked, unit], worlds[:draws])))
    assert list(chosen.seeds) == picked
    assert chosen.gain.cumsum()[-1] == pytest.approx(reach(picked, worlds[:draws]))
    for last in range(3):
        assert chosen.reach[last] == pytest.approx(reach(picked[: last + 1], worlds[draws:]))
    best = max(reach(list(three), worlds[:draws]) for three in combinations(spread.units, 3))
    assert (1 - 1 / math.e) * best <= chosen.gain.sum() <= best + 1e-9 <= chosen.bound + 1e-6
    assert chosen.evaluations < 9 + 8 + 7
    assert (np.diff(chosen.gain) <= 1e-12).all()


def test_thresholds_that_are_given_cannot_be_seeded_greedily() -> None:
    graph = small("weight")
    graph.nodes["a"]["threshold"] = 0.5
    with pytest.raises(Refused, match="thresholds are given"):
        choose_seeds(graph, 1, model="threshold")


@pytest.mark.parametrize("model", MODELS)
def test_a_mandate_brings_everyone_in_after_its_time(model: str) -> None:
    graph = small(MODELS[model])
    plain = simulate_cascades(graph, model=model, seeds=["b"], measures=50, horizon=30.0)
    told = simulate_cascades(
        graph, model=model, seeds=["b"], measures=50, horizon=30.0, mandate=Mandate(5.0, 4.0)
    )
    assert told.reach.tolist() == [5] * 50
    assert plain.reach.mean() < 5
    before = told.cascades.time < 5
    expected = plain.cascades.time[plain.cascades.time < 5]
    assert told.cascades.time[before] == pytest.approx(expected)


def test_what_was_fitted_can_be_simulated_and_fitted_again() -> None:
    """The rates come back within what 400 cascades can tell: 4 standard errors of a rate."""
    graph = random_graph(1, "rate", size=6)
    for unit in graph:
        graph.nodes[unit]["source_rate"] = 0.02
    for _, _, data in graph.edges(data=True):
        data["rate"] *= 4
    drawn = simulate_cascades(graph, seeds=1, measures=400, horizon=6.0, seed=2)
    network = censored_rates(drawn.cascades)
    truth = networkx.to_numpy_array(graph, nodelist=network.units, weight="rate")
    error = np.sqrt(np.maximum(truth, 0.02) / network.exposure.clip(1)) * 1.5
    assert (np.abs(network.rate - truth) < 4 * error)[network.exposure > 0].all()
    again = simulate_cascades(network, seeds=1, measures=300, horizon=6.0, seed=9)
    difference = again.reach.mean() - drawn.reach.mean()
    assert abs(difference) < 4 * math.hypot(again.reach.std() / 300**0.5, drawn.reach.std() / 20)


def test_the_same_seed_gives_the_same_on_any_number_of_workers() -> None:
    graph = small()
    one, two = (
        simulate_cascades(graph, model="independent-cascade", seeds=2, measures=6, jobs=jobs)
        for jobs in (1, 2)
    )
    assert one.as_json() == two.as_json()
    assert (one.cascades.time == two.cascades.time).all()
    other = simulate_cascades(graph, model="independent-cascade", seeds=2, measures=6, seed=1)
    assert other.cascades.unit.tolist() != one.cascades.unit.tolist()


def test_cascades_are_observed_from_0_to_the_horizon_even_if_nothing_happens() -> None:
    graph = small("rate")
    drawn = simulate_cascades(graph, seeds=[], measures=3, horizon=2.0)
    assert drawn.reach.tolist() == [0, 0, 0]
    assert len(drawn.cascades) == 3
    assert drawn.cascades.starts.tolist() == [0, 0, 0, 0]
    assert np.isnan(drawn.median_time).all()
    alone: Graph[str] = networkx.DiGraph()
    alone.add_node("a", source_rate=1.0)
    waits = simulate_cascades(alone, seeds=[], measures=2000).cascades.time
    assert waits.mean() == pytest.approx(1, abs=4 / 2000**0.5)


def test_results_can_be_read() -> None:
    graph = small("rate")
    drawn = simulate_cascades(graph, seeds=["a"], measures=20, horizon=3.0)
    assert [row["unit"] for row in drawn.table.records()] == list("abcde")
    assert "平均扩散范围" in drawn.as_text("zh")
    compared = compare_seed_sets(graph, SETS, horizon=3.0, draws=50)
    assert [row["set"] for row in compared.table.records()] == list(SETS)
    best = {key: value for key, _, value in compared.summary}["best"]
    assert compared.reach[list(SETS).index(str(best))] == compared.reach.max()
    chosen = choose_seeds(graph, 2, horizon=3.0, draws=50)
    assert [row["seed"] for row in chosen.table.records()] == list(chosen.seeds)
    guarantee = {key: value for key, _, value in chosen.summary}["guarantee"]
    assert 1 - 1 / math.e <= float(str(guarantee)) <= 1


def test_what_cannot_be_simulated_is_refused() -> None:
    graph = small()
    cases: list[tuple[str, dict[str, object]]] = [
        ("no model 'epidemic'", {"model": "epidemic"}),
        ("has no 'rate'", {"model": "continuous"}),
        ("horizon 0", {"horizon": 0.0}),
        ("called 'z'", {"seeds": ["z"]}),
        ("9 seeds of 5", {"seeds": 9}),
        ("0 measures", {"measures": 0}),
        ("a mandate at time -1", {"mandate": Mandate(-1.0, 1.0)}),
    ]
    for message, wrong in cases:
        with pytest.raises(QGraphError, match=message) as caught:
            simulate_cascades(graph, **{"model": "independent-cascade", **wrong})  # type: ignore[arg-type]  # wrong on purpose
        assert caught.value.hint
    graph["a"]["b"]["probability"] = 1.5
    with pytest.raises(QGraphError, match="probability is out of range"):
        simulate_cascades(graph, model="independent-cascade")
    heavy: Graph[str] = networkx.DiGraph()
    heavy.add_weighted_edges_from([("a", "c", 0.6), ("b", "c", 0.6)])
    with pytest.raises(QGraphError, match=r"into c sum to 1\.2"):
        simulate_cascades(heavy, model="threshold")
    heavy.add_node("a", source_rate=-1.0)
    with pytest.raises(QGraphError, match="adopting without peers"):
        simulate_cascades(heavy, model="threshold")
    with pytest.raises(QGraphError, match="no set of seeds"):
        compare_seed_sets(small(), {}, model="independent-cascade")
    with pytest.raises(QGraphError, match="1 draws"):
        compare_seed_sets(small(), SETS, model="independent-cascade", draws=1)
    with pytest.raises(QGraphError, match="6 seeds of 5 candidates"):
        choose_seeds(small(), 6, model="independent-cascade")
    drawn = simulate_cascades(small("rate"), measures=5, horizon=4.0)
    fitted = replace(censored_rates(drawn.cascades), regimes=())
    with pytest.raises(QGraphError, match="no weight for the model"):
        simulate_cascades(fitted, model="threshold")
    assert simulate_cascades(fitted, measures=2).reach.min() >= 1

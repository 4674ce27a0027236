"""NetInf: against R, SNAP, and small cases by hand.

Reference networks come from R's NetworkInference 1.2.5 and SNAP's netinf; the small ones are in
``data/`` (``netinf.md`` says where they are from), those of the US state policies are not ours to
ship.
"""

from __future__ import annotations

import csv
import math
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qgraph.diffusion.networks.blocks import joined
from qgraph.diffusion.networks.kernel import COMPAT, Exponential, LogNormal, PowerLaw, Rayleigh
from qgraph.diffusion.networks.netinf import Block, Model, blocks, greedy, infer, pairs
from qgraph.diffusion.networks.vuong import vuong, vuong_aliased
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.networks.network import Network

    from .conftest import Oracles

Rows = list[tuple[str, str, float]]

DATA = Path(__file__).parent / "data"

#: By hand: y follows x twice (delays 2 and 1), z follows x and y once, v is alone.
FEW: Rows = [("a", "x", 0), ("a", "y", 2), ("a", "z", 5), ("b", "x", 7), ("b", "y", 8)]


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def events(rows: list[dict[str, str]], measure: str, unit: str, time: str) -> Rows:
    return [(row[measure], row[unit], float(row[time])) for row in rows]


def snap_events(name: str) -> Rows:
    return events(rows_of(name), "cascade_id", "node_name", "event_time")


def policies(oracles: Oracles) -> Rows:
    return events(oracles.rows("spid_policies.csv"), "policy", "statenam", "adopt_year")


def edges_of(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["origin_node"], row["destination_node"]) for row in rows]


def numbers(rows: list[dict[str, str]], column: str) -> list[float]:
    return [float(row[column]) for row in rows]


def assert_same(
    network: Network, expected: list[dict[str, str]], column: str = "improvement", by: float = 1e-8
) -> None:
    """Same gains, and the same edges in the same order but for equal gains."""
    gains = numbers(expected, column)
    assert network.gain.tolist() == pytest.approx(gains, abs=by, rel=0)
    places = iter(range(len(gains)))
    for _, group in groupby(gains, key=lambda gain: round(gain, 6)):
        at = [next(places) for _ in group]
        if at[-1] + 1 < len(gains):  # the last group may be cut
            some = slice(at[0], at[-1] + 1)
            assert set(network.edges[some]) == set(edges_of(expected)[some])


# Small cases by hand ------------------------------------------------------------------------------


def test_gains_by_hand() -> None:
    """x→y gains log(β/ε) in both measures; y→z explains what x→z would with 2 units less delay."""
    network = infer(Cascades.of(FEW), kernel=Exponential(0.5))
    bonus = math.log(0.5 / 1e-10)

    assert network.edges == [("x", "y"), ("y", "z")]
    assert network.gain.tolist() == pytest.approx([2 * bonus, bonus])
    assert network.volume.tolist() == [2, 1]
    assert network.explained.tolist() == [2, 1]
    assert network.median_delay.tolist() == [1.5, 3]
    assert network.mean_delay.tolist() == [1.5, 3]
    assert network.possible == 3
    assert network.p_value is None


def test_a_constant_baseline_rewards_short_delays() -> None:
    """log f(2) + log f(1) - 2 log 1e-64 with f(x) = e^-x: 128 log 10 - 3."""
    network = infer(Cascades.of(FEW), kernel=Exponential(1), baseline="constant", edges=1)

    assert network.gain.tolist() == [pytest.approx(128 * math.log(10) - 3)]


def test_prices_are_free() -> None:
    network = infer(Cascades.of(FEW), kernel=Exponential(1), epsilon=1e-3, beta=0.25, edges=1)

    assert network.gain.tolist() == [pytest.approx(2 * math.log(250))]
    assert network.settings["epsilon"] == 1e-3
    assert network.settings["beta"] == 0.25


def test_of_equal_gains_the_last_origin_of_the_last_destination_comes_first() -> None:
    """As in R, whose ids are in the order in which units are met."""
    rows: Rows = [("a", "x", 0), ("a", "y", 0), ("a", "z", 1), ("a", "v", 1)]

    assert infer(Cascades.of(rows), kernel=Exponential(1)).edges == [("y", "v"), ("y", "z")]


def test_simultaneous_events_give_no_edge() -> None:
    with pytest.raises(Refused, match="precedes"):
        infer(Cascades.of([("a", "x", 1), ("a", "y", 1), ("b", "x", 2)]), kernel=Exponential(1))


def test_a_delay_that_the_kernel_forbids_is_not_explained() -> None:
    rows: Rows = [("a", "x", 0), ("a", "y", 1), ("b", "x", 0), ("b", "y", 5)]
    network = infer(Cascades.of(rows), kernel=PowerLaw(2, 3))

    assert network.edges == [("x", "y")]
    assert network.gain.tolist() == [pytest.approx(math.log(0.5 / 1e-10))]
    assert network.volume.tolist() == [2]
    assert network.explained.tolist() == [1]


def test_a_density_too_large_on_the_way_is_computed_by_logarithms() -> None:
    """100^399 is no number, nor is the square of 1e-200, with which any delay is impossible."""
    rows: Rows = [("a", "x", 0), ("a", "y", 100), ("a", "z", 300), ("b", "x", 0), ("b", "z", 200)]
    network = infer(Cascades.of(rows), kernel=PowerLaw(400, 100))
    bonus = math.log(0.5 / 1e-10)

    assert network.edges == [("y", "z"), ("x", "z"), ("x", "y")]
    assert network.gain.tolist() == pytest.approx([bonus] * 3)
    assert len(infer(Cascades.of(rows), kernel=Rayleigh(1e-200))) == 0


def test_where_no_edge_gains_there_is_none() -> None:
    """Outside of the network a transmission is as likely here as along an edge."""
    network = infer(Cascades.of(FEW), kernel=Exponential(1), epsilon=0.5, edges=2)

    assert network.edges == []
    assert network.possible == 3
    assert len(network.table) == 0
    assert "0 gain something" in network.as_text()


def test_the_kernel_may_be_chosen_from_the_data() -> None:
    cascades = Cascades.of(FEW)

    assert infer(cascades).kernel == Exponential.fit(cascades)
    assert infer(cascades, kernel="log-normal").kernel == LogNormal.fit(cascades)
    assert infer(cascades, kernel="rayleigh").settings["scale"] == Rayleigh.fit(cascades).scale


# Reference networks -------------------------------------------------------------------------------


def test_snaps_example() -> None:
    """SNAP's own five edges; it lists them in another order, with means of what they explain."""
    cascades = Cascades.of(snap_events("netinf_example_cascades.csv"))
    network = infer(cascades, edges=5, kernel=Exponential(1), baseline="constant")
    expected = {
        (row["origin_node"], row["destination_node"]): row
        for row in rows_of("netinf_example_expected_snap.csv")
    }

    assert set(network.edges) == set(expected)
    for edge, gain, explained, mean in zip(
        network.edges, network.gain, network.explained, network.mean_delay, strict=True
    ):
        assert gain == pytest.approx(float(expected[edge]["marginal_gain"]), abs=1e-6)
        assert explained == int(expected[edge]["volume"])
        assert mean == pytest.approx(float(expected[edge]["mean_time_difference"]), abs=1e-6)


def test_rs_example() -> None:
    cascades = Cascades.of(snap_events("netinf_example_cascades.csv"))
    expected = rows_of("netinf_example_R_exp1_n100.csv")
    network = infer(cascades, edges=100, kernel=Exponential(1), compat=COMPAT)

    assert_same(network, expected)
    assert network.possible == 543
    # Up to the first equal gains, whose order is that of R's list of cascades.
    assert network.edges[:37] == edges_of(expected)[:37]
    assert network.p_value is not None
    assert network.p_value[:37].tolist() == pytest.approx(numbers(expected, "p_value")[:37], 1e-9)


@pytest.mark.parametrize(
    ("name", "rate", "asked"),
    [
        ("netinf_simval_expected.csv", 0.18023260645261138, {"edges": 130}),
        ("netinf_simval_R_expauto_p0.05.csv", None, {"cutoff": 0.05}),
    ],
)
def test_rs_simulated_data(name: str, rate: float | None, asked: dict[str, float]) -> None:
    cascades = Cascades.of(snap_events("netinf_simval_cascades.csv"))
    kernel = None if rate is None else Exponential(rate)
    network = infer(cascades, kernel=kernel, compat=COMPAT, **asked)  # type: ignore[arg-type]  # whole numbers for edges
    expected = rows_of(name)

    assert network.edges == edges_of(expected)
    assert_same(network, expected)
    assert network.p_value is not None
    assert network.p_value.tolist() == pytest.approx(numbers(expected, "p_value"), abs=5e-15)


@pytest.mark.parametrize(
    ("name", "kernel", "edges"),
    [
        ("spid_netinf_exp05_n25", Exponential(0.5), 25),
        ("spid_netinf_exp05_n100", Exponential(0.5), 100),
        ("spid_netinf_exp05_n300", Exponential(0.5), 300),
        ("spid_netinf_lnorm2_1_n100", LogNormal(2, 1), 100),
        ("spid_netinf_lnormauto_n100", "log-normal", 100),
    ],
)
def test_state_policies_equal_r(
    name: str, kernel: Kernel | str, edges: int, oracles: Oracles
) -> None:
    cascades = Cascades.of(policies(oracles))
    network = infer(cascades, kernel=kernel, edges=edges, compat=COMPAT)
    expected = oracles.rows(f"{name}.csv")

    assert network.edges == edges_of(expected)
    assert network.gain.tolist() == pytest.approx(numbers(expected, "improvement"), abs=1e-8)


def test_all_edges_of_the_state_policies_equal_r(oracles: Oracles) -> None:
    """All 2,450 in R's order, to the last bit, though 283 gain nothing and many are equal."""
    cascades = Cascades.of(policies(oracles))
    network = infer(cascades, kernel=Exponential(0.5), edges=2450, compat=COMPAT)
    expected = oracles.rows("spid_netinf_exp05_full2450.csv")

    assert network.edges == edges_of(expected)
    assert network.gain.tolist() == pytest.approx(numbers(expected, "improvement"), abs=1e-11)
    assert network.p_value is not None
    assert network.p_value.tolist() == pytest.approx(numbers(expected, "p_value"), abs=5e-14)

    positive = infer(cascades, kernel=Exponential(0.5))
    assert positive.edges == network.edges[: len(positive)]
    assert len(positive) == 2450 - 283


@pytest.mark.parametrize(
    ("name", "kernel", "edges"),
    [
        ("spid_netinf_exp05_p0.1", Exponential(0.5), 872),
        ("spid_netinf_expauto_p0.1", None, 866),
    ],
)
def test_the_tutorials_edges(
    name: str, kernel: Kernel | None, edges: int, oracles: Oracles
) -> None:
    """R's tutorial prints 872 for a rate of 0.5 and 866 for the chosen one."""
    cascades = Cascades.of(policies(oracles))
    network = infer(cascades, kernel=kernel, cutoff=0.1, compat=COMPAT)
    expected = oracles.rows(f"{name}.csv")

    assert len(network) == edges
    assert network.possible == 2450
    assert network.edges == edges_of(expected)
    assert network.p_value is not None
    assert network.p_value.tolist() == pytest.approx(numbers(expected, "p_value"), abs=6e-15)


def test_the_right_test_stops_elsewhere(oracles: Oracles) -> None:
    """870 edges: computed from the formula with R's networks, without its aliasing."""
    network = infer(Cascades.of(policies(oracles)), kernel=Exponential(0.5), cutoff=0.1)

    assert len(network) == 870


def test_policies_of_one_state_change_nothing(oracles: Oracles) -> None:
    rows = policies(oracles)
    sizes = {name: len(list(group)) for name, group in groupby(sorted(rows), lambda row: row[0])}
    cascades = Cascades.of([row for row in rows if sizes[row[0]] > 1])
    network = infer(cascades, kernel=Exponential(0.5), edges=100, compat=COMPAT)
    expected = oracles.rows("spid_min2_netinf_exp05_n100.csv")

    assert len(cascades) == 697
    assert network.edges == edges_of(expected)
    assert network.p_value is not None
    assert network.p_value.tolist() == pytest.approx(numbers(expected, "p_value"), abs=5e-15)


def test_a_high_rate_works_where_r_stops(oracles: Oracles) -> None:
    """R: "Observed time with zero likelihood" for a rate of 10, as e^-10x is no number."""
    network = infer(Cascades.of(policies(oracles)), kernel=Exponential(10), edges=100)

    assert np.isfinite(network.gain).all()
    assert (np.diff(network.gain) <= 0).all()
    # Where delays hardly matter at a low rate, at a high one only the nearest unit counts.
    assert network.gain[0] < 3834.875342377334619


@pytest.mark.parametrize("edges", [25, 100, 300])
def test_state_policies_equal_snap(edges: int, oracles: Oracles) -> None:
    """SNAP prints six digits; its order of equal gains depends on its hash tables."""
    cascades = Cascades.of(policies(oracles))
    network = infer(cascades, kernel=Exponential(0.5), edges=edges, baseline="constant")
    expected = oracles.rows(f"spid_snapcpp_exp05_n{edges}.csv")

    assert_same(network, expected, "marginal_gain", 1e-6)
    volumes = dict(zip(edges_of(expected), numbers(expected, "volume"), strict=True))
    for edge, explained in zip(network.edges[:25], network.explained, strict=False):
        assert explained == volumes[edge]


def test_known_edges_are_found_again(oracles: Oracles) -> None:
    """900 edges of simulated data: as R, and 90.3% of them true, as R's."""
    rows = oracles.rows("synth300_cascades.csv")
    cascades = Cascades.of(events(rows, "cascade_id", "node_name", "event_time"))
    network = infer(cascades, kernel=Exponential(0.5), edges=900)
    expected = oracles.rows("synth300_R_exp05_n900.csv")
    truth = set(edges_of(oracles.rows("synth300_truth.csv")))

    assert network.edges == edges_of(expected)
    assert_same(network, expected)
    assert network.possible == 83134
    assert len(truth & set(network.edges)) / 900 == pytest.approx(0.903, abs=0.0005)

    snap = infer(cascades, kernel=Exponential(0.5), edges=900, baseline="constant")
    assert_same(snap, oracles.rows("synth300_snapcpp_exp05_n900.csv"), "marginal_gain", 1e-6)


# What the parts give ------------------------------------------------------------------------------


def test_pairs_before_any_edge_is_chosen() -> None:
    cascades = Cascades.of(FEW)
    found = pairs(blocks(cascades, Model(Exponential(0.5))))
    bonus = math.log(0.5 / 1e-10)

    assert found.origin.tolist() == [0, 0, 1]  # x, x, y
    assert found.destination.tolist() == [1, 2, 2]  # y, z, z
    assert found.volume.tolist() == [2, 1, 1]
    assert found.gain.tolist() == pytest.approx([2 * bonus, bonus - 1, bonus])
    doubled = pairs(blocks(cascades, Model(Exponential(0.5))), np.array([1.0, 3.0]))
    assert doubled.gain[0] == pytest.approx(4 * bonus)
    assert len(pairs([])) == 0
    assert joined([], np.int32).dtype == np.int32


def test_one_destination_may_be_asked_for() -> None:
    (block,) = blocks(Cascades.of(FEW), Model(Exponential(0.5)), [2])

    assert isinstance(block, Block)
    assert block.volumes().tolist() == [1, 1, 0]
    assert block.delay.tolist() == [5, 3]
    assert greedy(block).origin.tolist() == [1]
    assert len(greedy(block, bound=100)) == 0
    assert len(greedy(block, limit=0)) == 0


def test_numbered_and_silent_units() -> None:
    """Numbers as names, and a unit without an event, which stays in the graph."""
    cascades = Cascades.of(
        [("1", "10", 1.5), ("1", "9", 2.25), ("2", "10", 0.0)], units=["007", "10", "9"]
    )
    graph = infer(cascades, kernel=Exponential(1)).graph()

    assert list(graph.nodes) == ["007", "10", "9"]
    assert list(graph.edges) == [("10", "9")]
    edge = graph.edges["10", "9"]
    assert edge["volume"] == 1
    assert edge["median_delay"] == 0.75
    assert "p_value" not in edge


def test_the_table_and_the_headlines() -> None:
    network = infer(Cascades.of(FEW), kernel=Exponential(0.5), cutoff=0.5)

    assert network.table.names[:4] == ("rank", "origin", "destination", "gain")
    assert network.table.names[-1] == "p_value"
    assert network.table.records()[0]["origin"] == "x"
    summary = {key: value for key, _, value in network.summary}
    assert summary["edges"] == len(network)
    assert summary["kernel"] == "exponential (rate 0.5)"
    assert "NetInf" in network.as_text("zh")
    assert network.as_dict()["settings"]["cutoff"] == 0.5


def test_warnings_count_what_was_left_out() -> None:
    rows: Rows = [*FEW, ("c", "x", 1), ("d", "x", 1), ("d", "y", 1), ("d", "z", 2)]
    texts = [warning.en for warning in infer(Cascades.of(rows), edges=9).warnings]

    assert any(text.startswith("1 of 4 measures") for text in texts)
    # Pairs: 3 in a, 1 in b, 3 in d, of which x and y are simultaneous.
    assert any("14.3% of the pairs" in text for text in texts)
    assert any("9 edges were wanted; only" in text for text in texts)
    assert not any("calibrated" in text for text in texts)


def test_too_few_measures_for_so_many_edges() -> None:
    rows: Rows = [("a", f"u{place}", place) for place in range(9)]
    rows += [("b", f"u{place}", -place) for place in range(9)]
    network = infer(Cascades.of(rows), kernel=Exponential(0.5))

    assert any("to tell so many apart" in warning.en for warning in network.warnings)


def test_edges_without_gain_come_with_compatibility_only() -> None:
    cascades = Cascades.of(FEW)
    plain = infer(cascades, kernel=Exponential(0.5), edges=3)
    filled = infer(cascades, kernel=Exponential(0.5), edges=3, compat=COMPAT)

    assert len(plain) == 2
    assert filled.edges == [*plain.edges, ("x", "z")]
    assert filled.gain[-1] == 0
    assert filled.explained[-1] == 0
    assert filled.volume[-1] == 1
    assert filled.p_value is not None
    assert filled.p_value[-1] == 1


def test_a_cutoff_that_is_never_reached_keeps_all() -> None:
    """With compatibility the first edge without gain, whose p is 1, is the one that reaches it."""
    cascades = Cascades.of(FEW)

    assert len(infer(cascades, kernel=Exponential(0.5), cutoff=1)) == 2
    assert len(infer(cascades, kernel=Exponential(0.5), cutoff=1, compat=COMPAT)) == 3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"edges": 0}, "0 edges"),
        ({"cutoff": 0.0}, "cutoff is 0"),
        ({"cutoff": 1.5}, "cutoff is 1.5"),
        ({"compat": "snap"}, "'snap'"),
        ({"kernel": "weibull"}, "'weibull'"),
        ({"baseline": "none"}, "'none'"),
        ({"epsilon": 0.0}, "epsilon is 0"),
        ({"beta": 2.0}, "beta is 2"),
        ({"compat": COMPAT, "beta": 0.9}, "beta"),
        ({"compat": COMPAT, "kernel": PowerLaw(2)}, "power-law"),
        ({"compat": COMPAT, "baseline": "constant"}, "baseline"),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, object], message: str) -> None:
    settings = {"kernel": Exponential(1), **asked}

    with pytest.raises(QGraphError, match=message) as caught:
        infer(Cascades.of(FEW), **settings)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.hint


def test_measures_that_gain_alike_cannot_be_tested() -> None:
    """The deviation is 0: nothing to compare with; R divides by it."""
    trace = (np.array([0, 1], np.int32), np.array([22.0, 22.0]))
    nothing = (np.empty(0, np.int32), np.empty(0))

    assert math.isnan(vuong([trace], 2)[0])
    assert vuong_aliased([trace], 2)[0] == 0
    assert vuong([nothing], 2)[0] == 1
    assert vuong_aliased([nothing], 2)[0] == 1


def test_a_test_needs_two_measures() -> None:
    with pytest.raises(Refused, match="measures to compare"):
        infer(Cascades.of(FEW[:3]), kernel=Exponential(1), cutoff=0.1)

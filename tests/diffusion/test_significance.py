"""Edges that are more than chance: moments by enumeration, p-values in noise, edges that are known.

Expected moments are enumerated here, over all orders; tails and false discovery rates are SciPy's.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.diffusion.false_discovery import adjust
from qgraph.diffusion.networks.blocks import Model
from qgraph.diffusion.networks.chance import pools, redraw, shares, tail, tempos
from qgraph.diffusion.networks.kernel import Exponential, Rayleigh
from qgraph.diffusion.networks.netinf import infer
from qgraph.diffusion.networks.significance import calibrate, refuse_across_promotion
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.networks.calibrated import CalibratedNetwork

    from .conftest import Oracles

RATE = 0.5
MODEL = Model(Exponential(RATE))


def numbered(draws: Sequence[tuple[NDArray[np.intp], NDArray[np.float64]]]) -> Cascades:
    return Cascades.of(
        [
            (f"m{number:04}", f"u{unit:03}", float(time))
            for number, (units, times) in enumerate(draws)
            for unit, time in zip(units, times, strict=True)
        ],
        units=[f"u{unit:03}" for unit in range(1 + max(int(units.max()) for units, _ in draws))],
    )


def noise(seed: int, *, units: int = 20, measures: int = 200, unequal: float = 0.0) -> Cascades:
    """Units that do not look at each other; some always early if they are unequal."""
    random = np.random.default_rng(seed)
    speed = np.exp(unequal * random.normal(size=units))
    draws = []
    for _ in range(measures):
        chosen = random.permutation(units)[: int(random.integers(3, units))]
        draws.append((chosen, random.exponential(10 / speed[chosen])))
    return numbered(draws)


def planted(seed: int, edges: Sequence[tuple[int, int]], *, units: int = 12) -> Cascades:
    """A measure starts at random units, and follows edges with a mean delay of 1/RATE."""
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(300):
        time = np.where(random.random(units) < 0.25, random.uniform(0, 40, units), np.inf)
        for origin, destination in edges:  # in topological order
            if random.random() < 0.7 and np.isfinite(time[origin]):
                came = time[origin] + random.exponential(1 / RATE)
                time[destination] = min(time[destination], came)
        chosen = np.flatnonzero(np.isfinite(time))
        draws.append((chosen, time[chosen]))
    return numbered([draw for draw in draws if len(draw[0])])


def all_p(cascades: Cascades, null: str) -> NDArray[np.float64]:
    tempo = tempos(cascades, null)
    p: NDArray[np.float64] = np.concatenate(
        [pool.tail().ravel() for pool in pools(cascades, MODEL.kernel, tempo)]
    )
    known: NDArray[np.float64] = p[~np.isnan(p)]
    return known


def named(network: CalibratedNetwork, mask: NDArray[np.bool_]) -> set[tuple[str, str]]:
    return {
        (network.units[origin], network.units[destination])
        for origin, destination in zip(network.origin[mask], network.destination[mask], strict=True)
    }


def credit(times: dict[str, float], origin: str, destination: str) -> float:
    """The definition, for one measure."""
    delays = {unit: times[destination] - time for unit, time in times.items()}
    shares = {unit: np.exp(-RATE * delay) for unit, delay in delays.items() if delay > 0}
    return float(shares.get(origin, 0) / sum(shares.values())) if shares else 0.0


MEASURES = (
    {"A": 0.0, "B": 1.0, "C": 3.0, "D": 3.5},
    {"C": 0.0, "A": 0.0, "B": 2.0, "D": 2.0},
    {"B": 1.0, "D": 4.0, "A": 4.5},
)
FOUR = Cascades.of(
    [(f"m{i}", unit, time) for i, times in enumerate(MEASURES) for unit, time in times.items()],
    units="ABCD",
)


def test_moments_are_those_of_all_orders() -> None:
    """Every order of all but the destination, in each measure; central moments then add up."""
    (pool,) = pools(FOUR, MODEL.kernel, tempos(FOUR, "order"))
    for row, destination in enumerate("ABCD"):
        for column, origin in enumerate("ABCD"):
            if origin == destination:
                continue
            expected = np.zeros(4)
            for times in MEASURES:
                if not {origin, destination} <= times.keys():
                    continue
                others = [unit for unit in times if unit != destination]
                values = np.array(
                    [
                        credit(
                            {destination: times[destination]}
                            | {
                                unit: times[other]
                                for unit, other in zip(order, others, strict=True)
                            },
                            origin,
                            destination,
                        )
                        for order in permutations(others)
                    ]
                )
                centred = values - values.mean()
                expected += [
                    credit(times, origin, destination),
                    values.mean(),
                    (centred**2).mean(),
                    (centred**3).mean(),
                ]
            got = [
                matrix[row, column]
                for matrix in (pool.credit, pool.mean, pool.variance, pool.third)
            ]
            assert got == pytest.approx(expected, abs=1e-12)


def test_moments_follow_the_tempo_of_the_origin() -> None:
    """In the first measure, place k of three others covers a third of the twentieths of a tempo."""
    tempo = np.full((4, 20), Fraction(1, 20), dtype=object)
    tempo[0] = [Fraction(1, 10)] * 10 + [Fraction(0)] * 10  # A is always in the first half
    first = Cascades.of([("m", unit, time) for unit, time in MEASURES[0].items()], units="ABCD")
    (pool,) = pools(first, MODEL.kernel, tempo.astype(float))
    chance = np.array([2 / 3, 1 / 3, 0])  # of the first, second and third place, for A
    values = np.array([credit(MEASURES[0], origin, "D") for origin in "ABC"])
    mean = chance @ values
    assert pool.mean[3, 0] == pytest.approx(mean, abs=1e-12)
    assert pool.variance[3, 0] == pytest.approx(chance @ (values - mean) ** 2, abs=1e-12)
    assert pool.third[3, 0] == pytest.approx(chance @ (values - mean) ** 3, abs=1e-12)


def test_the_tempo_of_a_unit_is_where_it_stands_in_its_measures() -> None:
    rows = [(f"m{i}", unit, time) for i in range(95) for unit, time in (("A", 1), ("B", 2))]
    tempo = tempos(Cascades.of(rows))
    assert tempo.sum(1) == pytest.approx(1)
    # 95 measures and 5 of the prior: all of the first, half of the second are in the first half.
    assert tempo[:, :10].sum(1) == pytest.approx([(95 + 2.5) / 100, 2.5 / 100])


def test_the_tail_is_pearsons_third_curve() -> None:
    from scipy.stats import pearson3

    z = np.array([-1.0, 0, 1, 3, 6])
    for skew in (1.5, 0.2, -0.7):
        moments = [np.full(5, value) for value in (10.0, 4.0, skew * 8)]
        assert tail(10 + 2 * z, *moments) == pytest.approx(pearson3.sf(z, skew), rel=1e-6)
    assert np.isnan(tail(np.ones(1), np.ones(1), np.zeros(1), np.zeros(1))).all()


def test_blocks_of_destinations_add_up_to_all_of_them() -> None:
    data = noise(0, units=9, measures=40)
    tempo = tempos(data)
    (whole,) = pools(data, MODEL.kernel, tempo)
    parts = list(pools(data, MODEL.kernel, tempo, cells=20))
    assert [part.first for part in parts] == [0, 2, 4, 6, 8]
    for name in ("volume", "credit", "mean", "variance", "third"):
        stacked = np.concatenate([getattr(part, name) for part in parts])
        assert stacked == pytest.approx(getattr(whole, name), abs=1e-12)


def test_measure_by_measure_is_the_same_as_all_at_once() -> None:
    data = noise(1, units=9, measures=40)
    tempo = tempos(data)
    (whole,) = pools(data, MODEL.kernel, tempo)
    origins = np.array([7, 0, 3])
    measured = shares(data, MODEL.kernel, tempo, 5, origins)
    sums = measured.summed(np.ones(len(measured.credit)))
    expected = (whole.credit, whole.mean, whole.variance, whole.third)
    for got, matrix in zip(sums, expected, strict=True):
        assert got == pytest.approx(matrix[5, origins], abs=1e-12)


def test_all_credit_of_an_event_is_given_to_units() -> None:
    data = noise(2, units=9, measures=40)
    (pool,) = pools(data, Rayleigh(3.0), tempos(data))
    later = data.time > data.time[data.starts[data.measure]]
    assert pool.credit.sum(1) == pytest.approx(np.bincount(data.unit[later], minlength=9))


@given(st.integers(0, 1000), st.sampled_from(["tempo", "order"]))
@settings(max_examples=20, deadline=None)
def test_a_redraw_keeps_units_and_times_of_every_measure(seed: int, null: str) -> None:
    data = noise(3, units=8, measures=15)
    drawn = redraw(data, null, np.random.default_rng(seed))
    assert (drawn.time == data.time).all()
    for number in range(len(data)):
        here = data.measure == number
        assert sorted(drawn.unit[here]) == sorted(data.unit[here])


def test_a_redraw_by_tempo_keeps_the_slow_slow() -> None:
    data = noise(4, unequal=1.5)
    distance = {
        null: np.abs(
            tempos(redraw(data, null, np.random.default_rng(0))).cumsum(1) - tempos(data).cumsum(1)
        ).max()
        for null in ("tempo", "order")
    }
    assert distance["tempo"] < 0.25 < 0.5 < distance["order"]


@pytest.mark.parametrize("null", ["order", "tempo"])
def test_p_is_uniform_where_there_is_no_influence(null: str) -> None:
    """Three data sets of 380 pairs: shares at .5, .1 and .01 are binomial, up to 4 deviations."""
    p = np.concatenate([all_p(noise(seed), null) for seed in (10, 11, 12)])
    assert len(p) == 3 * 380
    for level in (0.5, 0.1, 0.01):
        deviation = (level * (1 - level) / len(p)) ** 0.5
        assert abs((p <= level).mean() - level) < 4 * deviation


def test_the_null_of_all_orders_takes_tempo_for_influence() -> None:
    data = noise(11, unequal=1.0)
    assert (adjust(all_p(data, "order")) <= 0.05).mean() > 0.03
    assert (adjust(all_p(data, "tempo")) <= 0.05).mean() < 0.01


def test_draws_confirm_theory() -> None:
    found = calibrate(noise(20, units=12), MODEL, permutations=40, jobs=1)
    assert not found.significant.any()
    assert found.tested == 132
    assert found.resolution == 1 / (1 + 40 * 132)
    for level, share in found.checks:
        assert abs(share - level) < 4 * (level * (1 - level) / (40 * 132)) ** 0.5


def test_draws_correct_theory_for_few_units_of_very_unequal_tempo() -> None:
    """Theory gives more small p than it should; the draws give as many, so that none is left."""
    data = [noise(seed, unequal=1.5) for seed in range(30, 34)]
    found = [calibrate(one, MODEL, null="tempo", permutations=20, jobs=1) for one in data]
    theory = np.concatenate([all_p(one, "tempo") for one in data])
    drawn = np.mean([one.checks[0][1] for one in found])
    assert drawn > 0.06
    assert abs((theory <= 0.05).mean() - drawn) < 4 * (0.07 * 0.93 / len(theory)) ** 0.5
    assert sum(int(one.significant.sum()) for one in found) <= 1


def test_mandates_that_the_same_units_always_pilot_are_no_edges() -> None:
    random = np.random.default_rng(5)
    draws = []
    for _ in range(150):
        pilots = random.permutation(5)[: int(random.integers(1, 5))]
        others = np.setdiff1d(np.arange(20), pilots)
        times = np.concatenate(
            [random.integers(0, 4, len(pilots)), 4 + random.integers(0, 4, len(others))]
        )
        draws.append((np.concatenate([pilots, others]), times.astype(float)))
    data = numbered(draws)
    assert (adjust(all_p(data, "order")) <= 0.05).mean() > 0.05
    assert (adjust(all_p(data, "tempo")) <= 0.05).mean() < 0.01


CHAIN = [(0, 1), (1, 2), (2, 3), (4, 5), (6, 7), (6, 8)]


@pytest.fixture(scope="module")
def chain() -> Cascades:
    return planted(0, CHAIN)


def test_true_edges_are_found(chain: Cascades) -> None:
    found = calibrate(chain, MODEL, permutations=30, jobs=1)
    true = {(f"u{origin:03}", f"u{destination:03}") for origin, destination in CHAIN}
    assert named(found, found.direct) == true
    assert (np.diff(found.excess[found.direct]) <= 0).all()
    assert found.excess == pytest.approx(found.credit - found.expected)
    assert not found.direct[~found.significant].any()


def test_an_edge_by_way_of_another_unit_is_significant_but_not_direct() -> None:
    """With longer delays than there are, some credit for 2 goes to 0, whose edge ends at 1."""
    found = calibrate(planted(2, CHAIN), Model(Exponential(0.1)), permutations=20, jobs=1)
    assert ("u000", "u002") in named(found, found.significant)
    assert ("u000", "u002") not in named(found, found.direct)
    assert {("u000", "u001"), ("u001", "u002")} <= named(found, found.direct)


@pytest.mark.parametrize("seed", range(4))
def test_the_only_significant_edge_into_a_unit_is_direct(seed: int) -> None:
    """The worst of all edges too, whose p is the bound."""
    found = calibrate(planted(seed, CHAIN[:2]), MODEL, permutations=0)
    for destination in np.unique(found.destination[found.significant]):
        into = found.significant & (found.destination == destination)
        assert found.direct[into].any()


def test_q_is_monotone_in_p_and_never_below_it(chain: Cascades) -> None:
    network = infer(chain, edges=60, kernel=MODEL.kernel)
    found = calibrate(chain, network=network, permutations=30, jobs=1)
    order = np.argsort(found.p)
    assert (np.diff(found.q[order]) >= 0).all()
    assert (found.q >= found.p).all()
    assert (found.p >= found.resolution).all()


def test_a_network_keeps_its_places_and_gains(chain: Cascades) -> None:
    network = infer(chain, edges=60, kernel=MODEL.kernel)
    found = calibrate(chain, network=network, permutations=30, jobs=1)
    places = np.flatnonzero(found.rank)
    assert sorted(found.rank[places]) == list(range(1, 61))
    edges = network.edges
    for place in places:
        edge = (found.units[found.origin[place]], found.units[found.destination[place]])
        assert edges[found.rank[place] - 1] == edge
        assert found.volume[place] == network.volume[found.rank[place] - 1]
    top = int(np.flatnonzero(found.rank == 1)[0])
    assert found.gain[top] == pytest.approx(network.gain[0])
    assert found.settings["rate"] == RATE


def test_a_network_of_other_units_is_not_taken(chain: Cascades) -> None:
    network = infer(chain, edges=5, kernel=MODEL.kernel)
    with pytest.raises(QGraphError, match="not of these cascades"):
        calibrate(noise(0), network=network)


def same(one: CalibratedNetwork, other: CalibratedNetwork) -> bool:
    return one.as_json() == other.as_json()


def test_the_number_of_processes_has_no_influence(chain: Cascades) -> None:
    alone = calibrate(chain, MODEL, permutations=24, jobs=1)
    assert same(alone, calibrate(chain, MODEL, permutations=24, jobs=2))
    assert not same(alone, calibrate(chain, MODEL, permutations=24, jobs=1, seed=1))


def test_a_dask_cluster_gives_the_same(chain: Cascades) -> None:
    pytest.importorskip("distributed")
    import joblib
    from distributed import Client, LocalCluster

    alone = calibrate(chain, MODEL, permutations=24, jobs=1)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        assert same(alone, calibrate(chain, MODEL, permutations=24))


def test_more_values_than_thresholds_are_rounded_up(
    chain: Cascades, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = infer(chain, kernel=MODEL.kernel)
    exact = calibrate(chain, network=network, permutations=24, jobs=1)
    monkeypatch.setattr("qgraph.diffusion.networks.significance._THRESHOLDS", 20)
    rounded = calibrate(chain, network=network, permutations=24, jobs=1)
    assert (rounded.p >= exact.p).all()
    assert (rounded.p > exact.p).any()
    best = np.argsort(exact.p)[:8]
    assert (rounded.p[best] == exact.p[best]).all()


def test_names_and_the_origin_of_time_have_no_influence(chain: Cascades) -> None:
    plain = calibrate(chain, MODEL, permutations=0)
    shuffle = np.random.default_rng(0).permutation(len(chain.units))
    renumbered = replace(
        chain,
        units=tuple(chain.units[old] for old in np.argsort(shuffle)),
        unit=shuffle[chain.unit].astype(np.int32),
        time=chain.time + 64,
    )
    moved = calibrate(renumbered, MODEL, permutations=0)
    assert named(plain, plain.direct) == named(moved, moved.direct)
    assert named(plain, plain.significant) == named(moved, moved.significant)
    assert moved.excess == pytest.approx(plain.excess, abs=1e-9)


def test_a_measure_of_one_unit_changes_nothing(chain: Cascades) -> None:
    rows = [
        (chain.measures[measure], chain.units[unit], float(time))
        for measure, unit, time in zip(chain.measure, chain.unit, chain.time, strict=True)
    ]
    one = calibrate(Cascades.of(rows, units=chain.units), MODEL, permutations=0)
    alone = ("zz", chain.units[3], 5.0)
    more = calibrate(Cascades.of([*rows, alone], units=chain.units), MODEL, permutations=0)
    assert one.table == more.table


def test_false_discovery_rates_are_scipys() -> None:
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).random(200) ** 2
    for correction in ("bh", "by"):
        expected = false_discovery_control(p, method=correction)
        assert adjust(p, correction) == pytest.approx(expected)


def test_storey_scales_by_the_share_of_true_nulls() -> None:
    """8 of 40 p-values exceed one half, so (1 + 8) / 20 = .45 of the pairs are null."""
    p = np.concatenate([np.linspace(0.001, 0.032, 32), np.linspace(0.55, 0.9, 8)])
    assert adjust(p, "storey") == pytest.approx(0.45 * adjust(p))


def test_a_correction_that_does_not_exist_is_named(chain: Cascades) -> None:
    with pytest.raises(QGraphError, match="no correction 'none'"):
        adjust(np.array([0.5]), "none")
    with pytest.raises(QGraphError, match="no correction 'none'"):
        calibrate(chain, MODEL, correction="none")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"level": 0.0}, "no level"),
        ({"permutations": -1}, "-1 permutations"),
        ({"null": "chaos"}, "no null 'chaos'"),
    ],
)
def test_values_that_cannot_be_are_refused(
    chain: Cascades, values: dict[str, object], message: str
) -> None:
    with pytest.raises(QGraphError, match=message):
        calibrate(chain, MODEL, **values)  # type: ignore[arg-type]  # wrong on purpose


def test_too_few_permutations_are_refused_with_the_number_needed(chain: Cascades) -> None:
    with pytest.raises(Refused) as refusal:
        calibrate(chain, MODEL, permutations=19, level=0.05)
    needed = refusal.value.needed.en
    assert needed == "At least 20 permutations are needed."
    assert calibrate(chain, MODEL, permutations=20, level=0.05, jobs=1).direct.any()


def test_simultaneous_events_hold_no_order() -> None:
    rows = [(f"m{i}", unit, 3.0) for i in range(10) for unit in "ABC"]
    with pytest.raises(Refused, match="no order"):
        calibrate(Cascades.of(rows), MODEL)


def test_measures_of_two_units_hold_no_order_either() -> None:
    """With the destination where it is, there is only one place left for the origin."""
    rows = [(f"m{i}", unit, time) for i in range(10) for unit, time in (("A", 1.0), ("B", 2.0))]
    with pytest.raises(Refused, match="no order"):
        calibrate(Cascades.of(rows), MODEL)


def test_too_few_measures_are_refused() -> None:
    """log 20 is 3.0: two measures are not enough for one parent per unit."""
    random = np.random.default_rng(0)
    data = numbered([(random.permutation(20), random.random(20)) for _ in range(2)])
    with pytest.raises(Refused, match="2 measures") as refusal:
        calibrate(data, MODEL)
    assert "needs 3" in refusal.value.needed.en


def test_edges_across_a_promotion_are_refused(chain: Cascades) -> None:
    moments = {chain.measures[0]: 0.0, chain.measures[1]: 1e9}
    with pytest.raises(Refused, match="mandates, not emulation"):
        refuse_across_promotion(chain, moments)
    with pytest.raises(Refused, match="mandates, not emulation"):
        calibrate(chain, MODEL, moments=moments)
    censored = chain.before(moments)
    found = calibrate(censored, MODEL, moments=moments, permutations=20, jobs=1)
    assert len(censored) == len(chain) - 1
    assert found.direct.any()


def test_censoring_at_the_promotion_takes_the_mandate_out(chain: Cascades) -> None:
    """A chain of units up to a promotion, then everyone else: what comes after is no edge."""
    promotion = 60.0
    rows = [
        (chain.measures[measure], chain.units[unit], float(time))
        for measure, unit, time in zip(chain.measure, chain.unit, chain.time, strict=True)
        if time < promotion
    ]
    missing = [
        (measure, unit, promotion + number % 3)
        for measure in chain.measures
        for number, unit in enumerate(chain.units)
    ]
    everyone = Cascades.of([*rows, *missing], units=chain.units)
    moments = dict.fromkeys(chain.measures, promotion)
    expected = calibrate(Cascades.of(rows, units=chain.units), MODEL, permutations=0)
    got = calibrate(everyone.before(moments), MODEL, moments=moments, permutations=0)
    assert named(got, got.direct) == named(expected, expected.direct)


def test_theory_alone_says_so(chain: Cascades) -> None:
    found = calibrate(chain, MODEL, permutations=0)
    assert found.seed is None
    assert found.checks == ()
    assert any("theory alone" in note.en for note in found.warnings)


def test_ties_are_told() -> None:
    data = noise(0, units=10, measures=50)
    found = calibrate(replace(data, time=np.floor(data.time / 15)), MODEL, permutations=0)
    assert any("simultaneous" in note.en for note in found.warnings)


def test_the_rate_is_estimated_if_none_is_given(chain: Cascades) -> None:
    found = calibrate(chain, permutations=0)
    assert found.settings["rate"] == Exponential.fit(chain).rate


def test_the_result_reads_as_a_table(chain: Cascades) -> None:
    found = calibrate(chain, MODEL, permutations=20, jobs=1)
    assert found.table.names == (
        "origin",
        "destination",
        "direct",
        "excess",
        "credit",
        "expected",
        "p",
        "q",
        "volume",
        "gain",
    )
    assert len(found.table) == len(found)
    counts = {name: value for name, _, value in found.summary}
    assert counts["edges_direct"] == int(found.direct.sum())
    assert counts["pairs_tested"] == 132
    assert "超出期望" in found.as_text("zh")


def test_policies_of_the_states_have_edges_and_their_permutations_none(oracles: Oracles) -> None:
    """R's own test finds 872 edges here and 976 to 1,003 when years are permuted."""
    rows = oracles.rows("spid_policies.csv")
    data = Cascades.of([(x["policy"], x["statenam"], float(x["adopt_year"])) for x in rows])
    found = calibrate(data, MODEL, permutations=40, jobs=1)
    edges = int(found.significant.sum())
    assert found.tested == 2450
    assert named(found, np.arange(len(found)) == 0) == {("California", "Oregon")}
    for null, least in (("tempo", edges), ("order", 30)):
        p = [
            adjust(all_p(redraw(data, "order", np.random.default_rng(draw)), null))
            for draw in range(20)
        ]
        assert np.mean([(q <= 0.05).sum() for q in p]) <= 0.05 * least


def test_the_network_is_a_graph_of_all_units(chain: Cascades) -> None:
    found = calibrate(chain, MODEL, permutations=20, jobs=1)
    graph = found.graph()
    assert set(graph) == set(chain.units)
    origin, destination = found.units[found.origin[0]], found.units[found.destination[0]]
    assert graph.edges[origin, destination]["excess"] == found.excess[0]
    assert graph.number_of_edges() == len(found)

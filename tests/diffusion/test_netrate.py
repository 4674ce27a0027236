"""The network of censored rates: against a general optimiser, known truths and its symmetries."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from qgraph.diffusion.networks.netrate import RateNetwork, censored_rates
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .conftest import Oracles

Rows = list[tuple[str, str, float]]


def drawn(
    seed: int,
    *,
    units: int = 6,
    measures: int = 25,
    horizon: float = 4.0,
    whole: bool = False,
    share: float = 0.3,
) -> Cascades:
    """Cascades with delays drawn from a random network, by the definition of the model."""
    rng = np.random.default_rng(seed)
    rates = np.where(rng.random((units, units)) < share, rng.gamma(2, 0.5, (units, units)), 0)
    rows: Rows = []
    for measure in range(measures):
        times = rng.exponential(20, units)  # from outside
        times[rng.integers(units)] = 0.0
        scale = np.divide(1.0, rates, out=np.full_like(rates, np.inf), where=rates > 0)
        delays = rng.exponential(1.0, rates.shape) * scale
        for _ in range(units):
            times = np.minimum(times, (times[:, None] + delays).min(axis=0))
        times = np.ceil(times) if whole else times
        rows += [(f"m{measure:03}", f"u{i}", t) for i, t in enumerate(times) if t <= horizon]
    made = Cascades.of(rows, units=[f"u{i}" for i in range(units)])
    return replace(made, begin=np.zeros(measures), end=np.full(measures, horizon))


class Model:
    """The likelihood of one unit, event by event, written from the model.

    With whole periods the product over periods of 1 - exp(-hazard) or exp(-hazard), with exact
    times the integral. ``rates``: of the peers, of the source before and after the moment.
    """

    def __init__(
        self, cascades: Cascades, unit: int, moments: Mapping[str, float], peers: str, whole: bool
    ) -> None:
        self.times, self.whole, self.peers = cascades.matrix(), whole, peers
        self.own = self.times[:, unit]
        self.begin, self.end = cascades.begin, cascades.end
        self.moments = [moments.get(name, np.inf) for name in cascades.measures]
        at_risk = np.isnan(self.own) | (self.own > cascades.begin)
        self.measures = np.flatnonzero(at_risk).tolist()

    def hazard(self, rates: np.ndarray, measure: int, when: float) -> float:
        late = when >= self.moments[measure]
        value = rates[-1] if late else rates[-2]
        for peer, adopted in enumerate(self.times[measure]):
            if adopted < when and not (late and self.peers == "before"):
                value += rates[peer]
        return float(value)

    def hazards(self, rates: np.ndarray) -> list[float]:
        """At each adoption; that these make the likelihood largest determines them."""
        adopted = [c for c in self.measures if not np.isnan(self.own[c])]
        return [self.hazard(rates, c, self.own[c]) for c in adopted]

    def minus_log(self, rates: np.ndarray) -> float:
        total = 0.0
        for c in self.measures:
            adopted = not np.isnan(self.own[c])
            last = self.own[c] if adopted else self.end[c]
            if self.whole:
                for period in np.arange(self.begin[c] + 1, last + 1):
                    hazard = self.hazard(rates, c, period)
                    now = adopted and period == last
                    total += np.log(-np.expm1(-hazard)) if now else -hazard
                continue
            inner = [t for t in (*self.times[c], self.moments[c]) if self.begin[c] < t < last]
            for start, stop in pairwise([self.begin[c], *sorted(inner), last]):
                total -= self.hazard(rates, c, (start + stop) / 2) * (stop - start)
            total += np.log(self.hazard(rates, c, last)) if adopted else 0.0
        return -total

    def fitted(self, barred: int = -1) -> tuple[np.ndarray, float]:
        """Give rates and log-likelihood of scipy's L-BFGS-B."""
        size = self.times.shape[1] + 2
        best = minimize(
            self.minus_log,
            np.where(np.arange(size) == barred, 0.0, 0.2),
            method="L-BFGS-B",
            bounds=[(0, 0) if k == barred else (1e-9, 100) for k in range(size)],
            options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 2000, "maxfun": 20000},
        )
        return best.x, -best.fun


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("peers", ["always", "before"])
@pytest.mark.parametrize("promoted", [False, True])
def test_rates_are_those_of_a_general_optimiser(whole: bool, peers: str, promoted: bool) -> None:
    cascades = drawn(3, units=4, measures=30, horizon=6.0, whole=whole)
    moments = dict.fromkeys(cascades.measures[::2], 3.0) if promoted else {}
    network = censored_rates(
        cascades, moments=moments or None, peers=peers, discrete=whole, tolerance=1e-8
    )
    total = 0.0
    for unit in range(4):
        model = Model(cascades, unit, moments, peers, whole)
        rates, most = model.fitted()
        total += most
        source = network.source_rate[unit, [0, -1]]
        ours = np.concatenate((network.rate[:, unit], source))
        # As shares of a unit of time: a rate that has no bound is 1 wherever the climb stops.
        assert np.exp(np.negative(model.hazards(ours))) == pytest.approx(
            np.exp(np.negative(model.hazards(rates))), abs=1e-3
        )
        assert -model.minus_log(np.maximum(ours, 1e-12)) >= most - 1e-6
        if not whole:  # in whole periods causes that always come together cannot be told apart
            known = np.append(network.exposure[:, unit] > 0, [True, promoted])
            assert ours[known] == pytest.approx(rates[known], abs=2e-3)
    assert network.log_likelihood[-1] == pytest.approx(total, abs=1e-4)


def test_the_test_statistic_is_that_of_two_general_optimisations() -> None:
    cascades = drawn(3, units=4, measures=14)
    network = censored_rates(cascades)
    assert len(network.edges) >= 4
    for origin, destination in network.edges:
        model = Model(cascades, destination, {}, "always", False)
        lost = model.fitted()[1] - model.fitted(barred=origin)[1]
        assert network.statistic[origin, destination] == pytest.approx(2 * lost, abs=5e-3)


def test_em_alone_agrees_with_its_formula() -> None:
    """Three steps of the EM of the specification, written as loops, from the same start."""
    cascades = drawn(8, units=3, measures=9)
    network = censored_rates(cascades, iterations=3, refine=False)
    times = np.where(np.isnan(cascades.matrix()), np.inf, cascades.matrix())
    for unit in range(3):
        last = np.minimum(times[:, unit], 4.0)
        exposure = np.append(np.maximum(last[:, None] - times, 0).sum(axis=0), last.sum())
        events = [c for c in range(9) if 0 < times[c, unit] <= 4.0]
        causes = [[j for j in range(3) if times[c, j] < times[c, unit]] + [3] for c in events]
        able = sorted({j for row in causes for j in row})
        rates = {j: len(events) / len(able) / exposure[j] for j in able}
        for _ in range(3):
            shares = dict.fromkeys(able, 0.0)
            for row in causes:
                for j in row:
                    shares[j] += rates[j] / sum(rates[k] for k in row)
            rates = {j: shares[j] / exposure[j] for j in able}
        for j in able:
            found = network.source_rate[unit, 0] if j == 3 else network.rate[j, unit]
            assert found == pytest.approx(rates[j], rel=1e-12)


@pytest.fixture(scope="module")
def synthetic(oracles: Oracles) -> tuple[Cascades, set[tuple[str, str]]]:
    rows = [
        (row["cascade_id"], row["node_name"], float(row["event_time"]))
        for row in oracles.rows("synth300_cascades.csv")
    ]
    truth = {
        (row["origin_node"], row["destination_node"]) for row in oracles.rows("synth300_truth.csv")
    }
    return Cascades.of(rows), truth


def precision(
    network: RateNetwork, score: np.ndarray, truth: set[tuple[str, str]], count: int
) -> float:
    best = np.argsort(-score, axis=None, kind="stable")[:count]
    places = zip(*np.unravel_index(best, score.shape), strict=True)
    named = [(network.units[i], network.units[j]) for i, j in places]
    return sum(pair in truth for pair in named) / count


def test_em_finds_the_known_network(
    synthetic: tuple[Cascades, set[tuple[str, str]]],
) -> None:
    """835 measures over 900 known edges; the shares are those of an independent prototype."""
    cascades, truth = synthetic
    network = censored_rates(cascades, iterations=60, refine=False)
    found = [precision(network, network.rate, truth, count) for count in (100, 300, 600, 900)]
    assert found == pytest.approx([0.90, 0.96, 0.973, 0.978], abs=0.0015)
    assert np.isnan(network.p_value).all()


def test_likelihood_ratios_find_it_better(
    synthetic: tuple[Cascades, set[tuple[str, str]]],
) -> None:
    cascades, truth = synthetic
    network = censored_rates(cascades)
    ranked = [(network.units[i], network.units[j]) for i, j in network.edges]
    assert all(pair in truth for pair in ranked[:600])
    assert sum(pair in truth for pair in ranked[:900]) / 900 >= 0.98
    significant = [
        pair
        for pair in ranked
        if network.q_value[network.units.index(pair[0]), network.units.index(pair[1])] <= 0.05
    ]
    assert sum(pair not in truth for pair in significant) / len(significant) <= 0.05
    assert len(significant) >= 850
    assert network.gap < 1e-2
    assert (np.diff(network.log_likelihood) >= 0).all()


def mandated(seed: int = 5) -> tuple[Cascades, dict[str, float]]:
    """31 units, 200 measures: two pilots, then a mandate that each other unit meets on its own."""
    rng = np.random.default_rng(seed)
    rows: Rows = []
    moments = {}
    for number in range(200):
        name = f"m{number:03}"
        moments[name] = float(rng.uniform(2, 4))
        pilots = rng.choice(8, 2, replace=False)
        rows += [(name, f"u{pilots[0]:02}", 0.0), (name, f"u{pilots[1]:02}", rng.uniform(0.1, 2))]
        for unit in sorted(set(range(31)) - set(pilots.tolist())):
            time = moments[name] + rng.exponential(1.0)
            if time <= 6:
                rows.append((name, f"u{unit:02}", time))
    made = Cascades.of(rows, units=[f"u{unit:02}" for unit in range(31)])
    return replace(made, end=np.full(200, 6.0)), moments


def test_a_mandate_is_no_network_once_its_dates_are_known() -> None:
    cascades, moments = mandated()
    known = censored_rates(cascades, moments=moments)
    blind = censored_rates(cascades)
    assert (known.q_value <= 0.05).sum() == 0
    assert known.explained.sum() / known.adoptions < 0.25  # rates cannot err below 0
    assert 0.75 < np.median(known.source_rate[:, 1]) < 1.05  # 1 less what peers seem to explain
    # Without the dates, the rush after the promotion looks like contagion.
    assert (blind.q_value <= 0.05).sum() > 10
    assert blind.explained.sum() / blind.adoptions > 0.9


def test_peers_only_before_the_promotion_leave_all_else_to_the_mandate() -> None:
    cascades, moments = mandated()
    network = censored_rates(cascades, moments=moments, peers="before")
    after = sum(cascades.time >= [moments[cascades.measures[m]] for m in cascades.measure])
    assert network.source_explained[:, 1].sum() == pytest.approx(after)
    times = cascades.matrix()
    exposed = sum(
        np.nansum(
            np.where(np.isnan(times[k]), 6.0, times[k]) - moment
            if not np.isnan(times[k]).all()
            else 0,
            where=np.isnan(times[k]) | (times[k] > moment),
        )
        for k, moment in enumerate(moments.values())
    )
    assert network.source_exposure[:, 1].sum() == pytest.approx(exposed)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_steps_never_lose_likelihood_and_what_is_explained_adds_up(seed: int, whole: bool) -> None:
    cascades = drawn(seed, whole=whole)
    for refine in (False, True):
        network = censored_rates(cascades, discrete=whole, refine=refine)
        assert (np.diff(network.log_likelihood) >= 0).all()
        explained = network.explained.sum() + network.source_explained.sum()
        assert explained == pytest.approx(network.adoptions)
        assert network.adoptions + network.seeds == len(cascades.time)
    assert network.gap <= 6 * 1e-6 * 10
    q, p = network.q_value, network.p_value
    assert ((q >= p) & (q <= 1)).all()


def same(first: RateNetwork, second: RateNetwork, *, scale: float = 1.0) -> None:
    """Rates agree to what the tolerance of the likelihood leaves open."""
    for ours, theirs in ((first.rate, second.rate), (first.source_rate, second.source_rate)):
        # As shares of a unit of time: a rate that has no bound is 1 at any stop.
        assert np.exp(-theirs * scale) == pytest.approx(np.exp(-ours), abs=2e-3)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(6)))
def test_names_do_not_matter(seed: int, order: list[int]) -> None:
    cascades = drawn(seed, measures=40)
    network = censored_rates(cascades, tolerance=1e-9)
    names = [f"u{i}" for i in range(6)]
    rows = [
        (cascades.measures[m], names[order[u]], t)
        for m, u, t in zip(cascades.measure, cascades.unit, cascades.time, strict=True)
    ]
    other = replace(Cascades.of(rows, units=names), begin=cascades.begin, end=cascades.end)
    renamed = censored_rates(other, tolerance=1e-9)
    assert renamed.rate[np.ix_(order, order)] == pytest.approx(network.rate, abs=2e-3)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.25, 2.0, 365.0]), st.floats(-50, 50))
def test_another_clock_changes_only_the_unit_of_the_rates(
    seed: int, scale: float, shift: float
) -> None:
    cascades = drawn(seed, measures=40)
    network = censored_rates(cascades, tolerance=1e-9)
    clocked = replace(
        cascades,
        time=cascades.time * scale + shift,
        begin=cascades.begin * scale + shift,
        end=cascades.end * scale + shift,
    )
    same(network, censored_rates(clocked, tolerance=1e-9), scale=scale)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_seeing_each_cascade_twice_leaves_the_rates_and_doubles_the_evidence(
    seed: int, whole: bool
) -> None:
    cascades = drawn(seed, measures=40, whole=whole)
    rows = [
        (f"{cascades.measures[m]}{copy}", cascades.units[u], t)
        for m, u, t in zip(cascades.measure, cascades.unit, cascades.time, strict=True)
        for copy in "ab"
    ]
    twice = replace(
        Cascades.of(rows, units=cascades.units),
        begin=np.repeat(cascades.begin, 2),
        end=np.repeat(cascades.end, 2),
    )
    once, double = (censored_rates(c, discrete=whole, tolerance=1e-9) for c in (cascades, twice))
    assert double.log_likelihood[-1] == pytest.approx(2 * once.log_likelihood[-1], abs=1e-6)
    if not whole:  # in whole periods causes that always come together cannot be told apart
        same(once, double)
    assert double.statistic == pytest.approx(2 * once.statistic, abs=1e-2)


def test_a_unit_that_never_adopts_only_adds_exposure() -> None:
    cascades = drawn(4, measures=40)
    more = replace(cascades, units=(*cascades.units, "idle"))
    network, wider = censored_rates(cascades), censored_rates(more)
    assert (wider.rate[:6, :6] == network.rate).all()
    assert not wider.rate[6].any()
    assert not wider.rate[:, 6].any()
    assert wider.source_rate[6] == 0
    held = np.nansum(4.0 - cascades.matrix(), axis=0)
    assert wider.exposure[:6, 6] == pytest.approx(held)
    assert wider.possible == network.possible + 6


def test_longer_observation_without_adoption_lowers_rates() -> None:
    """With one measure pair a to b: rate = adoptions / exposure, worked out by hand."""
    rows: Rows = [("m0", "a", 0.0), ("m0", "b", 2.0), ("m1", "a", 0.0), ("m2", "a", 1.0)]
    made = Cascades.of(rows, units=["a", "b"])
    short = censored_rates(replace(made, end=np.full(3, 3.0)), source=False)
    longer = censored_rates(replace(made, end=np.full(3, 11.0)), source=False)
    assert short.rate[0, 1] == pytest.approx(1 / (2 + 3 + 2))
    assert longer.rate[0, 1] == pytest.approx(1 / (2 + 11 + 10))
    assert np.isnan(short.p_value).all()


def test_simultaneous_adopters_are_no_parents() -> None:
    rows = [
        (f"m{k}", unit, when)
        for k in range(5)
        for unit, when in (("a", 0.0), ("b", 1.0), ("c", 1.0))
    ]
    network = censored_rates(Cascades.of(rows))
    b, c = network.units.index("b"), network.units.index("c")
    assert network.rate[b, c] == network.rate[c, b] == 0
    assert any("10 of 15 adoptions (67%)" in note.en for note in network.warnings)
    grouped = censored_rates(Cascades.of(rows), discrete=True)
    assert not any("share measure and time" in note.en for note in grouped.warnings)
    assert any("no bound" in note.en for note in grouped.warnings)


def test_rates_that_only_their_sum_determines_are_counted() -> None:
    """b and c always adopt together, so that d may owe its adoptions to either; a always starts, so
    that b and c may owe theirs to a or to the source: three rates too many.
    """
    rows: Rows = []
    for k in range(20):
        late = 1.0 + k % 3
        rows += [(f"m{k:02}", "a", 0.0), (f"m{k:02}", "b", late), (f"m{k:02}", "c", late)]
        rows += [(f"m{k:02}", "d", late + 0.25 + k / 50)]
    network = censored_rates(Cascades.of(rows))
    b, c, d = (network.units.index(name) for name in "bcd")
    assert network.rate[b, d] == pytest.approx(network.rate[c, d])
    assert network.statistic[b, d] == pytest.approx(0, abs=5e-3)
    assert any("told apart" in note.en and note.en[0] == "3" for note in network.warnings)


def test_adoption_on_the_day_of_the_promotion_is_the_mandate() -> None:
    rows = [(f"m{k}", unit, when) for k in range(5) for unit, when in (("a", 0.0), ("b", 3.0))]
    network = censored_rates(Cascades.of(rows), moments={f"m{k}": 3.0 for k in range(5)})
    assert network.source_explained.tolist() == [[0, 0], [0, 5]]
    assert np.isinf(network.source_rate[1, 1])
    assert any("very time of the promotion" in note.en for note in network.warnings)
    assert network.as_dict()["rows"] == []


def test_the_table_and_the_graph_have_the_same_edges_the_best_founded_first() -> None:
    network = censored_rates(drawn(11, measures=60))
    rows = network.table.records()
    assert [row["statistic"] for row in rows] == sorted(
        (row["statistic"] for row in rows), reverse=True
    )
    graph = network.as_network()
    assert set(graph.nodes) == set(network.units)
    assert len(rows) == graph.number_of_edges()
    for row in rows:
        assert graph[row["origin"]][row["destination"]]["rate"] == row["rate"]
    few = network.as_network(q=0.05)
    assert few.number_of_edges() == (network.q_value <= 0.05).sum() > 0
    assert ("edges", len(rows)) in [(name, value) for name, _, value in network.summary]
    sources = network.sources.records()
    assert [row["rate_source"] for row in sources] == network.source_rate[:, 0].tolist()
    assert "删失传播速率网络" in network.as_text("zh")


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    """statsmodels over all possible pairs, the untouched ones at p = 1."""
    from statsmodels.stats.multitest import multipletests

    network = censored_rates(drawn(11, measures=60))
    able = network.exposure > 0
    expected = multipletests(network.p_value[able], method="fdr_bh")[1]
    assert network.q_value[able] == pytest.approx(expected)


def test_the_other_reference_doubles_each_p() -> None:
    cascades = drawn(11, measures=60)
    lenient, safe = (
        censored_rates(cascades, reference=name) for name in ("mixture", "chi-squared")
    )
    found = lenient.statistic > 0
    assert safe.p_value[found] == pytest.approx(2 * lenient.p_value[found])
    assert (safe.p_value[~found] == 1).all()
    # The 5 % point of chi-squared with one degree of freedom is 3.841, that of the mixture 2.706.
    assert ((safe.p_value <= 0.05) == (safe.statistic >= 3.8415)).all()
    assert ((lenient.p_value <= 0.05) == (lenient.statistic >= 2.7055)).all()
    assert len(safe.notes) == len(lenient.notes) - 1


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(Refused, match="no adoption follows"):
        censored_rates(Cascades.of([("m", "a", 1.0), ("n", "b", 1.0)]))
    cascades = drawn(1)
    with pytest.raises(QGraphError, match="peers cannot be 'never'"):
        censored_rates(cascades, peers="never")
    with pytest.raises(QGraphError, match="no reference 'normal'"):
        censored_rates(cascades, reference="normal")
    with pytest.raises(QGraphError, match="need the source"):
        censored_rates(cascades, moments={"m000": 1.0}, source=False)
    with pytest.raises(QGraphError, match="not whole periods"):
        censored_rates(cascades, discrete=True)
    with pytest.raises(QGraphError, match="0 iterations"):
        censored_rates(cascades, iterations=0)
    with pytest.raises(QGraphError, match="no end"):
        censored_rates(replace(cascades, end=np.full(len(cascades), np.inf)))

"""Rate scores: against the published rule, by hand, and under changes that must not matter."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.diffusion.scores.dynamic_scores import dynamic_rate_scores
from qgraph.diffusion.scores.opportunities import opportunities
from qgraph.diffusion.scores.rate_scores import rate_scores, walker_scores
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from .conftest import Oracles

Rows = list[tuple[str, str, float]]

THREE: Rows = [
    ("p", "a", 2001),
    ("p", "b", 2004),
    ("q", "b", 2002),
    ("q", "c", 2003),
    ("r", "c", 2000),
]

few = settings(max_examples=50, deadline=None)
rows = st.dictionaries(
    st.tuples(st.sampled_from("pqrst"), st.sampled_from("abcd")),
    st.integers(1990, 2010),
    min_size=1,
).map(lambda times: [(measure, unit, float(time)) for (measure, unit), time in times.items()])


def _by_name(units: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(units, values.tolist(), strict=True))


def test_scores_of_the_american_states(oracles: Oracles) -> None:
    """Counts and rates by the rule of SPID's authors: 667 policies first adopted from 1912 on.

    Alaska and Hawaii have their counts without any year of entry: the file applies none.
    """
    events = oracles.rows("spid_policies.csv")
    expected = {
        row["statenam"]: row for row in oracles.rows("spid_static_rate_scores_from1912.csv")
    }
    found = rate_scores(
        Cascades.of([(row["policy"], row["statenam"], float(row["adopt_year"])) for row in events]),
        first=1912,
        interval="wilson",
    )
    assert set(found.units) == set(expected)
    for number, unit in enumerate(found.units):
        assert found.adoptions[number] == int(expected[unit]["adoptions"])
        assert found.opportunities[number] == int(expected[unit]["opportunities"])
        assert found.rate[number] == pytest.approx(float(expected[unit]["rate"]), abs=1e-12)
    assert [row["unit"] for row in found.table.records()][:3] == list(expected)[:3]
    assert found.warnings[0].en == "61 measures first adopted before 1912 were left out."


def test_opportunities_by_hand() -> None:
    """Both ends count: a has 2001 for p, 2002-2003 for q, 2000 for r; b 2001-2004, 2002, 2000."""
    scores = rate_scores(Cascades.of(THREE), interval="exact")
    assert _by_name(scores.units, scores.opportunities) == {"a": 4, "b": 6, "c": 7}
    assert _by_name(scores.units, scores.adoptions) == {"a": 1, "b": 2, "c": 2}
    assert scores.rate.tolist() == [1 / 4, 2 / 6, 2 / 7]
    assert scores.rank.tolist() == [3, 1, 2]


def test_opportunities_may_last_until_the_end_of_observation() -> None:
    """Observation ends in 2004, the last event of all: r is open to a and b for five years."""
    scores = rate_scores(Cascades.of(THREE), until="end", interval="exact")
    assert _by_name(scores.units, scores.opportunities) == {"a": 1 + 3 + 5, "b": 4 + 1 + 5, "c": 7}


def test_a_unit_has_no_opportunity_before_its_entry() -> None:
    """What b adopted in 2002 was before its entry in 2003: neither adoption nor opportunity."""
    scores = rate_scores(Cascades.of(THREE), entry={"b": 2003}, interval="exact")
    assert _by_name(scores.units, scores.opportunities) == {"a": 4, "b": 2, "c": 7}
    assert _by_name(scores.units, scores.adoptions) == {"a": 1, "b": 1, "c": 2}
    assert "1 adoptions before" in scores.warnings[0].en


def test_a_unit_that_comes_too_late_has_no_score() -> None:
    scores = rate_scores(Cascades.of(THREE), entry={"a": 2010}, interval="poisson")
    assert np.isnan(scores.rate[0])
    assert np.isnan(scores.rank[0])
    assert scores.table.records()[-1]["unit"] == "a"
    assert "1 units had no opportunity" in scores.warnings[1].en


def test_the_intervals_are_those_of_other_implementations() -> None:
    """Wilson and Clopper-Pearson from SciPy; Garwood's as quantiles of chi-squared over two."""
    cascades = Cascades.of(THREE)
    for name, method in (("wilson", "wilson"), ("exact", "exact")):
        scores = rate_scores(cascades, interval=name)
        for low, high, a, n in zip(
            scores.low, scores.high, scores.adoptions, scores.opportunities, strict=True
        ):
            expected = stats.binomtest(int(a), int(n)).proportion_ci(method=method)
            assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    scores = rate_scores(cascades, interval="poisson", confidence=0.9)
    low = stats.chi2.ppf(0.05, 2 * scores.adoptions) / 2 / scores.opportunities
    high = stats.chi2.ppf(0.95, 2 * scores.adoptions + 2) / 2 / scores.opportunities
    assert scores.low == pytest.approx(low, abs=1e-12)
    assert scores.high == pytest.approx(high, abs=1e-12)
    never = Cascades.of(THREE, units=["d"])
    assert rate_scores(never, interval="poisson").low[0] == 0


def test_the_bootstrap_draws_measures() -> None:
    """Of one measure there is one sample: the interval has no width. Two workers change nothing."""
    single = rate_scores(Cascades.of(THREE[:2]), replicates=20)
    assert single.low.tolist() == single.high.tolist() == single.rate.tolist()
    one = rate_scores(Cascades.of(THREE), replicates=40, seed=3)
    two = rate_scores(Cascades.of(THREE), replicates=40, seed=3, jobs=2)
    assert one.as_json() == two.as_json()
    assert one.as_json() != rate_scores(Cascades.of(THREE), replicates=40, seed=4).as_json()
    assert (one.rank_low <= one.rank_high).all()
    assert one.seed == 3


def test_the_bootstrap_covers_a_rate_that_differs_between_measures() -> None:
    """Half of the measures spread at .05 a year, half at .5; with units alike, all rates are one.

    Wilson's interval, which takes opportunities for independent, is too narrow for such measures.
    """
    random = np.random.default_rng(0)
    made: Rows = []
    for measure in range(60):
        chance = 0.05 if measure % 2 else 0.5
        made.append((f"m{measure:02}", "first", 0.0))
        made += [
            (f"m{measure:02}", f"u{unit}", float(random.geometric(chance))) for unit in range(20)
        ]
    cascades = Cascades.of(made)
    wide = rate_scores(cascades, replicates=300)
    narrow = rate_scores(cascades, interval="wilson")
    assert np.median((wide.high - wide.low)[1:] / (narrow.high - narrow.low)[1:]) > 1.2


def test_walkers_scores_by_hand() -> None:
    """Measure p: a 0, b 1, c 1 (never); q: b 0, c 1, a 1; r has one adopter and no delay."""
    assert walker_scores(Cascades.of(THREE)).tolist() == [0.5, 0.5, 0.0]
    assert walker_scores(Cascades.of(THREE), first=2002).tolist() == [0.0, 1.0, 0.0]
    assert np.isnan(walker_scores(Cascades.of(THREE[-1:]))).all()
    scores = rate_scores(Cascades.of(THREE), walker=True, interval="exact")
    assert "walker" in scores.table.names
    assert "censoring" in scores.warnings[-1].en


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(Refused, match="whole periods"):
        rate_scores(Cascades.of([("p", "a", 0.5)]))
    with pytest.raises(Refused, match="no measure is left"):
        rate_scores(Cascades.of(THREE), first=2005)


def test_options_out_of_range_are_named() -> None:
    cascades = Cascades.of(THREE)
    with pytest.raises(QGraphError, match="no interval 'normal'"):
        rate_scores(cascades, interval="normal")
    with pytest.raises(QGraphError, match="no until 'never'"):
        rate_scores(cascades, until="never")
    with pytest.raises(QGraphError, match="95 is no level"):
        rate_scores(cascades, confidence=95)
    with pytest.raises(QGraphError, match="0 samples"):
        rate_scores(cascades, replicates=0)
    with pytest.raises(NotFound, match="'z'"):
        rate_scores(cascades, entry={"z": 2000})
    with pytest.raises(QGraphError, match="no smoother"):
        dynamic_rate_scores(cascades, window=0)


@few
@given(rows, st.integers(-50, 50))
def test_shifting_all_years_changes_no_score(events: Rows, years: int) -> None:
    shifted = [(measure, unit, time + years) for measure, unit, time in events]
    one = rate_scores(Cascades.of(events), replicates=5)
    two = rate_scores(Cascades.of(shifted), replicates=5)
    assert one.table.records() == two.table.records()


@few
@given(rows)
def test_names_of_units_do_not_matter(events: Rows) -> None:
    new = dict(zip("abcd", ("w", "z", "y", "x"), strict=True))
    one = rate_scores(Cascades.of(events), replicates=5)
    two = rate_scores(Cascades.of([(m, new[u], t) for m, u, t in events]), replicates=5)
    assert [new[unit] for unit in one.units] == list(two.units)
    for name in ("rate", "low", "high", "rank"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True)


@few
@given(rows)
def test_a_unit_that_never_adopts_changes_no_other(events: Rows) -> None:
    one = rate_scores(Cascades.of(events), interval="wilson")
    two = rate_scores(Cascades.of([*events], units=["never"]), interval="wilson")
    assert two.rate[0] == 0
    assert two.rate[1:].tolist() == one.rate.tolist()


@few
@given(rows, st.sampled_from("abcd"), st.integers(1990, 2010))
def test_a_measure_of_one_adopter_is_one_opportunity_for_all(
    events: Rows, unit: str, year: int
) -> None:
    """Under the published rule its only period is the one in which it was adopted."""
    everyone = list("abcd")
    one = rate_scores(Cascades.of(events, units=everyone), interval="wilson")
    more = [*events, ("alone", unit, float(year))]
    two = rate_scores(Cascades.of(more, units=everyone), interval="wilson")
    assert (two.opportunities - one.opportunities).tolist() == [1, 1, 1, 1]
    assert (two.adoptions - one.adoptions).tolist() == [int(name == unit) for name in everyone]


@few
@given(rows)
def test_every_adoption_took_an_opportunity(events: Rows) -> None:
    could = opportunities(Cascades.of(events))
    assert (could.count >= could.adopted).all()
    assert could.adopted.sum() == len(events)


@few
@given(rows, st.integers(1, 5))
def test_periods_add_up_to_the_static_score(events: Rows, window: int) -> None:
    """The counts per period sum to the static ones, and a window over all gives the static rate."""
    cascades = Cascades.of(events)
    static = rate_scores(cascades, interval="wilson")
    dynamic = dynamic_rate_scores(cascades, window=window)
    assert dynamic.adoptions.sum(axis=1).tolist() == static.adoptions.tolist()
    assert dynamic.opportunities.sum(axis=1).tolist() == static.opportunities.tolist()
    whole = dynamic_rate_scores(cascades, window=len(dynamic.periods))
    assert np.array_equal(whole.rate[:, -1], static.rate, equal_nan=True)


def test_dynamic_scores_by_hand() -> None:
    """Unit b: open are r in 2000, p in 2001-2004 and q in 2002; it adopts q in 2002, p in 2004.

    The kernel with bandwidth 1.5 weighs the neighbours 5/12 and the year itself 3/4.
    """
    scores = dynamic_rate_scores(Cascades.of(THREE))
    b = scores.units.index("b")
    assert scores.periods.tolist() == [2000, 2001, 2002, 2003, 2004]
    assert scores.opportunities[b].tolist() == [1, 1, 2, 1, 1]
    assert scores.adoptions[b].tolist() == [0, 0, 1, 0, 1]
    assert scores.rate[b].tolist() == [0, 0, 1 / 3, 1 / 3, 1 / 2]
    near, own = 5 / 12, 3 / 4
    assert scores.smoothed[b, 2] == pytest.approx(own / (near + 2 * own + near), abs=1e-15)
    rate = scores.smoothed[b, 2]
    spread = (near**2 + 2 * own**2 + near**2) * rate * (1 - rate)
    assert scores.error[b, 2] == pytest.approx(spread**0.5 / (2 * near + 2 * own), abs=1e-15)
    assert "2004" in scores.as_text()


def test_the_line_is_that_of_weighted_least_squares() -> None:
    """Degree 1 against NumPy's polynomial fit to the single opportunities, weighted by kernel."""
    cascades = Cascades.of(
        [("p", "a", 2000), ("p", "b", 2006), ("q", "b", 2003), ("q", "a", 2001), ("r", "a", 2002)]
    )
    scores = dynamic_rate_scores(cascades, bandwidth=2.5, degree=1)
    b = scores.units.index("b")
    for place in (2, 3, 4):
        offsets = np.arange(-2, 3)
        open_ = scores.opportunities[b, place - 2 : place + 3]
        taken = scores.adoptions[b, place - 2 : place + 3]
        some = open_ > 0
        weight = 0.75 * (1 - (offsets / 2.5) ** 2) * open_
        line = np.polyfit(
            offsets[some], (taken / np.maximum(open_, 1))[some], 1, w=np.sqrt(weight[some])
        )
        assert scores.smoothed[b, place] == pytest.approx(line[1], abs=1e-12)


def test_a_period_without_opportunity_has_no_rate() -> None:
    scores = dynamic_rate_scores(Cascades.of([("p", "a", 2000), ("q", "b", 2005)]), window=1)
    assert np.isnan(scores.rate[:, 1:5]).all()
    assert np.isnan(scores.smoothed[:, 2:4]).all()
    assert len(scores.table) == 4
    assert scores.table.records()[0]["period"] == 2000


def test_dated_periods_are_written_as_people_do() -> None:
    scores = dynamic_rate_scores(
        Cascades.of([("p", "a", 24290), ("p", "b", 24291)], period="month")
    )
    assert scores.table.records()[0]["period"] == "2024-03"
    assert {key: value for key, _, value in scores.summary}["last"] == "2024-04"


def test_both_languages_are_there() -> None:
    scores = rate_scores(Cascades.of(THREE), interval="exact")
    assert "创新性得分" in scores.as_text("zh")
    assert "Innovativeness" in scores.as_text("en")
    assert scores.as_dict()["summary"]["rate"] == pytest.approx(5 / 17)
    assert not np.isclose(scores.rate, nan).any()

"""Turnbull's estimate: against published masses, lifelines, Kaplan-Meier, and itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.estimators import kaplan_meier
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.diffusion.survival.turnbull import IntervalSurvival, turnbull

#: Months to cosmetic deterioration of the breast, (after, by]; 100 is not by the last visit.
#: Finkelstein, D. M. and Wolfe, R. A. (1985), Biometrics 41(4), 933-945, table 4.
RADIATION = (
    "45-100 6-10 0-7 46-100 46-100 7-16 17-100 7-14 37-44 0-8 4-11 15-100 11-15 22-100 46-100"
    " 46-100 25-37 46-100 26-40 46-100 27-34 36-44 46-100 36-48 37-100 40-100 17-25 46-100 11-18"
    " 38-100 5-12 37-100 0-5 18-100 24-100 36-100 5-11 19-35 17-25 24-100 32-100 33-100 19-26"
    " 37-100 34-100 36-100"
)
WITH_CHEMOTHERAPY = (
    "8-12 0-22 24-31 17-27 17-23 24-30 16-24 13-100 11-13 16-20 18-25 17-26 32-100 23-100 44-48"
    " 14-17 0-5 5-8 12-20 11-100 33-40 31-100 13-39 19-32 34-100 13-100 16-24 35-100 15-22 11-17"
    " 22-32 10-35 30-34 13-100 10-17 8-21 4-9 11-100 14-19 4-8 34-100 30-36 18-24 16-60 35-39"
    " 21-100 11-20 48-100"
)


def visits(text: str, group: str = "all") -> list[Spell]:
    pairs = [tuple(map(float, pair.split("-"))) for pair in text.split()]
    return [
        Spell(a, group=group) if b == 100 else Spell(b, "worse", group=group, earliest=a)
        for a, b in pairs
    ]


def masses(result: IntervalSurvival, place: int) -> list[tuple[float, float, float]]:
    own = result.group == place
    columns = (result.left[own], result.right[own], np.round(result.probability[own], 4))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_the_masses_of_finkelstein_and_wolfes_patients() -> None:
    """As R's package interval (icfit; Fay and Shaw 2010, J. Statistical Software 36(2)) has them.

    Where it gives (46, 48] and (48, 60] the last masses are those of patients not seen to the end.
    """
    spells = Spells.of(
        [*visits(RADIATION, "radiation"), *visits(WITH_CHEMOTHERAPY, "with chemotherapy")],
        by="treatment",
        period="month",
    )
    result = turnbull(spells)
    assert masses(result, 0) == [
        (4, 5, 0.0463),
        (6, 7, 0.0334),
        (7, 8, 0.0887),
        (11, 12, 0.0708),
        (24, 25, 0.0926),
        (33, 34, 0.0818),
        (38, 40, 0.1209),
        (46, 48, 0.4656),
    ]
    assert masses(result, 1) == [
        (4, 5, 0.0433),
        (5, 8, 0.0433),
        (11, 12, 0.0692),
        (16, 17, 0.1454),
        (18, 19, 0.1411),
        (19, 20, 0.1157),
        (24, 25, 0.0999),
        (30, 31, 0.0709),
        (35, 36, 0.1608),
        (44, 48, 0.0552),
        (48, 60, 0.0552),
    ]
    assert result.median == ((38, 40), (19, 20))
    assert max(result.gap) <= 1e-8
    told = {key: value for key, _, value in result.summary}
    assert told["median_by_with chemotherapy"] == 20
    assert result.table.names == (
        *("group", "from", "time", "probability", "estimate", "low", "high"),
    )


def test_bounds_of_the_curve_as_lifelines_gives_them() -> None:
    """lifelines takes [left, right]; moved up a little, its left ends are open as ours."""
    from lifelines import KaplanMeierFitter

    spells = Spells.of(visits(RADIATION))
    result = turnbull(spells)
    left = spells.earliest + 1e-6
    right = np.where(spells.cause > 0, spells.exit, np.inf)
    theirs = KaplanMeierFitter().fit_interval_censoring(left, right, tol=1e-10)
    curve = theirs.survival_function_
    times = result.right
    upper = curve["NPMLE_estimate_upper"].to_numpy()
    lower = curve["NPMLE_estimate_lower"].to_numpy()
    at = np.searchsorted(curve.index.to_numpy(), times)
    least, most = result.survival_at(times)
    assert_allclose(least[0], most[0])  # at a right end nothing is open
    assert_allclose(most[0], lower[at], atol=2e-4)
    # In the middle of the interval of the median it is: from before it to after it.
    (low,), (high,) = (bound[0].tolist() for bound in result.survival_at([39]))
    assert (low, high) == pytest.approx((0.4656, 0.5864), abs=1e-4)
    assert upper[at][-2] == pytest.approx(high, abs=2e-4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=25))
def test_exact_times_give_kaplan_meier(drawn: list[tuple[int, bool]]) -> None:
    rows = [Spell(t, "promotion" * event) for t, event in drawn]
    spells = Spells.of([*rows, Spell(3, "promotion"), Spell(10)])
    result, curve = turnbull(spells, tolerance=1e-10), kaplan_meier(spells)
    steps = curve.events > 0
    assert_allclose(result.survival_at(curve.time)[0][0], curve.estimate, atol=1e-4)
    assert result.right[np.isfinite(result.right)].tolist() == curve.time[steps].tolist()
    assert result.probability.sum() == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(1, 3)), max_size=12))
def test_weights_are_copies_and_time_has_no_origin(drawn: list[tuple[int, int, int]]) -> None:
    rows = [Spell(a + b, "promotion", earliest=a, weight=k) for a, b, k in drawn]
    rows += [Spell(5.0, "promotion", earliest=2.0), Spell(4.0)]
    copied = [row._replace(weight=1.0) for row in rows for _ in range(int(row.weight))]
    moved = [
        row._replace(exit=row.exit + 7, earliest=None if row.earliest is None else row.earliest + 7)
        for row in rows
    ]
    result = turnbull(Spells.of(rows))
    for other, shift in ((turnbull(Spells.of(copied)), 0), (turnbull(Spells.of(moved)), 7)):
        assert (result.left + shift).tolist() == other.left.tolist()
        assert_allclose(other.probability, result.probability, atol=1e-6)
        assert other.log_likelihood == pytest.approx(result.log_likelihood, abs=1e-7)


def test_no_later_than_is_half_a_line() -> None:
    """Two "by 3", one after 5: mass 2/3 up to 3, 1/3 later than all that was watched."""
    rows = [Spell(3, "promotion", earliest=-np.inf), Spell(3, "promotion", earliest=-np.inf)]
    result = turnbull(Spells.of([*rows, Spell(5)]))
    assert result.left.tolist() == [-np.inf, 5]
    assert result.right.tolist() == [3, np.inf]
    assert_allclose(result.probability, [2 / 3, 1 / 3])
    assert result.survival.tolist() == [pytest.approx(1 / 3), 0]
    assert result.table.records()[0]["from"] is None


def test_a_bootstrap_gives_bounds_that_its_seed_repeats() -> None:
    spells = Spells.of(visits(RADIATION))
    one = turnbull(spells, replicates=40, seed=1)
    two = turnbull(spells, replicates=40, seed=1, jobs=2)
    assert one.as_json() == two.as_json()
    assert one.seed == 1
    inner = slice(0, -1)
    assert np.all(one.low[inner] <= one.survival[inner])
    assert np.all(one.survival[inner] <= one.high[inner])
    assert any("bootstrap" in note.en for note in one.warnings)
    assert turnbull(spells).seed is None
    assert turnbull(spells, replicates=40, seed=2).as_json() != one.as_json()


def test_entry_that_cuts_nothing_off_is_no_delayed_entry() -> None:
    rows = [Spell(4, "promotion", 0, earliest=1), Spell(3, "promotion", 0, earliest=-1), Spell(6)]
    result = turnbull(Spells.of([*rows[:2], Spell(6, entry=0)]))
    assert result.left[0] == 1
    with pytest.raises(Refused, match="delayed entry"):
        turnbull(Spells.of([*rows, Spell(9, "promotion", entry=5)]))


def test_what_the_data_do_not_carry_is_refused() -> None:
    with pytest.raises(Refused, match="no spell ended"):
        turnbull(Spells.of([Spell(1), Spell(2)]))
    complete = Spells.of([Spell(3, "promotion", earliest=1), Spell(5, "promotion", earliest=2)])
    with pytest.raises(Refused, match="only successes"):
        turnbull(complete)
    assert "Conditional" in turnbull(complete, conditional=True).method.assumptions[0].en
    with pytest.raises(Refused, match="no convergence in 2 iterations"):
        turnbull(Spells.of(visits(RADIATION)), most_iterations=2)

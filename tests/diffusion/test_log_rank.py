"""The log-rank test: against R, lifelines, statsmodels, a textbook, and itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.log_rank import log_rank
from qgraph.diffusion.survival.spells import Spell, Spells

from .test_survival import SIX_MP

if TYPE_CHECKING:
    from .conftest import Oracles

#: The other arm of the trial: all relapsed.
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def test_freireichs_trial() -> None:
    """Observed and expected of 21 and 21: Kleinbaum and Klein (2012), Survival Analysis, p. 69."""
    arms = (("6-MP", SIX_MP), ("placebo", PLACEBO))
    rows = [Spell(abs(t), "relapse" * (t > 0), group=arm) for arm, times in arms for t in times]
    test = log_rank(Spells.of(rows, by="arm"))
    assert round(test.statistic, 2) == 16.79
    assert test.df == 1
    assert test.observed.tolist() == [9, 21]
    assert [round(float(number), 2) for number in test.expected] == [19.25, 10.75]
    assert test.table.records()[0] == {
        "group": "6-MP",
        "spells": 21,
        "observed": 9,
        "expected": test.expected[0],
        "ratio": 9 / test.expected[0],
    }
    assert [value for _, _, value in test.summary] == [test.statistic, 1, test.p_value]


def test_a_real_comparison_as_r_gives_it(oracles: Oracles) -> None:
    """R survival's survdiff: spells of policies on law and crime against all others."""
    rows = oracles.rows("spid_km_from1960_input.csv.gz")
    topics = ("other", "law")
    test = log_rank(
        Spells.of(
            [
                Spell(
                    float(row["time"]),
                    "adoption" * int(row["event"]),
                    group=topics[row["majortopic"] == "Law and Crime"],
                )
                for row in rows
            ]
        )
    )
    assert test.statistic == pytest.approx(4.33200355546, abs=1e-11)


def test_several_groups_as_lifelines_compares_them() -> None:
    from lifelines.statistics import multivariate_logrank_test

    random = np.random.default_rng(5)
    time, event = random.integers(1, 12, 200), random.integers(0, 2, 200)
    group = random.integers(0, 4, 200)
    rows = zip(time, event, group, strict=True)
    test = log_rank(Spells.of([Spell(t, "promotion" * e, group=f"g{g}") for t, e, g in rows]))
    theirs = multivariate_logrank_test(time, group, event)
    assert test.df == 3
    assert test.statistic == pytest.approx(theirs.test_statistic, rel=1e-12)
    assert test.p_value == pytest.approx(theirs.p_value, rel=1e-10)


def test_delayed_entry_as_statsmodels_takes_it_into_account() -> None:
    from statsmodels.duration.survfunc import survdiff

    random = np.random.default_rng(6)
    entry = random.integers(0, 8, 300)
    time, event = entry + random.integers(1, 9, 300), random.integers(0, 2, 300)
    group = random.integers(0, 3, 300)
    rows = zip(time, event, entry, group, strict=True)
    test = log_rank(Spells.of([Spell(t, "promotion" * e, b, f"g{g}") for t, e, b, g in rows]))
    statistic, p_value = survdiff(time, event, group, entry=entry)
    assert test.statistic == pytest.approx(statistic, rel=1e-10)
    assert test.p_value == pytest.approx(p_value, rel=1e-10)


_ROW = st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 5), st.integers(0, 2))
_EACH = [Spell(20.0, group=name) for name in "abc"] + [Spell(9.0, "promotion", group="a")]


@settings(max_examples=50, deadline=None)
@given(st.lists(_ROW, max_size=30), st.permutations("abc"), st.integers(-9, 9))
def test_names_weights_and_the_origin_of_time_do_not_matter(
    drawn: list[tuple[int, bool, int, int]], names: list[str], shift: int
) -> None:
    rows = [Spell(a + b, "promotion" * event, b, "abc"[g]) for a, event, b, g in drawn] + _EACH
    test = log_rank(Spells.of(rows))
    # What is observed in all is expected in all, and the groups' differences sum to 0.
    assert test.observed.sum() == pytest.approx(test.expected.sum())
    assert_allclose(test.covariance.sum(axis=0), 0, atol=1e-12)
    renamed = log_rank(Spells.of([s._replace(group=names["abc".index(s.group)]) for s in rows]))
    moved = log_rank(
        Spells.of([s._replace(exit=s.exit + shift, entry=s.entry + shift) for s in rows])
    )
    for other in (renamed, moved):
        assert other.df == test.df
        assert other.statistic == pytest.approx(test.statistic, rel=1e-8, abs=1e-12)
    twice = log_rank(Spells.of([s._replace(weight=2.0) for s in rows]))
    copied = log_rank(Spells.of([*rows, *rows]))
    assert twice.statistic == pytest.approx(copied.statistic, rel=1e-8, abs=1e-12)


def test_equal_groups_do_not_differ() -> None:
    rows = [Spell(t, "promotion" * (t % 2), group=g) for t in range(1, 9) for g in "ab"]
    test = log_rank(Spells.of(rows))
    assert test.statistic == pytest.approx(0, abs=1e-25)
    assert test.p_value == pytest.approx(1)
    assert any(note.en.startswith("Fewer than 5 events") for note in test.warnings)


def test_a_cause_is_compared_by_its_own_hazard() -> None:
    rows = [Spell(t, ("", "promotion", "repeal")[t % 3], group="ab"[t % 2]) for t in range(1, 40)]
    as_censored = [s._replace(cause=s.cause.replace("repeal", "")) for s in rows]
    own = log_rank(Spells.of(rows), cause="promotion")
    assert own.statistic == log_rank(Spells.of(as_censored)).statistic
    assert own.settings["cause"] == "promotion"


def test_groups_that_never_met_are_not_compared() -> None:
    early = [Spell(t, "promotion", group="early") for t in (1, 2, 3)]
    late = [Spell(t, "promotion" * (t < 13), 10, "late") for t in (11, 12, 13)]
    with pytest.raises(Refused, match="no two groups were ever at risk together"):
        log_rank(Spells.of([*early, *late]))
    with pytest.raises(Refused, match="no two groups"):
        log_rank(Spells.of([Spell(1, "promotion"), Spell(2)]))
    third = [Spell(t, "promotion" * (t < 3), group="third") for t in (1, 2, 3)]
    test = log_rank(Spells.of([*early, *late, *third]))
    assert test.df == 1
    assert any("never at risk together" in note.en for note in test.warnings)

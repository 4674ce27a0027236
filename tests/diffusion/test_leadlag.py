"""The lead-lag matrix: by hand, against SciPy, and under changes that must not matter."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.diffusion.scores.lead_lag import lead_lag
from qgraph.errors import QGraphError

Rows = list[tuple[str, str, float]]

few = settings(max_examples=50, deadline=None)
rows = st.dictionaries(
    st.tuples(st.sampled_from("pqrstv"), st.sampled_from("abcd")),
    st.integers(1990, 2000),
    min_size=2,
).map(lambda times: [(measure, unit, float(time)) for (measure, unit), time in times.items()])


def _leading(times: int) -> Rows:
    """Measures in all of which a comes two years before b, and b one year before c."""
    return [
        (f"m{number:02}", unit, 2000.0 + number + delay)
        for number in range(times)
        for unit, delay in (("a", 0), ("b", 2), ("c", 3))
    ]


def test_a_source_and_a_follower() -> None:
    """Twelve of twelve: p is 2/2^12 for every pair, and the adjustment changes nothing."""
    found = lead_lag(Cascades.of(_leading(12)))
    assert found.share[0].tolist()[1:] == [1, 1]
    assert found.lead[0].tolist()[1:] == [2, 3]
    assert found.p[0, 1] == found.q[0, 1] == pytest.approx(2 / 2**12, rel=1e-12)
    assert found.leadership.tolist() == [1, 0, -1]
    assert found.leads.tolist() == [2, 1, 0]
    assert found.follows.tolist() == [0, 1, 2]
    assert found.roles == ("source", "neither", "follower")
    assert [row["unit"] for row in found.table.records()] == ["a", "b", "c"]
    assert found.pairs.records()[0]["earlier_unit"] == "a"
    assert {key: value for key, _, value in found.summary}["led"] == 3
    assert "净领先度" in found.as_text("zh")


def test_ties_count_neither_for_nor_against() -> None:
    events: Rows = [("p", "a", 1), ("p", "b", 1), ("q", "a", 1), ("q", "b", 2), ("r", "a", 5)]
    found = lead_lag(Cascades.of(events), least=1)
    assert found.common[0, 1] == 2
    assert found.tied[0, 1] == 1
    assert found.share[0, 1] == 1
    assert found.lead[0, 1] == 0.5
    assert found.p[0, 1] == 1


def test_too_few_common_measures_are_refused() -> None:
    with pytest.raises(Refused, match="10 measures in common; the most is 9"):
        lead_lag(Cascades.of(_leading(9)))
    with pytest.raises(Refused, match="the most is 0"):
        lead_lag(Cascades.of([("p", "a", 1), ("q", "b", 1)]))


def test_pairs_with_too_few_are_left_out_and_counted() -> None:
    found = lead_lag(Cascades.of([*_leading(10), ("p", "d", 1.0), ("p", "a", 0.0)]))
    assert np.isnan(found.q[:, found.units.index("d")]).all()
    assert np.isnan(found.leadership[found.units.index("d")])
    assert found.table.records()[-1]["unit"] == "d"
    assert found.warnings[-1].en.startswith("3 pairs were not compared")


def test_options_out_of_range_are_named() -> None:
    cascades = Cascades.of(_leading(3))
    for least, level in ((0, 0.05), (1, 0.0), (1, 1.0)):
        with pytest.raises(QGraphError, match="is no test"):
            lead_lag(cascades, least=least, level=level)


@few
@given(rows)
def test_against_plain_loops_and_scipy(events: Rows) -> None:
    """Every cell of the matrix, counted one by one; p and q as SciPy has them."""
    cascades = Cascades.of(events)
    times = {(measure, unit): time for measure, unit, time in events}
    units = cascades.units
    pairs = [(i, j) for i in range(len(units)) for j in range(i + 1, len(units))]
    delays = {
        (i, j): [
            times[measure, units[j]] - times[measure, units[i]]
            for measure in cascades.measures
            if (measure, units[i]) in times and (measure, units[j]) in times
        ]
        for i, j in pairs
    }
    compared = [pair for pair in pairs if delays[pair]]
    assume(compared)
    found = lead_lag(cascades, least=1)
    p = []
    for pair in compared:
        ahead, behind = sum(d > 0 for d in delays[pair]), sum(d < 0 for d in delays[pair])
        assert found.common[pair] == len(delays[pair])
        assert found.earlier[pair] == ahead
        assert found.tied[pair] == len(delays[pair]) - ahead - behind
        assert found.lead[pair] == median(delays[pair])
        p.append(stats.binomtest(ahead, ahead + behind).pvalue if ahead + behind else 1.0)
        assert found.p[pair] == pytest.approx(p[-1], abs=1e-12)
    for pair, q in zip(compared, stats.false_discovery_control(p), strict=True):
        assert found.q[pair] == pytest.approx(q, abs=1e-12)


@few
@given(rows)
def test_leading_is_the_opposite_of_following(events: Rows) -> None:
    cascades = Cascades.of(events)
    assume(any(count > 1 for count in np.bincount(cascades.measure)))
    found = lead_lag(cascades, least=1)
    off = ~np.eye(len(found.units), dtype=bool)
    later = found.common - found.tied - found.earlier
    assert (later == found.earlier.T)[off].all()
    assert np.array_equal(found.lead, -found.lead.T, equal_nan=True)
    assert np.nan_to_num(found.share + found.share.T, nan=1.0)[off] == pytest.approx(1)
    assert np.array_equal(found.q, found.q.T, equal_nan=True)
    assert found.leads.sum() == found.follows.sum()
    assert len(found.pairs) == np.triu(np.isfinite(found.q), 1).sum()


@few
@given(rows, st.integers(-9, 9))
def test_neither_names_nor_the_calendar_matter(events: Rows, years: int) -> None:
    cascades = Cascades.of(events)
    assume(any(count > 1 for count in np.bincount(cascades.measure)))
    new = dict(zip("abcd", ("w", "z", "y", "x"), strict=True))
    one = lead_lag(cascades, least=1)
    two = lead_lag(Cascades.of([(m, new[u], t + years) for m, u, t in events]), least=1)
    for name in ("share", "lead", "q", "leadership", "leads"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True)


def test_order_at_random_makes_no_leader() -> None:
    """Twelve units in a random order in 200 measures: at q ≤ .05 no pair should have a leader."""
    random = np.random.default_rng(1)
    events: Rows = [
        (f"m{measure:03}", f"u{unit:02}", float(time))
        for measure in range(200)
        for unit, time in enumerate(random.permutation(12))
    ]
    found = lead_lag(Cascades.of(events))
    assert found.leads.sum() == 0
    assert set(found.roles) == {"neither"}

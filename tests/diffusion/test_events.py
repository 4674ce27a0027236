"""Events and cascades: periods, what is left out and counted, and cutting at the promotion."""

from __future__ import annotations

from datetime import date
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.diffusion.records.cascades import Cascades, cascades, moments
from qgraph.diffusion.records.events import Event, Events, period_of, period_text
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError


def day(text: str) -> float:
    return float(date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal())


@pytest.mark.parametrize(
    ("period", "text"),
    [("day", "2024-07-26"), ("month", "2024-07"), ("quarter", "2024-Q3"), ("year", "2024")],
)
def test_a_day_lies_in_its_period(period: str, text: str) -> None:
    assert period_text(period_of(day("2024-07-26"), period), period) == text


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
@given(days=st.lists(st.integers(-200_000, 60_000), min_size=2, max_size=2))
def test_periods_are_in_the_order_of_days(period: str, days: list[int]) -> None:
    early, late = sorted(days)
    assert period_of(early, period) <= period_of(late, period)


def test_an_open_end_stays_open_and_an_unknown_period_is_told() -> None:
    assert period_of(-inf, "year") == -inf
    assert period_text(inf, "year") == ".."
    with pytest.raises(QGraphError, match="no period 'week'"):
        period_of(0, "week")


EVENTS = Events(
    (
        Event("b", "Shenzhen", day("2020-03-01"), day("2020-03-01")),
        Event("a", "Shanghai", day("2015-01-01"), day("2015-12-31"), words="2015"),
        Event("a", "Shenzhen", day("2014-05-01"), day("2014-05-01")),
        Event("a", "Shenzhen", day("2016-05-01"), day("2016-05-01")),
        Event("a", "Dalian", -inf, day("2016-05-01")),
        Event("a", "China", day("2017-01-01"), day("2017-01-01"), "promotion"),
    ),
    dated=True,
    origin="x.csv",
)


def test_cascades_keep_the_first_event_of_a_unit_and_count_what_is_left_out() -> None:
    found = cascades(EVENTS)
    assert found.measures == ("a", "b")
    assert found.units == ("Shenzhen", "Shanghai")
    assert found.time.tolist() == [2014, 2015, 2020]
    assert found.begin.tolist() == [2014, 2020]
    assert [warning.en for warning in found.warnings] == [
        "Left out, because their time is not known to the year: 1 of 5 events."
    ]


def test_a_bound_can_stand_for_the_time() -> None:
    found = cascades(EVENTS, imprecise="end")
    assert np.nansum(found.matrix()[0]) == 2014 + 2015 + 2016


def test_a_year_is_not_known_to_the_month() -> None:
    assert cascades(EVENTS, period="month").units == ("Shenzhen",)


def test_no_event_of_the_kind_is_refused() -> None:
    with pytest.raises(Refused, match="exact enough"):
        cascades(EVENTS, kinds=("end",))


def test_units_without_an_event_take_part() -> None:
    found = cascades(EVENTS, units=("Tianjin",))
    assert found.units == ("Tianjin", "Shenzhen", "Shanghai")
    assert np.isnan(found.matrix()[:, 0]).all()


def test_a_promotion_cuts_a_cascade_in_two() -> None:
    whole = cascades(EVENTS)
    before, after = whole.before({"a": 2015.0}), whole.after({"a": 2015.0})
    assert before.time.tolist() == [2014, 2020]
    assert before.end.tolist() == [2015, 2020]
    assert (after.measures, after.time.tolist(), after.begin.tolist()) == (("a",), [2015], [2015])


def test_the_moment_of_a_measure_is_its_first_promotion() -> None:
    assert moments(EVENTS) == {"a": 2017}
    assert moments(EVENTS, kind="adoption", period="month")["a"] == 12 * 2014 + 4
    assert moments(Events((Event("c", "x", -inf, 5.0, "promotion"),), dated=False)) == {"c": 5}


def test_a_measure_left_without_an_event_is_dropped() -> None:
    assert cascades(EVENTS).before({"b": 2000.0}).measures == ("a",)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.integers(0, 9)),
        min_size=1,
    ),
    st.integers(0, 9),
)
def test_cutting_loses_no_event(rows: list[tuple[str, str, int]], cut: int) -> None:
    whole = Cascades.of([(m, u, float(t)) for m, u, t in rows])
    moments = dict.fromkeys(whole.measures, float(cut))
    before, after = whole.before(moments), whole.after(moments)
    assert len(before.time) + len(after.time) == len(whole.time) == len({r[:2] for r in rows})
    for part in (before, after):
        assert np.array_equal(part.starts[:-1], np.flatnonzero(np.diff(part.measure, prepend=-1)))


def test_the_digest_tells_whether_two_tables_are_the_same() -> None:
    assert EVENTS.data.digest == Events(EVENTS.rows, dated=True).data.digest
    assert EVENTS.data.digest != EVENTS.of("adoption").data.digest
    assert EVENTS.among(["b"]).units == ("Shenzhen",)

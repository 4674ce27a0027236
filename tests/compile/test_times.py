"""Times: what an expression means in days, and what is left unsaid where only a bound is known."""

from __future__ import annotations

from datetime import date

import pytest

from qgraph.compile.times import Span, span
from qgraph.terms import PREFIXES, QG

from .conftest import Tables

DAY = date(2015, 6, 23)


@pytest.mark.parametrize(
    ("edtf", "begin", "end"),
    [
        ("2015-06-23", DAY, DAY),
        ("2015-06", date(2015, 6, 1), date(2015, 6, 30)),
        ("2024-02~", date(2024, 2, 1), date(2024, 2, 29)),
        ("2015?", date(2015, 1, 1), date(2015, 12, 31)),
        ("2014/2015-06", date(2014, 1, 1), date(2015, 6, 30)),
        ("../2015-06-23", None, DAY),
        ("../2015", None, date(2015, 12, 31)),
        ("2015-06-23/..", DAY, None),
        ("2015~/..", date(2015, 1, 1), None),
        # EDTF tells an end that is unknown (empty) from one that is open: we know neither day.
        ("/2015-06-23", None, DAY),
        ("2015-06-23/", DAY, None),
    ],
)
def test_an_expression_is_read_as_its_strict_bounds(
    edtf: str, begin: date | None, end: date | None
) -> None:
    assert span(edtf) == Span(edtf, begin, end)


@pytest.mark.parametrize(
    ("edtf", "message"),
    [
        ("June 2015", "is not a time"),
        ("..", "is not a time"),
        ("../2014/2015", "is not a time"),
        ("[2015..]", "is not a time"),
        ("../..", "has neither a first nor a last day"),
        ("2015-06/2015-05", "ends before it begins"),
    ],
)
def test_what_is_no_span_of_days_is_refused(edtf: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        span(edtf)


def _days(tables: Tables, identifier: str) -> dict[str, str]:
    """Compile, and give what is said of the days of one time."""
    said = {QG.begin: "begin", QG.end: "end", QG.edtf: "edtf", QG.inYear: "year"}
    return {
        said[quad.predicate.value]: getattr(quad.object, "value", "")
        for quad in tables.compile().quads
        if str(quad.subject) == f"<{PREFIXES['qgd']}{identifier}>" and quad.predicate.value in said
    }


def test_an_open_end_is_left_unsaid(tables: Tables) -> None:
    tables.change("times", "time-000-2012", edtf="../2012-05")
    assert _days(tables, "time-000-2012") == {"end": "2012-05-31", "edtf": "../2012-05"}


def test_a_time_may_be_no_later_than_its_anchor(tables: Tables) -> None:
    # The publication of the article is August 2024.
    tables.change("times", "time-000-july-26", edtf="../{anchor}")
    assert _days(tables, "time-000-july-26") == {"end": "2024-08-31", "edtf": "../2024-08"}


def test_an_anchor_may_lack_the_end_that_nothing_is_reckoned_from(tables: Tables) -> None:
    rows = [row for row in tables.read("times") if not row["edtf"].endswith("/{anchor}")]
    hanging = {row["id"] for row in tables.read("times")} - {row["id"] for row in rows}
    assert hanging
    tables.change("times", "time-000-publication", edtf="2024-08/..")
    told = tables.problems()
    assert len(told) == len(hanging)
    assert all("reckons from the end of its anchor, which is open" in text for text in told)


def test_an_anchor_lends_an_interval_the_end_on_its_side(tables: Tables) -> None:
    tables.change("times", "time-000-publication", edtf="2024-07/2024-08")
    tables.change("times", "time-000-july-26", edtf="../{anchor}")
    assert _days(tables, "time-000-july-26") == {"end": "2024-08-31", "edtf": "../2024-08"}
    tables.change("times", "time-000-july-26", edtf="{anchor}/2024-12")
    days = _days(tables, "time-000-july-26")
    assert (days["begin"], days["end"]) == ("2024-07-01", "2024-12-31")


def test_nothing_hangs_on_the_missing_end_of_an_anchor(tables: Tables) -> None:
    rows = tables.read("times")
    hanging = [row["id"] for row in rows if "{Y" in row["edtf"] and row["anchor"]]
    assert {row["anchor"] for row in rows if row["id"] in hanging} == {"time-000-publication"}
    tables.change("times", "time-000-publication", edtf="../2024-08")
    told = tables.problems()
    assert len(told) == len(hanging) > 0
    assert all("reckons from the begin of its anchor, which is open" in text for text in told)

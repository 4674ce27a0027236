"""Tables of events as files: what is written comes back, and what cannot be read is told."""

from __future__ import annotations

import io
from datetime import date
from math import inf
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qgraph.diffusion.records.cascades import cascades
from qgraph.diffusion.records.events import KINDS, Event, Events
from qgraph.diffusion.records.layouts import events_text, read_events, write_events
from qgraph.diffusion.records.times import Span, read_time, time_text
from qgraph.errors import InvalidInput, NotFound, QGraphError

from .conftest import ORACLES, Oracles

# The README of SNAP's examples/netinf: nodes ``<id>,<name>``, a blank line, then per cascade
# ``<id>,<timestamp>,...``. These are node names of its example-cascades.txt and its lines 2 and 3.
NETINF = """0,0
3,3
5,5
9,9
13,13
14,14
17,17
23,23

17,4.103396,14,3.646757,5,2.323042,23,1.436433,9,1.299346,13,0.000000
3,2.994054,5,0.000000
"""
# The README of SNAP's examples/infopath: ``<cascade id>;<id>,<timestamp>,...``.
INFOPATH = "0,x\n1,y\n2,z\n\n28;1,98.330510,2,98.414915\n29;2,40.5\n"


def day(text: str) -> float:
    return float(date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal())


def read(folder: Path, text: str, *arguments: object, **options: object) -> Events:
    """Read a text as a file."""
    file = folder / "events.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return read_events(file, *arguments, **options)  # type: ignore[arg-type]  # passed on as given


def problems(folder: Path, text: str, *arguments: object, **options: object) -> list[str]:
    """Say what is wrong with a text, without the name of the file."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, text, *arguments, **options)
    assert all(problem.hint for problem in caught.value.problems)
    return [str(one._replace(file="f", hint="")) for one in caught.value.problems]


def triples(events: Events) -> list[tuple[object, ...]]:
    return [event[:4] for event in events.rows]


# --- Times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2024-07-26", "2024-07-26", "2024-07-26"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2014/2016-02", "2014-01-01", "2016-02-29"),
    ],
)
def test_a_date_is_a_span_of_days(text: str, begin: str, end: str) -> None:
    assert read_time(text, dated=True) == (day(begin), day(end))


def test_an_end_may_be_open() -> None:
    assert read_time("../2015-06-23", dated=True) == (-inf, day("2015-06-23"))
    assert read_time("2015/..", dated=True) == (day("2015-01-01"), inf)
    assert read_time("../..", dated=True) == (-inf, inf)
    assert read_time("-1/..", dated=False) == (-1, inf)
    assert not read_time("../..", dated=False).is_known


@pytest.mark.parametrize("text", ["1957", "3.25", "-2", "+4", ".5", "1e3"])
def test_a_plain_number_is_a_time(text: str) -> None:
    assert read_time(text, dated=False) == (float(text), float(text))


@pytest.mark.parametrize(
    ("text", "dated", "message"),
    [
        ("2023-02-29", True, "'2023-02-29' is not a date"),
        ("2024-13", True, "'2024-13' is not a date"),
        ("24", True, "'24' is not a date"),
        ("٢٠٢٤", True, "is not a date"),
        ("2024-07-26T10:00", True, "is not a date"),
        ("2016/2014", True, "'2016/2014' ends before it begins"),
        ("2/1", False, "ends before it begins"),
        ("/", False, "'/' is not a time"),
        ("1/2/3", False, "'2/3' is not a number"),
        ("nan", False, "'nan' is not a number"),
        ("inf", False, "'inf' is not a number"),
        ("1e999", False, "'1e999' is not a number"),
        ("1_000", False, "is not a number"),
        ("1,5", False, "is not a number"),
        ("", False, "'' is not a number"),
        ("20240726", False, "may be a date without hyphens"),
    ],
)
def test_what_is_no_time_is_told(text: str, dated: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_time(text, dated=dated)


MOMENTS = st.one_of(
    st.integers(-5000, 5000).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(20240726.0),
)
DAYS = st.integers(int(day("0001-01-01")), int(day("9999-12-31"))).map(float)


@st.composite
def spans(draw: st.DrawFn, moments: st.SearchStrategy[float]) -> tuple[float, float]:
    first, last = sorted((draw(moments), draw(moments)))
    return draw(
        st.sampled_from([(first, first), (first, last), (-inf, last), (first, inf), (-inf, inf)])
    )


@settings(max_examples=50, deadline=None)
@given(st.data(), st.booleans())
def test_a_time_that_is_written_is_read_back(data: st.DataObject, dated: bool) -> None:
    span = data.draw(spans(DAYS if dated else MOMENTS))
    assert read_time(time_text(Span(*span), dated=dated), dated=dated) == span


@pytest.mark.parametrize("text", ["2024", "2024-02", "2024-02-29", "2024-02-01/2024-03-01"])
def test_a_time_is_written_as_briefly_as_it_can_be(text: str) -> None:
    assert time_text(read_time(text, dated=True), dated=True) == text


# --- Writing and reading back ------------------------------------------------------------------

TEXT = st.one_of(
    st.text(max_size=8),
    st.text(alphabet="\",';\t\n= @+-#南沙é.0/1", max_size=8),
    st.sampled_from(["=1+1", "NA", "南沙，片区", 'say "x"', "a\nb", "unit", "2024-07-26", "-"]),
).filter(lambda text: "\r" not in text)
NAMES = TEXT.map(str.strip).filter(bool)


@st.composite
def tables(draw: st.DrawFn, *, exact: bool = False, dated: bool | None = None) -> Events:
    """Make events: in the long layout any, otherwise one adoption per unit and measure."""
    dates = draw(st.booleans()) if dated is None else dated
    moments = DAYS if dates else MOMENTS
    pairs = st.tuples(NAMES, NAMES)
    found = draw(st.lists(pairs, min_size=1, max_size=6, unique=exact))
    rows = []
    for measure, unit in found:
        begin, end = (draw(moments),) * 2 if exact else draw(spans(moments))
        kind, words = ("adoption", "") if exact else (draw(st.sampled_from(KINDS)), draw(TEXT))
        if not exact and draw(st.booleans()):
            words = time_text(Span(begin, end), dated=dates)
        rows.append(Event(measure, unit, begin, end, kind, words, "" if exact else draw(TEXT)))
    return Events(tuple(rows), dated=dates)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("events")


@settings(max_examples=50, deadline=None)
@given(events=tables())
def test_the_long_layout_holds_everything(folder: Path, events: Events) -> None:
    # Nothing says whether times of which none is known would be dates or numbers.
    assume(any(-inf < event.begin or event.end < inf for event in events.rows))
    again = read(folder, events_text(events))
    assert again.rows == events.rows
    assert again.dated == events.dated


@settings(max_examples=50, deadline=None)
@given(events=tables(exact=True), transposed=st.booleans())
def test_the_wide_layout_holds_every_time(folder: Path, events: Events, transposed: bool) -> None:
    text = events_text(events, "wide", transposed=transposed)
    again = read(folder, text, "wide", transposed=transposed)
    assert sorted(triples(again)) == sorted(triples(events))
    assert again.dated == events.dated
    assert again.population == events.units


@settings(max_examples=50, deadline=None)
@given(events=tables(exact=True, dated=False))
def test_the_layout_of_r_holds_every_time(folder: Path, events: Events) -> None:
    assert triples(read(folder, events_text(events, "r"))) == triples(events)


@settings(max_examples=50, deadline=None)
@given(events=tables(exact=True, dated=False))
def test_the_layout_of_snap_holds_every_time_and_numbers_the_measures(
    folder: Path, events: Events
) -> None:
    assume(not any(set(",\n") & set(name) for name in events.units))
    again = read(folder, events_text(events, "snap"), "snap")
    numbers = {name: str(number) for number, name in enumerate(events.measures, start=1)}
    expected = [(numbers[event.measure], *event[1:4]) for event in events.rows]
    assert sorted(triples(again)) == sorted(expected)
    assert again.population == events.units


def test_a_file_is_written_and_its_name_is_the_origin(tmp_path: Path) -> None:
    events = Events((Event("m", "u", 1.0, 1.0),), dated=False)
    write_events(events, tmp_path / "a.csv")
    again = read_events(tmp_path / "a.csv")
    assert (again.rows, again.origin) == (events.rows, "a.csv")


def test_events_of_one_graph_written_by_year_stay_dated(tmp_path: Path) -> None:
    year = Event("m", "u", day("2020-01-01"), day("2020-12-31"), words="2020")
    text = events_text(Events((year,), dated=True))
    assert text.splitlines()[1] == "u,m,2020-01-01/2020-12-31,adoption,2020,"
    assert read(tmp_path, text).rows == (year,)
    wide = events_text(Events((year,), dated=True), "wide")
    assert wide == "unit,m\nu,2020-01-01/2020-12-31\n"
    assert triples(read(tmp_path, wide)) == [year[:4]]


@pytest.mark.parametrize(
    ("layout", "events", "message"),
    [
        ("long", [Event("m", "", 1, 1)], "would not be read back"),
        ("long", [Event("m\r", "u", 1, 1)], "would not be read back"),
        ("wide", [Event("m", "u", 1, 1), Event("m", "u", 2, 2)], "1 events repeat one"),
        ("wide", [Event("m", "u", 1, 1, "promotion")], "not promotion"),
        ("r", [Event("m", "u", 1, 2)], "takes exact times, and 1 of 1 are not"),
        ("snap", [Event("m", "a,b", 1, 1)], "no way to write the name 'a,b'"),
        ("snap", [Event("m", "a\nb", 1, 1)], "no way to write the name"),
        ("gexf", [Event("m", "u", 1, 1)], "no layout 'gexf'"),
    ],
)
def test_what_a_layout_cannot_hold_is_refused(
    layout: str, events: list[Event], message: str
) -> None:
    with pytest.raises(QGraphError, match=message) as caught:
        events_text(Events(tuple(events), dated=False), layout)
    assert caught.value.hint


# --- Layouts of other programs -----------------------------------------------------------------


def test_columns_are_known_by_their_common_names(tmp_path: Path) -> None:
    found = read(tmp_path, '"statenam","policy","adopt_year"\n"Alaska","aboldeapen",1957\n')
    assert found.rows == (
        Event("aboldeapen", "Alaska", 1957, 1957, "adoption", "1957", "events.csv:2"),
    )
    assert not found.dated


@pytest.mark.parametrize(
    "text",
    [
        '"","node_name","event_time","cascade_id"\n"1","u",2,"m"\n',
        "Cascade ID\tAdopter\tEvent-Time\nm\tu\t2\n",
        "city;year;law\nu;2;m\n",
        "\ufeff城市,措施,年份\r\nu,m,2\r\n",
        "unit,place,measure,date,note\nu,here,m,2,x\n",
        "\n\nunit,measure,date\n\nu,m,2\n,,\n",
    ],
    ids=["R with row names", "tabs", "semicolons", "Chinese, BOM", "canonical first", "blank"],
)
def test_dialects_of_the_long_layout(tmp_path: Path, text: str) -> None:
    assert triples(read(tmp_path, text)) == [("m", "u", 2, 2)]


def test_columns_can_be_given(tmp_path: Path) -> None:
    text = "from,to,what,date,when,end\nu,v,m,x,2,y\n"
    given = {"unit": "to", "measure": "what", "date": "when", "end": ""}
    assert triples(read(tmp_path, text, columns=given)) == [("m", "v", 2, 2)]


def test_a_last_possible_date_may_have_a_column_of_its_own(tmp_path: Path) -> None:
    text = "unit,measure,date,end\nu,a,2014,2016-05\nu,b,,2015\nu,c,2014-01-01,NA\n"
    assert triples(read(tmp_path, text)) == [
        ("a", "u", day("2014-01-01"), day("2016-05-31")),
        ("b", "u", -inf, day("2015-12-31")),
        ("c", "u", day("2014-01-01"), day("2014-01-01")),
    ]
    (problem,) = problems(tmp_path, "unit,measure,date,end\nu,a,2014/2015,2016\n")
    assert "interval of an interval" in problem


def test_a_bare_year_among_dates_is_all_of_that_year(tmp_path: Path) -> None:
    found = read(tmp_path, "unit,measure,date\nu,a,2014\nu,b,../2015-06\n")
    assert found.dated
    assert triples(found)[0] == ("a", "u", day("2014-01-01"), day("2014-12-31"))
    assert [event.words for event in found.rows] == ["2014", "../2015-06"]
    assert not read(tmp_path, "unit,measure,date\nu,a,2014\nu,b,../2015\n").dated


def test_repeated_rows_are_kept_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "unit,measure,date\nu,m,2\nu,m,1\nv,m,3\n")
    assert len(found) == 3
    (warning,) = cascades(found).warnings
    assert warning.en.startswith("Rows that repeat unit, measure and kind of an earlier one: 1.")
    assert "1行" in warning.zh
    assert cascades(found).time.tolist() == [1, 3]


WIDE = '"","a","b"\n"u",1,NA\n"v",2,\n"w",NA,NA\n'


def test_a_wide_table_names_every_unit(tmp_path: Path) -> None:
    found = read(tmp_path, WIDE)
    assert triples(found) == [("a", "u", 1, 1), ("a", "v", 2, 2)]
    assert found.population == ("u", "v", "w")
    assert [warning.en for warning in found.warnings] == [
        "Measures without any time, which form no cascade: 1."
    ]
    assert cascades(found).units == ("u", "v", "w")


def test_a_wide_table_may_lie_on_its_side(tmp_path: Path) -> None:
    found = read(tmp_path, "measure,u,v,w\na,1,2,\nb,,,\n", transposed=True)
    assert triples(found) == [("a", "u", 1, 1), ("a", "v", 2, 2)]
    assert found.population == ("u", "v", "w")


def test_the_names_of_a_wide_table_may_stand_elsewhere(tmp_path: Path) -> None:
    text = "a,who,b\n2024-05,u,\n,v,2023\n"
    found = read(tmp_path, text, "wide", {"unit": "who"})
    assert [(event.unit, event.measure) for event in found.rows] == [("u", "a"), ("v", "b")]
    assert found.dated


def test_the_layout_of_snap(tmp_path: Path) -> None:
    found = read(tmp_path, NETINF)
    assert found.population == ("0", "3", "5", "9", "13", "14", "17", "23")
    assert triples(found)[-2:] == [("2", "3", 2.994054, 2.994054), ("2", "5", 0, 0)]
    assert found.rows[0].evidence == "events.csv:10"
    assert cascades(found).units[0] == "0"  # which has no event


def test_the_layout_of_infopath_numbers_its_cascades(tmp_path: Path) -> None:
    assert [event[:3] for event in read(tmp_path, INFOPATH).rows] == [
        ("28", "y", 98.33051),
        ("28", "z", 98.414915),
        ("29", "z", 40.5),
    ]


def test_the_example_of_snap_is_that_of_r(oracles: Oracles, tmp_path: Path) -> None:
    """R's data ``cascades`` (406 events, 54 cascades, 31 nodes) written as SNAP and read back."""
    expected = {
        (row["cascade_id"], row["node_name"], float(row["event_time"]))
        for row in oracles.rows("netinf_example_cascades.csv")
    }
    events = read_events(ORACLES / "netinf_example_cascades.csv")
    assert (len(events), len(events.measures)) == (406, 54)
    again = read(tmp_path, events_text(events, "snap"))
    assert {event[:3] for event in again.rows} == expected


def test_spid_is_read_without_a_word(oracles: Oracles) -> None:
    """17,835 events, 728 policies, 50 states, 31 policies with one adopter (research notes, 2)."""
    oracles.rows("spid_node_order.csv")
    events = read_events(ORACLES / "spid_policies.csv")
    assert (len(events), len(events.measures), len(events.units)) == (17_835, 728, 50)
    assert (events.dated, events.warnings) == (False, ())


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"unit,measure,date\nu,m,2\n"))
    monkeypatch.setattr("sys.stdin", stream)
    found = read_events("-")
    assert (found.origin, found.rows[0].evidence) == ("<stdin>", "<stdin>:2")


# --- What cannot be read -----------------------------------------------------------------------


def test_every_bad_row_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "unit,measure,date,kind\n"
        "u,m,2014-02-30,\n"
        "u,m\n"
        ",m,2014,\n"
        '"a\nb",,2014,\n'
        "u,m,NaN,launch\n"
        "u,m,,\n"
        "u,m,inf,pilot\n"
        "v,m,2014-01-01,adoption\n"
    )
    assert problems(tmp_path, text) == [
        "f:2: column date: '2014-02-30' is not a date",
        "f:3: 2 cells under 4 columns",
        "f:4: column unit: no unit is named",
        "f:5: column measure: no measure is named",
        "f:7: column kind: there is no kind 'launch'",
        "f:7: column date: the time is missing",
        "f:8: column date: the time is missing",
        "f:9: column date: 'inf' is not a date",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["f: the file is empty"]),
        ("\n \n", ["f: the file is empty"]),
        ("unit,measure,date\n", ["f:1: the file has a header and no rows"]),
        (
            "who,policy,date\nu,m,1\n",
            ["f:1: column unit: no column is known as this; the columns are who, policy, date"],
        ),
        (
            "state,city,policy,date\nu,v,m,1\n",
            [
                "f:1: column unit: 'state' and 'city' could both be it;"
                " the columns are state, city, policy, date"
            ],
        ),
        (
            ",a,b\n1,x,y\n",
            [
                f"f:1: column {role}: no column is known as this; the columns are (no name), a, b"
                for role in ("unit", "measure", "date")
            ],
        ),
        ('unit,measure,date\nu,"m,1\n', ["f:2: not CSV: unexpected end of data"]),
        ("unit,measure,date\nu,m,1.5,\n", ["f:2: 4 cells under 3 columns"]),
        ("0,x\n\n0,1,0\n", ["f:3: 3 cells are no pairs of node and time"]),
        ("0,x\n\n7,1\n", ["f:3: there is no node '7'"]),
        (
            "0,x\n1,x\n\n0,soon\n",
            ["f:2: the node '1,x' is there twice", "f:4: 'soon' is not a number"],
        ),
        ("0,x\n1\n\n4;0,1\n4;0,2\n", ["f:2: '1' is no node", "f:5: two cascades are numbered '4'"]),
    ],
)
def test_a_file_that_is_no_table_of_events(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert problems(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit,a,a\nu,1,2\n", ["f:1: the measure 'a' is there twice"]),
        ("unit,a,\nu,1,2\n", ["f:1: a measure has no name"]),
        ("unit,a\nu,1\nu,2\n,3\n", ["f:3: the unit 'u' is there twice", "f:4: a unit has no name"]),
        ("unit,a,b\nu,0,1\nv,1,1\n", ["f:2: every cell is 0 or 1: that says whether, not when"]),
        ("unit,a,b\nu,yes,2014-01\n", ["f:2: column a: 'yes' is not a date"]),
    ],
)
def test_a_wide_table_that_cannot_be_read(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert problems(tmp_path, text, "wide") == expected


def test_a_snap_file_without_cascades(tmp_path: Path) -> None:
    assert problems(tmp_path, "0,x\n", "snap") == ["f:2: there is no cascade"]


def test_columns_that_are_not_there_are_told_with_the_nearest(tmp_path: Path) -> None:
    text = "statenam,policy,year\nu,m,1\n"
    with pytest.raises(InvalidInput, match="no columns are named 'statename'") as caught:
        read(tmp_path, text, columns={"unit": "statename"})
    assert caught.value.problems[0].hint == "did you mean 'statenam'?"
    assert problems(tmp_path, text, "wide", {"unit": "x"})[0] == (
        "f:1: column unit: no column is named 'x'; the columns are statenam, policy, year"
    )
    with pytest.raises(QGraphError, match="no part 'units'") as wrong:
        read(tmp_path, text, columns={"units": "statenam"})
    assert "unit, measure, date" in wrong.value.hint


def test_another_encoding_a_missing_file_and_an_unknown_layout(tmp_path: Path) -> None:
    file = tmp_path / "gb.csv"
    file.write_bytes("unit,measure,date\n南沙,m,1\n".encode("gb18030"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_events(file)
    with pytest.raises(NotFound):
        read_events(tmp_path / "none.csv")
    with pytest.raises(QGraphError, match="no layout 'stata'"):
        read_events(file, "stata")

"""Tables of events as files, in the layouts that programs for diffusion analysis read and write.

``long``
    CSV or TSV, one row per event: columns for unit, measure and date, and if you like for kind,
    words, evidence, and a last possible date (``end``). The common names of these columns are
    known (:data:`COLUMNS`), so that the files of SPID and of R's ``NetworkInference``
    (``node_name``, ``event_time``, ``cascade_id``) need no word of explanation.
``wide``
    CSV or TSV, one row per unit and one column per measure, or the other way round: a cell is the
    time, or empty (or ``NA``, as R writes it) where the unit has no event. Names all units.
``r``
    The data frame of a cascade object of R's ``NetworkInference``, as ``write.csv`` writes it.
``snap``
    The cascades of NetInf in C++ (SNAP, ``examples/netinf``): lines ``id,name`` for the nodes, a
    blank line, then one line ``id,time,id,time`` per cascade. The lines of InfoPath
    (``cascade;id,time``) are read, too. Names all units, and no measures.

How a time is written is told in :mod:`qgraph.diffusion.records.times`.
"""

from __future__ import annotations

import csv
import difflib
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qgraph.diffusion.records.events import KINDS, Event, Events
from qgraph.diffusion.records.times import Span, is_date, read_time
from qgraph.diffusion.records.writing import LAYOUTS, events_text, write_events
from qgraph.diffusion.table import Words
from qgraph.errors import InvalidInput, Problem, QGraphError
from qgraph.files import STANDARD_STREAM, read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

__all__ = ["COLUMNS", "LAYOUTS", "events_text", "read_events", "write_events"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "unit": (
        *("unit", "state", "statenam", "state_name", "city", "province", "prefecture", "county"),
        *("country", "municipality", "place", "zone", "node", "node_name", "adopter", "actor"),
        *("organisation", "organization", "agency", "jurisdiction", "单位", "地区", "城市", "省份"),
    ),
    "measure": (
        *("measure", "policy", "policy_name", "cascade", "cascade_id", "innovation", "law"),
        *("措施", "政策"),
    ),
    "date": (
        *("date", "year", "time", "adopt_year", "adoption_year", "adopt_date", "adoption_date"),
        *("event_time", "toa", "日期", "年份", "时间"),
    ),
    "kind": ("kind",),
    "words": ("words",),
    "evidence": ("evidence",),
    "end": ("end",),
}
"""What a column holds -> names by which it is known; the first wins where several are there."""

_NEEDED = ("unit", "measure", "date")
_MISSING = frozenset({"", "NA", "NaN", "nan", "NULL"})
_NODE = re.compile(r"\s*-?\d+\s*(,.*)?", re.ASCII)
_SAMPLE = 20  # rows by which a wide table is told
_BLANKS = re.compile(r"[\s_-]+")
_TIME_HINT = "write 2024-07-26, 2024-07, 2024, 2014/2016, ../2024 for no later than, or a number"
_UNKNOWN_HINT = (
    "if it happened at a time that is not known write ../.., if it did not happen remove the row"
)


class _Row(NamedTuple):
    """An event as the file has it, the times not yet read."""

    line: int
    column: str
    unit: str
    measure: str
    date: str
    end: str = ""
    kind: str = ""
    words: str | None = None
    evidence: str | None = None


class _Grid(NamedTuple):
    """Rows of a table, each with the line on which it begins."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


class _Content(NamedTuple):
    """What a reader of one layout found."""

    rows: list[_Row]
    population: tuple[str, ...] = ()
    warnings: tuple[Words, ...] = ()


def read_events(
    path: str | os.PathLike[str],
    layout: str = "auto",
    columns: Mapping[str, str] | None = None,
    *,
    transposed: bool = False,
) -> Events:
    """Read a table of events.

    Parameters
    ----------
    path
        A file in UTF-8, or ``-`` for standard input.
    layout
        One of :data:`LAYOUTS`, or ``auto`` to tell it from the first line.
    columns
        Which column holds what, as in ``{"unit": "statenam", "date": "adopt_year"}``; an empty name
        passes over a column that would be taken by its name. Further columns are not read. In a
        wide table, ``unit`` (transposed: ``measure``) names the column of the names.
    transposed
        Whether a wide table has a row per measure and a column per unit.

    Returns
    -------
    Events
        In the order of the file. They are dated if any time is a month or a day. Several events of
        one unit with one measure are all kept; a warning counts them.

    Raises
    ------
    NotFound
        If there is no such file.
    InvalidInput
        If it cannot be taken as it is, with every problem of every row.
    QGraphError
        If there is no such layout, or no such part of a table as named in ``columns``.

    References
    ----------
    Boehmke et al. (2020), SPID: A new database for inferring public policy innovativeness and
    diffusion networks, Policy Studies Journal 48(2), 517-545. Linder and Desmarais,
    NetworkInference (R package), ``as_cascade_long``, ``as_cascade_wide``. Leskovec and Sosic
    (2016), SNAP, ``examples/netinf/ReadMe.txt`` and ``examples/infopath/ReadMe.txt``.
    """
    if layout not in ("auto", *LAYOUTS):
        raise QGraphError(
            f"there is no layout {layout!r}", hint=f"Layouts are auto, {', '.join(LAYOUTS)}."
        )
    chosen = dict(columns or {})
    for role in chosen:
        if role not in COLUMNS:
            raise QGraphError(
                f"a table of events has no part {role!r}",
                hint=f"Columns can be given for {', '.join(COLUMNS)}.",
            )
    text = read_text(path)
    file = "<stdin>" if os.fspath(path) == STANDARD_STREAM else os.fspath(path)
    problems: list[Problem] = []
    if layout == "snap" or (layout == "auto" and not chosen and _is_snap(text)):
        content = _read_snap(text, file, problems)
    else:
        grid = _read_grid(text, file, problems)
        label = "measure" if transposed else "unit"
        if layout == "wide" or (layout == "auto" and _is_wide(grid, label, chosen)):
            content = _read_wide(grid, label, chosen.get(label, ""), file, problems)
        else:
            content = _read_long(grid, chosen, file, problems)
    origin = Path(file).name
    events, dated = _timed(content.rows, file, problems)
    if problems:
        raise InvalidInput(sorted(problems, key=lambda problem: problem.line))
    repeated = len(events) - len({(event.measure, event.unit, event.kind) for event in events})
    warnings = (_repeated(repeated),) if repeated else ()
    return Events(
        tuple(events),
        dated=dated,
        origin=origin,
        population=content.population,
        warnings=(*content.warnings, *warnings),
    )


# --- Reading tables ----------------------------------------------------------------------------


def _read_grid(text: str, file: str, problems: list[Problem]) -> _Grid:
    """Read CSV or TSV; rows of another length than the header are told and left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for cells in reader:
            line, begin = begin, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
            elif len(cells) == len(header):
                rows.append((line, cells))
            else:
                message = f"{len(cells)} cells under {len(header)} columns"
                hint = "quote a cell that holds the separator"
                problems.append(Problem(file, line, "", message, hint))
    except csv.Error as error:
        hint = "look for a quotation mark that is not closed"
        problems.append(Problem(file, begin, "", f"not CSV: {error}", hint))
    if not header and not problems:
        hint = f"its first line names the columns: {','.join(_NEEDED)}"
        problems.append(Problem(file, 0, "", "the file is empty", hint))
    elif not rows and not problems:
        problems.append(Problem(file, 1, "", "the file has a header and no rows", "add the events"))
    return _Grid(header, rows)


def _delimiter(text: str) -> str:
    """Find what separates the cells of the first line: a comma, a tab or a semicolon."""
    counts = dict.fromkeys(",\t;", 0)
    quoted = False
    for character in text.lstrip("\n"):
        if character == '"':
            quoted = not quoted
        elif character == "\n" and not quoted:
            break
        elif character in counts and not quoted:
            counts[character] += 1
    return max(counts, key=counts.__getitem__)


def _name(column: str) -> str:
    """Make the names of columns comparable."""
    return _BLANKS.sub("_", column.strip().lower())


def _is_wide(grid: _Grid, label: str, chosen: Mapping[str, str]) -> bool:
    """Tell a wide table: names, then times, and no column that is known to hold something else."""
    if len(grid.header) < 2 or set(chosen) - {label}:
        return False
    first, *others = map(_name, grid.header)
    if grid.header[0] != chosen.get(label) and first not in ("", *COLUMNS[label]):
        return False
    if any(name in COLUMNS[role] for role in _NEEDED if role != label for name in others):
        return False
    sample = (cell.strip() for _, cells in grid.rows[:_SAMPLE] for cell in cells[1:])
    return all(cell in _MISSING or cell[-1].isdigit() or cell[-1] in "./" for cell in sample)


def _read_long(
    grid: _Grid, chosen: Mapping[str, str], file: str, problems: list[Problem]
) -> _Content:
    if not grid.header:
        return _Content([])
    found = len(problems)
    places = {role: _place(grid.header, role, chosen, file, problems) for role in COLUMNS}
    if len(problems) > found:
        return _Content([])
    rows = []
    for line, cells in grid.rows:
        raw = {role: "" if at is None else cells[at] for role, at in places.items()}
        told = {role: text.strip() for role, text in raw.items()}
        problems.extend(_missing(file, line, told, {"unit": "unit", "measure": "measure"}))
        if told["kind"] and told["kind"] not in KINDS:
            message, hint = f"there is no kind {told['kind']!r}", f"kinds are {', '.join(KINDS)}"
            problems.append(Problem(file, line, "kind", message, hint))
        rows.append(
            _Row(
                line,
                grid.header[places["date"] or 0],
                told["unit"],
                told["measure"],
                told["date"],
                told["end"],
                told["kind"],
                None if places["words"] is None else raw["words"],
                None if places["evidence"] is None else raw["evidence"],
            )
        )
    return _Content(rows)


def _place(
    header: Sequence[str],
    role: str,
    chosen: Mapping[str, str],
    file: str,
    problems: list[Problem],
) -> int | None:
    """Find the column of a role; None if there is none, which is a problem if it is needed."""
    told = f"the columns are {', '.join(name or '(no name)' for name in header)}"
    if chosen.get(role):
        named = [at for at, name in enumerate(header) if name == chosen[role].strip()]
        if len(named) == 1:
            return named[0]
        close = difflib.get_close_matches(chosen[role], header, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "give one of them, once in the header"
        message = f"{len(named) or 'no'} columns are named {chosen[role]!r}; {told}"
        problems.append(Problem(file, 1, role, message, hint))
        return None
    taken = {chosen[other].strip() for other in chosen if other != role}
    known = [
        at
        for at, name in enumerate(header)
        if _name(name) in COLUMNS[role] and name not in taken and role not in chosen
    ]
    first = [at for at in known if _name(header[at]) == role]
    if len(first) == 1 or len(known) == 1:
        return (first or known)[0]
    hint = f'say which: columns={{"{role}": "NAME"}}'
    if known:
        both = " and ".join(repr(header[at]) for at in known)
        problems.append(Problem(file, 1, role, f"{both} could both be it; {told}", hint))
    elif role in _NEEDED:
        problems.append(Problem(file, 1, role, f"no column is known as this; {told}", hint))
    return None


def _read_wide(grid: _Grid, label: str, named: str, file: str, problems: list[Problem]) -> _Content:
    header = grid.header
    if not header:
        return _Content([])
    other = "measure" if label == "unit" else "unit"
    at = header.index(named) if named and named in header else 0
    if named and named not in header:
        message = f"no column is named {named!r}; the columns are {', '.join(header)}"
        problems.append(Problem(file, 1, label, message, "give one of them"))
    problems.extend(_repeats(file, [(1, name) for i, name in enumerate(header) if i != at], other))
    names = [(line, cells[at].strip()) for line, cells in grid.rows]
    problems.extend(_repeats(file, names, label))
    rows = []
    for line, cells in grid.rows:
        for i, cell in enumerate(cells):
            time = cell.strip()
            if i != at and time not in _MISSING:
                name, across = cells[at].strip(), header[i]
                pair = (name, across) if label == "unit" else (across, name)
                rows.append(_Row(line, across, *pair, time))
    full = len(rows) == len(grid.rows) * (len(header) - 1)
    if rows and full and {row.date for row in rows} <= {"0", "1"}:
        message = "every cell is 0 or 1: that says whether, not when"
        problems.append(Problem(file, 2, "", message, "put times into the cells, or nothing"))
    down = tuple(name for _, name in names)
    across_names = tuple(name for i, name in enumerate(header) if i != at)
    units, measures = (down, across_names) if label == "unit" else (across_names, down)
    empty = len(set(measures) - {row.measure for row in rows})
    return _Content(rows, units, (_empty(empty),) if empty else ())


def _repeats(file: str, names: Iterable[tuple[int, str]], what: str) -> Iterator[Problem]:
    """Tell of names that are missing or there twice."""
    seen: set[str] = set()
    for line, name in names:
        if not name:
            yield Problem(file, line, "", f"a {what} has no name", "name it")
        elif name in seen:
            yield Problem(file, line, "", f"the {what} {name!r} is there twice", "merge the two")
        seen.add(name)


def _missing(
    file: str, line: int, told: Mapping[str, str], roles: Mapping[str, str]
) -> Iterator[Problem]:
    for role, column in roles.items():
        if not told[role]:
            yield Problem(file, line, column, f"no {role} is named", "name it, or remove the row")


# --- Reading cascades of SNAP ------------------------------------------------------------------


def _is_snap(text: str) -> bool:
    """Tell the block of nodes, which a blank line ends; a table names its columns first."""
    first, _, rest = text.partition("\n\n")
    return bool(rest.strip()) and all(_NODE.fullmatch(line) for line in first.split("\n"))


def _read_snap(text: str, file: str, problems: list[Problem]) -> _Content:
    lines = list(enumerate(text.split("\n"), start=1))
    blank = next((at for at, (_, line) in enumerate(lines) if not line.strip()), len(lines))
    names = _nodes(lines[:blank], file, problems)
    rows: list[_Row] = []
    seen: set[str] = set()
    cascades = [(number, line) for number, line in lines[blank:] if line.strip()]
    if not cascades:
        hint = "after the nodes and a blank line, give one line id,time,id,time per cascade"
        problems.append(Problem(file, len(lines), "", "there is no cascade", hint))
    for ordinal, (number, line) in enumerate(cascades, start=1):
        head, mark, tail = line.partition(";")
        cascade, told = (head.strip(), tail) if mark else (str(ordinal), line)
        if cascade in seen:
            message = f"two cascades are numbered {cascade!r}"
            problems.append(Problem(file, number, "", message, "number each, or none"))
        seen.add(cascade)
        cells = [cell.strip() for cell in told.split(",")]
        if len(cells) % 2:
            message = f"{len(cells)} cells are no pairs of node and time"
            problems.append(Problem(file, number, "", message, "write id,time,id,time"))
            continue
        for node, time in zip(cells[::2], cells[1::2], strict=True):
            if node not in names:
                message = f"there is no node {node!r}"
                problems.append(Problem(file, number, "", message, "name it in the first block"))
            rows.append(_Row(number, "", names.get(node, node), cascade, time))
    return _Content(rows, tuple(names.values()))


def _nodes(lines: Iterable[tuple[int, str]], file: str, problems: list[Problem]) -> dict[str, str]:
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, line in lines:
        node, comma, name = (part.strip() for part in line.partition(","))
        if not comma or not name or not re.fullmatch(r"-?\d+", node, re.ASCII):
            hint = "write a number, a comma and a name"
            problems.append(Problem(file, number, "", f"{line!r} is no node", hint))
        elif node in names or name in taken:
            message = f"the node {line!r} is there twice"
            problems.append(Problem(file, number, "", message, "give each one number and one name"))
        else:
            names[node] = name
            taken.add(name)
    return names


# --- Times -------------------------------------------------------------------------------------


def _timed(rows: Collection[_Row], file: str, problems: list[Problem]) -> tuple[list[Event], bool]:
    """Read the times, all in the same way: as dates if any of them is one."""
    dated = any(is_date(row.date) or is_date(row.end) for row in rows)
    origin = Path(file).name
    events = []
    for row in rows:
        try:
            span = _span(row, dated)
        except ValueError as error:
            hint = _UNKNOWN_HINT if row.date in _MISSING else _TIME_HINT
            problems.append(Problem(file, row.line, row.column, str(error), hint))
            continue
        events.append(
            Event(
                row.measure,
                row.unit,
                *span,
                row.kind or "adoption",
                row.date if row.words is None else row.words,
                f"{origin}:{row.line}" if row.evidence is None else row.evidence,
            )
        )
    return events, dated


def _span(row: _Row, dated: bool) -> Span:
    date, end = ("" if text in _MISSING else text for text in (row.date, row.end))
    if not date and not end:
        message = "the time is missing"
        raise ValueError(message)
    if not end:
        return read_time(date, dated=dated)
    if "/" in date + end:
        message = f"'{date}' to '{end}' is an interval of an interval"
        raise ValueError(message)
    return read_time(f"{date}/{end}", dated=dated)


def _repeated(count: int) -> Words:
    return Words(
        f"Rows that repeat unit, measure and kind of an earlier one: {count}. The first in time"
        " counts.",
        f"有{count}行与前面的行单位、措施、类型相同，以时间最早者为准。",
    )


def _empty(count: int) -> Words:
    return Words(
        f"Measures without any time, which form no cascade: {count}.",
        f"有{count}项措施没有任何时间，不构成级联。",
    )

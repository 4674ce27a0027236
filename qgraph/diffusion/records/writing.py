"""Writing tables of events, in the layouts that :mod:`qgraph.diffusion.records.layouts` reads."""

from __future__ import annotations

import csv
import io
from math import isfinite
from typing import TYPE_CHECKING

from qgraph.diffusion.records.times import Span, is_date, number_text, read_time, time_text
from qgraph.errors import QGraphError
from qgraph.files import write_atomic

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from qgraph.diffusion.records.events import Event, Events

__all__ = ["LAYOUTS", "events_text", "write_events"]

LAYOUTS = ("long", "wide", "r", "snap")
"""Layouts that can be read and written."""

_WRITTEN = ("unit", "measure", "date", "kind", "words", "evidence")


def write_events(
    events: Events,
    path: str | os.PathLike[str],
    layout: str = "long",
    *,
    transposed: bool = False,
) -> None:
    """Write a table of events to a file, or to standard output for ``-``.

    See :func:`events_text`.
    """
    write_atomic(path, events_text(events, layout, transposed=transposed).encode())


def events_text(events: Events, layout: str = "long", *, transposed: bool = False) -> str:
    """Write a table of events as text.

    Parameters
    ----------
    events
        From a graph or a file.
    layout
        One of :data:`LAYOUTS`. ``long`` holds everything but the names of units without an event.
        The others hold units, measures and times: adoptions and pilots become one, and words and
        evidence are left out. ``r`` and ``snap`` take exact times only, and of dates the days since
        1970-01-01, as R counts them; ``snap`` numbers the measures in their order.
    transposed
        Whether a wide table gets a row per measure and a column per unit.

    Raises
    ------
    QGraphError
        If the layout cannot hold these events.
    """
    if layout not in LAYOUTS:
        raise QGraphError(
            f"there is no layout {layout!r}", hint=f"Layouts are {', '.join(LAYOUTS)}."
        )
    _check_names((*events.measures, *events.units, *events.population))
    if layout == "long":
        return _long_text(events)
    other = sorted({event.kind for event in events.rows} - {"adoption", "pilot"})
    if other:
        raise QGraphError(
            f"the layout {layout!r} holds only who took a measure up, not {' or '.join(other)}",
            hint="Choose the events, as in events.of('adoption', 'pilot'), or take layout 'long'.",
        )
    if layout == "wide":
        return _wide_text(events, transposed)
    inexact = sum(event.begin != event.end for event in events.rows)
    if inexact:
        raise QGraphError(
            f"the layout {layout!r} takes exact times, and {inexact} of {len(events)} are not",
            hint="Round them first, or take layout 'long' or 'wide'.",
        )
    return _r_text(events) if layout == "r" else _snap_text(events)


def _check_names(names: Iterable[str]) -> None:
    """Refuse names that a reader would change."""
    for name in names:
        if not name or name != name.strip() or "\r" in name:
            raise QGraphError(
                f"the name {name!r} would not be read back as it is",
                hint="Take away blanks at its ends and carriage returns; no name may be empty.",
            )


def _long_text(events: Events) -> str:
    texts = [_time(event, events.dated) for event in events.rows]
    if events.dated and not any(map(is_date, texts)):
        # Bare years would be read as plain numbers.
        texts = [_days(event) for event in events.rows]
    rows = (
        (event.unit, event.measure, text, event.kind, event.words, event.evidence)
        for event, text in zip(events.rows, texts, strict=True)
    )
    return _csv(_WRITTEN, rows)


def _time(event: Event, dated: bool) -> str:
    """Write the time of an event: in its own words, if these say neither more nor less."""
    span = Span(event.begin, event.end)
    words = event.words.strip()
    try:
        if read_time(words, dated=dated) == span:
            return words
    except ValueError:
        pass  # words of people, such as "early 2020"
    return time_text(span, dated=dated)


def _days(event: Event) -> str:
    """Write a time as an interval of days."""
    sides = (event.begin, event.end)
    return "/".join(
        time_text(Span(side, side), dated=True) if isfinite(side) else ".." for side in sides
    )


def _wide_text(events: Events, transposed: bool) -> str:
    units = _units(events)
    cells = {(event.unit, event.measure): event for event in events.rows}
    if len(cells) < len(events):
        raise QGraphError(
            f"a wide table has room for one time per unit and measure; {len(events) - len(cells)}"
            " events repeat one",
            hint="Take layout 'long', or keep one event of each.",
        )
    texts = {pair: _time(event, events.dated) for pair, event in cells.items()}
    if events.dated and not any(map(is_date, texts.values())):
        texts = {pair: _days(event) for pair, event in cells.items()}
    elif set(texts.values()) <= {"0", "1"}:
        texts = {pair: f"{text}.0" for pair, text in texts.items()}  # times, not yes and no
    if transposed:
        header = ("measure", *units)
        rows = [
            (measure, *(texts.get((unit, measure), "") for unit in units))
            for measure in events.measures
        ]
    else:
        header = ("unit", *events.measures)
        rows = [
            (unit, *(texts.get((unit, measure), "") for measure in events.measures))
            for unit in units
        ]
    return _csv(header, rows)


def _r_text(events: Events) -> str:
    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    lines = ['"node_name","event_time","cascade_id"']
    lines += [
        f"{quoted(event.unit)},{number_text(event.begin)},{quoted(event.measure)}"
        for event in events.rows
    ]
    return "\n".join(lines) + "\n"


def _snap_text(events: Events) -> str:
    units = _units(events)
    for name in units:
        if "," in name or "\n" in name:
            raise QGraphError(
                f"the layout 'snap' has no way to write the name {name!r}",
                hint="Its names have neither commas nor line ends; take another layout.",
            )
    numbers = {name: number for number, name in enumerate(units)}
    lines: dict[str, list[str]] = {measure: [] for measure in events.measures}
    for event in events.rows:
        lines[event.measure] += [str(numbers[event.unit]), number_text(event.begin)]
    nodes = "".join(f"{number},{name}\n" for name, number in numbers.items())
    return nodes + "\n" + "".join(f"{','.join(line)}\n" for line in lines.values())


def _units(events: Events) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*events.population, *events.units)))


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    # What separates the cells is told from the first line: no other sign may stand there bare.
    bare = any(sign in name for name in header for sign in "\t;")
    csv.writer(
        text, lineterminator="\n", quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL
    ).writerow(header)
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

"""Time references: from the words of a source and an anchor to a span of days.

What a source prints ("July 26") and what we resolve it to (2024-07-26) are kept apart. A relative
time is written as a pattern over the year of its anchor, so that moving the anchor moves it:

====================  =================================================
``{Y}-07-26``         26 July of the year in which the anchor begins
``{Y-1}-06``          June of the year before
``{Y}-01/{Y}-06``     January to June of that year
``{anchor}``          the anchor's own span
``2020/{anchor}``     from 2020 to the last day of the anchor
====================  =================================================

Where only a bound is known, the other end is left open, and nothing is put in its place:

====================  =================================================
``../2015-06-23``     no later than 23 June 2015: an end, no begin
``2015/..``           from 1 January 2015 on: a begin, no end
``../{anchor}``       no later than the last day of the anchor
====================  =================================================

Source: Library of Congress, Extended Date/Time Format (EDTF) Specification, 2019, levels 0 and 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgraph.compile.tables import Row
    from qgraph.errors import Problem

__all__ = ["Span", "resolve", "span"]

_YEAR = re.compile(r"\{Y([+-]\d{1,3})?\}")
_ANCHOR = "{anchor}"
_OPEN = ("", "..")


@dataclass(frozen=True)
class Span:
    """First and last day of a time, and the time in EDTF; None for an end that is open."""

    edtf: str
    begin: date | None
    end: date | None


@cache  # sources name the same days again and again, and the grammar of EDTF is slow to parse
def span(edtf: str) -> Span:
    """Read an EDTF string of level 0 or 1 as a span of days.

    Parameters
    ----------
    edtf
        A day, a month, a year, or an interval of these; ``~`` and ``?`` may follow. One end of an
        interval may be open (``..``) or unknown (empty).

    Returns
    -------
    Span
        With the strict bounds: uncertainty widens nothing.

    Raises
    ------
    ValueError
        If it is not EDTF, or open at both ends.
    """
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    first, slash, last = edtf.partition("/")
    try:
        parsed = parse_edtf(edtf)
        # The library makes up ten years for an end that is unknown: it is not asked for that end.
        begin = None if slash and first in _OPEN else date(*parsed.lower_strict()[:3])
        end = None if slash and last in _OPEN else date(*parsed.upper_strict()[:3])
    except (EDTFParseException, TypeError, AttributeError) as error:
        message = f"'{edtf}' is not a time"
        raise ValueError(message) from error
    if begin is None and end is None:
        message = f"'{edtf}' has neither a first nor a last day"
        raise ValueError(message)
    if begin is not None and end is not None and begin > end:
        message = f"'{edtf}' ends before it begins"
        raise ValueError(message)
    return Span(edtf, begin, end)


def resolve(rows: list[Row], problems: list[Problem]) -> dict[str, Span]:
    """Resolve every time of the table, anchors first.

    Parameters
    ----------
    rows
        With ``id``, ``edtf`` and, for a relative time, ``anchor``.
    problems
        Takes what cannot be resolved: bad EDTF, a missing or needless anchor, an anchor without the
        day that is reckoned from, a circle.

    Returns
    -------
    dict
        Spans by identifier; a time with a problem is left out.
    """
    by_id = {row.one("id"): row for row in rows if row.one("id")}
    spans: dict[str, Span] = {}
    for start in by_id:
        # Anchors may hang on anchors: walk up to one that is known, then resolve on the way back.
        chain: list[str] = []
        here: str | None = start
        while here is not None and here in by_id and here not in spans and here not in chain:
            chain.append(here)
            here = by_id[here].one("anchor")
        if here in chain:
            first = min(chain[chain.index(here) :])  # so that a circle is told once
            problem = _problem(by_id[first], "anchor", "the anchors form a circle")
            if problem not in problems:
                problems.append(problem)
            continue
        for identifier in reversed(chain):
            resolved = _resolve(by_id[identifier], spans)
            if isinstance(resolved, Span):
                spans[identifier] = resolved
            elif resolved is not None and resolved not in problems:
                problems.append(resolved)
    return spans


def _resolve(row: Row, spans: dict[str, Span]) -> Span | Problem | None:
    """Resolve one time; None if its cell or its anchor is faulty, which is reported elsewhere."""
    pattern = row.one("edtf")
    if pattern is None:
        return None
    anchor = row.one("anchor")
    relative = _ANCHOR in pattern or _YEAR.search(pattern) is not None
    if relative and anchor is None:
        return _problem(row, "anchor", f"'{pattern}' is relative and has no anchor")
    if anchor is not None and not relative:
        return _problem(row, "edtf", f"'{pattern}' does not depend on the anchor")
    if relative:
        base = spans.get(anchor)
        if base is None:
            return None
        try:
            pattern = _fill(pattern, base)
        except ValueError as error:
            return _problem(row, "anchor", str(error))
    try:
        return span(pattern)
    except ValueError as error:
        return _problem(row, "edtf", str(error))


def _fill(pattern: str, base: Span) -> str:
    """Put the year and the ends of an anchor into a pattern; an end that is open raises."""
    first, slash, last = pattern.partition("/")
    if base.begin is None and (_YEAR.search(pattern) or (slash and _ANCHOR in first)):
        message = f"'{pattern}' reckons from the begin of its anchor, which is open"
        raise ValueError(message)
    if base.end is None and _ANCHOR in last:
        message = f"'{pattern}' reckons from the end of its anchor, which is open"
        raise ValueError(message)
    # As one end of an interval, an anchor that is an interval itself lends its end on that side.
    sides = base.edtf.split("/")
    begin, end = (sides[0], sides[-1]) if slash else (base.edtf, base.edtf)
    filled = first.replace(_ANCHOR, begin) + slash + last.replace(_ANCHOR, end)
    year = base.begin.year if base.begin else 0
    return _YEAR.sub(lambda found: f"{year + int(found[1] or 0):04d}", filled)


def _problem(row: Row, column: str, message: str) -> Problem:
    hint = (
        "write 2024-07-26, 2024-07, 2024, 2024-01/2024-06, ../2024-07-26 for no later than a day, "
        "or a pattern such as {Y}-07-26"
    )
    return row.problem(column, message, hint)

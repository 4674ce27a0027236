"""Events: which unit did what with which measure, and when, as exactly as that is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

from qgraph.diffusion.result import Data
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["KINDS", "PERIODS", "Event", "Events", "period_of", "period_text"]

KINDS = ("adoption", "pilot", "promotion", "end")
"""What can happen: a unit adopts a measure, pilots it, is told to take it over (promotion), or
stops (end)."""

PERIODS: Mapping[str, Words] = {
    "day": Words("day", "日"),
    "month": Words("month", "月"),
    "quarter": Words("quarter", "季度"),
    "year": Words("year", "年"),
}
"""Lengths of time to which dates are rounded; two events in one period are simultaneous."""

_EPOCH = date(1970, 1, 1).toordinal()


class Event(NamedTuple):
    """Something that a unit did with a measure.

    ``begin`` and ``end`` are the first and the last moment at which it may have happened: equal
    for an exact time, minus infinity and plus infinity where only "no later than" or "no earlier
    than" is known. Dates are days since 1970-01-01.
    """

    measure: str
    unit: str
    begin: float
    end: float
    kind: str = "adoption"
    words: str = ""
    """The time as it was written."""
    evidence: str = ""
    """What the event rests on: identifiers of the graph, or file and line."""


@dataclass(frozen=True)
class Events:
    """A table of events.

    Attributes
    ----------
    rows
        In the order of the file or of the query.
    dated
        True if times are days since 1970-01-01, False if they are plain numbers, such as years.
    origin
        Name of the file or of the graph.
    query
        The SPARQL that made them, or empty.
    inferred
        False if what we inferred was left out.
    population
        Every unit that could have taken part, in the order of the file, if it names those without
        an event too; else empty.
    warnings
        What was left out, or has to be known, from the very start.
    """

    rows: tuple[Event, ...]
    dated: bool
    origin: str = ""
    query: str = ""
    inferred: bool = True
    population: tuple[str, ...] = ()
    warnings: tuple[Words, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Measures, in the order in which they are met."""
        return tuple(dict.fromkeys(event.measure for event in self.rows))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Units, in the order in which they are met."""
        return tuple(dict.fromkeys(event.unit for event in self.rows))

    @cached_property
    def data(self) -> Data:
        """Where they come from, for a result to carry."""
        digest = hashlib.sha256()
        for event in self.rows:
            digest.update("\x1f".join(map(str, event[:5])).encode() + b"\x1e")
        return Data(
            origin=self.origin,
            query=self.query,
            digest=digest.hexdigest(),
            events=len(self.rows),
            measures=len(self.measures),
            units=len(self.units),
            inferred=self.inferred,
        )

    def of(self, *kinds: str) -> Events:
        """Keep the events of some kinds."""
        return replace(self, rows=tuple(event for event in self.rows if event.kind in kinds))

    def among(self, measures: Iterable[str]) -> Events:
        """Keep the events of some measures."""
        kept = frozenset(measures)
        return replace(self, rows=tuple(event for event in self.rows if event.measure in kept))


def period_of(moment: float, period: str) -> float:
    """Round a date (days since 1970-01-01) to its period, counted from the year 0.

    Returns
    -------
    float
        The day itself, 12 times the year plus the month from 0, 4 times the year plus the quarter
        from 0, or the year; infinities stay what they are.
    """
    if period not in PERIODS:
        raise QGraphError(
            f"there is no period {period!r}", hint=f"Periods are {', '.join(PERIODS)}."
        )
    if not isfinite(moment) or period == "day":
        return moment
    day = date.fromordinal(int(moment) + _EPOCH)
    if period == "year":
        return float(day.year)
    if period == "quarter":
        return float(4 * day.year + (day.month - 1) // 3)
    return float(12 * day.year + day.month - 1)


def period_text(number: float, period: str) -> str:
    """Write a period as people do: 2024, 2024-Q3, 2024-07, 2024-07-26."""
    if number in (inf, -inf):
        return ".."
    whole = int(number)
    if period == "year":
        return str(whole)
    if period == "quarter":
        return f"{whole // 4}-Q{whole % 4 + 1}"
    if period == "month":
        return f"{whole // 12}-{whole % 12 + 1:02d}"
    return date.fromordinal(whole + _EPOCH).isoformat()

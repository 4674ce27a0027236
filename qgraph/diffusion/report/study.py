"""What all sections of a report draw on: the records of one graph, in the words of one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from qgraph import __version__
from qgraph.describe.answers import rows
from qgraph.diffusion.promotion.series import reported_series
from qgraph.diffusion.records.recorded import (
    labels,
    measure_spells,
    newest_source,
    recorded,
    recorded_events,
)
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Column, Words
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qgraph.diffusion.promotion.series import ReportedSeries
    from qgraph.diffusion.records.events import Events
    from qgraph.diffusion.records.recorded import MeasureSpell, RecordedEvent
    from qgraph.diffusion.records.times import Span
    from qgraph.diffusion.report.model import Section
    from qgraph.diffusion.result import Result
    from qgraph.graph import Graph

    _Found = TypeVar("_Found", bound="Result")

__all__ = ["COUNTED", "Attempt", "Chapter", "Finding", "Study", "column", "many", "share"]

COUNTED = """SELECT DISTINCT ?place
WHERE {
  VALUES ?indicator {
    qgk:indicator-measures-launched qgk:indicator-measures-promoted-nationwide
  }
  ?observation qg:about ?place ; qg:indicator ?indicator .
  FILTER NOT EXISTS { ?observation qg:standing qgk:standing-rejected }
}
ORDER BY STR(?place)"""
"""Asks of which places sources count the measures."""

_DAY_ZERO = date(1970, 1, 1)


class Finding(NamedTuple):
    """A sentence for the front of the report, and the section that says more."""

    text: str
    section: str


@dataclass(frozen=True)
class Attempt:
    """A method that was tried: what it gave, or why it refused.

    Attributes
    ----------
    method
        Its name.
    on
        What it was tried on.
    citation
        Who published it.
    command
        What does the same at the command line.
    result
        What it gave, or None.
    reason, needed
        Why it gave nothing, and what would be needed.
    """

    method: str
    on: str
    citation: str
    command: str
    result: Result | None
    reason: str = ""
    needed: str = ""


class Chapter(NamedTuple):
    """A section with what other sections need of it."""

    section: Section
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    commands: tuple[str, ...] = ()
    queries: tuple[tuple[str, str], ...] = ()


class Study:
    """A graph under study.

    Parameters
    ----------
    graph
        What we inferred is in it or not.
    language
        ``en`` or ``zh``.
    seed
        Of all random numbers.
    """

    def __init__(self, graph: Graph, language: str, seed: int) -> None:
        self.graph = graph
        self.language = language
        self.seed = seed
        self._names: dict[str, str] = {}

    @cached_property
    def events(self) -> tuple[RecordedEvent, ...]:
        """Every event on record."""
        return recorded(self.graph)

    @cached_property
    def by_place(self) -> Events:
        """The same as a table by place."""
        return recorded_events(self.graph, "place")

    @cached_property
    def spells(self) -> tuple[MeasureSpell, ...]:
        """The risk set of measures; none if nothing bears a date."""
        try:
            return measure_spells(self.graph)
        except Refused:
            return ()

    @cached_property
    def counted(self) -> dict[str, ReportedSeries]:
        """What sources count of the measures of each place, by its identifier."""
        found = {}
        for row in rows(self.graph, COUNTED):
            place = local_id(row["place"])
            try:
                found[place] = reported_series(self.graph, place)
            except Refused:
                continue  # the figures lack a time or a source, and so do not count
        return found

    @cached_property
    def newest(self) -> float:
        """Day of the newest source, minus infinity if none bears a date."""
        return newest_source(self.graph)

    def say(self, en: str, zh: str) -> str:
        """Choose between the languages."""
        return zh if self.language == "zh" else en

    def word(self, words: Words) -> str:
        """Give words in the language."""
        return words.to(self.language)

    def name(self, key: str) -> str:
        """Tell what to call a thing, by its identifier."""
        if key not in self._names:
            self._names.update(labels(self.graph, [key], self.language))
        return self._names[key]

    def names(self, keys: Sequence[str]) -> dict[str, str]:
        """Tell what to call several things."""
        return {key: self.name(key) for key in keys}

    def listed(self, texts: Sequence[str]) -> str:
        """Put texts into a list within a sentence."""
        return self.say(", ", "、").join(texts)

    def percent(self, value: float, digits: int = 1) -> str:
        """Write a share in per cent."""
        return f"{100 * value:.{digits}f}%"

    def interval(self, low: float, high: float, digits: int = 1) -> str:
        """Write an interval of shares in per cent."""
        return self.say(
            f"{100 * low:.{digits}f}% to {100 * high:.{digits}f}%",
            f"{100 * low:.{digits}f}%至{100 * high:.{digits}f}%",
        )

    def day(self, moment: float) -> str:
        """Write a day."""
        day = _DAY_ZERO + timedelta(days=int(moment))
        return self.say(f"{day.day} {day:%B %Y}", f"{day.year}年{day.month}月{day.day}日")

    def time(self, span: Span) -> str:
        """Write a time as exactly as it is known."""
        begin, end = span
        if not isfinite(begin) and not isfinite(end):
            return self.say("not known", "不明")
        if not isfinite(begin):
            return self.say(f"no later than {self.day(end)}", f"不晚于{self.day(end)}")
        if not isfinite(end):
            return self.say(f"no earlier than {self.day(begin)}", f"不早于{self.day(begin)}")
        if begin == end:
            return self.day(begin)
        first, last = (_DAY_ZERO + timedelta(days=int(moment)) for moment in span)
        after = last + timedelta(days=1)
        if (
            first.day == 1
            and after.day == 1
            and (first.year, first.month) == (last.year, last.month)
        ):
            return self.say(f"{first:%B %Y}", f"{first.year}年{first.month}月")
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            if first.year == last.year:
                return self.say(str(first.year), f"{first.year}年")
            return self.say(f"{first.year} to {last.year}", f"{first.year}年至{last.year}年")
        return self.say(
            f"{self.day(begin)} to {self.day(end)}", f"{self.day(begin)}至{self.day(end)}"
        )

    def command(self, words: str) -> str:
        """Write a command as one has to type it for this graph."""
        where = "" if self.is_bundled else " --graph FILE"
        told = "" if self.graph.inferred else " --no-inferred"
        language = self.say("", " --lang zh")
        return f"qgraph{where}{language}{told} {words}"

    @property
    def origin(self) -> str:
        """Tell where the graph came from."""
        if not self.is_bundled:
            return self.graph.origin
        told = "" if self.graph.inferred else "，不含推断陈述"
        return self.say(self.graph.origin, f"qgraph {__version__}自带图谱{told}")

    @property
    def is_bundled(self) -> bool:
        """Whether it is the graph that comes with the package."""
        return self.graph.origin.startswith("bundled graph")

    def attempt(
        self, method: Words, on: str, citation: str, command: str, made: Callable[[], _Found]
    ) -> Attempt:
        """Try a method; that it refuses is an answer."""
        name, typed = self.word(method), self.command(command)
        try:
            result = made()
        except Refused as error:
            reason, needed = self.word(error.reason), self.word(error.needed)
            return Attempt(name, on, citation, typed, None, reason, needed)
        return Attempt(name, on, result.method.citation, typed, result)


def many(number: int, one: str, several: str) -> str:
    """Say in English how many there are."""
    return f"{number:,} {one if number == 1 else several}"


def column(name: str, en: str, zh: str, values: Sequence[object], form: str = "") -> Column:
    """Make a column of a table."""
    return Column(name, Words(en, zh), list(values), form)


def share(part: float, whole: float) -> float | None:
    """Give a share, or None of nothing."""
    return part / whole if whole else None

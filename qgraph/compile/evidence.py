"""Evidence: the four columns with which every row says where its facts come from."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgraph.compile.tables import nearest
from qgraph.terms import PREFIXES

if TYPE_CHECKING:
    from qgraph.compile.tables import Row, Table
    from qgraph.errors import Problem

__all__ = ["COLUMNS", "MOST_WORDS", "Evidence", "Register", "word_count"]

COLUMNS = ("source", "locator", "phrase", "start")
MOST_WORDS = 10


@dataclass(frozen=True)
class Evidence:
    """One passage: the shortest phrase that carries a fact, and where it stands.

    ``start`` counts Unicode code points; phrase and start are None where the text is not held.
    """

    source: str
    locator: str
    phrase: str | None
    start: int | None

    @property
    def address(self) -> str:
        """Give the passage a name that extracting it again would give, too."""
        slug = self.source.removeprefix("source-")
        if self.start is None or self.phrase is None:
            place = digest(self.locator, self.phrase or "")
        else:
            place = f"{self.start}-{self.start + len(self.phrase)}"
        return f"{PREFIXES['qgd']}evidence-{slug}-{place}"


@dataclass(frozen=True)
class _Passage:
    start: int
    end: int


class Register:
    """The sources that rows may name, and for held texts the sentences they consist of."""

    def __init__(self, sources: Table, segments: Table) -> None:
        self._sources = {row.one("id") for row in sources.rows} - {None}
        self._held = {row.one("id") for row in sources.rows if row.one("sha256")}
        self._segments: dict[str, dict[str, _Passage]] = {}
        for row in segments.rows:
            source, locator = row.one("source"), row.one("locator")
            start, end = row.one("start"), row.one("end")
            if None not in (source, locator, start, end):
                self._segments.setdefault(source, {})[locator] = _Passage(start, end)

    def evidence(self, row: Row, problems: list[Problem]) -> Evidence | None:
        """Read the evidence of a row; what is wrong with it goes to ``problems``."""
        source, locator = row.one("source"), row.one("locator")
        phrase, start = row.one("phrase"), row.one("start")
        if source is None or locator is None:
            return None  # reported where the cell was read: both are required
        if source not in self._sources:
            near = nearest(source, self._sources)
            hint = f"add it to sources.csv{near}"
            problems.append(row.problem("source", f"unknown source '{source}'", hint))
            return None
        if phrase is not None and word_count(phrase) > MOST_WORDS:
            message = f"the phrase has {word_count(phrase)} words, {MOST_WORDS} are the most"
            problems.append(row.problem("phrase", message, "keep the words that carry the fact"))
        if source in self._held:
            self._check_held(row, source, locator, problems)
        return Evidence(source, locator, phrase, start)

    def _check_held(self, row: Row, source: str, locator: str, problems: list[Problem]) -> None:
        phrase, start = row.one("phrase"), row.one("start")
        if phrase is None or start is None:
            column = "phrase" if phrase is None else "start"
            hint = "the text of this source is held, so its evidence is a phrase and its offset"
            problems.append(row.problem(column, "the evidence is missing", hint))
            return
        segments = self._segments.get(source, {})
        segment = segments.get(locator)
        if segment is None:
            hint = f"segments.csv lists those of {source}{nearest(locator, set(segments))}"
            problems.append(row.problem("locator", f"unknown segment '{locator}'", hint))
        elif not segment.start <= start <= start + len(phrase) <= segment.end:
            hint = f"it spans {segment.start} to {segment.end}"
            message = f"the phrase lies outside segment {locator}"
            problems.append(row.problem("start", message, hint))


def digest(*parts: str) -> str:
    """Return twelve hexadecimal digits that stand for some strings in their order."""
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:12]


def word_count(phrase: str) -> int:
    """Count the words of a phrase; two Chinese characters count as one word."""
    wide = sum(unicodedata.east_asian_width(character) == "W" for character in phrase)
    spaced = "".join(" " if unicodedata.east_asian_width(c) == "W" else c for c in phrase)
    return len(re.findall(r"\w\S*", spaced)) + (wide + 1) // 2

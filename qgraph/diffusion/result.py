"""What every analysis gives: numbers, and all that one needs to judge, cite and repeat them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qgraph.diffusion.table import Table, Words, plain
from qgraph.errors import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas

__all__ = ["Data", "Method", "Refused", "Result"]


@dataclass(frozen=True)
class Method:
    """A published method.

    Attributes
    ----------
    name
        The field's name for it.
    formula
        What is computed, in one line of plain text.
    citation
        Author, year, title, journal, pages.
    assumptions
        What must hold for the numbers to mean what they say.
    """

    name: Words
    formula: str
    citation: str
    assumptions: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Data:
    """Where the events behind a result come from.

    Attributes
    ----------
    origin
        Name of the file or of the graph.
    query
        The SPARQL that made the events of a graph, else empty.
    digest
        SHA-256 of the events, so that two results can be known to rest on the same.
    events, measures, units
        How many of each.
    inferred
        False if what we inferred was left out.
    """

    origin: str = ""
    query: str = ""
    digest: str = ""
    events: int = 0
    measures: int = 0
    units: int = 0
    inferred: bool = True


class Refused(NoAnswer):
    """An analysis whose preconditions do not hold: says why, and what would be needed."""

    def __init__(self, reason: Words, needed: Words) -> None:
        super().__init__(reason.en, hint=needed.en)
        self.reason = reason
        self.needed = needed


# Equal only if the same: numbers are arrays, which have no one answer to whether they are equal.
@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """The outcome of one analysis; a subclass adds its numbers and says how they form a table.

    Attributes
    ----------
    method
        What was computed, and who published it.
    settings
        Every parameter that has an influence, by name.
    warnings
        What the reader has to know about these very numbers.
    seed
        Of the random numbers, or None if there are none.
    data
        Where the events come from, if that is known.
    """

    method: Method
    settings: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[Words, ...] = ()
    seed: int | None = None
    data: Data | None = None

    @property
    def table(self) -> Table:
        """Its numbers, one row per case."""
        raise NotImplementedError

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Its headline numbers: key, what it is, value."""
        return ()

    def as_frame(self) -> pandas.DataFrame:
        """Give the table as a pandas DataFrame."""
        return self.table.as_frame()

    def as_csv(self, *, spreadsheet: bool = False) -> str:
        """Write the table as CSV."""
        return self.table.as_csv(spreadsheet=spreadsheet)

    def as_latex(self, language: str = "en") -> str:
        """Write the table for LaTeX."""
        return self.table.as_latex(language)

    def as_text(self, language: str = "en", width: int | None = None) -> str:
        """Write everything for a terminal: name, headline numbers, table, warnings, citation."""
        head = [self.method.name.to(language)]
        head += [f"  {what.to(language)}: {_say(value)}" for _, what, value in self.summary]
        notes = [f"  - {note.to(language)}" for note in self.notes]
        care = [_CARE.to(language), *notes] if notes else []
        cited = [f"  {self.method.formula}", f"  {self.method.citation}"]
        return "\n".join(
            [
                *head,
                "",
                self.table.as_text(language, width),
                *care,
                _METHOD.to(language),
                *cited,
                "",
            ]
        )

    def as_markdown(self, language: str = "en") -> str:
        """Write headline numbers, table, warnings and citation as Markdown."""
        head = "".join(f"- {what.to(language)}: {_say(value)}\n" for _, what, value in self.summary)
        notes = "".join(f"- {note.to(language)}\n" for note in self.notes)
        care = f"\n**{_CARE.to(language)}**\n\n{notes}" if notes else ""
        return (
            f"{head}\n{self.table.as_markdown(language)}{care}\n"
            f"**{_METHOD.to(language)}**: `{self.method.formula}`. {self.method.citation}\n"
        )

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values, both languages included."""
        return {
            "method": self.method.name._asdict(),
            "formula": self.method.formula,
            "citation": self.method.citation,
            "assumptions": [note._asdict() for note in self.method.assumptions],
            "warnings": [note._asdict() for note in self.warnings],
            "settings": {name: plain(value) for name, value in self.settings.items()},
            "seed": self.seed,
            "data": None if self.data is None else vars(self.data),
            "summary": {name: plain(value) for name, _, value in self.summary},
            "rows": self.table.records(),
        }

    def as_json(self) -> str:
        """Write everything as JSON; what is not known is null."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    @property
    def notes(self) -> tuple[Words, ...]:
        """What to read with care: the warnings, then the assumptions."""
        return (*self.warnings, *self.method.assumptions)


_CARE = Words("Read with care", "解读须知")
_METHOD = Words("Method", "方法")


def _say(value: object) -> str:
    known = plain(value)
    if known is None:
        return "–"
    return f"{known:.6g}" if isinstance(known, float) else str(known)

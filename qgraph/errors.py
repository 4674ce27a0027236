"""Everything that can go wrong, told in the user's terms.

::

    QGraphError            message, and a hint: one sentence on what to do next
    ├─ NotFound            a name, an identifier or a file that is not there
    ├─ InvalidInput        a text or a table that cannot be taken as it is; carries the problems
    ├─ InvalidGraph        a graph that breaks its own shapes or rules; carries the issues
    ├─ InvalidQuery        SPARQL that cannot be read; carries line and column
    ├─ NoAnswer            an analysis whose preconditions do not hold
    ├─ CannotWrite         an output that cannot be put where it was asked for
    └─ MissingExtra        an optional dependency that is not installed

These are plain exceptions. The command line turns them into ``Error: ...`` and exit code 1; any
other exception is a bug and keeps its traceback. This module imports nothing of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


# A named tuple, as all else that `--help` loads: importing dataclasses would cost it a tenth more.
class Problem(NamedTuple):
    """One place in an input that has to change.

    ``str(problem)`` is one line, ``file:line: column NAME: message; hint``, in which the parts
    that are not known (line 0, an empty column or hint) are left out.
    """

    file: str
    line: int
    column: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Give the line that an editor can jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f"column {self.column}: " if self.column else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}: {column}{self.message}{hint}"


class QGraphError(Exception):
    """Something that the user can mend: ``str(error)`` says what, ``error.hint`` says how."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NotFound(QGraphError):
    """A name, an identifier or a file that is not there; the hint has the nearest ones."""


class InvalidInput(QGraphError):
    """An input that cannot be taken as it is: one run reports every problem it has."""

    def __init__(self, problems: Iterable[Problem], *, hint: str = "") -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(_listing(self.problems, "problem"), hint=hint)


class InvalidGraph(QGraphError):
    """A graph that breaks its own shapes or rules; each issue prints itself as one line."""

    def __init__(self, issues: Iterable[object], *, hint: str = "") -> None:
        self.issues: tuple[object, ...] = tuple(issues)
        super().__init__(_listing(self.issues, "issue"), hint=hint)


class InvalidQuery(QGraphError):
    """A query that cannot be read, with the line and column where reading stopped, if known."""

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class NoAnswer(QGraphError):
    """An analysis whose preconditions do not hold, so that a number would mislead."""


class CannotWrite(QGraphError):
    """An output that cannot be put where it was asked for; what was there before is untouched."""


class MissingExtra(QGraphError):
    """An optional dependency that is not installed; the hint says how to install it."""


def _listing(lines: tuple[object, ...], noun: str) -> str:
    """One line as it is, several under a heading that counts them."""
    if len(lines) == 1:
        return str(lines[0])
    return "\n".join([f"{len(lines)} {noun}s", *(f"  {line}" for line in lines)])

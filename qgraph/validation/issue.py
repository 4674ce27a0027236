"""One thing that is wrong, or worth a look, with the row it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SEVERITIES", "Issue", "Origins"]

SEVERITIES = ("violation", "warning", "finding")


class _Row(Protocol):
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Issue:
    """One issue: how grave, where, which rule, what is wrong, what to do.

    ``str(issue)`` is one line, ``file:line: severity: node: message (rule); hint``; ``file`` is
    empty and ``line`` is 0 where the graph did not come from tables.
    """

    severity: str
    file: str
    line: int
    node: str
    rule: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Give the line that an editor can jump to."""
        place = f"{self.file}:{self.line}: " if self.file else ""
        node = f"{local_id(self.node)}: " if self.node else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.severity}: {node}{self.message} ({self.rule}){hint}"

    def __lt__(self, other: Issue) -> bool:
        """Order by severity, then by place."""
        return self._order() < other._order()

    def _order(self) -> tuple[int, str, int, str, str, str]:
        rank = SEVERITIES.index(self.severity)
        return (rank, self.file, self.line, self.node, self.rule, self.message)


class Origins:
    """Where nodes come from: the row of a table, or nowhere."""

    def __init__(self, rows: Mapping[str, _Row]) -> None:
        self._rows = rows

    def issue(self, severity: str, node: str, rule: str, message: str, hint: str = "") -> Issue:
        """Describe an issue of a node at the row that made it."""
        row = self._rows.get(node)
        file, line = (row.file, row.line) if row else ("", 0)
        return Issue(severity, file, line, node, rule, message, hint)

    def column(self, node: str, prop: str) -> str:
        """Name the column in which the row of a node states a property; empty if none does."""
        row = self._rows.get(node)
        return row.columns.get(prop, "") if row else ""

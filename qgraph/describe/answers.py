"""Rows of a query as plain texts, for modules that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from qgraph.graph import Graph
    from qgraph.questions import Question

__all__ = ["rows"]


def rows(
    graph: Graph, query: str | Question, parameters: Mapping[str, Any] | None = None
) -> Iterator[dict[str, str]]:
    """Go through the rows of a query as texts, empty where a variable is not bound."""
    from qgraph.graph import Rows

    answer = graph.query(query, parameters)
    if not isinstance(answer, Rows):
        raise TypeError("only a query that selects rows can be counted")
    for row in answer.solutions:
        values = (getattr(term, "value", "") for term in row)
        yield dict(zip(answer.variables, values, strict=True))

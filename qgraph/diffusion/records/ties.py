"""Ties between units, read from a file or from a relation of a graph."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

from qgraph.describe.answers import rows
from qgraph.errors import InvalidInput, NotFound, Problem
from qgraph.files import read_text
from qgraph.terms import expand, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx

    from qgraph.graph import Graph

__all__ = ["Tie", "as_network", "read_ties", "recorded_ties"]

Tie = tuple[str, str, float]
"""Origin, destination and weight."""


def read_ties(path: str | os.PathLike[str]) -> tuple[Tie, ...]:
    """Read ties from CSV: two columns of units and, if there is one, a column ``weight``.

    Parameters
    ----------
    path
        A file in UTF-8 with a header, or ``-`` for standard input. The first two columns other
        than ``weight`` and ``rank`` are origin and destination, whatever their names; further ones
        are not read.

    Raises
    ------
    NotFound
        If there is no such file.
    InvalidInput
        If it cannot be taken as it is, with every problem of every row.
    """
    name = os.fspath(path)
    lines = csv.reader(io.StringIO(read_text(path), newline=""))
    header = next(lines, [])
    ends = [i for i, title in enumerate(header) if title not in ("weight", "rank")][:2]
    if len(ends) < 2:
        raise InvalidInput(
            [Problem(name, 1, "", "a table of ties needs two columns of units", "add a header")]
        )
    weight = header.index("weight") if "weight" in header else None
    found: list[Tie] = []
    problems: list[Problem] = []
    for row in lines:
        if not row:
            continue
        try:
            value = 1.0 if weight is None else float(row[weight])
            found.append((row[ends[0]], row[ends[1]], value))
        except (IndexError, ValueError):
            what = "this row has too few cells, or a weight that is no number"
            problems.append(Problem(name, lines.line_num, "", what, "mend the row"))
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def recorded_ties(graph: Graph, relation: str) -> tuple[Tie, ...]:
    """Give the pairs of things that a relation of a graph links, by local identifier.

    Parameters
    ----------
    graph
        What we inferred is in it or not.
    relation
        A property, such as ``qg:partOf``.

    Raises
    ------
    NotFound
        If nothing is linked by it.
    """
    iri = expand(relation)
    query = "SELECT DISTINCT ?origin ?destination WHERE { ?origin ?relation ?destination . "
    query += f"VALUES ?relation {{ <{iri}> }} FILTER(ISIRI(?destination)) }}"
    linked = rows(graph, query)
    pairs = sorted((local_id(row["origin"]), local_id(row["destination"])) for row in linked)
    if not pairs:
        raise NotFound(
            f"nothing in this graph is linked by {relation}",
            hint="Name a property as in qg:partOf; docs/glossary.md lists them.",
        )
    return tuple((origin, destination, 1.0) for origin, destination in pairs)


def as_network(ties: Iterable[Tie], attribute: str = "weight") -> networkx.DiGraph[str]:
    """Make a directed network of ties; the weight goes into an attribute of the edge."""
    import networkx as nx

    network: networkx.DiGraph[str] = nx.DiGraph()
    for origin, destination, weight in ties:
        network.add_edge(origin, destination, **{attribute: weight})
    return network

"""How far the graph reaches, and what it lacks: told by the graph itself, part by part.

The parts: promotions recorded of those reported (by batch and by place), languages, evidence, and
how much of each held text has been turned into statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgraph.describe.answers import rows
from qgraph.describe.classes import count_classes, members
from qgraph.describe.evidence import (
    Backing,
    ReliabilityCount,
    Translation,
    count_backing,
    count_translations,
)
from qgraph.describe.promotions import PromotionCoverage, cover_promotions
from qgraph.terms import PREFIXES

if TYPE_CHECKING:
    from qgraph.graph import Graph

__all__ = ["Coverage", "SegmentCoverage", "cover"]

# In two queries: counting over an OPTIONAL is what the engine's planner does worst.
_SEGMENTS = """
SELECT ?source ?segment ?locator ?start ?role ?note
WHERE {
  ?segment a qg:Segment ; qg:inSource ?source .
  OPTIONAL { ?segment qg:locator ?locator }
  OPTIONAL { ?segment qg:startOffset ?start }
  OPTIONAL { ?segment qg:role ?role }
  OPTIONAL { ?segment qg:note ?note }
}
"""
_STATEMENTS_OF_SEGMENTS = """
SELECT ?segment ?statement
WHERE { ?statement qg:evidence/qg:inSegment ?segment }
"""


@dataclass(frozen=True, slots=True)
class SegmentCoverage:
    """One segment of a source (a sentence, a heading, a caption) and what was made of it.

    ``note`` says why there is nothing, where the curator has said so.
    """

    source: str
    segment: str
    number: str
    role: str
    statements: int
    note: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """All parts; each is empty where the graph has nothing of the kind."""

    promotions: PromotionCoverage
    translations: tuple[Translation, ...]
    evidence: tuple[Backing, ...]
    reliability: tuple[ReliabilityCount, ...]
    segments: tuple[SegmentCoverage, ...]


def cover(graph: Graph, language: str = "en") -> Coverage:
    """Tell how far a graph reaches; labels are in the language asked for."""
    kinds = _each_once(graph, language)
    evidence, reliability = count_backing(graph, kinds, language)
    return Coverage(
        promotions=cover_promotions(graph, language),
        translations=count_translations(graph, kinds, language),
        evidence=evidence,
        reliability=reliability,
        segments=tuple(_segments(graph, language)),
    )


def _each_once(graph: Graph, language: str) -> dict[str, set[str]]:
    """Put each thing into the class that tells most of it; classes are in the summary's order."""
    found = members(graph)
    classes: dict[str, list[str]] = {}
    for cls, things in found.items():
        for thing in things:
            classes.setdefault(thing, []).append(cls)
    kinds: dict[str, set[str]] = {
        one.cls: set() for one in count_classes(graph, found, language) if one.direct
    }
    for thing, types in classes.items():
        first = types[0] if len(types) == 1 else graph.ontology.most_specific(types)
        kinds[first or types[0]].add(thing)
    return kinds


def _segments(graph: Graph, language: str) -> list[SegmentCoverage]:
    """Tell for each segment of each source how many things, records and claims rest on it."""
    statements: dict[str, set[str]] = {}
    for row in rows(graph, _STATEMENTS_OF_SEGMENTS):
        statements.setdefault(row["segment"], set()).add(row["statement"])
    ordered = sorted(
        rows(graph, _SEGMENTS),
        key=lambda row: (row["source"], int(row["start"] or 0), row["segment"]),
    )
    return [
        SegmentCoverage(
            source=row["source"],
            segment=row["segment"],
            number=row["locator"] or row["segment"].removeprefix(PREFIXES["qgd"]),
            role=graph.label(row["role"], language) if row["role"] else "",
            statements=len(statements.get(row["segment"], ())),
            note=row["note"],
        )
        for row in {row["segment"]: row for row in ordered}.values()
    ]

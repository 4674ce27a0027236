"""What is in a graph: how many of what, from which sources, over which years, and what is missing.

Counting is done by the engine, in SPARQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgraph.cells import table
from qgraph.terms import PREFIXES, local_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qgraph.graph import Graph

__all__ = [
    "ClassCount",
    "Coverage",
    "SourceCount",
    "Summary",
    "cover",
    "coverage_text",
    "summarise",
    "summary_text",
]

_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?count)
WHERE { ?thing a ?class FILTER(STRSTARTS(STR(?class), STR(qg:))) }
GROUP BY ?class
"""
_SOURCES = """
SELECT ?source ?publisher ?published ?reliability
WHERE {
  ?source a qg:Source .
  OPTIONAL { ?source qg:publisherName ?publisher }
  OPTIONAL { ?source qg:published ?published }
  OPTIONAL { ?source qg:reliability ?reliability }
}
"""
_STATEMENTS_OF_SOURCES = """
SELECT ?source (COUNT(DISTINCT ?statement) AS ?count)
WHERE { ?statement qg:evidence/qg:quotedFrom ?source }
GROUP BY ?source
"""
_YEARS = """
SELECT (MIN(YEAR(?begin)) AS ?first) (MAX(YEAR(?end)) AS ?last)
WHERE { ?thing qg:happenedAt|qg:observedOver ?time . ?time qg:begin ?begin ; qg:end ?end }
"""
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
class ClassCount:
    """How many things of one class there are."""

    cls: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """One source, and how many things, records and claims rest on it."""

    iri: str
    label: str
    publisher: str
    published: str
    reliability: str
    statements: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A graph as a whole."""

    origin: str
    version: str
    ontology_version: str
    quads: int
    classes: tuple[ClassCount, ...]
    sources: tuple[SourceCount, ...]
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """One segment of a source (a sentence, a heading, a caption) and what was made of it.

    ``note`` says why there is nothing, where the curator has said so.
    """

    source: str
    segment: str
    number: str
    role: str
    statements: int
    note: str


def summarise(graph: Graph, language: str = "en") -> Summary:
    """Count what is in a graph; labels are in the language asked for."""
    import qgraph

    order = {cls: place for place, cls in enumerate(graph.ontology.styles())}
    counts = [
        ClassCount(row["class"], graph.label(row["class"], language), int(row["count"]))
        for row in _ask(graph, _CLASSES)
    ]
    counts.sort(key=lambda one: (order.get(one.cls, len(order)), -one.count, one.cls))
    statements = {row["source"]: int(row["count"]) for row in _ask(graph, _STATEMENTS_OF_SOURCES)}
    sources = {
        row["source"]: SourceCount(
            iri=row["source"],
            label=graph.label(row["source"], language),
            publisher=row["publisher"],
            published=row["published"],
            reliability=graph.label(row["reliability"], language) if row["reliability"] else "",
            statements=statements.get(row["source"], 0),
        )
        for row in _ask(graph, _SOURCES)
    }
    years = next(_ask(graph, _YEARS), {})
    return Summary(
        origin=graph.origin,
        version=qgraph.__version__,
        ontology_version=graph.ontology.version,
        quads=len(graph),
        classes=tuple(counts),
        sources=tuple(sorted(sources.values(), key=lambda one: (-one.statements, one.iri))),
        first_year=int(years["first"]) if years.get("first") else None,
        last_year=int(years["last"]) if years.get("last") else None,
    )


def cover(graph: Graph, language: str = "en") -> list[Coverage]:
    """Tell for each segment of each source how many things, records and claims rest on it."""
    statements: dict[str, set[str]] = {}
    for row in _ask(graph, _STATEMENTS_OF_SEGMENTS):
        statements.setdefault(row["segment"], set()).add(row["statement"])
    rows = sorted(
        _ask(graph, _SEGMENTS),
        key=lambda row: (row["source"], int(row["start"] or 0), row["segment"]),
    )
    return [
        Coverage(
            source=row["source"],
            segment=row["segment"],
            number=row["locator"] or row["segment"].removeprefix(PREFIXES["qgd"]),
            role=graph.label(row["role"], language) if row["role"] else "",
            statements=len(statements.get(row["segment"], ())),
            note=row["note"],
        )
        for row in {row["segment"]: row for row in rows}.values()
    ]


def summary_text(summary: Summary, language: str = "en", columns: int | None = None) -> str:
    """Write a summary for a terminal, in English or Chinese."""
    chinese = language == "zh"
    ends = dict.fromkeys([summary.first_year, summary.last_year])
    years = "–".join(str(year) for year in ends if year is not None) or "—"
    facts = [
        ("图谱" if chinese else "graph", summary.origin),
        ("本体版本" if chinese else "ontology", summary.ontology_version or "—"),
        ("四元组" if chinese else "quads", f"{summary.quads:,}"),
        ("涵盖年份" if chinese else "years", years),
    ]
    classes = [(one.label, f"{one.count:,}") for one in summary.classes]
    sources = [
        (local_id(one.iri), one.label, one.published, one.reliability, f"{one.statements:,}")
        for one in summary.sources
    ]
    class_headings = ("类", "数量") if chinese else ("class", "count")
    source_headings = (
        ("来源", "名称", "发布日期", "可靠性", "陈述")
        if chinese
        else ("source", "label", "published", "reliability", "statements")
    )
    parts = [
        table(("qgraph", summary.version), facts, columns=columns),
        table(class_headings, classes, numbers=frozenset({1}), columns=columns),
    ]
    if sources:
        parts.append(table(source_headings, sources, numbers=frozenset({4}), columns=columns))
    return "\n".join(parts)


def coverage_text(
    coverage: list[Coverage], language: str = "en", columns: int | None = None
) -> str:
    """Write coverage for a terminal: a table per source, and how much of it yields statements."""
    chinese = language == "zh"
    headings = (
        ("片段", "角色", "陈述", "备注") if chinese else ("segment", "role", "statements", "note")
    )
    parts = []
    for source in dict.fromkeys(one.source for one in coverage):
        segments = [one for one in coverage if one.source == source]
        rows = [(one.number, one.role, str(one.statements), one.note) for one in segments]
        used = sum(one.statements > 0 for one in segments)
        total = sum(one.statements for one in segments)
        told = (
            f"{local_id(source)}：{len(segments)} 个片段中有 {used} 个产生陈述，共 {total} 次。"
            if chinese
            else f"{local_id(source)}: {used} of {len(segments)} segments yield statements,"
            f" {total} in all."
        )
        parts.append(table(headings, rows, numbers=frozenset({2}), columns=columns) + told + "\n")
    none = "没有划分片段的来源。" if chinese else "No source here is divided into segments."
    return "\n".join(parts) or f"{none}\n"


def _ask(graph: Graph, query: str) -> Iterator[dict[str, str]]:
    """Go through the rows of a query as texts, empty where a variable is not bound."""
    from qgraph.graph import Rows

    answer = graph.query(query)
    if not isinstance(answer, Rows):
        raise TypeError("the queries of this module select rows")
    for row in answer.solutions:
        values = (getattr(term, "value", "") for term in row)
        yield dict(zip(answer.variables, values, strict=True))

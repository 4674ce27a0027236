"""What is in a graph: how many of what, from which sources, over which years.

The description of the dataset, which a compiled graph holds as well, counts nowhere. What is
missing is told by ``coverage``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.cells import table
from qgraph.describe.answers import rows
from qgraph.describe.classes import ClassCount, count_classes, members
from qgraph.terms import DATASET, QGK, local_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from qgraph.graph import Graph

__all__ = [
    "KindCount",
    "SourceCount",
    "Summary",
    "sources_text",
    "summarise",
    "summary_text",
]

_SOURCES = """
SELECT ?source ?publisher ?published ?reliability ?language
WHERE {
  ?source a qg:Source .
  OPTIONAL { ?source qg:publisherName ?publisher }
  OPTIONAL { ?source qg:published ?published }
  OPTIONAL { ?source qg:reliability ?reliability }
  OPTIONAL { ?source dcterms:language ?language }
}
"""
_STATEMENTS_OF_SOURCES = """
SELECT ?source (COUNT(DISTINCT ?statement) AS ?count)
WHERE { ?statement qg:evidence/qg:quotedFrom ?source }
GROUP BY ?source
"""
_MODALITIES = """
SELECT DISTINCT ?statement ?modality
WHERE { ?statement qg:evidence ?passage . OPTIONAL { ?statement qg:modality ?modality } }
"""
# Apart from each other: a time may have an end only, and an unbound one would spoil the minimum.
_YEARS = """
SELECT ?first ?last
WHERE {
  { SELECT (MIN(YEAR(?begin)) AS ?first)
    WHERE { ?thing qg:happenedAt|qg:observedOver ?time . ?time qg:begin ?begin } }
  { SELECT (MAX(YEAR(?end)) AS ?last)
    WHERE { ?thing qg:happenedAt|qg:observedOver ?time . ?time qg:end ?end } }
}
"""
_FOLDED = 10  # sources that are listed before the rest is only counted


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many there are of one kind: of one modality, or in one language."""

    kind: str
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
    language: str
    statements: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A graph as a whole.

    ``modalities`` count the things, records and claims that have evidence, by how we know: one that
    does not say is asserted by its source. ``first_published`` and ``last_published`` are EDTF, and
    empty if no source prints a date.
    """

    origin: str
    version: str
    ontology_version: str
    quads: int
    statements: int
    modalities: tuple[KindCount, ...]
    classes: tuple[ClassCount, ...]
    sources: tuple[SourceCount, ...]
    languages: tuple[KindCount, ...]
    first_published: str
    last_published: str
    first_year: int | None
    last_year: int | None


def summarise(graph: Graph, language: str = "en") -> Summary:
    """Count what is in a graph; labels are in the language asked for."""
    import qgraph

    sources = _sources(graph, language)
    published = [one.published for one in sources if one.published]
    years = next(rows(graph, _YEARS), {})
    modalities = _modalities(graph, language)
    return Summary(
        origin=graph.origin,
        version=qgraph.__version__,
        ontology_version=graph.ontology.version,
        quads=len(graph) - _quads_of_description(graph),
        statements=sum(one.count for one in modalities),
        modalities=modalities,
        classes=tuple(count_classes(graph, members(graph), language)),
        sources=sources,
        languages=_kinds(Counter(one.language for one in sources if one.language)),
        first_published=min((_ends(day)[0] for day in published), default=""),
        last_published=max((_ends(day)[1] for day in published), default=""),
        first_year=int(years["first"]) if years.get("first") else None,
        last_year=int(years["last"]) if years.get("last") else None,
    )


def summary_text(summary: Summary, language: str = "en", columns: int | None = None) -> str:
    """Write a summary for a terminal, in English or Chinese; of many sources only the first."""
    chinese = language == "zh"
    ends = dict.fromkeys([summary.first_year, summary.last_year])
    years = "–".join(str(year) for year in ends if year is not None) or "—"
    facts = [
        ("图谱" if chinese else "graph", summary.origin),
        ("本体版本" if chinese else "ontology", summary.ontology_version or "—"),
        ("四元组" if chinese else "quads", f"{summary.quads:,}"),
        ("陈述" if chinese else "statements", _of(summary.statements, summary.modalities, chinese)),
        ("来源" if chinese else "sources", _of(len(summary.sources), summary.languages, chinese)),
        ("来源发布时间" if chinese else "published", _published(summary, chinese)),
        ("涵盖年份" if chinese else "years", years),
    ]
    parts = [
        table(("qgraph", summary.version), facts, columns=columns),
        _class_table(summary, chinese, columns),
    ]
    if summary.sources:
        parts.append(sources_text(summary, language, columns, at_most=_FOLDED))
    return "\n".join(parts)


def sources_text(
    summary: Summary,
    language: str = "en",
    columns: int | None = None,
    *,
    at_most: int | None = None,
) -> str:
    """Write the sources for a terminal, those with most statements first.

    Parameters
    ----------
    summary
        What :func:`summarise` returns.
    language
        ``en`` or ``zh``.
    columns
        Width to wrap to, or None.
    at_most
        So many; how many more there are is told in a line. None is all.
    """
    chinese = language == "zh"
    headings = (
        ("来源", "名称", "发布日期", "可靠性", "陈述")
        if chinese
        else ("source", "label", "published", "reliability", "statements")
    )
    shown = summary.sources[:at_most]
    cells = [
        (local_id(one.iri), one.label, one.published, one.reliability, f"{one.statements:,}")
        for one in shown
    ]
    text = table(headings, cells, numbers=frozenset({4}), columns=columns)
    more = len(summary.sources) - len(shown)
    if not more:
        return text
    command = "qgraph info --sources"
    told = (
        f"另有 {more} 个；全部列出：{command}" if chinese else f"and {more:,} more; all: {command}"
    )
    return f"{text}… {told}\n"


def _sources(graph: Graph, language: str) -> tuple[SourceCount, ...]:
    statements = {row["source"]: int(row["count"]) for row in rows(graph, _STATEMENTS_OF_SOURCES)}
    found = {
        row["source"]: SourceCount(
            iri=row["source"],
            label=graph.label(row["source"], language),
            publisher=row["publisher"],
            published=row["published"],
            reliability=graph.label(row["reliability"], language) if row["reliability"] else "",
            language=row["language"],
            statements=statements.get(row["source"], 0),
        )
        for row in rows(graph, _SOURCES)
    }
    return tuple(sorted(found.values(), key=lambda one: (-one.statements, one.iri)))


def _modalities(graph: Graph, language: str) -> tuple[KindCount, ...]:
    found = Counter(row["modality"] or QGK["modality-asserted"] for row in rows(graph, _MODALITIES))
    return _kinds(found, lambda iri: graph.label(iri, language))


def _kinds(found: Counter[str], label: Callable[[str], str] = str) -> tuple[KindCount, ...]:
    """Return the most frequent kinds first."""
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(KindCount(kind, label(kind), count) for kind, count in ranked)


def _quads_of_description(graph: Graph) -> int:
    """Count what describes the dataset, in whichever named graph it came to lie."""
    dataset = pyoxigraph.NamedNode(DATASET)
    own = list(graph.store.quads_for_pattern(dataset, None, None))
    parts = {
        quad.object
        for quad in own
        if isinstance(quad.object, pyoxigraph.NamedNode)
        and quad.object.value.startswith(f"{DATASET}#")
    }
    return len(own) + sum(
        1 for part in parts for _ in graph.store.quads_for_pattern(part, None, None)
    )


def _ends(edtf: str) -> tuple[str, str]:
    """Return both ends of a printed date, without the marks of doubt: texts in order of time."""
    first, _, last = edtf.rstrip("?~%").partition("/")
    return first.rstrip("?~%"), last or first


def _of(total: int, kinds: tuple[KindCount, ...], chinese: bool) -> str:
    """Write a number and what it is made of: 835: 741 asserted, 94 inferred."""
    if not kinds:
        return f"{total:,}"
    colon, comma = ("：", "、") if chinese else (": ", ", ")
    parts = (
        f"{one.label} {one.count:,}" if chinese else f"{one.count:,} {one.label}" for one in kinds
    )
    return f"{total:,}{colon}{comma.join(parts)}"


def _published(summary: Summary, chinese: bool) -> str:
    ends = dict.fromkeys([summary.first_published, summary.last_published])
    span = " – ".join(filter(None, ends)) or "—"
    undated = sum(not one.published for one in summary.sources)
    if not undated or undated == len(summary.sources):
        return span
    return f"{span}，{undated} 个无日期" if chinese else f"{span}, {undated:,} without a date"


def _class_table(summary: Summary, chinese: bool, columns: int | None) -> str:
    """List the classes by group; a dot says that a line is counted in one above as well."""
    cells = []
    group = None
    for one in summary.classes:
        first = one.group if one.group != group else ""
        group = one.group
        cells.append((first, f"{'· ' * one.depth}{one.label}", f"{one.count:,}"))
    headings = (
        ("分组", "类（·：已计入上方）", "数量")
        if chinese
        else ("group", "class (·: counted above too)", "count")
    )
    return table(headings, cells, numbers=frozenset({2}), columns=columns)

"""A record told in one line, in English or Chinese.

A record is a node that stands for one reported fact: a figure, a claimed first, a rank, a pilot, an
event. Times are told as the source words them and as they are read, numbers with their comparator.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.graph import choose
from qgraph.terms import DCTERMS, QG, QGK, RDF

if TYPE_CHECKING:
    from qgraph.graph import Graph

__all__ = ["as_line", "record_classes"]

_ORDINALS = {1: "first", 2: "second", 3: "third"}
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def record_classes(graph: Graph) -> frozenset[str]:
    """Return the classes whose members are records; claims only say why a link stands."""
    return (graph.ontology.subclasses(QG.Record) | {QG.Record}) - {QG.Claim}


def as_line(graph: Graph, iri: str, language: str = "en") -> str:
    """Tell a record in one line.

    Parameters
    ----------
    graph
        Where it is.
    iri
        The record.
    language
        ``en`` or ``zh``.
    """
    record = _Record(graph, iri, language)
    types = record.iris(RDF.type)
    if QG.Observation in types:
        return _observation(record)
    if QG.FirstnessClaim in types:
        return _first(record)
    if QG.RankingEntry in types:
        return _rank(record)
    if QG.TimeReference in types:
        return record.time(iri)
    parts = [record.name(iri), *(record.name(place) for place in record.iris(QG.happenedIn))]
    parts += [record.time(time) for time in record.iris(QG.happenedAt)]
    return record.join(parts)


class _Record:
    """One node and the language in which it is told."""

    def __init__(self, graph: Graph, iri: str, language: str) -> None:
        self.graph = graph
        self.iri = iri
        self.chinese = language == "zh"
        self.language = language

    def iris(self, predicate: str, iri: str = "") -> list[str]:
        found = self._objects(predicate, iri)
        return sorted({term.value for term in found if isinstance(term, pyoxigraph.NamedNode)})

    def text(self, predicate: str, iri: str = "") -> str:
        return choose(self._objects(predicate, iri), self.language)

    def name(self, iri: str) -> str:
        return self.graph.label(iri, self.language)

    def names(self, predicate: str) -> str:
        return ("、" if self.chinese else ", ").join(map(self.name, self.iris(predicate)))

    def join(self, parts: list[str]) -> str:
        return ("，" if self.chinese else ", ").join(part for part in parts if part)

    def time(self, iri: str) -> str:
        """Tell a time as it is worded and as it is read: “June of last year” [2023-06]."""
        words, read = self.text(QG.reportedText, iri), self.text(QG.edtf, iri)
        quoted = f"“{words}”" if words else ""
        if not read:
            return quoted or self.name(iri)
        return f"{quoted} [{read}]".strip()

    def _objects(self, predicate: str, iri: str) -> list[object]:
        node = pyoxigraph.NamedNode(iri or self.iri)
        pattern = self.graph.store.quads_for_pattern(node, pyoxigraph.NamedNode(predicate), None)
        return [quad.object for quad in pattern]


def _observation(record: _Record) -> str:
    comparators = record.iris(QG.comparator)
    lower, upper = record.text(QG.lowerBound), record.text(QG.upperBound)
    if QGK["comparator-range"] in comparators and lower and upper:
        figure = f"{_number(lower)}–{_number(upper)}"
    else:
        figure = _number(record.text(QG.value))
        if QGK["comparator-exact"] not in comparators:
            gap = "" if record.chinese else " "
            figure = f"{record.names(QG.comparator)}{gap}{figure}".strip()
    units = record.iris(QG.unit)
    if QGK["unit-percent"] in units:
        figure += "%"
    elif QGK["unit-count"] not in units:
        figure = f"{figure} {record.names(QG.unit)}".strip()
    colon = "：" if record.chinese else ": "
    times = [record.time(time) for time in record.iris(QG.observedOver)]
    return record.join([f"{record.names(QG.indicator)}{colon}{figure}", *times])


def _first(record: _Record) -> str:
    ordinal = int(record.text(QG.ordinal) or 1)
    shared = QGK["sharing-shared"] in record.iris(QG.sharing)
    within, compared = record.names(QG.within), record.text(QG.comparisonClass)
    if record.chinese:
        rank = f"第{ordinal}{'（之一）' if shared else ''}"
        return f"{within}{rank}：{compared}" if compared else f"{within}{rank}"
    ending = "th" if ordinal % 100 in (11, 12, 13) else _ENDINGS.get(ordinal % 10, "th")
    rank = _ORDINALS.get(ordinal, f"{ordinal}{ending}")
    told = f"{'one of the ' if shared else ''}{rank}{f' in {within}' if within else ''}"
    return f"{told}: {compared}" if compared else told


def _rank(record: _Record) -> str:
    position = record.text(QG.position)
    editions = record.iris(DCTERMS.isPartOf)
    size = record.text(QG.fieldSize, editions[0]) if editions else ""
    edition, dimension = record.names(DCTERMS.isPartOf), record.names(QG.dimension)
    points = _points(record)
    if record.chinese:
        rank = f"{f'共{size}个，' if size else ''}排名第{position}" if position else ""
        return record.join([edition, dimension, rank, points])
    rank = f"rank {position}{f' of {size}' if size else ''}" if position else ""
    told = record.join([rank, points]) + (f" ({dimension})" if dimension else "")
    return f"{told} in {edition}" if edition else told


def _points(record: _Record) -> str:
    score = record.text(QG.score)
    if not score:
        return ""
    comparators = record.iris(QG.comparator)
    exact = not comparators or QGK["comparator-exact"] in comparators
    compared = "" if exact else record.names(QG.comparator)
    if record.chinese:
        return f"得分{compared}{_number(score)}"
    return f"{compared} {_number(score)} points".strip()


def _number(text: str) -> str:
    """Write a number as people do: 10000.0 is 10,000."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return f"{number:,f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:,f}"

"""What the things of each class rest on, and in which languages they are told.

A statement is whatever carries evidence: a thing, a record, or a claim, which counts for the thing
that it is about. Rejected claims support nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.terms import DCTERMS, QG, QGK, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qgraph.graph import Graph, Term

__all__ = ["Backing", "ReliabilityCount", "Translation", "count_backing", "count_translations"]


@dataclass(frozen=True, slots=True)
class Translation:
    """Of so many things of a class, how many have a label or a description in a language."""

    cls: str
    label: str
    things: int
    labels_en: int
    labels_zh: int
    descriptions_en: int
    descriptions_zh: int


@dataclass(frozen=True, slots=True)
class Backing:
    """What the things of one class rest on.

    ``one_source``, ``several_sources``, ``no_source`` and ``weak_only`` (all of its sources are
    weak) count things; ``phrases`` and ``locators_only`` count passages of evidence, with words of
    the source and with a mere place in it.
    """

    cls: str
    label: str
    things: int
    statements: int
    passages: int
    one_source: int
    several_sources: int
    no_source: int
    weak_only: int
    phrases: int
    locators_only: int


@dataclass(frozen=True, slots=True)
class ReliabilityCount:
    """How much rests on sources of one degree of reliability."""

    reliability: str
    label: str
    sources: int
    passages: int
    statements: int


def count_translations(
    graph: Graph, kinds: Mapping[str, set[str]], language: str = "en"
) -> tuple[Translation, ...]:
    """Count labels and descriptions in English and simplified Chinese, class by class.

    Parameters
    ----------
    graph
        Where to look.
    kinds
        The things of each class, in the order of the answer. Classes whose things have neither
        label nor description, such as claims, are left out.
    language
        Of the classes' names.
    """
    labelled: dict[str, set[str]] = {"en": set(), "zh": set()}
    described: dict[str, set[str]] = {"en": set(), "zh": set()}
    for told, predicates in (
        (labelled, (RDFS.label, SKOS.prefLabel)),
        (described, (DCTERMS.description, SKOS.definition)),
    ):
        for predicate in predicates:
            for subject, value in _pairs(graph, predicate):
                tag = str(getattr(value, "language", "") or "").lower()
                if tag.partition("-")[0] == "en":
                    told["en"].add(subject)
                elif tag == "zh" or tag.startswith(("zh-hans", "zh-cn")):
                    told["zh"].add(subject)
    counts = []
    for cls, things in kinds.items():
        found = [
            len(things & texts)
            for texts in (labelled["en"], labelled["zh"], described["en"], described["zh"])
        ]
        if any(found):
            counts.append(Translation(cls, graph.label(cls, language), len(things), *found))
    return tuple(counts)


def count_backing(
    graph: Graph, kinds: Mapping[str, set[str]], language: str = "en"
) -> tuple[tuple[Backing, ...], tuple[ReliabilityCount, ...]]:
    """Count what things rest on, class by class, and by the reliability of the sources.

    Parameters
    ----------
    graph
        Where to look.
    kinds
        The things of each class, in the order of the answer; a thing is counted in each class that
        it is given for. Classes of which nothing has evidence are left out.
    language
        Of the names of classes and degrees.
    """
    read = _Evidence(graph)
    backings = []
    for cls, things in kinds.items():
        if cls == QG.Claim:
            continue  # counted for the things that they are about
        statements = {one for thing in things for one in read.statements.get(thing, ())}
        if not statements:
            continue
        passages = read.passages_of(statements)
        sources = [read.sources_of(read.statements.get(thing, ())) for thing in things]
        phrases = len(passages & read.worded)
        backings.append(
            Backing(
                cls=cls,
                label=graph.label(cls, language),
                things=len(things),
                statements=len(statements),
                passages=len(passages),
                one_source=sum(len(found) == 1 for found in sources),
                several_sources=sum(len(found) > 1 for found in sources),
                no_source=sum(not found for found in sources),
                weak_only=sum(bool(found) and found <= read.weak for found in sources),
                phrases=phrases,
                locators_only=len(passages) - phrases,
            )
        )
    return tuple(backings), tuple(_by_reliability(graph, read, language))


class _Evidence:
    """Who says what: passages of statements, sources of passages, statements of things."""

    def __init__(self, graph: Graph) -> None:
        standings = _pairs(graph, QG.standing)
        rejected = {one for one, how in standings if _text(how) == QGK["standing-rejected"]}
        about = {claim: _text(thing) for claim, thing in _pairs(graph, RDF.subject)}
        #: By thing: itself, if it carries evidence, and the claims about it.
        self.statements: dict[str, set[str]] = {}
        self.passages: dict[str, set[str]] = {}
        self.sources: dict[str, set[str]] = {}
        for statement, support in _pairs(graph, QG.evidence):
            if statement in about and statement in rejected:
                continue
            self.passages.setdefault(statement, set()).add(_text(support))
            self.statements.setdefault(about.get(statement, statement), set()).add(statement)
        for passage, source in _pairs(graph, QG.quotedFrom):
            self.sources.setdefault(passage, set()).add(_text(source))
        self.reliability = {
            source: _text(degree)
            for source, degree in sorted(_pairs(graph, QG.reliability), key=str)
        }
        self.worded = {passage for passage, _ in _pairs(graph, QG.exact)}
        self.weak = {
            source
            for source, degree in self.reliability.items()
            if degree == QGK["reliability-weak"]
        }

    def passages_of(self, statements: Iterable[str]) -> set[str]:
        return {passage for one in statements for passage in self.passages.get(one, ())}

    def sources_of(self, statements: Iterable[str]) -> set[str]:
        passages = self.passages_of(statements)
        return {source for one in passages for source in self.sources.get(one, ())}


def _by_reliability(graph: Graph, read: _Evidence, language: str) -> Iterator[ReliabilityCount]:
    degrees: dict[str, set[str]] = {}
    for source in {source for found in read.sources.values() for source in found}:
        degrees.setdefault(read.reliability.get(source, ""), set()).add(source)
    counts = []
    for degree, sources in degrees.items():
        passages = {one for one, found in read.sources.items() if found & sources}
        counts.append(
            ReliabilityCount(
                reliability=degree,
                label=graph.label(degree, language) if degree else "",
                sources=len(sources),
                passages=len(passages),
                statements=sum(bool(found & passages) for found in read.passages.values()),
            )
        )
    yield from sorted(counts, key=lambda one: (-one.statements, one.reliability))


def _pairs(graph: Graph, predicate: str) -> Iterator[tuple[str, Term]]:
    """Go through the subjects and objects of a property; a statement may come more than once."""
    node = pyoxigraph.NamedNode(predicate)
    for quad in graph.store.quads_for_pattern(None, node, None):
        yield _text(quad.subject), quad.object


def _text(term: Term) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)

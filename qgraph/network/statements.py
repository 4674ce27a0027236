"""What a graph says about one thing: its names, dates, values and evidence.

Reads every statement once. Knows the words that any thing can be described with (label, begin,
end, evidence ...), but no class and no relation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.languages import LANGUAGES, in_words
from qgraph.network.parts import Attribute, Evidence, Moment
from qgraph.terms import DCTERMS, PREFIXES, QG, RDF, RDFS, SCHEMA, SKOS, XSD, local_id, shorten

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from qgraph.graph import Graph
    from qgraph.network.parts import Texts

    Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

__all__ = ["Statements", "bilingual", "local_name"]

YEAR = re.compile(r"-?\d{4,}")

_SHOWN_ELSEWHERE = frozenset(
    {
        RDF.type,
        RDFS.label,
        SKOS.prefLabel,
        SKOS.altLabel,
        SKOS.definition,
        SKOS.inScheme,
        DCTERMS.description,
        QG.attributedTo,
        QG.begin,
        QG.edtf,
        QG.end,
        QG.evidence,
        QG.modality,
        QG.reason,
        QG.reportedText,
        QG.standing,
        QG.yearNumber,
    }
)
"""Values that every drawing shows in a place of their own, not in the list of attributes."""

_TYPES = {
    XSD.integer: ("integer", re.compile(r"[+-]?\d{1,18}")),
    XSD.decimal: ("double", re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")),
    XSD.double: ("double", re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")),
    XSD.float: ("double", re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")),
    XSD.boolean: ("boolean", re.compile("true|false")),
    XSD.date: ("date", re.compile(r"\d{4}-\d\d-\d\d")),
}


class Statements:
    """The statements of a graph by subject and property, each once, in a fixed order."""

    def __init__(self, graph: Graph) -> None:
        self.ontology = graph.ontology
        self._terms: dict[str, dict[str, list[Term]]] = {}
        self._rules: dict[tuple[str, str, Term], str] = {}
        self._pieces: dict[tuple[str, str], Evidence] = {}
        for quad in graph.quads():
            if not isinstance(quad.subject, pyoxigraph.NamedNode):
                continue
            subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
            self._terms.setdefault(subject, {}).setdefault(predicate, []).append(value)
            origin = getattr(quad.graph_name, "value", "")
            if origin.startswith(PREFIXES["qgr"]):
                self._rules[subject, predicate, value] = origin
        for properties in self._terms.values():
            for predicate, values in properties.items():
                if len(values) > 1:  # the same statement may stand in several named graphs
                    properties[predicate] = sorted(set(values), key=str)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._terms))

    def properties(self, iri: str) -> dict[str, list[Term]]:
        """Return what is said about a thing, by property."""
        return self._terms.get(iri, {})

    def links(self, iri: str, predicate: str) -> list[str]:
        """Return the things that a property leads to."""
        values = self.properties(iri).get(predicate, ())
        return [value.value for value in values if isinstance(value, pyoxigraph.NamedNode)]

    def link(self, iri: str, predicate: str) -> str:
        """Return the first thing that a property leads to, or an empty text."""
        return next(iter(self.links(iri, predicate)), "")

    def values(self, iri: str, predicate: str) -> list[str]:
        """Return the literal values of a property, as written."""
        values = self.properties(iri).get(predicate, ())
        return [value.value for value in values if isinstance(value, pyoxigraph.Literal)]

    def value(self, iri: str, predicate: str) -> str:
        """Return the first literal value of a property, or an empty text."""
        return next(iter(self.values(iri, predicate)), "")

    def texts(self, iri: str, predicate: str) -> Texts:
        """Return the values of a property by language; empty if there are none."""
        found: dict[str, str] = {}
        for term in self.properties(iri).get(predicate, ()):
            if isinstance(term, pyoxigraph.Literal):
                found.setdefault(_language(term), term.value)
        return bilingual(found, "") if found else {}

    def is_time(self, iri: str) -> bool:
        """Tell whether something has a first or a last day, so that it says when."""
        return not self.properties(iri).keys().isdisjoint({QG.begin, QG.end})

    def rule(self, subject: str, predicate: str, value: Term) -> Texts | None:
        """Name the rule that derived a statement; None if none did."""
        rule = self._rules.get((subject, predicate, value))
        return self.label(rule) if rule else None

    def label(self, iri: str) -> Texts:
        """Name a thing: by its label, else by the words of the source, else by its identifier."""
        for predicate in (RDFS.label, SKOS.prefLabel, QG.reportedText):
            if texts := self.texts(iri, predicate):
                return texts
        return self.term_label(iri) or bilingual({}, local_id(iri))

    def term_label(self, iri: str) -> Texts:
        """Name a class, property or kind; empty if the ontology has no name for it."""
        labels = self.ontology.labels(iri)
        return bilingual(labels, "") if labels else {}

    def moments(self, iri: str, *, apart_from: Container[str]) -> tuple[Moment, ...]:
        """Read when something is: its own days, or those of the times that it refers to.

        Parameters
        ----------
        iri
            The thing.
        apart_from
            Times that are shown otherwise: a drawn year is a neighbour, not a date.
        """
        if self.is_time(iri):
            return (self._moment(iri, {}),)
        return tuple(
            self._moment(value, self.term_label(predicate))
            for predicate in sorted(self.properties(iri))
            for value in self.links(iri, predicate)
            if value not in apart_from and self.is_time(value)
        )

    def _moment(self, iri: str, relation: Texts) -> Moment:
        return Moment(
            relation=relation,
            words=self.value(iri, QG.reportedText),
            begin=self.value(iri, QG.begin),
            end=self.value(iri, QG.end),
            edtf=self.value(iri, QG.edtf),
            modality=self._kind(iri, QG.modality),
            reason=self.value(iri, QG.reason),
            evidence=self.evidence(iri),
        )

    def years(self, iri: str, spans: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        """Return every year in spans of ISO days, and those that a thing is linked with."""
        years: set[int] = set()
        for span in spans:
            ends = [int(found[0]) for day in span if (found := YEAR.match(day))]
            # A span of centuries is a bound, not a list of years.
            near = ends and max(ends) - min(ends) <= 100
            years.update(range(min(ends), max(ends) + 1) if near else ends)
        for predicate in self.properties(iri):
            for value in self.links(iri, predicate):
                numbers = self.values(value, QG.yearNumber)
                years.update(int(number) for number in numbers if YEAR.fullmatch(number))
        return tuple(sorted(years))

    def year_number(self, iri: str) -> int | None:
        """Return the year that a thing itself is, if it is one."""
        number = self.value(iri, QG.yearNumber)
        return int(number) if YEAR.fullmatch(number) else None

    def attributes(
        self, iri: str, *, edges: Container[str], things: Container[str]
    ) -> tuple[Attribute, ...]:
        """Read the values of a thing that are not shown in a place of their own.

        Parameters
        ----------
        iri
            The thing.
        edges, things
            Properties and things that are drawn: such a property to such a thing is an edge, not
            a value. Times are left out as well.
        """
        found = []
        for predicate, terms in sorted(self.properties(iri).items()):
            if predicate in _SHOWN_ELSEWHERE:
                continue
            neighbours = things if predicate in edges else ()
            typed = [pair for term in terms for pair in self._attribute_value(term, neighbours)]
            translated = _translations(terms)
            types = {type_ for type_, _ in typed} | ({"string"} if translated else set())
            values = (*(text for _, text in typed), *translated)
            if values:
                label = self.term_label(predicate) or bilingual({}, local_name(predicate))
                type_ = types.pop() if len(types) == 1 else "string"
                name = shorten(predicate).removeprefix("qg:")
                rule = self.rule(iri, predicate, terms[0])
                found.append(Attribute(name, label, type_, values, rule))
        return tuple(found)

    def _attribute_value(
        self, term: Term, neighbours: Container[str]
    ) -> Iterator[tuple[str, Texts]]:
        if isinstance(term, pyoxigraph.Literal) and not term.language:
            yield _type_of(term), dict.fromkeys(LANGUAGES, term.value)
        elif isinstance(term, pyoxigraph.NamedNode):
            iri = term.value
            if iri in neighbours or self.is_time(iri):
                return
            if iri in self.ontology or iri in self._terms:
                yield "string", self.label(iri)
            else:
                yield "anyURI", dict.fromkeys(LANGUAGES, iri)

    def evidence(self, iri: str) -> tuple[Evidence, ...]:
        """Read the evidence of a record, a claim or a thing, with its modality and standing."""
        for piece in self.links(iri, QG.evidence):
            if (iri, piece) not in self._pieces:
                self._pieces[iri, piece] = self._evidence(iri, piece)
        return tuple(self._pieces[iri, piece] for piece in self.links(iri, QG.evidence))

    def _evidence(self, about: str, piece: str) -> Evidence:
        source = self.link(piece, QG.quotedFrom)
        speaker = self.link(about, QG.attributedTo)
        return Evidence(
            phrase=self.value(piece, QG.exact),
            locator=self.value(piece, QG.locator),
            source=local_id(source) if source else "",
            source_label=self.label(source) if source else {},
            publisher=self.value(source, QG.publisherName),
            published=self.value(source, QG.published),
            url=self.value(source, SCHEMA.url) or self.link(source, SCHEMA.url),
            reliability=self._kind(source, QG.reliability),
            modality=self._kind(about, QG.modality),
            standing=self._kind(about, QG.standing),
            attributed_to=self.label(speaker) if speaker else {},
            reason=self.value(about, QG.reason),
        )

    def _kind(self, iri: str, predicate: str) -> Texts:
        kind = self.link(iri, predicate)
        return self.label(kind) if kind else {}


def bilingual(texts: Texts, otherwise: str) -> Texts:
    """Fill both languages, each from the other if need be."""
    return {code: in_words(texts, code) or otherwise for code in LANGUAGES}


def local_name(iri: str) -> str:
    """Return the part of an IRI after its last ``#``, ``/`` or ``:``."""
    return re.split(r"[#/:]", iri.rstrip("#/:"))[-1]


def _language(literal: pyoxigraph.Literal) -> str:
    return (literal.language or "").partition("-")[0]


def _translations(terms: list[Term]) -> list[Texts]:
    """Pair texts in several languages by their place: a value each, not a value per language."""
    said: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        if isinstance(term, pyoxigraph.Literal) and term.language:
            said[_language(term)].append(term.value)
    count = max((len(texts) for texts in said.values()), default=0)
    return [
        bilingual({code: texts[n] for code, texts in said.items() if n < len(texts)}, "")
        for n in range(count)
    ]


def _type_of(literal: pyoxigraph.Literal) -> str:
    """Name the type of a value as Gephi knows it, if the value has the form of that type."""
    type_, form = _TYPES.get(literal.datatype.value, ("string", re.compile(".*", re.DOTALL)))
    return type_ if form.fullmatch(literal.value) else "string"

"""Everything the graph says about one thing, each statement with the evidence behind it.

Where the evidence stands depends on the statement: on a Claim for a link between two things, on the
node itself for a record (a pilot, an observation, a claimed first …) and for what else is said of a
thing. What a rule derived names its rule. Statements that were rejected are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.describe.records import as_line, record_classes
from qgraph.graph import choose
from qgraph.terms import DATASET, DCTERMS, PREFIXES, QG, QGK, RDF, RDFS, SCHEMA, SKOS, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qgraph.graph import Graph, Node, Term

__all__ = ["Basis", "Description", "Name", "Passage", "Record", "Statement", "describe"]

# Told in places of their own, not among the statements.
_ELSEWHERE = frozenset(
    {
        RDF.type,
        RDFS.label,
        SKOS.prefLabel,
        SKOS.altLabel,
        SKOS.definition,
        DCTERMS.description,
        QG.evidence,
        QG.modality,
        QG.standing,
        QG.attributedTo,
        QG.reason,
    }
)
_Claims = dict[tuple[str, str], list["Basis"]]

# Of these there may be hundreds for one source or one year: they are counted.
_COUNTED = frozenset(
    {QG.quotedFrom, QG.inSource, QG.inSegment, QG.evidence, QG.inYear, SKOS.inScheme}
)
_CLAIM_PARTS = frozenset({RDF.subject, RDF.predicate, RDF.object})


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, in the language asked for."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of a source that carry a fact, and where they stand; empty where not known."""

    iri: str
    phrase: str
    source: str
    source_label: str
    publisher: str
    published: str
    reliability: str
    locator: str
    start: int | None
    end: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a statement stands in the graph: passages and how they are read, or the rule it is from.

    ``claim`` is the IRI of the claim that says so, if one does.
    """

    passages: tuple[Passage, ...] = ()
    modality: Name | None = None
    standing: Name | None = None
    attributed_to: tuple[Name, ...] = ()
    reason: str = ""
    claim: str = ""
    rule: Name | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One property of the thing and its value, or of another thing whose value is this one.

    ``other`` is the thing at the other end, None for a literal; ``text`` is what to show. It is
    ``reverse`` if the other end is the subject.
    """

    property: Name
    other: Name | None
    text: str
    bases: tuple[Basis, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record that concerns the thing, told in one line; ``begin`` is its first day, if known."""

    iri: str
    type: Name
    relations: tuple[Name, ...]
    line: str
    begin: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Description:
    """One thing, in one language.

    ``line`` tells a record in one line; ``counts`` are references too many to be listed.
    """

    iri: str
    id: str
    language: str
    label: str
    labels: dict[str, list[str]]
    types: tuple[Name, ...]
    description: str
    line: str
    basis: Basis
    statements: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    records: tuple[Record, ...]
    derived: tuple[Statement, ...]
    rejected: tuple[Statement, ...]
    counts: dict[str, int] = field(default_factory=dict)

    def passages(self) -> Iterator[Passage]:
        """Go through every passage behind any part of the description, each once."""
        seen = set()
        bases = [self.basis, *(record.basis for record in self.records)]
        for statements in (self.statements, self.incoming, self.rejected):
            bases += [basis for statement in statements for basis in statement.bases]
        for basis in bases:
            for passage in basis.passages:
                if passage.iri not in seen:
                    seen.add(passage.iri)
                    yield passage


def describe(graph: Graph, iri: str, language: str = "en") -> Description:
    """Tell everything about one thing.

    Parameters
    ----------
    graph
        Where to look.
    iri
        The thing, as :meth:`qgraph.graph.Graph.find` returns it.
    language
        Of the labels: ``en`` or ``zh``.
    """
    return _Reader(graph, language).describe(iri)


class _Reader:
    """Looks things up in one graph and one language, and remembers what it has looked up."""

    def __init__(self, graph: Graph, language: str) -> None:
        self.graph = graph
        self.language = language
        self.records = record_classes(graph)
        self._passages: dict[str, Passage] = {}

    def describe(self, iri: str) -> Description:
        node = pyoxigraph.NamedNode(iri)
        types = self._iris(node, RDF.type)
        first = self.graph.ontology.most_specific(types)
        types.sort(key=lambda cls: cls != first)
        own = self._basis(node)
        said, rejected = self._claims(node, RDF.subject, RDF.object)
        said_of_it, also_rejected = self._claims(node, RDF.object, RDF.subject)
        statements, derived = self._outgoing(node, own, said)
        incoming, records, counts = self._incoming(node, said_of_it)
        return Description(
            iri=iri,
            id=local_id(iri),
            language=self.language,
            label=self._label(iri),
            labels=self._names(node),
            types=tuple(map(self._name, types)),
            description=self._text(node, DCTERMS.description) or self._text(node, SKOS.definition),
            line=as_line(self.graph, iri, self.language) if self._is_record(node) else "",
            basis=own,
            statements=statements,
            incoming=incoming,
            records=records,
            derived=derived,
            rejected=_in_order([*rejected, *also_rejected]),
            counts=counts,
        )

    def _outgoing(
        self, node: pyoxigraph.NamedNode, own: Basis, claims: _Claims
    ) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        asserted: dict[tuple[str, str], Statement] = {}
        derived: dict[tuple[str, str], Statement] = {}
        for quad in self.graph.store.quads_for_pattern(node, None, None):
            predicate = quad.predicate.value
            if predicate in _ELSEWHERE:
                continue
            key = predicate, str(quad.object)
            rule = _rule(quad)
            if rule:
                basis = Basis(rule=self._name(rule))
                derived[key] = self._statement(predicate, quad.object, [basis])
            else:
                asserted[key] = self._statement(predicate, quad.object, claims.get(key, [own]))
        return (
            _in_order(asserted.values()),
            _in_order(statement for key, statement in derived.items() if key not in asserted),
        )

    def _incoming(
        self, node: pyoxigraph.NamedNode, claims: _Claims
    ) -> tuple[tuple[Statement, ...], tuple[Record, ...], dict[str, int]]:
        links: dict[tuple[str, str], Statement] = {}
        about: dict[str, set[str]] = {}
        counted: dict[str, set[str]] = {}
        for quad in self.graph.store.quads_for_pattern(None, None, node):
            predicate, subject = quad.predicate.value, quad.subject
            if not isinstance(subject, pyoxigraph.NamedNode) or predicate in _CLAIM_PARTS:
                continue
            if subject.value.startswith(DATASET):
                continue  # it counts the thing among others and says nothing of it
            if predicate in _COUNTED or _rule(quad):
                counted.setdefault(predicate, set()).add(subject.value)
            elif self._is_record(subject):
                about.setdefault(subject.value, set()).add(predicate)
            else:
                key = predicate, str(subject)
                bases = claims.get(key) or [self._basis(subject)]
                links[key] = self._statement(predicate, subject, bases, reverse=True)
        records = [self._record(iri, relations) for iri, relations in about.items()]
        records.sort(key=lambda record: (record.begin or "9999", record.type.iri, record.iri))
        return (
            _in_order(links.values()),
            tuple(records),
            {self._label(predicate): len(found) for predicate, found in sorted(counted.items())},
        )

    def _claims(
        self, node: pyoxigraph.NamedNode, near: str, far: str
    ) -> tuple[_Claims, list[Statement]]:
        """Collect the claims with the thing at one end: those that stand, and those rejected."""
        standing: _Claims = {}
        rejected = []
        pattern = self.graph.store.quads_for_pattern(None, pyoxigraph.NamedNode(near), node)
        found = {q.subject for q in pattern if not isinstance(q.subject, pyoxigraph.Triple)}
        for claim in sorted(found, key=str):
            basis = self._basis(claim)
            for predicate in self._iris(claim, RDF.predicate):
                for other in self._objects(claim, far):
                    if QGK["standing-rejected"] in self._iris(claim, QG.standing):
                        reverse = near == RDF.object
                        rejected.append(self._statement(predicate, other, [basis], reverse=reverse))
                    else:
                        standing.setdefault((predicate, str(other)), []).append(basis)
        return standing, rejected

    def _basis(self, node: Node) -> Basis:
        """Read the evidence that a node carries itself."""
        is_claim = isinstance(node, pyoxigraph.NamedNode) and QG.Claim in self._iris(node, RDF.type)
        return Basis(
            passages=tuple(self._passage(iri) for iri in self._iris(node, QG.evidence)),
            modality=self._one(node, QG.modality),
            standing=self._one(node, QG.standing),
            attributed_to=tuple(map(self._name, self._iris(node, QG.attributedTo))),
            reason=self._text(node, QG.reason),
            claim=node.value if is_claim else "",
        )

    def _passage(self, iri: str) -> Passage:
        if iri in self._passages:
            return self._passages[iri]
        node = pyoxigraph.NamedNode(iri)
        source = next(iter(self._iris(node, QG.quotedFrom)), "")
        origin = pyoxigraph.NamedNode(source) if source else node
        reliability = self._one(origin, QG.reliability)
        start, end = self._text(node, QG.startOffset), self._text(node, QG.endOffset)
        passage = Passage(
            iri=iri,
            phrase=self._text(node, QG.exact),
            source=source,
            source_label=self._label(source) if source else "",
            publisher=self._text(origin, QG.publisherName),
            published=self._text(origin, QG.published),
            reliability=reliability.label if reliability else "",
            locator=self._text(node, QG.locator),
            start=int(start) if start else None,
            end=int(end) if end else None,
            url=self._text(origin, SCHEMA.url),
        )
        self._passages[iri] = passage
        return passage

    def _record(self, iri: str, relations: set[str]) -> Record:
        node = pyoxigraph.NamedNode(iri)
        cls = self.graph.ontology.most_specific(self._iris(node, RDF.type)) or ""
        times = [*self._iris(node, QG.happenedAt), *self._iris(node, QG.observedOver)]
        nodes = map(pyoxigraph.NamedNode, times)
        # A time that is open at its begin is put in order by the day before which it was.
        begins = [self._text(node, QG.begin) or self._text(node, QG.end) for node in nodes]
        return Record(
            iri=iri,
            type=self._name(cls),
            relations=tuple(map(self._name, sorted(relations))),
            line=as_line(self.graph, iri, self.language),
            begin=min(filter(None, begins), default=""),
            basis=self._basis(node),
        )

    def _statement(
        self, predicate: str, value: Term, bases: list[Basis], *, reverse: bool = False
    ) -> Statement:
        other = self._name(value.value) if isinstance(value, pyoxigraph.NamedNode) else None
        literal = value.value if isinstance(value, pyoxigraph.Literal) else str(value)
        text = other.label if other else literal
        return Statement(self._name(predicate), other, text, tuple(bases), reverse)

    def _is_record(self, node: pyoxigraph.NamedNode) -> bool:
        return bool(self.records & set(self._iris(node, RDF.type)))

    def _names(self, node: pyoxigraph.NamedNode) -> dict[str, list[str]]:
        """Return all names by language, the preferred ones first."""
        names: dict[str, dict[str, None]] = {}
        for predicate in (RDFS.label, SKOS.prefLabel, SKOS.altLabel):
            for value in sorted(self._objects(node, predicate), key=str):
                if isinstance(value, pyoxigraph.Literal):
                    names.setdefault(value.language or "", {})[value.value] = None
        return {language: list(texts) for language, texts in sorted(names.items())}

    def _label(self, iri: str) -> str:
        return self.graph.label(iri, self.language) if iri else ""

    def _name(self, iri: str) -> Name:
        return Name(iri, self._label(iri))

    def _one(self, node: Node, predicate: str) -> Name | None:
        return next(map(self._name, self._iris(node, predicate)), None)

    def _text(self, node: Node, predicate: str) -> str:
        return choose(self._objects(node, predicate), self.language)

    def _iris(self, node: Node, predicate: str) -> list[str]:
        found = self._objects(node, predicate)
        return sorted({term.value for term in found if isinstance(term, pyoxigraph.NamedNode)})

    def _objects(self, node: Node, predicate: str) -> list[Term]:
        pattern = self.graph.store.quads_for_pattern(node, pyoxigraph.NamedNode(predicate), None)
        return [quad.object for quad in pattern]


def _rule(quad: pyoxigraph.Quad) -> str:
    """Return the rule that derived a quad, from its graph's name; empty if none did."""
    name = quad.graph_name
    if isinstance(name, pyoxigraph.NamedNode) and name.value.startswith(PREFIXES["qgr"]):
        return name.value
    return ""


def _in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(statements, key=lambda one: (one.property.label, one.text, str(one.other))))

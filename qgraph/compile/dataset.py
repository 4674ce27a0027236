"""The dataset described in its own terms (VoID, DCAT): what it is, from which sources, how large.

What people say of the tables as a whole stands at the top of ``csv-metadata.json``: title, licence,
version …. What can be counted is counted. The description lies in a named graph of its own; its
counts are those of the graph without it, and no date of the day on which it was written gets in.

There is no ``dcat:distribution``: nothing is published under an address from which it could be
downloaded, and one that leads nowhere would be worse than none.

Sources: W3C, Describing Linked Datasets with the VoID Vocabulary, 2011; W3C, Data Catalog
Vocabulary (DCAT), Version 3, 2024.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from qgraph.bundled import METADATA
from qgraph.compile.evidence import digest
from qgraph.compile.tables import read_metadata
from qgraph.errors import InvalidInput, Problem
from qgraph.terms import (
    DATASET,
    DCAT,
    DCTERMS,
    OWL,
    PREFIXES,
    QG,
    QGG,
    QGK,
    RDF,
    RDFS,
    VOID,
    XSD,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from qgraph.ontology import Ontology

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
    Value = ox.NamedNode | ox.Literal

__all__ = ["describe_dataset"]

_NOTE = {
    "en": "All counts are of the graph without this description: the tables, what rules derive from"
    " them, and the ontology. A statement that stands in several named graphs is counted once.",
    "zh-Hans": "计数范围为表格内容、规则推导结果和本体，不含本描述自身；"
    "同一陈述见于多个命名图的，只计一次。",
}
# CSVW takes its prefixes from RDFa, which calls Dublin Core Terms by this one.
_CSVW_PREFIXES = PREFIXES | {"dc": PREFIXES["dcterms"]}
_KINDS_OF_TERRITORY = (QGK["place-kind-country"], QGK["place-kind-province"])


def describe_dataset(
    quads: Collection[ox.Quad], tables: Path, ontology: Ontology
) -> Iterator[ox.Quad]:
    """Describe a compiled graph as a dataset.

    Parameters
    ----------
    quads
        The graph: ontology, tables and what rules derived.
    tables
        The folder that it was compiled from.
    ontology
        Says which kinds of things there are, so that one of each can be named as an example.

    Returns
    -------
    Iterator
        The description, in its own named graph.

    Raises
    ------
    InvalidInput
        If the metadata of the tables say something of them that cannot be written as RDF.
    """
    graph = ox.NamedNode(QGG.dataset)
    counted = _Counted(quads)
    statements = [
        *((DATASET, prop, value) for prop, value in _said(tables)),
        *((DATASET, prop, value) for prop, value in _found(counted, ontology)),
        *_period(counted),
        *_sizes(counted),
    ]
    for subject, prop, value in statements:
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(prop), value, graph)


class _Counted:
    """The statements of all named graphs, each once, and what the description asks of them."""

    def __init__(self, quads: Collection[ox.Quad]) -> None:
        self.triples = {(quad.subject, quad.predicate.value, quad.object) for quad in quads}
        self.space = PREFIXES["qgd"]
        self.instances: dict[str, set[Term]] = {}
        self.links: dict[str, dict[str, set[str]]] = {}
        self.said = Counter(subject for subject, _, _ in self.triples)
        for subject, prop, value in self.triples:
            if isinstance(value, ox.NamedNode):
                if prop == RDF.type:
                    self.instances.setdefault(value.value, set()).add(subject)
                if isinstance(subject, ox.NamedNode):
                    links = self.links.setdefault(prop, {})
                    links.setdefault(subject.value, set()).add(value.value)

    def targets(self, *properties: str) -> set[str]:
        """Return everything that some properties lead to."""
        return {
            target
            for prop in properties
            for found in self.links.get(prop, {}).values()
            for target in found
        }

    def linked(self, prop: str, target: str) -> list[str]:
        """Return what a property leads from to one target, in order."""
        return sorted(one for one, found in self.links.get(prop, {}).items() if target in found)

    def entities(self, things: Collection[Term] | None = None) -> list[str]:
        """Return the things of the graph's own space, in order."""
        return sorted(
            thing.value
            for thing in (self.said if things is None else things)
            if isinstance(thing, ox.NamedNode) and thing.value.startswith(self.space)
        )


def _said(tables: Path) -> Iterator[tuple[str, Value]]:
    """Carry over what the metadata say of the tables as a whole, if we know the prefix."""
    metadata = read_metadata(tables)
    context = metadata.at_props.get("context")
    language = next(
        (part.get("@language") for part in context or () if isinstance(part, dict)), None
    )
    for name, said in metadata.common_props.items():
        prop = _address(name)
        if not prop:
            continue
        for one in said if isinstance(said, list) else [said]:
            try:
                value = _value(one, language)
            except ValueError as error:
                message = f"'{name}' cannot be written as RDF: {error}"
                hint = "a text, a text with its @language, or an address as its @id"
                file = str(tables / METADATA)
                raise InvalidInput([Problem(file, 0, "", message, hint)]) from error
            yield prop, value


def _value(said: Any, language: str | None) -> Value:
    """Read a value of the metadata, which is JSON-LD."""
    if isinstance(said, str):
        return ox.Literal(said, language=language)
    if not isinstance(said, dict):
        return ox.Literal(said)
    if "@id" in said:
        return ox.NamedNode(said["@id"])
    if "@value" not in said:
        raise ValueError("it has neither @id nor @value")
    if "@type" in said:
        return ox.Literal(str(said["@value"]), datatype=ox.NamedNode(_address(said["@type"])))
    return ox.Literal(str(said["@value"]), language=said.get("@language"))


def _address(name: str) -> str:
    """Return the address behind a name of the metadata, or nothing if its prefix is not known."""
    prefix, _, local = name.partition(":")
    if local.startswith("//"):
        return name
    return _CSVW_PREFIXES[prefix] + local if prefix in _CSVW_PREFIXES else ""


def _found(counted: _Counted, ontology: Ontology) -> Iterator[tuple[str, Value]]:
    """Tell what can be seen in the graph itself: its kind, sources, languages, places, examples."""
    yield RDF.type, ox.NamedNode(VOID.Dataset)
    yield RDF.type, ox.NamedNode(DCAT.Dataset)
    for language, text in _NOTE.items():
        yield RDFS.comment, ox.Literal(text, language=language)
    for version in counted.targets(OWL.versionIRI):
        yield DCTERMS.conformsTo, ox.NamedNode(version)
    for source in counted.targets(QG.quotedFrom):
        yield DCTERMS.source, ox.NamedNode(source)
    for language in _languages(counted):
        yield DCTERMS.language, ox.Literal(language)
    for kind in _KINDS_OF_TERRITORY:
        for place in counted.linked(DCTERMS.type, kind):
            yield DCTERMS.spatial, ox.NamedNode(place)
    for example in _examples(counted, ontology):
        yield VOID.exampleResource, ox.NamedNode(example)
    terms = {prop for _, prop, _ in counted.triples} | counted.instances.keys()
    for vocabulary in {_namespace(term) for term in terms}:
        yield VOID.vocabulary, ox.NamedNode(vocabulary)
    yield VOID.uriSpace, ox.Literal(counted.space)


def _languages(counted: _Counted) -> list[str]:
    """Return the languages in which things are named, written as BCP 47 recommends."""
    entities = set(counted.entities())
    tags = {
        value.language
        for subject, prop, value in counted.triples
        if prop == RDFS.label
        and isinstance(subject, ox.NamedNode)
        and subject.value in entities
        and isinstance(value, ox.Literal)
    }
    return sorted(
        "-".join(part.title() if len(part) == len("Hans") else part for part in tag.split("-"))
        for tag in tags
        if tag
    )


def _examples(counted: _Counted, ontology: Ontology) -> Iterator[str]:
    """Choose of each kind of thing in the legend the one of which most is said."""
    for cls, style in ontology.styles().items():
        if style.hidden_at_first or QG.Record in ontology.superclasses(cls):
            continue
        things = counted.entities(counted.instances.get(cls, ()))
        if things:
            yield max(things, key=lambda thing: counted.said[ox.NamedNode(thing)])


def _period(counted: _Counted) -> Iterator[tuple[str, str, Value]]:
    """Tell over which days the things lie that the graph dates."""
    times = counted.targets(QG.happenedAt, QG.observedOver)
    days: dict[str, list[str]] = {QG.begin: [], QG.end: []}
    for subject, prop, value in counted.triples:
        is_end = prop in days and isinstance(subject, ox.NamedNode) and subject.value in times
        if is_end and isinstance(value, ox.Literal):
            days[prop].append(value.value)
    ends = {
        DCAT.startDate: min(days[QG.begin], default=""),
        DCAT.endDate: max(days[QG.end], default=""),
    }
    if not any(ends.values()):
        return
    period = f"{DATASET}#period"
    yield DATASET, DCTERMS.temporal, ox.NamedNode(period)
    yield period, RDF.type, ox.NamedNode(DCTERMS.PeriodOfTime)
    for prop, day in ends.items():
        if day:
            yield period, prop, ox.Literal(day, datatype=ox.NamedNode(XSD.date))


def _sizes(counted: _Counted) -> Iterator[tuple[str, str, Value]]:
    """Count: as a whole, by class and by property."""
    properties = Counter(prop for _, prop, _ in counted.triples)
    classes = {cls: len(things) for cls, things in counted.instances.items()}
    yield DATASET, VOID.triples, _number(len(counted.triples))
    yield DATASET, VOID.entities, _number(len(counted.entities()))
    yield DATASET, VOID.distinctSubjects, _number(len(counted.said))
    yield DATASET, VOID.classes, _number(len(classes))
    yield DATASET, VOID.properties, _number(len(properties))
    yield from _partitions(classes, VOID.classPartition, "class", VOID["class"], VOID.entities)
    yield from _partitions(
        properties, VOID.propertyPartition, "property", VOID.property, VOID.triples
    )


def _partitions(
    sizes: dict[str, int] | Counter[str], relation: str, kind: str, names: str, counts: str
) -> Iterator[tuple[str, str, Value]]:
    for term, size in sizes.items():
        # Named after its term, so that it bears the same name in every release.
        part = f"{DATASET}#{kind}-{_fragment(term)}"
        yield DATASET, relation, ox.NamedNode(part)
        yield part, names, ox.NamedNode(term)
        yield part, counts, _number(size)


def _namespace(term: str) -> str:
    return term[: max(term.rfind("#"), term.rfind("/")) + 1]


def _fragment(term: str) -> str:
    """Return ``qg-Measure`` for a term whose prefix is known, else digits that stand for it."""
    name = shorten(term)
    return digest(term) if name == term else name.replace(":", "-")


def _number(count: int) -> ox.Literal:
    return ox.Literal(str(count), datatype=ox.NamedNode(XSD.integer))

"""What the ontology says: labels and definitions, classes and kinds, and how each thing is drawn.

Reads the statements of any loaded graph and keeps only those about terms; it never looks at data.
Languages are keyed by their first part, so ``zh-Hans`` is found under ``"zh"``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph import bundled
from qgraph.languages import in_words
from qgraph.terms import OWL, PREFIXES, QG, RDF, RDFS, SKOS, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "TERM_PREDICATES",
    "Concept",
    "Edge",
    "Ontology",
    "Style",
    "bundled_ontology",
    "in_words",
]

TERM_PREDICATES = (
    RDF.type,
    RDFS.label,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    SKOS.prefLabel,
    SKOS.altLabel,
    SKOS.definition,
    SKOS.inScheme,
    SKOS.broader,
    QG.edgeLabel,
    QG.edgeGroup,
    QG.edgeReversed,
    QG.nodeColour,
    QG.nodeShape,
    QG.nodeOrder,
    QG.hiddenAtFirst,
    OWL.versionInfo,
    OWL.versionIRI,
)
"""All that :class:`Ontology` reads; a store may hand over just these."""

_TERM_TYPES = frozenset(
    {
        OWL.AnnotationProperty,
        OWL.Class,
        OWL.DatatypeProperty,
        OWL.ObjectProperty,
        OWL.Ontology,
        RDF.Property,
        RDFS.Class,
        SKOS.Concept,
        SKOS.ConceptScheme,
    }
)
_PROPERTY_TYPES = (
    OWL.AnnotationProperty,
    OWL.DatatypeProperty,
    OWL.ObjectProperty,
    RDF.Property,
)
_FARTHEST = 1_000_000  # legend place of a class that declares none


@dataclass(frozen=True, slots=True)
class Edge:
    """How a relation is drawn; a relation without one is not drawn.

    ``label`` maps language to text, ``group`` is the IRI of a ``qgk:edge-group-…`` kind, and
    ``reversed`` means: drawn from object to subject.
    """

    property: str
    label: Mapping[str, str]
    group: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class Style:
    """How things of a class are drawn, inherited from the nearest superclass that says so."""

    cls: str
    colour: str
    shape: str
    order: int
    hidden_at_first: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """One kind in a scheme: a policy field, a comparator, an indicator …."""

    iri: str
    scheme: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    broader: tuple[str, ...]


@dataclass(slots=True)
class _Term:
    """What was read about one subject, before it is known to be a term."""

    types: set[str] = field(default_factory=set)
    links: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, predicate: str) -> dict[str, str]:
        return self.texts.get(predicate, {})

    def first(self, predicate: str) -> str | None:
        return next(iter(self.links.get(predicate, ())), None)


class Ontology:
    """The terms of a graph, by IRI.

    Parameters
    ----------
    statements
        Quads or triples of any loaded graph; those that are not about terms are passed over.
    """

    def __init__(self, statements: Iterable[pyoxigraph.Quad | pyoxigraph.Triple]) -> None:
        read: dict[str, _Term] = {}
        wanted = frozenset(TERM_PREDICATES)
        for statement in statements:
            predicate = statement.predicate.value
            if predicate not in wanted or not isinstance(statement.subject, pyoxigraph.NamedNode):
                continue
            term = read.setdefault(statement.subject.value, _Term())
            value = statement.object
            if predicate == RDF.type:
                if isinstance(value, pyoxigraph.NamedNode):
                    term.types.add(value.value)
            elif isinstance(value, pyoxigraph.Literal) and value.language:
                texts = term.texts.setdefault(predicate, {})
                language = value.language.partition("-")[0]
                # A store has no order of its own: of two texts in one language, always the same.
                texts[language] = min(value.value, texts.get(language, value.value))
            elif not isinstance(value, pyoxigraph.BlankNode | pyoxigraph.Triple):
                term.links.setdefault(predicate, []).append(value.value)
        # An indicator is typed qg:Indicator, a subclass of skos:Concept: membership tells it too.
        self._terms = {
            iri: term
            for iri, term in sorted(read.items())
            if term.types & _TERM_TYPES or SKOS.inScheme in term.links
        }

    def __contains__(self, iri: object) -> bool:
        return iri in self._terms

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class, in the order of their IRIs."""
        return self._of_type(OWL.Class, RDFS.Class)

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property, in the order of their IRIs."""
        return self._of_type(*_PROPERTY_TYPES)

    @cached_property
    def kinds(self) -> dict[str, Concept]:
        """Every concept by its IRI, whichever scheme it belongs to."""
        return {
            iri: Concept(
                iri=iri,
                scheme=term.first(SKOS.inScheme) or "",
                labels=self.labels(iri),
                definitions=term.text(SKOS.definition),
                broader=tuple(sorted(term.links.get(SKOS.broader, ()))),
            )
            for iri, term in self._terms.items()
            if SKOS.inScheme in term.links or SKOS.Concept in term.types
        }

    def concepts(self, scheme: str) -> tuple[Concept, ...]:
        """Return the concepts of one scheme, given by its IRI."""
        return tuple(concept for concept in self.kinds.values() if concept.scheme == scheme)

    @property
    def schemes(self) -> tuple[str, ...]:
        """Every concept scheme, in the order of their IRIs."""
        return self._of_type(SKOS.ConceptScheme)

    @property
    def version(self) -> str:
        """Version of the ontology as it states it, or an empty text."""
        for iri in self._of_type(OWL.Ontology):
            term = self._terms[iri]
            found = term.first(OWL.versionInfo) or next(
                iter(term.text(OWL.versionInfo).values()), None
            )
            if found:
                return found
        return ""

    def labels(self, iri: str) -> dict[str, str]:
        """Return the labels of a term by language; nothing if the term is not known."""
        term = self._terms.get(iri)
        return {**term.text(SKOS.prefLabel), **term.text(RDFS.label)} if term else {}

    def label(self, iri: str, language: str = "en") -> str:
        """Return the label of a term, in English or any language if need be, else its short IRI."""
        return in_words(self.labels(iri), language) or local_id(iri)

    def definitions(self, iri: str) -> dict[str, str]:
        """Return the definitions of a term by language."""
        term = self._terms.get(iri)
        return dict(term.text(SKOS.definition)) if term else {}

    def definition(self, iri: str, language: str = "en") -> str:
        """Return the definition of a term, or an empty text."""
        return in_words(self.definitions(iri), language)

    def superclasses(self, iri: str) -> tuple[str, ...]:
        """Return all classes above a class, the nearest first, without itself."""
        found: dict[str, None] = {}
        level = [iri]
        while level:
            above = sorted(parent for cls in level for parent in self._parents(cls))
            level = [cls for cls in dict.fromkeys(above) if cls not in found and cls != iri]
            found.update(dict.fromkeys(level))
        return tuple(found)

    def subclasses(self, iri: str) -> frozenset[str]:
        """Return all classes below a class, without itself."""
        return frozenset(cls for cls in self._terms if iri in self.superclasses(cls))

    def most_specific(self, types: Iterable[str]) -> str | None:
        """Return the type that says most about a thing, preferring the project's own classes."""
        candidates = sorted(set(types))
        above = {parent for cls in candidates for parent in self.superclasses(cls)}
        lowest = [cls for cls in candidates if cls not in above]
        return min(lowest, key=lambda cls: (not cls.startswith(PREFIXES["qg"]), cls), default=None)

    def edges(self) -> dict[str, Edge]:
        """Return every relation that is drawn, by its IRI."""
        return {
            iri: Edge(
                property=iri,
                label=term.text(QG.edgeLabel),
                group=term.first(QG.edgeGroup) or "",
                reversed=term.first(QG.edgeReversed) == "true",
            )
            for iri, term in self._terms.items()
            if term.text(QG.edgeLabel)
        }

    def styles(self) -> dict[str, Style]:
        """Return the style of every class that is drawn, in the order of the legend."""
        styles = [style for cls in self.classes if (style := self._style(cls))]
        return {
            style.cls: style for style in sorted(styles, key=lambda style: (style.order, style.cls))
        }

    def _style(self, cls: str) -> Style | None:
        lineage = (cls, *self.superclasses(cls))

        def nearest(predicate: str) -> str | None:
            values = (self._terms[c].first(predicate) for c in lineage if c in self._terms)
            return next((value for value in values if value is not None), None)

        colour = nearest(QG.nodeColour)
        if colour is None:
            return None
        return Style(
            cls=cls,
            colour=colour,
            shape=nearest(QG.nodeShape) or "dot",
            order=int(nearest(QG.nodeOrder) or _FARTHEST),
            hidden_at_first=nearest(QG.hiddenAtFirst) == "true",
        )

    def _parents(self, cls: str) -> list[str]:
        term = self._terms.get(cls)
        return term.links.get(RDFS.subClassOf, []) if term else []

    def _of_type(self, *types: str) -> tuple[str, ...]:
        wanted = set(types)
        return tuple(iri for iri, term in self._terms.items() if term.types & wanted)


def bundled_ontology() -> Ontology:
    """Read the ontology that comes with the package: its terms and its kinds, not its shapes."""
    home = bundled.folder("ontology")
    return Ontology(
        quad
        for file in [*sorted(home.glob("*.ttl")), *sorted(home.glob("kinds/*.ttl"))]
        for quad in pyoxigraph.parse(file.read_bytes(), pyoxigraph.RdfFormat.TURTLE)
    )

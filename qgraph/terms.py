"""Every prefix and every term that the code names: the only Python file with IRIs in it.

The namespaces are closed. ``QG.Measure`` is a string; ``QG.Mesure`` raises. A new kind, relation or
class needs no line here unless code has to name it. Strings only: nothing heavy is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qgraph.errors import QGraphError

BASE = "https://w3id.org/qgraph/"
DATASET = BASE + "dataset"
"""The dataset that a compiled graph is; the parts of its description are fragments of it."""

PREFIXES: dict[str, str] = {
    "qg": BASE + "ns#",
    "qgk": BASE + "kind/",
    "qgd": BASE + "id/",
    "qgc": BASE + "claim/",
    "qgg": BASE + "graph/",
    "qgr": BASE + "rule/",
    "qgs": BASE + "shape/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dc11": "http://purl.org/dc/elements/1.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "time": "http://www.w3.org/2006/time#",
    "oa": "http://www.w3.org/ns/oa#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "cv": "http://data.europa.eu/m8g/",
    "cito": "http://purl.org/spar/cito/",
    "schema": "https://schema.org/",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "sh": "http://www.w3.org/ns/shacl#",
}
"""Prefix -> namespace, pre-declared in every query and written into every export."""

# A local name that Turtle and SPARQL accept after the colon without escaping.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


class Namespace:
    """A closed set of IRIs: ``QG.Measure`` or ``QGK["status-adopted"]``, and a typo raises."""

    __slots__ = ("base", "names")

    def __init__(self, prefix: str, names: str) -> None:
        self.base = PREFIXES[prefix]
        self.names = frozenset(names.split())

    def __getattr__(self, name: str) -> str:
        if name in self.names:
            return self.base + name
        raise AttributeError(f"no term {name!r} is declared for {self.base} in qgraph/terms.py")

    def __getitem__(self, name: str) -> str:
        if name in self.names:
            return self.base + name
        raise KeyError(f"no term {name!r} is declared for {self.base} in qgraph/terms.py")

    def __iter__(self) -> Iterator[str]:
        return (self.base + name for name in sorted(self.names))

    def __contains__(self, iri: object) -> bool:
        return (
            isinstance(iri, str)
            and iri.startswith(self.base)
            and iri[len(self.base) :] in self.names
        )


QG = Namespace(
    "qg",
    # classes
    "Claim Evidence FirstnessClaim JointOffice LawFirm Measure Observation Pilot Place"
    " Ranking RankingEntry Record Rule Segment Source TimeReference Year Zone"
    # relations and values
    " about alternativeReading anchor attributedTo begin comparator comparisonClass"
    " daysToPromotion dimension documentNumber edtf end endOffset evidence exact fieldSize"
    " firstPilotDate happenedAt happenedIn inProvince inSegment inSource inYear inZone indicator"
    " locatedIn locator lowerBound modality nationalPromotionDate observedOver ordinal position"
    " published publisherName quotedFrom reason reliability reportedText score sha256 sharing"
    " sourceCount standing startOffset status unit upperBound value within yearNumber"
    # drawing
    " edgeGroup edgeLabel edgeReversed hiddenAtFirst nodeColour nodeOrder nodeShape",
)
QGK = Namespace(
    "qgk",
    "comparator-about comparator-at-least comparator-at-most comparator-exact comparator-less-than"
    " comparator-more-than comparator-nearly comparator-range modality-asserted modality-inferred"
    " place-kind-country place-kind-province reliability-weak sharing-shared standing-contested"
    " standing-rejected standing-unreviewed unit-count unit-percent",
)
QGG = Namespace("qgg", "dataset ontology")
DCAT = Namespace("dcat", "Dataset endDate startDate version")
DCTERMS = Namespace(
    "dcterms",
    "PeriodOfTime conformsTo creator description isPartOf language license source spatial temporal"
    " title type",
)
ORG = Namespace("org", "Organization OrganizationalCollaboration")
OWL = Namespace(
    "owl",
    "AnnotationProperty Class DatatypeProperty ObjectProperty Ontology versionIRI versionInfo",
)
PROV = Namespace("prov", "Activity Agent Entity Location Plan")
RDF = Namespace("rdf", "Property langString object predicate subject type")
RDFS = Namespace("rdfs", "Class comment isDefinedBy label subClassOf subPropertyOf")
SCHEMA = Namespace("schema", "rangeIncludes url")
SKOS = Namespace(
    "skos", "Concept ConceptScheme altLabel broader definition inScheme prefLabel topConceptOf"
)
VOID = Namespace(
    "void",
    "Dataset class classPartition classes distinctSubjects entities exampleResource properties"
    " property propertyPartition triples uriSpace vocabulary",
)
XSD = Namespace("xsd", "boolean date decimal double float integer string")


def expand(curie: str) -> str:
    """Return the IRI behind ``qgd:place-shenzhen``; an unknown prefix raises with those known."""
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in PREFIXES:
        raise QGraphError(
            f"{curie!r} does not start with a known prefix",
            hint="Known prefixes: " + " ".join(PREFIXES) + ".",
        )
    return PREFIXES[prefix] + local


def shorten(iri: str) -> str:
    """Return ``qgd:place-shenzhen`` for its IRI, or the IRI itself if no prefix fits it."""
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and _LOCAL.fullmatch(iri, len(base)):
            return f"{prefix}:{iri[len(base) :]}"
    return iri


def local_id(iri: str) -> str:
    """Return what a person types for a thing: ``place-shenzhen``, else the short or full IRI."""
    return shorten(iri).removeprefix("qgd:")

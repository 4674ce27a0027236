"""The ontology as the compiler needs it: its quads, and which names tables may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.errors import NotFound
from qgraph.ontology import Ontology
from qgraph.reading import read_rdf
from qgraph.terms import OWL, QGG, RDF, SCHEMA, SKOS, XSD

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Vocabulary", "read_ontology"]


@dataclass(frozen=True)
class Vocabulary:
    """What the ontology declares.

    ``relations`` link things, ``attributes`` take a value of the datatype they map to, ``concepts``
    are the kinds of all schemes; all as addresses. A relation that OWL itself declares, such as
    owl:differentFrom, may not be declared anew and is known as a plain property.
    """

    quads: list[ox.Quad]
    relations: frozenset[str]
    attributes: dict[str, str]
    concepts: frozenset[str]
    ontology: Ontology


def read_ontology(folder: Path) -> Vocabulary:
    """Read every Turtle file of the ontology, but not its shapes, into one named graph.

    Blank nodes get the labels of the RDF Dataset Canonicalization algorithm, so that the same files
    always give the same bytes.

    Raises
    ------
    NotFound, InvalidInput
        If there is no Turtle file, or one has a syntax error; names file and line.
    """
    files = sorted([*folder.glob("*.ttl"), *folder.glob("kinds/*.ttl")])
    if not files:
        hint = "name a folder with Turtle files, such as ontology/"
        raise NotFound(f"the folder '{folder}' holds no ontology", hint=hint)
    graph = ox.NamedNode(QGG.ontology)
    dataset = ox.Dataset(
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        for file in files
        for quad in read_rdf(file)
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _vocabulary(list(dataset))


def _vocabulary(quads: list[ox.Quad]) -> Vocabulary:
    typed: dict[str, set[str]] = {}
    ranges: dict[str, str] = {}
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.NamedNode):
            continue
        if quad.predicate.value == RDF.type:
            typed.setdefault(quad.object.value, set()).add(quad.subject.value)
        elif quad.predicate.value == SCHEMA.rangeIncludes:
            ranges[quad.subject.value] = quad.object.value
    concepts = {
        quad.subject.value
        for quad in quads
        if quad.predicate.value == SKOS.inScheme and isinstance(quad.subject, ox.NamedNode)
    }
    return Vocabulary(
        quads=quads,
        relations=frozenset(typed.get(OWL.ObjectProperty, set()) | typed.get(RDF.Property, set())),
        attributes={
            name: ranges.get(name, XSD.string) for name in typed.get(OWL.DatatypeProperty, ())
        },
        concepts=frozenset(concepts),
        ontology=Ontology(quads),
    )

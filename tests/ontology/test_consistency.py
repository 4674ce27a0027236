"""The axioms contradict nothing, and they do contradict what they should.

Runs the OWL 2 RL closure over the axioms (without labels and definitions, which say nothing to a
reasoner) and a few nodes. owlrl writes a contradiction into the graph as an error node.
"""

from __future__ import annotations

from pathlib import Path

import owlrl
import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.namespace import ORG, PROV, SKOS

from .conftest import parse

HERE = Path(__file__).parent
QG = Namespace("https://w3id.org/qgraph/ns#")
QGD = Namespace("https://w3id.org/qgraph/id/")
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
AXIOMS = {RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, OWL.members, RDF.first, RDF.rest}


@pytest.fixture(scope="module")
def axioms(core: Graph, externals: Graph) -> Graph:
    graph = Graph()
    for triple in core + externals:
        if triple[1] in AXIOMS:
            graph.add(triple)
    return graph


def close(axioms: Graph, data: Graph) -> Graph:
    graph = axioms + data
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def errors(graph: Graph) -> list[str]:
    return [str(text) for text in graph.objects(None, ERROR)]


def links_only(graph: Graph) -> Graph:
    """Leave out literals: no axiom speaks of them, and the closure is quicker without."""
    linked = Graph()
    for triple in graph:
        if isinstance(triple[2], URIRef):
            linked.add(triple)
    return linked


@pytest.fixture(scope="module")
def closed(axioms: Graph) -> Graph:
    """Closure over the good file of the shape tests."""
    return close(axioms, links_only(parse(HERE / "good.ttl")))


def test_good_data_are_consistent(closed: Graph) -> None:
    assert errors(closed) == []


def test_no_class_is_empty_by_definition(axioms: Graph, core: Graph) -> None:
    """One instance of every class at once: a class that contradicts itself would show."""
    data = Graph()
    for cls in core.subjects(RDF.type, OWL.Class):
        data.add((QGD[str(cls).rpartition("#")[2]], RDF.type, cls))
    assert errors(close(axioms, data)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Measure", "PolicyDocument"),  # a measure is not its text
        ("Zone", "PublicBody"),  # Qianhai is not the Qianhai Authority
        ("MeasurePackage", "Event"),  # through a subclass
        ("Court", "Place"),
        ("Promotion", "PromotionBatch"),
        ("Evidence", "Source"),
    ],
)
def test_a_clash_is_found(axioms: Graph, one: str, other: str) -> None:
    data = Graph()
    data.add((QGD.thing, RDF.type, QG[one]))
    data.add((QGD.thing, RDF.type, QG[other]))
    assert any("isjoint" in text for text in errors(close(axioms, data)))


def test_a_record_may_be_an_activity(axioms: Graph) -> None:
    data = Graph()
    data.add((QGD.thing, RDF.type, QG.Pilot))
    data.add((QGD.thing, RDF.type, QG.Record))
    assert errors(close(axioms, data)) == []


def test_foreign_vocabularies_understand_us(closed: Graph) -> None:
    """Who knows PROV, ORG or SKOS, but not qgraph, still finds these."""
    licence_event = QGD["event-joint-office-licensed"]
    office = QGD["org-zhiheng-celeblaws-office"]
    pilot = QGD["pilot-sino-foreign-joint-office-qianhai"]
    measure = QGD["measure-sino-foreign-joint-office"]
    for triple in (
        (measure, RDF.type, PROV.Plan),
        (pilot, RDF.type, PROV.Activity),
        (pilot, PROV.used, measure),
        (pilot, PROV.wasAssociatedWith, QGD["body-shenzhen-justice-bureau"]),
        (licence_event, PROV.atLocation, QGD["place-qianhai-cooperation-zone"]),
        (office, RDF.type, ORG.OrganizationalCollaboration),
        (office, ORG.hasMember, QGD["org-celeblaws"]),
        (QGD["body-qianhai-court"], RDF.type, ORG.Organization),
        (QGD["person-francis-law"], ORG.memberOf, QGD["body-qianhai-court"]),
        (QGD["profession-architect"], RDF.type, SKOS.Concept),
    ):
        assert triple in closed, triple

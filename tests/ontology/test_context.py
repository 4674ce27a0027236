"""The JSON-LD context knows every term, with the right type, and a document expands as meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS

from qgraph.terms import PREFIXES

from .conftest import ONTOLOGY

QG = PREFIXES["qg"]
RANGE = URIRef(PREFIXES["schema"] + "rangeIncludes")


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    document = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))
    found = document["@context"]
    assert isinstance(found, dict)
    return found


def expanded(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


def test_prefixes_are_those_of_the_code(context: dict[str, Any]) -> None:
    found = {k: v for k, v in context.items() if isinstance(v, str) and v.endswith(("#", "/"))}
    assert found == PREFIXES


def test_version_is_declared(context: dict[str, Any]) -> None:
    assert context["@version"] == 1.1


def test_every_class_has_a_word(context: dict[str, Any], core: Graph) -> None:
    for term in core.subjects(RDF.type, OWL.Class):
        name = str(term).removeprefix(QG)
        assert context.get(name) == f"qg:{name}"


def test_every_property_has_a_word_with_its_type(context: dict[str, Any], core: Graph) -> None:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for term in {p for kind in kinds for p in core.subjects(RDF.type, kind)}:
        name = str(term).removeprefix(QG)
        entry = context.get(name)
        assert entry, f"no word for {name}"
        value = core.value(term, RANGE)
        is_link = (term, RDF.type, OWL.ObjectProperty) in core or value == SKOS.Concept
        if is_link:
            expected: object = {"@id": f"qg:{name}", "@type": "@id"}
        elif value == XSD.string:
            expected = f"qg:{name}"
        elif value == RDF.langString:
            expected = {"@id": f"qg:{name}", "@container": "@language"}
        else:
            expected = {"@id": f"qg:{name}", "@type": f"xsd:{str(value).rpartition('#')[2]}"}
        assert entry == expected


def test_no_word_is_left_over(context: dict[str, Any], core: Graph, externals: Graph) -> None:
    """Every entry is a prefix, a keyword, or a word for a declared term."""
    declared = {str(s) for s in (core + externals).subjects(RDF.type)}
    declared |= {str(p) for p in (RDF.subject, RDF.predicate, RDF.object, RDFS.label)}
    declared.add(str(RDFS.isDefinedBy))
    for word, entry in context.items():
        if word == "@version" or word in PREFIXES or str(entry).startswith("@"):
            continue
        curie = entry if isinstance(entry, str) else entry["@id"]
        assert expanded(curie) in declared, f"{word} stands for {curie}"


# rdflib 7.6 warns of its own ConjunctiveGraph when it reads JSON-LD.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_document_expands_to_the_triples_meant(context: dict[str, Any]) -> None:
    document = {
        "@context": context,
        "@graph": [
            {
                "id": "qgd:event-joint-office-licensed",
                "type": "Event",
                "label": {"en": "Joint office licensed", "zh-Hans": "联营办公室获发许可证"},
                "kind": "qgk:event-licence-issuance",
                "concerns": "qgd:licence-zhiheng-celeblaws",
                "participant": ["qgd:body-shenzhen-justice-bureau", "qgd:org-celeblaws"],
            },
            {
                "id": "qgd:time-000-july-26",
                "type": "TimeReference",
                "reportedText": "On July 26",
                "begin": "2024-07-26",
                "edtf": "2024-07-26",
            },
            {
                "id": "qgd:obs-000-gdp",
                "type": "Observation",
                "value": "121.38",
                "indicator": "qgk:indicator-gdp",
            },
            {
                "id": "qgd:first-joint-office-guangdong",
                "comparisonClass": {"en": "Sino-foreign law firm joint offices"},
                "ordinal": 1,
            },
            {
                "id": "qgc:9f2c1a7be034",
                "type": "Claim",
                "subject": "qgd:org-zhiheng-celeblaws-office",
                "predicate": "qg:operatedBy",
                "object": "qgd:org-celeblaws",
            },
            {
                "id": "qgd:source-000",
                "language": "en",
                "url": "https://qh.sz.gov.cn/en/news/content/post_11528479.html",
                "accessed": "2026-11-22",
            },
        ],
    }
    expected = Graph().parse(
        data="\n".join(f"@prefix {p}: <{n}> ." for p, n in PREFIXES.items())
        + """
        qgd:event-joint-office-licensed a qg:Event ;
            rdfs:label "Joint office licensed"@en , "联营办公室获发许可证"@zh-Hans ;
            dcterms:type qgk:event-licence-issuance ;
            qg:concerns qgd:licence-zhiheng-celeblaws ;
            qg:participant qgd:body-shenzhen-justice-bureau , qgd:org-celeblaws .
        qgd:time-000-july-26 a qg:TimeReference ;
            qg:reportedText "On July 26" ;
            qg:begin "2024-07-26"^^xsd:date ;
            qg:edtf "2024-07-26" .
        qgd:obs-000-gdp a qg:Observation ;
            qg:value "121.38"^^xsd:decimal ;
            qg:indicator qgk:indicator-gdp .
        qgd:first-joint-office-guangdong
            qg:comparisonClass "Sino-foreign law firm joint offices"@en ;
            qg:ordinal 1 .
        qgc:9f2c1a7be034 a qg:Claim ;
            rdf:subject qgd:org-zhiheng-celeblaws-office ;
            rdf:predicate qg:operatedBy ;
            rdf:object qgd:org-celeblaws .
        qgd:source-000 dcterms:language "en" ;
            schema:url
                "https://qh.sz.gov.cn/en/news/content/post_11528479.html"^^xsd:anyURI ;
            qg:accessed "2026-11-22"^^xsd:date .
        """,
        format="turtle",
    )
    found = Graph().parse(data=json.dumps(document), format="json-ld")
    assert isomorphic(found, expected), (
        (found - expected).serialize() + "missing:\n" + (expected - found).serialize()
    )
    assert (None, DCTERMS.language, Literal("en")) in found

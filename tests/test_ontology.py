"""What is read from an ontology: labels, the tree of classes, and how things are drawn."""

from __future__ import annotations

import pyoxigraph
import pytest

from qgraph.graph import load
from qgraph.languages import in_words
from qgraph.ontology import Concept, Edge, Ontology, Style, bundled_ontology
from qgraph.terms import PREFIXES, QG, expand

TERMS = (
    "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in PREFIXES.items())
    + """
<https://w3id.org/qgraph/ns> a owl:Ontology ; owl:versionInfo "9.8" .
qg:Thing a owl:Class ; rdfs:label "thing"@en , "事物"@zh-Hans ; skos:definition "any"@en ;
    qg:nodeColour "#111111" ; qg:nodeShape "star" ; qg:nodeOrder 2 .
qg:Place a owl:Class ; rdfs:subClassOf qg:Thing , dcterms:Location ;
    rdfs:label "place"@en , "area"@en .
qg:Zone a owl:Class ; rdfs:subClassOf qg:Place ; qg:nodeColour "#222222" ;
    qg:nodeOrder 1 ; qg:hiddenAtFirst true .
qg:Bare a owl:Class ; rdfs:subClassOf qg:Bare .
qg:locatedIn a owl:ObjectProperty ; qg:edgeLabel "in"@en , "位于"@zh-Hans ;
    qg:edgeGroup qgk:edge-group-place ; qg:edgeReversed true .
qg:near a owl:ObjectProperty ; qg:edgeLabel "near"@en .
qg:value a owl:DatatypeProperty ; rdfs:label "value"@en .
qgk:kinds a skos:ConceptScheme .
qgk:kind-b a skos:Concept ; skos:inScheme qgk:kinds ; skos:prefLabel "b"@en ;
    skos:broader qgk:kind-a .
qgk:kind-a a qg:Indicator ; skos:inScheme qgk:kinds ; skos:prefLabel "甲"@zh-Hans ;
    skos:definition "first"@en .
qgd:place-shenzhen a qg:Place ; rdfs:label "Shenzhen"@en .
qgd:odd a "no class" , [] . [] a owl:Class .
"""
)


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology(pyoxigraph.parse(TERMS, pyoxigraph.RdfFormat.TURTLE))


def test_only_terms_are_kept(ontology: Ontology) -> None:
    assert QG.Place in ontology
    assert expand("qgd:place-shenzhen") not in ontology
    assert len(list(ontology)) == 11
    assert [iri.removeprefix(PREFIXES["qg"]) for iri in ontology.classes] == [
        "Bare",
        "Place",
        "Thing",
        "Zone",
    ]
    assert [iri.removeprefix(PREFIXES["qg"]) for iri in ontology.properties] == [
        "locatedIn",
        "near",
        "value",
    ]


def test_triples_do_as_well_as_quads() -> None:
    quads = pyoxigraph.parse(TERMS, pyoxigraph.RdfFormat.TURTLE)
    assert Ontology(quad.triple for quad in quads).version == "9.8"


def test_the_version_is_empty_where_none_is_stated() -> None:
    assert Ontology([]).version == ""


def test_labels_fall_back_to_english_and_then_to_the_id(ontology: Ontology) -> None:
    thing = expand("qg:Thing")
    assert ontology.label(thing, "zh") == "事物"
    assert ontology.label(expand("qg:value"), "zh") == "value"
    assert ontology.label(expand("qgk:kind-a"), "en") == "甲"
    assert ontology.label(expand("qg:Bare"), "zh") == "qg:Bare"
    assert ontology.label(expand("qgd:place-shenzhen")) == "place-shenzhen"
    assert ontology.labels(thing) == {"en": "thing", "zh": "事物"}
    assert ontology.definition(thing, "zh") == "any"
    assert ontology.definitions(expand("qg:nosuch")) == {}
    assert ontology.definition(expand("qg:nosuch")) == ""


def test_of_two_labels_in_one_language_it_is_always_the_same(ontology: Ontology) -> None:
    assert ontology.label(QG.Place) == "area"


def test_superclasses_come_nearest_first_and_a_circle_ends(ontology: Ontology) -> None:
    assert ontology.superclasses(QG.Zone) == (
        QG.Place,
        expand("dcterms:Location"),
        expand("qg:Thing"),
    )
    assert ontology.superclasses(expand("qg:Bare")) == ()
    assert ontology.subclasses(expand("qg:Thing")) == {QG.Place, QG.Zone}


def test_the_most_specific_type_is_one_of_ours(ontology: Ontology) -> None:
    assert ontology.most_specific([expand("qg:Thing"), QG.Zone, expand("foaf:Agent")]) == QG.Zone
    assert ontology.most_specific([expand("foaf:Agent")]) == expand("foaf:Agent")
    assert ontology.most_specific([]) is None


def test_edges_are_the_relations_with_an_edge_label(ontology: Ontology) -> None:
    located, near = QG.locatedIn, expand("qg:near")
    assert ontology.edges() == {
        located: Edge(
            located, {"en": "in", "zh": "位于"}, expand("qgk:edge-group-place"), reversed=True
        ),
        near: Edge(near, {"en": "near"}, "", reversed=False),
    }


def test_styles_are_inherited_part_by_part_and_come_in_the_order_of_the_legend(
    ontology: Ontology,
) -> None:
    thing = expand("qg:Thing")
    assert list(ontology.styles().values()) == [
        Style(QG.Zone, "#222222", "star", 1, hidden_at_first=True),
        Style(QG.Place, "#111111", "star", 2, hidden_at_first=False),
        Style(thing, "#111111", "star", 2, hidden_at_first=False),
    ]


def test_a_style_has_a_shape_even_if_none_is_declared() -> None:
    text = TERMS.replace('qg:nodeShape "star" ;', "").replace("qg:nodeOrder 2", "a owl:Class")
    style = Ontology(pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE)).styles()[QG.Place]
    assert style.shape == "dot"
    assert style.order > 1000


def test_concepts_are_found_by_scheme_whatever_their_class(ontology: Ontology) -> None:
    scheme = expand("qgk:kinds")
    assert ontology.schemes == (scheme,)
    assert [concept.iri for concept in ontology.concepts(scheme)] == [
        expand("qgk:kind-a"),
        expand("qgk:kind-b"),
    ]
    assert ontology.kinds[expand("qgk:kind-b")] == Concept(
        expand("qgk:kind-b"), scheme, {"en": "b"}, {}, (expand("qgk:kind-a"),)
    )
    assert ontology.concepts(expand("qgk:nosuch")) == ()


@pytest.mark.parametrize(
    ("texts", "language", "chosen"),
    [
        ({"en": "a", "zh": "甲"}, "zh", "甲"),
        ({"en": "a", "fr": "b"}, "zh", "a"),
        ({"fr": "b", "de": "c"}, "zh", "c"),
        ({}, "en", ""),
    ],
)
def test_a_text_is_chosen_by_language(texts: dict[str, str], language: str, chosen: str) -> None:
    assert in_words(texts, language) == chosen


def test_the_bundled_ontology_names_its_classes_in_both_languages() -> None:
    ontology = bundled_ontology()
    assert ontology.label(QG.LawFirm) == "law firm"
    assert "律" in ontology.label(QG.LawFirm, "zh")
    assert ontology.styles()[QG.Measure].order == 1
    assert ontology.kinds


def test_a_graph_with_its_own_terms_uses_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the default graph of a file, as in the named graph that the compiler writes."""
    folder = tmp_path_factory.mktemp("own")
    text = TERMS + 'qg:Measure a owl:Class ; rdfs:label "my measure"@en .\n'
    (folder / "own.ttl").write_text(text, "utf-8")
    assert load(folder / "own.ttl").ontology.label(QG.Measure) == "my measure"
    prefixes, _, rest = text.partition("<https://w3id.org/qgraph/ns>")
    (folder / "own.trig").write_text(f"{prefixes} qgg:ontology {{ <urn:x>{rest} }}", "utf-8")
    assert load(folder / "own.trig").ontology.label(QG.Measure) == "my measure"

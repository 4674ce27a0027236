"""The graph as RDF: nothing lost, nothing added, the same bytes every time."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from qgraph.errors import CannotWrite
from qgraph.export.rdf import FORMATS, part, render
from qgraph.graph import Graph, load
from qgraph.network import prepare
from qgraph.terms import PREFIXES, XSD, expand

DATA = Path(__file__).parent / "data"
ENGINE = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
}
RDFLIB = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "nt",
    ".nq": "nquads",
    ".jsonld": "json-ld",
    ".rdf": "xml",
    ".xml": "xml",
}
WITH_GRAPHS = {".trig", ".nq", ".jsonld"}
A = NamedNode("https://example.org/a")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load(DATA / "network.trig")


@pytest.fixture(scope="module")
def hostile() -> Graph:
    return load(DATA / "hostile.trig")


def count_in_rdflib(data: bytes, suffix: str) -> int:
    dataset = rdflib.Dataset()
    with warnings.catch_warnings():
        # It warns of names that it uses itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset.parse(data=data, format=RDFLIB[suffix])
    return sum(1 for _ in dataset.quads())


def read(data: bytes, suffix: str) -> pyoxigraph.Dataset:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(data, ENGINE[suffix]))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def meant(graph: Graph, suffix: str) -> pyoxigraph.Dataset:
    quads = graph.quads()
    kept = quads if suffix in WITH_GRAPHS else (Quad(*quad.triple) for quad in quads)
    dataset = pyoxigraph.Dataset(kept)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def test_every_format_is_tested() -> None:
    assert FORMATS.keys() == ENGINE.keys() == RDFLIB.keys()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_engine_reads_back_the_same_statements(graph: Graph, suffix: str) -> None:
    assert read(render(suffix, graph.quads()), suffix) == meant(graph, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_rdflib_reads_back_as_many_statements(graph: Graph, suffix: str) -> None:
    written = render(suffix, graph.quads())
    assert count_in_rdflib(written, suffix) == len(meant(graph, suffix))


@pytest.mark.parametrize("suffix", sorted(set(FORMATS) - {".rdf", ".xml"}))
def test_hostile_texts_are_read_back_unchanged(hostile: Graph, suffix: str) -> None:
    assert read(render(suffix, hostile.quads()), suffix) == meant(hostile, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_order_of_the_statements_does_not_matter(graph: Graph, suffix: str) -> None:
    quads = sorted(graph.quads(), key=str)
    assert render(suffix, quads) == render(suffix, reversed(quads))


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_can_be_written(suffix: str) -> None:
    assert len(read(render(suffix, []), suffix)) == 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_names_of_blank_nodes_do_not_matter(suffix: str) -> None:
    def quads(*names: str) -> list[Quad]:
        one, two = map(BlankNode, names)
        return [Quad(one, A, two), Quad(two, A, Literal("end"))]

    assert render(suffix, quads("x", "y")) == render(suffix, quads("q7", "b"))
    assert count_in_rdflib(render(suffix, quads("x", "y")), suffix) == 2


@pytest.mark.parametrize("suffix", [".trig", ".nq", ".jsonld"])
def test_a_graph_may_have_no_name_or_a_blank_one(suffix: str) -> None:
    quads = [Quad(A, A, A), Quad(A, A, A, A), Quad(A, A, A, BlankNode("g"))]
    assert len(read(render(suffix, quads), suffix)) == 3


@pytest.mark.parametrize("suffix", FORMATS)
def test_values_keep_their_form(suffix: str) -> None:
    """A number is not made another: 007 stays 007, 94.0 stays 94.0, an odd value stays odd."""
    forms = [
        Literal("007", datatype=NamedNode(XSD.integer)),
        Literal("+7", datatype=NamedNode(XSD.integer)),
        Literal("94.0", datatype=NamedNode(XSD.decimal)),
        Literal("7.", datatype=NamedNode(XSD.decimal)),
        Literal("1", datatype=NamedNode(XSD.boolean)),
        Literal("true", datatype=NamedNode(XSD.boolean)),
        Literal("1e3", datatype=NamedNode(XSD.double)),
        Literal("soon", datatype=NamedNode(XSD.date)),
        Literal("2024-07-26", datatype=NamedNode(XSD.date)),
        Literal("x", datatype=NamedNode("https://example.org/type")),
        Literal('deux\nlignes\r\t\\ "\'\'\'"""', language="fr"),
        Literal(""),
        Literal(" spaces "),
    ]
    for name in ("qg:value", "qg:ordinal", "qg:begin", "qg:note", "rdfs:label", "schema:url"):
        quads = [Quad(A, NamedNode(expand(name)), form) for form in forms]
        assert {quad.object for quad in read(render(suffix, quads), suffix)} == set(forms)


# --- Turtle and TriG --------------------------------------------------------------------------


def test_turtle_is_made_to_be_read(graph: Graph) -> None:
    text = render(".ttl", graph.quads()).decode()
    assert text.startswith("@prefix qg: <https://w3id.org/qgraph/ns#> .\n@prefix qgk: ")
    assert (
        "\n\nqgd:event-licensed a qg:Event ;\n"
        '    rdfs:label "Office licensed"@en ;\n'
        "    qg:concerns qgd:licence-office ;\n" in text
    )
    assert "    qg:value 94 ." in text
    assert '"2012-12-31"^^xsd:date' in text
    assert text.count("qgd:org-joint-office a ") == 1
    assert text.endswith(" .\n")


def test_trig_keeps_the_graphs_apart(graph: Graph) -> None:
    text = render(".trig", graph.quads()).decode()
    assert "\nqgg:source-page {\n    qgc:0000000000b1 a qg:Claim ;\n        rdf:object " in text
    assert text.endswith(" .\n}\n")


def test_lines_are_sorted(graph: Graph) -> None:
    lines = render(".nq", graph.quads()).splitlines()
    assert lines == sorted(lines)
    assert len(lines) == len(graph)


# --- RDF/XML ----------------------------------------------------------------------------------


def test_unknown_namespaces_get_a_prefix() -> None:
    properties = ["https://example.org/x#one", "https://example.org/x#two", "urn:y:three"]
    quads = [Quad(A, NamedNode(iri), Literal("<&\r>")) for iri in properties]
    text = render(".rdf", quads).decode()
    assert "<ns1:two>&lt;&amp;&#13;&gt;</ns1:two>" in text
    assert 'xmlns:ns2="urn:y:"' in text
    assert len(read(text.encode(), ".rdf")) == 3


@pytest.mark.parametrize(
    ("quad", "what"),
    [
        (Quad(A, NamedNode("https://example.org/1"), A), "property <https://example.org/1>"),
        (Quad(A, A, Literal("\x01")), "character U\\+0001"),
        (Quad(A, A, Literal("\ufffe")), "character U\\+FFFE"),
        (Quad(A, A, Triple(A, A, A)), "triple terms"),
    ],
)
def test_what_rdf_xml_cannot_hold_is_told(quad: Quad, what: str) -> None:
    with pytest.raises(CannotWrite, match=f"RDF/XML has no place for .*{what}") as caught:
        render(".rdf", [quad])
    assert ".ttl" in caught.value.hint


# --- JSON-LD ----------------------------------------------------------------------------------


def test_json_ld_uses_the_words_of_the_context(graph: Graph) -> None:
    document = json.loads(render(".jsonld", graph.quads()))
    (page,) = [named for named in document["@graph"] if named["id"] == "qgg:source-page"]
    nodes = {node["id"]: node for node in page["@graph"]}
    assert nodes["qgc:0000000000b1"]["type"] == "Claim"
    assert nodes["qgc:0000000000b1"]["predicate"] == "qg:basedIn"
    assert nodes["qgd:source-page"]["label"] == {"en": "Invented page"}
    assert document["@context"]["qg"] == PREFIXES["qg"]


def test_the_default_graph_stands_on_top() -> None:
    document = json.loads(render(".jsonld", [Quad(A, A, A), Quad(A, A, A, A)]))
    assert [sorted(entry) for entry in document["@graph"]] == [[A.value, "id"], ["@graph", "id"]]


@pytest.mark.parametrize(
    ("term", "what"),
    [(NamedNode("org:x"), "<org:x>, which would be"), (Triple(A, A, A), "triple terms")],
)
def test_what_json_ld_cannot_hold_is_told(term: NamedNode | Triple, what: str) -> None:
    with pytest.raises(CannotWrite, match=f"JSON-LD has no place for .*{what}"):
        render(".jsonld", [Quad(A, A, term)])


# --- Parts ------------------------------------------------------------------------------------


def test_a_part_holds_what_belongs_to_its_things(graph: Graph) -> None:
    quads = list(part(graph, prepare(graph, focus="place-shenzhen")))
    about = {quad.subject.value.rpartition("/")[2] for quad in quads}  # type: ignore[union-attr]
    assert about == {
        "place-shenzhen", "place-qianhai-zone", "obs-launched", "obs-promoted", "time-000-to-date",
        "source-000", "evidence-000-494-504", "evidence-000-4137-4174", "evidence-000-4176-4217",
    }  # fmt: skip
    assert set(quads) < set(graph.quads())


def test_a_part_holds_the_claims_between_its_things_and_no_other(graph: Graph) -> None:
    kept = part(graph, prepare(graph, focus="org-zhiheng"))
    claims = {quad.subject.value for quad in kept if "/claim/" in str(quad.subject)}  # type: ignore[union-attr]
    assert claims == {PREFIXES["qgc"] + "0000000000a2"}


def test_a_part_leads_to_nothing_outside(graph: Graph) -> None:
    whole = {node.iri for node in prepare(graph, years=True).nodes}
    near = prepare(graph, focus="licence-office")
    inside = {node.iri for node in near.nodes}
    objects = {getattr(quad.object, "value", "") for quad in part(graph, near)}
    assert objects & (whole - inside) == set()


def test_a_part_leaves_the_ontology_out() -> None:
    graph = Graph(pyoxigraph.Store(), "a test")
    ontology = NamedNode(PREFIXES["qgg"] + "ontology")
    place = NamedNode(expand("qg:Place"))
    is_a, owl_class = NamedNode(expand("rdf:type")), NamedNode(expand("owl:Class"))
    colour = NamedNode(expand("qg:nodeColour"))
    graph.store.extend(
        [
            Quad(place, is_a, owl_class, ontology),
            Quad(place, colour, Literal("#000000"), ontology),
            Quad(A, is_a, place),
            Quad(BlankNode("b"), is_a, place),
        ]
    )
    assert list(part(graph, prepare(graph))) == [Quad(A, is_a, place)]

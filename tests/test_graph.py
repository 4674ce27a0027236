"""The graph: opened from wherever it is, asked, and never changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest

import qgraph
from qgraph.errors import InvalidInput, InvalidQuery, NotFound, QGraphError
from qgraph.graph import Graph, Rows, Triples, Truth, choose, load
from qgraph.terms import PREFIXES, QG, RDF, RDFS, expand

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "data" / "small.trig"


def ids(answer: object) -> list[str]:
    """The first column of some rows, as local names."""
    assert isinstance(answer, Rows)
    return [str(row[0]).strip("<>").rpartition("/")[2] for row in answer.solutions]


@pytest.fixture
def store(tmp_path: Path, small: Graph) -> Iterator[Path]:
    """The small graph as an on-disk store."""
    folder = tmp_path / "store"
    written = pyoxigraph.Store(str(folder))
    written.bulk_extend(small.quads())
    written.flush()
    del written
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_file_is_opened_whole(small: Graph) -> None:
    assert len(small) == len(list(small.quads())) == 252
    assert small.origin == str(SMALL)


def test_the_bundled_graph_is_compiled_once_and_then_the_same() -> None:
    first, second = qgraph.load(), qgraph.load()
    assert set(first.quads()) == set(second.quads())
    assert first.origin == f"bundled graph of qgraph {qgraph.__version__}"
    assert first.find("place-qianhai-cooperation-zone")


def test_a_folder_of_tables_is_compiled(tmp_path: Path) -> None:
    tables = tmp_path / "mine"
    shutil.copytree(ROOT / "graph", tables)
    graph = load(tables)
    assert set(graph.quads()) == set(load().quads())
    assert graph.origin == f"tables in {tables}"


def test_a_fault_in_a_table_is_told_with_its_place(tmp_path: Path, founding_tables: Path) -> None:
    tables = tmp_path / "mine"
    shutil.copytree(founding_tables, tables)
    path = tables / "places.csv"
    path.write_text(path.read_text("utf-8").replace("country", "contry", 1), "utf-8")
    with pytest.raises(InvalidInput, match=r"places\.csv:2"):
        load(tables)


def test_an_on_disk_store_is_opened(store: Path, small: Graph) -> None:
    graph = load(str(store))
    assert set(graph.quads()) == set(small.quads())
    assert graph.origin == f"store in {store}"


def test_a_store_that_another_program_writes_can_still_be_read(store: Path) -> None:
    writer = pyoxigraph.Store(str(store))
    try:
        assert len(load(store)) == 252
    finally:
        del writer


def test_a_damaged_store_says_so(store: Path) -> None:
    for file in store.glob("MANIFEST-*"):
        file.unlink()
    with pytest.raises(InvalidInput, match="cannot be opened") as caught:
        load(store)
    assert "damaged" in caught.value.problems[0].hint


def test_a_store_damaged_inside_says_so_when_it_is_asked(store: Path) -> None:
    for file in store.glob("*.sst"):
        if file.stat().st_size > 4096:
            spoil(file)
    graph = load(store)
    with pytest.raises(QGraphError, match="is damaged") as caught:
        graph.query("SELECT * { ?s ?p ?o }")
    assert "new store" in caught.value.hint
    assert store.exists()


def spoil(file: Path) -> None:
    """Flip bytes of the first data block of a RocksDB table; its size and its index stay."""
    data = bytearray(file.read_bytes())
    for place in range(8, 64):
        data[place] ^= 0xFF
    file.write_bytes(data)


def test_a_folder_that_is_no_graph_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"neither csv-metadata\.json nor an Oxigraph store"):
        load(tmp_path)


@pytest.mark.parametrize("address", ["http://localhost:7878/query", "https://example.org/sparql"])
def test_an_endpoint_is_refused_for_now(address: str) -> None:
    with pytest.raises(QGraphError, match="not supported yet") as caught:
        load(address)
    assert caught.value.hint


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load(tmp_path / "nosuch.ttl")


# --- Without what was inferred ------------------------------------------------------------------


def test_inferred_statements_can_be_left_out_and_the_graph_says_so(small: Graph) -> None:
    asserted = load(SMALL, inferred=False)
    assert (small.inferred, asserted.inferred) == (True, False)
    assert asserted.origin == f"{SMALL}, without inferred statements"
    pilots = "SELECT ?pilot { ?pilot a qg:Pilot }"
    assert ids(small.query(pilots)) == ["pilot-joint-office"]
    assert ids(asserted.query(pilots)) == []
    where = "SELECT ?place { qgd:org-joint-office qg:basedIn ?place }"
    assert ids(small.query(where)) == ["place-qianhai"]
    assert ids(asserted.query(where)) == []
    zones = "SELECT ?zone { ?measure qg:inZone ?zone }"  # derived from the pilot
    assert ids(small.query(zones)) == ["place-qianhai-zone"]
    assert ids(asserted.query(zones)) == []
    partners = "SELECT ?firm { qgd:org-joint-office qg:operatedBy ?firm }"
    assert ids(asserted.query(partners)) == ids(small.query(partners))


def test_it_is_the_same_from_a_file_tables_or_a_store(
    store: Path, founding_tables: Path, founding: Graph
) -> None:
    from_file = set(load(SMALL, inferred=False).quads())
    from_store = load(store, inferred=False)
    assert set(from_store.quads()) == from_file
    assert from_store.origin == f"store in {store}, without inferred statements"
    assert len(load(store)) == 252  # the store itself has not changed
    tables = load(founding_tables, inferred=False)
    assert tables.origin == f"tables in {founding_tables}, without inferred statements"
    assert len(tables) < len(founding)
    assert not any("modality-inferred" in str(quad.object) for quad in tables.quads())


def test_the_bundled_graph_is_kept_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, asserted = load(), load(inferred=False)
    assert asserted.origin == f"{whole.origin}, without inferred statements"
    assert 0 < len(asserted) < len(whole)
    monkeypatch.setattr("qgraph.graph._compile", None)  # nothing is compiled a second time
    assert set(load().quads()) == set(whole.quads())
    assert set(load(inferred=False).quads()) == set(asserted.quads())


def test_who_asks_for_what_is_left_out_is_told_so() -> None:
    with pytest.raises(NotFound, match="'pilot-joint-office'") as caught:
        load(SMALL, inferred=False).find("pilot-joint-office")
    assert caught.value.hint.endswith("Inferred statements are left out, and it may be among them.")


# --- Asking ---------------------------------------------------------------------------------------


def test_the_default_graph_is_the_union_of_all(small: Graph) -> None:
    assert ids(small.query("SELECT ?m { ?m a qg:Measure ; qg:inZone ?zone }")) == [
        "measure-joint-office"
    ]


def test_from_names_the_graphs_that_are_asked(small: Graph) -> None:
    """The engine passes over FROM when it is asked for the union; then nothing is left out."""
    claims = "SELECT ?claim {} {{ ?claim a qg:Claim }}"
    assert len(ids(small.query(claims.format("")))) == 4
    assert ids(small.query(claims.format("FROM qgg:source-invented"))) == ["0000000000b1"]
    named = "SELECT ?g FROM NAMED qgg:source-invented { GRAPH ?g { ?c a qg:Claim } }"
    assert ids(small.query(named)) == ["source-invented"]


def test_each_kind_of_query_has_its_kind_of_answer(small: Graph) -> None:
    assert small.query("ASK { ?m a qg:Measure }") == Truth(value=True)
    assert small.query("ASK { ?m a qg:Adoption }") == Truth(value=False)
    rows = small.query("SELECT ?label ?nothing { qgd:place-china rdfs:label ?label }")
    assert rows == Rows(
        ("label", "nothing"),
        (
            (pyoxigraph.Literal("China", language="en"), None),
            (pyoxigraph.Literal("中国", language="zh-hans"), None),
        ),
    )
    described = small.query("DESCRIBE qgd:place-china")
    assert isinstance(described, Triples)
    assert [str(triple) for triple in described.triples] == sorted(
        str(quad.triple)
        for quad in small.quads()
        if str(quad.subject) == f"<{PREFIXES['qgd']}place-china>"
    )


def test_rows_without_an_order_come_in_one(small: Graph) -> None:
    places = ids(small.query("SELECT ?s { ?s a qg:Place }"))
    assert places == sorted(places)
    down = ids(small.query("SELECT ?s { ?s a qg:Place } ORDER BY DESC(?s)"))
    assert down == places[::-1]


def test_every_prefix_is_known_without_being_declared(small: Graph) -> None:
    for prefix in PREFIXES:
        small.query(f"ASK {{ ?s ?p {prefix}:x }}")


def test_updates_are_refused(small: Graph) -> None:
    with pytest.raises(InvalidQuery, match="INSERT changes a graph"):
        small.query("INSERT DATA { qgd:a rdfs:label 'x' }")
    assert len(small) == 252


def test_a_server_that_does_not_answer_is_named_as_the_cause(small: Graph) -> None:
    text = "SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }"
    with pytest.raises(InvalidQuery, match="another server"):
        small.query(text)
    with pytest.raises(InvalidQuery, match="could not be answered") as caught:
        small.query(text, allow_service=True)
    assert "SERVICE" in caught.value.hint


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "place-guangdong",
        "qgd:place-guangdong",
        PREFIXES["qgd"] + "place-guangdong",
        f"<{PREFIXES['qgd']}place-guangdong>",
        "Guangdong",
        "ＧＵＡＮＧＤＯＮＧ",
        " guang" + "dong ",
        "广东",
    ],
)
def test_a_thing_is_found_by_id_address_or_label(small: Graph, name: str) -> None:
    assert small.find(name) == expand("qgd:place-guangdong")


@pytest.mark.parametrize(
    ("name", "curie"),
    [
        ("field-legal-services", "qgk:field-legal-services"),
        ("Measure", "qg:Measure"),
        ("0000000000a1", "qgc:0000000000a1"),
        ("in-zone", "qgr:in-zone"),
        ("Qianhai Cooperation Zone", "qgd:place-qianhai-zone"),
    ],
)
def test_kinds_classes_claims_and_rules_are_found_too(small: Graph, name: str, curie: str) -> None:
    assert small.find(name) == expand(curie)


def test_a_name_of_several_things_is_answered_with_all_of_them(small: Graph) -> None:
    with pytest.raises(NotFound, match="name of 2 things") as caught:
        small.find("qianhai")
    assert "place-qianhai (Qianhai area)" in caught.value.hint
    assert "place-qianhai-zone (Qianhai Cooperation Zone)" in caught.value.hint


def test_a_misspelt_name_is_answered_with_the_nearest(small: Graph) -> None:
    with pytest.raises(NotFound) as caught:
        small.find("place-guangdnog")
    assert "place-guangdong (Guangdong)" in caught.value.hint
    with pytest.raises(NotFound) as caught:
        small.find("a name with nothing in common: xyzzy")
    assert "qgraph search" in caught.value.hint


@pytest.mark.parametrize(
    ("curie", "language", "label"),
    [
        ("qgd:place-china", "en", "China"),
        ("qgd:place-china", "zh", "中国"),
        ("qgd:org-celeblaws", "zh", "Celeblaws, P. A."),  # has none in Chinese
        ("qgd:obs-gdp", "zh", "121.38 billion yuan"),  # the words of its source
        ("qg:LawFirm", "en", "law firm"),  # from the bundled ontology
        ("qgk:field-legal-services", "zh", "法律服务"),
        ("qgd:first-shared", "en", "first-shared"),
        ("prov:Plan", "en", "prov:Plan"),
    ],
)
def test_labels_fall_back(small: Graph, curie: str, language: str, label: str) -> None:
    assert small.label(expand(curie), language) == label


def test_of_several_texts_the_language_then_english_then_the_first_is_chosen() -> None:
    german = pyoxigraph.Literal("b", language="de")
    plain = pyoxigraph.Literal("a")
    english = pyoxigraph.Literal("c", language="en-GB")
    assert choose([german, plain, english], "de") == "b"
    assert choose([german, plain, english], "zh") == "c"
    assert choose([german, plain], "zh") == "a"
    assert choose([pyoxigraph.NamedNode("urn:x")], "zh") == ""


# --- rdflib ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")  # rdflib's own
def test_rdflib_has_the_same_statements_in_the_same_graphs(small: Graph) -> None:
    import rdflib

    dataset = small.rdflib()
    theirs = {(str(s), str(p), str(o), str(g)) for s, p, o, g in dataset.quads()}
    ours = {
        (quad.subject.value, quad.predicate.value, quad.object.value, quad.graph_name.value)
        for quad in small.quads()
        if not isinstance(quad.subject, pyoxigraph.Triple)
        and not isinstance(quad.object, pyoxigraph.Triple)
        and not isinstance(quad.graph_name, pyoxigraph.DefaultGraph)
    }
    assert len(ours) == 252
    assert theirs == ours
    value = dataset.value(rdflib.URIRef(expand("qgd:obs-growth")), rdflib.URIRef(QG.value))
    assert value == rdflib.Literal("7.1", datatype=rdflib.XSD.decimal)
    china = rdflib.URIRef(expand("qgd:place-china"))
    labels = set(dataset.objects(china, rdflib.RDFS.label))  # of the union
    assert labels == {rdflib.Literal("China", lang="en"), rdflib.Literal("中国", lang="zh-hans")}
    assert dataset.namespace_manager.expand_curie("qgd:x") == rdflib.URIRef(PREFIXES["qgd"] + "x")


def test_rdflib_keeps_blank_nodes_and_the_default_graph(tmp_path: Path) -> None:
    import rdflib

    path = tmp_path / "a.nt"
    path.write_text(f'_:x <{RDFS.label}> "x" .\n<urn:a> <{RDF.type}> _:x .\n', "utf-8")
    assert set(load(path).rdflib().default_graph) == {
        (rdflib.BNode("x"), rdflib.RDFS.label, rdflib.Literal("x")),
        (rdflib.URIRef("urn:a"), rdflib.RDF.type, rdflib.BNode("x")),
    }


def test_rdflib_has_no_place_for_triple_terms(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:c> <urn:reifies> <<( <urn:s> <urn:p> <urn:o> )>> .", "utf-8")
    graph = load(path)
    with pytest.raises(QGraphError, match="triple term"):
        graph.rdflib()

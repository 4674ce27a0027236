"""What the compiler makes of good tables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from qgraph.compile import Compilation
from qgraph.terms import PREFIXES, QG, QGG, RDF

from .conftest import ONTOLOGY, ROOT, Tables

SOURCE = PREFIXES["qgg"] + "source-000"


@pytest.fixture(scope="module")
def bundled() -> Compilation:
    """Give the bundled tables, compiled once."""
    return Tables(ROOT / "graph").compile()


def _store(compilation: Compilation) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(compilation.quads)
    return store


def _rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple("" if term is None else term.value for term in row) for row in solutions]


def test_source_000_alone_holds_a_thousand_triples(bundled: Compilation) -> None:
    counts = Counter(str(quad.graph_name).strip("<>") for quad in bundled.quads)
    assert counts[SOURCE] >= 1000


# rdflib 7.6 warns of its own use of a deprecated name when a dataset parses.
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_rdflib_and_pyoxigraph_read_the_same_number_of_quads(bundled: Compilation) -> None:
    data = ox.serialize(bundled.quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None
    dataset = rdflib.Dataset()
    dataset.parse(data=data, format="nquads")
    read = list(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    assert len(bundled.quads) == len(set(bundled.quads)) == len(read) == len(set(dataset.quads()))


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_does_not_matter(
    founding_compiled: Compilation, tables: Tables, order: int
) -> None:
    for table in ("statements", "observations", "times", "events"):
        tables.write(table, tables.read(table)[::order])
    assert tables.compile().quads == founding_compiled.quads


def test_two_hash_seeds_give_the_same_bytes() -> None:
    program = (
        "import sys, hashlib, pyoxigraph as ox; from qgraph.compile import compile_folder; "
        "quads = compile_folder(sys.argv[1], sys.argv[2]).quads; "
        "print(hashlib.sha256(ox.serialize(quads, format=ox.RdfFormat.N_QUADS)).hexdigest())"
    )
    command = [sys.executable, "-c", program, str(ROOT / "graph"), str(ONTOLOGY)]
    printed = {
        subprocess.run(
            command,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_every_link_between_two_things_has_a_claim_with_evidence(bundled: Compilation) -> None:
    query = """
    SELECT ?s ?p ?o WHERE {
      ?s ?p ?o
      FILTER(STRSTARTS(STR(?s), STR(qgd:)) && STRSTARTS(STR(?o), STR(qgd:)))
      FILTER(?p NOT IN (qg:evidence, qg:quotedFrom, qg:inSource))
      FILTER NOT EXISTS { ?s a/rdfs:subClassOf* qg:Record }
      FILTER NOT EXISTS {
        ?c a qg:Claim ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;
          qg:evidence/qg:quotedFrom ?source }
      FILTER NOT EXISTS { ?rule a qg:Rule . GRAPH ?rule { ?s ?p ?o } }
    }"""
    assert _rows(_store(bundled), query) == []


def test_every_record_has_evidence(bundled: Compilation) -> None:
    query = """
    SELECT ?node WHERE {
      ?node a/rdfs:subClassOf* qg:Record
      FILTER NOT EXISTS { ?node qg:evidence/qg:quotedFrom ?source }
    }"""
    assert _rows(_store(bundled), query) == []
    records = _rows(_store(bundled), "SELECT ?n WHERE { ?n a/rdfs:subClassOf* qg:Record }")
    assert len(records) > 100


def test_moving_the_anchor_moves_only_times_and_the_years_derived_from_them(
    founding_compiled: Compilation, tables: Tables
) -> None:
    tables.change("times", "time-000-publication", edtf="2023-08")
    moved = set(founding_compiled.quads) ^ set(tables.compile().quads)
    moved = {quad for quad in moved if quad.graph_name != ox.NamedNode(QGG.dataset)}
    assert moved
    times = {
        quad.subject
        for quad in founding_compiled.quads
        if quad.predicate.value == RDF.type and str(quad.object) == f"<{QG.TimeReference}>"
    }
    rules = {quad.graph_name for quad in moved if quad.subject not in times}
    allowed = ("years", "in-year", "first-pilot")
    assert rules <= {ox.NamedNode(PREFIXES["qgr"] + name) for name in allowed}
    said = {quad.predicate.value for quad in moved if quad.subject in times}
    assert said <= {QG.begin, QG.end, QG.edtf, QG.inYear}
    store = _store(tables.compile())
    assert _rows(store, "SELECT ?d WHERE { qgd:time-000-july-26 qg:begin ?d }") == [("2023-07-26",)]


def test_reported_and_resolved_times_stand_apart(bundled: Compilation) -> None:
    query = """
    SELECT ?words ?edtf ?begin ?end WHERE {
      qgd:time-000-first-half-of-this-year qg:reportedText ?words ; qg:edtf ?edtf ;
        qg:begin ?begin ; qg:end ?end }"""
    assert _rows(_store(bundled), query) == [
        ("In the first half of this year", "2024-01/2024-06", "2024-01-01", "2024-06-30")
    ]


def test_a_day_is_written_as_a_day(bundled: Compilation) -> None:
    days = {q.object for q in bundled.quads if q.predicate.value.endswith("#accessed")}
    assert days == {ox.Literal("2026-11-22", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))}


def test_no_evidence_holds_a_whole_sentence(bundled: Compilation) -> None:
    query = """
    SELECT ?evidence WHERE {
      ?evidence qg:inSegment ?segment ; qg:startOffset ?a ; qg:endOffset ?b .
      ?segment qg:startOffset ?c ; qg:endOffset ?d ; qg:role qgk:role-sentence .
      FILTER(?b - ?a >= ?d - ?c) }"""
    assert _rows(_store(bundled), query) == []


def test_a_rejected_claim_stays_but_its_link_goes(tables: Tables) -> None:
    rows = tables.read("statements")
    row = next(row for row in rows if row["subject"] == "org-smartmore")
    row["standing"] = "rejected"
    tables.write("statements", rows)
    store = _store(tables.compile())
    assert _rows(store, "SELECT ?o WHERE { qgd:org-smartmore qg:basedIn ?o }") == []
    claims = "SELECT ?o WHERE { ?c rdf:subject qgd:org-smartmore ; rdf:object ?o }"
    assert _rows(store, claims) == [(PREFIXES["qgd"] + "place-qianhai",)]


def test_an_attribute_can_be_stated_with_its_own_passage(tables: Tables) -> None:
    tables.append(
        "statements",
        subject="edition-ftz-index-57-areas",
        property="qg:fieldSize",
        object="54",
        standing="contested",
        source="source-lyrickcorp-57-areas",
        locator="whole page",
    )
    store = _store(tables.compile())
    sizes = "SELECT ?n WHERE { qgd:edition-ftz-index-57-areas qg:fieldSize ?n } ORDER BY ?n"
    assert _rows(store, sizes) == [("54",), ("57",)]


def test_a_statement_may_name_a_kind(tables: Tables) -> None:
    tables.append(
        "statements",
        subject="measure-hong-kong-law",
        property="qg:policyField",
        object="qgk:field-legal-services",
        source="source-lyrickcorp-57-areas",
        locator="whole page",
    )
    fields = "SELECT ?f WHERE { qgd:measure-hong-kong-law qg:policyField ?f } ORDER BY ?f"
    assert len(_rows(_store(tables.compile()), fields)) == 2


def test_a_thing_that_we_infer_says_why(bundled: Compilation) -> None:
    query = """SELECT ?modality WHERE { qgd:body-china-government qg:modality ?modality ;
      qg:reason ?why }"""
    assert _rows(_store(bundled), query) == [(PREFIXES["qgk"] + "modality-inferred",)]


def test_the_reason_for_a_link_is_not_said_of_the_thing(bundled: Compilation) -> None:
    query = "SELECT ?why WHERE { qgd:place-guangdong qg:reason ?why }"
    assert _rows(_store(bundled), query) == []


def test_what_a_source_says_lies_in_its_own_graph(bundled: Compilation) -> None:
    graphs = {str(quad.graph_name).strip("<>") for quad in bundled.quads}
    assert QGG.ontology in graphs
    named = {g for g in graphs if g.startswith(PREFIXES["qgg"])} - {QGG.ontology, QGG.dataset}
    rows = _rows(_store(bundled), "SELECT ?source WHERE { ?source a qg:Source }")
    assert named == {source.replace(PREFIXES["qgd"], PREFIXES["qgg"]) for (source,) in rows}
    assert SOURCE in named


def test_every_node_of_the_tables_knows_its_row(bundled: Compilation) -> None:
    origin = bundled.origins[PREFIXES["qgd"] + "obs-000-measures-promoted"]
    lines = Path(origin.file).read_text(encoding="utf-8").splitlines()
    assert lines[origin.line - 1].startswith("obs-000-measures-promoted,")
    nodes = {
        quad.subject.value
        for quad in bundled.quads
        if isinstance(quad.subject, ox.NamedNode)
        and str(quad.graph_name).strip("<>").startswith(PREFIXES["qgg"] + "source")
    }
    assert nodes <= set(bundled.origins)


@pytest.mark.parametrize(
    ("subject", "relation", "value"),
    [
        ("place-qianhai", "owl:differentFrom", "place-qianhai-cooperation-zone"),
        ("doc-qianhai-overall-plan", "dcterms:replaces", "doc-qianhai-overall-plan-of-before"),
        ("place-qianhai-cooperation-zone", "qg:belongsTo", "place-china"),
    ],
)
def test_a_relation_can_be_stated_whoever_declares_it(
    tables: Tables, subject: str, relation: str, value: str
) -> None:
    passage = {"source": "source-lyrickcorp-57-areas", "locator": "whole page"}
    for thing in {subject, value}:
        if thing.startswith("doc-"):
            tables.append(
                "documents", id=thing, label_en=thing, issued_by="body-china-government", **passage
            )
    tables.append("statements", subject=subject, property=relation, object=value, **passage)
    store = _store(tables.compile())
    links = f"SELECT ?o WHERE {{ qgd:{subject} {relation} ?o }}"
    claims = f"""SELECT ?o WHERE {{
      ?claim rdf:subject qgd:{subject} ; rdf:predicate {relation} ; rdf:object ?o }}"""
    assert _rows(store, links) == _rows(store, claims) == [(PREFIXES["qgd"] + value,)]

"""The description that a compiled graph has of itself as a dataset: honest, and in nobody's way."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

import qgraph
from qgraph.bundled import METADATA
from qgraph.compile import Compilation
from qgraph.compile.dataset import describe_dataset
from qgraph.describe import cover, describe, summarise
from qgraph.errors import InvalidInput
from qgraph.graph import Graph, load
from qgraph.network import prepare
from qgraph.ontology import bundled_ontology
from qgraph.questions import Question, all_questions
from qgraph.search import search
from qgraph.terms import DATASET, DCAT, DCTERMS, PREFIXES, QG, QGG, RDF, RDFS, VOID, XSD, expand

from .conftest import ONTOLOGY, Tables

GRAPH = ox.NamedNode(QGG.dataset)
TITLE = [
    {"@value": "Reform measures", "@language": "en"},
    {"@value": "改革措施", "@language": "zh-Hans"},
]


def described(quads: list[ox.Quad], subject: str = DATASET) -> dict[str, list[str]]:
    """Return what the description says of the dataset or of a part of it."""
    found: dict[str, list[str]] = {}
    for quad in quads:
        if quad.graph_name == GRAPH and quad.subject == ox.NamedNode(subject):
            value = quad.object
            assert not isinstance(value, ox.Triple)
            found.setdefault(quad.predicate.value, []).append(value.value)
    return {prop: sorted(values) for prop, values in found.items()}


def without(quads: list[ox.Quad]) -> list[ox.Quad]:
    return [quad for quad in quads if quad.graph_name != GRAPH]


@pytest.fixture(scope="module")
def dataset(founding_compiled: Compilation) -> dict[str, list[str]]:
    return described(founding_compiled.quads)


@pytest.fixture
def own(tmp_path: Path, founding_tables: Path) -> Tables:
    """Tables of the founding article whose metadata a test may change."""
    folder = tmp_path / "own"
    folder.mkdir()
    for file in founding_tables.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return Tables(folder)


def say(tables: Tables, **said: Any) -> None:
    """Replace what the metadata say of the tables as a whole; ``__`` stands for a colon."""
    file = tables.folder / METADATA
    metadata = json.loads(file.read_text("utf-8"))
    kept = {name: value for name, value in metadata.items() if ":" not in name}
    file.write_text(json.dumps({name.replace("__", ":"): v for name, v in said.items()} | kept))


# --- What it says ---------------------------------------------------------------------------------


def test_it_is_a_dataset_of_both_vocabularies(dataset: dict[str, list[str]]) -> None:
    assert dataset[RDF.type] == sorted([VOID.Dataset, DCAT.Dataset])
    assert dataset[VOID.uriSpace] == [PREFIXES["qgd"]]


def test_every_source_that_is_used_is_named(dataset: dict[str, list[str]]) -> None:
    """The founding article and the page that helps to date it."""
    assert dataset[DCTERMS.source] == [
        expand("qgd:source-000"),
        expand("qgd:source-lyrickcorp-57-areas"),
    ]


def test_it_names_languages_territory_and_ontology(dataset: dict[str, list[str]]) -> None:
    assert dataset[DCTERMS.language] == ["en", "zh-Hans"]
    assert dataset[DCTERMS.spatial] == [expand("qgd:place-china"), expand("qgd:place-guangdong")]
    version = bundled_ontology().version
    assert dataset[DCTERMS.conformsTo] == [f"{PREFIXES['qg'].rstrip('#')}/{version}"]


def test_it_spans_the_days_of_dated_things(
    dataset: dict[str, list[str]], founding_compiled: Compilation
) -> None:
    """From the launch of the law firm partnership pilots (2012) to what the article dates last."""
    (period,) = dataset[DCTERMS.temporal]
    spans = described(founding_compiled.quads, period)
    assert spans[RDF.type] == [DCTERMS.PeriodOfTime]
    (begin,), (end,) = spans[DCAT.startDate], spans[DCAT.endDate]
    summary = summarise(_graph(founding_compiled.quads))
    assert (int(begin[:4]), int(end[:4])) == (summary.first_year, summary.last_year)
    assert begin < end


def test_one_of_each_kind_of_thing_is_an_example(
    dataset: dict[str, list[str]], founding_compiled: Compilation
) -> None:
    types = {
        quad.subject.value: quad.object.value
        for quad in founding_compiled.quads
        if quad.predicate.value == RDF.type
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
    }
    examples = [types[name] for name in dataset[VOID.exampleResource]]
    assert {QG.Measure, QG.Place, QG.Zone, QG.LawFirm} <= set(examples)
    assert len(examples) == len(set(examples))
    # Records only tell of other things, and a year is no finding.
    assert not {QG.Pilot, QG.Observation, QG.Evidence, QG.Year} & set(examples)


def test_there_is_no_distribution_and_no_date_of_today(founding_compiled: Compilation) -> None:
    own = [quad for quad in founding_compiled.quads if quad.graph_name == GRAPH]
    named = {quad.predicate.value.rpartition("/")[2].rpartition("#")[2] for quad in own}
    assert not {"distribution", "modified", "issued", "created"} & named
    dates = [q for q in own if getattr(q.object, "datatype", None) == ox.NamedNode(XSD.date)]
    assert len(dates) == 2  # both ends of the period


# --- What it counts -------------------------------------------------------------------------------


def test_its_counts_are_those_of_the_graph_without_it(
    dataset: dict[str, list[str]], founding_compiled: Compilation
) -> None:
    """Counted by another library, over the union of all named graphs."""
    graph = rdflib.Graph()
    triples = {quad.triple for quad in without(founding_compiled.quads)}
    graph.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    entities = {s for s in graph.subjects() if str(s).startswith(PREFIXES["qgd"])}
    assert len(graph) == len(triples)
    assert {
        prop: dataset[prop]
        for prop in (
            VOID.triples,
            VOID.distinctSubjects,
            VOID.entities,
            VOID.classes,
            VOID.properties,
        )
    } == {
        VOID.triples: [str(len(graph))],
        VOID.distinctSubjects: [str(len(set(graph.subjects())))],
        VOID.entities: [str(len(entities))],
        VOID.classes: [str(len(set(graph.objects(None, rdflib.RDF.type))))],
        VOID.properties: [str(len(set(graph.predicates())))],
    }


def test_partitions_add_up(dataset: dict[str, list[str]], founding_compiled: Compilation) -> None:
    quads = founding_compiled.quads
    triples = {quad.triple for quad in without(quads)}
    by_property = Counter(triple.predicate.value for triple in triples)
    parts = [described(quads, part) for part in dataset[VOID.propertyPartition]]
    assert {p[VOID.property][0]: int(p[VOID.triples][0]) for p in parts} == by_property
    assert sum(by_property.values()) == int(dataset[VOID.triples][0])
    by_class = Counter(
        triple.object.value
        for triple in triples
        if triple.predicate.value == RDF.type and isinstance(triple.object, ox.NamedNode)
    )
    parts = [described(quads, part) for part in dataset[VOID.classPartition]]
    assert {p[VOID["class"]][0]: int(p[VOID.entities][0]) for p in parts} == by_class


def test_a_part_is_called_after_its_term(dataset: dict[str, list[str]]) -> None:
    assert f"{DATASET}#class-qg-Measure" in dataset[VOID.classPartition]
    assert f"{DATASET}#property-rdfs-label" in dataset[VOID.propertyPartition]


def test_terms_of_no_known_prefix_have_parts_of_their_own(founding_tables: Path) -> None:
    """Two addresses that differ in a mark only."""
    quads = [
        ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode(name), ox.Literal("x"))
        for name in ("https://example.org/a-b", "https://example.org/a/b")
    ]
    found = described(list(describe_dataset(quads, founding_tables, bundled_ontology())))
    assert len(found[VOID.propertyPartition]) == 2
    assert found[VOID.vocabulary] == ["https://example.org/", "https://example.org/a/"]
    assert DCTERMS.temporal not in found


def test_vocabularies_are_those_in_use(dataset: dict[str, list[str]]) -> None:
    used = set(dataset[VOID.vocabulary])
    assert {PREFIXES[name] for name in ("qg", "rdf", "rdfs", "skos", "dcterms", "owl")} <= used
    assert not {PREFIXES["void"], PREFIXES["dcat"], PREFIXES["sh"]} & used


# --- What people say of their tables --------------------------------------------------------------


def test_title_and_licence_are_those_of_the_metadata(own: Tables) -> None:
    say(
        own,
        dc__title=TITLE,
        dc__license={"@id": "https://example.org/licence"},
        dc__creator="the reform project",
        dcat__version="2.0",
        dc__issued={"@value": "2026-01-01", "@type": "xsd:date"},
        schema__version=2,
    )
    found = described(own.compile().quads)
    assert found[DCTERMS.title] == ["Reform measures", "改革措施"]
    assert found[DCTERMS.license] == ["https://example.org/licence"]
    assert found[DCTERMS.creator] == ["the reform project"]
    assert found[DCAT.version] == ["2.0"]
    assert found[expand("dcterms:issued")] == ["2026-01-01"]
    assert found[expand("schema:version")] == ["2"]


@pytest.mark.parametrize("name", ["xsd:date", XSD.date])
def test_a_datatype_may_be_written_in_two_ways(own: Tables, name: str) -> None:
    say(own, dc__issued={"@value": "2026-01-01", "@type": name})
    written = [quad.object for quad in own.compile().quads if quad.graph_name == GRAPH]
    assert ox.Literal("2026-01-01", datatype=ox.NamedNode(XSD.date)) in written


def test_a_property_may_be_written_in_full(own: Tables) -> None:
    say(own, **{"http://purl.org/dc/terms/rights": "all of them"})
    assert described(own.compile().quads)[expand("dcterms:rights")] == ["all of them"]


def test_a_plain_title_is_in_the_language_of_the_metadata(own: Tables) -> None:
    say(own, dc__title="Reform measures")
    titles = [q.object for q in own.compile().quads if q.predicate.value == DCTERMS.title]
    assert ox.Literal("Reform measures", language="en") in titles


def test_what_nobody_says_is_left_out(own: Tables) -> None:
    """Nor is a version made up, nor a property of a prefix that the project does not know."""
    say(own, cc__attributionName="somebody")
    found = described(own.compile().quads)
    said = {DCTERMS.title, DCTERMS.license, DCTERMS.creator, DCTERMS.description, DCAT.version}
    assert not said & found.keys()
    assert not any("attributionName" in prop for prop in found)
    assert found[VOID.triples]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"@id": "no address"}, "dc:license"),
        ({"@value": "x", "@type": "cc:License"}, "dc:license"),
        ({"name": "x"}, "neither @id nor @value"),
    ],
)
def test_what_is_no_rdf_is_refused_with_its_place(
    own: Tables, said: dict[str, str], complaint: str
) -> None:
    say(own, dc__license=said)
    with pytest.raises(InvalidInput) as caught:
        own.compile()
    (problem,) = caught.value.problems
    assert problem.file.endswith(METADATA)
    assert complaint in problem.message
    assert "@id" in problem.hint


def test_the_bundled_metadata_name_title_and_licence() -> None:
    metadata = json.loads((ONTOLOGY.parent / "graph" / METADATA).read_text("utf-8"))
    assert metadata["dc:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert metadata["dc:title"]
    assert metadata.get("dcat:version", qgraph.__version__) == qgraph.__version__


# --- What it leaves alone -------------------------------------------------------------------------


def _graph(quads: list[ox.Quad]) -> Graph:
    store = ox.Store()
    store.bulk_extend(quads)
    return Graph(store, "here")


@pytest.fixture(scope="module")
def bare(founding_compiled: Compilation) -> Graph:
    """Give the same graph without its description."""
    return _graph(without(founding_compiled.quads))


def test_nothing_else_is_counted_or_covered_differently(founding: Graph, bare: Graph) -> None:
    assert replace(summarise(founding), origin="here") == summarise(bare)
    assert cover(founding) == cover(bare)


@pytest.mark.parametrize("question", all_questions(), ids=lambda question: question.name)
def test_no_question_is_answered_differently(
    founding: Graph, bare: Graph, question: Question
) -> None:
    assert founding.query(question) == bare.query(question)


def test_nothing_else_is_shown_found_or_drawn_differently(founding: Graph, bare: Graph) -> None:
    """What the description points to: sources, places, examples and terms."""
    linked = {
        quad.object.value
        for quad in founding.quads()
        if quad.graph_name == GRAPH
        and isinstance(quad.object, ox.NamedNode)
        and not quad.object.value.startswith(DATASET)
    }
    assert len(linked) > 100
    for iri in sorted(linked - {VOID.Dataset, DCAT.Dataset, DCTERMS.PeriodOfTime}):
        assert describe(founding, iri) == describe(bare, iri)
    # The words of its own title, of its note, and of things that it names.
    for words in ("graph", "counts", "本体", "table", "前海", "article"):
        assert search(founding, words) == search(bare, words)
    assert prepare(founding) == prepare(bare)


def test_the_words_of_the_description_are_not_searched(own: Tables) -> None:
    """It speaks of everything, and who searches wants the thing itself."""
    say(own, dc__description="An unheard-of collection")
    graph = _graph(own.compile().quads)
    assert described(list(graph.quads()))[DCTERMS.description] == ["An unheard-of collection"]
    assert search(graph, "unheard-of") == []


def test_the_description_is_data_and_is_not_made_again(
    founding_compiled: Compilation, tmp_path: Path
) -> None:
    """As Turtle, where named graphs are lost, it is kept as it stands and still counts nowhere."""
    quads = founding_compiled.quads
    triples = sorted({str(quad.triple) for quad in quads})
    path = tmp_path / "built.ttl"
    path.write_text("".join(f"{triple} .\n" for triple in triples), "utf-8")
    again = load(path)
    found = {
        str(quad.triple)
        for quad in again.quads()
        if getattr(quad.subject, "value", "").startswith(DATASET)
    }
    assert found == {str(quad.triple) for quad in quads if quad.graph_name == GRAPH}
    assert summarise(again).quads == len({quad.triple for quad in without(quads)})


def test_every_property_of_it_has_a_name_in_both_languages(
    founding_compiled: Compilation,
) -> None:
    """``show`` and the page call properties by it; rdf:type is told apart from the others."""
    ontology = bundled_ontology()
    used = {q.predicate.value for q in founding_compiled.quads if q.graph_name == GRAPH}
    built_in = {RDF.type, RDFS.comment}
    assert {
        prop for prop in used - built_in if ontology.labels(prop).keys() < {"en", "zh"}
    } == set()


def test_the_rules_do_not_see_it(founding_compiled: Compilation) -> None:
    """It comes after them: nothing about it lies in a graph of theirs."""
    assert [
        quad
        for quad in founding_compiled.quads
        if getattr(quad.subject, "value", "").startswith(DATASET) and quad.graph_name != GRAPH
    ] == []

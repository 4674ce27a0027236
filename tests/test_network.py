"""A graph as nodes and edges: what is drawn, how it is worded, and what carries it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest

from qgraph.errors import NotFound
from qgraph.graph import Graph, load
from qgraph.network import Edge, Network, Node, prepare, statements
from qgraph.terms import PREFIXES

DATA = Path(__file__).parent / "data"
PACKAGE = Path(__file__).parents[1] / "qgraph" / "network"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load(DATA / "network.trig")


@pytest.fixture(scope="module")
def whole(graph: Graph) -> Network:
    return prepare(graph, years=True)


def node(network: Network, name: str) -> Node:
    (found,) = [node for node in network.nodes if node.id == name]
    return found


def edge(network: Network, name: str) -> Edge:
    (found,) = [edge for edge in network.edges if edge.id == name]
    return found


def ids(network: Network) -> set[str]:
    return {node.id for node in network.nodes}


def graph_of(turtle: str) -> Graph:
    head = "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in PREFIXES.items())
    store = pyoxigraph.Store()
    store.bulk_extend(pyoxigraph.parse(head + turtle, pyoxigraph.RdfFormat.TRIG))
    return Graph(store, "a test")


# --- What is drawn ----------------------------------------------------------------------------


def test_things_of_drawn_classes_are_nodes_in_the_order_of_the_legend(whole: Network) -> None:
    kinds = [node.kind.rpartition("#")[2] for node in whole.nodes]
    assert kinds == sorted(
        kinds,
        key=["Measure", "MeasurePackage", "Pilot", "Event", "Licence", "Place", "Zone",
             "PublicBody", "LawFirm", "JointOffice", "EffectClaim", "Year"].index,
    )  # fmt: skip
    assert len(whole.nodes) == 15


def test_what_is_hidden_at_first_is_left_out_unless_asked_for(graph: Graph) -> None:
    hidden = {"year-2012", "year-2024", "effect-growth"}
    assert ids(prepare(graph, years=True)) - ids(prepare(graph)) == hidden
    assert ids(prepare(graph, kinds=["EffectClaim"])) == {"effect-growth"}


def test_hidden_things_do_not_make_their_neighbours_larger(graph: Graph, whole: Network) -> None:
    shown = {node.id: node.size for node in prepare(graph).nodes}
    assert {node.id: node.size for node in whole.nodes if node.id in shown} == shown


def test_a_node_grows_with_the_root_of_its_links(whole: Network) -> None:
    """6 + 2.2 * sqrt(degree), at most 26: the zone has five links that are not hidden."""
    assert node(whole, "place-macao").size == 6.0
    assert node(whole, "place-qianhai-zone").size == round(6 + 2.2 * 5**0.5, 1)


def test_the_most_specific_drawn_class_counts() -> None:
    graph = graph_of("qgd:a a qg:Place, qg:Zone, owl:Thing . qgd:b a qg:Observation, qg:Place .")
    kinds = {node.id: node.kind.rpartition("#")[2] for node in prepare(graph).nodes}
    assert kinds == {"a": "Zone", "b": "Place"}


def test_a_relation_is_drawn_as_its_label_reads(whole: Network) -> None:
    issued = edge(whole, "licence-office|issuedBy|body-justice")
    assert (issued.source, issued.target) == ("body-justice", "licence-office")
    assert issued.label == {"en": "issues", "zh": "制发"}
    assert (issued.relation, issued.group) == ("issuedBy", "text")
    held = edge(whole, "licence-office|holder|org-joint-office")
    assert (held.source, held.target) == ("licence-office", "org-joint-office")


def test_a_thing_linked_with_itself_has_no_edge() -> None:
    graph = graph_of("qgd:a a qg:Place ; qg:locatedIn qgd:a .")
    assert prepare(graph).edges == ()


def test_a_new_relation_needs_only_turtle() -> None:
    ontology = """
      qgg:ontology {
        qg:Thing a owl:Class ; rdfs:label "thing"@en ; qg:nodeColour "#0072B2" .
        qg:likes a owl:ObjectProperty ; qg:edgeLabel "likes"@en ; qg:edgeReversed true .
        qg:knows a owl:ObjectProperty ; rdfs:label "knows"@en .
      }
      qgd:a a qg:Thing ; qg:likes qgd:b ; qg:knows qgd:b . qgd:b a qg:Thing ."""
    (drawn,) = prepare(graph_of(ontology)).edges
    assert (drawn.source, drawn.target, drawn.label["zh"]) == ("b", "a", "likes")
    assert prepare(graph_of(ontology)).nodes[0].shape == "dot"
    (knows,) = node(prepare(graph_of(ontology)), "a").attributes
    assert (knows.label["en"], knows.values[0]["en"]) == ("knows", "b")


# --- Words ------------------------------------------------------------------------------------


def test_names_are_in_both_languages_each_from_the_other_if_need_be(whole: Network) -> None:
    measure = node(whole, "measure-joint-office")
    assert measure.label["zh"] == "中外律师事务所联营"
    assert measure.kind_label == {"en": "measure", "zh": "制度创新措施"}
    assert node(whole, "body-justice").label["en"] == "深圳市司法局"
    assert node(whole, "event-exploration").label == dict.fromkeys(
        ("en", "zh"), "event-exploration"
    )
    assert node(whole, "place-qianhai-zone").other_names == ("Qianhai",)
    assert measure.description["zh"] == "Law firms of two countries run one office."
    assert node(whole, "place-macao").description == {}


def test_attributes_are_typed_and_say_which_rule_derived_them(whole: Network) -> None:
    measure = node(whole, "measure-joint-office")
    found = {a.name: (a.type, [value["en"] for value in a.values]) for a in measure.attributes}
    assert found == {
        "firstPilotDate": ("date", ["2024-07-26"]),
        "inZone": ("string", ["Qianhai Cooperation Zone"]),
        "note": ("string", ["first note", "second note"]),
        "policyField": ("string", ["legal services"]),
        "rdfs:seeAlso": ("anyURI", ["https://example.org/measure"]),
        "status": ("string", ["piloted"]),
    }
    rules = {a.name: a.rule["en"] for a in measure.attributes if a.rule}
    assert rules == dict.fromkeys(("firstPilotDate", "inZone", "status"), "Status of a measure")
    (note,) = [a for a in measure.attributes if a.name == "note"]
    assert note.values[0]["zh"] == "注"


@pytest.mark.parametrize(
    ("literal", "type_"),
    [
        ('"7"^^xsd:integer', "integer"),
        ('"12345678901234567890123"^^xsd:integer', "string"),
        ('"7.5"^^xsd:decimal', "double"),
        ('"1e3"^^xsd:double', "double"),
        ('"NaN"^^xsd:double', "string"),
        ('"true"^^xsd:boolean', "boolean"),
        ('"soon"^^xsd:date', "string"),
        ('"https://example.org/"^^xsd:anyURI', "string"),
        ('"a\\nb"', "string"),
        ("7, 7.5", "string"),
        ('7, "seven"@en', "string"),
    ],
)
def test_a_type_is_believed_only_if_the_value_has_its_form(literal: str, type_: str) -> None:
    (attribute,) = prepare(graph_of(f"qgd:a a qg:Place ; qg:value {literal} .")).nodes[0].attributes
    assert attribute.type == type_


# --- Time -------------------------------------------------------------------------------------


def test_a_date_keeps_the_words_of_the_source(whole: Network) -> None:
    (moment,) = node(whole, "pilot-joint-office").moments
    assert (moment.words, moment.begin, moment.end) == ("On July 26", "2024-07-26", "2024-07-26")
    assert moment.modality["en"] == "inferred"
    assert moment.reason == "The year is that of the article."
    assert moment.relation["en"] == "happened at"
    assert moment.evidence[0].phrase == "On July 26"


def test_a_time_that_is_open_at_one_end_is_told_but_gives_no_year() -> None:
    graph = graph_of("""
        qgd:early a qg:Event ; qg:happenedAt qgd:by .
        qgd:late a qg:Event ; qg:happenedAt qgd:from , qgd:day .
        qgd:by qg:edtf "../2015-06-23" ; qg:end "2015-06-23"^^xsd:date .
        qgd:from qg:edtf "2016-01-01/.." ; qg:begin "2016-01-01"^^xsd:date .
        qgd:day qg:begin "2017-03-01"^^xsd:date ; qg:end "2017-03-01"^^xsd:date .
        qg:Event a owl:Class ; qg:nodeColour "#F0E442" ; qg:nodeShape "star" ; qg:nodeOrder 7 .""")
    early, late = (node(prepare(graph), name) for name in ("early", "late"))
    assert [(m.begin, m.end, m.edtf) for m in early.moments] == [
        ("", "2015-06-23", "../2015-06-23")
    ]
    assert (early.begin, early.end, early.years) == (None, None, ())
    assert (late.begin, late.end, late.years) == ("2016-01-01", None, (2017,))


def test_what_has_no_date_of_its_own_begins_with_what_was_derived(whole: Network) -> None:
    dates = {node.id: (node.begin, node.end, node.years) for node in whole.nodes}
    assert dates["licence-office"] == ("2024-01-01", None, (2024,))
    assert dates["measure-joint-office"] == ("2024-07-26", None, (2024,))
    assert dates["place-macao"] == (None, None, ())
    assert dates["event-exploration"] == ("2012-01-01", "2012-12-31", (2012,))
    year = node(whole, "year-2012")
    assert (year.year, year.begin, year.end) == (2012, "2012-01-01", "2012-12-31")


def test_a_span_of_centuries_is_a_bound_not_a_list_of_years() -> None:
    graph = graph_of(
        """qgd:a a qg:Event ; qg:happenedAt qgd:t . qgd:b a qg:Event ; qg:happenedAt qgd:u .
        qgd:t qg:begin "1000-01-01"^^xsd:date ; qg:end "2000-01-01"^^xsd:date .
        qgd:u qg:begin "2019-01-01"^^xsd:date ; qg:end "2021-01-01"^^xsd:date .
        qgd:y a qg:Year ; qg:yearNumber "MMXX" ; qg:begin "unknown" ."""
    )
    years = {node.id: node.years for node in prepare(graph, years=True).nodes}
    assert years == {"a": (1000, 2000), "b": (2019, 2020, 2021), "y": ()}


def test_a_link_lasts_while_both_ends_are_there(whole: Network) -> None:
    spans = {edge.id: (edge.begin, edge.end) for edge in whole.edges}
    assert spans["licence-office|inYear|year-2024"] == ("2024-01-01", "2024-12-31")
    assert spans["licence-office|holder|org-joint-office"] == ("2024-01-01", None)
    # The exploration of 2012 was over before the measure is known to begin.
    assert spans["event-exploration|concerns|measure-joint-office"] == (None, None)


# --- Evidence ---------------------------------------------------------------------------------


def test_a_link_carries_the_evidence_of_every_claim_for_it(whole: Network) -> None:
    first, second = edge(whole, "org-joint-office|basedIn|place-qianhai-zone").evidence
    assert (first.phrase, first.locator, first.source) == ("in Qianhai", "s04", "source-000")
    assert first.source_label["zh"] == "关于前海制度创新的报道"
    assert (first.publisher, first.published) == ("Qianhai Authority", "")
    assert first.url.startswith("https://qh.sz.gov.cn/")
    assert (first.reliability["en"], first.modality["en"]) == ("strong", "asserted")
    assert first.standing["zh"] == "未审核"
    assert (second.published, second.modality["en"]) == ("2024-07-30", "quoted")
    assert second.attributed_to["zh"] == "深圳市司法局"


def test_a_link_of_a_record_carries_the_evidence_of_the_record(whole: Network) -> None:
    (piece,) = edge(whole, "pilot-joint-office|pilots|measure-joint-office").evidence
    assert (piece.phrase, piece.modality["en"]) == ("On July 26", "inferred")
    assert piece.reason == "A first licence shows that it is carried out."


def test_a_name_is_no_evidence_for_a_link(whole: Network) -> None:
    """The zone is named in the source; where it lies, no claim says."""
    assert node(whole, "place-qianhai-zone").evidence
    assert edge(whole, "place-qianhai-zone|locatedIn|place-shenzhen").evidence == ()


def test_a_derived_link_names_its_rule(whole: Network) -> None:
    derived = edge(whole, "event-licensed|inYear|year-2024")
    assert derived.rule == {"en": "Year of a thing", "zh": "事物所属年份"}
    assert derived.evidence == ()
    assert edge(whole, "event-licensed|concerns|licence-office").rule is None


def test_records_that_are_not_drawn_are_reports_of_what_they_tell_of(whole: Network) -> None:
    launched, promoted = node(whole, "place-qianhai-zone").reports
    assert promoted.label["en"] == "94 of which have been promoted nationwide"
    assert promoted.kind_label["zh"] == "统计观测"
    assert promoted.moments[0].words == "To date"
    assert promoted.evidence[0].source == "source-000"
    values = {a.name: a.values[0]["en"] for a in launched.attributes}
    assert values["value"] == "835"
    assert [report.id for report in node(whole, "year-2024").reports] == ["obs-promoted"]


def test_a_record_of_no_class_is_a_report_too() -> None:
    graph = graph_of(
        "qgd:a a qg:Place . qgd:r qg:about qgd:a ; qg:evidence qgd:e . qgd:e qg:exact 'x' ."
    )
    (report,) = prepare(graph).nodes[0].reports
    assert report.kind_label == {}
    assert report.evidence[0].source_label == {}


# --- Parts ------------------------------------------------------------------------------------


def test_a_focus_keeps_what_can_be_reached_in_so_many_steps(graph: Graph) -> None:
    near = {"org-joint-office", "org-zhiheng", "place-qianhai-zone", "licence-office"}
    assert ids(prepare(graph, focus="org-joint-office", depth=0)) == {"org-joint-office"}
    assert ids(prepare(graph, focus="Zhiheng-Celeblaws office")) == near
    far = ids(prepare(graph, focus="org-joint-office", depth=2))
    assert far == near | {"body-justice", "event-licensed", "place-shenzhen", "pilot-joint-office",
                          "event-exploration"}  # fmt: skip


def test_links_are_not_followed_through_years(graph: Graph) -> None:
    through = ids(prepare(graph, focus="event-exploration", depth=3, years=True))
    assert "year-2012" in through
    assert "year-2024" in ids(prepare(graph, focus="licence-office", depth=1, years=True))
    reached = ids(prepare(graph, focus="year-2024", depth=1, years=True))
    assert reached == {"year-2024", "event-licensed", "licence-office"}


def test_a_hidden_focus_is_shown(graph: Graph) -> None:
    assert ids(prepare(graph, focus="effect-growth")) == {
        "effect-growth",
        "measure-joint-office",
        "place-qianhai-zone",
    }


def test_an_unknown_focus_is_told(graph: Graph) -> None:
    with pytest.raises(NotFound, match="nothing here is called"):
        prepare(graph, focus="place-nowhere")


def test_a_focus_that_is_not_drawn_is_told(graph: Graph) -> None:
    with pytest.raises(NotFound, match="'source-000' is in the graph, but") as caught:
        prepare(graph, focus="source-000")
    assert caught.value.hint.startswith("Drawn are: Measure, MeasurePackage, ")


@pytest.mark.parametrize(
    "name",
    ["Measure", "qg:Measure", "measure", "制度创新措施", "https://w3id.org/qgraph/ns#Measure"],
)
def test_a_kind_is_known_by_any_of_its_names_with_those_below_it(graph: Graph, name: str) -> None:
    assert ids(prepare(graph, kinds=[name])) == {"measure-joint-office", "package-medical"}


def test_several_kinds_are_kept_with_the_links_between_them(graph: Graph) -> None:
    part = prepare(graph, kinds=["Pilot", "Measure"])
    assert [edge.id for edge in part.edges] == ["pilot-joint-office|pilots|measure-joint-office"]


def test_the_focus_stays_whatever_kind_is_asked_for(graph: Graph) -> None:
    part = prepare(graph, focus="licence-office", kinds=["PublicBody"])
    assert ids(part) == {"licence-office", "body-justice"}


def test_an_unknown_kind_is_told_with_the_nearest(graph: Graph) -> None:
    with pytest.raises(NotFound, match="'Mesure'") as caught:
        prepare(graph, kinds=["Mesure"])
    assert caught.value.hint.startswith("Did you mean Measure? Drawn are: ")
    with pytest.raises(NotFound) as caught:
        prepare(graph, kinds=["§"])
    assert caught.value.hint.startswith("Drawn are: ")


def test_years_keep_what_is_dated_within_them_and_what_is_linked_with_it(graph: Graph) -> None:
    assert ids(prepare(graph, last_year=2012)) == {"event-exploration", "place-qianhai-zone"}
    later = ids(prepare(graph, first_year=2020))
    assert "event-exploration" not in later
    assert "place-macao" not in later
    assert {"measure-joint-office", "licence-office", "body-justice"} <= later
    assert ids(prepare(graph, first_year=2013, last_year=2023)) == set()
    assert "place-macao" in ids(prepare(graph, focus="place-macao", first_year=2020))


# --- Order ------------------------------------------------------------------------------------


def test_the_order_of_the_statements_does_not_matter(graph: Graph, whole: Network) -> None:
    store = pyoxigraph.Store()
    store.bulk_extend(sorted(graph.quads(), key=str, reverse=True))
    assert prepare(Graph(store, "reversed"), years=True) == whole


def test_a_statement_in_two_graphs_is_drawn_once(whole: Network) -> None:
    names = [edge.id for edge in whole.edges]
    assert len(names) == len(set(names))
    based = [edge for edge in whole.edges if edge.relation == "basedIn"]
    assert len(based) == 1


def test_things_without_identifier_and_odd_objects_are_passed_over() -> None:
    graph = graph_of('qgd:a a qg:Place, "text" ; rdfs:label _:b . _:b a qg:Place .')
    (only,) = prepare(graph).nodes
    assert only.label["en"] == "a"
    assert only.attributes == ()


def test_parts_cannot_be_changed(whole: Network) -> None:
    changed = replace(whole.nodes[0], size=1.0)
    assert changed.size != whole.nodes[0].size
    with pytest.raises(AttributeError):
        whole.nodes[0].size = 1.0  # type: ignore[misc]


def test_no_class_and_no_relation_is_named() -> None:
    """The code holds only words that describe any thing, and the record that carries evidence."""
    named = {
        name
        for path in PACKAGE.glob("*.py")
        for name in re.findall(r"\bQG\.(\w+)", path.read_text(encoding="utf-8"))
    }
    general = {
        "Record", "attributedTo", "begin", "edtf", "end", "evidence", "exact", "locator",
        "modality", "published", "publisherName", "quotedFrom", "reason", "reliability",
        "reportedText", "standing", "yearNumber",
    }  # fmt: skip
    assert named == general


def test_local_names() -> None:
    assert [statements.local_name(iri) for iri in ("http://a/b#c", "http://a/b/", "urn:a:b")] == [
        "c",
        "b",
        "b",
    ]

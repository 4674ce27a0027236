"""The derived layer: what each rule makes of a few triples."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile.derive import derive
from qgraph.compile.vocabulary import read_ontology
from qgraph.errors import InvalidInput
from qgraph.terms import PREFIXES, QG, RDF

from .conftest import ONTOLOGY

RULES = ONTOLOGY / "rules"

SPREAD = (Path(__file__).parent / "spread.ttl").read_text(encoding="utf-8")


def _derive(turtle: str) -> ox.Store:
    prefixes = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())
    quads = list(ox.parse(prefixes + turtle, format=ox.RdfFormat.TURTLE))
    quads += read_ontology(ONTOLOGY).quads
    store = ox.Store()
    store.bulk_extend([*quads, *derive(quads, RULES)])
    return store


@pytest.fixture(scope="module")
def spread() -> ox.Store:
    """Give the chain with everything that the rules derive from it."""
    return _derive(SPREAD)


def _values(store: ox.Store, subject: str, prop: str) -> set[str]:
    pattern = (ox.NamedNode(PREFIXES["qgd"] + subject), ox.NamedNode(prop), None, None)
    return {
        quad.object.value.removeprefix(PREFIXES["qgd"]).removeprefix(PREFIXES["qgk"])
        for quad in store.quads_for_pattern(*pattern)
        if not isinstance(quad.object, ox.Triple)
    }


@pytest.mark.parametrize(
    ("measure", "status"),
    [
        ("measure-a", "status-promoted-nationwide"),
        ("measure-b", "status-promoted"),
        ("measure-c", "status-adopted"),
        ("package-d", "status-no-step-recorded"),
        ("measure-e", "status-no-step-recorded"),  # its only pilot is rejected
    ],
)
def test_status_is_the_farthest_step(spread: ox.Store, measure: str, status: str) -> None:
    assert _values(spread, measure, QG.status) == {status}


def test_a_pilot_alone_makes_a_measure_piloted() -> None:
    store = _derive("qgd:measure-a a qg:Measure . qgd:pilot-a qg:pilots qgd:measure-a .")
    assert _values(store, "measure-a", QG.status) == {"status-piloted"}


def test_first_pilot_and_national_promotion_are_the_earliest(spread: ox.Store) -> None:
    assert _values(spread, "measure-a", QG.firstPilotDate) == {"2014-11-07"}
    assert _values(spread, "measure-a", QG.nationalPromotionDate) == {"2018-05-03"}
    assert _values(spread, "measure-b", QG.nationalPromotionDate) == set()


def test_days_are_counted_only_where_both_dates_are_days(spread: ox.Store) -> None:
    # Three years to 7 November 2017 are 1096 days (29 February 2016 is among them), and from there
    # to 3 May 2018 it is 23 + 31 + 31 + 28 + 31 + 30 + 3 = 177.
    assert _values(spread, "measure-a", QG.daysToPromotion) == {"1273"}
    assert _values(spread, "measure-b", QG.daysToPromotion) == set()


@pytest.mark.parametrize(("promoted", "days"), [("2014-11-07", "0"), ("2014-11-01", "-6")])
def test_days_may_be_none_or_negative(promoted: str, days: str) -> None:
    store = _derive(SPREAD.replace("2018-05-03", promoted))
    assert _values(store, "measure-a", QG.daysToPromotion) == {days}


def test_years_reach_over_a_whole_span(spread: ox.Store) -> None:
    years = {f"year-{year}" for year in (1998, 1999, 2000, 2001)}
    assert _values(spread, "event-span", QG.inYear) == years
    assert _values(spread, "year-2000", QG.yearNumber) == {"2000"}
    assert _values(spread, "year-2000", QG.begin) == {"2000-01-01"}
    assert _values(spread, "year-2000", QG.end) == {"2000-12-31"}
    assert _values(spread, "year-2002", QG.yearNumber) == set()


def test_a_thing_takes_the_year_of_the_event_that_brings_it_out(spread: ox.Store) -> None:
    assert _values(spread, "licence-x", QG.inYear) == {"year-2014"}
    assert _values(spread, "licence-y", QG.inYear) == set()


def test_a_text_is_dated_by_its_entry_into_force_only_if_no_issuance_is(spread: ox.Store) -> None:
    assert _values(spread, "doc-issued", QG.inYear) == {"year-2014"}
    assert _values(spread, "doc-in-force", QG.inYear) == {"year-2016"}
    # What an approval concerns is dated by it only if it is a text.
    assert _values(spread, "measure-b", QG.inYear) == set()


def test_an_organisation_lives_on_after_the_year_of_its_establishment(spread: ox.Store) -> None:
    assert _values(spread, "org-founded", QG.inYear) == set()


BY = """
qgd:time-by a qg:TimeReference ; qg:end "{}"^^xsd:date .
qgd:pilot-by a qg:Pilot ; qg:pilots qgd:measure-a ; qg:happenedAt qgd:time-by .
qgd:batch-by a qg:PromotionBatch ; qg:happenedAt qgd:time-by .
qgd:promotion-by a qg:Promotion ; qg:promotes qgd:measure-a ; qg:inBatch qgd:batch-by ;
  qg:appliesIn qgd:place-nation .
"""


def test_a_bound_is_no_date_and_no_year() -> None:
    store = _derive("qgd:measure-a a qg:Measure ." + BY.format("2013-05-01"))
    assert _values(store, "measure-a", QG.status) == {"status-promoted"}
    assert _values(store, "measure-a", QG.firstPilotDate) == set()
    assert _values(store, "measure-a", QG.nationalPromotionDate) == set()
    assert _values(store, "pilot-by", QG.inYear) == set()
    assert _values(store, "year-2013", QG.yearNumber) == set()


def test_a_step_known_to_be_earlier_hides_the_first_date() -> None:
    # The dated pilot is of 7 November 2014: some pilot began by the day before, nobody knows when.
    store = _derive(SPREAD + BY.format("2014-11-06"))
    assert _values(store, "measure-a", QG.firstPilotDate) == set()
    assert _values(store, "measure-a", QG.nationalPromotionDate) == set()
    assert _values(store, "measure-a", QG.daysToPromotion) == set()


def test_a_bound_after_the_dated_step_changes_nothing() -> None:
    store = _derive(SPREAD + BY.format("2018-05-03"))
    assert _values(store, "measure-a", QG.firstPilotDate) == {"2014-11-07"}
    assert _values(store, "measure-a", QG.nationalPromotionDate) == {"2018-05-03"}


def test_a_rejected_step_hides_nothing() -> None:
    rejected = "qgd:pilot-by qg:standing qgk:standing-rejected ."
    store = _derive(SPREAD + BY.format("2014-11-06") + rejected)
    assert _values(store, "measure-a", QG.firstPilotDate) == {"2014-11-07"}


def test_a_member_of_a_collection_does_not_lie_in_it(spread: ox.Store) -> None:
    assert _values(spread, "pilot-a", QG.inZone) == {"place-zone"}
    assert _values(spread, "place-zone", PREFIXES["qg"] + "belongsTo") == {"place-collection"}
    assert _values(spread, "place-zone", QG.inProvince) == {"place-province"}


def test_zone_and_province_are_found_through_places(spread: ox.Store) -> None:
    assert _values(spread, "pilot-a", QG.inZone) == {"place-zone"}
    assert _values(spread, "measure-a", QG.inZone) == {"place-zone"}
    assert _values(spread, "measure-a", QG.inProvince) == {"place-province"}
    assert _values(spread, "place-zone", QG.inProvince) == {"place-province"}
    assert _values(spread, "measure-b", QG.inZone) == set()


def test_rejected_records_derive_nothing(spread: ox.Store) -> None:
    # pilot-e is rejected: it puts its measure nowhere, and is in no year itself.
    assert _values(spread, "measure-e", QG.inZone) == set()
    assert _values(spread, "pilot-e", QG.inYear) == set()


def test_sources_are_counted_once_each() -> None:
    store = _derive("""
    qgd:org-a qg:evidence qgd:evidence-1 , qgd:evidence-2 .
    qgd:evidence-1 qg:quotedFrom qgd:source-1 . qgd:evidence-2 qg:quotedFrom qgd:source-1 .
    qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; qg:evidence qgd:evidence-3 .
    qgd:evidence-3 qg:quotedFrom qgd:source-2 .
    """)
    assert _values(store, "org-a", QG.sourceCount) == {"2"}


def test_every_derived_triple_names_its_rule(spread: ox.Store) -> None:
    graphs = {
        graph.value for graph in spread.named_graphs() if graph.value.startswith(PREFIXES["qgr"])
    }
    assert len(graphs) == len(list(RULES.glob("*.rq")))
    for graph in graphs:
        assert (
            ox.Quad(
                ox.NamedNode(graph),
                ox.NamedNode(RDF.type),
                ox.NamedNode(QG.Rule),
                ox.NamedNode(graph),
            )
            in spread
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [("CONSTRUCT WHERE", "not SPARQL"), ("SELECT * { ?s ?p ?o }", "a rule is a CONSTRUCT query")],
)
def test_a_rule_that_cannot_be_run_is_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "01-x.rq").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        derive([], tmp_path)

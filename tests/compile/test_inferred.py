"""A graph without what we inferred: what goes, what goes with it, and what stays."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from qgraph.compile.inferred import without_inferred
from qgraph.terms import PREFIXES, QGG, local_id
from qgraph.validation.checks import run_checks
from qgraph.validation.issue import Origins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qgraph.compile import Compilation

ONTOLOGY = Path(__file__).parents[2] / "ontology"

HEAD = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())

SOURCE = """
qgd:source-a a qg:Source . qgd:source-b a qg:Source .
qgd:evidence-a a qg:Evidence ; qg:quotedFrom qgd:source-a .
qgd:evidence-b a qg:Evidence ; qg:quotedFrom qgd:source-b .
"""


def claim(
    name: str, link: str, how: str = "asserted", *, standing: str = "unreviewed", by: str = "a"
) -> str:
    """Write a claim with its plain link, which stands while the claim is not rejected."""
    subject, relation, value = link.split(maxsplit=2)
    plain = "" if standing == "rejected" else f"{link} ."
    return f"""
    qgc:{name} a qg:Claim ; rdf:subject {subject} ; rdf:predicate {relation} ;
      rdf:object {value} ; qg:modality qgk:modality-{how} ;
      qg:standing qgk:standing-{standing} ; qg:evidence qgd:evidence-{by} . {plain}
    """


def record(name: str, said: str, how: str = "asserted", by: str = "a") -> str:
    return f"""
    qgd:{name} {said} ; qg:modality qgk:modality-{how} ; qg:evidence qgd:evidence-{by} .
    """


def quads(*texts: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + SOURCE + "".join(texts), format=ox.RdfFormat.TRIG))


def said(some: Iterable[ox.Quad]) -> set[str]:
    """Write triples as a person would: ``measure-x a Measure``."""

    def word(term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return local_id(term.value)
        return term.value if isinstance(term, ox.Literal) else str(term)

    return {
        " ".join(map(word, (quad.subject, quad.predicate, quad.object))).replace("rdf:type", "a")
        for quad in some
    }


def left(*texts: str) -> set[str]:
    return said(without_inferred(quads(*texts), ONTOLOGY))


def names(triples: set[str]) -> set[str]:
    return {triple.split()[0] for triple in triples}


OFFICE = "qgd:org-office a qg:JointOffice ; qg:evidence qgd:evidence-b .\n"
PLACE = "qgd:place-here a qg:Place . qgd:place-there a qg:Place .\n"
LINK = "qgd:org-office qg:basedIn qgd:place-here"
PLAIN = "org-office qg:basedIn place-here"


# --- Claims and links ---------------------------------------------------------------------------


def test_an_inferred_claim_goes_with_its_link() -> None:
    found = left(OFFICE, PLACE, claim("one", LINK, "inferred"))
    assert PLAIN not in found
    assert "qgc:one" not in names(found)
    assert "org-office a qg:JointOffice" in found


@pytest.mark.parametrize("how", ["asserted", "quoted", "opinion"])
def test_a_link_stays_if_a_source_states_it(how: str) -> None:
    """What is quoted or believed is not our own judgement."""
    found = left(OFFICE, PLACE, claim("one", LINK, "inferred"), claim("two", LINK, how, by="b"))
    assert PLAIN in found
    assert {"qgc:one", "qgc:two"} & names(found) == {"qgc:two"}


def test_a_rejected_claim_upholds_no_link() -> None:
    rejected = claim("two", LINK, standing="rejected", by="b")
    found = left(OFFICE, PLACE, claim("one", LINK, "inferred"), rejected)
    assert PLAIN not in found
    assert "qgc:two" in names(found)


def test_a_contested_claim_does() -> None:
    contested = claim("two", LINK, standing="contested")
    assert PLAIN in left(OFFICE, PLACE, claim("one", LINK, "inferred"), contested)


def test_a_value_that_a_claim_inferred_goes_too() -> None:
    number = 'qgd:doc-a qg:documentNumber "1"'
    found = left("qgd:doc-a a qg:PolicyDocument .", claim("one", number, "inferred"))
    assert "doc-a qg:documentNumber 1" not in found


def test_a_link_of_a_record_that_a_claim_inferred_goes_and_the_record_stays() -> None:
    found = left(
        PLACE,
        record("obs-a", "a qg:Observation ; qg:value 835"),
        claim("one", "qgd:obs-a qg:about qgd:place-here", "inferred"),
    )
    assert "obs-a qg:value 835" in found
    assert "obs-a qg:about place-here" not in found


# --- Records and things -------------------------------------------------------------------------


def test_an_inferred_record_goes_with_links_to_it_and_claims_about_it() -> None:
    found = left(
        "qgd:measure-a a qg:Measure .",
        record("promotion-a", "a qg:Promotion ; qg:promotes qgd:measure-a", "inferred"),
        record("adoption-a", "a qg:Adoption ; qg:followsPromotion qgd:promotion-a"),
        claim("one", "qgd:promotion-a qg:legalBasis qgd:doc-a"),
        claim("two", "qgd:adoption-a qg:disputes qgd:promotion-a"),
        "qgd:doc-a a qg:PolicyDocument .",
    )
    assert not any("promotion-a" in triple for triple in found)
    assert {"qgc:one", "qgc:two"} & names(found) == set()
    assert {"adoption-a", "measure-a", "doc-a"} <= names(found)


def test_a_thing_that_says_it_is_inferred_goes_whoever_speaks_of_it() -> None:
    found = left(
        "qgd:measure-a a qg:Measure ; qg:modality qgk:modality-inferred ; qg:reason 'ours' .",
        record("event-a", "a qg:Event ; qg:concerns qgd:measure-a"),
        claim("one", "qgd:measure-a qg:appliesIn qgd:place-here"),
        PLACE,
    )
    assert not any("measure-a" in triple for triple in found)
    assert "event-a a qg:Event" in found


def test_a_thing_stays_of_whose_row_only_the_links_are_inferred() -> None:
    """The passage that names the city is that by which we place it."""
    found = left(
        "qgd:place-guangdong a qg:Place ; qg:evidence qgd:evidence-a .",
        PLACE,
        claim("one", "qgd:place-guangdong qg:locatedIn qgd:place-here", "inferred"),
    )
    assert {triple for triple in found if "place-guangdong" in triple} == {
        "place-guangdong a qg:Place",
        "place-guangdong qg:evidence evidence-a",
    }


def test_one_loss_brings_about_the_next() -> None:
    """The thing takes a claim along, and the claim the only passage of a source."""
    speaks = (
        "qgd:org-a a qg:Enterprise . qgd:place-here a qg:Place .",
        claim("one", "qgd:org-a qg:basedIn qgd:place-here", by="b"),
        claim("two", "qgc:one qg:disputes qgd:org-a", by="b"),
        claim("three", "qgc:two qg:disputes qgd:place-here", by="b"),
    )
    assert {"qgc:one", "qgc:two", "qgc:three", "evidence-b"} <= names(left(*speaks))
    inferred = left(*speaks, "qgd:org-a qg:modality qgk:modality-inferred .")
    assert names(inferred) == {"place-here", "source-a", "source-b", "evidence-a"}


# --- Times --------------------------------------------------------------------------------------

TIMES = """
qgd:time-printed a qg:TimeReference ; qg:begin "2024-08-01"^^xsd:date ;
  qg:end "2024-08-31"^^xsd:date ; qg:edtf "2024-08" ; qg:modality qgk:modality-inferred ;
  qg:reason "no date is printed" ; qg:evidence qgd:evidence-a .
qgd:time-now a qg:TimeReference ; qg:reportedText "As of now" ; qg:anchor qgd:time-printed ;
  qg:begin "2024-08-01"^^xsd:date ; qg:end "2024-08-31"^^xsd:date ; qg:edtf "2024-08" ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:time-since a qg:TimeReference ; qg:reportedText "Since then" ; qg:anchor qgd:time-now ;
  qg:begin "2020-01-01"^^xsd:date ; qg:end "2024-08-31"^^xsd:date ; qg:edtf "2020/2024-08" ;
  qg:modality qgk:modality-inferred ; qg:reason "read so" ; qg:evidence qgd:evidence-b .
qgd:time-2012 a qg:TimeReference ; qg:reportedText "2012" ; qg:edtf "2012" ;
  qg:begin "2012-01-01"^^xsd:date ; qg:end "2012-12-31"^^xsd:date ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
"""


def happened(*times: str) -> str:
    return "".join(record(f"event-{t}", f"a qg:Event ; qg:happenedAt qgd:time-{t}") for t in times)


def test_an_inferred_time_keeps_its_words_and_loses_its_days() -> None:
    found = left(TIMES, happened("printed", "now", "since", "2012"))
    assert "event-since qg:happenedAt time-since" in found
    assert {triple for triple in found if triple.startswith("time-since")} == {
        "time-since a qg:TimeReference",
        "time-since qg:reportedText Since then",
        "time-since qg:evidence evidence-b",
    }


def test_a_time_reckoned_from_an_inferred_one_does_as_well_but_is_no_less_asserted() -> None:
    found = left(TIMES, happened("printed", "now", "since", "2012"))
    assert {triple for triple in found if triple.startswith("time-now")} == {
        "time-now a qg:TimeReference",
        "time-now qg:reportedText As of now",
        "time-now qg:modality qgk:modality-asserted",
        "time-now qg:evidence evidence-a",
    }


def test_a_time_without_words_goes_and_what_it_dates_stays_undated() -> None:
    found = left(TIMES, happened("printed"))
    assert not any("time-printed" in triple for triple in found)
    assert "event-printed a qg:Event" in found


def test_an_asserted_time_keeps_all() -> None:
    found = left(TIMES, happened("2012"))
    assert "time-2012 qg:begin 2012-01-01" in found
    assert "event-2012 qg:happenedAt time-2012" in found


def test_words_that_date_nothing_go() -> None:
    """The other reading of a phrase hangs on nothing but the first."""
    other = """
    qgd:time-since qg:alternativeReading qgd:time-other .
    qgd:time-other a qg:TimeReference ; qg:reportedText "Since then" ;
      qg:modality qgk:modality-inferred ; qg:evidence qgd:evidence-b .
    """
    assert "time-other" not in names(left(TIMES, other, happened("since")))
    inferred = record("event-b", "a qg:Event ; qg:happenedAt qgd:time-since", "inferred")
    assert "time-since" not in names(left(TIMES, inferred))


def test_a_claim_about_a_reading_goes_with_it() -> None:
    """A link that is taken away may not leave its claim behind."""
    anchored = claim("one", "qgd:time-now qg:anchor qgd:time-2012")
    found = left(TIMES, anchored, happened("now", "2012"))
    assert "qgc:one" not in names(found)
    assert "time-now qg:anchor time-2012" not in found


# --- Evidence, the derived layer, the description -----------------------------------------------


def test_evidence_that_supports_nothing_any_more_goes() -> None:
    found = left(OFFICE, PLACE, claim("one", LINK, "inferred", by="a"))
    assert "evidence-a" not in names(found)
    assert {"evidence-b", "source-a"} <= names(found)


PILOTED = (
    PLACE,
    "qgd:measure-a a qg:Measure . qgd:place-here dcterms:type qgk:place-kind-province .",
    TIMES,
    record(
        "pilot-a",
        "a qg:Pilot ; qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-here ;"
        " qg:happenedAt qgd:time-2012",
        "inferred",
    ),
)
DERIVED = """
qgr:status { qgr:status a qg:Rule . qgd:measure-a qg:status qgk:status-piloted . }
qgr:years { qgd:year-2012 a qg:Year ; rdfs:label "2012"@en ; qg:yearNumber 2012 . }
qgr:in-year { qgd:pilot-a qg:inYear qgd:year-2012 . }
qgr:in-province { qgd:measure-a qg:inProvince qgd:place-here . }
"""


def test_the_derived_layer_is_derived_anew() -> None:
    found = left(*PILOTED, DERIVED)
    assert "measure-a qg:status qgk:status-no-step-recorded" in found
    assert "measure-a qg:status qgk:status-piloted" not in found
    assert "measure-a qg:inProvince place-here" not in found
    assert "year-2012 a qg:Year" in found  # of the time, which is asserted
    assert "qgr:in-year a qg:Rule" in found


def test_the_derived_layer_is_found_where_all_graphs_are_one() -> None:
    """Turtle and N-Triples have no named graphs."""
    flat = [ox.Quad(*quad.triple) for quad in quads(*PILOTED, DERIVED)]
    found = said(without_inferred(flat, ONTOLOGY))
    assert found == left(*PILOTED, DERIVED)


def test_a_graph_without_a_derived_layer_gets_none() -> None:
    found = left(*PILOTED)
    assert not any("qg:status" in triple or "qg:Rule" in triple for triple in found)
    assert "measure-a a qg:Measure" in found


def test_what_rdf_1_2_can_say_is_left_alone() -> None:
    term = "<urn:c> rdf:reifies <<( qgd:org-a qg:basedIn qgd:place-here )>> ."
    assert len(without_inferred(quads(term), ONTOLOGY)) == len(quads(term))


def test_of_the_description_what_was_counted_goes() -> None:
    described = f"""
    <{PREFIXES["qgg"].removesuffix("graph/")}dataset> dcterms:title "mine"@en ;
      void:triples 99 ; dcterms:spatial qgd:place-here .
    """
    found = left(PLACE, described)
    assert any("dcterms:title mine" in triple for triple in found)
    assert not any("void:" in triple or "spatial" in triple for triple in found)


# --- The founding article -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def asserted(founding_compiled: Compilation) -> list[ox.Quad]:
    return without_inferred(founding_compiled.quads, ONTOLOGY)


def test_nothing_inferred_is_left_and_nothing_but_the_derived_layer_is_new(
    asserted: list[ox.Quad], founding_compiled: Compilation
) -> None:
    assert not any("modality-inferred" in str(quad.object) for quad in asserted)
    rules = PREFIXES["qgr"]
    new = set(asserted) - set(founding_compiled.quads)
    assert all(getattr(quad.graph_name, "value", "").startswith(rules) for quad in new)
    ontology = ox.NamedNode(QGG.ontology)
    assert {quad for quad in asserted if quad.graph_name == ontology} == {
        quad for quad in founding_compiled.quads if quad.graph_name == ontology
    }


def test_every_check_of_links_claims_and_evidence_holds(asserted: list[ox.Quad]) -> None:
    issues = run_checks(asserted, ONTOLOGY / "checks", Origins({}), "en")
    assert [issue for issue in issues if issue.severity == "violation"] == []


def test_what_the_article_leaves_to_us_is_out(
    asserted: list[ox.Quad], founding_compiled: Compilation
) -> None:
    """Read off the tables: rows of modality inferred that are no times and have no links.

    And the two times without use or words: the date of publication, and the other reading of
    "Jan. 18". Three years are gone that only readings reach: 2021, 2022 and 2024.
    """
    before, after = (
        {one.split()[0] for one in said(some)} for some in _both(founding_compiled, asserted)
    )
    gone = {name for name in before - after if not name.startswith(("qgc:", "evidence-"))}
    assert gone == {
        *("measure-hong-kong-jurors", "measure-hong-kong-law", "body-china-government"),
        *("place-qianhai-shekou-area", "event-source-000-published"),
        *(f"pilot-hong-kong-{what}-qianhai" for what in ("jurors", "law", "nurses")),
        *("pilot-professional-recognition-qianhai", "pilot-sino-foreign-joint-office-qianhai"),
        *("time-000-publication", "time-000-jan-18-year-before"),
        *("year-2021", "year-2022", "year-2024"),
    }


def _both(compiled: Compilation, asserted: list[ox.Quad]) -> tuple[list[ox.Quad], list[ox.Quad]]:
    of_the_whole = ox.NamedNode(QGG.dataset)
    return [quad for quad in compiled.quads if quad.graph_name != of_the_whole], asserted


def test_what_the_article_says_is_in(asserted: list[ox.Quad]) -> None:
    found = said(asserted)
    assert "first-joint-office-guangdong qg:within place-guangdong" in found
    assert "place-guangdong qg:locatedIn place-china" not in found  # our reading of a sentence
    assert "obs-000-measures-launched qg:value 835" in found
    assert "event-joint-office-licensed qg:happenedAt time-000-july-26" in found
    assert "time-000-july-26 qg:reportedText On July 26" in found
    assert "org-smartmore-client qg:clientOf org-smartmore" in found  # quoted


def test_doing_it_again_changes_nothing(asserted: list[ox.Quad]) -> None:
    assert set(without_inferred(asserted, ONTOLOGY)) == set(asserted)


def test_the_order_of_statements_does_not_matter(
    asserted: list[ox.Quad], founding_compiled: Compilation
) -> None:
    shuffled = list(founding_compiled.quads)
    random.Random(3).shuffle(shuffled)  # noqa: S311 - no secret
    assert set(without_inferred(shuffled, ONTOLOGY)) == set(asserted)

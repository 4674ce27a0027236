"""Events of a graph: what the documented chains of spread, and a graph made up for it, hold."""

from __future__ import annotations

from datetime import date
from math import inf, isnan
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest

from qgraph.compile.derive import derive
from qgraph.compile.vocabulary import read_ontology
from qgraph.diffusion.promotion.delays import delay
from qgraph.diffusion.records.cascades import cascades
from qgraph.diffusion.records.events import Event
from qgraph.diffusion.records.layouts import events_text, read_events
from qgraph.diffusion.records.recorded import (
    MeasureSpell,
    RecordedEvent,
    labels,
    measure_spells,
    newest_source,
    recorded,
    recorded_events,
    spell_warnings,
)
from qgraph.diffusion.records.times import Span, day_of, read_time
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError
from qgraph.graph import Graph, load
from qgraph.terms import PREFIXES

if TYPE_CHECKING:
    from qgraph.compile import Compilation

ROOT = Path(__file__).parents[2]

#: One measure with everything that is odd about times, one that ended, one known by its promotion.
MADE_UP = """
qgd:place-china a qg:Place ; dcterms:type qgk:place-kind-country ; rdfs:label "China"@en .
qgd:place-guangdong a qg:Place ; dcterms:type qgk:place-kind-province ; rdfs:label "广东"@zh-Hans .
qgd:place-zone a qg:Zone ; qg:inProvince qgd:place-guangdong ; rdfs:label "Zone"@en .
qgd:source-a a qg:Source ; qg:published "2021-03" .
qgd:source-b a qg:Source ; qg:published "2019/2020~" .
qgd:source-c a qg:Source ; qg:published "2018/.." .
qgd:evidence-a qg:quotedFrom qgd:source-a ; qg:locator "p. 1" .
qgd:evidence-b qg:quotedFrom qgd:source-b ; qg:locator "p. 2" .

qgd:time-span qg:begin "2015-01-01"^^xsd:date ; qg:end "2018-06-30"^^xsd:date ;
  qg:edtf "2015~/2018-06" ; qg:modality qgk:modality-inferred .
qgd:time-late qg:begin "2016-05-04"^^xsd:date ; qg:end "2016-05-04"^^xsd:date ;
  qg:edtf "2016-05-04" .
qgd:time-bound qg:end "2014-06-30"^^xsd:date ; qg:edtf "../2014-06" .
qgd:time-end qg:begin "2019-01-01"^^xsd:date ; qg:end "2019-01-31"^^xsd:date ; qg:edtf "2019-01" .
qgd:time-future qg:begin "2030-01-01"^^xsd:date ; qg:end "2030-01-01"^^xsd:date .

qgd:measure-long a qg:Measure ; qg:policyField qgk:field-trade , qgk:field-customs .
qgd:pilot-long a qg:Pilot ; qg:pilots qgd:measure-long ; qg:happenedIn qgd:place-zone ;
  qg:pilotedBy qgd:body-x ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-b ,
  qgd:evidence-a ; qg:happenedAt qgd:time-span , qgd:time-late .
qgd:pilot-long-undated a qg:Pilot ; qg:pilots qgd:measure-long ; qg:happenedIn qgd:place-guangdong ;
  qg:modality qgk:modality-inferred ; qg:evidence qgd:evidence-b .
qgd:pilot-rejected a qg:Pilot ; qg:pilots qgd:measure-long ; qg:happenedIn qgd:place-zone ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-b ;
  qg:standing qgk:standing-rejected .
qgd:promotion-long a qg:Promotion ; qg:promotes qgd:measure-long ; qg:appliesIn qgd:place-china ;
  qg:inBatch qgd:batch-long ; qg:happenedAt qgd:time-end ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:batch-long a qg:PromotionBatch ; qg:happenedAt qgd:time-late ; qg:legalBasis qgd:doc-batch .
qgd:promotion-long-local a qg:Promotion ; qg:promotes qgd:measure-long ;
  qg:appliesIn qgd:place-guangdong ; qg:happenedAt qgd:time-late ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .

qgd:measure-ended a qg:Measure .
qgd:pilot-ended a qg:Pilot ; qg:pilots qgd:measure-ended ; qg:happenedIn qgd:place-zone ;
  qg:happenedAt qgd:time-bound ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:event-closed a qg:Event ; dcterms:type qgk:event-closure ; qg:concerns qgd:measure-ended ;
  qg:happenedAt qgd:time-end ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:event-text a qg:Event ; dcterms:type qgk:event-repeal ; qg:concerns qgd:doc-batch ;
  qg:happenedAt qgd:time-end ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:event-amended a qg:Event ; dcterms:type qgk:event-amendment ; qg:concerns qgd:measure-ended ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .

qgd:measure-listed a qg:Measure .
qgd:pilot-listed a qg:Pilot ; qg:pilots qgd:measure-listed ; qg:happenedIn qgd:place-zone ;
  qg:modality qgk:modality-inferred ; qg:evidence qgd:evidence-a .
qgd:promotion-listed a qg:Promotion ; qg:promotes qgd:measure-listed ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .

qgd:measure-late a qg:Measure .
qgd:pilot-late a qg:Pilot ; qg:pilots qgd:measure-late ; qg:happenedIn qgd:place-zone ;
  qg:happenedAt qgd:time-late ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-a .
qgd:promotion-late a qg:Promotion ; qg:promotes qgd:measure-late ; qg:appliesIn qgd:place-china ;
  qg:happenedAt qgd:time-future ; qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-b .
"""


def span(text: str) -> Span:
    return read_time(text, dated=True)


def graph_of(folder: Path, text: str) -> Graph:
    file = folder / "graph.ttl"
    prefixes = "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items())
    file.write_text(prefixes + text, encoding="utf-8")
    return load(file)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return graph_of(tmp_path_factory.mktemp("made-up"), MADE_UP)


@pytest.fixture(scope="module")
def spread() -> Graph:
    """Documented chains of spread, of which spread.trig gives the addresses."""
    trig = (ROOT / "tests" / "questions" / "spread.trig").read_bytes()
    quads = [
        *pyoxigraph.parse(trig, format=pyoxigraph.RdfFormat.TRIG),
        *read_ontology(ROOT / "ontology").quads,
    ]
    store = pyoxigraph.Store()
    store.bulk_extend([*quads, *derive(quads, ROOT / "ontology" / "rules")])
    return Graph(store, "spread.trig")


@pytest.fixture(scope="module")
def bundled(compiled: Compilation) -> Graph:
    store = pyoxigraph.Store()
    store.bulk_extend(compiled.quads)
    return Graph(store, "bundled tables")


def named(graph: Graph, name: str) -> RecordedEvent:
    (found,) = (one for one in recorded(graph) if one.event == name)
    return found


def spell(graph: Graph, name: str, until: date | None = None) -> MeasureSpell:
    (found,) = (one for one in measure_spells(graph, until) if one.measure == name)
    return found


# --- Events ------------------------------------------------------------------------------------


def test_an_event_has_what_the_graph_says_of_it(spread: Graph) -> None:
    found = named(spread, "promotion-returns-centre")
    assert found == RecordedEvent(
        event="promotion-returns-centre",
        kind="promotion",
        measure="measure-returns-centre",
        time=span("2020-07-07"),
        words="7 July 2020",
        places=("place-china",),
        provinces=(),
        zones=(),
        nationwide=True,
        bodies=("body-customs-administration", "body-ministry-of-commerce"),
        batch="batch-6",
        documents=("doc-state-council-2020-96",),
        fields=("qgk:field-customs", "qgk:field-trade"),
        inferred=False,
        time_inferred=False,
        sources=("source-sixth-batch",),
        evidence="promotion-returns-centre: source-sixth-batch annex",
    )


def test_an_event_in_two_places_is_one_of_each(spread: Graph) -> None:
    table = recorded_events(spread).among(["measure-law-choice"]).of("promotion")
    day = span("2025-02-14").begin
    evidence = "promotion-law-choice: source-law-choice whole page"
    assert table.rows == tuple(
        Event("measure-law-choice", place, day, day, "promotion", "14 February 2025", evidence)
        for place in ("place-shenzhen", "place-zhuhai")
    )
    assert table.dated
    assert (table.origin, table.inferred) == ("spread.trig", True)
    assert table.query.startswith("# title:")


def test_rejected_events_are_out(spread: Graph, made_up: Graph) -> None:
    for graph, name in ((spread, "pilot-joint-office-jiangxi"), (made_up, "pilot-rejected")):
        assert name not in {one.event for one in recorded(graph)}


def test_open_and_unknown_times(spread: Graph) -> None:
    assert named(spread, "adoption-gansu").time == (-inf, span("2021-04-16").end)
    undated = named(spread, "pilot-bonded-ore")
    assert (undated.time, undated.words) == ((-inf, inf), "")
    # Kept, so that counts are honest; cascades leave them out and say so.
    events = recorded_events(spread)
    assert "measure-bonded-ore" in events.measures
    assert "Left out, because their time is not known" in cascades(events).warnings[-1].en


def test_what_lasted_counts_from_its_beginning_and_the_first_of_several_times_holds(
    made_up: Graph,
) -> None:
    found = named(made_up, "pilot-long")
    assert found.time == span("2015")  # of 2015~/2018-06, and not 4 May 2016
    assert (found.words, found.time_inferred, found.inferred) == ("2015~/2018-06", True, False)
    assert found.evidence == "pilot-long: source-a p. 1; source-b p. 2"


def test_a_part_that_is_no_plain_date_counts_with_all_its_days(tmp_path: Path) -> None:
    """Season 21 of EDTF is spring: read by the compiler, which gives the days."""
    graph = graph_of(tmp_path, MADE_UP.replace("2015~/2018-06", "2015-21/2018-06"))
    assert named(graph, "pilot-long").time == span("2015-01-01/2016-05-04")


def test_a_promotion_has_its_own_time_before_that_of_its_batch(made_up: Graph) -> None:
    found = named(made_up, "promotion-long")
    assert (found.time, found.batch, found.documents) == (
        span("2019-01"),
        "batch-long",
        ("doc-batch",),
    )


def test_a_closure_ends_a_measure_and_the_repeal_of_a_text_does_not(made_up: Graph) -> None:
    ends = [one for one in recorded(made_up) if one.kind == "end"]
    assert [(one.event, one.measure, one.time) for one in ends] == [
        ("event-closed", "measure-ended", span("2019-01"))
    ]


def test_units_and_what_has_none(spread: Graph) -> None:
    provinces = recorded_events(spread, "province")
    assert {"place-guangdong", "place-shanghai", "place-jiangxi"} <= set(provinces.units)
    bodies = recorded_events(spread, "body").of("adoption")
    assert bodies.units == (
        "body-dalian-customs",
        "body-shanghai-justice-bureau",
        "body-jiangxi-publicity",
    )
    _, warning = bodies.warnings
    assert warning.en == (
        "Left out, because no body is recorded: adoptions 1, pilots 7, promotions 4."
    )
    assert "采纳1项" in warning.zh
    assert cascades(bodies).warnings[:2] == bodies.warnings
    with pytest.raises(QGraphError, match="no unit 'city'") as caught:
        recorded_events(spread, "city")
    assert "place, province, body" in caught.value.hint


def test_labels_in_both_languages(spread: Graph, made_up: Graph) -> None:
    assert labels(spread, ["place-shanghai"]) == {"place-shanghai": "Shanghai"}
    assert labels(spread, ["place-shanghai", "qgk:field-trade"], "zh")["place-shanghai"] == "上海"
    assert labels(made_up, ["place-guangdong"], "en") == {"place-guangdong": "广东"}


def test_events_of_a_graph_survive_a_file(spread: Graph, tmp_path: Path) -> None:
    events = recorded_events(spread)
    (tmp_path / "events.csv").write_text(events_text(events), encoding="utf-8")
    assert read_events(tmp_path / "events.csv").rows == events.rows


# --- Survival ----------------------------------------------------------------------------------


def test_the_spell_of_a_measure(spread: Graph) -> None:
    """Sixth batch, 7 July 2020; piloted in Zhengzhou since January 2020 (qatmh.buzz/case/77)."""
    found = spell(spread, "measure-returns-centre", date(2024, 12, 31))
    assert found == MeasureSpell(
        measure="measure-returns-centre",
        entry=span("2020-01"),
        promotion=span("2020-07-07"),
        nationwide=span("2020-07-07"),
        batch="batch-6",
        end=None,
        until=span("2024-12-31").end,
        fields=("qgk:field-customs", "qgk:field-trade"),
        zones=("place-zhengzhou-area",),
        bodies=(),
        start_known=True,
        further_pilots=False,
        promoted_only=True,
    )
    # 7 July is 158 days after 31 January and 188 after 1 January.
    assert delay(found) == (188, "promotion", -inf, "all", 1, 157)


def test_a_measure_that_is_only_adopted_is_not_at_risk(spread: Graph) -> None:
    found = {one.measure for one in measure_spells(spread)}
    assert "measure-publication-licence" in found  # promoted, without a pilot
    assert "measure-shanghai-joint-law" not in found


def test_observation_ends_with_the_newest_source(made_up: Graph, spread: Graph) -> None:
    assert newest_source(made_up) == day_of(date(2021, 3, 1))
    assert spell(made_up, "measure-late").until == day_of(date(2021, 3, 1))
    # No source of these says when it was published: the last event is in February 2025.
    assert newest_source(spread) == -inf
    assert spell(spread, "measure-law-choice").until == day_of(date(2025, 2, 14))


def test_what_happens_after_the_end_of_observation_is_not_seen(made_up: Graph) -> None:
    censored = spell(made_up, "measure-late")
    assert censored.nationwide is None
    assert delay(censored) == (censored.until - span("2016-05-04").end, "", -inf, "all", 1, None)
    later = spell(made_up, "measure-late", date(2031, 1, 1))
    assert delay(later).exit == span("2030-01-01").end - span("2016-05-04").end
    assert "measure-late" not in {one.measure for one in measure_spells(made_up, date(2016, 1, 1))}


def test_an_undated_pilot_says_nothing_and_is_told(made_up: Graph) -> None:
    found = spell(made_up, "measure-long")
    assert (found.entry, found.start_known, found.further_pilots) == (span("2015"), True, True)
    assert (found.promotion, found.nationwide) == (span("2016-05-04"), span("2019-01"))
    assert found.batch == "batch-long"
    assert delay(found, nationwide=False).exit == span("2016-05-04").end - span("2015").begin
    assert not found.promoted_only  # source b tells of a pilot, and of no promotion


def test_an_open_start_has_no_known_delay(made_up: Graph) -> None:
    found = spell(made_up, "measure-ended")
    assert (found.entry.begin, found.start_known, found.end) == (-inf, False, span("2019-01"))
    assert isnan(delay(found).exit)
    assert delay(found).cause == "end"
    assert isnan(delay(found._replace(end=None)).exit)
    closed = delay(found._replace(entry=span("2019-01-01"), end=span("2019-01-31")))
    assert closed == (30, "end", -inf, "all", 1, None)


def test_a_measure_known_by_its_promotion_alone(made_up: Graph) -> None:
    found = spell(made_up, "measure-listed")
    assert found.promoted_only
    assert (found.entry, found.promotion, found.nationwide) == ((-inf, inf), (-inf, inf), None)
    assert isnan(delay(found, nationwide=False).exit)


def test_no_date_at_all_is_refused(tmp_path: Path) -> None:
    undated = MADE_UP[: MADE_UP.index("qgd:time-span")].replace("qg:published", "qg:note")
    pilot = """qgd:pilot-x a qg:Pilot ; qg:pilots qgd:measure-x ; qg:evidence qgd:evidence-a ;
      qg:modality qgk:modality-asserted ; qg:happenedIn qgd:place-zone ."""
    graph = graph_of(tmp_path, undated + pilot)
    with pytest.raises(Refused, match="no source and no event has a date"):
        measure_spells(graph)
    assert len(measure_spells(graph, date(2020, 1, 1))) == 1


def test_what_the_records_cannot_carry_is_told_with_counts(made_up: Graph) -> None:
    told = [warning.en for warning in spell_warnings(made_up, measure_spells(made_up))]
    assert told == [
        "No date of a first pilot is known for 1 of 4 measures.",
        "Of 1 of 4 measures a further pilot has no date: the first may have been earlier.",
        'Of 1 of 4 measures it is only known that the first pilot began "no later than" some day:'
        " they were already running when first seen.",
        "1 of 4 measures are on record only because they were promoted: a share of promoted"
        " measures among them would count successes only.",
    ]


def test_counts_of_the_bundled_graph_hold_together(bundled: Graph) -> None:
    """The graph grows: what must be so whatever it holds, and that it cannot carry survival yet."""
    events = recorded(bundled)
    assert len({one.event for one in events}) == len(events)
    assert all(one.time.begin <= one.time.end for one in events)
    spells = measure_spells(bundled)
    assert {one.measure for one in events if one.kind == "pilot"} <= {s.measure for s in spells}
    for one in spells:
        assert one.promotion is not None or not one.promoted_only
        assert one.nationwide is None or one.promotion is not None
    told = spell_warnings(bundled, spells)
    assert all(warning.en.isascii() and not warning.zh.isascii() for warning in told)
    for part in (
        "No date of a first pilot is known for",
        "have no known year of their first pilot",
        "are on record only because they were promoted",
        "No repeal or closure of a measure is recorded",
        "have no exact count of measures launched: there is no denominator",
        "Measures with a pilot on record, of those that sources count as launched: Qianhai",
    ):
        assert any(part in warning.en for warning in told), part


def test_without_what_was_inferred_less_is_known() -> None:
    whole, asserted = load(), load(inferred=False)
    events = recorded_events(asserted)
    assert not events.inferred
    assert "without inferred statements" in events.origin
    assert len(events) < len(recorded_events(whole))
    assert not any(one.inferred for one in recorded(asserted))

"""What is recorded of what is reported, in which languages, on what evidence.

``data/coverage.ttl`` has every case once; the expected numbers are counted in it by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from qgraph.describe import Coverage, cover, coverage_text
from qgraph.describe.coverage import SegmentCoverage
from qgraph.describe.evidence import Backing, ReliabilityCount, Translation
from qgraph.describe.promotions import BatchCoverage, IdentifiedMeasure, PlaceCoverage
from qgraph.graph import Graph, load
from qgraph.terms import QG, expand, local_id

DATA = Path(__file__).parent / "data" / "coverage.ttl"


@pytest.fixture(scope="module")
def covered() -> Coverage:
    return cover(load(DATA))


def batch(covered: Coverage, name: str) -> BatchCoverage:
    (found,) = (one for one in covered.promotions.batches if local_id(one.batch) == name)
    return found


def place(covered: Coverage, name: str) -> PlaceCoverage:
    return next(one for one in covered.promotions.places if local_id(one.place) == name)


def lines(text: str, start: str) -> list[str]:
    """Lines that begin with a word, whatever the widths of their columns."""
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(start)]


# --- Batches --------------------------------------------------------------------------------------


def test_batches_come_by_kind_and_date(covered: Coverage) -> None:
    """The State Council's came first (2014); undated ones end their kind, the kindless the list."""
    assert [local_id(one.batch) for one in covered.promotions.batches] == [
        "batch-sc-1",
        "batch-sc-4",
        "batch-sc-6",
        "batch-undated",
        "batch-best-3",
        "batch-best-4",
        "batch-kindless",
    ]


def test_a_batch_has_its_date_and_document(covered: Coverage) -> None:
    fourth = batch(covered, "batch-sc-4")
    assert (fourth.date, fourth.numbers) == ("2018-05", ("国发〔2018〕12号",))
    assert local_id(fourth.kind) == "qgk:batch-kind-state-council-circular"
    assert batch(covered, "batch-best-3").date == "../2019-06"
    assert batch(covered, "batch-kindless").date == "lately"
    assert batch(covered, "batch-undated").date == ""


def test_recorded_promotions_are_counted_and_inferred_ones_told_apart(covered: Coverage) -> None:
    counts = {
        local_id(one.batch): (one.recorded, one.recorded_inferred)
        for one in covered.promotions.batches
    }
    assert counts == {
        "batch-sc-1": (0, 0),  # its only promotion is rejected
        "batch-sc-4": (2, 1),
        "batch-sc-6": (2, 0),
        "batch-undated": (1, 0),
        "batch-best-3": (1, 0),
        "batch-best-4": (0, 0),
        "batch-kindless": (0, 0),
    }
    assert covered.promotions.unbatched == 1


def test_the_same_number_by_two_sources_is_one_number(covered: Coverage) -> None:
    (size,) = batch(covered, "batch-sc-4").sizes
    assert (size.figure, size.value, size.share) == ("30", 30, 0.0667)
    assert list(map(local_id, size.observations)) == ["obs-4", "obs-4-again"]
    assert list(map(local_id, size.sources)) == ["source-a", "source-b"]
    assert not size.inferred


def test_a_number_that_we_reckoned_says_so(covered: Coverage) -> None:
    (size,) = batch(covered, "batch-sc-1").sizes
    assert (size.inferred, size.modality) == (True, "inferred")
    assert list(map(local_id, size.derived_from)) == ["obs-4"]


def test_numbers_that_disagree_stand_side_by_side(covered: Coverage) -> None:
    sizes = batch(covered, "batch-sc-6").sizes
    assert [(one.figure, one.contested, one.share) for one in sizes] == [
        ("37", True, 0.0541),
        ("more than 40", False, 0.05),
    ]


def test_a_joint_number_is_not_that_of_either(covered: Coverage) -> None:
    for name in ("batch-best-3", "batch-best-4"):
        one = batch(covered, name)
        assert one.sizes == ()
        assert [(size.figure, size.share) for size in one.joint] == [("49", None)]


def test_bounds_without_a_value_have_no_share(covered: Coverage) -> None:
    (size,) = batch(covered, "batch-kindless").sizes
    assert (size.figure, size.value, size.share) == ("10–20", None, None)


def test_the_text_has_a_table_per_kind_and_a_total(covered: Coverage) -> None:
    text = coverage_text(covered)
    assert "\ncircular of the State Council\n" in text
    assert "\nof no known kind\n" in text
    rows = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines(text, "batch-")}
    assert rows["batch-sc-1"] == "2014 — 0 34 0% inferred, derived (1)"
    assert rows["batch-sc-4"] == "2018-05 国发〔2018〕12号 2 (1) 30 7% asserted (2)"
    # More than 40: what is recorded is less than the share of 40.
    assert rows["batch-sc-6"] == (
        "2020-07-07 — 2 37 / more than 40 5% / <5% asserted, contested (1) / asserted (1)"
    )
    assert rows["batch-undated"] == "— — 1 ? ? —"
    assert rows["batch-best-3"] == "../2019-06 — 1 ? ? 49 with batch-best-4: asserted (1)"
    # Exact and single: 34 (inferred) and 30; the promotions in these two are 0 and 2.
    assert (
        "Total: 6 promotions in 7 batches. In the 2 batches with one exact n (of which 1 inferred):"
        " 2 of 64 items, 3%. 1 more promotions name no batch.\n"
    ) in text


@pytest.mark.parametrize(
    ("comparator", "share"),
    [
        ("exact", "50%"),
        ("about", "≈50%"),
        ("nearly", ">50%"),
        ("less-than", ">50%"),
        ("more-than", "<50%"),
        ("at-most", "≥50%"),
        ("at-least", "≤50%"),
    ],
)
def test_a_share_of_an_inexact_number_says_to_which_side_it_errs(
    tmp_path: Path, comparator: str, share: str
) -> None:
    """Of "nearly 2" items there are fewer than 2, so that 1 of them is more than a half."""
    path = tmp_path / "one.ttl"
    path.write_text(
        "PREFIX qg: <https://w3id.org/qgraph/ns#>\n"
        "PREFIX qgd: <https://w3id.org/qgraph/id/>\n"
        "PREFIX qgk: <https://w3id.org/qgraph/kind/>\n"
        "qgd:batch-one a qg:PromotionBatch .\n"
        "qgd:promotion-one a qg:Promotion ; qg:inBatch qgd:batch-one .\n"
        "qgd:obs-one a qg:Observation ; qg:about qgd:batch-one ; qg:value 2 ;\n"
        f"  qg:indicator qgk:indicator-batch-size ; qg:comparator qgk:comparator-{comparator} .\n",
        "utf-8",
    )
    (line,) = lines(coverage_text(cover(load(path))), "batch-one")
    assert line.endswith(f" 2 {share} asserted (0)")


# --- Places ---------------------------------------------------------------------------------------


def test_the_latest_number_of_a_place_comes_first(covered: Coverage) -> None:
    zone = place(covered, "place-cooperation")
    assert (zone.time, zone.end) == ("2020-07-07", "2020-07-07")
    assert [(one.figure, one.sources) for one in zone.reported] == [
        ("94", (expand("qgd:source-a"),))
    ]


def test_latest_numbers_that_disagree_stand_side_by_side(covered: Coverage) -> None:
    zone = place(covered, "place-guangdong-ftz")
    assert [one.figure for one in zone.reported] == ["43", "45"]


def test_measures_are_identified_by_pilot_place_and_promotion(covered: Coverage) -> None:
    """By hub: piloted in a hub of which only we say that it lies in the zone."""
    zone = place(covered, "place-cooperation")
    found = {local_id(one.measure): one for one in zone.measures}
    assert {name: (one.promoted, one.counted, one.inferred) for name, one in found.items()} == {
        "measure-known": ("2018-05-01", True, False),
        "measure-by-hub": ("2019-06-30", True, True),
        "measure-inferred": ("2018-05-01", True, True),
        "measure-later": ("2025-01-01", False, False),
        "measure-undated": ("", False, False),
    }
    assert (zone.asserted, zone.inferred, zone.later_or_undated) == (1, 2, 2)
    assert found["measure-known"] == IdentifiedMeasure(
        expand("qgd:measure-known"), "Known", "2018-05-01", counted=True, inferred=False
    )


def test_the_two_zones_of_qianhai_are_kept_apart(covered: Coverage) -> None:
    """The pilot of Known in Shekou is rejected; Of Shekou was promoted on the very last day."""
    area = place(covered, "place-shekou")
    assert [local_id(one.measure) for one in area.measures] == ["measure-shekou"]
    assert (area.asserted, area.inferred) == (1, 0)
    assert list(map(local_id, area.reported[0].differs_from)) == ["obs-94"]
    assert area.reported[0].share is None


def test_a_zone_within_another_counts_there_too_but_a_member_does_not(covered: Coverage) -> None:
    whole = place(covered, "place-guangdong-ftz")
    assert [local_id(one.measure) for one in whole.measures] == ["measure-shekou"]
    assert list(map(local_id, whole.containing)) == ["place-shekou"]
    assert list(map(local_id, place(covered, "place-shekou").within)) == ["place-guangdong-ftz"]
    assert place(covered, "place-cooperation").within == ()


def test_the_text_says_what_is_counted_and_adds_nothing_up(covered: Coverage) -> None:
    text = coverage_text(covered)
    part = text.partition("reported and known by name\n")[2].partition("\nLanguages\n")[0]
    assert "numbers of different places are never added or divided" in part
    assert lines(part, "Qianhai Cooperation") == [
        "Qianhai Cooperation Zone 94 2020-07-07 asserted (1) 3 1 2 2",
        "Qianhai Cooperation Zone 65 2018-05 asserted (1) 2 1 1 3",
    ]
    assert lines(part, "Qianhai-Shekou")[0] == (
        "Qianhai-Shekou about 50 2020-07-07 asserted, other rule (1) 1 1 0 0"
    )
    assert lines(part, "Guangdong FTZ ")[0] == (
        "Guangdong FTZ 43 / 45 2025 asserted (1) / asserted (1) 1 1 0 0"
    )
    assert "Guangdong FTZ contains: Qianhai-Shekou." in part
    assert "Reported by: Qianhai Cooperation Zone: source-a, source-b; " in part
    assert "total" not in part.lower()


# --- Languages and evidence -----------------------------------------------------------------------


def test_labels_and_descriptions_are_counted_by_language(covered: Coverage) -> None:
    counts = {one.cls: one for one in covered.translations}
    assert counts[QG.Measure] == Translation(QG.Measure, "measure", 7, 7, 1, 1, 0)
    assert counts[QG.Source] == Translation(QG.Source, "source", 3, 2, 1, 0, 0)
    # Nothing of these has a label: claims never do, the pilots here have none.
    assert not {QG.Claim, QG.Pilot} & counts.keys()


def test_evidence_is_counted_by_class(covered: Coverage) -> None:
    """Two measures have passages, one of them two; the claim about a third is rejected."""
    counts = {one.cls: one for one in covered.evidence}
    assert counts[QG.Measure] == Backing(
        cls=QG.Measure,
        label="measure",
        things=7,
        statements=2,
        passages=2,
        one_source=1,
        several_sources=1,
        no_source=5,
        weak_only=1,
        phrases=1,
        locators_only=1,
    )
    # The claims about two places are theirs: that of the hub rests on a weak source.
    facility = expand("qg:Facility")
    assert (counts[QG.Zone].statements, counts[facility].weak_only) == (1, 1)
    assert not {QG.Claim, QG.Pilot} & counts.keys()


def test_evidence_is_counted_by_reliability(covered: Coverage) -> None:
    """Nothing rests on the third source, and nobody has rated it."""
    assert covered.reliability == (
        # seven observations, a promotion, a measure and a claim; not the rejected claim
        ReliabilityCount(expand("qgk:reliability-strong"), "strong", 1, 1, 10),
        # four observations, two measures and a claim
        ReliabilityCount(expand("qgk:reliability-weak"), "weak", 1, 1, 7),
        ReliabilityCount("", "", 1, 1, 0),
    )
    assert "not rated" in coverage_text(covered)


def test_a_thing_of_two_classes_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "two.ttl"
    path.write_text(
        "PREFIX qg: <https://w3id.org/qgraph/ns#>\n"
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        '<urn:zone> a qg:Zone , qg:Place ; rdfs:label "Zone"@en-GB , "區"@zh-Hant .\n'
        '<urn:place> a qg:Place ; rdfs:label "地方"@zh .\n',
        "utf-8",
    )
    counts = [
        (one.label, one.things, one.labels_en, one.labels_zh)
        for one in cover(load(path)).translations
    ]
    assert counts == [("place", 1, 0, 1), ("zone", 1, 1, 0)]


# --- Held texts -----------------------------------------------------------------------------------


def test_coverage_counts_statements_per_segment(small: Graph) -> None:
    source = expand("qgd:source-000")
    role = small.label(expand("qgk:role-series-note"))
    assert cover(small).segments == (
        SegmentCoverage(
            source, expand("qgd:segment-000-s03"), "s03", role, 0, "announces a series"
        ),
        # two of On July 26 (pilot and time), four of the operators (two firms, two claims)
        SegmentCoverage(source, expand("qgd:segment-000-s04"), "s04", "sentence", 6, ""),
        SegmentCoverage(source, expand("qgd:segment-000-s05"), "s05", "sentence", 2, ""),
    )
    text = coverage_text(cover(small))
    assert text.endswith("source-000: 2 of 3 segments yield statements, 8 in all.\n")
    assert "3 个片段中有 2 个产生陈述，共 8 次" in coverage_text(cover(small, "zh"), "zh")


# --- The text as a whole --------------------------------------------------------------------------


def test_a_graph_with_nothing_says_so_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "other.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n", "utf-8")
    text = coverage_text(cover(load(path)))
    assert "No batch is recorded." in text
    assert "No source here reports a number." in text
    assert "Nothing has a label." in text
    assert "Nothing here has evidence." in text
    assert text.endswith("No source here is divided into segments.\n")
    assert "没有划分片段的来源" in coverage_text(cover(load(path), "zh"), "zh")


def test_the_text_is_in_chinese_too() -> None:
    text = coverage_text(cover(load(DATA), "zh"), "zh")
    for part in ("各批次事项", "国务院通知", "类型不明", "全国推广措施", "语言", "证据", "未评定"):
        assert part in text
    assert "与 batch-best-4 合计 49：直接陈述 (1)" in text
    assert "超过40" in text
    assert "另有 1 项推广未注明批次。" in text
    assert "直接陈述、口径不同 (1)" in text
    assert "Guangdong FTZ包含：Qianhai-Shekou。" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_fits_a_terminal(language: str) -> None:
    from qgraph.cells import width

    text = coverage_text(cover(load(DATA), language), language, 100)
    assert max(map(width, text.splitlines())) <= 100


def test_the_order_of_statements_does_not_matter(covered: Coverage, tmp_path: Path) -> None:
    triples = sorted(f"{quad.triple} .\n" for quad in load(DATA).quads())
    path = tmp_path / "turned.nt"
    for order in (1, -1):
        path.write_text("".join(triples[::order]), "utf-8")
        assert cover(load(path)) == covered

"""The checks for curators: each finds what it is for, and keeps silent where nothing is to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.terms import local_id
from qgraph.validation import Origins
from qgraph.validation.checks import run_checks

from .test_validate import PROVOKED

CHECKS = Path(__file__).parents[2] / "ontology" / "checks"

Reader = Callable[[str], list[ox.Quad]]


def _found(quads: list[ox.Quad], name: str, language: str = "en") -> list[str]:
    """Name the nodes that one check finds."""
    issues = run_checks(quads, CHECKS, Origins({}), language)
    return [local_id(issue.node) for issue in issues if issue.rule == name]


def _day(name: str, begin: str, end: str = "") -> str:
    begins = f'qg:begin "{begin}"^^xsd:date ; ' if begin else ""
    return f'qgd:time-{name} a qg:TimeReference ; {begins}qg:end "{end or begin}"^^xsd:date .\n'


def _source(name: str, published: str = "", reliability: str = "medium") -> str:
    """Write a source with one passage of evidence, ``evidence-NAME``."""
    day = f'; qg:published "{published}"' if published else ""
    return (
        f"qgd:source-{name} a qg:Source ; qg:reliability qgk:reliability-{reliability} {day} .\n"
        f"qgd:evidence-{name} a qg:Evidence ; qg:quotedFrom qgd:source-{name} .\n"
    )


_TWO_DAYS = _day("early", "2020-05-01") + _day("late", "2021-05-01")
_NATIONAL = """
    qgd:place-c dcterms:type qgk:place-kind-country .
    qgd:promotion-a qg:promotes qgd:measure-a ; qg:appliesIn qgd:place-c ; qg:inBatch qgd:batch-a .
"""
_BATCH_OF_2 = """
    qgd:obs-size qg:indicator qgk:indicator-batch-size ; qg:about qgd:batch-a ; qg:value 2.0 ;
      qg:comparator qgk:comparator-exact .
"""
_THREE_ITEMS = """
    qgd:promotion-a qg:inBatch qgd:batch-a ; qg:itemNumber 1 .
    qgd:promotion-b qg:inBatch qgd:batch-a ; qg:itemNumber 2 .
    qgd:promotion-c qg:inBatch qgd:batch-a ; qg:itemNumber 3 .
"""
_TWO_RANKS = """
    qgd:entry-a a qg:RankingEntry ; dcterms:isPartOf qgd:edition-a ; qg:about qgd:place-a ;
      qg:position 1 .
    qgd:entry-b a qg:RankingEntry ; dcterms:isPartOf qgd:edition-a ; qg:about qgd:place-a ;
      qg:position 2 .
"""
_TWO_FIRSTS = """
    qgd:first-a qg:comparisonClass "courts"@en ; qg:sharing qgk:sharing-sole ; qg:ordinal 1 ;
      qg:within qgd:place-c ; qg:about qgd:body-a .
    qgd:first-b qg:comparisonClass "courts"@en ; qg:sharing qgk:sharing-sole ; qg:ordinal 1 ;
      qg:within qgd:place-c ; qg:about qgd:body-b .
"""
_ISSUED_TWICE = (
    _TWO_DAYS
    + """
    qgd:event-a dcterms:type qgk:event-document-issuance ; qg:concerns qgd:doc-a ;
      qg:happenedAt qgd:time-early .
    qgd:event-b dcterms:type qgk:event-document-issuance ; qg:concerns qgd:doc-a ;
      qg:happenedAt qgd:time-late .
"""
)
_CONTESTED_LINK = """
    qgc:1 a qg:Claim ; qg:standing qgk:standing-contested ; rdf:subject qgd:doc-a ;
      rdf:predicate qg:issuedBy ; rdf:object qgd:body-a .
"""

CASES = {
    "open-reading": [
        ("qgd:time-a qg:alternativeReading qgd:time-b .", ["time-a"]),
        ("qgd:time-a qg:alternativeReading qgd:time-b ; qg:standing qgk:standing-accepted .", []),
    ],
    "orphan": [
        ("qgd:place-a a qg:Place ; rdfs:label 'A'@en ; qg:evidence qgd:evidence-a .", ["place-a"]),
        ("qgd:measure-a a qg:Measure ; qg:policyField qgk:field-finance .", ["measure-a"]),
        ("qgd:place-a a qg:Place ; owl:differentFrom qgd:place-b .", ["place-a"]),
        # What rules derive repeats links that are there, or were.
        ("qgd:place-a a qg:Place ; qg:inProvince qgd:place-b .", ["place-a"]),
        ("qgd:place-a a qg:Place ; qg:locatedIn qgd:place-b .", []),
        ("qgd:org-a a qg:Enterprise . qgd:event-a qg:participant qgd:org-a .", []),
        ("qgd:person-a a qg:Person . qgc:1 qg:attributedTo qgd:person-a .", []),
        # A rejected claim makes no link.
        ("qgd:person-a a qg:Person . qgc:1 rdf:subject qgd:person-a .", ["person-a"]),
        # A source is used by what is quoted from it, a time by what refers to it.
        ("qgd:source-a a qg:Source . qgd:segment-a qg:inSource qgd:source-a .", ["source-a"]),
        (_source("a"), []),
        ("qgd:time-a a qg:TimeReference ; qg:anchor qgd:time-b .", ["time-a"]),
        ("qgd:time-b a qg:TimeReference . qgd:time-a qg:anchor qgd:time-b .", []),
        ("qgd:year-2024 a qg:Year . qgd:segment-a a qg:Segment .", []),
    ],
    "single-source": [
        (_source("a") + "qgd:org-a qg:evidence qgd:evidence-a ; qg:sourceCount 1 .", ["org-a"]),
        (_source("a") + "qgd:org-a qg:evidence qgd:evidence-a ; qg:sourceCount 2 .", []),
        (
            _source("a") + "qgd:time-a a qg:TimeReference ; qg:evidence qgd:evidence-a ;"
            " qg:sourceCount 1 .",
            [],
        ),
        (
            _source("a") + "qgd:event-a qg:evidence qgd:evidence-a ; qg:sourceCount 1 ;"
            " qg:standing qgk:standing-rejected .",
            [],
        ),
    ],
    "weak-sources-only": [
        (_source("a", "", "weak") + "qgd:org-a qg:evidence qgd:evidence-a .", ["org-a"]),
        (_source("a") + "qgd:org-a qg:evidence qgd:evidence-a .", []),
        (
            _source("a", "", "weak")
            + _source("b")
            + "qgd:org-a qg:evidence qgd:evidence-a , qgd:evidence-b .",
            [],
        ),
        # A better source speaks of the thing in a claim.
        (
            _source("a", "", "weak") + _source("b") + "qgd:org-a qg:evidence qgd:evidence-a ."
            " qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; qg:evidence qgd:evidence-b .",
            [],
        ),
        # The thing is known to better sources, the link is not.
        (
            _source("a", "", "weak") + _source("b") + "qgd:org-a qg:evidence qgd:evidence-b ."
            " qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; rdf:predicate qg:basedIn ;"
            " rdf:object qgd:place-a ; qg:evidence qgd:evidence-a .",
            ["qgc:1"],
        ),
        # Neither is: that is told once.
        (
            _source("a", "", "weak") + "qgd:org-a qg:evidence qgd:evidence-a ."
            " qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; rdf:predicate qg:basedIn ;"
            " rdf:object qgd:place-a ; qg:evidence qgd:evidence-a .",
            ["org-a"],
        ),
        # Another claim of the same link has a better source.
        (
            _source("a", "", "weak") + _source("b") + "qgd:org-a qg:evidence qgd:evidence-b ."
            " qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; rdf:predicate qg:basedIn ;"
            " rdf:object qgd:place-a ; qg:evidence qgd:evidence-a ."
            " qgc:2 a qg:Claim ; rdf:subject qgd:org-a ; rdf:predicate qg:basedIn ;"
            " rdf:object qgd:place-a ; qg:evidence qgd:evidence-b .",
            [],
        ),
    ],
    "missing-translation": [
        ("qgd:org-a dcterms:description 'a firm'@en .", ["org-a"]),
        ("qgd:org-a dcterms:description '一家企业'@zh-Hans .", ["org-a"]),
        ("qgd:org-a dcterms:description 'a firm'@en , '一家企业'@zh-Hans .", []),
        ("qgd:org-a rdfs:label 'A'@en .", []),  # the shape Named-label-zh tells labels
    ],
    "wrong-language": [
        ("qgd:org-a rdfs:label '前海'@en .", ["org-a"]),
        ("qgd:org-a dcterms:description 'a firm'@zh-Hans .", ["org-a"]),
        ("qgd:org-a rdfs:label 'SmartMore'@zh-Hans .", []),
        ("qgd:org-a rdfs:label 'Qianhai'@en ; skos:altLabel '前海'@zh-Hans .", []),
    ],
    "undated-document": [
        ("qgd:doc-a a qg:PolicyDocument .", ["doc-a"]),
        ("qgd:doc-a a qg:PolicyDocument . qgd:event-a qg:concerns qgd:doc-a .", ["doc-a"]),
        (
            "qgd:doc-a a qg:PolicyDocument . qgd:event-a qg:concerns qgd:doc-a ;"
            " qg:happenedAt qgd:time-a .",
            [],
        ),
        (
            "qgd:doc-a a qg:PolicyDocument . qgd:event-a qg:concerns qgd:doc-a ;"
            " qg:happenedAt qgd:time-a ; qg:standing qgk:standing-rejected .",
            ["doc-a"],
        ),
    ],
    "pilot-after-promotion": [
        (
            _NATIONAL + _TWO_DAYS + "qgd:batch-a qg:happenedAt qgd:time-early ."
            " qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedAt qgd:time-late .",
            ["pilot-a"],
        ),
        (
            _NATIONAL + _TWO_DAYS + "qgd:batch-a qg:happenedAt qgd:time-late ."
            " qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedAt qgd:time-early .",
            [],
        ),
        # A promotion to some zones leaves other places to pilot.
        (
            _NATIONAL.replace("kind-country", "kind-city")
            + _TWO_DAYS
            + "qgd:batch-a qg:happenedAt qgd:time-early ."
            " qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedAt qgd:time-late .",
            [],
        ),
    ],
    "adoption-before-promotion": [
        (
            _NATIONAL + _TWO_DAYS + "qgd:batch-a qg:happenedAt qgd:time-late ."
            " qgd:adoption-a qg:followsPromotion qgd:promotion-a ; qg:happenedAt qgd:time-early .",
            ["adoption-a"],
        ),
        (
            _NATIONAL + _TWO_DAYS + "qgd:batch-a qg:happenedAt qgd:time-early ."
            " qgd:adoption-a qg:followsPromotion qgd:promotion-a ; qg:happenedAt qgd:time-late .",
            [],
        ),
    ],
    "batch-overfull": [
        (_BATCH_OF_2 + _THREE_ITEMS, ["batch-a"]),
        (_BATCH_OF_2.replace("2.0", "3.0") + _THREE_ITEMS, []),
        (_BATCH_OF_2.replace("exact", "more-than") + _THREE_ITEMS, []),
        (
            _BATCH_OF_2 + _THREE_ITEMS + "qgd:promotion-c qg:standing qgk:standing-rejected .",
            [],
        ),
    ],
    "item-beyond-batch": [
        (_BATCH_OF_2 + _THREE_ITEMS, ["promotion-c"]),
        (_BATCH_OF_2.replace("2.0", "3.0") + _THREE_ITEMS, []),
    ],
    "repeated-item": [
        (_THREE_ITEMS.replace("3", "2"), ["promotion-b"]),
        (_THREE_ITEMS, []),
        (
            _THREE_ITEMS.replace("3", "2")
            + "qgd:promotion-b qg:heading qgk:heading-investment ."
            + "qgd:promotion-c qg:heading qgk:heading-finance .",
            [],
        ),
    ],
    "repeated-step": [
        (
            "qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a ."
            " qgd:pilot-b qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a .",
            ["pilot-a"],
        ),
        (
            "qgd:promotion-a qg:promotes qgd:measure-a ; qg:inBatch qgd:batch-a ."
            " qgd:promotion-b qg:promotes qgd:measure-a ; qg:inBatch qgd:batch-a .",
            ["promotion-a"],
        ),
        (
            "qgd:adoption-a qg:adopts qgd:measure-a ; qg:adoptedBy qgd:body-a ."
            " qgd:adoption-b qg:adopts qgd:measure-a ; qg:adoptedBy qgd:body-a .",
            ["adoption-a"],
        ),
        (
            "qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a ."
            " qgd:pilot-b qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-b .",
            [],
        ),
        (
            _TWO_DAYS + "qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a ;"
            " qg:happenedAt qgd:time-early . qgd:pilot-b qg:pilots qgd:measure-a ;"
            " qg:happenedIn qgd:place-a ; qg:happenedAt qgd:time-late .",
            [],
        ),
        (
            "qgd:pilot-a qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a ."
            " qgd:pilot-b qg:pilots qgd:measure-a ; qg:happenedIn qgd:place-a ;"
            " owl:differentFrom qgd:pilot-a .",
            [],
        ),
    ],
    "conflicting-ranks": [
        (_TWO_RANKS, ["entry-a"]),
        (_TWO_RANKS.replace("position 2", "position 1"), []),
        (_TWO_RANKS + "qgd:entry-b qg:disputes qgd:entry-a .", []),
        (_TWO_RANKS + "qgd:entry-b qg:dimension qgk:dimension-finance .", []),
        (_TWO_RANKS + "qgd:entry-b qg:dimension qgk:dimension-overall .", ["entry-a"]),
        (_TWO_RANKS.replace("position 2", "score 2.0"), []),
    ],
    "conflicting-firsts": [
        (_TWO_FIRSTS, ["first-a"]),
        (_TWO_FIRSTS.replace("body-b", "body-a"), []),
        (_TWO_FIRSTS.replace("sharing-sole", "sharing-shared"), []),
        (_TWO_FIRSTS + "qgd:first-a qg:disputes qgd:first-b .", []),
    ],
    "conflicting-dates": [
        (_ISSUED_TWICE, ["event-a"]),
        (_ISSUED_TWICE.replace("document-issuance", "announcement"), []),
        (_ISSUED_TWICE.replace("2021-05-01", "2020-05-01"), []),
        (_ISSUED_TWICE + "qgd:event-b qg:disputes qgd:event-a .", []),
        # "No later than 30 April 2020" leaves no room for 1 May.
        (
            _ISSUED_TWICE.replace(_TWO_DAYS, _day("early", "2020-05-01"))
            + _day("late", "", "2020-04-30"),
            ["event-a"],
        ),
    ],
    "contested-alone": [
        (_CONTESTED_LINK, ["qgc:1"]),
        (
            _CONTESTED_LINK + "qgc:2 a qg:Claim ; rdf:subject qgd:doc-a ;"
            " rdf:predicate qg:issuedBy ; rdf:object qgd:body-b .",
            [],
        ),
        ("qgd:event-a qg:standing qgk:standing-contested .", ["event-a"]),
        (
            "qgd:event-a qg:standing qgk:standing-contested ."
            " qgd:event-b qg:disputes qgd:event-a .",
            [],
        ),
        (
            "qgd:time-b qg:standing qgk:standing-contested ."
            " qgd:time-a qg:alternativeReading qgd:time-b .",
            [],
        ),
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "nodes"),
    [(name, text, nodes) for name, cases in CASES.items() for text, nodes in cases],
)
def test_a_check_finds_what_is_left_to_do_and_no_more(
    ontology: list[ox.Quad], turtle: Reader, name: str, text: str, nodes: list[str]
) -> None:
    assert _found([*ontology, *turtle(text)], name) == nodes


def test_every_check_has_a_case() -> None:
    names = {file.stem.partition("-")[2] for file in CHECKS.glob("*.rq")}
    elsewhere = {"conflicting-values", "later-than-source"}
    assert names == {*CASES, *PROVOKED, *elsewhere}


@pytest.mark.parametrize("file", sorted(CHECKS.glob("*.rq")), ids=lambda file: file.stem)
def test_a_check_speaks_both_languages(file: Path) -> None:
    header = dict(re.findall(r"^# ([\w@]+): (.+)$", file.read_text("utf-8"), re.MULTILINE))
    for key in ("title", "description"):
        assert header[key].isascii(), key
        assert re.search("[一-鿿]", header[f"{key}@zh"]), key
        assert not re.search(r"[.。]$", header[key] + header[f"{key}@zh"]), key


def _observation(name: str, value: str, begin: str, end: str, extra: str = "") -> str:
    return f"""
    qgd:obs-{name} qg:indicator qgk:indicator-measures-launched ; qg:about qgd:place-a ;
      qg:unit qgk:unit-count ; qg:value {value} ; qg:observedOver qgd:time-{name} {extra} .
    qgd:time-{name} qg:begin "{begin}"^^xsd:date ; qg:end "{end}"^^xsd:date ."""


_685 = ("a", "685.0", "2022-09-16", "2022-09-16")
_725 = ("b", "725.0", "2022-09-01", "2022-09-30")


@pytest.mark.parametrize(
    ("one", "two", "conflict"),
    [
        # 685 and 725 in September 2022 are a conflict of reports (research notes on Qianhai).
        (_685, _725, 1),
        # Recorded in either direction, it is no issue any more.
        ((*_685, "; qg:disputes qgd:obs-b"), _725, 0),
        (_685, (*_725, "; qg:disputes qgd:obs-a"), 0),
        ((*_685, "; qg:differsInDefinitionFrom qgd:obs-b"), _725, 0),
        (_685, (*_725, "; qg:differsInDefinitionFrom qgd:obs-a"), 0),
        # A dispute with a third figure settles nothing.
        ((*_685, "; qg:disputes qgd:obs-c"), _725, 1),
        # 645 in 2021 and 835 in 2024 are a series.
        (("a", "645.0", "2021-08-30", "2021-08-30"), ("b", "835.0", "2024-08-01", "2024-08-31"), 0),
        (("a", "835.0", "2024-08-01", "2024-08-31"), ("b", "835.0", "2024-08-01", "2024-08-31"), 0),
        # "nearly 10,000" allows 9,000; "more than 10,000" does not.
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:upperBound 10000.0"),
            ("b", "9000.0", "2024-08-01", "2024-08-31"),
            0,
        ),
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:lowerBound 10000.0"),
            ("b", "9000.0", "2024-08-01", "2024-08-31"),
            1,
        ),
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:lowerBound 10000.0"),
            ("b", "12000.0", "2024-08-01", "2024-08-31"),
            0,
        ),
        (
            ("a", "835.0", "2024-08-01", "2024-08-31", "; qg:standing qgk:standing-rejected"),
            ("b", "725.0", "2024-08-01", "2024-08-31"),
            0,
        ),
    ],
)
def test_values_conflict_only_over_one_period_and_beyond_their_bounds(
    turtle: Reader, one: Iterable[str], two: Iterable[str], conflict: int
) -> None:
    quads = turtle(_observation(*one) + _observation(*two))
    assert len(_found(quads, "conflicting-values")) == conflict


@pytest.mark.parametrize(
    ("period", "alone"), [("2022-09-16", ["obs-a", "obs-b"]), ("2022-09-01", [])]
)
def test_a_figure_that_another_source_gives_as_well_has_two_sources(
    turtle: Reader, period: str, alone: list[str]
) -> None:
    """One observation is what one source says: its second source has an observation of its own."""
    extra = "; qg:sourceCount 1 ; qg:evidence qgd:evidence-"
    quads = turtle(
        _source("a")
        + _source("b")
        + _observation("a", "725.0", "2022-09-01", "2022-09-15", f"{extra}a")
        + _observation("b", "725.0", period, "2022-09-30", f"{extra}b")
    )
    assert _found(quads, "single-source") == alone


@pytest.mark.parametrize(
    ("published", "begin", "impossible"),
    [
        ("2024-07-16", "2024-07-26", True),
        ("2024-07-16", "2024-07-16", False),
        # A source that prints the month may have come out on its last day.
        ("2024-07", "2024-07-26", False),
        ("2024-07", "2024-08-01", True),
        ("2024", "2024-12-31", False),
        ("2024", "2025-01-01", True),
        # A source that came out over two years knew until the second.
        ("2023/2024", "2024-06-01", False),
        ("2023/2024", "2025-01-01", True),
        ("2024~", "2025-01-01", True),
        ("", "2099-01-01", False),
        ("..", "2099-01-01", False),
    ],
)
def test_a_source_cannot_know_what_comes_after_it(
    turtle: Reader, published: str, begin: str, impossible: bool
) -> None:
    text = (
        _source("a", published)
        + _day("a", begin)
        + "qgd:event-a qg:happenedAt qgd:time-a ; qg:evidence qgd:evidence-a ."
    )
    assert _found(turtle(text), "later-than-source") == (["event-a"] if impossible else [])


@pytest.mark.parametrize(("later", "impossible"), [("2025", False), ("", False), ("2023", True)])
def test_one_source_that_may_have_known_is_enough(
    turtle: Reader, later: str, impossible: bool
) -> None:
    text = (
        _source("a", "2024-07-16")
        + _source("b", later)
        + _day("a", "2024-07-26")
        + "qgd:event-a qg:happenedAt qgd:time-a ; qg:evidence qgd:evidence-a , qgd:evidence-b ."
    )
    found = _found(turtle(text), "later-than-source")
    assert set(found) == ({"event-a"} if impossible else set())


def test_a_time_without_a_begin_is_never_too_late(turtle: Reader) -> None:
    text = (
        _source("a", "2024")
        + _day("a", "", "2025-06-23")
        + "qgd:event-a qg:happenedAt qgd:time-a ; qg:evidence qgd:evidence-a ."
    )
    assert _found(turtle(text), "later-than-source") == []

"""One thing with all its evidence; and the graph as a whole."""

from __future__ import annotations

import json

import pyoxigraph
import pytest

from qgraph.describe import (
    Description,
    Statement,
    as_json,
    as_line,
    as_text,
    describe,
    sources_text,
    summarise,
    summary_text,
)
from qgraph.describe.answers import rows
from qgraph.graph import Graph, load
from qgraph.terms import ORG, QG, expand, local_id


def told(small: Graph, id: str, language: str = "en") -> Description:
    return describe(small, small.find(id), language)


def one(statements: tuple[Statement, ...], text: str) -> Statement:
    (found,) = (statement for statement in statements if statement.text == text)
    return found


def test_a_thing_is_told_with_its_names_and_types(small: Graph) -> None:
    office = told(small, "org-joint-office")
    assert office.id == "org-joint-office"
    assert office.label == "Joint office of Zhiheng and Celeblaws"
    assert office.labels["zh-hans"] == ["知恒与Celeblaws联营办公室"]
    assert [(cls.iri, cls.label) for cls in office.types] == [(QG.JointOffice, "joint office")]
    assert office.description.startswith("Collaborative office")
    assert office.line == ""
    assert told(small, "place-qianhai").labels["en"] == ["Qianhai area", "Qianhai"]


def test_a_link_has_the_evidence_of_its_claim(small: Graph) -> None:
    office = told(small, "org-joint-office")
    (basis,) = one(office.statements, "Guangdong Zhiheng Law Firm").bases
    (passage,) = basis.passages
    assert basis.claim == expand("qgc:0000000000a1")
    assert passage.phrase == "operated by Guangdong Zhiheng Law Firm and Celeblaws, P. A."
    assert passage.source_label == "Article on institutional innovation in Qianhai"
    assert (passage.publisher, passage.reliability) == ("Qianhai Authority", "strong")
    assert (passage.locator, passage.start, passage.end) == ("s04", 434, 493)
    assert passage.url.startswith("https://qh.sz.gov.cn/")


def test_a_claim_tells_how_it_is_read_by_whom_and_why(small: Graph) -> None:
    (basis,) = one(told(small, "org-joint-office").statements, "Qianhai area").bases
    assert basis.modality
    assert basis.standing
    assert (basis.modality.label, basis.standing.label) == ("inferred", "contested")
    assert [name.iri for name in basis.attributed_to] == [expand("qgd:body-justice")]
    assert basis.reason == "The bureau names the place."


def test_a_statement_without_a_claim_has_the_evidence_of_the_thing(small: Graph) -> None:
    licence = told(small, "licence-joint-office")
    (basis,) = one(licence.statements, "007").bases
    assert [passage.phrase for passage in basis.passages] == ["a joint venture license"]
    assert basis.claim == ""


def test_a_link_is_told_from_its_other_end_too(small: Graph) -> None:
    firm = told(small, "org-zhiheng")
    (statement,) = firm.incoming
    assert statement.reverse
    assert statement.other
    assert statement.other.iri == expand("qgd:org-joint-office")
    assert statement.bases[0].claim == expand("qgc:0000000000a1")
    body = told(small, "body-justice")  # no claim stands behind issuedBy: the licence's evidence
    (basis,) = one(body.incoming, "Joint venture licence of the office").bases
    assert basis.passages[0].phrase == "a joint venture license"


def test_a_rejected_claim_is_told_apart_from_both_ends(small: Graph) -> None:
    office = told(small, "org-joint-office")
    (rejected,) = office.rejected
    assert (rejected.text, rejected.reverse) == ("China", False)
    assert rejected.bases[0].reason == "The page confuses two offices."
    assert "China" not in {statement.text for statement in office.statements}
    (rejected,) = told(small, "place-china").rejected
    assert (rejected.text, rejected.reverse) == ("Joint office of Zhiheng and Celeblaws", True)


def test_what_a_rule_derived_names_the_rule(small: Graph) -> None:
    (derived,) = told(small, "measure-joint-office").derived
    assert derived.text == "Qianhai Cooperation Zone"
    (basis,) = derived.bases
    assert basis.rule
    assert (basis.rule.iri, basis.rule.label) == (expand("qgr:in-zone"), "Zone of a thing")
    assert basis.passages == ()


def test_records_come_in_the_order_of_time(small: Graph) -> None:
    zone = told(small, "place-qianhai-zone")
    assert [(record.begin, local_id(record.iri)) for record in zone.records] == [
        ("2024-07-26", "pilot-joint-office"),
        ("2024-08-01", "obs-promoted"),
        ("", "obs-enterprises"),
        ("", "obs-gdp"),
        ("", "obs-growth"),
        ("", "entry-qianhai"),
    ]
    assert [relation.label for relation in zone.records[0].relations] == ["happened in"]
    assert zone.counts == {"in zone": 1}


@pytest.mark.parametrize(
    ("id", "english", "chinese"),
    [
        (
            "obs-promoted",
            "measures promoted nationwide: 94, “To date” [2024-08]",
            "全国复制推广措施数：94，“To date” [2024-08]",
        ),
        ("obs-enterprises", "Hong Kong enterprises: nearly 10,000", "香港企业数：近10,000"),
        ("obs-growth", "growth of gross domestic product: 7–7.15%", "地区生产总值增速：7–7.15%"),
        (
            "obs-gdp",
            "gross domestic product: 121.38 billion yuan",
            "地区生产总值：121.38 十亿元人民币",
        ),
        (
            "first-joint-office",
            "first in Guangdong: joint offices of Chinese and foreign law firms",
            "广东第1：中外律师事务所联营办公室",
        ),
        ("first-shared", "one of the 4th in China", "中国第4（之一）"),
        (
            "entry-qianhai",
            "rank 1 of 57 in Index over 57 areas",
            "57个片区指数，共57个，排名第1",
        ),
        (
            "pilot-joint-office",
            "Joint offices: pilot in Qianhai, Qianhai Cooperation Zone, “On July 26” [2024-07-26]",
            "中外联营：前海试点，前海合作区，“On July 26” [2024-07-26]",
        ),
        ("time-000-july-26", "“On July 26” [2024-07-26]", "“On July 26” [2024-07-26]"),
    ],
)
def test_a_record_is_told_in_one_line(small: Graph, id: str, english: str, chinese: str) -> None:
    assert as_line(small, small.find(id)) == english
    zh = as_line(small, small.find(id), "zh")
    # What the kinds are called in Chinese is the ontology's affair; the form is ours.
    assert zh.partition("：")[2] == chinese.partition("：")[2]
    assert zh.endswith(chinese[-4:])


def test_a_record_of_which_little_is_known_is_told_as_far_as_it_goes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("bare") / "bare.ttl"
    path.write_text(
        "@prefix qg: <https://w3id.org/qgraph/ns#> .\n"
        "@prefix qgd: <https://w3id.org/qgraph/id/> .\n"
        "qgd:entry a qg:RankingEntry ; qg:position 11 .\n"
        'qgd:obs a qg:Observation ; qg:value "many" ; qg:observedOver qgd:time .\n'
        'qgd:time a qg:TimeReference ; qg:reportedText "lately" .\n'
        "qgd:first a qg:FirstnessClaim .\n"
        "qgd:twelfth a qg:FirstnessClaim ; qg:ordinal 12 .\n"
        "qgd:second a qg:FirstnessClaim ; qg:ordinal 22 .\n"
        "qgd:thing qg:evidence qgd:evidence .\n"
        "qgd:evidence a qg:Evidence .\n"
        "[] a qg:Claim ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> qgd:thing .\n"
        "[] qg:about qgd:thing .\n",
        "utf-8",
    )
    graph = load(path)
    lines = {
        id: as_line(graph, expand(f"qgd:{id}"))
        for id in ("entry", "obs", "time", "first", "twelfth", "second")
    }
    assert lines == {
        "entry": "rank 11",
        "obs": ": many, “lately”",
        "time": "“lately”",
        "first": "first",
        "twelfth": "12th",
        "second": "22nd",
    }
    assert as_line(graph, expand("qgd:entry"), "zh") == "排名第11"
    assert as_line(graph, expand("qgd:first"), "zh") == "第1"
    thing = describe(graph, expand("qgd:thing"))
    assert (thing.types, thing.incoming, thing.records) == ((), (), ())
    (passage,) = thing.passages()
    assert (passage.phrase, passage.source, passage.start) == ("", "", None)
    assert "[1]" in as_text(thing)


EXPECTED = """\
Joint office of Zhiheng and Celeblaws (org-joint-office)
joint office
also called: 知恒与Celeblaws联营办公室
Collaborative office licensed by the justice bureau of the city.
[1]

Statements
  based in     Qianhai area (place-qianhai) [3] {inferred; contested; according to Shenzhen \
Municipal Justice Bureau; because: The bureau names the place.}
  operated by  Celeblaws, P. A. (org-celeblaws) [4]
  operated by  Guangdong Zhiheng Law Firm (org-zhiheng) [4]

What refers to it
  ← holder: Joint venture licence of the office (licence-joint-office) [5]

Records
  - firstness claim: first in Guangdong: joint offices of Chinese and foreign law firms \
(first-joint-office) [2]
  - firstness claim: one of the 4th in China (first-shared) [2]

Rejected claims
  based in  China (place-china) [6] {rejected; because: The page confuses two offices.}

Evidence
  Article on institutional innovation in Qianhai (source-000): Qianhai Authority, reliability: \
strong
  https://qh.sz.gov.cn/en/news/content/post_11528479.html
    [1] “the collaborative office” s04, characters 409–433
    [2] “first Sino-foreign law firm joint office in Guangdong” s05
    [3] “in Qianhai” s04, characters 494–504
    [4] “operated by Guangdong Zhiheng Law Firm and Celeblaws, P. A.” s04, characters 434–493
    [5] “a joint venture license” s04, characters 382–405
  Invented page (source-invented): 2024-07-30, reliability: weak
    [6] “an office somewhere”
  Unless said otherwise, a source asserts it and nobody has reviewed it yet.
"""


def test_the_text_numbers_its_evidence(small: Graph) -> None:
    assert as_text(told(small, "org-joint-office")) == EXPECTED


def test_the_text_is_in_chinese_too(small: Graph) -> None:
    text = as_text(told(small, "measure-joint-office", "zh"))
    assert text.startswith("中外律师事务所联营 (measure-joint-office)\n")
    for heading in ("陈述", "相关记录", "由规则推导", "证据"):
        assert f"\n{heading}\n" in text
    assert "[规则 in-zone]" in text
    assert "又称：Joint offices" in text


def test_the_text_is_wrapped_but_addresses_are_not(small: Graph) -> None:
    description = told(small, "org-joint-office")
    text = as_text(description, columns=50)
    url = "https://qh.sz.gov.cn/en/news/content/post_11528479.html"
    assert f"  {url}\n" in text
    assert max(len(line) for line in text.splitlines() if url not in line) <= 50
    assert as_text(description, columns=500) == as_text(description, columns=100)


def test_a_thing_without_evidence_says_so(small: Graph) -> None:
    assert as_text(told(small, "edition-57")).count("no evidence in this graph") == 0
    assert as_text(told(small, "role-sentence")).endswith("Evidence\n  no evidence in this graph\n")


def test_a_source_counts_what_is_quoted_from_it(small: Graph) -> None:
    text = as_text(told(small, "source-000"))
    assert "quoted from: 12\n" in text
    assert "in source: 3\n" in text
    assert "Counted, not listed" in text


def test_json_has_all_of_it(small: Graph) -> None:
    document = json.loads(as_json(told(small, "org-joint-office")))
    assert document["id"] == "org-joint-office"
    based = next(s for s in document["statements"] if s["text"] == "Qianhai area")
    assert based["bases"][0]["standing"] == {
        "iri": expand("qgk:standing-contested"),
        "label": "contested",
    }
    assert document["records"][0]["basis"]["passages"][0]["locator"] == "s05"


# --- The graph as a whole -------------------------------------------------------------------------


def test_a_graph_is_summarised(small: Graph) -> None:
    summary = summarise(small)
    assert (summary.quads, summary.first_year, summary.last_year) == (252, 2024, 2024)
    counts = {one.label: one.count for one in summary.classes}
    assert counts["law firm"] == 2
    assert counts["evidence"] == 13
    assert [(local_id(one.iri), one.statements) for one in summary.sources] == [
        ("source-000", 19),
        ("source-invented", 1),
    ]
    assert summary.sources[1].published == "2024-07-30"
    text = summary_text(summary)
    assert "years       2024\n" in text
    assert "law firm" in text
    assert "涵盖年份" in summary_text(summarise(small, "zh"), "zh")


def test_a_summary_counts_modalities_and_dates_of_sources(small: Graph) -> None:
    """Inferred are the place of the office and the pilot's month; the rest says nothing of it."""
    summary = summarise(small)
    assert summary.statements == 20
    assert [(one.label, one.count) for one in summary.modalities] == [
        ("asserted", 18),
        ("inferred", 2),
    ]
    assert (summary.first_published, summary.last_published) == ("2024-07-30", "2024-07-30")
    text = summary_text(summary)
    assert "statements  20: 18 asserted, 2 inferred\n" in text
    assert "published   2024-07-30, 1 without a date\n" in text
    chinese = summary_text(summarise(small, "zh"), "zh")
    assert "20：直接陈述 18、推断 2" in chinese
    assert "2024-07-30，1 个无日期" in chinese


def test_classes_come_in_groups_and_in_the_order_of_the_legend(small: Graph) -> None:
    classes = summarise(small).classes
    assert list(dict.fromkeys(one.group for one in classes)) == [
        "measures and their spread",
        "actors",
        "texts, cases and products",
        "places",
        "reports",
        "evidence",
        "times and kinds",
    ]
    drawn = list(small.ontology.styles())
    for group in {one.group for one in classes}:
        found = [one.cls for one in classes if one.group == group and one.cls in drawn]
        assert found == [cls for cls in drawn if cls in found]
    assert summarise(small, "zh").classes[0].group == "措施及其扩散"


def test_a_class_above_has_the_sum_of_those_below(small: Graph) -> None:
    """Two law firms, a joint office and a bureau are four organisations; a zone is a place, too."""
    classes = {one.cls: one for one in summarise(small).classes}
    organisations = classes[ORG.Organization]
    assert (organisations.count, organisations.direct, organisations.depth) == (4, 0, 0)
    assert [(classes[cls].count, classes[cls].depth) for cls in (QG.LawFirm, QG.JointOffice)] == [
        (2, 1),
        (1, 1),
    ]
    assert (classes[QG.Place].count, classes[QG.Place].direct) == (4, 3)
    assert (classes[QG.Zone].count, classes[QG.Zone].depth) == (1, 1)
    order = list(classes)
    assert order.index(ORG.Organization) < order.index(QG.LawFirm)
    assert "· law firm" in summary_text(summarise(small))


def test_of_many_sources_the_first_are_listed_and_the_rest_counted(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("many") / "many.ttl"
    lines = [
        "@prefix qg: <https://w3id.org/qgraph/ns#> .",
        "@prefix qgd: <https://w3id.org/qgraph/id/> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        *(
            f'qgd:source-{n:02} a qg:Source ; dcterms:language "en" ;'
            f' qg:published "20{n:02}-05~/20{n:02}-07" .'
            for n in range(12)
        ),
        # The most used comes first.
        "qgd:thing qg:evidence [ qg:quotedFrom qgd:source-07 ] .",
    ]
    path.write_text("\n".join(lines), "utf-8")
    summary = summarise(load(path))
    assert (len(summary.sources), local_id(summary.sources[0].iri)) == (12, "source-07")
    assert [(one.label, one.count) for one in summary.languages] == [("en", 12)]
    assert (summary.first_published, summary.last_published) == ("2000-05", "2011-07")
    text = summary_text(summary)
    assert text.endswith("… and 2 more; all: qgraph info --sources\n")
    assert "sources     12: 12 en\n" in text
    assert "published   2000-05 – 2011-07\n" in text
    assert text.count("\nsource-") == 10
    whole = sources_text(summary)
    assert whole.count("\nsource-") == 12
    assert "more" not in whole
    assert summary_text(summary, "zh").endswith("… 另有 2 个；全部列出：qgraph info --sources\n")


def test_a_time_of_which_only_the_end_is_known_counts_for_the_last_year(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("open") / "open.ttl"
    path.write_text(
        "@prefix qg: <https://w3id.org/qgraph/ns#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "<urn:a> qg:happenedAt <urn:t> , <urn:u> .\n"
        '<urn:t> qg:end "2015-06-23"^^xsd:date .\n'
        '<urn:u> qg:begin "2013-01-01"^^xsd:date ; qg:end "2013-12-31"^^xsd:date .\n',
        "utf-8",
    )
    summary = summarise(load(path))
    assert (summary.first_year, summary.last_year) == (2013, 2015)


def test_a_graph_without_sources_or_dates_is_summarised_as_well(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("other") / "other.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n", "utf-8")
    graph = load(path)
    summary = summarise(graph)
    assert (summary.classes, summary.sources, summary.first_year) == ((), (), None)
    assert (summary.statements, summary.modalities, summary.first_published) == (0, (), "")
    text = summary_text(summary)
    assert "years       —" in text
    assert "published   —\n" in text
    assert describe(graph, "urn:a").statements[0].text == "urn:c"


def test_a_class_that_the_ontology_does_not_know_comes_under_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("unknown") / "unknown.ttl"
    path.write_text("@prefix qg: <https://w3id.org/qgraph/ns#> .\n[] a qg:Riddle .\n", "utf-8")
    (riddle,) = summarise(load(path)).classes
    assert (riddle.group, riddle.count) == ("other", 1)


def test_the_whole_bundled_graph_can_be_told() -> None:
    """Every thing with a label, in both languages; a fault in the data shows here at the latest."""
    graph = load()
    subjects = {quad.subject for quad in graph.quads()}
    things = {
        subject.value
        for subject in subjects
        if isinstance(subject, pyoxigraph.NamedNode) and subject.value.startswith(expand("qgd:"))
    }
    assert len(things) > 100
    for iri in sorted(things):
        for language in ("en", "zh"):
            assert as_text(describe(graph, iri, language), columns=80)


def test_only_rows_can_be_counted(small: Graph) -> None:
    with pytest.raises(TypeError, match="selects rows"):
        list(rows(small, "ASK {}"))


def test_an_entry_tells_its_points_and_in_what_it_compares(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("points") / "points.trig"
    path.write_text(
        "@prefix qg: <https://w3id.org/qgraph/ns#> .\n"
        "@prefix qgd: <https://w3id.org/qgraph/id/> .\n"
        "@prefix qgk: <https://w3id.org/qgraph/kind/> .\n"
        "qgd:both a qg:RankingEntry ; qg:position 1 ; qg:score 89.510 ;\n"
        "  qg:dimension qgk:dimension-financial-reform .\n"
        "qgd:bound a qg:RankingEntry ; qg:score 80.0 ; qg:comparator qgk:comparator-more-than .\n",
        "utf-8",
    )
    graph = load(path)
    both, bound = (expand(f"qgd:{name}") for name in ("both", "bound"))
    assert as_line(graph, both) == "rank 1, 89.51 points (financial reform and innovation)"
    assert as_line(graph, both, "zh") == "金融改革创新，排名第1，得分89.51"
    assert as_line(graph, bound) == "more than 80 points"
    assert as_line(graph, bound, "zh") == "得分超过80"

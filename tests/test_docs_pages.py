"""The pages made from the graph: they are fresh, they say what the graph says, and no more."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.compile import Compilation
from qgraph.compile.vocabulary import read_ontology
from qgraph.graph import Graph
from qgraph.terms import PREFIXES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def script(name: str) -> ModuleType:
    """Import one of the scripts in docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that make_pages finds markdown_text
    spec.loader.exec_module(module)
    return module


MARKDOWN = script("markdown_text")
MAKE_PAGES = script("make_pages")

#: A measure that two zones tried out, promoted in a batch of which two counts are known, adopted
#: elsewhere; a package, a rejected pilot, and names that would like to be more than names. The
#: facts of the sixth batch are those of tests/questions/spread.trig, the rest is made up.
SPREAD = r"""
qgd:place-china a qg:Place ; rdfs:label "China"@en , "中国"@zh-Hans ;
  dcterms:type qgk:place-kind-country .
qgd:place-zhengzhou a qg:Zone ; rdfs:label "Zhengzhou area"@en , "郑州片区"@zh-Hans .
qgd:place-jiangxi a qg:Place ; rdfs:label "Jiangxi"@en .
qgd:body-state-council a qg:PublicBody ; rdfs:label "State Council"@en , "国务院"@zh-Hans .
qgd:source-circular a qg:Source ; qg:publisherName "Ministry | [copy]" ; qg:published "2020-07-07" ;
  schema:url "http://example.org/a_(b) c.html?x=1&copy;=2" ; qg:reliability qgk:reliability-strong ;
  qg:sourceKind qgk:source-kind-official-document ;
  rdfs:label "Ministry | [copy]: the circular"@en ; dcterms:language "zh-Hans" ;
  qg:note "A copy; the date is printed." .
qgd:source-reprint a qg:Source ; qg:publisherName "Reprint" ; schema:url "javascript:alert(1)" ;
  qg:reliability qgk:reliability-weak ; rdfs:label "Reprint: a page"@en .
qgd:evidence-circular a qg:Evidence ; qg:quotedFrom qgd:source-circular ; qg:locator "item 3" .
qgd:evidence-reprint a qg:Evidence ; qg:quotedFrom qgd:source-reprint ; qg:locator "opening" .
qgd:doc-circular a qg:PolicyDocument ; qg:documentNumber "国函〔2020〕96号" ;
  rdfs:label "Sixth circular"@en .
qgd:time-circular a qg:TimeReference ; qg:edtf "2020-07-07" ; qg:begin "2020-07-07"^^xsd:date ;
  qg:end "2020-07-07"^^xsd:date .
qgd:time-pilot a qg:TimeReference ; qg:edtf "2020-01~" ; qg:modality qgk:modality-inferred .
qgd:batch-6 a qg:PromotionBatch ; rdfs:label "Sixth batch"@en , "第六批"@zh-Hans ;
  dcterms:type qgk:batch-kind-state-council-circular ; qg:decidedBy qgd:body-state-council ;
  qg:happenedAt qgd:time-circular ; qg:legalBasis qgd:doc-circular ;
  qg:evidence qgd:evidence-circular .
qgd:batch-0 a qg:PromotionBatch ; rdfs:label "Batch of no date"@en .
qgd:obs-size a qg:Observation ; qg:about qgd:batch-6 ; qg:indicator qgk:indicator-batch-size ;
  qg:value 37.0 ; qg:unit qgk:unit-count ; qg:comparator qgk:comparator-exact ;
  qg:modality qgk:modality-inferred ; qg:reason "143 less 106." ;
  qg:note "No source prints it." ; qg:evidence qgd:evidence-reprint .
qgd:obs-other a qg:Observation ; qg:about qgd:batch-6 ; qg:indicator qgk:indicator-batch-size ;
  qg:value 38.0 ; qg:unit qgk:unit-count ; qg:standing qgk:standing-contested ;
  qg:evidence qgd:evidence-reprint .
qgd:obs-gdp a qg:Observation ; qg:about qgd:batch-6 ; qg:indicator qgk:indicator-gdp .
qgd:measure-returns a qg:Measure ; qg:policyField qgk:field-trade , qgk:field-customs ;
  rdfs:label "Returns | *centre* <b>&amp;</b>"@en , "退货中心仓"@zh-Hans ;
  qg:status qgk:status-promoted-nationwide ; qg:evidence qgd:evidence-circular .
qgd:measure-local a qg:Measure ; qg:policyField qgk:field-trade ; rdfs:label "Local form"@en .
qgd:package-trade a qg:MeasurePackage ; qg:policyField qgk:field-trade ;
  rdfs:label "Trade package"@en .
qgd:measure-returns dcterms:isPartOf qgd:package-trade .
qgd:measure-ten a qg:Measure ; rdfs:label "Tenth item"@en .
qgd:pilot-returns a qg:Pilot ; qg:pilots qgd:measure-returns ; qg:happenedIn qgd:place-zhengzhou ;
  qg:happenedAt qgd:time-pilot ; qg:pilotedBy qgd:body-state-council ;
  qg:modality qgk:modality-asserted ; qg:evidence qgd:evidence-circular .
qgd:pilot-refuted a qg:Pilot ; qg:pilots qgd:measure-returns ; qg:happenedIn qgd:place-jiangxi ;
  qg:standing qgk:standing-rejected ; qg:evidence qgd:evidence-reprint .
qgd:promotion-returns a qg:Promotion ; qg:promotes qgd:measure-returns ; qg:inBatch qgd:batch-6 ;
  qg:itemNumber 3 ; qg:appliesIn qgd:place-china ; qg:responsibleBody qgd:body-state-council ;
  qg:note "As proposed."; qg:evidence qgd:evidence-circular , qgd:evidence-reprint .
qgd:promotion-ten a qg:Promotion ; qg:promotes qgd:measure-ten ; qg:inBatch qgd:batch-6 ;
  qg:itemNumber 10 ; qg:evidence qgd:evidence-circular .
qgd:promotion-refuted a qg:Promotion ; qg:promotes qgd:measure-local ; qg:inBatch qgd:batch-6 ;
  qg:standing qgk:standing-rejected ; qg:evidence qgd:evidence-circular .
qgd:adoption-jiangxi a qg:Adoption ; qg:adopts qgd:measure-returns ;
  qg:happenedIn qgd:place-jiangxi ; qg:resultsIn qgd:measure-local ;
  qg:legalBasis qgd:doc-circular ;
  qg:evidence qgd:evidence-reprint .
qgd:first-returns a qg:FirstnessClaim ; qg:about qgd:measure-returns ; qg:ordinal 1 ;
  qg:within qgd:place-china ; qg:comparisonClass "returns centres"@en , "退货中心仓"@zh-Hans ;
  qg:standing qgk:standing-contested ; qg:evidence qgd:evidence-reprint .
"""


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages of SPREAD."""
    prefixes = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())
    store = pyoxigraph.Store()
    store.bulk_extend(read_ontology(ROOT / "ontology").quads)
    store.bulk_load(prefixes + SPREAD, format=pyoxigraph.RdfFormat.TURTLE)
    made: dict[str, str] = MAKE_PAGES.render(Graph(store, "test"))
    return made


def entry(page: str, place: str) -> str:
    """What a page says under the heading with an anchor."""
    start = page.index(f'<a id="{place}"></a>')
    end = re.search(r"^#+ ", page[start:], re.MULTILINE)
    return page[start : start + end.start()].strip() if end else page[start:].strip()


# --- The committed pages


@pytest.fixture(scope="module")
def curated(compiled: Compilation) -> Graph:
    """The graph that comes with the package."""
    store = pyoxigraph.Store()
    store.bulk_extend(compiled.quads)
    return Graph(store, "bundled")


@pytest.fixture(scope="module")
def bundled(curated: Graph) -> dict[str, str]:
    """The pages of the graph that comes with the package."""
    made: dict[str, str] = MAKE_PAGES.render(curated)
    return made


@pytest.mark.parametrize(
    "name", ["README.md", "batches.md", "glossary.md", "measures.md", "sources.md"]
)
def test_a_page_is_fresh(name: str, bundled: dict[str, str]) -> None:
    assert bundled[name] == (DOCS / name).read_text(encoding="utf-8"), "run: make docs"


def test_the_index_leads_to_every_page(bundled: dict[str, str]) -> None:
    for path in DOCS.glob("*.md"):
        assert path.name == "README.md" or f"({path.name})" in bundled["README.md"]


def test_every_link_between_pages_finds_its_place(bundled: dict[str, str]) -> None:
    places = {
        (name, place)
        for name, text in bundled.items()
        for place in re.findall(r'<a id="([^"]+)"></a>', text)
    }
    places |= {("glossary.md", word) for word in ("classes", "properties", "kinds")}
    links = {
        (target or name, place)
        for name, text in bundled.items()
        for target, place in re.findall(r"\]\(([a-z]*(?:\.md)?)#([^)]+)\)", text)
    }
    assert len(links) > 100
    assert links - places == set()


def test_no_place_is_named_twice(bundled: dict[str, str]) -> None:
    for text in bundled.values():
        places = re.findall(r'<a id="([^"]+)"></a>', text)
        assert len(places) == len(set(places))


def test_every_term_and_kind_of_the_ontology_is_in_the_glossary(
    bundled: dict[str, str], curated: Graph
) -> None:
    ontology = curated.ontology
    ours = [
        iri for iri in (*ontology.classes, *ontology.properties) if iri.startswith(PREFIXES["qg"])
    ]
    assert len(ours) > 100
    for iri in ours:
        assert f"`qg:{iri.removeprefix(PREFIXES['qg'])}`\n" in bundled["glossary.md"]
    for kind in ontology.kinds.values():
        assert f"`qgk:{kind.iri.removeprefix(PREFIXES['qgk'])}` **" in bundled["glossary.md"]


# --- What the pages say


def test_a_batch_says_what_it_is_and_how_many_items_are_known(pages: dict[str, str]) -> None:
    told = entry(pages["batches.md"], "batch-6")
    head, _, items = told.partition("\n\n- **Item 3.**")
    assert head.splitlines() == [
        '<a id="batch-6"></a>Sixth batch',
        "",
        "第六批",
        "",
        "- Kind: circular of the State Council · 国务院通知",
        "- Date: 2020-07-07",
        "- Text: Sixth circular (国函〔2020〕96号)",
        "- Decided by: State Council · 国务院",
        "- Known: 2 of 38 or 37 items",
        "- Items in batch: 38 · 批次事项总数：38 *(contested)* \\[1\\]",
        "- Items in batch: 37 · 批次事项总数：37 *(inferred: 143 less 106)* \\[1\\]"
        " No source prints it.",
        "- Sources (2): \\[1\\] Reprint (weak); \\[2\\] [Ministry \\| \\[copy\\]]"
        "(http://example.org/a_%28b%29%20c.html?x=1&amp;copy;=2) (2020-07-07, strong)",
        "",
        "Items listed here:",
    ]
    assert items.splitlines() == [
        " [Returns \\| \\*centre\\* \\<b\\>\\&amp;\\</b\\>](measures.md#measure-returns)"
        " · 退货中心仓 \\[1, 2\\]",
        "  - For: China · 中国",
        "  - Responsible: State Council · 国务院",
        "  - Piloted in: Zhengzhou area · 郑州片区",
        "  - Note: As proposed.",
        "- **Item 10.** [Tenth item](measures.md#measure-ten) \\[2\\]",
        "  - For: scope not known",
    ]


def test_a_batch_without_a_date_comes_last_and_says_what_is_not_known(
    pages: dict[str, str],
) -> None:
    page = pages["batches.md"]
    assert page.index('id="batch-6"') < page.index('id="batch-0"')
    told = entry(page, "batch-0")
    assert "- Date: not known" in told
    assert "- Known: 0 of an unknown number of items" in told


def test_a_measure_says_how_far_it_came_and_who_says_so(pages: dict[str, str]) -> None:
    assert entry(pages["measures.md"], "measure-returns").splitlines() == [
        '<a id="measure-returns"></a>Returns \\| \\*centre\\* \\<b\\>\\&amp;\\</b\\>',
        "",
        "退货中心仓",
        "",
        "- Part of: [Trade package](#package-trade)",
        "- Farthest step: promoted nationwide · 已全国推广",
        "- Piloted: Zhengzhou area · 郑州片区, about 2020-01 (date inferred),"
        " by State Council · 国务院 \\[1\\]",
        "- Promoted: [Sixth batch · 第六批](batches.md#batch-6), item 3, for China · 中国,"
        " 2020-07-07 \\[1, 2\\]",
        "- Adopted: Jiangxi, date not known, under Sixth circular (国函〔2020〕96号),"
        " as [Local form](#measure-local) \\[2\\]",
        "- Claimed: first in China: returns centres · 中国第1：退货中心仓 *(contested)* \\[2\\]",
        "- Sources (2): \\[1\\] [Ministry \\| \\[copy\\]]"
        "(http://example.org/a_%28b%29%20c.html?x=1&amp;copy;=2) (2020-07-07, strong);"
        " \\[2\\] Reprint (weak)",
    ]


def test_a_measure_stands_under_one_field_and_is_named_under_the_others(
    pages: dict[str, str],
) -> None:
    page = pages["measures.md"]
    assert page.count('id="measure-returns"') == 1
    customs, trade = entry(page, "field-customs"), page[page.index('id="field-trade"') :]
    assert "See also" not in customs
    assert "See also: [Returns" in trade.split("###")[0]
    assert 'id="no-field"></a>No field' in page
    assert "- [Customs · 海关监管](#field-customs): 1" in page


def test_what_was_rejected_is_nowhere(pages: dict[str, str]) -> None:
    assert "Jiangxi" not in pages["batches.md"]  # only the rejected pilot is there
    assert "Local form" not in pages["batches.md"]
    assert "Promoted" not in entry(pages["measures.md"], "measure-local")


def test_the_pages_say_what_they_do_not_claim(pages: dict[str, str]) -> None:
    for name in ("batches.md", "measures.md"):
        assert '"not promoted"' in pages[name].replace('"not\npromoted"', '"not promoted"')
        assert "“未推广”" in pages[name] or "并不等于未被推广" in pages[name]


def test_sources_are_listed_by_reliability(pages: dict[str, str]) -> None:
    page = pages["sources.md"]
    strong, weak = page.index("## Reliability: strong"), page.index("## Reliability: weak")
    assert strong < page.index('id="source-circular"') < weak < page.index('id="source-reprint"')
    assert "**Reprint**: a page\\\n" in page  # its address is no web address: no link
    assert "A copy; the date is printed." in page
    assert "javascript" not in page


# --- Foreign texts


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a|b", "a\\|b"),
        ("[x](http://y)", "\\[x\\](http\\://y)"),
        ("<script>", "\\<script\\>"),
        ("*a* _b_ `c` ~d~", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~"),
        ("a\n\n# b", "a \\# b"),
        ("www.example.org", "www\\.example.org"),
        ("US$16.9", "US\\$16.9"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}\\[31mred"),
        ("国函〔2020〕96号", "国函〔2020〕96号"),
    ],
)
def test_a_text_means_itself(text: str, wanted: str) -> None:
    assert MARKDOWN.escape(text) == wanted


@given(st.text())
def test_no_text_keeps_a_mark_that_is_not_escaped(text: str) -> None:
    escaped = MARKDOWN.escape(text)
    bare = re.sub(r"\\.", "", escaped)
    assert not re.search(r"[\\`*_{}\[\]<>#|~$&\n\r]", bare)
    assert "://" not in bare
    assert re.sub(r"\\(.)", r"\1", escaped).split() == MARKDOWN.clean(text).split()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://a.org/b(c)", "https://a.org/b%28c%29"),
        ("http://a.org/b c", "http://a.org/b%20c"),
        ("http://a.org/中", "http://a.org/%E4%B8%AD"),
        ("http://a.org/%E4", "http://a.org/%E4"),
        ("http://a.org/x?a=1&lt;=2", "http://a.org/x?a=1&amp;lt;=2"),
        ("HTTPS://A.org/<x>|\n", "HTTPS://A.org/%3Cx%3E%7C"),
    ],
)
def test_a_web_address_is_linked_as_it_is(address: str, target: str) -> None:
    assert MARKDOWN.link("x", address) == f"[x]({target})"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "//a.org", "http://[", ""]
)
def test_nothing_else_is_linked(address: str) -> None:
    assert MARKDOWN.link("x", address) == "x"


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2020-07-07", "2020-07-07"),
        ("2019~", "about 2019"),
        ("2019?", "2019 (uncertain)"),
        ("2019%", "about 2019 (uncertain)"),
        ("../2021-10-18", "by 2021-10-18"),
        ("2021/..", "since 2021"),
        ("2020/2025", "2020 to 2025"),
    ],
)
def test_a_time_is_told_in_words(edtf: str, words: str) -> None:
    assert MARKDOWN.when(edtf) == words

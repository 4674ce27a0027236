"""The report: whole in two languages, safe from what it tells of, and true to what is computed."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from qgraph.cli import main
from qgraph.diffusion import aalen_johansen, promotion_delays, recorded_events, reported_rates
from qgraph.diffusion.records.recorded import measure_spells, recorded
from qgraph.diffusion.report import Report, report
from qgraph.diffusion.report.model import Bullets, Code, Figure, Fold, Paragraph, Section, Tabular
from qgraph.graph import Graph, load
from qgraph.terms import PREFIXES, local_id

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("matplotlib")

SMALL = Path(__file__).parents[1] / "data" / "small.trig"
HEADLINE = "place-qianhai-cooperation-zone"
SECTIONS = (
    "brief",
    "records",
    "rates",
    "delays",
    "batches",
    "adoption",
    "leaders",
    "limits",
    "methods",
    "reproduce",
)
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(2)) | `y` *z* {{ report }} &amp;"


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._within: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "img"}:
            self._within.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._within.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._within:
            self.words.append(data)

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def bundled() -> Graph:
    return load()


@pytest.fixture(scope="module")
def both(bundled: Graph) -> dict[str, Report]:
    return {language: report(bundled, language) for language in ("en", "zh")}


@pytest.fixture(scope="module", params=["en", "zh"])
def told(request: pytest.FixtureRequest, both: dict[str, Report]) -> Report:
    return both[str(request.param)]


@pytest.fixture(scope="module")
def english(both: dict[str, Report]) -> Report:
    return both["en"]


@pytest.fixture(scope="module")
def html(told: Report) -> bytes:
    return told.as_html()


@pytest.fixture(scope="module")
def page(html: bytes) -> Page:
    return Page(html)


def sentences(one: Report) -> str:
    """All its paragraphs and lists, as one text."""

    def pieces() -> Iterator[str]:
        for part in one.parts():
            if isinstance(part, Paragraph):
                yield "".join(part.text)
            elif isinstance(part, Bullets):
                yield from ("".join(item) for item in part.items)

    return "\n".join(pieces())


def hostile_graph(folder: Path) -> Graph:
    """Two measures of one zone, piloted and promoted, with labels that want to be markup."""
    text = "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items())
    label = HOSTILE.replace('"', '\\"')
    text += f"""
      qgd:place-country dcterms:type qgk:place-kind-country ; rdfs:label "Country"@en .
      qgd:place-x a qg:Zone ; rdfs:label "{label}"@en .
      qgd:source-a a qg:Source ; rdfs:label "{label}"@en ; qg:publisherName "{label}" ;
        schema:url "javascript:alert(3)" ; qg:published "2020-05-05" ;
        qg:reliability qgk:reliability-weak .
      qgd:passage qg:quotedFrom qgd:source-a ; qg:locator "p. 1" .
      qgd:passage-2 qg:quotedFrom qgd:source-b .
      qgd:source-b a qg:Source ; qg:publisherName "B" .
      qgd:time-1 qg:begin "2018-01-01"^^xsd:date ; qg:end "2018-12-31"^^xsd:date .
      qgd:time-2 qg:begin "2019-03-04"^^xsd:date ; qg:end "2019-03-04"^^xsd:date .
      qgd:batch-1 a qg:PromotionBatch ; rdfs:label "{label}"@en ; qg:happenedAt qgd:time-2 .
    """
    for name in ("one", "two"):
        text += f"""
          qgd:measure-{name} a qg:Measure ; rdfs:label "{label} {name}"@en ;
            qg:policyField qgk:field-trade .
          qgd:pilot-{name} a qg:Pilot ; qg:pilots qgd:measure-{name} ;
            qg:happenedIn qgd:place-x ; qg:happenedAt qgd:time-1 ;
            qg:modality qgk:modality-asserted ; qg:evidence qgd:passage-2 .
          qgd:adoption-{name} a qg:Adoption ; qg:adopts qgd:measure-{name} ;
            qg:happenedIn qgd:place-x ; qg:modality qgk:modality-asserted ;
            qg:evidence qgd:passage .
        """
    text += """
      qgd:promotion-one a qg:Promotion ; qg:promotes qgd:measure-one ; qg:inBatch qgd:batch-1 ;
        qg:appliesIn qgd:place-country ; qg:modality qgk:modality-asserted ;
        qg:evidence qgd:passage .
    """
    for name, indicator, value in (
        ("a", "launched", 30),
        ("b", "promoted-nationwide", 7),
    ):
        text += f"""
          qgd:obs-{name} qg:about qgd:place-x ; qg:indicator qgk:indicator-measures-{indicator} ;
            qg:observedOver qgd:time-2 ; qg:value {value}.0 ; qg:comparator qgk:comparator-exact ;
            qg:modality qgk:modality-asserted ; qg:evidence qgd:passage .
        """
    (folder / "graph.ttl").write_text(text, encoding="utf-8")
    return load(folder / "graph.ttl")


# --- Structure ---------------------------------------------------------------------------------


def test_every_section_is_there_in_order(told: Report) -> None:
    assert tuple(one.name for one in told.sections) == SECTIONS


def test_headings_go_down_step_by_step(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_links_within_the_page_lead_somewhere(page: Page) -> None:
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    inner = {href for a in page.of("a", "use") if (href := a.get("href") or "").startswith("#")}
    assert len(inner) > 10
    assert {href[1:] for href in inner} <= set(names)
    for attributes in (attributes for _, attributes in page.tags):
        for value in attributes.values():
            assert set(re.findall(r"url\(#([^)]+)\)", value or "")) <= set(names)


def test_tables_tell_what_they_are(page: Page) -> None:
    tables = len(page.of("table"))
    assert tables > 10
    assert len(page.of("caption")) == tables
    assert {a.get("scope") for a in page.of("th")} == {"col", "row"}


def test_figures_can_be_read_without_seeing_them(page: Page, told: Report) -> None:
    drawn = [a for a in page.of("svg") if a.get("class") == "plot"]
    assert len(drawn) == len(told.figures()) >= 6
    assert all(a.get("role") == "img" and a.get("aria-label") for a in drawn)


def test_the_page_asks_the_network_for_nothing_and_runs_nothing(page: Page) -> None:
    assert page.of("script", "link", "iframe", "img", "object", "form") == []
    assert not any({"src", "style", "onclick", "xlink:href"} & set(a) for _, a in page.tags)
    assert "@import" not in " ".join(page.words)


def test_the_policy_allows_the_style_and_nothing_else(html: bytes) -> None:
    text = html.decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "url(" not in style[1]


def test_the_same_graph_gives_the_same_bytes(bundled: Graph, told: Report, html: bytes) -> None:
    again = report(bundled, told.language)
    assert again.as_html() == html
    assert again.as_markdown("figures") == told.as_markdown("figures")


# --- Languages ---------------------------------------------------------------------------------


def test_each_language_is_whole(told: Report) -> None:
    chinese = len(re.findall("[\u4e00-\u9fff]", sentences(told)))
    if told.language == "zh":
        # The words of commands and names of authors stay; sentences do not.
        assert chinese > 2000
        assert not re.search(r"\b(the|are|which|measures)\b", sentences(told))
    else:
        assert chinese == 0
    assert not re.search(r"\b(None|nan)\b", sentences(told))


def test_the_page_says_its_language(page: Page, told: Report) -> None:
    assert page.of("html")[0]["lang"] == ("zh-Hans" if told.language == "zh" else "en")


def test_both_languages_tell_the_same_numbers(both: dict[str, Report]) -> None:
    numbers = [sorted(re.findall(r"\d+\.\d+%", sentences(both[code]))) for code in ("en", "zh")]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 10


# --- Numbers -----------------------------------------------------------------------------------


def test_the_reported_rate_is_that_of_the_analysis(bundled: Graph, english: Report) -> None:
    latest = next(o for o in reported_rates(bundled) if local_id(o.subject) == HEADLINE)
    rate, text = latest.rate, sentences(english)
    assert f"{rate.promoted} of the {rate.launched} measures" in text
    wilson = f"{100 * rate.wilson.low:.2f}% to {100 * rate.wilson.high:.2f}%"
    assert f"{100 * rate.share:.2f}% (95% Wilson interval {wilson}" in text
    exact = rate.clopper_pearson
    assert f"Clopper-Pearson {100 * exact.low:.2f}% to {100 * exact.high:.2f}%" in text


def test_the_incidence_is_that_of_the_analysis(bundled: Graph, english: Report) -> None:
    spells = promotion_delays(bundled, period="year")
    curve = aalen_johansen(spells)
    row = np.flatnonzero((curve.cause == 0) & (curve.events > 0))[-1]
    estimate, low, high = (100 * float(p[row]) for p in (curve.estimate, curve.low, curve.high))
    text = sentences(english)
    assert f"{estimate:.1f}% within {curve.time[row]:g} calendar years" in text
    assert f"(95% interval {low:.1f}% to {high:.1f}%)" in text
    assert f"Of the {len(spells.exit)} measures in the risk set" in text


def test_events_are_counted_as_they_are_recorded(bundled: Graph, english: Report) -> None:
    events = recorded(bundled)
    measures = len({one.measure for one in events})
    assert f"{len(events)} events in the life of {measures} measures" in sentences(english)
    (table,) = (p.table for p in english.sections[1].parts if isinstance(p, Tabular))
    assert sum(row["all"] for row in table.records()) == len(events)
    national = sum(bool(one.nationwide) for one in measure_spells(bundled))
    assert f"{national} measures are on record as promoted to the whole country" in sentences(
        english
    )


def test_zones_are_counted_and_never_divided(english: Report) -> None:
    (zones,) = (one for one in _subsections(english, "leaders") if one.name == "leaders-zones")
    (table,) = (part.table for part in zones.parts if isinstance(part, Tabular))
    assert table.names == ("zone", "piloted", "promoted", "adopted")
    assert all(isinstance(row["piloted"], int) for row in table.records())


def test_the_digest_is_that_of_the_results(bundled: Graph, english: Report) -> None:
    digest = recorded_events(bundled).data.digest
    assert digest in english.as_markdown()
    assert digest[:12] in dict(english.facts).values()


def _subsections(one: Report, name: str) -> list[Section]:
    (section,) = (part for part in one.sections if part.name == name)
    return [part for part in section.parts if isinstance(part, Section)]


# --- Refusals and limits -----------------------------------------------------------------------


def test_what_is_refused_is_told_with_what_is_needed(told: Report) -> None:
    tables = [p.table for p in told.parts() if isinstance(p, Tabular) and "needed" in p.table.names]
    assert tables
    for table in tables:
        for row in table.records():
            assert row["reason"]
            assert row["needed"]


def test_scores_are_refused_where_they_would_tell_who_is_read(english: Report) -> None:
    """Nearly all measures of this graph are on record in one place: a score would rank records."""
    told = english.as_markdown()
    assert re.search(r"Innovativeness rate scores \| places \| \d+ of \d+ measures", told)
    assert "who was recorded, not who was early" in told


def test_successes_are_flagged(english: Report) -> None:
    (part,) = (p for p in _subsections(english, "delays") if p.name == "delays-successes")
    note = part.parts[0]
    assert isinstance(note, Paragraph)
    assert note.kind == "note"
    assert "successes only" in note.text[0]


def test_the_literature_on_selection_is_cited(page: Page) -> None:
    assert "https://doi.org/10.1086/734873" in {a.get("href") for a in page.of("a")}
    assert "Heilmann (2008)" in page.text


def test_what_was_inferred_is_told_or_left_out(english: Report) -> None:
    asserted = report(load(inferred=False))
    assert "our reading" in sentences(english)
    assert "our reading" not in sentences(asserted)
    assert "left out everywhere" in dict(asserted.facts).values()
    assert f"{len(recorded(load(inferred=False)))} events" in sentences(asserted)
    commands = next(p for p in asserted.parts() if isinstance(p, Code)).text.splitlines()
    assert all(line.startswith("qgraph --no-inferred ") for line in commands)


def test_queries_stand_in_the_report_and_run(bundled: Graph, english: Report) -> None:
    section = english.sections[-1]
    queries = [
        part.parts[0].text
        for part in section.parts
        if isinstance(part, Fold) and isinstance(part.parts[0], Code)
    ]
    assert len(queries) >= 5
    for text in queries:
        assert bundled.query(text)


# --- Other graphs ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_graph_without_events_gets_an_honest_short_report(language: str) -> None:
    empty = load(Path(__file__).parents[1] / "data" / "hostile.trig")
    told = report(empty, language)
    assert tuple(o.name for o in told.sections) == (
        *("brief", "records", "rates", "methods", "reproduce"),
    )
    assert told.figures() == {}
    words = {"en": "nothing here that could spread", "zh": "没有可供分析的扩散过程"}
    assert words[language] in told.as_html().decode()


def test_the_founding_article_alone_can_be_reported(founding: Graph) -> None:
    told = report(founding)
    events = recorded(founding)
    assert f"{len(events)} event" in sentences(told)
    assert told.as_html().count(b"<table>") == sum(isinstance(p, Tabular) for p in told.parts())


def test_one_event_is_told_in_the_singular() -> None:
    text = sentences(report(load(SMALL)))
    assert "1 event in the life of 1 measure: 1 pilot." in text
    assert "1 pilots" not in text


# --- Hostile texts -----------------------------------------------------------------------------


def test_no_label_becomes_markup(tmp_path: Path) -> None:
    told = report(hostile_graph(tmp_path))
    page = Page(told.as_html())
    assert page.of("script") == []
    assert HOSTILE in page.text
    addresses = [a.get("href") or "" for a in page.of("a")]
    assert not any(address.startswith("javascript") for address in addresses)
    # Nothing of a label is run by the template.
    assert "{{ report }}" in page.text


def test_no_label_becomes_markdown(tmp_path: Path) -> None:
    text = report(hostile_graph(tmp_path)).as_markdown("figures")
    assert "<script" not in text
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "\\[x\\](javascript:alert(2)) \\| \\`y\\` \\*z\\*" in text
    assert "&amp;amp;" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert tables
    for line in tables:
        assert line.endswith("|")


def test_hostile_numbers_are_right(tmp_path: Path) -> None:
    """Two measures piloted in 2018, one promoted in 2019: half of them after one year."""
    text = sentences(report(hostile_graph(tmp_path)))
    assert "7 of the 30 measures" in text
    assert "50.0% within 1 calendar year" in text


# --- Markdown ----------------------------------------------------------------------------------


def test_markdown_points_at_its_figures(english: Report) -> None:
    text = english.as_markdown("my figures")
    for name in english.figures():
        assert f"](my%20figures/{name}.svg)" in text
    assert "](" + "my" not in english.as_markdown()


def test_markdown_and_page_hold_the_same_tables_and_figures(told: Report, page: Page) -> None:
    text = told.as_markdown("figures")
    captions = [part.caption for part in told.parts() if isinstance(part, Figure | Tabular)]
    assert len(captions) > 20
    for caption in captions:
        assert caption in page.text
        assert caption in text


# --- Command -----------------------------------------------------------------------------------


def run(*words: str, language: str = "en") -> tuple[int, bytes, str]:
    # From the top, as a user does: click remembers how a command was first called.
    told = ["--graph", str(SMALL), "--lang", language, "diffusion", "report", *words]
    done = CliRunner().invoke(main, told)
    return done.exit_code, done.stdout_bytes, done.stderr


def test_the_command_writes_a_page(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    code, out, err = run("-o", str(target))
    assert (code, out, err) == (0, b"", f"Wrote {target}\n")
    assert target.read_bytes() == report(load(SMALL)).as_html()


def test_the_command_writes_markdown_and_its_figures(tmp_path: Path) -> None:
    target = tmp_path / "told.md"
    assert run("-o", str(target), language="zh")[0] == 0
    told = report(load(SMALL), "zh")
    assert target.read_text("utf-8") == told.as_markdown("told-figures")
    drawn = {path.stem: path.read_bytes() for path in (tmp_path / "told-figures").iterdir()}
    assert drawn == told.figures()


def test_standard_output_gets_markdown_without_figures() -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.decode() == report(load(SMALL)).as_markdown()
    assert run("--format", "html")[1].startswith(b"<!DOCTYPE html>")


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    code, _, err = run("-o", str(tmp_path / "report.docx"))
    assert code == 2
    assert "name a file .html or .md" in err
    code, _, err = run("-o", str(tmp_path), "--format", "html")
    assert code == 2
    assert "is a folder" in err

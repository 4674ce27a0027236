"""The page: one file, no request, no script but ours, every text of the graph a text."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from qgraph.export import Selection, to_bytes
from qgraph.export.html import headline, render
from qgraph.graph import Graph, load
from qgraph.layout import positions
from qgraph.network import Network, prepare

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
PAGE = ROOT / "qgraph" / "export" / "page"
OWN = {name: (PAGE / name).read_text(encoding="utf-8") for name in
       ("template.html", "page.css", "words.js", "map.js", "page.js")}  # fmt: skip
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)


class Reader(HTMLParser):
    """Collects what a browser would see: elements with their attributes, and script texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append((tag, ""))

    def handle_data(self, data: str) -> None:
        if self.texts:
            tag, before = self.texts[-1]
            self.texts[-1] = (tag, before + data)

    def handle_endtag(self, tag: str) -> None:
        self.texts.append((f"after {tag}", ""))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def reading(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode("utf-8"))
    reader.close()
    return reader


def data_of(page: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(reading(page).text_of("script")[0])
    return data


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load(DATA / "network.trig")


@pytest.fixture(scope="module")
def network(graph: Graph) -> Network:
    return prepare(graph, years=True)


@pytest.fixture(scope="module")
def page(graph: Graph) -> bytes:
    return to_bytes(graph, ".html")


@pytest.fixture(scope="module")
def hostile() -> bytes:
    title = "</title><script>document.documentElement.dataset.broken='title'</script>"
    return to_bytes(load(DATA / "hostile.trig"), ".html", Selection(title=title))


# --- Closed to the world ----------------------------------------------------------------------


def test_nothing_is_loaded(page: bytes) -> None:
    reader = reading(page)
    tags = {tag for tag, _ in reader.elements}
    assert tags & {"link", "img", "iframe", "object", "embed", "base", "audio", "video"} == set()
    addresses = [
        value
        for _, attributes in reader.elements
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "poster", "data")
    ]
    assert addresses == ["#search"]
    style = reader.text_of("style")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert b"sourceMappingURL" not in page


def test_the_policy_allows_these_scripts_and_this_style_and_nothing_else(page: bytes) -> None:
    reader = reading(page)
    (policy,) = [
        meta["content"] or ""
        for meta in reader.of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def hashes(texts: list[str]) -> str:
        digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in texts]
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    assert rules == {
        "default-src": "'none'",
        "script-src": hashes(reader.text_of("script")[1:]),
        "style-src": hashes(reader.text_of("style")),
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_no_element_carries_script_or_style(page: bytes) -> None:
    for _, attributes in reading(page).elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_the_scripts_make_no_markup_of_texts() -> None:
    for name in ("words.js", "map.js", "page.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", OWN[name]
        )
        assert not re.search(r"\bfetch\(|XMLHttpRequest|import\(|\.cookie|localStorage", OWN[name])


def test_only_addresses_of_the_web_become_links() -> None:
    # The one place that makes a link takes its address from the function above.
    assert re.findall(r".*\bhref\b.*", OWN["page.js"]) == [
        '      return ["http:", "https:"].includes(url.protocol) ? url.href : null;',
        "    const href = url ? address(url) : null;",
        '    if (!href) return said("span", text);',
        '    return said("a", text, { href, target: "_blank", rel: "noopener noreferrer" });',
    ]


# --- Texts stay texts -------------------------------------------------------------------------


def test_hostile_texts_add_no_element(page: bytes, hostile: bytes) -> None:
    assert [tag for tag, _ in reading(hostile).elements] == [
        tag for tag, _ in reading(page).elements
    ]
    assert b"<script>document" not in hostile
    # Three scripts and the end of each: nothing in the data begins or ends one.
    assert hostile.lower().count(b"</script") == 3
    assert hostile.lower().count(b"<script") == page.lower().count(b"<script")
    assert b"<!--" not in hostile


def test_hostile_texts_arrive_unchanged(hostile: bytes) -> None:
    data = data_of(hostile)
    nodes = {node["id"]: node for node in data["nodes"]}
    evil = nodes["measure-evil"]
    assert evil["label"][0].startswith("</script><script>")
    assert "{{ qg.page }} {% raw %}" in evil["label"][1]
    assert evil["description"].endswith("\u2028\u2029]]>")
    assert nodes["__proto__"]["label"] == "prototype"
    assert {source["label"] for source in data["page"]["sources"]} >= {"data address"}
    assert data["page"]["title"].startswith("</title><script>")
    (shown,) = reading(hostile).text_of("title")
    assert shown == data["page"]["title"]


# --- What the page knows ----------------------------------------------------------------------


def test_the_data_is_the_network_at_its_places(page: bytes, network: Network) -> None:
    data = data_of(page)
    places = positions(network)
    assert [node["id"] for node in data["nodes"]] == [node.id for node in network.nodes]
    for drawn, node in zip(data["nodes"], network.nodes, strict=True):
        assert (drawn["x"], drawn["y"]) == places[node.id]
        kind = data["page"]["kinds"][drawn["kind"]]
        assert (kind["shape"], kind["colour"]) == (node.shape, node.colour)
    assert [(edge["from"], edge["to"]) for edge in data["edges"]] == [
        (edge.source, edge.target) for edge in network.edges
    ]
    assert json.loads(data["options"])["physics"] == {"enabled": False}


def test_the_legend_has_every_kind_with_its_count(page: bytes, network: Network) -> None:
    kinds = {kind["id"]: kind for kind in data_of(page)["page"]["kinds"]}
    assert sum(kind["count"] for kind in kinds.values()) == len(network.nodes)
    assert kinds["Year"] == {
        "id": "Year",
        "label": ["year", "年份"],
        "colour": "#56B4E9",
        "shape": "triangleDown",
        "hidden": True,
        "count": 2,
    }
    assert "hidden" not in kinds["Measure"]


def test_evidence_and_sources_are_written_once(page: bytes) -> None:
    data = data_of(page)["page"]
    assert [source["publisher"] for source in data["sources"][:1]] == ["Qianhai Authority"]
    assert len(data["sources"]) == 2
    pieces = [json.dumps(piece, sort_keys=True) for piece in data["evidence"]]
    assert len(pieces) == len(set(pieces))
    (based,) = [
        edge
        for edge in data_of(page)["edges"]
        if data["relations"][edge["relation"]]["label"][0] == "based in"
    ]
    told = [data["evidence"][piece] for piece in based["evidence"]]
    assert [piece["phrase"] for piece in told] == ["in Qianhai", "an office in Qianhai"]
    assert told[1]["by"] == "深圳市司法局"


def test_a_thing_has_its_dates_values_and_reports(page: bytes) -> None:
    nodes = {node["id"]: node for node in data_of(page)["nodes"]}
    (moment,) = nodes["pilot-joint-office"]["moments"]
    assert (moment["words"], moment["begin"]) == ("On July 26", "2024-07-26")
    values = {tuple(a["label"]): a for a in nodes["measure-joint-office"]["attributes"]}
    status = values["status", "推进状态"]
    assert (status["values"], status["rule"]) == ([["piloted", "已试点"]], "Status of a measure")
    assert [r["label"] for r in nodes["place-qianhai-zone"]["reports"]] == [
        "835 institutional innovation measures",
        "94 of which have been promoted nationwide",
    ]
    assert nodes["licence-office"]["years"] == [2024]


def test_the_headline_is_what_a_source_reports_with_what_the_graph_can_name(graph: Graph) -> None:
    told = headline(graph)
    assert told is not None
    assert (told.promoted, told.launched, told.named) == ("94", "835", 0)
    assert told.place == {"en": "Qianhai Cooperation Zone", "zh": "前海合作区"}
    assert (told.words, told.begin, told.end) == ("To date", "2024-08-01", "2024-08-31")
    assert told.url.startswith("https://qh.sz.gov.cn/")
    assert data_of(to_bytes(graph, ".html"))["page"]["headline"]["promoted"] == "94"


def test_measures_named_as_promoted_are_counted(graph: Graph) -> None:
    text = (DATA / "network.trig").read_text(encoding="utf-8")
    named = text.replace("qgk:status-piloted", "qgk:status-promoted-nationwide")
    store = pyoxigraph.Store()
    store.load(named.encode(), pyoxigraph.RdfFormat.TRIG)
    told = headline(Graph(store, "a test"))
    assert told is not None
    assert told.named == 1
    assert headline(graph) == replace(told, named=0)


def test_a_graph_without_the_figures_has_no_headline(small: Graph) -> None:
    """It has the 94 but not the 835."""
    assert headline(small) is None
    assert "headline" not in data_of(to_bytes(small, ".html"))["page"]


def test_the_page_opens_in_the_language_asked_for(graph: Graph) -> None:
    chinese = to_bytes(graph, ".html", Selection(language="zh"))
    assert reading(chinese).of("html") == [{"lang": "zh-Hans"}]
    assert reading(chinese).text_of("title") == ["制度创新图谱及其依据"]
    assert data_of(chinese)["page"]["language"] == "zh"
    titled = to_bytes(graph, ".html", Selection(title="Qianhai"))
    assert data_of(titled)["page"]["title"] == "Qianhai"


def test_a_part_says_what_it_is_a_part_of(graph: Graph) -> None:
    selection = Selection(focus="Qianhai", kinds=("Place",), first_year=2012, last_year=2024)
    assert data_of(to_bytes(graph, ".html", selection))["page"]["part"] == {
        "focus": ["Qianhai Cooperation Zone", "前海合作区"],
        "depth": 1,
        "kinds": "Place",
        "first": 2012,
        "last": 2024,
    }
    dated = data_of(to_bytes(graph, ".html", Selection(first_year=2013)))["page"]["part"]
    assert (dated["focus"], dated["first"], dated["last"]) == ("", 2013, None)


@pytest.mark.parametrize(
    ("years", "switched_on", "count"), [(None, False, 15), (True, True, 15), (False, False, 12)]
)
def test_years_are_switched_off_on_or_left_out(
    graph: Graph, years: bool | None, switched_on: bool, count: int
) -> None:
    data = data_of(to_bytes(graph, ".html", Selection(years=years)))
    assert (data["page"]["years"], len(data["nodes"])) == (switched_on, count)


def test_a_page_of_nothing_can_be_written() -> None:
    assert data_of(render(Network((), ()), {}))["nodes"] == []


def test_a_page_of_a_small_graph_is_small(page: bytes) -> None:
    assert len(page) < 650_000


# --- Words ------------------------------------------------------------------------------------


def test_the_page_speaks_both_languages() -> None:
    english, chinese = OWN["words.js"].split("  zh: {")
    keys = [re.findall(r"^    (\w+):", part, flags=re.MULTILINE) for part in (english, chinese)]
    assert keys[0] == keys[1]
    used = set(re.findall(r"\bw\(\"(\w+)\"", OWN["page.js"]))
    used |= set(re.findall(r"\[\"(column\w+)\",", OWN["page.js"]))
    used |= set(re.findall(r"data-word(?:-label)?=\"(\w+)\"", OWN["template.html"]))
    assert used == set(keys[0])


def test_every_control_has_a_name() -> None:
    template = OWN["template.html"]
    for control in re.findall(r"<(?:button|input)[^>]*>", template):
        name = re.search(r'id="([\w-]+)"', control)
        assert name
        assert "data-word" in control or name[1] in ("language", "search")
    assert '<label class="unseen" for="search"' in template


def test_every_token_of_colour_is_set_for_both_schemes_and_paper() -> None:
    light, dark, paper = re.findall(
        r":root(?:\[data-paper\])? \{(.*?)\}", OWN["page.css"], flags=re.DOTALL
    )
    tokens = [set(re.findall(r"(--[\w-]+):", block)) for block in (light, dark, paper)]
    assert tokens[0] == tokens[1]
    used = set(re.findall(r"var\((--[\w-]+)\)", OWN["page.css"]))
    assert used <= tokens[0]
    assert tokens[2] <= tokens[0]


# --- Same bytes, nothing beside ---------------------------------------------------------------

PROGRAM = """
import sys
from qgraph.export import write
from qgraph.graph import load
write(load(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2"},
        {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["seed-1", "seed-2", "c-locale"],
)
@pytest.mark.parametrize("suffix", [".html", ".gexf", ".ttl", ".trig", ".nq", ".jsonld", ".rdf"])
def test_the_bytes_are_the_same_everywhere(
    graph: Graph, tmp_path: Path, suffix: str, environment: dict[str, str]
) -> None:
    target = tmp_path / f"out{suffix}"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, DATA / "network.trig", target],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=True,
    )
    assert target.read_bytes() == to_bytes(graph, suffix)
    assert list(tmp_path.iterdir()) == [target]


# --- In a browser -----------------------------------------------------------------------------


def in_a_browser(page: bytes, tmp_path: Path, fragment: str = "") -> tuple[str, str]:
    """Return the document after its scripts have run, and what the console said."""
    if not CHROMIUM:
        pytest.skip("no Chromium here: the page was not opened")
    file = tmp_path / "page.html"
    file.write_bytes(page)
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-3d-apis"),
            *("--disable-quic", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
            *("--proxy-server=127.0.0.1:9", "--virtual-time-budget=4000"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"),
            file.as_uri() + fragment,
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    said = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fragment", "language", "heading", "expected"),
    [
        ("", "en", "What this map shows", "12 of 15 shown"),
        ("#lang=zh", "zh-Hans", "图中所示", "显示 12 / 15 项"),
        ("#node=pilot-joint-office", "en", "Joint offices: pilot", "“On July 26”"),
        ("#node=year-2024", "en", "2024", "14 of 15 shown"),
        ("#node=nothing&lang=constructor&off=__proto__", "en", "What this map shows", "15 of 15"),
        ("#view=table", "en", "What this map shows", "Guangdong Zhiheng Law Firm"),
    ],
)
def test_a_browser_shows_it(
    page: bytes, tmp_path: Path, fragment: str, language: str, heading: str, expected: str
) -> None:
    document, console = in_a_browser(page, tmp_path, fragment)
    assert console == ""
    reader = reading(document.encode())
    assert reader.of("html") == [{"lang": language, "data-ready": "true"}]
    assert f">{html.escape(heading)}</h2>" in document
    assert expected in document


@pytest.mark.slow
def test_a_browser_runs_no_hostile_text(hostile: bytes, tmp_path: Path) -> None:
    document, console = in_a_browser(hostile, tmp_path, "#node=measure-evil")
    assert console == ""
    reader = reading(document.encode())
    assert reader.of("html") == [{"lang": "en", "data-ready": "true"}]
    assert reader.of("img") == []
    assert len(reader.of("script")) == 3
    links = [link["href"] or "" for link in reader.of("a")]
    assert "https://example.org/a?b=1&c=%22%3E%3Cscript%3Ealert(1)%3C/script%3E" in links
    assert all(link == "#search" or link.startswith("https://example.org/") for link in links)

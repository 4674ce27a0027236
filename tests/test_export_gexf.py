"""The file for Gephi: well formed, within its schema's rules, and loss-free for its readers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import networkx as nx
import pytest

from qgraph.export.gexf import render
from qgraph.graph import Graph, load
from qgraph.layout import positions
from qgraph.network import Network, prepare

DATA = Path(__file__).parent / "data"
GEXF = "{http://gexf.net/1.3}"
VIZ = "{http://gexf.net/1.3/viz}"
# The attribute types of the schema for GEXF 1.3, as far as they are used.
TYPES = {
    "string": r"(?s).*",
    "integer": r"-?\d+",
    "double": r"[-+]?[\d.]+([eE][-+]?\d+)?",
    "boolean": "true|false",
    "anyURI": r"\S+",
    "liststring": r'(?s)\["(\\.|[^"\\])*"(, "(\\.|[^"\\])*")*\]',
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load(DATA / "network.trig")


@pytest.fixture(scope="module")
def network(graph: Graph) -> Network:
    return prepare(graph, years=True)


@pytest.fixture(scope="module")
def hostile() -> Network:
    return prepare(load(DATA / "hostile.trig"), years=True)


def parsed(network: Network, **options: str) -> ElementTree.Element:
    # What is parsed was written a moment ago by the code under test.
    return ElementTree.fromstring(render(network, positions(network), **options))  # noqa: S314 - ours


def attributes(root: ElementTree.Element, item: str) -> dict[str, dict[str, str]]:
    """Read the values of all nodes or edges by id and title, checking each against its type."""
    declared = {
        entry.attrib["id"]: entry.attrib
        for entry in root.iterfind(f".//{GEXF}attributes[@class='{item}']/{GEXF}attribute")
    }
    assert [*declared] == [str(number) for number in range(len(declared))]
    titles = [entry["title"] for entry in declared.values()]
    assert len(titles) == len(set(titles))
    found = {}
    for element in root.iter(f"{GEXF}{item}"):
        values = {}
        for value in element.iterfind(f"{GEXF}attvalues/{GEXF}attvalue"):
            column = declared[value.attrib["for"]]
            assert re.fullmatch(TYPES[column["type"]], value.attrib["value"]), column
            values[column["title"]] = value.attrib["value"]
        assert element.attrib["id"] not in found
        found[element.attrib["id"]] = values
    return found


def test_every_node_and_edge_is_there_once(network: Network) -> None:
    root = parsed(network)
    nodes = attributes(root, "node")
    assert [*nodes] == [node.id for node in network.nodes]
    assert [*attributes(root, "edge")] == [edge.id for edge in network.edges]
    for edge in root.iter(f"{GEXF}edge"):
        assert {edge.attrib["source"], edge.attrib["target"]} <= nodes.keys()
        assert edge.attrib["weight"] == "1.0"
    counts = [root.find(f".//{GEXF}{name}").attrib["count"] for name in ("nodes", "edges")]  # type: ignore[union-attr]
    assert counts == [str(len(network.nodes)), str(len(network.edges))]


def test_what_the_schema_forbids_is_not_there(network: Network) -> None:
    root = parsed(network)
    assert root.attrib == {"version": "1.3"}
    graph = root.find(f"{GEXF}graph")
    assert graph is not None
    assert graph.attrib == {
        "defaultedgetype": "directed",
        "idtype": "string",
        "mode": "dynamic",
        "timeformat": "date",
        "timerepresentation": "interval",
    }
    names = {element.tag for element in root.iter()}
    plain = ["gexf", "meta", "creator", "graph", "attributes", "attribute", "attvalues", "attvalue"]
    plain += ["nodes", "node", "edges", "edge"]
    look = ["color", "position", "size", "shape"]
    assert names == {GEXF + name for name in plain} | {VIZ + name for name in look}


def test_one_block_of_attributes_for_nodes_and_one_for_edges(network: Network) -> None:
    """Gephi Lite knows only the last block of a class."""
    blocks = [block.attrib["class"] for block in parsed(network).iter(f"{GEXF}attributes")]
    assert blocks == ["node", "edge"]


def test_values_are_typed(network: Network) -> None:
    nodes = attributes(parsed(network), "node")
    assert nodes["measure-joint-office"] == {
        "type": "measure",
        "class": "Measure",
        "label_en": "Joint offices of Chinese and foreign law firms",
        "label_zh": "中外律师事务所联营",
        "description": "Law firms of two countries run one office.",
        "begin": "2024-07-26",
        "year": "2024",
        "links": "3",
        "uri": "https://w3id.org/qgraph/id/measure-joint-office",
        "evidence": '["the collaborative office"]',
        "source": '["Article on institutional innovation in Qianhai"]',
        "source_address": '["https://qh.sz.gov.cn/en/news/content/post_11528479.html"]',
        "rdfs:seeAlso": "https://example.org/measure",
        "firstPilotDate": "2024-07-26",
        "inZone": "Qianhai Cooperation Zone",
        "note": '["first note", "second note"]',
        "policyField": "legal services",
        "status": "piloted",
    }
    edges = attributes(parsed(network), "edge")
    assert edges["event-licensed|inYear|year-2024"]["rule"] == "Year of a thing"
    assert (
        edges["org-joint-office|basedIn|place-qianhai-zone"]["modality"] == '["asserted", "quoted"]'
    )


def test_words_are_in_the_language_asked_for(network: Network) -> None:
    root = parsed(network, language="zh", title="图谱 <1>")
    assert root.findtext(f"{GEXF}meta/{GEXF}description") == "图谱 <1>"
    labels = {node.attrib["id"]: node.attrib["label"] for node in root.iter(f"{GEXF}node")}
    assert labels["place-shenzhen"] == "深圳"
    assert attributes(root, "node")["place-shenzhen"]["type"] == "地点"
    assert attributes(root, "node")["place-shenzhen"]["label_en"] == "Shenzhen"


def test_parallel_links_differ_in_kind(network: Network) -> None:
    kinds = {edge.attrib["id"]: edge.attrib["kind"] for edge in parsed(network).iter(f"{GEXF}edge")}
    assert kinds["licence-office|holder|org-joint-office"] == "holder"
    between = {(edge.source, edge.target, edge.relation) for edge in network.edges}
    assert len(between) == len(network.edges)


def test_the_picture_is_that_of_the_page_with_y_upwards(network: Network) -> None:
    places = positions(network)
    look = {node.id: node for node in network.nodes}
    for node in parsed(network).iter(f"{GEXF}node"):
        colour, position, size = (node.find(VIZ + name) for name in ("color", "position", "size"))
        assert colour is not None
        assert position is not None
        assert size is not None
        drawn = look[node.attrib["id"]]
        rgb = "".join(f"{int(colour.attrib[channel]):02X}" for channel in "rgb")
        assert f"#{rgb}" == drawn.colour
        x, y = places[drawn.id]
        assert (float(position.attrib["x"]), float(position.attrib["y"])) == (x, -y)
        assert float(size.attrib["value"]) == drawn.size
    assert b'"-0.0"' not in render(network, places)


def test_times_are_days_in_order(network: Network) -> None:
    root = parsed(network)
    spans = {}
    for element in [*root.iter(f"{GEXF}node"), *root.iter(f"{GEXF}edge")]:
        start, end = element.get("start"), element.get("end")
        spans[element.attrib["id"]] = (start, end)
        assert not (start and end) or date.fromisoformat(start) <= date.fromisoformat(end)
    assert spans["event-licensed"] == ("2024-07-26", "2024-07-26")
    assert spans["licence-office"] == ("2024-01-01", None)
    assert spans["place-macao"] == (None, None)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2024-07-26", "2023-01-01", ' start="2024-07-26"'),
        ("-0044-03-15", "2023-01-01", ' end="2023-01-01"'),
        ("26 July", "later", ""),
    ],
)
def test_what_is_no_day_or_ends_before_it_begins_is_left_out(
    network: Network, begin: str, end: str, expected: str
) -> None:
    odd = replace(network.nodes[0], begin=begin, end=end, label={"en": "odd", "zh": "odd"})
    text = render(Network((odd,), ()), {odd.id: (0.0, 0.0)}).decode()
    assert f'label="odd"{expected}>' in text


def test_a_network_without_dates_is_static(network: Network) -> None:
    timeless = [replace(node, begin=None, end=None) for node in network.nodes[:2]]
    root = parsed(Network(tuple(timeless), ()))
    graph = root.find(f"{GEXF}graph")
    assert graph is not None
    assert graph.attrib["mode"] == "static"
    assert "timeformat" not in graph.attrib


def test_nothing_can_be_written() -> None:
    assert attributes(parsed(Network((), ())), "node") == {}


def test_the_date_is_that_of_the_newest_source(network: Network, hostile: Network) -> None:
    """The day of writing would change the file every day."""
    assert b'<meta lastmodifieddate="2024-07-30">' in render(network, positions(network))
    assert b"<meta>" in render(hostile, positions(hostile))


def test_an_odd_colour_is_left_to_gephi(network: Network) -> None:
    odd = replace(network.nodes[0], colour="red", shape="star")
    root = parsed(Network((odd,), ()))
    assert root.find(f".//{VIZ}color") is None
    assert root.find(f".//{VIZ}shape") is None


def test_hostile_texts_stay_texts(hostile: Network) -> None:
    root = parsed(hostile, title="</description><graph>")
    assert root.findtext(f"{GEXF}meta/{GEXF}description") == "</description><graph>"
    nodes = attributes(root, "node")
    assert nodes["measure-evil"]["label_en"].startswith("</script><script>")
    assert nodes["org-evil"]["other_names"] == r'["]", "one, two", "th\"ree\\"]'
    note = nodes["measure-evil"]["note"]
    assert note == "control  and , tab\tline\nreturn\r, nul-like "
    assert nodes["measure-evil"]["fieldSize"] == "12345678901234567890123"


def test_a_title_that_readers_keep_for_themselves_is_not_taken(network: Network) -> None:
    (measure,) = [node for node in network.nodes if node.id == "measure-joint-office"]
    named = [replace(measure.attributes[0], name=name) for name in ("label", "uri", "other")]
    odd = replace(measure, attributes=tuple(named))
    titles = attributes(parsed(Network((odd,), ())), "node")[odd.id]
    assert {"qg:label", "qg:uri", "other"} <= titles.keys()
    assert "label" not in titles


def test_an_attribute_of_two_types_is_text(network: Network) -> None:
    first, second = network.nodes[:2]
    (note,) = [a for a in first.attributes if a.name == "policyField"]
    mixed = [
        replace(first, attributes=(replace(note, type="integer", values=({"en": "7"},)),)),
        replace(second, attributes=(note,)),
    ]
    root = parsed(Network(tuple(mixed), ()))
    (column,) = root.iterfind(f".//{GEXF}attribute[@title='policyField']")
    assert column.attrib["type"] == "string"


@pytest.mark.parametrize("name", ["network", "hostile"])
def test_networkx_reads_it(name: str, request: pytest.FixtureRequest) -> None:
    drawn: Network = request.getfixturevalue(name)
    read = nx.read_gexf(BytesIO(render(drawn, positions(drawn))))
    assert set(read) == {node.id for node in drawn.nodes}
    ends = sorted((edge.source, edge.target) for edge in drawn.edges)
    assert sorted((a, b) for a, b, *_ in read.edges) == ends
    assert read.is_directed()

"""The committed samples in exports/ are those of the graph as it stands.

Page and GEXF hold computed places, whose last digits may differ between machines: they are held to
the same things and links, not to the same bytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import networkx
import pytest

import qgraph
from qgraph.export import to_bytes
from qgraph.graph import Graph

SAMPLES = Path(__file__).parents[1] / "exports"


@pytest.fixture(scope="module")
def bundled() -> Graph:
    """Give the graph that comes with the package."""
    return qgraph.load()


@pytest.mark.parametrize("suffix", [".nq", ".ttl"])
def test_the_rdf_samples_are_fresh(bundled: Graph, suffix: str) -> None:
    sample = (SAMPLES / f"qgraph{suffix}").read_bytes()
    assert sample == to_bytes(bundled, suffix), "run: make exports"


def test_the_gephi_sample_is_fresh(bundled: Graph, tmp_path: Path) -> None:
    (tmp_path / "now.gexf").write_bytes(to_bytes(bundled, ".gexf"))
    sample, now = (networkx.read_gexf(f) for f in (SAMPLES / "qgraph.gexf", tmp_path / "now.gexf"))
    assert set(sample.edges()) == set(now.edges()), "run: make exports"
    for graph in (sample, now):
        for _, values in graph.nodes(data=True):
            del values["viz"]
    assert dict(sample.nodes(data=True)) == dict(now.nodes(data=True)), "run: make exports"


def test_the_page_sample_is_fresh(bundled: Graph) -> None:
    def content(page: str) -> object:
        found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)
        assert found
        data = json.loads(found[1])
        for node in data["nodes"]:
            del node["x"], node["y"]
        return data

    sample = (SAMPLES / "qgraph.html").read_text(encoding="utf-8")
    assert content(sample) == content(to_bytes(bundled, ".html").decode()), "run: make exports"

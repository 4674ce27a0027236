"""A checkout finds its own folders here; test_packaging shows the same for an installed wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgraph.bundled import folder
from qgraph.errors import NotFound

ROOT = Path(__file__).parents[1]


def test_the_ontology_is_found() -> None:
    assert (folder("ontology") / "qgraph.ttl").read_text(encoding="utf-8").startswith(("@", "#"))


def test_the_curated_tables_are_found() -> None:
    found = {entry.name for entry in folder("graph").iterdir()}
    assert found == {entry.name for entry in (ROOT / "graph").iterdir()}


def test_an_incomplete_installation_says_so() -> None:
    with pytest.raises(NotFound, match="'nowhere' is missing") as caught:
        folder("nowhere")  # type: ignore[arg-type]
    assert "Install qgraph again" in caught.value.hint

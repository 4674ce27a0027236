"""What the tests of validation share: the ontology alone, and small graphs written as Turtle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile.vocabulary import read_ontology
from qgraph.terms import PREFIXES

ONTOLOGY = Path(__file__).parents[2] / "ontology"


@pytest.fixture(scope="session")
def ontology() -> list[ox.Quad]:
    """Give the classes, properties and kinds, and no data."""
    return read_ontology(ONTOLOGY).quads


@pytest.fixture(scope="session")
def turtle() -> Callable[[str], list[ox.Quad]]:
    """Give a reader of Turtle in which every prefix of the project is declared."""

    def read(text: str) -> list[ox.Quad]:
        prefixes = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())
        return list(ox.parse(prefixes + text, format=ox.RdfFormat.TRIG))

    return read

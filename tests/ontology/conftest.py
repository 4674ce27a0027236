"""The parts of the ontology, parsed once for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph

ONTOLOGY = Path(__file__).resolve().parents[2] / "ontology"


def parse(*files: Path) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file)
    return graph


def turtle_in(folder: str) -> list[Path]:
    return sorted((ONTOLOGY / folder).glob("*.ttl"))


@pytest.fixture(scope="session")
def core() -> Graph:
    """Our own classes and properties."""
    return parse(ONTOLOGY / "qgraph.ttl")


@pytest.fixture(scope="session")
def externals() -> Graph:
    """Declarations of foreign terms."""
    return parse(ONTOLOGY / "externals.ttl")


@pytest.fixture(scope="session")
def kinds() -> Graph:
    """Every list of values."""
    return parse(*turtle_in("kinds"))


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """Every SHACL shape."""
    return parse(*turtle_in("shapes"))


@pytest.fixture(scope="session")
def vocabulary(core: Graph, externals: Graph, kinds: Graph) -> Graph:
    """What a data graph carries of the ontology: all of it but the shapes."""
    return core + externals + kinds

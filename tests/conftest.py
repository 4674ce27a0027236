"""What many tests start from: a small real graph, and a cache that is not the user's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qgraph.compile import Compilation, compile_folder
from qgraph.graph import Graph, load

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = Path(__file__).parent / "data" / "small.trig"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests and the programs they start keep compiled graphs in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QGRAPH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def small() -> Graph:
    """A joint law office in Qianhai, and what surrounds it: 252 quads, without the ontology."""
    return load(SMALL)


@pytest.fixture(scope="session")
def compiled() -> Compilation:
    """The bundled tables with the ontology and what the rules derive, compiled once."""
    return compile_folder(ROOT / "graph", ROOT / "ontology")

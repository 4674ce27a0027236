"""What many tests start from: a small real graph, and a cache that is not the user's."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest

from qgraph.bundled import METADATA
from qgraph.compile import Compilation, compile_folder
from qgraph.graph import Graph, load

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUNDING = Path(__file__).parent / "founding"
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


def lay_out_founding(folder: Path) -> None:
    """Put the tables of the founding article into a folder, ready to be compiled.

    What columns mean is said by the metadata of today; those that came later are added, empty.
    """
    shutil.copy(ROOT / "graph" / METADATA, folder)
    for table in json.loads((ROOT / "graph" / METADATA).read_text("utf-8"))["tables"]:
        columns = [c["name"] for c in table["tableSchema"]["columns"] if not c.get("virtual")]
        frozen = FOUNDING / table["url"]
        rows: list[dict[str, str]] = []
        if frozen.exists():
            with frozen.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        with (folder / table["url"]).open("w", encoding="utf-8", newline="") as stream:
            # A column that the metadata no longer have raises: its values would be lost.
            writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="session")
def founding_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables of the founding article alone, frozen in ``founding/``."""
    folder = tmp_path_factory.mktemp("founding")
    lay_out_founding(folder)
    return folder


@pytest.fixture(scope="session")
def founding_compiled(founding_tables: Path) -> Compilation:
    """What the founding article alone says, with the ontology and what the rules derive."""
    return compile_folder(founding_tables, ROOT / "ontology")


@pytest.fixture(scope="session")
def founding(founding_compiled: Compilation) -> Graph:
    """The same as a graph to ask."""
    store = pyoxigraph.Store()
    store.bulk_extend(founding_compiled.quads)
    return Graph(store, "founding article")

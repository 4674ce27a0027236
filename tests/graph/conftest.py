"""The curated tables as a curator sees them: rows of text, with the line on which each stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRAPH = ROOT / "graph"


@dataclass(frozen=True)
class Row:
    """One row: cells by column, and where it stands."""

    table: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def says(self, complaint: str) -> str:
        """A line that an editor can jump to."""
        return f"graph/{self.table}.csv:{self.line}: {complaint}"


def rows_of(path: Path) -> list[Row]:
    """Every row of one table."""
    reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True)
    header = next(reader)
    rows = []
    line = reader.line_num + 1
    for cells in reader:
        rows.append(Row(path.stem, line, dict(zip(header, cells, strict=True))))
        line = reader.line_num + 1
    return rows


def told(faults: list[str]) -> None:
    """Fail with every fault on a line of its own."""
    assert not faults, "\n".join(["", *faults])


def described() -> Iterator[str]:
    """The names of the tables that the metadata describe."""
    metadata = json.loads((GRAPH / "csv-metadata.json").read_text(encoding="utf-8"))
    return (Path(table["url"]).stem for table in metadata["tables"])


@pytest.fixture(scope="session")
def tables() -> dict[str, list[Row]]:
    """Every curated table by its name."""
    return {name: rows_of(GRAPH / f"{name}.csv") for name in described()}

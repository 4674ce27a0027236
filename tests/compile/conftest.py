"""A copy of the bundled tables that a test may spoil."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from qgraph.compile import Compilation, compile_folder
from qgraph.errors import InvalidInput

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"


@dataclass(frozen=True)
class Tables:
    """A folder of tables, edited cell by cell."""

    folder: Path

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.csv"

    def read(self, table: str) -> list[dict[str, str]]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self.path(table).write_text(text.getvalue(), encoding="utf-8")

    def change(self, table: str, key: str, **cells: str) -> int:
        """Change cells of the row with an id; give the line on which it stands."""
        rows = self.read(table)
        index = next(i for i, row in enumerate(rows) if row["id"] == key)
        rows[index] |= cells
        self.write(table, rows)
        return index + 2

    def append(self, table: str, **cells: str) -> int:
        """Add a row, empty but for some cells; give the line on which it stands."""
        header = self.path(table).read_text(encoding="utf-8").splitlines()[0].split(",")
        rows = [*self.read(table), dict.fromkeys(header, "") | cells]
        self.write(table, rows)
        return len(rows) + 1

    def compile(self) -> Compilation:
        return compile_folder(self.folder, ONTOLOGY)

    def problems(self) -> list[str]:
        """Compile what must not compile; give the problems, one line each, without the folder."""
        with pytest.raises(InvalidInput) as caught:
            self.compile()
        return [str(problem).replace(f"{self.folder}/", "") for problem in caught.value.problems]


@pytest.fixture
def tables(tmp_path: Path, founding_tables: Path) -> Tables:
    """Give a fresh copy of the tables of the founding article."""
    folder = tmp_path / "graph"
    shutil.copytree(founding_tables, folder)
    return Tables(folder)

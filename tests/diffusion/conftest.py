"""Where the reference outputs of other programs are: big ones beside the repository, if at all."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest

#: Reference outputs that are too big, or not ours, to be committed.
ORACLES = Path(os.environ.get("QGRAPH_ORACLES", Path(__file__).parents[3] / "shared" / "oracles"))


class Oracles:
    """Reads a reference file by name, or skips the test."""

    def rows(self, name: str) -> list[dict[str, str]]:
        path = ORACLES / name
        if not path.exists():
            pytest.skip(f"the reference file {name} is not here (QGRAPH_ORACLES says where)")
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
                return list(csv.DictReader(stream))
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def oracles() -> Oracles:
    return Oracles()

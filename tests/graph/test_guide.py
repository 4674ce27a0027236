"""The curators' guide, graph/README.md: it names what there is, and its example works."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from qgraph.cli import main
from qgraph.compile import compile_folder
from qgraph.compile.canonical import departures
from qgraph.compile.tables import RECONCILIATION
from qgraph.terms import PREFIXES

from .conftest import GRAPH, ROOT, described
from .test_reconciliation import COLUMNS, COUNTS, OUTCOMES

GUIDE = (GRAPH / "README.md").read_text(encoding="utf-8")


def test_every_table_is_told_and_no_other() -> None:
    told = set(re.findall(r"`(\w+)\.csv`", GUIDE))
    assert told == {*described(), Path(RECONCILIATION).stem}


def test_the_account_of_the_raw_rows_is_told_as_it_is_checked() -> None:
    told = GUIDE[GUIDE.index("## Reconciliation") :]
    for word in (*COLUMNS, *OUTCOMES):
        assert f"`{word}`" in told
    assert f" {sum(COUNTS.values())} rows" in told


def test_the_example_compiles_as_it_stands(founding_tables: Path, tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    shutil.copytree(founding_tables, folder)
    blocks = re.findall(r"```csv\n(\w+)\.csv\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 3
    added = []
    for table, text in blocks:
        path = folder / f"{table}.csv"
        rows = list(csv.DictReader(io.StringIO(text)))
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(rows)
        added += [PREFIXES["qgd"] + row["id"] for row in rows]
    for name, data in departures(folder).items():
        (folder / name).write_bytes(data)
    subjects = {
        str(quad.subject).strip("<>") for quad in compile_folder(folder, ROOT / "ontology").quads
    }
    assert set(added) <= subjects


@pytest.mark.parametrize("line", sorted(set(re.findall(r"`(qgraph [^`]+)`", GUIDE))))
def test_a_command_of_the_guide_can_be_called_so(line: str) -> None:
    command: click.Command = main
    options = {option for parameter in main.params for option in parameter.opts}
    for word in shlex.split(line)[1:]:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
            options |= {option for parameter in command.params for option in parameter.opts}
        elif word.startswith("-"):
            assert word in options
    assert command is not main or "--" in line


def test_every_path_that_the_guide_links_to_is_there() -> None:
    paths = re.findall(r"\]\(([^)#:]+)\)", GUIDE)
    assert paths
    assert [path for path in paths if not (GRAPH / path).exists()] == []

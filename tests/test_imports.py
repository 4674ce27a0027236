"""A start costs what it imports, so the list is held here; benchmarks/ has the milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: Each of them costs more than the rest of a start; the command that needs one imports it itself.
HEAVY = {
    "IPython",
    "csvw",
    "edtf",
    "networkx",
    "numpy",
    "pandas",
    "pyarrow",
    "pyshacl",
    "pyvis",
    "rdflib",
    "scipy",
}

REPORT = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def loaded_by(program: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the program."""
    words = [sys.executable, "-c", f"{program}\n{REPORT}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stderr)}


@pytest.mark.parametrize("heavy", ["rdflib", "networkx"])
def test_the_probe_sees_what_is_loaded(heavy: str) -> None:
    assert heavy in loaded_by(f"import {heavy}")


def test_import_qgraph_loads_no_engine() -> None:
    assert loaded_by("import qgraph") & (HEAVY | {"click", "pyoxigraph"}) == set()


def test_help_loads_nothing_heavy() -> None:
    program = "from qgraph.cli import main; main(['--help'], standalone_mode=False)"
    assert loaded_by(program) & HEAVY == set()


def test_the_help_of_every_command_loads_nothing_heavy() -> None:
    program = """
import click
from qgraph.cli import main

def walk(command, words):
    main([*words, "--help"], standalone_mode=False)
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            walk(child, [*words, name])

walk(main, [])
"""
    assert loaded_by(program) & HEAVY == set()

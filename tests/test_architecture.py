"""The house rules that a reader relies on, read off the source: who imports whom, and where."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qgraph"

#: From the ground up: a module may import those of the rows above its own, never back or sideways.
LAYERS = (
    {"errors", "cells", "languages"},
    {"terms"},
    {"files", "bundled", "sparql"},
    {"ontology", "reading", "cache"},
    {"questions"},
    {"compile"},
    {"graph"},
    {"results", "search", "describe", "network"},
    {"layout", "validation", "diffusion"},
    {"export"},
    {"cli"},
)

#: Third-party library -> the only modules (or packages) that may import it.
PLACES = {
    "click": {"qgraph.cli"},
    "csvw": {"qgraph.compile"},
    "edtf": {"qgraph.compile"},
    "joblib": {"qgraph.diffusion"},
    "lifelines": {"qgraph.diffusion"},
    "matplotlib": {"qgraph.diffusion"},
    "networkx": {"qgraph.network", "qgraph.layout", "qgraph.export", "qgraph.diffusion"},
    "numpy": {"qgraph.layout", "qgraph.diffusion"},
    "pandas": {"qgraph.diffusion"},
    "pyshacl": {"qgraph.validation"},
    "pyvis": {"qgraph.export.html"},
    "rapidfuzz": {"qgraph.validation"},
    "rdflib": {"qgraph.graph", "qgraph.validation", "qgraph.export.rdf"},
    "scipy": {"qgraph.layout", "qgraph.diffusion"},
    "statsmodels": {"qgraph.diffusion"},
}

#: Loaded only by the call that needs it: they cost more than the rest of the program together.
ON_DEMAND = {
    "joblib",
    "lifelines",
    "matplotlib",
    "pandas",
    "pyshacl",
    "pyvis",
    "rapidfuzz",
    "rdflib",
    "statsmodels",
}

VAGUE = {"common", "constants", "helpers", "manager", "misc", "util", "utils"}
LONGEST_MODULE = 600


@dataclass(frozen=True)
class Import:
    """One imported name: where it stands, and whether it costs anything when the module loads."""

    name: str
    line: int
    at_load: bool


def imports(source: str) -> list[Import]:
    """Every import of a module; a relative one starts with a dot."""
    found: list[Import] = []

    def visit(node: ast.AST, at_load: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, at_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            # `from qgraph import graph` names a module, `from qgraph.graph import load` does not.
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "qgraph" else [base]
            found.extend(Import(name, node.lineno, at_load) for name in names)
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            for statement in node.body:
                visit(statement, False)
            for statement in node.orelse:
                visit(statement, at_load)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                visit(child, at_load and not inside)

    visit(ast.parse(source), True)
    return found


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def layer_faults(module: str, source: str) -> list[str]:
    """Imports that go up or sideways; relative ones, too."""
    rank = {name: number for number, names in enumerate(LAYERS) for name in names}
    faults = []
    own = module.split(".")[1] if "." in module else ""
    if own and own != "__main__" and own not in rank:
        return [f"{module}: {own!r} has no place in LAYERS"]
    for entry in imports(source):
        parts = entry.name.split(".")
        if entry.name.startswith("."):
            faults.append(f"{module}:{entry.line}: relative import of {entry.name}")
        if parts[0] != "qgraph" or len(parts) < 2 or parts[1] not in rank:
            continue
        target = parts[1]
        if own in ("", "__main__"):  # the front door and `python -m`: they only open it
            continue
        if target != own and rank[target] >= rank[own]:
            faults.append(f"{module}:{entry.line}: {own} may not import {target}")
    return faults


def place_faults(module: str, source: str) -> list[str]:
    """Third-party imports outside their place, or at load time where they have to wait."""
    faults = []
    for entry in imports(source):
        library = entry.name.split(".")[0]
        homes = PLACES.get(library)
        if homes is None:
            continue
        if not any(module == home or module.startswith(f"{home}.") for home in homes):
            faults.append(f"{module}:{entry.line}: {library} belongs in {', '.join(sorted(homes))}")
        if library in ON_DEMAND and entry.at_load:
            faults.append(f"{module}:{entry.line}: import {library} in the function that needs it")
    return faults


def conduct_faults(module: str, source: str) -> list[str]:
    """Handlers that swallow bugs, and exits outside the command line."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node):
            faults.append(f"{module}:{node.lineno}: name the exceptions that are expected")
        leaves = isinstance(node, ast.Call) and ast.unparse(node.func) in {"sys.exit", "exit"}
        leaves = leaves or (isinstance(node, ast.Name) and node.id == "SystemExit")
        if leaves and not module.startswith("qgraph.cli"):
            faults.append(f"{module}: leaves the program outside cli")
    return faults


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(name) in {"Exception", "BaseException"} for name in caught)


def iri_faults(module: str, source: str) -> list[str]:
    """The project's own IRIs written anywhere but in terms.py; docstrings may show them."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{module}:{node.lineno}: {node.value!r} belongs in qgraph/terms.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "w3id.org/qgraph" in node.value
        and id(node) not in prose
        and module != "qgraph.terms"
    ]


def modules() -> dict[str, str]:
    """Dotted name -> source, for every module of the package."""
    named = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        named[".".join(parts)] = path.read_text(encoding="utf-8")
    return named


@pytest.mark.parametrize("rule", [layer_faults, place_faults, conduct_faults, iri_faults])
def test_every_module_keeps_the_rule(rule: Callable[[str, str], list[str]]) -> None:
    sources = modules()
    assert len(sources) > 5
    assert [fault for name, source in sources.items() for fault in rule(name, source)] == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("qgraph.graph", "from qgraph.export import write", "graph may not import export"),
        ("qgraph.graph", "def f():\n    from qgraph import cli", "graph may not import cli"),
        ("qgraph.search", "import qgraph.describe", "search may not import describe"),
        ("qgraph.graph", "from . import files", "relative import"),
        ("qgraph.extras", "", "no place in LAYERS"),
    ],
)
def test_a_planted_layer_fault_is_seen(module: str, source: str, complaint: str) -> None:
    (fault,) = layer_faults(module, source)
    assert complaint in fault


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("qgraph.graph", "import click", "click belongs in qgraph.cli"),
        (
            "qgraph.export.gexf",
            "def f():\n    import pyvis.network",
            "belongs in qgraph.export.html",
        ),
        ("qgraph.graph", "import rdflib", "in the function that needs it"),
        ("qgraph.validation", "class A:\n    import rdflib", "in the function that needs it"),
    ],
)
def test_a_planted_library_fault_is_seen(module: str, source: str, complaint: str) -> None:
    (fault,) = place_faults(module, source)
    assert complaint in fault


@pytest.mark.parametrize(
    "source",
    [
        "if TYPE_CHECKING:\n    import rdflib",
        "def f():\n    import rdflib",
    ],
)
def test_an_import_that_waits_is_allowed(source: str) -> None:
    assert place_faults("qgraph.graph", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept (ValueError, BaseException):\n    pass",
        "try:\n    f()\nexcept:\n    pass",
        "import sys\nsys.exit(1)",
        "raise SystemExit(1)",
    ],
)
def test_a_planted_conduct_fault_is_seen(source: str) -> None:
    assert len(conduct_faults("qgraph.graph", source)) == 1


def test_a_planted_iri_is_seen() -> None:
    source = '"""As in https://w3id.org/qgraph/ns#Pilot."""\nQG = "https://w3id.org/qgraph/ns#"'
    (fault,) = iri_faults("qgraph.graph", source)
    assert fault.startswith("qgraph.graph:2:")


def test_modules_are_named_after_what_they_hold() -> None:
    names = {part for path in PACKAGE.rglob("*.py") for part in path.relative_to(ROOT).parts}
    assert {name.removesuffix(".py") for name in names} & VAGUE == set()


def test_no_module_outgrows_its_reader() -> None:
    paths = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    lengths = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in paths
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_data_folders_hold_no_code() -> None:
    """They are data packages of the wheel, and importing them fails in a checkout."""
    assert [*(ROOT / "ontology").rglob("*.py"), *(ROOT / "graph").rglob("*.py")] == []

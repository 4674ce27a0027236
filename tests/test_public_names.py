from __future__ import annotations

import re
import runpy
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

import qgraph

ROOT = Path(__file__).parents[1]


def test_the_public_names_are_sorted_and_are_what_is_there() -> None:
    loaded = {name: getattr(qgraph, name) for name in qgraph.__all__}
    here = {
        name
        for name, value in vars(qgraph).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("qgraph.")
    }
    assert qgraph.__all__ == sorted(here | {"__version__"})
    assert dir(qgraph) == qgraph.__all__ == list(loaded)


def test_each_public_name_is_the_thing_itself() -> None:
    from qgraph.errors import QGraphError
    from qgraph.graph import Graph, load

    assert qgraph.Graph is Graph
    assert qgraph.load is load
    assert qgraph.QGraphError is QGraphError


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'qgraph' has no attribute 'lode'"):
        _ = qgraph.lode  # type: ignore[attr-defined]


def test_python_m_qgraph_is_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["__main__.py", "--version"])
    with pytest.raises(SystemExit) as done:
        runpy.run_module("qgraph", run_name="__main__")
    assert done.value.code == 0
    program, *_, version = capsys.readouterr().out.split()
    assert (program.strip(","), version) == ("qgraph", qgraph.__version__)


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", changelog(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == qgraph.__version__


def test_a_citation_names_this_version_and_its_date() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (date,) = re.findall(rf"^## \[{re.escape(qgraph.__version__)}\] - (\S+)$", changelog(), re.M)
    assert f"\nversion: {qgraph.__version__}\n" in citation
    assert f'\ndate-released: "{date}"\n' in citation


def test_the_attribution_of_the_data_names_this_version() -> None:
    licence = (ROOT / "graph" / "LICENSE.md").read_text(encoding="utf-8")
    assert f"Data from qgraph {qgraph.__version__}," in licence


def test_the_licence_is_named_alike_everywhere() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert setup["metadata"]["license_expression"] == "Apache-2.0 AND CC-BY-4.0"
    assert "\nlicense: Apache-2.0\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_build_needs_no_more_than_three_lines() -> None:
    """With setup.cfg alone pip refuses the folder; all else belongs in setup.cfg."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert list(table) == ["build-system"]


def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

"""``qgraph build`` and ``qgraph validate`` as a person meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from qgraph.cli import main

ROOT = Path(__file__).parents[1]


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Give a copy of the curated tables."""
    return Path(shutil.copytree(ROOT / "graph", tmp_path / "tables"))


def _spoil(tables: Path, table: str, old: str, new: str) -> None:
    file = tables / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_build_without_output_says_what_it_compiled() -> None:
    result = _run("build")
    assert result.exit_code == 0, result.stderr
    assert "quads: 0 violations" in result.stdout


def test_build_in_chinese() -> None:
    assert "条四元组：0项违规" in _run("--lang", "zh", "build").stdout


@pytest.mark.parametrize("suffix", ["nq", "ttl", "trig", "nt", "jsonld", "rdf"])
def test_build_writes_every_rdf_format_twice_the_same(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    for file in (first, second):
        result = _run("build", "-o", str(file))
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    assert first.read_bytes() == second.read_bytes() != b""


def test_build_to_standard_output_is_nquads() -> None:
    result = _run("-q", "build", "-o", "-")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert len(list(ox.parse(result.stdout, format=ox.RdfFormat.N_QUADS))) > 4000


def test_build_of_spoilt_tables_names_every_row_and_keeps_the_old_file(
    tables: Path, tmp_path: Path
) -> None:
    old = tmp_path / "graph.nq"
    old.write_text("old", encoding="utf-8")
    _spoil(tables, "observations", "source-000,s31", "source-001,s31")
    result = _run("--graph", str(tables), "build", "-o", str(old))
    assert result.exit_code == 1
    assert "observations.csv:7: column source: unknown source 'source-001'" in result.stderr
    assert "did you mean 'source-000'?" in result.stderr
    assert "Traceback" not in result.stderr
    assert old.read_text(encoding="utf-8") == "old"


def test_build_of_tables_that_break_a_shape_writes_nothing(tables: Path, tmp_path: Path) -> None:
    _spoil(
        tables, "places", "The sentence after speaks of China as the frame of the same event.", ""
    )
    result = _run("--graph", str(tables), "build", "-o", str(tmp_path / "graph.nq"))
    assert result.exit_code == 1
    assert "places.csv:" in result.stderr
    assert "Nothing was written" in result.stderr
    assert not (tmp_path / "graph.nq").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["build", "-o", "page.html"], "build writes RDF, not .html"),
        (["--graph", str(ROOT / "README.md"), "build"], "build compiles a folder of tables"),
        (["validate", "--format", "yaml"], "'yaml' is not one of"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(words: list[str], message: str) -> None:
    result = _run(*words)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("nowhere/graph.nq", "its folder does not exist"),
        ("folder.nq", "this is a folder"),
        ("graph.xyz", "no format is known by the suffix '.xyz'"),
    ],
)
def test_an_output_that_cannot_be_written_is_told(
    tmp_path: Path, output: str, message: str
) -> None:
    (tmp_path / "folder.nq").mkdir()
    result = _run("build", "-o", str(tmp_path / output))
    assert result.exit_code == 1
    assert message in result.stderr


def test_validate_reports_in_text_and_names_rows() -> None:
    result = _run("validate")
    assert result.exit_code == 0, result.stderr
    assert "times.csv:9: finding: time-000-jan-18" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("bundled graph: ")


def test_validate_reports_in_json(tables: Path) -> None:
    _spoil(tables, "events", "time-000-june-12,", ",")
    result = _run("validate", str(tables), "--format", "json")
    (report,) = json.loads(result.stdout)
    assert report["valid"] is True
    lost = [issue for issue in report["issues"] if issue["node"].endswith("employee-shown")]
    assert lost == [
        {
            "severity": "warning",
            "file": str(tables / "events.csv"),
            "line": 15,
            "node": "https://w3id.org/qgraph/id/event-virtual-employee-shown",
            "rule": "Dated-happenedAt",
            "message": "an activity should say when it happened",
            "hint": "see column time",
        }
    ]


def test_validate_tells_the_problems_of_tables_as_issues(tables: Path) -> None:
    _spoil(tables, "observations", ",exact,835", ",exat,835")
    result = _run("validate", str(tables), "--format", "json")
    assert result.exit_code == 1
    (report,) = json.loads(result.stdout)
    assert report["valid"] is False
    assert [(issue["line"], issue["rule"]) for issue in report["issues"]] == [(7, "comparator")]


def test_validate_checks_an_rdf_file_with_the_bundled_ontology(tmp_path: Path) -> None:
    file = tmp_path / "some.ttl"
    file.write_text(
        "@prefix qg: <https://w3id.org/qgraph/ns#> .\n"
        "@prefix qgd: <https://w3id.org/qgraph/id/> .\n"
        "qgd:org-a qg:basedIn qgd:place-b .\n",
        encoding="utf-8",
    )
    result = _run("validate", str(file))
    assert result.exit_code == 1
    assert "violation: org-a: A link between two things has no claim" in result.stdout


def test_validate_takes_what_build_wrote(tmp_path: Path) -> None:
    file = tmp_path / "graph.trig"
    assert _run("build", "-o", str(file)).exit_code == 0
    result = _run("validate", str(file), str(ROOT / "graph"))
    assert result.exit_code == 0, result.stdout
    assert result.stdout.count(" quads: 0 violations, ") == 2


def test_validate_compares_phrases_with_texts_that_a_reader_holds(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("another text", encoding="utf-8")
    result = _run("validate", "--texts", str(tmp_path))
    assert result.exit_code == 0
    assert "its phrases were not compared" in result.stdout


def test_validate_of_nothing_is_told(tmp_path: Path) -> None:
    result = _run("validate", str(tmp_path / "nowhere.ttl"))
    assert result.exit_code == 1
    assert "there is no file" in result.stderr

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
REASON = "The sentence after speaks of China as the frame of the same event."
"""Why one row is inferred: without it the tables can be read, but break a shape."""


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def tables(founding_tables: Path, tmp_path: Path) -> Path:
    """Give a copy of the tables of the founding article, to be spoilt."""
    return Path(shutil.copytree(founding_tables, tmp_path / "tables"))


def _spoil(tables: Path, table: str, old: str, new: str) -> None:
    file = tables / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_build_without_output_says_what_it_compiled() -> None:
    result = _run("build")
    assert result.exit_code == 0, result.stderr
    assert "quads: 0 violations" in result.stdout


def test_build_in_chinese(tables: Path) -> None:
    assert "条四元组：0项违规" in _run("--lang", "zh", "--graph", str(tables), "build").stdout


@pytest.mark.parametrize("suffix", ["nq", "ttl", "trig", "nt", "jsonld", "rdf"])
def test_build_writes_every_rdf_format_twice_the_same(
    tables: Path, tmp_path: Path, suffix: str
) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    for file in (first, second):
        result = _run("--graph", str(tables), "build", "-o", str(file))
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    assert first.read_bytes() == second.read_bytes() != b""


def test_build_to_standard_output_is_nquads(tables: Path) -> None:
    result = _run("-q", "--graph", str(tables), "build", "-o", "-")
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
    _spoil(tables, "places", REASON, "")
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
    tables: Path, tmp_path: Path, output: str, message: str
) -> None:
    (tmp_path / "folder.nq").mkdir()
    result = _run("--graph", str(tables), "build", "-o", str(tmp_path / output))
    assert result.exit_code == 1
    assert message in result.stderr


def test_validate_without_a_path_checks_the_bundled_graph() -> None:
    result = _run("validate", "--severity", "violation")
    assert result.stdout.splitlines()[-1].startswith("bundled graph: ")
    assert result.exit_code == 0, result.stdout


def test_validate_reports_in_text_and_names_rows(tables: Path) -> None:
    result = _run("validate", str(tables))
    assert result.exit_code == 0, result.stderr
    assert "times.csv:9: finding: time-000-jan-18" in result.stdout
    assert result.stdout.splitlines()[-1].startswith(f"{tables}: ")


def test_validate_reports_in_json(tables: Path) -> None:
    _spoil(tables, "events", "time-000-june-12,", ",")
    result = _run("validate", str(tables), "--format", "json")
    (report,) = json.loads(result.stdout)
    assert report["valid"] is True
    lost = [
        issue
        for issue in report["issues"]
        if issue["node"].endswith("employee-shown") and issue["severity"] == "warning"
    ]
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


def test_validate_takes_what_build_wrote(tables: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.trig"
    assert _run("--graph", str(tables), "build", "-o", str(file)).exit_code == 0
    result = _run("validate", str(file), str(tables))
    assert result.exit_code == 0, result.stdout
    assert result.stdout.count(" quads: 0 violations, ") == 2


def test_validate_compares_phrases_with_texts_that_a_reader_holds(
    tables: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "other.txt").write_text("another text", encoding="utf-8")
    result = _run("validate", str(tables), "--texts", str(texts), "--rule", "texts")
    assert result.exit_code == 0
    assert "its phrases were not compared" in result.stdout


def _rules(text: str) -> set[str]:
    """Name the rules that the table at the end of a report counts."""
    _, _, counts = text.rpartition("\n\n")
    return {line.split()[1] for line in counts.splitlines()[2:-1]}


def test_validate_folds_a_long_rule_and_says_how_to_see_the_rest(tables: Path) -> None:
    text = _run("validate", str(tables)).stdout
    (told,) = (line for line in text.splitlines() if line.startswith("… and ") and "single" in line)
    more = int(told.split()[2])
    command = told.partition("all: ")[2].split()
    assert command == ["qgraph", "validate", str(tables), "--rule", "single-source"]
    whole = _run(*command[1:]).stdout
    assert whole.count("(single-source)") == more + 3 == text.count("(single-source)") + more
    assert "… and" not in whole
    assert _rules(whole) == {"single-source"}
    # What is left out of the report is counted all the same.
    assert whole.splitlines()[-1] == text.splitlines()[-1]


def test_validate_folds_in_chinese_with_a_command_that_works(tables: Path) -> None:
    text = _run("--lang", "zh", "validate", str(tables)).stdout
    (told,) = (line for line in text.splitlines() if line.startswith("…… single-source 另有"))
    command = told.partition("全部列出：")[2].split()
    assert command == ["qgraph", "--lang", "zh", "validate", str(tables), "--rule", "single-source"]
    whole = _run(*command[1:]).stdout
    assert whole.count("(single-source)") > 5
    assert "级别  规则" in whole
    assert whole.splitlines()[-1].endswith("项待查")


def test_validate_all_folds_nothing(tables: Path) -> None:
    whole = _run("validate", str(tables), "--all").stdout
    assert "… and" not in whole
    assert whole.count("(single-source)") > 5


def test_validate_shows_what_is_at_least_as_grave(tables: Path) -> None:
    _spoil(tables, "places", REASON, "")
    shown = {
        severity: _run("validate", str(tables), "--severity", severity)
        for severity in ("violation", "warning", "finding")
    }
    rules = {severity: _rules(result.stdout) for severity, result in shown.items()}
    assert rules["violation"] == {"inferred-without-reason"}
    assert rules["violation"] < rules["warning"] < rules["finding"]
    assert "orphan" in rules["finding"] - rules["warning"]
    assert {result.exit_code for result in shown.values()} == {1}


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_exit_code_tells_of_violations_that_are_not_shown(tables: Path, form: str) -> None:
    _spoil(tables, "places", REASON, "")
    result = _run("validate", str(tables), "--rule", "orphan", "--format", form)
    assert result.exit_code == 1
    assert "inferred-without-reason" not in result.stdout
    assert ("1 violation," if form == "text" else '"valid": false') in result.stdout


def test_validate_in_json_has_every_issue_that_is_asked_for(tables: Path) -> None:
    def issues(*words: str) -> list[dict[str, str]]:
        result = _run("validate", str(tables), "--format", "json", *words)
        (report,) = json.loads(result.stdout)
        return list(report["issues"])

    everything = issues()
    assert sum(issue["rule"] == "single-source" for issue in everything) > 5
    two = issues("--rule", "single-source", "--rule", "orphan")
    assert two == [one for one in everything if one["rule"] in {"single-source", "orphan"}]
    grave = issues("--severity", "warning")
    assert grave == [one for one in everything if one["severity"] != "finding"]
    assert issues("--severity", "warning", "--rule", "orphan") == []


def test_a_rule_that_there_is_not_is_wrong_usage(tables: Path) -> None:
    result = _run("validate", str(tables), "--rule", "single-sauce")
    assert result.exit_code == 2
    assert "There is no rule 'single-sauce'. Did you mean single-source?" in result.stderr
    assert result.stdout == ""
    assert "Did you mean" not in _run("validate", str(tables), "--rule", "zzz").stderr


def test_a_rule_that_finds_nothing_is_one_all_the_same(tables: Path) -> None:
    result = _run("validate", str(tables), "--rule", "conflicting-dates")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{tables}: ")


def test_the_problems_of_tables_have_their_columns_for_rules(tables: Path) -> None:
    _spoil(tables, "observations", ",exact,835", ",exat,835")
    result = _run("validate", str(tables), "--rule", "comparator")
    assert result.exit_code == 1
    assert _rules(result.stdout) == {"comparator"}


def test_validate_of_nothing_is_told(tmp_path: Path) -> None:
    result = _run("validate", str(tmp_path / "nowhere.ttl"))
    assert result.exit_code == 1
    assert "there is no file" in result.stderr

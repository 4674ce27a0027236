"""``qgraph --no-inferred``: every command that asks a graph, on what its sources alone say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qgraph.cli import COMMANDS, main

SMALL = Path(__file__).parent / "data" / "small.trig"

EDITED_WHOLE = {"build", "validate", "format"}


def run(graph: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--no-inferred", "--graph", str(graph), *words])


def test_info_says_so_where_it_says_where_the_graph_comes_from(founding_tables: Path) -> None:
    told = run(founding_tables, "info", "--format", "json")
    assert told.exit_code == 0, told.output
    summary = json.loads(told.stdout)
    assert summary["origin"] == f"tables in {founding_tables}, without inferred statements"
    counts = {one["label"]: one["count"] for one in summary["classes"]}
    assert "pilot" not in counts  # all five are read from a first licence, case …
    assert counts["observation"] == 13  # the figures themselves are the article's own


def test_query_asks_what_is_left(founding_tables: Path) -> None:
    """Of the 13 dated events four have a date of their own: 2012, 2019, and twice 2020."""
    answer = run(founding_tables, "query", "--name", "timeline", "--format", "csv")
    assert answer.exit_code == 0, answer.output
    first_days = [line.split(",")[0] for line in answer.stdout.splitlines()[1:]]
    assert first_days == ["2012-01-01", "2019-08-18", "2020-01-01", "2020-01-01"]


def test_show_tells_what_a_source_says_of_a_thing(founding_tables: Path) -> None:
    shown = run(founding_tables, "show", "event-joint-office-licensed")
    assert shown.exit_code == 0, shown.output
    assert "On July 26" in shown.stdout
    assert "2024" not in shown.stdout  # the year is our reading of the words


def test_show_of_what_is_left_out_says_where_it_went(founding_tables: Path) -> None:
    shown = run(founding_tables, "show", "measure-hong-kong-jurors")
    assert shown.exit_code == 1
    assert "Inferred statements are left out" in shown.stderr


def test_search_finds_no_more_than_that(founding_tables: Path) -> None:
    found = run(founding_tables, "search", "jurors", "--format", "json")
    things = [hit["iri"] for hit in json.loads(found.stdout) if "/id/" in hit["iri"]]
    assert [thing.rpartition("/")[2] for thing in things] == ["first-jurors-qianhai-court"]


def test_a_rate_that_rests_on_a_reading_is_refused(founding_tables: Path) -> None:
    """The article counts measures of "Qianhai", "to date": of which zone, and when, is ours."""
    told = run(founding_tables, "diffusion", "rate")
    assert told.exit_code == 1
    assert told.stderr.splitlines() == [
        "Error: no source in this graph gives both figures",
        "What the figures count, or when, may be inferred. Ask again without --no-inferred.",
    ]


def test_a_rate_that_nothing_stands_in_the_way_of_keeps_its_own_hint() -> None:
    told = CliRunner().invoke(main, ["--graph", str(SMALL), "diffusion", "rate"])
    assert told.exit_code == 1
    assert "--no-inferred" not in told.stderr


@pytest.mark.parametrize("command", sorted(EDITED_WHOLE))
def test_those_who_edit_the_tables_see_all_of_them(command: str, founding_tables: Path) -> None:
    done = run(founding_tables, command)
    assert done.exit_code == 2
    assert f"not with {command}" in done.stderr


def test_every_other_command_has_been_thought_of() -> None:
    """A new command asks a graph by ``Settings.open``, or joins those that take it whole."""
    assert set(COMMANDS) - EDITED_WHOLE == {
        *("diffusion", "export", "info", "query", "search", "show"),
    }

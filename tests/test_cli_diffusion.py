"""``qgraph diffusion``: what its commands read, write and refuse; the methods have own tests."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from qgraph.cli import main

if TYPE_CHECKING:
    from click.testing import Result

DATA = Path(__file__).parent / "diffusion" / "data"
CASCADES = str(DATA / "netinf_example_cascades.csv")
#: unit, measure, year: two places take up three measures, the second later each time.
SMALL = "unit,measure,date\n" + "".join(
    f"{unit},{measure},{year}\n"
    for measure in ("a", "b", "c")
    for unit, year in (("Shenzhen", 2014), ("Shanghai", 2016), ("=Tianjin", 2016))
)


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["diffusion", *words], input=stdin, catch_exceptions=False)


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.csv"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def test_netinf_of_the_example_gives_the_edges_of_r() -> None:
    """The five edges that the tests of R's NetworkInference expect (rate 1)."""
    words = ("infer", "--method", "netinf", "--events", CASCADES, "--rate", "1", "--edges", "5")
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    assert {(row["origin"], row["destination"]) for row in rows} == {
        ("0", "31"),
        ("5", "3"),
        ("5", "14"),
        ("9", "5"),
        ("23", "0"),
    }


def test_events_come_from_standard_input_as_well(small: str) -> None:
    words = ("infer", "--method", "netinf", "--format", "json", "--events")
    from_file, from_stdin = run(*words, small), run(*words, "-", stdin=SMALL)
    assert json.loads(from_file.stdout)["rows"] == json.loads(from_stdin.stdout)["rows"]


def test_a_table_in_a_file_gets_a_companion_that_tells_how_it_was_made(
    small: str, tmp_path: Path
) -> None:
    output = tmp_path / "network.csv"
    words = ("infer", "--method", "netinf", "--events", small, "--rate", "0.5")
    assert run(*words, "--format", "csv", "-o", str(output)).exit_code == 0
    about = json.loads((tmp_path / "network.csv.about.json").read_text(encoding="utf-8"))
    assert "rows" not in about
    assert about["data"]["events"] == 9
    assert about["citation"].startswith("Gomez-Rodriguez")


def test_no_unit_becomes_a_formula(small: str) -> None:
    words = ("infer", "--method", "netinf", "--events", small, "--format", "csv")
    assert "=Tianjin" in run(*words).stdout
    text = run(*words, "--spreadsheet").stdout
    assert text.startswith("\ufeff")
    assert "'=Tianjin" in text


def test_the_events_and_the_query_of_the_graph_are_saved(tmp_path: Path) -> None:
    saved = tmp_path / "events.csv"
    assert run("score", "--interval", "wilson", "--save-events", str(saved)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(saved.read_text(encoding="utf-8"))))
    assert {"pilot", "promotion", "adoption"} <= {row["kind"] for row in rows}
    assert "SELECT" in (tmp_path / "events.rq").read_text(encoding="utf-8")
    again = run("score", "--interval", "wilson", "--format", "csv")
    from_file = run("score", "--interval", "wilson", "--format", "csv", "--events", str(saved))
    assert {row["unit"]: row["adoptions"] for row in csv.DictReader(io.StringIO(again.stdout))} == {
        row["unit"]: row["adoptions"] for row in csv.DictReader(io.StringIO(from_file.stdout))
    }


@pytest.mark.parametrize("form", ["text", "csv", "json", "latex", "markdown"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_is_written_in_both_languages(form: str, language: str) -> None:
    words = ["--lang", language, "diffusion", "curve", "--format", form]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout


def test_a_figure_is_drawn_beside_the_numbers(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot = tmp_path / "curve.svg"
    assert run("curve", "--plot", str(plot)).exit_code == 0
    assert plot.read_bytes().startswith(b"<?xml")


def test_measures_of_a_file_are_cut_at_their_promotion(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "unit,measure,date,kind\nA,m,2014,pilot\nB,m,2015,adoption\nC,m,2019,adoption\n"
        "China,m,2018,promotion\n",
        encoding="utf-8",
    )
    words = ("infer", "--method", "netinf", "--events", str(path), "--format", "json")
    before, ignored = (
        json.loads(run(*words, "--promotions", how).stdout)["rows"] for how in ("before", "ignore")
    )
    assert [(row["origin"], row["destination"]) for row in before] == [("A", "B")]
    assert {row["destination"] for row in ignored} == {"B", "C"}


@pytest.mark.parametrize("ending", ["csv", "parquet", "dta"])
def test_a_panel_is_saved_for_other_programs(small: str, tmp_path: Path, ending: str) -> None:
    pytest.importorskip("pandas")
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    saved = tmp_path / f"panel.{ending}"
    assert run("panel", "--events", small, "--save-panel", str(saved)).exit_code == 0
    assert saved.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("infer", "--layout", "long"), "go with --events"),
        (("infer", "--events", CASCADES, "--column", "unit"), "ROLE=NAME"),
        (("infer", "--mu", "1"), "--mu and --sigma go together"),
        (("infer", "--scale", "1"), "--scale goes with --kernel rayleigh"),
        (("infer", "--compat", "networkinference-1.2.5"), "goes with --method netinf"),
        (("infer", "--cutoff", "0.1"), "goes with --method netinf"),
        (("curve", "--method", "bass"), "needs --measure"),
        (("curve", "--events", CASCADES, "--by", "zone"), "goes with the events of the graph"),
        (("curve", "--plot", "curve.gif"), ".svg, .png, .pdf"),
        (("curve", "--spreadsheet"), "goes with --format csv"),
        (("score", "--method", "structure"), "needs --network"),
        (("exposure", "--measure", "m"), "either --ties FILE or --relation"),
        (("panel", "--fit", "logit"), "at least one --term"),
        (("panel", "--save-panel", "panel.xls"), ".csv, .parquet or .dta"),
        (("panel", "--ties", "a.csv", "--relation", "qg:partOf"), "either --ties"),
        (("simulate",), "--network FILE, or --coverage"),
        (("infer", "--rate", "high"), "not a valid float"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("infer", "--events", "none.csv"), "there is no file 'none.csv'"),
        (("infer",), "too few"),
        (("infer", "--events", CASCADES, "--method", "netinf", "--rate", "-1"), "rate"),
        (("curve", "--of", "nowhere", "--method", "reported"), "nowhere"),
        (("panel", "--relation", "qg:nothing"), "nothing in this graph is linked"),
        (("panel", "--relation", "nothing"), "known prefix"),
        (("exposure", "--events", CASCADES, "--measure", "x", "--ties", "none.csv"), "no file"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_next_step(
    words: tuple[str, ...], message: str
) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) >= 2
    assert "Traceback" not in result.stderr


def test_bad_ties_are_told_row_by_row(small: str, tmp_path: Path) -> None:
    ties = tmp_path / "ties.csv"
    ties.write_text("origin,destination,weight\nA,B,1\nA\nA,B,heavy\n", encoding="utf-8")
    result = run("panel", "--events", small, "--ties", str(ties))
    assert result.exit_code == 1
    assert "ties.csv:3:" in result.stderr
    assert "ties.csv:4:" in result.stderr
    ties.write_text("one\nA\n", encoding="utf-8")
    assert "two columns" in run("panel", "--events", small, "--ties", str(ties)).stderr

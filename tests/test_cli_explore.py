"""``info``, ``query``, ``show`` and ``search``, as a person or a script calls them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from qgraph.cli import COMMANDS, main
from qgraph.cli._edge import interruptible
from qgraph.cli._options import Settings, terminal_columns
from qgraph.questions import all_questions

SMALL = str(Path(__file__).parent / "data" / "small.trig")
OURS = ("info", "query", "show", "search")


def run(*words: str, stdin: str | None = None) -> Result:
    """Call qgraph; an exception that is no QGraphError is a bug and comes through."""
    return CliRunner().invoke(main, words, input=stdin, catch_exceptions=False, prog_name="qgraph")


def small(*words: str, stdin: str | None = None) -> Result:
    return run("--graph", SMALL, *words, stdin=stdin)


def start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "qgraph", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


# --- Help and usage -------------------------------------------------------------------------------


def test_help_lists_every_command_with_the_first_line_of_its_own_help() -> None:
    listed = run("--help").output.partition("Commands:\n")[2]
    lines = dict(re.findall(r"^  (\S+) +(\S.*)$", listed, re.MULTILINE))
    assert lines == {name: told for name, (_, told) in COMMANDS.items()}
    for name, command in main.commands.items():
        assert command.name == name
        assert command.get_short_help_str(limit=200) == COMMANDS[name][1]
    assert len(main.commands) == len(COMMANDS)


def examples() -> list[str]:
    """Each line of each ``Example`` block of our commands, and of the program itself."""
    context = click.Context(main)
    texts = [
        main.help or "",
        *((main.get_command(context, name) or main).help or "" for name in OURS),
    ]
    return [
        line.strip()
        for text in texts
        for line in text.partition("Example:\n")[2].splitlines()
        if line.strip()
    ]


def test_every_command_has_an_example() -> None:
    assert len(examples()) >= 2 * len(OURS)


@pytest.mark.parametrize("line", examples())
def test_every_example_works_as_it_stands(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "qgraph"
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert result.stdout


@pytest.mark.parametrize("words", [("-h",), ("--version",), ("query", "-h")])
def test_short_help_and_version(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 0
    assert "qgraph" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("qery",), "No such command 'qery'"),
        (("query",), "exactly one of"),
        (("query", "a.rq", "-e", "ASK {}"), "exactly one of"),
        (("query", "--name", "a", "--list"), "exactly one of"),
        (("query", "--list", "--set", "a=b"), "--list takes no --set"),
        (("query", "--list", "--format", "csv"), "table or json"),
        (("query", "-e", "ASK {}", "--set", "zone"), "NAME=VALUE"),
        (("query", "-e", "ASK {}", "--set", "=x"), "NAME=VALUE"),
        (("query", "-e", "ASK {}", "--spreadsheet"), "goes with --format csv"),
        (("query", "-e", "ASK {}", "--format", "xlsx"), "'xlsx' is not one of"),
        (("show",), "Missing argument 'THING'"),
        (("search",), "Missing argument 'WORDS...'"),
        (("search", "x", "--limit", "-1"), "--limit"),
        (("info", "--coverage", "--sources"), "do not go together"),
        (("--lang", "fr", "info"), "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_wrong_usage_exits_2(words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


# --- Graphs that cannot be opened -----------------------------------------------------------------

UNSOUND: dict[str, tuple[str, bytes | None, str, str]] = {
    "Latin-1": ("a.ttl", b"# a\n# caf\xe9\n", "a.ttl:2", "save it as UTF-8"),
    "cut off": ("a.ttl", b"@prefix e: <https://e.org/> .\ne:a e:b 'x", "a.ttl:2", "cut off"),
    "empty file": ("a.trig", b"", "a.trig:1", "the file you meant"),
    "no RDF": ("a.docx", b"PK", "a.docx", ".ttl"),
    "no such file": ("a.ttl", None, "a.ttl", "Check the name"),
    "no table": ("folder/notes.txt", b"x", "folder", "csv-metadata.json"),
    "damaged store": ("folder/CURRENT", b"x\n", "folder", "load its data again"),
    "no terms": ("folder/csv-metadata.json", b"{", "csv-metadata.json", ""),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_a_graph_that_cannot_be_opened_exits_1_and_writes_nothing(
    tmp_path: Path, case: str
) -> None:
    name, data, place, hint = UNSOUND[case]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if data is not None:
        path.write_bytes(data)
    graph = path.parent if path.parent != tmp_path else path
    output = tmp_path / "answer.csv"
    output.write_text("what was there", "utf-8")
    words = ["query", "-e", "SELECT * { ?s ?p ?o }", "-o", str(output)]
    result = run("--graph", str(graph), *words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert place in result.stderr
    assert hint in result.stderr
    assert output.read_text("utf-8") == "what was there"
    assert len(list(tmp_path.iterdir())) <= 2


def test_an_endpoint_is_not_supported_yet() -> None:
    result = run("--graph", "https://example.org/sparql", "info")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: endpoints are not supported yet: https://example.org/sparql\n"
        "Download the data as an RDF file and name that file.\n"
    )


# --- query ----------------------------------------------------------------------------------------

PLACES = "SELECT ?place ?name { ?place a qg:Zone ; rdfs:label ?name }"


def test_a_query_is_given_in_three_ways(tmp_path: Path) -> None:
    file = tmp_path / "places.rq"
    file.write_bytes(b"\xef\xbb\xbf" + PLACES.encode())
    expected = (
        "place               name\n"
        "──────────────────  ────────────────────────\n"
        "place-qianhai-zone  Qianhai Cooperation Zone\n"
        "place-qianhai-zone  前海合作区\n"
        "(2 rows)\n"
    )
    assert small("query", "-e", PLACES).stdout == expected
    assert small("query", str(file)).stdout == expected
    assert small("query", "-", stdin=PLACES).stdout == expected


def test_a_named_question_is_asked_with_parameters() -> None:
    question = next(one for one in all_questions() if one.parameters and one.expects == "rows")
    plain = run("query", "--name", question.name, "--format", "csv")
    assert plain.exit_code == 0
    assert len(list(csv.reader(io.StringIO(plain.stdout)))) > 1
    parameter = question.parameters[0]
    result = run("query", "--name", question.name, "--set", f"{parameter.name}=no-such thing")
    assert result.exit_code == 1
    result = run("query", "--name", question.name, "--set", "nosuch=1")
    assert result.exit_code == 1
    assert f"{parameter.name} ({parameter.type}" in result.stderr


def test_a_parameter_may_have_several_values(tmp_path: Path) -> None:
    file = tmp_path / "named.rq"
    file.write_text(
        "# parameter thing: thing - what\n"
        "SELECT ?thing { VALUES ?thing { qgd:nowhere } ?thing rdfs:label [] }",
        "utf-8",
    )
    words = ["query", str(file), "--set", "thing=China", "--set", "thing=广东", "--format", "tsv"]
    result = small(*words)
    assert [line.rpartition("/")[2] for line in sorted(set(result.stdout.split()))] == [
        "place-china>",
        "place-guangdong>",
        "?thing",
    ]


def test_a_question_that_waits_says_for_what(tmp_path: Path) -> None:
    file = tmp_path / "later.rq"
    file.write_text("# expects: none-yet (waits for adoptions)\nSELECT ?a { ?a a qg:Adoption }")
    result = small("query", str(file))
    assert result.exit_code == 0
    assert result.stdout.endswith("(0 rows)\n")
    assert result.stderr == "No rows yet: this question waits for adoptions.\n"
    assert run("--graph", SMALL, "--quiet", "query", str(file)).stderr == ""


def test_the_questions_are_listed_in_either_language() -> None:
    question = all_questions()[0]
    for language in ("en", "zh"):
        result = run("--lang", language, "query", "--list")
        assert question.name in result.stdout
        assert question.title(language) in result.stdout
    listed = json.loads(run("query", "--list", "--format", "json").stdout)
    assert [one["name"] for one in listed] == [one.name for one in all_questions()]
    assert set(listed[0]) == {"name", "title", "description", "parameters", "waits_for"}


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["--format", "json"], b'{"head"'),
        (["--format", "xml"], b"<?xml"),
        (["--format", "tsv"], b"?place\t?name"),
        (["--format", "csv"], b"place,name\r\n"),
        (["--format", "csv", "--spreadsheet"], b"\xef\xbb\xbfplace,name"),
        (["--format", "markdown"], b"| place | name |"),
    ],
)
def test_every_format_comes_out_of_standard_output(words: list[str], start: bytes) -> None:
    result = small("query", "-e", PLACES, *words)
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(start)
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.json", b"{"), ("a.CSV", b"place,"), ("a.md", b"| "), ("answer", b"place   ")],
)
def test_the_suffix_of_the_output_picks_the_format(tmp_path: Path, name: str, start: bytes) -> None:
    result = small("query", "-e", PLACES, "-o", str(tmp_path / name))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_statements_come_as_turtle() -> None:
    result = small("query", "-e", "DESCRIBE qgd:place-china", "--format", "turtle")
    assert "qgd:place-china a qg:Place" in result.stdout
    result = small("query", "-e", PLACES, "--format", "turtle")
    assert result.exit_code == 1
    assert "answers with rows" in result.stderr


def test_a_broken_query_shows_the_place() -> None:
    result = small("query", "-e", "SELECT ?s {\n  ?s a foo:Bar\n}")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(
        "Error: line 2, column 8: the prefix 'foo:' is not declared\n    ?s a foo:Bar\n         ^\n"
    )


@pytest.mark.parametrize(
    "text", ["DROP ALL", "SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }", ""]
)
def test_what_may_not_be_asked_is_refused(text: str) -> None:
    result = small("query", "-e", text)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


def test_service_is_allowed_on_request() -> None:
    text = "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    result = small("query", "-e", text, "--allow-service")
    assert result.exit_code == 1
    assert "could not be answered" in result.stderr


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = small("query", "-e", PLACES, "-o", str(tmp_path / "nosuch" / "a.csv"))
    assert result.exit_code == 1
    assert "folder does not exist" in result.stderr
    assert list(tmp_path.iterdir()) == []


# --- show, search, info ---------------------------------------------------------------------------


def test_show_tells_one_thing() -> None:
    result = small("show", "知恒与celeblaws联营办公室")
    assert result.exit_code == 0
    assert result.stdout.startswith("Joint office of Zhiheng and Celeblaws (org-joint-office)\n")
    document = json.loads(small("show", "org-joint-office", "--format", "json").stdout)
    assert document["label"] == "Joint office of Zhiheng and Celeblaws"


def test_show_offers_the_nearest_and_all_that_are_meant() -> None:
    result = small("show", "org-jiont-office")
    assert result.exit_code == 1
    assert "Did you mean org-joint-office" in result.stderr
    result = small("show", "Qianhai")
    assert result.exit_code == 1
    assert "is the name of 2 things" in result.stderr


def test_search_lists_what_it_found() -> None:
    assert small("search", "Guangdong", "zhiheng").stdout == (
        "id           label                       type      found in\n"
        "───────────  ──────────────────────────  ────────  ────────\n"
        "org-zhiheng  Guangdong Zhiheng Law Firm  law firm  label\n"
    )
    result = run("--graph", SMALL, "--lang", "zh", "search", "collaborative")
    assert result.stdout.splitlines()[0].split() == ["标识", "名称", "类", "见于"]
    assert "description: Collaborative office" in result.stdout
    (hit,) = json.loads(small("search", "007", "--format", "json").stdout)
    assert hit["where"] == "number"


def test_search_says_how_many_are_left_out() -> None:
    result = small("search", "qianhai", "--limit", "2")
    assert len(result.stdout.splitlines()) == 4
    assert result.stderr == "2 of 5 shown; --limit 0 shows all.\n"
    assert len(small("search", "qianhai", "--limit", "0").stdout.splitlines()) == 7


def test_search_without_a_hit_offers_the_nearest() -> None:
    result = small("search", "guangdnog")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Did you mean Guangdong (place-guangdong)" in result.stderr
    assert "fewer or shorter words" in small("search", "xyzzy").stderr


def test_info_tells_what_is_in_the_graph() -> None:
    result = small("info")
    assert f"graph       {SMALL}\n" in result.stdout
    assert re.search(r"^ +· law firm +2$", result.stdout, re.MULTILINE)
    document = json.loads(small("info", "--format", "json").stdout)
    assert document["quads"] == 252
    assert {one["label"]: one["count"] for one in document["classes"]}["law firm"] == 2
    assert len(document["sources"]) == 2


def test_info_lists_all_sources_on_request() -> None:
    result = small("info", "--sources")
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == [
        "source-000",
        "source-invented",
    ]
    assert json.loads(small("info", "--sources", "--format", "json").stdout)["quads"] == 252


def test_info_tells_the_coverage_part_by_part() -> None:
    result = small("info", "--coverage")
    assert result.stdout.startswith("Items of each batch\n")
    assert result.stdout.endswith("source-000: 2 of 3 segments yield statements, 8 in all.\n")
    document = json.loads(small("info", "--coverage", "--format", "json").stdout)
    assert list(document) == ["promotions", "translations", "evidence", "reliability", "segments"]
    assert [(one["number"], one["statements"]) for one in document["segments"]] == [
        ("s03", 0),
        ("s04", 6),
        ("s05", 2),
    ]


def test_every_segment_of_the_founding_article_yields_something_or_says_why_not() -> None:
    segments = json.loads(run("info", "--coverage", "--format", "json").stdout)["segments"]
    assert len(segments) >= 37
    assert [one for one in segments if not one["statements"] and not one["note"]] == []


# --- The edge -------------------------------------------------------------------------------------


def test_python_m_qgraph_is_the_same_and_talks_utf8_whatever_the_locale() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qgraph", "--graph", SMALL, "query", "-e", PLACES],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "前海合作区" in done.stdout.decode("utf-8")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    process = start("--graph", SMALL, "query", "-e", text, "--format", "tsv")
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline() == b"?a\t?b\t?c\t?d\t?e\t?f\n"
    process.stdout.close()
    talk = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)  # click's own code for it has changed over time
    assert b"Traceback" not in talk
    assert b"Exception ignored" not in talk


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_long_query_can_be_stopped() -> None:
    """Four billion combinations would take the engine many minutes."""
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    process = start("--graph", SMALL, "query", "-e", text)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, talk = process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGINT, 130)
    assert out == b""
    assert b"Traceback" not in talk


def test_an_interruption_between_two_steps_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Settings) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Settings, "open", interrupt)
    result = small("info")
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_the_handler_is_put_back_and_other_threads_go_without() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) == before
    import threading

    seen = []

    def work() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_tables_are_wrapped_only_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal_columns("-") is None
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "72")
    assert terminal_columns("-") == 72
    assert terminal_columns("answer.txt") is None

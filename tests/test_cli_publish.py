"""``qgraph export``: what it writes, what it says, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qgraph.cli import COMMANDS, main
from qgraph.export import WRITERS, Selection, to_bytes
from qgraph.graph import load

NETWORK = Path(__file__).parent / "data" / "network.trig"
SMALL = Path(__file__).parent / "data" / "small.trig"


def run(*words: str | Path, lang: str = "en") -> Result:
    arguments = ["--graph", str(NETWORK), "--lang", lang, "export", *map(str, words)]
    return CliRunner().invoke(main, arguments)


def test_a_file_is_written_and_told_on_standard_error(tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    done = run("-o", target)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"Wrote {target}\n")
    assert target.read_bytes() == to_bytes(load(NETWORK), ".html")


def test_several_files_are_written(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("map.html", "map.gexf", "map.ttl")]
    done = run(*(word for file in files for word in ("-o", file)))
    assert done.exit_code == 0
    assert all(file.stat().st_size for file in files)
    assert done.stderr.count("Wrote ") == 3


def test_quiet_is_quiet(tmp_path: Path) -> None:
    arguments = ["--quiet", "--graph", str(NETWORK), "export", "-o", str(tmp_path / "a.nt")]
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize("suffix", WRITERS)
def test_standard_output_gets_the_bytes_alone(suffix: str) -> None:
    done = run("-o", "-", "--format", suffix.removeprefix("."))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes == to_bytes(load(NETWORK), suffix)


def test_every_option_reaches_the_export(tmp_path: Path) -> None:
    target = tmp_path / "map.txt"
    done = run(
        *("-o", target, "--format", "GEXF", "--focus", "Qianhai", "--depth", "2"),
        *("--kind", "Pilot", "--kind", "zone", "--from", "2012", "--to", "2024"),
        *("--years", "--title", "Heading"),
        lang="zh",
    )
    assert done.exit_code == 0, done.output
    expected = Selection("Qianhai", 2, ("Pilot", "zone"), 2012, 2024, True, "Heading", "zh")
    assert target.read_bytes() == to_bytes(load(NETWORK), ".gexf", expected)


def test_the_focus_reaches_one_step_unless_told(tmp_path: Path) -> None:
    run("-o", tmp_path / "a.gexf", "--focus", "Qianhai")
    expected = to_bytes(load(NETWORK), ".gexf", Selection("Qianhai", 1))
    assert (tmp_path / "a.gexf").read_bytes() == expected


def test_years_can_be_left_out_of_a_page(tmp_path: Path) -> None:
    run("-o", tmp_path / "a.html", "--no-years")
    assert b"year-2024" not in (tmp_path / "a.html").read_bytes()


@pytest.mark.parametrize(
    ("lang", "title", "heading"),
    [
        (
            "en",
            "",
            "Institutional innovation: a map with its evidence, without inferred statements",
        ),
        ("en", "Mine", "Mine, without inferred statements"),
        ("zh", "", "制度创新图谱及其依据（不含推断内容）"),
    ],
)
def test_what_we_inferred_can_be_left_out_and_the_heading_says_so(
    tmp_path: Path, lang: str, title: str, heading: str
) -> None:
    files = {suffix: tmp_path / f"map{suffix}" for suffix in (".html", ".gexf", ".ttl")}
    words = [word for file in files.values() for word in ("-o", str(file))]
    start = ["--no-inferred", "--graph", str(SMALL), "--lang", lang, "export", "--title", title]
    done = CliRunner().invoke(main, [*start, *words])
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        f"Wrote {file}, without inferred statements" for file in files.values()
    ]
    asserted, shown = load(SMALL, inferred=False), Selection(title=heading, language=lang)
    for suffix, file in files.items():
        written = file.read_bytes()
        assert written == to_bytes(asserted, suffix, shown)
        assert b"pilot-joint-office" not in written
        assert b"licence-joint-office" in written
    assert heading in files[".html"].read_text("utf-8")
    assert f"<description>{heading}</description>" in files[".gexf"].read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Missing option '-o'"),
        (("-o", "-"), "Standard output has no suffix: give --format."),
        (("-o", "a.html", "--format", "docx"), "'docx' is not one of 'html', 'gexf', 'ttl',"),
        (("-o", "a.html", "--depth", "2"), "--depth goes with --focus."),
        (("-o", "a.html", "--focus", "x", "--depth", "-1"), "-1 is not in the range x>=0"),
        (("-o", "a.html", "--from", "2024", "--to", "2012"), "--from 2024 is after --to 2012."),
        (("-o", "a.html", "-o", "a.html"), "The same file is named twice with -o."),
        (("-o", "."), "'.' is a folder: name a file in it, as in map.html."),
    ],
)
def test_wrong_usage_is_told(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("-o", "a.html", "-o", "a.pdf"), "no format is known by the suffix '.pdf'", ".html .gexf"),
        (("-o", "no/such/a.html"), "its folder does not exist", "mkdir -p"),
        (("-o", "a.html", "--focus", "Qianhay"), "nothing here is called", "Did you mean"),
        (("-o", "a.html", "--kind", "Pilote"), "is called 'Pilote'", "Did you mean Pilot?"),
        (("-o", "a.html", "--focus", "source-000"), "are not drawn", "Drawn are: Measure"),
    ],
)
def test_failure_is_told_with_what_to_do(
    words: tuple[str, ...],
    message: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.exit_code == 1
    error, told = done.stderr.splitlines()
    assert error.startswith("Error: ")
    assert message in error
    assert hint in told
    assert list(tmp_path.iterdir()) == []


def test_the_help_lists_the_formats_of_the_registry() -> None:
    done = CliRunner().invoke(main, ["export", "-h"])
    assert done.exit_code == 0
    assert COMMANDS["export"][1] in done.stdout
    assert "  Example:\n    qgraph export -o map.html\n" in done.stdout
    for suffix, known in WRITERS.items():
        assert f"    {suffix:8} {known.description}\n" in done.stdout

"""The documentation is generated from the program or run by it; here it is held to that."""

from __future__ import annotations

import csv
import re
import runpy
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from qgraph.cli import main

if TYPE_CHECKING:
    import click

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cli.md"
MAKE_CLI = runpy.run_path(str(ROOT / "docs" / "make_cli.py"))
COMMANDS: dict[str, click.Command] = {
    " ".join(["qgraph", *words]): command for words, command in MAKE_CLI["commands"]()
}

#: DESIGN: the names of the command line are fixed.
FIXED = {"info", "build", "validate", "query", "show", "search", "diffusion", "export"}


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README in one language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


README_COMMANDS = [
    line.removeprefix("$ ")
    for block in [*blocks("sh"), *blocks("console")]
    for line in block.splitlines()
    if line.removeprefix("$ ").startswith("qgraph ")
]


#: Every line of every "Example:" block of the help texts.
EXAMPLES = sorted(
    {
        line.strip()
        for command in COMMANDS.values()
        for line in (command.help or "").splitlines()
        if line.strip().startswith("qgraph ")
    }
)


def policies() -> str:
    """Events as a reader may have them: the example of NetInf, and the lotteries of the states."""
    data = ROOT / "tests" / "diffusion" / "data"
    with (data / "netinf_example_cascades.csv").open(encoding="utf-8") as stream:
        events = list(csv.DictReader(stream))
    with (data / "lottery.csv").open(encoding="utf-8") as stream:
        states = [row for row in csv.DictReader(stream) if row["lottery"]]
    # In whole periods, as years are: a panel has no others.
    rows = [
        (row["node_name"], row["cascade_id"], str(1990 + round(float(row["event_time"]))))
        for row in events
    ]
    rows += [(row["state"], "lottery", row["lottery"]) for row in states]
    return "".join(",".join(row) + "\n" for row in [("unit", "measure", "date"), *rows])


#: Files that examples read and that a reader would have.
A_READERS_OWN = {
    "policies.csv": policies(),
    "network.csv": "origin,destination,weight\nOregon,California,0.5\nCalifornia,Oregon,0.2\n"
    "Oregon,Washington,0.7\nWashington,Idaho,0.4\nIdaho,Oregon,0.1\n",
}


def test_the_readme_shows_commands_and_python() -> None:
    assert len(EXAMPLES) > 20
    assert len(README_COMMANDS) >= 4
    assert blocks("python")


@pytest.mark.parametrize("line", [*README_COMMANDS, *EXAMPLES])
def test_a_command_of_the_readme_or_of_a_help_text_works_when_pasted(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line, comments=True)[1:]
    if "my-tables" in words:
        shutil.copytree(ROOT / "graph", tmp_path / "my-tables")
    for name in {"policies.csv", "network.csv"}.intersection(words):
        (tmp_path / name).write_text(A_READERS_OWN[name], encoding="utf-8")
    result = CliRunner().invoke(main, words, prog_name="qgraph", catch_exceptions=False)
    assert result.exit_code == 0, result.output
    if "-o" in words and words[words.index("-o") + 1] != "-":
        assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 0
    else:
        assert result.stdout


@pytest.mark.parametrize("source", blocks("python"))
def test_the_python_of_the_readme_works_when_pasted(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(source, "README.md", "exec"), {})  # noqa: S102 (it is ours)


def test_every_path_the_readme_links_to_is_there() -> None:
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")
    }
    links = {
        (name, link)
        for name, text in texts.items()
        for link in re.findall(r"\]\(([^)#:]+)\)", text)
    }
    assert links
    assert {(name, link) for name, link in links if not (ROOT / link).exists()} == set()


def test_every_make_target_that_the_docs_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for name in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(r"\bmake ([a-z]+)\b", code_of(ROOT / name))
        assert named
        assert set(named) <= targets


def test_every_make_target_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^[a-z]+:(?!=)(?!.*## ).*$", makefile, re.MULTILINE) == []


def test_the_fixed_commands_are_there() -> None:
    assert set(main.commands) >= FIXED


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_an_example(name: str) -> None:
    text = COMMANDS[name].help or ""
    first = text.strip().splitlines()[0] if text.strip() else ""
    assert first.endswith(".")
    assert re.search(rf"Examples?:.*{re.escape(name)}", text, re.DOTALL)
    shown = CliRunner().invoke(main, [*name.split()[1:], "--help"]).stdout
    assert "\\b" not in shown  # a raw docstring would print the mark instead of obeying it
    assert re.search(r"Example:\n +qgraph ", shown)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented(name: str) -> None:
    assert f"\n## {name}\n" in PAGE.read_text(encoding="utf-8")


def test_the_page_of_the_command_line_is_fresh() -> None:
    assert MAKE_CLI["render"]() == PAGE.read_text(encoding="utf-8"), "run: make docs"


def code_of(path: Path) -> str:
    """Inline code and code blocks of a page."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))

"""Writes docs/cli.md from the ``--help`` of every command: ``make docs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from qgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("cli.md")

HEAD = """\
# The command line

Made by `make docs` from the `--help` of every command: edit the docstrings in `qgraph/cli/`, not
this page.
"""


def commands(
    command: click.Command = main, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it, groups before what they hold."""
    yield words, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], (*words, name))


def help_of(words: tuple[str, ...]) -> str:
    """What a user sees in a terminal of 80 columns."""
    result = CliRunner().invoke(
        main, [*words, "--help"], prog_name="qgraph", terminal_width=80, catch_exceptions=False
    )
    if result.exit_code:
        raise RuntimeError(f"qgraph {' '.join(words)} --help failed: {result.output}")
    return "\n".join(line.rstrip() for line in result.output.splitlines())


def render() -> str:
    """The whole page."""
    parts = [HEAD]
    for words, _ in commands():
        title = " ".join(["qgraph", *words])
        parts.append(f"## {title}\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8", newline="\n")
    print(f"wrote {PAGE}")

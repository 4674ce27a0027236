"""Options that commands share, and how a command reads its graph and puts out its answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from qgraph.graph import Graph

    _Function = TypeVar("_Function", bound=Callable[..., object])

__all__ = [
    "Settings",
    "format_option",
    "output_option",
    "pass_settings",
    "put_out",
    "terminal_columns",
]


class Settings(NamedTuple):
    """The global options."""

    graph: str | None = None
    language: str = "en"
    quiet: bool = False
    inferred: bool = True

    def open(self) -> Graph:
        """Open the graph that was asked for."""
        from qgraph.graph import load

        note = self.say if self.quiet else None
        return load(self.graph, inferred=self.inferred, note=note)

    def say(self, sentence: str) -> None:
        """Tell the person at the terminal something, unless they want quiet."""
        if not self.quiet:
            click.echo(sentence, err=True)


pass_settings = click.make_pass_decorator(Settings)


def format_option(
    *choices: str, default: str | None = None, text: str = "How the answer is written."
) -> Callable[[_Function], _Function]:
    """Give a command ``--format``; the first choice is the default unless one is named."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(choices),
        default=default or choices[0],
        show_default=True,
        help=text,
    )


output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    help="File to write, whole or not at all.  [default: standard output]",
)


def put_out(output: str, data: bytes) -> None:
    """Write the answer of a command to a file, or to standard output for ``-``."""
    from qgraph.files import write_atomic

    write_atomic(output, data)


def terminal_columns(output: str) -> int | None:
    """Return the width to wrap to: that of the terminal if a person is looking, else None."""
    if output != "-" or not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns

"""Where the library ends and the terminal begins: errors become messages and exit codes.

0 is done, 1 is failed or not valid, 2 is wrong usage (click's own), 130 is interrupted. An
exception that is no QGraphError is a bug and keeps its traceback.
"""

from __future__ import annotations

import contextlib
import signal
from typing import IO, TYPE_CHECKING, Any

import click

from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CommandFailed", "Group", "interruptible"]


class CommandFailed(click.ClickException):
    """A QGraphError on its way to the terminal: ``Error: ...``, then what to do next."""

    def __init__(self, error: QGraphError) -> None:
        super().__init__(str(error))
        self.hint = error.hint

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message and the hint to standard error."""
        click.echo(f"Error: {self.message}", file=file, err=file is None)
        if self.hint:
            click.echo(self.hint, file=file, err=file is None)


class _Interrupted(click.ClickException):
    exit_code = 130  # what a shell reports for a program ended by Ctrl-C

    def show(self, file: IO[Any] | None = None) -> None:
        """Say so on standard error."""
        click.echo("Interrupted.", file=file, err=file is None)


class Group(click.Group):
    """A group of commands whose errors are told, not traced; those of nested groups as well."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except QGraphError as error:
            raise CommandFailed(error) from error
        except KeyboardInterrupt as error:
            raise _Interrupted("interrupted") from error


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the program at once while the engine works.

    Python runs its own handler only between two of its instructions, and a query is one: it would
    come to an end first, which may take an hour. Nothing is half-written at that time.
    """
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

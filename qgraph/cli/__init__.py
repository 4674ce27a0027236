"""The ``qgraph`` command: the group and its global options, and nothing else.

Commands are imported when they are called. Their first lines stand here as well, so that ``--help``
imports none of them; a test holds both to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

import qgraph
from qgraph.cli._edge import Group
from qgraph.cli._options import Settings
from qgraph.languages import LANGUAGES

__all__ = ["COMMANDS", "main"]

COMMANDS: dict[str, tuple[str, str]] = {
    "info": ("qgraph.cli.explore:info", "Tell what is in the graph, and how much of each source."),
    "build": ("qgraph.cli.build:build", "Compile the tables into one RDF file."),
    "validate": ("qgraph.cli.build:validate", "Check tables or graphs against shapes and rules."),
    "format": ("qgraph.cli.curate:format_tables", "Write tables in their canonical form."),
    "query": ("qgraph.cli.explore:query", "Ask a SPARQL query or one of the named questions."),
    "show": ("qgraph.cli.explore:show", "Show one thing and the evidence for each statement."),
    "search": ("qgraph.cli.explore:search", "Find things by words of their labels."),
    "diffusion": ("qgraph.cli.analyse:diffusion", "Measure how measures spread."),
    "export": ("qgraph.cli.publish:export", "Write the graph as a page, for Gephi or as RDF."),
}
"""Name -> where the command is, and the first line of its help."""

_WHOLE = frozenset({"build", "format", "validate"})
"""The commands for those who edit a graph: nothing of it is ever left out for them."""


class _Commands(Mapping[str, click.Command]):
    """All commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Lazy(Group):
    """Lists its commands in the order in which they are met, without importing any."""

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.command(
    cls=_Lazy,
    commands=_Commands(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--graph",
    metavar="PATH",
    help="RDF file, folder of tables or Oxigraph store.  [default: the bundled graph]",
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of labels and titles.",
)
@click.option(
    "--no-inferred", is_flag=True, help="Leave out what we inferred: only what sources say."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors.")
@click.version_option(qgraph.__version__, message="qgraph %(version)s")
@click.pass_context
def main(ctx: click.Context, graph: str | None, lang: str, no_inferred: bool, quiet: bool) -> None:
    """Institutional innovations, how they spread, and the evidence for it.

    \b
    Example:
      qgraph search "law office"
      qgraph show place-qianhai-cooperation-zone
      qgraph --lang zh query --list
      qgraph --no-inferred info
    """
    if no_inferred and ctx.invoked_subcommand in _WHOLE:
        raise click.UsageError(
            f"--no-inferred goes with commands that ask a graph, not with {ctx.invoked_subcommand}:"
            " tables are checked and written whole."
        )
    ctx.obj = Settings(graph=graph, language=lang, quiet=quiet, inferred=not no_inferred)

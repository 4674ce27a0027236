"""Putting a graph out for others: ``export``."""

from __future__ import annotations

from pathlib import Path

import click

from qgraph.cli._options import Settings, pass_settings
from qgraph.export import WRITERS, Selection, suffix_for, to_bytes
from qgraph.files import write_atomic

__all__ = ["export"]


_FORMATS = "\b\nFormats:\n" + "\n".join(
    f"  {suffix:8} {known.description}" for suffix, known in WRITERS.items()
)


@click.command(epilog=_FORMATS)
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE",
    multiple=True,
    required=True,
    help="File to write, whole or not at all; its suffix picks the format. Repeat it for several.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([suffix.removeprefix(".") for suffix in WRITERS], case_sensitive=False),
    help="The format, whatever the name of the file.",
)
@click.option("--focus", metavar="THING", help="Keep what is near one thing: its id or label.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    help="How many steps from the focus.  [default: 1]",
)
@click.option("--kind", "kinds", metavar="TYPE", multiple=True, help="Keep things of this type.")
@click.option("--from", "first", type=int, metavar="YEAR", help="Leave out what is older.")
@click.option("--to", "last", type=int, metavar="YEAR", help="Leave out what is younger.")
@click.option("--years/--no-years", default=None, help="Show years as things, or leave them out.")
@click.option("--title", metavar="TEXT", default="", help="Heading of the page.")
@pass_settings
def export(
    settings: Settings,
    outputs: tuple[str, ...],
    form: str | None,
    focus: str | None,
    depth: int | None,
    kinds: tuple[str, ...],
    first: int | None,
    last: int | None,
    years: bool | None,
    title: str,
) -> None:
    """Write the graph as a page, for Gephi or as RDF.

    The page is one file that needs no server and no network. The same options pick the same part
    of the graph in every format.

    \b
    Example:
      qgraph export -o map.html
      qgraph export -o licence.html --focus licence-zhiheng-celeblaws --depth 2
      qgraph --lang zh export -o measures.gexf --kind Measure --kind Pilot --from 2019
      qgraph export -o - --format ttl
    """
    if depth is not None and focus is None:
        raise click.UsageError("--depth goes with --focus.")
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}.")
    if form is None and "-" in outputs:
        raise click.UsageError("Standard output has no suffix: give --format.")
    if len(set(outputs)) < len(outputs):
        raise click.UsageError("The same file is named twice with -o.")
    for output in outputs:
        if Path(output).is_dir():
            raise click.UsageError(f"{output!r} is a folder: name a file in it, as in map.html.")
    # All names first: nothing is written if one of them cannot be.
    targets = [(output, suffix_for(output, form)) for output in outputs]
    selection = Selection(
        focus=focus,
        depth=1 if depth is None else depth,
        kinds=kinds,
        first_year=first,
        last_year=last,
        years=years,
        title=title if settings.inferred else _without_inferred(title, settings.language),
        language=settings.language,
    )
    graph = settings.open()
    told = "" if settings.inferred else ", without inferred statements"
    for output, suffix in targets:
        write_atomic(output, to_bytes(graph, suffix, selection))
        if output != "-":
            settings.say(f"Wrote {output}{told}")


def _without_inferred(title: str, language: str) -> str:
    """Let the heading say what is left out: a reader of the file did not see the command."""
    from qgraph.export.html import TITLE

    heading = title or TITLE[language]
    return (
        f"{heading}（不含推断内容）"
        if language == "zh"
        else f"{heading}, without inferred statements"
    )

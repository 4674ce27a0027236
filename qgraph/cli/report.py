"""``diffusion report``: how measures spread in a graph, to read and to forward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgraph.cli._analysis import seed_option
from qgraph.cli._options import Settings, pass_settings, put_out
from qgraph.errors import CannotWrite

if TYPE_CHECKING:
    from qgraph.diffusion.report import Report

__all__ = ["report"]

_FORMS = {".html": "html", ".htm": "html", ".md": "md"}


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    help="File to write: .html, or .md with its figures in a folder beside it."
    "  [default: standard output]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("html", "md")),
    help="The format, whatever the name of the file.",
)
@seed_option
@pass_settings
def report(settings: Settings, output: str, form: str | None, seed: int) -> None:
    """Report how measures spread in this graph.

    What is on record, the promotion rate as reported, the time from pilot to promotion, batches,
    adoption, who leads, and what these data cannot carry; every number with the command that gives
    it. The page is one file that needs no network. On standard output, Markdown comes without its
    figures.

    \b
    Example:
      qgraph diffusion report -o report.html
      qgraph --lang zh diffusion report -o report.md
      qgraph --no-inferred diffusion report --format md
    """
    from qgraph.diffusion.report import report as made

    kind = form or _form(output)
    if output != "-" and Path(output).is_dir():
        raise click.UsageError(f"{output!r} is a folder: name a file in it, as in report.html.")
    told = made(settings.open(), settings.language, seed)
    if kind == "html":
        put_out(output, told.as_html())
    elif output == "-":
        put_out(output, told.as_markdown().encode())
    else:
        put_out(output, told.as_markdown(_figures(told, Path(output))).encode())
    if output != "-":
        settings.say(f"Wrote {output}")


def _figures(told: Report, output: Path) -> str:
    """Write the figures before the text that points at them, and give the name of their folder."""
    figures = told.figures()
    if not figures:
        return ""
    folder = output.with_name(f"{output.stem}-figures")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"cannot make the folder {str(folder)!r} for the figures: {error.strerror}",
            hint="Choose another place with -o, or write to standard output, without figures.",
        ) from error
    for name, drawn in figures.items():
        put_out(str(folder / f"{name}.svg"), drawn)
    return folder.name


def _form(output: str) -> str:
    if output == "-":
        return "md"
    form = _FORMS.get(Path(output).suffix.lower())
    if form is None:
        raise click.UsageError(
            f"{output!r} does not tell the format: name a file .html or .md, or give --format."
        )
    return form

"""Looking into a graph: ``info``, ``query``, ``show`` and ``search``."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from qgraph.cli._edge import interruptible
from qgraph.cli._options import (
    Settings,
    format_option,
    output_option,
    pass_settings,
    put_out,
    terminal_columns,
)
from qgraph.errors import NotFound
from qgraph.results import FORMATS, SUFFIXES

if TYPE_CHECKING:
    from qgraph.questions import Question

__all__ = ["info", "query", "search", "show"]


@click.command()
@click.option(
    "--coverage",
    is_flag=True,
    help="How far it reaches: promotions recorded of those reported, languages, evidence, texts.",
)
@click.option("--sources", is_flag=True, help="All sources, not only those most used.")
@format_option("table", "json")
@output_option
@pass_settings
def info(settings: Settings, coverage: bool, sources: bool, form: str, output: str) -> None:
    """Tell what is in the graph, and how much of each source.

    \b
    Example:
      qgraph info
      qgraph info --coverage
      qgraph info --sources
      qgraph info --format json
    """
    if coverage and sources:
        raise click.UsageError("--coverage and --sources do not go together.")
    from qgraph import describe

    graph = settings.open()
    language, columns = settings.language, terminal_columns(output)
    if coverage:
        covered = describe.cover(graph, language)
        told = describe.coverage_text(covered, language, columns)
        text = _json(covered) if form == "json" else told
    else:
        write = describe.sources_text if sources else describe.summary_text
        summary = describe.summarise(graph, language)
        text = _json(summary) if form == "json" else write(summary, language, columns)
    put_out(output, text.encode())


@click.command()
@click.argument("file", required=False)
@click.option("-e", "--expression", metavar="TEXT", help="The query itself.")
@click.option("--name", metavar="NAME", help="One of the named questions.")
@click.option(
    "--set",
    "values",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value of a parameter; repeat it for several.",
)
@click.option("--list", "listed", is_flag=True, help="List the named questions.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How the answer is written.  [default: by the suffix of -o, else table]",
)
@output_option
@click.option("--spreadsheet", is_flag=True, help="Make CSV safe to open in a spreadsheet.")
@click.option("--allow-service", is_flag=True, help="Let SERVICE ask other servers.")
@pass_settings
def query(
    settings: Settings,
    file: str | None,
    expression: str | None,
    name: str | None,
    values: tuple[str, ...],
    listed: bool,
    form: str | None,
    output: str,
    spreadsheet: bool,
    allow_service: bool,
) -> None:
    """Ask a SPARQL query or one of the named questions.

    The query stands in FILE, comes from standard input (-), is given with -e, or is one of the
    named questions. All prefixes of the project are known, and the whole graph is asked.

    \b
    Example:
      qgraph query --list
      qgraph query --name firsts
      qgraph query --name promotion-rate --set zone=place-qianhai-cooperation-zone
      qgraph query -e "SELECT ?zone WHERE { ?zone a qg:Zone }"
      qgraph query -e "ASK { ?measure a qg:Measure }" --format json
    """
    given = [value for value in (file, expression, name) if value is not None]
    if len(given) + listed != 1:
        raise click.UsageError("Give exactly one of FILE, -e, --name or --list.")
    form = form or SUFFIXES.get(PurePath(output).suffix.lower(), "table")
    if listed:
        if values:
            raise click.UsageError("--list takes no --set.")
        if form not in ("table", "json"):
            raise click.UsageError("--list is written as table or json.")
        put_out(output, _listing(settings.language, form, terminal_columns(output)).encode())
        return
    if spreadsheet and form != "csv":
        raise click.UsageError("--spreadsheet goes with --format csv.")
    parameters = _parameters(values)
    question = _question(file, expression, name)
    _ask(settings, question, parameters, (form, output, spreadsheet, allow_service))


@click.command()
@click.argument("thing")
@format_option("text", "json")
@output_option
@pass_settings
def show(settings: Settings, thing: str, form: str, output: str) -> None:
    """Show one thing and the evidence for each statement.

    THING is an id, an address, or the exact label in any language.

    \b
    Example:
      qgraph show place-qianhai-cooperation-zone
      qgraph --lang zh show Shenzhen
    """
    from qgraph import describe

    graph = settings.open()
    description = describe.describe(graph, graph.find(thing), settings.language)
    text = (
        describe.as_json(description)
        if form == "json"
        else describe.as_text(description, terminal_columns(output))
    )
    put_out(output, text.encode())


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="At most so many; 0 for all.",
)
@format_option("table", "json")
@output_option
@pass_settings
def search(settings: Settings, words: tuple[str, ...], limit: int, form: str, output: str) -> None:
    """Find things by words of their labels.

    Labels, other names and descriptions are searched in English and Chinese; all WORDS have to be
    found in one thing.

    \b
    Example:
      qgraph search law office
      qgraph search 前海
    """
    from qgraph import search as searching
    from qgraph.cells import table
    from qgraph.terms import local_id

    graph = settings.open()
    text = " ".join(words)
    hits = searching.search(graph, text, settings.language)
    if not hits:
        near = searching.nearest(graph, text, settings.language)
        hint = f"Did you mean {', or '.join(near)}?" if near else "Try fewer or shorter words."
        raise NotFound(f"nothing here has {text!r} in its labels or descriptions", hint=hint)
    shown = hits[:limit] if limit else hits
    if form == "json":
        put_out(output, _json(shown).encode())
        return
    chinese = settings.language == "zh"
    headings = ("标识", "名称", "类", "见于") if chinese else ("id", "label", "type", "found in")
    rows = [
        (
            local_id(hit.iri),
            hit.label,
            hit.type,
            hit.where if hit.text == hit.label else f"{hit.where}: {hit.text}",
        )
        for hit in shown
    ]
    put_out(output, table(headings, rows, columns=terminal_columns(output)).encode())
    if len(shown) < len(hits):
        settings.say(f"{len(shown)} of {len(hits)} shown; --limit 0 shows all.")


def _parameters(values: tuple[str, ...]) -> dict[str, list[str]]:
    parameters: dict[str, list[str]] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--set takes NAME=VALUE, not {value!r}.")
        parameters.setdefault(name, []).append(text)
    return parameters


def _question(file: str | None, expression: str | None, name: str | None) -> Question:
    from qgraph import questions
    from qgraph.files import read_text

    if name is not None:
        return questions.load(name)
    if file is not None:
        return questions.parse(read_text(file), file=file)
    return questions.parse(expression or "")


def _ask(
    settings: Settings,
    question: Question,
    parameters: dict[str, list[str]],
    how: tuple[str, str, bool, bool],
) -> None:
    import io

    from qgraph.graph import Rows
    from qgraph.results import write

    form, output, spreadsheet, allow_service = how
    graph = settings.open()
    with interruptible():
        answer = graph.query(question, parameters, allow_service=allow_service)
    written = io.BytesIO()
    write(answer, form, written, columns=terminal_columns(output), spreadsheet=spreadsheet)
    put_out(output, written.getvalue())
    if question.waits_for and isinstance(answer, Rows) and not answer.solutions:
        settings.say(f"No rows yet: this question waits for {question.waits_for}.")


def _listing(language: str, form: str, columns: int | None) -> str:
    from qgraph.cells import table
    from qgraph.questions import all_questions

    questions = all_questions()
    if form == "json":
        return _json(
            [
                {
                    "name": question.name,
                    "title": question.title(language),
                    "description": question.description(language),
                    "parameters": [
                        {
                            "name": parameter.name,
                            "type": parameter.type,
                            "description": parameter.description(language),
                            "default": parameter.default,
                        }
                        for parameter in question.parameters
                    ],
                    "waits_for": question.waits_for,
                }
                for question in questions
            ]
        )
    headings = ("名称", "问题", "参数") if language == "zh" else ("name", "question", "parameters")
    rows = [
        (
            question.name,
            question.title(language),
            " ".join(f"{parameter.name}:{parameter.type}" for parameter in question.parameters),
        )
        for question in questions
    ]
    return table(headings, rows, columns=columns)


def _json(value: object) -> str:
    import json
    from dataclasses import asdict, is_dataclass

    def plain(one: object) -> object:
        if is_dataclass(one) and not isinstance(one, type):
            return asdict(one)
        return [plain(part) for part in one] if isinstance(one, list) else one

    return json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n"

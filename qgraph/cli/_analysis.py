"""What the analyses share on the command line: which events they read, how they tell a result."""

from __future__ import annotations

import functools
import json
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import click

from qgraph.cli._options import Settings, format_option, output_option, put_out, terminal_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.records.events import Events
    from qgraph.diffusion.result import Result

__all__ = ["Asked", "Told", "events_options", "jobs_option", "result_options", "seed_option"]

_FORMS = ("text", "csv", "json", "latex", "markdown")
_FIGURES = ("svg", "png", "pdf")


class Asked(NamedTuple):
    """Which events an analysis is about."""

    file: str | None
    layout: str
    columns: tuple[str, ...]
    unit: str
    kinds: tuple[str, ...]
    period: str
    imprecise: str
    promotions: str
    saved: str | None

    def events(self, settings: Settings) -> Events:
        """Read them from the file, or from the graph."""
        if self.file is None:
            if self.columns or self.layout != "auto":
                raise click.UsageError("--layout and --column go with --events FILE.")
            from qgraph.diffusion.records.recorded import recorded_events

            found = recorded_events(settings.open(), unit=self.unit)
        else:
            from qgraph.diffusion.records.layouts import read_events

            found = read_events(self.file, layout=self.layout, columns=self._columns())
        if self.saved:
            from qgraph.diffusion.records.layouts import events_text

            put_out(self.saved, events_text(found, layout="long").encode())
            if found.query:
                query = PurePath(self.saved).with_suffix(".rq")
                put_out(str(query), found.query.encode())
        return found

    def cascades(self, settings: Settings) -> Cascades:
        """Read them and make cascades of them, cut at the promotion if that is asked for."""
        return self.cut(self.events(settings))

    def cut(self, events: Events) -> Cascades:
        """Make cascades of events, cut at the promotion if that is asked for."""
        from qgraph.diffusion.records.cascades import cascades, moments

        whole = cascades(events, kinds=self.kinds, period=self.period, imprecise=self.imprecise)
        when = moments(events, period=self.period)
        if self.promotions == "before":
            return whole.before(when)
        return whole.after(when) if self.promotions == "after" else whole

    def _columns(self) -> dict[str, str] | None:
        pairs = [column.partition("=") for column in self.columns]
        for name, equals, column in pairs:
            if not (name and equals and column):
                raise click.UsageError("--column takes ROLE=NAME, for instance unit=statenam.")
        return {name: column for name, _, column in pairs} or None


class Told(NamedTuple):
    """How a result is told."""

    form: str
    output: str
    spreadsheet: bool
    plot: str | None

    def put_out(self, settings: Settings, result: Result) -> None:
        """Write a result, beside a table in a file all that one needs to judge and repeat it."""
        if self.spreadsheet and self.form != "csv":
            raise click.UsageError("--spreadsheet goes with --format csv.")
        put_out(self.output, self._text(settings, result).encode())
        if self.output != "-" and self.form not in {"json", "text"}:
            about = {name: value for name, value in result.as_dict().items() if name != "rows"}
            text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
            put_out(f"{self.output}.about.json", text.encode())
        if self.plot:
            self._draw(settings, result, self.plot)

    def _text(self, settings: Settings, result: Result) -> str:
        if self.form == "csv":
            bom = "\ufeff" if self.spreadsheet else ""
            return bom + result.as_csv(spreadsheet=self.spreadsheet)
        if self.form == "json":
            return result.as_json()
        if self.form == "latex":
            return result.as_latex(settings.language)
        if self.form == "markdown":
            return result.as_markdown(settings.language)
        return result.as_text(settings.language, terminal_columns(self.output))

    def _draw(self, settings: Settings, result: Result, path: str) -> None:
        from qgraph.diffusion.figures import draw

        form = PurePath(path).suffix.removeprefix(".")
        if form not in _FIGURES:
            endings = ", ".join(f".{form}" for form in _FIGURES)
            raise click.UsageError(f"--plot takes a file that ends in {endings}, not {path!r}.")
        put_out(path, draw(result, form, settings.language, _names(settings, result)))


def _names(settings: Settings, result: Result) -> dict[str, str] | None:
    """Give the labels of units and measures that come from a graph: a figure has no identifiers."""
    if result.data is None or not result.data.query:
        return None
    from qgraph.diffusion.records.recorded import UNITS, labels, recorded_events

    graph = settings.open()
    known: set[str] = set()
    for unit in UNITS:
        table = recorded_events(graph, unit)
        known.update(table.units, table.measures)
    return labels(graph, sorted(known), settings.language)


def events_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which events it reads; it gets them as ``asked``."""
    options = (
        click.option(
            "--events",
            "file",
            metavar="FILE",
            help="Table of events, '-' for standard input.  [default: those of the graph]",
        ),
        click.option(
            "--layout",
            type=click.Choice(("auto", "long", "wide", "r", "snap")),
            default="auto",
            show_default=True,
            help="How the file is laid out.",
        ),
        click.option(
            "--column",
            "columns",
            metavar="ROLE=NAME",
            multiple=True,
            help="Which column of the file is the unit, measure, date or kind.",
        ),
        click.option(
            "--unit",
            type=click.Choice(("place", "province", "body")),
            default="place",
            show_default=True,
            help="What takes up measures, in events of the graph.",
        ),
        click.option(
            "--kind",
            "kinds",
            type=click.Choice(("adoption", "pilot", "promotion", "end")),
            multiple=True,
            default=("adoption", "pilot"),
            show_default=True,
            help="Which events count as taking a measure up.",
        ),
        click.option(
            "--period",
            type=click.Choice(("day", "month", "quarter", "year")),
            default="year",
            show_default=True,
            help="Length of time to which dates are rounded.",
        ),
        click.option(
            "--imprecise",
            type=click.Choice(("drop", "begin", "end")),
            default="drop",
            show_default=True,
            help="What becomes of a date that spans several periods.",
        ),
        click.option(
            "--promotions",
            type=click.Choice(("before", "after", "ignore")),
            default="before",
            show_default=True,
            help="Look at what came before the promotion of a measure, after it, or across it.",
        ),
        click.option(
            "--save-events",
            "saved",
            metavar="FILE",
            help="Write the events read, as CSV; of a graph the query, too, as .rq beside it.",
        ),
    )

    @functools.wraps(function)
    def collected(*args: Any, **given: Any) -> Any:
        asked = Asked(**{name: given.pop(name) for name in Asked._fields})
        return function(*args, asked=asked, **given)

    for option in reversed(options):
        collected = option(collected)
    return collected


def result_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how its result is told; it gets them as ``told``."""
    options = (
        format_option(*_FORMS),
        output_option,
        click.option("--spreadsheet", is_flag=True, help="Make CSV safe to open in a spreadsheet."),
        click.option("--plot", metavar="FILE", help="Draw it, too: a file .svg, .png or .pdf."),
    )

    @functools.wraps(function)
    def collected(*args: Any, **given: Any) -> Any:
        told = Told(**{name: given.pop(name) for name in Told._fields})
        return function(*args, told=told, **given)

    for option in reversed(options):
        collected = option(collected)
    return collected


seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of random numbers."
)
jobs_option = click.option(
    "--jobs",
    type=int,
    default=1,
    show_default=True,
    help="Processes that share the work, -1 for one per core; they do not change the result.",
)

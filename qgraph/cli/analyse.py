"""How measures spread: the group ``diffusion`` and its first command, ``diffusion rate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qgraph.cli._edge import Group
from qgraph.cli._options import Settings, format_option, output_option, pass_settings, put_out
from qgraph.cli.curve import curve
from qgraph.cli.infer import infer
from qgraph.cli.panel import panel
from qgraph.cli.report import report
from qgraph.cli.score import exposure, score
from qgraph.cli.simulate import simulate
from qgraph.errors import NoAnswer
from qgraph.terms import local_id

if TYPE_CHECKING:
    from qgraph.diffusion import Interval, ReportedRate
    from qgraph.graph import Graph

__all__ = ["diffusion"]

_WORDS = {
    "en": {
        "heading": "Promotion rate of {subject}, {when}",
        "words": "“{words}” ({span})",
        "span": "{begin} to {end}",
        "share": "{promoted} of {launched} = {share:.2f} %",
        "interval": "{name} interval, {level:g} %",
        "evidence": "Evidence",
        "launched": "launched",
        "promoted": "promoted",
        "care": "Read with care",
    },
    "zh": {
        "heading": "{subject}的复制推广率，{when}",
        "words": "“{words}”（{span}）",
        "span": "{begin}至{end}",
        "share": "{launched}项中{promoted}项 = {share:.2f} %",
        "interval": "{name}区间，{level:g} %",
        "evidence": "证据",
        "launched": "已推出",
        "promoted": "已推广",
        "care": "解读须知",
    },
}


_COLUMNS = (
    "subject",
    "begin",
    "end",
    "promoted",
    "launched",
    "share",
    "confidence",
    "wilson_low",
    "wilson_high",
    "clopper_pearson_low",
    "clopper_pearson_high",
    "source",
)


@click.group(cls=Group)
def diffusion() -> None:
    """Measure how measures spread.

    \b
    Example:
      qgraph diffusion rate
    """


for command in (curve, panel, infer, score, exposure, simulate, report):
    diffusion.add_command(command)


@diffusion.command()
@click.option(
    "--of",
    "subject",
    metavar="ID-OR-LABEL",
    help="Whose measures.  [default: each that is counted]",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
@format_option("text", "json", "csv")
@output_option
@pass_settings
def rate(
    settings: Settings, subject: str | None, confidence: float, form: str, output: str
) -> None:
    """Tell which share of the measures launched is promoted nationwide, as reported.

    Two figures of one source, one subject and one period are set against each other, with the
    Wilson score and the Clopper-Pearson interval, their evidence, and how to read them.

    \b
    Example:
      qgraph diffusion rate
      qgraph diffusion rate --of place-qianhai-cooperation-zone --confidence 0.9
      qgraph diffusion rate --format json
    """
    from qgraph.diffusion import reported_rates

    graph = settings.open()
    try:
        rates = reported_rates(graph, subject, confidence)
    except NoAnswer as error:
        if graph.inferred:
            raise
        hint = "What the figures count, or when, may be inferred. Ask again without --no-inferred."
        raise NoAnswer(str(error), hint=hint) from error
    if form == "json":
        text = _json(rates)
    elif form == "csv":
        text = _csv(rates)
    else:
        told = [_tell(rate, graph, settings.language) for rate in rates]
        text = "\n".join([*told, _care(rates[0], settings.language)])
    put_out(output, text.encode())


def _tell(one: ReportedRate, graph: Graph, language: str) -> str:
    words, estimate = _WORDS[language], one.rate
    span = one.begin if one.begin == one.end else words["span"].format(begin=one.begin, end=one.end)
    when = words["words"].format(words=one.time_words, span=span) if one.time_words else span
    heading = words["heading"].format(subject=graph.label(one.subject, language), when=when)
    share = words["share"].format(
        promoted=estimate.promoted, launched=estimate.launched, share=100 * estimate.share
    )
    intervals = (estimate.wilson, estimate.clopper_pearson)
    lines = [heading, f"  {share}"]
    lines += [_tell_interval(interval, estimate.confidence, words) for interval in intervals]
    lines.append(words["evidence"])
    source = ", ".join(part for part in (one.publisher, one.address) if part)
    for kind, sighting in ((words["launched"], one.launched), (words["promoted"], one.promoted)):
        said = f": “{sighting.words}”" if sighting.words else ""
        lines.append(f"  {kind}{said}")
        lines.append(f"    {local_id(sighting.observation)}: {local_id(one.source)} {one.locator}")
    lines.append(f"  {local_id(one.source)}: {graph.label(one.source, language)}; {source}")
    return "\n".join(lines) + "\n"


def _care(one: ReportedRate, language: str) -> str:
    """Say how to read such rates: the same for all of them, so once."""
    caveats = [f"  - {caveat}" for caveat in one.caveats[language]]
    return "\n".join([_WORDS[language]["care"], *caveats]) + "\n"


def _tell_interval(interval: Interval, confidence: float, words: dict[str, str]) -> str:
    name = words["interval"].format(name=interval.name, level=100 * confidence)
    return f"  {name}: {100 * interval.low:.2f}–{100 * interval.high:.2f} %  ({interval.citation})"


def _json(rates: list[ReportedRate]) -> str:
    import json

    return json.dumps([one.as_dict() for one in rates], ensure_ascii=False, indent=2) + "\n"


def _csv(rates: list[ReportedRate]) -> str:
    import csv
    import io

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for one in rates:
        estimate = one.rate
        table.writerow(
            [
                local_id(one.subject),
                one.begin,
                one.end,
                estimate.promoted,
                estimate.launched,
                estimate.share,
                estimate.confidence,
                estimate.wilson.low,
                estimate.wilson.high,
                estimate.clopper_pearson.low,
                estimate.clopper_pearson.high,
                local_id(one.source),
            ]
        )
    return text.getvalue()

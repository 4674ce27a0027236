"""How measures spread: ``diffusion rate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qgraph.cli._edge import Group
from qgraph.cli._options import Settings, format_option, output_option, pass_settings, put_out
from qgraph.terms import local_id

if TYPE_CHECKING:
    from qgraph.diffusion import Interval, ReportedRate
    from qgraph.graph import Graph

__all__ = ["diffusion"]

_WORDS = {
    "en": {
        "heading": "Promotion rate of {subject}, {words} ({begin} to {end})",
        "share": "{promoted} of {launched} = {share:.2f} %",
        "interval": "{name} interval, {level:g} %",
        "evidence": "Evidence",
        "launched": "launched",
        "promoted": "promoted",
        "care": "Read with care",
        "undated": "undated",
    },
    "zh": {
        "heading": "{subject}的复制推广率，{words}（{begin}至{end}）",
        "share": "{launched}项中{promoted}项 = {share:.2f} %",
        "interval": "{name}区间，{level:g} %",
        "evidence": "证据",
        "launched": "已推出",
        "promoted": "已推广",
        "care": "解读须知",
        "undated": "无日期",
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
    rates = reported_rates(graph, subject, confidence)
    if form == "json":
        text = _json(rates)
    elif form == "csv":
        text = _csv(rates)
    else:
        text = "\n".join(_tell(rate, graph, settings.language) for rate in rates)
    put_out(output, text.encode())


def _tell(one: ReportedRate, graph: Graph, language: str) -> str:
    words, estimate = _WORDS[language], one.rate
    heading = words["heading"].format(
        subject=graph.label(one.subject, language),
        words=f"“{one.time_words}”" if one.time_words else words["undated"],
        begin=one.begin,
        end=one.end,
    )
    share = words["share"].format(
        promoted=estimate.promoted, launched=estimate.launched, share=100 * estimate.share
    )
    intervals = (estimate.wilson, estimate.clopper_pearson)
    lines = [heading, f"  {share}"]
    lines += [_tell_interval(interval, estimate.confidence, words) for interval in intervals]
    lines.append(words["evidence"])
    source = ", ".join(part for part in (one.publisher, one.address) if part)
    for kind, sighting in ((words["launched"], one.launched), (words["promoted"], one.promoted)):
        lines.append(f"  {kind}: “{sighting.words}”")
        lines.append(f"    {local_id(sighting.observation)}: {local_id(one.source)} {one.locator}")
    lines.append(f"  {local_id(one.source)}: {graph.label(one.source, language)}; {source}")
    lines.append(words["care"])
    lines += [f"  - {caveat}" for caveat in one.caveats[language]]
    return "\n".join(lines) + "\n"


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

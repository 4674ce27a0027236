"""The spread of measures in one graph, as a report that can be read, forwarded and repeated.

Every number is computed from the graph; what its records do not carry is refused by name, with what
would be needed.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from qgraph import __version__
from qgraph.diffusion.report import (
    adoption,
    batches,
    brief,
    delays,
    leaders,
    limits,
    methods,
    rates,
    records,
    reproduce,
)
from qgraph.diffusion.report.model import Report
from qgraph.diffusion.report.study import Study

if TYPE_CHECKING:
    from qgraph.graph import Graph

__all__ = ["Report", "report"]


def report(graph: Graph, language: str = "en", seed: int = 0) -> Report:
    """Report how measures spread in a graph.

    Parameters
    ----------
    graph
        Any graph of qgraph's ontology. What we inferred counts if it is in it.
    language
        ``en`` or ``zh``.
    seed
        Of all random numbers.

    Returns
    -------
    Report
        Sections of sentences, tables and figures; figures are drawn when the report is written.
    """
    study = Study(graph, language, seed)
    chapters = [records.chapter(study)]
    if study.events:
        chapters += [
            rates.chapter(study),
            delays.chapter(study),
            batches.chapter(study),
            adoption.chapter(study),
            leaders.chapter(study),
            limits.chapter(study),
        ]
    else:
        chapters.append(rates.chapter(study))
    attempts = [attempt for one in chapters for attempt in one.attempts]
    told = any(
        part.name == "rates-shares"
        for one in chapters
        for part in one.section.parts
        if hasattr(part, "name")
    )
    chapters.append(methods.chapter(study, attempts, rates=told))
    chapters.append(reproduce.chapter(study, chapters))
    titles = {one.section.name: one.section.title for one in chapters}
    first = brief.chapter(study, chapters, titles)
    return Report(
        title=study.say("How institutional innovations spread", "制度创新如何扩散"),
        subtitle=_subtitle(study),
        language=language,
        facts=_facts(study),
        sections=tuple(one.section for one in (first, *chapters)),
        words=_words(study),
    )


def _subtitle(study: Study) -> str:
    if not isfinite(study.newest):
        return study.say("A report on one graph", "基于单一图谱的报告")
    day = study.day(study.newest)
    return study.say(
        f"State of the records: {day}, the newest source", f"记录截至{day}（最新来源日期）"
    )


def _facts(study: Study) -> tuple[tuple[str, str], ...]:
    inferred = study.say(
        "included, and counted where it matters" if study.graph.inferred else "left out everywhere",
        "已包含，并在相关处计数" if study.graph.inferred else "全部排除",
    )
    return (
        (study.say("Graph", "图谱"), study.origin),
        (study.say("What we inferred", "我们的推断"), inferred),
        (study.say("Events", "事件"), f"{len(study.events):,}"),
        (study.say("Digest", "摘要值"), study.by_place.data.digest[:12]),
        ("qgraph", __version__),
    )


def _words(study: Study) -> dict[str, str]:
    return {
        "contents": study.say("Contents", "目录"),
        "table": study.say("Table", "表"),
        "figure": study.say("Figure", "图"),
        "note": study.say("Read with care", "解读须知"),
        "refused": study.say("Not shown", "未予显示"),
        "unsaid": study.say("What cannot be said", "不能说明的问题"),
        "skip": study.say("Skip to the text", "跳到正文"),
    }

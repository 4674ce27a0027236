"""How to get every number of the report again: queries, commands, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph import __version__, questions
from qgraph.diffusion.records.recorded import QUESTION
from qgraph.diffusion.report.model import Code, Fold, Paragraph, Section, Tabular
from qgraph.diffusion.report.study import Chapter, Study, column
from qgraph.diffusion.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.report.model import Part

__all__ = ["chapter"]


def chapter(study: Study, chapters: Sequence[Chapter]) -> Chapter:
    """Give the commands and queries behind the other sections."""
    title = study.say("Reproduce", "复现")
    commands = list(dict.fromkeys(line for one in chapters for line in one.commands))
    own = study.command(f"diffusion report --seed {study.seed} -o report.html")
    queries = [(_events(study), questions.load(QUESTION).text)]
    queries += [pair for one in chapters for pair in one.queries]
    words = study.say(
        "These commands give the numbers of the sections above, each with its formula, its citation"
        " and what to read with care; --format csv or json gives them whole. What was refused"
        " above they refuse, too, or give with its warnings where this report asks for more.",
        "以下命令给出前文各节的数字，并附公式、文献和解读须知；--format csv 或 json 给出完整数据。"
        "前文被拒绝的，命令同样拒绝，或在本报告要求更严之处连同警告一并给出。",
    )
    if not study.is_bundled:
        words += study.say(
            " FILE stands for the graph that this report is about.", "FILE代表本报告所用的图谱。"
        )
    parts: list[Part] = [
        Paragraph((words,)),
        Code("\n".join([own, *commands])),
        Tabular(study.say("Versions", "版本"), _versions(study)),
        *(Fold(summary, (Code(text),)) for summary, text in dict(queries).items()),
    ]
    return Chapter(Section("reproduce", title, tuple(parts)))


def _events(study: Study) -> str:
    return study.say(
        "SPARQL: every event, where, when, by whom and on what evidence",
        "SPARQL：全部事件及其地点、时间、单位与证据",
    )


def _versions(study: Study) -> Table:
    data = study.by_place.data
    rows = {
        study.say("Graph", "图谱"): study.origin,
        study.say("Statements in the graph", "图谱陈述数"): f"{len(study.graph):,}",
        study.say("SHA-256 of the events by place", "按地点事件表的SHA-256"): data.digest,
        "qgraph": __version__,
    }
    return Table(
        (
            column("what", "What", "项目", list(rows)),
            column("value", "Value", "值", list(rows.values())),
        )
    )

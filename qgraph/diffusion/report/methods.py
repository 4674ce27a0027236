"""Methods: what was computed or tried, by whom it was published, and what it takes for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph.diffusion.promotion.rate import promotion_rate
from qgraph.diffusion.report.model import Bullets, Fold, Paragraph, Section, Tabular
from qgraph.diffusion.report.study import Attempt, Chapter, Study, column
from qgraph.diffusion.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.report.model import Part, Text

__all__ = ["chapter"]


def chapter(study: Study, attempts: Sequence[Attempt], *, rates: bool) -> Chapter:
    """List the methods.

    Parameters
    ----------
    study
        Of which graph.
    attempts
        What was tried in the other sections.
    rates
        Whether promotion rates were told.
    """
    title = study.say("Methods", "方法")
    given = {one.method: one for one in attempts if one.result is not None}
    names = [one.method for one in given.values()]
    formulas = [one.result.method.formula for one in given.values() if one.result]
    citations = [one.result.method.citation for one in given.values() if one.result]
    if rates:
        method = promotion_rate(1, 2).method
        names.insert(0, study.word(method.name))
        formulas.insert(0, method.formula)
        citations.insert(0, method.citation)
    parts: list[Part] = []
    if names:
        table = Table(
            (
                column("method", "Method", "方法", names),
                column("formula", "Formula", "公式", formulas),
                column("citation", "Published by", "文献", citations),
            )
        )
        parts.append(Tabular(study.say("Methods that gave a number", "给出数字的方法"), table))
    tried = {one.method: one for one in attempts if one.result is None and one.method not in given}
    if tried:
        table = Table(
            (
                column("method", "Method", "方法", list(tried)),
                column(
                    "citation", "Published by", "文献", [one.citation for one in tried.values()]
                ),
            )
        )
        parts.append(
            Tabular(study.say("Methods that were tried and refused", "尝试而被拒绝的方法"), table)
        )
    assumptions = _assumptions(study, attempts, rates=rates)
    if assumptions:
        summary = study.say("What each method takes for granted", "各方法的假定")
        parts.append(Fold(summary, (Bullets(assumptions),)))
    parts.append(Paragraph((_settings(study),)))
    return Chapter(Section("methods", title, tuple(parts)))


def _assumptions(study: Study, attempts: Sequence[Attempt], *, rates: bool) -> tuple[Text, ...]:
    methods = [one.result.method for one in attempts if one.result]
    if rates:
        methods.insert(0, promotion_rate(1, 2).method)
    seen: dict[str, Text] = {}
    for method in methods:
        name = study.word(method.name)
        for one in method.assumptions:
            line = study.say(f"{name}: {study.word(one)}", f"{name}：{study.word(one)}")
            seen.setdefault(line, (line,))
    return tuple(seen.values())


def _settings(study: Study) -> str:
    return study.say(
        "Times of survival are whole years unless said otherwise; confidence is 95%"
        " throughout; random"
        f" numbers start from seed {study.seed}, so that the same graph gives the same report,"
        " byte for"
        " byte. A method whose preconditions do not hold refuses; none was forced.",
        f"除另有说明外，生存分析以整年计；置信水平均为95%；随机数种子为{study.seed}，"
        "同一图谱生成的报告逐字节相同。前提不成立的方法一律拒绝，未作任何强制计算。",
    )

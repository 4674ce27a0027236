"""In brief: the findings of all sections, and what cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph.diffusion.report.model import Bullets, Link, Paragraph, Section
from qgraph.diffusion.report.study import Chapter, Study

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qgraph.diffusion.report.model import Part

__all__ = ["chapter"]


def chapter(study: Study, chapters: Sequence[Chapter], titles: Mapping[str, str]) -> Chapter:
    """Put the findings first, each with a link to its section."""
    items = []
    for one in chapters:
        for finding in one.findings:
            more = Link(titles[finding.section], f"#{finding.section}")
            items.append((finding.text, study.say(" See: ", "详见："), more))
    parts: list[Part] = [Bullets(tuple(items))]
    if study.events:
        parts.append(Paragraph((_unsaid(study),), "unsaid"))
    return Chapter(Section("brief", study.say("In brief", "摘要"), tuple(parts)))


def _unsaid(study: Study) -> str:
    return study.say(
        "From these data: how likely a measure is to be promoted, how long one"
        " takes that is not yet promoted, which zone innovates more or better, whether a place"
        " took a"
        " measure over because another had it, and whether what was promoted was carried out.",
        "从这些数据无法得知：一项措施有多大可能得到推广；尚未推广的措施还需多久；哪个功能区创新更多或更好；"
        "某地是否因他地已有而采纳；推广的措施是否得到落实。",
    )

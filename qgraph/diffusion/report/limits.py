"""What these data cannot carry, whatever the method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph.diffusion.records.recorded import spell_warnings
from qgraph.diffusion.report.model import Bullets, Link, Paragraph, Section
from qgraph.diffusion.report.study import Chapter, Study

if TYPE_CHECKING:
    from qgraph.diffusion.report.model import Part, Text

__all__ = ["chapter"]

_WANG_YANG = "Wang and Yang (2025), Journal of Political Economy 133(7), 2180-2228"
_WANG_YANG_AT = "https://doi.org/10.1086/734873"
_HEILMANN = "Heilmann (2008), Studies in Comparative International Development 43(1), 1-26"
_HEILMANN_AT = "https://doi.org/10.1007/s12116-007-9014-4"
_KARCH = "Karch et al. (2016), Political Research Quarterly"
_KARCH_AT = "https://doi.org/10.1177/1065912915622289"


def chapter(study: Study) -> Chapter:
    """Name the biases, with what the records say of each."""
    warnings = spell_warnings(study.graph, study.spells) if study.spells else ()
    told = tuple((study.word(one),) for one in warnings)
    parts: list[Part] = [
        Paragraph(
            (
                study.say(
                    "No method repairs a record that was made by success. What follows holds for"
                    " every number above.",
                    "没有方法能修补因成功而留下的记录。以下各点适用于前文所有数字。",
                ),
            )
        ),
        Bullets(_biases(study)),
    ]
    if told:
        heading = study.say(
            "What the records of this graph lack, in numbers", "本图谱记录所缺（数字）"
        )
        parts.append(Section("limits-counts", heading, (Bullets(told),)))
    title = study.say("What these data cannot carry", "这些数据不能说明什么")
    return Chapter(Section("limits", title, tuple(parts)))


def _biases(study: Study) -> tuple[Text, ...]:
    say = study.say
    return (
        (
            say(
                "Successes only. Many measures are known only because they were promoted."
                " Shares and"
                " delays among such measures describe what succeeded; leaving out the rest biases"
                " what is found of how measures spread (",
                "只见成功。许多措施因得到推广才为人所知，在其中计算的份额和时滞只描述成功者；"
                "遗漏其余部分会使有关扩散的结论产生偏差（",
            ),
            Link(_KARCH, _KARCH_AT),
            say(").", "）。"),
        ),
        (
            say(
                "Sites are chosen. Experiments of the centre were mostly placed where they"
                " were likely"
                " to succeed, and local efforts rose with them, so that what a pilot achieved"
                " is not"
                " what the measure would achieve elsewhere (",
                "试点地点经过挑选。中央的试验多设在容易成功之处，地方投入也随之增加，"
                "试点的成效不等于措施在别处的成效（",
            ),
            Link(_WANG_YANG, _WANG_YANG_AT),
            say("; ", "；"),
            Link(_HEILMANN, _HEILMANN_AT),
            say(").", "）。"),
        ),
        (
            say(
                "Denominators are missing. Where only promoted measures are counted, no share"
                " can be"
                " formed; where both are counted, the rule is the publisher's own.",
                "缺少分母。只统计推广数的地方无法计算份额；两者都有统计的地方，口径由发布者自定。",
            ),
        ),
        (
            say(
                "Starts are filled in afterwards. Years of launch are often told only when a"
                " measure"
                " is promoted or praised, and may be set to when it became visible.",
                "起点是事后补记的。推出年份往往在得到推广或表彰时才被提及，可能被记为受到关注之时。",
            ),
        ),
        (
            say(
                "One measure, several names. Lists rename and split measures. The editors"
                " merge what"
                " they can show to be the same; what they could not counts as several.",
                "一事多名。清单会改名或拆分措施。编者合并了能够证明相同者，未能证明的仍计为多项。",
            ),
        ),
        (
            say(
                "Promoted means that a text was issued. Whether a place carried the measure out is"
                " another matter, and seldom on record.",
                "“推广”指已经发文。各地是否落实是另一回事，且很少有记录。",
            ),
        ),
        (
            say(
                "Definitions conflict. “Institutional innovation”, “measure” and “promoted"
                " nationwide” are counted differently by different zones and at different"
                " times; the"
                " graph records the differences that it knows of, and there may be others.",
                "口径不一。“制度创新”“措施”“全国复制推广”在不同地方、不同时间统计口径不同；"
                "图谱记录了已知的差异，可能还有未知的。",
            ),
        ),
    )

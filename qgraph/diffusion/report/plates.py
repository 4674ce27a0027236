"""Figures that only the report has: events by year, rates by date, batches, cascades, zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.drawing import GREY, INKS, Dots, bars, canvas, dots, heading, rows, short
from qgraph.diffusion.drawing import picture as written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qgraph.diffusion.promotion.rate import PromotionRate
    from qgraph.diffusion.report.study import Study

__all__ = ["LABEL", "Step", "batch_sizes", "by_year", "cascade_steps", "dated_rates", "zone_pilots"]

LABEL = 60
"""Characters of the labels of bars; the rest is cut."""

_MARKS = {"pilot": "o", "promotion": "^", "adoption": "s", "end": "X"}


class Step(NamedTuple):
    """One dated event of a measure, in a figure of cascades."""

    row: int
    year: float
    kind: str


def by_year(
    study: Study, form: str, years: Sequence[int], parts: Mapping[str, Sequence[int]]
) -> bytes:
    """Draw events by year, stacked by kind."""
    with canvas(7.2, 3.2) as (figure, axes):
        bars(axes, years, parts)
        axes.set_ylabel(study.say("Events", "事件数"))
        axes.set_xlabel(study.say("Year", "年份"))
        axes.set_xticks(list(years), [str(year) for year in years], rotation=45)
        return written(figure, form)


def dated_rates(
    study: Study, form: str, labels: Sequence[str], rates: Sequence[PromotionRate]
) -> bytes:
    """Draw reported rates with their Wilson intervals, one row per pair of figures."""
    with canvas(7.2, 1.2 + 0.26 * len(rates)) as (figure, axes):
        dots(
            axes,
            Dots(
                labels,
                [one.share for one in rates],
                [one.wilson.low for one in rates],
                [one.wilson.high for one in rates],
            ),
        )
        axes.set_xlim(left=0)
        ticks = axes.get_xticks()
        axes.set_xticks(ticks[ticks >= 0], [f"{round(100 * t, 6):g}%" for t in ticks[ticks >= 0]])
        axes.set_xlabel(study.say("Share promoted nationwide", "全国推广份额"))
        heading(axes, "", study.say("lines: 95% Wilson interval", "线：95% Wilson区间"))
        return written(figure, form)


def batch_sizes(
    study: Study,
    form: str,
    labels: Sequence[str],
    known: Sequence[int],
    listed: Sequence[int | None],
) -> bytes:
    """Draw the batches in time, what is on record of each and how long its list is."""
    more = [max((size or 0) - count, 0) for count, size in zip(known, listed, strict=True)]
    with canvas(8.2, 1.0 + 0.23 * len(labels)) as (figure, axes):
        others = study.say("further items of the list", "清单其余事项")
        parts = {study.say("on record", "图谱已收录"): known, others: more}
        rows(axes, labels, parts, rest=others, longest=LABEL)
        for place, size in enumerate(listed):
            if size is None:
                axes.annotate(
                    study.say("length of the list not known", "清单长度不明"),
                    (known[place], len(labels) - 1 - place),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    size=7,
                    color=GREY,
                )
        axes.set_xlabel(study.say("Items", "事项数"))
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
        return written(figure, form)


def cascade_steps(
    form: str, labels: Sequence[str], steps: Sequence[Step], kinds: Mapping[str, str]
) -> bytes:
    """Draw what is dated of the measures that reached most places, one row per measure."""
    with canvas(7.6, 1.2 + 0.27 * len(labels)) as (figure, axes):
        for number, (kind, name) in enumerate(kinds.items()):
            own = [step for step in steps if step.kind == kind]
            if not own:
                continue
            places, count = np.unique(
                [(step.year, len(labels) - 1 - step.row) for step in own],
                axis=0,
                return_counts=True,
            )
            # Kinds of one year stand beside each other, not on top.
            axes.scatter(
                places[:, 0] + 0.16 * (number - 1),
                places[:, 1],
                s=18 + 14 * count,
                marker=_MARKS[kind],
                color=INKS[number],
                linewidths=0,
                label=name,
            )
        axes.set_yticks(range(len(labels))[::-1], [short(label) for label in labels])
        axes.set_ylim(-0.7, len(labels) - 0.3)
        years = [int(step.year) for step in steps]
        span = range(min(years), max(years) + 1)
        axes.set_xticks(span, [str(year) for year in span], rotation=45)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0, colors="black")
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4)
        return written(figure, form)


def zone_pilots(
    study: Study, form: str, labels: Sequence[str], promoted: Sequence[int], other: Sequence[int]
) -> bytes:
    """Draw measures piloted in each zone, split by whether a national promotion is on record."""
    with canvas(8.2, 1.0 + 0.25 * len(labels)) as (figure, axes):
        others = study.say("no such promotion on record", "无此记录")
        parts = {
            study.say("promoted nationwide, on record", "有全国推广记录"): promoted,
            others: other,
        }
        rows(axes, labels, parts, rest=others, longest=LABEL)
        axes.set_xlabel(study.say("Measures with a pilot on record", "有试点记录的措施数"))
        axes.legend(loc="lower right")
        return written(figure, form)

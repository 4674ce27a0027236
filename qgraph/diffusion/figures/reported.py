"""Figures of what sources report: documented counts with their conflicts, and promotion rates."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import GREY, INKS, Dots, canvas, dots, heading, panels, short
from qgraph.diffusion.figures.sheet import Sheet, figure
from qgraph.diffusion.promotion.rate import PromotionRate
from qgraph.diffusion.promotion.series import INDICATORS, ReportedSeries
from qgraph.diffusion.records.events import period_of
from qgraph.diffusion.records.times import day_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qgraph.diffusion.promotion.series import Figure

__all__: list[str] = []

_MARKS = "osD^vPX"


@figure.register
def _reported(result: ReportedSeries, sheet: Sheet) -> bytes:
    """Draw one panel per indicator: figures of different rules are never joined."""
    seen = [code for code in INDICATORS if any(one.indicator == code for one in result.figures)]
    with panels(len(seen), 1, 6.5, 0.6 + 2.2 * len(seen), shared="x") as (drawn, all_axes):
        for axes, code in zip(all_axes, seen, strict=True):
            for number, definition in enumerate(result.definitions):
                _documented(axes, result, code, definition, number, sheet)
            title = sheet.say(*INDICATORS[code])
            title = sheet.say(f"Measures {title}", f"{title}的措施")
            heading(axes, title, _note(result, code, sheet))
            axes.set_ylabel(sheet.say("Reported count", "来源所报数"))
            axes.margins(y=0.15)
        _key(all_axes[0], result, sheet)
        _dates(all_axes[-1], result, sheet)
        subject = short(sheet.name(result.subject))
        drawn.suptitle(
            sheet.say(f"Counts that sources report: {subject}", f"来源所报累计数：{subject}"),
            x=0.01,
            ha="left",
            size=10,
        )
        return sheet.done(drawn)


def _documented(
    axes: Axes, result: ReportedSeries, code: str, definition: int, number: int, sheet: Sheet
) -> None:
    """Draw the step curve of one rule, and each figure behind it."""
    ink, mark = INKS[number % len(INKS)], _MARKS[number % len(_MARKS)]
    curve = result.curve(code, definition)
    if len(curve.time):
        label = sheet.say(f"rule {definition}", f"口径{definition}")
        axes.step(curve.time, curve.high, where="post", color=ink, label=label)
        axes.step(curve.time, curve.low, where="post", color=ink)
        axes.fill_between(curve.time, curve.low, curve.high, step="post", color=ink, alpha=0.15)
    for one in result.figures:
        if (one.indicator, one.definition) == (code, definition):
            _sighting(axes, one, ink, mark)


def _sighting(axes: Axes, one: Figure, ink: str, mark: str) -> None:
    """Draw one figure: hollow if its source is weak, an arrow if it is a bound only."""
    begin, end = one.time
    if not isfinite(end):
        return
    if isfinite(begin) and end > begin:
        axes.hlines(one.value, begin, end, color=ink, linewidth=3, alpha=0.4)
    if one.lowest == one.highest:
        fill = "none" if "weak" in one.reliability else "full"
        axes.plot(end, one.value, mark, color=ink, markersize=5, fillstyle=fill)
    else:
        arrow = "^" if isfinite(one.lowest) else "v"
        axes.plot(end, one.value, arrow, color=GREY, markersize=6, fillstyle="none")
    if one.contradicts:
        axes.plot(end, one.value, "o", color=INKS[1], markersize=11, fillstyle="none")


def _note(result: ReportedSeries, code: str, sheet: Sheet) -> str:
    own = [one for one in result.figures if one.indicator == code]
    against = sum(bool(one.contradicts) for one in own)
    words = sheet.say(f"{len(own)} figures", f"{len(own)}个数字")
    if against:
        words += sheet.say(
            f", {against} of them in conflict (ringed)", f"，其中{against}个相互矛盾（圈出）"
        )
    return words


def _key(axes: Axes, result: ReportedSeries, sheet: Sheet) -> None:
    """Explain the marks that occur, and only those."""
    from matplotlib.lines import Line2D

    def shape(mark: str, label: str, ink: str, hollow: bool = False, size: float = 5) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="",
            marker=mark,
            color=ink,
            fillstyle="none" if hollow else "full",
            label=label,
            markersize=size,
        )

    handles = []
    if len(result.definitions) > 1:
        handles = [
            shape(
                _MARKS[number % len(_MARKS)],
                sheet.say(f"rule {definition}", f"口径{definition}"),
                INKS[number % len(INKS)],
            )
            for number, definition in enumerate(result.definitions)
        ]
    figures = result.figures
    exact = [one for one in figures if one.lowest == one.highest]
    if any("weak" in one.reliability for one in exact):
        handles.append(shape("o", sheet.say("weak source", "来源可靠性低"), INKS[0], hollow=True))
    if len(exact) < len(figures):
        handles.append(shape("^", sheet.say("“more than”", "“超过”"), GREY, hollow=True, size=6))
    if any(one.contradicts for one in figures):
        handles.append(
            shape("o", sheet.say("in conflict", "相互矛盾"), INKS[1], hollow=True, size=9)
        )
    if handles:
        axes.legend(handles=handles, loc="lower right", ncols=min(3, len(handles)))


def _dates(axes: Axes, result: ReportedSeries, sheet: Sheet) -> None:
    """Mark the beginning of each year, or of each quarter if there are few years."""
    ends = [one.time.end for one in result.figures if isfinite(one.time.end)]
    first, last = (int(period_of(day, "year")) for day in (min(ends), max(ends)))
    months = (1,) if last - first > 1 else (1, 4, 7, 10)
    starts = [date(year, month, 1) for year in range(first, last + 2) for month in months]
    axes.set_xticks(
        [day_of(start) for start in starts],
        [str(start.year) if start.month == 1 else f"{start:%Y-%m}" for start in starts],
    )
    axes.set_xlim(min(ends) - 60, max(ends) + 60)
    axes.set_xlabel(sheet.say("As of, from 1 January of each year", "截至（刻度为每年1月1日）"))


@figure.register
def _rate(result: PromotionRate, sheet: Sheet) -> bytes:
    with canvas(6.5, 1.7) as (drawn, axes):
        names = [f"{one.name}, {one.citation.split(')')[0]})" for one in result.intervals]
        low = np.array([one.low for one in result.intervals])
        high = np.array([one.high for one in result.intervals])
        dots(axes, Dots(names, np.full(len(low), result.share), low, high))
        sheet.percent(axes, "x")
        axes.set_xlabel(sheet.say("Share promoted", "推广份额"))
        title = sheet.say(
            f"{result.promoted} of {result.launched} promoted: {result.share:.2%}",
            f"{result.launched}项中推广{result.promoted}项：{result.share:.2%}",
        )
        heading(axes, title, sheet.level(result.confidence))
        return sheet.done(drawn)

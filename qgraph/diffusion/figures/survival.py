"""Figures of survival: curves with numbers at risk, incidences by cause, masses between bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import INKS, canvas, curves, dots, heading, panels
from qgraph.diffusion.drawing import Curve as Line
from qgraph.diffusion.drawing import Dots as Ranked
from qgraph.diffusion.figures.sheet import Sheet, figure
from qgraph.diffusion.survival.curves import CumulativeHazard, CumulativeIncidence, SurvivalCurve
from qgraph.diffusion.survival.life_table import LifeTable
from qgraph.diffusion.survival.log_rank import LogRank
from qgraph.diffusion.survival.risk_table import RiskTable
from qgraph.diffusion.survival.turnbull import IntervalSurvival

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from qgraph.diffusion.survival.curves import Curve
    from qgraph.diffusion.survival.spells import Spells

    Numbers = NDArray[np.float64]

__all__: list[str] = []

_MOST_GROUPS = len(INKS)
_CAUSES = {
    "promotion": ("Promotion", "复制推广"),
    "end": ("Repeal or closure", "废止或停办"),
    "adoption": ("Adoption", "采纳"),
}


@figure.register
def _survival(result: SurvivalCurve, sheet: Sheet) -> bytes:
    title = sheet.say("Share still without the event", "尚未发生该事件的比例")
    with canvas(6.5, _height(result)) as (drawn, axes):
        _steps(axes, result, sheet, start=1.0)
        axes.set_ylim(0, 1.02)
        sheet.percent(axes)
        _finish(axes, result, sheet, title, "S(t)")
        return sheet.done(drawn)


@figure.register
def _hazard(result: CumulativeHazard, sheet: Sheet) -> bytes:
    title = sheet.say("Hazard accumulated", "累积风险")
    with canvas(6.5, _height(result)) as (drawn, axes):
        _steps(axes, result, sheet, start=0.0)
        axes.set_ylim(bottom=0)
        _finish(axes, result, sheet, title, "H(t)")
        return sheet.done(drawn)


@figure.register
def _incidence(result: CumulativeIncidence, sheet: Sheet) -> bytes:
    """Draw one panel per cause that occurred; they share their axes, so that causes compare."""
    names = result.spells.causes
    seen = [k for k in range(len(names)) if result.events[result.cause == k].sum()] or [0]
    width = 6.5 if len(seen) == 1 else 4.2 * len(seen)
    with panels(1, len(seen), width, _height(result), shared="y") as (drawn, all_axes):
        for axes, cause in zip(all_axes, seen, strict=True):
            _steps(axes, result, sheet, start=0.0, rows=result.cause == cause)
            what = sheet.say(*_CAUSES.get(names[cause], (names[cause], names[cause])))
            title = sheet.say(f"{what}: cumulative incidence", f"{what}：累积发生率")
            _finish(axes, result, sheet, title, "F(t)" if axes is all_axes[0] else "")
        top = float(np.nanmax(result.high, initial=0.05))
        all_axes[0].set_ylim(0, min(1.0, 1.1 * top))
        sheet.percent(all_axes[0])
        return sheet.done(drawn)


@figure.register
def _turnbull(result: IntervalSurvival, sheet: Sheet) -> bytes:
    """Draw what is known of the curve, and a grey box wherever any shape fits as well."""
    groups = _largest(result.spells)
    with canvas() as (drawn, axes):
        end = _end(result.spells)
        for number, group in enumerate(groups):
            own = result.group == group
            left, right = result.left[own], np.minimum(result.right[own], end)
            levels = np.concatenate(([1.0], np.minimum(result.survival[own], 1.0)))
            open_end = np.isinf(result.right[own])
            levels[1:][open_end] = levels[:-1][open_end]
            _known(axes, left, right, levels, number, result.spells.groups[group], end)
        if len(groups) > 1:
            axes.legend()
        axes.set_ylim(0, 1.02)
        sheet.percent(axes)
        axes.set_xlabel(sheet.duration(result.spells.period))
        axes.set_ylabel("S(t)")
        note = sheet.say(
            "boxes: intervals in which the curve is not determined", "方框：曲线不能确定的区间"
        )
        heading(axes, sheet.say("Share still without the event", "尚未发生该事件的比例"), note)
        return sheet.done(drawn)


def _known(
    axes: Axes,
    left: Numbers,
    right: Numbers,
    levels: Numbers,
    number: int,
    label: str,
    end: float,
) -> None:
    """Draw the flat parts between the intervals, and a box over each interval."""
    from matplotlib.patches import Rectangle

    ink = INKS[number % len(INKS)]
    starts = np.concatenate(([0.0], right))
    stops = np.concatenate((left, [end]))
    axes.hlines(levels, starts, np.maximum(stops, starts), color=ink, linewidth=1.5, label=label)
    for place, (low, high) in enumerate(zip(left, right, strict=True)):
        above, below = levels[place], levels[place + 1]
        if high > low:
            axes.add_patch(
                Rectangle(
                    (low, below), high - low, above - below, facecolor=ink, alpha=0.15, linewidth=0
                )
            )
        else:
            axes.vlines(low, below, above, color=ink, linewidth=1.5)


@figure.register
def _life_table(result: LifeTable, sheet: Sheet) -> bytes:
    groups = _largest(result.spells)
    with canvas() as (drawn, axes):
        for number, group in enumerate(groups):
            own = (result.group == group) & np.isfinite(result.estimate)
            middle = (result.left[own] + result.right[own]) / 2 + 0.12 * number
            ink = INKS[number % len(INKS)]
            axes.vlines(middle, result.low[own], result.high[own], color=ink, linewidth=1.2)
            axes.plot(
                middle,
                result.estimate[own],
                "osD^vPX"[number],
                color=ink,
                markersize=4,
                label=result.spells.groups[group],
            )
        if len(groups) > 1:
            axes.legend()
        axes.set_ylim(bottom=0)
        sheet.percent(axes)
        axes.set_xlabel(sheet.duration(result.spells.period))
        axes.set_ylabel(sheet.say("Hazard", "风险率"))
        title = sheet.say("Share of those at risk that had the event", "在险者中发生该事件的比例")
        heading(axes, title, sheet.level(result.confidence))
        return sheet.done(drawn)


@figure.register
def _log_rank(result: LogRank, sheet: Sheet) -> bytes:
    order = np.argsort(-result.size, kind="stable")
    with canvas(6.5, 1.3 + 0.24 * len(order)) as (drawn, axes):
        dots(
            axes,
            Ranked(
                [result.groups[place] for place in order],
                result.observed[order],
                against=result.expected[order],
            ),
        )
        axes.set_xlim(left=min(0.0, -0.02 * float(result.observed.max(initial=1.0))))
        axes.set_xlabel(sheet.say("Events", "事件数"))
        note = sheet.say(
            f"diamonds: expected if hazards were equal; chi-squared {result.statistic:.2f}, "
            f"df {result.df}, p = {result.p_value:.3g}",
            f"菱形：风险相同时的期望数；卡方{result.statistic:.2f}，自由度{result.df}，"
            f"p={result.p_value:.3g}",
        )
        heading(axes, sheet.say("Events observed by group", "各组观察到的事件数"), note)
        return sheet.done(drawn)


@figure.register
def _risk_table(result: RiskTable, sheet: Sheet) -> bytes:
    lines = []
    for number, name in enumerate(result.spells.groups):
        own = result.group == number
        # Those at risk just before a time are so since the time before.
        lines.append(
            Line(
                name,
                np.concatenate(([0.0], result.time[own])),
                np.concatenate((result.n_risk[own], [np.nan])),
            )
        )
    with canvas() as (drawn, axes):
        curves(axes, lines[:_MOST_GROUPS])
        for number, name in enumerate(result.spells.groups[:_MOST_GROUPS]):
            own = result.group == result.spells.groups.index(name)
            had = own & (result.events.sum(axis=1) > 0)
            axes.plot(result.time[had], result.n_risk[had], "|", color=INKS[number], markersize=12)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(sheet.duration(result.spells.period))
        axes.set_ylabel(sheet.say("At risk", "在险数"))
        note = sheet.say("strokes: times of events", "竖线：发生事件的时间")
        heading(axes, sheet.say("How many are at risk", "在险数"), note)
        return sheet.done(drawn)


def _steps(
    axes: Axes, result: Curve, sheet: Sheet, *, start: float, rows: NDArray[np.bool_] | None = None
) -> None:
    """Draw the curves of the groups, with the numbers at risk under the axis."""
    ticks = _ticks(_end(result.spells))
    at_risk = result.at_risk(ticks)
    kept = np.ones(len(result.time), dtype=bool) if rows is None else rows
    many = len(result.groups) > 1

    def whole(part: Numbers) -> Numbers:
        return np.concatenate(([start], part))

    lines = []
    for group in _largest(result.spells):
        own = (result.group == group) & kept
        lines.append(
            Line(
                result.groups[group] if many else "",
                np.concatenate(([0.0], result.time[own])),
                whole(result.estimate[own]),
                whole(result.low[own]),
                whole(result.high[own]),
                at_risk=[round(count) for count in at_risk[group].tolist()],
            )
        )
    curves(axes, lines, risk_times=ticks, risk_title=sheet.say("At risk", "在险数"))


def _finish(axes: Axes, result: Curve, sheet: Sheet, title: str, axis: str) -> None:
    axes.set_xlabel(sheet.duration(result.spells.period))
    axes.set_ylabel(axis)
    axes.set_xlim(left=0)
    parts = [
        sheet.say(
            f"band: pointwise {result.confidence:.0%} interval",
            f"阴影：逐点{result.confidence:.0%}区间",
        )
    ]
    left_out = len(result.groups) - _MOST_GROUPS
    if left_out > 0:
        parts.append(
            sheet.say(f"{left_out} smaller groups not shown", f"另有{left_out}个较小的组未显示")
        )
    heading(axes, title, sheet.say("; ", "；").join(parts))


def _largest(spells: Spells) -> Sequence[int]:
    """Choose the groups to draw: no more than can be told apart, the largest, in their order."""
    sizes = [
        float(spells.weight[spells.group == place].sum()) for place in range(len(spells.groups))
    ]
    ranked = sorted(range(len(sizes)), key=lambda place: (-sizes[place], place))
    return sorted(ranked[:_MOST_GROUPS])


def _end(spells: Spells) -> float:
    finite = spells.exit[np.isfinite(spells.exit)]
    return float(finite.max(initial=1.0))


def _ticks(end: float) -> list[float]:
    """Choose some round times from 0 to the end."""
    from matplotlib.ticker import MaxNLocator

    places = MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=end >= 4).tick_values(0, end)
    return [float(place) for place in places if 0 <= place <= end]


def _height(result: Curve) -> float:
    return 3.6 + 0.17 * min(len(result.groups), _MOST_GROUPS)

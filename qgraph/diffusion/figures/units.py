"""Figures of units: how early they are, who leads whom, their places in a network, exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import (
    GREY,
    INKS,
    Curve,
    Dots,
    bars,
    canvas,
    curves,
    dots,
    heading,
    matrix,
    panels,
)
from qgraph.diffusion.figures.sheet import MOST, Sheet, figure, ranking
from qgraph.diffusion.networks.structure import ROLES, Structure
from qgraph.diffusion.scores.dynamic_scores import DynamicScores
from qgraph.diffusion.scores.exposure import ADOPTERS, Exposure
from qgraph.diffusion.scores.lead_lag import LeadLag
from qgraph.diffusion.scores.rate_scores import RateScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__: list[str] = []

_MOST_LINES = 9
_MOST_CELLS = 40
_WRITTEN = 12


@figure.register
def _rates(result: RateScores, sheet: Sheet) -> bytes:
    order = ranking(result.rate, result.units)[: 2 * MOST]
    whole = float(result.adoptions.sum() / max(result.opportunities.sum(), 1))
    with canvas(6.5, 1.3 + 0.17 * len(order)) as (drawn, axes):
        dots(
            axes,
            Dots(
                sheet.named(result.units[i] for i in order),
                result.rate[order],
                result.low[order],
                result.high[order],
            ),
            reference=whole,
        )
        axes.set_xlim(left=0)
        axes.set_xlabel(sheet.say("Adoptions per opportunity", "每次机会的采纳数"))
        parts = [
            sheet.level(float(str(result.settings.get("confidence", 0.95)))),
            sheet.say(f"dotted: all units, {whole:.3f}", f"虚线：全部单位，{whole:.3f}"),
            sheet.first(len(order), len(result.units)),
        ]
        note = sheet.say("; ", "；").join(part for part in parts if part)
        heading(axes, sheet.say("Innovativeness", "创新性得分"), note)
        return sheet.done(drawn)


@figure.register
def _dynamic(result: DynamicScores, sheet: Sheet) -> bytes:
    """Draw a panel per unit with the most adoptions, the mean of all in grey behind."""
    order = ranking(result.adoptions.sum(axis=1), result.units)[:_MOST_LINES]
    columns = min(3, len(order))
    rows = -(-len(order) // columns)
    total = result.opportunities.sum(axis=0)
    mean = np.divide(
        result.adoptions.sum(axis=0), total, out=np.full(len(total), np.nan), where=total > 0
    )
    with panels(rows, columns, 2.4 * columns + 0.6, 1.7 * rows + 0.7, shared="both") as (
        drawn,
        all_axes,
    ):
        for axes, unit in zip(all_axes, order, strict=False):
            axes.plot(result.periods, mean, color="#bbbbbb", linewidth=0.8)
            axes.plot(
                result.periods, result.rate[unit], ".", color=INKS[0], markersize=3, alpha=0.5
            )
            value, error = result.smoothed[unit], result.error[unit]
            low, high = np.maximum(value - 1.96 * error, 0), value + 1.96 * error
            curves(axes, [Curve("", result.periods, value, low, high, step=False)])
            heading(axes, sheet.name(result.units[unit]))
        for axes in all_axes[len(order) :]:
            axes.set_visible(False)
        top = np.nanmax(result.smoothed[order] + 1.96 * result.error[order], initial=0.01)
        all_axes[0].set_ylim(0, 1.05 * float(top))
        for axes in all_axes[-columns:]:
            sheet.calendar(axes, result.period)
        drawn.suptitle(
            sheet.say(
                "Adoptions per opportunity: window (dots), smoothed (line, 95% band), all (grey)",
                "每次机会的采纳数：窗口（点）、平滑（线及95%区间）、全部（灰）",
            ),
            x=0.01,
            ha="left",
            size=10,
        )
        return sheet.done(drawn)


@figure.register
def _lead_lag(result: LeadLag, sheet: Sheet) -> bytes:
    """Draw who was earlier how often, sources first, and what each leads beside it."""
    from matplotlib.patches import Rectangle

    order = ranking(result.leadership, result.units)[:_MOST_CELLS]
    names = sheet.named(result.units[i] for i in order)
    share = result.share[np.ix_(order, order)]
    np.fill_diagonal(share, np.nan)
    side = 2.4 + 0.2 * len(order)
    with panels(1, 1, side + 1.6, side) as (drawn, (axes,)):
        written = ".2f" if len(order) <= _WRITTEN else ""
        # Shades are spent on the shares that occur, as far on either side of a half.
        half = max(float(np.nanmax(np.abs(share - 0.5), initial=0.0)), 0.05)
        mesh = matrix(axes, share, (names, names), limits=(0.5 - half, 0.5 + half), form=written)
        for row, column in np.argwhere(result.q[np.ix_(order, order)] <= result.level).tolist():
            axes.add_patch(
                Rectangle((column, row), 1, 1, fill=False, edgecolor=INKS[1], linewidth=1.3)
            )
        scale = drawn.colorbar(mesh, ax=axes, shrink=0.6)
        scale.set_label(sheet.say("Share in which the row was earlier", "行单位较早的比例"))
        note = sheet.say(
            f"sources on top; framed: q ≤ {result.level:g}", f"领先者在上；方框：q≤{result.level:g}"
        )
        more = sheet.first(len(order), len(result.units))
        note = sheet.say("; ", "；").join(part for part in (note, more) if part)
        heading(axes, sheet.say("Who comes before whom", "谁先于谁"), note)
        return sheet.done(drawn)


@figure.register
def _structure(result: Structure, sheet: Sheet) -> bytes:
    order = ranking(result.out_strength - result.in_strength, result.units)
    order = order[(result.out_degree + result.in_degree)[order] > 0][:MOST]
    kinds = list(ROLES)
    with panels(1, 2, 7.6, 1.4 + 0.19 * len(order), shared="y") as (drawn, (left, right)):
        names = sheet.named(result.units[i] for i in order)
        inks = [kinds.index(result.roles[i]) for i in order]
        net = (result.out_strength - result.in_strength)[order]
        dots(left, Dots(names, net), reference=0.0, inks=inks)
        left.set_xlabel(sheet.say("Given less taken, by weight", "输出减输入（加权）"))
        _roles(left, sorted(set(inks)), sheet)
        note = sheet.say(
            f"{result.edges} edges, density {result.density:.3f}",
            f"{result.edges}条边，密度{result.density:.3f}",
        )
        more = sheet.first(len(order), len(result.units))
        heading(
            left,
            sheet.say("Sources and followers", "源头与跟随者"),
            sheet.say("; ", "；").join(part for part in (note, more) if part),
        )
        dots(right, Dots(names, result.betweenness[order]), inks=inks)
        right.set_xlabel(sheet.say("Share of shortest paths", "最短路径占比"))
        heading(right, sheet.say("Betweenness", "中介中心性"))
        return sheet.done(drawn)


def _roles(axes: Axes, kinds: list[int], sheet: Sheet) -> None:
    from matplotlib.lines import Line2D

    words = list(ROLES.values())
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker="os^Dv"[kind],
            color=INKS[kind],
            markersize=4,
            label=sheet.say(*words[kind]),
        )
        for kind in kinds
    ]
    axes.legend(handles=handles, loc="lower right")


@figure.register
def _exposure(result: Exposure, sheet: Sheet) -> bytes:
    """Draw the curve of adopters, and of each adopter how exposed it was when it adopted."""
    with panels(1, 2, 9.4, 3.4) as (drawn, (left, right)):
        bars(left, result.periods.tolist(), {"": result.new.tolist()})
        curves(left, [Curve("", result.periods, result.cumulative, step=True, marks=True)])
        sheet.calendar(left, result.period)
        left.set_ylabel(sheet.say("Adopters", "采纳数"))
        note = sheet.say("bars: new; line: so far", "柱：新增；线：累计")
        name = sheet.name(result.measure)
        heading(left, sheet.say(f"Adopters: {name}", f"采纳者：{name}"), note)
        _thresholds(right, result, sheet)
        return sheet.done(drawn)


def _thresholds(axes: Axes, result: Exposure, sheet: Sheet) -> None:
    adopted = np.isfinite(result.time) & np.isfinite(result.threshold)
    categories = list(ADOPTERS)
    own = np.array([categories.index(kind) for kind in result.adopters])
    for number, kind in enumerate(categories):
        chosen = adopted & (own == number)
        if chosen.any():
            places, count = np.unique(
                np.column_stack((result.time[chosen], result.threshold[chosen])),
                axis=0,
                return_counts=True,
            )
            axes.scatter(
                places[:, 0],
                places[:, 1],
                s=10 + 8 * count,
                marker="os^Dv"[number],
                color=INKS[number],
                alpha=0.8,
                linewidths=0,
                label=sheet.say(*ADOPTERS[kind]),
            )
    # What a unit saw on average, whether it adopted or not.
    axes.plot(
        result.periods,
        result.exposure.mean(axis=0),
        color=GREY,
        linestyle="--",
        linewidth=1,
        label=sheet.say("mean exposure", "平均暴露"),
    )
    axes.set_ylim(-0.03, 1.03)
    sheet.percent(axes)
    sheet.calendar(axes, result.period)
    axes.set_ylabel(sheet.say("Exposure at adoption", "采纳时的暴露"))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    note = sheet.say("the larger the mark, the more units", "标记越大，单位越多")
    heading(axes, sheet.say("Thresholds", "阈值"), note)

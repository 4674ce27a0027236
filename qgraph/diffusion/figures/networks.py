"""Figures of diffusion networks: their edges in order, what chance gives, who gives to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.drawing import GREY, INKS, Dots, dots, heading, panels, short
from qgraph.diffusion.figures.sheet import MOST, Sheet, figure
from qgraph.diffusion.networks.calibrated import CalibratedNetwork
from qgraph.diffusion.networks.netrate import RateNetwork
from qgraph.diffusion.networks.network import Network
from qgraph.diffusion.networks.stability import StableNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__: list[str] = []

_MOST_UNITS = 30
_LEVEL = 0.05


class _Edges(NamedTuple):
    units: Sequence[str]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    weight: NDArray[np.float64]


@figure.register
def _netinf(result: Network, sheet: Sheet) -> bytes:
    shown = min(len(result), MOST)
    edges = _Edges(result.units, result.origin, result.destination, result.gain)
    with panels(1, 3, 13, _height(shown, edges)) as (drawn, (ranked, curve, dotted)):
        dots(ranked, Dots(_names(edges, range(shown), sheet), result.gain[:shown]))
        ranked.set_xlim(left=0)
        ranked.set_xlabel(sheet.say("Gain in log-likelihood", "对数似然增益"))
        heading(
            ranked, sheet.say("Edges by gain", "按增益排列的边"), sheet.first(shown, len(result))
        )
        curve.plot(np.arange(1, len(result) + 1), result.gain, color=INKS[0])
        curve.set_ylim(bottom=0)
        curve.set_xlabel(sheet.say("Rank of the edge", "边的名次"))
        curve.set_ylabel(sheet.say("Gain in log-likelihood", "对数似然增益"))
        note = sheet.say(
            f"{len(result)} of {result.possible} possible edges",
            f"{result.possible}条可能的边中的{len(result)}条",
        )
        heading(curve, sheet.say("Gain of each further edge", "逐边增益"), note)
        _adjacency(dotted, edges, sheet)
        return sheet.done(drawn)


@figure.register
def _calibrated(result: CalibratedNetwork, sheet: Sheet) -> bytes:
    """Draw what is credited to an edge beside what chance would give it."""
    order = np.flatnonzero(result.direct) if result.direct.any() else np.arange(len(result))
    shown = order[:MOST]
    edges = _Edges(
        result.units, result.origin[order], result.destination[order], result.excess[order]
    )
    with panels(1, 2, 10, _height(len(shown), edges)) as (drawn, (ranked, dotted)):
        inks = [0 if kept else 1 for kept in result.significant[shown]]
        names = _names(edges, range(len(shown)), sheet)
        values = Dots(names, result.credit[shown], against=result.expected[shown])
        dots(ranked, values, inks=inks)
        ranked.set_xlim(left=0)
        ranked.set_xlabel(sheet.say("Events credited to the origin", "归因于来源的事件数"))
        level = f"{result.level:g}"
        parts = [
            sheet.say("diamonds: expected by chance", "菱形：偶然所致的期望数"),
            sheet.say(
                f"{int(result.significant.sum())} of {result.tested} pairs with q ≤ {level}",
                f"{result.tested}对中{int(result.significant.sum())}对q≤{level}",
            ),
            sheet.first(len(shown), len(order)),
        ]
        note = sheet.say("; ", "；").join(part for part in parts if part)
        title = sheet.say("Edges by their excess over chance", "按超出偶然的程度排列的边")
        heading(ranked, title, note)
        _adjacency(dotted, edges, sheet)
        return sheet.done(drawn)


@figure.register
def _stable(result: StableNetwork, sheet: Sheet) -> bytes:
    shown = min(len(result), MOST)
    edges = _Edges(result.units, result.origin, result.destination, result.gain)
    names = _names(edges, range(shown), sheet)
    with panels(1, 2, 9, _height(shown), shared="y") as (drawn, (left, right)):
        dots(left, Dots(names, result.share[:shown]), reference=0.9)
        left.set_xlim(0, 1.03)
        sheet.percent(left, "x")
        left.set_xlabel(sheet.say("Found again in", "重现比例"))
        note = sheet.say(
            f"{result.replicates} samples of measures; dotted: 90 %",
            f"{result.replicates}个措施样本；虚线：90%",
        )
        heading(left, sheet.say("Stability of the edges", "边的稳定性"), note)
        interval = (result.low[:shown], result.high[:shown])
        dots(right, Dots(names, result.first_gain[:shown], *interval))
        right.set_xlabel(sheet.say("Gain if it were the first", "若为首选边的增益"))
        parts = (sheet.level(result.confidence), sheet.first(shown, len(result)))
        note = sheet.say("; ", "；").join(part for part in parts if part)
        heading(right, sheet.say("Gain", "增益"), note)
        return sheet.done(drawn)


@figure.register
def _rates(result: RateNetwork, sheet: Sheet) -> bytes:
    pairs = result.edges
    shown = pairs[:MOST]
    edges = _Edges(
        result.units,
        pairs[:, 0].astype(np.int32),
        pairs[:, 1].astype(np.int32),
        result.explained[pairs[:, 0], pairs[:, 1]],
    )
    with panels(1, 2, 10, _height(len(shown), edges)) as (drawn, (ranked, dotted)):
        places = (shown[:, 0], shown[:, 1])
        kept = np.nan_to_num(result.q_value[places], nan=1.0) <= _LEVEL
        names = _names(edges, range(len(shown)), sheet)
        values = Dots(names, result.explained[places])
        dots(ranked, values, inks=[0 if found else 1 for found in kept])
        ranked.set_xlim(left=0)
        ranked.set_xlabel(sheet.say("Adoptions explained", "解释的采纳数"))
        found = int((np.nan_to_num(result.q_value, nan=1.0) <= _LEVEL).sum())
        parts = [
            sheet.say(
                f"round: q ≤ {_LEVEL} ({found} of {result.possible} pairs)",
                f"圆点：q≤{_LEVEL}（{result.possible}对中{found}对）",
            ),
            sheet.first(len(shown), len(pairs)),
        ]
        note = sheet.say("; ", "；").join(part for part in parts if part)
        note = f"{_due_to(result, sheet)}\n{note}"
        heading(ranked, sheet.say("Edges, the best founded first", "边（证据最强者在前）"), note)
        _adjacency(dotted, edges, sheet)
        return sheet.done(drawn)


def _due_to(result: RateNetwork, sheet: Sheet) -> str:
    """Say to what adoption is due: peers, and the source in each regime."""
    words = {
        "source": sheet.say("an outside source", "外部来源"),
        "before": sheet.say("an outside source before promotion", "推广前的外部来源"),
        "after": sheet.say("the mandate after it", "推广后的上级要求"),
    }
    total = max(result.adoptions, 1)
    shares = {sheet.say("peers", "同伴"): float(result.explained.sum()) / total}
    for place, name in enumerate(result.regimes):
        share = float(result.source_explained[:, place].sum()) / total
        shares[words.get(name, name)] = share
    told = sheet.say(", ", "、").join(f"{name} {share:.0%}" for name, share in shares.items())
    return sheet.say(
        f"{result.adoptions} adoptions due to {told}", f"{result.adoptions}项采纳归因于：{told}"
    )


def _adjacency(axes: Axes, edges: _Edges, sheet: Sheet) -> None:
    """Draw a dot per edge, row to column, those who give most first."""
    net = np.zeros(len(edges.units))
    np.add.at(net, edges.origin, edges.weight)
    np.subtract.at(net, edges.destination, edges.weight)
    tied = np.unique(np.concatenate((edges.origin, edges.destination)))
    order = sorted(tied.tolist(), key=lambda unit: (-net[unit], edges.units[unit]))[:_MOST_UNITS]
    place = {unit: number for number, unit in enumerate(order)}
    among = [
        number
        for number, (origin, destination) in enumerate(
            zip(edges.origin.tolist(), edges.destination.tolist(), strict=True)
        )
        if origin in place and destination in place
    ]
    rows = [place[int(edges.origin[number])] for number in among]
    columns = [place[int(edges.destination[number])] for number in among]
    top = float(edges.weight.max(initial=0.0)) or 1.0
    sizes = 6 + 40 * np.clip(edges.weight[among], 0, None) / top
    axes.scatter(columns, rows, s=sizes, color=INKS[0], linewidths=0)
    names = [short(sheet.name(edges.units[unit]), 24) for unit in order]
    axes.set_yticks(range(len(order)), names)
    axes.set_xticks(range(len(order)), names, rotation=90)
    axes.set_xlim(-0.6, len(order) - 0.4)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.tick_params(length=0, colors="black", labelsize=7)
    axes.grid(color="#eeeeee", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_color(GREY)
        side.set_linewidth(0.5)
    parts = (
        sheet.say("row to column; who gives most first", "由行至列；输出最多者在前"),
        sheet.first(len(order), len(tied)),
    )
    note = sheet.say("; ", "；").join(part for part in parts if part)
    heading(axes, sheet.say("Who gives to whom", "谁传给谁"), note)


def _names(edges: _Edges, places: range, sheet: Sheet) -> list[str]:
    return [
        sheet.edge(edges.units[edges.origin[place]], edges.units[edges.destination[place]])
        for place in places
    ]


def _height(rows: int, edges: _Edges | None = None) -> float:
    units = 0
    if edges is not None:
        units = len(np.unique(np.concatenate((edges.origin, edges.destination))))
    return max(2.6, 1.3 + 0.19 * rows, 2.2 + 0.15 * min(units, _MOST_UNITS))

"""Figures of growth: adopters observed and fitted, models compared, forecasts and their fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import GREY, INKS, canvas, curves, heading, panels
from qgraph.diffusion.drawing import Curve as Line
from qgraph.diffusion.figures.sheet import Sheet, figure
from qgraph.diffusion.growth.backtest import Backtest
from qgraph.diffusion.growth.comparison import CurveComparison
from qgraph.diffusion.growth.curve import GrowthCurve
from qgraph.diffusion.growth.forecast import Forecast
from qgraph.diffusion.growth.models import MODELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries

__all__: list[str] = []

_POINTS = 200


@figure.register
def _growth(result: GrowthCurve, sheet: Sheet) -> bytes:
    series = result.series
    with canvas() as (drawn, axes):
        times = _grid(series)
        low, high = result.band(times)
        banded = bool(len(result.replicates))
        name = sheet.say(MODELS[result.model].name.en, MODELS[result.model].name.zh)
        curves(
            axes,
            [
                Line(
                    name,
                    times,
                    result.at(times),
                    low if banded else None,
                    high if banded else None,
                    step=False,
                )
            ],
        )
        _observed(axes, series, sheet)
        _promotion(axes, result, sheet)
        _ceiling(axes, result.ceiling, sheet)
        axes.legend(loc="lower right")
        note = f"R² {result.r_squared_new:.2f} " + sheet.say("of the new adopters", "（新增采纳）")
        if banded:
            note += sheet.say(
                f"; band: pointwise {result.confidence:.0%} interval",
                f"；阴影：逐点{result.confidence:.0%}区间",
            )
        _finish(
            axes,
            series,
            sheet,
            sheet.say("Adopters observed and fitted", "采纳数：观察与拟合"),
            note,
        )
        return sheet.done(drawn)


@figure.register
def _comparison(result: CurveComparison, sheet: Sheet) -> bytes:
    series = result.curves[0].series
    with canvas() as (drawn, axes):
        times = _grid(series)
        lines = []
        for one, weight in zip(result.curves, result.weights, strict=True):
            name = sheet.say(MODELS[one.model].name.en, MODELS[one.model].name.zh)
            lines.append(
                Line(
                    sheet.say(f"{name}, weight {weight:.2f}", f"{name}，权重{weight:.2f}"),
                    times,
                    one.at(times),
                    step=False,
                )
            )
        curves(axes, lines)
        _observed(axes, series, sheet)
        for one in result.curves:
            if one.settings.get("promotion") is not None:
                _promotion(axes, one, sheet)
                break
        axes.legend(loc="lower right")
        note = sheet.say("Akaike weights; the best first", "赤池权重，最优者居首")
        _finish(axes, series, sheet, sheet.say("Growth models compared", "增长模型比较"), note)
        return sheet.done(drawn)


@figure.register
def _forecast(result: Forecast, sheet: Sheet) -> bytes:
    """Draw what is known and the fan of what is expected from its end on."""
    series = result.curve.series
    with canvas() as (drawn, axes):
        known, count = float(series.times[-1]), float(series.counts[-1])
        times = np.concatenate(([known], result.times))
        expected, low, high = (
            np.concatenate(([count], part)) for part in (result.expected, result.low, result.high)
        )
        past = _grid(series)
        curves(
            axes,
            [
                Line(
                    sheet.say("forecast", "预测"),
                    times,
                    expected,
                    low,
                    high,
                    step=False,
                    marks=True,
                ),
                Line(sheet.say("fitted", "拟合"), past, result.curve.at(past), step=False),
            ],
        )
        _observed(axes, series, sheet)
        _ceiling(axes, result.curve.ceiling, sheet)
        axes.axvline(known, color=GREY, linestyle=":", linewidth=1)
        axes.legend(loc="lower right")
        note = sheet.say(
            f"fan: predictive {result.confidence:.0%} interval",
            f"扇形：{result.confidence:.0%}预测区间",
        )
        _finish(axes, series, sheet, sheet.say("Forecast of adopters", "采纳数预测"), note)
        return sheet.done(drawn)


@figure.register
def _backtest(result: Backtest, sheet: Sheet) -> bytes:
    """Draw the forecasts beside what came, and their errors beside those of the benchmarks."""
    series = result.series
    with panels(1, 2, 8.6, 3.6) as (drawn, (left, right)):
        for number, origin in enumerate(np.unique(result.origin)):
            own = result.origin == origin
            at = series.counts[series.times == origin]
            left.plot(
                np.concatenate(([origin], result.target[own])),
                np.concatenate((at, result.forecast[own])),
                color=INKS[0],
                linewidth=1,
                marker=".",
                alpha=0.7,
                label=sheet.say("forecasts", "预测") if number == 0 else "_nolegend_",
            )
            left.vlines(
                result.target[own], result.low[own], result.high[own], color=INKS[0], linewidth=0.6
            )
        _observed(left, series, sheet)
        left.legend(loc="lower right")
        note = sheet.say(
            f"each starts where it was made; lines: {result.confidence:.0%} interval",
            f"各自起于作出预测之时；竖线：{result.confidence:.0%}区间",
        )
        _finish(left, series, sheet, sheet.say("Forecasts and what came", "预测与实际"), note)
        _errors(right, result, sheet)
        return sheet.done(drawn)


def _errors(axes: Axes, result: Backtest, sheet: Sheet) -> None:
    names = (
        sheet.say("the model", "模型"),
        sheet.say("last value", "末值法"),
        sheet.say("linear drift", "线性漂移"),
    )
    steps = result.target - result.origin
    horizons = np.unique(steps)
    lines = []
    for name, guess in zip(names, (result.forecast, result.last, result.drift), strict=True):
        error = np.abs(guess - result.observed)
        lines.append(
            Line(
                name, horizons, [error[steps == h].mean() for h in horizons], step=False, marks=True
            )
        )
    curves(axes, lines)
    axes.set_ylim(bottom=0)
    axes.set_xticks(horizons)
    axes.set_xlabel(sheet.say("Periods ahead", "提前期数"))
    axes.set_ylabel(sheet.say("Units", "单位数"))
    note = sheet.say(f"skill {result.skill:.2f}", f"技巧得分{result.skill:.2f}")
    heading(axes, sheet.say("Mean absolute error", "平均绝对误差"), note)


def _grid(series: AdoptionSeries) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.linspace(series.origin, float(series.times[-1]), _POINTS)


def _observed(axes: Axes, series: AdoptionSeries, sheet: Sheet) -> None:
    axes.plot(
        series.times,
        series.counts,
        "o",
        color="black",
        markersize=3.5,
        label=sheet.say("observed", "观察值"),
        zorder=3,
    )


def _promotion(axes: Axes, result: GrowthCurve, sheet: Sheet) -> None:
    promotion = result.settings.get("promotion")
    if not isinstance(promotion, int | float):
        return
    # A count stands at the end of its period; the promotion holds from the start of its own.
    axes.axvline(promotion - 1, color=GREY, linestyle="--", linewidth=1)
    axes.annotate(
        sheet.say(
            f"promotion {result.series.label(promotion)}",
            f"{result.series.label(promotion)}年推广"
            if result.series.period == "year"
            else f"推广 {result.series.label(promotion)}",
        ),
        (promotion - 1, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(3, -2),
        textcoords="offset points",
        size=8,
        color=GREY,
        va="top",
    )


def _ceiling(axes: Axes, ceiling: float, sheet: Sheet) -> None:
    axes.axhline(ceiling, color=GREY, linestyle=":", linewidth=1)
    axes.annotate(
        sheet.say(f"ceiling {ceiling:.4g}", f"上限{ceiling:.4g}"),
        (0, ceiling),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 2),
        textcoords="offset points",
        size=8,
        color=GREY,
    )


def _finish(axes: Axes, series: AdoptionSeries, sheet: Sheet, title: str, note: str) -> None:
    axes.set_ylim(bottom=0)
    sheet.calendar(axes, series.period)
    axes.set_ylabel(sheet.say("Adopters so far", "累计采纳数"))
    name = sheet.name(series.measure)
    heading(axes, f"{title}{sheet.say(': ', '：')}{name}" if name else title, note)

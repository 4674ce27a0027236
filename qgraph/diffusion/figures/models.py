"""Figures of models: coefficients with their intervals, placebos, and promises kept or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import Dots, canvas, dots, heading
from qgraph.diffusion.figures.sheet import Sheet, figure
from qgraph.diffusion.regression.coefficients import Regression
from qgraph.diffusion.regression.placebo import Placebo
from qgraph.diffusion.simulation.coverage import CoverageReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__: list[str] = []

_INTERCEPT = "(Intercept)"


@figure.register
def _regression(result: Regression, sheet: Sheet) -> bytes:
    """Draw ratios on a log scale; the intercept is no ratio of anything."""
    shown = [number for number, term in enumerate(result.terms) if term != _INTERCEPT]
    with canvas(6.5, 1.5 + 0.24 * len(shown)) as (drawn, axes):
        dots(
            axes,
            Dots(
                sheet.named(result.terms[number] for number in shown),
                result.ratio[shown],
                result.low[shown],
                result.high[shown],
            ),
            reference=1.0,
        )
        _ratios(axes)
        axes.set_xlabel(
            sheet.say(
                f"{result.ratio_words.en.capitalize()}, log scale",
                f"{result.ratio_words.zh}（对数刻度）",
            )
        )
        confidence = float(str(result.settings.get("confidence", 0.95)))
        by = ", ".join(sorted(result.clusters))
        parts = [
            sheet.level(confidence),
            sheet.say(f"clustered by {by}", f"按{by}聚类") if by else "",
            sheet.say(
                f"{result.events} events in {result.rows} rows",
                f"{result.rows}行中{result.events}个事件",
            ),
        ]
        title = sheet.say(result.method.name.en, result.method.name.zh)
        heading(axes, title, sheet.say("; ", "；").join(part for part in parts if part))
        return sheet.done(drawn)


@figure.register
def _placebo(result: Placebo, sheet: Sheet) -> bytes:
    model, both = result.model, result.placebo
    place = model.terms.index(result.treatment)
    picked = ((model, place), (both, place), (both, -1))
    with canvas(6.5, 2.1) as (drawn, axes):
        dots(
            axes,
            Dots(
                [
                    sheet.say("exposure, in the model", "暴露（原模型）"),
                    sheet.say("exposure, beside the placebo", "暴露（加入安慰剂）"),
                    sheet.say("placebo: exposure one period later", "安慰剂：下一期的暴露"),
                ],
                [float(one.ratio[row]) for one, row in picked],
                [float(one.low[row]) for one, row in picked],
                [float(one.high[row]) for one, row in picked],
            ),
            reference=1.0,
            inks=[0, 0, 1],
        )
        _ratios(axes)
        words = model.ratio_words
        axes.set_xlabel(sheet.say(f"{words.en.capitalize()}, log scale", f"{words.zh}（对数刻度）"))
        _, p = result.effect
        note = sheet.say(
            f"{sheet.name(result.treatment)}; p of the placebo {p:.3g}",
            f"{sheet.name(result.treatment)}；安慰剂p值{p:.3g}",
        )
        heading(axes, sheet.say("Placebo test", "安慰剂检验"), note)
        return sheet.done(drawn)


def _ratios(axes: Axes) -> None:
    """Put ratios on a log scale, written as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    # Less than two decades have too few powers of ten for ticks.
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 1e3 else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


@figure.register
def _coverage(result: CoverageReport, sheet: Sheet) -> bytes:
    """Draw what came of each promise against the level promised."""
    rows = len(result.trials)
    with canvas(8.5, 1.6 + 0.22 * rows) as (drawn, axes):
        half = 3 * np.nan_to_num(result.error)
        dots(
            axes,
            Dots(
                [sheet.say(one.method.en, one.method.zh) for one in result.trials],
                result.empirical,
                np.clip(result.empirical - half, 0, 1),
                np.clip(result.empirical + half, 0, 1),
                against=[one.nominal for one in result.trials],
            ),
            inks=[0 if kept else 1 for kept in result.kept],
            longest=80,
        )
        axes.set_xlim(-0.02, 1.02)
        sheet.percent(axes, "x")
        axes.set_xlabel(sheet.say("Coverage, or share of errors", "覆盖率或错误率"))
        note = sheet.say(
            f"diamonds: promised; lines: three Monte Carlo errors; "
            f"{int(result.kept.sum())} of {rows} kept, others as squares",
            f"菱形：名义水平；线：三倍蒙特卡罗误差；{rows}项中{int(result.kept.sum())}项达标，余为方块",
        )
        heading(axes, sheet.say("What our methods promise and keep", "方法的承诺与兑现"), note)
        return sheet.done(drawn)

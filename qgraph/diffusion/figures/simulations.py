"""Figures of what if: how far measures reach, from which seeds, and what each seed adds."""

from __future__ import annotations

import numpy as np

from qgraph.diffusion.drawing import GREY, INKS, Dots, canvas, dots, heading, panels
from qgraph.diffusion.figures.sheet import MOST, Sheet, figure, ranking
from qgraph.diffusion.simulation.seeding import SeedChoice
from qgraph.diffusion.simulation.simulate import SeedComparison, Simulation

__all__: list[str] = []


@figure.register
def _simulation(result: Simulation, sheet: Sheet) -> bytes:
    """Draw how many units the measures reach, and which."""
    units = result.cascades.units
    order = ranking(result.share, units)[:MOST]
    with panels(1, 2, 8.6, max(3.0, 1.3 + 0.17 * len(order))) as (drawn, (left, right)):
        counts = np.bincount(result.reach)
        seen = np.flatnonzero(counts)
        left.vlines(seen, 0, counts[seen] / len(result.reach), color=INKS[0], linewidth=3)
        left.set_ylim(bottom=0)
        left.set_xlim(-0.5, len(units) + 0.5)
        sheet.percent(left)
        left.axvline(float(result.reach.mean()), color=GREY, linestyle=":", linewidth=1)
        left.set_xlabel(sheet.say("Units reached", "扩散到的单位数"))
        left.set_ylabel(sheet.say("Share of measures", "措施占比"))
        note = sheet.say(
            f"{len(result.reach)} simulated measures; dotted: mean {result.reach.mean():.3g}",
            f"模拟{len(result.reach)}项措施；虚线：平均{result.reach.mean():.3g}",
        )
        heading(left, sheet.say("Reach", "扩散范围"), note)
        half = 1.96 * np.sqrt(result.share * (1 - result.share) / len(result.reach))
        low, high = np.clip(result.share - half, 0, 1), np.clip(result.share + half, 0, 1)
        names = sheet.named(units[i] for i in order)
        dots(right, Dots(names, result.share[order], low[order], high[order]))
        right.set_xlim(-0.02, 1.02)
        sheet.percent(right, "x")
        right.set_xlabel(sheet.say("Adopts in", "采纳比例"))
        heading(right, sheet.say("Who is reached", "扩散到谁"), sheet.first(len(order), len(units)))
        return sheet.done(drawn)


@figure.register
def _comparison(result: SeedComparison, sheet: Sheet) -> bytes:
    names = [
        ", ".join(sheet.named(part.strip() for part in name.split(","))) for name in result.names
    ]
    with panels(1, 2, 8.6, 1.5 + 0.26 * len(names), shared="y") as (drawn, (left, right)):
        half = 1.96 * result.error
        dots(left, Dots(names, result.reach, result.reach - half, result.reach + half))
        left.set_xlabel(sheet.say("Units reached", "扩散到的单位数"))
        note = sheet.say("lines: 1.96 Monte Carlo errors", "线：1.96倍蒙特卡罗误差")
        heading(left, sheet.say("Reach of each set of seeds", "各组起点的扩散范围"), note)
        dots(right, Dots(names, result.difference, result.low, result.high), reference=0.0)
        right.set_xlabel(sheet.say("Difference to the first", "与第一组之差"))
        confidence = float(str(result.settings.get("confidence", 0.95)))
        heading(right, sheet.say("On the same draws", "同一组随机数下"), sheet.level(confidence))
        return sheet.done(drawn)


@figure.register
def _choice(result: SeedChoice, sheet: Sheet) -> bytes:
    with canvas(6.5, 1.6 + 0.24 * len(result.seeds)) as (drawn, axes):
        names = [f"{place}. {sheet.name(seed)}" for place, seed in enumerate(result.seeds, 1)]
        half = 1.96 * result.error
        dots(axes, Dots(names, result.reach, result.reach - half, result.reach + half))
        axes.set_xlim(left=0)
        axes.set_xlabel(sheet.say("Units reached by the seeds so far", "至此各起点扩散到的单位数"))
        share = float(result.gain.sum()) / result.bound if result.bound else float("nan")
        note = sheet.say(
            f"at least {share:.0%} of what any {len(names)} seeds could reach",
            f"至少为任意{len(names)}个起点所能达到的{share:.0%}",
        )
        heading(
            axes,
            sheet.say("Seeds, in the order in which they add most", "按增量依次选出的起点"),
            note,
        )
        return sheet.done(drawn)

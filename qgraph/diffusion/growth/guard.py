"""When a diffusion curve must not be fitted, and what a reader must know about one that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries
    from qgraph.diffusion.growth.fitting import Estimate, Task

__all__ = [
    "ADOPTERS_NEEDED",
    "ASSUMPTIONS",
    "PERIODS_NEEDED",
    "about_fit",
    "about_intervals",
    "too_early",
    "too_little",
]

PERIODS_NEEDED = 8
"""Fewest periods of a series that is fitted."""

ADOPTERS_NEEDED = 5
"""Fewest adopters of a series that is fitted."""

_SIDE_PERIODS = 3
_SIDE_ADOPTERS = 2

ASSUMPTIONS = (
    Words(
        "Every unit could adopt from the start, adopts at most once, and meets every other alike;"
        " the curve describes a population and tells imitation from common causes no better than"
        " its form does (Bass 1969; Boushey 2012).",
        "假定各单位自始即可采纳、至多采纳一次且均匀混合；曲线只描述总体，"
        "仅凭形状无法区分模仿与共同原因（Bass 1969；Boushey 2012）。",
    ),
    Words(
        "Intervals hold if the model does: they do not cover a wrong model.",
        "置信区间以模型成立为前提，不反映模型设定错误。",
    ),
)
"""Of every growth model."""


def too_little(series: AdoptionSeries, task: Task, force: bool) -> list[Words]:
    """Refuse a series with too few numbers; warn instead if it is forced and can be fitted."""
    reasons = []
    if len(series) < PERIODS_NEEDED:
        reasons.append(
            Words(
                f"the series has {len(series)} periods, fewer than {PERIODS_NEEDED}",
                f"序列仅有{len(series)}个时期，少于{PERIODS_NEEDED}个",
            )
        )
    if series.adopters < ADOPTERS_NEEDED:
        reasons.append(
            Words(
                f"only {series.adopters} units have adopted, fewer than {ADOPTERS_NEEDED}",
                f"仅有{series.adopters}个单位采纳，少于{ADOPTERS_NEEDED}个",
            )
        )
    warnings = _refuse_or_warn(
        reasons,
        force,
        Words(
            f"At least {PERIODS_NEEDED} periods and {ADOPTERS_NEEDED} adopters are needed.",
            f"至少需要{PERIODS_NEEDED}个时期和{ADOPTERS_NEEDED}个采纳单位。",
        ),
    )
    least = task.freedom + 1
    if len(series) < least or np.count_nonzero(series.new) < 2:
        raise Refused(
            Words(
                f"{len(series)} periods, {np.count_nonzero(series.new)} of them with adopters, hold"
                " no curve",
                f"{len(series)}个时期中仅{np.count_nonzero(series.new)}个有新增采纳，不足以构成曲线",
            ),
            Words(
                f"At least {least} periods and adopters in two of them are needed.",
                f"至少需要{least}个时期，且其中至少两个时期有新增采纳。",
            ),
        )
    if task.growth.changes:
        _both_sides(series, task)
    return warnings


def _both_sides(series: AdoptionSeries, task: Task) -> None:
    """Refuse a promotion that leaves one of its sides without data."""
    before = task.clock <= task.change
    sides = ((before, Words("before", "之前")), (~before, Words("after", "之后")))
    for side, words in sides:
        periods, adopters = int(side.sum()), int(series.new[side].sum())
        if periods < _SIDE_PERIODS or adopters < _SIDE_ADOPTERS:
            raise Refused(
                Words(
                    f"there are {periods} periods and {adopters} adopters {words.en} the promotion",
                    f"复制推广{words.zh}仅有{periods}个时期、{adopters}个采纳单位",
                ),
                Words(
                    f"At least {_SIDE_PERIODS} periods and {_SIDE_ADOPTERS} adopters are needed on"
                    " either side; fit a model without a change.",
                    f"复制推广前后各至少需要{_SIDE_PERIODS}个时期和{_SIDE_ADOPTERS}个采纳单位；"
                    "否则请改用无阶段变化的模型。",
                ),
            )


def too_early(series: AdoptionSeries, inflection: float, force: bool) -> list[Words]:
    """Refuse a series that has not passed its inflection; warn instead if it is forced."""
    warnings = []
    if inflection > series.times[-1]:
        warnings.append(
            Words(
                f"the fitted inflection ({series.label(inflection)}) lies after the last"
                f" period ({series.label(series.times[-1])})",
                f"拟合拐点（{series.label(inflection)}）晚于最后一个时期"
                f"（{series.label(series.times[-1])}）",
            )
        )
    three = np.convolve(series.new, np.ones(3), mode="valid")
    if three.size > 1 and three.argmax() == three.size - 1:
        warnings.append(
            Words(
                "most units adopted in the last three periods, so that the peak may still come",
                "采纳最集中的是最近三个时期，峰值可能尚未到来",
            )
        )
    return _refuse_or_warn(
        warnings,
        force,
        Words(
            "Wait until adoption has slowed down: before the peak p, q and m are not stable"
            " (Srinivasan and Mason 1986; Van den Bulte and Lilien 1997).",
            "请待采纳速度回落后再拟合：峰值之前p、q和m的估计不稳定"
            "（Srinivasan & Mason 1986；Van den Bulte & Lilien 1997）。",
        ),
    )


def _refuse_or_warn(reasons: list[Words], force: bool, needed: Words) -> list[Words]:
    if reasons and not force:
        en, zh = ("; ".join(reason.en for reason in reasons), "；".join(r.zh for r in reasons))
        raise Refused(Words(f"too early to fit: {en}", f"尚不宜拟合：{zh}"), needed)
    return [
        Words(
            f"Too early to fit, and fitted all the same: {reason.en}.",
            f"尚不宜拟合，按要求强行拟合：{reason.zh}。",
        )
        for reason in reasons
    ]


def about_fit(task: Task, estimate: Estimate, on_bound: str, autocorrelation: float) -> list[Words]:
    """What to know about the estimate."""
    warnings = []
    if on_bound == "free":
        warnings.append(
            Words(
                f"The ceiling was not bounded: m = {estimate.ceiling:.6g} of {task.units} units."
                " Unless the curve has levelled off, it is not identified.",
                f"上限未设约束：m = {estimate.ceiling:.6g}（共{task.units}个单位）。"
                "若曲线尚未趋平，该值不可识别。",
            )
        )
    if task.counts[-1] == task.units:
        warnings.append(
            Words(
                f"All {task.units} units have adopted: the ceiling is known, not estimated.",
                f"全部{task.units}个单位均已采纳：上限为已知值，并非估计所得。",
            )
        )
    if on_bound == "observed":
        warnings.append(
            Words(
                "The ceiling is the number of adopters observed, as is usual for such fits (Van den"
                " Bulte and Lilien 1997): it is no evidence that nobody will follow.",
                "上限等于已观测到的采纳数，这是此类拟合的常见现象"
                "（Van den Bulte & Lilien 1997），不能据此断定不再有新增采纳。",
            )
        )
    if on_bound == "units" and task.counts[-1] < task.units:
        warnings.append(
            Words(
                f"The ceiling lies on its bound, the {task.units} units: the bound sets it, not the"
                " data.",
                f"上限落在约束边界（{task.units}个单位）上：该值由约束而非数据决定。",
            )
        )
    low, high = task.growth.bounds(float(task.clock[-1]))
    for parameter, value, least, most in zip(
        task.growth.parameters, estimate.values, low, high, strict=True
    ):
        if min(abs(value - least), abs(value - most)) <= 1e-6 * max(abs(value), 1e-9):
            warnings.append(
                Words(
                    f"{parameter.name} ran to the edge of where it is sought ({value:.3g}): the"
                    " data do not identify it.",
                    f"{parameter.name}到达搜索边界（{value:.3g}），数据无法识别该参数。",
                )
            )
    if task.estimator == "nls" and autocorrelation > 0.5:
        warnings.append(
            Words(
                f"Residuals are dependent (autocorrelation {autocorrelation:.2f}): AIC exaggerates"
                " differences; the estimator mle is safer.",
                f"残差存在序列相关（自相关{autocorrelation:.2f}）：AIC会夸大差异，宜用极大似然估计（mle）。",
            )
        )
    if not estimate.converged:
        warnings.append(Words("The search did not converge.", "参数搜索未收敛。"))
    return warnings


def about_intervals(
    task: Task, rows: NDArray[np.float64], replicates: int, on_bound: str
) -> list[Words]:
    """What to know about the intervals."""
    warnings = []
    if len(rows) < replicates:
        lost = replicates - len(rows)
        warnings.append(
            Words(
                f"{lost} of {replicates} replicates drew no adopter and were left out.",
                f"{replicates}次重复中有{lost}次未抽到任何采纳单位，已剔除。",
            )
        )
    if len(rows) and task.ceiling == "bounded" and task.counts[-1] < task.units:
        share = float(np.mean(np.isclose(rows[:, -1], task.units, rtol=1e-6)))
        if on_bound == "units" or share > 0.05:
            warnings.append(
                Words(
                    f"The ceiling reached all units in {share:.0%} of the replicates: its interval"
                    " is cut off there, and intervals are less reliable on a bound (Andrews 2000).",
                    f"{share:.0%}的重复中上限达到全部单位：其区间在此截断，"
                    "参数位于边界时区间可靠性下降（Andrews 2000）。",
                )
            )
    return warnings

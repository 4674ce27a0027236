"""How forecasts of adoption would have fared before: the backtest of a growth model.

The model is refitted to what was known at each earlier origin, and its forecasts are held against
what came, and against two naive benchmarks that need no model: the last value and linear drift.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.growth.curve import GrowthCurve, growth_curve
from qgraph.diffusion.growth.fitting import Estimate, Task, draw, fit
from qgraph.diffusion.growth.guard import ASSUMPTIONS, PERIODS_NEEDED
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries

__all__ = ["METHOD", "Ahead", "Backtest", "ahead", "backtest", "no_better"]

_FEW_ORIGINS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest(Result):
    """Forecasts from earlier origins, and what came.

    Attributes
    ----------
    series
        Where they were made.
    origin, target
        Last period known, and the period forecast; one entry per forecast, as in the next.
    observed
        Adopters by the target.
    forecast, low, high
        The model's forecast and its predictive interval; NaN without replicates.
    last, drift
        The naive forecasts: the last value, and the average growth since the origin of the series
        continued, but not above the number of units.
    confidence
        Level of the intervals.
    mae, mae_last, mae_drift
        Mean absolute errors, in units.
    mape, mape_last, mape_drift
        Mean absolute errors relative to what was observed, where that is not 0.
    coverage
        Share of the intervals that hold what was observed; NaN without replicates.
    skill
        1 - mae / the smaller mean absolute error of the two benchmarks: above 0 if the model beats
        both, minus infinity if a benchmark made no error and the model did.
    refused
        Origins from which nothing was forecast, as the guard refused the fit.
    """

    series: AdoptionSeries
    origin: NDArray[np.float64]
    target: NDArray[np.float64]
    observed: NDArray[np.float64]
    forecast: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: NDArray[np.float64]
    drift: NDArray[np.float64]
    confidence: float
    mae: float
    mae_last: float
    mae_drift: float
    mape: float
    mape_last: float
    mape_drift: float
    coverage: float
    skill: float
    refused: NDArray[np.float64]

    @property
    def beats_naive(self) -> bool:
        """Tell whether the model's errors are smaller than those of both benchmarks."""
        return self.skill > 0

    @property
    def table(self) -> Table:
        """One row per forecast."""
        label = self.series.label
        return Table(
            (
                Column("origin", Words("Known until", "已知至"), [*map(label, self.origin)]),
                Column("target", Words("Forecast for", "预测时期"), [*map(label, self.target)]),
                Column("observed", Words("Observed", "实际值"), self.observed.tolist(), ".0f"),
                Column("forecast", Words("Forecast", "预测值"), self.forecast.tolist(), ".2f"),
                Column("low", Words("Low", "下限"), self.low.tolist(), ".0f"),
                Column("high", Words("High", "上限"), self.high.tolist(), ".0f"),
                Column("last", Words("Last value", "末值法"), self.last.tolist(), ".0f"),
                Column("drift", Words("Linear drift", "线性漂移"), self.drift.tolist(), ".2f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Errors of the model and of the benchmarks, and how often intervals held."""
        origins = len(np.unique(self.origin))
        level = f"{self.confidence:.0%}"
        return (
            ("origins", Words("Origins", "预测起点数"), origins),
            ("refused", Words("Origins refused", "拒绝拟合的起点数"), len(self.refused)),
            ("forecasts", Words("Forecasts", "预测次数"), len(self.target)),
            ("mae", Words("Mean absolute error", "平均绝对误差"), self.mae),
            ("mae_last", Words("of the last value", "末值法平均绝对误差"), self.mae_last),
            ("mae_drift", Words("of linear drift", "线性漂移平均绝对误差"), self.mae_drift),
            ("mape", Words("Mean absolute percentage error", "平均绝对百分比误差"), self.mape),
            ("mape_last", Words("of the last value, relative", "末值法百分比误差"), self.mape_last),
            (
                "mape_drift",
                Words("of linear drift, relative", "线性漂移百分比误差"),
                self.mape_drift,
            ),
            (
                "coverage",
                Words(f"Coverage of the {level} intervals", f"{level}区间覆盖率"),
                self.coverage,
            ),
            ("skill", Words("Skill over the best benchmark", "相对最优基准的技巧得分"), self.skill),
        )


def backtest(
    series: AdoptionSeries,
    horizon: int = 3,
    *,
    model: str = "bass",
    origins: Sequence[float] | None = None,
    promotion: float | None = None,
    ceiling: float | str = "bounded",
    estimator: str = "nls",
    replicates: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
    force: bool = False,
) -> Backtest:
    r"""Forecast from earlier origins, and hold the forecasts against what came.

    Parameters
    ----------
    series
        Cumulative adopters by period.
    horizon
        How far to forecast, in periods, at least 1; each origin gives a forecast for every period
        of the series that is not farther away.
    model, promotion, ceiling, estimator, confidence, seed, jobs, force
        As in :func:`~qgraph.diffusion.growth_curve`, at every origin.
    origins
        Last periods known; by default every period from the eighth to the last but one.
    replicates
        Series drawn, refitted and continued for the intervals of each origin, at least 0.

    Returns
    -------
    Backtest
        Every forecast, the errors, and those of the benchmarks on the same forecasts.

    Raises
    ------
    Refused
        If the guard refuses the fit at every origin.
    QGraphError
        If the horizon is not positive, or nothing follows any of the origins.

    Notes
    -----
    With :math:`N_T` adopters known among U units, each of the others adopts within the next h
    periods with the probability that the curve gives it,

    .. math:: c_h = \frac{m(F(T+h) - F(T))}{U - mF(T)},

    so that :math:`N_T + (U - N_T)c_h` is expected. The interval holds both what is not known of
    the curve (a series is drawn from it and refitted) and what chance adds (units then adopt with
    these probabilities). It does not hold that the model may be wrong.

    References
    ----------
    Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: an analysis and review.
    International Journal of Forecasting 16(4), 437-450.

    Hyndman, R. J. and Koehler, A. B. (2006). Another look at measures of forecast accuracy.
    International Journal of Forecasting 22(4), 679-688.
    """
    if horizon < 1:
        raise QGraphError(
            f"a horizon of {horizon} periods looks nowhere", hint="Give at least 1 period."
        )
    from_here = [*series.times[PERIODS_NEEDED - 1 : -1]] if origins is None else sorted(origins)
    rows: list[Ahead] = []
    refusals: list[tuple[float, Refused]] = []
    asked = 0
    for number, origin in enumerate(from_here):
        targets = series.times[(series.times > origin) & (series.times <= origin + horizon)]
        if not targets.size or origin < series.times[0]:
            continue
        asked += 1
        try:
            curve = growth_curve(
                series.up_to(origin),
                model,
                promotion=promotion,
                ceiling=ceiling,
                estimator=estimator,
                replicates=0,
                confidence=confidence,
                force=force,
            )
        except Refused as refusal:
            refusals.append((origin, refusal))
            continue
        # An origin of its own gives random numbers of their own, whatever the others are.
        stream = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
        rows += ahead(curve, targets, series, replicates, confidence, stream, jobs)
    if not asked:
        raise _nothing_to_test(series, origins)
    if not rows:
        raise Refused(
            Words(
                f"there is nothing to test: at each of {asked} origins the fit was refused, at the"
                f" last because {refusals[-1][1].reason.en}",
                f"无从回测：{asked}个起点均被拒绝拟合，最后一个起点的原因是"
                f"{refusals[-1][1].reason.zh}",
            ),
            refusals[-1][1].needed,
        )
    return _tested(
        series,
        rows,
        np.array([origin for origin, _ in refusals]),
        {
            "model": model,
            "horizon": horizon,
            "origins": None if origins is None else tuple(origins),
            "promotion": promotion,
            "ceiling": ceiling,
            "estimator": estimator,
            "replicates": replicates,
            "confidence": confidence,
            "force": force,
        },
        seed if replicates else None,
        confidence,
    )


class Ahead(NamedTuple):
    """One forecast."""

    origin: float
    target: float
    observed: float
    forecast: float
    low: float
    high: float
    last: float
    drift: float


def ahead(
    curve: GrowthCurve,
    targets: NDArray[np.float64],
    series: AdoptionSeries,
    replicates: int,
    confidence: float,
    seed: int,
    jobs: int | None,
) -> list[Ahead]:
    """Forecast some periods from where a curve ends; what the series knows of them goes along."""
    known = curve.series
    clock = np.append(known.clock[-1], targets - known.origin)
    count = known.counts[-1]
    chance = _chances(curve.task, curve.estimate, clock)
    expected = count + (known.units - count) * (1 - np.cumprod(1 - chance))
    work = partial(_continue, curve.task, curve.estimate, clock)
    paths = [
        path
        for path in replicate(work, replicates, seed, jobs=jobs, label="forecast")
        if path is not None
    ]
    low = high = np.full(targets.size, math.nan)
    if paths:
        # What is forecast is a count: the interval takes whole numbers, and rather too wide.
        tail = (1 - confidence) / 2
        low = np.quantile(np.array(paths), tail, axis=0, method="lower")
        high = np.quantile(np.array(paths), 1 - tail, axis=0, method="higher")
    slope = count / known.clock[-1]
    came = dict(zip(series.times, series.counts, strict=True))
    return [
        Ahead(
            origin=float(known.times[-1]),
            target=float(target),
            observed=float(came.get(target, math.nan)),
            forecast=float(expected[place]),
            low=float(low[place]),
            high=float(high[place]),
            last=float(count),
            drift=float(min(count + slope * (target - known.times[-1]), known.units)),
        )
        for place, target in enumerate(targets)
    ]


def _chances(task: Task, estimate: Estimate, clock: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of a unit that has not adopted to do so in each of the next steps."""
    curve = estimate.ceiling * task.share(estimate.values, clock)
    left = task.units - curve[:-1]
    chance: NDArray[np.float64] = np.where(
        left > 0, np.diff(curve) / np.where(left > 0, left, 1), 0
    )
    return np.clip(chance, 0, 1)


def _continue(
    task: Task, estimate: Estimate, clock: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64] | None:
    """Continue the observed series as a curve refitted to a drawn series would have it."""
    drawn = draw(task, estimate, rng)
    if drawn is None:
        return None
    chance = _chances(task, fit(drawn, near=estimate.values), clock)
    count = int(task.counts[-1])
    path = np.empty(chance.size)
    for step, one in enumerate(chance):
        count += int(rng.binomial(task.units - count, one))
        path[step] = count
    return path


def _tested(
    series: AdoptionSeries,
    rows: list[Ahead],
    refused: NDArray[np.float64],
    settings: dict[str, object],
    seed: int | None,
    confidence: float,
) -> Backtest:
    """Sum the forecasts up."""
    columns = Ahead(*np.array(rows).T)
    observed = np.asarray(columns.observed)
    errors = [
        np.abs(np.asarray(made) - observed)
        for made in (columns.forecast, columns.last, columns.drift)
    ]
    mae = [float(error.mean()) for error in errors]
    some = observed > 0
    mape = [
        float((error[some] / observed[some]).mean()) if some.any() else math.nan for error in errors
    ]
    naive = min(mae[1:])
    test = Backtest(
        method=METHOD,
        settings=settings,
        seed=seed,
        data=series.data,
        series=series,
        origin=np.asarray(columns.origin),
        target=np.asarray(columns.target),
        observed=observed,
        forecast=np.asarray(columns.forecast),
        low=np.asarray(columns.low),
        high=np.asarray(columns.high),
        last=np.asarray(columns.last),
        drift=np.asarray(columns.drift),
        confidence=confidence,
        mae=mae[0],
        mae_last=mae[1],
        mae_drift=mae[2],
        mape=mape[0],
        mape_last=mape[1],
        mape_drift=mape[2],
        coverage=(
            math.nan
            if seed is None
            else float(np.mean((columns.low <= observed) & (observed <= columns.high)))
        ),
        skill=1 - mae[0] / naive if naive else (-math.inf if mae[0] else 0.0),
        refused=refused,
    )
    return _warned(test)


def _warned(test: Backtest) -> Backtest:
    """Add what the reader of a backtest has to know."""
    origins = len(np.unique(test.origin))
    warnings = list(test.series.warnings)
    if len(test.refused):
        warnings.append(
            Words(
                f"{len(test.refused)} of {origins + len(test.refused)} origins were refused as too"
                " early, and are not scored.",
                f"{origins + len(test.refused)}个起点中有{len(test.refused)}个因过早而未拟合，"
                "不计入评分。",
            )
        )
    if not test.beats_naive:
        reason = no_better(test)
        warnings.append(Words(f"{reason.en[0].upper()}{reason.en[1:]}.", f"{reason.zh}。"))
    if origins < _FEW_ORIGINS:
        warnings.append(
            Words(
                f"The errors rest on few origins ({origins}) whose forecasts overlap: they are"
                " dependent, and no more than an indication.",
                f"误差仅基于{origins}个起点，且各次预测相互重叠、并不独立，只能作参考。",
            )
        )
    if test.coverage < test.confidence - 0.1:
        warnings.append(
            Words(
                f"The {test.confidence:.0%} intervals held what came in {test.coverage:.0%} of the"
                " forecasts: the model is too sure of itself.",
                f"{test.confidence:.0%}区间的实际覆盖率仅{test.coverage:.0%}：模型过于自信。",
            )
        )
    return replace(test, warnings=tuple(warnings))


def no_better(test: Backtest) -> Words:
    """Say how the errors of the model and of the benchmarks compare."""
    return Words(
        f"the forecasts are no better than a naive one: mean absolute error {test.mae:.3g}, of the"
        f" last value {test.mae_last:.3g}, of linear drift {test.mae_drift:.3g}",
        f"预测不优于朴素基准：平均绝对误差{test.mae:.3g}，末值法{test.mae_last:.3g}，"
        f"线性漂移{test.mae_drift:.3g}",
    )


def _nothing_to_test(series: AdoptionSeries, origins: Sequence[float] | None) -> QGraphError:
    if origins is not None:
        return QGraphError(
            "no period of the series follows any of the origins",
            hint=f"Give origins from {series.times[0]:g} to before {series.times[-1]:g}.",
        )
    return Refused(
        Words(
            f"{len(series)} periods leave nothing to forecast after the first {PERIODS_NEEDED}",
            f"序列仅有{len(series)}个时期，前{PERIODS_NEEDED}个之后无可预测",
        ),
        Words(
            f"At least {PERIODS_NEEDED + 1} periods are needed.",
            f"至少需要{PERIODS_NEEDED + 1}个时期。",
        ),
    )


METHOD = Method(
    name=Words("Forecast of adoption with a rolling-origin backtest", "采纳预测与滚动起点回测"),
    formula="E[N(T+h)] = N(T) + (U - N(T)) m (F(T+h) - F(T)) / (U - m F(T))",
    citation="Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: an analysis and"
    " review. International Journal of Forecasting 16(4), 437-450.",
    assumptions=ASSUMPTIONS,
)

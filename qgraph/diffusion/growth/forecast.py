"""How many units will have adopted by the end of each coming period, if that can be foretold.

A forecast is only given together with the backtest of such forecasts; one that would have been no
better than a naive one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.growth.backtest import METHOD, Backtest, ahead, backtest, no_better
from qgraph.diffusion.growth.curve import GrowthCurve, growth_curve
from qgraph.diffusion.result import Refused, Result
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries

__all__ = ["Forecast", "forecast"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Forecast(Result):
    """How many units will have adopted by the end of each coming period.

    Attributes
    ----------
    times
        Periods to come.
    expected, low, high
        Expected number of adopters by then, and its predictive interval.
    confidence
        Level of the interval.
    curve
        The fit behind it.
    backtest
        How such forecasts fared before; None if no earlier origin could be fitted.
    """

    times: NDArray[np.float64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    confidence: float
    curve: GrowthCurve
    backtest: Backtest | None

    @property
    def table(self) -> Table:
        """One row per period to come."""
        label = self.curve.series.label
        return Table(
            (
                Column("period", Words("Period", "时期"), [*map(label, self.times)]),
                Column("expected", Words("Expected", "期望值"), self.expected.tolist(), ".2f"),
                Column("low", Words("Low", "下限"), self.low.tolist(), ".0f"),
                Column("high", Words("High", "上限"), self.high.tolist(), ".0f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Where the curve stands, and what the backtest said."""
        series, test = self.curve.series, self.backtest
        known = series.label(series.times[-1])
        return (
            ("adopters", Words(f"Adopters by {known}", f"截至{known}的采纳数"), series.adopters),
            ("units", Words("Units that could adopt", "可采纳单位数"), series.units),
            ("ceiling", Words("Ceiling m", "上限m"), self.curve.ceiling),
            (
                "mae",
                Words("Mean absolute error of the backtest", "回测平均绝对误差"),
                test.mae if test else None,
            ),
            (
                "skill",
                Words("Skill over the best benchmark", "相对最优基准的技巧得分"),
                test.skill if test else None,
            ),
            (
                "coverage",
                Words("Coverage in the backtest", "回测区间覆盖率"),
                test.coverage if test else None,
            ),
        )


def forecast(
    series: AdoptionSeries,
    horizon: int = 3,
    *,
    model: str = "bass",
    promotion: float | None = None,
    ceiling: float | str = "bounded",
    estimator: str = "nls",
    replicates: int = 500,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
    force: bool = False,
) -> Forecast:
    """Forecast how many units will have adopted, if such forecasts have proved their worth.

    Parameters
    ----------
    series
        Cumulative adopters by period.
    horizon
        How many periods to forecast, at least 1.
    model, promotion, ceiling, estimator, confidence, seed, jobs
        As in :func:`~qgraph.diffusion.growth_curve`.
    replicates
        Series drawn, refitted and continued for the intervals, at least 0.
    force
        Forecasts with a warning where it would be refused.

    Returns
    -------
    Forecast
        With its interval, the fit, and the backtest over the same horizon.

    Raises
    ------
    Refused
        If the series is too young to be fitted, or if the forecasts of the backtest were no better
        than the last value or linear drift.

    See Also
    --------
    backtest : the formula, and how the worth of forecasts is measured.
    """
    curve = growth_curve(
        series,
        model,
        promotion=promotion,
        ceiling=ceiling,
        estimator=estimator,
        replicates=replicates,
        confidence=confidence,
        seed=seed,
        jobs=jobs,
        force=force,
    )
    warnings = list(curve.warnings)
    test: Backtest | None = None
    try:
        test = backtest(
            series,
            horizon,
            model=model,
            promotion=promotion,
            ceiling=ceiling,
            estimator=estimator,
            replicates=min(replicates, 200),
            confidence=confidence,
            seed=seed,
            jobs=jobs,
            force=force,
        )
    except Refused as refusal:
        warnings.append(
            Words(
                f"The forecast could not be tested: {refusal.reason.en}.",
                f"该预测未经回测检验：{refusal.reason.zh}。",
            )
        )
    if test is not None:
        if not test.beats_naive and not force:
            raise Refused(
                no_better(test),
                Words(
                    "A longer series or another model is needed; the last value is the better"
                    " forecast for now.",
                    "需要更长的序列或其他模型；目前以末值作预测更好。",
                ),
            )
        warnings += [warning for warning in test.warnings if warning not in warnings]
    times = series.times[-1] + np.arange(1, horizon + 1)
    stream = int(np.random.SeedSequence([seed, horizon]).generate_state(1)[0])
    rows = ahead(curve, times, series, replicates, confidence, stream, jobs)
    return Forecast(
        method=METHOD,
        settings={**curve.settings, "horizon": horizon},
        warnings=tuple(warnings),
        seed=curve.seed,
        data=series.data,
        times=times,
        expected=np.array([row.forecast for row in rows]),
        low=np.array([row.low for row in rows]),
        high=np.array([row.high for row in rows]),
        confidence=confidence,
        curve=curve,
        backtest=test,
    )

"""Diffusion curves: a growth model fitted to the adopters of a measure, with intervals and guards.

The ceiling m is bounded by what was observed and by the number of units that could adopt, since the
unbounded fit of an unfinished curve has a ceiling that means nothing. A curve that is too young to
be fitted is refused. Intervals come from a parametric bootstrap: each replicate draws anew in which
period every unit adopts, so that a drawn series rises and stays below the number of units as real
ones do; residuals of a cumulative series are dependent, and resampling them would break both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.growth.fitting import ESTIMATORS, Estimate, Task, draw, fit, log_likelihood
from qgraph.diffusion.growth.guard import (
    ASSUMPTIONS,
    about_fit,
    about_intervals,
    too_early,
    too_little,
)
from qgraph.diffusion.growth.models import MODELS
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries

__all__ = ["GrowthCurve", "growth_curve"]


@dataclass(frozen=True, kw_only=True, eq=False)
class GrowthCurve(Result):
    """A growth model fitted to a series of adopters.

    Attributes
    ----------
    series
        What it was fitted to.
    task
        The same as the search for the parameters sees it.
    model
        A key of :data:`qgraph.diffusion.growth.models.MODELS`.
    names, values
        Parameters of the share, in the order of the model, then the ceiling ``m``.
    low, high
        Percentile intervals of ``values``, that of a bounded ceiling not below the adopters
        observed; NaN without replicates.
    confidence
        Level of these intervals and of the band.
    fitted, band_low, band_high
        Adopters by the end of each period of the series, with a pointwise band.
    rss
        Residual sum of squares of the cumulative counts.
    r_squared, r_squared_new
        Share of the variance explained: of the cumulative counts, which is near 1 for nearly any
        rising curve, and of the adopters of each period.
    log_likelihood
        Of when each unit adopted, if at all; NaN if the curve rises above the units.
    aic, aicc
        Akaike's criterion and its form for small samples: of normal residuals for ``nls``, of the
        likelihood for ``mle``; AICc is infinite if the sample is too small for it.
    autocorrelation
        Of the residuals, at a lag of one period.
    converged
        True if the search ended because nothing better is near.
    ceiling_bound
        On which bound the ceiling lies: ``observed`` or ``units``; else ``given``, ``free`` or
        empty.
    inflection
        Moment at which adoption is fastest (after a promotion, the last such), on the scale of the
        times: a whole number is the end of that period. NaN if it is fastest from the start.
    fastest
        Period in which most units adopted, the first of several.
    estimate
        The fit as plain numbers.
    replicates
        Parameters and ceiling of each replicate, one row each.
    """

    series: AdoptionSeries
    task: Task
    model: str
    names: tuple[str, ...]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    confidence: float
    fitted: NDArray[np.float64]
    band_low: NDArray[np.float64]
    band_high: NDArray[np.float64]
    rss: float
    r_squared: float
    r_squared_new: float
    log_likelihood: float
    aic: float
    aicc: float
    autocorrelation: float
    converged: bool
    ceiling_bound: str
    inflection: float
    fastest: float
    estimate: Estimate
    replicates: NDArray[np.float64] = field(repr=False)

    @property
    def ceiling(self) -> float:
        """The number of eventual adopters, m."""
        return self.estimate.ceiling

    def value(self, name: str) -> float:
        """Give a parameter by its letter in the formula."""
        return float(self.values[self.names.index(name)])

    def at(self, times: ArrayLike) -> NDArray[np.float64]:
        """Give the fitted number of adopters at times on the scale of the series."""
        clock = self._clock(times)
        return self.ceiling * self.task.share(self.estimate.values, clock)

    def band(self, times: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the pointwise band of the curve at times on the scale of the series."""
        return _band(self.task, self.replicates, self._clock(times), self.confidence)

    @property
    def estimates(self) -> Table:
        """Parameters and their intervals; the summary says what they mean."""
        return Table(
            (
                Column("parameter", Words("Parameter", "参数"), self.names),
                Column("value", Words("Estimate", "估计值"), self.values.tolist(), ".5g"),
                Column("low", Words("Low", "下限"), self.low.tolist(), ".5g"),
                Column("high", Words("High", "上限"), self.high.tolist(), ".5g"),
            )
        )

    @property
    def table(self) -> Table:
        """Adopters of each period, observed and fitted."""
        series = self.series
        expected = np.diff(self.fitted, prepend=0.0)
        return Table(
            (
                Column("period", Words("Period", "时期"), [*map(series.label, series.times)]),
                Column("adopters", Words("Adopters", "累计采纳数"), series.counts.tolist(), ".0f"),
                Column("fitted", Words("Fitted", "拟合值"), self.fitted.tolist(), ".2f"),
                Column("low", Words("Low", "下限"), self.band_low.tolist(), ".2f"),
                Column("high", Words("High", "上限"), self.band_high.tolist(), ".2f"),
                Column("new", Words("New", "新增"), series.new.tolist(), ".0f"),
                Column("new_fitted", Words("New, fitted", "新增拟合值"), expected.tolist(), ".2f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Parameters with their intervals, turning points, and how well the curve fits."""
        meanings = [parameter.meaning for parameter in MODELS[self.model].parameters] + [_CEILING]
        rows: list[tuple[str, Words, object]] = []
        level = f"{self.confidence:.0%}"
        for place, (name, meaning) in enumerate(zip(self.names, meanings, strict=True)):
            what = Words(f"{name}, {meaning.en}", f"{name}（{meaning.zh}）")
            rows.append((name, what, float(self.values[place])))
            if len(self.replicates):
                low = Words(f"{name}, {level} interval, low", f"{name}的{level}置信区间下限")
                high = Words(f"{name}, {level} interval, high", f"{name}的{level}置信区间上限")
                rows.append((f"{name}_low", low, float(self.low[place])))
                rows.append((f"{name}_high", high, float(self.high[place])))
        label = self.series.label
        return (
            *rows,
            ("inflection", Words("Inflection", "拐点"), self.inflection_label),
            ("fastest", Words("Most adopters in", "采纳最多的时期"), label(self.fastest)),
            ("adopters", Words("Adopters observed", "已采纳单位数"), self.series.adopters),
            ("units", Words("Units that could adopt", "可采纳单位数"), self.series.units),
            ("rss", Words("Residual sum of squares", "残差平方和"), self.rss),
            ("r_squared", Words("R² of the cumulative curve", "累计曲线R²"), self.r_squared),
            ("r_squared_new", Words("R² of new adopters", "新增采纳R²"), self.r_squared_new),
            ("log_likelihood", Words("Log-likelihood", "对数似然"), self.log_likelihood),
            ("aic", Words("AIC", "AIC"), self.aic),
            ("aicc", Words("AICc", "AICc"), self.aicc),
            ("converged", Words("Converged", "已收敛"), self.converged),
        )

    @property
    def inflection_label(self) -> str | None:
        """The inflection as people write it: the period in which it falls."""
        known = math.isfinite(self.inflection)
        return self.series.label(self.inflection) if known else None

    def _clock(self, times: ArrayLike) -> NDArray[np.float64]:
        return np.maximum(np.asarray(times, dtype=np.float64) - self.series.origin, 0.0)


def growth_curve(
    series: AdoptionSeries,
    model: str = "bass",
    *,
    promotion: float | None = None,
    ceiling: float | str = "bounded",
    estimator: str = "nls",
    replicates: int = 500,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
    force: bool = False,
) -> GrowthCurve:
    r"""Fit a growth model to the adopters of a measure.

    Parameters
    ----------
    series
        Cumulative adopters by period, for instance of
        :func:`~qgraph.diffusion.adoption_series`.
    model
        ``bass``, ``logistic``, ``gompertz``; or, with the moment of a promotion, ``shock`` (the
        hazard of Bass is multiplied by one factor) or ``two-regime`` (both coefficients change).
    promotion
        The period from whose start on the other regime holds, on the scale of the times.
    ceiling
        ``bounded`` seeks the number m of eventual adopters between those observed and all units; a
        number gives it; ``free`` seeks it without bounds, and warns.
    estimator
        ``nls``: least squares of the cumulative counts, as most published fits; ``mle``: maximum
        likelihood of the periods in which units adopted, whose AIC can be trusted more.
    replicates
        Of the bootstrap, at least 0; 0 gives no intervals.
    confidence
        Level of intervals and band, between 0 and 1.
    seed
        Of the bootstrap.
    jobs
        Processes for the bootstrap, see :func:`~qgraph.diffusion.replicates.replicate`.
    force
        Fits a series that is too young all the same, where there are numbers enough, and warns.

    Returns
    -------
    GrowthCurve
        With parameters, intervals, band and measures of fit.

    Raises
    ------
    Refused
        If the series has fewer than 8 periods or 5 adopters, or has not passed its inflection: the
        fitted one lies after the last period, or the last three periods are those with the most
        adopters. Also if either side of a promotion has fewer than 3 periods or 2 adopters.
    QGraphError
        If a setting is not valid.

    Notes
    -----
    Time t is counted from the end of the last period without adopters. Least squares minimise
    :math:`\sum_t (N_t - mF(t))^2`. The likelihood is that of a multinomial: each of U units adopts
    in period t with probability :math:`m(F(t) - F(t-1))/U`, or not by the end.

    Estimates from before the peak of the non-cumulative curve are unstable (Srinivasan and Mason
    1986; Mahajan, Muller and Bass 1990), and m, p and q drift as data are added: m tends to lie
    near the last count, and q to fall (Van den Bulte and Lilien 1997). Hence the guard, and the
    warning if m is on its bound.

    The interval of m is for how many of these very units will have adopted in the end. In 103 to
    120 simulated series (100 units, p .01, q .4, m 75, seen for 12 or 20 periods) the intervals of
    95 % held p and q in 89 to 95 %, and that number in 93 to 100 %.

    References
    ----------
    Andrews, D. W. K. (2000). Inconsistency of the bootstrap when a parameter is on the boundary of
    the parameter space. Econometrica 68(2), 399-405.

    Bass, F. M. (1969). A new product growth for model consumer durables. Management Science 15(5),
    215-227.

    Boushey, G. (2012). Punctuated equilibrium theory and the diffusion of innovations. Policy
    Studies Journal 40(1), 127-146.

    Mahajan, V., Muller, E. and Bass, F. M. (1990). New product diffusion models in marketing: a
    review and directions for research. Journal of Marketing 54(1), 1-26.

    Schmittlein, D. C. and Mahajan, V. (1982). Maximum likelihood estimation for an innovation
    diffusion model of new product acceptance. Marketing Science 1(1), 57-78.

    Srinivasan, V. and Mason, C. H. (1986). Nonlinear least squares estimation of new product
    diffusion models. Marketing Science 5(2), 169-178.

    Van den Bulte, C. and Lilien, G. L. (1997). Bias and systematic change in the parameter
    estimates of macro-level diffusion models. Marketing Science 16(4), 338-353.

    Examples
    --------
    >>> from qgraph.diffusion.growth.adoption_series import AdoptionSeries
    >>> counts = [1, 2, 5, 11, 20, 28, 33, 36, 37, 38]
    >>> series = AdoptionSeries.of(range(2001, 2011), counts, units=50)
    >>> curve = growth_curve(series, replicates=0)
    >>> [(name, round(curve.value(name), 3)) for name in curve.names]
    [('p', 0.009), ('q', 0.927), ('m', 38.0)]
    """
    task = _task(series, model, promotion, ceiling, estimator)
    if replicates < 0 or not 0 < confidence < 1:
        raise QGraphError(
            f"{replicates} replicates at level {confidence} make no interval",
            hint="Give at least 0 replicates and a level between 0 and 1.",
        )
    warnings = [*series.warnings, *too_little(series, task, force)]
    estimate = fit(task)
    inflection = series.origin + MODELS[model].inflection(estimate.values, task.change)
    warnings += too_early(series, inflection, force)
    drawn = [
        one
        for one in replicate(
            partial(_refit, task, estimate), replicates, seed, jobs=jobs, label="bootstrap"
        )
        if one is not None
    ]
    rows = np.array(drawn).reshape(len(drawn), estimate.values.size + 1)
    fitted = estimate.ceiling * task.share(estimate.values)
    residuals = series.counts - fitted
    rss = float(residuals @ residuals)
    low, high = _quantiles(rows, confidence)
    if ceiling == "bounded":
        low[-1], high[-1] = np.maximum((low[-1], high[-1]), series.adopters)
    band_low, band_high = _band(task, rows, task.clock, confidence)
    likelihood = log_likelihood(series.counts, fitted, series.units)
    aic, aicc = _criteria(task, rss, likelihood)
    autocorrelation = float(residuals[1:] @ residuals[:-1] / rss) if rss > 1e-12 else math.nan
    on_bound = _bound(task, estimate.ceiling)
    growth = MODELS[model]
    return GrowthCurve(
        method=Method(growth.name, growth.formula, growth.citation, ASSUMPTIONS),
        settings={
            "model": model,
            "promotion": promotion,
            "ceiling": ceiling,
            "estimator": estimator,
            "replicates": replicates,
            "confidence": confidence,
            "force": force,
            "units": series.units,
            "origin": series.origin,
            "measure": series.measure,
        },
        warnings=(
            *warnings,
            *about_fit(task, estimate, on_bound, autocorrelation),
            *about_intervals(task, rows, replicates, on_bound),
        ),
        seed=seed if replicates else None,
        data=series.data,
        series=series,
        task=task,
        model=model,
        names=(*(parameter.name for parameter in growth.parameters), "m"),
        values=np.append(estimate.values, estimate.ceiling),
        low=low,
        high=high,
        confidence=confidence,
        fitted=fitted,
        band_low=band_low,
        band_high=band_high,
        rss=rss,
        r_squared=_explained(series.counts, fitted),
        r_squared_new=_explained(series.new, np.diff(fitted, prepend=0.0)),
        log_likelihood=likelihood,
        aic=aic,
        aicc=aicc,
        autocorrelation=autocorrelation,
        converged=estimate.converged,
        ceiling_bound=on_bound,
        inflection=inflection,
        fastest=float(series.times[series.new.argmax()]),
        estimate=estimate,
        replicates=rows,
    )


def _task(
    series: AdoptionSeries,
    model: str,
    promotion: float | None,
    ceiling: float | str,
    estimator: str,
) -> Task:
    """Check the settings and put them together."""
    if model not in MODELS:
        raise NotFound(f"there is no growth model {model!r}", hint=f"Models: {', '.join(MODELS)}.")
    if estimator not in ESTIMATORS:
        raise QGraphError(
            f"there is no estimator {estimator!r}", hint=f"Estimators: {', '.join(ESTIMATORS)}."
        )
    if MODELS[model].changes != (promotion is not None):
        raise QGraphError(
            f"the model {model} {'needs a' if promotion is None else 'has no'} moment of promotion",
            hint="Give a promotion with shock and two-regime, and with no other model.",
        )
    if isinstance(ceiling, str):
        known = ceiling in ("bounded", "free")
    else:
        known = series.adopters <= ceiling <= series.units and ceiling > 0
    if not known:
        raise QGraphError(
            f"the ceiling cannot be {ceiling!r}",
            hint=f"Say bounded, free, or a number from {series.adopters} to {series.units}.",
        )
    if ceiling == "free" and estimator == "mle":
        raise QGraphError(
            "a free ceiling has no likelihood: it lets more units adopt than there are",
            hint="Use the estimator nls, or a bounded ceiling.",
        )
    # What starts with a period starts at the end of the one before.
    change = math.nan if promotion is None else promotion - 1 - series.origin
    return Task(model, series.clock, series.counts, series.units, ceiling, change, estimator)


def _criteria(task: Task, rss: float, likelihood: float) -> tuple[float, float]:
    """AIC and AICc; for least squares those of independent normal residuals, as in R."""
    count = task.clock.size if task.estimator == "nls" else task.units
    if task.estimator == "nls":
        likelihood = -count / 2 * (math.log(2 * math.pi * rss / count) + 1) if rss else math.inf
    k = task.freedom
    aic = 2 * k - 2 * likelihood
    return aic, aic + 2 * k * (k + 1) / (count - k - 1) if count > k + 1 else math.inf


def _explained(observed: NDArray[np.float64], fitted: NDArray[np.float64]) -> float:
    total = ((observed - observed.mean()) ** 2).sum()
    return float(1 - ((observed - fitted) ** 2).sum() / total) if total else math.nan


def _bound(task: Task, ceiling: float) -> str:
    if not isinstance(task.ceiling, str):
        return "given"
    if task.ceiling == "free":
        return "free"
    low, high = task.bounds
    # A curve that reaches all units is on both bounds, and on the one that data cannot move.
    if math.isclose(ceiling, high, rel_tol=1e-6):
        return "units"
    return "observed" if math.isclose(ceiling, low, rel_tol=1e-6) else ""


def _refit(task: Task, estimate: Estimate, rng: np.random.Generator) -> NDArray[np.float64] | None:
    """Fit a series drawn from the fitted curve."""
    drawn = draw(task, estimate, rng)
    if drawn is None:
        return None
    found = fit(drawn, near=estimate.values)
    return np.append(found.values, found.ceiling)


def _quantiles(
    rows: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not len(rows):
        return np.full(rows.shape[1], math.nan), np.full(rows.shape[1], math.nan)
    low, high = np.quantile(rows, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def _band(
    task: Task, rows: NDArray[np.float64], clock: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    curves = rows[:, -1:] * task.share(rows[:, :-1], clock)
    return _quantiles(curves.reshape(len(rows), clock.size), confidence)


_CEILING = Words("ceiling, eventual adopters", "上限，最终采纳数")

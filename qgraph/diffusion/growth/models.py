"""Growth models: how the share of eventual adopters rises with time, as pure functions.

A model gives the share F(t) of the eventual adopters that have adopted by time t, counted from the
origin of the series; the number of adopters is m F(t), m being the ceiling. Nothing is fitted here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.table import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "MODELS",
    "GrowthModel",
    "Parameter",
    "bass_share",
    "gompertz_share",
    "logistic_share",
    "shock_share",
    "two_regime_share",
]


def bass_share(
    t: NDArray[np.float64],
    p: NDArray[np.float64] | float,
    q: NDArray[np.float64] | float,
    start: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float64]:
    r"""Share of eventual adopters under the Bass model.

    Parameters
    ----------
    t
        Time since the start, not negative, in periods.
    p
        Coefficient of external influence, above 0, per period.
    q
        Coefficient of internal influence (imitation), not negative, per period.
    start
        Share that has adopted at time 0, from 0 to 1.

    Returns
    -------
    numpy.ndarray
        F(t), from ``start`` to 1; arguments are broadcast.

    Notes
    -----
    The hazard of a unit that has not adopted is :math:`p + qF(t)`. From :math:`F(0) = F_0`,

    .. math:: F(t) = \frac{p(1-u) + F_0(q + pu)}{p + qu + qF_0(1-u)}, \quad u = e^{-(p+q)t},

    which for :math:`F_0 = 0` is the formula of Bass, :math:`(1-u)/(1+(q/p)u)`.

    References
    ----------
    Bass, F. M. (1969). A new product growth for model consumer durables. Management Science 15(5),
    215-227.

    Examples
    --------
    >>> bass_share(np.array([1.0, 10.0]), p=0.03, q=0.38).round(4)
    array([0.0358, 0.8128])
    """
    left = np.exp(-(p + q) * t)
    gone = -np.expm1(-(p + q) * t)
    share: NDArray[np.float64] = (p * gone + start * (q + p * left)) / (
        p + q * left + q * start * gone
    )
    # Rounding may step over the end by one unit in the last place.
    return np.minimum(share, 1.0)


def two_regime_share(
    t: NDArray[np.float64],
    p1: NDArray[np.float64] | float,
    q1: NDArray[np.float64] | float,
    p2: NDArray[np.float64] | float,
    q2: NDArray[np.float64] | float,
    change: float,
) -> NDArray[np.float64]:
    r"""Share of eventual adopters if both coefficients of Bass change at a known moment.

    Parameters
    ----------
    t
        Time since the start, not negative, in periods.
    p1, q1, p2, q2
        Coefficients before and after, as in :func:`bass_share`.
    change
        The moment, on the same clock as ``t``.

    Returns
    -------
    numpy.ndarray
        F(t), continuous; equal to the Bass model if the coefficients do not change.

    Notes
    -----
    The hazard is :math:`p_1 + q_1F(t)` before the change and :math:`p_2 + q_2F(t)` after it, as in
    piecewise hazard models (Friedman 1982); the solution of Bass's equation is continued from the
    share reached.

    References
    ----------
    Bass, F. M. (1969). A new product growth for model consumer durables. Management Science 15(5),
    215-227.

    Friedman, M. (1982). Piecewise exponential models for survival data with covariates. Annals of
    Statistics 10(1), 101-113.
    """
    before = bass_share(np.minimum(t, change), p1, q1)
    reached = bass_share(np.asarray(change), p1, q1)
    after = bass_share(np.maximum(t - change, 0), p2, q2, reached)
    return np.where(t > change, after, before)


def shock_share(
    t: NDArray[np.float64],
    p: NDArray[np.float64] | float,
    q: NDArray[np.float64] | float,
    factor: NDArray[np.float64] | float,
    change: float,
) -> NDArray[np.float64]:
    r"""Share of eventual adopters if the hazard of Bass is multiplied at a known moment.

    Parameters
    ----------
    t
        Time since the start, not negative, in periods.
    p, q
        Coefficients before, as in :func:`bass_share`.
    factor
        What the hazard is multiplied by from the moment on, above 0.
    change
        The moment, on the same clock as ``t``.

    Returns
    -------
    numpy.ndarray
        F(t), continuous; equal to the Bass model if the factor is 1.

    Notes
    -----
    This is the generalised Bass model with hazard :math:`(p + qF(t))\,x(t)` and :math:`x` a step
    from 1 to the factor :math:`k`: the Bass model on the clock
    :math:`\int_0^t x = t + (k-1)(t-\tau)^+`.

    References
    ----------
    Bass, F. M., Krishnan, T. V. and Jain, D. C. (1994). Why the Bass model fits without decision
    variables. Marketing Science 13(3), 203-223.
    """
    return bass_share(t + (factor - 1) * np.maximum(t - change, 0), p, q)


def logistic_share(
    t: NDArray[np.float64],
    r: NDArray[np.float64] | float,
    middle: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    r"""Share of eventual adopters under the logistic curve, :math:`1/(1 + e^{-r(t - t_0)})`.

    Parameters
    ----------
    t
        Time since the origin, in periods.
    r
        Rate of growth, above 0, per period.
    middle
        Time at which half of the eventual adopters have adopted.

    Returns
    -------
    numpy.ndarray
        F(t), between 0 and 1; not 0 at the origin.

    References
    ----------
    Griliches, Z. (1957). Hybrid corn: an exploration in the economics of technological change.
    Econometrica 25(4), 501-522.
    """
    from scipy.special import expit

    share: NDArray[np.float64] = expit(r * (t - middle))
    return share


def gompertz_share(
    t: NDArray[np.float64],
    r: NDArray[np.float64] | float,
    middle: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    r"""Share of eventual adopters under the Gompertz curve, :math:`\exp(-e^{-r(t - t_0)})`.

    Parameters
    ----------
    t
        Time since the origin, in periods.
    r
        Rate of growth, above 0, per period.
    middle
        Time of the inflection, at which a share of 1/e has adopted.

    Returns
    -------
    numpy.ndarray
        F(t), between 0 and 1; not 0 at the origin.

    References
    ----------
    Winsor, C. P. (1932). The Gompertz curve as a growth curve. Proceedings of the National Academy
    of Sciences 18(1), 1-8.
    """
    # Beyond 700 the exponential overflows, and the share is 0 anyway.
    return np.exp(-np.exp(np.minimum(-r * (t - middle), 700.0)))


@dataclass(frozen=True)
class Parameter:
    """A parameter of a growth model.

    Attributes
    ----------
    name
        Its letter in the formula.
    meaning
        What it stands for.
    low, high
        Where it is sought: per length of the series for a rate, in lengths for a time, else as is.
    kind
        ``rate`` (per period), ``time`` (a moment on the clock) or ``factor``.
    """

    name: str
    meaning: Words
    low: float
    high: float
    kind: str = "rate"


@dataclass(frozen=True)
class GrowthModel:
    """A growth model, ready to be fitted.

    Attributes
    ----------
    name, formula, citation
        As in :class:`qgraph.diffusion.result.Method`.
    parameters
        Those of the share; the ceiling m comes on top.
    share
        Gives F of clock, parameters (the last axis) and moment of change.
    inflection
        Gives the last moment at which adoption is fastest, of parameters and moment of change; NaN
        if it is fastest from the start.
    starts
        Where to start looking for the parameters: values tried for each, in the units of its
        bounds; all combinations are tried.
    changes
        True if the model has a moment of change.
    """

    name: Words
    formula: str
    citation: str
    parameters: tuple[Parameter, ...]
    share: Callable[[NDArray[np.float64], NDArray[np.float64], float], NDArray[np.float64]]
    inflection: Callable[[NDArray[np.float64], float], float]
    starts: tuple[tuple[float, ...], ...]
    changes: bool = False

    def scale(self, length: float) -> NDArray[np.float64]:
        """Units of the bounds of each parameter, for a series of some length."""
        sizes = {"rate": 1 / length, "time": length, "factor": 1.0}
        return np.array([sizes[parameter.kind] for parameter in self.parameters])

    def grid(self, length: float) -> NDArray[np.float64]:
        """Parameters from which to start, one combination a row."""
        return np.array(list(product(*self.starts))) * self.scale(length)

    def bounds(self, length: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Least and greatest values of the parameters."""
        low = np.array([parameter.low for parameter in self.parameters])
        high = np.array([parameter.high for parameter in self.parameters])
        return low * self.scale(length), high * self.scale(length)

    def is_positive(self) -> NDArray[np.bool_]:
        """Tell which parameters are positive, and so sought on a logarithmic scale."""
        return np.array([parameter.kind != "time" for parameter in self.parameters])


def _columns(values: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """Parameters one by one, each with an axis for time."""
    return [values[..., number, None] for number in range(values.shape[-1])]


def _bass(t: NDArray[np.float64], values: NDArray[np.float64], _: float) -> NDArray[np.float64]:
    return bass_share(t, *_columns(values))


def _logistic(t: NDArray[np.float64], values: NDArray[np.float64], _: float) -> NDArray[np.float64]:
    return logistic_share(t, *_columns(values))


def _gompertz(t: NDArray[np.float64], values: NDArray[np.float64], _: float) -> NDArray[np.float64]:
    return gompertz_share(t, *_columns(values))


def _shock(
    t: NDArray[np.float64], values: NDArray[np.float64], change: float
) -> NDArray[np.float64]:
    p, q, factor = _columns(values)
    return shock_share(t, p, q, factor, change)


def _two_regime(
    t: NDArray[np.float64], values: NDArray[np.float64], change: float
) -> NDArray[np.float64]:
    p1, q1, p2, q2 = _columns(values)
    return two_regime_share(t, p1, q1, p2, q2, change)


def _fastest(p: float, q: float, start: float = 0.0) -> float:
    """Time from a share to the inflection of the Bass model, NaN if it lies behind.

    The rate (p + qF)(1 - F) is greatest at F = (q - p)/2q, where (p + qF)/(1 - F) = q; that ratio
    grows as exp((p + q)t).
    """
    ratio = q * (1 - start) / (p + q * start)
    return float(np.log(ratio) / (p + q)) if ratio > 1 else math.nan


def _bass_inflection(values: NDArray[np.float64], _: float) -> float:
    return _fastest(values[0], values[1])


def _two_regime_inflection(values: NDArray[np.float64], change: float) -> float:
    p1, q1, p2, q2 = values
    wait = _fastest(p2, q2, float(bass_share(np.asarray(change), p1, q1)))
    # If adoption only slows down after the change, it is fastest right after it.
    return change if math.isnan(wait) else change + wait


def _shock_inflection(values: NDArray[np.float64], change: float) -> float:
    p, q, factor = values
    return _two_regime_inflection(np.array([p, q, factor * p, factor * q]), change)


def _middle(values: NDArray[np.float64], _: float) -> float:
    return float(values[1])


_P = Words("external influence (innovation)", "外部影响系数（创新）")
_Q = Words("internal influence (imitation)", "内部影响系数（模仿）")
_BEFORE = Words(" before the change", "（变化前）")
_AFTER = Words(" after the change", "（变化后）")
_LOW, _HIGH = 1e-9, 500.0
_R = Parameter("r", Words("rate of growth", "增长率"), 1e-3, _HIGH)
_T0 = Parameter("t0", Words("time of the inflection", "拐点时刻"), -2.0, 5.0, "time")

_BASS_CITATION = (
    "Bass, F. M. (1969). A new product growth for model consumer durables."
    " Management Science 15(5), 215-227."
)


def _both(first: Words, second: Words) -> Words:
    return Words(first.en + second.en, first.zh + second.zh)


MODELS: Mapping[str, GrowthModel] = {
    "bass": GrowthModel(
        name=Words("Bass model", "巴斯模型"),
        formula="N(t) = m (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t)",
        citation=_BASS_CITATION,
        parameters=(Parameter("p", _P, _LOW, _HIGH), Parameter("q", _Q, _LOW, _HIGH)),
        share=_bass,
        inflection=_bass_inflection,
        starts=(tuple(np.geomspace(1e-6, 30, 18)), tuple(np.geomspace(0.02, 200, 18))),
    ),
    "logistic": GrowthModel(
        name=Words("logistic curve", "逻辑斯蒂曲线"),
        formula="N(t) = m / (1 + e^-r(t-t0))",
        citation="Griliches, Z. (1957). Hybrid corn: an exploration in the economics of"
        " technological change. Econometrica 25(4), 501-522.",
        parameters=(_R, _T0),
        share=_logistic,
        inflection=_middle,
        starts=(tuple(np.geomspace(0.3, 200, 14)), tuple(np.linspace(-0.5, 2.0, 16))),
    ),
    "gompertz": GrowthModel(
        name=Words("Gompertz curve", "龚珀兹曲线"),
        formula="N(t) = m exp(-e^-r(t-t0))",
        citation="Winsor, C. P. (1932). The Gompertz curve as a growth curve."
        " Proceedings of the National Academy of Sciences 18(1), 1-8.",
        parameters=(_R, _T0),
        share=_gompertz,
        inflection=_middle,
        starts=(tuple(np.geomspace(0.3, 200, 14)), tuple(np.linspace(-0.5, 2.0, 16))),
    ),
    "shock": GrowthModel(
        name=Words("Bass model with a shock", "带冲击的巴斯模型"),
        formula="dF/dt = (p + qF)(1 - F) x(t), x = 1 before the promotion, k after; N = mF",
        citation="Bass, F. M., Krishnan, T. V. and Jain, D. C. (1994). Why the Bass model fits"
        " without decision variables. Marketing Science 13(3), 203-223.",
        parameters=(
            Parameter("p", _both(_P, _BEFORE), _LOW, _HIGH),
            Parameter("q", _both(_Q, _BEFORE), _LOW, _HIGH),
            Parameter("k", Words("factor on the hazard", "风险率倍数"), 1e-3, 1e4, "factor"),
        ),
        share=_shock,
        inflection=_shock_inflection,
        starts=(
            tuple(np.geomspace(1e-5, 10, 9)),
            tuple(np.geomspace(0.02, 60, 9)),
            (0.1, 0.4, 1.0, 2.5, 8.0, 30.0),
        ),
        changes=True,
    ),
    "two-regime": GrowthModel(
        name=Words("two-regime Bass model", "两阶段巴斯模型"),
        formula="dF/dt = (p1 + q1 F)(1 - F) before the promotion, (p2 + q2 F)(1 - F) after; N = mF",
        citation=f"{_BASS_CITATION} Friedman, M. (1982). Piecewise exponential models for survival"
        " data with covariates. Annals of Statistics 10(1), 101-113.",
        parameters=(
            Parameter("p1", _both(_P, _BEFORE), _LOW, _HIGH),
            Parameter("q1", _both(_Q, _BEFORE), _LOW, _HIGH),
            Parameter("p2", _both(_P, _AFTER), _LOW, _HIGH),
            Parameter("q2", _both(_Q, _AFTER), _LOW, _HIGH),
        ),
        share=_two_regime,
        inflection=_two_regime_inflection,
        starts=(
            tuple(np.geomspace(1e-4, 3, 5)),
            tuple(np.geomspace(0.05, 50, 6)),
            tuple(np.geomspace(1e-3, 30, 5)),
            tuple(np.geomspace(0.05, 50, 6)),
        ),
        changes=True,
    ),
}
"""Growth models by name; ``shock`` and ``two-regime`` need the moment of promotion."""

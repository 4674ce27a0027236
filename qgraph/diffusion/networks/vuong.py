"""The field's test of an edge: whether it raises the likelihood of the measures, on average.

Its p-values are not calibrated: every edge that occurs in the right order is rewarded, so that
even years drawn at random give hundreds of "significant" ones.
:func:`qgraph.diffusion.calibrate` compares edges with such draws instead.
"""

from __future__ import annotations

from math import erfc, exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    #: For one edge: measures that it explains better than before, and by how much.
    Trace = tuple[NDArray[np.int32], NDArray[np.float64]]

__all__ = ["vuong", "vuong_aliased"]


def vuong(traces: Sequence[Trace], measures: int) -> NDArray[np.float64]:
    r"""Test each edge against the network without it.

    Parameters
    ----------
    traces
        Of the edges in the order in which they were picked; empty for one that gains nothing.
    measures
        How many there are in all, those that no edge explains included.

    Returns
    -------
    numpy.ndarray
        One-sided p-values; NaN where all measures gain the same, which includes a single one.

    Notes
    -----
    With :math:`d_c` the gain of the log-likelihood of measure c and C the number of measures,

    .. math:: z = \frac{\sum_c (d_c - 1/C)}{s \sqrt C}, \quad p = 1 - \Phi(z)

    where s is the standard deviation of :math:`d_c - 1/C` and 1/C the price of one more edge.

    References
    ----------
    Vuong, Q. H. (1989). Likelihood ratio tests for model selection and non-nested hypotheses.
    Econometrica 57(2), 307-333.
    """
    values = np.full(len(traces), np.nan)
    for number, (touched, gained) in enumerate(traces):
        if not len(touched):
            values[number] = 1.0  # every measure loses the same
        elif measures > 1:
            mean = float(gained.sum()) / measures
            squares = float(((gained - mean) ** 2).sum()) + (measures - len(touched)) * mean**2
            # Equal gains everywhere leave nothing but rounding.
            if squares > 1e-20 * float((gained**2).sum()):
                deviation = sqrt(squares / (measures - 1))
                statistic = (float(gained.sum()) - 1) / (deviation * sqrt(measures))
                values[number] = 0.5 * erfc(statistic / sqrt(2))
    return values


def vuong_aliased(traces: Sequence[Trace], measures: int) -> NDArray[np.float64]:
    r"""Give the p-values of R's NetworkInference 1.2.5, its defects included.

    The program means :func:`vuong`, but the price 1/C is subtracted in the very array that holds
    the scores, and stays there until an edge changes the measure's score. A measure that the last
    k edges left alone therefore gains k/C for nothing by the next that does not. Besides, 1/C is a
    number of single precision, and the normal distribution is a polynomial with an error of up to
    1.5e-7 (Abramowitz and Stegun 1964, formula 7.1.26).

    Parameters
    ----------
    traces, measures
        As for :func:`vuong`.
    """
    price = float(np.float32(1) / np.float32(measures))
    idle = np.zeros(measures)  # how often the price was taken off the score since it was computed
    values = np.full(len(traces), np.nan)
    for number, (touched, gained) in enumerate(traces):
        change = np.full(measures, -price)
        change[touched] += gained + idle[touched] * price
        idle += 1
        idle[touched] = 1
        if measures > 1:
            deviation = float(change.std(ddof=1))
            total = float(change.sum())
            # Where all scores change alike, R divides by 0, or by what rounding leaves.
            alike = not len(touched) or not deviation
            statistic = np.copysign(np.inf, total) if alike else total / deviation / sqrt(measures)
            values[number] = 1 - _normal(statistic)
    return values


def _normal(x: float) -> float:
    """Approximate the normal distribution function as R's NetworkInference does."""
    if np.isinf(x):
        return 1.0 if x > 0 else 0.0
    y = abs(x) / sqrt(2)
    t = 1 / (1 + 0.3275911 * y)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    polynomial = 0.0
    for factor in factors:
        polynomial = (polynomial + factor) * t
    error = 1 - polynomial * exp(-y * y)
    return 0.5 * (1 + (error if x >= 0 else -error))

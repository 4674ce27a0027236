"""Additive hazards: the rates at which several causes, each alone enough, bring an event about.

One target, many possible causes: while cause j is at work it brings the event about at rate
``a_j >= 0``, so that the hazard at a moment is the sum over the causes then at work. The likelihood
is concave; :func:`maximise` climbs it by EM, then finishes with projected Newton steps until a
bound on what is still missing says that the maximum is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["Fit", "maximise", "without"]

_NEWTON_STEPS = 100
_HALVINGS = 30
_SUFFICIENT = 1e-4
"""Share of the promised gain that a Newton step has to bring (Armijo's rule)."""
_BINDING = 1e-2
"""Causes that explain fewer events than this and should explain less yet are let go at once."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Rates of highest likelihood.

    Attributes
    ----------
    count
        Per cause, rate times exposure: the events expected of it.
    trace
        Log-likelihood at the start and after each step; never falls.
    gap
        The maximum is at most this far above the last entry of ``trace`` (Fenchel's inequality;
        for grouped times to first order).
    """

    count: Numbers
    trace: Numbers
    gap: float

    @property
    def log_likelihood(self) -> float:
        """Of the rates found."""
        return float(self.trace[-1])


def maximise(
    working: Numbers,
    *,
    grouped: bool = False,
    iterations: int = 60,
    refine: bool = True,
    tolerance: float = 1e-6,
    start: Numbers | None = None,
) -> Fit:
    r"""Find the rates that make the events most likely.

    Parameters
    ----------
    working
        One row per event, one column per cause: 1 over the cause's exposure (all the time it was
        at work on the target while that could still have the event) if it was at work at the
        event, else 0. Every row has a cause.
    grouped
        Time is in whole periods: an event says that something happened within its period.
    iterations
        Steps of EM, at most.
    refine
        Go on with projected Newton steps.
    tolerance
        Stop when the maximum cannot be further above than this.
    start
        First guess of ``count``, all positive or such that each event has a positive hazard.

    Notes
    -----
    With counts :math:`x_j = a_j E_j` and hazards :math:`h_c = \sum_j x_j/E_j` the logarithm of the
    likelihood is :math:`\sum_c \log h_c - \sum_j x_j`; for grouped times the first term is
    :math:`\log(e^{h_c}-1)`, because exposures include the period of the event. A step of EM gives
    each cause its expected events, :math:`x_j \leftarrow x_j \sum_c w_c/E_j` with
    :math:`w = 1/h`, or :math:`1/(1-e^{-h})`.

    References
    ----------
    Dempster, A. P., Laird, N. M. and Rubin, D. B. (1977). Maximum likelihood from incomplete data
    via the EM algorithm. Journal of the Royal Statistical Society B 39(1), 1-38.

    Bertsekas, D. P. (1982). Projected Newton methods for optimization problems with simple
    constraints. SIAM Journal on Control and Optimization 20(2), 221-246.
    """
    events, causes = working.shape
    if not events:
        return Fit(np.zeros(causes), np.zeros(1), 0.0)
    count = np.full(causes, events / causes) if start is None else start
    hazard = working @ count
    trace = [_log_likelihood(hazard, count, grouped)]
    gap = np.inf
    for _ in range(iterations):
        pull = _weight(hazard, grouped) @ working
        gap = _gap(pull, count)
        if gap <= tolerance:
            break
        count = count * pull
        hazard = working @ count
        trace.append(_log_likelihood(hazard, count, grouped))
    if refine:
        count, gap = _refine(working, count, grouped, tolerance, trace)
    else:
        gap = _gap(_weight(hazard, grouped) @ working, count)
    # Rounding in the last bits must not look like a fall.
    return Fit(count, np.maximum.accumulate(trace), gap)


def without(working: Numbers, fit: Fit, cause: int, *, grouped: bool, tolerance: float) -> Fit:
    """Maximise again without one cause, starting from the rates found with it."""
    rest = np.delete(working, cause, axis=1)
    start = np.delete(fit.count, cause)
    # What it alone explained needs a hazard to start from: of the causes found with it, or any.
    taking_over = start > 0
    alone = rest @ start <= 0
    if alone.any():
        taking_over |= rest[alone].any(axis=0)
    start[taking_over] += fit.count[cause] / taking_over.sum()
    return maximise(rest, grouped=grouped, iterations=20, tolerance=tolerance, start=start)


def _log_likelihood(hazard: Numbers, count: Numbers, grouped: bool) -> float:
    if hazard.min() <= 0:
        return -np.inf
    seen = np.log(-np.expm1(-hazard)) + hazard if grouped else np.log(hazard)
    return float(seen.sum() - count.sum())


def _weight(hazard: Numbers, grouped: bool) -> Numbers:
    """Expected causes per unit of hazard, given the event."""
    return -1.0 / np.expm1(-hazard) if grouped else 1.0 / hazard


def _gap(pull: Numbers, count: Numbers) -> float:
    """Bound how far the maximum is above, by the tangent and the counts' total at the maximum."""
    total = float(count @ pull)  # the number of events, if times are exact
    return max(0.0, total * float(pull.max()) - 2 * total + float(count.sum()))


def _refine(
    working: Numbers, count: Numbers, grouped: bool, tolerance: float, trace: list[float]
) -> tuple[Numbers, float]:
    """Climb by Newton steps, cut off where a rate would be negative, until the bound is met."""
    gap = np.inf
    for _ in range(_NEWTON_STEPS):
        hazard = working @ count
        weight = _weight(hazard, grouped)
        pull = weight @ working
        gap = _gap(pull, count)
        if gap <= tolerance:
            break
        gradient = pull - 1.0
        curvature = weight * (weight - 1.0) if grouped else weight * weight
        step = _newton(working, count, gradient, curvature)
        found = _search(working, count, gradient, step, grouped, trace[-1])
        if found is None:  # at the limit of what floating point can tell
            found = count * pull
        value = _log_likelihood(working @ found, found, grouped)
        if value <= trace[-1]:
            break
        count = found
        trace.append(value)
    return count, gap


def _newton(working: Numbers, count: Numbers, gradient: Numbers, curvature: Numbers) -> Numbers:
    """Newton's direction among the causes that are free; the gradient for those at their bound."""
    reach = np.abs(count - np.maximum(count + gradient, 0.0)).max()
    free = (count > min(_BINDING, float(reach))) | (gradient > 0)
    columns = working[:, free]
    bend = columns.T @ (columns * curvature[:, None])
    # Causes that are always at work together bend nothing between them.
    bend[np.diag_indices_from(bend)] *= 1 + 1e-9
    bend[np.diag_indices_from(bend)] += 1e-12
    step = gradient.copy()
    step[free] = np.linalg.solve(bend, gradient[free])
    return step


def _search(
    working: Numbers,
    count: Numbers,
    gradient: Numbers,
    step: Numbers,
    grouped: bool,
    value: float,
) -> Numbers | None:
    """Halve the step until it brings what it promises."""
    length = 1.0
    for _ in range(_HALVINGS):
        there = np.maximum(count + length * step, 0.0)
        promise = float(gradient @ (there - count))
        gain = _log_likelihood(working @ there, there, grouped) - value
        if promise > 0 and gain >= _SUFFICIENT * promise:
            return there
        length /= 2
    return None

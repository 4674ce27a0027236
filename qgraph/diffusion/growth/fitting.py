"""Fitting a growth model to a series by least squares or by maximum likelihood, within bounds.

For given parameters of the share F(t) the best ceiling m has a closed form under both estimators:
the unbounded one, moved to the nearest bound. So only the parameters of the share are searched
(variable projection, Golub and Pereyra 1973), and what is searched stays continuously
differentiable, since the inner problem is strictly convex.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.growth.models import MODELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.growth.models import GrowthModel

__all__ = ["ESTIMATORS", "Estimate", "Task", "draw", "fit", "log_likelihood"]

ESTIMATORS = ("nls", "mle")
"""Nonlinear least squares on the cumulative counts, and maximum likelihood of the counts of each
period (Schmittlein and Mahajan 1982)."""

_STARTS = 4
_APART = 1.5  # least distance between two starts, where rates differ by their logarithm
_TINY = 1e-150  # small enough to matter to no share, and its reciprocal still has a square
_STEP = 1e-6  # of the coordinates that are searched, which are of the order of 1


@dataclass(frozen=True, eq=False)
class Task:
    """What is fitted to what; plain enough to be sent to another process.

    Attributes
    ----------
    model
        A key of :data:`qgraph.diffusion.growth.models.MODELS`.
    clock, counts
        Time since the origin, above 0, and cumulative adopters by then.
    units
        How many could adopt.
    ceiling
        ``bounded`` to the interval from the adopters observed to all units, ``free`` of any bound,
        or a number of eventual adopters that is given.
    change
        Moment of change on the clock, not used by models without one.
    estimator
        One of :data:`ESTIMATORS`.
    """

    model: str
    clock: NDArray[np.float64]
    counts: NDArray[np.float64]
    units: int
    ceiling: float | str = "bounded"
    change: float = math.nan
    estimator: str = "nls"

    @property
    def growth(self) -> GrowthModel:
        """The model itself."""
        return MODELS[self.model]

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest ceiling."""
        if self.ceiling == "bounded":
            return float(self.counts[-1]), float(self.units)
        if self.ceiling == "free":
            return 0.0, math.inf
        return float(self.ceiling), float(self.ceiling)

    @property
    def freedom(self) -> int:
        """How many numbers are estimated: parameters, ceiling, and the variance of residuals."""
        given = not isinstance(self.ceiling, str)
        return len(self.growth.parameters) + (not given) + (self.estimator == "nls")

    def share(
        self, values: NDArray[np.float64], clock: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """F at the times of the series or at others; one row per row of parameters."""
        return self.growth.share(self.clock if clock is None else clock, values, self.change)


@dataclass(frozen=True, eq=False)
class Estimate:
    """Parameters that fit best.

    Attributes
    ----------
    values
        Parameters of the share, in the order of the model.
    ceiling
        The number of eventual adopters, m.
    loss
        Residual sum of squares, or deviance.
    converged
        True if the search ended because nothing better is near.
    """

    values: NDArray[np.float64]
    ceiling: float
    loss: float
    converged: bool


def fit(task: Task, near: NDArray[np.float64] | None = None) -> Estimate:
    """Find the parameters and the ceiling that fit best.

    Parameters
    ----------
    task
        What is fitted to what.
    near
        Parameters known to fit a similar series: the search starts there, and goes to the best
        point of the grid only if that is better; instead of at several points of the grid.

    Returns
    -------
    Estimate
        The best of what the searches found.

    References
    ----------
    Golub, G. H. and Pereyra, V. (1973). The differentiation of pseudo-inverses and nonlinear least
    squares problems whose variables separate. SIAM Journal on Numerical Analysis 10(2), 413-432.
    """
    if near is None:
        return min((_search(task, one) for one in _starts(task)[0]), key=lambda one: one.loss)
    found = _search(task, near)
    starts, losses = _starts(task, 1)
    # A point of the grid that is better already lies in another valley.
    return found if found.loss <= losses[0] else _search(task, starts[0])


def log_likelihood(counts: NDArray[np.float64], fitted: NDArray[np.float64], units: int) -> float:
    """Log-likelihood of when each unit adopted, if at all, given the fitted cumulative curve.

    Parameters
    ----------
    counts
        Cumulative adopters by the end of each period.
    fitted
        The same as the curve has it.
    units
        How many could adopt; each adopts in a period with the probability that the curve gives,
        independently of the others.

    Returns
    -------
    float
        Sum over units of the log of that probability; NaN if the curve rises above ``units``.

    References
    ----------
    Schmittlein, D. C. and Mahajan, V. (1982). Maximum likelihood estimation for an innovation
    diffusion model of new product acceptance. Marketing Science 1(1), 57-78.
    """
    from scipy.special import xlogy

    seen, expected = _cells(counts, units), _cells(fitted, units)
    if (expected < 0).any():
        return math.nan
    if ((expected == 0) & (seen > 0)).any():
        return -math.inf
    return float(xlogy(seen, expected / units).sum())


def draw(task: Task, estimate: Estimate, rng: np.random.Generator) -> Task | None:
    """Draw a series like the one observed from a fitted curve: a new task, or None if all is empty.

    Each unit adopts in a period with the probability that the curve gives, or not at all; the
    drawn series rises as any series of adopters does.
    """
    curve = estimate.ceiling * task.share(estimate.values)
    chances = np.maximum(_cells(curve, task.units), 0)
    counts = np.cumsum(rng.multinomial(task.units, chances / chances.sum())[:-1]).astype(np.float64)
    if counts[-1] < 1:
        return None
    return replace(task, counts=counts)


def _cells(cumulative: NDArray[np.float64], units: int) -> NDArray[np.float64]:
    """Adopters of each period, then those who have not adopted by the end."""
    return np.diff(cumulative, prepend=0.0, append=float(units))


def _best_ceiling(task: Task, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Best ceiling for shares at the times of the series (the last axis).

    Least squares: F'N / F'F. Likelihood: setting its derivative to 0 gives m F(T) = N(T).
    """
    if task.estimator == "mle":
        ceiling = task.counts[-1] / np.maximum(share[..., -1], _TINY)
    else:
        ceiling = (share @ task.counts) / np.maximum((share**2).sum(-1), _TINY)
    bounded: NDArray[np.float64] = np.clip(ceiling, *task.bounds)
    return bounded


def _residuals(task: Task, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Residuals whose sum of squares is least for the estimate; times lie on the last axis.

    For the likelihood these are the signed roots of the deviance of each cell of the multinomial,
    which is the deviance of independent Poisson counts, as the cells add up to all units.
    """
    curve = _best_ceiling(task, share)[..., None] * share
    if task.estimator == "nls":
        return curve - task.counts
    seen = _cells(task.counts, task.units)
    full = np.broadcast_to(float(task.units), (*curve.shape[:-1], 1))
    expected = np.diff(np.concatenate([np.zeros_like(full), curve, full], axis=-1), axis=-1)
    expected = np.maximum(expected, _TINY)
    excess = np.maximum(expected / np.maximum(seen, 1) - 1, 1e-15 - 1)
    # The part above log1p is exact near 0, where a difference of logarithms would be noise.
    deviance = np.where(seen > 0, 2 * seen * (excess - np.log1p(excess)), 2 * expected)
    signed: NDArray[np.float64] = np.sign(expected - seen) * np.sqrt(np.maximum(deviance, 0))
    return signed


def _starts(task: Task, count: int = _STARTS) -> tuple[list[NDArray[np.float64]], list[float]]:
    """Points of the grid that fit best, some way apart, and how badly they fit."""
    grid = task.growth.grid(float(task.clock[-1]))
    loss = (_residuals(task, task.share(grid)) ** 2).sum(-1)
    coordinates = _encode(task, grid)
    chosen: list[int] = []
    for number in np.argsort(loss, kind="stable"):
        distance = np.abs(coordinates[chosen] - coordinates[number]).max(axis=-1)
        if (distance >= _APART).all():
            chosen.append(int(number))
        if len(chosen) == count:
            break
    return [grid[number] for number in chosen], [float(loss[number]) for number in chosen]


def _search(task: Task, start: NDArray[np.float64]) -> Estimate:
    """Go downhill from a start."""
    from scipy.optimize import least_squares

    low, high = (_encode(task, bound) for bound in task.growth.bounds(float(task.clock[-1])))

    def values(point: NDArray[np.float64]) -> NDArray[np.float64]:
        # Beyond its bounds a parameter has no influence, so that MINPACK, which knows no bounds,
        # has no reason to go there.
        return _decode(task, np.clip(point, low, high))

    def residuals(point: NDArray[np.float64]) -> NDArray[np.float64]:
        return _residuals(task, task.share(values(point)))

    steps = _STEP * np.eye(low.size)

    def slopes(point: NDArray[np.float64]) -> NDArray[np.float64]:
        # Central differences, all parameters at once.
        return (residuals(point + steps) - residuals(point - steps)).T / (2 * _STEP)

    found = least_squares(
        residuals,
        np.clip(_encode(task, start), low, high),
        jac=slopes,
        method="lm" if task.clock.size >= low.size else "trf",
        xtol=1e-10,
        ftol=1e-12,
        gtol=1e-12,
        max_nfev=400 * (low.size + 1),
    )
    best = values(found.x)
    return Estimate(
        values=best,
        ceiling=float(_best_ceiling(task, task.share(best))),
        loss=float(2 * found.cost),
        converged=bool(found.success),
    )


def _encode(task: Task, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parameters as they are searched: rates by their logarithm, times in parts of the series."""
    positive = task.growth.is_positive()
    scaled = values / float(task.clock[-1])
    return np.where(positive, np.log(np.where(positive, values, 1.0)), scaled)


def _decode(task: Task, point: NDArray[np.float64]) -> NDArray[np.float64]:
    positive = task.growth.is_positive()
    return np.where(positive, np.exp(np.where(positive, point, 0.0)), point * float(task.clock[-1]))

"""Survival when the time of an event is known within bounds only: Turnbull's estimate.

A promotion reported "by the end of 2023", or a pilot whose start lies between two documents, gives
a delay that lies in an interval. Taking its end, or its middle, for the time itself biases every
other estimate of this package; this one takes the interval for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.survival.risk_table import INDEPENDENT, check_events, check_level, conditioned
from qgraph.diffusion.survival.spells import Spells, case_columns, of_group
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["IntervalSurvival", "turnbull"]

_TURNBULL = Method(
    name=Words("Turnbull's estimate (interval-censored times)", "Turnbull估计（区间删失）"),
    formula="p_j = (1/N) sum of w_i a_ij p_j / sum over k of a_ik p_k (self-consistency, EM)",
    citation=(
        "Turnbull, B. W. (1976). The empirical distribution function with arbitrarily grouped,"
        " censored and truncated data. Journal of the Royal Statistical Society B 38(3), 290-295"
    ),
    assumptions=(
        INDEPENDENT,
        Words(
            "The bounds must not depend on the time itself beyond holding it (non-informative"
            " reporting).",
            "上下界除包含事件时间外不得携带其他信息（报告须为非信息性）。",
        ),
        Words(
            "Inside an interval of the table the curve is not determined: any shape fits as well.",
            "表中各区间内部的曲线形状无法确定：任何形状拟合程度相同。",
        ),
    ),
)

_NOTHING, _SLACK = 1e-6, 1e-4
"""A mass below the first, and still shrinking by more than the second at each step, is none."""

_WARM, _MOST_COLUMNS = 10, 200
"""Steps of EM before the first of Newton, and how many masses one of those looks at."""

_BOOTSTRAPPED = Words(
    "The bootstrap interval is a guide only: for interval-censored times its coverage is not"
    " proven.",
    "自助法区间仅供参考：区间删失下其覆盖率未获证明。",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalSurvival(Result):
    """Probability masses of the time of the event, each somewhere in an interval.

    Attributes
    ----------
    spells
        Those it was estimated from.
    group
        Place in ``spells.groups``, one entry per row.
    left, right
        The mass of a row lies in (left, right], or at the one time if both are equal. A right end
        of infinity is mass later than all that was watched.
    probability
        The mass; the rows of a group sum to 1.
    survival
        Probability to be without the event after ``right``.
    low, high
        Bootstrap percentiles of ``survival``; NaN without replicates.
    log_likelihood
        One per group.
    gap
        By how much, at most, each log-likelihood is below the highest there is.
    iterations
        One per group.
    confidence
        Level of the interval.
    """

    spells: Spells
    group: NDArray[np.int64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    probability: NDArray[np.float64]
    survival: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    log_likelihood: tuple[float, ...]
    gap: tuple[float, ...]
    iterations: tuple[int, ...]
    confidence: float

    @property
    def table(self) -> Table:
        """One row per group and interval that holds mass."""
        group, right = case_columns(self.spells, self.group, self.right)
        level = f"{self.confidence:.0%}"
        return Table(
            (
                group,
                Column("from", Words("After", "晚于"), self.left.tolist(), "g"),
                right,
                Column("probability", Words("Mass", "概率质量"), self.probability.tolist(), ".4f"),
                Column("estimate", Words("S(t)", "生存函数S(t)"), self.survival.tolist(), ".4f"),
                Column("low", Words(f"Low {level}", f"{level}下限"), self.low.tolist(), ".4f"),
                Column("high", Words(f"High {level}", f"{level}上限"), self.high.tolist(), ".4f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """For each group the interval of the median and the log-likelihood."""
        lines: list[tuple[str, Words, object]] = []
        for place in range(len(self.spells.groups)):
            key, en, zh = of_group(self.spells, place)
            low, high = self.median[place]
            lines += [
                (f"median_after{key}", Words(f"median after{en}", f"中位时间晚于{zh}"), low),
                (f"median_by{key}", Words(f"median by{en}", f"中位时间不晚于{zh}"), high),
                (
                    f"log_likelihood{key}",
                    Words(f"log-likelihood{en}", f"对数似然{zh}"),
                    self.log_likelihood[place],
                ),
            ]
        return tuple(lines)

    @property
    def median(self) -> tuple[tuple[float, float], ...]:
        """Interval in which half the mass is reached, one per group; infinite if after all."""
        found = []
        for place in range(len(self.spells.groups)):
            rows = np.flatnonzero(self.group == place)
            first = rows[np.flatnonzero(self.survival[rows] <= 0.5 + 1e-9)[0]]
            found.append((float(self.left[first]), float(self.right[first])))
        return tuple(found)

    def survival_at(self, times: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the least and the greatest S(t) that fit the data as well, groups by times."""
        moments = np.asarray(times, dtype=np.float64)
        shape = (len(self.spells.groups), len(moments))
        least, most = np.ones(shape), np.ones(shape)
        for place in range(shape[0]):
            own = self.group == place
            masses = _Masses(self.left[own], self.right[own], self.probability[own])
            least[place], most[place] = masses.bounds(moments)
        return least, most


class _Masses(NamedTuple):
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    probability: NDArray[np.float64]

    def bounds(
        self, moments: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give S with all mass as early, and as late, as it may lie."""
        exact = self.left == self.right
        begun = (self.left[:, None] < moments) | (exact[:, None] & (self.left[:, None] == moments))
        over = self.right[:, None] <= moments
        return 1 - self.probability @ begun, 1 - self.probability @ over


def turnbull(
    spells: Spells,
    *,
    confidence: float = 0.95,
    replicates: int = 0,
    seed: int = 0,
    jobs: int | None = None,
    tolerance: float = 1e-8,
    most_iterations: int = 1_000,
    conditional: bool = False,
) -> IntervalSurvival:
    r"""Estimate survival from times that lie in intervals, group by group.

    Parameters
    ----------
    spells
        Events in (earliest, exit], exact ones where both are equal; all causes are one event.
    confidence
        Level of the bootstrap interval, between 0 and 1.
    replicates
        How many bootstrap samples to draw of the spells of each group; 0 for no interval.
    seed
        Of the bootstrap.
    jobs
        How many processes; None leaves it to joblib's configuration.
    tolerance
        How far the log-likelihood may stay below its maximum.
    most_iterations
        When to give up.
    conditional
        True to go on if every spell ended in the event.

    Returns
    -------
    IntervalSurvival
        The nonparametric maximum-likelihood estimate; without intervals, Kaplan-Meier's.

    Raises
    ------
    Refused
        If there is no event, or nothing else; if entry is delayed; if it does not converge.

    Notes
    -----
    Mass can lie only in the innermost intervals: from a left end to the next right end with no
    other end between. With :math:`a_{ij} = 1` if spell i may have had its event in the j-th and
    weights :math:`w_i` that sum to N, EM repeats

    .. math:: p_j \leftarrow \frac{1}{N} \sum_i w_i \frac{a_{ij} p_j}{\sum_k a_{ik} p_k}
        = p_j g_j

    The log-likelihood is concave, so that :math:`N (\max_j g_j - 1)` bounds what is missing to its
    maximum; that is ``gap``, and where it stops. As EM alone may take many thousands of steps to
    empty an interval, each is followed by one of the constrained Newton method (Wang 2008), which
    has the same end.

    References
    ----------
    Turnbull, B. W. (1976). The empirical distribution function with arbitrarily grouped, censored
    and truncated data. Journal of the Royal Statistical Society B 38(3), 290-295.

    Gentleman, R. and Geyer, C. J. (1994). Maximum likelihood for interval censored data:
    consistency and computation. Biometrika 81(3), 618-623.

    Wang, Y. (2008). Dimension-reduced nonparametric maximum likelihood computation for
    interval-censored data. Computational Statistics and Data Analysis 52(5), 2388-2402.
    """
    check_level(confidence)
    check_events(spells, None, conditional)
    since = np.maximum(spells.earliest, spells.entry)
    if spells.entry.max() > since.min():
        raise Refused(
            Words(
                "some spells enter when others may already have had the event: Turnbull's estimate"
                " does not take delayed entry into account here",
                "部分时段进入观察时，其他时段可能已发生事件：此处的Turnbull估计未考虑延迟进入",
            ),
            Words(
                "Give exact times, or spells watched from the start.",
                "请给出确切时间，或自起点即受观察的时段。",
            ),
        )
    fits, lows, highs = [], [], []
    for place in range(len(spells.groups)):
        sample = _sample(spells, spells.group == place)
        fit = _fit(sample, tolerance, most_iterations)
        drawn = replicate(
            partial(_resampled, sample, fit.right, tolerance, most_iterations),
            replicates,
            seed,
            jobs=jobs,
        )
        low, high = _percentiles(list(drawn), len(fit.right), confidence)
        fits.append(fit)
        lows.append(low)
        highs.append(high)
    return IntervalSurvival(
        method=conditioned(_TURNBULL, spells),
        settings={
            "by": spells.by,
            "confidence": confidence,
            "replicates": replicates,
            "tolerance": tolerance,
            "conditional": conditional,
        },
        warnings=(*spells.warnings, *([_BOOTSTRAPPED] if replicates else [])),
        seed=seed if replicates else None,
        data=spells.data,
        spells=spells,
        group=np.repeat(np.arange(len(fits)), [len(fit.right) for fit in fits]),
        left=np.concatenate([fit.left for fit in fits]),
        right=np.concatenate([fit.right for fit in fits]),
        probability=np.concatenate([fit.probability for fit in fits]),
        survival=np.concatenate([_after(fit.probability) for fit in fits]),
        low=np.concatenate(lows),
        high=np.concatenate(highs),
        log_likelihood=tuple(fit.log_likelihood for fit in fits),
        gap=tuple(fit.gap for fit in fits),
        iterations=tuple(fit.iterations for fit in fits),
        confidence=confidence,
    )


class _Sample(NamedTuple):
    """Distinct observations: mass in (left, right], or at one time, or (infinity) after left."""

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    weight: NDArray[np.float64]


class _Fit(NamedTuple):
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    probability: NDArray[np.float64]
    log_likelihood: float
    gap: float
    iterations: int


def _sample(spells: Spells, own: NDArray[np.bool_]) -> _Sample:
    censored = spells.cause[own] == 0
    left = np.maximum(spells.earliest, spells.entry)[own]
    right = np.where(censored, np.inf, spells.exit[own])
    pairs, place = np.unique(np.column_stack((left, right)), axis=0, return_inverse=True)
    weight = np.asarray(np.bincount(place.ravel(), spells.weight[own]), dtype=np.float64)
    return _Sample(pairs[:, 0], pairs[:, 1], weight)


def _fit(sample: _Sample, tolerance: float, most_iterations: int) -> _Fit:
    """Run EM, and Newton steps after each, for one group."""
    left, right, first, last = _innermost(sample)
    total = float(sample.weight.sum())
    mass = np.full(len(left), 1 / len(left))
    for iteration in range(1, most_iterations + 1):
        gain, likelihood = _gain(mass, first, last, sample.weight)
        gap = float(gain.max()) - total
        if gap <= tolerance:
            kept = (mass > _NOTHING) | (gain > (1 - _SLACK) * total)
            own = mass[kept] / mass[kept].sum()
            return _Fit(left[kept], right[kept], own, likelihood, max(gap, 0.0), iteration)
        mass = mass * gain / total
        if iteration > _WARM:
            mass = _newton(mass, first, last, sample.weight)
    raise Refused(
        Words(
            f"no convergence in {most_iterations} iterations: the log-likelihood may be"
            f" {gap:.2g} below its maximum",
            f"{most_iterations}次迭代内未收敛：对数似然与最大值之差可能达{gap:.2g}",
        ),
        Words("Allow a wider tolerance or more iterations.", "请放宽容差或增加迭代次数。"),
    )


def _innermost(
    sample: _Sample,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Find the innermost intervals, and for each observation the run of those inside it.

    Ends are put in order as whole numbers: at one time an exact observation starts first, then
    intervals end (they hold their right end), then intervals start (they do not hold their left).
    """
    times = np.unique(np.concatenate((sample.left, sample.right)))
    exact = sample.left == sample.right
    starts = 3 * np.searchsorted(times, sample.left) + np.where(exact, 0, 2)
    ends = 3 * np.searchsorted(times, sample.right) + 1
    marks = np.union1d(starts, ends)
    here = np.flatnonzero((marks[:-1] % 3 != 1) & (marks[1:] % 3 == 1))
    begin, end = marks[here], marks[here + 1]
    first = np.searchsorted(begin, starts, side="left")
    last = np.searchsorted(end, ends, side="right")
    return times[begin // 3], times[end // 3], first, last


def _gain(
    mass: NDArray[np.float64],
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Give N g_j, by which EM multiplies each mass (over N), and the log-likelihood."""
    chance = _chance(mass, first, last)
    ratio, places = weight / chance, len(mass) + 1
    steps = np.bincount(first, ratio, places) - np.bincount(last, ratio, places)
    return np.cumsum(steps)[:-1], float(weight @ np.log(chance))


def _chance(
    mass: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Sum the masses that each observation may have."""
    total = np.concatenate(([0.0], np.cumsum(mass)))
    return np.asarray(total[last] - total[first])


def _newton(
    mass: NDArray[np.float64],
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Go to the top of the log-likelihood's second-order approximation, or as far as it rises."""
    from scipy.optimize import nnls

    gain, likelihood = _gain(mass, first, last, weight)
    columns = _candidates(mass, gain)
    inside = (first[:, None] <= columns) & (columns < last[:, None])
    # That top is where the sum of w_i (sum_j a_ij q_j / P_i - 2)^2 is least, over masses q that
    # sum to 1. The row of ones leaves q free in scale only, which its sum then takes out.
    design = np.sqrt(weight / weight.sum())[:, None] * (
        inside / _chance(mass, first, last)[:, None] - 2
    )
    rows = np.vstack((design, np.ones(len(columns))))
    solution, _ = nnls(rows, np.append(np.zeros(len(design)), 1.0), maxiter=100 * len(columns))
    aim = np.zeros_like(mass)
    aim[columns] = solution / solution.sum()
    slope = float(gain @ (aim - mass))
    for size in 0.5 ** np.arange(30):
        moved = (1 - size) * mass + size * aim
        chance = _chance(moved, first, last)
        # A full step may leave an observation without any mass.
        if chance.min() > 0 and weight @ np.log(chance) >= likelihood + size * slope / 3:
            return np.asarray(moved)
    return mass


def _candidates(mass: NDArray[np.float64], gain: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose the intervals that hold most of the mass, and those that locally gain most."""
    around = np.concatenate(([-np.inf], gain, [-np.inf]))
    top = (gain >= around[:-2]) & (gain >= around[2:])
    heavy = np.zeros_like(top)
    heavy[np.argsort(-mass, kind="stable")[:_MOST_COLUMNS]] = True
    return np.flatnonzero(top | (heavy & (mass > 0)))


def _after(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mass after each interval; exactly 0 after the last."""
    later = np.cumsum(probability[::-1])[::-1]
    return np.append(later[1:], 0.0)


def _resampled(
    sample: _Sample,
    times: NDArray[np.float64],
    tolerance: float,
    most_iterations: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Estimate S at some times from spells drawn with replacement."""
    # As many draws as there are spells; weights that are no counts are rounded for that.
    size = round(float(sample.weight.sum()))
    drawn = random.multinomial(size, sample.weight / sample.weight.sum())
    kept = drawn > 0
    again = _Sample(sample.left[kept], sample.right[kept], drawn[kept].astype(np.float64))
    fit = _fit(again, tolerance, most_iterations)
    return _Masses(fit.left, fit.right, fit.probability).bounds(times)[1]


def _percentiles(
    drawn: list[NDArray[np.float64]], size: int, confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not drawn:
        return np.full(size, np.nan), np.full(size, np.nan)
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high

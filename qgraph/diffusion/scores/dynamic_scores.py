"""Innovativeness over time: rate scores in a moving window, and smoothed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.events import period_text
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.scores.opportunities import Opportunities, opportunities, ratio
from qgraph.diffusion.scores.rate_scores import RATE
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["DynamicScores", "dynamic_rate_scores"]

_DYNAMIC = Method(
    name=Words("Dynamic innovativeness rate scores", "动态创新性得分"),
    formula=(
        "r_it = Σ adoptions / Σ opportunities in the window (t-w, t]; smoothed: local polynomial "
        "of the adoptions per opportunity with the Epanechnikov kernel 0.75(1-z²), z = (s-t)/h"
    ),
    citation=(
        f"{RATE.citation}; window and bandwidth as in Boehmke, F. J. et al. (2020). SPID: a new "
        "database for inferring public policy innovativeness and diffusion networks. "
        "Policy Studies Journal 48(2), 517-545"
    ),
    assumptions=RATE.assumptions,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicScores(Result):
    """Innovativeness of each unit over time.

    Attributes
    ----------
    units, periods
        Names and times, in the order of rows and columns of the matrices.
    adoptions, opportunities
        Units by periods, within each single period.
    rate
        Units by periods: ratio in the window that ends with the period, NaN without opportunity.
    smoothed, error
        Local polynomial, and its binomial standard error.
    period
        Length of a period, one of :data:`qgraph.diffusion.records.events.PERIODS`, or empty.
    """

    units: tuple[str, ...]
    periods: NDArray[np.int64]
    adoptions: NDArray[np.int64]
    opportunities: NDArray[np.int64]
    rate: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    error: NDArray[np.float64]
    period: str = ""

    @property
    def table(self) -> Table:
        """One row per unit and period in whose window there was an opportunity."""
        row, column = np.nonzero(np.isfinite(self.rate))
        times = tuple(_time(self.periods[c], self.period) for c in column)
        smoothed = Words("smoothed rate", "平滑采纳率")
        return Table(
            (
                Column("unit", Words("unit", "单位"), tuple(self.units[r] for r in row)),
                Column("period", Words("period", "时期"), times),
                Column(
                    "adoptions", Words("adoptions", "采纳数"), self.adoptions[row, column].tolist()
                ),
                Column(
                    "opportunities",
                    Words("opportunities", "机会数"),
                    self.opportunities[row, column].tolist(),
                ),
                Column(
                    "rate",
                    Words("rate in window", "窗口采纳率"),
                    self.rate[row, column].tolist(),
                    ".5f",
                ),
                Column("smoothed", smoothed, self.smoothed[row, column].tolist(), ".5f"),
                Column(
                    "error",
                    Words("standard error", "标准误"),
                    self.error[row, column].tolist(),
                    ".5f",
                ),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many units, and from when to when."""
        return (
            ("units", Words("units", "单位数"), len(self.units)),
            ("first", Words("first period", "起始时期"), _time(self.periods[0], self.period)),
            ("last", Words("last period", "终止时期"), _time(self.periods[-1], self.period)),
        )


def dynamic_rate_scores(
    cascades: Cascades,
    *,
    window: int = 2,
    bandwidth: float = 1.5,
    degree: int = 0,
    first: float | None = None,
    entry: Mapping[str, float] | None = None,
    until: str = "last",
) -> DynamicScores:
    r"""Score each unit in each period, in a moving window and smoothed.

    Parameters
    ----------
    cascades
        In whole periods, such as years.
    window
        Length of the window in periods, at least 1; it ends with the period it is given for.
    bandwidth
        Half-width of the kernel in periods, above 0; 1.5 covers three periods.
    degree
        Of the local polynomial: 0 (a weighted mean) or 1 (a line, which may leave [0, 1]).
    first, entry, until
        As in :func:`rate_scores`.

    Returns
    -------
    DynamicScores
        Units by periods.

    Raises
    ------
    Refused
        If times are not whole periods, or no measure is left.
    QGraphError
        If an option is unknown or out of range.

    Notes
    -----
    Adoptions :math:`a_s` and opportunities :math:`o_s` of period s, weighted with the kernel
    :math:`w_s = 0.75 (1 - ((s-t)/h)^2)` within the bandwidth h, give for degree 0

    .. math:: \hat r_t = \sum_s w_s a_s / \sum_s w_s o_s

    and for degree 1 the value at t of the weighted least-squares line through the opportunities.
    The standard error is that of a binomial with rate :math:`\hat r_t`.

    References
    ----------
    Boehmke, F. J. and Skinner, P. (2012). State policy innovativeness revisited. State Politics &
    Policy Quarterly 12(3), 303-329.

    Boehmke, F. J., Brockway, M., Desmarais, B. A., Harden, J. J., LaCombe, S., Linder, F. and
    Wallach, H. (2020). SPID: a new database for inferring public policy innovativeness and
    diffusion networks. Policy Studies Journal 48(2), 517-545.
    """
    if window < 1 or bandwidth <= 0 or degree not in (0, 1):
        raise QGraphError(
            f"window {window}, bandwidth {bandwidth:g} and degree {degree} make no smoother",
            hint="Give a window of 1 or more, a bandwidth above 0, and degree 0 or 1.",
        )
    could = opportunities(cascades, first=first, entry=entry, until=until)
    begin = int(could.start.min())
    periods = np.arange(begin, int(could.stop.max()) + 1)
    adoptions, chances = _by_period(could, begin, len(periods))
    rate = ratio(_moving_sum(adoptions, window), _moving_sum(chances, window))
    smoothed, error = _smooth(adoptions, chances, bandwidth, degree)
    return DynamicScores(
        method=_DYNAMIC,
        settings={
            "window": window,
            "bandwidth": bandwidth,
            "degree": degree,
            "first": first,
            "entry": dict(sorted((entry or {}).items())),
            "until": until,
        },
        warnings=(*cascades.warnings, *could.warnings),
        data=cascades.data,
        units=cascades.units,
        periods=periods,
        adoptions=adoptions,
        opportunities=chances,
        rate=rate,
        smoothed=smoothed,
        error=error,
        period=cascades.period,
    )


def _by_period(
    could: Opportunities, begin: int, length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count adoptions and opportunities, units by periods."""
    units = could.adopted.shape[1]
    adoptions = np.zeros((units, length), dtype=np.int64)
    measure, unit = np.nonzero(could.adopted)
    np.add.at(adoptions, (unit, could.stop[measure, unit].astype(np.intp) - begin), 1)
    # One more where an opportunity starts, one less after it ends; the running sum counts them.
    steps = np.zeros((units, length + 1), dtype=np.int64)
    measure, unit = np.nonzero(could.count)
    np.add.at(steps, (unit, could.start[measure, unit].astype(np.intp) - begin), 1)
    np.add.at(steps, (unit, could.stop[measure, unit].astype(np.intp) - begin + 1), -1)
    return adoptions, steps.cumsum(axis=1)[:, :-1]


def _moving_sum(counts: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """Sum over the periods of the window that ends with each period."""
    total = counts.cumsum(axis=1)
    total[:, window:] -= total[:, :-window].copy()
    return total


def _smooth(
    adoptions: NDArray[np.int64], chances: NDArray[np.int64], bandwidth: float, degree: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the local polynomial of the rate at each period, and its standard error."""
    reach = int(np.ceil(bandwidth)) - 1
    offsets = np.arange(-reach, reach + 1)
    kernel = 0.75 * (1 - (offsets / bandwidth) ** 2)
    # near[d, i, t] is the count of unit i in period t + offsets[d], 0 outside of the data.
    padded = [np.pad(part, ((0, 0), (reach, reach))) for part in (adoptions, chances)]
    length = adoptions.shape[1]
    taken, open_ = (
        np.stack([part[:, start : start + length] for start in range(len(offsets))])
        for part in padded
    )
    moments = [np.tensordot(kernel * offsets**power, open_, axes=1) for power in range(3)]
    spread = moments[0] * moments[2] - moments[1] ** 2
    # A line needs opportunities in two periods; with those of one the mean is all there is.
    line = (spread > 1e-9 * moments[0] * moments[2]) & (degree == 1)
    shape = (len(offsets), 1, 1)
    slope = offsets.reshape(shape) * np.where(line, moments[1], 0.0)
    pull = kernel.reshape(shape) * (np.where(line, moments[2], 1.0) - slope)
    weight = pull / np.where(line, spread, np.where(moments[0] > 0, moments[0], np.nan))
    smoothed = (weight * taken).sum(axis=0)
    chance = np.clip(smoothed, 0.0, 1.0)
    return smoothed, np.sqrt((weight**2 * open_).sum(axis=0) * chance * (1 - chance))


def _time(number: np.int64, period: str) -> object:
    return period_text(float(number), period) if period else int(number)

"""The hazard period by period: in whole periods as they are, or in intervals as an actuary does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.survival.curves import normal_quantile
from qgraph.diffusion.survival.risk_table import (
    ALIKE,
    INDEPENDENT,
    check_events,
    conditioned,
    risk_table,
)
from qgraph.diffusion.survival.spells import Spells, case_columns, counts
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["LifeTable", "life_table"]

_LIFE_TABLE = Method(
    name=Words("Discrete-time hazard (life table)", "离散时间风险率（寿命表）"),
    formula="h = d/n', n' = n + (entered - withdrawn)/2 in intervals, n in whole periods",
    citation=(
        "Cutler, S. J. and Ederer, F. (1958). Maximum utilization of the life table method in"
        " analyzing survival. Journal of Chronic Diseases 8(6), 699-712"
    ),
    assumptions=(
        INDEPENDENT,
        ALIKE,
        Words(
            "In intervals those who come or go without an event are at risk for half of one.",
            "区间内无事件而进入或退出者，按在险半个区间计。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LifeTable(Result):
    """Hazards period by period, group by group.

    Attributes
    ----------
    spells
        Those counted.
    group
        Place in ``spells.groups``, one entry per row.
    left, right
        A row is about events in (left, right]; equal for a whole period.
    n_risk
        At risk just after ``left``; for a whole period, in it.
    entered, withdrawn
        Came under observation in between; left it without the event looked at.
    exposure
        At risk on average, n'.
    events
        Of the kind looked at.
    estimate, low, high
        Hazard and its Wilson interval; NaN if nobody is at risk.
    survival
        Share without the event at the end of the row.
    confidence
        Level of the interval.
    """

    spells: Spells
    group: NDArray[np.int64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    n_risk: NDArray[np.float64]
    entered: NDArray[np.float64]
    withdrawn: NDArray[np.float64]
    exposure: NDArray[np.float64]
    events: NDArray[np.float64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    survival: NDArray[np.float64]
    confidence: float

    @property
    def table(self) -> Table:
        """One row per group and period."""
        group, time = case_columns(self.spells, self.group, self.right)
        level = f"{self.confidence:.0%}"
        return Table(
            (
                group,
                Column("from", Words("From", "自"), self.left.tolist(), "g"),
                time,
                Column("n_risk", Words("At risk", "在险数"), counts(self.n_risk)),
                Column("exposure", Words("Exposure", "有效在险数"), self.exposure.tolist(), "g"),
                Column("events", Words("Events", "事件数"), counts(self.events)),
                Column("withdrawn", Words("Withdrawn", "退出数"), counts(self.withdrawn)),
                Column("estimate", Words("Hazard", "风险率"), self.estimate.tolist(), ".4f"),
                Column("low", Words(f"Low {level}", f"{level}下限"), self.low.tolist(), ".4f"),
                Column("high", Words(f"High {level}", f"{level}上限"), self.high.tolist(), ".4f"),
                Column("survival", Words("S(t)", "生存函数S(t)"), self.survival.tolist(), ".4f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Events and exposure in all."""
        return (
            ("events", Words("events", "事件数"), self.events.sum()),
            ("exposure", Words("spell-periods at risk", "在险时段·期数"), self.exposure.sum()),
        )


def life_table(
    spells: Spells,
    edges: ArrayLike | None = None,
    *,
    cause: str | None = None,
    confidence: float = 0.95,
    conditional: bool = False,
) -> LifeTable:
    r"""Estimate the hazard in each period or interval, group by group.

    Parameters
    ----------
    spells
        At risk on (entry, exit]; all times exact.
    edges
        Ends of the intervals (a, b], rising; the first interval holds its left end, too. By default
        times must be whole periods, and each has a row, those without an event as well.
    cause
        The event; other causes then count as withdrawn. By default any cause is the event.
    confidence
        Level of the intervals, between 0 and 1.
    conditional
        True to go on if every spell ended in the event.

    Returns
    -------
    LifeTable
        In whole periods its survival is the Kaplan-Meier estimate.

    Raises
    ------
    QGraphError
        If edges do not rise, or there are none and times are no whole numbers.
    Refused
        If there is no event, or nothing else.

    Notes
    -----
    In whole periods who is censored in a period was at risk in it, and :math:`h = d/n`. In
    intervals, with n at risk at the start, e entered and w withdrawn in between,
    :math:`h = d / n'`, :math:`n' = n + e/2 - w/2`. Survival is :math:`\prod (1 - h)`. Wilson's
    interval takes n' for the number of trials.

    References
    ----------
    Cutler, S. J. and Ederer, F. (1958). Maximum utilization of the life table method in analyzing
    survival. Journal of Chronic Diseases 8(6), 699-712.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22(158), 209-212.
    """
    z = normal_quantile(confidence)
    event = check_events(spells, cause, conditional)
    notes = risk_table(spells).warnings
    if edges is None:
        count, (left, right) = _in_periods, _periods(spells)
    else:
        count, (left, right) = _in_intervals, _intervals(edges)
    groups = range(len(spells.groups))
    parts = [count(spells, event, spells.group == place, left, right) for place in groups]
    n_risk, entered, withdrawn, events, exposure = (
        np.concatenate([part[i] for part in parts]) for i in range(5)
    )
    hazard = np.full_like(exposure, np.nan)
    np.divide(events, exposure, out=hazard, where=exposure > 0)
    low, high = _wilson(hazard, exposure, z)
    # Where nobody is at risk nothing is known of the hazard, and the share stays what it was.
    kept = np.where(exposure > 0, 1 - hazard, 1.0).reshape(len(parts), -1)
    return LifeTable(
        method=conditioned(_LIFE_TABLE, spells),
        settings={
            "by": spells.by,
            "cause": cause or "any",
            "edges": None if edges is None else [float(left[0]), *map(float, right)],
            "confidence": confidence,
            "conditional": conditional,
        },
        warnings=notes,
        data=spells.data,
        spells=spells,
        group=np.repeat(np.arange(len(parts)), len(right)),
        left=np.tile(left, len(parts)),
        right=np.tile(right, len(parts)),
        n_risk=n_risk,
        entered=entered,
        withdrawn=withdrawn,
        exposure=exposure,
        events=events,
        estimate=hazard,
        low=low,
        high=high,
        survival=np.asarray(np.cumprod(kept, axis=1), dtype=np.float64).ravel(),
        confidence=confidence,
    )


class _Row(NamedTuple):
    n_risk: NDArray[np.float64]
    entered: NDArray[np.float64]
    withdrawn: NDArray[np.float64]
    events: NDArray[np.float64]
    exposure: NDArray[np.float64]


def _periods(spells: Spells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if np.any(spells.exit % 1) or np.any(spells.entry[np.isfinite(spells.entry)] % 1):
        raise QGraphError(
            "times are no whole periods", hint="Give the edges of intervals to count in."
        )
    periods = np.arange(spells.exit.min(), spells.exit.max() + 1)
    return periods, periods


def _intervals(edges: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ends = np.asarray(edges, dtype=np.float64)
    if len(ends) < 2 or not np.all(np.diff(ends) > 0):
        raise QGraphError("edges do not rise", hint="Give at least two, as 0, 1, 2.")
    return ends[:-1], ends[1:]


def _in_periods(
    spells: Spells,
    event: NDArray[np.bool_],
    own: NDArray[np.bool_],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
) -> _Row:
    """Count in whole periods: all who are at risk in one are so for the whole of it."""
    gone = _sums(spells, spells.exit, own & ~event, left, right)
    events = _sums(spells, spells.exit, own & event, left, right)
    entry = np.where(np.isfinite(spells.entry), spells.entry + 1, left[0])
    entered = _sums(spells, np.maximum(entry, left[0]), own, left, right)
    inside = np.concatenate(([0.0], np.cumsum(entered - gone - events)[:-1])) + entered
    return _Row(inside, entered, gone, events, inside)


def _in_intervals(
    spells: Spells,
    event: NDArray[np.bool_],
    own: NDArray[np.bool_],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
) -> _Row:
    """Count in intervals: who comes or goes without an event is at risk for half of it."""
    gone = _sums(spells, spells.exit, own & ~event, left, right)
    events = _sums(spells, spells.exit, own & event, left, right)
    entered = np.zeros_like(left)
    inside = np.zeros_like(left)
    for row, (a, b) in enumerate(zip(left, right, strict=True)):
        there = own & (spells.exit >= a if row == 0 else spells.exit > a)
        inside[row] = spells.weight[there & (spells.entry <= a)].sum()
        entered[row] = spells.weight[there & (spells.entry > a) & (spells.entry < b)].sum()
    return _Row(inside, entered, gone, events, inside + (entered - gone) / 2)


def _sums(
    spells: Spells,
    times: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Sum the weights of those chosen whose time is in each row, the first left end included."""
    kept = chosen & (times >= left[0]) & (times <= right[-1])
    place = np.searchsorted(right, times[kept], side="left")
    return np.asarray(np.bincount(place, spells.weight[kept], len(right)), dtype=np.float64)


def _wilson(
    share: NDArray[np.float64], trials: NDArray[np.float64], z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give Wilson's bounds; exactly 0 without an event, and 1 if all at risk have it."""
    n = np.where(trials > 0, trials, np.nan)
    centre = share + z**2 / (2 * n)
    # An exposure below the number of events, possible if all others withdraw, has no spread.
    spread = z * np.sqrt(np.maximum(share * (1 - share), 0.0) / n + z**2 / (4 * n**2))
    low, high = (centre - spread) / (1 + z**2 / n), (centre + spread) / (1 + z**2 / n)
    return np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, np.minimum(high, 1.0))

"""Curves over time, group by group: survival, cumulative hazard, cumulative incidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.result import Refused, Result
from qgraph.diffusion.survival.risk_table import RiskTable, check_level
from qgraph.diffusion.survival.spells import Spells, case_columns, counts, of_group
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CumulativeHazard",
    "CumulativeIncidence",
    "Curve",
    "Quantile",
    "RestrictedMean",
    "SurvivalCurve",
    "greenwood",
    "normal_quantile",
]


class Quantile(NamedTuple):
    """When a share has had the event; NaN where a curve does not come down so far."""

    group: str
    probability: float
    time: float
    low: float
    high: float


class RestrictedMean(NamedTuple):
    """Mean time without the event up to a horizon."""

    group: str
    horizon: float
    mean: float
    variance: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve(Result):
    """An estimate that steps at event times, one stretch of rows per group.

    Attributes
    ----------
    risk
        The risk table behind it.
    group, time, n_risk, events
        One entry per row; ``events`` counts the event looked at.
    estimate, variance, low, high
        From ``time`` on, up to the next row; NaN where a formula gives no number.
    confidence
        Level of the interval from ``low`` to ``high``, for each time by itself.
    """

    risk: RiskTable
    group: NDArray[np.int64]
    time: NDArray[np.float64]
    n_risk: NDArray[np.float64]
    events: NDArray[np.float64]
    estimate: NDArray[np.float64]
    variance: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    confidence: float

    @property
    def spells(self) -> Spells:
        """Those it was estimated from."""
        return self.risk.spells

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order of the rows."""
        return self.spells.groups

    def at_risk(self, times: ArrayLike) -> NDArray[np.float64]:
        """Count the spells at risk at some times, one row per group, to go below a plot."""
        return self.spells.at_risk(times)

    def _numbers(self, title: Words) -> tuple[Column, ...]:
        level = f"{self.confidence:.0%}"
        return (
            Column("n_risk", Words("At risk", "在险数"), counts(self.n_risk)),
            Column("events", Words("Events", "事件数"), counts(self.events)),
            Column("estimate", title, self.estimate.tolist(), ".4f"),
            Column("std_error", Words("SE", "标准误"), np.sqrt(self.variance).tolist(), ".4f"),
            Column("low", Words(f"Low {level}", f"{level}下限"), self.low.tolist(), ".4f"),
            Column("high", Words(f"High {level}", f"{level}上限"), self.high.tolist(), ".4f"),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve(Curve):
    """S(t), the probability to be still without the event after t."""

    @property
    def table(self) -> Table:
        """One row per group and time at which a spell ends."""
        title = Words("S(t)", "生存函数S(t)")
        return Table((*case_columns(self.spells, self.group, self.time), *self._numbers(title)))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Spells, events and median of each group."""
        lines: list[tuple[str, Words, object]] = []
        for place, median in enumerate(self.quantile(0.5)):
            own, rows = self.spells.group == place, self.group == place
            key, en, zh = of_group(self.spells, place)
            lines += [
                (
                    f"spells{key}",
                    Words(f"spells{en}", f"时段数{zh}"),
                    self.spells.weight[own].sum(),
                ),
                (f"events{key}", Words(f"events{en}", f"事件数{zh}"), self.events[rows].sum()),
                (f"median{key}", Words(f"median time{en}", f"中位时间{zh}"), median.time),
                (f"median_low{key}", Words(f"median, low{en}", f"中位下限{zh}"), median.low),
                (f"median_high{key}", Words(f"median, high{en}", f"中位上限{zh}"), median.high),
            ]
        return tuple(lines)

    def quantile(self, probability: float = 0.5) -> tuple[Quantile, ...]:
        """Find when a share has had the event, with the interval of Brookmeyer and Crowley (1982).

        The time is the first at which S(t) <= 1 - probability; its bounds are where the bounds of
        S(t) first come down as far.
        """
        check_level(probability)
        found = []
        for place, rows in enumerate(self.risk.blocks):
            curves = (self.estimate[rows], self.low[rows], self.high[rows])
            time, low, high = (_first(self.time[rows], part, 1 - probability) for part in curves)
            found.append(Quantile(self.groups[place], probability, time, low, high))
        return tuple(found)

    def restricted_mean(
        self, horizon: float | None = None, origin: float = 0.0
    ) -> tuple[RestrictedMean, ...]:
        r"""Integrate S from the origin to a horizon.

        Parameters
        ----------
        horizon
            By default the earliest of the last times of the groups, so that groups compare.
        origin
            Where time starts.

        Returns
        -------
        tuple
            One per group, with the variance sum of A_i^2 d_i / (n_i (n_i - d_i)), where A_i is the
            area under S from t_i to the horizon, and a normal interval.

        Raises
        ------
        Refused
            If a group was not watched up to the horizon.

        References
        ----------
        Klein, J. P. and Moeschberger, M. L. (2003). Survival Analysis, 2nd ed. Springer, p. 118.
        """
        last = [float(self.time[rows][-1]) for rows in self.risk.blocks]
        until = min(last) if horizon is None else horizon
        means = []
        for name, end, rows in zip(self.groups, last, self.risk.blocks, strict=True):
            if until > end and self.estimate[rows][-1] > 0:
                raise Refused(
                    Words(
                        f"{name} was watched up to {end:g} only, not up to {until:g}",
                        f"“{name}”只观察到{end:g}，未到{until:g}",
                    ),
                    Words("Take an earlier horizon.", "请取更早的时限。"),
                )
            mean, variance = self._area(rows, origin, until)
            half = normal_quantile(self.confidence) * variance**0.5
            means.append(RestrictedMean(name, until, mean, variance, mean - half, mean + half))
        return tuple(means)

    def _area(self, rows: slice, origin: float, until: float) -> tuple[float, float]:
        """Give the area under S, and its variance."""
        seen = self.time[rows] <= until
        time, curve = self.time[rows][seen], self.estimate[rows][seen]
        steps = np.diff(np.maximum(np.concatenate(([origin], time, [until])), origin))
        pieces = steps * np.concatenate(([1.0], curve))
        after = np.cumsum(pieces[::-1])[::-1][1:]
        n_risk, events = self.n_risk[rows][seen], self.events[rows][seen]
        return float(pieces.sum()), float(np.sum(after**2 * greenwood(n_risk, events, 0.0)))


@dataclass(frozen=True, kw_only=True, eq=False)
class CumulativeHazard(Curve):
    """H(t), the hazard accumulated up to and with t."""

    @property
    def table(self) -> Table:
        """One row per group and time at which a spell ends."""
        title = Words("H(t)", "累积风险H(t)")
        return Table((*case_columns(self.spells, self.group, self.time), *self._numbers(title)))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Hazard accumulated up to the last time of each group."""
        return tuple(
            (
                f"hazard{key}",
                Words(f"H at the end{en}", f"期末累积风险{zh}"),
                self.estimate[rows][-1],
            )
            for (key, en, zh), rows in _named(self.spells, self.risk.blocks)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class CumulativeIncidence(Curve):
    """F_k(t), the probability to have ended by cause k up to and with t.

    Attributes
    ----------
    cause
        Place in ``spells.causes``, one entry per row; rows are sorted by group, cause, time.
    naive
        1 - S(t) of the Kaplan-Meier estimate that takes the other causes for censoring: never
        below the estimate, and no probability of anything that can happen beside them.
    """

    cause: NDArray[np.int64]
    naive: NDArray[np.float64]

    @property
    def table(self) -> Table:
        """One row per group, cause and time at which a spell ends."""
        group, time = case_columns(self.spells, self.group, self.time)
        names = [self.spells.causes[place] for place in self.cause]
        title = Words("F(t)", "累积发生率F(t)")
        cause = Column("cause", Words("Cause", "结局"), names)
        return Table((group, cause, time, *self._numbers(title)))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Incidence of each cause at the end, beside what 1 - KM would say."""
        lines: list[tuple[str, Words, object]] = []
        for place in range(len(self.groups)):
            key, en, zh = of_group(self.spells, place)
            for number, name in enumerate(self.spells.causes):
                rows = np.flatnonzero((self.group == place) & (self.cause == number))
                lines += [
                    (
                        f"incidence_{name}{key}",
                        Words(f"{name} up to the end{en}", f"期末累积发生率：{name}{zh}"),
                        self.estimate[rows[-1]],
                    ),
                    (
                        f"naive_{name}{key}",
                        Words(f"{name}, by 1 - KM{en}", f"同上，按1-KM：{name}{zh}"),
                        self.naive[rows[-1]],
                    ),
                ]
        return tuple(lines)


def greenwood(
    n_risk: NDArray[np.float64], events: NDArray[np.float64], last: float
) -> NDArray[np.float64]:
    """Give d / (n (n - d)), and a value of choice where all at risk have the event."""
    terms = np.full_like(events, last)
    np.divide(events, n_risk * (n_risk - events), out=terms, where=n_risk > events)
    return terms


def normal_quantile(confidence: float) -> float:
    """Give the normal quantile of a two-sided interval."""
    from scipy.special import ndtri

    check_level(confidence)
    return float(ndtri((1 + confidence) / 2))


def _first(time: NDArray[np.float64], curve: NDArray[np.float64], level: float) -> float:
    """Find the first time at which a curve is down at a level, up to rounding."""
    down = np.flatnonzero(curve <= level + 1e-12)
    return float(time[down[0]]) if len(down) else float("nan")


def _named(spells: Spells, blocks: tuple[slice, ...]) -> list[tuple[tuple[str, str, str], slice]]:
    return [(of_group(spells, place), rows) for place, rows in enumerate(blocks)]

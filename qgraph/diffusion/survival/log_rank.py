"""Do groups differ in how soon the event comes: the log-rank test, with delayed entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.survival.risk_table import (
    ALIKE,
    INDEPENDENT,
    check_events,
    conditioned,
    risk_table,
)
from qgraph.diffusion.survival.spells import Spells, counts
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LogRank", "log_rank"]

_LOG_RANK = Method(
    name=Words("Log-rank test", "对数秩检验（log-rank）"),
    formula="chi2 = (O - E)' V^- (O - E), E_g = sum of n_gi d_i/n_i, df = rank of V",
    citation=(
        "Mantel, N. (1966). Evaluation of survival data and two new rank order statistics arising"
        " in its consideration. Cancer Chemotherapy Reports 50(3), 163-170"
    ),
    assumptions=(
        INDEPENDENT,
        ALIKE,
        Words(
            "It sees best hazards in one ratio at all times; curves that cross may cancel out.",
            "对各时点风险比恒定的差异最敏感；曲线交叉时差异可能相互抵消。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogRank(Result):
    """A comparison of hazards between groups.

    Attributes
    ----------
    statistic, df, p_value
        Chi-squared statistic, its degrees of freedom and its upper tail.
    groups
        Names.
    size, observed, expected
        Spells, events, and events to expect if hazards were equal; one entry per group.
    covariance
        Of observed less expected, groups by groups.
    """

    statistic: float
    df: int
    p_value: float
    groups: tuple[str, ...]
    size: NDArray[np.float64]
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @property
    def table(self) -> Table:
        """One row per group."""
        by = str(self.settings["by"])
        # A group that was never at risk while there were events has nothing to expect.
        ratio = np.full_like(self.expected, np.nan)
        np.divide(self.observed, self.expected, out=ratio, where=self.expected > 0)
        return Table(
            (
                Column("group", Words(by or "Group", by or "组别"), self.groups),
                Column("spells", Words("Spells", "时段数"), counts(self.size)),
                Column("observed", Words("Events", "事件数"), counts(self.observed)),
                Column("expected", Words("Expected", "期望数"), self.expected.tolist(), ".2f"),
                Column("ratio", Words("Ratio", "比值"), ratio.tolist(), ".3f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Statistic, degrees of freedom and p-value."""
        return (
            ("chi2", Words("chi-squared", "卡方值"), self.statistic),
            ("df", Words("degrees of freedom", "自由度"), self.df),
            ("p_value", Words("p-value", "p值"), self.p_value),
        )


def log_rank(spells: Spells, *, cause: str | None = None, conditional: bool = False) -> LogRank:
    r"""Test whether the groups have the same hazard at every time.

    Parameters
    ----------
    spells
        At risk on (entry, exit], in at least two groups; all times exact.
    cause
        The event; other causes then count as censoring, and it is their own ("cause-specific")
        hazards that are compared. By default any cause is the event.
    conditional
        True to go on if every spell ended in the event.

    Returns
    -------
    LogRank
        Groups are those of ``spells``.

    Raises
    ------
    Refused
        If there is no event, or nothing else, or no two groups were ever at risk together.

    Notes
    -----
    At each time with :math:`d_i` events among :math:`n_i` at risk, :math:`n_{gi}` of group g,

    .. math::
        E_g &= \sum_i n_{gi} d_i / n_i \\
        V_{gh} &= \sum_i \frac{d_i (n_i - d_i)}{n_i - 1} \frac{n_{gi}}{n_i}
            \left(1[g = h] - \frac{n_{hi}}{n_i}\right)

    The variance is hypergeometric, so ties are exact. Degrees of freedom are the rank of V: the
    groups less one, if each was at risk together with the others.

    References
    ----------
    Mantel, N. (1966). Evaluation of survival data and two new rank order statistics arising in its
    consideration. Cancer Chemotherapy Reports 50(3), 163-170.

    Klein, J. P. and Moeschberger, M. L. (2003). Survival Analysis, 2nd ed. Springer, pp. 205-216.
    """
    from scipy.special import chdtrc

    event = check_events(spells, cause, conditional)
    risk = risk_table(spells)
    groups = range(len(spells.groups))
    times = np.unique(spells.exit[event])
    n_risk = spells.at_risk(times)
    events = np.zeros_like(n_risk)
    np.add.at(
        events,
        (spells.group[event], np.searchsorted(times, spells.exit[event])),
        spells.weight[event],
    )
    difference, expected, covariance = _score(n_risk, events)
    statistic, df = _quadratic(difference, covariance)
    if df == 0:
        raise Refused(
            Words(
                "no two groups were ever at risk together when an event came",
                "事件发生时从未有两个组同时在险",
            ),
            Words("Groups watched over the same times are needed.", "各组须有共同的观察时间。"),
        )
    return LogRank(
        method=conditioned(_LOG_RANK, spells),
        settings={"by": spells.by, "cause": cause or "any", "conditional": conditional},
        warnings=(*risk.warnings, *_few(spells.groups, expected, df)),
        data=spells.data,
        statistic=statistic,
        df=df,
        p_value=float(chdtrc(df, statistic)),
        groups=spells.groups,
        size=np.array([spells.weight[spells.group == place].sum() for place in groups]),
        observed=events.sum(axis=1),
        expected=expected,
        covariance=covariance,
    )


def _score(
    n_risk: NDArray[np.float64], events: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give observed less expected, expected, and the covariance, from counts groups by times."""
    n, d = n_risk.sum(axis=0), events.sum(axis=0)
    share = n_risk / n
    expected = share @ d
    # Of one spell at risk the event is certain: nothing varies.
    factor = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=n > 1)
    covariance = np.diag(share @ factor) - (share * factor) @ share.T
    return events.sum(axis=1) - expected, expected, covariance


def _quadratic(
    difference: NDArray[np.float64], covariance: NDArray[np.float64]
) -> tuple[float, int]:
    """Give z' V^- z and the rank of V; V has at least one null direction, the sum of the groups."""
    values, vectors = np.linalg.eigh(covariance)
    used = values > 1e-10 * max(float(values[-1]), 1e-10)
    along = vectors.T[used] @ difference
    return float(np.sum(along**2 / values[used])), int(used.sum())


def _few(groups: tuple[str, ...], expected: NDArray[np.float64], df: int) -> tuple[Words, ...]:
    """Warn of groups with few events to expect, and of groups that were never compared."""
    notes = []
    small = [name for name, number in zip(groups, expected, strict=True) if number < 5]
    if small:
        en = ", ".join(small) if len(small) <= 3 else f"{len(small)} groups"
        zh = "、".join(small) if len(small) <= 3 else f"{len(small)}个组"
        notes.append(
            Words(
                f"Fewer than 5 events are to be expected in {en}: the p-value is rough.",
                f"{zh}的期望事件数不足5：p值仅为近似。",
            )
        )
    if df < len(groups) - 1:
        notes.append(
            Words(
                "Some groups were never at risk together with others: they are compared as far as"
                " they were, with fewer degrees of freedom.",
                "部分组从未与其他组同时在险：仅就可比部分检验，自由度相应减少。",
            )
        )
    return tuple(notes)

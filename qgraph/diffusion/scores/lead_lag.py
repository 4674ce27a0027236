"""Lead and lag: who comes before whom, in the measures both took up.

The order of two units says who could have learned from whom, not who did: networks that explain
the order of all units together are in :mod:`qgraph.diffusion.networks.netinf`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.false_discovery import adjust
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.scores.opportunities import ratio
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["ROLES", "LeadLag", "lead_lag"]

ROLES = {
    "source": Words("source", "源头"),
    "follower": Words("follower", "跟随者"),
    "neither": Words("neither", "均非"),
}
"""A source leads at least twice as many others as lead it, a follower the other way round."""

_LEAD = Method(
    name=Words("Lead-lag matrix", "领先—滞后矩阵"),
    formula=(
        "share_ij = #{p: t_ip < t_jp} / #{p: t_ip ≠ t_jp} over measures both took up; exact sign "
        "test, Benjamini-Hochberg q; leadership_i = Σ_j (earlier_ij - later_ij) / Σ_j untied_ij"
    ),
    citation=(
        "Dixon, W. J. and Mood, A. M. (1946). The statistical sign test. JASA 41(236), 557-566; "
        "Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. "
        "Journal of the Royal Statistical Society B 57(1), 289-300"
    ),
    assumptions=(
        Words(
            "Being earlier is not being copied: a unit that is early in general leads all others.",
            "更早不等于被效仿：普遍偏早的单位会领先于所有其他单位。",
        ),
        Words(
            "Measures are independent of each other; only those that both units took up count.",
            "假定各措施相互独立；只计双方均已采纳的措施。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadLag(Result):
    """Who was earlier than whom, in the measures both took up.

    Attributes
    ----------
    units
        Names, in the order of rows and columns.
    common, earlier, tied
        Units by units: measures both took up, those in which the row was earlier, and those in
        which both were simultaneous.
    share
        Of the untied measures, in how many the row was earlier; NaN for pairs with too few common
        measures, as all that follows.
    lead
        Median of the column's time minus the row's, ties included.
    p, q
        Two-sided exact sign test, and its Benjamini-Hochberg adjustment over all pairs tested.
    leadership
        Per unit, from -1 (later in every comparison) to 1 (earlier in every one).
    leads, follows
        Per unit: how many others it leads, and how many lead it, at the level asked for.
    level
        Of the false discovery rate.
    """

    units: tuple[str, ...]
    common: NDArray[np.int64]
    earlier: NDArray[np.int64]
    tied: NDArray[np.int64]
    share: NDArray[np.float64]
    lead: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    leadership: NDArray[np.float64]
    leads: NDArray[np.int64]
    follows: NDArray[np.int64]
    level: float

    def _place(self, i: int) -> tuple[float, str]:
        """Sort from source to follower, then by name; those not compared come last."""
        value = float(self.leadership[i])
        return (-value if value == value else np.inf, self.units[i])

    @property
    def roles(self) -> tuple[str, ...]:
        """The role of each unit, one of :data:`ROLES`."""
        return tuple(map(_role, self.leads.tolist(), self.follows.tolist()))

    @property
    def table(self) -> Table:
        """One row per unit, from source to follower."""
        order = sorted(range(len(self.units)), key=self._place)
        return Table(
            (
                Column("unit", Words("unit", "单位"), tuple(self.units[i] for i in order)),
                Column(
                    "leadership",
                    Words("net leadership", "净领先度"),
                    self.leadership[order].tolist(),
                    "+.3f",
                ),
                Column("leads", Words("leads", "领先数"), self.leads[order].tolist()),
                Column("follows", Words("follows", "落后数"), self.follows[order].tolist()),
                Column("role", Words("role", "角色"), tuple(self.roles[i] for i in order)),
            )
        )

    @property
    def pairs(self) -> Table:
        """One row per pair compared, the one that was earlier more often first."""
        pairs = [
            (j, i) if self.share[i, j] < 0.5 else (i, j)
            for i, j in np.argwhere(np.triu(np.isfinite(self.q), 1)).tolist()
        ]
        share = np.nan_to_num(self.share, nan=0.5)  # of pairs that are always tied
        pairs.sort(key=lambda pair: (self.q[pair], -share[pair], pair))
        row = np.array([pair[0] for pair in pairs], dtype=np.intp)
        column = np.array([pair[1] for pair in pairs], dtype=np.intp)
        return Table(
            (
                Column("earlier_unit", Words("earlier", "较早者"), [self.units[i] for i in row]),
                Column("later_unit", Words("later", "较晚者"), [self.units[j] for j in column]),
                Column(
                    "common",
                    Words("common measures", "共同措施"),
                    self.common[row, column].tolist(),
                ),
                Column(
                    "earlier",
                    Words("times earlier", "较早次数"),
                    self.earlier[row, column].tolist(),
                ),
                Column("tied", Words("ties", "同时次数"), self.tied[row, column].tolist()),
                Column(
                    "share",
                    Words("share earlier", "较早比例"),
                    self.share[row, column].tolist(),
                    ".3f",
                ),
                Column(
                    "lead", Words("median lead", "领先中位数"), self.lead[row, column].tolist(), "g"
                ),
                Column("p", Words("p", "p值"), self.p[row, column].tolist(), ".3g"),
                Column("q", Words("q", "q值"), self.q[row, column].tolist(), ".3g"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many pairs were compared, and how many have a leader."""
        tested = np.triu(np.isfinite(self.q), 1)
        found = tested & (np.nan_to_num(self.q, nan=1.0) <= self.level)
        return (
            ("units", Words("units", "单位数"), len(self.units)),
            ("pairs", Words("pairs compared", "比较的配对数"), int(tested.sum())),
            (
                "led",
                Words(
                    f"pairs with a leader (q ≤ {self.level:g})",
                    f"有领先者的配对数（q≤{self.level:g}）",
                ),
                int(found.sum()),
            ),
        )


def lead_lag(cascades: Cascades, *, least: int = 10, level: float = 0.05) -> LeadLag:
    r"""Compare every two units by who was earlier in the measures both took up.

    Parameters
    ----------
    cascades
        In any unit of time; equal times are ties.
    least
        Pairs with fewer common measures than this are not compared, at least 1.
    level
        False discovery rate at which a pair has a leader, between 0 and 1.

    Returns
    -------
    LeadLag
        The matrix, and the leadership of each unit.

    Raises
    ------
    Refused
        If no pair has enough common measures.
    QGraphError
        If an option is out of range.

    Notes
    -----
    With x the measures of n untied ones in which i was earlier, the sign test is
    :math:`p = \min(1, 2 P(X \le \min(x, n-x)))` for X binomial with n trials and chance one half;
    ties count in the median lead, but neither for nor against. q adjusts p over all pairs.

    References
    ----------
    Dixon, W. J. and Mood, A. M. (1946). The statistical sign test. Journal of the American
    Statistical Association 41(236), 557-566.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.
    """
    if least < 1 or not 0 < level < 1:
        raise QGraphError(
            f"at least {least} common measures at level {level:g} is no test",
            hint="Ask for 1 or more measures, and a level between 0 and 1, as 0.05.",
        )
    common, earlier, tied, lead = _compare(cascades.matrix())
    enough = (common >= least) & ~np.eye(len(cascades.units), dtype=bool)
    if not enough.any():
        most = int(common[~np.eye(len(common), dtype=bool)].max(initial=0))
        raise Refused(
            Words(
                f"no two units took up {least} measures in common; the most is {most}",
                f"没有两个单位共同采纳{least}项措施，最多为{most}项",
            ),
            Words(
                f"At least {least} common measures are needed for a pair, unless the sign test may "
                "rest on fewer (--least).",
                f"每对单位至少需要{least}项共同措施；如可接受更少，请调低下限（--least）。",
            ),
        )
    untied = np.where(enough, common - tied, 0)
    ahead = np.where(enough, earlier, 0)
    p = _sign_test(ahead, untied, enough)
    q = _adjust(p, enough)
    share = ratio(ahead, untied)
    led = np.nan_to_num(q, nan=1.0) <= level
    skipped = int(np.triu(~enough, 1).sum())
    warnings = cascades.warnings
    if skipped:
        text = Words(
            f"{skipped} pairs were not compared: they have fewer than {least} common measures.",
            f"有{skipped}对单位因共同措施少于{least}项未比较。",
        )
        warnings = (*warnings, text)
    return LeadLag(
        method=_LEAD,
        settings={"least": least, "level": level},
        warnings=warnings,
        data=cascades.data,
        units=cascades.units,
        common=common,
        earlier=earlier,
        tied=tied,
        share=share,
        lead=np.where(enough, lead, np.nan),
        p=p,
        q=q,
        leadership=ratio((ahead - ahead.T).sum(axis=1), untied.sum(axis=1)),
        leads=(led & (ahead > ahead.T)).sum(axis=1),
        follows=(led & (ahead < ahead.T)).sum(axis=1),
        level=level,
    )


def _role(leads: int, follows: int) -> str:
    if leads > 0 and leads >= 2 * follows:
        return "source"
    return "follower" if follows > 0 and follows >= 2 * leads else "neither"


def _compare(
    times: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Count common, earlier and tied measures of every two units, and their median lead."""
    units = times.shape[1]
    common, earlier, tied = (np.zeros((units, units), dtype=np.int64) for _ in range(3))
    lead = np.full((units, units), np.nan)
    for i in range(units):
        own = times[~np.isnan(times[:, i])]
        delays = np.sort(own - own[:, [i]], axis=0)  # NaN, of measures not in common, goes last
        common[i] = np.isfinite(delays).sum(axis=0)
        earlier[i] = (delays > 0).sum(axis=0)
        tied[i] = (delays == 0).sum(axis=0)
        some = np.flatnonzero(common[i])
        middle = (delays[(common[i, some] - 1) // 2, some], delays[common[i, some] // 2, some])
        lead[i, some] = (middle[0] + middle[1]) / 2
    return common, earlier, tied, lead


def _sign_test(
    earlier: NDArray[np.int64], untied: NDArray[np.int64], enough: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the two-sided exact p of each pair; NaN where there are not enough measures."""
    from scipy.special import bdtr

    tail = bdtr(np.minimum(earlier, untied - earlier).astype(float), untied, 0.5)
    return np.where(enough, np.minimum(1.0, 2 * tail), np.nan)


def _adjust(p: NDArray[np.float64], enough: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Adjust the p of every pair, each counted once, by the step-up of Benjamini and Hochberg."""
    row, column = np.nonzero(np.triu(enough, 1))
    q = np.full(p.shape, np.nan)
    q[row, column] = q[column, row] = adjust(p[row, column])
    return q

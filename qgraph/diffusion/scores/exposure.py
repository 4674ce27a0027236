"""Exposure to earlier adopters: how far those around a unit had adopted when it did.

Exposure, threshold, hazard, infectiousness and susceptibility follow the definitions of Valente
(1995; et al. 2015) for one measure on one relation that is known; an exposure is no proof of
influence, since units that are alike are also tied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.events import period_text
from qgraph.diffusion.records.relation import adjacency
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.scores.opportunities import ratio
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.records.relation import Relation

__all__ = [
    "ADOPTERS",
    "THRESHOLDS",
    "Exposure",
    "adopter_categories",
    "adoption_hazard",
    "exposure",
    "exposure_matrix",
    "infectiousness",
    "susceptibility",
    "threshold_categories",
    "thresholds",
]

ADOPTERS: Mapping[str, Words] = {
    "early adopter": Words("early adopter", "早期采纳者"),
    "early majority": Words("early majority", "早期大众"),
    "late majority": Words("late majority", "晚期大众"),
    "laggard": Words("laggard", "落后者"),
    "non-adopter": Words("non-adopter", "未采纳者"),
}
"""Categories by time of adoption, cut at the mean and one standard deviation on either side."""

THRESHOLDS: Mapping[str, Words] = {
    "very low": Words("very low", "很低"),
    "low": Words("low", "低"),
    "high": Words("high", "高"),
    "very high": Words("very high", "很高"),
    "non-adopter": Words("non-adopter", "未采纳者"),
}
"""Categories by threshold, cut in the same way."""

_METHOD = Method(
    name=Words("Network exposure and thresholds", "网络暴露与阈值"),
    formula=(
        "E_i(t) = Σ_j A_ij 1[t_j ≤ t - lag] / Σ_j A_ij; threshold_i = E_i(t_i); "
        "h(t) = new_t / (n - cum_(t-1)), h(first) = 0"
    ),
    citation=(
        "Valente, T. W. (1995). Network models of the diffusion of innovations. Hampton Press; "
        "Valente, T. W., Dyal, S. R., Chu, K.-H., Wipfli, H. and Fujimoto, K. (2015). Diffusion of "
        "innovations theory applied to global tobacco control treaty ratification. "
        "Social Science & Medicine 145, 89-97"
    ),
    assumptions=(
        Words(
            "The relation is known, complete, and the same at all times.",
            "假定关系已知、完整且不随时间变化。",
        ),
        Words(
            "Units that are alike are tied and adopt alike: exposure alone shows no influence.",
            "相似的单位既相连又有相似的采纳行为：暴露本身不能证明影响。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure(Result):
    """Exposure of each unit to those before it, for one measure on one relation.

    Attributes
    ----------
    measure
        Name of the measure.
    units, periods
        Names and times, in the order of the rows and columns of ``exposure``.
    time
        Of adoption, NaN for non-adopters.
    ties
        Per unit: sum of its ties.
    exposure
        Units by periods, from 0 to 1.
    threshold
        Exposure at adoption, NaN for non-adopters.
    infectiousness, susceptibility
        Per unit, NaN for non-adopters.
    new, cumulative
        Per period: adopters in it, and up to it.
    growth
        Per period: new adopters per earlier ones; 0 in the first period.
    hazard
        Per period: new adopters per unit that had not adopted; 0 in the first period.
    period
        Length of a period, one of :data:`qgraph.diffusion.records.events.PERIODS`, or empty.
    """

    measure: str
    units: tuple[str, ...]
    periods: NDArray[np.float64]
    time: NDArray[np.float64]
    ties: NDArray[np.float64]
    exposure: NDArray[np.float64]
    threshold: NDArray[np.float64]
    infectiousness: NDArray[np.float64]
    susceptibility: NDArray[np.float64]
    new: NDArray[np.int64]
    cumulative: NDArray[np.int64]
    growth: NDArray[np.float64]
    hazard: NDArray[np.float64]
    period: str = ""

    @property
    def adopters(self) -> tuple[str, ...]:
        """Category of each unit by time of adoption, one of :data:`ADOPTERS`."""
        return adopter_categories(self.time)

    @property
    def levels(self) -> tuple[str, ...]:
        """Category of each unit by threshold, one of :data:`THRESHOLDS`."""
        return threshold_categories(self.threshold)

    @property
    def table(self) -> Table:
        """One row per unit, in the order of adoption."""
        order = np.lexsort((np.arange(len(self.units)), self.time))
        times = [self._say(self.time[i]) for i in order]
        return Table(
            (
                Column("unit", Words("unit", "单位"), [self.units[i] for i in order]),
                Column("time", Words("adoption", "采纳时间"), times),
                Column(
                    "adopter", Words("adopter", "采纳者类型"), [self.adopters[i] for i in order]
                ),
                Column("ties", Words("ties", "关系数"), self.ties[order].tolist(), "g"),
                Column(
                    "threshold", Words("threshold", "阈值"), self.threshold[order].tolist(), ".3f"
                ),
                Column("level", Words("level", "阈值类型"), [self.levels[i] for i in order]),
                Column(
                    "exposure",
                    Words("exposure at end", "期末暴露"),
                    self.exposure[order, -1].tolist(),
                    ".3f",
                ),
                Column(
                    "infectiousness",
                    Words("infectiousness", "感染力"),
                    self.infectiousness[order].tolist(),
                    ".4f",
                ),
                Column(
                    "susceptibility",
                    Words("susceptibility", "易感性"),
                    self.susceptibility[order].tolist(),
                    ".4f",
                ),
            )
        )

    @property
    def curve(self) -> Table:
        """One row per period: adopters, growth and hazard."""
        share = self.cumulative / len(self.units)
        return Table(
            (
                Column(
                    "period", Words("period", "时期"), [self._say(time) for time in self.periods]
                ),
                Column("new", Words("new adopters", "新采纳数"), self.new.tolist()),
                Column("cumulative", Words("adopters", "累计采纳数"), self.cumulative.tolist()),
                Column("share", Words("share", "累计比例"), share.tolist(), ".3f"),
                Column("growth", Words("growth", "增长率"), self.growth.tolist(), ".3f"),
                Column("hazard", Words("hazard", "风险率"), self.hazard.tolist(), ".4f"),
                Column(
                    "exposure",
                    Words("mean exposure", "平均暴露"),
                    self.exposure.mean(axis=0).tolist(),
                    ".3f",
                ),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many units adopted, and at what threshold on average."""
        return (
            ("measure", Words("measure", "措施"), self.measure),
            ("units", Words("units", "单位数"), len(self.units)),
            ("adopters", Words("adopters", "采纳者数"), int(self.cumulative[-1])),
            ("threshold", Words("mean threshold", "平均阈值"), float(np.nanmean(self.threshold))),
        )

    def _say(self, time: float) -> object:
        if np.isnan(time):
            return None
        return period_text(float(time), self.period) if self.period else int(time)


def exposure(
    cascades: Cascades,
    measure: str,
    relation: Relation,
    *,
    outgoing: bool = True,
    directed: bool = True,
    valued: bool = False,
    lag: int = 0,
    reach: int = 1,
    discount: float | None = None,
) -> Exposure:
    """Measure how exposed each unit was to those who took a measure up before it.

    Parameters
    ----------
    cascades
        In whole periods, with all units that could have taken part, adopters or not.
    measure
        Name of one measure of them.
    relation, outgoing, directed, valued
        See :func:`qgraph.diffusion.records.relation.adjacency`.
    lag
        Periods before those adopted earlier count, at least 0; with 0 simultaneous adopters do.
    reach, discount
        Of infectiousness and susceptibility: K and r of :func:`infectiousness`.

    Returns
    -------
    Exposure
        Per unit and per period.

    Raises
    ------
    Refused
        If times are not whole periods.
    NotFound
        If there is no such measure, or the relation names a unit that is not there.
    QGraphError
        If an option is out of range.

    References
    ----------
    Valente, T. W. (1995). Network models of the diffusion of innovations. Hampton Press.

    Coleman, J. S., Katz, E. and Menzel, H. (1966). Medical innovation: a diffusion study.
    Bobbs-Merrill.
    """
    if measure not in cascades.measures:
        raise NotFound(
            f"no measure is called {measure!r}", hint=f"There are {len(cascades)} in the cascades."
        )
    ties = adjacency(relation, cascades.units, outgoing=outgoing, directed=directed, valued=valued)
    number = cascades.measures.index(measure)
    own = slice(*cascades.starts[number : number + 2])
    time = np.full(len(cascades.units), np.nan)
    time[cascades.unit[own]] = cascades.time[own]
    periods = _periods(time)
    exposed = exposure_matrix(time, ties, periods, lag=lag)
    new, cumulative, growth, hazard = adoption_hazard(time, periods)
    degree = ties.sum(axis=1)
    return Exposure(
        method=_METHOD,
        settings={
            "measure": measure,
            "outgoing": outgoing,
            "directed": directed,
            "valued": valued,
            "lag": lag,
            "reach": reach,
            "discount": discount,
        },
        warnings=(*cascades.warnings, *_warnings(time, degree)),
        data=cascades.data,
        measure=measure,
        units=cascades.units,
        periods=periods,
        time=time,
        ties=degree,
        exposure=exposed,
        threshold=thresholds(time, exposed, periods),
        infectiousness=infectiousness(time, ties, reach=reach, discount=discount),
        susceptibility=susceptibility(time, ties, reach=reach, discount=discount),
        new=new,
        cumulative=cumulative,
        growth=growth,
        hazard=hazard,
        period=cascades.period,
    )


def exposure_matrix(
    time: NDArray[np.float64],
    ties: csr_array,
    periods: NDArray[np.float64],
    *,
    lag: int = 0,
) -> NDArray[np.float64]:
    r"""Give the share of each unit's ties that lead to adopters, in each period.

    Parameters
    ----------
    time
        Of adoption, NaN for non-adopters.
    ties
        Units by units, from :func:`qgraph.diffusion.records.relation.adjacency`.
    periods
        Times for which exposure is wanted.
    lag
        Periods before those adopted earlier count, at least 0.

    Returns
    -------
    numpy.ndarray
        Units by periods, from 0 to 1; 0 for units without a tie.

    Notes
    -----
    .. math:: E_i(t) = \sum_j A_{ij} 1[t_j \le t - lag] / \sum_j A_{ij}
    """
    if lag < 0:
        raise QGraphError(f"a lag of {lag} periods looks ahead", hint="Give 0 or more.")
    adopted = (time[:, None] <= periods[None, :] - lag).astype(float)
    degree = ties.sum(axis=1)[:, None]
    exposed: NDArray[np.float64] = np.nan_to_num(
        ratio(ties @ adopted, np.broadcast_to(degree, adopted.shape))
    )
    return np.minimum(exposed, 1.0)  # rounding of weighted sums may step over the end


def thresholds(
    time: NDArray[np.float64], exposed: NDArray[np.float64], periods: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the exposure of each unit in the period in which it adopted; NaN for non-adopters."""
    found = np.full(len(time), np.nan)
    adopters = np.flatnonzero(np.isfinite(time))
    found[adopters] = exposed[adopters, np.searchsorted(periods, time[adopters])]
    return found


def adoption_hazard(
    time: NDArray[np.float64], periods: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    r"""Count adopters, their growth, and the hazard of those who had not adopted.

    Parameters
    ----------
    time
        Of adoption, NaN for non-adopters.
    periods
        In order, the first one being that of the first adopters.

    Returns
    -------
    tuple of numpy.ndarray
        Per period: new adopters; adopters up to it; growth :math:`new_t / cum_{t-1}`; hazard
        :math:`new_t / (n - cum_{t-1})`, NaN if all had adopted. Growth and hazard are 0 in the
        first period, when it is not known who could have adopted before.
    """
    cumulative = (time[:, None] <= periods[None, :]).sum(axis=0)
    new = np.diff(cumulative, prepend=0)
    growth, hazard = np.zeros(len(periods)), np.zeros(len(periods))
    growth[1:] = ratio(new[1:], cumulative[:-1])
    hazard[1:] = ratio(new[1:], len(time) - cumulative[:-1])
    return new, cumulative, growth, hazard


def infectiousness(
    time: NDArray[np.float64],
    ties: csr_array,
    *,
    reach: int = 1,
    discount: float | None = None,
    normalise: bool = True,
) -> NDArray[np.float64]:
    r"""Tell how many of those who look to a unit adopted soon after it.

    Parameters
    ----------
    time
        Of adoption, in whole periods; NaN for non-adopters.
    ties
        Units by units; ties count, their weights do not.
    reach
        K, how many periods after its adoption count, at least 1.
    discount
        Rate r by which later periods count less, :math:`w_k = (1+r)^{k-1}`; None for
        :math:`w_k = k`.
    normalise
        Divides by the (discounted) number of all units that adopted in these periods.

    Returns
    -------
    numpy.ndarray
        Per unit, 0 if none of those who look to it adopted after it; NaN for non-adopters.

    Notes
    -----
    With :math:`z_j(t) = 1` if unit j adopted at t, for a unit that adopted at t,

    .. math:: I_i = \frac{\sum_{k=1}^K \sum_j A_{ji} z_j(t+k) / w_k}
                         {\sum_{k=1}^K \sum_j A_{ji} 1[t_j \ge t+k] / w_k}

    and, normalised, :math:`I_i / \sum_{k=1}^K \sum_j z_j(t+k) / w_k`.

    References
    ----------
    Myers, D. J. (2000). The diffusion of collective violence: infectiousness, susceptibility, and
    mass media networks. American Journal of Sociology 106(1), 173-208.

    Valente, T. W., Dyal, S. R., Chu, K.-H., Wipfli, H. and Fujimoto, K. (2015). Diffusion of
    innovations theory applied to global tobacco control treaty ratification. Social Science &
    Medicine 145, 89-97.
    """
    return _contagion(time, ties.T.tocsr(), reach, discount, normalise)


def susceptibility(
    time: NDArray[np.float64],
    ties: csr_array,
    *,
    reach: int = 1,
    discount: float | None = None,
    normalise: bool = True,
) -> NDArray[np.float64]:
    r"""Tell how many of the adopters to whom a unit looks had adopted shortly before it.

    Parameters
    ----------
    time, ties, reach, discount, normalise
        As in :func:`infectiousness`, with the periods before the unit's adoption.

    Returns
    -------
    numpy.ndarray
        Per unit, 0 if none of those to whom it looks adopted before it; NaN for non-adopters.

    Notes
    -----
    .. math:: S_i = \frac{\sum_{k=1}^K \sum_j A_{ij} z_j(t-k) / w_k}
                         {\sum_{k=1}^K \sum_j A_{ij} 1[t_j \le t-k] / w_k}

    and, normalised, :math:`S_i / \sum_{k=1}^K \sum_j z_j(t-k) / w_k`.

    References
    ----------
    As in :func:`infectiousness`.
    """
    return _contagion(-time, ties, reach, discount, normalise)


def adopter_categories(time: NDArray[np.float64]) -> tuple[str, ...]:
    """Sort units by time of adoption into :data:`ADOPTERS`.

    Parameters
    ----------
    time
        Of adoption, NaN for non-adopters.

    Returns
    -------
    tuple of str
        Early adopters up to mean - sd, early majority up to the mean, late majority up to
        mean + sd, laggards after it; sd is that of a sample.

    References
    ----------
    Rogers, E. M. (2003). Diffusion of innovations, 5th edition. Free Press, pages 279-285.

    Valente, T. W. (1995). Network models of the diffusion of innovations. Hampton Press.
    """
    return _categories(time, tuple(ADOPTERS))


def threshold_categories(threshold: NDArray[np.float64]) -> tuple[str, ...]:
    """Sort units by threshold into :data:`THRESHOLDS`, as :func:`adopter_categories` by time."""
    return _categories(threshold, tuple(THRESHOLDS))


def _categories(values: NDArray[np.float64], names: tuple[str, ...]) -> tuple[str, ...]:
    """Cut at the mean and one standard deviation on either side; the last name is for NaN."""
    known = values[np.isfinite(values)]
    mean = known.mean() if len(known) else 0.0
    spread = known.std(ddof=1) if len(known) > 1 else 0.0
    places = np.searchsorted([mean - spread, mean, mean + spread], values, side="left")
    return tuple(
        names[4 if np.isnan(v) else place] for v, place in zip(values, places, strict=True)
    )


def _contagion(
    time: NDArray[np.float64],
    ties: csr_array,
    reach: int,
    discount: float | None,
    normalise: bool,
) -> NDArray[np.float64]:
    """Infectiousness over ties to those who look to a unit; time reversed, susceptibility."""
    if reach < 1 or (discount is not None and discount <= -1):
        raise QGraphError(
            f"reach {reach} and discount {discount} weigh no period",
            hint="Give a reach of 1 or more, and a discount above -1 or None.",
        )
    steps = np.arange(1, reach + 1)
    weight = 1 / (steps if discount is None else (1 + discount) ** (steps - 1.0))
    below = np.concatenate([[0.0], weight.cumsum()])
    sender = np.repeat(np.arange(len(time)), np.diff(ties.indptr))
    delay = time[ties.indices] - time[sender]
    soon = (delay >= 1) & (delay <= reach)
    after = delay >= 1
    within = np.minimum(delay[after], reach).astype(np.intp)
    length = len(time)
    hit = np.bincount(sender[soon], weight[delay[soon].astype(np.intp) - 1], minlength=length)
    base = np.bincount(sender[after], below[within], minlength=length)
    share = np.nan_to_num(ratio(hit, base))
    if normalise:
        adopters = sum(
            _adopters_at(time + step, time) * part for step, part in zip(steps, weight, strict=True)
        )
        share = np.nan_to_num(ratio(share, np.asarray(adopters)))
    return np.where(np.isfinite(time), share, np.nan)


def _adopters_at(moments: NDArray[np.float64], time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count the units that adopted at each of some moments."""
    in_order = np.sort(time[np.isfinite(time)])
    up_to = np.searchsorted(in_order, moments, side="right")
    return (up_to - np.searchsorted(in_order, moments, side="left")).astype(float)


def _periods(time: NDArray[np.float64]) -> NDArray[np.float64]:
    known = time[np.isfinite(time)]
    if (known % 1 != 0).any():
        raise Refused(
            Words("exposure is measured in whole periods", "暴露按整个时期计算"),
            Words("Round the times to periods, such as years.", "请将时间取整为时期（如年）。"),
        )
    return np.arange(known.min(), known.max() + 1)


def _warnings(time: NDArray[np.float64], degree: NDArray[np.float64]) -> tuple[Words, ...]:
    """Say for whom exposure or threshold mean little."""
    isolated = int((degree == 0).sum())
    first = int((time == np.nanmin(time)).sum())
    said = [
        Words(
            f"{first} units adopted in the first period: their exposure before is not known, and "
            "their threshold is left-censored.",
            f"有{first}个单位在首个时期采纳：其此前的暴露未知，阈值左删失。",
        )
    ]
    if isolated:
        said.append(
            Words(
                f"{isolated} units have no tie: their exposure is 0 by convention.",
                f"有{isolated}个单位无任何关系，其暴露按惯例记为0。",
            )
        )
    return tuple(said)

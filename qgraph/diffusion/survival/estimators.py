"""How long until promotion: Kaplan-Meier, Nelson-Aalen, Aalen-Johansen, with delayed entry.

These are our own few lines of NumPy, and tested against R's survival and lifelines: the risk table
is needed anyway, and lifelines' Aalen-Johansen moves tied times at random, which would undo the
ties of measures that are promoted in one batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.result import Method, Refused
from qgraph.diffusion.survival.curves import (
    CumulativeHazard,
    CumulativeIncidence,
    SurvivalCurve,
    greenwood,
    normal_quantile,
)
from qgraph.diffusion.survival.risk_table import (
    ALIKE,
    INDEPENDENT,
    RiskTable,
    cautions,
    check_events,
    conditioned,
    risk_table,
)
from qgraph.diffusion.survival.spells import Spells
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["aalen_johansen", "kaplan_meier", "nelson_aalen"]

_KAPLAN_MEIER = Method(
    name=Words("Kaplan-Meier estimate", "Kaplan-Meier估计"),
    formula="S(t) = prod over t_i <= t of (1 - d_i/n_i); Var S = S^2 sum of d_i/(n_i (n_i - d_i))",
    citation=(
        "Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations."
        " Journal of the American Statistical Association 53(282), 457-481"
    ),
    assumptions=(INDEPENDENT, ALIKE),
)
_NELSON_AALEN = Method(
    name=Words("Nelson-Aalen estimate", "Nelson-Aalen估计"),
    formula="H(t) = sum over t_i <= t of d_i/n_i; Var H = sum of d_i/n_i^2",
    citation=(
        "Aalen, O. (1978). Nonparametric inference for a family of counting processes. Annals of"
        " Statistics 6(4), 701-726"
    ),
    assumptions=(INDEPENDENT, ALIKE),
)
_AALEN_JOHANSEN = Method(
    name=Words("Aalen-Johansen estimate of cumulative incidence", "Aalen-Johansen累积发生率估计"),
    formula="F_k(t) = sum over t_i <= t of S(t_(i-1)) d_ki/n_i; Var by the delta method",
    citation=(
        "Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous"
        " Markov chains based on censored observations. Scandinavian Journal of Statistics 5(3),"
        " 141-150; variance: Marubini, E. and Valsecchi, M. G. (1995). Analysing Survival Data from"
        " Clinical Trials and Observational Studies. Wiley, p. 341"
    ),
    assumptions=(
        INDEPENDENT,
        ALIKE,
        Words(
            "1 - KM, which takes the other causes for censoring, overstates the incidence.",
            "把其他结局当作删失的1-KM会高估累积发生率。",
        ),
    ),
)


def kaplan_meier(
    spells: Spells,
    *,
    cause: str | None = None,
    confidence: float = 0.95,
    interval: str = "log-log",
    conditional: bool = False,
) -> SurvivalCurve:
    r"""Estimate the probability to be still without the event, group by group.

    Parameters
    ----------
    spells
        At risk on (entry, exit]; all times exact.
    cause
        The event; other causes then count as censoring. By default any cause is the event.
    confidence
        Level of the pointwise intervals, between 0 and 1.
    interval
        ``log-log`` (stays in 0 to 1, good in small samples), ``log`` (R's default) or ``plain``.
    conditional
        True to go on if every spell ended in the event: the delay among those only.

    Returns
    -------
    SurvivalCurve
        With Greenwood's variance. Where S is 0 Greenwood's formula gives no number.

    Raises
    ------
    Refused
        If there is no event, or nothing else, or if the risk set dies out before others enter.

    Notes
    -----
    With :math:`d_i` events among :math:`n_i` at risk at :math:`t_i`, and
    :math:`G = \sum_{t_i \le t} d_i / (n_i (n_i - d_i))`,

    .. math:: S(t) = \prod_{t_i \le t} (1 - d_i/n_i), \quad \mathrm{Var}\,S = S^2 G

    Intervals: :math:`S^{\exp(\pm z \sqrt G / \log S)}` (log-log), :math:`S \exp(\pm z \sqrt G)`
    (log), :math:`S \pm z S \sqrt G` (plain), cut at 0 and 1.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.
    Journal of the American Statistical Association 53(282), 457-481.

    Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data,
    2nd ed. Wiley, pp. 16-19 (intervals).

    Examples
    --------
    >>> from qgraph.diffusion.survival.spells import Spell
    >>> rows = [Spell(2, "promotion"), Spell(3), Spell(5, "promotion"), Spell(5)]
    >>> kaplan_meier(Spells.of(rows)).estimate.tolist()
    [0.75, 0.75, 0.375]
    """
    z = normal_quantile(confidence)
    event = check_events(spells, cause, conditional)
    risk = risk_table(spells)
    events = risk.events_of(cause)
    _check_lasting(risk, events)
    curve, spread = np.ones_like(events), np.zeros_like(events)
    for rows in risk.blocks:
        curve[rows] = np.cumprod(1 - events[rows] / risk.n_risk[rows])
        spread[rows] = np.cumsum(greenwood(risk.n_risk[rows], events[rows], np.inf))
    low, high = _survival_limits(curve, spread, z, interval)
    notes = cautions(risk, events)
    if cause is not None and np.any((spells.cause > 0) & ~event):
        notes += (_overstated(cause),)
    return SurvivalCurve(
        method=conditioned(_KAPLAN_MEIER, spells),
        settings=_settings(spells, cause, confidence, interval, conditional),
        warnings=notes,
        data=spells.data,
        risk=risk,
        group=risk.group,
        time=risk.time,
        n_risk=risk.n_risk,
        events=events,
        estimate=curve,
        variance=_product(curve**2, spread),
        low=low,
        high=high,
        confidence=confidence,
    )


def nelson_aalen(
    spells: Spells,
    *,
    cause: str | None = None,
    confidence: float = 0.95,
    interval: str = "log",
    conditional: bool = False,
) -> CumulativeHazard:
    r"""Estimate the cumulative hazard, group by group.

    Parameters
    ----------
    spells
        At risk on (entry, exit]; all times exact.
    cause
        The event; other causes then count as censoring. By default any cause is the event.
    confidence
        Level of the pointwise intervals, between 0 and 1.
    interval
        ``log`` (stays positive) or ``plain``.
    conditional
        True to go on if every spell ended in the event.

    Returns
    -------
    CumulativeHazard
        With Aalen's variance.

    Raises
    ------
    Refused
        If there is no event, or nothing else.

    Notes
    -----
    .. math:: H(t) = \sum_{t_i \le t} d_i/n_i, \quad \mathrm{Var}\,H = \sum_{t_i \le t} d_i/n_i^2

    Intervals: :math:`H \exp(\pm z \sqrt{\mathrm{Var}\,H} / H)` (log) or
    :math:`H \pm z \sqrt{\mathrm{Var}\,H}` (plain), cut at 0.

    References
    ----------
    Aalen, O. (1978). Nonparametric inference for a family of counting processes. Annals of
    Statistics 6(4), 701-726.
    """
    z = normal_quantile(confidence)
    check_events(spells, cause, conditional)
    risk = risk_table(spells)
    events = risk.events_of(cause)
    hazard, variance = np.zeros_like(events), np.zeros_like(events)
    for rows in risk.blocks:
        hazard[rows] = np.cumsum(events[rows] / risk.n_risk[rows])
        variance[rows] = np.cumsum(events[rows] / risk.n_risk[rows] ** 2)
    error = np.sqrt(variance)
    if interval == "log":
        factor = np.exp(z * _ratio(error, hazard))
        low, high = hazard / factor, hazard * factor
    elif interval == "plain":
        low, high = np.maximum(hazard - z * error, 0.0), hazard + z * error
    else:
        raise _no_interval(interval, "log, plain")
    return CumulativeHazard(
        method=conditioned(_NELSON_AALEN, spells),
        settings=_settings(spells, cause, confidence, interval, conditional),
        warnings=cautions(risk, events),
        data=spells.data,
        risk=risk,
        group=risk.group,
        time=risk.time,
        n_risk=risk.n_risk,
        events=events,
        estimate=hazard,
        variance=variance,
        low=low,
        high=high,
        confidence=confidence,
    )


def aalen_johansen(
    spells: Spells,
    *,
    confidence: float = 0.95,
    interval: str = "log-log",
    conditional: bool = False,
) -> CumulativeIncidence:
    r"""Estimate the probability to have ended by each cause, beside the others, group by group.

    Parameters
    ----------
    spells
        At risk on (entry, exit]; all times exact. Every cause competes with every other.
    confidence
        Level of the pointwise intervals, between 0 and 1.
    interval
        ``log-log``, ``log`` or ``plain``.
    conditional
        True to go on if every spell ended in one and the same event.

    Returns
    -------
    CumulativeIncidence
        Over all causes F_k(t) and S(t) sum to 1; with a single cause F = 1 - S, Kaplan-Meier's.

    Raises
    ------
    Refused
        If there is no event, or nothing else, or if the risk set dies out before others enter.

    Notes
    -----
    With :math:`d_{ki}` events of cause k, :math:`d_i` of all, :math:`n_i` at risk at :math:`t_i`,
    and :math:`R_i = F_k(t) - F_k(t_i)`,

    .. math::
        F_k(t) &= \sum_{t_i \le t} S(t_{i-1}) d_{ki} / n_i \\
        \mathrm{Var}\,F_k(t) &= \sum_{t_i \le t} R_i^2 \frac{d_i}{n_i (n_i - d_i)}
            + S(t_{i-1})^2 \frac{d_{ki} (n_i - d_{ki})}{n_i^3}
            - 2 R_i S(t_{i-1}) \frac{d_{ki}}{n_i^2}

    This is the delta method on multinomial numbers of events (of "Greenwood type"); with a single
    cause it is Greenwood's formula. Intervals: :math:`F^{\exp(\pm z \sigma / (F \log F))}`
    (log-log), :math:`F \exp(\pm z \sigma / F)` (log), :math:`F \pm z \sigma` (plain), cut at 0, 1.

    References
    ----------
    Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov
    chains based on censored observations. Scandinavian Journal of Statistics 5(3), 141-150.

    Marubini, E. and Valsecchi, M. G. (1995). Analysing Survival Data from Clinical Trials and
    Observational Studies. Wiley, p. 341 (variance).
    """
    z = normal_quantile(confidence)
    check_events(spells, None, conditional)
    risk = risk_table(spells)
    every = risk.events.sum(axis=1)
    _check_lasting(risk, every)
    parts = [
        (rows, number, _incidence(risk.n_risk[rows], every[rows], risk.events[rows, number]))
        for rows in risk.blocks
        for number in range(len(spells.causes))
    ]
    order = np.concatenate([np.arange(rows.start, rows.stop) for rows, _, _ in parts])
    kinds = [np.full(rows.stop - rows.start, number) for rows, number, _ in parts]
    cause = np.concatenate(kinds)
    curve, variance, naive = (np.concatenate([part[i] for *_, part in parts]) for i in range(3))
    low, high = _incidence_limits(curve, np.sqrt(variance), z, interval)
    return CumulativeIncidence(
        method=conditioned(_AALEN_JOHANSEN, spells),
        settings=_settings(spells, None, confidence, interval, conditional),
        warnings=cautions(risk, every),
        data=spells.data,
        risk=risk,
        group=risk.group[order],
        cause=cause,
        time=risk.time[order],
        n_risk=risk.n_risk[order],
        events=risk.events[order, cause],
        estimate=curve,
        variance=variance,
        low=low,
        high=high,
        naive=naive,
        confidence=confidence,
    )


def _incidence(
    n_risk: NDArray[np.float64], every: NDArray[np.float64], own: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give F_k, its variance and 1 - KM_k at each time of one group."""
    before = np.concatenate(([1.0], np.cumprod(1 - every / n_risk)[:-1]))
    curve = np.cumsum(before * own / n_risk)
    # The sums over t_i <= t of the formula, expanded in powers of F_k(t). Once all at risk have
    # had an event S stays 0 and F_k stays where it is, so that its R_i is 0 whatever the factor.
    spread = greenwood(n_risk, every, 0.0)
    step = before * own / n_risk**2
    binomial = before**2 * own * (n_risk - own) / n_risk**3
    square = curve**2 * np.cumsum(spread) - 2 * curve * np.cumsum(curve * spread + step)
    variance = square + np.cumsum(curve**2 * spread + binomial + 2 * curve * step)
    naive = np.asarray(1 - np.cumprod(1 - own / n_risk), dtype=np.float64)
    return curve, np.maximum(variance, 0.0), naive


def _survival_limits(
    curve: NDArray[np.float64], spread: NDArray[np.float64], z: float, interval: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the bounds of S; no number where S is 0, and 1 to 1 before the first event, as in R."""
    inside = (curve > 0) & (curve < 1)
    low, high = np.where(curve > 0, curve, np.nan), np.where(curve > 0, curve, np.nan)
    own, error = curve[inside], np.sqrt(spread[inside])
    if interval == "log-log":
        power = np.exp(z * error / np.log(own))
        low[inside], high[inside] = own ** (1 / power), own**power
    elif interval == "log":
        low[inside], high[inside] = own * np.exp(-z * error), own * np.exp(z * error)
    elif interval == "plain":
        low[inside], high[inside] = own - z * own * error, own + z * own * error
    else:
        raise _no_interval(interval, "log-log, log, plain")
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _incidence_limits(
    curve: NDArray[np.float64], error: NDArray[np.float64], z: float, interval: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the bounds of F_k; they are its own value where that is 0 or 1."""
    inside = (curve > 0) & (curve < 1)
    low, high = curve.copy(), curve.copy()
    own, width = curve[inside], z * error[inside]
    if interval == "log-log":
        power = np.exp(width / (own * np.log(own)))
        low[inside], high[inside] = own ** (1 / power), own**power
    elif interval == "log":
        low[inside], high[inside] = own * np.exp(-width / own), own * np.exp(width / own)
    elif interval == "plain":
        low[inside], high[inside] = own - width, own + width
    else:
        raise _no_interval(interval, "log-log, log, plain")
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _check_lasting(risk: RiskTable, events: NDArray[np.float64]) -> None:
    """Refuse if all at risk have the event before others enter: S would stay 0 for those, too."""
    for place, rows in enumerate(risk.blocks):
        ended = np.flatnonzero(events[rows] >= risk.n_risk[rows])
        if len(ended) and ended[0] < rows.stop - rows.start - 1:
            moment, name = risk.time[rows][ended[0]], risk.spells.groups[place]
            later = risk.entered[rows][ended[0] + 1 :].sum()
            raise Refused(
                Words(
                    f"at {moment:g} all at risk in {name!r} had the event, while {later:g} enter"
                    " later: the estimate would be 0 from then on for them, too",
                    f"在{moment:g}，“{name}”组所有在险者均已发生事件，而另有{later:g}个其后才进入："
                    "此后的估计恒为0，对后者亦然",
                ),
                Words(
                    "Leave out the spells at risk up to that time and start there, or use the"
                    " Nelson-Aalen estimate.",
                    "请剔除此前的时段并由此起算，或使用Nelson-Aalen估计。",
                ),
            )


def _product(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply; no number where the right is infinite."""
    return np.where(np.isfinite(right), left * np.where(np.isfinite(right), right, 0.0), np.nan)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _no_interval(interval: str, known: str) -> QGraphError:
    return QGraphError(f"there is no interval {interval!r}", hint=f"Intervals are {known}.")


def _settings(
    spells: Spells, cause: str | None, confidence: float, interval: str, conditional: bool
) -> dict[str, object]:
    return {
        "by": spells.by,
        "period": spells.period,
        "cause": cause or "any",
        "confidence": confidence,
        "interval": interval,
        "conditional": conditional,
    }


def _overstated(cause: str) -> Words:
    return Words(
        f"Other causes are taken for censoring: 1 - S overstates how many end by {cause}; the"
        " Aalen-Johansen estimate does not.",
        f"其他结局被当作删失：1-S会高估以{cause}结束的比例；请用Aalen-Johansen估计。",
    )

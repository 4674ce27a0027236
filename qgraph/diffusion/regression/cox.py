"""Cox's proportional hazards with terms that vary over time, and the test of proportionality."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from qgraph.diffusion.regression.coefficients import Regression, adjusted, inference
from qgraph.diffusion.regression.design import clusters, design, groups, split
from qgraph.diffusion.regression.event_history import default_cluster
from qgraph.diffusion.regression.panel import Panel
from qgraph.diffusion.regression.partial import maximise, moments, residuals, within
from qgraph.diffusion.result import Data, Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.regression.design import Codes, Design

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["TIES", "TIMES", "Cox", "Histories", "Proportionality", "cox", "proportionality"]

TIES: Mapping[str, str] = {
    "efron": (
        "Efron, B. (1977). The efficiency of Cox's likelihood function for censored data. Journal "
        "of the American Statistical Association 72(359), 557-565"
    ),
    "breslow": (
        "Breslow, N. (1974). Covariance analysis of censored survival data. Biometrics 30(1), 89-99"
    ),
}
"""How events at one time share the likelihood, and who proposed it."""

TIMES = ("km", "rank", "identity", "log")
"""Functions of time on which a coefficient may depend: 1 - Kaplan-Meier, rank, time, log time."""

_COX = Words("Cox proportional hazards, time-varying terms", "Cox比例风险模型（时变协变量）")
_CITED = (
    "Cox, D. R. (1972). Regression models and life-tables. Journal of the Royal Statistical"
    " Society Series B 34(2), 187-220"
)
_ASSUMPTIONS = (
    Words(
        "Hazards are proportional: the effect of a term is the same at any duration (see the test "
        "of proportionality).",
        "风险成比例：自变量的效应不随时间改变（见比例性检验）。",
    ),
    Words(
        "Censoring and delayed entry tell nothing about the hazard.", "删失与延迟进入均与风险无关。"
    ),
)
_PROPORTIONALITY = Method(
    name=Words("Test of proportional hazards (scaled Schoenfeld residuals)", "比例风险检验"),
    formula="T = (sum (g - mean g) s)' V (sum (g - mean g) s) d / sum (g - mean g)^2, chi-squared",
    citation=(
        "Grambsch, P. M. and Therneau, T. M. (1994). Proportional hazards tests and diagnostics "
        "based on weighted residuals. Biometrika 81(3), 515-526"
    ),
    assumptions=(
        Words(
            "This is the approximation of the paper (and of R survival before 3.0), which takes"
            " the variance of the residuals as constant over time.",
            "此为原文（及R survival 3.0之前）的近似，假定残差方差不随时间变化。",
        ),
    ),
)


@dataclass(frozen=True, eq=False)
class Histories:
    """Event histories as a counting process: each row is at risk on (start, stop].

    Attributes
    ----------
    start, stop
        Durations; terms are constant in between. Late entry is a start above 0.
    event
        True if the event happens at ``stop``.
    columns
        Numbers by name, one per row.
    groups
        What rows can be clustered or stratified by: name -> number of the group of each row.
    warnings, data
        What was left out on the way, and where the rows come from.
    """

    start: Floats
    stop: Floats
    event: NDArray[np.bool_]
    columns: Mapping[str, Floats]
    groups: Mapping[str, Codes] = field(default_factory=dict)
    warnings: tuple[Words, ...] = ()
    data: Data | None = None

    def __post_init__(self) -> None:
        if not (self.stop > self.start).all():
            raise QGraphError(
                "a history ends before it starts", hint="Each row needs start < stop."
            )

    @classmethod
    def of(cls, panel: Panel) -> Histories:
        """Give the rows of a panel as histories of one period each, on the clock of the measure."""
        duration = panel.column("duration")
        return cls(
            start=duration - 1,
            stop=duration,
            event=panel.adopt == 1,
            columns=panel.columns,
            groups=groups(panel),
            warnings=panel.warnings,
            data=panel.data,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Cox(Regression):
    """Coefficients of Cox's model, with what the test of proportionality needs.

    Attributes
    ----------
    event_time
        Duration at each event, in order.
    schoenfeld
        Events by terms: the terms of who had the event, less their mean over those at risk.
    survival
        Kaplan-Meier just before each event.
    plain
        Covariance of the coefficients if rows are independent.
    """

    event_time: Floats
    schoenfeld: Floats
    survival: Floats
    plain: Floats


class _Row(NamedTuple):
    """One line of a test of proportionality."""

    term: str
    chi2: float
    freedom: int
    p: float


@dataclass(frozen=True, kw_only=True)
class Proportionality(Result):
    """Whether coefficients change with time.

    Attributes
    ----------
    rows
        One per term, and one for all together.
    """

    rows: tuple[_Row, ...]

    @property
    def table(self) -> Table:
        """Chi-squared statistics and p-values."""
        terms, chi2, freedom, p = zip(*self.rows, strict=True)
        return Table(
            (
                Column("term", Words("term", "自变量"), terms),
                Column("chi2", Words("chi-squared", "卡方"), chi2, ".3f"),
                Column("freedom", Words("d.f.", "自由度"), freedom),
                Column("p", Words("p", "p值"), p, ".4f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The test of all terms together."""
        return (("p", Words("p-value, all terms", "整体检验p值"), self.rows[-1].p),)


def cox(
    histories: Panel | Histories,
    terms: Sequence[str],
    *,
    ties: str = "efron",
    strata: str | None = None,
    cluster: str | Sequence[str] | None = "auto",
    adjust: str | None = None,
    confidence: float = 0.95,
) -> Cox:
    r"""Regress the hazard of adoption on terms that may vary over time, by partial likelihood.

    Parameters
    ----------
    histories
        A panel, whose rows become histories of one period each, or histories of any length.
    terms
        Names of columns, or products of them such as ``neighbour_share:regime``.
    ties
        One of :data:`TIES`.
    strata
        A group, such as ``measure``: each has a baseline hazard of its own.
    cluster
        As in :func:`qgraph.diffusion.event_history`; for histories ``auto`` is
        ``unit`` if they have that group, else none.
    adjust, confidence
        As in :func:`qgraph.diffusion.event_history`.

    Returns
    -------
    Cox
        Coefficients with plain and clustered errors, and the Schoenfeld residuals.

    Raises
    ------
    Refused
        If there are no more events than terms, terms do not vary or are collinear, the likelihood
        has no maximum, or all rows are in one cluster.
    NotFound
        If there is no such column or group.

    Notes
    -----
    With the risk set :math:`R(t)` of those with start < t <= stop, and :math:`d` events at a time,

    .. math:: \log L = \sum_i \beta'x_i - \sum_t \sum_{l<d}
              \log\Big(\sum_{R(t)} e^{\beta'x} - \frac{l}{d} \sum_{D(t)} e^{\beta'x}\Big)

    for Efron's ties; for Breslow's the fraction is 0. Clustered covariance sums the score residuals
    by cluster, without a correction for their number, as R's survival does.

    References
    ----------
    Andersen, P. K. and Gill, R. D. (1982). Cox's regression model for counting processes: a large
    sample study. Annals of Statistics 10(4), 1100-1120.

    Lin, D. Y. and Wei, L. J. (1989). The robust inference for the Cox proportional hazards model.
    Journal of the American Statistical Association 84(408), 1074-1078.
    """
    if ties not in TIES:
        raise QGraphError(f"there are no ties {ties!r}", hint=f"Ties are {', '.join(TIES)}.")
    if isinstance(histories, Panel):
        cluster = default_cluster(cluster, histories)
        histories = Histories.of(histories)
    elif cluster == "auto":
        cluster = "unit" if "unit" in histories.groups else None
    made = design(histories.columns, histories.event, terms, fixed={}, binary=False)
    chosen, notes = clusters(cluster, histories.groups, made.rows)
    event = histories.event[made.rows]
    stratum = np.zeros(len(event), dtype=np.int64)
    if strata is not None:
        (stratum,) = clusters(strata, histories.groups, made.rows)[0].values()
    start, stop = histories.start[made.rows], histories.stop[made.rows]
    at = moments(start, stop, event, stratum, efron=ties == "efron")
    _check_within(made, within(at, made.values))
    fitted = maximise(at, made.values)
    if fitted is None:
        raise _no_maximum(made, event)
    found = residuals(at, made.values, fitted)
    plain = fitted.covariance / np.outer(made.spread, made.spread)
    influence = found.score @ fitted.covariance / made.spread
    inferred = inference(
        fitted.estimate / made.spread, plain, influence, chosen, confidence, correct=False
    )
    return Cox(
        method=Method(_COX, _formula(ties), f"{_CITED}; {TIES[ties]}", _ASSUMPTIONS),
        settings={
            "terms": list(terms),
            "ties": ties,
            "strata": strata,
            "cluster": list(chosen),
            "adjust": adjust,
            "confidence": confidence,
        },
        warnings=(*histories.warnings, *made.notes, *notes),
        data=histories.data,
        terms=tuple(terms),
        **inferred._asdict(),
        p_adjusted=adjusted(inferred.p, adjust),
        log_likelihood=fitted.log_likelihood,
        log_likelihood_null=fitted.log_likelihood_null,
        aic=2 * (len(terms) - fitted.log_likelihood),
        rows=len(event),
        events=int(event.sum()),
        clusters={name: int(codes.max()) + 1 for name, codes in chosen.items()},
        event_time=found.time,
        schoenfeld=found.schoenfeld * made.spread,
        survival=found.survival,
        plain=plain,
    )


def proportionality(model: Cox, time: str = "km") -> Proportionality:
    r"""Test whether hazards are proportional, that is, coefficients do not change with time.

    Parameters
    ----------
    model
        From :func:`cox`.
    time
        The function of time on which they may depend, one of :data:`TIMES`.

    Returns
    -------
    Proportionality
        A test of each term with one degree of freedom, and one of all.

    Raises
    ------
    Refused
        If all events are at one time.

    Notes
    -----
    With Schoenfeld residuals :math:`s_k` of :math:`d` events, the covariance :math:`V` of the
    coefficients and :math:`\tilde g_k = g(t_k) - \bar g`, all terms together have

    .. math:: T = \frac{d\, (\sum_k \tilde g_k s_k)' V (\sum_k \tilde g_k s_k)}{\sum_k \tilde g_k^2}

    and one term :math:`d\,(V \sum_k \tilde g_k s_k)_j^2 / (V_{jj} \sum_k \tilde g_k^2)`.

    References
    ----------
    Grambsch, P. M. and Therneau, T. M. (1994). Proportional hazards tests and diagnostics based on
    weighted residuals. Biometrika 81(3), 515-526.
    """
    from scipy.special import gammaincc
    from scipy.stats import rankdata

    if time not in TIMES:
        raise QGraphError(
            f"there is no function of time {time!r}", hint=f"Those are {', '.join(TIMES)}."
        )
    scales = {
        "km": 1 - model.survival,
        "rank": rankdata(model.event_time),
        "identity": model.event_time,
        "log": np.log(model.event_time),
    }
    g = np.asarray(scales[time] - scales[time].mean(), dtype=np.float64)
    spread = float(g @ g)
    if spread < 1e-12:
        raise Refused(
            Words("all events are at one time", "所有事件发生在同一时刻"),
            Words("Events at several times are needed.", "需要发生在不同时刻的事件。"),
        )
    events = len(g)
    pull = g @ model.schoenfeld
    moved = model.plain @ pull
    single = events * moved**2 / (np.diag(model.plain) * spread)
    chi2 = [*single.tolist(), events * float(pull @ moved) / spread]
    freedom = [1] * len(single) + [len(single)]
    names = (*model.terms, "GLOBAL")
    rows = tuple(
        _Row(name, value, df, float(gammaincc(df / 2, value / 2)))
        for name, value, df in zip(names, chi2, freedom, strict=True)
    )
    return Proportionality(
        method=_PROPORTIONALITY,
        settings={"time": time, **model.settings},
        warnings=model.warnings,
        data=model.data,
        rows=rows,
    )


def _formula(ties: str) -> str:
    return f"h(t | x) = h0(t) exp(b'x(t)); partial likelihood, ties of {ties.title()}"


def _check_within(made: Design, variance: Floats) -> None:
    # Terms have variance 1 over all rows; what rounding leaves is far below this.
    flat = [name for name, value in zip(made.names, variance, strict=True) if value < 1e-9]
    if flat:
        which = ", ".join(flat)
        raise Refused(
            Words(
                f"{which} is the same for all that are at risk at one time (of one stratum)",
                f"{which}在同一时刻（同一分层内）对所有在险者取值相同",
            ),
            Words(
                "Its effect goes into the baseline hazard: leave it out, change the strata, or use "
                "event_history.",
                "其效应已被基准风险吸收：请去掉它、改变分层，或改用event_history。",
            ),
        )


def _no_maximum(made: Design, event: NDArray[np.bool_]) -> Refused:
    which = ", ".join(split(made.values, event, made.names) or made.names)
    return Refused(
        Words(
            f"the partial likelihood has no maximum: a coefficient of {which} is infinite",
            f"偏似然没有最大值：{which}的系数趋于无穷",
        ),
        Words(
            "Leave the term out, join its categories, or add data in which it does not decide.",
            "请去掉该自变量、合并其类别，或补充其不能完全决定结果的数据。",
        ),
    )

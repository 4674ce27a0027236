"""The design of a regression: its terms as numbers, can they be told apart, and clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.regression.panel import Panel

    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.int64]

__all__ = ["Design", "clusters", "design", "groups", "sandwich", "separated", "split"]

EVENTS_PER_TERM = 10
"""With fewer, coefficients are biased and intervals are off (Peduzzi et al. 1996)."""

FEW_CLUSTERS = 40
"""With fewer, clustered standard errors are too small (Cameron and Miller 2015)."""

_TINY = 1e-10
"""An eigenvalue of a correlation matrix below this is 0 but for rounding."""


@dataclass(frozen=True, eq=False)
class Design:
    """Terms as numbers, standardised, and the way back.

    Attributes
    ----------
    names
        Of the terms.
    values
        Rows by terms, each of mean 0 and standard deviation 1.
    mean, spread
        What the terms had before.
    fixed
        Groupings of the rows in use, numbered from 0.
    rows
        Which rows of the data are used.
    notes
        What was left out, and what to read with care.
    """

    names: tuple[str, ...]
    values: Floats
    mean: Floats
    spread: Floats
    fixed: tuple[Codes, ...]
    rows: NDArray[np.bool_]
    notes: tuple[Words, ...]


def groups(panel: Panel) -> dict[str, Codes]:
    """Give what rows of a panel can be grouped by: measure, unit, period, duration, pair."""
    found = {
        "measure": panel.measure.astype(np.int64),
        "unit": panel.unit.astype(np.int64),
        "period": panel.period.astype(np.int64),
    }
    if "duration" in panel.columns:
        found["duration"] = panel.columns["duration"].astype(np.int64)
    if panel.origin is not None:
        found["origin"] = panel.origin.astype(np.int64)
        found["dyad"] = found["unit"] * len(panel.units) + found["origin"]
    return found


def design(
    columns: Mapping[str, Floats],
    outcome: NDArray[np.bool_],
    terms: Sequence[str],
    *,
    fixed: Mapping[str, Codes],
    binary: bool = True,
) -> Design:
    """Make the design of terms, and refuse one whose coefficients the data cannot tell apart.

    Parameters
    ----------
    columns
        Numbers by name.
    outcome
        True where the event happens.
    terms
        Names of columns, or products of them, as ``share:regime``.
    fixed
        Name -> group of each row: a dummy for every group but one.
    binary
        Whether rows without the event count as outcomes of their own, as in a logit; in Cox's
        model they are only at risk.

    Raises
    ------
    NotFound
        If there is no such column.
    Refused
        If a term does not vary, terms are collinear, or there are no more events than terms.
    """
    if not terms or len(set(terms)) < len(terms):
        raise QGraphError(
            "terms are missing or repeated", hint="Name each column of the model once."
        )
    numbers = np.column_stack([_term(columns, term) for term in terms])
    rows: NDArray[np.bool_] = np.asarray(~np.isnan(numbers).any(axis=1))
    notes = []
    if not rows.all():
        count = int((~rows).sum())
        notes.append(
            Words(
                f"{count} of {len(rows)} rows were left out: a term is not known there.",
                f"{len(rows)}行中有{count}行因自变量缺失未计入。",
            )
        )
    rows = _without_empty_groups(rows, outcome, fixed, notes)
    values = numbers[rows]
    effects = tuple(np.unique(codes[rows], return_inverse=True)[1] for codes in fixed.values())
    dummies = sum(int(codes.max(initial=0)) for codes in effects)
    events = int(outcome[rows].sum())
    rarer = min(events, int(rows.sum()) - events) if binary else events
    _check_events(rarer, len(terms) + dummies, notes)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    _check_varies(spread, values, terms)
    values = (values - mean) / spread
    _check_collinear(values, terms)
    return Design(tuple(terms), values, mean, spread, effects, rows, tuple(notes))


def _term(columns: Mapping[str, Floats], term: str) -> Floats:
    product: Floats = np.ones(1)
    for name in term.split(":"):
        if name not in columns:
            raise NotFound(
                f"there is no column {name!r}", hint=f"Columns are {', '.join(columns)}."
            )
        product = product * columns[name]
    return product


def _without_empty_groups(
    rows: NDArray[np.bool_],
    outcome: NDArray[np.bool_],
    fixed: Mapping[str, Codes],
    notes: list[Words],
) -> NDArray[np.bool_]:
    """Leave out groups in which all rows have one outcome: their effect would be infinite."""
    kept = rows.copy()
    before = -1
    while before != kept.sum():
        before = kept.sum()
        for codes in fixed.values():
            count = np.bincount(codes, kept)
            events = np.bincount(codes, kept & outcome)
            kept &= ((events > 0) & (events < count))[codes]
    if kept.sum() < rows.sum():
        lost = int(rows.sum() - kept.sum())
        notes.append(
            Words(
                f"{lost} rows were left out: in their group ({', '.join(fixed)}) all or none have "
                "the event, so that they tell nothing about the terms.",
                f"有{lost}行未计入：其所在组（{'、'.join(fixed)}）全部或无一发生事件，"
                "对估计没有信息。",
            )
        )
    return kept


def _check_events(events: int, terms: int, notes: list[Words]) -> None:
    if events <= terms:
        raise Refused(
            Words(
                f"there are {events} events for {terms} terms",
                f"{terms}个自变量只有{events}个事件",
            ),
            Words(
                f"More events are needed, better {EVENTS_PER_TERM} per term, or fewer terms.",
                f"需要更多事件（每个自变量最好有{EVENTS_PER_TERM}个），或减少自变量。",
            ),
        )
    if events < EVENTS_PER_TERM * terms:
        notes.append(
            Words(
                f"Only {events / terms:.1f} events per term ({events} for {terms}); below"
                f" {EVENTS_PER_TERM} coefficients are biased and intervals unreliable (Peduzzi et "
                "al. 1996, Journal of Clinical Epidemiology 49(12), 1373-1379).",
                f"每个自变量仅有{events / terms:.1f}个事件（{terms}个自变量，{events}个"
                f"事件）；低于{EVENTS_PER_TERM}个时系数有偏、区间不可靠（Peduzzi等，1996）。",
            )
        )


def _check_varies(spread: Floats, values: Floats, names: Sequence[str]) -> None:
    # A constant that is not exact in binary has a deviation of a few roundings.
    constant = spread <= 1e-12 * np.abs(values).max(axis=0, initial=0.0)
    if constant.any():
        which = ", ".join(name for name, is_so in zip(names, constant, strict=True) if is_so)
        raise Refused(
            Words(f"{which} does not vary", f"{which}没有变异"),
            Words("Leave it out: its effect is not identified.", "请去掉它：其效应无法识别。"),
        )


def _check_collinear(values: Floats, names: Sequence[str]) -> None:
    value, vector = np.linalg.eigh(values.T @ values / len(values))
    if value[0] < _TINY:
        involved = np.abs(vector[:, 0]) > 0.01
        which = ", ".join(name for name, is_so in zip(names, involved, strict=True) if is_so)
        raise Refused(
            Words(f"terms are collinear: {which}", f"自变量完全共线：{which}"),
            Words("Leave one of them out.", "请去掉其中之一。"),
        )


def separated(values: Floats, outcome: NDArray[np.bool_], names: Sequence[str]) -> tuple[str, ...]:
    """Name the terms by which events and non-events can be told apart, if they can.

    Then the likelihood has no maximum (Albert and Anderson 1984). Solves Konis's linear programme:
    is there a direction along which no row gets less likely, and some get more?

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in
    logistic regression models. Biometrika 71(1), 1-10.

    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic
    regression models. DPhil thesis, University of Oxford.
    """
    from scipy.optimize import linprog

    alone = split(values, outcome, names)
    if alone:
        return alone
    signed = np.where(outcome, 1.0, -1.0)[:, None] * np.column_stack([np.ones(len(values)), values])
    signed = np.unique(signed, axis=0)
    solved = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    direction = np.abs(solved.x[1:])
    if -solved.fun < 1e-7:
        return ()
    return tuple(name for name, size in zip(names, direction, strict=True) if size > 1e-7)


def split(values: Floats, outcome: NDArray[np.bool_], names: Sequence[str]) -> tuple[str, ...]:
    """Name the terms whose values with the event are all on one side of those without it."""
    with_event, without = values[outcome], values[~outcome]
    if not (len(with_event) and len(without)):
        return ()
    above = with_event.min(axis=0) >= without.max(axis=0)
    below = with_event.max(axis=0) <= without.min(axis=0)
    return tuple(name for name, is_so in zip(names, above | below, strict=True) if is_so)


def clusters(
    cluster: str | Sequence[str] | None, available: Mapping[str, Codes], rows: NDArray[np.bool_]
) -> tuple[dict[str, Codes], list[Words]]:
    """Give the cluster of each row in use, one-way or two-way, and what to know about them.

    Raises
    ------
    NotFound
        If the data have no such group.
    Refused
        If all rows are in one cluster.
    """
    names = (cluster,) if isinstance(cluster, str) else tuple(cluster or ())
    chosen: dict[str, Codes] = {}
    notes: list[Words] = []
    if len(names) > 2:
        raise QGraphError("rows are clustered in at most two ways", hint="Name one or two groups.")
    for name in names:
        if name not in available:
            raise NotFound(
                f"rows cannot be clustered by {name!r}",
                hint=f"They can be by {', '.join(available)}.",
            )
        codes = np.unique(available[name][rows], return_inverse=True)[1]
        count = int(codes.max()) + 1
        if count < 2:
            raise Refused(
                Words(f"all rows are of one {name}", f"所有行属于同一个聚类（{name}）"),
                Words(
                    "Clustered errors need many clusters: cluster by another group, or by none.",
                    "聚类标准误需要多个聚类：请换一种聚类方式，或不聚类。",
                ),
            )
        if count < FEW_CLUSTERS:
            notes.append(
                Words(
                    f"Only {count} clusters ({name}); below about {FEW_CLUSTERS} clustered errors "
                    "are too small (Cameron and Miller 2015, Journal of Human Resources 50(2), "
                    "317-372).",
                    f"仅有{count}个聚类（{name}）；少于约{FEW_CLUSTERS}个时聚类标准误偏小"
                    "（Cameron与Miller，2015）。",
                )
            )
        chosen[name] = codes
    if not names:
        notes.append(
            Words(
                "Standard errors are not clustered: they take rows of one measure or unit to be "
                "independent, and are too small if they are not.",
                "标准误未聚类：假定同一措施或单位的各行相互独立，否则标准误偏小。",
            )
        )
    return chosen, notes


def sandwich(influence: Floats, cluster: Mapping[str, Codes], *, correct: bool) -> Floats:
    r"""Give the cluster-robust covariance of coefficients.

    Parameters
    ----------
    influence
        Rows by coefficients: the derivatives of the log-likelihood times the covariance that the
        coefficients have if rows are independent.
    cluster
        One or two groupings, each row's cluster from 0.
    correct
        Multiplies by :math:`G/(G-1)` for :math:`G` clusters, as Stata and R's sandwich do for
        generalised linear models; statsmodels has :math:`(n-1)/(n-k)` besides.

    Notes
    -----
    :math:`\sum_g u_g u_g'` with the sums of influences :math:`u_g` per cluster; two-way, the sum of
    both less that of their intersection. Negative eigenvalues of the latter become 0.

    References
    ----------
    Liang, K.-Y. and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear
    models. Biometrika 73(1), 13-22.

    Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2011). Robust inference with multiway
    clustering. Journal of Business & Economic Statistics 29(2), 238-249.
    """
    codes = list(cluster.values())
    if len(codes) == 1:
        return _one_way(influence, codes[0], correct)
    both = codes[0] * (codes[1].max() + 1) + codes[1]
    both = np.unique(both, return_inverse=True)[1]
    total = (
        _one_way(influence, codes[0], correct)
        + _one_way(influence, codes[1], correct)
        - _one_way(influence, both, correct)
    )
    value, vector = np.linalg.eigh((total + total.T) / 2)
    return np.asarray((vector * np.maximum(value, 0)) @ vector.T)


def _one_way(influence: Floats, codes: Codes, correct: bool) -> Floats:
    count = int(codes.max()) + 1
    summed = np.column_stack([np.bincount(codes, column, count) for column in influence.T])
    factor = count / (count - 1) if correct else 1.0
    return np.asarray(factor * summed.T @ summed)

"""Cox's partial likelihood for rows at risk on (start, stop]: its maximum and its residuals.

Sums over risk sets are differences of cumulative sums over the rows sorted by stop and by start, so
that no risk set is ever written out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Places: TypeAlias = NDArray[np.intp]

__all__ = ["Maximum", "Moments", "Residuals", "maximise", "moments", "residuals", "within"]

_STEPS = 50
_EXACT = 1e-10
_RUNAWAY = 50.0
"""Coefficients of standardised terms beyond this are on their way to infinity."""


@dataclass(frozen=True, eq=False)
class Moments:
    """The moments at which events happen, and where their risk sets are.

    Attributes
    ----------
    by_stop, by_start
        Rows by stratum, then by stop or start, the last first.
    stop_low, stop_high
        One per moment: those of its stratum that stop at it or later are ``by_stop[low:high]``.
    start_low, start_high
        Those of them that start at it or later, so are not yet at risk.
    row
        Rows with an event, sorted by moment.
    of
        The moment of each of them.
    tied
        How many events each moment has.
    fraction
        One per event: the share of the tied that is taken out of its risk set.
    since, until
        One per row: the moments at which it is at risk are ``since`` to ``until`` (exclusive).
    time, stratum
        Of each moment.
    """

    by_stop: Places
    by_start: Places
    stop_low: Places
    stop_high: Places
    start_low: Places
    start_high: Places
    row: Places
    of: Places
    tied: Places
    fraction: Floats
    since: Places
    until: Places
    time: Floats
    stratum: NDArray[np.int64]


class Maximum(NamedTuple):
    """The maximum of the partial likelihood."""

    estimate: Floats
    covariance: Floats
    log_likelihood: float
    log_likelihood_null: float


class Residuals(NamedTuple):
    """Residuals at the maximum."""

    score: Floats
    """Rows by terms."""
    schoenfeld: Floats
    """Events by terms, in the order of time."""
    time: Floats
    """Of the events."""
    survival: Floats
    """Kaplan-Meier just before each event."""


def moments(
    start: Floats,
    stop: Floats,
    event: NDArray[np.bool_],
    stratum: NDArray[np.int64],
    *,
    efron: bool,
) -> Moments:
    """Sort rows and events by time.

    Parameters
    ----------
    start, stop, event, stratum
        One per row; at least one event.
    efron
        Whether the tied leave the risk set one after another.
    """
    by_stop = np.lexsort((-stop, stratum))
    by_start = np.lexsort((-start, stratum))
    row = np.flatnonzero(event)
    row = row[np.lexsort((stop[row], stratum[row]))]
    keys = np.column_stack([stratum[row].astype(np.float64), stop[row]])
    unlike = np.ones(len(row), dtype=bool)
    unlike[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    of = np.cumsum(unlike) - 1
    time, where = stop[row][unlike], stratum[row][unlike]
    tied = np.bincount(of)
    firsts = np.cumsum(tied) - tied
    fraction = (np.arange(len(row)) - firsts[of]) / tied[of] if efron else np.zeros(len(row))
    return Moments(
        by_stop=by_stop,
        by_start=by_start,
        **_spans("stop", stratum[by_stop], stop[by_stop], where, time),
        **_spans("start", stratum[by_start], start[by_start], where, time),
        row=row,
        of=of,
        tied=tied,
        fraction=fraction,
        since=_after(where, time, stratum, start),
        until=_after(where, time, stratum, stop),
        time=time,
        stratum=where,
    )


def _spans(
    name: str, stratum: NDArray[np.int64], times: Floats, where: NDArray[np.int64], time: Floats
) -> dict[str, Places]:
    """Find, for each moment, the rows of its stratum at this time or later."""
    low = np.searchsorted(stratum, where, "left")
    # Times fall within a stratum: count those that are late enough.
    high = low + _after(stratum, -times, where, -time) - low
    return {f"{name}_low": low, f"{name}_high": high}


def _after(
    stratum: NDArray[np.int64], times: Floats, where: NDArray[np.int64], time: Floats
) -> Places:
    """Count the sorted (stratum, time) that are not after each (where, time)."""
    ranks = np.unique(np.concatenate([times, time]), return_inverse=True)[1]
    span = ranks.max() + 1
    mine, asked = ranks[: len(times)], ranks[len(times) :]
    keys, sought = stratum * span + mine, where * span + asked
    return np.asarray(np.searchsorted(keys, sought, "right"), dtype=np.intp)


class _Sums(NamedTuple):
    """Per event, the risk set's weight, mean of the terms, and mean of their products."""

    whole: Floats
    mean: Floats
    weight: Floats
    eta: Floats


def within(at: Moments, values: Floats) -> Floats:
    """Give the mean variance of each term within the risk sets: all that a coefficient rests on."""
    information = _likelihood(at, values, np.zeros(values.shape[1]))[2]
    return np.asarray(np.diag(information) / len(at.row))


def maximise(at: Moments, values: Floats) -> Maximum | None:
    """Maximise the partial likelihood by Newton's method; None if it has no maximum.

    Parameters
    ----------
    at
        From :func:`moments`.
    values
        Rows by terms, standardised.
    """
    beta = np.zeros(values.shape[1])
    likelihood, gradient, information = _likelihood(at, values, beta)
    null = likelihood
    for _ in range(_STEPS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        # A step that overshoots is halved.
        for _ in range(30):
            # Far out, sums over risk sets are lost in rounding: not a number is no improvement.
            with np.errstate(divide="ignore", invalid="ignore"):
                reached = _likelihood(at, values, beta + step)
            if reached[0] >= likelihood - 1e-9 * abs(likelihood):
                break
            step = step / 2
        beta = beta + step
        likelihood, gradient, information = reached
        if np.abs(beta).max() > _RUNAWAY:
            return None
        if np.abs(step).max() < _EXACT:
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return Maximum(beta, covariance, likelihood, null)
    return None


def _sums(at: Moments, values: Floats, beta: Floats) -> _Sums:
    eta = values @ beta
    # Only ratios of weights matter; the largest is 1.
    weight = np.exp(eta - eta.max())
    whole = _over_risk(at, weight)
    mean = np.column_stack([_over_risk(at, weight * column) for column in values.T])
    return _Sums(whole, mean / whole[:, None], weight, eta)


def _likelihood(at: Moments, values: Floats, beta: Floats) -> tuple[float, Floats, Floats]:
    sums = _sums(at, values, beta)
    terms = values.shape[1]
    information = np.empty((terms, terms))
    for i in range(terms):
        for j in range(i + 1):
            product = _over_risk(at, sums.weight * values[:, i] * values[:, j])
            spread = product / sums.whole - sums.mean[:, i] * sums.mean[:, j]
            information[i, j] = information[j, i] = spread.sum()
    rows = values[at.row]
    gradient = (rows - sums.mean).sum(axis=0)
    shifted = np.log(sums.whole) + sums.eta.max()
    return float(sums.eta[at.row].sum() - shifted.sum()), gradient, information


def _over_risk(at: Moments, numbers: Floats) -> Floats:
    """Sum over the risk set of each event, less the share of the tied that has left it."""
    total = _between(numbers[at.by_stop], at.stop_low, at.stop_high)
    total -= _between(numbers[at.by_start], at.start_low, at.start_high)
    tied = np.bincount(at.of, numbers[at.row], len(at.tied))
    return np.asarray(total[at.of] - at.fraction * tied[at.of])


def _between(numbers: Floats, low: Places, high: Places) -> Floats:
    passed = np.concatenate([[0.0], np.cumsum(numbers)])
    return np.asarray(passed[high] - passed[low])


def residuals(at: Moments, values: Floats, fitted: Maximum) -> Residuals:
    """Give score and Schoenfeld residuals.

    References
    ----------
    Therneau, T. M. and Grambsch, P. M. (2000). Modeling survival data: extending the Cox model.
    Springer, chapters 4 and 6.
    """
    sums = _sums(at, values, fitted.estimate)
    hazard = 1 / sums.whole
    mean = _per_moment(at, sums.mean) / at.tied[:, None]
    schoenfeld = values[at.row] - mean[at.of]
    # What each moment adds to the hazard of those at risk, and times the mean of the terms.
    added = _per_moment(at, hazard[:, None])[:, 0]
    pulled = _per_moment(at, hazard[:, None] * sums.mean)
    weight = sums.weight[:, None]
    at_risk = _between(added, at.since, at.until)[:, None]
    drawn = np.column_stack([_between(c, at.since, at.until) for c in pulled.T])
    score = -weight * (values * at_risk - drawn)
    # Of the tied, each bears only the part of the hazard for which it is still at risk.
    spared = _per_moment(at, (at.fraction * hazard)[:, None])[at.of]
    spared_pull = _per_moment(at, (at.fraction * hazard)[:, None] * sums.mean)[at.of]
    row = at.row
    score[row] += schoenfeld + weight[row] * (values[row] * spared - spared_pull)
    order = np.argsort(at.time[at.of], kind="stable")
    return Residuals(score, schoenfeld[order], at.time[at.of][order], _survival(at)[order])


def _per_moment(at: Moments, numbers: Floats) -> Floats:
    sums = [np.bincount(at.of, column, len(at.tied)) for column in numbers.T]
    return np.column_stack(sums).astype(np.float64)


def _survival(at: Moments) -> Floats:
    """Give Kaplan-Meier just before each event, over all strata together."""
    size = (at.stop_high - at.stop_low) - (at.start_high - at.start_low)
    times, place = np.unique(at.time, return_inverse=True)
    events = np.bincount(place, at.tied, len(times))
    at_risk = np.bincount(place, size, len(times))
    passed = np.cumprod(1 - events / at_risk)
    before = np.concatenate([[1.0], passed[:-1]])
    return np.asarray(before[place][at.of])

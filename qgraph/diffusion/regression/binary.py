"""Maximum likelihood for a yes or no: logit and cloglog, with fixed effects that cost no memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.int64]

__all__ = ["Maximum", "maximise"]

_STEPS = 60
_EXACT = 1e-10
"""A step smaller than this, in standard deviations of the terms, is the last."""

_SINGULAR = 1e12
"""The condition of an information matrix beyond which terms cannot be told apart."""

_CLOSE = 1e-15
"""Chances are kept this far from 0 and 1, where the likelihood cannot be computed."""


class _Link(NamedTuple):
    """Chance of a linear predictor, and its derivative."""

    chance: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Maximum:
    """The maximum of a likelihood.

    Attributes
    ----------
    estimate
        Intercept and coefficients of the terms; those of the dummies are left out.
    covariance
        Of these if rows are independent: the inverse of the expected information.
    influence
        Rows by coefficients: covariance times score, what each row pulls the estimates by.
    log_likelihood
        At the maximum.
    furthest
        The largest linear predictor there is, in absolute value.
    converged
        False if the steps did not end, or ended where no error can be computed.
    """

    estimate: Floats
    covariance: Floats
    influence: Floats
    log_likelihood: float
    furthest: float
    converged: bool


def maximise(
    values: Floats, outcome: NDArray[np.bool_], link: str, fixed: Sequence[Codes] = ()
) -> Maximum:
    r"""Maximise the likelihood of a binary outcome by iteratively reweighted least squares.

    Parameters
    ----------
    values
        Rows by terms, standardised; no two of them collinear, nor with the fixed effects.
    outcome
        One per row.
    link
        ``logit`` or ``cloglog``.
    fixed
        Groupings of the rows, numbered from 0: a dummy for every group but the first. They are
        summed by group, never written out.

    Raises
    ------
    Refused
        If the fixed effects are collinear with the terms or with each other.

    Notes
    -----
    With :math:`\mu = g^{-1}(\eta)` and :math:`\mu' = d\mu/d\eta`, the information is
    :math:`X'WX` for :math:`W = \mu'^2/\mu(1-\mu)`, the score :math:`X'(y-\mu)\mu'/\mu(1-\mu)`.

    References
    ----------
    Green, P. J. (1984). Iteratively reweighted least squares for maximum likelihood estimation,
    and some robust and resistant alternatives. Journal of the Royal Statistical Society Series B
    46(2), 149-192.
    """
    blocks = _Blocks(np.column_stack([np.ones(len(outcome)), values]), fixed)
    chance, slope = _LINKS[link]
    y = outcome.astype(np.float64)
    share = y.mean()
    beta = np.zeros(blocks.size)
    beta[0] = np.log(share / (1 - share)) if link == "logit" else np.log(-np.log1p(-share))
    eta = blocks.predictor(beta)
    likelihood = _log_likelihood(chance(eta), outcome)
    _, start = _working(y, chance(eta), slope(eta))
    if _condition(blocks.information(start))[1] > _SINGULAR:
        raise _collinear()
    converged = False
    for _ in range(_STEPS):
        factor, weight = _working(y, chance(eta), slope(eta))
        try:
            step = np.linalg.solve(blocks.information(weight), blocks.score(factor))
        except np.linalg.LinAlgError:
            break
        # A step that overshoots is halved.
        for _ in range(30):
            eta = blocks.predictor(beta + step)
            reached = _log_likelihood(chance(eta), outcome)
            if reached >= likelihood - 1e-9 * abs(likelihood):
                break
            step = step / 2
        beta, likelihood = beta + step, reached
        converged = bool(np.abs(step).max() < _EXACT)
        if converged:
            break
    factor, weight = _working(y, chance(eta), slope(eta))
    information = blocks.information(weight)
    scale, condition = _condition(information)
    covariance = np.full_like(information, np.nan)
    if condition < _SINGULAR:
        covariance = np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale)
    shown = values.shape[1] + 1
    return Maximum(
        estimate=beta[:shown],
        covariance=covariance[:shown, :shown],
        influence=blocks.project(covariance[:shown]) * factor[:, None],
        log_likelihood=likelihood,
        furthest=float(np.abs(eta).max()),
        converged=converged and condition < _SINGULAR,
    )


class _Blocks:
    """A design matrix of dense columns and of dummies, of which only the codes are kept."""

    def __init__(self, dense: Floats, fixed: Sequence[Codes]) -> None:
        self.dense = dense
        self.fixed = fixed
        self.levels = [int(codes.max()) + 1 for codes in fixed]
        # The first level of each is the reference, so it has no place of its own.
        sizes = [dense.shape[1], *(count - 1 for count in self.levels)]
        self.bounds = np.concatenate([[0], np.cumsum(sizes)])
        self.size = int(self.bounds[-1])

    def predictor(self, beta: Floats) -> Floats:
        return self.project(beta[None, :])[:, 0]

    def project(self, rows: Floats) -> Floats:
        """Give X times the transpose of some rows."""
        dense = self.dense.shape[1]
        total = self.dense @ rows[:, :dense].T
        for number, codes in enumerate(self.fixed):
            effects = rows[:, self.bounds[number + 1] : self.bounds[number + 2]]
            total += np.pad(effects, ((0, 0), (1, 0))).T[codes]
        return np.asarray(total)

    def score(self, factor: Floats) -> Floats:
        parts = [self.dense.T @ factor]
        for codes, count in zip(self.fixed, self.levels, strict=True):
            parts.append(np.bincount(codes, factor, count)[1:].astype(np.float64))
        return np.concatenate(parts)

    def information(self, weight: Floats) -> Floats:
        whole = np.zeros((self.size, self.size))
        weighted = self.dense * weight[:, None]
        dense = self.dense.shape[1]
        whole[:dense, :dense] = self.dense.T @ weighted
        for row, (codes, count) in enumerate(zip(self.fixed, self.levels, strict=True)):
            here = slice(self.bounds[row + 1], self.bounds[row + 2])
            sums = [np.bincount(codes, column, count)[1:] for column in weighted.T]
            whole[:dense, here] = sums
            whole[here, here] = np.diag(np.bincount(codes, weight, count)[1:])
            for column in range(row):
                width = self.levels[column]
                both = np.bincount(self.fixed[column] * count + codes, weight, width * count)
                there = slice(self.bounds[column + 1], self.bounds[column + 2])
                whole[there, here] = both.reshape(width, count)[1:, 1:]
        upper = np.triu(whole)
        return np.asarray(upper + np.triu(whole, 1).T)


def _logistic(eta: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(np.clip(expit(eta), _CLOSE, 1 - _CLOSE))


def _logistic_slope(eta: Floats) -> Floats:
    chance = _logistic(eta)
    return chance * (1 - chance)


def _cloglog(eta: Floats) -> Floats:
    hazard = np.exp(np.minimum(eta, 30.0))  # beyond, the chance is 1 to all digits
    return np.clip(-np.expm1(-hazard), _CLOSE, 1 - _CLOSE)


def _cloglog_slope(eta: Floats) -> Floats:
    bounded = np.minimum(eta, 30.0)
    return np.asarray(np.exp(bounded - np.exp(bounded)))


_LINKS = {
    "logit": _Link(_logistic, _logistic_slope),
    "cloglog": _Link(_cloglog, _cloglog_slope),
}


def _working(y: Floats, mu: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Give the factor of each row in the score, and its weight in the information."""
    per_variance = slope / (mu * (1 - mu))
    return (y - mu) * per_variance, slope * per_variance


def _log_likelihood(mu: Floats, outcome: NDArray[np.bool_]) -> float:
    return float(np.log(mu[outcome]).sum() + np.log1p(-mu[~outcome]).sum())


def _condition(information: Floats) -> tuple[Floats, float]:
    """Give the scale of a matrix, and its condition once scaled to a unit diagonal."""
    scale = np.sqrt(np.diag(information))
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        return scale, np.inf
    return scale, float(np.linalg.cond(information / np.outer(scale, scale)))


def _collinear() -> Refused:
    return Refused(
        Words(
            "terms and fixed effects cannot be told apart: they are collinear",
            "自变量与固定效应完全共线，无法区分",
        ),
        Words(
            "Leave out terms that do not vary within the groups of the fixed effects.",
            "请去掉在固定效应组内没有变异的自变量。",
        ),
    )

"""Innovativeness: how readily units take measures up, over all and over time.

Rate scores count adoptions per opportunity. They do not say why a unit is early: hazard models do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from qgraph.diffusion.promotion.rate import promotion_rate
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.scores.opportunities import ends, opportunities, ratio
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = [
    "INTERVALS",
    "RATE",
    "RateScores",
    "rate_scores",
    "walker_scores",
]

_UNIT = Words("unit", "单位")

INTERVALS: Mapping[str, Words] = {
    "bootstrap": Words("percentile bootstrap over measures", "以措施为抽样单位的百分位自助法"),
    "wilson": Words("Wilson score interval", "Wilson得分区间"),
    "exact": Words("Clopper-Pearson interval", "Clopper-Pearson精确区间"),
    "poisson": Words("Garwood's exact Poisson interval", "Garwood精确泊松区间"),
}
"""Intervals of a rate score; the first is the default, and :func:`rate_scores` says why."""

RATE = Method(
    name=Words("Innovativeness rate scores", "创新性得分（采纳率）"),
    formula=(
        "r_i = Σ_p y_ip / Σ_p o_ip; o_ip counts the periods from the first adoption of p by any "
        "unit to i's own, or to the last by any unit if i does not adopt, both ends included"
    ),
    citation=(
        "Boehmke, F. J. and Skinner, P. (2012). State policy innovativeness revisited. "
        "State Politics & Policy Quarterly 12(3), 303-329"
    ),
    assumptions=(
        Words(
            "Every unit could take up every measure from the period of its first adoption on.",
            "假定自首次采纳之时起，每个单位均可采纳每项措施。",
        ),
        Words(
            "A score is a mean over the measures in the data: measures nobody recorded, above all "
            "those that failed to spread, are missing from it.",
            "得分是对数据所含措施的平均；未被记录的措施（尤其是未能扩散者）不在其中。",
        ),
    ),
)

_WALKER_CAVEAT = Words(
    "Walker's score (1969) is given for comparison only: it ignores censoring, since a unit that "
    "has not adopted yet counts as if it never would, and it depends on the last adopter.",
    "Walker得分（1969）仅供比较：它忽略删失——尚未采纳者按永不采纳计，且取决于最后一个采纳者。",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RateScores(Result):
    """Innovativeness of each unit.

    Attributes
    ----------
    units
        Names, in the order of the arrays.
    adoptions, opportunities
        Per unit; opportunities are counted in periods.
    rate
        Their ratio, NaN without any opportunity.
    low, high
        Bounds of the interval.
    rank
        1 for the highest rate; equal rates share the better rank.
    rank_low, rank_high
        Bounds of the rank over the bootstrap samples, NaN with any other interval.
    walker
        Walker's scores, or None if they were not asked for.
    """

    units: tuple[str, ...]
    adoptions: NDArray[np.int64]
    opportunities: NDArray[np.int64]
    rate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    rank: NDArray[np.float64]
    rank_low: NDArray[np.float64]
    rank_high: NDArray[np.float64]
    walker: NDArray[np.float64] | None = None

    @property
    def table(self) -> Table:
        """One row per unit, from the highest rate down."""
        order = _ranked(self.rate, self.units)
        columns = [
            Column("unit", _UNIT, tuple(self.units[i] for i in order)),
            Column("rank", Words("rank", "位次"), self.rank[order].tolist(), ".0f"),
            Column("adoptions", Words("adoptions", "采纳数"), self.adoptions[order].tolist(), "d"),
            Column(
                "opportunities",
                Words("opportunities", "机会数"),
                self.opportunities[order].tolist(),
            ),
            Column("rate", Words("rate", "采纳率"), self.rate[order].tolist(), ".5f"),
            Column("low", Words("low", "下限"), self.low[order].tolist(), ".5f"),
            Column("high", Words("high", "上限"), self.high[order].tolist(), ".5f"),
        ]
        if np.isfinite(self.rank_low).any():
            columns += [
                Column(
                    "rank_low", Words("best rank", "位次上界"), self.rank_low[order].tolist(), ".0f"
                ),
                Column(
                    "rank_high",
                    Words("worst rank", "位次下界"),
                    self.rank_high[order].tolist(),
                    ".0f",
                ),
            ]
        if self.walker is not None:
            title = Words("Walker's score", "Walker得分")
            columns.append(Column("walker", title, self.walker[order].tolist(), ".3f"))
        return Table(tuple(columns))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many units, adoptions and opportunities, and the rate of all together."""
        adoptions, opportunities = int(self.adoptions.sum()), int(self.opportunities.sum())
        return (
            ("units", Words("units", "单位数"), len(self.units)),
            ("adoptions", Words("adoptions", "采纳数"), adoptions),
            ("opportunities", Words("opportunities", "机会数"), opportunities),
            ("rate", Words("rate of all", "总体采纳率"), adoptions / opportunities),
        )


def rate_scores(
    cascades: Cascades,
    *,
    first: float | None = None,
    entry: Mapping[str, float] | None = None,
    until: str = "last",
    interval: str = "bootstrap",
    confidence: float = 0.95,
    replicates: int = 1000,
    walker: bool = False,
    seed: int = 0,
    jobs: int | None = None,
) -> RateScores:
    r"""Score each unit by its adoptions per opportunity to adopt.

    Parameters
    ----------
    cascades
        In whole periods, such as years; opportunities are counted in them.
    first
        Leaves out measures that were first adopted before this period.
    entry
        Unit to the period from which it could adopt at all, for units founded later; what a unit
        adopted before is neither an adoption nor an opportunity.
    until
        When opportunities end for those that do not adopt: ``last`` with the last adoption of the
        measure by any unit, which is the published rule, ``end`` with the end of observation.
    interval
        One of :data:`INTERVALS`. ``bootstrap`` is the default: measures are what is sampled, and
        they differ in how fast they spread, so that the opportunities of one measure are not
        independent, as the binomial and the Poisson intervals suppose.
    confidence
        Level of the interval, between 0 and 1.
    replicates
        Bootstrap samples, at least 1.
    walker
        Adds Walker's scores, for comparison.
    seed
        Of the bootstrap.
    jobs
        See :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    RateScores
        One score per unit.

    Raises
    ------
    Refused
        If times are not whole periods, or no measure is left.
    QGraphError
        If an option is unknown or out of range.

    Notes
    -----
    With :math:`y_{ip} = 1` if unit i adopted measure p, and :math:`o_{ip}` the number of periods
    from the first adoption of p by any unit to i's own, or to the last one by any unit,

    .. math:: r_i = \sum_p y_{ip} / \sum_p o_{ip}

    References
    ----------
    Boehmke, F. J. and Skinner, P. (2012). State policy innovativeness revisited. State Politics &
    Policy Quarterly 12(3), 303-329.

    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4), 437-442.

    Examples
    --------
    >>> from qgraph.diffusion.records.cascades import Cascades
    >>> rows = [("p", "a", 2001), ("p", "b", 2004), ("q", "b", 2002), ("q", "a", 2003)]
    >>> scores = rate_scores(Cascades.of(rows), interval="wilson")
    >>> dict(zip(scores.units, scores.opportunities.tolist()))
    {'a': 3, 'b': 5}
    """
    _check(interval, confidence, replicates)
    could = opportunities(cascades, first=first, entry=entry, until=until)
    adoptions = could.adopted.sum(axis=0, dtype=np.int64)
    chances = could.count.sum(axis=0)
    rate = ratio(adoptions, chances)
    rank_low = rank_high = np.full(len(cascades.units), np.nan)
    if interval == "bootstrap":
        once = partial(_resampled, could.adopted.astype(float), could.count.astype(float))
        drawn = replicate(once, replicates, seed, jobs=jobs, label="bootstrap")
        rates, ranks = (np.array(part) for part in zip(*drawn, strict=True))
        low, high = _quantiles(rates, confidence)
        rank_low, rank_high = _quantiles(ranks, confidence, method="nearest")
    else:
        low, high = _bounds(adoptions, chances, interval, confidence)
    return RateScores(
        method=RATE,
        settings={
            "first": first,
            "entry": dict(sorted((entry or {}).items())),
            "until": until,
            "interval": interval,
            "confidence": confidence,
            **({"replicates": replicates} if interval == "bootstrap" else {}),
        },
        warnings=(*cascades.warnings, *could.warnings, *([_WALKER_CAVEAT] if walker else [])),
        seed=seed if interval == "bootstrap" else None,
        data=cascades.data,
        units=cascades.units,
        adoptions=adoptions,
        opportunities=chances,
        rate=rate,
        low=low,
        high=high,
        rank=_rank(rate),
        rank_low=rank_low,
        rank_high=rank_high,
        walker=walker_scores(cascades, first=first) if walker else None,
    )


def walker_scores(cascades: Cascades, *, first: float | None = None) -> NDArray[np.float64]:
    r"""Score each unit as Walker did: one minus its mean delay between first and last adopter.

    Parameters
    ----------
    cascades
        In any unit of time.
    first
        Leaves out measures that were first adopted before this period.

    Returns
    -------
    numpy.ndarray
        One score per unit, from 0 (always last, or never) to 1 (always first). Measures that all
        adopters took up at once have no delays and are left out; NaN if none is left.

    Notes
    -----
    .. math:: w_i = 1 - \frac1P \sum_p \frac{t_{ip} - \min_j t_{jp}}{\max_j t_{jp} - \min_j t_{jp}}

    where the fraction is 1 for a unit that did not adopt. This ignores censoring: a unit that
    would adopt later counts as if it never would. :func:`rate_scores` replaces it.

    References
    ----------
    Walker, J. L. (1969). The diffusion of innovations among the American states. American
    Political Science Review 63(3), 880-899.
    """
    begin, last = ends(cascades)
    kept = last > begin
    if first is not None:
        kept &= begin >= first
    if not kept.any():
        return np.full(len(cascades.units), np.nan)
    delay = (cascades.matrix()[kept] - begin[kept, None]) / (last - begin)[kept, None]
    scores: NDArray[np.float64] = 1 - np.where(np.isnan(delay), 1.0, delay).mean(axis=0)
    return scores


def _resampled(
    adopted: NDArray[np.float64], chances: NDArray[np.float64], random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw measures with replacement; give the rates and their ranks."""
    measures = len(adopted)
    drawn = random.multinomial(measures, np.full(measures, 1 / measures)).astype(float)
    rates = ratio(drawn @ adopted, drawn @ chances)
    return rates, _rank(rates)


def _bounds(
    adoptions: NDArray[np.int64], chances: NDArray[np.int64], name: str, confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the interval of each rate as if every opportunity were a trial of its own."""
    from scipy.special import gammaincinv

    bounds = np.full((2, len(adoptions)), np.nan)
    some = chances > 0
    if name == "poisson":
        tail = (1 - confidence) / 2
        # The quantile of a gamma distribution with shape 0 is not defined; the bound is 0.
        low = np.where(adoptions > 0, gammaincinv(np.maximum(adoptions, 1), tail), 0.0)
        high = gammaincinv(adoptions + 1, 1 - tail)
        bounds[:, some] = (np.vstack([low, high])[:, some]) / chances[some]
        return bounds[0], bounds[1]
    for i in np.flatnonzero(some):
        share = promotion_rate(int(adoptions[i]), int(chances[i]), confidence)
        found = share.wilson if name == "wilson" else share.clopper_pearson
        bounds[:, i] = found.low, found.high
    return bounds[0], bounds[1]


def _rank(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank from the highest, equal ones alike; NaN stays NaN."""
    known = np.sort(rates[np.isfinite(rates)])
    higher = len(known) - np.searchsorted(known, rates, side="right")
    return np.where(np.isfinite(rates), higher + 1.0, np.nan)


def _ranked(values: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.intp]:
    """Order from the highest value, then by name; NaN comes last."""
    keys = [
        (-value if value == value else np.inf, name)
        for value, name in zip(values, names, strict=True)
    ]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def _quantiles(
    draws: NDArray[np.float64],
    confidence: float,
    method: Literal["linear", "nearest"] = "linear",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the ends of the middle share of the draws of each column, NaN left out."""
    bounds = np.full((2, draws.shape[1]), np.nan)
    some = np.isfinite(draws).any(axis=0)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    bounds[:, some] = np.nanquantile(draws[:, some], tails, axis=0, method=method)
    return bounds[0], bounds[1]


def _check(interval: str, confidence: float, replicates: int) -> None:
    if interval not in INTERVALS:
        raise QGraphError(
            f"there is no interval {interval!r}", hint=f"Give one of {', '.join(INTERVALS)}."
        )
    if not 0 < confidence < 1:
        raise QGraphError(f"{confidence:g} is no level", hint="Give one from 0 to 1, as 0.95.")
    if replicates < 1:
        raise QGraphError(f"{replicates} samples are none", hint="Ask for 1000, for instance.")

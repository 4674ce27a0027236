"""What if: how measures spread over a network, and how far from one set of seeds or another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Data, Result
from qgraph.diffusion.simulation.worlds import Mandate, Spread, method_of, spread_of
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.networks.netrate import RateNetwork

    Numbers = NDArray[np.float64]

__all__ = [
    "Mandate",
    "SeedComparison",
    "Simulation",
    "compare_seed_sets",
    "simulate_cascades",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation(Result):
    """Simulated cascades.

    Attributes
    ----------
    cascades
        What was drawn; one measure per draw, observed from 0 to the horizon.
    reach
        Per measure, units that adopted, seeds included.
    share
        Per unit, share of the measures that it adopted.
    median_time
        Per unit, median time of its adoptions; NaN if it has none.
    """

    cascades: Cascades
    reach: NDArray[np.intp]
    share: Numbers
    median_time: Numbers

    @property
    def table(self) -> Table:
        """Units, with how often and when they adopt."""
        units = self.cascades.units
        error = np.sqrt(self.share * (1 - self.share) / len(self.reach))
        return Table(
            (
                Column("unit", Words("Unit", "单位"), units),
                Column("share", Words("Adopts in", "采纳比例"), self.share.tolist(), ".3f"),
                Column("error", Words("Standard error", "标准误"), error.tolist(), ".3f"),
                Column(
                    "time", Words("Median time", "采纳时间中位数"), self.median_time.tolist(), ".3g"
                ),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Reach over all measures."""
        return (
            ("measures", Words("measures simulated", "模拟的措施数"), len(self.reach)),
            (
                "reach",
                Words("mean reach, in units", "平均扩散范围（单位数）"),
                float(self.reach.mean()),
            ),
            ("error", Words("its standard error", "其标准误"), _error(self.reach)),
        )


def simulate_cascades(
    network: RateNetwork | networkx.DiGraph[str],
    *,
    model: str = "continuous",
    seeds: Sequence[str] | int = 1,
    measures: int = 100,
    horizon: float = np.inf,
    mandate: Mandate | None = None,
    seed: int = 0,
    jobs: int | None = None,
) -> Simulation:
    r"""Simulate how measures spread over a network.

    Parameters
    ----------
    network
        A fitted network of rates, for continuous time: with its source as it was before any
        promotion. Or a graph whose edges have what the model needs: ``probability``, ``weight``
        (incoming weights sum to at most 1) or ``rate``; its nodes can have a ``threshold`` and a
        ``source_rate`` of adopting without any peer.
    model
        ``independent-cascade``: who adopts has one chance to win over each neighbour, in the next
        round. ``threshold``: a unit adopts in the round after the weights of those neighbours who
        have adopted reach its threshold, drawn evenly from 0 to 1 where none is given.
        ``continuous``: each neighbour is won over after an exponential time.
    seeds
        Units that have every measure at time 0; or how many, drawn anew for each measure.
    measures
        How many to simulate, at least 1.
    horizon
        Later adoptions are not seen; in rounds or units of time, above 0.
    mandate
        From its time on, every unit that has not adopted does so at its rate.
    seed
        Of all random numbers.
    jobs
        See :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    Simulation
        The cascades can be given to any method of this package.

    Raises
    ------
    QGraphError
        If the network does not have what the model needs, or parameters are out of range.

    References
    ----------
    Goldenberg, J., Libai, B. and Muller, E. (2001). Talk of the network: a complex systems look at
    the underlying process of word-of-mouth. Marketing Letters 12(3), 211-223.

    Granovetter, M. (1978). Threshold models of collective behavior. American Journal of Sociology
    83(6), 1420-1443.

    Kempe, D., Kleinberg, J. and Tardos, É. (2003). Maximizing the spread of influence through a
    social network. Proceedings of the 9th ACM SIGKDD International Conference on Knowledge
    Discovery and Data Mining, 137-146.

    Gomez-Rodriguez, M., Balduzzi, D. and Schölkopf, B. (2011). Uncovering the temporal dynamics of
    diffusion networks. Proceedings of the 28th International Conference on Machine Learning,
    561-568.

    Examples
    --------
    >>> import networkx
    >>> path = networkx.DiGraph([("a", "b", {"rate": 2.0}), ("b", "c", {"rate": 2.0})])
    >>> simulate_cascades(path, seeds=["b"], measures=5).reach.tolist()
    [2, 2, 2, 2, 2]
    """
    spread = spread_of(network, model, horizon=horizon, mandate=mandate)
    _at_least_one("measures", measures)
    units = len(spread.units)
    if isinstance(seeds, int):
        if not 0 < seeds <= units:
            raise QGraphError(
                f"{seeds} seeds of {units} units are not possible", hint="Draw at least one."
            )
        start = partial(_spread_from_some, spread, seeds)
    else:
        start = partial(_spread_from, spread, spread.places(seeds))
    times = np.array(list(replicate(start, measures, seed, jobs=jobs, label="measures")))
    seen = np.isfinite(times)
    drawn = _as_cascades(spread, times)
    middle = [
        float(np.median(own[own < np.inf])) if (own < np.inf).any() else np.nan for own in times.T
    ]
    return Simulation(
        method=method_of(spread),
        settings={
            "model": model,
            "seeds": seeds if isinstance(seeds, int) else list(seeds),
            "measures": measures,
            "horizon": horizon,
            "mandate": None if mandate is None else list(mandate),
        },
        seed=seed,
        data=drawn.data,
        cascades=drawn,
        reach=seen.sum(axis=1),
        share=seen.mean(axis=0),
        median_time=np.array(middle),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SeedComparison(Result):
    """Reach of several sets of seeds under the same chance.

    Attributes
    ----------
    names
        Of the sets; differences are to the first.
    seeds
        The units in each.
    reach, error
        Expected units reached, seeds included, and the Monte Carlo standard error.
    difference, difference_error, low, high
        To the first set: mean of the differences draw by draw, its standard error and confidence
        interval.
    """

    names: tuple[str, ...]
    seeds: tuple[tuple[str, ...], ...]
    reach: Numbers
    error: Numbers
    difference: Numbers
    difference_error: Numbers
    low: Numbers
    high: Numbers

    @property
    def table(self) -> Table:
        """One row per set."""
        return Table(
            (
                Column("set", Words("Set", "方案"), self.names),
                Column("seeds", Words("Seeds", "起始单位"), [", ".join(one) for one in self.seeds]),
                Column("reach", Words("Reach", "扩散范围"), self.reach.tolist(), ".2f"),
                Column("error", Words("Standard error", "标准误"), self.error.tolist(), ".2f"),
                Column(
                    "difference",
                    Words("Difference to the first", "与首个方案之差"),
                    self.difference.tolist(),
                    ".2f",
                ),
                Column(
                    "difference_error",
                    Words("Its standard error", "差值标准误"),
                    self.difference_error.tolist(),
                    ".2f",
                ),
                Column("low", Words("From", "下限"), self.low.tolist(), ".2f"),
                Column("high", Words("To", "上限"), self.high.tolist(), ".2f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The set with the largest reach."""
        best = int(self.reach.argmax())
        return (
            ("best", Words("set with the largest reach", "扩散范围最大的方案"), self.names[best]),
            (
                "reach",
                Words("its reach, in units", "其扩散范围（单位数）"),
                float(self.reach[best]),
            ),
        )


def compare_seed_sets(
    network: RateNetwork | networkx.DiGraph[str],
    sets: Mapping[str, Sequence[str]],
    *,
    model: str = "continuous",
    horizon: float = np.inf,
    mandate: Mandate | None = None,
    draws: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
) -> SeedComparison:
    r"""Compare sets of seeds, for instance of zones in which to pilot, under the same chance.

    Parameters
    ----------
    network, model, horizon, mandate, seed, jobs
        As for :func:`simulate_cascades`.
    sets
        Units by name of the set; the first is the one to which the others are compared.
    draws
        How often the measure spreads from each set, at least 2.
    confidence
        Level of the intervals of the differences, between 0 and 1.

    Returns
    -------
    SeedComparison
        Expected reach with Monte Carlo errors, and paired differences. The errors are those of
        simulation, not of the network.

    Notes
    -----
    Each draw is used for all sets (common random numbers). With reach :math:`X` of one set and
    :math:`Y` of another the interval is that of Student's t for the mean of :math:`X - Y`, whose
    variance :math:`Var X + Var Y - 2 Cov(X, Y)` is small because what helps one set helps another.

    References
    ----------
    Glasserman, P. and Yao, D. D. (1992). Some guidelines and guarantees for common random numbers.
    Management Science 38(6), 884-908.
    """
    from scipy.special import stdtrit

    spread = spread_of(network, model, horizon=horizon, mandate=mandate)
    if not sets:
        raise QGraphError("there is no set of seeds", hint="Give at least one.")
    if draws < 2 or not 0 < confidence < 1:
        raise QGraphError(
            f"{draws} draws and a confidence of {confidence} are not possible",
            hint="Give at least 2 draws and a confidence between 0 and 1.",
        )
    starts = [spread.places(names) for names in sets.values()]
    outcomes = replicate(partial(_reaches, spread, starts), draws, seed, jobs=jobs, label="draws")
    reach = np.array(list(outcomes), dtype=np.float64)
    gain = reach - reach[:, :1]
    error = gain.std(axis=0, ddof=1) / np.sqrt(draws)
    margin = float(stdtrit(draws - 1, (1 + confidence) / 2)) * error
    return SeedComparison(
        method=method_of(spread),
        settings={
            "model": model,
            "horizon": horizon,
            "mandate": None if mandate is None else list(mandate),
            "draws": draws,
            "confidence": confidence,
        },
        seed=seed,
        names=tuple(sets),
        seeds=tuple(tuple(names) for names in sets.values()),
        reach=reach.mean(axis=0),
        error=reach.std(axis=0, ddof=1) / np.sqrt(draws),
        difference=gain.mean(axis=0),
        difference_error=error,
        low=gain.mean(axis=0) - margin,
        high=gain.mean(axis=0) + margin,
    )


def _spread_from(spread: Spread, seeds: NDArray[np.intp], rng: np.random.Generator) -> Numbers:
    return spread.times(spread.draw(rng), seeds)


def _spread_from_some(spread: Spread, count: int, rng: np.random.Generator) -> Numbers:
    world = spread.draw(rng)
    return spread.times(world, rng.choice(len(spread.units), count, replace=False))


def _reaches(spread: Spread, starts: list[NDArray[np.intp]], rng: np.random.Generator) -> list[int]:
    world = spread.draw(rng)
    return [int(np.isfinite(spread.times(world, seeds)).sum()) for seeds in starts]


def _as_cascades(spread: Spread, times: Numbers) -> Cascades:
    """Turn times, measures by units, into cascades observed from 0 to the horizon."""
    count = len(times)
    digits = len(str(count - 1))
    measure, unit = np.nonzero(np.isfinite(times))
    order = np.lexsort((times[measure, unit], measure))
    measure, unit = measure[order], unit[order]
    when = times[measure, unit]
    last = spread.horizon if np.isfinite(spread.horizon) else float(when.max(initial=0.0))
    return Cascades(
        units=spread.units,
        measures=tuple(f"s{number:0{digits}}" for number in range(count)),
        unit=unit.astype(np.int32),
        measure=measure.astype(np.int32),
        time=when,
        begin=np.zeros(count),
        end=np.full(count, last),
        data=Data(origin="simulation", events=len(when), measures=count, units=len(spread.units)),
    )


def _error(values: NDArray[np.intp]) -> float:
    """Standard error of a mean; NaN for a single value."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan


def _at_least_one(what: str, count: int) -> None:
    if count < 1:
        raise QGraphError(f"{count} {what} are not possible", hint="Give at least 1.")

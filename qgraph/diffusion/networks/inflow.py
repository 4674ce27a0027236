"""Rates into one unit: how long each cause was at work on it, and what it brought about.

Causes are the other units, from their own adoption on, and a source outside the network, whose
rate may change when a measure is promoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.networks.additive import Fit, maximise, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

    Numbers = NDArray[np.float64]

__all__ = ["SMALLEST", "Inflow", "Record", "inflow", "record_of"]

SMALLEST = 1e-6
"""Pairs expected to explain fewer adoptions than this are no edges."""

_TEST_TOLERANCE = 1e-3
"""How exactly the log-likelihood without an edge is found."""


class Record(NamedTuple):
    """What is known of all cascades: measures by units, and measures."""

    times: Numbers
    """Of adoption; infinite where there was none up to the end of observation."""
    since: Numbers
    """When a unit's influence starts: its adoption, or the start of observation."""
    begin: Numbers
    end: Numbers
    moment: Numbers
    """Until when the first regime lasts; infinite without a promotion."""
    regimes: tuple[str, ...]
    peers_end: bool
    discrete: bool

    def events(self, unit: int) -> NDArray[np.bool_]:
        """Tell in which measures a unit has an adoption to explain."""
        times = self.times[:, unit]
        happened: NDArray[np.bool_] = np.isfinite(times) & (times > self.begin)
        return happened


def record_of(
    cascades: Cascades,
    moments: Mapping[str, float] | None,
    peers: str,
    source: bool,
    discrete: bool,
) -> Record:
    """Lay cascades out as matrices; see :func:`qgraph.diffusion.censored_rates`."""
    times = cascades.matrix()
    times = np.where(times <= cascades.end[:, None], times, np.inf)
    moment = np.array([(moments or {}).get(name, np.inf) for name in cascades.measures])
    return Record(
        times=times,
        since=np.maximum(times, cascades.begin[:, None]),
        begin=cascades.begin,
        end=cascades.end,
        # Period m belongs to the second regime: the first has all periods up to m - 1.
        moment=moment - 1 if discrete else moment,
        regimes=() if not source else ("source",) if moments is None else ("before", "after"),
        peers_end=peers == "before",
        discrete=discrete,
    )


class Inflow(NamedTuple):
    """The rates into one unit; peers first, then the regimes of the source."""

    rate: Numbers
    exposure: Numbers
    explained: Numbers
    statistic: Numbers
    trace: Numbers
    gap: float
    adoptions: int
    unexplained: int
    """Adoptions without any possible cause, left out."""
    at_once: int
    """Adoptions at the very moment of the promotion with no time at risk after it."""
    certain: int
    """Rates without a bound: an adoption came in each period at risk."""
    ambiguous: int
    """How many rates too many there are to be told apart."""


def inflow(
    record: Record, unit: int, iterations: int, refine: bool, tolerance: float, test: bool
) -> Inflow:
    """Fit the rates into one unit, and test those from its peers."""
    exposure = _exposure(record, unit)
    working = _working(record, unit)
    instant = (exposure <= 0) & working.any(axis=0)
    at_once = working[:, instant].any(axis=1)
    unexplained = ~working.any(axis=1)
    working = working[~(at_once | unexplained)]
    columns = np.flatnonzero(working.any(axis=0))
    active = working[:, columns].astype(np.float64)
    scaled = active / exposure[columns]
    grouped = record.discrete
    fit = maximise(
        scaled, grouped=grouped, iterations=iterations, refine=refine, tolerance=tolerance
    )
    size = len(exposure)
    rate, explained = np.zeros(size), np.zeros(size)
    rate[columns] = fit.count / exposure[columns]
    rate[instant] = np.inf
    if len(active):
        explained[columns] = (scaled / (scaled @ fit.count)[:, None]).sum(axis=0) * fit.count
    explained[instant] += at_once.sum()
    peers = record.times.shape[1]
    statistic = np.full(peers, np.nan)
    if test:
        statistic = _statistics(scaled, fit, columns, peers, grouped)
    certain = (active.sum(axis=0) >= exposure[columns]) & (fit.count > SMALLEST)
    return Inflow(
        rate=rate,
        exposure=exposure,
        explained=explained,
        statistic=statistic,
        trace=fit.trace,
        gap=fit.gap,
        adoptions=len(active) + int(at_once.sum()),
        unexplained=int(unexplained.sum()),
        at_once=int(at_once.sum()),
        certain=int(certain.sum()) if grouped else 0,
        ambiguous=_ambiguous(scaled[:, fit.count > SMALLEST]),
    )


def _ambiguous(scaled: Numbers) -> int:
    """Count the directions in which rates above 0 can move without a change of likelihood."""
    if not scaled.size:
        return 0
    # The likelihood has the hazards at the adoptions, and the total of the counts.
    seen = np.vstack((scaled / scaled.max(), np.ones(scaled.shape[1])))
    return int(seen.shape[1] - np.linalg.matrix_rank(seen))


def _exposure(record: Record, unit: int) -> Numbers:
    """Time for which each cause was at work on a unit that had not adopted yet."""
    until = np.minimum(record.times[:, unit], record.end)
    first = np.minimum(until, record.moment)
    peers_until = first if record.peers_end else until
    peers = np.maximum(peers_until[:, None] - record.since, 0.0).sum(axis=0)
    if not record.regimes:
        return np.asarray(peers, dtype=np.float64)
    if len(record.regimes) == 1:
        return np.append(peers, np.maximum(until - record.begin, 0.0).sum())
    before = np.maximum(first - record.begin, 0.0).sum()
    after = np.maximum(until - np.maximum(record.begin, record.moment), 0.0).sum()
    return np.append(peers, (before, after))


def _working(record: Record, unit: int) -> NDArray[np.bool_]:
    """Which causes were at work at each adoption of a unit."""
    rows = record.events(unit)
    times = record.times[rows, unit]
    late = times > record.moment[rows] if record.discrete else times >= record.moment[rows]
    peers: NDArray[np.bool_] = record.times[rows] < times[:, None]
    if record.peers_end:
        peers &= ~late[:, None]
    if not record.regimes:
        return peers
    if len(record.regimes) == 1:
        return np.column_stack((peers, np.ones(len(times), dtype=bool)))
    return np.column_stack((peers, ~late, late))


def _statistics(
    scaled: Numbers, fit: Fit, columns: NDArray[np.intp], peers: int, grouped: bool
) -> Numbers:
    """Twice the log-likelihood that is lost without each edge; 0 for those without a rate."""
    statistic = np.zeros(peers)
    for place in np.flatnonzero((columns < peers) & (fit.count > SMALLEST)):
        rest = without(scaled, fit, int(place), grouped=grouped, tolerance=_TEST_TOLERANCE)
        statistic[columns[place]] = max(0.0, 2 * (fit.log_likelihood - rest.log_likelihood))
    return statistic

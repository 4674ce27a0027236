"""What chance makes of a pair of units: how often one would seem to follow the other for nothing.

The *credit* of an edge u -> v is the expected number of events of v that came from u, if each came
from one earlier unit of the same measure, picked in proportion to the density of the delay. Its
distribution without any influence is known exactly up to the third moment: v and all others stay
where they are, u is put at any place in the order of the measure, with the probabilities of its own
*tempo* (:func:`tempos`). No permutation is needed for these; permutations (:func:`redraw`) only
check the far tail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["NULLS", "Pool", "Shares", "pools", "redraw", "shares", "tail", "tempos"]

NULLS = ("tempo", "order")
"""What chance is taken to be: every unit keeps its own tempo (some are always early), or all orders
of the units of a measure are equally likely."""

_BINS = 20
"""Into how many places, from first to last of a measure, a tempo is divided."""

_PRIOR = 5.0
"""A tempo starts as if the unit had been seen in so many measures, evenly from first to last."""

_CELLS = 2_000_000
"""Pairs of units that are in memory at a time."""

_LEAST = 1e-9
"""Variance below which the credit of a pair is not random: there is nothing to test."""


@dataclass(frozen=True, eq=False)
class Pool:
    """All pairs into some destinations, in destination-by-origin matrices.

    Attributes
    ----------
    first
        Number of the first destination; the others follow.
    volume
        In how many measures the origin precedes the destination.
    credit
        Events of the destination that are credited to the origin.
    mean, variance, third
        Of the credit without influence: expectation and second and third central moment.
    """

    first: int
    volume: NDArray[np.int32]
    credit: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    third: NDArray[np.float64]

    def tail(self) -> NDArray[np.float64]:
        """Give the probability of such a credit or more; NaN where there is nothing to test."""
        return tail(self.credit, self.mean, self.variance, self.third)


def tail(
    credit: NDArray[np.float64],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    third: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Probability of a credit or more, by the Pearson type III curve with the same three moments.

    A gamma distribution, shifted: with skewness g and k = 4/g², k + z sqrt(k) is Gamma(k).

    References
    ----------
    Mielke, P. W., Berry, K. J. and Brier, G. W. (1981). Application of multi-response permutation
    procedures for examining seasonal changes in monthly mean sea-level pressure patterns. Monthly
    Weather Review 109(1), 120-126.
    """
    from scipy.special import gammainc, gammaincc

    found = np.full(np.shape(credit), np.nan)
    known = variance > _LEAST
    sd = np.sqrt(variance[known])
    z = (credit[known] - mean[known]) / sd
    skew = third[known] / sd**3
    # A skewness this small makes no difference, but a shape that overflows.
    skew = np.where(np.abs(skew) < 1e-3, 1e-3, skew)
    shape = 4 / skew**2
    place = np.maximum(shape + np.sign(skew) * z * np.sqrt(shape), 0)
    found[known] = np.where(skew > 0, gammaincc(shape, place), gammainc(shape, place))
    return found


def tempos(cascades: Cascades, null: str = "tempo") -> NDArray[np.float64]:
    """How early or late in its measures each unit tends to be.

    Returns
    -------
    NDArray
        One row per unit, one column per twentieth of the order from first to last; rows add up to
        1. Simultaneous events share their places evenly. With null ``order`` all are alike.

    Raises
    ------
    QGraphError
        If there is no such null.
    """
    if null not in NULLS:
        raise QGraphError(
            f"there is no null {null!r}", hint=f"Null models are {' and '.join(NULLS)}."
        )
    counts = np.zeros((len(cascades.units), _BINS))
    if null == "tempo":
        low, high, size = _places(cascades)
        real = size > 1
        low, high = low[real][:, None], high[real][:, None]
        edges = np.arange(_BINS + 1) / _BINS
        common = np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1])
        np.add.at(counts, cascades.unit[real], np.maximum(common, 0) / (high - low))
    counts += _PRIOR / _BINS
    shape: NDArray[np.float64] = counts / counts.sum(1, keepdims=True)
    return shape


def redraw(cascades: Cascades, null: str, random: np.random.Generator) -> Cascades:
    """Let chance decide which unit of a measure has which of its times.

    Units and times of every measure stay the same. With null ``order`` every order is equally
    likely; with ``tempo`` each unit's places in the order (from 0 to 1) are shuffled among its
    measures, and units then queue up by these.
    """
    places = random.random(len(cascades.time))
    if null == "tempo":
        low, high, _ = _places(cascades)
        places = low + places * (high - low)
        shuffled = np.lexsort((random.random(len(places)), cascades.unit))
        places[np.argsort(cascades.unit, kind="stable")] = places[shuffled]
    return replace(cascades, unit=cascades.unit[np.lexsort((places, cascades.measure))])


def _places(
    cascades: Cascades,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Where each event starts and ends in the order of its measure, from 0 to 1; and its size."""
    starts = cascades.starts
    size = np.diff(starts)[cascades.measure]
    new = np.ones(len(cascades.time), bool)
    new[1:] = (np.diff(cascades.measure) != 0) | (np.diff(cascades.time) != 0)
    group = np.cumsum(new) - 1
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(new))
    offset = starts[cascades.measure]
    return (begins[group] - offset) / size, (ends[group] - offset) / size, size


def pools(
    cascades: Cascades, kernel: Kernel, tempo: NDArray[np.float64], cells: int = _CELLS
) -> Iterator[Pool]:
    """Give the credit of every pair and its moments, as many destinations at a time as fit.

    Parameters
    ----------
    cascades, kernel
        What happened, and the density of delays.
    tempo
        From :func:`tempos`.
    cells
        How many pairs are held in memory at a time.

    Notes
    -----
    If v has an event at place j of measure c, credit s(k) goes to the unit at place k. With
    probability p(k) of u to be there, the moments of what u gets are those of s under p; measures
    are independent, so that central moments up to the third add up. By the twentieths b of a tempo
    g, p(k) = sum_b g(b) o(b, k), with o(b, k) the share of twentieth b that place k covers among
    the places of all but v.
    """
    units = len(cascades.units)
    step = max(1, cells // max(units, 1))
    starts = cascades.starts
    for first in range(0, units, step):
        last = min(first + step, units)
        total = np.zeros((5, (last - first) * units))
        for begin, end in pairwise(starts.tolist()):
            unit = cascades.unit[begin:end].astype(np.intp)
            rows = np.flatnonzero((unit >= first) & (unit < last))
            if end - begin < 2 or not len(rows):
                continue
            time = cascades.time[begin:end]
            earlier = time[rows][:, None] > time
            credit = _credits(time, rows, kernel)
            where = ((unit[rows] - first)[:, None] * units + unit).ravel()
            for added, values in zip(
                total, (earlier, credit, *_moments(credit, rows, tempo[unit].T)), strict=True
            ):
                added[where] += values.ravel()
        sums = total.reshape(5, last - first, units)
        sums[:, np.arange(last - first), np.arange(first, last)] = 0
        yield Pool(first, sums[0].astype(np.int32), *sums[1:])


@dataclass(frozen=True, eq=False)
class Shares:
    """Edges into one destination, measure by measure: measure-by-origin matrices.

    Attributes
    ----------
    credit, mean, variance, third
        As in :class:`Pool`, but not yet added up.
    """

    credit: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    third: NDArray[np.float64]

    def summed(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Add up over measures that count for more or less: credit and its three moments."""
        return (
            weights @ self.credit,
            weights @ self.mean,
            weights**2 @ self.variance,
            weights**3 @ self.third,
        )


def shares(
    cascades: Cascades,
    kernel: Kernel,
    tempo: NDArray[np.float64],
    destination: int,
    origins: NDArray[np.intp],
) -> Shares:
    """Give the credit of some edges into one destination, measure by measure."""
    starts = cascades.starts
    column = np.full(len(cascades.units), -1)
    column[origins] = np.arange(len(origins))
    found = []
    for event in np.flatnonzero(cascades.unit == destination):
        begin, end = starts[cascades.measure[event]], starts[cascades.measure[event] + 1]
        columns = column[cascades.unit[begin:end]]
        there = np.flatnonzero(columns >= 0)
        if not len(there):
            continue
        row = np.array([event - begin])
        got = _credits(cascades.time[begin:end], row, kernel)
        chance = _moments(got, row, tempo[cascades.unit[begin:end][there]].T)
        entry = np.zeros((4, len(origins)))
        entry[:, columns[there]] = [got[0, there], *(moment[0] for moment in chance)]
        found.append(entry)
    stacked = np.array(found).reshape(-1, 4, len(origins))
    return Shares(*stacked.transpose(1, 0, 2))


def _credits(
    time: NDArray[np.float64], rows: NDArray[np.intp], kernel: Kernel
) -> NDArray[np.float64]:
    """Share of each event (column) in bringing about some events (rows) of one measure."""
    delay = time[rows][:, None] - time[None, :]
    density = np.full(delay.shape, -np.inf)
    earlier = delay > 0
    density[earlier] = kernel.log_density(delay[earlier])
    top = density.max(1, keepdims=True)
    weight = np.exp(density - np.where(np.isfinite(top), top, 0))
    total = weight.sum(1, keepdims=True)
    shared: NDArray[np.float64] = weight / np.where(total > 0, total, 1)
    return shared


def _moments(
    got: NDArray[np.float64], rows: NDArray[np.intp], tempo: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean, variance and third central moment of what units with these tempos (columns) get."""
    events = got.shape[1]
    others = np.ones(got.shape, bool)
    others[np.arange(len(rows)), rows] = False
    values = got[others].reshape(len(rows), events - 1)
    square = values * values
    powers = np.concatenate([values, square, square * values])
    moments = (powers @ _spread(events - 1).T @ tempo).reshape(3, len(rows), -1)
    mean, square, cube = moments
    cube += mean * (2 * mean**2 - 3 * square)
    square -= mean**2
    return moments


@lru_cache(maxsize=64)
def _spread(size: int) -> NDArray[np.float64]:
    """Share of each twentieth (row) that belongs to each of so many places (column)."""
    places = np.arange(size + 1) / size
    edges = np.arange(_BINS + 1)[:, None] / _BINS
    common = np.minimum(places[1:], edges[1:]) - np.maximum(places[:-1], edges[:-1])
    spread: NDArray[np.float64] = _BINS * np.maximum(common, 0)
    spread.flags.writeable = False
    return spread

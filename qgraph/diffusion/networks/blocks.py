"""What edges can explain, one destination after the other, so that not all is in memory at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.records.cascades import Cascades

    _Places = NDArray[np.intp]

_Number = TypeVar("_Number", bound=np.generic)

__all__ = [
    "BASELINES",
    "Block",
    "Model",
    "Pairs",
    "blocks",
    "joined",
    "pairs",
    "precedence",
    "ties",
]

BASELINES = ("parent", "constant")
"""What an event costs that no edge explains: the best earlier unit at a price, as in R's
NetworkInference, or the same for all, as in SNAP."""

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Below, floating-point numbers lose digits."""

_LONGEST = 100_000
"""Delays in whole numbers are looked up in a table if none is longer."""


@dataclass(frozen=True)
class Model:
    """What the score of an edge is made of.

    Attributes
    ----------
    kernel
        Density of delays.
    epsilon
        Chance of a transmission outside of the network, above 0 and at most 1.
    beta
        Chance of a transmission along an edge, above 0 and at most 1.
    baseline
        One of :data:`BASELINES`: whether an event without an edge costs epsilon times the density
        of the delay from its best earlier unit (``parent``), or epsilon alone (``constant``).
    """

    kernel: Kernel
    epsilon: float = 1e-10
    beta: float = 0.5
    baseline: str = "parent"

    def __post_init__(self) -> None:
        if self.baseline not in BASELINES:
            raise QGraphError(
                f"there is no baseline {self.baseline!r}",
                hint=f"Baselines are {' and '.join(BASELINES)}.",
            )
        for name in ("epsilon", "beta"):
            if not 0 < getattr(self, name) <= 1:
                raise QGraphError(
                    f"{name} is {getattr(self, name)}", hint="Give a number above 0, at most 1."
                )

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        *,
        epsilon: float | None = None,
        beta: float | None = None,
        baseline: str = "parent",
    ) -> Model:
        """Fill in the prices that go with a baseline: SNAP's are 1e-64 and 1."""
        constant = baseline == "constant"
        return cls(
            kernel,
            epsilon=(1e-64 if constant else 1e-10) if epsilon is None else epsilon,
            beta=(1.0 if constant else 0.5) if beta is None else beta,
            baseline=baseline,
        )


@lru_cache(maxsize=16)
def _table(kernel: Kernel, price: float, longest: int) -> NDArray[np.float64]:
    """Log-likelihoods of the delays 0, 1, ... at a price; the first is no delay at all.

    R and SNAP take the logarithm of price times density, whose last digit is not that of the sum
    of their logarithms. Whole numbers make many gains that are equal on paper, and that digit
    decides which of them comes first, so it is taken over wherever the density is a number.
    """
    table = np.full(longest + 1, -np.inf)
    table[1:] = log(price) + kernel.log_density(np.arange(1.0, longest + 1))
    for delay in range(1, longest + 1):
        try:
            chance = price * kernel.density(float(delay))
        except ArithmeticError:  # too large or too small on the way
            continue
        if chance >= _SMALLEST:
            table[delay] = log(chance)
    table.flags.writeable = False
    return table


@dataclass(frozen=True, eq=False)
class Block:
    """All that edges into one destination can explain: its events with an earlier one.

    Attributes
    ----------
    destination
        The unit.
    units
        How many units there are in all.
    measure
        One entry per event of the destination that some unit precedes ("slot"): its measure; in
        ascending order.
    baseline
        One entry per slot: the log-likelihood of the event without any edge.
    slot, origin, delay, score
        One entry per slot and unit that comes before: the slot, the unit, the time between, and
        the log-likelihood of the event if there is an edge. Slots are in ascending order.
    """

    destination: int
    units: int
    measure: NDArray[np.int32]
    baseline: NDArray[np.float64]
    slot: NDArray[np.intp]
    origin: NDArray[np.intp]
    delay: NDArray[np.float64]
    score: NDArray[np.float64]

    def volumes(self) -> NDArray[np.intp]:
        """In how many measures each unit precedes the destination."""
        return np.bincount(self.origin, minlength=self.units)

    def gains(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """What an edge from each unit would gain if it were the first."""
        excess = np.maximum(self.score - self.baseline[self.slot], 0)
        if weights is not None:
            excess *= weights[self.measure][self.slot]
        return np.asarray(np.bincount(self.origin, excess, minlength=self.units), np.float64)


def blocks(
    cascades: Cascades, model: Model, destinations: Sequence[int] | None = None
) -> Iterator[Block]:
    """Give what edges can explain, one destination after the other.

    Parameters
    ----------
    cascades
        Events; time is in the unit of the kernel's parameters.
    model
        Kernel, baseline and prices.
    destinations
        Numbers of units, in the order in which they are wanted; all by default, those with most
        events first, which makes :func:`rank` stop early.

    Yields
    ------
    Block
        For every destination that some unit precedes in some measure.
    """
    longest = _longest(cascades)
    for destination, events, counts, before in precedence(cascades, destinations):
        firsts = np.cumsum(counts) - counts
        delay = np.repeat(cascades.time[events], counts) - cascades.time[before]
        yield Block(
            destination=destination,
            units=len(cascades.units),
            measure=cascades.measure[events],
            baseline=_baseline(delay, firsts, model, longest),
            slot=np.repeat(np.arange(len(events)), counts),
            origin=cascades.unit[before].astype(np.intp),
            delay=delay,
            score=_scores(model.kernel, model.beta, delay, longest),
        )


def precedence(
    cascades: Cascades, destinations: Sequence[int] | None
) -> Iterator[tuple[int, _Places, _Places, _Places]]:
    """Give for each destination its events, how many come before each, and which these are.

    Yields
    ------
    tuple
        The destination; places of its events in the arrays of the cascades, those that nothing
        precedes left out; for each of them how many events of its measure are earlier; and the
        places of these, for one event after the other.
    """
    begin = cascades.starts[cascades.measure]  # of its measure, for each event
    earlier = ties(cascades) - begin
    by_unit = np.argsort(cascades.unit, kind="stable")
    bounds = np.searchsorted(cascades.unit[by_unit], np.arange(len(cascades.units) + 1))
    if destinations is None:
        destinations = np.argsort(-np.diff(bounds), kind="stable").tolist()
    for destination in destinations:
        events = by_unit[bounds[destination] : bounds[destination + 1]]
        events = events[earlier[events] > 0]
        if len(events):
            counts = earlier[events]
            shift = begin[events] - (np.cumsum(counts) - counts)
            yield destination, events, counts, np.arange(counts.sum()) + np.repeat(shift, counts)


def ties(cascades: Cascades) -> NDArray[np.intp]:
    """For each event the first event of its measure at the same time."""
    number = len(cascades.time)
    new = np.ones(number, bool)
    new[1:] = (cascades.measure[1:] != cascades.measure[:-1]) | (
        cascades.time[1:] != cascades.time[:-1]
    )
    first: NDArray[np.intp] = np.maximum.accumulate(np.where(new, np.arange(number), 0))
    return first


def _longest(cascades: Cascades) -> int | None:
    """Give the longest delay if all are whole numbers that a table can hold."""
    time = cascades.time
    if not len(time) or (time != np.floor(time)).any():
        return None
    longest = (time - time[cascades.starts[cascades.measure]]).max()
    return int(longest) if longest <= _LONGEST else None


def _scores(
    kernel: Kernel, price: float, delay: NDArray[np.float64], longest: int | None
) -> NDArray[np.float64]:
    if longest is None:
        return log(price) + kernel.log_density(delay)
    return _table(kernel, price, longest).take(delay.astype(np.intp))


def _baseline(
    delay: NDArray[np.float64], firsts: NDArray[np.intp], model: Model, longest: int | None
) -> NDArray[np.float64]:
    if model.baseline == "constant":
        return np.full(len(firsts), log(model.epsilon))
    scores = _scores(model.kernel, model.epsilon, delay, longest)
    best = np.maximum.reduceat(scores, firsts)
    # What even the best earlier unit cannot have brought about, no edge explains.
    return np.where(np.isneginf(best), np.inf, best)


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of units of which one precedes the other in some measure.

    Attributes
    ----------
    origin, destination
        Numbers of units; sorted by destination, then origin.
    gain
        What the edge would gain if it were the first into its destination.
    volume
        In how many measures the origin precedes the destination.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    gain: NDArray[np.float64]
    volume: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.origin)


def pairs(source: Iterable[Block], weights: NDArray[np.float64] | None = None) -> Pairs:
    """Give gain and volume of every possible edge before any is chosen.

    Parameters
    ----------
    source
        From :func:`blocks`, or kept from before.
    weights
        One per measure, at least 0: how often it counts in the gain.
    """
    found = []
    for block in source:
        volume = block.volumes()
        origin = np.flatnonzero(volume)
        found.append((block.destination, origin, block.gains(weights)[origin], volume[origin]))
    found.sort(key=lambda entry: entry[0])
    lengths = [len(entry[1]) for entry in found]
    return Pairs(
        origin=joined([entry[1] for entry in found], np.int32),
        destination=np.repeat(
            np.array([entry[0] for entry in found], np.int32), np.array(lengths, np.intp)
        ),
        gain=joined([entry[2] for entry in found], np.float64),
        volume=joined([entry[3] for entry in found], np.int32),
    )


def joined(parts: Sequence[NDArray[np.generic]], kind: type[_Number]) -> NDArray[_Number]:
    """Put arrays of one kind together; none give an empty one."""
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, kind)

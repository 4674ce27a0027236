"""Worlds: for one draw of chance, when each unit takes a measure up, whoever starts it.

Three models as one: independent cascade and continuous time give each edge a delay (one round with
the edge's probability, else none at all; or an exponential time), and a unit adopts with the first
that arrives; linear threshold gives each unit a threshold, and it adopts once the weights of those
who have adopted reach that. All of chance is drawn before anybody starts, so that what differs
between two sets of seeds in one world is due to the seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.networks.netrate import RateNetwork
from qgraph.diffusion.result import Method
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["MODELS", "Mandate", "Spread", "World", "method_of", "spread_of"]

MODELS = {
    "independent-cascade": "probability",
    "threshold": "weight",
    "continuous": "rate",
}
"""Models, and the attribute of an edge that each needs."""


class Mandate(NamedTuple):
    """A push from above: from a time on every unit adopts at a rate of its own accord."""

    time: float
    rate: float


class World(NamedTuple):
    """One draw of chance."""

    delay: Numbers
    """Per edge, infinite where nothing passes; empty for thresholds."""
    threshold: Numbers
    """Per unit; empty for delays."""
    outside: Numbers
    """Per unit, when it adopts without any peer."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Who passes measures on to whom, under one model.

    Attributes
    ----------
    model
        One of :data:`MODELS`.
    units
        Names.
    origin, destination, strength
        One entry per edge, sorted by destination, then origin: places in ``units``, and
        probability, weight or rate.
    threshold
        Per unit, NaN where it is drawn evenly from 0 to 1.
    outside
        Per unit, its rate of adopting without any peer.
    mandate
        Of all units, or None.
    horizon
        Time of the last adoption that counts.
    """

    model: str
    units: tuple[str, ...]
    origin: NDArray[np.intp]
    destination: NDArray[np.intp]
    strength: Numbers
    threshold: Numbers
    outside: Numbers
    mandate: Mandate | None
    horizon: float

    def places(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Give the numbers of some units."""
        known = {name: place for place, name in enumerate(self.units)}
        strangers = [name for name in names if name not in known]
        if strangers:
            raise QGraphError(
                f"no unit of the network is called {', '.join(map(repr, strangers))}",
                hint="Seeds are names of the network's units.",
            )
        return np.array([known[name] for name in names], dtype=np.intp)

    def draw(self, rng: np.random.Generator, *, live: bool = False) -> World:
        """Draw a world.

        Every ordered pair and every unit has numbers of its own, edge or not, so that two networks
        over the same units meet the same chance.

        Parameters
        ----------
        live
            For thresholds drawn evenly, let each unit follow at most one other, chosen with the
            edge's weight, instead: who adopts when has the same distribution (Kempe, Kleinberg and
            Tardos 2003, theorem 4.6), and a world has delays.
        """
        size = len(self.units)
        alone = self._arrivals(rng, size)
        if self.model == "threshold":
            drawn = rng.random(size)
            if live:
                return World(self._followed(drawn), np.empty(0), alone)
            given = np.isnan(self.threshold)
            return World(np.empty(0), np.where(given, drawn, self.threshold), alone)
        if self.model == "independent-cascade":
            drawn = rng.random((size, size))[self.origin, self.destination]
            return World(np.where(drawn < self.strength, 1.0, np.inf), np.empty(0), alone)
        waits = rng.standard_exponential((size, size))[self.origin, self.destination]
        return World(_divide(waits, self.strength), np.empty(0), alone)

    def times(self, world: World, seeds: NDArray[np.intp]) -> Numbers:
        """Give the time at which each unit adopts; infinite if not by the horizon."""
        start = np.where(world.outside <= self.horizon, world.outside, np.inf)
        start[seeds] = 0.0
        if len(world.threshold):
            return self._by_thresholds(world, start)
        return self._by_delays(world, start)

    def reached(self, world: World, starters: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell whom each of some units reaches if it starts alone, one row per unit.

        In a world with delays several seeds together reach whom one of them reaches.
        """
        start = np.where(world.outside <= self.horizon, world.outside, np.inf)
        times = np.tile(start, (len(starters), 1))
        times[np.arange(len(starters)), starters] = 0.0
        arrived: NDArray[np.bool_] = np.isfinite(self._by_delays(world, times))
        return arrived

    def _arrivals(self, rng: np.random.Generator, size: int) -> Numbers:
        first = _divide(rng.standard_exponential(size), self.outside)
        pushed = rng.standard_exponential(size)
        if self.mandate is not None:
            rate = np.full(size, self.mandate.rate)
            first = np.minimum(first, self.mandate.time + _divide(pushed, rate))
        # A round holds what happens up to its end.
        return first if self.model == "continuous" else np.ceil(first)

    def _followed(self, drawn: Numbers) -> Numbers:
        """Give a delay of one round to the edge that each unit follows: where its draw falls."""
        upper = np.cumsum(self.strength)
        lower = upper - self.strength
        first = np.searchsorted(self.destination, self.destination)
        base = lower[first] if len(first) else lower
        own = drawn[self.destination]
        chosen = (lower - base <= own) & (own < upper - base)
        return np.where(chosen, 1.0, np.inf)

    def _by_delays(self, world: World, times: Numbers) -> Numbers:
        """Take the shortest way to each unit (Bellman and Ford), over edges that pass at all."""
        passing = np.flatnonzero(np.isfinite(world.delay) & (world.delay <= self.horizon))
        if not len(passing):
            return times
        origin, delay = self.origin[passing], world.delay[passing]
        reached, starts = np.unique(self.destination[passing], return_index=True)
        while True:
            came = np.minimum.reduceat(times[..., origin] + delay, starts, axis=-1)
            came[came > self.horizon] = np.inf
            earlier = np.minimum(times[..., reached], came)
            if (earlier == times[..., reached]).all():
                return times
            times[..., reached] = earlier

    def _by_thresholds(self, world: World, times: Numbers) -> Numbers:
        """Go round by round until nobody else is moved, now or by what comes from outside."""
        now = 0.0
        while True:
            adopted = times <= now
            felt = np.bincount(
                self.destination,
                self.strength * adopted[self.origin],
                minlength=len(self.units),
            )
            # Weights that sum to 1 on paper may miss it by rounding.
            moved = (felt >= world.threshold - 1e-12) & (times > now + 1)
            if now + 1 > self.horizon:
                return times
            if moved.any():
                times[moved] = now + 1
                now += 1
                continue
            later = times[(times > now) & np.isfinite(times)]
            if not len(later):
                return times
            now = float(later.min())


def spread_of(
    network: RateNetwork | networkx.DiGraph[str],
    model: str,
    *,
    horizon: float,
    mandate: Mandate | None,
) -> Spread:
    """Read a network for one model; see :func:`qgraph.diffusion.simulate_cascades`."""
    if model not in MODELS:
        raise QGraphError(f"there is no model {model!r}", hint=f"Models are {', '.join(MODELS)}.")
    if not horizon > 0:
        raise QGraphError(f"the horizon {horizon} is not after the start", hint="Give one above 0.")
    if mandate is not None and not (mandate.time >= 0 and 0 < mandate.rate < np.inf):
        raise QGraphError(
            f"a mandate at time {mandate.time} with rate {mandate.rate} is not possible",
            hint="The time is 0 or later, the rate above 0.",
        )
    if isinstance(network, RateNetwork):
        units, edges, threshold, outside = _of_rates(network, model)
    else:
        units, edges, threshold, outside = _of_graph(network, model)
    edges = sorted(edges, key=lambda edge: (edge[1], edge[0]))
    spread = Spread(
        model=model,
        units=units,
        origin=np.array([edge[0] for edge in edges], dtype=np.intp),
        destination=np.array([edge[1] for edge in edges], dtype=np.intp),
        strength=np.array([edge[2] for edge in edges], dtype=np.float64),
        threshold=threshold,
        outside=outside,
        mandate=mandate,
        horizon=float(horizon),
    )
    _check(spread)
    return spread


def method_of(spread: Spread) -> Method:
    """Name the model, its source, and what must hold for its numbers to mean something."""
    name, formula, citation = _MODELS[spread.model]
    return Method(
        name=name,
        formula=formula,
        citation=citation,
        assumptions=(
            Words(
                "The network is taken as known, and to work in the future as it did: the errors "
                "shown are those of simulation alone.",
                "网络视为已知且未来照旧起作用：所列误差仅为模拟误差。",
            ),
            Words(
                "Edges are taken as causes: making a unit a seed has the influence that its own "
                "adoption had. A network inferred from who follows whom does not prove that.",
                "边被视为因果：指定某单位为起始单位与其自主采纳影响相同；由先后跟随推断的网络不能证明这一点。",
            ),
        ),
    )


_Read = tuple[tuple[str, ...], list[tuple[int, int, float]], "Numbers", "Numbers"]


def _of_rates(network: RateNetwork, model: str) -> _Read:
    """Read a fitted network: its rates, and its source before any promotion."""
    if model != "continuous":
        raise QGraphError(
            f"a network of rates has no {MODELS[model]} for the model {model}",
            hint="Simulate it in continuous time, or give a graph with that attribute.",
        )
    edges = [(int(i), int(j), float(network.rate[i, j])) for i, j in network.edges]
    size = len(network.units)
    outside = network.source_rate[:, 0] if network.regimes else np.zeros(size)
    return network.units, edges, np.full(size, np.nan), np.asarray(outside, dtype=np.float64)


def _of_graph(network: networkx.DiGraph[str], model: str) -> _Read:
    """Read a graph, its units in the order of their names."""
    attribute = MODELS[model]
    units = tuple(sorted(network.nodes))
    places = {name: place for place, name in enumerate(units)}
    edges = []
    for origin, destination, data in network.edges(data=True):
        if attribute not in data:
            raise QGraphError(
                f"the edge from {origin} to {destination} has no {attribute!r}",
                hint=f"The model {model} needs that attribute on every edge.",
            )
        edges.append((places[origin], places[destination], float(data[attribute])))
    threshold = [float(network.nodes[name].get("threshold", np.nan)) for name in units]
    outside = [float(network.nodes[name].get("source_rate", 0.0)) for name in units]
    return units, edges, np.array(threshold), np.array(outside)


def _check(spread: Spread) -> None:
    strength = spread.strength
    most = np.inf if spread.model == "continuous" else 1.0
    if not ((strength >= 0) & (strength <= most) & np.isfinite(strength)).all():
        raise QGraphError(
            f"a {MODELS[spread.model]} is out of range",
            hint="Probabilities and weights go from 0 to 1, rates from 0 on.",
        )
    if not ((spread.outside >= 0) & np.isfinite(spread.outside)).all():
        raise QGraphError(
            "a unit's rate of adopting without peers is out of range",
            hint="source_rate goes from 0 on and is finite.",
        )
    total = np.bincount(spread.destination, strength, minlength=len(spread.units))
    if spread.model == "threshold" and (total > 1 + 1e-9).any():
        worst = spread.units[int(total.argmax())]
        raise QGraphError(
            f"the weights into {worst} sum to {total.max():.4g}, which is more than 1",
            hint="Divide each unit's incoming weights by their sum.",
        )


def _divide(waits: Numbers, rates: Numbers) -> Numbers:
    """Turn standard waits into those of a rate; infinite for a rate of 0."""
    result: Numbers = np.divide(waits, rates, out=np.full_like(waits, np.inf), where=rates > 0)
    return result


_MODELS = {
    "independent-cascade": (
        Words("Independent cascade", "独立级联模型"),
        "each adopter wins neighbour v over once, in the next round, with probability p(u,v)",
        "Goldenberg, Libai and Muller (2001), Talk of the network, Marketing Letters 12(3), "
        "211-223; Kempe, Kleinberg and Tardos (2003), KDD, 137-146",
    ),
    "threshold": (
        Words("Linear threshold", "线性阈值模型"),
        "v adopts in the round after Σ w(u,v) over adopters u reaches θ(v), uniform on [0,1]",
        "Granovetter (1978), Threshold models of collective behavior, AJS 83(6), 1420-1443; "
        "Kempe, Kleinberg and Tardos (2003), KDD, 137-146",
    ),
    "continuous": (
        Words("Continuous-time cascade", "连续时间级联模型"),
        "t(v) = min over u of t(u) + Exp(a(u,v)), and Exp(a(0,v)) from outside",
        "Gomez-Rodriguez, Balduzzi and Schölkopf (2011), Uncovering the temporal dynamics of "
        "diffusion networks, ICML, 561-568",
    ),
}

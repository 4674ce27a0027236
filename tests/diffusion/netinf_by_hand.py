"""NetInf as its formulas stand, edge by edge and cascade by cascade: slow, and easy to check.

The tests compare the program with it on small data, the benchmark on large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    #: Log-likelihood of a delay at a price.
    Score = Callable[[float, float], float]

__all__ = ["ByHand", "Pick"]


@dataclass(frozen=True)
class Pick:
    """An edge, what it gained, and what each cascade scored right after it was picked."""

    origin: str
    destination: str
    gain: float
    scores: list[float]


@dataclass
class ByHand:
    """A run of the algorithm on rows (measure, unit, time).

    Attributes
    ----------
    score
        Gives log(price f(delay)) for a price and a delay.
    constant
        Let every event score log epsilon at first, as SNAP does.
    """

    rows: Iterable[tuple[str, str, float]]
    score: Score
    epsilon: float = 1e-10
    beta: float = 0.5
    constant: bool = False
    units: dict[str, int] = field(init=False)
    cascades: list[dict[str, float]] = field(init=False)

    def __post_init__(self) -> None:
        rows = list(self.rows)
        self.units = {}
        by_name: dict[str, dict[str, float]] = {name: {} for name in sorted({r[0] for r in rows})}
        for measure, unit, time in rows:
            self.units.setdefault(unit, len(self.units))
            times = by_name[measure]
            times[unit] = min(time, times.get(unit, time))
        self.cascades = list(by_name.values())

    def first_scores(self) -> dict[tuple[int, str], float]:
        """What each event with an earlier one scores without any edge."""
        scores = {}
        for number, times in enumerate(self.cascades):
            for unit, time in times.items():
                earlier = [other for other in times.values() if other < time]
                if earlier and self.constant:
                    scores[number, unit] = log(self.epsilon)
                elif earlier:
                    scores[number, unit] = max(self.score(self.epsilon, time - t) for t in earlier)
        return scores

    def possible(self) -> dict[tuple[str, str], list[int]]:
        """Cascades in which the origin comes before the destination, for each (origin, dest.)."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, times in enumerate(self.cascades):
            for origin, before in times.items():
                for destination, after in times.items():
                    if before < after:
                        found.setdefault((origin, destination), []).append(number)
        return found

    def run(self, edges: int | None = None) -> list[Pick]:
        """Pick edges, the best first, until none gains anything."""
        scores = self.first_scores()
        possible = self.possible()
        # Of equal gains the last edge in this order is picked.
        order = sorted(possible, key=lambda edge: (self.units[edge[1]], self.units[edge[0]]))
        gains = {edge: self._gain(edge, possible[edge], scores) for edge in order}
        picks: list[Pick] = []
        while gains and (edges is None or len(picks) < edges):
            best = max(reversed(gains), key=lambda edge: gains[edge])
            if gains[best] <= 0:
                break
            origin, destination = best
            for number in possible[best]:
                new = self._with(best, number)
                scores[number, destination] = max(scores[number, destination], new)
            picks.append(Pick(origin, destination, gains.pop(best), self._sums(scores)))
            for edge in gains:
                if edge[1] == destination:
                    gains[edge] = self._gain(edge, possible[edge], scores)
        return picks

    def _with(self, edge: tuple[str, str], number: int) -> float:
        times = self.cascades[number]
        return self.score(self.beta, times[edge[1]] - times[edge[0]])

    def _gain(
        self, edge: tuple[str, str], where: list[int], scores: dict[tuple[int, str], float]
    ) -> float:
        gain = 0.0
        for number in where:
            gain += max(0.0, self._with(edge, number) - scores[number, edge[1]])
        return gain

    def _sums(self, scores: dict[tuple[int, str], float]) -> list[float]:
        sums = [0.0] * len(self.cascades)
        for (number, _), value in scores.items():
            sums[number] += value
        return sums

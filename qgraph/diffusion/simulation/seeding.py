"""From where a measure spreads furthest: seeds chosen one by one under common random numbers."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Refused, Result
from qgraph.diffusion.simulation.worlds import Mandate, Spread, method_of, spread_of
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.networks.netrate import RateNetwork

    Numbers = NDArray[np.float64]

__all__ = ["SeedChoice", "choose_seeds"]

_ONES = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint8)
"""Bits that are set in each byte."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SeedChoice(Result):
    """Seeds chosen one by one, each where it adds most.

    Attributes
    ----------
    seeds
        In the order in which they were chosen.
    reach, error
        Expected units reached by the seeds up to each, and the Monte Carlo standard error; from
        other draws than those by which they were chosen.
    gain
        What each seed added when it was chosen, on the draws by which it was.
    bound
        No set of as many seeds reaches more on those draws; compare with the sum of ``gain``.
    evaluations
        How many gains were worked out; without lazy evaluation ``candidates`` for each seed.
    """

    seeds: tuple[str, ...]
    reach: Numbers
    error: Numbers
    gain: Numbers
    bound: float
    evaluations: int

    @property
    def table(self) -> Table:
        """One row per seed."""
        return Table(
            (
                Column("rank", Words("Rank", "次序"), list(range(1, len(self.seeds) + 1))),
                Column("seed", Words("Seed", "起始单位"), self.seeds),
                Column("gain", Words("Adds", "新增"), self.gain.tolist(), ".2f"),
                Column("reach", Words("Reach so far", "累计扩散范围"), self.reach.tolist(), ".2f"),
                Column("error", Words("Standard error", "标准误"), self.error.tolist(), ".2f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Reach of them all, and how good a choice that is at least."""
        chosen = float(self.gain.sum())
        return (
            (
                "reach",
                Words("reach of all, in units", "总扩散范围（单位数）"),
                float(self.reach[-1]),
            ),
            ("error", Words("its standard error", "其标准误"), float(self.error[-1])),
            (
                "guarantee",
                Words("share of the best possible reach, at least", "占最优扩散范围的比例（至少）"),
                chosen / self.bound,
            ),
        )


def choose_seeds(
    network: RateNetwork | networkx.DiGraph[str],
    count: int,
    *,
    candidates: Iterable[str] | None = None,
    model: str = "continuous",
    horizon: float = np.inf,
    mandate: Mandate | None = None,
    draws: int = 500,
    seed: int = 0,
    jobs: int | None = None,
) -> SeedChoice:
    r"""Choose seeds from which a measure is expected to reach most units.

    Parameters
    ----------
    network, model, horizon, mandate, seed, jobs
        As for :func:`qgraph.diffusion.simulate_cascades`.
    count
        How many, at least 1.
    candidates
        Among which units; all by default.
    draws
        How many to choose by, at least 2; as many again tell the reach of what was chosen.

    Returns
    -------
    SeedChoice
        Ties go to the unit that comes first.

    Raises
    ------
    Refused
        If thresholds are given: then reach is not submodular, and choosing one by one can go
        arbitrarily wrong.

    Notes
    -----
    On fixed draws reach is monotone and submodular in the set of seeds, so that the greedy choice
    reaches at least :math:`1 - 1/e` of the best possible. Gains only shrink as seeds are added:
    a candidate is looked at again only if its last known gain is the largest (CELF). The bound
    adds the ``count`` largest gains still to be had to the reach of the seeds, after each seed.

    References
    ----------
    Nemhauser, G. L., Wolsey, L. A. and Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions I. Mathematical Programming 14, 265-294.

    Kempe, D., Kleinberg, J. and Tardos, É. (2003). Maximizing the spread of influence through a
    social network. Proceedings of the 9th ACM SIGKDD International Conference on Knowledge
    Discovery and Data Mining, 137-146.

    Leskovec, J., Krause, A., Guestrin, C., Faloutsos, C., VanBriesen, J. and Glance, N. (2007).
    Cost-effective outbreak detection in networks. Proceedings of the 13th ACM SIGKDD International
    Conference on Knowledge Discovery and Data Mining, 420-429.
    """
    spread = spread_of(network, model, horizon=horizon, mandate=mandate)
    names = spread.units if candidates is None else tuple(dict.fromkeys(candidates))
    places = spread.places(names)
    if not 0 < count <= len(names) or draws < 2:
        raise QGraphError(
            f"{count} seeds of {len(names)} candidates by {draws} draws are not possible",
            hint="Give at least 1 seed, as many candidates and 2 draws.",
        )
    if model == "threshold" and not np.isnan(spread.threshold).all():
        raise Refused(
            Words("thresholds are given for some units", "部分单位的阈值为给定值"),
            Words(
                "Choosing seeds one by one needs thresholds that are drawn evenly; compare sets "
                "of seeds instead.",
                "逐个选择起始单位要求阈值服从均匀分布；请改为比较若干起始方案。",
            ),
        )
    worlds = replicate(partial(_covered, spread, places), 2 * draws, seed, jobs=jobs, label="draws")
    covered = np.array(list(worlds)).transpose(1, 0, 2)
    choosing, telling = np.ascontiguousarray(covered[:, :draws]), covered[:, draws:]
    chosen, gain, bound, evaluations = _greedy(choosing, count)
    reached = [
        _ONES[np.bitwise_or.reduce(telling[chosen[: last + 1]], axis=0)].sum(axis=1, dtype=np.intp)
        for last in range(count)
    ]
    return SeedChoice(
        method=method_of(spread),
        settings={
            "model": model,
            "count": count,
            "candidates": len(names),
            "horizon": horizon,
            "mandate": None if mandate is None else list(mandate),
            "draws": draws,
        },
        seed=seed,
        seeds=tuple(names[place] for place in chosen),
        reach=np.array([one.mean() for one in reached]),
        error=np.array([one.std(ddof=1) / np.sqrt(draws) for one in reached]),
        gain=gain,
        bound=bound,
        evaluations=evaluations,
    )


def _greedy(covered: NDArray[np.uint8], count: int) -> tuple[list[int], Numbers, float, int]:
    """Take the candidate that adds most, again and again (CELF).

    ``covered``: per candidate and draw the units reached, a bit each.
    """
    draws: int = covered.shape[1]
    so_far = np.zeros_like(covered[0])

    def gain_of(candidate: int) -> float:
        return int(_ONES[covered[candidate] & ~so_far].sum(dtype=np.intp)) / draws

    heap = [(-gain_of(candidate), candidate, 0) for candidate in range(len(covered))]
    heapq.heapify(heap)
    chosen: list[int] = []
    gains: list[float] = []
    evaluations = len(heap)
    bound = np.inf
    while len(chosen) < count:
        loss, candidate, known = heapq.heappop(heap)
        if known < len(chosen):
            heapq.heappush(heap, (-gain_of(candidate), candidate, len(chosen)))
            evaluations += 1
            continue
        # Gains that were not worked out again are too large: the bound still holds.
        rest = sum(-item[0] for item in heapq.nsmallest(count - 1, heap)) - loss
        bound = min(bound, sum(gains) + rest)
        chosen.append(candidate)
        gains.append(-loss)
        so_far |= covered[candidate]
    return chosen, np.array(gains), max(bound, sum(gains)), evaluations


def _covered(
    spread: Spread, candidates: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Whom each candidate reaches alone, a bit per unit."""
    world = spread.draw(rng, live=True)
    return np.packbits(spread.reached(world, candidates), axis=1)

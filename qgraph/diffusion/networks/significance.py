"""Which edges of a diffusion network are more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.false_discovery import CORRECTIONS, adjust
from qgraph.diffusion.networks.blocks import Model, blocks
from qgraph.diffusion.networks.calibrated import METHOD, CalibratedNetwork
from qgraph.diffusion.networks.chance import pools, redraw, shares, tail, tempos
from qgraph.diffusion.networks.kernel import Exponential
from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.networks.chance import Shares
    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.networks.network import Network
    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["calibrate", "refuse_across_promotion"]

_EXPLAINED = 1000.0
"""How many times likelier than another earlier unit an edge makes its origin. Between 1,000 and
infinity the edges hardly change; lower values let indirect edges through."""

_THRESHOLDS = 20_000
"""At most so many values of p are compared with the draws; those between are rounded up."""

_CHECKED = (0.05, 0.01, 0.001)
"""Levels at which theory is compared with the draws."""


def calibrate(
    cascades: Cascades,
    model: Model | None = None,
    *,
    network: Network | None = None,
    null: str = "order",
    permutations: int = 200,
    level: float = 0.05,
    correction: str = "bh",
    moments: Mapping[str, float] | None = None,
    seed: int = 0,
    jobs: int | None = None,
) -> CalibratedNetwork:
    r"""Find the edges of a diffusion network that are more than chance.

    Parameters
    ----------
    cascades
        Who took which measure up, and when.
    model
        Kernel (the density of delays) and prices of NetInf; by default exponential delays whose
        rate is estimated.
    network
        Edges to show as well, significant or not: what :func:`qgraph.diffusion.infer` made
        of the same cascades. Its kernel is the default of ``model``.
    null
        What chance is taken to be. ``order``: all orders of the units of a measure are equally
        likely, which is the published null; a unit that is always early seems to have influence.
        ``tempo``: a unit's place in the order of a measure is drawn from its own places in all
        measures, so that always being early, or late, is no influence; a unit that everybody
        follows cannot be told from one that is early. Use it where the same few units pilot what
        others take over later.
    permutations
        How often all of the data are redrawn (:func:`qgraph.diffusion.networks.chance.redraw`) to
        calibrate p, at least 1/level; 0 for p by theory alone.
    level
        Of the false discovery rate, between 0 and 1.
    correction
        One of :data:`qgraph.diffusion.false_discovery.CORRECTIONS`, over all pairs of units that
        can be tested.
    moments
        When each measure was promoted: refused if an event is not before.
    seed, jobs
        Of the random numbers, and how many processes; see
        :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    CalibratedNetwork
        Edges with q up to the level, the direct ones among them marked, and their weights.

    Raises
    ------
    Refused
        If there are fewer measures than log(units), no order in time, too few permutations for the
        level, or events after a promotion.
    QGraphError
        If a parameter has a value that it cannot have.

    Notes
    -----
    The *statistic* of u -> v is its credit, the expected number of events of v that came from u if
    each came from one earlier unit,

    .. math:: T_{uv} = \sum_c \frac{f(t_{cv}-t_{cu})}{\sum_{w:t_{cw}<t_{cv}} f(t_{cv}-t_{cw})}

    which is the score of a small rate from u to v where all other rates are equal. Without
    influence u is at place k of the measure with probability :math:`p_{cu}(k)`, all others where
    they are; this gives mean, variance and third central moment exactly, and p by the Pearson type
    III curve with these. The data are then redrawn, the p of all pairs of all draws are pooled, and
    p becomes

    .. math:: \frac{1 + \#\{\text{p of a pair of a draw} \le p\}}{1 + \text{permutations}
        \cdot \text{pairs}}

    so that 1 / (1 + permutations · pairs) is the smallest. Pooling is what Tusher et al. (2001) do;
    it needs pairs whose p is comparable, which the three moments make them.

    Indirect edges u -> w -> v have credit, too. So edges are *chosen* into each destination,
    highest excess first, and each measure then counts for others by 1 / (1 + 1000 · credit of the
    chosen) only; an edge is *direct* if it is chosen while its p, so weighted, is up to that of the
    worst edge with q up to the level. Only q is a false discovery rate; the choice makes the
    network sparser, it is not tested again.

    Why not the gain of NetInf: its first gain is little else than how often u precedes v. Of the
    top 900 pairs of a simulated network with 900 edges (300 units, 835 measures) .30 are edges by
    first gain, .46 by its excess, .90 by NetInf's greedy order, .91 by excess credit. Direct edges
    with q up to .05 have a precision of .97 and a recall of .89 there; all edges with q up to .05,
    .66 and .91.

    Why not the order alone: where nobody follows anybody, but units differ in tempo, ``order``
    takes up to a tenth of all pairs for edges, and up to a fifth where the same few units pilot
    what is then mandated; ``tempo`` none. Why permutations: theory is a little too generous for few
    units of very unequal tempo (.07 at .05 for 20 units), which the draws correct.

    What is left: the level is that of data without any influence. Events that follow each other
    come in clusters, which neither null knows. In simulations of 50 units with 200 edges .02 of the
    edges with q up to .05 were false (0 to .07), but .14 among 12 units half of which follow
    others. The first figures are those of ``benchmarks/calibration.py``.

    References
    ----------
    Gomez-Rodriguez, M., Leskovec, J. and Krause, A. (2010). Inferring networks of diffusion and
    influence. KDD, 1019-1028.

    Park, H. and Honorio, J. (2016). Information-theoretic lower bounds for recovery of diffusion
    network structures. IEEE International Symposium on Information Theory, 1346-1350.
    """
    _check(permutations, level, correction)
    if moments:
        refuse_across_promotion(cascades, moments)
    measures = _informative(cascades)
    model = model or _default(cascades, network)
    tempo = tempos(cascades, null)
    theory = np.concatenate([x.tail().ravel() for x in pools(cascades, model.kernel, tempo)])
    tested = np.flatnonzero(~np.isnan(theory))
    if not len(tested):
        raise _no_order()
    _check_resolution(permutations, level, len(tested))
    p = theory[tested]
    checks: tuple[tuple[float, float], ...] = ()
    if permutations:
        draw = partial(_exceedances, cascades=cascades, kernel=model.kernel, null=null)
        p, checks = _pooled(p, draw, permutations, seed, jobs)
    q = adjust(p, correction)
    good = q <= level
    direct = _direct(cascades, model.kernel, tempo, tested[good], theory)
    shown = _shown(cascades, model, tempo, tested[good], direct, network)
    at = np.minimum(np.searchsorted(tested, shown.key), len(tested) - 1)
    known = tested[at] == shown.key
    return CalibratedNetwork(
        method=METHOD,
        settings={
            "kernel": model.kernel.name,
            **model.kernel.parameters,
            "epsilon": model.epsilon,
            "beta": model.beta,
            "baseline": model.baseline,
            "null": null,
            "permutations": permutations,
            "level": level,
            "correction": correction,
        },
        warnings=_warnings(cascades, measures, null, permutations, direct),
        seed=seed if permutations else None,
        data=cascades.data,
        units=cascades.units,
        origin=(shown.key % len(cascades.units)).astype(np.int32),
        destination=(shown.key // len(cascades.units)).astype(np.int32),
        direct=np.isin(shown.key, direct),
        volume=shown.volume,
        gain=shown.gain,
        credit=shown.credit,
        expected=shown.expected,
        excess=shown.credit - shown.expected,
        p=np.where(known, p[at], np.nan),
        q=np.where(known, q[at], np.nan),
        rank=shown.rank,
        tested=len(tested),
        level=level,
        resolution=1 / (1 + permutations * len(tested)) if permutations else 0.0,
        false=float(p[good].max() * len(tested)) if good.any() else 0.0,
        checks=checks,
    )


def refuse_across_promotion(cascades: Cascades, moments: Mapping[str, float]) -> None:
    """Refuse cascades that go on after their measure was promoted.

    Parameters
    ----------
    cascades
        Any; :meth:`Cascades.before` leaves out what follows a promotion.
    moments
        When measures were promoted, in the periods of the cascades.

    Raises
    ------
    Refused
        If an event is not before the moment of its measure.
    """
    moment = np.array([moments.get(name, np.inf) for name in cascades.measures])
    late = cascades.time >= moment[cascades.measure]
    if late.any():
        events, measures = int(late.sum()), len(np.unique(cascades.measure[late]))
        raise Refused(
            Words(
                f"{events} events of {measures} measures do not come before the promotion: edges "
                "across the promotion date are mandates, not emulation",
                f"{measures}项措施的{events}个事件不早于推广日期：跨越推广日期的边是指令而非仿效",
            ),
            Words(
                "Censor the cascades at the promotion first: cascades.before(moments).",
                "请先在推广日期处截断：cascades.before(moments)。",
            ),
        )


def _default(cascades: Cascades, network: Network | None) -> Model:
    if network is None:
        return Model(Exponential.fit(cascades))
    if network.units != cascades.units:
        raise QGraphError(
            "the network is not of these cascades", hint="Infer it from the same cascades."
        )
    return Model(network.kernel)


def _check(permutations: int, level: float, correction: str) -> None:
    if not 0 < level < 1:
        raise QGraphError(f"{level} is no level", hint="Give one between 0 and 1, as 0.05.")
    if permutations < 0:
        raise QGraphError(f"{permutations} permutations", hint="Give 0 or more.")
    if correction not in CORRECTIONS:
        raise QGraphError(
            f"there is no correction {correction!r}",
            hint=f"Corrections are {', '.join(CORRECTIONS)}.",
        )


def _check_resolution(permutations: int, level: float, pairs: int) -> None:
    """The best of n pairs has a q of n times the smallest p, which must not exceed the level."""
    if permutations and pairs / (1 + permutations * pairs) > level:
        needed = ceil(1 / level - 1 / pairs)
        raise Refused(
            Words(
                f"{permutations} permutations of {pairs} pairs cannot give a q of {level:g}",
                f"{pairs}对单位仅做{permutations}次置换，无法得到{level:g}的q值",
            ),
            Words(f"At least {needed} permutations are needed.", f"至少需要{needed}次置换。"),
        )


def _informative(cascades: Cascades) -> int:
    """Count measures that can tell units apart, and refuse if they are too few."""
    starts = cascades.starts
    wide = np.diff(starts) >= 3
    if not wide.any() or not (cascades.time > cascades.time[starts[cascades.measure]]).any():
        raise _no_order()
    spread = cascades.time[starts[1:] - 1] > cascades.time[starts[:-1]]
    measures = int(np.count_nonzero(wide & spread))
    units = len(np.unique(cascades.unit))
    needed = ceil(log(units))
    if measures < needed:
        raise Refused(
            Words(
                f"{measures} measures with three or more units are too few for {units} units",
                f"仅有{measures}项措施涉及三个以上单位，对{units}个单位而言太少",
            ),
            Words(
                f"Even one parent per unit needs {needed} (k log p measures for p units with k "
                "parents each, Park and Honorio 2016).",
                f"每单位仅一个来源也至少需要{needed}项（p个单位各有k个来源需k log p项，"
                "Park和Honorio 2016）。",
            ),
        )
    return measures


def _no_order() -> Refused:
    return Refused(
        Words("the events hold no order that could differ", "事件没有可检验的先后次序"),
        Words(
            "Measures that three or more units took up at different times are needed.",
            "需要有三个以上单位在不同时间采纳的措施。",
        ),
    )


def _exceedances(
    random: np.random.Generator,
    *,
    cascades: Cascades,
    kernel: Kernel,
    null: str,
    thresholds: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Redraw the data and count the pairs whose p is up to each threshold."""
    drawn = redraw(cascades, null, random)
    p = np.concatenate([pool.tail().ravel() for pool in pools(drawn, kernel, tempos(drawn, null))])
    return np.searchsorted(np.sort(p[~np.isnan(p)]), thresholds, side="right")


def _pooled(
    theory: NDArray[np.float64],
    draw: partial[NDArray[np.intp]],
    permutations: int,
    seed: int,
    jobs: int | None,
) -> tuple[NDArray[np.float64], tuple[tuple[float, float], ...]]:
    """Calibrate p by those of all pairs of all draws."""
    values = np.unique(theory)
    if len(values) > _THRESHOLDS:
        half = _THRESHOLDS // 2
        rest = np.linspace(half, len(values) - 1, half).astype(np.intp)
        values = values[np.unique(np.concatenate([np.arange(half), rest]))]
    # Equal values may differ in the last digits from machine to machine: count them as equal.
    thresholds = np.concatenate([_CHECKED, values * (1 + 1e-9)])
    total = np.zeros(len(thresholds), np.int64)
    exceed = partial(draw, thresholds=thresholds)
    for counts in replicate(exceed, permutations, seed, jobs=jobs, label="permutation"):
        total += counts
    pool = permutations * len(theory)
    checks = tuple(
        (level, float(count / pool))
        for level, count in zip(_CHECKED, total[: len(_CHECKED)], strict=True)
    )
    p = (1 + total[len(_CHECKED) :]) / (1 + pool)
    return np.minimum(p, 1)[np.searchsorted(values, theory)], checks


@dataclass(frozen=True, eq=False)
class _Shown:
    """Edges of the result, direct ones first; a key is destination times units plus origin."""

    key: NDArray[np.int64]
    rank: NDArray[np.int32]
    volume: NDArray[np.int32]
    credit: NDArray[np.float64]
    expected: NDArray[np.float64]
    gain: NDArray[np.float64]


def _shown(
    cascades: Cascades,
    model: Model,
    tempo: NDArray[np.float64],
    key: NDArray[np.intp],
    direct: NDArray[np.int64],
    network: Network | None,
) -> _Shown:
    """Look up edges, and those of a network."""
    units = len(cascades.units)
    given = np.empty(0, np.int64)
    if network is not None:
        given = network.destination.astype(np.int64) * units + network.origin
    key = np.union1d(key.astype(np.int64), given)
    rank = np.zeros(len(key), np.int32)
    rank[np.searchsorted(key, given)] = np.arange(1, len(given) + 1)
    volume = np.zeros(len(key), np.int32)
    credit, expected, gain = np.zeros((3, len(key)))
    for pool in pools(cascades, model.kernel, tempo):
        begin = pool.first * units
        here = (key >= begin) & (key < begin + pool.credit.size)
        volume[here] = pool.volume.ravel()[key[here] - begin]
        credit[here] = pool.credit.ravel()[key[here] - begin]
        expected[here] = pool.mean.ravel()[key[here] - begin]
    for block in blocks(cascades, model, np.unique(key // units).tolist()):
        here = key // units == block.destination
        gain[here] = block.gains()[key[here] % units]
    order = np.lexsort((key, expected - credit, ~np.isin(key, direct)))
    return _Shown(
        key=key[order],
        rank=rank[order],
        volume=volume[order],
        credit=credit[order],
        expected=expected[order],
        gain=gain[order],
    )


def _direct(
    cascades: Cascades,
    kernel: Kernel,
    tempo: NDArray[np.float64],
    key: NDArray[np.intp],
    theory: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Choose among significant edges those that others do not explain."""
    # Sums in another order differ in the last digits: the worst edge has to pass its own test.
    critical = float(theory[key].max(initial=0)) * (1 + 1e-6)
    units = len(cascades.units)
    chosen: list[int] = []
    for destination in np.unique(key // units).tolist():
        origins = key[key // units == destination] % units
        measured = shares(cascades, kernel, tempo, destination, origins)
        chosen += (destination * units + origins[_choose(measured, critical)]).tolist()
    return np.array(chosen, np.int64)


def _choose(measured: Shares, critical: float) -> list[int]:
    """Pick origins, highest excess first, until what is left is no more than chance."""
    chosen: list[int] = []
    weights = np.ones(len(measured.credit))
    while len(chosen) < measured.credit.shape[1]:
        credit, mean, variance, third = measured.summed(weights)
        left = tail(credit, mean, variance, third) <= critical
        left[chosen] = False
        if not left.any():
            break
        chosen.append(int(np.argmax(np.where(left, credit - mean, -np.inf))))
        weights = 1 / (1 + _EXPLAINED * measured.credit[:, chosen].sum(1))
    return chosen


def _warnings(
    cascades: Cascades, measures: int, null: str, permutations: int, direct: NDArray[np.int64]
) -> tuple[Words, ...]:
    warnings = list(cascades.warnings)
    parents = int(np.bincount(direct // len(cascades.units)).max()) if len(direct) else 0
    most = measures / log(max(len(cascades.units), 2))
    if parents > most:
        warnings.append(
            Words(
                f"{measures} measures are enough for about {most:.0f} parents per unit (k log p); "
                f"a unit has {parents}.",
                f"{measures}项措施约可识别每单位{most:.0f}个来源（k log p），"
                f"而有单位达{parents}个。",
            )
        )
    new = np.flatnonzero(np.diff(cascades.measure) == 0)
    tied = int(np.count_nonzero(cascades.time[new] == cascades.time[new + 1]))
    if len(new) and tied > len(new) / 2:
        warnings.append(
            Words(
                f"{tied / len(new):.0%} of successive events are simultaneous: they hold no order; "
                "more exact dates would show more.",
                f"{tied / len(new):.0%}的相邻事件同时发生，不含先后信息；更精确的日期可揭示更多。",
            )
        )
    if null == "order":
        warnings.append(
            Words(
                "A unit that is early by habit seems to be followed: an edge that is left with the"
                " null 'tempo' is on safer ground.",
                "惯于率先采纳的单位看似被他人追随：在零假设“tempo”下仍显著的边更为可靠。",
            )
        )
    if not permutations:
        warnings.append(
            Words(
                "p rests on theory alone; no permutation has checked it.",
                "p值仅依据理论近似，未经置换检验校准。",
            )
        )
    return tuple(warnings)

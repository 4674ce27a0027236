"""NetInf: which unit tends to follow which, inferred from the order and spacing of their events.

The destinations of edges do not depend on each other, so each is a :class:`Block` of its own, and
only one needs to be in memory at a time: :func:`blocks` makes them, :func:`greedy` picks the edges
into one, :func:`rank` merges these into the one order in which the greedy over all edges would
have found them, :func:`infer` does it all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.networks.blocks import (
    Block,
    Model,
    Pairs,
    blocks,
    joined,
    pairs,
    precedence,
    ties,
)
from qgraph.diffusion.networks.kernel import (
    COMPAT,
    KERNELS,
    Exponential,
    LogNormal,
    PowerLaw,
    Rayleigh,
)
from qgraph.diffusion.networks.network import METHOD, Network
from qgraph.diffusion.networks.vuong import vuong, vuong_aliased
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from qgraph.diffusion.networks.kernel import Kernel
    from qgraph.diffusion.records.cascades import Cascades

__all__ = [
    "Block",
    "Model",
    "Pairs",
    "Ranking",
    "blocks",
    "greedy",
    "infer",
    "pairs",
    "rank",
]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Edges in the order in which the greedy picks them.

    Attributes
    ----------
    origin, destination
        Numbers of units.
    gain
        What each edge gains, given those before it; never increasing.
    explained
        In how many measures it becomes the best explanation when it is picked.
    traces
        For each edge, measures that it explains better than before and by how much; only kept on
        request, for tests on the edge.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    gain: NDArray[np.float64]
    explained: NDArray[np.int32]
    traces: tuple[tuple[NDArray[np.int32], NDArray[np.float64]], ...] = ()

    def __len__(self) -> int:
        return len(self.origin)

    def first(self, edges: int) -> Ranking:
        """Give so many of the first edges."""
        return Ranking(
            self.origin[:edges],
            self.destination[:edges],
            self.gain[:edges],
            self.explained[:edges],
            self.traces[:edges],
        )


def greedy(
    block: Block,
    *,
    weights: NDArray[np.float64] | None = None,
    bound: float = 0.0,
    limit: int | None = None,
    trace: bool = False,
) -> Ranking:
    r"""Pick edges into one destination, always the one that gains most.

    With :math:`s_c` what measure c scores so far and :math:`w_c(u)` what it would score with an
    edge from u, the gain of that edge is

    .. math:: \Delta(u) = \sum_c n_c \max(0, w_c(u) - s_c)

    Of equal gains the last unit's is picked. Sums run in the order of the measures.

    Parameters
    ----------
    block
        The destination.
    weights
        One per measure, at least 0: how often it counts, :math:`n_c`; by default once.
    bound
        Stop when no edge gains this much; one that gains nothing is never picked.
    limit
        Stop after so many.
    trace
        Keep which measures each edge explains better.
    """
    slot, origin, score = block.slot, block.origin, block.score
    current = block.baseline.copy()
    counted = None
    if weights is not None:
        counted = weights[block.measure]
        kept = np.flatnonzero(counted.take(slot) > 0)
        slot, origin, score = slot.take(kept), origin.take(kept), score.take(kept)
    picked: list[tuple[int, float, int]] = []
    traces = []
    while limit is None or len(picked) < limit:
        excess = score - current.take(slot)
        live = excess > 0
        if np.count_nonzero(live) < 0.8 * len(live):
            # What has once been explained as well stays so: drop it for good. That leaves the sums
            # what they are to the last bit, as it would only add zeros.
            kept = np.flatnonzero(live)
            slot, origin, score = slot.take(kept), origin.take(kept), score.take(kept)
            excess = excess.take(kept)
        else:
            np.maximum(excess, 0, out=excess)
        counted_excess = excess if counted is None else excess * counted.take(slot)
        # Adds up one after the other, unlike `reduceat`: equal sums stay equal, as in R.
        gain = np.bincount(origin, counted_excess, minlength=1)
        best = len(gain) - 1 - int(gain[::-1].argmax())
        if gain[best] <= 0 or gain[best] < bound:
            break
        entries = np.flatnonzero(origin == best)
        entries = entries[excess[entries] > 0]
        slots = slot[entries]
        current[slots] = score[entries]
        picked.append((best, float(gain[best]), len(entries)))
        if trace:
            traces.append((block.measure[slots], excess[entries]))
    return Ranking(
        origin=np.array([edge[0] for edge in picked], np.int32),
        destination=np.full(len(picked), block.destination, np.int32),
        gain=np.array([edge[1] for edge in picked], np.float64),
        explained=np.array([edge[2] for edge in picked], np.int32),
        traces=tuple(traces),
    )


def rank(
    source: Iterable[Block],
    edges: int | None = None,
    *,
    weights: NDArray[np.float64] | None = None,
    trace: bool = False,
) -> Ranking:
    """Pick edges into all destinations, always the one that gains most.

    An edge changes the gains of those into the same destination only, and gains never increase.
    The greedy over all edges is therefore the merger of one greedy per destination. Of equal gains
    the last in the order of (destination, origin) comes first.

    Parameters
    ----------
    source
        From :func:`blocks`, or kept from before.
    edges
        How many are wanted, at least 1; None for all that gain something.
    weights, trace
        As for :func:`greedy`.

    Examples
    --------
    A bootstrap over measures: how often would the top 100 edges be there again?

    >>> kept = list(blocks(cascades, Model(Exponential(0.5))))  # doctest: +SKIP
    >>> draw = np.bincount(rng.integers(0, n, n), minlength=n).astype(float)  # doctest: +SKIP
    >>> rank(kept, 100, weights=draw)  # doctest: +SKIP
    """
    parts: list[Ranking] = []
    best = np.empty(0)  # the highest gains so far, as many as edges are wanted
    bound = 0.0
    for block in source:
        part = greedy(block, weights=weights, bound=bound, limit=edges, trace=trace)
        if not len(part):
            continue
        parts.append(part)
        if edges is not None:
            best = np.concatenate([best, part.gain])
            if len(best) >= edges:
                best = np.partition(best, len(best) - edges)[len(best) - edges :]
                bound = float(best[0])
    return _merged(parts, edges)


def _merged(parts: list[Ranking], edges: int | None) -> Ranking:
    origin = joined([part.origin for part in parts], np.int32)
    destination = joined([part.destination for part in parts], np.int32)
    gain = joined([part.gain for part in parts], np.float64)
    explained = joined([part.explained for part in parts], np.int32)
    traces = [trace for part in parts for trace in part.traces]
    # Stable: edges into one destination stay in the order in which they were picked.
    order = np.lexsort((-destination, -gain))[:edges]
    return Ranking(
        origin=origin[order],
        destination=destination[order],
        gain=gain[order],
        explained=explained[order],
        traces=tuple(traces[place] for place in order) if traces else (),
    )


def infer(
    cascades: Cascades,
    *,
    edges: int | None = None,
    kernel: Kernel | str | None = None,
    epsilon: float | None = None,
    beta: float | None = None,
    baseline: str = "parent",
    compat: str | None = None,
    cutoff: float | None = None,
) -> Network:
    r"""Infer who follows whom from who took up what when.

    Every event of a unit is explained by one earlier event of the same measure: along an edge with
    chance beta, or else with chance epsilon. NetInf adds the edge that raises the likelihood most,
    again and again. The greedy reaches at least 1-1/e (63%) of the highest possible likelihood.

    Parameters
    ----------
    cascades
        Events. Of units only the order in which they are numbered matters, for ties.
    edges
        How many are wanted, at least 1; None for all that gain something.
    kernel
        Density of the delay along an edge; or the name of one whose parameters are chosen from
        the data (:meth:`Kernel.fit`), by default ``exponential``.
    epsilon, beta
        Chances of a transmission outside of the network and along an edge, above 0 and at most 1.
        By default 1e-10 and 0.5; with ``constant`` 1e-64 and 1.
    baseline
        ``parent``: without an edge, an event scores epsilon times the density of the delay from
        its best earlier unit, as in R's NetworkInference. ``constant``: it scores epsilon, as in
        SNAP.
    compat
        ``networkinference-1.2.5`` adds what is particular to that program: p-values with its
        mistakes, edges without gain once there are no others (if ``edges`` or ``cutoff`` is
        given), and its choice of parameters. The edges with a gain are the same without it.
    cutoff
        Stop at the first edge whose p-value (:func:`qgraph.diffusion.networks.vuong.vuong`) is at
        least this, above 0 and at most 1, and keep that edge. The p-values are not calibrated.

    Returns
    -------
    Network
        Edges in the order in which they were picked; of equal gains the last in the order of
        (destination, origin) comes first.

    Raises
    ------
    Refused
        If no unit precedes another in any measure, or a test is wanted of less than two measures.
    QGraphError
        If a parameter is out of its range.

    Notes
    -----
    Event c of unit v at time :math:`t_v` scores :math:`s_c(v) = \max_{u: t_u < t_v} \log
    (\epsilon f(t_v - t_u))` at first. An edge from u would score :math:`w_c(u, v) = \log(\beta
    f(t_v - t_u))`, and gains

    .. math:: \Delta(u, v) = \sum_{c:\, t_u < t_v} \max(0, w_c(u, v) - s_c(v))

    Once it is picked, :math:`s_c(v) \leftarrow \max(s_c(v), w_c(u, v))`.

    References
    ----------
    Gomez-Rodriguez, M., Leskovec, J. and Krause, A. (2010). Inferring networks of diffusion and
    influence. Proceedings of the 16th ACM SIGKDD Conference, 1019-1028.

    Desmarais, B. A., Harden, J. J. and Boehmke, F. J. (2015). Persistent policy pathways:
    inferring diffusion networks in the American states. American Political Science Review 109(2),
    392-406.

    Examples
    --------
    >>> from qgraph.diffusion.records.cascades import Cascades
    >>> from qgraph.diffusion.networks.kernel import Exponential
    >>> rows = [("law", "A", 2001), ("law", "B", 2003), ("rule", "A", 2005), ("rule", "B", 2006)]
    >>> network = infer(Cascades.of(rows), kernel=Exponential(0.5))
    >>> network.edges, network.gain.round(3).tolist()
    ([('A', 'B')], [44.665])
    """
    _check(edges, cutoff, compat)
    if kernel is None or isinstance(kernel, str):
        kernel = _fitted(cascades, kernel or Exponential.name, compat)
    model = Model.of(kernel, epsilon=epsilon, beta=beta, baseline=baseline)
    if compat is not None:
        _check_compat(model)
    possible: list[int] = []
    tested = compat is not None or cutoff is not None
    ranking = rank(_counted(blocks(cascades, model), possible), edges, trace=tested)
    if not possible:
        raise Refused(
            Words("no unit precedes another in any measure", "没有任何措施中单位之间存在先后"),
            Words(
                "At least one measure with two units at different times is needed.",
                "至少需要一项有两个单位在不同时间采纳的措施。",
            ),
        )
    if compat is not None and (edges is not None or cutoff is not None):
        ranking = _filled(ranking, blocks(cascades, model), edges or len(ranking) + 1)
    p_value = None
    if tested:
        ranking, p_value = _tested(ranking, len(cascades), compat, cutoff)
    volume, median, mean = _delays(cascades, ranking)
    return Network(
        method=METHOD,
        settings={
            "kernel": kernel.name,
            **kernel.parameters,
            "epsilon": model.epsilon,
            "beta": model.beta,
            "baseline": baseline,
            "edges": edges,
            "cutoff": cutoff,
            "compat": compat,
        },
        warnings=(*cascades.warnings, *_warnings(cascades, ranking, edges, p_value)),
        data=cascades.data,
        units=cascades.units,
        origin=ranking.origin,
        destination=ranking.destination,
        gain=ranking.gain,
        volume=volume,
        explained=ranking.explained,
        median_delay=median,
        mean_delay=mean,
        p_value=p_value,
        possible=sum(possible),
        kernel=kernel,
    )


def _check(edges: int | None, cutoff: float | None, compat: str | None) -> None:
    if edges is not None and edges < 1:
        raise QGraphError(f"{edges} edges are wanted", hint="Ask for at least 1.")
    if cutoff is not None and not 0 < cutoff <= 1:
        raise QGraphError(f"the cutoff is {cutoff}", hint="Give a number above 0, at most 1.")
    if compat not in (None, COMPAT):
        raise QGraphError(
            f"{compat!r} is no program to be compatible with", hint=f"There is {COMPAT}."
        )


def _check_compat(model: Model) -> None:
    kernel = model.kernel
    if model != Model(kernel) or not isinstance(kernel, Exponential | Rayleigh | LogNormal):
        raise QGraphError(
            f"{COMPAT} knows neither the kernel {PowerLaw.name} nor other values of epsilon, beta "
            "and baseline",
            hint="Leave these at their defaults, or the compatibility out.",
        )


def _fitted(cascades: Cascades, name: str, compat: str | None) -> Kernel:
    if name not in KERNELS:
        raise QGraphError(f"there is no kernel {name!r}", hint=f"Kernels are {', '.join(KERNELS)}.")
    return KERNELS[name].fit(cascades, compat=compat)


def _counted(source: Iterable[Block], possible: list[int]) -> Iterator[Block]:
    """Pass blocks on, noting how many edges are possible in each."""
    for block in source:
        possible.append(int(np.count_nonzero(block.volumes())))
        yield block


def _filled(ranking: Ranking, source: Iterable[Block], edges: int) -> Ranking:
    """Add edges without gain, the last in the order of (destination, origin) first, as R does."""
    missing = edges - len(ranking)
    if missing <= 0:
        return ranking
    every = pairs(source)
    count = int(max(every.origin.max(), every.destination.max())) + 1
    keys = every.destination.astype(np.int64) * count + every.origin
    picked = ranking.destination.astype(np.int64) * count + ranking.origin
    rest = np.flatnonzero(~np.isin(keys, picked))[::-1][:missing]
    nothing = (np.empty(0, np.int32), np.empty(0))
    return Ranking(
        origin=np.concatenate([ranking.origin, every.origin[rest]]),
        destination=np.concatenate([ranking.destination, every.destination[rest]]),
        gain=np.concatenate([ranking.gain, np.zeros(len(rest))]),
        explained=np.concatenate([ranking.explained, np.zeros(len(rest), np.int32)]),
        traces=(*ranking.traces, *[nothing] * len(rest)),
    )


def _tested(
    ranking: Ranking, measures: int, compat: str | None, cutoff: float | None
) -> tuple[Ranking, NDArray[np.float64]]:
    """Give p-values, and the edges up to the first that reaches the cutoff."""
    if measures < 2:
        raise Refused(
            Words("a test of edges needs measures to compare", "边的检验需要多项措施"),
            Words("At least two measures are needed.", "至少需要两项措施。"),
        )
    p_value = (vuong if compat is None else vuong_aliased)(ranking.traces, measures)
    over = np.flatnonzero(p_value >= (np.inf if cutoff is None else cutoff))
    kept = int(over[0]) + 1 if len(over) else len(ranking)
    return ranking.first(kept), p_value[:kept]


def _delays(
    cascades: Cascades, ranking: Ranking
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Count for each edge where its origin precedes its destination; median and mean delay."""
    volume = np.zeros(len(ranking), np.int32)
    median, mean = np.zeros(len(ranking)), np.zeros(len(ranking))
    by_destination = np.argsort(ranking.destination, kind="stable")
    wanted, firsts = np.unique(ranking.destination[by_destination], return_index=True)
    groups = dict(zip(wanted.tolist(), np.split(by_destination, firsts)[1:], strict=True))
    for destination, events, counts, before in precedence(cascades, wanted.tolist()):
        edges = groups[destination]
        place = np.full(len(cascades.units), -1)
        place[ranking.origin[edges]] = np.arange(len(edges))
        edge = place[cascades.unit[before]]
        delay = np.repeat(cascades.time[events], counts) - cascades.time[before]
        edge, delay = edge[edge >= 0], delay[edge >= 0]
        number = np.bincount(edge, minlength=len(edges))
        ordered = delay[np.lexsort((delay, edge))]
        start = np.cumsum(number) - number
        volume[edges] = number
        mean[edges] = np.bincount(edge, delay, minlength=len(edges)) / number
        median[edges] = (ordered[start + (number - 1) // 2] + ordered[start + number // 2]) / 2
    return volume, median, mean


def _warnings(
    cascades: Cascades, ranking: Ranking, edges: int | None, p_value: NDArray[np.float64] | None
) -> Iterator[Words]:
    sizes = np.diff(cascades.starts)
    single = int((sizes == 1).sum())
    if single:
        yield Words(
            f"{single} of {len(sizes)} measures have one unit only and say nothing about who "
            "follows whom.",
            f"{len(sizes)}项措施中有{single}项仅一个单位采纳，不含先后信息。",
        )
    together = np.bincount(ties(cascades))
    tied, pairs_in_all = (int((n * (n - 1) // 2).sum()) for n in (together, sizes))
    if tied:
        share = tied / pairs_in_all
        yield Words(
            f"{share:.1%} of the pairs of events of one measure are simultaneous and give no edge.",
            f"同一措施的事件对中有{share:.1%}同期发生，不产生边。",
        )
    if edges is not None and len(ranking) < edges and p_value is None:
        yield Words(
            f"{edges} edges were wanted; only {len(ranking)} gain something.",
            f"要求{edges}条边，仅{len(ranking)}条有增益。",
        )
    informative = len(sizes) - single
    parents = int(np.bincount(ranking.destination).max(initial=0))
    needed = parents * log(max(len(cascades.units), 2))
    if needed > informative:
        yield Words(
            f"A unit has up to {parents} edges in; to tell so many apart takes about "
            f"{needed:.0f} measures with several units, and there are {informative}.",
            f"单位最多有{parents}条入边；区分这些边约需{needed:.0f}项多单位措施，实有{informative}项。",
        )
    if p_value is not None:
        yield Words(
            "p-values of Vuong's test are not calibrated: years drawn at random give more "
            '"significant" edges than real ones do. Use permutation q-values.',
            "Vuong检验的p值未经校准：随机置换年份得到的“显著”边反而更多。请使用置换检验的q值。",
        )

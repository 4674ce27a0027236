"""Who passes measures on to whom, and how fast: a network of rates fitted to censored cascades.

Where NetInf counts who came before whom, this asks how much time passed, sets what a pair did
against all the time in which it could have done it, and has a source outside the network, for what
no peer explains: a unit's own initiative and, once a measure is promoted, the mandate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.false_discovery import adjust
from qgraph.diffusion.networks.inflow import SMALLEST, Inflow, inflow, record_of
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

    Numbers = NDArray[np.float64]

__all__ = ["RateNetwork", "censored_rates"]

REFERENCES = ("mixture", "chi-squared")
"""Distributions of the test statistic if there is no edge."""

PEERS = ("always", "before")
"""Whether peers have an influence always, or only before a measure is promoted."""

_SHORT = 1e-3
"""Log-likelihood that may be missing to the maximum without a word."""
_TIED = 0.01
"""Share of simultaneous adoptions from which on there is a word about them."""
_FEW = 10
"""Adoptions from which the rates into a unit can be told at all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RateNetwork(Result):
    """Rates at which units pass measures on, and those of the source outside the network.

    Attributes
    ----------
    units
        Names; rows and columns of the matrices.
    rate
        Origin by destination: adoptions per unit of time while the origin has a measure and the
        destination has not.
    exposure
        Origin by destination: all the time for which that was so.
    explained
        Origin by destination: adoptions of the destination that the origin is expected to have
        caused.
    source_rate, source_exposure, source_explained
        The same for the source, units by regimes.
    regimes
        Names of the source's regimes: ``source``, or ``before`` and ``after`` the promotion.
    statistic
        Origin by destination: twice the log-likelihood that is lost without the edge; NaN if not
        tested.
    p_value, q_value
        Of that; q by Benjamini and Hochberg over all possible pairs.
    possible
        Pairs with any exposure.
    log_likelihood
        After each step, over all destinations; never falls.
    gap
        The largest possible log-likelihood is at most this far above.
    adoptions, seeds
        Adoptions that are explained; first adoptions, which start the cascades and are not.
    """

    units: tuple[str, ...]
    rate: Numbers
    exposure: Numbers
    explained: Numbers
    source_rate: Numbers
    source_exposure: Numbers
    source_explained: Numbers
    regimes: tuple[str, ...]
    statistic: Numbers
    p_value: Numbers
    q_value: Numbers
    possible: int
    log_likelihood: Numbers
    gap: float
    adoptions: int
    seeds: int

    @property
    def edges(self) -> NDArray[np.intp]:
        """Pairs (origin, destination) with a rate, the best founded first."""
        origin, destination = np.nonzero(self.explained > SMALLEST)
        evidence = np.nan_to_num(self.statistic[origin, destination], nan=0.0)
        order = np.lexsort(
            (destination, origin, -self.explained[origin, destination], -np.round(evidence, 9))
        )
        return np.column_stack((origin, destination))[order]

    @property
    def table(self) -> Table:
        """Edges, the best founded first."""
        edges = self.edges
        origin, destination = edges[:, 0], edges[:, 1]

        def of(matrix: Numbers) -> list[float]:
            values: list[float] = matrix[origin, destination].tolist()
            return values

        return Table(
            (
                Column("origin", Words("Origin", "来源"), [self.units[i] for i in origin]),
                Column(
                    "destination",
                    Words("Destination", "去向"),
                    [self.units[i] for i in destination],
                ),
                Column("rate", Words("Rate", "速率"), of(self.rate), ".4g"),
                Column("exposure", Words("Exposure", "暴露时间"), of(self.exposure), ".1f"),
                Column(
                    "explained",
                    Words("Adoptions explained", "解释的采纳数"),
                    of(self.explained),
                    ".2f",
                ),
                Column(
                    "statistic",
                    Words("Likelihood ratio", "似然比统计量"),
                    of(self.statistic),
                    ".2f",
                ),
                Column("p_value", Words("p", "p值"), of(self.p_value), ".3g"),
                Column("q_value", Words("q", "q值"), of(self.q_value), ".3g"),
            )
        )

    @property
    def sources(self) -> Table:
        """What each unit owes to the source outside the network, by regime."""
        columns = [
            Column("unit", Words("Unit", "单位"), self.units),
            Column("adoptions", Words("Adoptions", "采纳数"), self._adoptions().tolist(), ".0f"),
        ]
        for place, name in enumerate(self.regimes):
            label = _REGIMES[name]
            rate, explained = self.source_rate[:, place], self.source_explained[:, place]
            columns.append(
                Column(
                    f"rate_{name}",
                    Words(f"Rate, {label.en}", f"速率（{label.zh}）"),
                    rate.tolist(),
                    ".4g",
                )
            )
            columns.append(
                Column(
                    f"explained_{name}",
                    Words(f"Adoptions explained, {label.en}", f"解释的采纳数（{label.zh}）"),
                    explained.tolist(),
                    ".1f",
                )
            )
        return Table(tuple(columns))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Edges, and to what adoption is due."""
        tested = not np.isnan(self.p_value).all()
        total = max(self.adoptions, 1)
        shares = tuple(
            (
                f"share_{name}",
                Words(
                    f"share of adoptions due to the {_REGIMES[name].en}",
                    f"归因于{_REGIMES[name].zh}的采纳比例",
                ),
                float(self.source_explained[:, place].sum()) / total,
            )
            for place, name in enumerate(self.regimes)
        )
        return (
            ("adoptions", Words("adoptions explained", "被解释的采纳数"), self.adoptions),
            ("seeds", Words("first adoptions, not explained", "首发采纳数（不解释）"), self.seeds),
            ("possible", Words("possible edges", "可能的边数"), self.possible),
            ("edges", Words("edges with a rate above 0", "速率大于0的边数"), len(self.edges)),
            (
                "significant",
                Words("edges with q ≤ 0.05", "q ≤ 0.05的边数"),
                int((self.q_value <= 0.05).sum()) if tested else None,
            ),
            (
                "share_peers",
                Words("share of adoptions due to peers", "归因于同级单位的采纳比例"),
                float(self.explained.sum()) / total,
            ),
            *shares,
            (
                "log_likelihood",
                Words("log-likelihood", "对数似然"),
                float(self.log_likelihood[-1]),
            ),
        )

    def as_network(self, *, q: float = 1.0) -> networkx.DiGraph[str]:
        """Give the edges as a graph, with rate, explained, p_value and q_value.

        Parameters
        ----------
        q
            Largest q-value of an edge; 1 for all, tested or not.
        """
        import networkx

        network: networkx.DiGraph[str] = networkx.DiGraph()
        network.add_nodes_from(self.units)
        for origin, destination in self.edges:
            if q < 1 and not self.q_value[origin, destination] <= q:
                continue
            network.add_edge(
                self.units[origin],
                self.units[destination],
                rate=float(self.rate[origin, destination]),
                explained=float(self.explained[origin, destination]),
                p_value=float(self.p_value[origin, destination]),
                q_value=float(self.q_value[origin, destination]),
            )
        return network

    def _adoptions(self) -> Numbers:
        total = self.explained.sum(axis=0) + self.source_explained.sum(axis=1)
        return np.asarray(total, dtype=np.float64)


def censored_rates(
    cascades: Cascades,
    *,
    moments: Mapping[str, float] | None = None,
    peers: str = "always",
    source: bool = True,
    discrete: bool = False,
    iterations: int = 20,
    refine: bool = True,
    tolerance: float = 1e-6,
    test: bool = True,
    reference: str = "chi-squared",
) -> RateNetwork:
    r"""Fit rates of passing on to cascades, by maximum likelihood, counting those who never adopt.

    Parameters
    ----------
    cascades
        Every unit can adopt every measure; who has not by ``cascades.end`` is censored there.
        Adoptions at ``cascades.begin`` start a cascade and are not explained.
    moments
        Per measure the time of its promotion, from which on the source has another rate: the
        mandate. An event at the moment itself comes after it. Measures without one were not
        promoted.
    peers
        ``always``: peers have an influence before and after the promotion; ``before``: from the
        promotion on, only the mandate has.
    source
        Whether adoption can also come from outside; without, adoptions that no peer can explain
        are left out, and edges cannot be tested.
    discrete
        Times are whole periods and adoptions of one period simultaneous: the likelihood is that
        of grouped times (complementary log-log).
    iterations
        Steps of EM, at most.
    refine
        Finish with projected Newton steps, up to the maximum; else rates are those of EM after so
        many steps, and edges are not tested.
    tolerance
        How far from its maximum the log-likelihood of each unit may be, at least 1e-9.
    test
        Test each edge by the likelihood without it.
    reference
        Distribution of the test statistic if there is no edge: ``chi-squared`` with 1 degree of
        freedom, which kept its level in our trials; or ``mixture``, an even one of chi-squared
        with 0 and 1, the textbook's, which did not with few adoptions.

    Returns
    -------
    RateNetwork
        One rate per ordered pair, most of them 0, and one per unit for the source and regime.

    Raises
    ------
    Refused
        If no adoption can be explained: each cascade has but its first adoptions.
    QGraphError
        If parameters do not go together, or times are not whole and ``discrete`` is asked for.

    Notes
    -----
    The rates into each unit :math:`i` maximise, over measures :math:`c` observed to :math:`T_c`,

    .. math:: \sum_{c: t_{ci} \le T_c} \log\Bigl(a_{0i} + \sum_{j: t_{cj} < t_{ci}} a_{ji}\Bigr)
        - \sum_c \Bigl[a_{0i} (\min(t_{ci}, T_c) - t_{c0})
        + \sum_j a_{ji} (\min(t_{ci}, T_c) - t_{cj})^+\Bigr].

    Simultaneous adopters are no parents of one another. With whole periods the first sum has
    :math:`\log(e^{h} - 1)` of the same hazard :math:`h`. The test of an edge compares twice the
    difference of log-likelihoods with an even mixture of :math:`\chi^2_0` and :math:`\chi^2_1`,
    for a rate of 0 is at the edge of what it can be. That supposes that all other rates are above
    0 and known well; where peers and source are hard to tell apart it is too lenient: in our trials
    (:mod:`qgraph.diffusion.simulation.coverage_trials`) .03 to .08 of the pairs without influence
    had p up to .05, and up to .045 with :math:`\chi^2_1`, the default, which doubles every p.

    References
    ----------
    Gomez-Rodriguez, M., Balduzzi, D. and Schölkopf, B. (2011). Uncovering the temporal dynamics of
    diffusion networks. Proceedings of the 28th International Conference on Machine Learning,
    561-568.

    Self, S. G. and Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood estimators and
    likelihood ratio tests under nonstandard conditions. Journal of the American Statistical
    Association 82(398), 605-610.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> from qgraph.diffusion.records.cascades import Cascades
    >>> rows = [(f"m{k}", unit, time) for k in range(9) for unit, time in (("a", 0.0), ("b", 0.5))]
    >>> network = censored_rates(Cascades.of(rows, units=["a", "b", "c"]))
    >>> float(network.explained[0, 1] + network.source_explained[1, 0])
    9.0
    """
    if reference not in REFERENCES:
        raise QGraphError(
            f"there is no reference {reference!r}", hint=f"Choose {' or '.join(REFERENCES)}."
        )
    _check(cascades, moments, peers, source, discrete, iterations, tolerance)
    record = record_of(cascades, moments, peers, source, discrete)
    counts = len(cascades.units)
    if not any(record.events(unit).any() for unit in range(counts)):
        raise Refused(
            Words("no adoption follows another one", "没有任何采纳发生在其他采纳之后"),
            Words(
                "Measures are needed that units took up at different times.",
                "需要由不同单位在不同时间采纳的措施。",
            ),
        )
    tested = test and refine and source
    fitted = [inflow(record, unit, iterations, refine, tolerance, tested) for unit in range(counts)]
    statistic = _matrix([one.statistic for one in fitted])
    exposure = _matrix([one.exposure[:counts] for one in fitted])
    possible = exposure > 0
    p_value, q_value = _significance(statistic, possible, reference)
    gap = float(sum(one.gap for one in fitted))
    adoptions = sum(one.adoptions for one in fitted)
    return RateNetwork(
        method=_method(moments is not None, discrete, reference),
        settings={
            "moments": len(moments or {}),
            "peers": peers,
            "source": source,
            "discrete": discrete,
            "iterations": iterations,
            "refine": refine,
            "tolerance": tolerance,
            "test": test,
            "reference": reference,
        },
        warnings=_warnings(cascades, fitted, discrete, tolerance if refine else np.inf),
        data=cascades.data,
        units=cascades.units,
        rate=_matrix([one.rate[:counts] for one in fitted]),
        exposure=exposure,
        explained=_matrix([one.explained[:counts] for one in fitted]),
        source_rate=_matrix([one.rate[counts:] for one in fitted]).T,
        source_exposure=_matrix([one.exposure[counts:] for one in fitted]).T,
        source_explained=_matrix([one.explained[counts:] for one in fitted]).T,
        regimes=record.regimes,
        statistic=statistic,
        p_value=p_value,
        q_value=q_value,
        possible=int(possible.sum()),
        log_likelihood=_trace([one.trace for one in fitted]),
        gap=gap,
        adoptions=adoptions,
        seeds=int((record.times <= record.begin[:, None]).sum()),
    )


def _check(
    cascades: Cascades,
    moments: Mapping[str, float] | None,
    peers: str,
    source: bool,
    discrete: bool,
    iterations: int,
    tolerance: float,
) -> None:
    if peers not in PEERS:
        raise QGraphError(f"peers cannot be {peers!r}", hint=f"Choose {' or '.join(PEERS)}.")
    if iterations < 1 or tolerance < 1e-9:
        raise QGraphError(
            f"{iterations} iterations to a tolerance of {tolerance} are not possible",
            hint="Give at least 1 iteration and a tolerance of at least 1e-9.",
        )
    if moments and not source:
        raise QGraphError(
            "promotion moments need the source: the mandate is its rate after the moment",
            hint="Leave source as it is, or leave out the moments.",
        )
    if not np.isfinite(cascades.end).all():
        raise QGraphError(
            "observation has no end in some measures",
            hint="Set the end of the cascades to the last time at which an adoption was noted.",
        )
    given = np.array(
        [moments[name] for name in cascades.measures if name in moments] if moments else []
    )
    clock = (cascades.time, cascades.begin, cascades.end, given[np.isfinite(given)])
    if discrete and any((times != np.floor(times)).any() for times in clock):
        raise QGraphError(
            "times are not whole periods",
            hint="Round them to periods first, or leave discrete as it is.",
        )


def _matrix(columns: list[Numbers]) -> Numbers:
    """Put what belongs to each destination side by side."""
    return np.column_stack(columns)


def _trace(traces: list[Numbers]) -> Numbers:
    """Add up log-likelihoods step by step; who is done stays where it is."""
    longest = max(map(len, traces))
    total = np.zeros(longest)
    for trace in traces:
        total += np.append(trace, np.full(longest - len(trace), trace[-1]))
    return total


def _significance(
    statistic: Numbers, possible: NDArray[np.bool_], reference: str
) -> tuple[Numbers, Numbers]:
    """Give p-values, and q-values over all possible pairs."""
    from scipy.special import chdtrc

    half = 2 if reference == "mixture" else 1
    p_value = np.where(statistic > 0, chdtrc(1, statistic) / half, 1.0)
    p_value[np.isnan(statistic)] = np.nan
    q_value = np.where(np.isnan(statistic), np.nan, 1.0)
    if not np.isnan(statistic).any():
        q_value[possible] = adjust(p_value[possible])
    return p_value, q_value


_REGIMES = {
    "source": Words("source outside the network", "网络外部来源"),
    "before": Words("source before the promotion", "推广前外部来源"),
    "after": Words("mandate after the promotion", "推广后的上级要求"),
}


_LENIENT = Words(
    "The p-value of an edge takes all other rates as above 0; where many are 0 it is somewhat too "
    "small (in our trials .04 to .08 for .05). The reference chi-squared is on the safe side.",
    "边的p值假定其余速率均大于0；当许多速率为0时p值略偏小（模拟中名义0.05实为0.04至0.08），"
    "改用卡方参照分布更稳妥。",
)


def _method(promoted: bool, discrete: bool, reference: str) -> Method:
    mandate = Words(
        "What pushes all units at once and is not among the promotion dates is read as edges.",
        "未列入推广时点的共同外部冲击会被误读为单位之间的边。",
    )
    if not promoted:
        mandate = Words(
            "No promotion dates are given: a mandate to all units, if there was one, is read as "
            "edges.",
            "未给出推广时点：若存在面向全体的上级要求，会被误读为单位之间的边。",
        )
    return Method(
        name=Words(
            "Network of censored transmission rates" + (", grouped times" if discrete else ""),
            "删失传播速率网络" + ("（分组时间）" if discrete else ""),
        ),
        formula=(
            "max Σc [1(ti≤T) log(exp(a0i + Σ(tj<ti) aji) - 1) - a0i·e0i - Σj aji·eji]"
            if discrete
            else "max Σc [1(ti≤T) log(a0i + Σ(tj<ti) aji) - a0i·e0i - Σj aji·(min(ti,T)-tj)+]"
        )
        + ", a ≥ 0, by EM and projected Newton steps",
        citation=(
            "Gomez-Rodriguez, Balduzzi and Schölkopf (2011), Uncovering the temporal dynamics of "
            "diffusion networks, ICML, 561-568; test: Self and Liang (1987), JASA 82(398), "
            "605-610; q: Benjamini and Hochberg (1995), JRSS B 57(1), 289-300"
        ),
        assumptions=(
            mandate,
            Words(
                "Every unit could have adopted every measure; a rate is the same for all measures "
                "and does not change as time passes.",
                "假定每个单位都可能采纳每项措施；速率对各措施相同且不随时间变化。",
            ),
            Words(
                "Adopting sooner after some units than after others need not be learning from "
                "them: likeness and common contacts outside the data look the same.",
                "更快地跟随某些单位采纳不等于向其学习：同质性与数据之外的共同联系会呈现同样的结果。",
            ),
            *([_LENIENT] if reference == "mixture" else []),
        ),
    )


def _warnings(
    cascades: Cascades, fitted: list[Inflow], discrete: bool, tolerance: float
) -> tuple[Words, ...]:
    warnings = list(cascades.warnings)

    def add(count: int, english: str, chinese: str) -> None:
        if count:
            warnings.append(Words(english.format(count), chinese.format(count)))

    tied = _tied(cascades)
    if not discrete and tied > _TIED * len(cascades.time):
        share = tied / len(cascades.time)
        warnings.append(
            Words(
                f"{tied} of {len(cascades.time)} adoptions ({share:.0%}) share measure and time "
                "with another and are no parents of one another; for times in whole periods use "
                "discrete.",
                f"{len(cascades.time)}次采纳中有{tied}次（{share:.0%}）与同一措施的其他采纳同时发生，"
                "彼此不视为来源；若时间为整期，请使用离散时间。",
            )
        )
    add(
        sum(0 < one.adoptions < _FEW for one in fitted),
        f"{{}} units have fewer than {_FEW} adoptions to explain: rates into them are hardly "
        "known.",
        f"有{{}}个单位待解释的采纳少于{_FEW}次，指向它们的速率很不确定。",
    )
    add(
        sum(one.unexplained for one in fitted),
        "{} adoptions were left out: no peer came before them, and there is no source.",
        "有{}次采纳未计入：之前没有同级单位采纳，且未设外部来源。",
    )
    add(
        sum(one.at_once for one in fitted),
        "{} adoptions at the very time of the promotion are put down to the mandate; its rate "
        "there has no bound.",
        "有{}次采纳恰在推广时点发生，归因于上级要求，其速率无上界。",
    )
    add(
        sum(one.certain for one in fitted),
        "{} rates have no bound: an adoption came in each period at risk.",
        "有{}个速率无上界：每个风险期内都发生了采纳。",
    )
    add(
        sum(one.ambiguous for one in fitted),
        "{} rates cannot be told apart from others: their origins are always at work together.",
        "有{}个速率与其他速率无法区分：其来源总是同时起作用。",
    )
    add(
        sum(one.gap > max(10 * tolerance, _SHORT) for one in fitted),
        "Units whose likelihood is not at its maximum yet: {}.",
        "有{}个单位的似然尚未达到最大值。",
    )
    return tuple(warnings)


def _tied(cascades: Cascades) -> int:
    """Count adoptions that share measure and time with another."""
    same = (np.diff(cascades.measure) == 0) & (np.diff(cascades.time) == 0)
    tied = np.zeros(len(cascades.time), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    return int(tied.sum())

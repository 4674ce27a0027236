"""How many are at risk when: what every estimate of survival starts from, and must be sound in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.survival.spells import Spells, case_columns, counts, weight_below
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ALIKE",
    "CONDITIONAL",
    "INDEPENDENT",
    "RiskTable",
    "cautions",
    "check_events",
    "check_level",
    "conditioned",
    "risk_table",
]

SMALL_RISK_SET = 5
"""With fewer at risk than this, one event moves an estimate by more than a fifth."""

HEAVY_TIES = 5
"""As many events as this per moment, on average, are reports in batches rather than moments."""

INDEPENDENT = Words(
    "Censoring and delayed entry must not tell when the event comes: those no longer or not yet"
    " watched have the same hazard as those at risk.",
    "删失与延迟进入须与事件发生时间独立：不再或尚未被观察者与在险者风险率相同。",
)
ALIKE = Words(
    "Standard errors take the spells as independent; measures promoted together in one batch are"
    " not, so true errors are larger.",
    "标准误假定各时段相互独立；同批推广的措施并不独立，实际误差更大。",
)
CONDITIONAL = Words(
    "Conditional: every spell ended in the event, so this is the distribution of the delay among"
    " those with the event only, not a chance of it; delays longer than the observation are missing"
    " (right truncation), so that short ones are over-represented.",
    "条件估计：所有时段均以该事件结束，故仅为发生者的时滞分布，而非发生概率；"
    "超出观察期的时滞不在数据中（右截断），短时滞因此偏多。",
)


_RISK_TABLE = Method(
    name=Words("Risk table", "风险集表"),
    formula="n(t) = sum of w_i over spells with entry_i < t <= exit_i",
    citation=(
        "Andersen, P. K., Borgan, O., Gill, R. D. and Keiding, N. (1993). Statistical Models Based"
        " on Counting Processes. Springer"
    ),
    assumptions=(INDEPENDENT,),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RiskTable(Result):
    """Who is at risk, and who leaves, at every time at which a spell ends.

    Attributes
    ----------
    spells
        Those counted.
    group
        Place in ``spells.groups``, one entry per row, in order; in a group, time grows.
    time
        When at least one spell ends.
    entered
        Spells that came under observation since the row before (in a group's first row: by then).
    n_risk
        Spells at risk just before ``time``: entry < time <= exit.
    events
        Spells that end in an event at ``time``, rows by causes.
    censored
        Spells that end at ``time`` without an event; they still count as at risk at ``time``.
    """

    spells: Spells
    group: NDArray[np.int64]
    time: NDArray[np.float64]
    entered: NDArray[np.float64]
    n_risk: NDArray[np.float64]
    events: NDArray[np.float64]
    censored: NDArray[np.float64]

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows of each group."""
        bounds = np.searchsorted(self.group, np.arange(len(self.spells.groups) + 1))
        return tuple(slice(int(a), int(b)) for a, b in pairwise(bounds))

    def events_of(self, cause: str | None) -> NDArray[np.float64]:
        """Count the events by one cause, or (None) by any, one entry per row."""
        if cause is None:
            return np.asarray(self.events.sum(axis=1))
        return self.events[:, self.spells.causes.index(cause)]

    @property
    def table(self) -> Table:
        """One row per group and time, with one column of events per cause."""
        several = len(self.spells.causes) > 1
        events = (
            Column(
                f"events_{name}" if several else "events",
                Words(f"Events: {name}", f"事件数：{name}"),
                counts(self.events[:, number]),
            )
            for number, name in enumerate(self.spells.causes)
        )
        return Table(
            (
                *case_columns(self.spells, self.group, self.time),
                Column("entered", Words("Entered", "进入数"), counts(self.entered)),
                Column("n_risk", Words("At risk", "在险数"), counts(self.n_risk)),
                *events,
                Column("censored", Words("Censored", "删失数"), counts(self.censored)),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many spells, and how they ended."""
        weight, cause = self.spells.weight, self.spells.cause
        ends = [
            (f"events_{name}", Words(f"ended by {name}", f"以{name}结束"), weight[cause == k].sum())
            for k, name in enumerate(self.spells.causes, start=1)
        ]
        return (
            ("spells", Words("spells", "时段数"), weight.sum()),
            *ends,
            ("censored", Words("censored", "删失"), weight[cause == 0].sum()),
        )


def risk_table(spells: Spells) -> RiskTable:
    r"""Count who is at risk, who has an event and who is censored, time by time.

    Parameters
    ----------
    spells
        At risk on (entry, exit]; all times exact.

    Returns
    -------
    RiskTable
        One row per group and distinct exit.

    Raises
    ------
    Refused
        If some events are only known to lie in an interval.

    Notes
    -----
    With weights :math:`w_i`, those at risk at time t are

    .. math:: n(t) = \sum_i w_i \, 1[\mathrm{entry}_i < t \le \mathrm{exit}_i]

    Of spells that end at one time events come first: the censored are at risk at that time. In
    each group n(t) is the n of the row before, less its events and censored, plus those entered.

    References
    ----------
    Andersen, P. K., Borgan, O., Gill, R. D. and Keiding, N. (1993). Statistical Models Based on
    Counting Processes. Springer.

    Examples
    --------
    >>> from qgraph.diffusion.survival.spells import Spell
    >>> rows = [Spell(6, "promotion"), Spell(6), Spell(7, "promotion", entry=6)]
    >>> risk_table(Spells.of(rows)).n_risk.tolist()
    [2.0, 1.0]
    """
    if not spells.is_exact:
        raise Refused(
            Words(
                "some events are only known to lie in an interval, so that no risk set can be"
                " counted",
                "部分事件只知发生在某区间内，无法确定风险集",
            ),
            Words(
                "Use Turnbull's estimate, or give exact times.",
                "请使用Turnbull估计，或给出确切时间。",
            ),
        )
    parts = [_count(spells, spells.group == place) for place in range(len(spells.groups))]
    return RiskTable(
        method=_RISK_TABLE,
        settings={"by": spells.by, "period": spells.period},
        warnings=spells.warnings,
        data=spells.data,
        spells=spells,
        group=np.repeat(np.arange(len(parts)), [len(part.time) for part in parts]),
        time=np.concatenate([part.time for part in parts]),
        entered=np.concatenate([part.entered for part in parts]),
        n_risk=np.concatenate([part.n_risk for part in parts]),
        events=np.concatenate([part.ended[1:].T for part in parts]),
        censored=np.concatenate([part.ended[0] for part in parts]),
    )


class _Counts(NamedTuple):
    time: NDArray[np.float64]
    entered: NDArray[np.float64]
    n_risk: NDArray[np.float64]
    ended: NDArray[np.float64]


def _count(spells: Spells, own: NDArray[np.bool_]) -> _Counts:
    """Count for one group; ``ended`` is causes (0 = censored) by times."""
    weight, cause, entry = spells.weight[own], spells.cause[own], spells.entry[own]
    time, place = np.unique(spells.exit[own], return_inverse=True)
    kinds = len(spells.causes) + 1
    leaving = np.bincount(cause * len(time) + place, weight, kinds * len(time))
    ended = np.asarray(leaving, dtype=np.float64).reshape(kinds, len(time))
    gone = ended.sum(axis=0)
    # Counted from the end, so that the last n is exactly the sum of those that leave last, and S
    # reaches exactly 0, whatever the weights; those who enter at t or later are not there yet.
    late = weight.sum() - weight_below(entry, weight, time)
    n_risk = np.cumsum(gone[::-1])[::-1] - np.where(late > 1e-9 * weight.sum(), late, 0.0)
    before = np.concatenate(([0.0], (n_risk - gone)[:-1]))
    return _Counts(time, np.maximum(n_risk - before, 0.0), n_risk, ended)


def check_events(spells: Spells, cause: str | None, conditional: bool) -> NDArray[np.bool_]:
    """Tell for each spell whether it ended in the event looked at: one cause, or (None) any.

    Raises
    ------
    Refused
        If there is no event, or every spell ended in it and ``conditional`` is False.
    """
    if cause is None:
        event = spells.cause > 0
    elif cause in spells.causes:
        event = spells.cause == spells.causes.index(cause) + 1
    else:
        raise QGraphError(
            f"there is no cause {cause!r}", hint=f"Causes are {', '.join(spells.causes)}."
        )
    if not event.any():
        raise Refused(
            Words("no spell ended in the event", "没有任何时段以该事件结束"),
            Words("At least one event is needed.", "至少需要一个事件。"),
        )
    if spells.is_complete and not conditional:
        name = spells.causes[spells.cause[0] - 1]
        raise Refused(
            Words(
                f"all {len(spells)} spells ended in {name}: only successes were loaded, which says"
                " nothing about the chance of success",
                f"全部{len(spells)}个时段均以{name}结束：只载入了成功者，无法推断成功的概率",
            ),
            Words(
                "Add the spells that are still running or ended otherwise, or ask for the delay"
                " among those with the event only (conditional).",
                "请补充仍在进行或以其他方式结束的时段，或仅估计发生者的时滞（conditional）。",
            ),
        )
    return event


def conditioned(method: Method, spells: Spells) -> Method:
    """Add to a method that it is conditional, if every spell ended in one and the same event."""
    if not spells.is_complete:
        return method
    return replace(method, assumptions=(CONDITIONAL, *method.assumptions))


def check_level(level: float) -> None:
    """Refuse a level of confidence, or a share, that is not between 0 and 1."""
    if not 0 < level < 1:
        raise QGraphError(f"{level} is no level", hint="Give one between 0 and 1, as 0.95.")


def cautions(risk: RiskTable, events: NDArray[np.float64]) -> tuple[Words, ...]:
    """Warn of batches, of groups with events only, of small risk sets, of odd weights."""
    notes = list(risk.warnings)
    moments = len(np.unique(risk.time[events > 0]))
    total = float(events.sum())
    if total >= HEAVY_TIES * moments:
        notes.append(
            Words(
                f"The {total:g} events fall on {moments} moments only: they are reported in"
                " batches; ties are taken as they are, as in discrete time.",
                f"{total:g}个事件仅落在{moments}个时点：系按批次报告；结点按离散时间原样处理。",
            )
        )
    names = risk.spells.groups
    full = [names[k] for k, rows in enumerate(risk.blocks) if not risk.censored[rows].any()]
    if full and not risk.spells.is_complete:
        notes.append(
            Words(
                f"Nothing is censored in {', '.join(full)}: were only the ended spells loaded?",
                f"{'、'.join(full)}中没有删失：是否只载入了已结束的时段？",
            )
        )
    small = (risk.n_risk < SMALL_RISK_SET) & (events > 0)
    if small.any():
        times = int((events > 0).sum())
        notes.append(
            Words(
                f"At {small.sum()} of {times} event times fewer than {SMALL_RISK_SET} are at risk"
                f" ({_where(risk, small, 'en')}): the curve hangs on single spells there.",
                f"{times}个事件时点中有{small.sum()}个在险数不足{SMALL_RISK_SET}"
                f"（{_where(risk, small, 'zh')}）：该处曲线取决于个别时段。",
            )
        )
    if np.any(risk.spells.weight % 1):
        notes.append(
            Words(
                "Weights are not whole numbers: variances take them as counts of spells.",
                "权重非整数：方差仍将其视为时段数。",
            )
        )
    return tuple(notes)


def _where(risk: RiskTable, rows: NDArray[np.bool_], language: str) -> str:
    """Name the first and the last time of some rows, group by group if these are few."""
    places = np.unique(risk.group[rows])
    if len(places) > 3:
        return f"{len(places)} groups" if language == "en" else f"{len(places)}组"
    spans = []
    for place in places:
        times = risk.time[rows & (risk.group == place)]
        span = f"{times[0]:g}–{times[-1]:g}" if len(times) > 1 else f"{times[0]:g}"
        name = f"{risk.spells.groups[place]} " if len(risk.spells.groups) > 1 else ""
        spans.append(f"{name}t = {span}")
    return (", " if language == "en" else "，").join(spans)

"""The cumulative counts that sources report of a zone: a documented curve, conflicts side by side.

Nothing is estimated and nothing is put between two figures. Those that count by different rules are
kept in different series, for they may be neither joined nor divided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph import questions
from qgraph.describe.answers import rows
from qgraph.diffusion.records.times import Span, day_of, time_text
from qgraph.diffusion.result import Data, Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from qgraph.graph import Graph

__all__ = [
    "HEADLINE",
    "INDICATORS",
    "QUESTION",
    "Curve",
    "Figure",
    "ReportedSeries",
    "reported_series",
]

HEADLINE = "place-qianhai-cooperation-zone"
"""Whose counts are reported most often, and the founding case."""

QUESTION = "reported-counts"
"""Name of the question that is asked."""

INDICATORS = {
    "launched": Words("launched", "推出"),
    "promoted": Words("promoted nationwide", "全国推广"),
}
"""What is counted."""

_CODES = {
    "qgk:indicator-measures-launched": "launched",
    "qgk:indicator-measures-promoted-nationwide": "promoted",
}
_METHOD = Method(
    Words("Reported cumulative counts", "来源所报累计数"),
    "N(t) = the figure that a source gives for t; a step at each report, nothing in between",
    "Figures as published, each with its source; no estimate",
    (
        Words(
            "What counts as launched and as promoted nationwide is the rule of who reports it.",
            "何谓“推出”、何谓“全国推广”以发布者口径为准。",
        ),
        Words(
            "A step lies where a figure was reported; the measures themselves came at some time"
            " since the figure before.",
            "阶跃位于报道之时；各项措施实际出现于前一次报道之后的某个时间。",
        ),
    ),
)


class Figure(NamedTuple):
    """One count as one source gives it."""

    observation: str
    indicator: str
    """A key of :data:`INDICATORS`."""
    definition: int
    """Number of the rule by which it counts, from 1, as far as the editors have told them apart."""
    time: Span
    """Days for which it holds."""
    words: str
    """Its time in the words of the source."""
    value: float
    comparator: str
    """How the number relates to the true one, as in exact or more-than."""
    lowest: float
    highest: float
    """Bounds that its words allow; infinite where they are open."""
    reported: str
    """The figure in the words of the source."""
    source: str
    locator: str
    publisher: str
    reliability: str
    contradicts: tuple[str, ...]
    """Observations that the editors say cannot hold beside it, or that do not fit a cumulative
    count: another value for the same days, or a higher one before or a lower one after."""
    counts_otherwise: tuple[str, ...]
    """Observations that go by another rule, of this subject or of others."""


class Curve(NamedTuple):
    """A documented step curve of a count that never falls, one entry per time reported."""

    time: NDArray[np.float64]
    """Last day for which the figures of a step hold, growing."""
    low: NDArray[np.float64]
    """Lowest of the figures for that time or a later one."""
    high: NDArray[np.float64]
    """Highest of the figures for that time or an earlier one: above ``low`` only where figures
    contradict each other."""


@dataclass(frozen=True, kw_only=True)
class ReportedSeries(Result):
    """Reported cumulative counts of one subject.

    Attributes
    ----------
    subject
        Identifier of whose measures are counted.
    figures
        By indicator, definition and time.
    """

    subject: str
    figures: tuple[Figure, ...]

    @property
    def definitions(self) -> tuple[int, ...]:
        """Numbers of the rules by which the figures count."""
        return tuple(sorted({one.definition for one in self.figures}))

    @property
    def contradictions(self) -> tuple[tuple[str, str], ...]:
        """Pairs of observations that cannot both hold."""
        pairs = {
            (min(one.observation, other), max(one.observation, other))
            for one in self.figures
            for other in one.contradicts
        }
        return tuple(sorted(pairs))

    def curve(self, indicator: str, definition: int = 1) -> Curve:
        """Give the exact figures of one indicator by one rule as a step curve."""
        own = [
            one
            for one in self.figures
            if (one.indicator, one.definition) == (indicator, definition) and _is_exact(one)
        ]
        times = sorted({one.time for one in own}, key=lambda time: (time.end, time.begin))
        return Curve(
            np.array([time.end for time in times]),
            np.array([min(o.value for o in own if o.time.end >= time.begin) for time in times]),
            np.array([max(o.value for o in own if o.time.begin <= time.end) for time in times]),
        )

    @property
    def table(self) -> Table:
        """One row per figure."""
        each = self.figures
        return Table(
            (
                Column("indicator", Words("Counted", "统计对象"), [one.indicator for one in each]),
                Column("definition", Words("Rule", "口径"), [one.definition for one in each]),
                Column("time", Words("Time", "时间"), [_days(one.time) for one in each]),
                Column("value", Words("Figure", "数值"), [one.value for one in each], "g"),
                Column("comparator", Words("Is", "限定"), [one.comparator for one in each]),
                Column("lowest", Words("Lowest", "下限"), [one.lowest for one in each], "g"),
                Column("highest", Words("Highest", "上限"), [one.highest for one in each], "g"),
                Column(
                    "contradicts",
                    Words("Contradicts", "相互矛盾"),
                    ["; ".join(one.contradicts) for one in each],
                ),
                Column(
                    "counts_otherwise",
                    Words("Other rule", "口径不同"),
                    ["; ".join(one.counts_otherwise) for one in each],
                ),
                Column("reported", Words("As reported", "原文"), [one.reported for one in each]),
                Column("publisher", Words("Publisher", "发布者"), [one.publisher for one in each]),
                Column(
                    "reliability", Words("Reliability", "可靠性"), [one.reliability for one in each]
                ),
                Column("source", Words("Source", "来源"), [one.source for one in each]),
                Column("locator", Words("Place", "出处"), [one.locator for one in each]),
                Column(
                    "observation", Words("Observation", "观测"), [one.observation for one in each]
                ),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many figures, the first and the last of each kind, and what does not fit."""
        told: list[tuple[str, Words, object]] = [
            ("subject", Words("Subject", "对象"), self.subject),
            ("figures", Words("Figures", "数字"), len(self.figures)),
        ]
        for code, name in INDICATORS.items():
            exact = _by_time(
                one for one in self.figures if one.indicator == code and _is_exact(one)
            )
            for key, what, one in (
                ("first", Words("first", "最早"), exact[:1]),
                ("last", Words("last", "最近"), exact[-1:]),
            ):
                if one:
                    label = Words(
                        f"{name.en.capitalize()}, {what.en} exact figure",
                        f"{name.zh}，{what.zh}确数",
                    )
                    text = f"{one[0].value:g} ({_days(one[0].time)})"
                    told.append((f"{code}_{key}", label, text))
        pairs = Words("Pairs that contradict each other", "相互矛盾的数字对")
        told.append(("contradictions", pairs, len(self.contradictions)))
        told.append(("definitions", Words("Rules of counting", "口径数"), len(self.definitions)))
        return tuple(told)


def reported_series(graph: Graph, subject: str = HEADLINE) -> ReportedSeries:
    """Give the cumulative counts of measures launched and promoted that sources report of a zone.

    Parameters
    ----------
    graph
        The graph to ask.
    subject
        Identifier or label of whose measures are counted.

    Returns
    -------
    ReportedSeries
        Every figure with its source. Two figures for one time are both kept and point at each
        other; figures that ``qg:differsInDefinitionFrom`` ties are in different definitions.

    Raises
    ------
    NotFound
        If nothing is called so.
    Refused
        If no source gives a count of it.
    """
    question = questions.load(QUESTION)
    zone = graph.find(subject)
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows(graph, question, {"zone": zone}):
        found.setdefault(row["observation"], []).append(row)
    if not found:
        raise Refused(
            Words(
                f"no source in this graph counts the measures of {local_id(zone)}",
                f"图谱中没有来源统计{local_id(zone)}的措施",
            ),
            Words(
                "Ask for a subject of which a count is recorded: qgraph query --name"
                " aggregates-over-time.",
                "请选择有统计数的对象：qgraph query --name aggregates-over-time。",
            ),
        )
    figures = _crossed([_figure(group) for group in found.values()])
    return ReportedSeries(
        method=_METHOD,
        settings={"subject": local_id(zone)},
        warnings=tuple(_warnings(figures)),
        data=Data(
            origin=graph.origin,
            query=question.text,
            events=len(figures),
            units=1,
            inferred=graph.inferred,
        ),
        subject=local_id(zone),
        figures=figures,
    )


def _figure(group: Sequence[dict[str, str]]) -> Figure:
    """Make one figure of the rows about it; its definition is not known yet."""

    def each(column: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(local_id(row[column]) for row in group if row[column]))

    first = group[0]
    comparator = local_id(first["comparator"]).removeprefix("qgk:comparator-")
    value = float(first["value"])
    exact = comparator == "exact"
    return Figure(
        observation=local_id(first["observation"]),
        indicator=_CODES[local_id(first["indicator"])],
        definition=1,
        time=_span(first["from"], first["to"]),
        words=first["timeReported"],
        value=value,
        comparator=comparator,
        lowest=value if exact else float(first["lowest"] or -inf),
        highest=value if exact else float(first["highest"] or inf),
        reported=first["asReported"],
        source="; ".join(each("source")),
        locator="; ".join(each("locator")),
        publisher="; ".join(each("publisher")),
        reliability="; ".join(
            name.removeprefix("qgk:reliability-") for name in each("reliability")
        ),
        contradicts=each("contradicts"),
        counts_otherwise=each("countsOtherwise"),
    )


def _span(begin: str, end: str) -> Span:
    return Span(
        day_of(date.fromisoformat(begin)) if begin else -inf,
        day_of(date.fromisoformat(end)) if end else inf,
    )


def _crossed(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Tell the definitions apart, then find the figures of one definition that do not fit."""
    numbers: dict[str, int] = {}
    for one in _by_time(figures):
        other = {numbers.get(name) for name in one.counts_otherwise}
        numbers[one.observation] = next(n for n in range(1, len(figures) + 1) if n not in other)
    told = [one._replace(definition=numbers[one.observation]) for one in figures]
    against: dict[str, set[str]] = {one.observation: set(one.contradicts) for one in told}
    for one, two in combinations(told, 2):
        alike = (one.indicator, one.definition) == (two.indicator, two.definition)
        if alike and _cannot_both_hold(one, two):
            against[one.observation].add(two.observation)
            against[two.observation].add(one.observation)
    told = [one._replace(contradicts=tuple(sorted(against[one.observation]))) for one in told]
    order = list(INDICATORS)
    return tuple(
        sorted(_by_time(told), key=lambda one: (order.index(one.indicator), one.definition))
    )


def _cannot_both_hold(one: Figure, two: Figure) -> bool:
    """Tell whether two figures of a count that never falls exclude each other."""
    first, second = sorted((one, two), key=lambda figure: (figure.time.end, figure.time.begin))
    if first.lowest > second.highest:
        return True
    overlap = first.time.end >= second.time.begin
    return overlap and second.lowest > first.highest


def _by_time(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(
        figures, key=lambda one: (one.time.end, one.time.begin, one.value, one.observation)
    )


def _is_exact(figure: Figure) -> bool:
    return figure.lowest == figure.highest


def _days(time: Span) -> str:
    return time_text(time, dated=True)


def _warnings(figures: Sequence[Figure]) -> Iterator[Words]:
    against = sum(bool(one.contradicts) for one in figures)
    if against:
        yield Words(
            f"{against} of {len(figures)} figures contradict another one; both are kept.",
            f"{len(figures)}个数字中有{against}个与另一数字矛盾，均予保留。",
        )
    definitions = len({one.definition for one in figures})
    if definitions > 1:
        yield Words(
            f"The figures count by {definitions} rules, which are not put together; figures of"
            " which no difference is recorded are taken to follow the first.",
            f"数字有{definitions}种口径，不予合并；未记录口径差异的归入第一种。",
        )
    own = {one.observation for one in figures}
    others = sorted({name for one in figures for name in one.counts_otherwise} - own)
    if others:
        yield Words(
            f"Counted by another rule, and so not to be compared: {', '.join(others)}.",
            f"口径不同、不得比较：{'、'.join(others)}。",
        )
    loose = sum(not _is_exact(one) for one in figures)
    if loose:
        yield Words(
            f"{loose} of {len(figures)} figures are bounds only, such as “more than 800”, and"
            " not on the curve.",
            f"{len(figures)}个数字中有{loose}个只是上下限（如“超过800”），不计入曲线。",
        )
    weak = sum("weak" in one.reliability for one in figures)
    if weak:
        yield Words(
            f"{weak} of {len(figures)} figures rest on a source of weak reliability.",
            f"{len(figures)}个数字中有{weak}个来自可靠性较低的来源。",
        )
    yield from _apart(figures)


def _apart(figures: Sequence[Figure]) -> Iterator[Words]:
    """Warn where the latest figures of both kinds are of different times."""
    last = {}
    for code in INDICATORS:
        exact = [one for one in figures if one.indicator == code and _is_exact(one)]
        last[code] = _by_time(exact)[-1] if exact else None
    launched, promoted = last["launched"], last["promoted"]
    if launched is None or promoted is None or launched.time == promoted.time:
        return
    told = [f"{one.value:g} ({_days(one.time)})" for one in (launched, promoted)]
    yield Words(
        f"The latest figures, {told[0]} launched and {told[1]} promoted, are of different times:"
        " their quotient is no rate.",
        f"最近的推出数{told[0]}与推广数{told[1]}时间不同，相除不成比率。",
    )

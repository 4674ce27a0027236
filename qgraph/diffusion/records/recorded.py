"""The events of a graph: pilots, promotions, adoptions and ends, each with what it rests on.

One question (``recorded-events``) asks for all of them; what a method needs is cut from its answer:
:func:`recorded_events` for cascades, :func:`measure_spells` for survival.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

from qgraph import questions
from qgraph.describe.answers import rows
from qgraph.diffusion.records.events import KINDS, Event, Events, period_of
from qgraph.diffusion.records.times import Span, day_of, read_time
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError
from qgraph.terms import PREFIXES, QGK, expand, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qgraph.graph import Graph

__all__ = [
    "QUESTION",
    "UNITS",
    "MeasureSpell",
    "RecordedEvent",
    "labels",
    "measure_spells",
    "newest_source",
    "recorded",
    "recorded_events",
    "spell_warnings",
]

QUESTION = "recorded-events"
"""Name of the question that is asked."""

UNITS = ("place", "province", "body")
"""What may count as a unit: the place itself, the province it lies in, or who is responsible."""

_PUBLISHED = "SELECT DISTINCT ?published { ?source a qg:Source ; qg:published ?published }"
_COUNTED = """
SELECT DISTINCT ?place ?indicator ?value ?comparator
WHERE {
  VALUES ?indicator {
    qgk:indicator-measures-launched qgk:indicator-measures-promoted-nationwide
  }
  ?observation qg:about ?place ; qg:indicator ?indicator ; qg:value ?value .
  OPTIONAL { ?observation qg:comparator ?comparator }
  FILTER NOT EXISTS { ?observation qg:standing qgk:standing-rejected }
}
"""
_LAUNCHED = "qgk:indicator-measures-launched"
_KIND_NAMES = {
    "pilot": Words("pilots", "试点"),
    "promotion": Words("promotions", "复制推广"),
    "adoption": Words("adoptions", "采纳"),
    "end": Words("ends", "终止"),
}
_UNIT_NAMES = {
    "place": Words("place", "地点"),
    "province": Words("province", "省份"),
    "body": Words("body", "机构"),
}


class RecordedEvent(NamedTuple):
    """One event of the graph; things go by their identifiers."""

    event: str
    """Identifier of the record, which carries modality, standing and evidence of its own."""
    kind: str
    measure: str
    time: Span
    """First and last day on which it may have begun."""
    words: str
    """The time in the words of the source, else in EDTF; empty if none is given."""
    places: tuple[str, ...]
    provinces: tuple[str, ...]
    zones: tuple[str, ...]
    nationwide: bool
    """Whether it covers the whole country."""
    bodies: tuple[str, ...]
    batch: str
    documents: tuple[str, ...]
    fields: tuple[str, ...]
    inferred: bool
    """Whether that it happened is our reading; False if a source says so."""
    time_inferred: bool
    """Whether its time is our reading."""
    sources: tuple[str, ...]
    evidence: str
    """The record, and source and place in it of every passage that it rests on."""


def recorded(graph: Graph) -> tuple[RecordedEvent, ...]:
    """Give every event that the graph records and the editors have not rejected.

    An activity that lasted, as from 2019 to 2020, counts from its beginning. Where several times
    are given for one event, it lies between the earliest begin and the earliest end.

    Returns
    -------
    tuple
        In the order of kind, measure and identifier.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows(graph, questions.load(QUESTION)):
        found.setdefault(row["event"] + " " + row["measure"], []).append(row)
    return tuple(_gather(group) for group in found.values())


def recorded_events(graph: Graph, unit: str = "place") -> Events:
    """Give the events of a graph as a table, by place, by province or by body.

    Parameters
    ----------
    graph
        What we inferred is in it or not; see :func:`qgraph.load`.
    unit
        One of :data:`UNITS`. An event in several places is an event of each.

    Returns
    -------
    Events
        Identifiers as names (:func:`labels` has the words), days since 1970-01-01 as times. Where
        only "no later than" is known, the begin is open; of events without a time both ends are.
        Warnings count the events for which no such unit is recorded, which are left out.

    Raises
    ------
    QGraphError
        If there is no such unit.
    """
    if unit not in UNITS:
        raise QGraphError(f"there is no unit {unit!r}", hint=f"Units are {', '.join(UNITS)}.")
    table = []
    lacking = dict.fromkeys(KINDS, 0)
    for one in recorded(graph):
        units = {"place": one.places, "province": one.provinces, "body": one.bodies}[unit]
        lacking[one.kind] += not units
        table += [
            Event(one.measure, name, *one.time, one.kind, one.words, one.evidence) for name in units
        ]
    return Events(
        tuple(table),
        dated=True,
        origin=graph.origin,
        query=questions.load(QUESTION).text,
        inferred=graph.inferred,
        warnings=(_ON_RECORD, *_without_unit(lacking, unit)),
    )


def labels(graph: Graph, ids: Iterable[str], language: str = "en") -> dict[str, str]:
    """Give what to call the things behind local identifiers, each once."""
    return {
        name: graph.label(expand(name) if ":" in name else PREFIXES["qgd"] + name, language)
        for name in ids
    }


def _gather(group: Sequence[dict[str, str]]) -> RecordedEvent:
    """Make one event of the rows that are about it."""

    def each(column: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(local_id(row[column]) for row in group if row[column]))

    first = group[0]
    times = {_start(row["from"], row["to"], row["edtf"]): row for row in group}
    earliest = min(times, key=lambda span: (span.end, span.begin))
    passages = dict.fromkeys(f"{local_id(row['source'])} {row['locator']}".strip() for row in group)
    return RecordedEvent(
        event=local_id(first["event"]),
        kind=first["kind"],
        measure=local_id(first["measure"]),
        time=Span(min(span.begin for span in times), earliest.end),
        words=times[earliest]["timeReported"] or times[earliest]["edtf"],
        places=each("place"),
        provinces=each("province"),
        zones=each("zone"),
        nationwide=any(row["nationwide"] == "true" for row in group),
        bodies=each("body"),
        batch=next(iter(each("batch")), ""),
        documents=each("document"),
        fields=each("field"),
        inferred=first["modality"] == QGK["modality-inferred"],
        time_inferred=times[earliest]["timeModality"] == QGK["modality-inferred"],
        sources=each("source"),
        evidence=f"{local_id(first['event'])}: {'; '.join(passages)}",
    )


def _start(begin: str, end: str, edtf: str) -> Span:
    """Find when an activity may have begun: of one that lasted, on a day of its first part."""
    first, slash, last = edtf.partition("/")
    if slash and begin and end and not {first, last} & {"", ".."}:
        try:
            return read_time(_certain(first), dated=True)
        except ValueError:
            pass  # an EDTF season or the like: its days are below
    return Span(
        day_of(date.fromisoformat(begin)) if begin else -inf,
        day_of(date.fromisoformat(end)) if end else inf,
    )


def _certain(edtf: str) -> str:
    """Take the marks of doubt off a date."""
    return edtf.rstrip("?~%")


_ON_RECORD = Words(
    "A graph holds what somebody wrote about: a unit of which more was read has more events. Do not"
    " take that for doing more, or earlier.",
    "图谱只收录有人写到的事件：被阅读材料越多的单位，事件越多，不可视为采纳更多或更早。",
)


def _without_unit(lacking: dict[str, int], unit: str) -> tuple[Words, ...]:
    if not any(lacking.values()):
        return ()
    each = [(_KIND_NAMES[kind], count) for kind, count in lacking.items() if count]
    return (
        Words(
            f"Left out, because no {_UNIT_NAMES[unit].en} is recorded:"
            f" {', '.join(f'{name.en} {count}' for name, count in each)}.",
            f"因未记录{_UNIT_NAMES[unit].zh}而未计入："
            f"{'、'.join(f'{name.zh}{count}项' for name, count in each)}。",
        ),
    )


# --- Survival of measures ----------------------------------------------------------------------


class MeasureSpell(NamedTuple):
    """What the graph records of a measure from its first pilot to its promotion.

    Times are spans of days since 1970-01-01: of the first event of its kind, its earliest and its
    latest possible day, infinite where they are open. None is for an event that is not recorded,
    which does not mean that there was none.
    """

    measure: str
    entry: Span
    """When the first pilot began, of those with a date."""
    promotion: Span | None
    """First promotion, to wherever."""
    nationwide: Span | None
    """First promotion to the whole country."""
    batch: str
    """Batch of the first promotion to the whole country, else of the first promotion; may be
    empty."""
    end: Span | None
    """First repeal or closure."""
    until: float
    """Last day of observation."""
    fields: tuple[str, ...]
    zones: tuple[str, ...]
    """Where it was piloted."""
    bodies: tuple[str, ...]
    """Who piloted it."""
    start_known: bool
    """Whether the year of the first pilot is known."""
    further_pilots: bool
    """Whether, beside the pilots with a date, there is one without."""
    promoted_only: bool
    """Whether it is on record only because it was promoted: there is no pilot, or none that rests
    on a source which does not tell of a promotion as well."""


def measure_spells(graph: Graph, until: date | None = None) -> tuple[MeasureSpell, ...]:
    """Give the risk set of measures: those with a pilot or a promotion on record, one by one.

    Parameters
    ----------
    graph
        The graph to ask.
    until
        Last day of observation, by default the date of the newest source; what can only have
        happened later is not seen.

    Returns
    -------
    tuple
        By identifier. Measures of which only an adoption or no step at all is recorded are not
        among them.

    Raises
    ------
    Refused
        If ``until`` is not given and neither a source nor an event has a date.
    """
    every = recorded(graph)
    last = day_of(until) if until else _last(graph, every)
    events = [one for one in every if one.time.begin <= last]
    measures = sorted({one.measure for one in events if one.kind in ("pilot", "promotion")})
    by_measure: dict[str, list[RecordedEvent]] = {name: [] for name in measures}
    for one in events:
        by_measure.get(one.measure, []).append(one)
    return tuple(_spell(name, by_measure[name], last) for name in measures)


def newest_source(graph: Graph) -> float:
    """Find the day of the newest source; minus infinity if no source bears a date."""
    days = []
    for row in rows(graph, _PUBLISHED):
        printed = _certain(row["published"].rpartition("/")[2])
        try:
            days.append(read_time(printed, dated=True).begin)
        except ValueError:
            continue  # an open end, a season
    return max(days, default=-inf)


def spell_warnings(graph: Graph, spells: Sequence[MeasureSpell]) -> tuple[Words, ...]:
    """Tell what the records behind survival of measures cannot carry, with counts."""
    nationwide = [one for one in spells if one.nationwide]
    found = [
        *_of_starts(spells, nationwide),
        *_of_promotions(spells, nationwide),
        *_of_denominators(graph, spells),
    ]
    return tuple(found)


def _spell(measure: str, events: Sequence[RecordedEvent], until: float) -> MeasureSpell:
    pilots = [one for one in events if one.kind == "pilot"]
    promotions = [one for one in events if one.kind == "promotion"]
    national = [one for one in promotions if one.nationwide]
    entry = _first(pilots) or Span(-inf, inf)
    batches = sorted(national or promotions, key=lambda one: (one.time.end, one.time.begin))
    told = {source for one in promotions for source in one.sources}
    return MeasureSpell(
        measure=measure,
        entry=entry,
        promotion=_first(promotions),
        nationwide=_first(national),
        batch=next((one.batch for one in batches if one.batch), ""),
        end=_first([one for one in events if one.kind == "end"]),
        until=until,
        fields=_all(one.fields for one in events),
        zones=_all(one.zones for one in pilots),
        bodies=_all(one.bodies for one in pilots),
        start_known=isfinite(entry.begin)
        and period_of(entry.begin, "year") == period_of(entry.end, "year"),
        further_pilots=entry.is_known and not all(one.time.is_known for one in pilots),
        promoted_only=bool(promotions)
        and told.issuperset(source for one in pilots for source in one.sources),
    )


def _first(events: Sequence[RecordedEvent]) -> Span | None:
    """Say when the first of some events may have happened; those without any date say nothing."""
    if not events:
        return None
    spans = [one.time for one in events if one.time.is_known] or [Span(-inf, inf)]
    return Span(min(span.begin for span in spans), min(span.end for span in spans))


def _all(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for several in names for name in several}))


def _last(graph: Graph, events: Iterable[RecordedEvent]) -> float:
    newest = newest_source(graph)
    if isfinite(newest):
        return newest
    days = [one.time.end for one in events if isfinite(one.time.end)]
    if days:
        return max(days)
    raise Refused(
        Words("no source and no event has a date", "来源和事件均无日期"),
        Words("Say when observation ends.", "请给出观察截止日期。"),
    )


def _of_starts(
    spells: Sequence[MeasureSpell], nationwide: Sequence[MeasureSpell]
) -> Iterator[Words]:
    unknown = sum(not one.entry.is_known for one in spells)
    if unknown:
        yield Words(
            f"No date of a first pilot is known for {unknown} of {len(spells)} measures.",
            f"{len(spells)}项措施中有{unknown}项首次试点日期不明。",
        )
    further = sum(one.further_pilots for one in spells)
    if further:
        yield Words(
            f"Of {further} of {len(spells)} measures a further pilot has no date: the first"
            " may have been earlier.",
            f"{len(spells)}项措施中有{further}项另有日期不明的试点，首次试点可能更早。",
        )
    late = sum(one.entry.begin == -inf and isfinite(one.entry.end) for one in spells)
    if late:
        yield Words(
            f'Of {late} of {len(spells)} measures it is only known that the first pilot began "no'
            ' later than" some day: they were already running when first seen.',
            f"{len(spells)}项措施中有{late}项仅知首次试点“不晚于”某日：首次见于记录时已在试行。",
        )
    blind = sum(not one.start_known for one in nationwide)
    if blind:
        yield Words(
            f"Of {len(nationwide)} measures promoted nationwide, {blind} have no known year of"
            " their first pilot: their time to promotion is not known.",
            f"{len(nationwide)}项全国推广的措施中有{blind}项首次试点年份不明，无从得知推广时滞。",
        )


def _of_promotions(
    spells: Sequence[MeasureSpell], nationwide: Sequence[MeasureSpell]
) -> Iterator[Words]:
    undated = sum(one.nationwide is not None and not one.nationwide.is_known for one in nationwide)
    if undated:
        yield Words(
            f"Of {len(nationwide)} measures promoted nationwide, {undated} have no date of that"
            " promotion.",
            f"{len(nationwide)}项全国推广的措施中有{undated}项推广日期不明。",
        )
    only = sum(one.promoted_only for one in spells)
    if only:
        yield Words(
            f"{only} of {len(spells)} measures are on record only because they were promoted: a"
            " share of promoted measures among them would count successes only.",
            f"{len(spells)}项措施中有{only}项仅因得到推广才见于记录：据此计算推广比例只会计入成功者。",
        )
    if spells and not any(one.end for one in spells):
        yield Words(
            "No repeal or closure of a measure is recorded, which does not mean that there was"
            " none: measures that were given up count as still running.",
            "未记录任何措施的废止或停办，但不等于没有：已放弃的措施仍计为试行中。",
        )


def _of_denominators(graph: Graph, spells: Sequence[MeasureSpell]) -> Iterator[Words]:
    """Set what is recorded against what sources count."""
    launched: dict[str, float] = {}
    promoted = set()
    for row in rows(graph, _COUNTED):
        place = local_id(row["place"])
        if local_id(row["indicator"]) != _LAUNCHED:
            promoted.add(place)
        elif row["comparator"] in ("", QGK["comparator-exact"]):
            launched[place] = max(launched.get(place, 0), float(row["value"]))
    missing = promoted - set(launched)
    if missing:
        yield Words(
            f"Of {len(promoted)} places for which sources count measures promoted nationwide,"
            f" {len(missing)} have no exact count of measures launched: there is no denominator.",
            f"在来源给出全国推广数的{len(promoted)}个地方中，{len(missing)}个没有确切的推出总数，缺少分母。",
        )
    piloted = Counter(zone for one in spells for zone in one.zones)
    both = sorted(set(launched) & set(piloted), key=lambda place: (-launched[place], place))
    if both:
        english, chinese = (labels(graph, both, language) for language in ("en", "zh"))
        parts = [(place, f"{piloted[place]}/{launched[place]:g}") for place in both]
        yield Words(
            "Measures with a pilot on record, of those that sources count as launched: "
            f"{', '.join(f'{english[place]} {part}' for place, part in parts)}.",
            "有试点记录的措施占来源所称推出总数："
            f"{'、'.join(f'{chinese[place]}{part}' for place, part in parts)}。",
        )

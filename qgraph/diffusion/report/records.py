"""What is on record: events by kind, precision, year, field, zone; and what sources count."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from qgraph.diffusion.records.events import period_of
from qgraph.diffusion.report.model import Figure, Paragraph, Section, Tabular
from qgraph.diffusion.report.plates import by_year
from qgraph.diffusion.report.study import COUNTED, Chapter, Finding, Study, column, many, share
from qgraph.diffusion.table import Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.promotion.series import Figure as Count
    from qgraph.diffusion.promotion.series import ReportedSeries
    from qgraph.diffusion.records.recorded import RecordedEvent
    from qgraph.diffusion.report.model import Part

__all__ = ["KIND_NAMES", "ZoneCount", "chapter", "zone_counts"]

KIND_NAMES = {
    "pilot": Words("Pilots", "试点"),
    "promotion": Words("Promotions", "复制推广"),
    "adoption": Words("Adoptions", "采纳"),
    "end": Words("Repeals and closures", "废止与停办"),
}
"""What the kinds of events are called."""

_COUNTS = {
    "pilot": ("pilot", "pilots"),
    "promotion": ("promotion", "promotions"),
    "adoption": ("adoption", "adoptions"),
    "end": ("repeal or closure", "repeals and closures"),
}
_MOST_FIELDS = 12
_PRECISIONS = {
    "day": Words("Day", "精确到日"),
    "span": Words("Longer span", "时间段"),
    "by": Words("Only “no later than”", "仅知“不晚于”"),
    "from": Words("Only “no earlier than”", "仅知“不早于”"),
    "none": Words("No time", "无时间"),
}


class ZoneCount(NamedTuple):
    """What is on record of a zone, beside what sources count."""

    zone: str
    piloted: int
    """Measures with a pilot there on record."""
    promoted: int
    """Of these, promoted nationwide on record."""
    adopted: int
    """Measures with an adoption there on record."""
    launched: Count | None
    """Latest exact figure of measures launched."""
    promoted_reported: Count | None
    """Latest exact figure of measures promoted nationwide."""


def chapter(study: Study) -> Chapter:
    """Tell what is on record."""
    title = study.say("The records", "图谱记录")
    if not study.events:
        nothing = study.say(
            "This graph records no pilot, promotion, adoption or repeal of a measure. There is"
            " nothing here that could spread.",
            "本图谱未记录任何措施的试点、复制推广、采纳或废止，没有可供分析的扩散过程。",
        )
        section = Section("records", title, (Paragraph((nothing,)),))
        return Chapter(section, (Finding(nothing, "records"),))
    zones = zone_counts(study)
    parts: list[Part] = [
        Paragraph((_what(study),)),
        *_inferred(study),
        _precision_table(study),
        Paragraph((_precision_words(study),)),
        *_years(study),
        Section("records-fields", study.say("By field", "按领域"), _fields(study)),
    ]
    if zones:
        heading = study.say("Against what sources count", "与来源统计数对照")
        parts.append(Section("records-coverage", heading, _coverage(study, zones)))
    section = Section("records", title, tuple(parts))
    return Chapter(
        section,
        _findings(study, zones),
        commands=(study.command("query --name recorded-events --format csv"),),
        queries=(
            (study.say("Places of which measures are counted", "有措施统计数的地方"), COUNTED),
        ),
    )


def zone_counts(study: Study) -> tuple[ZoneCount, ...]:
    """Count for each zone what is on record; the zones with most pilots or figures first."""
    national = {one.measure for one in study.spells if one.nationwide}
    piloted: dict[str, set[str]] = {}
    adopted: dict[str, set[str]] = {}
    for one in study.events:
        shelf = {"pilot": piloted, "adoption": adopted}.get(one.kind)
        for zone in one.zones if shelf is not None else ():
            shelf.setdefault(zone, set()).add(one.measure)  # type: ignore[union-attr]  # not None here
    counted = {place: _latest(series) for place, series in study.counted.items()}
    found = [
        ZoneCount(
            zone,
            len(piloted.get(zone, ())),
            len(piloted.get(zone, set()) & national),
            len(adopted.get(zone, ())),
            *counted.get(zone, (None, None)),
        )
        for zone in {*piloted, *adopted, *counted}
    ]
    return tuple(sorted(found, key=lambda one: (-one.piloted, -_value(one.launched), one.zone)))


def _value(figure: Count | None) -> float:
    return figure.value if figure else 0.0


def _latest(series: ReportedSeries) -> tuple[Count | None, Count | None]:
    """Give the latest exact figures that sources give of a place: launched and promoted."""
    found: list[Count | None] = []
    for code in ("launched", "promoted"):
        exact = [o for o in series.figures if o.indicator == code and o.lowest == o.highest]
        found.append(max(exact, key=lambda one: (one.time.end, one.time.begin), default=None))
    return found[0], found[1]


def _what(study: Study) -> str:
    events = study.events
    kinds = Counter(one.kind for one in events)
    measures = len({one.measure for one in events})
    sources = len({source for one in events for source in one.sources})
    national = sum(bool(one.nationwide) for one in study.spells)
    each = [
        study.say(many(kinds[kind], *_COUNTS[kind]), f"{KIND_NAMES[kind].zh}{kinds[kind]}项")
        for kind in KIND_NAMES
        if kinds[kind]
    ]
    return study.say(
        f"The graph records {many(len(events), 'event', 'events')} in the life of"
        f" {many(measures, 'measure', 'measures')}: {study.listed(each)}. The records rest on"
        f" {many(sources, 'source', 'sources')}. {many(national, 'measure is', 'measures are')} on"
        " record as promoted to the whole country.",
        f"图谱记录了{measures}项措施的{len(events)}个事件：{study.listed(each)}，依据{sources}个来源。"
        f"其中{national}项措施有全国复制推广的记录。",
    )


def _inferred(study: Study) -> tuple[Paragraph, ...]:
    if not study.graph.inferred:
        return ()
    ours = sum(one.inferred for one in study.events)
    times = sum(one.time_inferred and not one.inferred for one in study.events)
    if not ours and not times:
        return ()
    told = []
    if ours:
        told.append(
            study.say(
                f"that {many(ours, 'event', 'events')} happened at all",
                f"{ours}个事件是否发生",
            )
        )
    if times:
        told.append(
            study.say(f"when {many(times, 'other', 'others')} did", f"另外{times}个事件何时发生")
        )
    words = study.say(
        f"It is our reading, not the words of a source, {' and '.join(told)}. The option"
        " --no-inferred leaves all of that out, here and in every command.",
        f"{'以及'.join(told)}，出于我们的解读而非来源原文。"
        "使用选项 --no-inferred 可在本报告及所有命令中将其排除。",
    )
    return (Paragraph((words,), "note"),)


def _precision(one: RecordedEvent) -> str:
    begin, end = one.time
    if isfinite(begin) and isfinite(end):
        return "day" if begin == end else "span"
    if isfinite(end):
        return "by"
    return "from" if isfinite(begin) else "none"


def _precision_table(study: Study) -> Tabular:
    kinds = [kind for kind in KIND_NAMES if any(one.kind == kind for one in study.events)]
    seen = Counter((one.kind, _precision(one)) for one in study.events)
    columns = [column("kind", "Events", "事件", [study.word(KIND_NAMES[kind]) for kind in kinds])]
    for code, words in _PRECISIONS.items():
        if any(seen[kind, code] for kind in kinds):
            columns.append(column(code, words.en, words.zh, [seen[kind, code] for kind in kinds]))
    totals = [sum(seen[kind, code] for code in _PRECISIONS) for kind in kinds]
    columns.append(column("all", "All", "合计", totals))
    caption = study.say(
        "Events on record by kind and by how exactly their time is known",
        "按类型与时间精度统计的事件数",
    )
    return Tabular(caption, Table(tuple(columns)))


def _precision_words(study: Study) -> str:
    exact = sum(_precision(one) == "day" for one in study.events)
    none = sum(_precision(one) == "none" for one in study.events)
    total = len(study.events)
    return study.say(
        f"The day is known for {exact} of {many(total, 'event', 'events')}"
        f" ({study.percent(exact / total, 0)}), and"
        f" for {none} ({study.percent(none / total, 0)}) no time at all. Every method below uses"
        " what is known of a time and no more: a month stays a month, and “no later than” stays a"
        " bound.",
        f"{total}个事件中有{exact}个（{study.percent(exact / total, 0)}）精确到日，"
        f"{none}个（{study.percent(none / total, 0)}）完全没有时间。"
        "以下各方法只使用已知的时间信息：只知月份的就按月份，“不晚于”就按上界处理。",
    )


def _year(one: RecordedEvent) -> int | None:
    """Give the year of an event if it is known."""
    first, last = (period_of(moment, "year") for moment in one.time)
    return int(first) if isfinite(first) and first == last else None


def _years(study: Study) -> tuple[Part, ...]:
    dated = [(one.kind, year) for one in study.events if (year := _year(one)) is not None]
    if not dated:
        return ()
    counts = Counter(dated)
    years = list(range(min(y for _, y in dated), max(y for _, y in dated) + 1))
    parts = {
        study.word(words): [counts[kind, year] for year in years]
        for kind, words in KIND_NAMES.items()
        if any(counts[kind, year] for year in years)
    }
    left = len(study.events) - len(dated)
    peak = max(
        years, key=lambda year: (sum(part[years.index(year)] for part in parts.values()), -year)
    )
    top = sum(part[years.index(peak)] for part in parts.values())
    caption = study.say(
        f"Events by year, of those whose year is known ({len(dated)} of {len(study.events)}). Most,"
        f" {top}, are of {peak}. The heights say when sources that we read report something, which"
        " is not the same as when most happened.",
        f"按年份统计的事件数（年份已知者，{len(study.events)}个中的{len(dated)}个）；最多的是{peak}年，"
        f"{top}个。柱高反映所读来源的报道时间分布，未必等于实际发生的多少。",
    )
    alternative = study.say(
        f"Stacked bars, {years[0]} to {years[-1]}, by kind of event; {left} events without a year"
        " are left out.",
        f"{years[0]}年至{years[-1]}年按事件类型堆叠的柱状图；{left}个年份不明的事件未计入。",
    )

    def paint(form: str) -> bytes:
        return by_year(study, form, years, parts)

    return (Figure("events-by-year", caption, alternative, paint),)


def _fields(study: Study) -> tuple[Part, ...]:
    by_kind: dict[str, dict[str, set[str]]] = {kind: {} for kind in KIND_NAMES}
    every: dict[str, set[str]] = {}
    national: dict[str, set[str]] = {}
    for one in study.events:
        for field in one.fields:
            by_kind[one.kind].setdefault(field, set()).add(one.measure)
            every.setdefault(field, set()).add(one.measure)
            if one.nationwide and one.kind == "promotion":
                national.setdefault(field, set()).add(one.measure)
    without = len({o.measure for o in study.events} - {o.measure for o in study.events if o.fields})
    if not every:
        words = study.say("No measure is sorted into a field.", "没有措施标注领域。")
        return (Paragraph((words,)),)
    order = sorted(every, key=lambda field: (-len(every[field]), field))
    shown = order[:_MOST_FIELDS]

    def counts(shelf: dict[str, set[str]]) -> list[int]:
        return [len(shelf.get(field, ())) for field in shown]

    table = Table(
        (
            column("field", "Field", "领域", [study.name(field) for field in shown]),
            column("measures", "Measures", "措施", counts(every)),
            column("piloted", "With a pilot", "有试点", counts(by_kind["pilot"])),
            column("promoted", "Promoted nationwide", "全国推广", counts(national)),
            column("adopted", "Adopted elsewhere", "他处采纳", counts(by_kind["adoption"])),
        )
    )
    more = len(order) - len(shown)
    caption = study.say(
        "Measures on record by field"
        + (f"; the {len(shown)} largest of {len(order)} fields" if more else ""),
        "按领域统计的措施数" + (f"；{len(order)}个领域中最大的{len(shown)}个" if more else ""),
    )
    words = study.say(
        "A measure in several fields counts in each."
        + (f" {many(without, 'measure has', 'measures have')} no field." if without else ""),
        "跨领域的措施在各领域分别计入。" + (f"{without}项措施没有标注领域。" if without else ""),
    )
    return (Paragraph((words,)), Tabular(caption, table))


def _coverage(study: Study, zones: Sequence[ZoneCount]) -> tuple[Part, ...]:
    shown = [one for one in zones if one.launched or one.promoted_reported]
    if not shown:
        words = study.say(
            "No source in this graph counts the measures of a place, so what share of them is on"
            " record is not known.",
            "本图谱中没有来源统计任何地方的措施数，收录比例不得而知。",
        )
        return (Paragraph((words,)),)

    def told(figure: Count | None) -> str:
        return study.time(figure.time) if figure else ""

    def value(figure: Count | None) -> int | None:
        return int(figure.value) if figure else None

    table = Table(
        (
            column("zone", "Place", "地方", [study.name(one.zone) for one in shown]),
            column("piloted", "Pilots on record", "有试点记录", [one.piloted for one in shown]),
            column(
                "launched",
                "Launched, as counted",
                "来源所称推出数",
                [value(o.launched) for o in shown],
            ),
            column("launched_time", "As of", "截至", [told(one.launched) for one in shown]),
            column(
                "promoted",
                "Promoted nationwide, on record",
                "其中有全国推广记录",
                [one.promoted for one in shown],
            ),
            column(
                "promoted_reported",
                "Promoted nationwide, as counted",
                "来源所称全国推广数",
                [value(one.promoted_reported) for one in shown],
            ),
            column(
                "promoted_time", "As of", "截至", [told(one.promoted_reported) for one in shown]
            ),
        )
    )
    caption = study.say(
        "Measures with a pilot on record, beside the latest exact figures that sources give",
        "有试点记录的措施数与来源最近的确切统计数",
    )
    words = study.say(
        "What the graph can name is set here beside what sources count. The rest is not known,"
        " which"
        " does not mean that it is absent; and what is on record is not a sample of it. Places may"
        " lie in one another, and each counts by its own rule.",
        "此处将图谱能够逐项列出的措施与来源的统计数对照。其余部分未知，不等于不存在；"
        "已收录的部分也不是随机样本。各地方可能相互包含，统计口径各自不同。",
    )
    return (Paragraph((words,)), Tabular(caption, table))


def _findings(study: Study, zones: Sequence[ZoneCount]) -> tuple[Finding, ...]:
    events, measures = study.events, len({one.measure for one in study.events})
    exact = sum(_precision(one) == "day" for one in events)
    text = study.say(
        f"{many(len(events), 'event', 'events')} of"
        f" {many(measures, 'measure', 'measures')} {'is' if len(events) == 1 else 'are'} on record;"
        f" the day is known for {exact}.",
        f"图谱记录了{measures}项措施的{len(events)}个事件，其中{exact}个精确到日。",
    )
    covered = [one for one in zones if one.launched and one.piloted]
    if covered:
        most = covered[0]
        launched = int(_value(most.launched))
        ratio = share(most.piloted, launched) or 0.0
        text += study.say(
            f" Sources count {launched} measures launched by {study.name(most.zone)}; the"
            " graph names a"
            f" pilot there of {most.piloted}, so that at most {study.percent(ratio)} of them are on"
            " record.",
            f"来源称{study.name(most.zone)}推出{launched}项措施，"
            f"图谱收录该区有试点的措施{most.piloted}项，即至多{study.percent(ratio)}。",
        )
    return (Finding(text, "records"),)

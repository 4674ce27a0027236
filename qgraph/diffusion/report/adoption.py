"""Adoption after promotion: who took what up when, the widest cascades, growth curves tried."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.growth.adoption_series import adoption_series
from qgraph.diffusion.growth.curve import GrowthCurve, growth_curve
from qgraph.diffusion.growth.guard import ADOPTERS_NEEDED, PERIODS_NEEDED
from qgraph.diffusion.records.cascades import cascades, moments
from qgraph.diffusion.records.events import period_of
from qgraph.diffusion.report.model import Figure, Fold, Paragraph, Section, Tabular
from qgraph.diffusion.report.plates import Step, cascade_steps
from qgraph.diffusion.report.records import KIND_NAMES
from qgraph.diffusion.report.study import Attempt, Chapter, Finding, Study, column, many
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.records.recorded import MeasureSpell, RecordedEvent
    from qgraph.diffusion.report.model import Part

__all__ = ["chapter"]

_MOST_MEASURES = 12
_MOST_CURVES = 3
_CURVE = Words("Growth curve", "增长曲线")
_BASS = "Bass (1969), Management Science 15(5), 215-227"


class _Cascade(NamedTuple):
    measure: str
    places: tuple[str, ...]
    """Where it was piloted or adopted."""
    events: tuple[RecordedEvent, ...]


def chapter(study: Study) -> Chapter:
    """Tell who adopted what."""
    title = study.say("Adoption after promotion", "推广之后的采纳")
    adoptions = [one for one in study.events if one.kind == "adoption"]
    if not adoptions:
        nothing = study.say(
            "No adoption of a measure elsewhere is on record, so what promotion led to cannot be"
            " told: that a text was issued is not that it was carried out.",
            "没有他处采纳的记录，无从得知推广的后果：发文不等于落实。",
        )
        section = Section("adoption", title, (Paragraph((nothing,)),))
        return Chapter(section, (Finding(nothing, "adoption"),))
    found = _cascades(study)
    largest = [one for one in found if len(one.places) > 1][:_MOST_MEASURES]
    curves = _curves(study)
    parts: list[Part] = [
        Paragraph((_what(study, adoptions),)),
        *_largest(study, largest),
        _every(study, adoptions),
        _growth(study, curves),
    ]
    section = Section("adoption", title, tuple(parts))
    commands = tuple(dict.fromkeys(one.command for one in curves))
    commands = (study.command("query --name adoption-panel"), *commands)
    return Chapter(section, _findings(study, adoptions, found), curves, commands)


def _cascades(study: Study) -> list[_Cascade]:
    """Gather the measures with a pilot or an adoption, those in most places first."""
    gathered: dict[str, list[RecordedEvent]] = {}
    for one in study.events:
        gathered.setdefault(one.measure, []).append(one)
    found = []
    for measure, events in gathered.items():
        taken = [one for one in events if one.kind in ("adoption", "pilot")]
        places = tuple(dict.fromkeys(place for one in taken for place in one.places))
        if places:
            found.append(_Cascade(measure, places, tuple(events)))
    return sorted(found, key=lambda one: (-len(one.places), one.measure))


def _order(one: RecordedEvent, promoted: MeasureSpell | None) -> str:
    """Say whether an adoption came before the first promotion of its measure, or from it on."""
    if promoted is None or promoted.promotion is None:
        return "none"
    first = promoted.promotion
    if one.time.end < first.begin:
        return "before"
    return "after" if one.time.begin >= first.end else "unknown"


def _what(study: Study, adoptions: Sequence[RecordedEvent]) -> str:
    spells = {one.measure: one for one in study.spells}
    order = [_order(one, spells.get(one.measure)) for one in adoptions]
    measures = len({one.measure for one in adoptions})
    places = len({place for one in adoptions for place in one.places})
    return study.say(
        f"{many(len(adoptions), 'adoption', 'adoptions')} of"
        f" {many(measures, 'measure', 'measures')}"
        f" in {many(places, 'place', 'places')} {'is' if len(adoptions) == 1 else 'are'} on record."
        f" {order.count('after')} came on or after the first promotion of the measure,"
        f" {order.count('before')} before it; for {order.count('unknown')} the dates do not"
        " tell, and"
        f" {order.count('none')} {'is' if order.count('none') == 1 else 'are'} of measures"
        " without a"
        " promotion on record. That a place is not listed does not mean that it did not adopt.",
        f"图谱记录了{measures}项措施在{places}个地方的{len(adoptions)}次采纳：{order.count('after')}次在该措施首次推广当日或之后，"
        f"{order.count('before')}次在之前，{order.count('unknown')}次先后不明，"
        f"{order.count('none')}次属于没有推广记录的措施。未列出某地不等于该地未采纳。",
    )


def _largest(study: Study, largest: Sequence[_Cascade]) -> tuple[Part, ...]:
    if not largest:
        words = study.say(
            "No measure is on record in more than one place.", "没有措施见于一个以上的地方。"
        )
        return (Paragraph((words,)),)
    steps = []
    drawn: list[str] = []
    for one in largest:
        dated = [(event.kind, year) for event in one.events if (year := _year(event)) is not None]
        if dated:
            steps += [Step(len(drawn), year, kind) for kind, year in dated]
            drawn.append(study.name(one.measure))
    labels = [study.name(one.measure) for one in largest]
    words = study.say(
        "These measures have pilots or adoptions on record in more than one place. Several places"
        " named by one text began together, by order or by design: that is no spread from one to"
        " the other. Without dates no order can be told.",
        "以下措施在一个以上的地方有试点或采纳记录。同一文件列出的多个地方系同时部署，并非彼此扩散；没有日期则无从判断先后。",
    )
    parts: list[Part] = [Paragraph((words,))]
    if steps:
        caption = study.say(
            "The measures on record in most places: pilots, promotions and adoptions whose year is"
            " known; a larger mark stands for several",
            "见于地方最多的措施：年份已知的试点、推广与采纳；标记越大，次数越多",
        )
        kinds = {kind: study.word(words) for kind, words in KIND_NAMES.items()}

        def paint(form: str) -> bytes:
            return cascade_steps(form, drawn, steps, kinds)

        parts.append(Figure("cascades", caption, caption, paint))
    table = Table(
        (
            column("measure", "Measure", "措施", labels),
            column("places", "Places", "地方数", [len(one.places) for one in largest]),
            column(
                "steps",
                "Pilots and adoptions",
                "试点与采纳",
                [_path(study, one) for one in largest],
            ),
        )
    )
    caption = study.say("Measures on record in most places", "见于地方最多的措施")
    parts.append(Tabular(caption, table))
    return (
        Section(
            "adoption-cascades",
            study.say("Measures in several places", "见于多地的措施"),
            tuple(parts),
        ),
    )


def _year(event: RecordedEvent) -> float | None:
    """Give the year of an event if it is known."""
    first, last = (period_of(moment, "year") for moment in event.time)
    return first if isfinite(first) and first == last else None


def _path(study: Study, one: _Cascade) -> str:
    """Write where a measure went, in the order of time as far as it is known."""
    taken = [event for event in one.events if event.kind in ("adoption", "pilot") and event.places]
    taken.sort(key=lambda event: (event.time.end, event.time.begin, event.event))
    seen: dict[str, str] = {}
    for event in taken:
        for place in event.places:
            if place not in seen:
                when = (
                    study.time(event.time)
                    if event.time.is_known
                    else study.say("no date", "无日期")
                )
                seen[place] = study.say(
                    f"{study.name(place)} ({when})", f"{study.name(place)}（{when}）"
                )
    return study.say("; ", "；").join(seen.values())


def _every(study: Study, adoptions: Sequence[RecordedEvent]) -> Fold:
    order = sorted(adoptions, key=lambda one: (one.measure, one.time.end, one.event))
    table = Table(
        (
            column("measure", "Measure", "措施", [study.name(one.measure) for one in order]),
            column(
                "place",
                "Where",
                "地方",
                [study.listed([study.name(p) for p in one.places]) for one in order],
            ),
            column(
                "body",
                "By",
                "采纳者",
                [study.listed([study.name(b) for b in one.bodies]) for one in order],
            ),
            column("time", "When", "时间", [study.time(one.time) for one in order]),
            column("record", "Record", "记录", [one.event for one in order]),
        )
    )
    caption = study.say("Every adoption on record", "全部采纳记录")
    return Fold(caption, (Tabular(caption, table),))


def _curves(study: Study) -> tuple[Attempt, ...]:
    """Try growth curves on the measures that most places took up."""
    try:
        found = cascades(study.by_place, imprecise="drop")
    except Refused:
        return ()
    when = moments(study.by_place)
    sizes = {
        name: int(size) for name, size in zip(found.measures, np.diff(found.starts), strict=True)
    }
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:_MOST_CURVES]
    return tuple(_tried(study, name, when.get(name)) for name in largest)


def _tried(study: Study, measure: str, promotion: float | None) -> Attempt:
    model = "bass" if promotion is None else "two-regime"

    def made() -> GrowthCurve:
        series = adoption_series(cascades(study.by_place), measure)
        return growth_curve(series, model, promotion=promotion, seed=study.seed, jobs=1)

    name = {
        "bass": Words("Growth curve (Bass)", "增长曲线（巴斯模型）"),
        "two-regime": Words("Growth curve (two regimes)", "增长曲线（两阶段）"),
    }[model]
    return study.attempt(
        name,
        study.name(measure),
        _BASS,
        f"diffusion curve --method {model} --measure {measure}",
        made,
    )


def _growth(study: Study, curves: Sequence[Attempt]) -> Section:
    from qgraph.diffusion.figures import draw

    title = study.say("Growth curves", "增长曲线")
    if not curves:
        words = study.say(
            "No pilot or adoption has a known year and place, so no curve can be tried.",
            "没有年份和地点均已知的试点或采纳，无法尝试曲线。",
        )
        return Section("adoption-growth", title, (Paragraph((words,)),))
    words = study.say(
        f"A growth curve needs most of its rise behind it: at least {PERIODS_NEEDED} periods and"
        f" {ADOPTERS_NEEDED} adopters, and its inflection passed. It was tried on the measures"
        " that most places took up with a known year.",
        f"增长曲线须已走完大部分上升阶段：至少{PERIODS_NEEDED}个时期、{ADOPTERS_NEEDED}个采纳者，且已过拐点。以下对年份已知、采纳地方最多的措施作了尝试。",
    )
    parts: list[Part] = [Paragraph((words,))]
    refused = [one for one in curves if one.result is None]
    if refused:
        table = Table(
            (
                column("measure", "Measure", "措施", [one.on for one in refused]),
                column("method", "Method", "方法", [one.method for one in refused]),
                column("reason", "Refused because", "拒绝原因", [one.reason for one in refused]),
                column("needed", "Needed", "所需条件", [one.needed for one in refused]),
            )
        )
        parts.append(
            Tabular(study.say("Growth curves that were refused", "被拒绝的增长曲线"), table)
        )
    for number, one in enumerate(curves):
        if isinstance(one.result, GrowthCurve):
            result = one.result

            def paint(form: str, result: GrowthCurve = result) -> bytes:
                return draw(result, form, study.language, study.names([result.series.measure]))

            caption = f"{one.method}{study.say(': ', '：')}{one.on}"
            parts.append(Figure(f"growth-{number + 1}", caption, caption, paint))
    return Section("adoption-growth", title, tuple(parts))


def _findings(
    study: Study, adoptions: Sequence[RecordedEvent], found: Sequence[_Cascade]
) -> tuple[Finding, ...]:
    measures = len({one.measure for one in adoptions})
    text = study.say(
        f"{many(len(adoptions), 'adoption', 'adoptions')} of"
        f" {many(measures, 'measure', 'measures')}"
        f" elsewhere {'is' if len(adoptions) == 1 else 'are'} on record.",
        f"图谱记录了{measures}项措施在他处的{len(adoptions)}次采纳。",
    )
    if found and len(found[0].places) > 1:
        text += _widest(study, study.name(found[0].measure), len(found[0].places))
    return (Finding(text, "adoption"),)


def _widest(study: Study, name: str, places: int) -> str:
    if places < ADOPTERS_NEEDED:
        return study.say(
            f" No measure is on record in more than {places} places ({name}), too few for a growth"
            " curve.",
            f"见于地方最多的措施也只有{places}处（{name}），不足以拟合增长曲线。",
        )
    return study.say(
        f" The one in most places is on record in {places} ({name}).",
        f"见于地方最多的是{name}，共{places}处。",
    )

"""From pilot to promotion: the risk set, the incidence of promotion, and what cannot be told."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.promotion.delays import delay, promotion_delays
from qgraph.diffusion.report.model import Bullets, Figure, Fold, Paragraph, Section, Tabular
from qgraph.diffusion.report.study import Attempt, Chapter, Finding, Study, column, many
from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.curves import CumulativeIncidence
from qgraph.diffusion.survival.estimators import aalen_johansen
from qgraph.diffusion.survival.log_rank import LogRank, log_rank
from qgraph.diffusion.survival.turnbull import IntervalSurvival, turnbull
from qgraph.diffusion.table import Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.records.recorded import MeasureSpell
    from qgraph.diffusion.report.model import Part
    from qgraph.diffusion.survival.spells import Spell, Spells

__all__ = ["LEAST_EVENTS", "chapter"]

LEAST_EVENTS = 5
"""Events that a group needs before its curve is shown or tested: with fewer expected, the log-rank
test is rough, as its result says."""

_INCIDENCE = Words(
    "Aalen-Johansen estimate of cumulative incidence", "Aalen-Johansen累积发生率估计"
)
_BOUNDS = Words("Turnbull's estimate (interval-censored times)", "Turnbull估计（区间删失）")
_CITED = {
    "aj": "Aalen and Johansen (1978), Scandinavian Journal of Statistics 5(3), 141-150",
    "turnbull": "Turnbull (1976), JRSS B 38(3), 290-295",
    "log-rank": "Mantel (1966), Cancer Chemotherapy Reports 50(3), 163-170",
}
_BY = {"zone": Words("zones", "功能区"), "field": Words("fields", "领域")}
_ONE = {"zone": Words("zone", "功能区"), "field": Words("field", "领域")}


class _Group(NamedTuple):
    name: str
    piloted: int
    known: int
    promoted: int


def chapter(study: Study) -> Chapter:
    """Tell how long measures waited, as far as the records carry it."""
    title = study.say("From pilot to promotion", "从试点到推广")
    piloted = [one for one in study.spells if one.entry.is_known or one.zones or one.bodies]
    commands = (
        study.command("diffusion curve"),
        study.command("diffusion curve --method turnbull --period month"),
        study.command("diffusion curve --method log-rank --by zone"),
    )
    if not piloted:
        nothing = study.say(
            "No measure with a recorded pilot is in this graph, so no time from pilot to promotion"
            " can be told.",
            "本图谱没有记录任何有试点的措施，无从得知从试点到推广的时间。",
        )
        section = Section("delays", title, (Paragraph((nothing,)),))
        return Chapter(section, (Finding(nothing, "delays"),))
    incidence = _incidence(study)
    bounds = _bounds(study)
    groups = {by: _groups(piloted, by) for by in _BY}
    tests = [_test(study, by, groups[by]) for by in _BY]
    found = incidence.result if isinstance(incidence.result, CumulativeIncidence) else None
    parts: list[Part] = [
        *_risk_set(study, piloted),
        *_curve(study, incidence, found),
        *_turnbull(study, bounds),
        *_by_group(study, groups, tests),
        *_successes(study, piloted),
        *_ties(study),
    ]
    section = Section("delays", title, tuple(parts))
    attempts = (incidence, bounds, *tests)
    return Chapter(section, _findings(study, piloted, found), attempts, commands)


def _incidence(study: Study) -> Attempt:
    return study.attempt(
        _INCIDENCE,
        study.say("measures with a pilot, in years", "有试点的措施，以年计"),
        _CITED["aj"],
        "diffusion curve",
        lambda: aalen_johansen(_delays(study, "year")),
    )


def _bounds(study: Study) -> Attempt:
    return study.attempt(
        _BOUNDS,
        study.say("measures with a pilot, in months", "有试点的措施，以月计"),
        _CITED["turnbull"],
        "diffusion curve --method turnbull --period month",
        lambda: turnbull(_delays(study, "month")),
    )


def _delays(study: Study, period: str, by: str = "") -> Spells:
    return promotion_delays(study.graph, by=by, period=period, language=study.language)


def _risk_set(study: Study, piloted: Sequence[MeasureSpell]) -> tuple[Part, ...]:
    known = [one for one in piloted if one.start_known]
    promoted = [one for one in piloted if one.nationwide]
    dated = [one for one in known if one.nationwide and one.nationwide.is_known]
    table = Table(
        (
            column(
                "step",
                "Measures",
                "措施",
                [
                    study.say("with a pilot on record", "有试点记录"),
                    study.say(
                        "of these, on record only because they were promoted",
                        "其中仅因得到推广而见于记录",
                    ),
                    study.say("of these, promoted nationwide on record", "其中有全国推广记录"),
                    study.say(
                        "with a known year of the first pilot: the risk set",
                        "首次试点年份已知：风险集",
                    ),
                    study.say(
                        "of the risk set, promoted nationwide on a known date",
                        "风险集中推广日期已知者",
                    ),
                    study.say("of the risk set, ended", "风险集中已终止者"),
                ],
            ),
            column(
                "count",
                "Count",
                "数量",
                [
                    len(piloted),
                    sum(one.promoted_only for one in piloted),
                    len(promoted),
                    len(known),
                    len(dated),
                    sum(one.end is not None for one in known),
                ],
            ),
        )
    )
    words = study.say(
        "A measure comes under observation with its first pilot and leaves with its promotion"
        " to the"
        " whole country, with its end, or with the newest source"
        + (f" ({study.day(study.newest)})" if isfinite(study.newest) else "")
        + ". Those not yet promoted by then are censored: they stay in, as measures that may still"
        " be promoted. A measure whose first pilot has no year cannot be placed in time and is left"
        " out of the curve, though not out of the table.",
        "措施自首次试点起进入观察，至全国推广、终止或最新来源之日"
        + (f"（{study.day(study.newest)}）" if isfinite(study.newest) else "")
        + "退出。届时尚未推广的按删失处理：仍计入，日后可能被推广。"
        "首次试点年份不明的措施无法定位于时间轴，不进入曲线，但列入下表。",
    )
    caption = study.say("Who is at risk of promotion", "风险集的构成")
    return (Paragraph((words,)), Tabular(caption, table))


def _last_event(found: CumulativeIncidence) -> tuple[float, int]:
    """Find the last time at which a promotion was seen, and the row."""
    rows = np.flatnonzero((found.cause == 0) & (found.events > 0))
    return (float(found.time[rows[-1]]), int(rows[-1])) if len(rows) else (0.0, -1)


def _curve(study: Study, attempt: Attempt, found: CumulativeIncidence | None) -> tuple[Part, ...]:
    from qgraph.diffusion.figures import draw

    heading = study.say("Cumulative incidence of promotion", "推广的累积发生率")
    if found is None:
        return (Section("delays-curve", heading, _refused(study, attempt)),)
    spells = found.spells
    promoted = int(found.events[found.cause == 0].sum())
    time, row = _last_event(found)
    if row < 0:
        words = study.say(
            f"None of the {many(len(spells.exit), 'measure', 'measures')} in the risk set was"
            " promoted"
            " while it was watched; the estimate is 0 throughout.",
            f"风险集中的{len(spells.exit)}项措施在观察期内均未被推广，估计值恒为0。",
        )
    else:
        estimate, low, high = (float(part[row]) for part in (found.estimate, found.low, found.high))
        after = float(found.time.max())
        left = int(found.n_risk[found.time == after][0])
        words = study.say(
            f"Of the {many(len(spells.exit), 'measure', 'measures')} in the risk set, {promoted}"
            f" {'was' if promoted == 1 else 'were'} promoted nationwide on a known date. The"
            f" estimated share is {study.percent(estimate)} {_within(study, time)} (95%"
            f" interval {study.interval(low, high)}), and it does not"
            f" rise after that up to year {after:g}, when {left} of the measures"
            f" {'is' if left == 1 else 'are'} still watched.",
            f"风险集的{len(spells.exit)}项措施中，{promoted}项在已知日期得到全国推广。"
            f"{_within(study, time)}"
            f"的估计份额为{study.percent(estimate)}（95%区间{study.interval(low, high)}），"
            f"此后至第{after:g}年不再上升，届时仍有{left}项在观察中。",
        )
    caption = study.say(
        "Aalen-Johansen estimate of the share of measures promoted nationwide, by years since the"
        " first pilot on record, with the number of measures still at risk",
        "自首次试点记录起的年数与全国推广份额（Aalen-Johansen估计）及在险措施数",
    )

    def paint(form: str) -> bytes:
        return draw(found, form, study.language)

    parts: list[Part] = [
        Paragraph((words,)),
        Paragraph((_no_rate(study),), "note"),
        Figure("promotion-incidence", caption, caption, paint),
        _left_out(study, found),
    ]
    return (Section("delays-curve", heading, tuple(parts)),)


def _left_out(study: Study, found: CumulativeIncidence) -> Fold:
    notes = tuple((study.word(note),) for note in found.warnings)
    summary = study.say(
        f"What the curve leaves out, in numbers ({len(notes)} notes)",
        f"曲线未能包含的内容（{len(notes)}条）",
    )
    return Fold(summary, (Bullets(notes),))


def _no_rate(study: Study) -> str:
    return study.say(
        "This describes the measures on record whose start is known. It is not the promotion"
        " rate of"
        " any zone: measures came into the graph because somebody wrote about them, and many"
        " because"
        " they were promoted.",
        "这只描述起点已知的在录措施，并非任何功能区的推广率：措施因有人报道而进入图谱，其中许多正因得到推广。",
    )


def _refused(study: Study, attempt: Attempt) -> tuple[Part, ...]:
    words = study.say(
        f"{attempt.method} was tried on {attempt.on} and refused: {attempt.reason}."
        f" {attempt.needed}",
        f"对{attempt.on}尝试了{attempt.method}，被拒绝：{attempt.reason}。{attempt.needed}",
    )
    return (Paragraph((words,), "refused"),)


def _turnbull(study: Study, attempt: Attempt) -> tuple[Part, ...]:
    """Show the estimate from bounded dates if there are any bounds that matter."""
    from qgraph.diffusion.figures import draw

    result = attempt.result
    if not isinstance(result, IntervalSurvival):
        return ()
    spells = result.spells
    bounded = int(np.sum(spells.earliest < spells.exit))
    if not bounded:
        words = study.say(
            "Where a date is known only within bounds, Turnbull's estimate uses the bounds. Counted"
            f" in months, no promotion among the {len(spells.exit)} measures with a known start has"
            " a delay with bounds that differ, so it adds nothing to the curve above.",
            "日期仅知上下界时，可用Turnbull估计。以月计，起点已知的"
            f"{len(spells.exit)}项措施中没有时滞上下界不同的推广，故与上图相比并无增益。",
        )
        return (Paragraph((words,)),)
    words = study.say(
        f"{many(bounded, 'promotion has', 'promotions have')} a delay that is known only within"
        " bounds. Turnbull's estimate takes the bounds as they are; inside a box the curve is not"
        " determined.",
        f"{bounded}项推广的时滞仅知上下界。Turnbull估计直接使用上下界；方框内曲线不能确定。",
    )
    caption = study.say(
        "Share of measures not yet promoted, by months since the first pilot (Turnbull)",
        "自首次试点起的月数与尚未推广的份额（Turnbull估计）",
    )

    def paint(form: str) -> bytes:
        return draw(result, form, study.language)

    return (Paragraph((words,)), Figure("promotion-bounds", caption, caption, paint))


def _groups(piloted: Sequence[MeasureSpell], by: str) -> list[_Group]:
    """Count by zone or field; a measure in several counts in each."""
    members: dict[str, list[MeasureSpell]] = {}
    for one in piloted:
        for name in one.zones if by == "zone" else one.fields:
            members.setdefault(name, []).append(one)
    groups = [
        _Group(
            name,
            len(own),
            sum(one.start_known for one in own),
            sum(one.start_known and one.nationwide is not None for one in own),
        )
        for name, own in members.items()
    ]
    return sorted(groups, key=lambda group: (-group.known, -group.piloted, group.name))


def _test(study: Study, by: str, groups: Sequence[_Group]) -> Attempt:
    """Test groups against each other if there are enough events for that to mean something."""
    word = _BY[by]

    def made() -> LogRank:
        if sum(group.promoted >= LEAST_EVENTS for group in groups) < 2:
            most = max((group.promoted for group in groups), default=0)
            raise Refused(
                Words(
                    f"fewer than two {word.en} have {LEAST_EVENTS} measures with a known start"
                    " and a"
                    f" national promotion; the most is {most}",
                    f"起点已知且得到全国推广的措施达到{LEAST_EVENTS}项的{word.zh}不足两个，最多为{most}项",
                ),
                Words(
                    f"At least {LEAST_EVENTS} dated promotions in each of two {word.en} are"
                    " needed.",
                    f"至少需要两个{word.zh}各有{LEAST_EVENTS}项日期已知的推广。",
                ),
            )
        return log_rank(_delays(study, "year", by))

    name = Words(f"Log-rank test between {word.en}", f"按{word.zh}分组的对数秩检验")
    on = study.say("measures with a pilot, in years", "有试点的措施，以年计")
    command = f"diffusion curve --method log-rank --by {by}"
    return study.attempt(name, on, _CITED["log-rank"], command, made)


def _by_group(
    study: Study, groups: dict[str, list[_Group]], tests: Sequence[Attempt]
) -> tuple[Part, ...]:
    parts: list[Part] = []
    for (by, word), test in zip(_BY.items(), tests, strict=True):
        if groups[by]:
            parts += [
                _group_table(study, by, groups[by]),
                _tested(study, word, test),
            ]
    title = study.say("By zone and field", "按功能区与领域")
    return (Section("delays-groups", title, tuple(parts)),) if parts else ()


def _group_table(study: Study, by: str, groups: Sequence[_Group]) -> Tabular:
    known = [group for group in groups if group.known] or list(groups[:1])
    word = _BY[by]
    first = _ONE[by]
    table = Table(
        (
            column(
                "group",
                first.en.capitalize(),
                first.zh,
                [study.name(group.name) for group in known],
            ),
            column("piloted", "With a pilot", "有试点", [group.piloted for group in known]),
            column("known", "Start known", "起点已知", [group.known for group in known]),
            column(
                "promoted",
                "Of these, promoted nationwide",
                "其中全国推广",
                [group.promoted for group in known],
            ),
        )
    )
    caption = study.say(
        f"The risk set by {_ONE[by].en}; a measure in several counts in each ({len(known)} of"
        f" {len(groups)} {word.en} have a measure with a known start)",
        f"按{word.zh}统计的风险集；跨组措施分别计入（{len(groups)}个{word.zh}中{len(known)}个有起点已知的措施）",
    )
    return Tabular(caption, table)


def _tested(study: Study, word: Words, test: Attempt) -> Paragraph:
    if not isinstance(test.result, LogRank):
        words = study.say(
            f"Curves of single {word.en}, and a test between them: {test.reason}. {test.needed}",
            f"各{word.zh}的曲线及其间的检验：{test.reason}。{test.needed}",
        )
        return Paragraph((words,), "refused")
    result = test.result
    words = study.say(
        f"Log-rank test between {word.en}: chi-squared {result.statistic:.2f} with {result.df}"
        f" degrees of freedom, p = {result.p_value:.3g}.",
        f"{word.zh}间的对数秩检验：卡方{result.statistic:.2f}，自由度{result.df}，p={result.p_value:.3g}。",
    )
    return Paragraph((words,))


def _successes(study: Study, piloted: Sequence[MeasureSpell]) -> tuple[Part, ...]:
    """Show the delays of those that were promoted, which say nothing of the others."""
    found = []
    for one in piloted:
        spell = delay(one, period="year")
        if one.nationwide and spell.cause == "promotion" and isfinite(spell.exit):
            found.append((one, spell))
    if not found:
        return ()
    found.sort(key=lambda pair: (pair[1].exit, pair[0].measure))
    national = sum(one.nationwide is not None for one in study.spells)
    words = study.say(
        f"For {len(found)} of the {many(national, 'measure', 'measures')} promoted nationwide both"
        " years are known. These are delays among successes only: a measure that waits longer, or"
        " for ever, cannot be among them, so their mean is no estimate of how long a measure"
        " waits.",
        f"{national}项全国推广的措施中，{len(found)}项的两个年份均已知。这些只是成功者的时滞："
        "等待更久或永不推广的措施不可能在内，其均值不能用来估计措施的等待时间。",
    )
    table = Table(
        (
            column("measure", "Measure", "措施", [study.name(one.measure) for one, _ in found]),
            column("pilot", "First pilot", "首次试点", [study.time(one.entry) for one, _ in found]),
            column(
                "promotion",
                "Promoted nationwide",
                "全国推广",
                [study.time(one.nationwide) for one, _ in found if one.nationwide],
            ),
            column("delay", "Years", "年数", [_years(spell) for _, spell in found]),
        )
    )
    caption = study.say(
        "Measures promoted nationwide of which both years are known", "两个年份均已知的全国推广措施"
    )
    title = study.say("Among those promoted", "已推广者的时滞")
    parts = (Paragraph((words,), "note"), Tabular(caption, table))
    return (Section("delays-successes", title, parts),)


def _years(spell: Spell) -> str:
    least = spell.exit if spell.earliest is None else spell.earliest + 1
    return f"{spell.exit:g}" if least == spell.exit else f"{max(least, 0):g}–{spell.exit:g}"


def _ties(study: Study) -> tuple[Part, ...]:
    """Say how many promotions come at once: they are not independent."""
    times = [one.nationwide for one in study.spells if one.nationwide and one.nationwide.is_known]
    if not times:
        return ()
    tied = Counter(times)
    largest = max(tied.values())
    shared = sum(count for count in tied.values() if count > 1)
    words = study.say(
        f"National promotion comes in batches: the {len(times)} measures with a known time of it"
        f" share {many(len(tied), 'time', 'times')}, {shared} of them with at least one other, and"
        f" the largest batch has {largest}. Promotions of one batch are one decision, so standard"
        " errors that take measures as independent are too small.",
        f"全国推广是分批进行的：{len(times)}项推广时间已知的措施只对应{len(tied)}个时间，"
        f"其中{shared}项与其他措施同时，最大一批{largest}项。"
        "同批推广出自同一决定，把各措施视为独立会低估标准误。",
    )
    title = study.say("Ties", "同批推广")
    return (Section("delays-ties", title, (Paragraph((words,)),)),)


def _within(study: Study, years: float) -> str:
    if years < 1:
        return study.say("within the calendar year of the pilot", "试点当年内")
    return study.say(
        f"within {years:g} calendar {'year' if years == 1 else 'years'}", f"{years:g}个日历年内"
    )


def _findings(
    study: Study, piloted: Sequence[MeasureSpell], found: CumulativeIncidence | None
) -> tuple[Finding, ...]:
    known = sum(one.start_known for one in piloted)
    text = study.say(
        f"{many(len(piloted), 'measure has', 'measures have')} a pilot on record; of {known}"
        " the year"
        " in which it began is known.",
        f"{len(piloted)}项措施有试点记录，其中{known}项的起始年份已知。",
    )
    if found is not None:
        time, row = _last_event(found)
        if row >= 0:
            estimate, low, high = (float(p[row]) for p in (found.estimate, found.low, found.high))
            promoted = int(found.events[found.cause == 0].sum())
            text += study.say(
                f" Of those, {promoted} {'was' if promoted == 1 else 'were'} promoted"
                " nationwide on a"
                f" known date: {study.percent(estimate)} {_within(study, time)} by the"
                " Aalen-Johansen"
                f" estimate (95% interval {study.interval(low, high)}). It describes the"
                " record, not"
                " the zones.",
                f"其中{promoted}项在已知日期得到全国推广：按Aalen-Johansen估计，"
                f"{_within(study, time)}为"
                f"{study.percent(estimate)}（95%区间{study.interval(low, high)}）。"
                "这描述的是记录，而非各功能区。",
            )
    return (Finding(text, "delays"),)

"""Promotion rates as reported: documented counts, their conflicts, shares of one source each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph import questions
from qgraph.diffusion.promotion.reported import QUESTION as PAIRS
from qgraph.diffusion.promotion.reported import reported_rates
from qgraph.diffusion.promotion.series import INDICATORS, reported_series
from qgraph.diffusion.promotion.series import QUESTION as COUNTS
from qgraph.diffusion.records.times import Span, read_time
from qgraph.diffusion.report.model import Bullets, Figure, Link, Paragraph, Section, Tabular
from qgraph.diffusion.report.plates import dated_rates
from qgraph.diffusion.report.study import Attempt, Chapter, Finding, Study, column, many
from qgraph.diffusion.table import Table, Words
from qgraph.errors import NoAnswer
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.promotion.reported import ReportedRate
    from qgraph.diffusion.promotion.series import Figure as Count
    from qgraph.diffusion.promotion.series import ReportedSeries
    from qgraph.diffusion.report.model import Part, Text

__all__ = ["chapter", "headline_subject"]

_SERIES = Words("Reported cumulative counts", "来源所报累计数")
_ABSENT = (
    "Shares of measures promoted need a count of measures launched and one of measures promoted"
    " nationwide, by one source, of one place and for one time.",
    "推广份额需要同一来源就同一地方、同一时间给出的推出数和全国推广数。",
)


def chapter(study: Study) -> Chapter:
    """Tell what sources report of launched and promoted measures, and the shares that follow."""
    title = study.say("The promotion rate as reported", "来源所报的推广率")
    subject = headline_subject(study)
    commands = (
        study.command("diffusion rate"),
        study.command(f"diffusion curve --method reported --of {subject}"),
    )
    try:
        rates = reported_rates(study.graph)
    except NoAnswer:
        rates = []
    series = _series(study, subject)
    if not rates and (series is None or series.result is None):
        nothing = study.say(
            "No source in this graph gives both figures for one place and one time, so there is no"
            " promotion rate to report.",
            "本图谱中没有来源就同一地方、同一时间同时给出两个数，因此没有可报告的推广率。",
        )
        parts = (Paragraph((nothing,)), Paragraph((study.say(*_ABSENT),), "note"))
        section = Section("rates", title, parts)
        return Chapter(section, (Finding(nothing, "rates"),), commands=commands[:1])
    own = [one for one in rates if local_id(one.subject) == subject]
    other = [one for one in rates if local_id(one.subject) != subject]
    sections = [_rates_of(study, own, subject)] if own else []
    if series is not None and series.result is not None:
        sections.append(_counts(study, series.result))  # type: ignore[arg-type]  # tried below
    if other:
        sections.append(_others(study, other))
    section = Section("rates", title, (*_lead(study, own), *sections))
    return Chapter(
        section,
        _findings(study, own),
        (series,) if series else (),
        commands,
        (
            (
                study.say("Figures that one source gives for one time", "同一来源同一时间的数字"),
                questions.load(PAIRS).text,
            ),
            (study.say("Every reported figure", "全部所报数字"), questions.load(COUNTS).text),
        ),
    )


def headline_subject(study: Study) -> str:
    """Find whose measures are counted most often; empty if nobody's are."""
    sizes = {place: len(series.figures) for place, series in study.counted.items()}
    return min(sizes, key=lambda place: (-sizes[place], place), default="")


def _series(study: Study, subject: str) -> Attempt | None:
    if not subject:
        return None
    return study.attempt(
        _SERIES,
        study.name(subject),
        "",
        f"diffusion curve --method reported --of {subject}",
        lambda: reported_series(study.graph, subject),
    )


def _when(study: Study, one: ReportedRate) -> str:
    return study.time(_span(one.begin, one.end))


def _span(begin: str, end: str) -> Span:
    return Span(
        read_time(begin, dated=True).begin if begin else float("-inf"),
        read_time(end, dated=True).end if end else float("inf"),
    )


def _share(study: Study, one: ReportedRate) -> str:
    """Tell a share with both intervals; fits after a colon."""
    rate = one.rate
    wilson, exact = rate.wilson, rate.clopper_pearson
    return study.say(
        f"{study.percent(rate.share, 2)} (95% Wilson interval"
        f" {study.interval(wilson.low, wilson.high, 2)}; Clopper-Pearson"
        f" {study.interval(exact.low, exact.high, 2)})",
        f"{study.percent(rate.share, 2)}（95% Wilson区"
        f"间{study.interval(wilson.low, wilson.high, 2)}；"
        f"Clopper-Pearson区间{study.interval(exact.low, exact.high, 2)}）",
    )


def _told(study: Study, one: ReportedRate) -> str:
    name, rate = study.name(local_id(one.subject)), one.rate
    return study.say(
        f"{rate.promoted} of the {rate.launched} measures that {name} had launched were promoted"
        f" nationwide ({_when(study, one)}): {_share(study, one)}",
        f"{name}推出的{rate.launched}项措施中，{rate.promoted}项已在全国复制推广"
        f"（{_when(study, one)}）：{_share(study, one)}",
    )


def _lead(study: Study, own: Sequence[ReportedRate]) -> tuple[Part, ...]:
    if not own:
        return ()
    pieces = (
        study.say("By the latest pair of figures that one source (", "据同一来源（"),
        _source(study, own[0]),
        study.say(
            f") gives of one time, {_told(study, own[0])}.",
            f"）就同一时间给出的最近一对数字，{_told(study, own[0])}。",
        ),
    )
    caveats = tuple((text,) for text in own[0].caveats[study.language])
    return (Paragraph(pieces), Bullets(caveats))


def _source(study: Study, one: ReportedRate) -> str:
    text = one.publisher or study.name(local_id(one.source))
    return Link(text, one.address) if one.address else text


def _rate_table(study: Study, rates: Sequence[ReportedRate], *, subjects: bool) -> Table:
    columns = [column("time", "As of", "截至", [_when(study, one) for one in rates])]
    if subjects:
        names = [study.name(local_id(one.subject)) for one in rates]
        columns.insert(0, column("subject", "Place", "地方", names))

    def ends(which: str) -> tuple[list[str], list[str]]:
        found = [getattr(one.rate, which) for one in rates]
        return [f"{100 * o.low:.2f}" for o in found], [f"{100 * o.high:.2f}" for o in found]

    def joined(which: str) -> list[str]:
        return [f"{low}–{high}" for low, high in zip(*ends(which), strict=True)]

    columns += [
        column("launched", "Launched", "推出", [one.rate.launched for one in rates]),
        column("promoted", "Promoted", "推广", [one.rate.promoted for one in rates]),
        column("share", "Share, %", "份额，%", [100 * one.rate.share for one in rates], ".2f"),
        column("wilson", "Wilson 95%", "Wilson 95%", joined("wilson")),
        column("exact", "Clopper-Pearson 95%", "Clopper-Pearson 95%", joined("clopper_pearson")),
        column("source", "Source", "来源", [_source(study, one) for one in rates]),
    ]
    return Table(tuple(columns))


def _rates_of(study: Study, own: Sequence[ReportedRate], subject: str) -> Section:
    name = study.name(subject)
    oldest_first = sorted(own, key=lambda one: (one.end, one.begin))
    shares = [one.rate.share for one in own]
    caption = study.say(
        f"Measures launched and promoted nationwide, {name}: each row from one source and one time",
        f"{name}推出与全国推广的措施数：每行来自同一来源、同一时间",
    )
    parts: list[Part] = []
    if len(own) > 1:
        words = study.say(
            f"{many(len(own), 'pair', 'pairs')} of figures give shares from"
            f" {study.percent(min(shares), 2)} to {study.percent(max(shares), 2)}. They overlap: a"
            " later share counts the earlier measures again, so the rows are not independent and"
            " their spread is no measure of error.",
            f"{len(own)}对数字给出的份额"
            f"在{study.percent(min(shares), 2)}至{study.percent(max(shares), 2)}"
            "之间。后一个份额包含前一个的措施，各行并不独立，其离散程度不能当作误差。",
        )
        parts.append(Paragraph((words,)))
    parts.append(Tabular(caption, _rate_table(study, own, subjects=False)))
    if len(own) > 1:
        labels = [_when(study, one) for one in oldest_first]
        caption = study.say(
            f"Reported share of measures promoted nationwide, {name}",
            f"{name}：来源所报全国推广份额",
        )

        def paint(form: str) -> bytes:
            return dated_rates(study, form, labels, [one.rate for one in oldest_first])

        parts.append(Figure("reported-rates", caption, caption, paint))
    return Section("rates-shares", study.say("Shares", "份额"), tuple(parts))


def _counts(study: Study, series: ReportedSeries) -> Section:
    """Show the documented curve, and name what does not fit."""
    from qgraph.diffusion.figures import draw

    name = study.name(series.subject)
    exact = sum(one.lowest == one.highest for one in series.figures)
    words = study.say(
        f"Sources give {many(len(series.figures), 'figure', 'figures')} for {name}, {exact} of them"
        " exact. The curve below steps where a figure was reported and says nothing of the time in"
        " between.",
        f"来源就{name}共给出{len(series.figures)}个数字，其中{exact}个为确数。"
        "下图曲线只在报道之时变化，不对其间作任何推断。",
    )
    caption = study.say(
        "Cumulative counts as reported. Where figures contradict each other, both are kept and the"
        " shaded step lies between them.",
        "来源所报累计数。相互矛盾的数字均予保留，阴影为其间的范围。",
    )

    def paint(form: str) -> bytes:
        return draw(series, form, study.language, study.names([series.subject]))

    parts: list[Part] = [
        Paragraph((words,)),
        Figure("reported-counts", caption, caption, paint),
        *_conflicts(study, series),
        *_rules(study, series),
    ]
    parts += _apart(study, series)
    return Section("rates-counts", study.say("Counts", "累计数"), tuple(parts))


def _apart(study: Study, series: ReportedSeries) -> list[Part]:
    """Warn where the latest figures of both kinds are of different times."""
    exact = [one for one in series.figures if one.lowest == one.highest]
    last = {}
    for one in sorted(exact, key=lambda one: (one.time.end, one.time.begin)):
        last[one.indicator] = one
    if len(last) < 2 or last["launched"].time == last["promoted"].time:
        return []
    words = study.say(
        f"The latest figures, {_one(study, last['launched'])} and {_one(study, last['promoted'])},"
        " are of different times: one may not be divided by the other.",
        f"最近的数字{_one(study, last['launched'])}与{_one(study, last['promoted'])}时间不同，"
        "不可相除。",
    )
    return [Paragraph((words,), "note")]


def _one(study: Study, one: Count) -> str:
    value = f"{one.value:g}"
    return study.say(
        f"{value} {study.word(INDICATORS[one.indicator])} ({study.time(one.time)},"
        f" {one.publisher or one.source})",
        f"{study.word(INDICATORS[one.indicator])}{value}项（{study.time(one.time)}，"
        f"{one.publisher or one.source}）",
    )


def _conflicts(study: Study, series: ReportedSeries) -> tuple[Part, ...]:
    by_name = {one.observation: one for one in series.figures}
    pairs = [(a, b) for a, b in series.contradictions if a in by_name and b in by_name]
    if not pairs:
        return ()
    items: list[Text] = []
    for pair in pairs:
        first, second = sorted((by_name[name] for name in pair), key=lambda one: one.time.end)
        items.append(
            (
                study.say(
                    f"{_one(study, first)} and {_one(study, second)}",
                    f"{_one(study, first)}与{_one(study, second)}",
                ),
            )
        )
    words = study.say(
        f"{many(len(pairs), 'pair', 'pairs')} of figures cannot both hold for a count that never"
        " falls. Nothing here decides between them:",
        f"有{len(pairs)}对数字就只增不减的累计数而言不能同时成立，此处不作取舍：",
    )
    return (Paragraph((words,)), Bullets(tuple(items)))


def _rules(study: Study, series: ReportedSeries) -> tuple[Part, ...]:
    """Name the figures of other subjects that go by another rule."""
    own = {one.observation for one in series.figures}
    others = {name for one in series.figures for name in one.counts_otherwise} - own
    items: list[Text] = []
    for place, other in sorted(study.counted.items()):
        items += [
            (
                study.say(
                    f"{study.name(place)}: {_one(study, one)}",
                    f"{study.name(place)}：{_one(study, one)}",
                ),
            )
            for one in other.figures
            if one.observation in others
        ]
    if not items:
        return ()
    words = study.say(
        f"The editors record that these figures count by another rule than those of"
        f" {study.name(series.subject)}. Neither may be divided by the other or compared with it:",
        f"编者注明以下数字与{study.name(series.subject)}的口径不同，彼此不得相除或比较：",
    )
    return (Paragraph((words,)), Bullets(tuple(items)))


def _others(study: Study, rates: Sequence[ReportedRate]) -> Section:
    places = len({one.subject for one in rates})
    words = study.say(
        f"Pairs of figures are on record for {many(places, 'other place', 'other places')},"
        " too. Each"
        " place counts by its own rule: a row may be read by itself, and rows of different places"
        " may not be ranked, pooled or divided by one another.",
        f"另有{places}个地方有成对的数字。各地方口径自定：各行只可单独解读，不同地方之间不得排名、合并或相除。",
    )
    caption = study.say(
        "Measures launched and promoted nationwide, other places, as each counts them",
        "其他地方推出与全国推广的措施数（各按自身口径）",
    )
    parts = (Paragraph((words,)), Tabular(caption, _rate_table(study, rates, subjects=True)))
    return Section("rates-others", study.say("Other places", "其他地方"), parts)


def _findings(study: Study, own: Sequence[ReportedRate]) -> tuple[Finding, ...]:
    if not own:
        return ()
    text = study.say(
        f"By the latest figures of one source, {_told(study, own[0])}. It is a lower bound: the"
        " newest measures have had the least time.",
        f"据同一来源的最近数字，{_told(study, own[0])}。此为下限：最新的措施时间最短。",
    )
    return (Finding(text, "rates"),)

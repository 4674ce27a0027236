"""Who leads: what is on record by zone, and methods that would tell if the data carried them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.networks.netrate import RateNetwork, censored_rates
from qgraph.diffusion.networks.significance import calibrate
from qgraph.diffusion.records.cascades import Cascades, cascades, moments
from qgraph.diffusion.records.recorded import recorded_events
from qgraph.diffusion.regression.coefficients import Regression
from qgraph.diffusion.regression.event_history import event_history
from qgraph.diffusion.regression.panel import unit_periods
from qgraph.diffusion.report.model import Figure, Paragraph, Section, Tabular
from qgraph.diffusion.report.plates import zone_pilots
from qgraph.diffusion.report.records import zone_counts
from qgraph.diffusion.report.study import Attempt, Chapter, Finding, Study, column, many
from qgraph.diffusion.result import Refused, Result
from qgraph.diffusion.scores.lead_lag import lead_lag
from qgraph.diffusion.scores.rate_scores import rate_scores
from qgraph.diffusion.table import Table, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qgraph.diffusion.report.model import Part
    from qgraph.diffusion.report.records import ZoneCount

__all__ = ["LEAST_SHARED", "chapter"]

LEAST_SHARED = 10
"""Below so many measures that two or more units took up, or events per term of a regression, the
report shows no estimate: the first as lead and lag asks for, the second after Peduzzi et al.
(1996)."""

_MOST_ZONES = 15
_UNITS = {"place": Words("places", "地方"), "body": Words("bodies", "单位")}
_SCORES = Words("Innovativeness rate scores", "创新性得分")
_LEADS = Words("Lead and lag", "领先与滞后")
_NETWORK = Words("Diffusion network weighed against chance", "经偶然性校准的扩散网络")
_RATES = Words("Network of censored transmission rates", "删失传递率网络")
_HISTORY = Words("Event history analysis", "事件史分析")
_CITED = {
    "scores": "Boehmke and Skinner (2012), State Politics & Policy Quarterly 12(3), 303-329",
    "leads": "exact sign test; Benjamini and Hochberg (1995), JRSS B 57(1), 289-300",
    "network": "Gomez-Rodriguez, Leskovec and Krause (2010), KDD, 1019-1028",
    "rates": "Gomez-Rodriguez, Balduzzi and Schölkopf (2011), ICML, 561-568",
    "history": "Berry and Berry (1990), American Political Science Review 84(2), 395-415",
}
_TERMS = ("log_duration", "prior_share")


def chapter(study: Study) -> Chapter:
    """Tell what is on record by zone, and what could not be told."""
    title = study.say("Who leads", "谁在领先")
    zones = [one for one in zone_counts(study) if one.piloted or one.adopted]
    attempts = tuple(one for unit in _UNITS for one in _attempts(study, unit))
    parts: list[Part] = [*_zones(study, zones)]
    parts.append(
        Section(
            "leaders-methods", study.say("Methods tried", "所尝试的方法"), _told(study, attempts)
        )
    )
    commands = tuple(dict.fromkeys(one.command for one in attempts))
    return Chapter(
        Section("leaders", title, tuple(parts)), _findings(study, attempts), attempts, commands
    )


def _zones(study: Study, zones: Sequence[ZoneCount]) -> tuple[Part, ...]:
    if not zones:
        words = study.say(
            "No zone has a pilot or an adoption on record.", "没有功能区有试点或采纳记录。"
        )
        return (Paragraph((words,)),)
    shown = list(zones[:_MOST_ZONES])
    only = sum(one.promoted_only for one in study.spells)
    words = study.say(
        "These are counts of what is on record, not of what happened, and no rates. A zone"
        " with many"
        f" pilots here is one that sources in this graph tell more of; {only} of"
        f" {many(len(study.spells), 'measure is', 'measures are')} on record only because they were"
        " promoted. The counts do not rank zones.",
        "以下是在录数目，而非实际发生数，更不是比率。某区试点多，说明本图谱的来源对其记述较多；"
        f"{len(study.spells)}项措施中有{only}项仅因得到推广才见于记录。不可据此排名。",
    )
    table = Table(
        (
            column("zone", "Zone", "功能区", [study.name(one.zone) for one in shown]),
            column("piloted", "Measures piloted", "试点措施", [one.piloted for one in shown]),
            column(
                "promoted",
                "Of these, promoted nationwide",
                "其中全国推广",
                [one.promoted for one in shown],
            ),
            column("adopted", "Measures adopted", "采纳措施", [one.adopted for one in shown]),
        )
    )
    caption = study.say(
        "Measures on record by zone"
        + (f"; the first {len(shown)} of {len(zones)}" if len(zones) > len(shown) else ""),
        "按功能区统计的在录措施"
        + (f"；{len(zones)}个中的前{len(shown)}个" if len(zones) > len(shown) else ""),
    )
    piloted = [one for one in shown if one.piloted]
    labels = [study.name(one.zone) for one in piloted]
    drawn = study.say(
        "Measures with a pilot on record, by zone, and how many of them have a national"
        " promotion on"
        " record",
        "各功能区有试点记录的措施，及其中有全国推广记录者",
    )

    def paint(form: str) -> bytes:
        promoted = [one.promoted for one in piloted]
        other = [one.piloted - one.promoted for one in piloted]
        return zone_pilots(study, form, labels, promoted, other)

    parts: list[Part] = [Paragraph((words,), "note"), Tabular(caption, table)]
    if piloted:
        parts.append(Figure("zones", drawn, drawn, paint))
    return (Section("leaders-zones", study.say("Counts by zone", "按功能区计数"), tuple(parts)),)


def _attempts(study: Study, unit: str) -> list[Attempt]:
    """Try on one kind of unit what would tell who leads."""
    events = recorded_events(study.graph, unit)
    when = moments(events)

    def whole() -> Cascades:
        return cascades(events)

    def before() -> Cascades:
        return whole().before(when)

    def shared(found: Cascades) -> Cascades:
        _refuse_unshared(found, unit)
        return found

    on = study.word(_UNITS[unit])
    option = "" if unit == "place" else f" --unit {unit}"

    def tried(name: Words, key: str, command: str, made: Callable[[], Result]) -> Attempt:
        return study.attempt(name, on, _CITED[key], f"diffusion {command}{option}", made)

    return [
        tried(
            _SCORES,
            "scores",
            "score",
            lambda: rate_scores(shared(before()), seed=study.seed, jobs=1),
        ),
        tried(_LEADS, "leads", "score --method lead-lag", lambda: lead_lag(before())),
        tried(_NETWORK, "network", "infer", lambda: calibrate(before(), seed=study.seed, jobs=1)),
        tried(_RATES, "rates", "infer --method rates", lambda: _rates(shared(whole()), when)),
        tried(
            _HISTORY,
            "history",
            f"panel --fit logit {' '.join(f'--term {term}' for term in _TERMS)}",
            lambda: _history(whole(), when),
        ),
    ]


def _refuse_unshared(found: Cascades, unit: str) -> None:
    """Refuse where nearly every measure is on record in one unit: scores would tell who is read."""
    sizes = np.diff(found.starts)
    several = int((sizes > 1).sum())
    if several >= max(LEAST_SHARED, len(sizes) / 2):
        return
    word = _UNITS[unit]
    raise Refused(
        Words(
            f"{len(sizes) - several} of {many(len(sizes), 'measure', 'measures')} with a known"
            " year are"
            f" on record for one of the {word.en} only, so that an estimate would tell who was"
            " recorded, not who was early",
            f"年份已知的{len(sizes)}项措施中有{len(sizes) - several}项只见于一个{word.zh}，"
            "估计只能说明谁被记录，不能说明谁更早",
        ),
        Words(
            f"At least half of the measures, and no fewer than {LEAST_SHARED}, must have dated"
            " events"
            f" in two or more {word.en}; here {several} {'has' if several == 1 else 'have'}.",
            f"至少半数措施（且不少于{LEAST_SHARED}项）须在两个以上{word.zh}有日期已知的事件，现有{several}项。",
        ),
    )


def _rates(found: Cascades, when: dict[str, float]) -> RateNetwork:
    known = {name: moment for name, moment in when.items() if name in found.measures}
    return censored_rates(found, moments=known or None)


def _history(found: Cascades, when: dict[str, float]) -> Regression:
    known = {name: moment for name, moment in when.items() if name in found.measures}
    result = event_history(unit_periods(found, promotion=known or None), list(_TERMS))
    terms = len(_TERMS)
    if result.events < LEAST_SHARED * terms:
        raise Refused(
            Words(
                f"{many(result.events, 'adoption', 'adoptions')} after the first of a measure"
                " are too"
                f" few for {terms} terms (Peduzzi et al. 1996, Journal of Clinical Epidemiology"
                " 49(12), 1373-1379)",
                f"首次之后的采纳只有{result.events}次，不足以估计{terms}个自变量"
                "（Peduzzi等，1996，Journal of Clinical Epidemiology 49(12)，1373-1379）",
            ),
            Words(
                f"At least {LEAST_SHARED} adoptions per term are needed.",
                f"每个自变量至少需要{LEAST_SHARED}次采纳。",
            ),
        )
    return result


def _told(study: Study, attempts: Sequence[Attempt]) -> tuple[Part, ...]:
    """Show what was found, and in one table what was refused and would let us say more."""
    from qgraph.diffusion.figures import draw

    found = [one for one in attempts if one.result is not None]
    refused = [one for one in attempts if one.result is None]
    words = study.say(
        f"Five methods of the field were tried on places and on bodies, with cascades cut at the"
        f" promotion of a measure, since what follows a mandate is no sign of influence between"
        f" peers. {len(refused)} of {len(attempts)} attempts were refused because these data do not"
        " carry them.",
        f"对地方与机构两类单位尝试了五种方法；扩散链在措施推广之时截断，因为上级要求之后的采纳不能说明同级之间的影响。"
        f"{len(attempts)}次尝试中有{len(refused)}次因数据不足被拒绝。",
    )
    parts: list[Part] = [Paragraph((words,))]
    for number, one in enumerate(found):
        result = one.result
        if result is None:
            continue
        names = study.names(getattr(result, "units", ()))

        def paint(form: str, result: Result = result, names: dict[str, str] = names) -> bytes:
            return draw(result, form, study.language, names)

        caption = study.say(f"{one.method}, {one.on}", f"{one.method}（{one.on}）")
        parts.append(Figure(f"leaders-{number + 1}", caption, caption, paint))
        summary = Table(
            (
                column(
                    "what", "Number", "指标", [study.word(what) for _, what, _ in result.summary]
                ),
                column("value", "Value", "数值", [_said(value) for _, _, value in result.summary]),
            )
        )
        parts.append(Tabular(caption, summary))
    if refused:
        table = Table(
            (
                column("method", "Method", "方法", [one.method for one in refused]),
                column("on", "Tried on", "对象", [one.on for one in refused]),
                column("reason", "Refused because", "拒绝原因", [one.reason for one in refused]),
                column(
                    "needed",
                    "What would let us say more",
                    "所需条件",
                    [one.needed for one in refused],
                ),
            )
        )
        caption = study.say("What would let us say more", "需要什么才能说得更多")
        parts.append(Tabular(caption, table))
    return tuple(parts)


def _said(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _findings(study: Study, attempts: Sequence[Attempt]) -> tuple[Finding, ...]:
    refused = sum(one.result is None for one in attempts)
    if refused < len(attempts):
        text = study.say(
            f"{len(attempts) - refused} of {len(attempts)} attempts to tell who leads gave an"
            " answer;"
            f" {refused} were refused.",
            f"判断谁在领先的{len(attempts)}次尝试中，{len(attempts) - refused}次有结果，"
            f"{refused}次被拒绝。",
        )
    else:
        text = study.say(
            f"Who leads and who follows cannot be told: all {len(attempts)} attempts, with"
            " scores, lead"
            " and lag, two kinds of networks and regressions, were refused for lack of dated"
            " adoptions"
            " of the same measures in several places.",
            f"无法判断谁领先、谁跟随：以得分、先后关系、两种网络和回归所作的{len(attempts)}次尝试均被拒绝，"
            "因为缺少同一措施在多地的有日期采纳记录。",
        )
    return (Finding(text, "leaders"),)

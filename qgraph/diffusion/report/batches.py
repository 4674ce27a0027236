"""Batches of promotion: when, by whom, by which document, and how much of each is on record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from qgraph.describe.answers import rows
from qgraph.diffusion.records.times import Span, read_time
from qgraph.diffusion.report.model import Figure, Paragraph, Section, Tabular
from qgraph.diffusion.report.plates import LABEL, batch_sizes
from qgraph.diffusion.report.study import Chapter, Finding, Study, column, many
from qgraph.diffusion.table import Table
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.report.model import Part

__all__ = ["QUERY", "Batch", "batches", "chapter"]

QUERY = """SELECT DISTINCT ?batch ?kind ?from ?to ?body ?number ?size
WHERE {
  ?batch a qg:PromotionBatch .
  FILTER NOT EXISTS { ?batch qg:standing qgk:standing-rejected }
  OPTIONAL { ?batch dcterms:type ?kind }
  OPTIONAL { ?batch qg:decidedBy ?body }
  OPTIONAL { ?batch qg:legalBasis/qg:documentNumber ?number }
  OPTIONAL {
    ?batch qg:happenedAt ?time .
    OPTIONAL { ?time qg:begin ?from }
    OPTIONAL { ?time qg:end ?to }
  }
  OPTIONAL {
    ?count qg:about ?batch ;
      qg:indicator qgk:indicator-batch-size ;
      qg:comparator qgk:comparator-exact ;
      qg:value ?size .
    FILTER NOT EXISTS { ?count qg:standing qgk:standing-rejected }
  }
}
ORDER BY STR(?batch) ?from ?to STR(?kind) STR(?body) ?number ?size"""
"""Asks for the batches, with their documents and the lengths of their lists."""

_MOST_FIELDS = 3


class Batch(NamedTuple):
    """A batch of promotion."""

    batch: str
    kind: str
    time: Span
    bodies: tuple[str, ...]
    numbers: tuple[str, ...]
    """Numbers of its documents."""
    size: int | None
    """Items of its list, if a source gives one count; None if none does, or they differ."""
    measures: tuple[str, ...]
    """Those on record."""


def chapter(study: Study) -> Chapter:
    """Tell of the batches."""
    title = study.say("Batches", "推广批次")
    found = batches(study)
    if not found:
        nothing = study.say(
            "No batch of promotion is on record in this graph.", "本图谱没有记录任何推广批次。"
        )
        return Chapter(Section("batches", title, (Paragraph((nothing,)),)))
    piloted = {one.measure for one in study.events if one.kind == "pilot"}
    parts: list[Part] = [
        Paragraph((_what(study, found),)),
        _figure(study, found),
        _table(study, found, piloted),
        *_by_kind(study, found),
    ]
    section = Section("batches", title, tuple(parts))
    return Chapter(
        section,
        _findings(study, found),
        commands=(
            study.command("query --name batches"),
            study.command("query --name promotions-of-batch"),
        ),
        queries=(
            (study.say("Batches, their documents and lengths", "批次、文件与清单长度"), QUERY),
        ),
    )


def batches(study: Study) -> tuple[Batch, ...]:
    """Give the batches on record, the oldest first; those without a time come last."""
    gathered: dict[str, list[dict[str, str]]] = {}
    for row in rows(study.graph, QUERY):
        gathered.setdefault(local_id(row["batch"]), []).append(row)
    measures: dict[str, set[str]] = {}
    for one in study.events:
        if one.kind == "promotion" and one.batch:
            measures.setdefault(one.batch, set()).add(one.measure)

    def each(group: Sequence[dict[str, str]], name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row[name] for row in group if row[name]))

    found = []
    for name, group in gathered.items():
        sizes = {int(float(size)) for size in each(group, "size")}
        found.append(
            Batch(
                name,
                local_id(group[0]["kind"]) if group[0]["kind"] else "",
                _span(group[0]["from"], group[0]["to"]),
                tuple(local_id(body) for body in each(group, "body")),
                each(group, "number"),
                sizes.pop() if len(sizes) == 1 else None,
                tuple(sorted(measures.get(name, ()))),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.time.end, one.time.begin, one.batch)))


def _span(begin: str, end: str) -> Span:
    return Span(
        read_time(begin, dated=True).begin if begin else float("-inf"),
        read_time(end, dated=True).end if end else float("inf"),
    )


def _what(study: Study, found: Sequence[Batch]) -> str:
    dated = [one for one in found if one.time.is_known]
    known = sum(len(one.measures) for one in found)
    sized = [one for one in found if one.size is not None]
    listed = sum(one.size or 0 for one in sized)
    covered = sum(min(len(one.measures), one.size or 0) for one in sized)
    empty = sum(not one.measures for one in found)
    words = study.say(
        f"{many(len(found), 'batch', 'batches')} of promotion"
        f" {'is' if len(found) == 1 else 'are'} on"
        f" record, {len(dated)} with a date, and {many(known, 'item', 'items')} of them.",
        f"图谱记录了{len(found)}个推广批次（{len(dated)}个有日期）及其中的{known}项。",
    )
    if listed:
        words += study.say(
            f" For {len(sized)} of the batches a source says how long the list is: {listed} items"
            f" together, of which the graph names {covered}"
            f" ({study.percent(covered / listed, 0)}).",
            f"其中{len(sized)}个批次有来源说明清单长度，合计{listed}项，图谱收录{covered}项"
            f"（{study.percent(covered / listed, 0)}）。",
        )
    if empty:
        words += study.say(
            f" Of {many(empty, 'batch', 'batches')} no item is on record at all.",
            f"{empty}个批次尚无任何一项被收录。",
        )
    return words


def _when(study: Study, one: Batch) -> str:
    return study.time(one.time)


def _figure(study: Study, found: Sequence[Batch]) -> Figure:
    caption = study.say(
        "Batches in order of time: items on record, and the rest of the list where its length is"
        " known. A batch with few items on record is one that was read less, not a small one.",
        "按时间排列的批次：已收录的事项，以及清单长度已知时的其余事项。收录少说明读得少，并非批次小。",
    )
    labels = [_dated(_year(one), study.name(one.batch)) for one in found]
    known = [len(one.measures) for one in found]
    listed = [one.size for one in found]

    def paint(form: str) -> bytes:
        return batch_sizes(study, form, labels, known, listed)

    return Figure("batches", caption, caption, paint)


def _dated(year: str, label: str) -> str:
    """Put the year before a label that does not tell it, or not before it is cut."""
    return label if not year or year in label[:LABEL] else f"{year} {label}"


def _year(one: Batch) -> str:
    from qgraph.diffusion.records.events import period_of, period_text

    return period_text(period_of(one.time.end, "year"), "year") if one.time.is_known else ""


def _table(study: Study, found: Sequence[Batch], piloted: set[str]) -> Tabular:
    def joined(names: tuple[str, ...]) -> str:
        return study.listed([study.name(name) for name in names])

    table = Table(
        (
            column("batch", "Batch", "批次", [study.name(one.batch) for one in found]),
            column("time", "Time", "时间", [_when(study, one) for one in found]),
            column("body", "Issued by", "发布者", [joined(one.bodies) for one in found]),
            column("number", "Document", "文号", [study.listed(one.numbers) for one in found]),
            column("size", "Items of the list", "清单项数", [one.size for one in found]),
            column("known", "On record", "已收录", [len(one.measures) for one in found]),
            column(
                "piloted",
                "Of these, with a pilot on record",
                "其中有试点记录",
                [sum(name in piloted for name in one.measures) for one in found],
            ),
        )
    )
    caption = study.say(
        "Batches of promotion; an empty cell is not known", "推广批次一览；空格表示不明"
    )
    return Tabular(caption, table)


def _by_kind(study: Study, found: Sequence[Batch]) -> tuple[Part, ...]:
    """Show who promotes what: by kind of issue, the fields met most often."""
    fields: dict[str, set[str]] = {}
    for one in study.events:
        fields.setdefault(one.measure, set()).update(one.fields)
    kinds: dict[str, list[Batch]] = {}
    for batch in found:
        kinds.setdefault(batch.kind, []).append(batch)
    order = sorted(kinds, key=lambda kind: (-sum(len(b.measures) for b in kinds[kind]), kind))
    most = []
    for kind in order:
        seen = Counter(
            field
            for batch in kinds[kind]
            for name in batch.measures
            for field in fields.get(name, ())
        )
        top = sorted(seen, key=lambda field: (-seen[field], field))[:_MOST_FIELDS]
        most.append(study.listed([f"{study.name(field)} {seen[field]}" for field in top]))
    none = study.say("kind not recorded", "类型未记录")
    table = Table(
        (
            column(
                "kind",
                "Issued as",
                "发布形式",
                [study.name(kind) if kind else none for kind in order],
            ),
            column("batches", "Batches", "批次", [len(kinds[kind]) for kind in order]),
            column(
                "items",
                "Items on record",
                "已收录事项",
                [sum(len(batch.measures) for batch in kinds[kind]) for kind in order],
            ),
            column("fields", "Fields met most often", "最常见的领域", most),
        )
    )
    caption = study.say(
        "Batches by the form in which they were issued, and the fields of their items on record",
        "按发布形式统计的批次及已收录事项的领域",
    )
    return (Tabular(caption, table),)


def _findings(study: Study, found: Sequence[Batch]) -> tuple[Finding, ...]:
    dated = [one for one in found if one.time.is_known]
    sized = [one for one in found if one.size is not None]
    listed = sum(one.size or 0 for one in sized)
    covered = sum(min(len(one.measures), one.size or 0) for one in sized)
    text = study.say(
        f"Promotion comes in batches: {len(found)} are on record",
        f"推广分批进行：图谱记录了{len(found)}个批次",
    )
    if dated:
        first, last = _year(dated[0]), _year(dated[-1])
        text += study.say(f", from {first} to {last}", f"（{first}年至{last}年）")
    if listed:
        text += study.say(
            f"; of {listed} items on the {len(sized)} lists whose length is known, {covered}"
            " are named"
            " here one by one.",
            f"；在{len(sized)}份长度已知的清单共{listed}项中，逐项收录了{covered}项。",
        )
    else:
        text += study.say(".", "。")
    return (Finding(text, "batches"),)

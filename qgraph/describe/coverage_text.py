"""Coverage for a terminal, in English or Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from qgraph.cells import table, wrap
from qgraph.terms import QGK, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qgraph.describe.coverage import Coverage, SegmentCoverage
    from qgraph.describe.evidence import Backing, ReliabilityCount, Translation
    from qgraph.describe.promotions import (
        BatchCoverage,
        PlaceCoverage,
        PromotionCoverage,
        ReportedCount,
    )

__all__ = ["coverage_text"]

_T = TypeVar("_T")
_SHARE_SIGNS = {
    QGK["comparator-exact"]: "",
    QGK["comparator-about"]: "≈",
    # The true number is below the printed one, so the share of it is above.
    QGK["comparator-nearly"]: ">",
    QGK["comparator-less-than"]: ">",
    QGK["comparator-more-than"]: "<",
    QGK["comparator-at-most"]: "≥",
    QGK["comparator-at-least"]: "≤",
    QGK["comparator-range"]: "≈",
}


def coverage_text(coverage: Coverage, language: str = "en", columns: int | None = None) -> str:
    """Write coverage part by part; parts of which the graph has nothing say so.

    Parameters
    ----------
    coverage
        What :func:`qgraph.describe.cover` returns.
    language
        ``en`` or ``zh``.
    columns
        Width to wrap to, or None.
    """
    page = _Page(language == "zh", columns)
    parts = [
        page.batches(coverage.promotions),
        page.places(coverage.promotions.places),
        page.translations(coverage.translations),
        page.evidence(coverage.evidence, coverage.reliability),
        page.segments(coverage.segments),
    ]
    return "\n".join(parts)


class _Page:
    """The parts of the text, in one language and of one width."""

    def __init__(self, chinese: bool, columns: int | None) -> None:
        self.chinese = chinese
        self.columns = columns

    # --- Promotions ------------------------------------------------------------------------

    def batches(self, covered: PromotionCoverage) -> str:
        title = self.title(
            "Items of each batch",
            "各批次事项",
            "k: promotions recorded here, in brackets those that we inferred; n: items that the"
            " batch has; then how n is known, and from how many sources. What is not recorded is"
            " unknown, not absent.",
            "k 为本图谱逐项收录的推广数，括号内为其中由我方推断者；n 为批次事项数，"
            "末列为 n 的来历及来源数。未收录属未知，而非不存在。",
        )
        if not covered.batches:
            return title + self.nothing("No batch is recorded.", "尚无批次。")
        headings = self.either(
            ("batch", "date", "document", "k", "n", "share", "n is known as"),
            ("批次", "日期", "文号", "k", "n", "占比", "n 的来历"),
        )
        parts = []
        for kind in dict.fromkeys(one.kind_label for one in covered.batches):
            cells = [self._batch(one) for one in covered.batches if one.kind_label == kind]
            name = kind or self.either("of no known kind", "类型不明")
            parts.append(f"{name}\n{self.table(headings, cells, {3, 4, 5})}\n")
        return title + "".join(parts) + self._total(covered)

    def _batch(self, one: BatchCoverage) -> tuple[str, ...]:
        recorded = f"{one.recorded:,}"
        if one.recorded_inferred:
            recorded += f" ({one.recorded_inferred:,})"
        known = [self._known(size) for size in one.sizes]
        for size in one.joint:
            others = self.join(local_id(batch) for batch in size.about if batch != one.batch)
            told = self.either(
                f"{size.figure} with {others}: ", f"与 {others} 合计 {size.figure}："
            )
            known.append(told + self._known(size))
        return (
            local_id(one.batch),
            one.date or "—",
            self.join(one.numbers) or "—",
            recorded,
            " / ".join(size.figure for size in one.sizes) or "?",
            " / ".join(map(_share, one.sizes)) or "?",
            " / ".join(known) or "—",
        )

    def _known(self, count: ReportedCount) -> str:
        """Tell how a number is known, and from how many sources."""
        marks = [count.modality]
        if count.derived_from:
            marks.append(self.either("derived", "由他数推算"))
        if count.contested:
            marks.append(self.either("contested", "有争议"))
        if count.differs_from:
            marks.append(self.either("other rule", "口径不同"))
        return f"{self.join(marks)} ({len(count.sources)})"

    def _total(self, covered: PromotionCoverage) -> str:
        batches = covered.batches
        recorded = sum(one.recorded for one in batches)
        certain = [one for one in batches if len(one.sizes) == 1 and _is_exact(one.sizes[0])]
        size = round(sum(one.sizes[0].value or 0 for one in certain))
        part = sum(one.recorded for one in certain)
        inferred = sum(one.sizes[0].inferred for one in certain)
        share = f"{100 * part / size:.0f}%" if size else "?"
        text = self.either(
            f"Total: {recorded:,} promotions in {len(batches):,} batches. In the {len(certain):,}"
            f" batches with one exact n (of which {inferred:,} inferred): {part:,} of {size:,}"
            f" items, {share}.",
            f"合计：{len(batches):,} 个批次，{recorded:,} 项推广。{len(certain):,} 个批次有唯一确数"
            f" n（{inferred:,} 个为推断），{size:,} 项中收录 {part:,} 项，占 {share}。",
        )
        if covered.unbatched:
            text += self.either(
                f" {covered.unbatched:,} more promotions name no batch.",
                f"另有 {covered.unbatched:,} 项推广未注明批次。",
            )
        return self.paragraph(text)

    def places(self, places: Sequence[PlaceCoverage]) -> str:
        title = self.title(
            "Measures promoted nationwide, reported and known by name",
            "全国推广措施：所报项数与已知名称",
            "Reported: each number for the place, the latest first. Known: measures with a pilot in"
            " the place, or in a place within it, and a promotion to the whole country on record"
            " for a day up to then; inferred if we inferred any of these links. Later: promoted"
            " after that day, or on no known day. Whether the publisher counts the same measures"
            " is not known. Each publisher has its own rule, and a measure may count in several"
            " places: numbers of different places are never added or divided.",
            "所报：各次公布的该地项数，最近者在前。已知：在该地或其所辖地点有试点、且至该时点已有全国推广记录的措施；"
            "任一环节由我方推断的，计入推断。其后：该时点之后或日期不明的推广。发布者所计是否即为这些措施，"
            "不得而知。各发布者口径自定，同一措施可计入多地：不同地点的数字不相加，也不相除。",
        )
        if not places:
            return title + self.nothing("No source here reports a number.", "尚无来源报告项数。")
        headings = self.either(
            ("place", "reported", "as of", "modality", "known", "asserted", "inferred", "later"),
            ("地点", "所报", "截至", "陈述方式", "已知", "直接陈述", "推断", "其后"),
        )
        cells = [
            (
                one.label,
                " / ".join(count.figure for count in one.reported),
                one.time or "—",
                " / ".join(map(self._known, one.reported)),
                f"{one.asserted + one.inferred:,}",
                f"{one.asserted:,}",
                f"{one.inferred:,}",
                f"{one.later_or_undated:,}",
            )
            for one in places
        ]
        counted = self.table(headings, cells, {1, 4, 5, 6, 7})
        return title + counted + self._reporters(places) + self._overlaps(places)

    def _reporters(self, places: Sequence[PlaceCoverage]) -> str:
        names: dict[str, dict[str, None]] = {}
        for one in places:
            named = names.setdefault(one.label, {})
            named.update((local_id(name), None) for count in one.reported for name in count.sources)
        parts = [
            self.either(f"{label}: {self.join(sources)}", f"{label}：{self.join(sources)}")
            for label, sources in names.items()
        ]
        told = self.either(f"Reported by: {'; '.join(parts)}.", f"所报来源：{'；'.join(parts)}。")
        return self.paragraph(told)

    def _overlaps(self, places: Sequence[PlaceCoverage]) -> str:
        """Say which places lie in one another, so that nobody takes their measures for others."""
        labels = {one.place: one.label for one in places}
        lines = []
        for one in {one.place: one for one in places}.values():
            if one.containing:
                inner = self.join(labels[place] for place in one.containing)
                lines.append(
                    self.either(
                        f"{one.label} contains: {inner}. Their measures are counted there, too.",
                        f"{one.label}包含：{inner}。后者的措施在前者亦计入。",
                    )
                )
        lines.append(
            self.either(
                "The measures by name: qgraph info --coverage --format json",
                "措施名称：qgraph info --coverage --format json",
            )
        )
        return "".join(map(self.paragraph, lines))

    # --- Languages and evidence ------------------------------------------------------------

    def translations(self, counts: Sequence[Translation]) -> str:
        title = self.title("Languages", "语言")
        if not counts:
            return title + self.nothing("Nothing has a label.", "尚无标签。")
        headings = self.either(
            ("class", "things", "label en", "label zh-Hans", "descr. en", "descr. zh-Hans"),
            ("类", "数量", "英文名称", "中文名称", "英文说明", "中文说明"),
        )
        numbers = [
            (
                one.things,
                one.labels_en,
                one.labels_zh,
                one.descriptions_en,
                one.descriptions_zh,
            )
            for one in counts
        ]
        return title + self._counted(headings, [one.label for one in counts], numbers)

    def evidence(self, backings: Sequence[Backing], reliability: Sequence[ReliabilityCount]) -> str:
        title = self.title(
            "Evidence",
            "证据",
            "Statements: things, records and claims with evidence. Things with 1, with more, with 0"
            " sources; weak: things all of whose sources are weak. Phrase, place: passages with"
            " words of the source, or with a mere place in it.",
            "陈述：带证据的事物、记录与关联陈述。单源、多源、无源：按来源数计的事物；仅弱源：全部来源可靠性"
            "为弱的事物。短语、定位：带原文短语的证据，以及仅有定位的证据。",
        )
        if not backings:
            return title + self.nothing("Nothing here has evidence.", "尚无证据。")
        headings: tuple[str, ...] = self.either(
            (
                "class",
                "things",
                "statements",
                "passages",
                "1",
                ">1",
                "0",
                "weak",
                "phrase",
                "place",
            ),
            ("类", "数量", "陈述", "证据", "单源", "多源", "无源", "仅弱源", "短语", "定位"),
        )
        numbers = [
            (
                one.things,
                one.statements,
                one.passages,
                one.one_source,
                one.several_sources,
                one.no_source,
                one.weak_only,
                one.phrases,
                one.locators_only,
            )
            for one in backings
        ]
        # Of the passages there is no sum: one passage may support things of several classes.
        by_class = self._counted(headings, [one.label for one in backings], numbers, {2, 7, 8})
        degrees = self.either(
            ("reliability of source", "sources", "passages", "statements"),
            ("来源可靠性", "来源", "证据", "陈述"),
        )
        cells = [
            (
                one.label or self.either("not rated", "未评定"),
                f"{one.sources:,}",
                f"{one.passages:,}",
                f"{one.statements:,}",
            )
            for one in reliability
        ]
        return f"{title}{by_class}\n{self.table(degrees, cells, {1, 2, 3})}"

    # --- Held texts ------------------------------------------------------------------------

    def segments(self, segments: Sequence[SegmentCoverage]) -> str:
        if not segments:
            return self.nothing("No source here is divided into segments.", "没有划分片段的来源。")
        headings = self.either(
            ("segment", "role", "statements", "note"), ("片段", "角色", "陈述", "备注")
        )
        parts = []
        for source in dict.fromkeys(one.source for one in segments):
            own = [one for one in segments if one.source == source]
            cells = [(one.number, one.role, str(one.statements), one.note) for one in own]
            used = sum(one.statements > 0 for one in own)
            total = sum(one.statements for one in own)
            told = self.either(
                f"{local_id(source)}: {used} of {len(own)} segments yield statements,"
                f" {total} in all.",
                f"{local_id(source)}：{len(own)} 个片段中有 {used} 个产生陈述，共 {total} 次。",
            )
            parts.append(f"{self.table(headings, cells, {2})}{told}\n")
        return self.title("Texts held, segment by segment", "所持文本（逐片段）") + "\n".join(parts)

    # --- Pieces ----------------------------------------------------------------------------

    def _counted(
        self,
        headings: Sequence[str],
        labels: Sequence[str],
        numbers: Sequence[Sequence[int]],
        not_summed: set[int] | None = None,
    ) -> str:
        """Lay out numbers by class, with their sums in the last line."""
        cells = [
            (label, *(f"{number:,}" for number in line))
            for label, line in zip(labels, numbers, strict=True)
        ]
        sums = [sum(column) for column in zip(*numbers, strict=True)]
        told = ("" if i in (not_summed or ()) else f"{one:,}" for i, one in enumerate(sums))
        cells.append((self.either("total", "合计"), *told))
        return self.table(headings, cells, set(range(1, len(headings))))

    def table(
        self, headings: Sequence[str], cells: Sequence[Sequence[str]], numbers: set[int]
    ) -> str:
        return table(headings, cells, numbers=frozenset(numbers), columns=self.columns)

    def title(self, english: str, chinese: str, told: str = "", told_chinese: str = "") -> str:
        explained = self.paragraph(self.either(told, told_chinese))
        return f"{self.either(english, chinese)}\n{explained}\n"

    def nothing(self, english: str, chinese: str) -> str:
        return f"{self.either(english, chinese)}\n"

    def paragraph(self, text: str) -> str:
        if not text:
            return ""
        lines = wrap(text, self.columns) if self.columns else [text]
        return "".join(f"{line}\n" for line in lines)

    def join(self, parts: Iterable[str]) -> str:
        return ("、" if self.chinese else ", ").join(parts)

    def either(self, english: _T, chinese: _T) -> _T:
        return chinese if self.chinese else english


def _is_exact(count: ReportedCount) -> bool:
    return bool(count.value) and count.comparator in ("", QGK["comparator-exact"])


def _share(count: ReportedCount) -> str:
    if count.share is None:
        return "?"
    return f"{_SHARE_SIGNS.get(count.comparator, '')}{100 * count.share:.0f}%"

"""A description as text for a terminal, in English or Chinese, or as JSON for a program.

Each passage of evidence is printed once, at the end, and named by its number where it is needed.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from qgraph.cells import clean, pad, width, wrap
from qgraph.terms import PREFIXES, QGK, local_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.describe.thing import Basis, Description, Passage, Statement

__all__ = ["as_json", "as_text"]

_WORDS = {
    "en": {
        "also": "also called",
        "statements": "Statements",
        "incoming": "What refers to it",
        "records": "Records",
        "derived": "Derived by rules",
        "rejected": "Rejected claims",
        "counts": "Counted, not listed",
        "evidence": "Evidence",
        "rule": "rule",
        "attributed": "according to",
        "because": "because",
        "none": "no evidence in this graph",
        "reliability": "reliability",
        "at": "characters",
        "default": "Unless said otherwise, a source asserts it and nobody has reviewed it yet.",
    },
    "zh": {
        "also": "又称",
        "statements": "陈述",
        "incoming": "指向它的陈述",
        "records": "相关记录",
        "derived": "由规则推导",
        "rejected": "已否定的陈述",
        "counts": "仅计数",
        "evidence": "证据",
        "rule": "规则",
        "attributed": "据",
        "because": "理由",
        "none": "本图谱中没有证据",
        "reliability": "可靠性",
        "at": "字符",
        "default": "除另有说明外，均为来源直接陈述且尚未审核。",
    },
}
# What nearly every statement is: said once, at the foot.
_USUAL = frozenset({QGK["modality-asserted"], QGK["standing-unreviewed"]})
_INDENT = "  "
_WIDEST = 100  # beyond this a line of text is hard to read, however wide the terminal is


def as_json(description: Description) -> str:
    """Write a description as JSON, all parts of it."""
    import json

    return json.dumps(asdict(description), ensure_ascii=False, indent=2) + "\n"


def as_text(description: Description, columns: int | None = None) -> str:
    """Write a description as text.

    Parameters
    ----------
    description
        From :func:`qgraph.describe.describe`, in whose language the text is.
    columns
        Width of the terminal; None for lines as long as they are.
    """
    return _Page(description, columns).text()


class _Page:
    def __init__(self, description: Description, columns: int | None) -> None:
        self.description = description
        self.columns = min(columns, _WIDEST) if columns else None
        self.words = _WORDS["zh" if description.language == "zh" else "en"]
        self.colon = "：" if description.language == "zh" else ": "
        #: Source -> its passages; numbered through, so that they are listed as they are numbered.
        self.sources: dict[str, list[Passage]] = {}
        for passage in description.passages():
            self.sources.setdefault(passage.source, []).append(passage)
        in_order = (passage for passages in self.sources.values() for passage in passages)
        self.numbers = {passage.iri: number for number, passage in enumerate(in_order, start=1)}
        self.lines: list[str] = []

    def text(self) -> str:
        thing = self.description
        self._line(f"{thing.label} ({thing.id})")
        others = [name for names in thing.labels.values() for name in names if name != thing.label]
        own = [cls.label for cls in thing.types if cls.iri.startswith(PREFIXES["qg"])]
        self._line(" · ".join(own or [cls.label for cls in thing.types]))
        if others:
            self._line(f"{self.words['also']}{self.colon}{'; '.join(dict.fromkeys(others))}")
        for text in (thing.description, thing.line):
            if text and text != thing.label:
                self._line(text)
        self._line(self._marks(thing.basis))
        self._statements("statements", thing.statements)
        self._statements("incoming", thing.incoming)
        self._records()
        self._statements("derived", thing.derived)
        self._statements("rejected", thing.rejected)
        if thing.counts:
            self._heading("counts")
            for label, count in thing.counts.items():
                self._line(f"{label}{self.colon}{count}", _INDENT)
        self._evidence()
        return "".join(f"{line}\n" for line in self.lines)

    def _statements(self, heading: str, statements: Sequence[Statement]) -> None:
        if not statements:
            return
        self._heading(heading)
        room = max(width(one.property.label) for one in statements)
        for one in statements:
            value = f"{one.text} ({local_id(one.other.iri)})" if one.other else one.text
            told = " ".join([value, *filter(None, map(self._marks, one.bases))])
            if one.reverse:
                self._line(f"{one.property.label}{self.colon}{told}", f"{_INDENT}← ")
            else:
                self._line(told, f"{_INDENT}{pad(one.property.label, room)}  ")

    def _records(self) -> None:
        if not self.description.records:
            return
        self._heading("records")
        for record in self.description.records:
            marks = self._marks(record.basis)
            told = f"{record.type.label}{self.colon}{record.line} ({local_id(record.iri)}) {marks}"
            self._line(told.rstrip(), f"{_INDENT}- ")

    def _marks(self, basis: Basis) -> str:
        """Tell why a statement stands: numbers of passages, and how they are read."""
        if basis.rule:
            return f"[{self.words['rule']} {local_id(basis.rule.iri).removeprefix('qgr:')}]"
        numbers = "".join(f"[{self.numbers[passage.iri]}]" for passage in basis.passages)
        remarks = [
            name.label
            for name in (basis.modality, basis.standing)
            if name and name.iri not in _USUAL
        ]
        if basis.attributed_to:
            names = ", ".join(name.label for name in basis.attributed_to)
            remarks.append(f"{self.words['attributed']} {names}")
        if basis.reason:
            remarks.append(f"{self.words['because']}{self.colon}{basis.reason}")
        told = "; ".join(filter(None, remarks))
        return f"{numbers} {{{told}}}".strip() if told else numbers

    def _evidence(self) -> None:
        self._heading("evidence")
        if not self.sources:
            self._line(self.words["none"], _INDENT)
        for source, passages in self.sources.items():
            first = passages[0]
            details = [first.publisher, first.published]
            if first.reliability:
                details.append(f"{self.words['reliability']}{self.colon}{first.reliability}")
            told = ", ".join(filter(None, details))
            name = f"{first.source_label} ({local_id(source)})"
            self._line(f"{name}{self.colon}{told}" if told else name, _INDENT)
            if first.url:
                # An address is not broken: it is there to be copied or clicked.
                self.lines.append(f"{_INDENT}{clean(first.url)}")
            for passage in passages:
                self._passage(passage)
        if self.numbers:
            self._line(self.words["default"], _INDENT)

    def _passage(self, passage: Passage) -> None:
        where = [passage.locator]
        if passage.start is not None:
            where.append(f"{self.words['at']} {passage.start}–{passage.end}")
        told = [f"“{passage.phrase}”" if passage.phrase else "", ", ".join(filter(None, where))]
        number = self.numbers[passage.iri]
        self._line(" ".join(filter(None, told)), f"{_INDENT * 2}[{number}] ")

    def _heading(self, key: str) -> None:
        self.lines += ["", self.words[key]]

    def _line(self, text: str, start: str = "") -> None:
        """Add a line, wrapped; what follows is indented as far as the first line's text."""
        text, start = clean(text), clean(start)
        if not text:
            return
        room = self.columns - width(start) if self.columns else None
        parts = wrap(text, room) if room and room > width(start) else [text]
        self.lines.append(start + parts[0])
        self.lines += [" " * (width(start) or len(_INDENT)) + part for part in parts[1:]]

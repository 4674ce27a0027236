"""The report as Markdown: tables as pipes, figures as files beside it, every text as text."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote

from qgraph import cells
from qgraph.diffusion.report.model import (
    Bullets,
    Code,
    Figure,
    Fold,
    Link,
    Paragraph,
    Section,
    Tabular,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qgraph.diffusion.report.model import Part, Report, Text

__all__ = ["text"]

_MARKS = re.compile(r"([\\`*_\[\]|~])")
_HTML = {"&": "&amp;", "<": "&lt;"}


def text(report: Report, folder: str = "") -> str:
    """Write a report as Markdown; without a folder for them, figures are left out."""
    writer = _Writer(report, folder)
    lines = [f"# {_plain(report.title)}", "", _plain(report.subtitle), ""]
    lines += [f"- {_plain(name)}: {_plain(value)}" for name, value in report.facts]
    lines += ["", f"**{_plain(report.words['contents'])}**", ""]
    lines += [f"- [{_plain(one.title)}](#{one.name})" for one in report.sections]
    body = [line for section in report.sections for line in writer.section(section, 2)]
    return "\n".join([*lines, "", *body]).rstrip() + "\n"


class _Writer:
    def __init__(self, report: Report, folder: str) -> None:
        self.words, self.language = report.words, report.language
        self.folder = folder
        self._tables, self._figures = count(1), count(1)

    def section(self, section: Section, level: int) -> Iterator[str]:
        yield f'<a id="{section.name}"></a>'
        yield ""
        yield f"{'#' * level} {_plain(section.title)}"
        yield ""
        for part in section.parts:
            yield from self.part(part, level)

    def part(self, part: Part, level: int) -> Iterator[str]:
        if isinstance(part, Section):
            yield from self.section(part, level + 1)
        elif isinstance(part, Paragraph):
            told = _line(part.text)
            yield f"> **{_plain(self.words[part.kind])}.** {told}" if part.kind else told
            yield ""
        elif isinstance(part, Bullets):
            mark = "1." if part.ordered else "-"
            yield from (f"{mark} {_line(item)}" for item in part.items)
            yield ""
        elif isinstance(part, Tabular):
            yield f"**{self.words['table']} {next(self._tables)}.** {_plain(part.caption)}"
            yield ""
            yield from _rows(part, self.language)
            yield ""
        elif isinstance(part, Figure):
            yield from self._figure(part)
        elif isinstance(part, Code):
            yield from ("```", *part.text.replace("```", "` ` `").splitlines(), "```", "")
        elif isinstance(part, Fold):
            yield f"**{_plain(part.summary)}**"
            yield ""
            for inner in part.parts:
                yield from self.part(inner, level)

    def _figure(self, part: Figure) -> Iterator[str]:
        number = next(self._figures)
        if not self.folder:
            return
        yield f"![{_plain(part.alternative)}]({quote(self.folder)}/{part.name}.svg)"
        yield ""
        yield f"**{self.words['figure']} {number}.** {_plain(part.caption)}"
        yield ""


def _rows(part: Tabular, language: str) -> Iterator[str]:
    columns = part.table.columns
    yield f"| {' | '.join(_plain(column.title.to(language)) for column in columns)} |"
    yield f"|{'|'.join(' ---: ' if column.is_numeric() else ' --- ' for column in columns)}|"
    shown = [
        [
            _linked(value) if isinstance(value, Link) else _plain(seen)
            for value, seen in zip(column.values, column.shown(), strict=True)
        ]
        for column in columns
    ]
    for row in zip(*shown, strict=True):
        yield f"| {' | '.join(row)} |"


def _line(pieces: Text) -> str:
    return "".join(_linked(piece) if isinstance(piece, Link) else _plain(piece) for piece in pieces)


def _linked(link: Link) -> str:
    """Write a link; only those to sections and web pages lead anywhere."""
    if not link.href.startswith(("#", "https://", "http://")):
        return _plain(link)
    address = re.sub(r"[\s<>()\"\\|]", lambda found: f"%{ord(found[0]):02X}", link.href)
    return f"[{_plain(link)}]({address})"


def _plain(words: str) -> str:
    """Write text that means nothing to Markdown or HTML."""
    escaped = _MARKS.sub(r"\\\1", cells.clean(str(words)))
    return re.sub("[&<]", lambda found: _HTML[found[0]], escaped)

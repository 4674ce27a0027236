"""The report as a page: one file, no script, no request, and every text of the graph as text."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

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
    from collections.abc import Iterable

    from qgraph.diffusion.report.model import Part, Report
    from qgraph.diffusion.table import Column

    Tree: TypeAlias = dict[str, Any]

__all__ = ["page"]

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_LEFT_OUT = {f"{_SVG}metadata", f"{_SVG}style"}
_FONT = re.compile(r"([\d.]+)px ")
_NUMBERS = re.compile(r"[\d.,–% ]+")
_SHORT = 18
_SCALE = 1.45
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def page(report: Report) -> bytes:
    """Write a report as a page; a browser will fetch nothing and run nothing for it."""
    from jinja2 import Environment
    from markupsafe import Markup

    style = _own("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    trees = _Trees(report.language)
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    text = environment.from_string(_own("template.html")).render(
        report=report,
        lang="zh-Hans" if report.language == "zh" else "en",
        sections=[trees.of(one) for one in report.sections],
        style=Markup(style),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
    )
    return (text.rstrip() + "\n").encode()


def _own(name: str) -> str:
    text = (files("qgraph.diffusion.report") / name).read_text(encoding="utf-8")
    # Line ends are those that a browser makes of them, or the hash would not fit.
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Trees:
    """Turns parts into what the template goes through, and numbers tables and figures."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._tables, self._figures = count(1), count(1)

    def of(self, part: Part) -> Tree:
        if isinstance(part, Section):
            return {
                "kind": "section",
                "name": part.name,
                "title": part.title,
                "parts": [self.of(one) for one in part.parts],
            }
        if isinstance(part, Fold):
            parts = [self.of(one) for one in part.parts]
            return {"kind": "fold", "summary": part.summary, "parts": parts}
        if isinstance(part, Paragraph):
            return {"kind": part.kind or "paragraph", "pieces": _pieces(part.text)}
        if isinstance(part, Bullets):
            return {"kind": "list", "items": [_pieces(item) for item in part.items]}
        if isinstance(part, Code):
            return {"kind": "code", "text": part.text}
        if isinstance(part, Tabular):
            return self._table(part)
        return self._figure(part)

    def _table(self, part: Tabular) -> Tree:
        columns = part.table.columns
        shown = [
            [
                _piece(value if isinstance(value, Link) else seen)
                for value, seen in zip(column.values, column.shown(), strict=True)
            ]
            for column in columns
        ]
        return {
            "kind": "table",
            "number": next(self._tables),
            "caption": part.caption,
            "heads": [
                {"title": column.title.to(self._language), "kind": _kind(column)}
                for column in columns
            ],
            "rows": [list(row) for row in zip(*shown, strict=True)],
        }

    def _figure(self, part: Figure) -> Tree:
        from markupsafe import Markup

        return {
            "kind": "figure",
            "number": next(self._figures),
            "name": part.name,
            "caption": part.caption,
            # Every text in it was escaped when the tree was written.
            "svg": Markup(_inline(part.paint("svg"), part.name, part.alternative)),  # noqa: S704
        }


def _kind(column: Column) -> str:
    """Say how a column is set: numbers on the right, what is short on one line."""
    shown = column.shown()
    if column.is_numeric() or all(map(_NUMBERS.fullmatch, shown)):
        return "number"
    return "short" if max(map(len, shown), default=0) <= _SHORT else ""


def _pieces(pieces: Iterable[str]) -> list[Tree]:
    return [_piece(one) for one in pieces]


def _piece(text: str) -> Tree:
    """Give a text, with its address if that leads to a section or to a web page."""
    href = text.href if isinstance(text, Link) else ""
    safe = href.startswith(("#", "https://", "http://"))
    return {"text": str(text), "href": href if safe else ""}


def _inline(svg: bytes, name: str, alternative: str) -> str:
    """Make a figure part of the page.

    A page that allows no style but its own would ignore the style of each element, so it becomes
    attributes; names of parts get that of the figure in front, as a page has each name once.
    """
    ET.register_namespace("", _SVG.strip("{}"))
    root = ET.fromstring(svg)  # noqa: S314 - matplotlib has just written it
    for element in list(root.iter()):
        for child in list(element):
            if child.tag in _LEFT_OUT:
                element.remove(child)
        _restyle(element, name)
    for gone in ("width", "height", "version"):
        root.attrib.pop(gone, None)
    # Points to pixels, so that letters are a little smaller than those of the text.
    root.set("width", f"{_SCALE * float(root.attrib['viewBox'].split()[2]):.0f}")
    root.set("role", "img")
    root.set("class", "plot")
    root.set("fill", "currentColor")
    root.set("aria-label", alternative)
    return ET.tostring(root, encoding="unicode")


def _restyle(element: ET.Element, name: str) -> None:
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in rule.partition(":"))
        if key == "font":
            size = _FONT.search(value)
            if size:
                element.set("font-size", size[1])
        elif key:
            element.set(key, value)
    link = element.attrib.pop(f"{_XLINK}href", "")
    if link.startswith("#"):
        element.set("href", f"#{name}-{link[1:]}")
    elif link:
        element.set("href", link)
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.attrib['id']}")
    for key, value in element.attrib.items():
        if "url(#" in value:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))

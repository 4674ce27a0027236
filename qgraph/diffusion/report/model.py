"""What a report is made of: sections of paragraphs, lists, tables and figures, in one language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    from qgraph.diffusion.table import Table

__all__ = [
    "Bullets",
    "Code",
    "Figure",
    "Fold",
    "Link",
    "Paragraph",
    "Part",
    "Report",
    "Section",
    "Tabular",
    "Text",
]


class Link(str):
    """A text that leads somewhere: to a section (``#name``) or to an address."""

    __slots__ = ("href",)
    href: str

    def __new__(cls, text: str, href: str) -> Self:
        """Make a text with an address."""
        link = super().__new__(cls, text)
        link.href = href
        return link


Text: TypeAlias = tuple[str, ...]
"""Texts that follow each other, some of them links."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``kind`` is ``note``, ``refused`` or ``unsaid`` if it stands out, else empty."""

    text: Text
    kind: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Tabular:
    """A table with its caption; cells may be links."""

    caption: str
    table: Table


@dataclass(frozen=True)
class Figure:
    """A figure with its caption, drawn when it is wanted.

    Attributes
    ----------
    name
        Of the file, without its ending.
    caption
        What it shows, and how to read it.
    alternative
        What it shows, for those who cannot see it.
    paint
        Draws it in a format.
    """

    name: str
    caption: str
    alternative: str
    paint: Callable[[str], bytes]


@dataclass(frozen=True)
class Code:
    """A text to be copied: a query, commands."""

    text: str


@dataclass(frozen=True)
class Fold:
    """Parts that open on demand."""

    summary: str
    parts: tuple[Part, ...]


Part: TypeAlias = "Paragraph | Bullets | Tabular | Figure | Code | Fold | Section"


@dataclass(frozen=True)
class Section:
    """A section, or a part of one, with a heading."""

    name: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    """A report in one language.

    Attributes
    ----------
    title, subtitle
        Its heading, and what the graph was.
    language
        ``en`` or ``zh``.
    facts
        What must be known of it: name and value.
    sections
        In order.
    words
        The few words of its frame, by name.
    """

    title: str
    subtitle: str
    language: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> Iterator[Part]:
        """Go through everything in it, in the order of reading."""
        yield from _within(self.sections)

    def figures(self, form: str = "svg") -> dict[str, bytes]:
        """Draw all figures, by their names."""
        return {part.name: part.paint(form) for part in self.parts() if isinstance(part, Figure)}

    def as_html(self) -> bytes:
        """Write a page in one file that needs no network and no script."""
        from qgraph.diffusion.report.html import page

        return page(self)

    def as_markdown(self, folder: str = "") -> str:
        """Write Markdown.

        Parameters
        ----------
        folder
            Where the figures will lie, from the file's point of view, as ``<name>.svg``; without
            one they are left out.
        """
        from qgraph.diffusion.report.markdown import text

        return text(self, folder)


def _within(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Section | Fold):
            yield from _within(part.parts)

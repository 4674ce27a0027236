"""How text takes up room in a terminal: Chinese is two columns wide, control characters are not.

Measures, cleans, wraps and lays out in columns; knows nothing of graphs.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clean", "no_formula", "pad", "table", "width", "wrap"]

# Controls could move the cursor or recolour the terminal of whoever looks at a foreign graph; the
# direction marks could make a line read other than it is.
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What a spreadsheet would run as a formula; tabs and returns are how it is hidden from a look.
_FORMULA = re.compile(r"^[\t\r\n ]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]")
_WIDE = frozenset("WF")
_GAP = "  "
_NARROWEST = 8  # columns below which a column of a table is not squeezed


def clean(text: str) -> str:
    """Put a text on one line and show control characters instead of sending them."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub(" ", text))


def no_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def width(text: str) -> int:
    """Return how many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill a text with spaces up to a number of columns, on the left if it is right-aligned."""
    room = " " * (columns - width(text))
    return room + text if right else text + room


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines of at most so many columns, between words where that is possible."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= columns:
            line = joined
            continue
        if line and (width(word) <= columns or not _may_break(word)):
            lines.append(line)
            joined = word
        *full, line = _chop(joined, columns)
        lines.extend(full)
    return [*lines, line]


def table(
    headings: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
    columns: int | None = None,
) -> str:
    """Lay out lines of text in columns.

    Parameters
    ----------
    headings
        One per column.
    cells
        Rows of as many texts.
    numbers
        Columns, counted from 0, that are aligned on the right.
    columns
        Width to which the table is wrapped, or None.
    """
    grid = [[clean(text) for text in row] for row in (headings, *cells)]
    widths = [max(width(row[i]) for row in grid) for i in range(len(headings))]
    if columns:
        _squeeze(widths, columns - len(_GAP) * (len(widths) - 1))
    grid.insert(1, ["─" * size for size in widths])
    lines = []
    for row in grid:
        wrapped = [wrap(text, size) for text, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, wrapped), default=0)):
            parts = [
                pad(cell[number] if number < len(cell) else "", size, right=i in numbers)
                for i, (cell, size) in enumerate(zip(wrapped, widths, strict=True))
            ]
            lines.append(_GAP.join(parts).rstrip())
    return "".join(f"{line}\n" for line in lines)


def _squeeze(widths: list[int], room: int) -> None:
    """Take room from the widest columns first, until all fit or none can give more."""
    while sum(widths) > room:
        widest = max(widths)
        if widest <= _NARROWEST:
            return
        others = [size for size in widths if size < widest]
        count = len(widths) - len(others)
        floor = max([_NARROWEST, *others])
        excess = sum(widths) - room
        target = max(floor, widest - -(-excess // count))
        for i, size in enumerate(widths):
            if size == widest:
                widths[i] = target


def _may_break(word: str) -> bool:
    """Chinese may be broken between any two characters; nothing else may."""
    return any(unicodedata.east_asian_width(character) in _WIDE for character in word)


def _chop(text: str, columns: int) -> list[str]:
    parts: list[str] = []
    part = ""
    for character in text:
        if part and width(part) + _character_width(character) > columns:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1

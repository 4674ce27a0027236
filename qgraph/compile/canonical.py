"""Tables in one canonical form: who says the same writes the same bytes, and a diff shows the rest.

A folder of tables is read as text, cell by cell, and written again:

- columns in the order of ``csv-metadata.json``; one that a table lacks is added, empty;
- rows by ``id``, statements by subject, property, object and source, then by all other cells;
- blanks around a cell are cut, blank rows dropped, a default value becomes an empty cell;
- a list of values without order (CSVW ``ordered``) is sorted and has no repeats;
- UTF-8 without a byte order mark, one line feed after each line, quotes only where CSV needs them.

Nothing else changes: no number or date is rewritten, no row or value lost. Ids are compared code
point by code point, so ``item-10`` comes before ``item-2``: that order needs no rule for digits or
letters, so every program and every version of it agrees on it, today and for a diff in ten years.

Source: W3C, Metadata Vocabulary for Tabular Data, 2015; RFC 4180.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgraph.bundled import METADATA
from qgraph.compile.tables import RECONCILIATION, read_cells, read_metadata
from qgraph.errors import InvalidInput, NotFound, Problem
from qgraph.files import read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = ["canonical", "departures"]

_STATEMENT = ("subject", "property", "object", "source")
_NEEDS_QUOTES = frozenset(',"\n\r')


@dataclass(frozen=True)
class _Column:
    """What the form of a cell depends on; ``separator`` is set where it holds a list."""

    name: str
    separator: str | None = None
    ordered: bool = False
    default: str = ""

    def canonical(self, cell: str) -> str:
        cell = cell.strip()
        if self.separator and cell:
            values = [value.strip() or self.default for value in cell.split(self.separator)]
            if not self.ordered:
                values = sorted(set(values))
            cell = self.separator.join(value for value in values if value)
        return "" if cell == self.default else cell


# Not in the metadata: it is no part of the graph. The thing that a row mainly became comes first.
_RECONCILIATION = (
    *(_Column(name) for name in ("file", "row", "name", "outcome")),
    _Column("things", separator=";", ordered=True),
    _Column("reason"),
)


def canonical(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    """Give every table of a folder in canonical form, by file name; nothing is written.

    Parameters
    ----------
    folder
        Holds ``csv-metadata.json`` and the tables that it names.

    Raises
    ------
    NotFound
        If the folder holds no metadata.
    InvalidInput
        With every place where a table cannot be read for certain: what is not CSV, an unknown or
        repeated column, a row that is longer or shorter than the header.
    """
    home = Path(folder)
    problems: list[Problem] = []
    tables = {
        name: _table(home / name, columns, problems) for name, columns in _layouts(home).items()
    }
    if problems:
        raise InvalidInput(
            sorted(problems), hint="No table is written until every one can be read."
        )
    return tables


def departures(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    """Give the tables that differ from their canonical form, in that form, by file name."""
    return {
        name: data
        for name, data in canonical(folder).items()
        if Path(folder, name).read_bytes() != data
    }


def _layouts(folder: Path) -> dict[str, tuple[_Column, ...]]:
    layouts = {
        str(table.url): tuple(
            _column(column) for column in table.tableSchema.columns if not column.virtual
        )
        for table in read_metadata(folder).tables
    }
    if (folder / RECONCILIATION).is_file():
        layouts[RECONCILIATION] = _RECONCILIATION
    return layouts


def _column(described: Any) -> _Column:
    """Take what is inherited from the table or the group, too, as the compiler does."""
    return _Column(
        name=described.name,
        separator=described.inherit("separator"),
        ordered=bool(described.inherit("ordered")),
        default=described.inherit("default") or "",
    )


def _table(file: Path, columns: tuple[_Column, ...], problems: list[Problem]) -> bytes:
    try:
        text = read_text(file)
    except NotFound as error:
        hint = f"add the file, or take it out of {METADATA}"
        problems.append(Problem(str(file.with_name(METADATA)), 0, "", str(error), hint))
        return b""
    except InvalidInput as error:
        problems.extend(error.problems)
        return b""
    names = [column.name for column in columns]
    rows = [
        [column.canonical(cells.get(column.name, "")) for column in columns]
        for _, cells in read_cells(str(file), text, names, problems, whole=False)
    ]
    rows = [row for row in rows if any(row)]  # what held separators and defaults only says nothing
    first = [names.index(name) for name in _key(names)]
    rows.sort(key=lambda row: ([row[place] for place in first], row))
    return "".join(map(_line, [names, *rows])).encode("utf-8")


def _key(names: list[str]) -> Iterator[str]:
    wanted = _STATEMENT if "subject" in names else ("id",)
    return (name for name in wanted if name in names)


def _line(cells: list[str]) -> str:
    # Not csv.writer: what it quotes has changed between versions of Python.
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str) -> str:
    if _NEEDS_QUOTES.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'

"""Curated tables as CSV on the Web: rows that remember file and line, problems that are collected.

A folder of tables holds one ``csv-metadata.json``, which says what each column means (property,
datatype, language, separator, whether it is required), and the CSV files it names. Cells are
read by the ``csvw`` library; keys and references are checked elsewhere, over all rows, because the
library leaves rows with a faulty cell out of its own checks.

Source: W3C, Metadata Vocabulary for Tabular Data, 2015.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgraph.bundled import METADATA
from qgraph.errors import InvalidInput, NotFound, Problem
from qgraph.files import read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = [
    "RECONCILIATION",
    "Column",
    "Row",
    "Table",
    "nearest",
    "read_cells",
    "read_metadata",
    "read_tables",
]

RECONCILIATION = "reconciliation.csv"
"""What became of each row of the raw tables: lies with the tables, states nothing itself."""


@dataclass(frozen=True)
class Column:
    """One column as the metadata describes it.

    ``template`` is set where the value is a link: the address, with the column's name in braces.
    """

    name: str
    property: str | None
    template: str | None
    language: str | None
    datatype: str
    pattern: str | None
    reader: Any  # csvw.metadata.Column: reads one cell

    def link(self, value: str) -> str | None:
        """Return the address that a value of this column stands for, if it is a link."""
        return self.template and self.template.replace("{" + self.name + "}", value)


@dataclass(frozen=True)
class Row:
    """One row: its place, and its values by column; an empty cell has no values."""

    table: Table
    line: int
    values: dict[str, tuple[Any, ...]]

    @property
    def file(self) -> str:
        """Give the file as the user named its folder."""
        return self.table.file

    def one(self, column: str) -> Any:
        """Return the only value of a column, or None."""
        values = self.values.get(column, ())
        return values[0] if values else None

    def problem(self, column: str, message: str, hint: str = "") -> Problem:
        """Describe what is wrong with one cell of this row."""
        return Problem(self.file, self.line, column, message, hint)


@dataclass(frozen=True, eq=False)
class Table:
    """One table: what a row is about, what its columns mean, and the rows."""

    name: str
    file: str
    about: str
    columns: dict[str, Column]
    constants: tuple[tuple[str, str], ...]
    rows: list[Row]

    def subject(self, row: Row) -> str | None:
        """Return the address of the thing that a row is about, or None if its key is missing."""
        name = self.about[self.about.index("{") + 1 : self.about.index("}")]
        value = row.one(name)
        return None if value is None else self.about.replace("{" + name + "}", value)


def read_tables(folder: Path, problems: list[Problem]) -> dict[str, Table]:
    """Read every table of a folder, cell by cell.

    Parameters
    ----------
    folder
        Holds ``csv-metadata.json`` and the tables that it names.
    problems
        Takes what is wrong, one entry a cell; a faulty cell is left empty, its row stays.

    Returns
    -------
    dict
        Tables by name (the file's name without ``.csv``), in the order of the metadata.

    Raises
    ------
    NotFound, InvalidInput
        If there is no readable metadata, or a whole table cannot be read: then everything that
        refers to its rows would look wrong as well, so only what reading found is told.
    """
    group = read_metadata(folder)
    tables = {}
    whole = True
    for described in group.tables:
        file = folder / str(described.url)
        table = _table(described, file)
        tables[table.name] = table
        try:
            text = read_text(file)
        except NotFound as error:
            hint = f"add the file, or take it out of {METADATA}"
            problems.append(Problem(str(folder / METADATA), 0, "", str(error), hint))
            whole = False
        except InvalidInput as error:
            problems.extend(error.problems)
            whole = False
        else:
            table.rows.extend(_rows(table, text, problems))
            whole = whole and bool(text.strip())
    known = {Path(table.file).name for table in tables.values()} | {RECONCILIATION}
    for stray in sorted(path.name for path in folder.glob("*.csv") if path.name not in known):
        hint = f"describe it there, or move it away{nearest(stray, known)}"
        problems.append(Problem(str(folder / stray), 0, "", f"{METADATA} does not name it", hint))
    if not whole:
        hint = "References between tables are checked once every table can be read."
        raise InvalidInput(sorted(problems), hint=hint)
    return tables


def nearest(word: str, known: set[str]) -> str:
    """Return ``; did you mean 'x'?`` if something known is close to a word, else nothing."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def read_metadata(folder: Path) -> Any:
    """Read what the tables of a folder and their columns mean, as a ``csvw.TableGroup``.

    Raises
    ------
    NotFound, InvalidInput
        If there is no metadata, or it is not CSVW.
    """
    from csvw import TableGroup

    file = folder / METADATA
    if not file.is_file():
        raise NotFound(
            f"the folder '{folder}' holds no {METADATA}",
            hint="name a folder of curated tables, such as graph/, or an RDF file",
        )
    try:
        description = json.loads(read_text(file))
        # What the library only warns of (a misspelt property, a wrong type) would be lost here.
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return TableGroup.from_file(file, data=description)
    except json.JSONDecodeError as error:
        problem = Problem(str(file), error.lineno, "", f"not JSON: {error.msg}", "mend it there")
        raise InvalidInput([problem]) from error
    except (ValueError, TypeError, KeyError, AttributeError, UserWarning) as error:
        hint = "see W3C, Metadata Vocabulary for Tabular Data"
        problem = Problem(str(file), 0, "", f"not CSVW metadata: {error}", hint)
        raise InvalidInput([problem]) from error


def _table(described: Any, file: Path) -> Table:
    schema = described.tableSchema
    columns = {}
    constants = []
    for column in schema.columns:
        template = None if column.valueUrl is None else str(column.valueUrl)
        prop = None if column.propertyUrl is None else str(column.propertyUrl)
        if column.virtual:
            constants.append((prop or "", template or ""))
            continue
        datatype = column.datatype
        columns[column.name] = Column(
            name=column.name,
            property=prop,
            template=template,
            language=None if column.lang == "und" else column.lang,
            datatype="string" if datatype is None else datatype.base,
            pattern=None if datatype is None else datatype.format,
            reader=column,
        )
    about = str(schema.aboutUrl)
    return Table(file.stem, str(file), about, columns, tuple(constants), [])


def read_cells(
    file: str, text: str, columns: Collection[str], problems: list[Problem], *, whole: bool
) -> Iterator[tuple[int, dict[str, str]]]:
    """Go through the rows of a table that are not blank: first line, and cells by column.

    Parameters
    ----------
    columns
        Those that the metadata describe, in their order.
    problems
        Takes what is not CSV, an unknown or repeated column, a row of another length than the
        header; its cells come as far as they go.
    whole
        Whether a column that the table lacks is a problem, too.
    """
    reader = csv.reader(io.StringIO(text), strict=True)
    begin = 1
    header: list[str] | None = None
    try:
        for cells in reader:
            line, begin = begin, reader.line_num + 1
            if header is None:
                header = [name.strip() for name in cells]
                problems.extend(_header_problems(file, header, columns, whole=whole))
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    message = f"{len(cells)} cells under {len(header)} columns"
                    hint = "quote a cell that holds a comma"
                    problems.append(Problem(file, line, "", message, hint))
                yield line, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        hint = "look for a quotation mark that is not closed"
        problems.append(Problem(file, begin, "", f"not CSV: {error}", hint))
    if header is None:
        hint = f"its first line names the columns: {','.join(columns)}"
        problems.append(Problem(file, 0, "", "the file is empty", hint))


def _header_problems(
    file: str, header: list[str], columns: Collection[str], *, whole: bool
) -> Iterator[Problem]:
    for name, count in Counter(header).items():
        if name not in columns:
            hint = f"{METADATA} does not describe it{nearest(name, set(columns))}"
            yield Problem(file, 1, name, "unknown column", hint)
        if count > 1:
            yield Problem(file, 1, name, "the column is named twice", "keep one of them")
    for name in columns:
        if whole and name not in header:
            yield Problem(file, 1, name, "the column is missing", "add it; cells may stay empty")


def _rows(table: Table, text: str, problems: list[Problem]) -> Iterator[Row]:
    for line, cells in read_cells(table.file, text, table.columns, problems, whole=True):
        values: dict[str, tuple[Any, ...]] = {}
        row = Row(table, line, values)
        for name, cell in cells.items():
            column = table.columns.get(name)
            if column is not None:
                try:
                    values[name] = _values(column, cell)
                except ValueError as error:
                    problems.append(row.problem(name, *_explain(column, cell, error)))
        yield row


def _values(column: Column, cell: str) -> tuple[Any, ...]:
    read = column.reader.read(cell.strip())
    values = read if isinstance(read, list) else [read]
    return tuple(_clean(value) for value in values if value is not None and value != "")


def _clean(value: Any) -> Any:
    """Take the blanks around a text away, and the hour that the library adds to a day."""
    if isinstance(value, datetime):
        return value.date()
    return value.strip() if isinstance(value, str) else value


def _explain(column: Column, cell: str, error: ValueError) -> tuple[str, str]:
    """Say what is wrong with a cell in a curator's words, and what the column takes."""
    if not cell.strip():
        return "the cell is empty", "a value is required here"
    if column.datatype == "date":
        return f"'{cell}' is not a date", "write it as YYYY-MM-DD"
    if column.datatype in ("decimal", "integer"):
        kind = "a whole number" if column.datatype == "integer" else "a number"
        bound = str(error) if "must be" in str(error) else "digits and a point only, no commas"
        return f"'{cell}' is not {kind} that fits", bound
    if column.name == "id":
        kinds = re.match(r"\(?([a-z|]+)\)?-", column.pattern or "")
        start = " or ".join(f"{kind}-" for kind in kinds[1].split("|")) if kinds else ""
        return f"'{cell}' is not an identifier of this table", (
            f"it starts with {start}, then small letters, digits and single hyphens"
        )
    if column.pattern:
        choices = column.pattern.split("|")
        return f"'{cell}' is not allowed here", (
            f"it takes {', '.join(choices)}{nearest(cell, set(choices))}"
            if len(choices) > 1
            else f"it must match {column.pattern}"
        )
    return f"'{cell}' cannot be read as {column.datatype}", str(error)

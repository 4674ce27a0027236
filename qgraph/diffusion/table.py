"""The numbers of a result as a table that people, spreadsheets, papers and programs can read."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from qgraph import cells
from qgraph.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas

__all__ = ["Column", "Table", "Words", "plain"]

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)


class Words(NamedTuple):
    """One text in the languages of the project."""

    en: str
    zh: str

    def to(self, language: str) -> str:
        """Give the text in a language: Chinese for ``zh``, English for any other."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        Its key in CSV, JSON and frames, in snake_case.
    title
        Its heading for people.
    values
        One per row: text, number, truth or None; NaN is a number that is not known.
    form
        How people read a number, a format specification such as ``.3f``; programs get it whole.
    """

    name: str
    title: Words
    values: Sequence[object]
    form: str = ""

    def shown(self) -> list[str]:
        """Give every value as people read it."""
        return [_show(value, self.form) for value in self.values]

    def is_numeric(self) -> bool:
        """Tell whether it holds numbers, which are aligned on the right."""
        known = [value for value in map(plain, self.values) if value is not None]
        return bool(known) and all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in known
        )


@dataclass(frozen=True)
class Table:
    """Columns of one length."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the columns."""
        return tuple(column.name for column in self.columns)

    def records(self) -> list[dict[str, Any]]:
        """Give the rows as dictionaries of plain Python values; None is what is not known."""
        lists = [[plain(value) for value in column.values] for column in self.columns]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*lists, strict=True)]

    def as_frame(self) -> pandas.DataFrame:
        """Give the table as a pandas DataFrame.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra(
                "a DataFrame needs pandas, which is not installed",
                hint="Install it: python -m pip install 'qgraph[stats]'.",
            ) from error
        return pandas.DataFrame({column.name: list(column.values) for column in self.columns})

    def as_csv(self, *, spreadsheet: bool = False) -> str:
        """Write CSV (RFC 4180, with line feeds); numbers whole, what is not known empty.

        Parameters
        ----------
        spreadsheet
            Puts an apostrophe before text that a spreadsheet would run as a formula.
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.names)
        for record in self.records():
            writer.writerow([_cell(value, spreadsheet) for value in record.values()])
        return text.getvalue()

    def as_text(self, language: str = "en", width: int | None = None) -> str:
        """Lay the table out for a terminal, wrapped to a width in columns if one is given."""
        numbers = frozenset(i for i, column in enumerate(self.columns) if column.is_numeric())
        return cells.table(self._headings(language), self._shown(), numbers=numbers, columns=width)

    def as_markdown(self, language: str = "en") -> str:
        """Write a Markdown table; numbers are aligned on the right."""

        def line(texts: Sequence[str]) -> str:
            escaped = (
                cells.clean(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
                for text in texts
            )
            return f"| {' | '.join(escaped)} |\n"

        rule = "|".join(" ---: " if column.is_numeric() else " --- " for column in self.columns)
        body = "".join(line(row) for row in self._shown())
        return f"{line(self._headings(language))}|{rule}|\n{body}"

    def as_latex(self, language: str = "en") -> str:
        """Write a ``tabular`` with the rules of the package booktabs."""
        places = "".join("r" if column.is_numeric() else "l" for column in self.columns)

        def line(texts: Sequence[str]) -> str:
            return " & ".join(cells.clean(text).translate(_LATEX) for text in texts) + r" \\"

        rows = [line(row) for row in self._shown()]
        lines = [rf"\begin{{tabular}}{{{places}}}", r"\toprule", line(self._headings(language))]
        lines += [r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
        return "\n".join(lines) + "\n"

    def _headings(self, language: str) -> list[str]:
        return [column.title.to(language) for column in self.columns]

    def _shown(self) -> list[list[str]]:
        shown = [column.shown() for column in self.columns]
        return [list(row) for row in zip(*shown, strict=True)]


def plain(value: object) -> Any:
    """Turn a NumPy scalar or array into plain Python; NaN and infinities become None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value


def _show(value: object, form: str) -> str:
    known = plain(value)
    if known is None:
        return ""
    if isinstance(known, int | float) and form:
        return format(known, form)
    return str(known)


def _cell(value: object, spreadsheet: bool) -> object:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and spreadsheet:
        return cells.no_formula(value)
    return value

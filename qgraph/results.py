"""Writing an answer: for people as a table, for programs in the standard formats.

JSON, XML, CSV and TSV come from the engine's own writers. Statements (CONSTRUCT, DESCRIBE) may be
written in every format: in those made for rows they are rows of subject, predicate and object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.cells import clean, no_formula, table
from qgraph.errors import MissingExtra, QGraphError
from qgraph.graph import Rows, Triples, Truth
from qgraph.terms import PREFIXES, XSD, local_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from qgraph.graph import Answer, Term

__all__ = ["FORMATS", "SUFFIXES", "write"]

_STATEMENT = ("subject", "predicate", "object")
_NUMBERS = frozenset({XSD.integer, XSD.decimal, XSD.double, XSD.float})


def write(
    answer: Answer,
    form: str,
    stream: BinaryIO,
    *,
    columns: int | None = None,
    spreadsheet: bool = False,
) -> None:
    """Write an answer.

    Parameters
    ----------
    answer
        From :meth:`qgraph.graph.Graph.query`.
    form
        One of :data:`FORMATS`.
    stream
        Open for bytes.
    columns
        Width of the terminal, to which a table is wrapped; None for as wide as it is.
    spreadsheet
        For CSV that people open in a spreadsheet: starts with a byte order mark, so that Chinese
        is read as such, and puts an apostrophe before text that would be run as a formula.
        Numbers stay as they are. Without it, CSV is what the SPARQL standard says, unchanged.

    Raises
    ------
    QGraphError
        If the format does not fit the answer.
    MissingExtra
        For Parquet without pyarrow.
    """
    if form in _STATEMENTS_ONLY:
        if not isinstance(answer, Triples):
            kind = "rows" if isinstance(answer, Rows) else "yes or no"
            raise QGraphError(
                f"{form} holds statements, and this query answers with {kind}",
                hint=f"Use one of {', '.join(_ROW_WRITERS)}; or ask with CONSTRUCT or DESCRIBE.",
            )
        stream.write(_statements(answer, _STATEMENTS_ONLY[form]))
    elif form not in _ROW_WRITERS:
        raise QGraphError(
            f"there is no format {form!r}", hint=f"The formats are {', '.join(FORMATS)}."
        )
    elif isinstance(answer, Truth):
        stream.write(_truth(answer, form))
    else:
        rows = (
            Rows(_STATEMENT, tuple(map(tuple, answer.triples)))
            if isinstance(answer, Triples)
            else answer
        )
        if form == "table":
            stream.write(_table(rows, columns))
        elif form == "csv" and spreadsheet:
            stream.write(_spreadsheet(rows))
        else:
            stream.write(_ROW_WRITERS[form](rows))


def _text(term: Term | None) -> str:
    """Write a term for people: an id for a thing, the bare text of a literal."""
    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        return local_id(term.value)
    if isinstance(term, pyoxigraph.Literal):
        return term.value
    if isinstance(term, pyoxigraph.Triple):
        return f"<<( {' '.join(_text(part) for part in term)} )>>"
    return str(term)


def _is_number(term: Term | None) -> bool:
    return isinstance(term, pyoxigraph.Literal) and term.datatype.value in _NUMBERS


def _table(rows: Rows, columns: int | None) -> bytes:
    numbers = frozenset(
        i
        for i in range(len(rows.variables))
        if any(row[i] is not None for row in rows.solutions)
        and all(row[i] is None or _is_number(row[i]) for row in rows.solutions)
    )
    cells = [[_text(term) for term in row] for row in rows.solutions]
    count = len(rows.solutions)
    told = f"({count} {'row' if count == 1 else 'rows'})\n"
    if not rows.variables:
        return told.encode()
    return (table(rows.variables, cells, numbers=numbers, columns=columns) + told).encode()


def _markdown(rows: Rows) -> bytes:
    def line(texts: Sequence[str]) -> str:
        escaped = (clean(text).replace("\\", "\\\\").replace("|", "\\|") for text in texts)
        return f"| {' | '.join(escaped)} |\n"

    lines = [line(rows.variables), f"|{' --- |' * len(rows.variables)}\n"]
    lines += [line([_text(term) for term in row]) for row in rows.solutions]
    return "".join(lines).encode()


def _spreadsheet(rows: Rows) -> bytes:
    import csv  # only this format needs it
    import io

    def cell(term: Term | None) -> str:
        if isinstance(term, pyoxigraph.NamedNode):
            return term.value
        text = _text(term)
        return text if _is_number(term) else no_formula(text)

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows.variables)
    writer.writerows([cell(term) for term in row] for row in rows.solutions)
    return text.getvalue().encode("utf-8-sig")


def _standard(form: pyoxigraph.QueryResultsFormat) -> Callable[[Rows], bytes]:
    """Make a writer of a format of the SPARQL standard.

    Each goes through JSON, which the engine reads back: rows in memory have no writer of their
    own, and what is easily written by hand is easily written wrongly.
    """

    def writer(rows: Rows) -> bytes:
        solutions = pyoxigraph.parse_query_results(_json(rows), pyoxigraph.QueryResultsFormat.JSON)
        written = solutions.serialize(format=form) or b""
        return written if written.endswith(b"\n") else written + b"\n"

    return writer


def _json(rows: Rows) -> bytes:
    import json

    bindings = [
        {
            name: _binding(term)
            for name, term in zip(rows.variables, row, strict=True)
            if term is not None
        }
        for row in rows.solutions
    ]
    document = {"head": {"vars": rows.variables}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _binding(term: Term) -> dict[str, object]:
    if isinstance(term, pyoxigraph.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, pyoxigraph.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, pyoxigraph.Triple):
        parts = zip(_STATEMENT, term, strict=True)
        return {"type": "triple", "value": {name: _binding(part) for name, part in parts}}
    binding: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        binding["xml:lang"] = term.language
    elif term.datatype.value != XSD.string:
        binding["datatype"] = term.datatype.value
    return binding


def _truth(answer: Truth, form: str) -> bytes:
    word = "true" if answer.value else "false"
    standard = {
        "json": pyoxigraph.QueryResultsFormat.JSON,
        "xml": pyoxigraph.QueryResultsFormat.XML,
    }
    if form in standard:
        document = f'{{"head":{{}},"boolean":{word}}}'
        parsed = pyoxigraph.parse_query_results(document, pyoxigraph.QueryResultsFormat.JSON)
        return (parsed.serialize(format=standard[form]) or b"") + b"\n"
    if form == "parquet":
        raise QGraphError(
            "parquet holds rows, and this query answers with yes or no",
            hint="Use --format json, or ask with SELECT.",
        )
    return f"{word}\n".encode()


def _statements(answer: Triples, form: pyoxigraph.RdfFormat) -> bytes:
    used = {
        prefix: base
        for prefix, base in PREFIXES.items()
        if any(base in str(triple) for triple in answer.triples)
    }
    return pyoxigraph.serialize(answer.triples, format=form, prefixes=used) or b""


def _parquet(rows: Rows) -> bytes:
    import importlib
    import io

    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra(
            "Parquet needs pyarrow, which is not installed",
            hint="Install it: python -m pip install 'qgraph[parquet]'.",
        ) from error
    arrays = [_array(arrow, [row[i] for row in rows.solutions]) for i in range(len(rows.variables))]
    output = io.BytesIO()
    parquet.write_table(arrow.table(arrays, names=list(rows.variables)), output)
    return output.getvalue()


def _array(arrow: object, terms: list[Term | None]) -> object:
    """Make a column of one type: that of its literals if they agree and can be read, else text."""
    from datetime import date
    from decimal import Decimal

    readers: dict[str, tuple[str, Callable[[str], object]]] = {
        XSD.integer: ("int64", int),
        XSD.decimal: ("float64", lambda text: float(Decimal(text))),
        XSD.double: ("float64", float),
        XSD.float: ("float64", float),
        XSD.boolean: ("bool_", lambda text: text in {"true", "1"}),
        XSD.date: ("date32", date.fromisoformat),
    }
    datatypes = {
        term.datatype.value if isinstance(term, pyoxigraph.Literal) else ""
        for term in terms
        if term is not None
    }
    if len(datatypes) == 1 and (found := readers.get(datatypes.pop())):
        name, read = found
        kind = getattr(arrow, name)()
        try:
            values = [None if term is None else read(_text(term)) for term in terms]
            return arrow.array(values, type=kind)  # type: ignore[attr-defined]
        except (ValueError, OverflowError):
            pass  # a date with a time zone, a number beyond 64 bits: as text nothing is lost
    texts = [
        term.value if isinstance(term, pyoxigraph.NamedNode) else term and _text(term)
        for term in terms
    ]
    return arrow.array(texts, type=arrow.string())  # type: ignore[attr-defined]


_ROW_WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "table": lambda rows: _table(rows, None),
    "csv": _standard(pyoxigraph.QueryResultsFormat.CSV),
    "tsv": _standard(pyoxigraph.QueryResultsFormat.TSV),
    "json": _standard(pyoxigraph.QueryResultsFormat.JSON),
    "xml": _standard(pyoxigraph.QueryResultsFormat.XML),
    "markdown": _markdown,
    "parquet": _parquet,
}
_STATEMENTS_ONLY = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
}
FORMATS = (*_ROW_WRITERS, *_STATEMENTS_ONLY)
"""Names of all formats, the one for people first."""

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".srj": "json",
    ".xml": "xml",
    ".srx": "xml",
    ".md": "markdown",
    ".parquet": "parquet",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".txt": "table",
}
"""File suffix -> the format that it asks for."""

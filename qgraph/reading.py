"""Reading an RDF file: the suffix tells the format, and a fault is told with file and line.

Folders of tables and stores are not read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.errors import InvalidInput, Problem
from qgraph.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FORMATS", "read_rdf"]

FORMATS = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".xml": pyoxigraph.RdfFormat.RDF_XML,
}
"""Suffix -> format of the RDF files that can be read."""

_LINE = re.compile(r"\bline (\d+)(?: column (\d+)| between columns (\d+))?")
_PLACE = re.compile(
    r"^Parser error (?:at|between) line \d+.*?: | \(line \d+(?: column \d+)?\)$", re.DOTALL
)
_ADVICE = {
    "No scheme found": "write the address in full, or declare a base on top: @base <https://...> .",
    "LoadDocumentCallback": "put the context into the file: none is fetched from the network",
    "end of file": "the file seems cut off: get it again, or close what is open",
    "end of input": "the file seems cut off: get it again, or close what is open",
}


def read_rdf(path: Path) -> Iterator[pyoxigraph.Quad]:
    """Give the statements of an RDF file one by one, with the names its blank nodes have there.

    Raises
    ------
    NotFound
        If there is no such file.
    InvalidInput
        If the suffix is not known, the text cannot be parsed, or it holds no statement.
    """
    name = str(path)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise _fault(
            name,
            0,
            f"the suffix {path.suffix!r} is no RDF format known here",
            f"name the file {', '.join(FORMATS)}, or give a folder of tables or a store",
        )
    text = read_text(path)
    empty = True
    try:
        for quad in pyoxigraph.parse(text, form):
            empty = False
            yield quad
    except SyntaxError as error:
        message = str(error)
        raise _fault(name, _line(message, text), _said(message), _advice(message)) from error
    if empty:
        raise _fault(name, 1, "the file holds no statement", "check that it is the file you meant")


def _line(message: str, text: str) -> int:
    match = _LINE.search(message)
    # The XML reader gives no place when the text is cut off: that is at its end.
    return int(match[1]) if match else text.count("\n") + 1


def _said(message: str) -> str:
    return _PLACE.sub("", message).strip() or message


def _advice(message: str) -> str:
    for part, advice in _ADVICE.items():
        if part.lower() in message.lower():
            return advice
    return "correct this line; the fault may begin just before it"


def _fault(name: str, line: int, message: str, hint: str) -> InvalidInput:
    return InvalidInput([Problem(name, line, "", message, hint)])

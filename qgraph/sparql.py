"""What a query may do here, and what an engine's complaint about it means.

Reads the text only: comments, strings and IRIs are masked first, so that a word inside them is
never taken for a keyword. Nothing is executed.
"""

from __future__ import annotations

import re

from qgraph.cells import clean, width
from qgraph.errors import InvalidQuery
from qgraph.terms import PREFIXES, expand

__all__ = ["check", "explain", "is_ordered", "mask", "names_graphs"]

_OPAQUE = re.compile(
    r"""
      \#[^\n\r]*
    | <[^<>"{}|^`\\\x00-\x20]*>
    | \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}
    | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
    | "(?:[^"\\\n\r]|\\.)*"
    | '(?:[^'\\\n\r]|\\.)*'
    """,
    re.VERBOSE | re.DOTALL,
)
_PROLOGUE = re.compile(r"\s*(?:(?:PREFIX\s+[^\s:]*\s*:|BASE|VERSION)\s*)*", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_UPDATES = frozenset(
    ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"]
)
_SERVICE = re.compile(r"(?<![\w?$@:.-])SERVICE(?![\w:-])", re.IGNORECASE)
_ORDER = re.compile(r"(?<![\w?$@:.-])ORDER\s+BY(?![\w:-])", re.IGNORECASE)
_FROM = re.compile(r"(?<![\w?$@:.-])FROM(?![\w:-])(?!\s+NAMED\b)", re.IGNORECASE)
_DECLARED = r"(?i)PREFIX\s+([^\s:]*)\s*:"
_PREFIXED = r"(?<![\w?$@:.-])([A-Za-z](?:[\w.-]*[\w-])?|):(?=[\w:%\\]|\s|$)"
_POSITION = r"(?s)error at (\d+):(\d+): expected (?:one of )?(.*)"
# Sentences that the engine's grammar hides among the characters it would have accepted.
_SENTENCES = {
    "The SELECT contains a variable that is unbound": (
        "SELECT names a variable that is neither grouped nor aggregated",
        "Add it to GROUP BY, or take one value with SAMPLE(?name).",
    ),
    "IRI parsing failed": (
        "an address in <...> is not a full IRI",
        f"Write it in full, as in <{expand('qgd:place-shenzhen')}>,"
        " or with a prefix, as in qgd:place-shenzhen.",
    ),
}
_PAIRS = {"{": "}", "(": ")", "[": "]"}


def mask(text: str) -> str:
    """Blank out comments, strings and IRIs, keeping every other character in its place."""
    return _OPAQUE.sub(lambda match: re.sub(r"[^\n\r]", " ", match[0]), text)


def is_ordered(text: str) -> bool:
    """Tell whether a query asks for an order of its rows."""
    return bool(_ORDER.search(mask(text)))


def names_graphs(text: str) -> bool:
    """Tell whether a query says with FROM which graphs it is about."""
    return bool(_FROM.search(mask(text)))


def check(text: str, *, allow_service: bool = False) -> None:
    """Refuse a text that would change the graph or ask the network.

    Raises
    ------
    InvalidQuery
        If it is empty, an update, or has a SERVICE block that was not allowed.
    """
    masked = mask(text)
    start = _PROLOGUE.match(masked)
    word = _WORD.search(masked, start.end() if start else 0)
    if word is None and not masked.strip():
        raise InvalidQuery(
            "the query is empty", hint="Try: SELECT ?measure WHERE { ?measure a qg:Measure }"
        )
    if word and word[0].upper() in _UPDATES:
        raise _at(
            text,
            word.start(),
            f"{word[0].upper()} changes a graph, and queries here only read",
            hint="Use SELECT, ASK, CONSTRUCT or DESCRIBE; to change the graph, edit its tables.",
        )
    service = _SERVICE.search(masked)
    if service and not allow_service:
        raise _at(
            text,
            service.start(),
            "SERVICE would send part of this query to another server",
            hint="If that is what you want, allow it: --allow-service on the command line,"
            " allow_service=True in Python.",
        )


def explain(text: str, complaint: str) -> InvalidQuery:
    """Turn the engine's complaint about a query into one that names the place and the next step."""
    match = re.match(_POSITION, complaint)
    if not match:
        return InvalidQuery(
            clean(complaint), hint="Check the query against the SPARQL 1.1 grammar."
        )
    if undeclared := _undeclared(text):
        prefix, place = undeclared
        return _at(text, place, f"the prefix '{prefix}:' is not declared", hint=_near(prefix))
    offset, expected = _offset(text, int(match[1]), int(match[2])), match[3]
    for sentence, (message, hint) in _SENTENCES.items():
        if sentence in expected:
            return _at(text, offset, message, hint=hint)
    if unclosed := _unclosed(text):
        message, place = unclosed
        return _at(text, place, message, hint="Every one that opens needs one that closes.")
    # The engine names the farthest place that it looked at, not the one where it went wrong; what
    # it says it expected there (LATERAL, SERVICE) would only mislead.
    return _at(
        text,
        offset,
        "this is not SPARQL: the fault is here or before",
        hint="Look for a missing dot, word or variable just before it.",
    )


def _unclosed(text: str) -> tuple[str, int] | None:
    """Find a bracket or a quotation mark without its other half."""
    opened: list[tuple[str, int]] = []
    for place, mark in enumerate(mask(text)):
        if mark in "\"'":
            return "this quotation mark is never closed", place
        if mark in _PAIRS:
            opened.append((mark, place))
        elif mark in _PAIRS.values() and (not opened or _PAIRS[opened.pop()[0]] != mark):
            return f"this '{mark}' closes nothing", place
    return (f"this '{opened[-1][0]}' is never closed", opened[-1][1]) if opened else None


def _undeclared(text: str) -> tuple[str, int] | None:
    masked = mask(text)
    known = {*PREFIXES, "_", *(match[1] for match in re.finditer(_DECLARED, masked))}
    for match in re.finditer(_PREFIXED, masked):
        if match[1] not in known:
            return match[1], match.start()
    return None


def _near(prefix: str) -> str:
    # Only a failed query needs it, and every query would pay for the import.
    import difflib

    close = difflib.get_close_matches(prefix, PREFIXES, n=1, cutoff=0.5)
    suggestion = f"Did you mean '{close[0]}:'? " if close else ""
    return f"{suggestion}Declare it with PREFIX {prefix}: <address>; known without: " + " ".join(
        f"{known}:" for known in PREFIXES
    )


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    before = sum(len(part) + 1 for part in lines[: line - 1])
    return min(before + column - 1, len(text))


def _at(text: str, offset: int, message: str, *, hint: str) -> InvalidQuery:
    """Point at a place in a query: line, column, the line itself and a caret under it."""
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    shown = clean(text[start : end if end >= 0 else len(text)])
    caret = " " * width(clean(text[start:offset])) + "^"
    column = offset - start + 1
    return InvalidQuery(
        f"line {line}, column {column}: {message}\n  {shown}\n  {caret}",
        line=line,
        column=column,
        hint=hint,
    )

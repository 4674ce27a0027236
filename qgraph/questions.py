"""Questions kept as files: SPARQL that runs anywhere, with a title and typed parameters on top.

The first comment lines of a file describe it::

    # title: Which measures were piloted in a zone?
    # title@zh: 某功能区试点过哪些措施？
    # description: One row per measure, the earliest first.
    # parameter zone: thing - the zone asked about
    # expects: rows
    SELECT ?measure WHERE {
      VALUES ?zone { qgd:place-qianhai-cooperation-zone }
      ...

A parameter has exactly one ``VALUES ?name { ... }`` in the body, which holds its default: UNDEF if
any value will do. Binding a value replaces that block with a term written by the engine's own
writer; no text is pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph import bundled
from qgraph.errors import InvalidInput, NotFound, Problem, QGraphError
from qgraph.languages import in_words
from qgraph.sparql import mask
from qgraph.terms import PREFIXES, XSD, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Parameter", "Question", "all_questions", "bind", "load", "parse"]

TYPES = {
    "thing": "an id such as place-shenzhen, or an exact label",
    "kind": "a kind such as field-legal-services",
    "date": "a day, as in 2024-07-26",
    "integer": "a whole number",
    "decimal": "a number, as in 7.1",
    "text": "any text",
    "language": "a language code, as in en or zh",
}
"""Parameter type -> what may be given for it."""

_KEY = re.compile(
    r"#\s*(title|description|expects|parameter)(?:@([A-Za-z-]+))?(?:\s+(\w+))?\s*:\s*(.*)"
)
_TYPED = re.compile(rf"({'|'.join(TYPES)})(?:\s+-\s+(.*))?")
_KIND = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_INTEGER = r"[+-]?[0-9]{1,18}"
_DECIMAL = r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LANGUAGE = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
_NUMBERED = re.compile(r"^\d+-")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A blank in a question that the asker may fill."""

    name: str
    type: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    default: str = ""

    def description(self, language: str = "en") -> str:
        """Say what the parameter is for."""
        return in_words(self.descriptions, language)


@dataclass(frozen=True, slots=True)
class Question:
    """A query with a title, a description and parameters; ``text`` runs as it stands."""

    name: str
    text: str
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    expects: str = "rows"
    waits_for: str = ""

    def title(self, language: str = "en") -> str:
        """Return the title, or the name of a question that has none."""
        return in_words(self.titles, language) or self.name

    def description(self, language: str = "en") -> str:
        """Return the description, or an empty text."""
        return in_words(self.descriptions, language)


def parse(text: str, name: str = "query", file: str = "") -> Question:
    """Read a question from the text of its file; a query without a header is one too.

    Raises
    ------
    InvalidInput
        If a declared parameter has no known type, is declared twice, or does not have exactly one
        ``VALUES`` block.
    """
    titles: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    expects, waits_for = "rows", ""
    types: dict[str, str] = {}
    about: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    file = file or name

    def problem(line: int, message: str, hint: str) -> None:
        problems.append(Problem(file, line, "", message, hint))

    for number, line in _header(text):
        match = _KEY.fullmatch(line)
        if not match:
            continue
        key, tag, subject, value = match[1], match[2] or "en", match[3] or "", match[4].strip()
        language = tag.partition("-")[0].lower()
        if key == "title":
            titles[language] = value
        elif key == "description":
            descriptions[language] = value
        elif key == "expects":
            expects, _, reason = value.partition(" ")
            waits_for = reason.strip("() ").removeprefix("waits for ")
        elif match[2]:
            about.setdefault(subject, {})[language] = value
        else:
            typed = _TYPED.fullmatch(value)
            if not subject or not typed:
                problem(
                    number,
                    f"not a parameter declaration: {line.lstrip('# ')!r}",
                    "write '# parameter NAME: TYPE - what it is for', TYPE one of "
                    + ", ".join(TYPES),
                )
            elif subject in types:
                problem(number, f"parameter {subject!r} is declared twice", "remove one of them")
            else:
                types[subject] = typed[1]
                lines[subject] = number
                about.setdefault(subject, {})["en"] = typed[2] or ""

    parameters = []
    for parameter, kind in types.items():
        blocks = _blocks(text, parameter)
        if len(blocks) == 1:
            default = text[blocks[0].start("row") : blocks[0].end("row")].strip()
            parameters.append(Parameter(parameter, kind, about[parameter], default))
        else:
            problem(
                lines[parameter],
                f"parameter {parameter!r} has {len(blocks)} VALUES blocks in the body, not one",
                f"write its default once, as in VALUES ?{parameter} {{ ... }}",
            )
    if problems:
        raise InvalidInput(problems)
    return Question(
        name, text, titles, descriptions, tuple(parameters), expects=expects, waits_for=waits_for
    )


def bind(
    question: Question,
    values: Mapping[str, object],
    resolve: Callable[[str], str] | None = None,
) -> str:
    """Return the text of a question with values in place of its defaults.

    Parameters
    ----------
    question
        A question, from :func:`load` or :func:`parse`.
    values
        Parameter name -> value, or a list of values of which any may hold.
    resolve
        Finds the IRI behind an id or a label (``Graph.find``). Without it, things and kinds are
        taken by their ids as they are.

    Raises
    ------
    QGraphError
        If a parameter is not declared or a value is not of its type.
    """
    text = question.text
    declared = {parameter.name: parameter for parameter in question.parameters}
    for name, value in values.items():
        if name not in declared:
            raise QGraphError(f"the query has no parameter {name!r}", hint=_declarations(question))
        parameter = declared[name]
        several = value if isinstance(value, list | tuple | set | frozenset) else [value]
        terms = [_term(parameter, str(one), question, resolve) for one in several]
        block = _blocks(text, name)[0]
        # The lines of the block are kept, so that a complaint still names the right one.
        lines = "\n" * block[0].count("\n")
        row = f"VALUES ?{name} {{ {' '.join(terms)} }}{lines}"
        text = text[: block.start()] + row + text[block.end() :]
    return text


def load(name: str) -> Question:
    """Return one of the bundled questions.

    Raises
    ------
    NotFound
        If there is none of that name; the hint has the nearest.
    """
    files = _files()
    if name in files:
        return parse(files[name].read_text("utf-8"), name, files[name].name)
    import difflib  # only a failed look-up needs it

    close = difflib.get_close_matches(name, files, n=3, cutoff=0.4)
    nearest = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
    raise NotFound(
        f"there is no question named {name!r}", hint=f"{nearest}qgraph query --list shows them all."
    )


def all_questions() -> tuple[Question, ...]:
    """Return every bundled question, in the order of their numbers."""
    return tuple(parse(file.read_text("utf-8"), name, file.name) for name, file in _files().items())


def _files() -> dict[str, Path]:
    files = sorted((bundled.folder("ontology") / "questions").glob("*.rq"))
    return {_NUMBERED.sub("", file.stem): file for file in files}


def _header(text: str) -> list[tuple[int, str]]:
    header = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        header.append((number, line.strip()))
    return header


def _blocks(text: str, name: str) -> list[re.Match[str]]:
    """Find the VALUES blocks of a parameter, never inside a comment or a string."""
    block = re.compile(
        rf"(?<![\w?$:])VALUES\s*[?$]{re.escape(name)}\s*\{{(?P<row>[^{{}}]*)\}}", re.IGNORECASE
    )
    return list(block.finditer(mask(text)))


def _term(
    parameter: Parameter,
    value: str,
    question: Question,
    resolve: Callable[[str], str] | None,
) -> str:
    """Write one value as a SPARQL term of the parameter's type."""
    text = value.strip()
    try:
        if parameter.type == "thing":
            return str(pyoxigraph.NamedNode(resolve(text) if resolve else _iri(text, "qgd")))
        if parameter.type == "kind":
            if re.fullmatch(_KIND, text.removeprefix("qgk:")):
                curie = "qgk:" + text.removeprefix("qgk:")
                return str(pyoxigraph.NamedNode(resolve(curie) if resolve else expand(curie)))
        elif parameter.type == "date":
            if re.fullmatch(_DAY, text) and _is_day(text):
                return str(_literal(text, XSD.date))
        elif parameter.type == "integer":
            if re.fullmatch(_INTEGER, text):
                return str(_literal(text, XSD.integer))
        elif parameter.type == "decimal":
            if re.fullmatch(_DECIMAL, text):
                return str(_literal(text, XSD.decimal))
        elif parameter.type == "language":
            if re.fullmatch(_LANGUAGE, text):
                return str(pyoxigraph.Literal(text))
        else:
            return str(pyoxigraph.Literal(value))
    except ValueError:
        pass  # the engine's constructors refuse what is not an IRI or not Unicode text
    raise QGraphError(
        f"{value!r} does not fit parameter {parameter.name!r}: {TYPES[parameter.type]} is expected",
        hint=_declarations(question),
    )


def _iri(text: str, prefix: str) -> str:
    if text.startswith(("http://", "https://")):
        return text
    return expand(text) if ":" in text else PREFIXES[prefix] + text


def _literal(text: str, datatype: str) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(datatype))


def _is_day(text: str) -> bool:
    import datetime

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _declarations(question: Question) -> str:
    if not question.parameters:
        return (
            "It declares none. A line '# parameter NAME: TYPE - what it is for' on top and"
            " VALUES ?NAME { default } in the body make one."
        )
    known = (
        f"{parameter.name} ({parameter.type}, by default {_told(parameter.default)})"
        for parameter in question.parameters
    )
    return f"Its parameters: {'; '.join(known)}."


def _told(default: str) -> str:
    """Say in words what SPARQL writes where nothing is asked for in particular."""
    return "any" if default == "UNDEF" else default

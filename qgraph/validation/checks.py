"""Rules that shapes cannot say: SPARQL checks, each of which must find nothing.

A check is a SELECT query in ``ontology/checks/``. Its title says what is wrong, its description
what to do, and ``# severity:`` how grave it is; ``?node`` is the culprit, ``?property`` and
``?value`` complete the message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.errors import InvalidInput, Problem
from qgraph.files import read_text
from qgraph.questions import parse
from qgraph.terms import PREFIXES, local_id
from qgraph.validation.issue import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from qgraph.validation.issue import Issue, Origins

__all__ = ["check_names", "run_checks"]

_SEVERITY = re.compile(r"^# severity: (\w+)$", re.MULTILINE)


def run_checks(
    quads: Collection[ox.Quad], folder: Path, origins: Origins, language: str
) -> list[Issue]:
    """Run every check of a folder over the union of all graphs."""
    store = ox.Store()
    store.bulk_extend(quads)
    return [
        issue
        for file in sorted(folder.glob("*.rq"))
        for issue in _run(store, file, origins, language)
    ]


def check_names(folder: Path) -> set[str]:
    """Name the checks of a folder, as their issues do."""
    return {_name(file) for file in folder.glob("*.rq")}


def _name(file: Path) -> str:
    return file.stem.partition("-")[2]


def _run(store: ox.Store, file: Path, origins: Origins, language: str) -> Iterator[Issue]:
    text = read_text(file)
    check = parse(text, _name(file), str(file))
    severity = _SEVERITY.search(text)
    if severity is None or severity[1] not in SEVERITIES:
        hint = f"add '# severity: NAME', NAME one of {', '.join(SEVERITIES)}"
        raise InvalidInput([Problem(str(file), 0, "", "the check has no severity", hint)])
    solutions = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    if not isinstance(solutions, ox.QuerySolutions):
        hint = "its first variable is ?node"
        raise InvalidInput([Problem(str(file), 0, "", "a check is a SELECT query", hint)])
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        culprit = solution["node"]
        details = " ".join(
            _word(solution[name]) for name in names if name != "node" and solution[name] is not None
        )
        title = check.title(language)
        yield origins.issue(
            severity[1],
            _address(culprit),
            check.name,
            f"{title}: {details}" if details else title,
            check.description(language),
        )


def _address(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _word(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Write a term as a person would: no quotation marks and no datatype."""
    if isinstance(term, ox.Literal):
        return term.value
    return local_id(term.value) if isinstance(term, ox.NamedNode) else str(term)

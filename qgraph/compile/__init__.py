"""From curated tables to a dataset: refused if a row has no source, the same bytes every time.

``compile_folder`` is the one door in. It reads the tables (`tables`), resolves times (`times`),
checks and writes every row (`statements`, `evidence`), applies the rules of the ontology
(`derive`) and describes the result (`dataset`). It reports every problem of every table in one run,
and then writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgraph.bundled import METADATA
from qgraph.compile.dataset import describe_dataset
from qgraph.compile.derive import derive
from qgraph.compile.statements import FURTHER_EVIDENCE, SEGMENTS, SOURCES, STATEMENTS, TIMES, Writer
from qgraph.compile.tables import read_tables
from qgraph.compile.times import resolve
from qgraph.compile.vocabulary import read_ontology
from qgraph.errors import InvalidInput, Problem

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import pyoxigraph as ox

__all__ = ["Compilation", "Origin", "compile_folder"]

# What the compiler itself knows of a folder: the other tables are the curator's affair.
_NEEDED = (SOURCES, SEGMENTS, TIMES, STATEMENTS, FURTHER_EVIDENCE)


@dataclass(frozen=True)
class Origin:
    """The row that made a node, and which of its columns states which property."""

    file: str
    line: int
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Compilation:
    """A compiled folder: quads in a fixed order, and the row behind each node by its address."""

    quads: list[ox.Quad]
    origins: dict[str, Origin]


def compile_folder(tables: str | os.PathLike[str], ontology: str | os.PathLike[str]) -> Compilation:
    """Compile a folder of curated tables.

    Parameters
    ----------
    tables
        Folder with ``csv-metadata.json`` and the tables it names.
    ontology
        Folder with the ontology, its kinds and its rules.

    Returns
    -------
    Compilation
        The ontology, what the tables state, what the rules derive from both, and a description.

    Raises
    ------
    NotFound
        If the folder holds no tables or no ontology.
    InvalidInput
        With every problem of every table.
    """
    vocabulary = read_ontology(Path(ontology))
    problems: list[Problem] = []
    read = read_tables(Path(tables), problems)
    missing = [name for name in _NEEDED if name not in read]
    if missing:
        file = str(Path(tables) / METADATA)
        hint = "describe it there; it may have no rows"
        raise InvalidInput(
            Problem(file, 0, "", f"the table '{name}.csv' is not described", hint)
            for name in missing
        )
    writer = Writer(read, vocabulary, resolve(read[TIMES].rows, problems), problems)
    writer.write()
    if problems:
        raise InvalidInput(sorted(problems), hint="Nothing is compiled until every row is sound.")
    asserted = [*vocabulary.quads, *writer.quads]
    quads = {*asserted, *derive(asserted, Path(ontology) / "rules")}
    quads |= set(describe_dataset(quads, Path(tables), vocabulary.ontology))
    stated_in = {
        name: {column.property: column.name for column in table.columns.values() if column.property}
        for name, table in read.items()
    }
    origins = {
        node: Origin(row.file, row.line, stated_in[row.table.name])
        for node, row in writer.origins.items()
    }
    return Compilation(sorted(quads, key=str), origins)

"""The derived layer: a few SPARQL rules that make common questions one-liners.

Each rule is a CONSTRUCT query in ``ontology/rules/``; its triples go into a named graph that bears
the rule's name, so that every derived triple tells which rule wrote it. Rules run once, in the
order of their file names: a later rule may build on an earlier one. Nothing derived is ever edited,
and nothing that a source says is ever overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.errors import InvalidInput, Problem
from qgraph.files import read_text
from qgraph.questions import parse
from qgraph.terms import DCTERMS, PREFIXES, QG, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["derive"]

_LANGUAGES = {"en": "en", "zh": "zh-Hans"}


def derive(quads: Iterable[ox.Quad], rules: Path) -> list[ox.Quad]:
    """Apply every rule of a folder to some quads.

    Parameters
    ----------
    quads
        What the rules read: the tables and the ontology.
    rules
        Folder of ``NN-name.rq`` files, each a CONSTRUCT query with a title and a description.

    Returns
    -------
    list
        The derived quads and a description of each rule, in the rules' own named graphs.

    Raises
    ------
    InvalidInput
        If a rule cannot be read; names its file.
    """
    store = ox.Store()
    store.bulk_extend(quads)
    derived: list[ox.Quad] = []
    for file in sorted(rules.glob("*.rq")):
        rule = parse(read_text(file), file.stem.partition("-")[2], str(file))
        graph = ox.NamedNode(PREFIXES["qgr"] + rule.name)
        triples = _construct(store, rule.text, str(file))
        written = [
            ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples
        ]
        store.extend(written)
        derived += written
        derived += _describe(rule.titles, rule.descriptions, graph)
    return derived


def _construct(store: ox.Store, text: str, file: str) -> set[ox.Triple]:
    hint = "mend the rule there"
    try:
        answer = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise InvalidInput([Problem(file, 0, "", f"not SPARQL: {error}", hint)]) from error
    if not isinstance(answer, ox.QueryTriples):
        raise InvalidInput([Problem(file, 0, "", "a rule is a CONSTRUCT query", hint)])
    return set(answer)


def _describe(
    titles: Mapping[str, str], descriptions: Mapping[str, str], graph: ox.NamedNode
) -> list[ox.Quad]:
    """Say in the graph itself what a rule is for."""
    quads = [ox.Quad(graph, ox.NamedNode(RDF.type), ox.NamedNode(QG.Rule), graph)]
    for prop, texts in ((RDFS.label, titles), (DCTERMS.description, descriptions)):
        quads += [
            ox.Quad(graph, ox.NamedNode(prop), ox.Literal(text, language=_LANGUAGES[tag]), graph)
            for tag, text in texts.items()
        ]
    return quads

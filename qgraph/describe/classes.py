"""How many things of each class there are, in the groups in which a reader looks for them.

A class belongs to a group because of a class above it, so that a new class of the ontology finds
its place by itself; one that has none comes under "other".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.terms import ORG, PREFIXES, PROV, QG, RDF, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qgraph.graph import Graph
    from qgraph.ontology import Ontology

__all__ = ["ClassCount", "count_classes", "members"]

_GROUPS = {
    "spread": ("measures and their spread", "措施及其扩散"),
    "actors": ("actors", "主体"),
    "texts": ("texts, cases and products", "文件、案件与产品"),
    "places": ("places", "地点"),
    "reports": ("reports", "报道内容"),
    "evidence": ("evidence", "证据"),
    "times": ("times and kinds", "时间与类别"),
    "": ("other", "其他"),
}
"""Names of the groups in English and Chinese, in the order in which they are shown."""

# The first group with a class above decides: a pilot is a step in the spread of a measure before it
# is a record, and an observation a record before it is a prov:Entity.
_ROOTS = {
    "evidence": {QG.Source, QG.Segment, QG.Evidence, QG.Claim, QG.Rule},
    "times": {QG.TimeReference, QG.Year, SKOS.Concept},
    "spread": {QG.Measure, PROV.Activity},
    "actors": {PROV.Agent, ORG.Organization},
    "places": {PROV.Location},
    "reports": {QG.Record, QG.Ranking},
    "texts": {PROV.Entity},
}
# Counted although nothing is said to be one: what it is has always a more exact name.
_SUMS = frozenset({ORG.Organization})


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many things of one class there are.

    ``count`` has those of the classes below it, ``direct`` only those that are said to be this.
    At a ``depth`` above 0 they are counted in the class above as well.
    """

    cls: str
    label: str
    count: int
    direct: int
    group: str
    depth: int


def members(graph: Graph) -> dict[str, set[str]]:
    """Return the things of each of the project's own classes, as they are typed."""
    found: dict[str, set[str]] = {}
    pattern = graph.store.quads_for_pattern(None, pyoxigraph.NamedNode(RDF.type), None)
    for quad in pattern:
        if isinstance(quad.object, pyoxigraph.NamedNode):
            cls = quad.object.value
            if cls.startswith(PREFIXES["qg"]):
                found.setdefault(cls, set()).add(
                    quad.subject.value
                    if isinstance(quad.subject, pyoxigraph.NamedNode)
                    else str(quad.subject)
                )
    return found


def count_classes(
    graph: Graph, found: Mapping[str, set[str]], language: str = "en"
) -> list[ClassCount]:
    """Count the things of each class, below the nearest class above that is counted as well.

    Parameters
    ----------
    graph
        For its ontology.
    found
        What :func:`members` returns.
    language
        Of the labels: ``en`` or ``zh``.
    """
    tree = _Tree(graph.ontology, found)
    chinese = language == "zh"
    return [
        ClassCount(
            cls=cls,
            label=graph.label(cls, language),
            count=len(tree.things(cls)),
            direct=len(found.get(cls, ())),
            group=_GROUPS[tree.group(cls)][chinese],
            depth=depth,
        )
        for cls, depth in tree
    ]


class _Tree:
    """The counted classes, each below the nearest counted one above it."""

    def __init__(self, ontology: Ontology, found: Mapping[str, set[str]]) -> None:
        self.found = found
        self.legend = {cls: place for place, cls in enumerate(ontology.styles())}
        self.above = {cls: ontology.superclasses(cls) for cls in found}
        counted = found.keys() | _SUMS
        self.below: dict[str, list[str]] = {}
        for cls in sorted(found):
            parent = next((one for one in self.above[cls] if one in counted), "")
            self.below.setdefault(parent, []).append(cls)
        self.below.setdefault("", []).extend(sorted(_SUMS & self.below.keys()))

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Go through all classes, a class before those below it, with their depth."""
        groups = list(_GROUPS)
        top = sorted(
            self.below[""], key=lambda cls: (groups.index(self.group(cls)), *self._at(cls))
        )
        waiting = [(cls, 0) for cls in reversed(top)]
        while waiting:
            cls, depth = waiting.pop()
            yield cls, depth
            children = sorted(self.below.get(cls, ()), key=self._at, reverse=True)
            waiting += [(child, depth + 1) for child in children]

    def things(self, cls: str) -> set[str]:
        """Return what is of a class, or of a class below it."""
        own = set(self.found.get(cls, ()))
        return own.union(*(self.things(child) for child in self.below.get(cls, ())))

    def group(self, cls: str) -> str:
        lineage = {cls, *self.above.get(cls, ())}
        return next((group for group, roots in _ROOTS.items() if lineage & roots), "")

    def _at(self, cls: str) -> tuple[int, int, str]:
        """Where a class comes among its like: as in the legend, then the most frequent first."""
        last = len(self.legend)
        places = [self.legend.get(one, last) for one in (cls, *self.below.get(cls, ()))]
        return min(places), -len(self.things(cls)), cls

"""A graph without what we inferred: only what its sources say, and what rules derive from that.

Who says ``qg:modality qgk:modality-inferred`` of a statement marks it as our own reading. Quoted
words and opinions are not ours and stay. Leaving the readings out takes with them

- inferred *claims*, and the plain link of a claim unless another claim, neither inferred nor
  rejected, states the same;
- inferred *records* (pilots, promotions, observations …) and *things*, with every claim about them
  and every link to and from them;
- what an inferred *time* was read as: its days, its anchor, its other reading, and those of every
  time reckoned from it. The words of the source stay, and so do links to them; a time without words
  (or whose words date nothing any more) goes;
- passages of evidence that support nothing any more.

A thing is inferred if it says so itself. The compiler lets a thing say so where its row states no
link; where it does, it is the links that were inferred: a city that a source names stays when only
its province is our reading.

One loss may bring about the next, so this is repeated until nothing changes; the outcome does not
depend on any order. A record that stays may have lost the thing that it was about: what the source
says of it still stands there, in words. Nothing is added, but for the derived layer, which is
thrown away and derived anew. Of the description of the dataset only what people wrote of it stays:
its counts were those of the whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.compile.derive import derive
from qgraph.compile.vocabulary import read_ontology
from qgraph.files import read_text
from qgraph.terms import DATASET, DCTERMS, OWL, PREFIXES, QG, QGK, RDF, RDFS, expand

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["without_inferred"]

_TYPE, _RULE = ox.NamedNode(RDF.type), ox.NamedNode(QG.Rule)
_SUBJECT, _PREDICATE, _OBJECT = (
    ox.NamedNode(part) for part in (RDF.subject, RDF.predicate, RDF.object)
)
_MODALITY, _INFERRED = ox.NamedNode(QG.modality), ox.NamedNode(QGK["modality-inferred"])
_STANDING, _REJECTED = ox.NamedNode(QG.standing), ox.NamedNode(QGK["standing-rejected"])
_EVIDENCE, _WORDS = ox.NamedNode(QG.evidence), ox.NamedNode(QG.reportedText)
_TIME, _ANCHOR = ox.NamedNode(QG.TimeReference), ox.NamedNode(QG.anchor)
_OTHER_READING = ox.NamedNode(QG.alternativeReading)

# What we read the words of a time as, and why; the words themselves are not among it.
_READING = frozenset(
    {
        *(ox.NamedNode(name) for name in (QG.begin, QG.end, QG.edtf, QG.reason)),
        *(_ANCHOR, _OTHER_READING),
    }
)

# What the description of a dataset says of its contents, apart from the terms of VoID.
_LOOKED_UP = frozenset(
    {RDFS.comment, *(DCTERMS[name] for name in ("language", "source", "spatial", "temporal"))}
)

_TEMPLATE = re.compile(r"CONSTRUCT\s*\{(.*?)\}", re.DOTALL)
_MADE = re.compile(r"\ba\s+(qg:\w+)")
_WRITTEN = re.compile(r"\?\w+\s+(qg:\w+)\s")

Node = ox.NamedNode | ox.BlankNode
Link = tuple[Node | ox.Triple, ox.NamedNode, Node | ox.Literal | ox.Triple]


def without_inferred(quads: Iterable[ox.Quad], ontology: Path) -> list[ox.Quad]:
    """Leave out every inferred statement, with all that hangs on it.

    Parameters
    ----------
    quads
        A graph, with or without the ontology and the derived layer.
    ontology
        Folder with the ontology and its rules.

    Returns
    -------
    list
        What is left. If the graph had a derived layer, this has one too.
    """
    whole = list(quads)
    stated = _without_derived(whole, ontology / "rules")
    left = _Reader([quad for quad in stated if not _is_counted(quad)]).left()
    if len(stated) == len(whole):
        return left
    declared = ox.Triple(ox.NamedNode(QG.Measure), _TYPE, ox.NamedNode(OWL.Class))
    knows_terms = any(quad.triple == declared for quad in left)
    terms = [] if knows_terms else read_ontology(ontology).quads
    return [*left, *derive([*left, *terms], ontology / "rules")]


def _without_derived(quads: list[ox.Quad], rules: Path) -> list[ox.Quad]:
    """Throw the derived layer away, also where all graphs have been written into one."""
    properties, classes = _written_by(rules)
    made = {quad.subject for quad in quads if quad.predicate == _TYPE and quad.object in classes}
    made |= {quad.subject for quad in quads if quad.predicate == _TYPE and quad.object == _RULE}
    return [
        quad
        for quad in quads
        if quad.predicate not in properties
        and quad.subject not in made
        and quad.object not in made
        and not getattr(quad.graph_name, "value", "").startswith(PREFIXES["qgr"])
    ]


def _written_by(rules: Path) -> tuple[frozenset[ox.NamedNode], frozenset[ox.NamedNode]]:
    """Read off the rules which properties they write, and things of which classes they make."""
    properties: set[str] = set()
    classes: set[str] = set()
    for file in sorted(rules.glob("*.rq")):
        found = _TEMPLATE.search(read_text(file))
        template = found[1] if found else ""
        made = _MADE.findall(template)
        if made:
            classes.update(made)
        else:
            properties.update(_WRITTEN.findall(template))
    return (
        frozenset(ox.NamedNode(expand(name)) for name in properties),
        frozenset(ox.NamedNode(expand(name)) for name in classes),
    )


def _is_counted(quad: ox.Quad) -> bool:
    """Tell whether the description of the dataset got a statement from looking at the graph."""
    subject, name = getattr(quad.subject, "value", ""), quad.predicate.value
    return subject.startswith(f"{DATASET}#") or (
        subject == DATASET and (name in _LOOKED_UP or name.startswith(PREFIXES["void"]))
    )


class _Reader:
    """Finds out what an asserted graph has to do without."""

    def __init__(self, quads: list[ox.Quad]) -> None:
        self._quads = quads
        claims: dict[Node, dict[ox.NamedNode, Node | ox.Literal]] = {}
        self._inferred: set[Node] = set()
        self._rejected: set[Node] = set()
        self._times: set[Node] = set()
        self._worded: set[Node] = set()
        self._anchors: list[tuple[Node, Node]] = []
        for quad in quads:
            node, name, value = quad.subject, quad.predicate, quad.object
            if isinstance(node, ox.Triple) or isinstance(value, ox.Triple):
                continue
            if name in (_SUBJECT, _PREDICATE, _OBJECT):
                claims.setdefault(node, {})[name] = value
            elif name == _MODALITY and value == _INFERRED:
                self._inferred.add(node)
            elif name == _STANDING and value == _REJECTED:
                self._rejected.add(node)
            elif name == _TYPE and value == _TIME:
                self._times.add(node)
            elif name == _WORDS:
                self._worded.add(node)
            elif name == _ANCHOR and not isinstance(value, ox.Literal):
                self._anchors.append((node, value))
        self._claims: dict[Node, Link] = {}
        for claim, parts in claims.items():
            subject, predicate, target = map(parts.get, (_SUBJECT, _PREDICATE, _OBJECT))
            if target and isinstance(subject, Node) and isinstance(predicate, ox.NamedNode):
                self._claims[claim] = (subject, predicate, target)
        self._unread = self._reckoned()
        self._gone = self._inferred - self._times

    def left(self) -> list[ox.Quad]:
        """Give the quads that stay."""
        while new := self._next() - self._gone:
            self._gone |= new
        dropped = self._dropped()
        left = [quad for quad in self._quads if self._stays(quad, dropped)]
        before, after = (
            {quad.object for quad in some if quad.predicate == _EVIDENCE}
            for some in (self._quads, left)
        )
        unused = before - after
        return [quad for quad in left if quad.subject not in unused]

    def _reckoned(self) -> set[Node]:
        """Find the times that were read by inference, or reckoned from one that was."""
        unread = self._inferred & self._times
        while new := {time for time, anchor in self._anchors if anchor in unread} - unread:
            unread |= new
        return unread

    def _next(self) -> set[Node]:
        """Find what cannot stay, given what has gone."""
        new = {
            claim
            for claim, (subject, name, value) in self._claims.items()
            if subject in self._gone
            or value in self._gone
            or (subject in self._unread and name in _READING)
        }
        dropped = self._dropped()
        dating = {
            quad.object
            for quad in self._quads
            if quad.subject not in self._gone
            and quad.predicate not in (_ANCHOR, _OTHER_READING)
            and (quad.subject, quad.predicate, quad.object) not in dropped
        }
        return new | (self._unread - (self._worded & dating))

    def _dropped(self) -> set[Link]:
        """Give the plain links that no claim upholds any more."""
        upheld = {
            link
            for claim, link in self._claims.items()
            if claim not in self._gone and claim not in self._rejected
        }
        return {self._claims[claim] for claim in self._claims.keys() & self._gone} - upheld

    def _stays(self, quad: ox.Quad, dropped: set[Link]) -> bool:
        return not (
            quad.subject in self._gone
            or quad.object in self._gone
            or (quad.subject in self._unread and quad.predicate in _READING)
            or (quad.predicate == _MODALITY and quad.object == _INFERRED)
            or (quad.subject, quad.predicate, quad.object) in dropped
        )

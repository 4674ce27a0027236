"""Finding things by words of their labels and descriptions, in English and Chinese.

All words have to be found in one thing. Case, width and British or American spelling do not matter:
``LICENSE`` finds a licence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.graph import fold
from qgraph.terms import DATASET, DCTERMS, PREFIXES, QG, RDF, RDFS, SKOS, local_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qgraph.graph import Graph

__all__ = ["Hit", "nearest", "search", "spelling"]

_WHERE = {
    RDFS.label: "label",
    SKOS.prefLabel: "label",
    SKOS.altLabel: "other name",
    QG.documentNumber: "number",
    DCTERMS.description: "description",
    SKOS.definition: "definition",
}
"""What is searched, the most telling first."""

_ABSENT = 4  # rank of a text in which a word is not found
_NAMES = frozenset({"label", "other name", "number"})
_WORDS = re.compile(r"\w+")
# One of the spellings of each word is brought to the other, wherever it stands, in what is searched
# and in what is searched for: so beginnings of words (organiz-) and longer ones (licensed) agree.
_SPELLINGS = {
    "iz": "is",  # organize; "size" becomes "sise" on both sides, which does no harm
    "yz": "ys",  # analyze
    "licens": "licenc",
    "practis": "practic",
    "defens": "defenc",
    "offens": "offenc",
    "programme": "program",
    "catalogue": "catalog",
    "dialogue": "dialog",
    "centre": "center",
    "labour": "labor",
    "neighbour": "neighbor",
    "harbour": "harbor",
    "favour": "favor",
    "honour": "honor",
    "behaviour": "behavior",
    "colour": "color",
    "endeavour": "endeavor",
    "judgement": "judgment",
    "enroll": "enrol",
    "fulfill": "fulfil",
}
_VARIANT = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its IRI, what it is called, what it is, and where the words stand."""

    iri: str
    label: str
    type: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class _Text:
    where: str
    shown: str
    folded: str


def search(graph: Graph, words: str, language: str = "en") -> list[Hit]:
    """Find the things of which every word is found in a label or a description.

    A whole label comes before its beginning, that before a word of it, and that before a part of a
    word; labels come before descriptions, and data before the terms that describe them.

    Parameters
    ----------
    graph
        Where to look, in both languages.
    words
        Words or parts of words.
    language
        In which the hits are told.
    """
    wanted = spelling(words).split()
    if not wanted:
        return []
    phrase = " ".join(wanted)
    ranked = []
    for iri, texts in _texts(graph).items():
        places = [
            min(
                ((_rank(text, word, phrase), order) for order, text in enumerate(texts)),
                key=lambda place: place[0],
            )
            for word in wanted
        ]
        if any(rank[1] == _ABSENT for rank, _ in places):
            continue
        worst = max(rank for rank, _ in places)
        best = min(places)
        ranked.append((worst, not iri.startswith(PREFIXES["qgd"]), iri, texts[best[1]]))
    ranked.sort(key=lambda found: found[:3])
    return [
        Hit(iri, graph.label(iri, language), _type(graph, iri, language), text.where, text.shown)
        for _, _, iri, text in ranked
    ]


def nearest(graph: Graph, words: str, language: str = "en") -> list[str]:
    """Return up to five names that look like words that nothing was found for."""
    import difflib  # only a search without hits needs it

    # Whole names first: of two things the one that is called so, not the one that has the word.
    whole: dict[str, str] = {}
    words_of: dict[str, str] = {}
    for iri, texts in sorted(_texts(graph).items()):
        shown = f"{graph.label(iri, language)} ({local_id(iri)})"
        for text in texts:
            if text.where in _NAMES:
                whole.setdefault(text.folded, shown)
                for word in _WORDS.findall(text.folded):
                    words_of.setdefault(word, shown)
    names = words_of | whole
    found: dict[str, None] = {}
    for word in [spelling(words), *spelling(words).split()]:
        for name in difflib.get_close_matches(word, names, n=5, cutoff=0.7):
            found.setdefault(names[name])
    return list(found)[:5]


def spelling(text: str) -> str:
    """Bring a text to one case, width and English spelling, for comparison only."""
    return _VARIANT.sub(lambda match: _SPELLINGS[match[0]], fold(text))


def _rank(text: _Text, word: str, phrase: str) -> tuple[bool, int]:
    """Rank a text for a word: names before the rest; whole, beginning, word, part, absent."""
    other = text.where not in _NAMES
    if text.folded == phrase:
        return other, 0
    if word not in text.folded:
        return True, _ABSENT
    if text.folded.startswith(phrase):
        return other, 1
    if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.folded):
        return other, 2
    return other, 3


def _texts(graph: Graph) -> dict[str, list[_Text]]:
    found: dict[str, list[_Text]] = {}
    for predicate, where in _WHERE.items():
        node = pyoxigraph.NamedNode(predicate)
        for quad in graph.store.quads_for_pattern(None, node, None):
            if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(
                quad.object, pyoxigraph.Literal
            ):
                if quad.subject.value == DATASET:
                    continue  # its description speaks of everything
                text = quad.object.value
                found.setdefault(quad.subject.value, []).append(_Text(where, text, spelling(text)))
    order: Mapping[str, int] = {where: i for i, where in enumerate(_WHERE.values())}
    for texts in found.values():
        texts.sort(key=lambda text: (order[text.where], text.shown))
    return found


def _type(graph: Graph, iri: str, language: str) -> str:
    types = [
        quad.object.value
        for quad in graph.store.quads_for_pattern(
            pyoxigraph.NamedNode(iri), pyoxigraph.NamedNode(RDF.type), None
        )
        if isinstance(quad.object, pyoxigraph.NamedNode)
    ]
    specific = graph.ontology.most_specific(types)
    return graph.label(specific, language) if specific else ""

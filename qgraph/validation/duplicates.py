"""Things that may be one: pairs of a kind whose names are alike, with what speaks for and against.

The names of two things are compared word by word, in English and in Chinese; Chinese, which does
not part its words, by pairs of neighbouring characters. A word counts the more, the fewer things
bear it (inverse document frequency, over the names of the graph itself), so "Qianhai" or "notice"
say little. Words that differ by one slip of the pen count almost as equal. This is SoftTFIDF [1]_,
with the overlap of Dice in place of the cosine.

Names that differ in a number name different things: the first and the second batch, the action plan
of 2023 and that of 2025; so do names that differ in a place, as the governments of two provinces. A
shared neighbour or day speaks for a pair; days far apart, different document numbers and, unless
the names are equal, different kinds of event or place speak against it. The same document number,
or the same address of two sources, says enough by itself.

Whoever wrote one row that names both things, or a link from one to the other, had both in view:
such pairs are not doubted. Neither are two items of one list with different numbers, nor what lies
above or below in a hierarchy, nor of course a pair with the decision ``owl:differentFrom``.

Traditional and simplified characters are not brought together, and English is not held against
Chinese: both would need a dictionary. Things that have no language in common are not compared.

References
----------
.. [1] W. W. Cohen, P. Ravikumar, S. E. Fienberg, "A Comparison of String Distance Metrics for
   Name-Matching Tasks", IIWeb 2003, pp. 73-78.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations, groupby, product
from math import log
from operator import itemgetter
from typing import TYPE_CHECKING

from qgraph.languages import LANGUAGES
from qgraph.terms import local_id
from qgraph.validation.names import likeness
from qgraph.validation.things import read_things

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import pyoxigraph as ox

    from qgraph.validation.issue import Issue, Origins
    from qgraph.validation.names import Name
    from qgraph.validation.things import Span, Thing, Things

__all__ = ["DUPLICATES", "THRESHOLD", "Pair", "check_duplicates", "find_duplicates"]

DUPLICATES = "possible-duplicate"
"""The rule that its issues name."""

THRESHOLD = 75
"""Score from which a pair is told: what names have that are equal in one language and share nothing
in the other. Of the 452 names that were first collected for this project 21 pairs reach it, each of
them one thing twice or close enough to need a decision; of the 20 pairs from 62 to 74, three."""

# Names that share less than this part of their words, or of their letters where a slip of the pen
# may hide a word, are not weighed: they hardly ever reach the threshold.
_ENOUGH_WORDS = 0.5
_ENOUGH_LETTERS = 0.85
_BETTER_LANGUAGE = 0.75  # weight of the language that agrees more: one may be a free translation
_ALTERNATIVE = 0.95  # for each alternative name that a likeness rests on
_FLOOR = 0.65  # likeness of names below which nothing else speaks for a pair
_NEIGHBOUR, _NEIGHBOURS_AT_MOST = 0.04, 2
_SAME_TIME = 0.04
_AGAINST = 0.5  # other numbers or places in the names, another document number, kind or time
_SHORT_NAME = 2  # words of the longest place name that is looked for in other names
_TELLING = 8  # a neighbour of more things than this says nothing
_APART = 31  # days by which the dates of one thing may differ, as from signature to publication
_SHORT = 31  # days of the longest time that says something by being the same

_PLANE = 0x20000  # from here on, Unicode has 917,504 code points in a row
_ROWS = 1024  # of the matrix of likenesses that are held at one time


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that may be one, and why.

    ``score`` is from 0 to 100, as are the likenesses of the names, by language. ``grounds`` are
    pairs of a kind of ground and its detail: ``identifier``, ``neighbour`` or ``time``.
    """

    one: str
    other: str
    score: int
    labels: Mapping[str, tuple[str, str]]
    likeness: Mapping[str, int]
    grounds: tuple[tuple[str, str], ...]


def find_duplicates(quads: Collection[ox.Quad], threshold: int = THRESHOLD) -> list[Pair]:
    """Find pairs of things of one kind that may be the same.

    Parameters
    ----------
    quads
        The graph, its ontology included: its classes say what is of one kind.
    threshold
        Least score of a pair that is told.

    Returns
    -------
    list
        The pairs, the highest score first, then by their addresses; ``one`` is the first of both
        in alphabetical order.
    """
    things = read_things(quads)
    found = []
    judge = _Judge(things)
    for group in things.by_kind.values():
        for i, j in sorted(_candidates(group)):
            one, other = group[i], group[j]
            if not things.known_apart(one.iri, other.iri):
                pair = judge.weigh(one, other)
                if pair.score >= threshold:
                    found.append(pair)
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def check_duplicates(quads: Collection[ox.Quad], origins: Origins, language: str) -> list[Issue]:
    """Tell each pair that may be one thing as a finding, at the row of the first."""
    words = _WORDS[language]
    issues = []
    for pair in find_duplicates(quads):
        shown = pair.labels.get(language) or next(iter(pair.labels.values()), None)
        grounds = [words["names"].format(*shown)] if shown else []
        if pair.likeness:
            told = (f"{words[code]} {value}" for code, value in pair.likeness.items())
            grounds.append(words["alike"].format(words["and"].join(told)))
        for ground, details in groupby(pair.grounds, key=itemgetter(0)):
            told = (local_id(detail) for _, detail in details)
            grounds.append(words[ground].format(words["and"].join(told)))
        message = words["message"].format(local_id(pair.other), pair.score)
        message += words["colon"] + words["then"].join(grounds)
        issues.append(origins.issue("finding", pair.one, DUPLICATES, message, words["hint"]))
    return issues


_WORDS = {
    "en": {
        "message": "This may be the same as {} (score {})",
        "hint": "merge the two rows, or state in statements.csv, with the reason, that one is"
        " owl:differentFrom the other",
        "names": "“{}” and “{}”",
        "alike": "names alike in {}",
        "identifier": "both have {}",
        "neighbour": "both go with {}",
        "time": "at the same time",
        "en": "English",
        "zh": "Chinese",
        "and": ", ",
        "then": "; ",
        "colon": ": ",
    },
    "zh": {
        "message": "可能与 {} 是同一事物（相似度 {}）",
        "hint": "合并两行，或在 statements.csv 中用 owl:differentFrom 说明两者不同并写明理由",
        "names": "“{}”与“{}”",
        "alike": "名称相似：{}",
        "identifier": "均为 {}",
        "neighbour": "均与 {} 相关",
        "time": "时间相同",
        "en": "英文",
        "zh": "中文",
        "and": "、",
        "then": "；",
        "colon": "：",
    },
}


def _weights(things: Iterable[Thing]) -> Callable[[str], float]:
    """Weigh words: the fewer things bear one, the more it says."""
    bearers: Counter[str] = Counter()
    total = 0
    for thing in things:
        total += 1
        bearers.update({word for names in thing.names.values() for n in names for word in n.words})
    weights = {word: log(1 + total / count) for word, count in bearers.items()}
    return weights.__getitem__


def _candidates(group: Sequence[Thing]) -> set[tuple[int, int]]:
    """Find the pairs that are worth weighing, by number in the group."""
    from rapidfuzz.distance import Indel

    found: set[tuple[int, int]] = set()
    identified: dict[str, list[int]] = defaultdict(list)
    for place, thing in enumerate(group):
        for identifier in thing.identifiers:
            identified[identifier].append(place)
    for places in identified.values():
        found |= set(combinations(places, 2))
    for language in LANGUAGES:
        owners, names = [], []
        for place, thing in enumerate(group):
            for name in thing.names.get(language, ()):
                owners.append(place)
                names.append(name)
        # A set of words as a text with one character for each word, in order: what two of those
        # have in common as a subsequence is what the sets have in common.
        alphabet: dict[str, str] = {}
        for name in names:
            for word in name.words:
                alphabet.setdefault(word, "")
        for number, word in enumerate(sorted(alphabet)):
            alphabet[word] = chr(_PLANE + number)
        spelt = ["".join(sorted(alphabet[word] for word in name.words)) for name in names]
        joined = [name.joined for name in names]
        for texts, enough in ((spelt, _ENOUGH_WORDS), (joined, _ENOUGH_LETTERS)):
            for first, second in _alike(texts, enough, Indel.normalized_similarity):
                pair = owners[first], owners[second]
                if pair[0] != pair[1]:
                    found.add((min(pair), max(pair)))
    return found


def _alike(
    texts: Sequence[str], enough: float, scorer: Callable[..., float]
) -> Iterator[tuple[int, int]]:
    """Go through the pairs of texts that are alike enough."""
    from rapidfuzz import process

    for start in range(0, len(texts), _ROWS):
        rows = texts[start : start + _ROWS]
        matrix = process.cdist(rows, texts[start:], scorer=scorer, score_cutoff=enough)
        for row, column in zip(*(matrix >= enough).nonzero(), strict=True):
            if row < column:
                yield start + int(row), start + int(column)


class _Judge:
    """Weighs what speaks for and against two things being one, by what all things have."""

    def __init__(self, things: Things) -> None:
        everything = [thing for group in things.by_kind.values() for thing in group]
        self._things = things
        self._weight = _weights(everything)
        self._common = Counter(other for thing in everything for other in thing.company)
        self._places = [
            (place.iri, name.words)
            for place in things.by_kind["qg:Place"]
            for names in place.names.values()
            for name in names
            if len(name.words) <= _SHORT_NAME
        ]
        self._named: dict[str, set[str]] = {}

    def weigh(self, one: Thing, other: Thing) -> Pair:
        """Give the pair with its score and grounds."""
        languages = [code for code in LANGUAGES if code in one.names and code in other.names]
        labels = {
            code: (one.labels[code], other.labels[code])
            for code in LANGUAGES
            if code in one.labels and code in other.labels
        }
        alike = {
            code: max(
                likeness(mine, theirs, self._weight)
                * _ALTERNATIVE ** (mine.alternative + theirs.alternative)
                for mine, theirs in product(one.names[code], other.names[code])
            )
            for code in languages
        }
        shown = {code: round(100 * value) for code, value in alike.items()}
        same = sorted(one.identifiers.keys() & other.identifiers.keys())
        if same:
            told = tuple(("identifier", one.identifiers[identifier]) for identifier in same)
            return Pair(one.iri, other.iri, 100, labels, shown, told)
        best, least = max(alike.values()), min(alike.values())
        score = _BETTER_LANGUAGE * best + (1 - _BETTER_LANGUAGE) * least
        grounds: list[tuple[str, str]] = []
        if score >= _FLOOR:
            shared = self._shared(one, other)[:_NEIGHBOURS_AT_MOST]
            grounds += [("neighbour", iri) for iri in shared]
            score += _NEIGHBOUR * len(shared)
            if any(_same(mine, theirs) for mine, theirs in product(one.days, other.days)):
                grounds.append(("time", ""))
                score += _SAME_TIME
        if self._against(one, other, equal=best == 1):
            score = min(1.0, score) * _AGAINST
        return Pair(one.iri, other.iri, round(100 * min(1.0, score)), labels, shown, tuple(grounds))

    def _against(self, one: Thing, other: Thing, *, equal: bool) -> bool:
        """Tell whether anything speaks against two things whose names are alike, or equal."""
        return (
            any(
                _numbers_differ(names, other.names[code])
                for code, names in one.names.items()
                if code in other.names
            )
            or bool(one.identifiers and other.identifiers)
            or bool(one.days and other.days and _days_between(one.days, other.days) > _APART)
            or not (equal or not one.types or not other.types or one.types & other.types)
            or self._places_differ(one, other)
        )

    def _places_differ(self, one: Thing, other: Thing) -> bool:
        """Tell whether each of two names has a place that the other lacks, none in another."""
        mine, theirs = self._places_in(one), self._places_in(other)
        own, others = mine - theirs - {one.iri}, theirs - mine - {other.iri}
        return bool(own and others) and not any(
            self._things.nested(place, another) for place, another in product(own, others)
        )

    def _places_in(self, thing: Thing) -> set[str]:
        if thing.iri not in self._named:
            words = [name.words for names in thing.names.values() for name in names]
            self._named[thing.iri] = {
                iri for iri, name in self._places if any(name <= named for named in words)
            }
        return self._named[thing.iri]

    def _shared(self, one: Thing, other: Thing) -> list[str]:
        """Find the neighbours that both have, by different rows; the most telling first."""
        shared = [
            iri
            for iri in one.company.keys() & other.company.keys()
            if self._common[iri] <= _TELLING and len(one.company[iri] | other.company[iri]) > 1
        ]
        return sorted(shared, key=lambda iri: (self._common[iri], iri))


def _numbers_differ(mine: Sequence[Name], theirs: Sequence[Name]) -> bool:
    """Tell whether each of two things has a number in its names that the other lacks."""
    own = {number for name in mine for number in name.numbers}
    others = {number for name in theirs for number in name.numbers}
    return not (own <= others or others <= own)


def _same(mine: Span, theirs: Span) -> bool:
    longest = max(end - begin for begin, end in (mine, theirs))
    return longest.days < _SHORT and mine[0] <= theirs[1] and theirs[0] <= mine[1]


def _days_between(mine: Iterable[Span], theirs: Sequence[Span]) -> int:
    """Count the days between the nearest of two lots of times; none if they overlap."""
    return min(
        max(0, (later[0] - earlier[1]).days)
        for pair in product(mine, theirs)
        for earlier, later in (sorted(pair),)
    )

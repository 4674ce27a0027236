"""What the search for duplicates knows of a thing: names, numbers, days, company, and its others.

Read in one pass over the quads. Of the links between things those that rules derive are left out:
they repeat what other links say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.terms import DCTERMS, PREFIXES, QG, RDF, RDFS, SCHEMA, SKOS, expand
from qgraph.validation.names import Name, address_key, number_key, take_apart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["KINDS", "Span", "Thing", "Things", "read_things"]

KINDS = (
    "qg:Measure",
    "org:Organization",
    "qg:PolicyDocument",
    "qg:Place",
    "qg:Person",
    "qg:PromotionBatch",
    "qg:Event",
    "qg:Profession",
    "qg:Licence",
    "qg:CourtCase",
    "qg:Product",
    "qg:Ranking",
    "qg:Source",
)
"""Classes whose things are compared with one another, those of subclasses included."""

# What alone says that two things are one -> how it is written for comparison. Sources are compared
# by nothing else: pages of one publisher have names alike.
_IDENTIFIERS = {QG.documentNumber: number_key, SCHEMA.url: address_key}
_NAMELESS = "qg:Source"

# Of other kinds a day says little: a body takes part in many events.
_DATED = {"qg:PolicyDocument", "qg:PromotionBatch", "qg:Event"}
_DATED |= {"qg:Licence", "qg:CourtCase", "qg:Product"}
_DIFFERENT = expand("owl:differentFrom")
_CONCERNS, _PROMOTES, _IN_BATCH = map(expand, ("qg:concerns", "qg:promotes", "qg:inBatch"))
_ITEM, _HEADING = expand("qg:itemNumber"), expand("qg:heading")
_UPWARDS = (
    "qg:locatedIn",
    "dcterms:isPartOf",
    "org:unitOf",
    "qg:belongsTo",
    "dcterms:replaces",
    "prov:wasDerivedFrom",
)
_HIERARCHIES = frozenset(map(expand, _UPWARDS))
# What lists its members side by side does not make them alike.
_LISTS = frozenset({DCTERMS.isPartOf, expand("qg:belongsTo"), _IN_BATCH})
_NO_LINKS = frozenset(
    {QG.evidence, QG.quotedFrom, QG.inSource, QG.attributedTo}
    | {QG.inYear, QG.inSegment, QG.inZone, QG.inProvince}
)
_NAMES = {RDFS.label: False, SKOS.altLabel: True}
_TYPE = expand("dcterms:type")
_VALUES = frozenset({QG.documentNumber, SCHEMA.url, QG.begin, QG.end, _ITEM, _HEADING, _TYPE})
_DATA = PREFIXES["qgd"]

Span = tuple[date, date]


@dataclass(slots=True)
class Thing:
    """One thing of a kind; texts are by language, ``en`` or ``zh``."""

    iri: str
    kind: str
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[Name]] = field(default_factory=dict)
    identifiers: dict[str, str] = field(default_factory=dict)
    """Document numbers or addresses, by the form in which they are compared."""
    types: frozenset[str] = frozenset()
    """Kinds of event, place or batch."""
    days: list[Span] = field(default_factory=list)
    company: dict[str, set[str]] = field(default_factory=dict)
    """What it is linked to -> by way of which record, or by itself."""


@dataclass(slots=True)
class Things:
    """All things that may have a double, and what is known to be two."""

    by_kind: dict[str, list[Thing]]
    _together: set[frozenset[str]]
    _above: Mapping[str, Iterable[str]]
    _items: Mapping[str, Mapping[str, set[tuple[str, str]]]]

    def known_apart(self, one: str, other: str) -> bool:
        """Tell whether the graph itself says, or a row shows, that two things are not the same."""
        return (
            frozenset((one, other)) in self._together
            or self.nested(one, other)
            or self._numbered_apart(one, other)
        )

    def nested(self, one: str, other: str) -> bool:
        """Tell whether one of two things lies in the other, is part of it or comes from it."""
        return self._lies_above(one, other) or self._lies_above(other, one)

    def _lies_above(self, one: str, other: str) -> bool:
        seen, ahead = {other}, list(self._above.get(other, ()))
        while ahead:
            step = ahead.pop()
            if step == one:
                return True
            if step not in seen:
                seen.add(step)
                ahead += self._above.get(step, ())
        return False

    def _numbered_apart(self, one: str, other: str) -> bool:
        """Tell whether a list has both, each under a number of its own."""
        mine, theirs = self._items.get(one, {}), self._items.get(other, {})
        return any(mine[batch].isdisjoint(theirs[batch]) for batch in mine.keys() & theirs.keys())


def read_things(quads: Collection[ox.Quad]) -> Things:
    """Read from the quads of a graph what the search for duplicates compares."""
    types: dict[str, set[str]] = defaultdict(set)
    broader: dict[str, set[str]] = defaultdict(set)
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    texts: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    links: set[tuple[str, str, str]] = set()
    for quad in quads:
        subject, value, prop = quad.subject, quad.object, quad.predicate.value
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        if prop == RDF.type:
            types[subject.value].add(value.value)
        elif prop == RDFS.subClassOf:
            broader[subject.value].add(value.value)
        elif not subject.value.startswith(_DATA):
            continue
        elif prop in _VALUES:
            values[subject.value][prop].append(value.value)
        elif isinstance(value, ox.Literal):
            if prop in _NAMES:
                texts[subject.value].append((prop, value.language or "en", value.value))
        elif prop not in _NO_LINKS and value.value.startswith(_DATA):
            links.add((subject.value, prop, value.value))
    classes = {
        iri: {name for cls in own for name in _closure(cls, broader)} for iri, own in types.items()
    }
    things = _name_things(classes, texts, values)
    records = {iri for iri, of in classes.items() if QG.Record in of}
    by_record = _link_things(things, sorted(links), records, classes, values)
    together = {frozenset((one, other)) for one, _, other in links}
    for named in by_record.values():
        together |= {frozenset(pair) for pair in combinations(named & things.keys(), 2)}
    above: dict[str, set[str]] = defaultdict(set)
    for one, prop, other in links:
        if prop in _HIERARCHIES:
            above[one].add(other)
    by_kind: dict[str, list[Thing]] = {kind: [] for kind in KINDS}
    for thing in things.values():
        by_kind[thing.kind].append(thing)
    return Things(by_kind, together, above, _items(links, values))


def _name_things(
    classes: Mapping[str, set[str]],
    texts: Mapping[str, list[tuple[str, str, str]]],
    values: Mapping[str, Mapping[str, list[str]]],
) -> dict[str, Thing]:
    kinds = {expand(kind): kind for kind in KINDS}
    things = {}
    for iri, of in sorted(classes.items()):
        kind = next((kinds[cls] for cls in kinds if cls in of), None)
        if kind is None or not iri.startswith(_DATA):
            continue
        thing = things[iri] = Thing(iri, kind)
        for prop, tag, text in sorted(texts.get(iri, ())):
            language = "zh" if tag.startswith("zh") else "en"
            if not _NAMES[prop]:
                thing.labels.setdefault(language, text)
            if kind != _NAMELESS:
                name = take_apart(text, alternative=_NAMES[prop])
                thing.names.setdefault(language, []).append(name)
        thing.types = frozenset(values.get(iri, {}).get(_TYPE, ()))
        for prop, key in _IDENTIFIERS.items():
            for value in sorted(values.get(iri, {}).get(prop, ())):
                thing.identifiers.setdefault(key(value), value)
    return things


def _link_things(
    things: Mapping[str, Thing],
    links: Iterable[tuple[str, str, str]],
    records: Collection[str],
    classes: Mapping[str, set[str]],
    values: Mapping[str, Mapping[str, list[str]]],
) -> dict[str, set[str]]:
    """Give things their company and days; return what each record names."""
    aside = {QG.TimeReference, QG.Evidence, *map(expand, ("qg:Source", "qg:Segment", "qg:Year"))}
    by_record: dict[str, set[str]] = defaultdict(set)
    listed: dict[str, set[str]] = defaultdict(set)
    concerned: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, list[Span]] = defaultdict(list)
    for one, prop, other in links:
        if prop == QG.happenedAt:
            spans[one] += _spans(values.get(other, {}))
        if prop == _CONCERNS:
            concerned[one].add(other)
        if one in records:
            by_record[one].add(other)
        if classes.get(other, aside).isdisjoint(aside) and prop not in _LISTS:
            listed[one].add(other)
    for one, others in listed.items():
        if one in things:
            for other in others:
                things[one].company.setdefault(other, set()).add(one)
        for named in by_record.get(one, set()) & things.keys():
            for other in others - {named}:
                things[named].company.setdefault(other, set()).add(one)
    for one, days in spans.items():
        for dated in {one, *concerned.get(one, ())} & things.keys():
            if things[dated].kind in _DATED:
                things[dated].days += days
    return by_record


def _items(
    links: Iterable[tuple[str, str, str]], values: Mapping[str, Mapping[str, list[str]]]
) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """Find under which number each measure stands in which list."""
    measures: dict[str, set[str]] = defaultdict(set)
    batches: dict[str, set[str]] = defaultdict(set)
    for one, prop, other in links:
        if prop == _PROMOTES:
            measures[one].add(other)
        elif prop == _IN_BATCH:
            batches[one].add(other)
    items: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for promotion, promoted in measures.items():
        own = values.get(promotion, {})
        heading = "".join(own.get(_HEADING, ())[:1])
        for number in own.get(_ITEM, ()):
            for measure in promoted:
                for batch in batches.get(promotion, ()):
                    items[measure][batch].add((heading, number))
    return items


def _spans(of: Mapping[str, list[str]]) -> list[Span]:
    """Read the days of a time; one that is open at an end gives none."""
    try:
        return [
            (date.fromisoformat(begin), date.fromisoformat(end))
            for begin in of.get(QG.begin, ())
            for end in of.get(QG.end, ())
        ]
    except ValueError:  # a graph from elsewhere; the shapes tell it
        return []


def _closure(cls: str, broader: Mapping[str, set[str]]) -> set[str]:
    found, ahead = {cls}, [cls]
    while ahead:
        for name in broader.get(ahead.pop(), ()):
            if name not in found:
                found.add(name)
                ahead.append(name)
    return found

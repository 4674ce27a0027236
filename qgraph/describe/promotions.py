"""How many promotions the graph records one by one, of those that sources only count.

Per batch: its items of which a promotion is recorded, and how many items it has. Per place: the
measures piloted there of which a promotion to the whole country is recorded, and how many the place
is reported to have. What is recorded and what is reported are two things, and stay two columns: a
report says how many, never which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from qgraph.describe.answers import rows
from qgraph.terms import QGK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qgraph.graph import Graph

__all__ = [
    "BatchCoverage",
    "IdentifiedMeasure",
    "PlaceCoverage",
    "PromotionCoverage",
    "ReportedCount",
    "cover_promotions",
]

_BATCHES = """
SELECT ?batch ?kind ?edtf ?begin ?end ?words ?number
WHERE {
  ?batch a qg:PromotionBatch .
  FILTER NOT EXISTS { ?batch qg:standing qgk:standing-rejected }
  OPTIONAL { ?batch dcterms:type ?kind }
  OPTIONAL { ?batch qg:legalBasis/qg:documentNumber ?number }
  OPTIONAL {
    ?batch qg:happenedAt ?time .
    OPTIONAL { ?time qg:edtf ?edtf }
    OPTIONAL { ?time qg:begin ?begin }
    OPTIONAL { ?time qg:end ?end }
    OPTIONAL { ?time qg:reportedText ?words }
  }
}
"""
_PROMOTIONS = """
SELECT DISTINCT ?promotion ?batch ?modality
WHERE {
  ?promotion a qg:Promotion .
  FILTER NOT EXISTS { ?promotion qg:standing qgk:standing-rejected }
  OPTIONAL { ?promotion qg:inBatch ?batch }
  OPTIONAL { ?promotion qg:modality ?modality }
}
"""
_COUNTS = """
SELECT ?observation ?about ?value ?lower ?upper ?comparator ?modality ?standing ?origin ?other
  ?edtf ?end ?words ?source
WHERE {
  ?observation qg:indicator %s ;
    qg:about ?about .
  FILTER NOT EXISTS { ?observation qg:standing qgk:standing-rejected }
  OPTIONAL { ?observation qg:value ?value }
  OPTIONAL { ?observation qg:lowerBound ?lower }
  OPTIONAL { ?observation qg:upperBound ?upper }
  OPTIONAL { ?observation qg:comparator ?comparator }
  OPTIONAL { ?observation qg:modality ?modality }
  OPTIONAL { ?observation qg:standing ?standing }
  OPTIONAL { ?observation prov:wasDerivedFrom ?origin }
  OPTIONAL { ?observation qg:differsInDefinitionFrom ?other }
  OPTIONAL { ?observation qg:evidence/qg:quotedFrom ?source }
  OPTIONAL {
    ?observation qg:observedOver ?time .
    OPTIONAL { ?time qg:edtf ?edtf }
    OPTIONAL { ?time qg:end ?end }
    OPTIONAL { ?time qg:reportedText ?words }
  }
}
"""
_ONE = ("value", "lower", "upper", "comparator", "modality", "edtf", "end", "words")
_PILOTS = """
SELECT DISTINCT ?measure ?place ?modality
WHERE {
  ?pilot qg:pilots ?measure ;
    qg:happenedIn ?place .
  FILTER NOT EXISTS { ?pilot qg:standing qgk:standing-rejected }
  OPTIONAL { ?pilot qg:modality ?modality }
}
"""
_NATIONWIDE = """
SELECT DISTINCT ?measure ?modality ?begin ?end
WHERE {
  ?promotion qg:promotes ?measure ;
    qg:appliesIn/dcterms:type qgk:place-kind-country .
  FILTER NOT EXISTS { ?promotion qg:standing qgk:standing-rejected }
  OPTIONAL { ?promotion qg:modality ?modality }
  OPTIONAL {
    ?promotion qg:inBatch?/qg:happenedAt ?time .
    OPTIONAL { ?time qg:begin ?begin }
    OPTIONAL { ?time qg:end ?end }
  }
}
"""
_LOCATIONS = """
SELECT DISTINCT ?inner ?outer ?modality
WHERE {
  ?inner qg:locatedIn ?outer .
  OPTIONAL {
    ?claim rdf:subject ?inner ; rdf:predicate qg:locatedIn ; rdf:object ?outer .
    FILTER NOT EXISTS { ?claim qg:standing qgk:standing-rejected }
    OPTIONAL { ?claim qg:modality ?said }
    BIND(COALESCE(?said, qgk:modality-asserted) AS ?modality)
  }
}
"""


@dataclass(frozen=True, slots=True)
class ReportedCount:
    """A number that one or more observations give, alike in value and comparator.

    ``figure`` is how to write it; ``inferred`` means that none of the observations is a source's
    own word. ``derived_from`` are the observations it was reckoned from, ``differs_from`` those
    that bear the same name and count by another rule. ``share`` is what is recorded of a batch,
    divided by it; there is none where nobody knows whether the same things are counted.
    """

    observations: tuple[str, ...]
    about: tuple[str, ...]
    value: float | None
    lower: float | None
    upper: float | None
    comparator: str
    figure: str
    modality: str
    inferred: bool
    contested: bool
    derived_from: tuple[str, ...]
    differs_from: tuple[str, ...]
    sources: tuple[str, ...]
    time: str
    end: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class BatchCoverage:
    """One batch: how many of its items are recorded here, and how many it is said to have.

    ``sizes`` has several entries where sources disagree; ``joint`` are numbers that it has only
    together with other batches.
    """

    batch: str
    label: str
    kind: str
    kind_label: str
    date: str
    numbers: tuple[str, ...]
    recorded: int
    recorded_inferred: int
    sizes: tuple[ReportedCount, ...]
    joint: tuple[ReportedCount, ...]


@dataclass(frozen=True, slots=True)
class IdentifiedMeasure:
    """A measure with a pilot in a place and a promotion to the whole country.

    ``promoted`` is the first day of the earliest such promotion, or the day by which it had come if
    only that is known, else empty; it is ``counted`` if that is no later than the report. It is
    ``inferred`` unless its pilot, its promotion and the location of its pilot are all the word of a
    source.
    """

    measure: str
    label: str
    promoted: str
    counted: bool
    inferred: bool


@dataclass(frozen=True, slots=True)
class PlaceCoverage:
    """One place at one day: how many of its measures are promoted nationwide, and which are known.

    ``within`` and ``containing`` are other places of the list: what is counted here is counted
    there, too.
    """

    place: str
    label: str
    time: str
    end: str
    reported: tuple[ReportedCount, ...]
    asserted: int
    inferred: int
    later_or_undated: int
    measures: tuple[IdentifiedMeasure, ...]
    within: tuple[str, ...]
    containing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromotionCoverage:
    """All batches in order of kind and date, all reported numbers by place, the latest first.

    ``unbatched`` counts promotions that no batch is named for.
    """

    batches: tuple[BatchCoverage, ...]
    unbatched: int
    places: tuple[PlaceCoverage, ...]


def cover_promotions(graph: Graph, language: str = "en") -> PromotionCoverage:
    """Set what is recorded beside what is reported, by batch and by place."""
    inferred_of: dict[str, dict[str, bool]] = {}
    for row in rows(graph, _PROMOTIONS):
        inferred_of.setdefault(row["batch"], {})[row["promotion"]] = _inferred(row)
    return PromotionCoverage(
        batches=tuple(_batches(graph, language, inferred_of)),
        unbatched=len(inferred_of.get("", {})),
        places=tuple(_places(graph, language)),
    )


# --- Batches ---------------------------------------------------------------------------------


def _batches(
    graph: Graph, language: str, promotions: dict[str, dict[str, bool]]
) -> list[BatchCoverage]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows(graph, _BATCHES):
        found.setdefault(row["batch"], []).append(row)
    single: dict[str, list[ReportedCount]] = {}
    joint: dict[str, list[ReportedCount]] = {}
    for count in _counts(graph, language, "qgk:indicator-batch-size"):
        for batch in count.about:
            (single if len(count.about) == 1 else joint).setdefault(batch, []).append(count)
    batches = []
    first_of_kind: dict[str, str] = {}
    begins = {}
    for batch, facts in found.items():
        kind = min(row["kind"] for row in facts)
        begins[batch] = min((_day(row) for row in facts if _day(row)), default="9999")
        first_of_kind[kind] = min(begins[batch], first_of_kind.get(kind, "9999"))
        recorded = promotions.get(batch, {})
        batches.append(
            BatchCoverage(
                batch=batch,
                label=graph.label(batch, language),
                kind=kind,
                kind_label=graph.label(kind, language) if kind else "",
                date=min(row["edtf"] or row["words"] for row in facts),
                numbers=tuple(sorted({row["number"] for row in facts if row["number"]})),
                recorded=len(recorded),
                recorded_inferred=sum(recorded.values()),
                sizes=_with_shares(_agreed(single.get(batch, ())), len(recorded)),
                joint=_agreed(joint.get(batch, ())),
            )
        )
    # The kind that came first comes first; batches of no known kind come last.
    batches.sort(
        key=lambda one: (
            not one.kind,
            first_of_kind[one.kind],
            one.kind,
            begins[one.batch],
            one.batch,
        )
    )
    return batches


# --- Places ----------------------------------------------------------------------------------


def _places(graph: Graph, language: str) -> list[PlaceCoverage]:
    counts: dict[str, list[ReportedCount]] = {}
    for count in _counts(graph, language, "qgk:indicator-measures-promoted-nationwide"):
        for place in count.about:
            counts.setdefault(place, []).append(count)
    if not counts:
        return []
    outer = _Locations(graph)
    pilots = [(row["measure"], row["place"], _inferred(row)) for row in rows(graph, _PILOTS)]
    promotions: dict[str, list[tuple[str, bool]]] = {}
    for row in rows(graph, _NATIONWIDE):
        promotions.setdefault(row["measure"], []).append((_day(row), _inferred(row)))
    covered = []
    for place, reports in sorted(counts.items()):
        known = _known(place, pilots, promotions, outer)
        for end in sorted({report.end for report in reports}, reverse=True):
            dated = [report for report in reports if report.end == end]
            measures = _identified(graph, language, known, end)
            counted = [one for one in measures if one.counted]
            covered.append(
                PlaceCoverage(
                    place=place,
                    label=graph.label(place, language),
                    time=min(report.time for report in dated),
                    end=end,
                    reported=_agreed(dated),
                    asserted=sum(not one.inferred for one in counted),
                    inferred=sum(one.inferred for one in counted),
                    later_or_undated=len(measures) - len(counted),
                    measures=tuple(measures),
                    within=tuple(sorted((outer.of(place).keys() & counts.keys()) - {place})),
                    containing=tuple(
                        sorted(one for one in counts if place in outer.of(one) and one != place)
                    ),
                )
            )
    return covered


_Steps = list[tuple[str, bool]]
"""Promotions of one measure: the day of each, and whether we inferred it."""


def _known(
    place: str,
    pilots: list[tuple[str, str, bool]],
    promotions: dict[str, _Steps],
    outer: _Locations,
) -> dict[str, tuple[_Steps, bool]]:
    """Find the measures piloted in a place and promoted, and whether sources say the former."""
    known: dict[str, tuple[_Steps, bool]] = {}
    for measure, where, ours in pilots:
        holders = outer.of(where)
        if place in holders and measure in promotions:
            _, said = known.get(measure, ([], False))
            known[measure] = (promotions[measure], said or (not ours and holders[place]))
    return known


def _identified(
    graph: Graph, language: str, known: dict[str, tuple[_Steps, bool]], end: str
) -> list[IdentifiedMeasure]:
    """Tell which of the measures known by name had been promoted by a day."""
    measures = []
    for measure, (steps, piloted) in sorted(known.items()):
        in_time = [ours for day, ours in steps if day and (not end or day <= end)]
        said = not all(in_time or [ours for _, ours in steps])
        measures.append(
            IdentifiedMeasure(
                measure=measure,
                label=graph.label(measure, language),
                promoted=min((day for day, _ in steps if day), default=""),
                counted=bool(in_time),
                inferred=not (piloted and said),
            )
        )
    return measures


class _Locations:
    """In which places a place lies, itself included, and whether sources say so all the way up."""

    def __init__(self, graph: Graph) -> None:
        self._asserted: dict[str, dict[str, bool]] = {}
        self._above: dict[str, dict[str, bool]] = {}
        for row in rows(graph, _LOCATIONS):
            links = self._asserted.setdefault(row["inner"], {})
            links[row["outer"]] = links.get(row["outer"], False) or not _inferred(row)

    def of(self, place: str) -> dict[str, bool]:
        """Return the places that hold a place, and whether it is asserted that they do."""
        if place not in self._above:
            everywhere = self._reach(place, even_inferred=True)
            asserted = self._reach(place, even_inferred=False)
            self._above[place] = {outer: outer in asserted for outer in everywhere}
        return self._above[place]

    def _reach(self, place: str, *, even_inferred: bool) -> set[str]:
        found = {place}
        waiting = [place]
        while waiting:
            links = self._asserted.get(waiting.pop(), {})
            news = {outer for outer, asserted in links.items() if asserted or even_inferred} - found
            found |= news
            waiting += news
        return found


# --- Reported numbers ------------------------------------------------------------------------


def _counts(graph: Graph, language: str, indicator: str) -> list[ReportedCount]:
    """Read every observation of an indicator that is not rejected."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows(graph, _COUNTS % indicator):
        found.setdefault(row["observation"], []).append(row)
    counts = []
    for observation, facts in sorted(found.items()):
        values = {
            name: min(filter(None, (row[name] for row in facts)), default="") for name in _ONE
        }
        modality = values["modality"] or QGK["modality-asserted"]
        value, lower, upper = (_number(values[name]) for name in ("value", "lower", "upper"))
        comparator = values["comparator"]
        counts.append(
            ReportedCount(
                observations=(observation,),
                about=_all(facts, "about"),
                value=value,
                lower=lower,
                upper=upper,
                comparator=comparator,
                figure=_figure(graph, language, (value, lower, upper), comparator),
                modality=graph.label(modality, language),
                inferred=modality == QGK["modality-inferred"],
                contested=any(row["standing"] == QGK["standing-contested"] for row in facts),
                derived_from=_all(facts, "origin"),
                differs_from=_all(facts, "other"),
                sources=_all(facts, "source"),
                time=values["edtf"] or values["words"],
                end=values["end"],
            )
        )
    return counts


def _agreed(counts: Iterable[ReportedCount]) -> tuple[ReportedCount, ...]:
    """Put numbers that are the same together; those that differ stay side by side."""
    alike: dict[tuple[object, ...], list[ReportedCount]] = {}
    for count in counts:
        key = count.value, count.lower, count.upper, count.comparator, count.about
        alike.setdefault(key, []).append(count)
    merged = []
    for same in alike.values():
        # A source's own word counts for more than what we reckoned to be the same.
        best = min(same, key=lambda one: (one.inferred, one.observations))
        merged.append(
            replace(
                best,
                observations=_union(one.observations for one in same),
                contested=any(one.contested for one in same),
                differs_from=_union(one.differs_from for one in same),
                sources=_union(one.sources for one in same if one.inferred == best.inferred),
            )
        )
    return tuple(sorted(merged, key=lambda one: (one.inferred, one.value or 0, one.observations)))


def _with_shares(counts: tuple[ReportedCount, ...], recorded: int) -> tuple[ReportedCount, ...]:
    return tuple(
        replace(count, share=round(recorded / count.value, 4)) if count.value else count
        for count in counts
    )


def _figure(graph: Graph, language: str, numbers: tuple[float | None, ...], comparator: str) -> str:
    value, lower, upper = numbers
    if comparator == QGK["comparator-range"] and lower is not None and upper is not None:
        return f"{lower:,}–{upper:,}"
    written = "?" if value is None else f"{value:,}"
    if not comparator or comparator == QGK["comparator-exact"]:
        return written
    gap = "" if language == "zh" else " "
    return f"{graph.label(comparator, language)}{gap}{written}"


def _number(text: str) -> float | None:
    """Read a number; a whole one stays whole."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _day(row: dict[str, str]) -> str:
    """Return the first day of a time, or the last if only that is known."""
    return row["begin"] or row["end"]


def _inferred(row: dict[str, str]) -> bool:
    return row["modality"] == QGK["modality-inferred"]


def _all(facts: list[dict[str, str]], name: str) -> tuple[str, ...]:
    return tuple(sorted({row[name] for row in facts if row[name]}))


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({one for part in parts for one in part}))

"""How long a measure waited for its promotion, or a unit with a measure: as spells at risk."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.events import period_of
from qgraph.diffusion.records.recorded import labels, measure_spells, spell_warnings
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.records.recorded import MeasureSpell
    from qgraph.graph import Graph

__all__ = ["GROUPINGS", "adoption_delays", "delay", "promotion_delays"]

GROUPINGS = ("field", "zone", "body", "cohort")
"""By what measures can be told apart; the cohort is the year of the first pilot."""

_NONE = {"en": "none recorded", "zh": "未记录"}
_SEVERAL = {"en": "several", "zh": "多个"}


def promotion_delays(
    graph: Graph,
    *,
    by: str = "",
    nationwide: bool = True,
    period: str = "year",
    until: date | None = None,
    language: str = "en",
) -> Spells:
    """Give the time from the first pilot of each measure to its promotion, its end, or the present.

    Parameters
    ----------
    graph
        What we inferred is in it or not.
    by
        One of :data:`GROUPINGS`, or empty for all in one group. A measure of several fields, zones
        or bodies is in a group of such measures: no measure counts twice.
    nationwide
        Whether the event is the promotion to the whole country, or any promotion.
    period
        In which time is counted: dates are rounded to it. Where a date spans several, the event
        lies between the shortest and the longest delay possible.
    until
        Last day of observation; by default that of the newest source.
    language
        Of the names of the groups.

    Returns
    -------
    Spells
        Only of measures with a recorded pilot: the others are on record because they were promoted.
        Warnings tell what the records cannot carry, with counts.

    Raises
    ------
    Refused
        If no measure has a known start.
    QGraphError
        If there is no such grouping.
    """
    if by and by not in GROUPINGS:
        raise QGraphError(
            f"measures cannot be grouped by {by!r}", hint=f"Group by {', '.join(GROUPINGS)}."
        )
    measures = measure_spells(graph, until)
    piloted = [one for one in measures if one.entry.is_known or one.zones or one.bodies]
    names = {one.measure: _group(one, by) for one in piloted}
    words = labels(
        graph, sorted({name for several in names.values() for name in several}), language
    )
    rows = []
    for one in piloted:
        group = _named(names[one.measure], words, language) if by else "all"
        rows.append(delay(one, nationwide=nationwide, period=period)._replace(group=group))
    warnings = spell_warnings(graph, piloted)
    spells = Spells.of(
        rows,
        causes=("promotion", "end"),
        by=by,
        period=period,
        # That most starts are not known is told; the rest is still worth looking at.
        most_unknown=1.0,
        origin=graph.origin,
    )
    return replace(spells, warnings=(*spells.warnings, *warnings))


def delay(measure: MeasureSpell, *, nationwide: bool = True, period: str = "day") -> Spell:
    """Turn a measure into a spell at risk, in whole periods since its first pilot.

    Parameters
    ----------
    measure
        From :func:`qgraph.diffusion.measure_spells`.
    nationwide
        Whether the event is the promotion to the whole country, or any promotion.
    period
        To which dates are rounded.

    Returns
    -------
    Spell
        Ended by "promotion" or "end", or censored at the end of observation. Where a date spans
        several periods, the event lies between the shortest and the longest delay possible; a
        censored spell counts for the shortest. NaN if the start, or the time of the event, has no
        bound.
    """
    promotion = measure.nationwide if nationwide else measure.promotion
    ends = [(one, cause) for one, cause in ((promotion, "promotion"), (measure.end, "end")) if one]
    event, cause = min(ends, key=lambda pair: pair[0].end) if ends else (None, "")
    first, last = (period_of(moment, period) for moment in measure.entry)
    if event is None:
        bounded = isfinite(first) and isfinite(last)
        return Spell(period_of(measure.until, period) - last if bounded else nan)
    earliest, latest = (period_of(moment, period) for moment in event)
    longest = latest - first
    if not isfinite(longest) or not isfinite(last):
        return Spell(nan, cause)
    if first == last and earliest == latest:
        return Spell(longest, cause)
    # In whole periods "from a to b" is the interval (a - 1, b].
    return Spell(longest, cause, earliest=earliest - last - 1)


def adoption_delays(cascades: Cascades, groups: Mapping[str, str] | None = None) -> Spells:
    """Give the time that each unit took with each measure since its first event anywhere.

    Parameters
    ----------
    cascades
        All units were at risk of all measures, from the first event of each on.
    groups
        Group of each measure, by name; none for all in one group.

    Returns
    -------
    Spells
        One per unit and measure; censored at the end of observation where there is no event. The
        first unit of a measure has a delay of 0.
    """
    times = cascades.matrix()
    spells = []
    for number, measure in enumerate(cascades.measures):
        begin, end = cascades.begin[number], cascades.end[number]
        group = groups[measure] if groups else "all"
        for time in times[number]:
            seen = not np.isnan(time)
            spells.append(
                Spell((time if seen else end) - begin, "adoption" if seen else "", group=group)
            )
    return Spells.of(
        spells,
        causes=("adoption",),
        by="group" if groups else "",
        period=cascades.period or "",
        origin=cascades.data.origin,
        data=cascades.data,
    )


def _group(measure: MeasureSpell, by: str) -> tuple[str, ...]:
    if by == "cohort":
        return (str(int(period_of(measure.entry.begin, "year"))),) if measure.start_known else ()
    several: dict[str, tuple[str, ...]] = {
        "field": measure.fields,
        "zone": measure.zones,
        "body": measure.bodies,
    }
    return several.get(by, ())


def _named(names: tuple[str, ...], words: Mapping[str, str], language: str) -> str:
    if len(names) == 1:
        return words.get(names[0], names[0])
    return (_SEVERAL if names else _NONE)[language]

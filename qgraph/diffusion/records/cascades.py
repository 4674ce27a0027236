"""Cascades: for each measure the units that took it up, in order of time, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.events import PERIODS, Event, Events, period_of
from qgraph.diffusion.result import Data, Refused
from qgraph.diffusion.table import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


__all__ = ["Cascades", "as_events", "cascades", "moments"]


@dataclass(frozen=True, eq=False)
class Cascades:
    """One cascade per measure: who took it up, and when.

    Attributes
    ----------
    units, measures
        Names; a number elsewhere is a place in these.
    unit, measure, time
        One entry per event, sorted by measure, then time, then order of the input. No unit has two
        events in one measure.
    begin, end
        One entry per measure: observation starts and stops; a unit without an event had none up to
        ``end``. By default the first event of the measure, and the last event of all.
    period
        Length of one step of ``time``: one of
        :data:`qgraph.diffusion.records.events.PERIODS`, or empty for plain numbers.
    warnings
        What was left out on the way.
    data
        Where the events come from.
    """

    units: tuple[str, ...]
    measures: tuple[str, ...]
    unit: NDArray[np.int32]
    measure: NDArray[np.int32]
    time: NDArray[np.float64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    period: str = ""
    warnings: tuple[Words, ...] = ()
    data: Data = field(default_factory=Data)

    def __len__(self) -> int:
        return len(self.measures)

    @classmethod
    def of(
        cls,
        rows: Sequence[tuple[str, str, float]],
        *,
        units: Sequence[str] | None = None,
        period: str = "",
        warnings: tuple[Words, ...] = (),
        data: Data | None = None,
    ) -> Cascades:
        """Make cascades of rows (measure, unit, time).

        Measures are sorted by name, units numbered as they are first met (after those of ``units``,
        which also names units without any event). Of several events of one unit in one measure the
        first counts.
        """
        numbers = {name: number for number, name in enumerate(units or ())}
        for _, name, _ in rows:
            numbers.setdefault(name, len(numbers))
        names = sorted({name for name, _, _ in rows})
        places = {name: number for number, name in enumerate(names)}
        measure = np.fromiter((places[row[0]] for row in rows), np.int32, len(rows))
        unit = np.fromiter((numbers[row[1]] for row in rows), np.int32, len(rows))
        time = np.fromiter((row[2] for row in rows), np.float64, len(rows))
        order = np.lexsort((time, measure))
        measure, unit, time = measure[order], unit[order], time[order]
        key = measure.astype(np.int64) * max(len(numbers), 1) + unit
        first = np.sort(np.unique(key, return_index=True)[1])
        measure, unit, time = measure[first], unit[first], time[first]
        starts = np.searchsorted(measure, np.arange(len(names)))
        last = time.max() if len(time) else 0.0
        return cls(
            units=tuple(numbers),
            measures=tuple(names),
            unit=unit,
            measure=measure,
            time=time,
            begin=time[starts] if len(names) else np.empty(0),
            end=np.full(len(names), last),
            period=period,
            warnings=warnings,
            data=data or Data(events=len(rows), measures=len(names), units=len(numbers)),
        )

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where each measure starts in the arrays, and their length: measures + 1 entries."""
        return np.searchsorted(self.measure, np.arange(len(self.measures) + 1))

    def matrix(self) -> NDArray[np.float64]:
        """Times as a matrix, measures by units; NaN where a unit has no event."""
        times = np.full((len(self.measures), len(self.units)), np.nan)
        times[self.measure, self.unit] = self.time
        return times

    def before(self, moments: Mapping[str, float]) -> Cascades:
        """Censor each measure at a moment: events at it or after it are no longer seen.

        Measures without a moment stay as they are; those left without an event are dropped.
        """
        moment = np.array([moments.get(name, np.inf) for name in self.measures])
        kept = self.time < moment[self.measure]
        censored = replace(self, end=np.minimum(self.end, moment))
        return censored._keep(kept)

    def after(self, moments: Mapping[str, float]) -> Cascades:
        """Keep what happens from a moment on, which is when observation of the measure starts.

        Measures without a moment are dropped. That a unit took the measure up before, and so is
        not at risk any more, is no longer seen: methods that look at units without an event need
        the whole cascades and the moments.
        """
        moment = np.array([moments.get(name, np.inf) for name in self.measures])
        kept = self.time >= moment[self.measure]
        started = replace(self, begin=np.maximum(self.begin, moment))
        return started._keep(kept)

    def _keep(self, kept: NDArray[np.bool_]) -> Cascades:
        """Keep some events, and the measures that still have one."""
        left = np.unique(self.measure[kept])
        renumbered = np.searchsorted(left, self.measure[kept]).astype(np.int32)
        return replace(
            self,
            measures=tuple(self.measures[number] for number in left),
            unit=self.unit[kept],
            measure=renumbered,
            time=self.time[kept],
            begin=self.begin[left],
            end=self.end[left],
        )


def cascades(
    events: Events,
    *,
    kinds: Sequence[str] = ("adoption", "pilot"),
    period: str = "year",
    imprecise: str = "drop",
    units: Sequence[str] | None = None,
) -> Cascades:
    """Turn events into cascades.

    Parameters
    ----------
    events
        From a graph or a file.
    kinds
        Which of them count as taking a measure up.
    period
        To which dates are rounded, one of :data:`qgraph.diffusion.records.events.PERIODS`; plain
        numbers stay as they are.
    imprecise
        What becomes of an event whose time spans several periods: ``drop`` it (a warning counts
        them), or take its ``begin`` or ``end``, if that is known.
    units
        Further units that could have taken part, without an event of their own; by default the
        ``population`` of the events.

    Returns
    -------
    Cascades
        With one entry per unit and measure, the first in time.

    Raises
    ------
    Refused
        If no event with a time is left.
    """
    rows: list[tuple[str, str, float]] = []
    length = PERIODS[period]
    dropped = 0
    for event in events.rows:
        if event.kind not in kinds:
            continue
        begin, end = event.begin, event.end
        if events.dated:
            begin, end = period_of(begin, period), period_of(end, period)
        time = begin if begin == end or imprecise == "begin" else end
        if (begin != end and imprecise == "drop") or not np.isfinite(time):
            dropped += 1
            continue
        rows.append((event.measure, event.unit, time))
    if not rows:
        raise Refused(
            Words("no event has a time that is exact enough", "没有时间足够精确的事件"),
            Words(
                f"Events of kind {' or '.join(kinds)} with a known {length.en} are needed.",
                f"需要已知时间（{length.zh}）的事件（{'、'.join(kinds)}）。",
            ),
        )
    warnings = events.warnings
    if dropped:
        warnings = (
            *warnings,
            Words(
                f"Left out, because their time is not known to the {length.en}: {dropped} of"
                f" {dropped + len(rows)} events.",
                f"{dropped + len(rows)}个事件中有{dropped}个因时间精度不足（{length.zh}）未计入。",
            ),
        )
    return Cascades.of(
        rows,
        units=events.population if units is None else units,
        period=period if events.dated else "",
        warnings=warnings,
        data=events.data,
    )


def as_events(found: Cascades) -> Events:
    """Turn cascades back into events with plain numbers as times, in the order of the arrays."""
    entries = zip(found.measure.tolist(), found.unit.tolist(), found.time.tolist(), strict=True)
    rows = (Event(found.measures[m], found.units[u], time, time) for m, u, time in entries)
    return Events(tuple(rows), dated=False, origin=found.data.origin, population=found.units)


def moments(events: Events, *, kind: str = "promotion", period: str = "year") -> dict[str, float]:
    """Find when each measure was first promoted, in the periods in which its cascade is counted.

    Parameters
    ----------
    events
        From a graph or a file.
    kind
        What marks the moment.
    period
        To which dates are rounded.

    Returns
    -------
    dict
        Measure to moment. Of a promotion that is only bounded it is the first moment possible or,
        where only "no later than" is known, the last.
    """
    found: dict[str, float] = {}
    for event in events.of(kind).rows:
        moment = event.begin if np.isfinite(event.begin) else event.end
        if events.dated:
            moment = period_of(moment, period)
        if np.isfinite(moment):
            found[event.measure] = min(moment, found.get(event.measure, np.inf))
    return found

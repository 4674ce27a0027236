"""How many units have adopted a measure by the end of each period, as growth models need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.events import PERIODS, period_text
from qgraph.diffusion.result import Data
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["AdoptionSeries", "adoption_series"]


@dataclass(frozen=True, eq=False)
class AdoptionSeries:
    """The cumulative number of adopters of one measure, period by period.

    Attributes
    ----------
    times
        Periods, strictly increasing; a count holds at the end of its period.
    counts
        Units that have adopted by then: never negative, never falling, at most ``units``.
    units
        How many units could adopt, at least 1.
    origin
        End of the last period in which nobody had adopted: where the clock of a growth model is 0.
    measure
        Name of the measure, or empty.
    period
        Length of one step: one of :data:`qgraph.diffusion.records.events.PERIODS`, or empty for
        plain numbers.
    warnings
        What was left out on the way.
    data
        Where the events come from.
    """

    times: NDArray[np.float64]
    counts: NDArray[np.float64]
    units: int
    origin: float
    measure: str = ""
    period: str = ""
    warnings: tuple[Words, ...] = ()
    data: Data | None = field(default=None)

    def __post_init__(self) -> None:
        fault = _fault(self.times, self.counts, self.units, self.origin)
        if fault:
            raise QGraphError(
                f"this is no series of cumulative adopters: {fault}",
                hint="Give one time per period, in order, and the number of units that have"
                " adopted by its end, from 0 to the number of units that could.",
            )

    @classmethod
    def of(
        cls,
        times: ArrayLike,
        counts: ArrayLike,
        units: int,
        *,
        origin: float | None = None,
        measure: str = "",
        period: str = "",
    ) -> AdoptionSeries:
        """Make a series of numbers; by default the clock starts one period before the first."""
        moments = np.asarray(times, dtype=np.float64).reshape(-1)
        start = origin if origin is not None or not moments.size else float(moments[0]) - 1
        return cls(
            times=moments,
            counts=np.asarray(counts, dtype=np.float64).reshape(-1),
            units=units,
            origin=0.0 if start is None else start,
            measure=measure,
            period=period,
        )

    def __len__(self) -> int:
        return self.times.size

    @property
    def clock(self) -> NDArray[np.float64]:
        """Time since the origin, which is what the formulas call t: 1 at the end of the first."""
        return self.times - self.origin

    @property
    def new(self) -> NDArray[np.float64]:
        """Adopters of each period alone."""
        return np.diff(self.counts, prepend=0.0)

    @property
    def adopters(self) -> int:
        """How many units have adopted by the end."""
        return int(self.counts[-1])

    def up_to(self, time: float) -> AdoptionSeries:
        """Keep what was known at the end of a period."""
        kept = self.times <= time
        return AdoptionSeries(
            times=self.times[kept],
            counts=self.counts[kept],
            units=self.units,
            origin=self.origin,
            measure=self.measure,
            period=self.period,
            warnings=self.warnings,
            data=self.data,
        )

    def label(self, time: float) -> str:
        """Write the period in which a time falls as people do, for instance 2024 or 2024-07.

        A whole number is the end of its period, so that 2023.4 lies within the period 2024.
        """
        whole = not (self.times % 1).any()
        falls_in = np.ceil(time) if whole else time
        return period_text(falls_in, self.period) if self.period in PERIODS else f"{falls_in:.10g}"


def adoption_series(
    cascades: Cascades, measure: str, *, until: float | str = "end"
) -> AdoptionSeries:
    """Count the adopters of a measure, period by period.

    Parameters
    ----------
    cascades
        In whole periods; their ``units`` are the units that could adopt.
    measure
        Name of one of their measures.
    until
        The last period to count: ``end`` of observation, in which case the periods without an
        adopter after the last one say that the curve has levelled off; ``last`` adoption, as most
        published fits do, which hides that; or a period. Cascades cut by
        :meth:`~qgraph.diffusion.Cascades.before` have seen nothing of the period of the
        cut: give the one before it.

    Returns
    -------
    AdoptionSeries
        From the first period observed; the clock is 1 at its end.

    Raises
    ------
    NotFound
        If there is no such measure.
    QGraphError
        If times are not whole periods, or nothing lies before ``until``.
    """
    if measure not in cascades.measures:
        raise NotFound(
            f"there is no measure {measure!r} among the cascades",
            hint=f"There are {len(cascades)} measures, such as {', '.join(cascades.measures[:3])}.",
        )
    number = cascades.measures.index(measure)
    moments = cascades.time[cascades.starts[number] : cascades.starts[number + 1]]
    if until == "end":
        last = float(cascades.end[number])
    elif until == "last":
        last = float(moments[-1])
    elif isinstance(until, str):
        raise QGraphError(
            f"a series cannot run until {until!r}", hint="Say end, last, or a period."
        )
    else:
        last = float(until)
    first = float(min(cascades.begin[number], moments[0]))
    if not all(float(time).is_integer() for time in (first, *moments)):
        raise QGraphError(
            "adopters are counted by whole periods, and these times are not whole",
            hint="Round them, for instance with cascades(events, period='year').",
        )
    times = np.arange(first, np.floor(last) + 1)
    if not times.size:
        raise QGraphError(
            f"{measure!r} was first observed in {first:g}, after {last:g}",
            hint="Count until a later period.",
        )
    return AdoptionSeries(
        times=times,
        counts=np.searchsorted(moments, times, side="right").astype(np.float64),
        units=len(cascades.units),
        origin=first - 1,
        measure=measure,
        period=cascades.period,
        warnings=cascades.warnings,
        data=cascades.data,
    )


def _fault(
    times: NDArray[np.float64], counts: NDArray[np.float64], units: int, origin: float
) -> str:
    """Say what is wrong with a series, or nothing."""
    if not times.size or times.shape != counts.shape:
        return f"{times.size} times, {counts.size} counts"
    if not (np.isfinite(times).all() and np.isfinite(counts).all()):
        return "a number is missing"
    if (np.diff(times) <= 0).any() or times[0] <= origin:
        return "times do not increase"
    if counts[0] < 0 or (np.diff(counts) < 0).any():
        return "the cumulative count falls"
    if units < 1 or counts[-1] > units:
        return f"{counts[-1]:g} adopters among {units} units"
    if (counts % 1).any():
        return "a count is no whole number"
    return ""

"""Opportunities: which unit could have taken up which measure, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["UNTIL", "Opportunities", "ends", "opportunities", "ratio"]

UNTIL: Mapping[str, Words] = {
    "last": Words("last adoption of the measure by any unit", "该措施最后一次被采纳"),
    "end": Words("end of observation", "观察期结束"),
}
"""When opportunities end for a unit that does not adopt."""


@dataclass(frozen=True, eq=False)
class Opportunities:
    """What each unit could have taken up; all arrays are measures by units.

    Attributes
    ----------
    adopted
        Whether it did.
    start, stop
        First and last period of its opportunity.
    count
        Number of periods from start to stop, both included; 0 if it never could.
    warnings
        What was left out.
    """

    adopted: NDArray[np.bool_]
    start: NDArray[np.float64]
    stop: NDArray[np.float64]
    count: NDArray[np.int64]
    warnings: tuple[Words, ...]


def opportunities(
    cascades: Cascades,
    *,
    first: float | None = None,
    entry: Mapping[str, float] | None = None,
    until: str = "last",
) -> Opportunities:
    """Find out who could adopt what, and when.

    Parameters
    ----------
    cascades
        In whole periods, such as years.
    first
        Leaves out measures that were first adopted before this period.
    entry
        Unit to the period from which it could adopt at all; what it adopted before is neither an
        adoption nor an opportunity.
    until
        One of :data:`UNTIL`.

    Returns
    -------
    Opportunities
        From the first adoption of a measure by any unit to the unit's own; without one, to what
        ``until`` says.

    Raises
    ------
    Refused
        If times are not whole periods, or no measure is left.
    QGraphError
        If ``until`` is unknown, or ``entry`` names a unit that is not there.
    """
    if until not in UNTIL:
        raise QGraphError(f"there is no until {until!r}", hint=f"Give one of {', '.join(UNTIL)}.")
    if (cascades.time % 1 != 0).any():
        raise Refused(
            Words("opportunities are counted in whole periods", "机会数以整个时期计"),
            Words("Round the times to periods, such as years.", "请将时间取整为时期（如年）。"),
        )
    begin, last = ends(cascades)
    kept = np.full(len(cascades), True) if first is None else begin >= first
    if not kept.any():
        raise Refused(
            Words("no measure is left to count opportunities for", "没有可计算机会数的措施"),
            Words("Give an earlier `first`, or more events.", "请提前first，或提供更多事件。"),
        )
    entered = _entries(cascades.units, entry or {})
    times = cascades.matrix()[kept]
    final = last if until == "last" else np.floor(np.maximum(cascades.end, last))
    start = np.maximum(begin[kept, None], entered)
    stop = np.where(np.isnan(times), final[kept, None], times)
    early = times < entered
    count = np.where(early, 0, np.maximum(stop - start + 1, 0)).astype(np.int64)
    return Opportunities(
        adopted=~np.isnan(times) & ~early,
        start=start,
        stop=stop,
        count=count,
        warnings=_warnings(first, int((~kept).sum()), int(early.sum()), count),
    )


def ends(cascades: Cascades) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the first and the last adoption of each measure."""
    starts = cascades.starts
    return cascades.time[starts[:-1]], cascades.time[starts[1:] - 1]


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by."""
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole != 0)
    return shares


def _entries(units: tuple[str, ...], entry: Mapping[str, float]) -> NDArray[np.float64]:
    unknown = sorted(set(entry) - set(units))
    if unknown:
        raise NotFound(f"no unit is called {unknown[0]!r}", hint="`entry` names units of the data.")
    return np.array([entry.get(name, -np.inf) for name in units])


def _warnings(
    first: float | None, older: int, early: int, count: NDArray[np.int64]
) -> tuple[Words, ...]:
    """Say what was left out: older measures, early adoptions, units without an opportunity."""
    idle = int((count.sum(axis=0) == 0).sum())
    said = {
        Words(
            f"{older} measures first adopted before {first} were left out.",
            f"有{older}项首次采纳早于{first}的措施未计入。",
        ): older,
        Words(
            f"{early} adoptions before the entry of the unit were left out.",
            f"有{early}次早于单位起始时间的采纳未计入。",
        ): early,
        Words(
            f"{idle} units had no opportunity and have no score.",
            f"有{idle}个单位无采纳机会，故无得分。",
        ): idle,
    }
    return tuple(words for words, number in said.items() if number)

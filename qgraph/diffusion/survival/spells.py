"""Spells: how long something was at risk of an event, and how that ended, checked row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qgraph.diffusion.records.events import PERIODS
from qgraph.diffusion.result import Data, Refused
from qgraph.diffusion.table import Column, Words
from qgraph.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Spell", "Spells", "case_columns", "counts", "of_group", "weight_below"]


class Spell(NamedTuple):
    """How long something was at risk of an event, and how that ended.

    It is at risk on (``entry``, ``exit``]: an event at the very moment of entry is not seen.
    Minus infinity, the default entry, is for what is watched from the origin of time on, the
    origin included. With ``earliest`` the event lies somewhere in (``earliest``, ``exit``]; in
    whole periods "from a to b" is (a - 1, b].
    """

    exit: float
    cause: str = ""
    """Name of the event; empty if none was seen up to ``exit`` (right-censored)."""
    entry: float = -inf
    group: str = "all"
    weight: float = 1.0
    """How many such spells there are."""
    earliest: float | None = None


@dataclass(frozen=True, eq=False)
class Spells:
    """Spells at risk, one entry per spell, made and checked by :meth:`of`.

    Attributes
    ----------
    entry, exit
        A spell is at risk on (entry, exit]; minus infinity is an entry that was not delayed.
    earliest
        Equal to ``exit`` if that is exact; else the event lies in (earliest, exit].
    cause
        0 if censored, else one more than a place in ``causes``.
    causes
        Names of the events that end a spell.
    group
        Place in ``groups``.
    groups
        Names, sorted.
    weight
        How many such spells there are.
    by
        What the groups are, such as "domain"; empty if there is one group for all.
    period
        Unit of time, for headings, such as "year".
    warnings
        What was left out on the way.
    data
        Where the events come from, if that is known.
    """

    entry: NDArray[np.float64]
    exit: NDArray[np.float64]
    earliest: NDArray[np.float64]
    cause: NDArray[np.int64]
    causes: tuple[str, ...]
    group: NDArray[np.int64]
    groups: tuple[str, ...]
    weight: NDArray[np.float64]
    by: str = ""
    period: str = ""
    warnings: tuple[Words, ...] = ()
    data: Data | None = None

    def __len__(self) -> int:
        return len(self.exit)

    @classmethod
    def of(
        cls,
        rows: Iterable[Spell],
        *,
        causes: Sequence[str] | None = None,
        by: str = "",
        period: str = "",
        most_unknown: float = 0.2,
        origin: str = "spells",
        data: Data | None = None,
    ) -> Spells:
        """Check rows and make spells of them.

        Parameters
        ----------
        rows
            Plain tuples will do. NaN as entry or exit says that a start is not known, and so no
            length of time either: such rows are left out, and a warning counts them.
        causes
            Names of the events in the order wanted; by default those met, sorted.
        by
            What the groups are.
        period
            Unit of time, for headings.
        most_unknown
            Which share of the rows may be left out, 0 to 1.
        origin
            Name of the rows in messages about them.
        data
            Where the events come from.

        Returns
        -------
        Spells
            In the order of the rows.

        Raises
        ------
        InvalidInput
            If rows cannot be true; it names all of them.
        Refused
            If nothing is left, or too large a share has no known start.
        """
        every = [Spell(*row) for row in rows]
        problems = [
            Problem(origin, number, column, message, hint)
            for number, row in enumerate(every, start=1)
            for column, message, hint in _faults(row, causes)
        ]
        if problems:
            raise InvalidInput(problems)
        known = [row for row in every if not (isnan(row.entry) or isnan(row.exit))]
        names = tuple(causes or sorted({row.cause for row in known if row.cause}))
        groups = sorted({row.group for row in known})
        numbers = {name: number for number, name in enumerate(("", *names))}
        places = {name: place for place, name in enumerate(groups)}
        earliest = [row.exit if row.earliest is None else row.earliest for row in known]
        return cls(
            entry=np.array([row.entry for row in known], dtype=np.float64),
            exit=np.array([row.exit for row in known], dtype=np.float64),
            earliest=np.array(earliest, dtype=np.float64),
            cause=np.array([numbers[row.cause] for row in known], dtype=np.int64),
            causes=names,
            group=np.array([places[row.group] for row in known], dtype=np.int64),
            groups=tuple(groups),
            weight=np.array([row.weight for row in known], dtype=np.float64),
            by=by,
            period=period,
            warnings=_left_out(len(every), len(known), most_unknown),
            data=data,
        )

    def pooled(self) -> Spells:
        """Put all groups into one."""
        return replace(self, group=np.zeros_like(self.group), groups=("all",), by="")

    def at_risk(self, times: ArrayLike) -> NDArray[np.float64]:
        """Count the spells at risk just before each of some times, one row per group.

        A spell counts at t if entry < t <= exit.
        """
        moments = np.asarray(times, dtype=np.float64)
        found = np.zeros((len(self.groups), len(moments)))
        for place in range(len(self.groups)):
            own = self.group == place
            entered = weight_below(self.entry[own], self.weight[own], moments)
            found[place] = entered - weight_below(self.exit[own], self.weight[own], moments)
        return found

    @property
    def is_exact(self) -> bool:
        """Tell whether the time of every event is known, none only to lie in an interval."""
        return bool(np.all(self.earliest == self.exit))

    @property
    def is_complete(self) -> bool:
        """Tell whether every spell ended in one and the same event: nothing else was loaded."""
        return bool(np.all(self.cause > 0)) and len(np.unique(self.cause)) == 1


def _faults(row: Spell, causes: Sequence[str] | None) -> Iterator[tuple[str, str, str]]:
    """Say what cannot be true of a row: column, message, hint."""
    if not (isfinite(row.weight) and row.weight > 0):
        yield "weight", f"{row.weight} is no number of spells", "Give a number above 0."
    if causes is not None and row.cause and row.cause not in causes:
        yield "cause", f"there is no cause {row.cause!r}", f"Causes are {', '.join(causes)}."
    if isnan(row.entry) or isnan(row.exit):
        return
    if not isfinite(row.exit):
        yield "exit", f"{row.exit} is no time", "Give the last time at which it was watched."
    elif row.entry >= row.exit:
        yield (
            "entry",
            f"enters at {row.entry:g}, not before its exit at {row.exit:g}",
            "It was never at risk while it was watched: leave it out, and say so.",
        )
    if row.earliest is None:
        return
    if not row.cause:
        yield "earliest", "a censored spell has no event to be early", "Leave it empty."
    elif not row.earliest <= row.exit:
        yield (
            "earliest",
            f"{row.earliest:g} is not a time up to the exit at {row.exit:g}",
            "The event lies in (earliest, exit].",
        )


def _left_out(rows: int, known: int, most_unknown: float) -> tuple[Words, ...]:
    """Say how many rows have no known start; refuse if that is too many of them."""
    unknown = rows - known
    if known == 0:
        raise Refused(
            Words("there is no spell with a known start", "没有起点已知的时段"),
            Words("Give spells with entry and exit.", "请提供起止时间已知的时段。"),
        )
    if unknown > most_unknown * rows:
        share = unknown / rows
        raise Refused(
            Words(
                f"{unknown} of {rows} spells ({share:.0%}) have no known start",
                f"{rows}个时段中有{unknown}个（{share:.0%}）起点不明",
            ),
            Words(
                f"At most {most_unknown:.0%} may be left out: find the starts, or give bounds for"
                " the time of the event and use Turnbull's estimate.",
                f"至多可剔除{most_unknown:.0%}：请补充起点，或给出事件时间的上下界并使用Turnbull估计。",
            ),
        )
    if not unknown:
        return ()
    return (
        Words(
            f"{unknown} of {rows} spells were left out: their start is not known.",
            f"{rows}个时段中有{unknown}个因起点不明未计入。",
        ),
    )


def weight_below(
    times: NDArray[np.float64], weight: NDArray[np.float64], moments: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum the weights of the times that are before each moment."""
    order = np.argsort(times, kind="stable")
    total = np.concatenate(([0.0], np.cumsum(weight[order])))
    return total[np.searchsorted(times[order], moments, side="left")]


def case_columns(
    spells: Spells, group: NDArray[np.int64], time: NDArray[np.float64]
) -> tuple[Column, Column]:
    """Give the first columns of a table by group and time."""
    unit = PERIODS.get(spells.period, Words(spells.period, spells.period))
    title = Words(f"Time ({unit.en})", f"时间（{unit.zh}）") if unit.en else Words("Time", "时间")
    names = [spells.groups[place] for place in group]
    return (
        Column("group", Words(spells.by or "Group", spells.by or "组别"), names),
        Column("time", title, time.tolist(), "g"),
    )


def counts(values: NDArray[np.float64]) -> list[object]:
    """Give counts as whole numbers if that is what they are."""
    whole: list[object] = (values if np.any(values % 1) else values.astype(np.int64)).tolist()
    return whole


def of_group(spells: Spells, place: int) -> tuple[str, str, str]:
    """Name a group at the end of a key and of words; one group for all needs no name."""
    if len(spells.groups) == 1:
        return "", "", ""
    name = spells.groups[place]
    return f"_{name}", f", {name}", f"（{name}）"

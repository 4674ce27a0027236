"""The sheet that a figure is drawn on: format, language and names, and what all figures share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.drawing import picture
from qgraph.diffusion.records.events import PERIODS, period_text
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from qgraph.diffusion.result import Result

__all__ = ["MOST", "Sheet", "figure", "ranking"]

MOST = 25
"""Rows of a ranked figure: what is further down is in the table."""


@dataclass(frozen=True)
class Sheet:
    """How a figure is to be drawn.

    Attributes
    ----------
    form
        ``svg``, ``png`` or ``pdf``.
    language
        ``en`` or ``zh``.
    names
        What to call units and measures.
    """

    form: str = "svg"
    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, en: str, zh: str) -> str:
        """Choose between the languages."""
        return Words(en, zh).to(self.language)

    def name(self, key: str) -> str:
        """Tell what to call a unit or a measure."""
        return self.names.get(key, key)

    def named(self, keys: Iterable[str]) -> list[str]:
        """Tell what to call several of them."""
        return [self.name(key) for key in keys]

    def edge(self, origin: str, destination: str) -> str:
        """Tell what to call the edge between two units."""
        return f"{self.name(origin)} → {self.name(destination)}"

    def level(self, confidence: float) -> str:
        """Say what a band or a line around a value is."""
        return self.say(f"{confidence:.0%} interval", f"{confidence:.0%}区间")

    def first(self, shown: int, all_of_them: int) -> str:
        """Say that not all rows are shown, if that is so."""
        if shown >= all_of_them:
            return ""
        return self.say(f"the first {shown} of {all_of_them}", f"前{shown}项，共{all_of_them}项")

    def duration(self, period: str) -> str:
        """Name an axis of durations."""
        if period not in PERIODS:
            return self.say("Time", "时间")
        unit = PERIODS[period]
        return self.say(f"Time ({unit.en}s)", f"时间（{unit.zh}）")

    def calendar(self, axes: Axes, period: str) -> None:
        """Write periods under an axis as people do."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        if period in PERIODS:
            axes.xaxis.set_major_formatter(
                FuncFormatter(lambda moment, _: period_text(moment, period))
            )
            axes.set_xlabel(self.say(PERIODS[period].en.capitalize(), PERIODS[period].zh))
        else:
            axes.set_xlabel(self.say("Time", "时间"))

    def percent(self, axes: Axes, which: str = "y") -> None:
        """Write an axis of shares in per cent."""
        from matplotlib.ticker import FuncFormatter

        axis = axes.yaxis if which == "y" else axes.xaxis
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{round(100 * share, 6):g}%"))

    def done(self, drawn: Figure) -> bytes:
        """Write the figure, while its canvas is open."""
        return picture(drawn, self.form)


def ranking(values: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.intp]:
    """Order places from the highest value down, equal ones by name; unknown values are left out."""
    known = np.flatnonzero(np.isfinite(values)).tolist()
    return np.array(sorted(known, key=lambda place: (-values[place], names[place])), dtype=np.intp)


@singledispatch
def figure(result: Result, sheet: Sheet) -> bytes:  # noqa: ARG001 - those that draw need it
    """Draw a result on a sheet; the modules beside this one say how, each for its own.

    Raises
    ------
    QGraphError
        If there is no figure of such a result.
    """
    raise QGraphError(
        f"there is no figure of {result.method.name.en}",
        hint="Its numbers are in the table: leave out --plot, or take --format csv.",
    )

"""The hand that draws: curves, dots and bars as papers print them, in colours everyone can tell.

Colours are those of Okabe and Ito (2008), chosen for colour-blind readers; each comes with a dash
and a marker of its own, so that the figure can be read in grey. Same input, same bytes.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from qgraph.errors import MissingExtra, QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = ["FORMS", "Curve", "Dots", "bars", "canvas", "curves", "dots", "picture"]

FORMS = ("svg", "png", "pdf")
"""What a figure can be written as."""

_INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")
_GREY = "#5a5a5a"
# The first that a machine has is taken; the SVG names them all, so that the reader's machine can
# choose anew.
_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "SimHei",
    "DejaVu Sans",
)
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.edgecolor": _GREY,
    "axes.unicode_minus": False,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
    "legend.frameon": False,
    "figure.dpi": 150,
    # A dollar sign in a label is a dollar sign.
    "text.parse_math": False,
    # Text stays text, so that a page can be searched and read aloud; names of parts do not depend
    # on chance.
    "svg.fonttype": "none",
    "svg.hashsalt": "qgraph",
    "pdf.fonttype": 42,
}


@dataclass(frozen=True)
class Curve:
    """A curve with its band.

    Attributes
    ----------
    label
        What it shows; empty for no entry in the legend.
    x, y
        Its points.
    low, high
        The band, or None.
    step
        True if the value holds until the next point.
    marks
        True if the points are shown, too.
    at_risk
        Counts to print under the axis, as many as the ``risk_times`` of the figure, or None.
    """

    label: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    step: bool = True
    marks: bool = False
    at_risk: Sequence[int] | None = None


@dataclass(frozen=True)
class Dots:
    """A ranked list of values with their intervals; the first is drawn on top."""

    labels: Sequence[str]
    values: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None


@contextmanager
def canvas(width: float = 6.5, height: float = 3.6) -> Iterator[tuple[Figure, Axes]]:
    """Give an empty figure, in inches, in the style of the house.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra(
            "a figure needs matplotlib, which is not installed",
            hint="Install it: python -m pip install 'qgraph[stats]'.",
        ) from error
    known = set(font_manager.get_font_names())
    fonts = [name for name in _FONTS if name in known]
    with mpl.rc_context({**_STYLE, "font.sans-serif": fonts}):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.add_subplot()


def picture(figure: Figure, form: str) -> bytes:
    """Write a figure as SVG, PNG or PDF; to be called while its canvas is open.

    Raises
    ------
    QGraphError
        For another format.
    """
    if form not in FORMS:
        raise QGraphError(
            f"a figure cannot be written as {form!r}", hint=f"Use one of {', '.join(FORMS)}."
        )
    nobody: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }
    output = io.BytesIO()
    with warnings.catch_warnings():
        # Without a Chinese font the SVG still names those that a reader may have.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(output, format=form, metadata=nobody[form])
    return output.getvalue()


def curves(
    axes: Axes,
    drawn: Sequence[Curve],
    *,
    risk_times: Sequence[float] | None = None,
    risk_title: str = "",
) -> None:
    """Draw curves with their bands, and the numbers at risk under the axis if there are any."""
    for number, curve in enumerate(drawn):
        ink, dash = _INKS[number % len(_INKS)], _DASHES[number % len(_DASHES)]
        where = "steps-post" if curve.step else "default"
        axes.plot(
            curve.x,
            curve.y,
            color=ink,
            linestyle=dash,
            drawstyle=where,
            marker=_MARKERS[number % len(_MARKERS)] if curve.marks else None,
            markersize=4,
            label=curve.label or "_nolegend_",
        )
        if curve.low is not None and curve.high is not None:
            axes.fill_between(
                curve.x,
                curve.low,
                curve.high,
                step="post" if curve.step else None,
                color=ink,
                alpha=0.15,
                linewidth=0,
            )
    if sum(bool(curve.label) for curve in drawn) > 1:
        axes.legend()
    if risk_times is not None:
        _numbers_at_risk(axes, drawn, risk_times, risk_title)


def _numbers_at_risk(
    axes: Axes, drawn: Sequence[Curve], times: Sequence[float], title: str
) -> None:
    """Print a small table below the axis, one line per curve, aligned with the ticks above it."""
    axes.set_xticks(list(times))
    place = axes.get_xaxis_transform()
    lines = [(curve, ink) for curve, ink in zip(drawn, cycle(_INKS), strict=False) if curve.at_risk]
    axes.text(0, -0.26, title, transform=axes.transAxes, ha="left", va="top", size=8, color=_GREY)
    for number, (curve, ink) in enumerate(lines):
        for time, count in zip(times, curve.at_risk or (), strict=True):
            height = -0.34 - 0.07 * number
            axes.text(
                time, height, str(count), transform=place, ha="center", va="top", color=ink, size=8
            )


def dots(axes: Axes, ranked: Dots, *, reference: float | None = None) -> None:
    """Draw a ranked dot plot with intervals, and a line at a value to compare with."""
    import numpy as np

    values = np.asarray(ranked.values, dtype=float)
    places = np.arange(len(values))[::-1]
    if ranked.low is not None and ranked.high is not None:
        axes.hlines(places, ranked.low, ranked.high, color=_INKS[0], linewidth=1.2)
    axes.plot(values, places, _MARKERS[0], color=_INKS[0], markersize=4)
    if reference is not None:
        axes.axvline(reference, color=_GREY, linestyle=":", linewidth=1)
    axes.set_yticks(places, [_short(label) for label in ranked.labels])
    axes.set_ylim(-0.7, len(values) - 0.3)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.tick_params(axis="y", length=0, colors="black")


def bars(axes: Axes, x: Sequence[Any], parts: Mapping[str, Sequence[float]]) -> None:
    """Draw stacked bars; each part has a colour and a hatch of its own."""
    import numpy as np

    bottom = np.zeros(len(x))
    for number, (label, heights) in enumerate(parts.items()):
        axes.bar(
            x,
            heights,
            bottom=bottom,
            label=label,
            color=_INKS[number % len(_INKS)],
            hatch=_HATCHES[number % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.5,
        )
        bottom = bottom + np.asarray(heights, dtype=float)
    if len(parts) > 1:
        axes.legend()


def _short(label: str, longest: int = 48) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1]}…"

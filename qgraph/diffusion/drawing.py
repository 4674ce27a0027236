"""The hand that draws: curves, dots and bars as papers print them, in colours everyone can tell.

Colours are those of Okabe and Ito (2008), chosen for colour-blind readers; each comes with a dash
and a marker of its own, so that the figure can be read in grey. Same input, same bytes.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgraph.errors import MissingExtra, QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = [
    "FORMS",
    "GREY",
    "INKS",
    "Curve",
    "Dots",
    "bars",
    "canvas",
    "curves",
    "dots",
    "heading",
    "matrix",
    "panels",
    "picture",
    "rows",
    "short",
]

FORMS = ("svg", "png", "pdf")
"""What a figure can be written as."""

INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Colours of lines and marks, in the order in which they are used."""

_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")
GREY = "#5a5a5a"
"""Of axes, notes and what is only to be compared with."""

_RULE = "#dddddd"
_PALE = "#c8ccd2"
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
    "axes.edgecolor": GREY,
    "axes.unicode_minus": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
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
    """A ranked list of values with their intervals; the first is drawn on top.

    ``against`` is what each value is to be compared with, drawn as a hollow mark, or None.
    """

    labels: Sequence[str]
    values: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    against: ArrayLike | None = None


@contextmanager
def canvas(width: float = 6.5, height: float = 3.6) -> Iterator[tuple[Figure, Axes]]:
    """Give an empty figure, in inches, in the style of the house.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    with panels(1, 1, width, height) as (figure, (axes,)):
        yield figure, axes


@contextmanager
def panels(
    rows: int, columns: int, width: float = 6.5, height: float = 3.6, *, shared: str = "none"
) -> Iterator[tuple[Figure, tuple[Axes, ...]]]:
    """Give an empty figure of several panels, row by row.

    Parameters
    ----------
    rows, columns
        How many there are.
    width, height
        Of the whole figure, in inches.
    shared
        Which axes the panels have in common: ``none``, ``x``, ``y`` or ``both``.

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
        grid = figure.subplots(
            rows,
            columns,
            sharex=shared in ("x", "both"),
            sharey=shared in ("y", "both"),
            squeeze=False,
        )
        yield figure, tuple(grid.flat)


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


def heading(axes: Axes, title: str, note: str = "") -> None:
    """Put a title over a panel, and a note in grey between the two."""
    lines = note.count("\n") + 1 if note else 0
    axes.set_title(title, pad=5 + 11 * lines)
    if note:
        axes.annotate(
            note,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 4),
            textcoords="offset points",
            size=8,
            color=GREY,
            ha="left",
            va="bottom",
        )


def curves(
    axes: Axes,
    drawn: Sequence[Curve],
    *,
    risk_times: Sequence[float] | None = None,
    risk_title: str = "",
) -> None:
    """Draw curves with their bands, and the numbers at risk under the axis if there are any."""
    for number, curve in enumerate(drawn):
        ink, dash = INKS[number % len(INKS)], _DASHES[number % len(_DASHES)]
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
    lines = [curve for curve in drawn if curve.at_risk]

    # In points below the axis, and so as far from the ticks in a high figure as in a low one.
    def write(text: str, x: float, line: int, place: Any, **how: Any) -> None:
        axes.annotate(
            text,
            (x, 0),
            xycoords=place,
            xytext=(-14 if how["ha"] == "right" else 0, -34 - 12 * line),
            textcoords="offset points",
            va="top",
            size=8,
            **how,
        )

    write(title, 0, 0, axes.transAxes, ha="left", color=GREY)
    # In the colour of text: those of lines are too light for small figures.
    for number, curve in enumerate(lines, start=1):
        if len(lines) > 1:
            write(short(curve.label, 18), 0, number, axes.transAxes, ha="right")
        for time, count in zip(times, curve.at_risk or (), strict=True):
            write(str(count), time, number, axes.get_xaxis_transform(), ha="center")


def dots(
    axes: Axes,
    ranked: Dots,
    *,
    reference: float | None = None,
    inks: Sequence[int] | None = None,
    longest: int = 48,
) -> None:
    """Draw a ranked dot plot with intervals, and a line at a value to compare with.

    Parameters
    ----------
    axes
        Where.
    ranked
        What.
    reference
        The value to compare with.
    inks
        For each dot the number of its colour and mark, if they are not all the same.
    longest
        Characters of a label; the rest is cut.
    """
    import numpy as np

    values = np.asarray(ranked.values, dtype=float)
    places = np.arange(len(values))[::-1]
    kinds = np.zeros(len(values), dtype=int) if inks is None else np.asarray(inks)
    if reference is not None:
        axes.axvline(reference, color=GREY, linestyle=":", linewidth=1)
    for kind in np.unique(kinds):
        own = kinds == kind
        ink = INKS[kind % len(INKS)]
        if ranked.low is not None and ranked.high is not None:
            low, high = (np.asarray(side, dtype=float)[own] for side in (ranked.low, ranked.high))
            axes.hlines(places[own], low, high, color=ink, linewidth=1.2)
        axes.plot(
            values[own],
            places[own],
            _MARKERS[kind % len(_MARKERS)],
            color=ink,
            markersize=4,
        )
    if ranked.against is not None:
        axes.plot(ranked.against, places, "D", color=GREY, fillstyle="none", markersize=4)
    axes.set_yticks(places, [short(label, longest) for label in ranked.labels])
    axes.set_ylim(-0.7, len(values) - 0.3)
    axes.grid(axis="x", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, colors="black")


def bars(axes: Axes, x: Sequence[Any], parts: Mapping[str, Sequence[float]]) -> None:
    """Draw stacked bars; each part has a colour and a hatch of its own."""
    import numpy as np

    bottom = np.zeros(len(x))
    for number, (label, heights) in enumerate(parts.items()):
        axes.bar(x, heights, bottom=bottom, label=label, **_fill(number))
        bottom = bottom + np.asarray(heights, dtype=float)
    if len(parts) > 1:
        axes.legend()


def rows(
    axes: Axes,
    labels: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    *,
    rest: str = "",
    longest: int = 48,
) -> None:
    """Draw stacked bars that lie, one row per label, the first on top.

    Parameters
    ----------
    axes
        Where.
    labels
        Of the rows.
    parts
        Widths by the label of the part.
    rest
        The part that is drawn pale, as what is only there to compare with.
    longest
        Characters of a label; the rest is cut.
    """
    import numpy as np

    places = np.arange(len(labels))[::-1]
    left = np.zeros(len(labels))
    for number, (label, widths) in enumerate(parts.items()):
        fill = {**_fill(number), "color": _PALE, "hatch": ""} if label == rest else _fill(number)
        axes.barh(places, widths, left=left, height=0.7, label=label, **fill)
        left = left + np.asarray(widths, dtype=float)
    axes.set_yticks(places, [short(label, longest) for label in labels])
    axes.set_ylim(-0.7, len(labels) - 0.3)
    axes.tick_params(axis="y", length=0, colors="black")
    if len(parts) > 1:
        axes.legend()


def _fill(number: int) -> dict[str, Any]:
    return {
        "color": INKS[number % len(INKS)],
        "hatch": _HATCHES[number % len(_HATCHES)],
        "edgecolor": "white",
        "linewidth": 0.5,
    }


def matrix(
    axes: Axes,
    values: ArrayLike,
    labels: tuple[Sequence[str], Sequence[str]],
    *,
    limits: tuple[float, float] | None = None,
    form: str = "",
) -> Any:
    """Draw a matrix of shades that grow darker with the value; what is not known stays empty.

    Parameters
    ----------
    axes
        Where.
    values
        Rows by columns; NaN is not known.
    labels
        Of the rows, the first on top, and of the columns.
    limits
        Values of the lightest and of the darkest shade.
    form
        How a value is written into its cell, or empty for not at all.

    Returns
    -------
    matplotlib.collections.QuadMesh
        For a scale beside it.
    """
    import numpy as np

    shown = np.ma.masked_invalid(np.asarray(values, dtype=float))
    low, high = limits or (0.0, float(shown.max()) if shown.count() else 1.0)
    mesh = axes.pcolormesh(
        shown, cmap="cividis_r", vmin=low, vmax=high, edgecolors="white", linewidth=0.5
    )
    for row, column in np.argwhere(~np.ma.getmaskarray(shown)) if form else ():
        value = float(shown[row, column])
        dark = value > low + 0.6 * (high - low)
        axes.text(
            column + 0.5,
            row + 0.5,
            format(value, form),
            ha="center",
            va="center",
            size=7,
            color="white" if dark else "black",
        )
    axes.invert_yaxis()
    axes.set_yticks(np.arange(len(labels[0])) + 0.5, [short(label) for label in labels[0]])
    axes.set_xticks(
        np.arange(len(labels[1])) + 0.5,
        [short(label, 24) for label in labels[1]],
        rotation=90,
    )
    axes.tick_params(length=0, colors="black", labelsize=8)
    for side in axes.spines.values():
        side.set_visible(False)
    return mesh


def short(label: str, longest: int = 48) -> str:
    """Cut a label that is too long for its place."""
    return label if len(label) <= longest else f"{label[: longest - 1]}…"

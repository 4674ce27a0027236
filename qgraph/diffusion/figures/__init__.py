"""Figures of results, as papers print them: one for each kind of result, from one function.

>>> from qgraph.diffusion.figures import draw
>>> from qgraph.diffusion.promotion.rate import promotion_rate
>>> draw(promotion_rate(94, 835)).startswith(b"<?xml")
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph.diffusion.figures import (
    growth,
    models,
    networks,
    reported,
    simulations,
    survival,
    units,
)
from qgraph.diffusion.figures.sheet import Sheet, figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qgraph.diffusion.result import Result

__all__ = ["PAINTED", "Sheet", "draw", "figure"]

PAINTED = (growth, models, networks, reported, simulations, survival, units)
"""Modules that say how the results of a field are drawn."""


def draw(
    result: Result,
    form: str = "svg",
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> bytes:
    """Draw a result.

    Colours can be told apart by colour-blind readers, and lines and marks in grey; text stays
    text. The same result gives the same bytes.

    Parameters
    ----------
    result
        Of any analysis of this package.
    form
        ``svg``, ``png`` or ``pdf``.
    language
        ``en`` or ``zh``, of titles and axes.
    names
        What to call units and measures, by their names in the result; those that are not in it
        keep their own.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    QGraphError
        If there is no figure of such a result, or no such format.
    MissingExtra
        If matplotlib is not installed.
    """
    return figure(result, Sheet(form, language, names or {}))

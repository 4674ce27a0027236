"""Finds the ontology and the curated graph, in an installed package and in a checkout alike.

Both are data folders at the top of the repository. A wheel carries them inside this package; a
checkout and an editable install have them where they are edited. No other module knows that there
are two places, and nobody imports the folders as packages: in a checkout that fails.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qgraph.errors import NotFound

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["folder"]


def folder(name: Literal["graph", "ontology"]) -> Traversable:
    """Find a bundled data folder.

    Parameters
    ----------
    name
        ``"ontology"`` (terms, kinds, shapes, questions) or ``"graph"`` (the curated tables).

    Returns
    -------
    Traversable
        A :class:`pathlib.Path`, unless the package is imported from a zip archive.

    Raises
    ------
    NotFound
        If the installation is incomplete.
    """
    packaged = files(__name__) / name
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).parents[2] / name
    if checkout.is_dir():
        return checkout
    raise NotFound(
        f"the bundled folder {name!r} is missing from this installation",
        hint="Install qgraph again: python -m pip install --force-reinstall qgraph.",
    )

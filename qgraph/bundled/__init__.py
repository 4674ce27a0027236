"""Finds the ontology and the curated graph, in an installed package and in a checkout alike.

Both are data folders at the top of the repository. A wheel carries them inside this package; a
checkout and an editable install have them where they are edited. No other module knows that there
are two places, and nobody imports the folders as packages: in a checkout that fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qgraph.errors import NotFound

__all__ = ["METADATA", "folder"]

METADATA = "csv-metadata.json"
"""The file that makes a folder one of curated tables."""


def folder(name: Literal["graph", "ontology"]) -> Path:
    """Find a bundled data folder.

    Parameters
    ----------
    name
        ``"ontology"`` (terms, kinds, shapes, questions) or ``"graph"`` (the curated tables).

    Raises
    ------
    NotFound
        If the installation is incomplete.
    """
    # Not importlib.resources: its import costs more than opening the graph, and pip unpacks wheels.
    here = Path(__file__)
    for place in (here.parent / name, here.parents[2] / name):
        if place.is_dir():
            return place
    raise NotFound(
        f"the bundled folder {name!r} is missing from this installation",
        hint="Install qgraph again: python -m pip install --force-reinstall qgraph.",
    )

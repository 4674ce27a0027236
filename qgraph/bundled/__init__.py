"""Finds the ontology and the curated graph, in an installed package and in a checkout alike.

Both are data folders at the top of the repository. A wheel carries them inside this package; a
checkout and an editable install have them where they are edited. No other module knows that there
are two places, and nobody imports the folders as packages: in a checkout that fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qgraph.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["folder", "on_disk"]


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


@contextmanager
def on_disk(name: Literal["graph", "ontology"]) -> Iterator[Path]:
    """Give a bundled folder as a path for as long as the block runs.

    Only a package that is imported from a zip archive has to be unpacked for it.
    """
    found = folder(name)
    if isinstance(found, Path):
        yield found
    else:
        with as_file(found) as unpacked:
            yield unpacked

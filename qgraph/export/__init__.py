"""Writing a graph for other programs and for readers: one file, in the format of its suffix.

Formats for the eye (page, Gephi) show the network of :mod:`qgraph.network` at the places of
:mod:`qgraph.layout`; formats for machines hold the statements themselves. A new format is one
function and one line in :data:`WRITERS`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from qgraph.errors import CannotWrite
from qgraph.files import STANDARD_STREAM, write_atomic
from qgraph.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qgraph.graph import Graph
    from qgraph.network import Network

__all__ = ["WRITERS", "Format", "Selection", "suffix_for", "to_bytes", "write"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What to export and how to word it; see :func:`qgraph.network.prepare`.

    ``years`` is None where nothing was said: a page then holds them switched off, a file for Gephi
    does not hold them.
    """

    focus: str | None = None
    depth: int = 1
    kinds: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    years: bool | None = None
    title: str = ""
    language: str = "en"

    @property
    def is_everything(self) -> bool:
        """Tell whether nothing is left out."""
        limits = (self.focus, self.kinds or None, self.first_year, self.last_year)
        return all(limit is None for limit in limits)


@dataclass(frozen=True, slots=True)
class Format:
    """One way of writing: what it is for, and the function that makes the bytes."""

    description: str
    make: Callable[[Graph, Selection, str], bytes]


def write(
    graph: Graph,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    focus: str | None = None,
    depth: int = 1,
    kinds: Iterable[str] = (),
    first_year: int | None = None,
    last_year: int | None = None,
    years: bool | None = None,
    title: str = "",
    language: str = "en",
) -> None:
    """Write a graph, or a part of it, to a file: whole, or not at all.

    Parameters
    ----------
    graph
        A loaded graph.
    path
        The file; its suffix picks the format. ``-`` is standard output and needs ``format``.
    format
        A suffix of :data:`WRITERS`, with or without its dot, whatever the name of the file.
    focus, depth, kinds, first_year, last_year
        The part to write; see :func:`qgraph.network.prepare`. The whole graph if none is given.
    years
        Show what is hidden at first, such as years; or, if False, leave it out altogether.
    title
        Heading of the page; by default one that says what kind of graph it is.
    language
        ``en`` or ``zh``: of labels, and in which the page opens.

    Raises
    ------
    CannotWrite
        If no format is known by that suffix, if the format has no place for a value, or if the
        file cannot be written; what was there before is untouched.
    NotFound
        If there is no such focus or kind.
    """
    selection = Selection(focus, depth, tuple(kinds), first_year, last_year, years, title, language)
    suffix = suffix_for(path, format)
    write_atomic(path, to_bytes(graph, suffix, selection))


def suffix_for(path: str | os.PathLike[str], format: str | None = None) -> str:
    """Return the suffix in :data:`WRITERS` that a file is to be written in."""
    name = os.fspath(path)
    if format is not None:
        suffix = f".{format.lower().removeprefix('.')}"
    elif name == STANDARD_STREAM:
        raise CannotWrite(
            "standard output has no suffix to tell the format",
            hint=f"Say which with --format: {_suffixes()}.",
        )
    else:
        suffix = PurePath(name).suffix.lower()
    if suffix not in WRITERS:
        wrong = f"the suffix {suffix!r}" if suffix else f"a name without a suffix: {name!r}"
        raise CannotWrite(f"no format is known by {wrong}", hint=f"Known are: {_suffixes()}.")
    return suffix


def to_bytes(graph: Graph, suffix: str, selection: Selection | None = None) -> bytes:
    """Return what :func:`write` would put into a file of a suffix."""
    return WRITERS[suffix].make(graph, selection or Selection(), suffix)


def _suffixes() -> str:
    return " ".join(WRITERS)


def _rdf(graph: Graph, selection: Selection, suffix: str) -> bytes:
    from qgraph.export import rdf

    if selection.is_everything:
        return rdf.render(suffix, graph.quads())
    return rdf.render(suffix, rdf.part(graph, _network(graph, selection, years=True)))


def _gexf(graph: Graph, selection: Selection, _suffix: str) -> bytes:
    from qgraph.export import gexf
    from qgraph.layout import positions

    network = _network(graph, selection, years=bool(selection.years))
    return gexf.render(
        network, positions(network), language=selection.language, title=selection.title
    )


def _html(graph: Graph, selection: Selection, _suffix: str) -> bytes:
    from qgraph.export import html
    from qgraph.layout import positions

    network = _network(graph, selection, years=selection.years is not False)
    return html.render(
        network,
        positions(network),
        headline=html.headline(graph),
        part=_part(graph, selection),
        title=selection.title,
        language=selection.language,
        years=bool(selection.years),
    )


def _part(graph: Graph, selection: Selection) -> dict[str, object] | None:
    """Say in data what a page was limited to; None if it shows everything."""
    if selection.is_everything:
        return None
    focus = graph.find(selection.focus) if selection.focus is not None else ""
    return {
        "focus": [graph.label(focus, code) for code in LANGUAGES] if focus else "",
        "depth": selection.depth,
        "kinds": ", ".join(selection.kinds),
        "first": selection.first_year,
        "last": selection.last_year,
    }


def _network(graph: Graph, selection: Selection, *, years: bool) -> Network:
    from qgraph.network import prepare

    return prepare(
        graph,
        focus=selection.focus,
        depth=selection.depth,
        kinds=selection.kinds or None,
        first_year=selection.first_year,
        last_year=selection.last_year,
        years=years,
    )


WRITERS: dict[str, Format] = {
    ".html": Format("a page to explore: one file, no server, no network", _html),
    ".gexf": Format("for Gephi and Gephi Lite, with the same picture", _gexf),
    ".ttl": Format("Turtle: RDF to read, all graphs in one", _rdf),
    ".trig": Format("TriG: RDF to read, with named graphs", _rdf),
    ".nq": Format("N-Quads: RDF line by line, with named graphs", _rdf),
    ".nt": Format("N-Triples: RDF line by line, all graphs in one", _rdf),
    ".jsonld": Format("JSON-LD: RDF as JSON, with named graphs", _rdf),
    ".rdf": Format("RDF/XML, all graphs in one", _rdf),
    ".xml": Format("RDF/XML, all graphs in one", _rdf),
}
"""Suffix -> format: the choices of the command line, its help and the tests come from here."""

"""What a drawing is made of: frozen, plain values that every writer can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Texts = Mapping[str, str]
"""A text by language, ``en`` and ``zh`` both filled, or empty if there is none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement comes from; texts are by language (``en``, ``zh``), empty if not known."""

    phrase: str
    locator: str
    source: str
    source_label: Texts
    publisher: str
    published: str
    url: str
    reliability: Texts
    modality: Texts
    standing: Texts
    attributed_to: Texts
    reason: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When: the words of the source and the days they were resolved to, both included."""

    relation: Texts
    words: str
    begin: str
    end: str
    edtf: str
    modality: Texts
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """Values of one property; ``type`` is string, integer, double, boolean, date or anyURI.

    ``rule`` names the rule that derived them, where no source states them.
    """

    name: str
    label: Texts
    type: str
    values: tuple[Texts, ...]
    rule: Texts | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A record that is not drawn but tells of a drawn thing, such as a reported figure."""

    id: str
    iri: str
    kind_label: Texts
    label: Texts
    moments: tuple[Moment, ...]
    attributes: tuple[Attribute, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing that is drawn.

    ``begin`` and ``end`` are ISO dates or None; ``year`` is set if the node itself is a year, and
    ``hidden`` if it is left out of the drawing until asked for.
    """

    id: str
    iri: str
    kind: str
    kind_label: Texts
    label: Texts
    description: Texts
    colour: str
    shape: str
    order: int
    hidden: bool = False
    size: float = 6.0
    begin: str | None = None
    end: str | None = None
    year: int | None = None
    years: tuple[int, ...] = ()
    other_names: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    reports: tuple[Report, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation that is drawn, from ``source`` to ``target`` as its label reads.

    ``rule`` names the rule that derived the statement, where no source states it.
    """

    id: str
    source: str
    target: str
    relation: str
    iri: str
    label: Texts
    group: str
    begin: str | None = None
    end: str | None = None
    rule: Texts | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes in the order of the legend, edges in the order of their ends; nothing occurs twice."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

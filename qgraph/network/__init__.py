"""The graph as a drawing sees it: things as nodes, relations as edges, each with its evidence.

What is drawn, and how, stands in the ontology: a relation with an ``edgeLabel`` between two things
whose classes have a ``nodeColour`` is an edge. No class and no relation is named here, so that a
new one needs a few lines of Turtle and no code. A record that is not drawn itself but tells of a
drawn thing (a reported figure, say) is kept as a report of that thing. Every export for the eye
starts from the network that :func:`prepare` makes, so all of them show the same picture; where the
nodes stand is the business of :mod:`qgraph.layout`.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.errors import NotFound
from qgraph.network.parts import Attribute, Edge, Evidence, Moment, Network, Node, Report
from qgraph.network.statements import Statements, bilingual, local_name
from qgraph.terms import DCTERMS, QG, RDF, SKOS, local_id, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qgraph.graph import Graph

__all__ = ["Attribute", "Edge", "Evidence", "Moment", "Network", "Node", "Report", "prepare"]


def prepare(
    graph: Graph,
    *,
    focus: str | None = None,
    depth: int = 1,
    kinds: Iterable[str] | None = None,
    first_year: int | None = None,
    last_year: int | None = None,
    years: bool = False,
) -> Network:
    """Make the network of a graph, or of a part of it.

    Parameters
    ----------
    graph
        A loaded graph.
    focus
        Identifier or label of one thing: keep what can be reached from it. The thing itself is
        kept whatever else is asked.
    depth
        In how many steps from the focus; links are followed both ways, but not through years.
    kinds
        Classes to keep, with their subclasses: local name, short or full IRI, or label.
    first_year, last_year
        Keep what is dated within these years, and undated things directly linked with such or
        with the focus.
    years
        Also take what is hidden at first, such as years. A kind that is asked for is always taken.

    Returns
    -------
    Network
        Nodes in the order of the legend, edges in the order of their ends: the same for the same
        graph, whatever order its statements come in.

    Raises
    ------
    NotFound
        If there is no such thing or kind, or if the focus is of a kind that is not drawn.
    """
    drawing = _Drawing(graph)
    wanted = None if kinds is None else drawing.classes(kinds)
    centre = None if focus is None else drawing.thing(graph.find(focus))
    nodes = drawing.nodes
    links = drawing.links()
    kept = {
        iri
        for iri, node in nodes.items()
        if years or not node.hidden or node.kind in (wanted or ()) or iri == centre
    }
    if centre is not None:
        kept = _reached(centre, depth, [link for link in links if link.ends <= kept], nodes)
    if wanted is not None:
        kept = {iri for iri in kept if nodes[iri].kind in wanted or iri == centre}
    if first_year is not None or last_year is not None:
        kept = _within(first_year, last_year, kept, links, nodes, centre)
    links = [link for link in links if link.ends <= kept]
    # What is hidden at first does not make its neighbours larger: nothing changes when it is shown.
    seen = (link for link in links if not any(nodes[end].hidden for end in link.ends))
    degree = Counter(end for link in seen for end in link.ends)
    return Network(
        nodes=tuple(
            replace(nodes[iri], size=_size(degree[iri]), reports=drawing.reports(iri))
            for iri in sorted(kept, key=lambda iri: (nodes[iri].order, nodes[iri].kind, iri))
        ),
        edges=tuple(
            sorted(
                (drawing.edge(link) for link in links),
                key=lambda edge: (edge.source, edge.relation, edge.target, edge.id),
            )
        ),
    )


def _size(degree: int) -> float:
    """Let the area, not the radius, grow with the number of links."""
    return round(min(6.0 + 2.2 * math.sqrt(degree), 26.0), 1)


@dataclass(frozen=True, slots=True)
class _Link:
    """A statement that is drawn as an edge, still in IRIs."""

    subject: str
    relation: str
    object: str

    @property
    def ends(self) -> frozenset[str]:
        return frozenset({self.subject, self.object})

    @property
    def statement(self) -> tuple[str, str, pyoxigraph.NamedNode]:
        return self.subject, self.relation, pyoxigraph.NamedNode(self.object)


def _reached(centre: str, depth: int, links: list[_Link], nodes: Mapping[str, Node]) -> set[str]:
    neighbours: dict[str, set[str]] = defaultdict(set)
    for link in links:
        neighbours[link.subject].add(link.object)
        neighbours[link.object].add(link.subject)
    reached = level = {centre}
    for _ in range(depth):
        # Through a year everything of that year would be near everything else.
        passable = [iri for iri in level if nodes[iri].year is None or iri == centre]
        level = {near for iri in passable for near in neighbours[iri]} - reached
        reached = reached | level
    return reached


def _within(
    first: int | None,
    last: int | None,
    kept: set[str],
    links: list[_Link],
    nodes: Mapping[str, Node],
    centre: str | None,
) -> set[str]:
    low = -math.inf if first is None else first
    high = math.inf if last is None else last
    dated = {
        iri
        for iri in kept
        if iri == centre or any(low <= year <= high for year in nodes[iri].years)
    }
    linked = {end for link in links if link.ends & dated for end in link.ends}
    return dated | {iri for iri in kept & linked if not nodes[iri].years}


class _Drawing:
    """A graph, sorted into what is drawn and what is told of it."""

    def __init__(self, graph: Graph) -> None:
        self.ontology = graph.ontology
        self.relations = self.ontology.edges()
        self.styles = self.ontology.styles()
        self.said = Statements(graph)
        self.drawn = {iri: kind for iri in self.said if (kind := self._kind(iri))}
        self.nodes = {iri: self._node(iri, kind) for iri, kind in self.drawn.items()}
        self._claims: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._told_by: dict[str, list[str]] = defaultdict(list)
        for iri in self.said:
            if QG.evidence in self.said.properties(iri):
                self._sort_record(iri)

    def _kind(self, iri: str) -> str | None:
        """Return the class as which a thing is drawn: the most specific that has a style."""
        types = self.said.links(iri, RDF.type)
        specific = self.ontology.most_specific(types)
        if specific in self.styles:
            return specific
        return self.ontology.most_specific(cls for cls in types if cls in self.styles)

    def _sort_record(self, iri: str) -> None:
        """Keep a claim with its statement, and another record beside the drawing with its thing."""
        parts = [self.said.link(iri, part) for part in (RDF.subject, RDF.predicate, RDF.object)]
        if all(parts):
            self._claims[tuple(parts)].append(iri)
        elif iri not in self.drawn and not self.said.is_time(iri):
            of = {
                value
                for predicate in self.relations.keys() & self.said.properties(iri).keys()
                for value in self.said.links(iri, predicate)
                if value in self.drawn
            }
            for thing in of:
                self._told_by[thing].append(iri)

    def thing(self, iri: str) -> str:
        """Return the IRI of a thing if it is drawn."""
        if iri not in self.drawn:
            raise NotFound(
                f"{local_id(iri)!r} is in the graph, but things of its kind are not drawn",
                hint=f"Drawn are: {self._drawn_kinds()}.",
            )
        return iri

    def classes(self, names: Iterable[str]) -> set[str]:
        """Find the drawn classes that some words mean, with those below them."""
        known: dict[str, str] = {}
        for iri in self.styles:
            for name in (iri, shorten(iri), local_name(iri), *self.ontology.labels(iri).values()):
                known.setdefault(name.casefold(), iri)
        wanted: set[str] = set()
        for name in names:
            iri = known.get(name.strip().casefold(), "")
            if not iri:
                close = difflib.get_close_matches(name.casefold(), known, n=1)
                meant = f"Did you mean {local_name(known[close[0]])}? " if close else ""
                raise NotFound(
                    f"no kind of thing that is drawn is called {name!r}",
                    hint=f"{meant}Drawn are: {self._drawn_kinds()}.",
                )
            wanted |= {iri, *self.ontology.subclasses(iri)}
        return wanted

    def _drawn_kinds(self) -> str:
        return ", ".join(local_name(iri) for iri in self.styles)

    def _node(self, iri: str, kind: str) -> Node:
        said, style = self.said, self.styles[kind]
        moments = said.moments(iri, apart_from=self.drawn)
        attributes = said.attributes(iri, edges=self.relations, things=self.drawn)
        derived = sorted(v["en"] for a in attributes if a.type == "date" for v in a.values)
        # "No later than a day" is told as a moment, but the day is no year of it and ends nothing.
        known = [moment for moment in moments if moment.begin]
        spans = [(moment.begin, moment.end) for moment in known if moment.end]
        years = said.years(iri, spans + [(day, day) for day in derived])
        begin = min((moment.begin for moment in known), default=None)
        closed = all(moment.end for moment in known)
        end = max((moment.end for moment in known), default=None) if closed else None
        if begin is None and years:
            # Dated by what was derived for it: there from the first such day on, or year.
            begin = derived[0] if derived else f"{years[0]:04d}-01-01"
        return Node(
            id=local_id(iri),
            iri=iri,
            kind=kind,
            kind_label=said.term_label(kind) or bilingual({}, local_name(kind)),
            label=said.label(iri),
            description=said.texts(iri, DCTERMS.description) or said.texts(iri, SKOS.definition),
            colour=style.colour,
            shape=style.shape,
            order=style.order,
            hidden=style.hidden_at_first,
            begin=begin,
            end=end,
            year=said.year_number(iri),
            years=years,
            other_names=tuple(dict.fromkeys(said.values(iri, SKOS.altLabel))),
            moments=moments,
            attributes=attributes,
            evidence=said.evidence(iri),
        )

    def links(self) -> list[_Link]:
        """Return every statement that is drawn as an edge."""
        return [
            _Link(subject, predicate, value)
            for subject in self.drawn
            for predicate in sorted(self.relations.keys() & self.said.properties(subject).keys())
            for value in self.said.links(subject, predicate)
            if value in self.drawn and value != subject
        ]

    def edge(self, link: _Link) -> Edge:
        """Draw one statement, in the direction in which its label reads."""
        relation = self.relations[link.relation]
        subject, value = self.nodes[link.subject], self.nodes[link.object]
        source, target = (value, subject) if relation.reversed else (subject, value)
        begin = max((end.begin for end in (subject, value) if end.begin), default=None)
        last = min((end.end for end in (subject, value) if end.end), default=None)
        if begin and last and last < begin:  # the two ends are never there together
            begin = last = None
        claims = self._claims.get((link.subject, link.relation, link.object), [])
        evidence = [piece for claim in claims for piece in self.said.evidence(claim)]
        rule = self.said.rule(*link.statement)
        if not evidence and QG.Record in self.ontology.superclasses(subject.kind):
            # What a record says, its own evidence carries.
            evidence = [] if rule else list(subject.evidence)
        name = local_name(link.relation)
        short = shorten(link.relation).removeprefix("qg:")
        return Edge(
            id=f"{subject.id}|{short}|{value.id}",
            source=source.id,
            target=target.id,
            relation=name,
            iri=link.relation,
            label=bilingual(relation.label, name),
            group=local_name(relation.group).removeprefix("edge-group-"),
            begin=begin,
            end=last,
            rule=None if evidence else rule,
            evidence=tuple(evidence),
        )

    def reports(self, iri: str) -> tuple[Report, ...]:
        """Read the records beside the drawing that tell of a thing."""
        return tuple(
            Report(
                id=local_id(report),
                iri=report,
                kind_label=self._report_kind(report),
                label=self.said.label(report),
                moments=self.said.moments(report, apart_from=self.drawn),
                attributes=self.said.attributes(report, edges=self.relations, things=self.drawn),
                evidence=self.said.evidence(report),
            )
            for report in self._told_by.get(iri, ())
        )

    def _report_kind(self, iri: str) -> Mapping[str, str]:
        kind = self.ontology.most_specific(self.said.links(iri, RDF.type))
        return self.said.term_label(kind) if kind else {}

"""From rows to quads: things, links backed by claims, values, and the evidence of each.

A row about a *record* (a pilot, an observation, a claimed first …) carries its evidence on the node
itself. A row about any other thing does so too, and each of its links to another thing is made a
*claim*: subject, predicate, object, modality, standing, who says so, why, evidence. The plain link
stands in the graph only while its claim is not rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from qgraph.compile.evidence import Evidence, Register, digest
from qgraph.compile.tables import nearest
from qgraph.errors import QGraphError
from qgraph.terms import PREFIXES, QG, QGK, RDF, XSD, expand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qgraph.compile.tables import Column, Row, Table
    from qgraph.compile.times import Span
    from qgraph.compile.vocabulary import Vocabulary
    from qgraph.errors import Problem

__all__ = ["Writer"]

# Tables whose rows do not describe one thing of their own.
STATEMENTS, FURTHER_EVIDENCE = "statements", "evidence"
TIMES, SOURCES, SEGMENTS = "times", "sources", "segments"

# Said of a claim where the row is about an entity, of the node itself where it is about a record.
QUALIFIERS = frozenset({QG.modality, QG.standing, QG.attributedTo, QG.reason})
_DATATYPES = {"date": XSD.date, "decimal": XSD.decimal, "integer": XSD.integer}
_DATATYPES |= {"anyURI": PREFIXES["xsd"] + "anyURI"}


@dataclass
class Writer:
    """Turns the rows of all tables into quads and remembers which row made which node."""

    tables: dict[str, Table]
    vocabulary: Vocabulary
    spans: dict[str, Span]
    problems: list[Problem]
    quads: set[ox.Quad] = field(default_factory=set)
    origins: dict[str, Row] = field(default_factory=dict)
    _things: dict[str, Row] = field(default_factory=dict)

    def write(self) -> None:
        """Write every row; what is wrong goes to ``problems``."""
        self._register = Register(self.tables[SOURCES], self.tables[SEGMENTS])
        self._collect()
        for table in self.tables.values():
            for row in table.rows:
                self._write_row(table, row)

    def _collect(self) -> None:
        """Know every identifier of every table before any reference is checked."""
        for table in self.tables.values():
            if "id" not in table.columns:
                continue
            for row in table.rows:
                identifier = row.one("id")
                first = self._things.get(identifier)
                if first is not None:
                    message = f"duplicate id '{identifier}'"
                    hint = f"it stands already at {first.file}:{first.line}; merge or rename"
                    self.problems.append(row.problem("id", message, hint))
                elif identifier is not None:
                    self._things[identifier] = row

    def _write_row(self, table: Table, row: Row) -> None:
        subject = table.subject(row)
        has_evidence = "phrase" in table.columns
        evidence = self._register.evidence(row, self.problems) if has_evidence else None
        if subject is None or (has_evidence and evidence is None):
            return
        # Everything that one source says lies in one named graph, its own description included.
        graph = ox.NamedNode(f"{PREFIXES['qgg']}{row.one('source') or row.one('id')}")
        if table.name in (STATEMENTS, FURTHER_EVIDENCE):
            known = self._known(row, "subject", subject)
            if known and evidence and table.name == STATEMENTS:
                self._write_statement(row, subject, evidence, graph)
            elif known and evidence:
                self._add(subject, QG.evidence, self._passage(evidence, row, graph), graph)
            return
        self.origins.setdefault(subject, row)
        for prop, value in table.constants:
            self._add(subject, prop, ox.NamedNode(value), graph)
        if evidence:
            self._add(subject, QG.evidence, self._passage(evidence, row, graph), graph)
        record = self._is_record(table, row)
        for column, value in _values(table, row):
            self._write_value(row, subject, column, value, (evidence, record), graph)
        if evidence and not record and not _has_links(row):
            # No claim can say how we came to know of the thing: so the thing itself says it.
            self._qualify(subject, row, graph, apart_from_defaults=True)
        if table.name == TIMES:
            self._write_span(subject, row, graph)

    def _write_value(
        self,
        row: Row,
        subject: str,
        column: Column,
        value: Any,
        basis: tuple[Evidence | None, bool],
        graph: ox.NamedNode,
    ) -> None:
        evidence, record = basis
        prop = column.property
        if prop is None or (prop == QG.edtf and column.name == "edtf"):
            return  # the resolved span is written instead of its pattern
        link = column.link(str(value))
        if prop in QUALIFIERS and not record:
            self._known(row, column.name, link)  # said of the claims of this row, not of the thing
        elif link is None:
            self._add(subject, prop, _literal(value, column), graph)
        elif self._known(row, column.name, link):
            if evidence and not record and link.startswith(PREFIXES["qgd"]):
                self._write_claim(row, (subject, prop, ox.NamedNode(link)), evidence, graph)
            else:
                self._add(subject, prop, ox.NamedNode(link), graph)

    def _write_statement(
        self, row: Row, subject: str, evidence: Evidence, graph: ox.NamedNode
    ) -> None:
        prop, value = self._property(row), row.one("object")
        if prop is None or value is None:
            return
        target: ox.NamedNode | ox.Literal
        if prop in self.vocabulary.attributes:
            datatype = ox.NamedNode(self.vocabulary.attributes[prop])
            target = ox.Literal(value, datatype=datatype)
        else:
            address = expand(value) if value.startswith("qgk:") else PREFIXES["qgd"] + value
            if not self._known(row, "object", address):
                return
            target = ox.NamedNode(address)
        self._write_claim(row, (subject, prop, target), evidence, graph)

    def _write_claim(
        self,
        row: Row,
        triple: tuple[str, str, ox.NamedNode | ox.Literal],
        evidence: Evidence,
        graph: ox.NamedNode,
    ) -> None:
        subject, prop, target = triple
        passage = self._passage(evidence, row, graph)
        name = digest(subject, prop, str(target), evidence.source, evidence.address)
        claim = PREFIXES["qgc"] + name
        self.origins.setdefault(claim, row)
        self._add(claim, RDF.type, ox.NamedNode(QG.Claim), graph)
        self._add(claim, RDF.subject, ox.NamedNode(subject), graph)
        self._add(claim, RDF.predicate, ox.NamedNode(prop), graph)
        self._add(claim, RDF.object, target, graph)
        self._add(claim, QG.evidence, passage, graph)
        self._qualify(claim, row, graph)
        standing = row.one("standing")
        if f"{PREFIXES['qgk']}standing-{standing}" != QGK["standing-rejected"]:
            self._add(subject, prop, target, graph)

    def _qualify(
        self, node: str, row: Row, graph: ox.NamedNode, *, apart_from_defaults: bool = False
    ) -> None:
        """Say of a node how we know, how it stands, who says so and why."""
        for column, value in _values(row.table, row):
            if column.property not in QUALIFIERS:
                continue
            if apart_from_defaults and str(value) == column.reader.default:
                continue
            link = column.link(str(value))
            if link is None:
                self._add(node, column.property, _literal(value, column), graph)
            elif self._known(row, column.name, link):
                self._add(node, column.property, ox.NamedNode(link), graph)

    def _write_span(self, subject: str, row: Row, graph: ox.NamedNode) -> None:
        span = self.spans.get(row.one("id"))
        if span is not None:
            self._add(subject, QG.edtf, ox.Literal(span.edtf), graph)
            for prop, day in ((QG.begin, span.begin), (QG.end, span.end)):
                if day is not None:  # an open end is left unsaid
                    value = ox.Literal(day.isoformat(), datatype=_node(XSD.date))
                    self._add(subject, prop, value, graph)

    def _passage(self, evidence: Evidence, row: Row, graph: ox.NamedNode) -> ox.NamedNode:
        passage = evidence.address
        self.origins.setdefault(passage, row)
        self._add(passage, RDF.type, ox.NamedNode(QG.Evidence), graph)
        source = ox.NamedNode(PREFIXES["qgd"] + evidence.source)
        self._add(passage, QG.quotedFrom, source, graph)
        self._add(passage, QG.locator, ox.Literal(evidence.locator), graph)
        if evidence.phrase is not None:
            self._add(passage, QG.exact, ox.Literal(evidence.phrase), graph)
            if evidence.start is not None:
                end = evidence.start + len(evidence.phrase)
                for prop, offset in ((QG.startOffset, evidence.start), (QG.endOffset, end)):
                    self._add(passage, prop, _integer(offset), graph)
        return ox.NamedNode(passage)

    def _is_record(self, table: Table, row: Row) -> bool:
        classes = [value for prop, value in table.constants if prop == RDF.type]
        classes += [
            address
            for column, value in _values(table, row)
            if column.property == RDF.type and (address := column.link(str(value)))
        ]
        ontology = self.vocabulary.ontology
        return any(QG.Record in ontology.superclasses(name) for name in classes)

    def _known(self, row: Row, column: str, address: str | None) -> bool:
        """Tell whether something is there to be linked to; report it with near names if not."""
        if address is None:
            return False
        if address.removeprefix(PREFIXES["qgd"]) in self._things:
            return True
        if address in self.vocabulary.concepts:
            return True
        if address.startswith(PREFIXES["qgd"]):
            start, known = PREFIXES["qgd"], set(self._things)
        elif address.startswith(PREFIXES["qgk"]):
            start = _kind_prefix(row.table.columns[column])
            known = {
                kind.removeprefix(start)
                for kind in self.vocabulary.concepts
                if kind.startswith(start)
            }
        else:
            return True  # a class: its column allows only the names that the metadata lists
        local = address.removeprefix(start)
        hint = f"check the spelling, or add it first{nearest(local, known)}"
        problem = row.problem(column, f"unknown {column} '{local}'", hint)
        if problem not in self.problems:
            self.problems.append(problem)
        return False

    def _property(self, row: Row) -> str | None:
        name = row.one("property")
        if name is None:
            return None
        known = self.vocabulary.relations | set(self.vocabulary.attributes)
        try:
            address = expand(name)
        except QGraphError as error:
            self.problems.append(row.problem("property", str(error), error.hint))
            return None
        if address in known:
            return address
        near = nearest(address, set(known)).replace(PREFIXES["qg"], "qg:")
        hint = f"ontology/ declares every property{near}"
        self.problems.append(row.problem("property", f"unknown property '{name}'", hint))
        return None

    def _add(
        self, subject: str, prop: str, target: ox.NamedNode | ox.Literal, graph: ox.NamedNode
    ) -> None:
        self.quads.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(prop), target, graph))


def _values(table: Table, row: Row) -> Iterator[tuple[Column, Any]]:
    for name, column in table.columns.items():
        if column.property is not None:
            for value in row.values.get(name, ()):
                yield column, value


def _has_links(row: Row) -> bool:
    return any(
        column.property not in QUALIFIERS
        and (column.link(str(value)) or "").startswith(PREFIXES["qgd"])
        for column, value in _values(row.table, row)
    )


def _kind_prefix(column: Column) -> str:
    template = column.template or ""
    return template.partition("{")[0] if template.startswith(PREFIXES["qgk"]) else PREFIXES["qgk"]


def _literal(value: Any, column: Column) -> ox.Literal:
    if column.language:
        return ox.Literal(str(value), language=column.language)
    if isinstance(value, Decimal):
        text = format(value.normalize(), "f")
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        # An address is kept as it was typed: normalising it could change where it leads.
        text = value.unsplit() if hasattr(value, "unsplit") else str(value)
    return ox.Literal(text, datatype=_node(_DATATYPES.get(column.datatype, XSD.string)))


def _integer(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=_node(XSD.integer))


def _node(address: str) -> ox.NamedNode:
    return ox.NamedNode(address)

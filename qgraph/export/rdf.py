"""The graph as RDF: Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML.

The bytes depend on the statements alone: everything is sorted, blank nodes are named by what is
said of them (RDFC-1.0), and no date or order of a hash gets in. Formats without named graphs hold
the union of all graphs, each statement once.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from qgraph import bundled
from qgraph.errors import CannotWrite
from qgraph.terms import PREFIXES, QGG, RDF, RDFS, SKOS, XSD, expand, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from qgraph.graph import Graph
    from qgraph.network import Network

    Term = NamedNode | BlankNode | Literal | Triple

__all__ = ["FORMATS", "part", "render"]

_BARE = {
    XSD.boolean: re.compile("true|false"),
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
}
"""Values that Turtle takes without quotes."""

_FIRST = {RDF.type: 0, RDFS.label: 1, SKOS.prefLabel: 2, SKOS.altLabel: 3}
"""What a reader looks for first in a description."""

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAME = re.compile(r"[^\W\d][\w.-]*$")


def render(suffix: str, quads: Iterable[Quad]) -> bytes:
    """Write statements in the format of a suffix.

    Parameters
    ----------
    suffix
        One of :data:`FORMATS`.
    quads
        The statements, in any order.

    Raises
    ------
    CannotWrite
        If the format has no place for one of them.
    """
    ordered = sorted(_with_stable_names(list(quads)), key=_place)
    return FORMATS[suffix](ordered)


def part(graph: Graph, network: Network) -> Iterator[Quad]:
    """Select what belongs to the things of a network.

    These are the statements about the things and the links between them, the claims for those, the
    records that tell of the things, and their times, evidence and sources. Left out are links to
    things outside the network, and the ontology, which comes with the program.
    """
    inside = {node.iri for node in network.nodes}
    reports = {report.iri for node in network.nodes for report in node.reports}
    by_subject: dict[str, list[Quad]] = {}
    drawn: set[str] = set()
    styles = graph.ontology.styles()
    for quad in graph.quads():
        if quad.graph_name == NamedNode(QGG.ontology) or not isinstance(quad.subject, NamedNode):
            continue
        subject = quad.subject.value
        by_subject.setdefault(subject, []).append(quad)
        if quad.predicate.value == RDF.type and getattr(quad.object, "value", "") in styles:
            drawn.add(subject)
    outside = drawn - inside

    def leads_outside(quad: Quad) -> bool:
        return isinstance(quad.object, NamedNode) and quad.object.value in outside

    claims = {
        subject
        for subject, quads in by_subject.items()
        for quad in quads
        if quad.predicate.value == RDF.subject and getattr(quad.object, "value", "") in inside
    }
    # A claim without its object would say nothing.
    claims = {claim for claim in claims if not any(map(leads_outside, by_subject[claim]))}
    waiting = sorted(inside | reports | claims)
    taken = set(waiting)
    while waiting:
        for quad in by_subject.get(waiting.pop(), ()):
            if leads_outside(quad):
                continue
            yield quad
            about = [quad.object, quad.graph_name]
            news = {term.value for term in about if isinstance(term, NamedNode)} - taken
            waiting.extend(sorted(news & by_subject.keys()))
            taken |= news


def _with_stable_names(quads: list[Quad]) -> list[Quad]:
    """Rename blank nodes after what is said of them: their own names change with every reading."""
    if not any(isinstance(term, BlankNode) for quad in quads for term in (*quad.triple, quad[3])):
        return quads
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return list(dataset)


def _place(quad: Quad) -> tuple[str, str, int, str, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
    predicate = quad.predicate.value
    return graph, str(quad.subject), _FIRST.get(predicate, 9), predicate, str(quad.object)


def _union(quads: Sequence[Quad]) -> list[Triple]:
    """Drop the names of the graphs, in the order of the subjects."""
    unnamed = {Quad(*quad.triple) for quad in quads}
    return [quad.triple for quad in sorted(unnamed, key=_place)]


# --- N-Triples and N-Quads --------------------------------------------------------------------


def _lines(quads: Sequence[Quad]) -> bytes:
    return b"".join(sorted(f"{quad} .\n".encode() for quad in quads))


def _n_triples(quads: Sequence[Quad]) -> bytes:
    return _lines([Quad(*triple) for triple in _union(quads)])


# --- Turtle and TriG --------------------------------------------------------------------------


def _turtle(quads: Sequence[Quad]) -> bytes:
    return "\n".join([_prefixes(), *_descriptions(_union(quads), "")]).encode()


def _trig(quads: Sequence[Quad]) -> bytes:
    blocks = [_prefixes()]
    by_graph: dict[NamedNode | BlankNode | DefaultGraph, list[Triple]] = {}
    for quad in quads:
        by_graph.setdefault(quad.graph_name, []).append(quad.triple)
    for name, triples in by_graph.items():
        if isinstance(name, DefaultGraph):
            blocks += _descriptions(triples, "")
        else:
            blocks.append(_term(name) + " {\n" + "\n".join(_descriptions(triples, "    ")) + "}\n")
    return "\n".join(blocks).encode()


def _prefixes() -> str:
    return "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in PREFIXES.items())


def _descriptions(triples: Sequence[Triple], indent: str) -> list[str]:
    """Write one paragraph for each subject, one line for each property."""
    subjects: dict[NamedNode | BlankNode | Triple, dict[str, list[str]]] = {}
    for triple in triples:
        properties = subjects.setdefault(triple.subject, {})
        properties.setdefault(triple.predicate.value, []).append(_term(triple.object))
    paragraphs = []
    for subject, properties in subjects.items():
        lines = [
            ("a" if predicate == RDF.type else _term(NamedNode(predicate)))
            + " "
            + f" ,\n{indent}        ".join(values)
            for predicate, values in properties.items()
        ]
        body = f" ;\n{indent}    ".join(lines)
        paragraphs.append(f"{indent}{_term(subject)} {body} .\n")
    return paragraphs


def _term(term: Term) -> str:
    if isinstance(term, NamedNode):
        short = shorten(term.value)
        return str(term) if short == term.value else short
    if isinstance(term, Literal) and not term.language:
        datatype = term.datatype.value
        bare = _BARE.get(datatype)
        if bare and bare.fullmatch(term.value):
            return term.value
        if datatype != XSD.string:
            return f"{Literal(term.value)}^^{_term(term.datatype)}"
    return str(term)


# --- RDF/XML ----------------------------------------------------------------------------------


def _rdf_xml(quads: Sequence[Quad]) -> bytes:
    triples = _union(quads)
    names: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for predicate in sorted({triple.predicate.value for triple in triples}):
        found = _XML_NAME.search(predicate)
        if not found:
            raise _no_place(f"the property <{predicate}>, which does not end in a name")
        base, local = predicate[: found.start()], found[0]
        known = {base: prefix for prefix, base in PREFIXES.items()}
        prefix = known.get(base) or unknown.setdefault(base, f"ns{len(unknown) + 1}")
        names[predicate] = f"{prefix}:{local}"
    spaces = {**PREFIXES, **{prefix: base for base, prefix in unknown.items()}}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<rdf:RDF"]
    lines += [f"    xmlns:{prefix}={quoteattr(base)}" for prefix, base in spaces.items()]
    lines[-1] += ">"
    last: object = None
    for triple in triples:
        if triple.subject != last:
            lines += ["  </rdf:Description>"] * (last is not None)
            lines.append(f"  <rdf:Description {_xml_node(triple.subject, 'rdf:about')}>")
            last = triple.subject
        lines.append("    " + _xml_value(names[triple.predicate.value], triple.object))
    lines += ["  </rdf:Description>"] * (last is not None)
    text = "\n".join([*lines, "</rdf:RDF>", ""])
    illegal = _NO_XML.search(text)
    if illegal:
        raise _no_place(f"the character U+{ord(illegal[0]):04X}")
    return text.encode()


def _xml_node(term: Term, attribute: str) -> str:
    if isinstance(term, BlankNode):
        return f'rdf:nodeID="{term.value}"'
    if isinstance(term, NamedNode):
        return f"{attribute}={quoteattr(term.value)}"
    raise _no_place("triple terms")


def _xml_value(name: str, term: Term) -> str:
    if not isinstance(term, Literal):
        return f"<{name} {_xml_node(term, 'rdf:resource')}/>"
    kind = ""
    if term.language:
        kind = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype.value != XSD.string:
        kind = f" rdf:datatype={quoteattr(term.datatype.value)}"
    # A carriage return would be read as a line feed.
    return f"<{name}{kind}>{escape(term.value, {chr(13): '&#13;'})}</{name}>"


def _no_place(what: str, name: str = "RDF/XML") -> CannotWrite:
    return CannotWrite(
        f"{name} has no place for {what}",
        hint="Write Turtle (.ttl) or N-Quads (.nq) instead.",
    )


# --- JSON-LD ----------------------------------------------------------------------------------

# Written here: rdflib's writer turns numbers into JSON numbers, so that 007 comes back as 7, and
# tells of odd values on standard error.


def _json_ld(quads: Sequence[Quad]) -> bytes:
    text = (bundled.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    context = json.loads(text)["@context"]
    words = _Words(context)
    graphs: dict[str, dict[str, dict[str, Any]]] = {}
    for quad in quads:
        named = not isinstance(quad.graph_name, DefaultGraph)
        name = words.node(quad.graph_name) if named else ""
        nodes = graphs.setdefault(name, {})
        subject = words.node(quad.subject)
        words.add(nodes.setdefault(subject, {"id": subject}), quad.predicate.value, quad.object)
    top: list[object] = [*graphs.pop("", {}).values()]
    top += [{"id": name, "@graph": [*nodes.values()]} for name, nodes in graphs.items()]
    document = {"@context": context, "@graph": top}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


class _Words:
    """The words that a JSON-LD context has for properties, by the values that they take."""

    def __init__(self, context: dict[str, Any]) -> None:
        self._types: dict[str, str] = {}
        self._terms: dict[tuple[str, str], str] = {}
        for term, meaning in context.items():
            if isinstance(meaning, str) and ":" in meaning and not meaning.endswith(("/", "#")):
                self._types[expand(meaning)] = term
                self._terms[expand(meaning), ""] = term
            elif isinstance(meaning, dict):
                takes = meaning.get("@type") or meaning.get("@container", "")
                takes = expand(takes) if ":" in takes else takes
                self._terms[expand(meaning["@id"]), takes] = term

    def node(self, term: object) -> str:
        """Write what can be a subject or the name of a graph."""
        if isinstance(term, BlankNode):
            return f"_:{term.value}"
        if not isinstance(term, NamedNode):
            raise _no_place("triple terms", "JSON-LD")
        short = shorten(term.value)
        scheme, _, rest = short.partition(":")
        if short == term.value and scheme in PREFIXES and not rest.startswith("//"):
            raise _no_place(f"the address <{short}>, which would be read as a short one", "JSON-LD")
        return short

    def add(self, node: dict[str, Any], predicate: str, term: Term) -> None:
        """Add a value to a node, under the word that takes such values."""
        short = self.node(NamedNode(predicate))
        if predicate == RDF.type and isinstance(term, NamedNode):
            _append(node, "type", self._types.get(term.value) or self.node(term))
        elif not isinstance(term, Literal):
            word = self._terms.get((predicate, "@id"))
            _append(node, word or short, self.node(term) if word else {"id": self.node(term)})
        elif term.language:
            word = self._terms.get((predicate, "@language"))
            if word:
                _append(node.setdefault(word, {}), term.language, term.value)
            else:
                _append(node, short, {"@value": term.value, "@language": term.language})
        else:
            datatype = term.datatype.value
            plain = "" if datatype == XSD.string else datatype
            word = self._terms.get((predicate, plain))
            typed: object = {"@value": term.value, "@type": self.node(term.datatype)}
            # A property without a word of its own takes texts as they are.
            _append(node, word or short, term.value if word or not plain else typed)


def _append(entry: dict[str, Any], key: str, value: object) -> None:
    """Keep one value as it is, several as a list."""
    if key not in entry:
        entry[key] = value
    elif isinstance(entry[key], list):
        entry[key].append(value)
    else:
        entry[key] = [entry[key], value]


FORMATS: dict[str, Callable[[Sequence[Quad]], bytes]] = {
    ".ttl": _turtle,
    ".trig": _trig,
    ".nt": _n_triples,
    ".nq": _lines,
    ".jsonld": _json_ld,
    ".rdf": _rdf_xml,
    ".xml": _rdf_xml,
}
"""Suffix -> writer of sorted statements."""

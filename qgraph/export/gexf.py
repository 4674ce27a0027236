"""The network for Gephi and Gephi Lite, as GEXF 1.3.

Written here rather than by a library, because what Gephi reads and what its schema allows is
narrower than what libraries write: one block of attributes per class with numeric ids, since Gephi
Lite knows only the last block and takes titles only for such ids; the year once more as a number,
since Gephi Lite passes over time; the relation as ``kind``, since Gephi merges parallel edges of
one kind; colours as r, g, b in the ``viz`` namespace; no date of today.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qgraph.network import Edge, Evidence, Network, Node

__all__ = ["render"]

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOUR = re.compile("#[0-9A-Fa-f]{6}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# GEXF has no dates among its attribute types, and four shapes.
_TYPES = {"date": "string"}
_SHAPES = {
    "dot": "disc",
    "square": "square",
    "triangle": "triangle",
    "triangleDown": "triangle",
    "diamond": "diamond",
}
# Readers put these beside the attributes: an attribute of that title would overwrite them.
_TAKEN = frozenset(
    {"label", "weight", "kind", "color", "size", "x", "y", "z", "shape", "thickness"}
)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value, or several, of a GEXF type."""

    type: str
    values: tuple[str, ...]


def render(
    network: Network,
    places: Mapping[str, tuple[float, float]],
    *,
    language: str = "en",
    title: str = "",
) -> bytes:
    """Write a network as GEXF.

    Parameters
    ----------
    network
        The prepared network.
    places
        Where each node stands, by its id, y downwards.
    language
        ``en`` or ``zh``: of labels and values. Labels are given in both as attributes.
    title
        Told in the description, if there is one.
    """
    degree = Counter(end for edge in network.edges for end in (edge.source, edge.target))
    nodes = {node.id: _node_values(node, degree[node.id], language) for node in network.nodes}
    edges = {edge.id: _edge_values(edge, language) for edge in network.edges}
    node_columns, edge_columns = _columns(nodes.values()), _columns(edges.values())
    pieces = [piece for node in network.nodes for piece in node.evidence]
    pieces += [piece for edge in network.edges for piece in edge.evidence]
    dynamic = any(_DAY.fullmatch(node.begin or "") for node in network.nodes)
    stream = io.BytesIO()

    def write(text: str) -> None:
        stream.write(_ILLEGAL.sub("", text).encode())

    write('<?xml version="1.0" encoding="UTF-8"?>\n')
    write('<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n')
    write(f"  <meta{_modified(pieces)}>\n    <creator>qgraph</creator>\n")
    if title:
        write(f"    <description>{escape(title)}</description>\n")
    write("  </meta>\n")
    write('  <graph defaultedgetype="directed" idtype="string"')
    if dynamic:
        write(' mode="dynamic" timeformat="date" timerepresentation="interval">\n')
    else:
        write(' mode="static">\n')
    for name, columns in (("node", node_columns), ("edge", edge_columns)):
        write(f'    <attributes class="{name}">\n')
        for column, (number, type_) in columns.items():
            write(f'      <attribute id="{number}" title={quoteattr(column)} type="{type_}"/>\n')
        write("    </attributes>\n")
    write(f'    <nodes count="{len(network.nodes)}">\n')
    for node in network.nodes:
        write(f"      <node id={quoteattr(node.id)} label={quoteattr(node.label[language])}")
        write(f"{_spell(node.begin, node.end)}>\n")
        write(_attvalues(nodes[node.id], node_columns))
        write(_look(node, *places[node.id]))
        write("      </node>\n")
    write(f'    </nodes>\n    <edges count="{len(network.edges)}">\n')
    for edge in network.edges:
        write(f"      <edge id={quoteattr(edge.id)} source={quoteattr(edge.source)}")
        write(f" target={quoteattr(edge.target)} kind={quoteattr(edge.relation)}")
        write(f' label={quoteattr(edge.label[language])} weight="1.0"')
        write(f"{_spell(edge.begin, edge.end)}>\n")
        write(_attvalues(edges[edge.id], edge_columns))
        write("      </edge>\n")
    write("    </edges>\n  </graph>\n</gexf>\n")
    return stream.getvalue()


def _node_values(node: Node, degree: int, language: str) -> dict[str, _Value]:
    values = {
        "type": _one(node.kind_label[language]),
        "class": _one(node.kind.rpartition("#")[2]),
        "label_en": _one(node.label["en"]),
        "label_zh": _one(node.label["zh"]),
        "description": _one(node.description.get(language, "")),
        "other_names": _many(node.other_names),
        "begin": _one(node.begin or ""),
        "end": _one(node.end or ""),
        "year": _one(str(node.years[0]) if node.years else "", "integer"),
        "dated_as": _many(moment.words for moment in node.moments),
        "links": _one(str(degree), "integer"),
        "uri": _one(node.iri, "anyURI"),
        "reports": _many(report.label[language] for report in node.reports),
        **_evidence_values(node.evidence, language),
    }
    for attribute in node.attributes:
        free = attribute.name not in values and attribute.name not in _TAKEN
        texts = tuple(value[language] for value in attribute.values)
        type_ = _TYPES.get(attribute.type, attribute.type)
        values[attribute.name if free else f"qg:{attribute.name}"] = _Value(type_, texts)
    return values


def _edge_values(edge: Edge, language: str) -> dict[str, _Value]:
    return {
        "uri": _one(edge.iri, "anyURI"),
        "group": _one(edge.group),
        "year": _one(_year(edge.begin or ""), "integer"),
        "rule": _one(edge.rule[language] if edge.rule else ""),
        **_evidence_values(edge.evidence, language),
    }


def _year(day: str) -> str:
    return day[:4] if _DAY.fullmatch(day) else ""


def _evidence_values(pieces: Iterable[Evidence], language: str) -> dict[str, _Value]:
    pieces = tuple(pieces)
    return {
        "evidence": _many(piece.phrase for piece in pieces),
        "source": _many(piece.source_label.get(language, "") for piece in pieces),
        "source_address": _many(piece.url for piece in pieces),
        "modality": _many(piece.modality.get(language, "") for piece in pieces),
    }


def _one(text: str, type_: str = "string") -> _Value:
    return _Value(type_, (text,) if text else ())


def _many(texts: Iterable[str]) -> _Value:
    return _Value("liststring", tuple(dict.fromkeys(text for text in texts if text)))


def _columns(rows: Iterable[Mapping[str, _Value]]) -> dict[str, tuple[int, str]]:
    """Number the attributes and settle on a type that fits all values of each."""
    types: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            several = len(value.values) > 1
            found = {"liststring" if several else value.type} if value.values else set()
            types.setdefault(name, set()).update(found)
    used = [name for name in types if types[name]]
    return {name: (number, _common(types[name])) for number, name in enumerate(used)}


def _common(types: set[str]) -> str:
    if "liststring" in types:
        return "liststring"
    return min(types) if len(types) == 1 else "string"


def _attvalues(row: Mapping[str, _Value], columns: Mapping[str, tuple[int, str]]) -> str:
    lines = []
    for name, value in row.items():
        if value.values:
            number, type_ = columns[name]
            text = _list(value.values) if type_ == "liststring" else value.values[0]
            lines.append(f'          <attvalue for="{number}" value={quoteattr(text)}/>\n')
    return f"        <attvalues>\n{''.join(lines)}        </attvalues>\n"


def _list(texts: Iterable[str]) -> str:
    """Quote every text: a comma or a bracket in it would end it."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "[" + ", ".join(f'"{text}"' for text in quoted) + "]"


def _look(node: Node, x: float, y: float) -> str:
    shape = _SHAPES.get(node.shape)
    # Gephi counts y upwards.
    return (
        _colour(node.colour) + f'        <viz:position x="{x}" y="{-y + 0.0}" z="0.0"/>\n'
        f'        <viz:size value="{node.size}"/>\n'
        + (f'        <viz:shape value="{shape}"/>\n' if shape else "")
    )


def _colour(colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        return ""
    red, green, blue = bytes.fromhex(colour[1:])
    return f'        <viz:color r="{red}" g="{green}" b="{blue}"/>\n'


def _spell(begin: str | None, end: str | None) -> str:
    begin = begin if begin and _DAY.fullmatch(begin) else None
    end = end if end and _DAY.fullmatch(end) and not (begin and end < begin) else None
    start = f' start="{begin}"' if begin else ""
    return start + (f' end="{end}"' if end else "")


def _modified(pieces: Iterable[Evidence]) -> str:
    """Give the day of the newest source: the day of writing would change the file every day."""
    days = [piece.published for piece in pieces if _DAY.fullmatch(piece.published)]
    return f' lastmodifieddate="{max(days)}"' if days else ""

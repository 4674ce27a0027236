"""SHACL: pySHACL on rdflib's memory store, with a report in a curator's terms.

pySHACL is 21 to 25 times slower on other stores, so the graph is handed over once; shapes hold no
SPARQL, because joins are what the checks are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from qgraph.terms import PREFIXES, RDF, local_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from qgraph.validation.issue import Issue, Origins

__all__ = ["run_shapes", "shape_names"]

_SH = PREFIXES["sh"]
_SEVERITIES = {
    _SH + "Violation": "violation",
    _SH + "Warning": "warning",
    _SH + "Info": "finding",
}


def run_shapes(
    quads: Collection[ox.Quad], folder: Path, origins: Origins, language: str
) -> list[Issue]:
    """Validate against every shape of a folder; the ontology must be among the quads."""
    import pyshacl
    from rdflib import Graph

    data, shapes = _rdflib(quads), Graph()
    for file in sorted(folder.glob("*.ttl")):
        shapes.parse(file, format="turtle")
    _aim(shapes)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    return [
        _issue(report, shapes, result, origins, language)
        for result in _subjects(report, RDF.type, _SH + "ValidationResult")
    ]


def _aim(shapes: Any) -> None:
    """Give the targets of a node shape to its property shapes, which means the same.

    pySHACL goes through the properties of a node shape once for each focus node, but through a
    shape with targets of its own once for all of them: validation takes two thirds of the time.
    """
    from rdflib import URIRef

    targets = [URIRef(f"{_SH}target{of}") for of in ("Class", "Node", "SubjectsOf", "ObjectsOf")]
    has = URIRef(_SH + "property")
    for node, shape in sorted(shapes.subject_objects(has)):
        aims = [(target, aim) for target in targets for aim in shapes.objects(node, target)]
        # A nameless shape is told by the name of its node shape, and other shapes may ask for the
        # whole of a node shape: those stay as they are.
        if aims and isinstance(shape, URIRef) and (None, None, node) not in shapes:
            shapes.remove((node, has, shape))
            for target, aim in aims:
                shapes.add((shape, target, aim))


def shape_names(folder: Path) -> set[str]:
    """Name the shapes of a folder, as their issues do."""
    return {
        _short(triple.subject.value)
        for file in folder.glob("*.ttl")
        for triple in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
        if isinstance(triple.subject, ox.NamedNode)
    }


def _issue(report: Any, shapes: Any, result: Any, origins: Origins, language: str) -> Issue:
    from rdflib import URIRef

    node = str(_one(report, result, "focusNode"))
    path = _one(report, result, "resultPath")
    value = _one(report, result, "value")
    severity = _SEVERITIES[str(_one(report, result, "resultSeverity"))]
    message = _message(report, result, language)
    if value is not None:
        message += f": {local_id(str(value))}"
    hint = _where(node, str(path), origins, language) if isinstance(path, URIRef) else ""
    return origins.issue(severity, node, _shape_name(shapes, report, result), message, hint)


def _where(node: str, path: str, origins: Origins, language: str) -> str:
    """Name the column to look at, or the property if the node came from no row."""
    column = origins.column(node, path)
    if language == "zh":
        return f"见该行的 {column} 列" if column else f"见 {local_id(path)}"
    return f"see column {column}" if column else f"see {local_id(path)}"


def _shape_name(shapes: Any, report: Any, result: Any) -> str:
    """Name the node shape, by way of the nameless property shape that found the fault."""
    from rdflib import URIRef

    shape = _one(report, result, "sourceShape")
    while shape is not None and not isinstance(shape, URIRef):
        shape = next(iter(shapes.subjects(None, shape)), None)
    return "shape" if shape is None else _short(str(shape))


def _short(shape: str) -> str:
    return local_id(shape).removeprefix("qgs:")


def _message(report: Any, result: Any, language: str) -> str:
    from rdflib import URIRef

    texts = sorted(
        report.objects(result, URIRef(_SH + "resultMessage")),
        key=lambda text: (not (text.language or "").startswith(language), str(text)),
    )
    return str(texts[0]) if texts else "breaks its shape"


def _one(graph: Any, subject: Any, name: str) -> Any:
    from rdflib import URIRef

    return graph.value(subject, URIRef(_SH + name))


def _subjects(graph: Any, prop: str, value: str) -> Any:
    from rdflib import URIRef

    return graph.subjects(URIRef(prop), URIRef(value))


def _rdflib(quads: Collection[ox.Quad]) -> Any:
    """Hand the union of all graphs over to rdflib."""
    from rdflib import Graph

    triples = {quad.triple for quad in quads}
    graph = Graph()
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    return graph

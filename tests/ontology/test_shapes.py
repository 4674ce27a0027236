"""Good data conforms, and each small mistake draws exactly the result that it should.

Error provocation: every file in ``bad/`` adds one mistake to ``good.ttl`` and says on a line
``# expect: SHAPE PATH COMPONENT-OR-WORDS-OF-THE-MESSAGE`` (``-`` for no path; ``(warning)`` at the
end if the mistake only warns) which one result it must yield. All files are validated in one run,
so their subjects differ, and a result is told by its focus node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from .conftest import parse

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.ttl"))
QG = "https://w3id.org/qgraph/ns#"
QGD = "https://w3id.org/qgraph/id/"
QGS = "https://w3id.org/qgraph/shape/"
_EXPECT = re.compile(r"^# expect: (\S+) (\S+) (.+?)(?: \((warning)\))?$", re.MULTILINE)
_WARNS = re.compile(r"^# warns: (\S+) (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    focus: Node
    shape: str
    path: str
    component: str
    messages: tuple[str, ...]
    warning: bool

    def __str__(self) -> str:
        severity = "warning" if self.warning else "violation"
        return f"{self.shape} {self.path} {self.component} ({severity}) on {self.focus}"


def results_of(report: Graph) -> list[Result]:
    """Read the results that the report lists, not the details below them."""
    found = []
    for result in report.objects(None, SH.result):
        focus = report.value(result, SH.focusNode)
        shape = report.value(result, SH.sourceShape)
        path = report.value(result, SH.resultPath)
        component = report.value(result, SH.sourceConstraintComponent)
        assert focus is not None
        found.append(
            Result(
                focus=focus,
                shape=str(shape).removeprefix(QGS),
                path="-" if path is None or isinstance(path, BNode) else curie(path, report),
                component=str(component).removeprefix(str(SH)).removesuffix("ConstraintComponent"),
                messages=tuple(map(str, report.objects(result, SH.resultMessage))),
                warning=report.value(result, SH.resultSeverity) == SH.Warning,
            )
        )
    return found


def curie(iri: Node, graph: Graph) -> str:
    return graph.namespace_manager.normalizeUri(str(iri)).strip("<>")


@pytest.fixture(scope="module")
def results(vocabulary: Graph, shapes: Graph) -> list[Result]:
    """Results of one run over the good file and all bad ones."""
    data = vocabulary + parse(HERE / "good.ttl", *BAD)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    for prefix, namespace in shapes.namespaces():
        report.bind(prefix, namespace)
    return results_of(report)


def subjects(file: Path) -> set[Node]:
    return {s for s in parse(file).subjects() if isinstance(s, URIRef)}


def test_shapes_are_themselves_valid(shapes: Graph) -> None:
    """SHACL's own shapes for shapes."""
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text


def test_good_data_conform(results: list[Result]) -> None:
    good = subjects(HERE / "good.ttl")
    violations = [str(r) for r in results if r.focus in good and not r.warning]
    assert violations == []


def test_good_data_draw_only_the_warnings_named(results: list[Result]) -> None:
    good = subjects(HERE / "good.ttl")
    expected = set(_WARNS.findall((HERE / "good.ttl").read_text("utf-8")))
    found = {(str(r.focus).removeprefix(QGD), r.shape) for r in results if r.focus in good}
    assert found == expected


def test_good_data_have_every_class(core: Graph) -> None:
    """Every class but the abstract Record, and Indicator, whose members are kinds."""
    data = parse(HERE / "good.ttl")
    classes = {str(c) for c in core.subjects(RDF.type, OWL.Class)}
    used = {str(c) for c in data.objects(None, RDF.type)}
    assert classes - used == {QG + "Record", QG + "Indicator"}


def test_bad_files_do_not_share_subjects() -> None:
    seen: dict[Node, str] = dict.fromkeys(subjects(HERE / "good.ttl"), "good.ttl")
    for file in BAD:
        for subject in subjects(file):
            assert subject not in seen, f"{file.name} and {seen[subject]} both speak of {subject}"
            seen[subject] = file.name


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_mistake_draws_exactly_its_result(file: Path, results: list[Result]) -> None:
    expected = _EXPECT.findall(file.read_text("utf-8"))
    assert len(expected) == 1, f"{file.name} needs one '# expect:' line"
    shape, path, told, warning = expected[0]
    ours = subjects(file)
    found = [r for r in results if r.focus in ours]
    assert [(r.shape, r.path) for r in found] == [(shape, path)], list(map(str, found))
    (result,) = found
    assert result.warning == bool(warning), str(result)
    assert told == result.component or any(told in message for message in result.messages), result


def test_every_shape_with_a_target_is_provoked(shapes: Graph) -> None:
    """A shape that no mistake draws may as well be misspelt."""
    provoked = {shape for file in BAD for shape, *_ in _EXPECT.findall(file.read_text("utf-8"))}
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        if not (set(shapes.predicates(shape)) & {SH.targetClass, SH.targetSubjectsOf}):
            continue
        parts = {str(part).removeprefix(QGS) for part in shapes.objects(shape, SH.property)}
        parts.add(str(shape).removeprefix(QGS))
        assert parts & provoked, f"no file in bad/ provokes {shape}"


def test_every_message_speaks_both_languages(shapes: Graph) -> None:
    for shape in set(shapes.subjects(RDF.type, SH.PropertyShape)) | set(shapes.subjects(SH["or"])):
        messages = [m for m in shapes.objects(shape, SH.message) if isinstance(m, Literal)]
        languages = sorted(m.language or "" for m in messages)
        assert languages == ["en", "zh-Hans"], f"{shape} has messages in {languages}"


def test_shape_names_follow_their_node_shape(shapes: Graph) -> None:
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        for part in shapes.objects(shape, SH.property):
            if isinstance(part, URIRef):
                assert str(part).startswith(f"{shape}-"), f"{part} belongs to {shape}"


def test_no_property_shape_is_orphaned(shapes: Graph) -> None:
    used = set(shapes.objects(None, SH.property))
    assert set(shapes.subjects(RDF.type, SH.PropertyShape)) <= used


def test_a_subclass_is_checked_without_inference(vocabulary: Graph, shapes: Graph) -> None:
    """A court is an organisation and a public body because the data graph says rdfs:subClassOf."""
    data = vocabulary + Graph().parse(
        data="""
        @prefix qg: <https://w3id.org/qgraph/ns#> .
        <https://w3id.org/qgraph/id/body-court> a qg:Court .
        """,
        format="turtle",
    )
    assert (URIRef(QG + "Court"), RDFS.subClassOf, URIRef(QG + "PublicBody")) in data
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    found = {r.shape for r in results_of(report) if not r.warning}
    assert found == {"Named-label-en", "Sourced-evidence"}

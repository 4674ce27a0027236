"""Questions in files: what their headers say, and that a value can only ever be a value."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph import questions
from qgraph.errors import InvalidInput, NotFound, QGraphError
from qgraph.graph import Graph, Rows, load
from qgraph.questions import Parameter, bind, parse
from qgraph.terms import PREFIXES

HEADED = """\
# title: What lies in a zone?
# title@zh: 某功能区有什么？
# description: One row per thing.
# parameter zone: thing - the zone asked about
# parameter@zh zone: 所问的功能区
# parameter since: date
# expects: none-yet (waits for the seventh batch)
# any other comment

SELECT ?thing WHERE {
  # VALUES ?zone { qgd:not-this-one }
  VALUES ?zone { qgd:place-qianhai-zone }
  VALUES ?since { "2012-01-01"^^xsd:date }
  ?thing qg:happenedIn ?zone ; rdfs:comment "VALUES ?zone { }"
}
"""

OF_EACH_TYPE = "\n".join(
    [
        *(f"# parameter {kind}: {kind} - one" for kind in questions.TYPES),
        f"SELECT {' '.join(f'?{kind}' for kind in questions.TYPES)} WHERE {{",
        *(f'  VALUES ?{kind} {{ "default" }}' for kind in questions.TYPES),
        "}",
    ]
)


def answer(kind: str, value: object) -> list[object]:
    """What the engine takes for the parameter of a type, once it is bound."""
    bound = bind(parse(OF_EACH_TYPE), {kind: value})
    solutions = pyoxigraph.Store().query(bound, prefixes=PREFIXES)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return [solution[kind] for solution in solutions]


def typed(text: str, datatype: str) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(PREFIXES["xsd"] + datatype))


def test_a_header_is_read() -> None:
    question = parse(HEADED, "lies-in")
    assert question.title() == "What lies in a zone?"
    assert question.title("zh") == "某功能区有什么？"
    assert question.description("zh") == "One row per thing."
    assert (question.expects, question.waits_for) == ("none-yet", "the seventh batch")
    assert question.parameters == (
        Parameter(
            "zone",
            "thing",
            {"en": "the zone asked about", "zh": "所问的功能区"},
            "qgd:place-qianhai-zone",
        ),
        Parameter("since", "date", {"en": ""}, '"2012-01-01"^^xsd:date'),
    )
    assert question.parameters[0].description("zh") == "所问的功能区"


def test_a_bare_query_is_a_question_too() -> None:
    question = parse("SELECT * { ?s ?p ?o }\n# title: not a header\n")
    assert question.title() == "query"
    assert question.description() == ""
    assert question.parameters == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# parameter zone: place - x\nSELECT * {}", 1, "not a parameter declaration"),
        ("# title: x\n# parameter : thing\nSELECT * {}", 2, "not a parameter declaration"),
        ("# parameter zone: thing - x\nSELECT * {}", 1, "0 VALUES blocks"),
        (
            "# parameter a: text\nSELECT * { VALUES ?a { 1 } VALUES ?a { 2 } }",
            1,
            "2 VALUES blocks",
        ),
        (
            "# parameter a: text\n# parameter a: date\nSELECT * { VALUES ?a { 1 } }",
            2,
            "declared twice",
        ),
    ],
)
def test_a_bad_header_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text, "mine", "mine.rq")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("mine.rq", line)
    assert message in problem.message
    assert problem.hint


def test_binding_replaces_the_block_in_the_body_and_nothing_else() -> None:
    assert bind(parse(HEADED), {"zone": "place-china"}) == HEADED.replace(
        "VALUES ?zone { qgd:place-qianhai-zone }",
        f"VALUES ?zone {{ <{PREFIXES['qgd']}place-china> }}",
    )


def test_a_block_over_several_lines_keeps_the_lines_after_it_in_place() -> None:
    text = "# parameter a: text\nSELECT ?a {\n  VALUES ?a {\n    'x'\n  }\n  ?a ?b ?c\n}"
    bound = bind(parse(text), {"a": "y"})
    assert bound.split("\n").index("  ?a ?b ?c") == text.split("\n").index("  ?a ?b ?c")


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        ("thing", "place-china", pyoxigraph.NamedNode(PREFIXES["qgd"] + "place-china")),
        ("thing", "qgk:field-trade", pyoxigraph.NamedNode(PREFIXES["qgk"] + "field-trade")),
        ("thing", "https://example.org/x", pyoxigraph.NamedNode("https://example.org/x")),
        ("kind", "field-trade", pyoxigraph.NamedNode(PREFIXES["qgk"] + "field-trade")),
        ("kind", "qgk:field-trade", pyoxigraph.NamedNode(PREFIXES["qgk"] + "field-trade")),
        ("date", "2024-02-29", typed("2024-02-29", "date")),
        ("date", date(2024, 7, 26), typed("2024-07-26", "date")),
        ("integer", " 94 ", typed("94", "integer")),
        ("integer", -7, typed("-7", "integer")),
        ("decimal", "7.1", typed("7.1", "decimal")),
        ("decimal", Decimal("835"), typed("835", "decimal")),
        ("text", " as it is ", pyoxigraph.Literal(" as it is ")),
        ("language", "zh-Hans", pyoxigraph.Literal("zh-Hans")),
    ],
)
def test_a_value_becomes_a_term_of_its_type(kind: str, value: object, term: object) -> None:
    assert answer(kind, value) == [term]


def test_several_values_are_alternatives() -> None:
    assert answer("integer", ["1", 2]) == [typed("1", "integer"), typed("2", "integer")]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("thing", "two words"),
        ("thing", "x> } INSERT"),
        ("kind", "field trade"),
        ("kind", "-field"),
        ("kind", ""),
        ("date", "2023-02-29"),
        ("date", "2024"),
        ("date", "26/07/2024"),
        ("integer", "7.1"),
        ("integer", "٣"),
        ("integer", "1" * 30),
        ("decimal", "1e3"),
        ("decimal", "NaN"),
        ("language", "english please"),
        ("text", "\ud800"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_declarations(kind: str, value: str) -> None:
    with pytest.raises(QGraphError, match="does not fit parameter") as caught:
        bind(parse(OF_EACH_TYPE), {kind: value})
    assert f"{kind} ({kind}, by default" in caught.value.hint


def test_an_unknown_parameter_is_refused_with_those_declared() -> None:
    with pytest.raises(QGraphError, match="no parameter 'place'") as caught:
        bind(parse(HEADED), {"place": "place-china"})
    assert "zone (thing, by default qgd:place-qianhai-zone)" in caught.value.hint


def test_a_query_without_parameters_says_how_to_declare_one() -> None:
    with pytest.raises(QGraphError, match="no parameter") as caught:
        bind(parse("SELECT * {}"), {"zone": "x"})
    assert "# parameter NAME" in caught.value.hint


INJECTIONS = st.one_of(
    st.text(),
    st.text(alphabet="\"'\\{}<>?#\n\r\t .;u0027DROPVALUES"),
    st.sampled_from(
        [
            '"} DROP ALL #',
            "'} INSERT DATA { <a> <b> <c> } #",
            "x> } } DELETE WHERE { ?s ?p ?o } #",
            '"""} SELECT * { ?s ?p ?o } #',
            "\\u0022 } DROP ALL #",
            "\\",
            "\n} DROP ALL\n#",
            "?zone",
            "qgd:x } SERVICE <https://example.org/> { ?s ?p ?o } #",
        ]
    ),
)


@settings(deadline=None)  # a busy machine is no fault
@given(INJECTIONS)
def test_a_text_is_never_more_than_a_text(text: str) -> None:
    assert answer("text", text) == [pyoxigraph.Literal(text)]


@settings(deadline=None)
@given(st.sampled_from(sorted(questions.TYPES)), INJECTIONS)
def test_no_value_can_change_the_query(kind: str, value: str) -> None:
    """Either it is refused, or one term comes out, of which the text is in the value."""
    with contextlib.suppress(QGraphError):
        (term,) = answer(kind, value)
        text = term.value if isinstance(term, pyoxigraph.Literal) else str(term)
        assert text.strip("<>").rpartition("/")[2] in value or value in text


def test_the_graph_finds_things_by_label_for_a_parameter(small: Graph) -> None:
    text = (
        "# parameter zone: thing - x\n"
        "SELECT ?pilot { VALUES ?zone { qgd:nowhere } ?pilot qg:happenedIn ?zone }"
    )
    expected = ((pyoxigraph.NamedNode(PREFIXES["qgd"] + "pilot-joint-office"),),)
    for name in ("前海合作区", "qianhai cooperation zone", "place-qianhai-zone"):
        assert small.query(text, {"zone": name}) == Rows(("pilot",), expected)
    with pytest.raises(NotFound, match="nothing here is called"):
        small.query(text, {"zone": "Qianhia Cooperation Zone"})


def test_every_bundled_question_is_named_titled_and_readable() -> None:
    found = questions.all_questions()
    assert len({question.name for question in found}) == len(found) > 0
    for question in found:
        assert not question.name[0].isdigit()
        assert {"en", "zh"} <= set(question.titles), question.name
        assert questions.load(question.name) == question


def test_every_bundled_question_runs_and_keeps_its_promise() -> None:
    graph = load()
    for question in questions.all_questions():
        result = graph.query(question)
        assert isinstance(result, Rows)
        assert bool(result.solutions) == (question.expects == "rows"), question.name


def test_a_misspelt_question_is_answered_with_the_nearest() -> None:
    name = questions.all_questions()[0].name
    with pytest.raises(NotFound) as caught:
        questions.load(name[:-1] + "x")
    assert repr(name) in caught.value.hint
    with pytest.raises(NotFound) as caught:
        questions.load("zzzzzz")
    assert caught.value.hint == "qgraph query --list shows them all."

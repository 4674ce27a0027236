from __future__ import annotations

import inspect
import re

import pytest

from qgraph import errors
from qgraph.errors import InvalidGraph, InvalidInput, InvalidQuery, NotFound, Problem, QGraphError

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, Exception)
}


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem(
                "graph/measures.csv", 41, "source", "unknown source 'cn'", "did you mean 'cd'?"
            ),
            "graph/measures.csv:41: column source: unknown source 'cn'; did you mean 'cd'?",
        ),
        (Problem("a.csv", 3, "id", "is missing"), "a.csv:3: column id: is missing"),
        (Problem("a.csv", 3, "", "has 4 cells, not 5"), "a.csv:3: has 4 cells, not 5"),
        (Problem("a.csv", 0, "", "is empty", "add rows"), "a.csv: is empty; add rows"),
    ],
)
def test_a_problem_is_one_line_that_an_editor_can_jump_to(problem: Problem, line: str) -> None:
    assert str(problem) == line


def test_problems_sort_by_file_and_then_by_line_as_a_number() -> None:
    later, sooner, elsewhere = (
        Problem("a.csv", 10, "", "x"),
        Problem("a.csv", 9, "", "x"),
        Problem("b.csv", 1, "", "x"),
    )
    assert sorted([elsewhere, later, sooner]) == [sooner, later, elsewhere]


def test_one_problem_is_the_message() -> None:
    problem = Problem("a.csv", 3, "id", "is missing")
    assert str(InvalidInput([problem])) == str(problem)


def test_several_problems_are_counted_and_listed_in_order() -> None:
    problems = [Problem("a.csv", line, "id", "is missing") for line in (3, 9)]
    error = InvalidInput(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [
        "2 problems",
        "  a.csv:3: column id: is missing",
        "  a.csv:9: column id: is missing",
    ]


def test_an_invalid_graph_lists_its_issues() -> None:
    error = InvalidGraph(["first", "second"], hint="Mend the tables.")
    assert error.issues == ("first", "second")
    assert str(error) == "2 issues\n  first\n  second"
    assert error.hint == "Mend the tables."


def test_an_invalid_query_knows_where() -> None:
    error = InvalidQuery("expected }", line=3, column=14, hint="Close the group.")
    assert (str(error), error.line, error.column) == ("expected }", 3, 14)
    assert (InvalidQuery("empty").line, InvalidQuery("empty").column) == (None, None)


def test_message_and_hint_are_kept_apart() -> None:
    error = NotFound("there is no file 'a'", hint="Did you mean 'b'?")
    assert (str(error), error.hint) == ("there is no file 'a'", "Did you mean 'b'?")
    assert NotFound("gone").hint == ""


def test_one_handler_catches_them_all() -> None:
    assert all(issubclass(error, QGraphError) for error in CLASSES.values())


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"[├└]─ (\w+)", errors.__doc__ or "")
    assert {"QGraphError", *drawn} == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_each_error_says_in_one_sentence_when_it_is_met(name: str) -> None:
    docstring = CLASSES[name].__doc__ or ""
    assert docstring.endswith(".")
    assert "\n" not in docstring

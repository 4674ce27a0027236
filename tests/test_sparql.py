"""What is refused before it is asked, and how an unreadable query is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.errors import InvalidQuery
from qgraph.graph import Graph
from qgraph.sparql import check, explain, is_ordered, mask, names_graphs

UPDATES = {
    "INSERT": "INSERT DATA { qgd:a qg:about qgd:b }",
    "DELETE": "DELETE WHERE { ?s ?p ?o }",
    "LOAD": "LOAD <https://example.org/x>",
    "CLEAR": "clear all",
    "DROP": "DROP ALL",
    "CREATE": "CREATE GRAPH <https://example.org/g>",
    "COPY": "COPY DEFAULT TO <https://example.org/g>",
    "MOVE": "MOVE <https://example.org/g> TO DEFAULT",
    "ADD": "ADD <https://example.org/g> TO DEFAULT",
    "WITH": "PREFIX x: <https://example.org/#>\nBASE <https://example.org/>\n"
    "WITH <https://example.org/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("word", UPDATES)
def test_every_update_is_refused_by_name(word: str) -> None:
    with pytest.raises(InvalidQuery, match=f"{word} changes a graph") as caught:
        check(UPDATES[word])
    assert "SELECT" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <https://example.org/sparql> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { { ?s ?p ?o } SERVICE\nqg:x {} }",
    ],
)
def test_service_needs_permission(text: str) -> None:
    with pytest.raises(InvalidQuery, match="another server") as caught:
        check(text)
    assert "--allow-service" in caught.value.hint
    check(text, allow_service=True)


@pytest.mark.parametrize(
    "text",
    [
        "# DROP ALL, or SERVICE\nSELECT * { ?s ?p ?o }",
        'SELECT * { ?s rdfs:label \'SERVICE <x> { }\', """DROP "ALL" """ }',
        "SELECT ?service { ?service ?p <https://example.org/SERVICE#DROP> }",
        "PREFIX drop: <https://example.org/> SELECT * { drop:all drop:service ?o }",
        "PREFIX service: <https://example.org/> ASK { service:x ?p 'it\\'s' }",
    ],
)
def test_words_in_comments_strings_addresses_and_names_are_harmless(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment"])
def test_an_empty_query_says_so(text: str) -> None:
    with pytest.raises(InvalidQuery, match="empty"):
        check(text)


@given(st.text(alphabet="<>\"'#\\\n{}a", max_size=60))
def test_a_mask_keeps_every_place(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert masked.count("\n") == text.count("\n")
    assert all(one in (" ", other) for one, other in zip(masked, text, strict=True))


def test_an_order_is_seen_only_where_it_is_one() -> None:
    assert is_ordered("SELECT ?a { ?a ?b ?c } order\n by ?a")
    assert not is_ordered("SELECT ?a { ?a ?b 'ORDER BY' } # ORDER BY ?a")


def test_from_is_told_from_from_named() -> None:
    assert names_graphs("SELECT * FROM qgg:source-000 { ?s ?p ?o }")
    assert not names_graphs("SELECT * FROM NAMED qgg:source-000 { GRAPH ?g { ?s ?p ?o } }")
    assert not names_graphs("SELECT ?from { ?from ?p 'FROM' }")


BROKEN = {
    "unclosed bracket": ("SELECT ?s\nWHERE {\n  ?s ?p ?o", (2, "this '{' is never closed"), ""),
    "wrong bracket": ("SELECT ?s { ?s ?p ?o FILTER(?o }", (1, "this '}' closes nothing"), ""),
    "one bracket too many": ("ASK { ?s ?p ?o } }", (1, "this '}' closes nothing"), ""),
    "unclosed quotation": (
        "SELECT ?s {\n ?s ?p 'Qianhai }",
        (2, "this quotation mark is never closed"),
        "",
    ),
    "incomplete pattern": ("SELECT ?s WHERE { ?s ?p }", (1, "the fault is here or before"), ""),
    "half a clause": ("SELECT ?s { ?s ?p ?o } ORDER", (1, "here or before"), "missing"),
    "undeclared prefix": (
        "SELECT ?s WHERE {\n  ?s a foo:Bar }",
        (2, "the prefix 'foo:' is not declared"),
        "PREFIX foo:",
    ),
    "misspelt prefix": (
        "SELECT ?s { ?s qqg:about ?o }",
        (1, "the prefix 'qqg:' is not declared"),
        "Did you mean 'qg",
    ),
    "not grouped": (
        "SELECT ?x (COUNT(?y) AS ?n) WHERE { ?x ?p ?y }",
        (1, "neither grouped nor aggregated"),
        "GROUP BY",
    ),
    "relative address": ("SELECT * { ?s <about> ?o }", (1, "not a full IRI"), "prefix"),
    "no query": ("Which measures were piloted?", (1, "the fault is here or before"), ""),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_query_is_explained_at_its_place(case: str, small: Graph) -> None:
    text, (line, message), hint = BROKEN[case]
    with pytest.raises(InvalidQuery) as caught:
        small.query(text)
    error = caught.value
    first, shown, caret = str(error).split("\n")
    assert first.startswith(f"line {line}, column {error.column}: ")
    assert message in first
    assert error.line == line
    assert shown == "  " + text.split("\n")[line - 1]
    assert caret == " " * ((error.column or 0) + 1) + "^"
    assert hint in error.hint
    assert error.hint


def test_the_caret_stands_under_the_place_in_chinese_too(small: Graph) -> None:
    with pytest.raises(InvalidQuery) as caught:
        small.query('SELECT ?s { ?s rdfs:label "前海" ; foo:x ?y }')
    assert caught.value.column == 34
    # 33 characters stand before it, two of which are two columns wide, behind an indent of two.
    assert str(caught.value).endswith("\n" + " " * 37 + "^")


def test_a_complaint_without_a_place_is_passed_on() -> None:
    error = explain("SELECT", "out of \x1b luck")
    assert str(error) == "out of \ufffd luck"
    assert error.line is None
    assert error.hint


def test_a_prefix_that_is_declared_is_not_blamed(small: Graph) -> None:
    with pytest.raises(InvalidQuery) as caught:
        small.query("PREFIX foo: <https://example.org/>\nSELECT * { ?s foo:a _:b . ?s ?p }")
    assert "prefix" not in str(caught.value)

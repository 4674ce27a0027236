"""Finding things by words: which are found, in what order, and what is said if there are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.graph import Graph, load
from qgraph.search import Hit, nearest, search, spelling
from qgraph.terms import expand, local_id


def found(graph: Graph, words: str) -> list[str]:
    return [local_id(hit.iri) for hit in search(graph, words)]


def test_a_hit_tells_what_it_is_and_where_the_words_stand(small: Graph) -> None:
    assert search(small, "guangdong zhiheng law firm") == [
        Hit(
            expand("qgd:org-zhiheng"),
            "Guangdong Zhiheng Law Firm",
            "law firm",
            "label",
            "Guangdong Zhiheng Law Firm",
        )
    ]
    (hit,) = search(small, "collaborative bureau", "zh")
    assert (hit.label, hit.type, hit.where) == (
        "知恒与Celeblaws联营办公室",
        "联营办公室",
        "description",
    )


def test_all_words_have_to_be_found_in_one_thing(small: Graph) -> None:
    assert "org-zhiheng" in found(small, "zhiheng")
    assert found(small, "zhiheng bureau") == ["org-joint-office"]  # label and description
    assert found(small, "zhiheng nurse") == []
    assert found(small, "  ") == []


def test_whole_comes_before_beginning_before_word_before_part(small: Graph) -> None:
    """Its label is an other name of both places; the rest have it in longer texts."""
    ranked = found(small, "qianhai")
    assert ranked[:2] == ["place-qianhai", "place-qianhai-zone"]
    assert ranked[2] == "entry-qianhai"  # begins with it
    assert set(ranked[3:]) == {"pilot-joint-office", "source-000"}  # a word of it
    assert found(small, "hina")[0] == "place-china"


def test_labels_come_before_descriptions(small: Graph) -> None:
    hits = [(local_id(hit.iri), hit.where) for hit in search(small, "licens")]
    assert hits == [("licence-joint-office", "label"), ("org-joint-office", "description")]


@pytest.mark.parametrize("words", ["前海", "律师", "联营 许可", "深圳市司法局"])
def test_chinese_is_found_without_spaces(small: Graph, words: str) -> None:
    assert found(small, words)


def test_other_names_and_numbers_are_searched(small: Graph) -> None:
    assert found(small, "007") == ["licence-joint-office"]


@pytest.mark.parametrize(
    ("asked", "id"),
    [
        ("license", "licence-joint-office"),
        ("LICENCE", "licence-joint-office"),
        ("licens", "licence-joint-office"),
        ("Ｌｉｃｅｎｃｅ", "licence-joint-office"),
        ("organize", "measure-joint-office"),
        ("organise", "measure-joint-office"),
        ("organiz", "measure-joint-office"),
    ],
)
def test_either_spelling_finds_either(small: Graph, asked: str, id: str) -> None:
    assert id in found(small, asked)


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("recognize", "recognise"),
        ("organization", "organisation"),
        ("analyze", "analyse"),
        ("center", "centre"),
        ("programs", "programmes"),
        ("labor", "labour"),
        ("neighborhood", "neighbourhood"),
        ("licensed", "licenced"),
        ("practice", "practise"),
        ("judgment", "judgement"),
        ("defense", "defence"),
        ("fulfillment", "fulfilment"),
    ],
)
def test_american_and_british_are_one(american: str, british: str) -> None:
    assert spelling(american) == spelling(british)


@given(st.text())
def test_spelling_is_settled_in_case_and_space(text: str) -> None:
    assert spelling(text.upper().lower()) == spelling(f"  {text.upper().lower()}\n")


def test_terms_come_after_data_and_are_named_as_such() -> None:
    hits = search(load(), "licence")
    kinds = [hit.iri.startswith(expand("qgd:")) for hit in hits if hit.where == "label"]
    assert True in kinds
    assert False in kinds
    whole = [hit for hit in hits if hit.label.casefold() == "licence"]
    assert [local_id(hit.iri) for hit in whole] == ["qg:Licence"]


def test_the_nearest_names_are_offered(small: Graph) -> None:
    assert nearest(small, "Guangdnog") == ["Guangdong (place-guangdong)"]
    assert "Celeblaws, P. A. (org-celeblaws)" in nearest(small, "the celeblwas")
    assert nearest(small, "guangdnog", "zh") == ["广东 (place-guangdong)"]
    assert nearest(small, "xyzzy") == []

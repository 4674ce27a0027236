"""The names of the terms: closed, short and reversible."""

from __future__ import annotations

import pytest

from qgraph.errors import QGraphError
from qgraph.ontology import bundled_ontology
from qgraph.terms import PREFIXES, QG, QGK, Namespace, expand, local_id, shorten


def test_a_term_is_a_string() -> None:
    assert QG.Measure == PREFIXES["qg"] + "Measure"
    assert QGK["standing-rejected"] == PREFIXES["qgk"] + "standing-rejected"


def test_a_typo_raises() -> None:
    with pytest.raises(AttributeError, match="Mesure"):
        _ = QG.Mesure
    with pytest.raises(KeyError, match="standing-rejetced"):
        QGK["standing-rejetced"]


def test_a_namespace_knows_what_is_in_it() -> None:
    namespace = Namespace("qg", "Pilot Measure")
    assert list(namespace) == [QG.Measure, QG.Pilot]
    assert QG.Pilot in namespace
    assert PREFIXES["qg"] + "Adoption" not in namespace
    assert "Pilot" not in namespace
    assert 7 not in namespace


@pytest.mark.parametrize("curie", ["qgd:place-shenzhen", "rdf:type", "qg:Measure", "qgc:0a1"])
def test_expanding_and_shortening_are_each_others_reverse(curie: str) -> None:
    assert shorten(expand(curie)) == curie


@pytest.mark.parametrize("text", ["measure", "nosuch:thing", "https://example.org/"])
def test_an_unknown_prefix_is_refused_with_those_known(text: str) -> None:
    with pytest.raises(QGraphError) as caught:
        expand(text)
    assert "qgd" in caught.value.hint


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (PREFIXES["qgd"] + "place-shenzhen", "place-shenzhen"),
        (PREFIXES["qgk"] + "field-trade", "qgk:field-trade"),
        (PREFIXES["qgd"] + "a/b", PREFIXES["qgd"] + "a/b"),  # no CURIE without escaping
        (PREFIXES["qgd"] + "ends.", PREFIXES["qgd"] + "ends."),
        (PREFIXES["qgd"], PREFIXES["qgd"]),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_a_thing_is_called_by_its_id(iri: str, short: str) -> None:
    assert local_id(iri) == short


@pytest.mark.parametrize("namespace", [QG, QGK], ids=["terms", "kinds"])
def test_every_term_that_code_names_is_in_the_ontology(namespace: Namespace) -> None:
    ontology = bundled_ontology()
    assert [iri for iri in namespace if iri not in ontology] == []

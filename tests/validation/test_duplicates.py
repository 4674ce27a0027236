"""Possible duplicates: which pairs are told, which are not, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile import Compilation
from qgraph.terms import PREFIXES, QG, RDF, RDFS, expand, local_id
from qgraph.validation import Origins, validate
from qgraph.validation.duplicates import THRESHOLD, check_duplicates, find_duplicates
from qgraph.validation.things import KINDS

ROOT = Path(__file__).parents[2]

Reader = Callable[[str], list[ox.Quad]]


@pytest.fixture
def found(ontology: list[ox.Quad], turtle: Reader) -> Callable[..., dict[tuple[str, str], int]]:
    """Give a finder: from Turtle to pairs of ids and their scores."""

    def find(text: str, threshold: int = THRESHOLD) -> dict[tuple[str, str], int]:
        pairs = find_duplicates([*ontology, *turtle(text)], threshold)
        return {(local_id(pair.one), local_id(pair.other)): pair.score for pair in pairs}

    return find


Found = Callable[..., dict[tuple[str, str], int]]


def _two(cls: str, *labels: str, more: tuple[str, str] = ("", "")) -> str:
    """Write two things, ``x-a`` and ``x-b``: labels of the first and of the second, in turn."""
    one, other = labels[::2], labels[1::2]
    return "".join(
        f"qgd:x-{name} a {cls} ; rdfs:label {' , '.join(texts)} . {extra}\n"
        for name, texts, extra in (("a", one, more[0]), ("b", other, more[1]))
    )


PAIR = ("x-a", "x-b")
CROWD = ("tax", "law", "port", "data", "talent", "loans", "ships", "nurses", "tea", "wine")
BODY = "qgd:body a qg:PublicBody . qgd:x-a qg:issuedBy qgd:body . qgd:x-b qg:issuedBy qgd:body ."


def test_every_kind_that_is_compared_is_a_class_of_the_ontology(ontology: list[ox.Quad]) -> None:
    declared = {quad.subject for quad in ontology if quad.predicate.value == RDF.type}
    assert {ox.NamedNode(expand(kind)) for kind in KINDS} <= declared


@pytest.mark.parametrize(
    ("cls", "one", "other"),
    [
        ("qg:Measure", "'Qianhai Authority'@en", "'Authority, Qianhai'@en"),
        ("qg:PublicBody", "'前海管理局'@zh-Hans", "'前海管理局'@zh-Hans"),
        ("qg:LawFirm", "'Zhi Heng'@en", "'Zhiheng'@en"),
        ("qg:Person", "'Francis Law'@en", "'FRANCIS LAW'@en"),
        ("qg:Place", "'前海（深圳）'@zh-Hans", "'前海(深圳)'@zh-Hans"),
        ("qg:PromotionBatch", "'Sixth batch'@en", "'6th batch'@en"),
        ("qg:Event", "'Licence granted'@en", "'License granted'@en"),
        ("qg:Profession", "'tax accountant'@en", "'tax accountants'@en"),
    ],
)
def test_equal_names_are_told_with_the_highest_score(
    found: Found, cls: str, one: str, other: str
) -> None:
    (score,) = found(_two(cls, one, other)).values()
    assert score >= 85


def test_what_is_of_one_kind_is_told_by_the_classes_above(found: Found) -> None:
    """A court and an association are organisations; a package is a measure; a zone is no body."""
    name = "rdfs:label 'Qianhai service'@en ."
    assert found(f"qgd:x-a a qg:Court ; {name} qgd:x-b a qg:Association ; {name}") == {PAIR: 100}
    assert found(f"qgd:x-a a qg:Measure ; {name} qgd:x-b a qg:MeasurePackage ; {name}") != {}
    assert found(f"qgd:x-a a qg:Court ; {name} qgd:x-b a qg:Zone ; {name}") == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'First batch of pilot experience'@en", "'Second batch of pilot experience'@en"),
        ("'Action plan of Qianhai (2023)'@en", "'Action plan of Qianhai (2025)'@en"),
        ("'第六批改革试点经验'@zh-Hans", "'第七批改革试点经验'@zh-Hans"),
        ("'Phase II of the plan'@en", "'Phase III of the plan'@en"),
    ],
)
def test_numbers_that_differ_make_two_of_one_name(found: Found, one: str, other: str) -> None:
    assert found(_two("qg:Measure", one, other)) == {}
    assert max(found(_two("qg:Measure", one, other), 0).values()) <= 50


def test_a_number_that_only_one_name_has_counts_as_a_word(found: Found) -> None:
    one, other = "'Overall plan of Qianhai'@en", "'Overall plan of Qianhai (2010)'@en"
    (score,) = found(_two("qg:Measure", one, other), 0).values()
    assert 50 < score < 100


def test_places_that_differ_make_two_of_one_name(found: Found) -> None:
    labels = "'Guangdong department of housing'@en", "'Jiangxi department of housing'@en"
    bodies = _two("qg:PublicBody", *labels)
    guangdong = "qgd:place-g a qg:Place ; rdfs:label 'Guangdong'@en ."
    jiangxi = "qgd:place-j a qg:Place ; rdfs:label 'Jiangxi'@en ."
    assert max(found(bodies, 0).values()) > 50
    assert max(found(bodies + guangdong + jiangxi, 0).values()) < 50
    # Of two places of which one lies in the other, either may be named.
    inside = " qgd:place-j qg:locatedIn qgd:place-g ."
    assert max(found(bodies + guangdong + jiangxi + inside, 0).values()) > 50


def test_two_languages_are_taken_together(found: Found) -> None:
    free = found(
        _two("qg:Measure", "'Joint offices'@en", "'Shared work'@en", *["'联营办公室'@zh-Hans"] * 2)
    )
    assert free == {PAIR: 75}  # one name in Chinese, translated freely: just told
    other = _two("qg:Measure", "'Joint offices'@en", "'Joint offices'@en")
    assert found(other) == {PAIR: 100}
    unlike = _two(
        "qg:Measure", "'Hebei port'@en", "'Hubei port'@en", "'河北港'@zh-Hans", "'湖北港'@zh-Hans"
    )
    assert found(unlike) == {}


def test_things_without_a_common_language_are_not_compared(found: Found) -> None:
    assert found(_two("qg:Measure", "'Qianhai'@en", "'前海'@zh-Hans"), 0) == {}


def test_an_alternative_name_is_a_name(found: Found) -> None:
    text = """
    qgd:x-a a qg:PublicBody ; rdfs:label "Authority of the cooperation zone"@en ;
      skos:altLabel "Qianhai Authority"@en .
    qgd:x-b a qg:PublicBody ; rdfs:label "Qianhai Authority"@en .
    """
    assert found(text) == {PAIR: 95}
    both = text.replace(
        'rdfs:label "Qianhai', 'rdfs:label "Another body"@en ; skos:altLabel "Qianhai'
    )
    assert found(both) == {PAIR: 90}  # 0.95 x 0.95


def test_frequent_words_do_not_make_names_alike(found: Found) -> None:
    """In a graph where everything is called a measure of Qianhai, that says little."""
    crowd = "".join(
        f"qgd:m-{n} a qg:Measure ; rdfs:label 'Measure of Qianhai on {word}'@en .\n"
        for n, word in enumerate(CROWD)
    )
    alone = _two(
        "qg:Measure", "'Measure of Qianhai on courts'@en", "'Measure of Qianhai on banks'@en"
    )
    assert found(alone, 0)[PAIR] > found(alone + crowd, 0)[PAIR]
    assert found(alone + crowd) == {}


@pytest.mark.parametrize("other", ["国发〔2014〕65号", "国发(2014) 65 号", "国发[2014]65号"])
def test_one_document_number_is_enough_whatever_the_label(found: Found, other: str) -> None:
    numbers = (
        "qgd:x-a qg:documentNumber '国发〔2014〕65号' .",
        f"qgd:x-b qg:documentNumber '{other}' .",
    )
    labels = "'Circular on pilot experience'@en", "'国务院通知'@zh-Hans"
    assert found(_two("qg:PolicyDocument", *labels, more=numbers)) == {PAIR: 100}


def test_two_document_numbers_make_two_documents(found: Found) -> None:
    numbers = "qgd:x-a qg:documentNumber '1' .", "qgd:x-b qg:documentNumber '2' ."
    labels = "'Circular'@en", "'Circular'@en"
    assert found(_two("qg:PolicyDocument", *labels, more=numbers)) == {}
    assert found(_two("qg:PolicyDocument", *labels, more=(numbers[0], ""))) == {PAIR: 100}


def test_sources_are_compared_by_address_and_by_nothing_else(found: Found) -> None:
    label = "'News of Qianhai'@en"
    far = "https://example.org/a", "https://example.org/b"
    near = "https://www.example.org/a/?utm_source=x", "http://example.org/a"
    for addresses, expected in ((far, {}), (near, {PAIR: 100})):
        one, other = (f'schema:url "{address}"^^xsd:anyURI .' for address in addresses)
        text = _two("qg:Source", label, label, more=(f"qgd:x-a {one}", f"qgd:x-b {other}"))
        assert found(text) == expected


ALIKE = _two("qg:Measure", "'Joint offices'@en", "'Joint offices'@en")


@pytest.mark.parametrize(
    "told",
    [
        "qgd:x-a owl:differentFrom qgd:x-b .",
        "qgd:x-b owl:differentFrom qgd:x-a .",
        "qgd:x-a dcterms:isPartOf qgd:x-b .",
        "qgd:x-b prov:wasDerivedFrom qgd:x-a .",
        # Above it, two steps away.
        "qgd:x-a dcterms:isPartOf qgd:p . qgd:p dcterms:isPartOf qgd:x-b .",
        # One row that names both had both in view.
        "qgd:adoption-a a qg:Adoption ; qg:adopts qgd:x-a ; qg:resultsIn qgd:x-b .",
        "qgd:event-a a qg:Event ; qg:concerns qgd:x-a , qgd:x-b .",
        # Two items of one list, by its own count.
        "qgd:q-a qg:promotes qgd:x-a ; qg:inBatch qgd:batch ; qg:itemNumber 3 ."
        " qgd:q-b qg:promotes qgd:x-b ; qg:inBatch qgd:batch ; qg:itemNumber 4 .",
        # Lists that count anew under each heading.
        "qgd:q-a qg:promotes qgd:x-a ; qg:inBatch qgd:batch ; qg:itemNumber 3 ;"
        " qg:heading qgk:heading-trade ."
        " qgd:q-b qg:promotes qgd:x-b ; qg:inBatch qgd:batch ; qg:itemNumber 3 ;"
        " qg:heading qgk:heading-finance .",
    ],
)
def test_what_the_graph_tells_apart_is_not_doubted(found: Found, told: str) -> None:
    assert found(ALIKE) == {PAIR: 100}
    assert found(ALIKE + told) == {}


@pytest.mark.parametrize(
    "told",
    [
        # Rejected: the claim is there, the link is not.
        "qgc:1 a qg:Claim ; rdf:subject qgd:x-a ; rdf:predicate owl:differentFrom ;"
        " rdf:object qgd:x-b ; qg:standing qgk:standing-rejected .",
        "qgd:x-a dcterms:isPartOf qgd:p . qgd:x-b dcterms:isPartOf qgd:p .",
        "qgd:q-a qg:promotes qgd:x-a ; qg:inBatch qgd:batch ; qg:itemNumber 3 ."
        " qgd:q-b qg:promotes qgd:x-b ; qg:inBatch qgd:batch .",
        "qgd:q-a qg:promotes qgd:x-a ; qg:inBatch qgd:batch-1 ; qg:itemNumber 3 ."
        " qgd:q-b qg:promotes qgd:x-b ; qg:inBatch qgd:batch-2 ; qg:itemNumber 4 .",
        "qgd:q-a qg:promotes qgd:x-a ; qg:inBatch qgd:batch ; qg:itemNumber 3 ."
        " qgd:q-b qg:promotes qgd:x-b ; qg:inBatch qgd:batch ; qg:itemNumber 3 .",
    ],
)
def test_what_does_not_tell_them_apart_leaves_the_doubt(found: Found, told: str) -> None:
    assert found(ALIKE + told) == {PAIR: 100}


NEAR = "'Joint offices of firms'@en", "'Joint offices of lawyers'@en"


def test_a_neighbour_that_few_share_speaks_for_a_pair(found: Found) -> None:
    near = _two("qg:PolicyDocument", *NEAR)
    alone = found(near + "qgd:body a qg:PublicBody .", 0)[PAIR]
    assert found(near + BODY, 0)[PAIR] == alone + 4
    crowd = "".join(
        f"qgd:doc-{n} a qg:PolicyDocument ; rdfs:label '{word}'@en ; qg:issuedBy qgd:body .\n"
        for n, word in enumerate(CROWD[:7])
    )
    without = crowd.replace("; qg:issuedBy qgd:body", "") + "qgd:body a qg:PublicBody ."
    assert found(near + BODY + crowd, 0)[PAIR] == found(near + without, 0)[PAIR]


def test_the_same_day_speaks_for_a_pair_and_another_against(found: Found) -> None:
    def dated(cls: str, one: str, other: str) -> int:
        days = "".join(
            f'qgd:t-{name} qg:begin "{day}"^^xsd:date ; qg:end "{day}"^^xsd:date .\n'
            f"qgd:x-{name} qg:happenedAt qgd:t-{name} .\n"
            for name, day in (("a", one), ("b", other))
        )
        return found(_two(cls, *NEAR) + days, 0)[PAIR]

    alone = found(_two("qg:Event", *NEAR), 0)[PAIR]
    assert dated("qg:Event", "2024-01-19", "2024-01-19") == alone + 4
    assert dated("qg:Event", "2024-01-19", "2024-02-01") == alone
    assert dated("qg:Event", "2024-01-19", "2024-07-01") == pytest.approx(alone / 2, abs=1)
    # A measure has many days: they say nothing.
    measure = found(_two("qg:Measure", *NEAR), 0)[PAIR]
    assert dated("qg:Measure", "2024-01-19", "2024-07-01") == measure


def test_a_document_has_the_day_of_the_event_that_concerns_it(found: Found) -> None:
    text = _two("qg:PolicyDocument", "'Circular'@en", "'Circular'@en")
    for name, day in (("a", "2014-12-28"), ("b", "2016-11-10")):
        text += (
            f'qgd:t-{name} qg:begin "{day}"^^xsd:date ; qg:end "{day}"^^xsd:date .\n'
            f"qgd:e-{name} a qg:Event ; qg:concerns qgd:x-{name} ; qg:happenedAt qgd:t-{name} .\n"
        )
    assert found(text) == {}


def test_of_two_kinds_only_equal_names_are_doubted(found: Found) -> None:
    kinds = (
        "qgd:x-a dcterms:type qgk:event-approval .",
        "qgd:x-b dcterms:type qgk:event-document-issuance .",
    )
    steps = "'Regulations on mediation: adopted'@en", "'Regulations on mediation: issued'@en"
    assert found(_two("qg:Event", *steps), 60)
    assert not found(_two("qg:Event", *steps, more=kinds), 60)
    same = "'Index released'@en", "'Index released'@en"
    assert found(_two("qg:Event", *same, more=kinds)) == {PAIR: 100}


def test_a_date_that_is_none_is_left_to_the_shapes(found: Found) -> None:
    text = (
        _two("qg:Event", *NEAR) + "qgd:x-a qg:happenedAt qgd:t . qgd:t qg:begin 'x' ; qg:end 'y' ."
    )
    assert PAIR in found(text, 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["This may be the same as x-b (score 100)", "“联营” and “联营”", "Chinese 100"]),
        ("zh", ["可能与 x-b 是同一事物（相似度 100）", "“联营”与“联营”", "中文 100"]),
    ],
)
def test_a_finding_names_both_and_says_why_and_what_to_do(
    ontology: list[ox.Quad], turtle: Reader, language: str, words: list[str]
) -> None:
    text = _two("qg:PolicyDocument", *["'联营'@zh-Hans"] * 2) + BODY
    (issue,) = check_duplicates([*ontology, *turtle(text)], Origins({}), language)
    assert (issue.severity, issue.rule) == ("finding", "possible-duplicate")
    assert local_id(issue.node) == "x-a"
    assert all(word in issue.message for word in words), issue.message
    assert "body" in issue.message
    assert "owl:differentFrom" in issue.hint


def test_a_finding_names_what_is_the_same(ontology: list[ox.Quad], turtle: Reader) -> None:
    text = "".join(
        f"qgd:x-{name} a qg:PolicyDocument ; qg:documentNumber '国发〔2014〕65号' .\n"
        for name in "ab"
    )
    (issue,) = check_duplicates([*ontology, *turtle(text)], Origins({}), "en")
    assert issue.message == "This may be the same as x-b (score 100): both have 国发〔2014〕65号"


def test_a_row_that_stands_twice_is_found_at_its_row(founding_compiled: Compilation) -> None:
    quads = list(founding_compiled.quads)
    hub = PREFIXES["qgd"] + "place-youth-hub"
    twin = ox.NamedNode(hub + "-again")
    quads += [
        ox.Quad(twin, quad.predicate, quad.object, quad.graph_name)
        for quad in founding_compiled.quads
        if quad.subject == ox.NamedNode(hub)
    ]
    root = ROOT / "ontology"
    issues = validate(quads, root, origins=Origins(founding_compiled.origins))
    (issue,) = (issue for issue in issues if issue.rule == "possible-duplicate")
    assert Path(issue.file).name == "places.csv"
    assert "place-youth-hub-again" in issue.message


def test_the_founding_article_names_nothing_twice(founding_compiled: Compilation) -> None:
    """Read by hand: 92 things, some with names alike (five that begin with Qianhai), all apart."""
    assert find_duplicates(founding_compiled.quads) == []


def _crowd(size: int) -> list[ox.Quad]:
    """Make so many measures with names of six words and ten characters out of 1,500 of each."""
    graph = ox.DefaultGraph()
    quads = []
    for number in range(size):
        node = ox.NamedNode(f"{PREFIXES['qgd']}measure-{number}")
        places = [(number * step + step * step) % 1500 for step in (1, 7, 11, 31, 37, 101)]
        english = " ".join(
            f"w{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{n // 676}x" for n in places
        )
        chinese = "".join(chr(0x4E00 + n * 2) + chr(0x4E00 + n * 3) for n in places[:5])
        quads.append(ox.Quad(node, ox.NamedNode(RDF.type), ox.NamedNode(QG.Measure), graph))
        for text, tag in ((english, "en"), (chinese, "zh-Hans")):
            label = ox.Literal(text, language=tag)
            quads.append(ox.Quad(node, ox.NamedNode(RDFS.label), label, graph))
    return quads


@pytest.mark.slow
def test_a_crowd_is_compared_alike_in_any_order() -> None:
    quads = _crowd(2000)
    assert find_duplicates(quads) == find_duplicates(quads[::-1])


def test_the_answer_does_not_depend_on_the_order_of_sets(
    founding_compiled: Compilation, tmp_path: Path
) -> None:
    """Two runs with other seeds of Python's hashes say the same, to the last digit."""
    file = tmp_path / "founding.nq"
    ox.serialize(founding_compiled.quads, str(file), format=ox.RdfFormat.N_QUADS)
    program = (
        "import sys, pyoxigraph; from qgraph.validation.duplicates import find_duplicates;"
        "print(find_duplicates(list(pyoxigraph.parse(path=sys.argv[1])), 0))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program, str(file)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert told.pop().count(b"Pair(") > 5

"""Validation: the bundled graph is sound, and each rule on soundness finds what it is for.

What the rules for curators find is in ``test_curation.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile import Compilation
from qgraph.errors import InvalidInput, NotFound
from qgraph.terms import PREFIXES, QG
from qgraph.validation import Issue, Origins, rules, validate
from qgraph.validation.checks import run_checks
from qgraph.validation.shapes import run_shapes
from qgraph.validation.texts import check_texts

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
SOURCE = ROOT.parent / "shared" / "sources"


Reader = Callable[[str], list[ox.Quad]]
_Held = tuple[list[ox.Quad], Path]


def test_the_bundled_graph_has_no_violation(compiled: Compilation) -> None:
    issues = validate(compiled.quads, ONTOLOGY, origins=Origins(compiled.origins))
    assert [str(issue) for issue in issues if issue.severity == "violation"] == []


def test_an_issue_names_the_row_that_made_the_node(founding_compiled: Compilation) -> None:
    issues = validate(founding_compiled.quads, ONTOLOGY, origins=Origins(founding_compiled.origins))
    (reading,) = (issue for issue in issues if issue.rule == "open-reading")
    assert Path(reading.file).name == "times.csv"
    line = Path(reading.file).read_text(encoding="utf-8").splitlines()[reading.line - 1]
    assert line.startswith("time-000-jan-18,")
    assert reading.hint


def test_issues_come_worst_first_and_in_the_language_asked_for(
    founding_compiled: Compilation,
) -> None:
    spoilt = [
        quad
        for quad in founding_compiled.quads
        if quad.predicate.value != PREFIXES["qg"] + "ordinal"
        or "first-joint" not in str(quad.subject)
    ]
    origins = Origins(founding_compiled.origins)
    issues = validate(spoilt, ONTOLOGY, origins=origins, language="zh")
    assert issues[0].severity == "violation"
    assert issues[0].node.endswith("first-joint-office-guangdong")
    assert any("一" <= character <= "鿿" for character in issues[0].message)
    assert issues == sorted(issues)


def test_a_reason_is_asked_of_everything_inferred(founding_compiled: Compilation) -> None:
    quads = founding_compiled.quads
    spoilt = [quad for quad in quads if quad.predicate.value != QG.reason]
    graph = ox.Store()
    graph.bulk_extend(quads)
    inferred = graph.query(
        "SELECT DISTINCT ?x { ?x qg:modality qgk:modality-inferred }",
        prefixes=PREFIXES,
        use_default_graph_as_union=True,
    )
    assert isinstance(inferred, ox.QuerySolutions)
    expected = {row["x"].value for row in inferred}
    issues = validate(spoilt, ONTOLOGY)
    assert {issue.node for issue in issues if issue.severity == "violation"} == expected


PROVOKED = {
    "link-without-claim": ("qgd:org-a qg:basedIn qgd:place-b .", ["org-a"]),
    "record-without-evidence": ("qgd:event-a a qg:Event .", ["event-a"]),
    "claim-without-link": (
        "qgc:1 a qg:Claim ; rdf:subject qgd:org-a ; rdf:predicate qg:basedIn ;"
        " rdf:object qgd:place-b ; qg:standing qgk:standing-accepted .",
        ["qgc:1"],
    ),
    "link-rejected": (
        "qgd:org-a qg:basedIn qgd:place-b . qgc:1 rdf:subject qgd:org-a ;"
        " rdf:predicate qg:basedIn ; rdf:object qgd:place-b ; qg:standing qgk:standing-rejected .",
        ["org-a"],
    ),
    "undeclared-property": ("qgd:org-a qg:basdIn qgd:place-b .", ["org-a"]),
    "undeclared-class": ("qgd:org-a a qg:Enterprize .", ["org-a"]),
    "dangling-identifier": ("qgd:obs-a qg:about qgd:place-nowhere .", ["obs-a"]),
    "unknown-kind": ("qgd:obs-a qg:unit qgk:unit-furlong .", ["obs-a"]),
    "unused-evidence": ("qgd:evidence-a a qg:Evidence .", ["evidence-a"]),
    "phrase-length": (
        'qgd:evidence-a qg:exact "制度创新" ; qg:startOffset 3 ; qg:endOffset 8 .',
        ["evidence-a"],
    ),
    "circular-place": (
        "qgd:place-a qg:locatedIn qgd:place-b . qgd:place-b qg:locatedIn qgd:place-a .",
        ["place-a", "place-b"],
    ),
    "dated-identifier": ("qgd:event-a-2024-07-26 a qg:Event .", ["event-a-2024-07-26"]),
    "inferred-without-reason": ("qgd:pilot-a qg:modality qgk:modality-inferred .", ["pilot-a"]),
    "quoted-without-speaker": ("qgc:1 qg:modality qgk:modality-quoted .", ["qgc:1"]),
    "opinion-without-holder": ("qgd:effect-a qg:modality qgk:modality-opinion .", ["effect-a"]),
    "position-beyond-field": (
        "qgd:entry-a qg:position 58 ; dcterms:isPartOf qgd:edition-a ."
        " qgd:edition-a qg:fieldSize 57 .",
        ["entry-a"],
    ),
    "figure-without-words": (
        "qgd:obs-a a qg:Observation ; qg:evidence qgd:evidence-a ."
        " qgd:obs-b a qg:Observation ; qg:evidence qgd:evidence-a ; qg:reportedText '835' ."
        " qgd:obs-c a qg:Observation ; qg:evidence qgd:evidence-c ."
        " qgd:evidence-a qg:quotedFrom qgd:source-a . qgd:source-a qg:sha256 'ab' ."
        " qgd:evidence-c qg:quotedFrom qgd:source-c .",
        ["obs-a"],
    ),
    "circular-hierarchy": (
        "qgd:org-a org:unitOf qgd:org-b . qgd:org-b org:unitOf qgd:org-a ."
        " qgd:doc-a dcterms:replaces qgd:doc-a ."
        " qgd:measure-a dcterms:isPartOf qgd:package-a ; prov:wasDerivedFrom qgd:measure-b ."
        " qgd:measure-b dcterms:isPartOf qgd:package-a .",
        ["doc-a", "org-a", "org-b"],
    ),
}


@pytest.mark.parametrize("name", PROVOKED)
def test_a_check_finds_what_it_is_for(ontology: list[ox.Quad], turtle: Reader, name: str) -> None:
    text, nodes = PROVOKED[name]
    issues = run_checks([*ontology, *turtle(text)], ONTOLOGY / "checks", Origins({}), "en")
    found = [issue for issue in issues if issue.rule == name]
    assert [str(issue).split(": ")[1] for issue in found] == nodes
    assert all(issue.hint and issue.message for issue in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?node { ?node ?p ?o }", "the check has no severity"),
        ("# severity: grave\nSELECT ?node { ?node ?p ?o }", "the check has no severity"),
        ("# severity: warning\nASK { ?s ?p ?o }", "a check is a SELECT query"),
    ],
)
def test_a_check_that_is_none_is_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "01-x.rq").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        run_checks([], tmp_path, Origins({}), "en")


def test_a_value_is_told_as_a_person_would_write_it(turtle: Reader) -> None:
    text, _ = PROVOKED["position-beyond-field"]
    issues = run_checks(turtle(text), ONTOLOGY / "checks", Origins({}), "en")
    (issue,) = (issue for issue in issues if issue.rule == "position-beyond-field")
    assert issue.message.endswith(": 57")


def test_every_rule_is_known_by_name() -> None:
    known = rules(ONTOLOGY)
    assert {"Named-label-zh", "orphan", "possible-duplicate", "texts"} <= set(known)
    assert known == sorted(set(known))
    assert len(known) > 100


def test_shapes_find_the_same_whether_or_not_properties_have_targets_of_their_own(
    founding_compiled: Compilation,
) -> None:
    """``run_shapes`` moves targets to the properties for speed; here pySHACL takes them as is."""
    import pyshacl
    from rdflib import RDF, SH, Graph

    kept = [quad for number, quad in enumerate(founding_compiled.quads) if number % 7]
    data, shapes = Graph(), Graph()
    triples = {quad.triple for quad in kept}
    data.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    for file in (ONTOLOGY / "shapes").glob("*.ttl"):
        shapes.parse(file)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    expected = sorted(
        str(report.value(result, SH.focusNode))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )
    issues = run_shapes(kept, ONTOLOGY / "shapes", Origins({}), "en")
    assert sorted(issue.node for issue in issues) == expected
    assert len(expected) > 100


def test_a_fault_on_an_inverse_path_names_no_column(turtle: Reader) -> None:
    """The path has no name, and the one it gets while it is read is another each time."""
    quads = turtle("qgd:package-a a qg:MeasurePackage .")
    issues = run_shapes(quads, ONTOLOGY / "shapes", Origins({}), "en")
    (issue,) = (issue for issue in issues if issue.rule == "MeasurePackage-parts")
    assert issue.hint == ""


def _held(turtle: Reader, tmp_path: Path, text: str, phrase: str, start: int) -> _Held:
    import hashlib

    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    quads = f"""
    qgd:source-a qg:sha256 "{digest}" .
    qgd:evidence-a qg:quotedFrom qgd:source-a ; qg:exact "{phrase}" ; qg:startOffset {start} .
    qgd:evidence-b qg:quotedFrom qgd:source-a ; qg:exact "no offset" ."""
    return turtle(quads), folder


@pytest.mark.parametrize(
    ("phrase", "start", "hint"),
    [
        ("launched 835", 13, None),
        ("launched 835", 12, "the phrase starts at 13"),
        ("launched 836", 13, "the phrase is not in the text"),
    ],
)
def test_a_phrase_is_compared_with_the_held_text(
    turtle: Reader, tmp_path: Path, phrase: str, start: int, hint: str | None
) -> None:
    # The curly quotation marks are one code point each, but three bytes.
    quads, folder = _held(
        turtle, tmp_path, "“Qianhai” has launched 835 measures.", phrase, start + 1
    )
    issues = check_texts(quads, folder, Origins({}))
    shifted = None if hint is None else hint.replace("13", "14")
    assert [issue.hint for issue in issues] == ([] if shifted is None else [shifted])
    assert all(issue.severity == "violation" for issue in issues)


def test_the_comparison_with_held_texts_speaks_chinese(turtle: Reader, tmp_path: Path) -> None:
    quads, folder = _held(turtle, tmp_path, "Qianhai", "Qianhi", 0)
    (issue,) = check_texts(quads, folder, Origins({}), "zh")
    assert (issue.message, issue.hint) == (
        "原文该处为“Qianha”，而非“Qianhi”",
        "原文中没有该短语",
    )


def test_a_source_whose_text_is_not_held_is_a_warning(turtle: Reader, tmp_path: Path) -> None:
    quads, _ = _held(turtle, tmp_path, "text", "text", 0)
    (tmp_path / "empty").mkdir()
    (issue,) = check_texts(quads, tmp_path / "empty", Origins({}))
    assert (issue.severity, issue.hint) == ("warning", "its phrases were not compared")


def test_a_folder_of_texts_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        validate([], ONTOLOGY, texts=tmp_path / "nowhere")


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the founding article is not part of the project")
def test_every_phrase_of_the_founding_article_stands_where_it_is_said_to(
    compiled: Compilation, tmp_path: Path
) -> None:
    shutil.copytree(SOURCE, tmp_path / "texts")
    issues = check_texts(compiled.quads, tmp_path / "texts", Origins(compiled.origins))
    assert [str(issue) for issue in issues] == []


def test_an_issue_without_a_row_prints_without_a_place() -> None:
    issue = Issue("warning", "", 0, "", "rule", "message")
    assert str(issue) == "warning: message (rule)"

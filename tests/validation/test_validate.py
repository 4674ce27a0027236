"""Validation: the bundled graph is sound, and each check finds what it is for, and only that."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile import Compilation, compile_folder
from qgraph.errors import InvalidInput, NotFound
from qgraph.terms import PREFIXES
from qgraph.validation import Issue, Origins, validate
from qgraph.validation.checks import run_checks
from qgraph.validation.texts import check_texts

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
SOURCE = ROOT.parent / "shared" / "sources"


@pytest.fixture(scope="module")
def bundled() -> Compilation:
    """Give the bundled tables, compiled once."""
    return compile_folder(ROOT / "graph", ONTOLOGY)


def _turtle(text: str) -> list[ox.Quad]:
    prefixes = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())
    return list(ox.parse(prefixes + text, format=ox.RdfFormat.TRIG))


def test_the_bundled_graph_has_no_violation(bundled: Compilation) -> None:
    issues = validate(bundled.quads, ONTOLOGY, origins=Origins(bundled.origins))
    assert [str(issue) for issue in issues if issue.severity == "violation"] == []


def test_an_issue_names_the_row_that_made_the_node(bundled: Compilation) -> None:
    issues = validate(bundled.quads, ONTOLOGY, origins=Origins(bundled.origins))
    (reading,) = (issue for issue in issues if issue.rule == "open-reading")
    assert Path(reading.file).name == "times.csv"
    line = Path(reading.file).read_text(encoding="utf-8").splitlines()[reading.line - 1]
    assert line.startswith("time-000-jan-18,")
    assert reading.hint


def test_issues_come_worst_first_and_in_the_language_asked_for(bundled: Compilation) -> None:
    spoilt = [
        quad
        for quad in bundled.quads
        if quad.predicate.value != PREFIXES["qg"] + "ordinal"
        or "first-joint" not in str(quad.subject)
    ]
    issues = validate(spoilt, ONTOLOGY, origins=Origins(bundled.origins), language="zh")
    assert issues[0].severity == "violation"
    assert issues[0].node.endswith("first-joint-office-guangdong")
    assert any("一" <= character <= "鿿" for character in issues[0].message)
    assert issues == sorted(issues)


def test_a_reason_is_asked_of_everything_inferred(bundled: Compilation) -> None:
    spoilt = [q for q in bundled.quads if q.predicate.value != PREFIXES["qg"] + "reason"]
    graph = ox.Store()
    graph.bulk_extend(bundled.quads)
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
    "position-beyond-field": (
        "qgd:entry-a qg:position 58 ; dcterms:isPartOf qgd:edition-a ."
        " qgd:edition-a qg:fieldSize 57 .",
        ["entry-a"],
    ),
    "open-reading": ("qgd:time-a qg:alternativeReading qgd:time-b .", ["time-a"]),
}


@pytest.mark.parametrize("name", PROVOKED)
def test_a_check_finds_what_it_is_for(bundled: Compilation, name: str) -> None:
    text, nodes = PROVOKED[name]
    ontology = [quad for quad in bundled.quads if "graph/ontology" in str(quad.graph_name)]
    issues = run_checks([*ontology, *_turtle(text)], ONTOLOGY / "checks", Origins({}), "en")
    found = [issue for issue in issues if issue.rule == name]
    assert [str(issue).split(": ")[1] for issue in found] == nodes
    assert all(issue.hint and issue.message for issue in found)


def _observation(name: str, value: str, begin: str, end: str, extra: str = "") -> str:
    return f"""
    qgd:obs-{name} qg:indicator qgk:indicator-measures-launched ; qg:about qgd:place-a ;
      qg:unit qgk:unit-count ; qg:value {value} ; qg:observedOver qgd:time-{name} {extra} .
    qgd:time-{name} qg:begin "{begin}"^^xsd:date ; qg:end "{end}"^^xsd:date ."""


@pytest.mark.parametrize(
    ("one", "two", "conflict"),
    [
        # 685 and 725 in September 2022 are a conflict of reports (research notes on Qianhai).
        (("a", "685.0", "2022-09-16", "2022-09-16"), ("b", "725.0", "2022-09-01", "2022-09-30"), 1),
        # 645 in 2021 and 835 in 2024 are a series.
        (("a", "645.0", "2021-08-30", "2021-08-30"), ("b", "835.0", "2024-08-01", "2024-08-31"), 0),
        (("a", "835.0", "2024-08-01", "2024-08-31"), ("b", "835.0", "2024-08-01", "2024-08-31"), 0),
        # "nearly 10,000" allows 9,000; "more than 10,000" does not.
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:upperBound 10000.0"),
            ("b", "9000.0", "2024-08-01", "2024-08-31"),
            0,
        ),
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:lowerBound 10000.0"),
            ("b", "9000.0", "2024-08-01", "2024-08-31"),
            1,
        ),
        (
            ("a", "10000.0", "2024-08-01", "2024-08-31", "; qg:lowerBound 10000.0"),
            ("b", "12000.0", "2024-08-01", "2024-08-31"),
            0,
        ),
        (
            ("a", "835.0", "2024-08-01", "2024-08-31", "; qg:standing qgk:standing-rejected"),
            ("b", "725.0", "2024-08-01", "2024-08-31"),
            0,
        ),
    ],
)
def test_values_conflict_only_over_one_period_and_beyond_their_bounds(
    one: Iterable[str], two: Iterable[str], conflict: int
) -> None:
    quads = _turtle(_observation(*one) + _observation(*two))
    issues = run_checks(quads, ONTOLOGY / "checks", Origins({}), "en")
    found = [issue for issue in issues if issue.rule == "conflicting-values"]
    assert len(found) == conflict
    assert all(issue.severity == "finding" for issue in found)


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


def _held(tmp_path: Path, text: str, phrase: str, start: int) -> tuple[list[ox.Quad], Path]:
    import hashlib

    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    turtle = f"""
    qgd:source-a qg:sha256 "{digest}" .
    qgd:evidence-a qg:quotedFrom qgd:source-a ; qg:exact "{phrase}" ; qg:startOffset {start} .
    qgd:evidence-b qg:quotedFrom qgd:source-a ; qg:exact "no offset" ."""
    return _turtle(turtle), folder


@pytest.mark.parametrize(
    ("phrase", "start", "hint"),
    [
        ("launched 835", 13, None),
        ("launched 835", 12, "the phrase starts at 13"),
        ("launched 836", 13, "the phrase is not in the text"),
    ],
)
def test_a_phrase_is_compared_with_the_held_text(
    tmp_path: Path, phrase: str, start: int, hint: str | None
) -> None:
    # The curly quotation marks are one code point each, but three bytes.
    quads, folder = _held(tmp_path, "“Qianhai” has launched 835 measures.", phrase, start + 1)
    issues = check_texts(quads, folder, Origins({}))
    shifted = None if hint is None else hint.replace("13", "14")
    assert [issue.hint for issue in issues] == ([] if shifted is None else [shifted])
    assert all(issue.severity == "violation" for issue in issues)


def test_a_source_whose_text_is_not_held_is_a_warning(tmp_path: Path) -> None:
    quads, _ = _held(tmp_path, "text", "text", 0)
    (tmp_path / "empty").mkdir()
    (issue,) = check_texts(quads, tmp_path / "empty", Origins({}))
    assert (issue.severity, issue.hint) == ("warning", "its phrases were not compared")


def test_a_folder_of_texts_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        validate([], ONTOLOGY, texts=tmp_path / "nowhere")


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the founding article is not part of the project")
def test_every_phrase_of_the_founding_article_stands_where_it_is_said_to(
    bundled: Compilation, tmp_path: Path
) -> None:
    shutil.copytree(SOURCE, tmp_path / "texts")
    issues = check_texts(bundled.quads, tmp_path / "texts", Origins(bundled.origins))
    assert [str(issue) for issue in issues] == []


def test_an_issue_without_a_row_prints_without_a_place() -> None:
    issue = Issue("warning", "", 0, "", "rule", "message")
    assert str(issue) == "warning: message (rule)"

"""Answers in every format, read back by readers that are not ours."""

from __future__ import annotations

import csv
import importlib
import io
import json
import sys
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from qgraph.errors import MissingExtra, QGraphError
from qgraph.graph import Answer, Graph, Rows, Triples, Truth
from qgraph.results import FORMATS, SUFFIXES, write
from qgraph.terms import PREFIXES, XSD


def literal(text: str, datatype: str) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(datatype))


PLACE = pyoxigraph.NamedNode(PREFIXES["qgd"] + "place-china")
ROWS = Rows(
    ("thing", "label", "value", "day"),
    (
        (
            PLACE,
            pyoxigraph.Literal('前海, "quoted"\n| and <tagged> \\', language="zh-hans"),
            literal("94", XSD.integer),
            literal("2024-07-26", XSD.date),
        ),
        (pyoxigraph.BlankNode("b"), pyoxigraph.Literal("=1+1"), literal("-7.1", XSD.decimal), None),
    ),
)
TRIPLES = Triples(
    (
        pyoxigraph.Triple(
            PLACE,
            pyoxigraph.NamedNode(PREFIXES["rdfs"] + "label"),
            pyoxigraph.Literal("China", language="en"),
        ),
        pyoxigraph.Triple(
            PLACE, pyoxigraph.NamedNode("https://example.org/p"), literal("7", XSD.integer)
        ),
    )
)


def written(answer: Answer, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    write(answer, form, stream, **options)
    return stream.getvalue()


# --- The formats of the standard ------------------------------------------------------------------


def test_json_is_the_standards() -> None:
    document = json.loads(written(ROWS, "json"))
    assert document["head"]["vars"] == ["thing", "label", "value", "day"]
    first, second = document["results"]["bindings"]
    assert first["thing"] == {"type": "uri", "value": PLACE.value}
    assert first["label"] == {
        "type": "literal",
        "value": '前海, "quoted"\n| and <tagged> \\',
        "xml:lang": "zh-hans",
    }
    assert first["value"] == {"type": "literal", "value": "94", "datatype": XSD.integer}
    assert second["label"] == {"type": "literal", "value": "=1+1"}
    assert second["thing"]["type"] == "bnode"
    assert "day" not in second


def test_xml_is_the_standards() -> None:
    root = ElementTree.fromstring(written(ROWS, "xml"))  # noqa: S314 - ours
    space = "{http://www.w3.org/2005/sparql-results#}"
    assert [one.get("name") for one in root.iter(f"{space}variable")] == list(ROWS.variables)
    first, second = root.iter(f"{space}result")
    texts = {one.get("name"): "".join(one.itertext()) for one in first}
    assert texts["label"] == '前海, "quoted"\n| and <tagged> \\'
    assert texts["thing"] == PLACE.value
    assert {one.get("name") for one in second} == {"thing", "label", "value"}


def test_csv_is_the_standards_and_raw() -> None:
    header, first, second = csv.reader(io.StringIO(written(ROWS, "csv").decode(), newline=""))
    assert header == list(ROWS.variables)
    assert first == [PLACE.value, '前海, "quoted"\n| and <tagged> \\', "94", "2024-07-26"]
    assert second[1:] == ["=1+1", "-7.1", ""]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_rdflib_reads_the_same_terms(form: str) -> None:
    result = rdflib.query.Result.parse(io.BytesIO(written(ROWS, form)), format=form)
    assert [str(variable) for variable in result.vars or []] == list(ROWS.variables)
    first, second = result.bindings
    variable = rdflib.Variable
    assert first[variable("thing")] == rdflib.URIRef(PLACE.value)
    label = first[variable("label")]
    assert isinstance(label, rdflib.Literal)
    assert label.language == "zh-hans"
    assert str(label) == '前海, "quoted"\n| and <tagged> \\'
    assert first[variable("day")] == rdflib.Literal("2024-07-26", datatype=rdflib.XSD.date)
    assert second[variable("value")] == rdflib.Literal(Decimal("-7.1"))


def test_tsv_is_the_standards() -> None:
    """Terms as in Turtle, parted by tabs: a tab or a line end inside a text is escaped."""
    header, first, second = written(ROWS, "tsv").decode().splitlines()
    assert header == "?thing\t?label\t?value\t?day"
    place, label, value, day = first.split("\t")
    assert place == f"<{PLACE.value}>"
    assert label == '"前海, \\"quoted\\"\\n| and <tagged> \\\\"@zh-hans'
    assert value == "94"
    assert day == f'"2024-07-26"^^<{XSD.date}>'
    assert second.split("\t")[1:] == ['"=1+1"', "-7.1", ""]


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30))
def test_any_text_comes_back_as_it_was(form: str, text: str) -> None:
    rows = Rows(("x",), ((pyoxigraph.Literal(text),), (pyoxigraph.Literal("end"),)))
    data = written(rows, form)
    if form == "csv":
        table = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert (table[1] or [""], table[2]) == ([text], ["end"])
        return
    form_of = {
        "json": pyoxigraph.QueryResultsFormat.JSON,
        "xml": pyoxigraph.QueryResultsFormat.XML,
        "tsv": pyoxigraph.QueryResultsFormat.TSV,
    }
    parsed = pyoxigraph.parse_query_results(data, form_of[form])
    assert isinstance(parsed, pyoxigraph.QuerySolutions)
    first, second = parsed
    assert (first["x"], second["x"]) == (pyoxigraph.Literal(text), pyoxigraph.Literal("end"))


def test_literal_forms_are_kept_in_json() -> None:
    rows = Rows(("x",), ((literal("007", XSD.integer),), (literal("0.50", XSD.decimal),)))
    values = [row["x"]["value"] for row in json.loads(written(rows, "json"))["results"]["bindings"]]
    assert values == ["007", "0.50"]


def test_triple_terms_are_written(small: Graph) -> None:
    rows = small.query("SELECT (<<( qgd:a qg:about 'x' )>> AS ?t) {}")
    (binding,) = json.loads(written(rows, "json"))["results"]["bindings"]
    assert binding["t"]["type"] == "triple"
    assert binding["t"]["value"]["object"] == {"type": "literal", "value": "x"}
    assert "<<( a qg:about x )>>" in written(rows, "table").decode()


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv", "table", "markdown"])
def test_no_rows_are_still_an_answer(form: str) -> None:
    data = written(Rows(("thing", "label"), ()), form)
    assert b"thing" in data
    assert data.endswith(b"\n")


def test_a_question_without_variables_has_a_number_of_answers(small: Graph) -> None:
    rows = small.query("SELECT * { qgd:place-china a qg:Place }")
    assert written(rows, "table") == b"(1 row)\n"
    assert json.loads(written(rows, "json"))["results"]["bindings"] == [{}]


# --- For people -----------------------------------------------------------------------------------


def test_a_table_shows_ids_and_aligns_numbers() -> None:
    assert written(ROWS, "table").decode() == (
        "thing        label                            value  day\n"
        "───────────  ───────────────────────────────  ─────  ──────────\n"
        'place-china  前海, "quoted" | and <tagged> \\     94  2024-07-26\n'
        "_:b          =1+1                              -7.1\n"
        "(2 rows)\n"
    )


def test_a_table_is_wrapped_to_the_terminal() -> None:
    lines = written(ROWS, "table", columns=50).decode().splitlines()
    assert len(lines) > 5
    assert max(len(line) for line in lines) <= 50


def test_markdown_escapes_what_would_end_a_cell() -> None:
    assert written(ROWS, "markdown").decode() == (
        "| thing | label | value | day |\n"
        "| --- | --- | --- | --- |\n"
        '| place-china | 前海, "quoted" \\| and <tagged> \\\\ | 94 | 2024-07-26 |\n'
        "| _:b | =1+1 | -7.1 |  |\n"
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("a=b", "a=b"),
        ("前海", "前海"),
    ],
)
def test_a_spreadsheet_gets_no_formulas(text: str, cell: str) -> None:
    rows = Rows(("text", "number"), ((pyoxigraph.Literal(text), literal("-7.1", XSD.decimal)),))
    data = written(rows, "csv", spreadsheet=True)
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert table == [["text", "number"], [cell, "-7.1"]]


def test_a_spreadsheet_gets_addresses_in_full() -> None:
    rows = Rows(("thing", "nothing"), ((PLACE, None),))
    data = written(rows, "csv", spreadsheet=True).decode("utf-8-sig")
    assert data == f"thing,nothing\r\n{PLACE.value},\r\n"


# --- Yes and no, and statements -------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "markdown"])
def test_yes_and_no_are_words(form: str) -> None:
    assert written(Truth(value=True), form) == b"true\n"
    assert written(Truth(value=False), form) == b"false\n"


def test_yes_and_no_in_the_formats_of_the_standard() -> None:
    assert json.loads(written(Truth(value=True), "json"))["boolean"] is True
    root = ElementTree.fromstring(written(Truth(value=False), "xml"))  # noqa: S314 - ours
    assert root.findtext("{http://www.w3.org/2005/sparql-results#}boolean") == "false"


@pytest.mark.parametrize(("form", "parser"), [("turtle", "turtle"), ("ntriples", "nt")])
def test_statements_are_read_back_as_they_were(form: str, parser: str) -> None:
    graph = rdflib.Graph().parse(data=written(TRIPLES, form), format=parser)
    china = rdflib.URIRef(PLACE.value)
    assert set(graph) == {
        (china, rdflib.RDFS.label, rdflib.Literal("China", lang="en")),
        (china, rdflib.URIRef("https://example.org/p"), rdflib.Literal(7)),
    }


def test_turtle_declares_the_prefixes_that_it_uses() -> None:
    text = written(TRIPLES, "turtle").decode()
    assert "@prefix qgd:" in text
    assert "@prefix skos:" not in text
    assert "qgd:place-china rdfs:label" in text


def test_statements_as_rows_have_three_columns() -> None:
    first, *rows, told = written(TRIPLES, "table").decode().splitlines()
    assert first.split() == ["subject", "predicate", "object"]
    assert rows[1].split() == ["place-china", "rdfs:label", "China"]
    assert told == "(2 rows)"
    assert len(json.loads(written(TRIPLES, "json"))["results"]["bindings"]) == 2


@pytest.mark.parametrize(
    ("answer", "form", "message", "hint"),
    [
        (ROWS, "turtle", "answers with rows", "table, csv"),
        (Truth(value=True), "ntriples", "answers with yes or no", "CONSTRUCT"),
        (Truth(value=True), "parquet", "answers with yes or no", "json"),
        (ROWS, "xlsx", "no format 'xlsx'", "table, csv"),
    ],
)
def test_a_format_that_does_not_fit_says_which_do(
    answer: Answer, form: str, message: str, hint: str
) -> None:
    with pytest.raises(QGraphError, match=message) as caught:
        written(answer, form)
    assert hint in caught.value.hint


def test_every_suffix_asks_for_a_format_that_there_is() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)


# --- Parquet --------------------------------------------------------------------------------------


def test_parquet_without_its_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match="pyarrow") as caught:
        written(ROWS, "parquet")
    assert "pip install 'qgraph[parquet]'" in caught.value.hint


def test_parquet_has_a_type_for_each_column() -> None:
    pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    parquet = importlib.import_module("pyarrow.parquet")
    rows = Rows(
        ("thing", "n", "x", "day", "truth", "mixed", "big", "zoned", "empty"),
        (
            (
                PLACE,
                literal("94", XSD.integer),
                literal("7.1", XSD.decimal),
                literal("2024-07-26", XSD.date),
                literal("true", XSD.boolean),
                literal("7", XSD.integer),
                literal("9" * 30, XSD.integer),
                literal("2024-07-26Z", XSD.date),
                None,
            ),
            (None, None, None, None, None, pyoxigraph.Literal("seven"), None, None, None),
        ),
    )
    table = parquet.read_table(io.BytesIO(written(rows, "parquet")))
    assert {field.name: str(field.type) for field in table.schema} == {
        "thing": "string",
        "n": "int64",
        "x": "double",
        "day": "date32[day]",
        "truth": "bool",
        "mixed": "string",
        "big": "string",
        "zoned": "string",
        "empty": "string",
    }
    first, second = table.to_pylist()
    assert first["thing"] == PLACE.value
    assert (first["n"], first["x"], first["truth"]) == (94, 7.1, True)
    assert first["day"].isoformat() == "2024-07-26"
    assert (first["mixed"], second["mixed"], second["n"]) == ("7", "seven", None)

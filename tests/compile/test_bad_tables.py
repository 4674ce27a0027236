"""Bad input: one message a fault, with file, line, column and what to do; nothing else breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qgraph.compile import compile_folder
from qgraph.errors import InvalidInput, NotFound

from .conftest import ONTOLOGY, Tables

HELD = {"source": "source-000", "locator": "s31", "phrase": "To date", "start": "4107"}


def _cell(table: str, key: str, **cells: str) -> Callable[[Tables], int]:
    return lambda tables: tables.change(table, key, **cells)


def _row(table: str, **cells: str) -> Callable[[Tables], int]:
    return lambda tables: tables.append(table, **cells)


OBS = "obs-000-measures-promoted"
CASES: dict[str, tuple[Callable[[Tables], int], str, str]] = {
    "unknown source": (
        _cell("observations", OBS, source="source-00"),
        "observations.csv:{line}: column source: unknown source 'source-00'",
        "did you mean 'source-000'?",
    ),
    "missing source": (
        _cell("observations", OBS, source=""),
        "observations.csv:{line}: column source: the cell is empty",
        "a value is required here",
    ),
    "missing phrase": (
        _cell("observations", OBS, phrase=""),
        "observations.csv:{line}: column phrase: the evidence is missing",
        "a phrase and its offset",
    ),
    "missing offset": (
        _cell("observations", OBS, start=""),
        "observations.csv:{line}: column start: the evidence is missing",
        "a phrase and its offset",
    ),
    "phrase of eleven words": (
        _cell("observations", OBS, phrase="a b c d e f g h i j k"),
        "observations.csv:{line}: column phrase: the phrase has 11 words, 10 are the most",
        "keep the words that carry the fact",
    ),
    "unknown segment": (
        _cell("observations", OBS, locator="s99"),
        "observations.csv:{line}: column locator: unknown segment 's99'",
        "segments.csv lists those of source-000",
    ),
    "phrase outside its segment": (
        _cell("observations", OBS, start="10"),
        "observations.csv:{line}: column start: the phrase lies outside segment s31",
        "it spans 4107 to 4218",
    ),
    "duplicate id": (
        _row("persons", id="person-francis-law", label_en="Francis Law", **HELD),
        "persons.csv:{line}: column id: duplicate id 'person-francis-law'",
        "persons.csv:2; merge or rename",
    ),
    "id of another table": (
        _row("persons", id="org-francis-law", label_en="Francis Law", **HELD),
        "persons.csv:{line}: column id: 'org-francis-law' is not an identifier of this table",
        "it starts with person-",
    ),
    "wrong date": (
        _cell("sources", "source-000", accessed="22 Nov 2026"),
        "sources.csv:{line}: column accessed: '22 Nov 2026' is not a date",
        "write it as YYYY-MM-DD",
    ),
    "wrong number": (
        _cell("observations", OBS, value="ninety-four"),
        "observations.csv:{line}: column value: 'ninety-four' is not a number that fits",
        "digits and a point only",
    ),
    "number out of range": (
        _cell("firsts", "first-joint-office-guangdong", ordinal="0"),
        "firsts.csv:{line}: column ordinal: '0' is not a whole number that fits",
        "value must be >= 1",
    ),
    "unknown kind": (
        _cell("observations", OBS, comparator="exat"),
        "observations.csv:{line}: column comparator: unknown comparator 'exat'",
        "did you mean 'exact'?",
    ),
    "unknown qualifier of an entity": (
        _cell("organisations", "org-smartmore", attributed_to="person-nobody"),
        "organisations.csv:{line}: column attributed_to: unknown attributed_to 'person-nobody'",
        "add it first",
    ),
    "unknown class": (
        _cell("organisations", "org-smartmore", type="Entreprise"),
        "organisations.csv:{line}: column type: 'Entreprise' is not allowed here",
        "did you mean 'Enterprise'?",
    ),
    "malformed hash": (
        _cell("sources", "source-000", sha256="0123"),
        "sources.csv:{line}: column sha256: '0123' is not allowed here",
        "it must match [0-9a-f]{64}",
    ),
    "unknown thing": (
        _cell("observations", OBS, about="place-qianhai-cooperation-zones"),
        "observations.csv:{line}: column about: unknown about 'place-qianhai-cooperation-zones'",
        "did you mean 'place-qianhai-cooperation-zone'?",
    ),
    "not EDTF": (
        _cell("times", "time-000-2012", edtf="2012-13"),
        "times.csv:{line}: column edtf: '2012-13' is not a time",
        "write 2024-07-26",
    ),
    "end before begin": (
        _cell("times", "time-000-2012", edtf="2012-05/2012-02"),
        "times.csv:{line}: column edtf: '2012-05/2012-02' ends before it begins",
        "write 2024-07-26",
    ),
    "open at both ends": (
        _cell("times", "time-000-2012", edtf="../.."),
        "times.csv:{line}: column edtf: '../..' has neither a first nor a last day",
        "write 2024-07-26",
    ),
    "relative time without an anchor": (
        _cell("times", "time-000-july-26", anchor=""),
        "times.csv:{line}: column anchor: '{{Y}}-07-26' is relative and has no anchor",
        "write 2024-07-26",
    ),
    "anchor of an absolute time": (
        _cell("times", "time-000-2012", anchor="time-000-publication"),
        "times.csv:{line}: column edtf: '2012' does not depend on the anchor",
        "write 2024-07-26",
    ),
    "unknown property": (
        _row("statements", subject="place-qianhai", property="qg:locatdIn", object="x", **HELD),
        "statements.csv:{line}: column property: unknown property 'qg:locatdIn'",
        "did you mean 'qg:locatedIn'?",
    ),
    "unknown prefix": (
        _row("statements", subject="place-qianhai", property="qq:x", object="x", **HELD),
        "statements.csv:{line}: column property: 'qq:x' does not start with a known prefix",
        "Known prefixes",
    ),
    "missing property": (
        _row("statements", subject="place-qianhai", object="place-shenzhen", **HELD),
        "statements.csv:{line}: column property: the cell is empty",
        "a value is required here",
    ),
    "unknown object": (
        _row("statements", subject="place-qianhai", property="qg:locatedIn", object="x", **HELD),
        "statements.csv:{line}: column object: unknown object 'x'",
        "add it first",
    ),
    "unknown kind as object": (
        _row("statements", subject="org-smartmore", property="qg:modality", object="qgk:x", **HELD),
        "statements.csv:{line}: column object: unknown object 'x'",
        "add it first",
    ),
    "unknown subject": (
        _row("evidence", subject="place-nowhere", **HELD),
        "evidence.csv:{line}: column subject: unknown subject 'place-nowhere'",
        "add it first",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_told_once_with_its_place(tables: Tables, case: str) -> None:
    spoil, message, hint = CASES[case]
    line = spoil(tables)
    (problem,) = tables.problems()
    assert message.format(line=line) in problem
    assert hint in problem


def test_all_faults_of_all_tables_are_told_in_one_run(tables: Tables) -> None:
    tables.change("observations", OBS, value="x", comparator="y")
    tables.change("times", "time-000-2012", edtf="z")
    tables.append("persons", id="person-francis-law", label_en="again", **HELD)
    assert [problem.partition(": ")[0] for problem in tables.problems()] == [
        "observations.csv:8",
        "observations.csv:8",
        "persons.csv:5",
        "times.csv:2",
    ]


def test_anchors_that_form_a_circle_are_told_once(tables: Tables) -> None:
    line = tables.change("times", "time-000-publication", edtf="{Y}", anchor="time-000-to-date")
    tables.change("times", "time-000-to-date", edtf="{anchor}", anchor="time-000-publication")
    (told,) = (problem for problem in tables.problems() if "circle" in problem)
    assert f"times.csv:{line}: column anchor: the anchors form a circle" in told


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tables: Tables) -> None:
    plain = tables.compile().quads
    for table in ("observations", "segments", "statements"):
        data = tables.path(table).read_bytes()
        tables.path(table).write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert tables.compile().quads == plain


def test_a_file_that_is_not_utf8_is_named_with_its_line(tables: Tables) -> None:
    line = tables.append("persons", id="person-x", label_en="Renee", **HELD)
    data = tables.path("persons").read_bytes().replace(b"Renee", b"Ren\xe9e")
    tables.path("persons").write_bytes(data)
    # One fault, one message: that nobody in it can be referred to is no fault of the other tables.
    (problem,) = tables.problems()
    assert f"persons.csv:{line}: not UTF-8" in problem


def test_an_empty_file_is_told_and_its_header_given(tables: Tables) -> None:
    tables.path("measures").write_bytes(b"")
    (problem,) = tables.problems()
    assert problem.startswith(
        "measures.csv: the file is empty; its first line names the columns: id"
    )


def test_a_missing_table_and_a_stray_one_are_told(tables: Tables) -> None:
    tables.path("effects").rename(tables.path("efects"))
    told = "\n".join(tables.problems())
    assert "effects.csv'; add the file, or take it out of csv-metadata.json" in told
    assert "efects.csv: csv-metadata.json does not name it" in told
    assert "did you mean 'effects.csv'?" in told


def test_columns_that_are_unknown_missing_or_doubled_are_told(tables: Tables) -> None:
    path = tables.path("cases")
    header, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(header.replace("label_zh", "label_zho") + f",id\n{row},x\n", encoding="utf-8")
    told = "\n".join(tables.problems())
    assert "cases.csv:1: column label_zho: unknown column" in told
    assert "did you mean 'label_zh'?" in told
    assert "cases.csv:1: column label_zh: the column is missing" in told
    assert "cases.csv:1: column id: the column is named twice" in told


def test_a_row_with_too_many_cells_is_told(tables: Tables) -> None:
    path = tables.path("cases")
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + ",x,y\n", encoding="utf-8")
    (problem,) = tables.problems()
    assert problem.startswith("cases.csv:2: 17 cells under 15 columns")


def test_a_quotation_mark_that_is_not_closed_is_told(tables: Tables) -> None:
    path = tables.path("cases")
    path.write_text(path.read_text(encoding="utf-8") + '"case-x,\n', encoding="utf-8")
    told = "\n".join(tables.problems())
    assert "cases.csv:3: not CSV" in told
    assert "a quotation mark that is not closed" in told


def test_blank_lines_do_not_count_as_rows(tables: Tables) -> None:
    plain = tables.compile().quads
    path = tables.path("cases")
    path.write_text(path.read_text(encoding="utf-8") + "\n,,,\n\n", encoding="utf-8")
    assert tables.compile().quads == plain


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"tables": [', "csv-metadata.json:1: not JSON"),
        ('{"@context": "http://www.w3.org/ns/csvw", "tables": 3}', "not CSVW metadata"),
    ],
)
def test_metadata_that_cannot_be_read_is_told(tables: Tables, text: str, message: str) -> None:
    (tables.folder / "csv-metadata.json").write_text(text, encoding="utf-8")
    (problem,) = tables.problems()
    assert message in problem


def test_metadata_without_a_table_that_the_compiler_needs_is_told(tables: Tables) -> None:
    file = tables.folder / "csv-metadata.json"
    metadata = json.loads(file.read_text(encoding="utf-8"))
    metadata["tables"] = [table for table in metadata["tables"] if table["url"] != "times.csv"]
    file.write_text(json.dumps(metadata), encoding="utf-8")
    (problem,) = tables.problems()
    assert "the table 'times.csv' is not described" in problem


def test_a_folder_without_tables_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no csv-metadata"):
        compile_folder(tmp_path, ONTOLOGY)


def test_a_folder_without_ontology_is_not_found(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no ontology"):
        compile_folder(tables.folder, tmp_path)


def test_an_ontology_with_a_syntax_error_names_file_and_line(
    tables: Tables, tmp_path: Path
) -> None:
    (tmp_path / "broken.ttl").write_text("\n<a:b> <a:c>", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"broken\.ttl:2"):
        compile_folder(tables.folder, tmp_path)

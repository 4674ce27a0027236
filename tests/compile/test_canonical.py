"""The canonical form of tables: the same facts, the same bytes; and nothing is ever lost."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.cli import main
from qgraph.compile import Compilation
from qgraph.compile.canonical import canonical, departures
from qgraph.compile.tables import RECONCILIATION, read_tables
from qgraph.errors import InvalidInput, NotFound

from .conftest import ROOT, Tables

#: A list without order, one with, a default, and a plain text: all that the form depends on.
COLUMNS: list[dict[str, object]] = [
    {"name": "id"},
    {"name": "names", "separator": ";"},
    {"name": "steps", "separator": ";", "ordered": True},
    {"name": "modality", "default": "asserted"},
    {"name": "note"},
]
NAMES = [str(column["name"]) for column in COLUMNS]
HEADER = "id,names,steps,modality,note\n"


def folder_of(
    home: Path, text: str | bytes, columns: list[dict[str, object]] | None = None
) -> Path:
    """A folder with one table, things.csv."""
    schema = {
        "aboutUrl": "https://example.org/{id}",
        "columns": [
            *(columns or COLUMNS),
            {"name": "class", "virtual": True, "valueUrl": "https://example.org/Thing"},
        ],
    }
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "tables": [{"url": "things.csv", "tableSchema": schema}],
    }
    (home / "csv-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    (home / "things.csv").write_bytes(data)
    return home


def form(home: Path, text: str | bytes, columns: list[dict[str, object]] | None = None) -> str:
    return canonical(folder_of(home, text, columns))["things.csv"].decode("utf-8")


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        pytest.param("b,,,,\na,,,,\n", "a,,,,\nb,,,,\n", id="rows by id"),
        pytest.param("x-10,,,,\nx-2,,,,\n", "x-10,,,,\nx-2,,,,\n", id="not by number"),
        pytest.param("ä,,,,\nz,,,,\nB,,,,\n", "B,,,,\nz,,,,\nä,,,,\n", id="by code point"),
        pytest.param("a,,,,2\na,,,,1\n", "a,,,,1\na,,,,2\n", id="twice the same id"),
        pytest.param("a,,,,\na,,,,\n", "a,,,,\na,,,,\n", id="repeated rows stay"),
        pytest.param(" a ,,,,\u3000b\t\n", "a,,,,b\n", id="blanks around a cell"),
        pytest.param('"a","","","","b c"\n', "a,,,,b c\n", id="needless quotes"),
        pytest.param('a,,,,"b, c"\n', 'a,,,,"b, c"\n', id="a comma"),
        pytest.param('a,,,,"b ""c"""\n', 'a,,,,"b ""c"""\n', id="quotes inside"),
        pytest.param('a,,,,"b\r\nc"\n', 'a,,,,"b\nc"\n', id="a line end inside"),
        pytest.param("\n,,,,\na,,,,\n  \n", "a,,,,\n", id="blank rows"),
        pytest.param("a,,,,b", "a,,,,b\n", id="no line end at the end"),
        pytest.param("a,,,asserted,\n", "a,,,,\n", id="the default"),
        pytest.param("a,,,inferred,\n", "a,,,inferred,\n", id="not the default"),
        pytest.param("a, z ;; b;z,,,\n", "a,b;z,,,\n", id="a list without order"),
        pytest.param("a,,z; b ;z,,\n", "a,,z;b;z,,\n", id="a list with order"),
        pytest.param("a,;,,,\n", "a,,,,\n", id="a list of nothing"),
        pytest.param("a,,,,007.50\n", "a,,,,007.50\n", id="a number stays as it is"),
        pytest.param("a,,,,2024-1-1\n", "a,,,,2024-1-1\n", id="a date stays as it is"),
    ],
)
def test_rows_and_cells(given_text: str, wanted: str, tmp_path: Path) -> None:
    assert form(tmp_path, HEADER + given_text) == HEADER + wanted


@pytest.mark.parametrize(
    "given_text",
    [
        pytest.param("note,id,modality,names,steps\nn,a,,,\n", id="columns in another order"),
        pytest.param("id,note\na,n\n", id="columns that are missing"),
        pytest.param(" id ,names,steps,modality,note\na,,,,n\n", id="blanks in the header"),
        pytest.param(b"\xef\xbb\xbfid,note\r\na,n\r\n", id="a byte order mark and CRLF"),
    ],
)
def test_header(given_text: str | bytes, tmp_path: Path) -> None:
    assert form(tmp_path, given_text) == HEADER + "a,,,,n\n"


def test_statements_are_sorted_by_what_they_say_and_who_says_it(tmp_path: Path) -> None:
    names = ("subject", "modality", "property", "object", "source", "locator")
    rows = ["a,q,p,o,s,2", "a,x,p,o,s,1", "a,,p,o,r,9", "a,,p,n,z,9", "a,,o,z,z,9", "0,,z,z,z,9"]
    text = form(
        tmp_path,
        "\n".join([",".join(names), *rows]),
        [{"name": name} for name in names],
    )
    assert text.splitlines()[1:] == rows[::-1][:4] + rows[:2]


def test_a_separator_may_stand_with_the_table(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "id,kinds\na,z;y\n", [{"name": "id"}, {"name": "kinds"}])
    file = folder / "csv-metadata.json"
    metadata = json.loads(file.read_text(encoding="utf-8"))
    metadata["tables"][0]["tableSchema"]["separator"] = ";"
    file.write_text(json.dumps(metadata), encoding="utf-8")
    assert canonical(folder)["things.csv"] == b"id,kinds\na,y;z\n"


def test_the_table_of_what_became_of_raw_rows_is_sorted_as_well(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, HEADER)
    header = "file,row,name,outcome,things,reason\n"
    (folder / RECONCILIATION).write_text(
        header + "b,1,x,merged,z; a,\na,2,y,left-out,,twice\n", encoding="utf-8"
    )
    wanted = header + "a,2,y,left-out,,twice\nb,1,x,merged,z;a,\n"
    assert departures(folder) == {RECONCILIATION: wanted.encode()}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,nam\na,b\n", "things.csv:1: column nam: unknown column; .*did you mean 'names'"),
        ("id,note,note\na,b,c\n", "things.csv:1: column note: the column is named twice"),
        ("id,note\n\na,b,c\n", "things.csv:3: 3 cells under 2 columns; quote a cell"),
        ("id,note\na\n", "things.csv:2: 1 cells under 2 columns"),
        ('id,note\na,"b\n', "things.csv:2: not CSV: .*a quotation mark that is not closed"),
        ("", "things.csv: the file is empty"),
        (b"id,note\na,\xff\n", "things.csv:2: not UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_for_certain_is_refused(
    text: str | bytes, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        form(tmp_path, text)


def test_every_problem_of_every_table_is_told_at_once(tables: Tables) -> None:
    (tables.folder / "places.csv").write_text("id,wher\n", encoding="utf-8")
    (tables.folder / "persons.csv").unlink()
    with pytest.raises(InvalidInput) as caught:
        canonical(tables.folder)
    places, persons = sorted(caught.value.problems, key=lambda problem: problem.column == "")
    assert (Path(places.file).name, places.line, places.column) == ("places.csv", 1, "wher")
    assert "persons.csv" in persons.message


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"holds no csv-metadata\.json"):
        canonical(tmp_path)


# --- Nothing is lost, whatever is in the cells

ROW = st.fixed_dictionaries(
    {
        # What a cell may hold: commas, quotes, line ends, separators, blanks of all kinds, Chinese.
        name: st.text(st.sampled_from(list('ab ;,"\n\t\u3000前\x85')), max_size=6)
        | st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=4)
        | st.sampled_from(["asserted", "inferred", "b;a"])
        for name in NAMES
    }
)


def table_of(rows: list[dict[str, str]], names: list[str]) -> str:
    """Write rows with the standard library: another hand than the one under test."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def meaning(folder: Path) -> Counter[tuple[object, ...]]:
    """What the compiler reads: each row as often as it stands there, lists as sets if unordered.

    Blank items of a list, and a row of separators and defaults alone, say nothing and may go.
    """
    counted: Counter[tuple[object, ...]] = Counter()
    for row in read_tables(folder, [])["things"].rows:
        told = {name: [v for v in row.values[name] if str(v).strip()] for name in NAMES}
        if any(told[name] for name in NAMES if name != "modality"):
            counted[
                tuple(
                    frozenset(told[name]) if name == "names" else tuple(told[name])
                    for name in NAMES
                )
            ] += 1
    return counted


@settings(deadline=None)
@given(rows=st.lists(ROW, max_size=6), names=st.permutations(NAMES))
def test_the_canonical_form_means_the_same_and_is_its_own(
    rows: list[dict[str, str]], names: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = folder_of(Path(place), table_of(rows, names))
        before = meaning(folder)
        first = canonical(folder)["things.csv"]
        (folder / "things.csv").write_bytes(first)
        assert meaning(folder) == before
        assert departures(folder) == {}
        (folder / "things.csv").write_text(table_of(rows[::-1], names), encoding="utf-8")
        assert canonical(folder)["things.csv"] == first


def test_tables_compile_to_the_same_graph_when_shuffled_and_formatted(
    founding_tables: Path, founding_compiled: Compilation, tmp_path: Path
) -> None:
    tables = shuffled(founding_tables, tmp_path / "graph")
    changed = departures(tables.folder)
    assert len(changed) > 10
    for name, data in changed.items():
        (tables.folder / name).write_bytes(data)
    assert departures(tables.folder) == {}
    assert tables.compile().quads == founding_compiled.quads


def test_the_curated_tables_come_back_from_any_order(tmp_path: Path) -> None:
    tables = shuffled(ROOT / "graph", tmp_path / "graph")
    assert canonical(tables.folder) == canonical(ROOT / "graph")


def shuffled(tables: Path, folder: Path) -> Tables:
    """A copy whose rows and columns stand the other way round."""
    shutil.copytree(tables, folder)
    copy = Tables(folder)
    for path in folder.glob("*.csv"):
        rows = copy.read(path.stem)
        if rows:
            copy.write(path.stem, [dict(reversed(row.items())) for row in reversed(rows)])
    return copy


# --- The command


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="qgraph", catch_exceptions=False)


def test_the_command_writes_what_differs_and_nothing_else(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "note,id\nn, a\n")
    untouched = (folder / "csv-metadata.json").stat().st_mtime_ns
    result = call("format", str(folder))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{folder / 'things.csv'}: rewritten\n"
    assert (folder / "things.csv").read_text(encoding="utf-8") == HEADER + "a,,,,n\n"
    assert (folder / "csv-metadata.json").stat().st_mtime_ns == untouched
    written = (folder / "things.csv").stat().st_mtime_ns
    assert call("format", str(folder)).stdout == f"{folder}: every table is canonical\n"
    assert (folder / "things.csv").stat().st_mtime_ns == written


def test_check_writes_nothing_and_fails(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "note,id\nn,a\n")
    result = call("format", "--check", str(folder))
    assert result.exit_code == 1
    assert result.stdout == f"{folder / 'things.csv'}: not in canonical form\n"
    assert result.stderr == f"To write them so: qgraph format {folder}\n"
    assert (folder / "things.csv").read_bytes() == b"note,id\nn,a\n"
    call("format", str(folder))
    assert call("format", "--check", str(folder)).exit_code == 0


def test_the_command_speaks_chinese(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "note,id\nn,a\n")
    result = call("--lang", "zh", "--graph", str(folder), "format", "--check")
    assert result.stdout == f"{folder / 'things.csv'}：非规范形式\n"
    assert result.stderr == f"写成规范形式: qgraph format {folder}\n"
    assert call("--lang", "zh", "format", str(folder)).stdout.endswith("：已改写\n")
    assert call("--lang", "zh", "format", str(folder)).stdout == f"{folder}：所有表格均为规范形式\n"


def test_one_faulty_table_keeps_every_table_as_it_is(tables: Tables) -> None:
    (tables.folder / "places.csv").write_text("id,wher\n", encoding="utf-8")
    (tables.folder / "persons.csv").write_text("label_en,id\nx,person-x\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tables.folder.iterdir()}
    result = call("format", str(tables.folder))
    assert result.exit_code == 1
    assert "places.csv:1: column wher: unknown column" in result.stderr
    assert "No table is written until every one can be read." in result.stderr
    assert {path.name: path.read_bytes() for path in tables.folder.iterdir()} == before


def test_without_a_folder_it_is_the_folder_graph_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder_of(tmp_path, HEADER), tmp_path / "graph")
    monkeypatch.chdir(tmp_path)
    assert call("format").stdout == "graph: every table is canonical\n"

"""What became of each row of the raw tables: none is forgotten, and what it became says so.

The raw tables are research notes with addresses; they are no part of the project. Where they lie
beside it, or where ``QGRAPH_RAW_TABLES`` names their folder, every row of theirs is looked up.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from qgraph.compile import Compilation
from qgraph.compile.tables import RECONCILIATION
from qgraph.terms import PREFIXES, QG, RDF, SCHEMA

from .conftest import GRAPH, ROOT, Row, rows_of, told

COLUMNS = ["file", "row", "name", "outcome", "things", "reason"]
OUTCOMES = {"became", "merged", "left-out"}

#: Rows of each raw table, counted when the tables were handed over: 743 in all.
COUNTS = {
    "adoptions": 35,
    "cumulative_totals": 36,
    "qianhai_aggregates": 122,
    "qianhai_entities": 83,
    "qianhai_measures": 212,
    "replicated_measures": 135,
    "replication_batches": 22,
    "zone_rankings": 98,
}

RAW = Path(os.environ.get("QGRAPH_RAW_TABLES") or ROOT.parent / "shared" / "data")
needs_raw_tables = pytest.mark.skipif(
    not RAW.is_dir(),
    reason="the raw tables are not part of the project; QGRAPH_RAW_TABLES may name their folder",
)

Key = tuple[str, str]


@pytest.fixture(scope="module")
def reconciled() -> list[Row]:
    """Every row of the table."""
    path = GRAPH / RECONCILIATION
    assert path.is_file(), f"add graph/{RECONCILIATION}: graph/README.md tells its columns"
    return rows_of(path)


def things(row: Row) -> list[str]:
    return [thing.strip() for thing in row["things"].split(";") if thing.strip()]


def form_faults(rows: Iterable[Row]) -> list[str]:
    """What is wrong with a row, whatever the graph and the raw tables hold."""
    faults = []
    for row in rows:
        if row["file"] not in COUNTS:
            faults.append(row.says(f"file is one of {', '.join(COUNTS)}"))
        if not row["name"]:
            faults.append(row.says("give a short name, for the reader"))
        if row["outcome"] not in OUTCOMES:
            faults.append(row.says(f"outcome is one of {', '.join(sorted(OUTCOMES))}"))
        elif row["outcome"] == "left-out":
            if not row["reason"]:
                faults.append(row.says("say in reason why it is left out"))
            if things(row):
                faults.append(row.says("it is left out, and yet things name what it became"))
        elif not things(row):
            faults.append(row.says("name in things the ids of what it became, separated by ;"))
    return faults


def lost_and_invented(rows: Iterable[Row], raw: Iterable[Key]) -> list[str]:
    """Raw rows that are missing here, or stand here twice, and rows that stand for none."""
    times = Counter((row["file"], row["row"]) for row in rows)
    there = set(raw)
    faults = [f"{file} {key} is missing: add a row" for file, key in sorted(there - set(times))]
    faults += [f"{file} {key} is no raw row" for file, key in sorted(set(times) - there)]
    faults += [
        f"{file} {key} stands there {count} times: merge the rows, all things in one cell"
        for (file, key), count in sorted(times.items())
        if count > 1
    ]
    return faults


def addresses_of_things(quads: Iterable[ox.Quad]) -> dict[str, set[str]]:
    """Thing -> the addresses of the sources that support it, or a claim with it at one end."""
    values: dict[str, dict[str, set[str]]] = {}
    wanted = {QG.evidence, QG.quotedFrom, SCHEMA.url, RDF.subject, RDF.object, RDF.type}
    for quad in quads:
        predicate, value = quad.predicate.value, quad.object
        if predicate in wanted and not isinstance(value, ox.BlankNode | ox.Triple):
            about = values.setdefault(str(quad.subject).strip("<>"), {})
            about.setdefault(predicate, set()).add(value.value)

    def follow(nodes: Iterable[str], predicate: str) -> set[str]:
        return {far for near in nodes for far in values.get(near, {}).get(predicate, ())}

    found: dict[str, set[str]] = {}
    for node in values:
        sources = follow(follow([node], QG.evidence), QG.quotedFrom) | {node}  # or is it a source?
        addresses = follow(sources, SCHEMA.url)
        for thing in {node} | follow([node], RDF.subject) | follow([node], RDF.object):
            found.setdefault(thing.removeprefix(PREFIXES["qgd"]), set()).update(addresses)
    return found


def unknown_things(rows: Iterable[Row], known: Mapping[str, object]) -> list[str]:
    """Ids that stand for nothing in the graph."""
    return [
        row.says(f"the graph holds no '{thing}'")
        for row in rows
        for thing in things(row)
        if thing not in known
    ]


def unsupported(
    rows: Iterable[Row], raw: Mapping[Key, Mapping[str, str]], known: Mapping[str, set[str]]
) -> list[str]:
    """Rows that name an address on which none of the things rests that they became."""
    faults = []
    for row in rows:
        wanted = addresses(raw.get((row["file"], row["row"]), {}).get("source_url", ""))
        have = {address for thing in things(row) for address in known.get(thing, ())}
        for address in sorted(wanted - have) if things(row) else ():
            hint = "add a row to evidence.csv"
            faults.append(row.says(f"nothing that it became has evidence from {address}: {hint}"))
    return faults


def addresses(cell: str) -> set[str]:
    """The web addresses of a cell, which are separated by a semicolon between blanks."""
    parts = (part.strip() for part in re.split(r"\s+;\s+", cell))
    return {part for part in parts if part.startswith(("http://", "https://"))}


def raw_rows(folder: Path) -> dict[Key, dict[str, str]]:
    """Every raw row by its table and its id, or by its number where it has none."""
    rows = {}
    for name in COUNTS:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.DictReader(file), start=1):
                rows[name, cells.get("id") or str(number)] = cells
    return rows


# --- The curated table


def test_the_columns_are_as_agreed(reconciled: list[Row]) -> None:
    assert list(reconciled[0].cells) == COLUMNS


def test_every_row_says_what_became_of_it_or_why_nothing(reconciled: list[Row]) -> None:
    told(form_faults(reconciled))


@pytest.mark.parametrize("name", COUNTS)
def test_as_many_rows_as_there_were(name: str, reconciled: list[Row]) -> None:
    assert sum(row["file"] == name for row in reconciled) == COUNTS[name]
    assert len({row["row"] for row in reconciled if row["file"] == name}) == COUNTS[name]


def test_every_thing_is_in_the_graph(reconciled: list[Row], compiled: Compilation) -> None:
    told(unknown_things(reconciled, addresses_of_things(compiled.quads)))


@needs_raw_tables
def test_every_raw_row_is_told_once(reconciled: list[Row]) -> None:
    told(lost_and_invented(reconciled, raw_rows(RAW)))


@needs_raw_tables
def test_what_a_raw_row_became_rests_on_each_of_its_sources(
    reconciled: list[Row], compiled: Compilation
) -> None:
    known = addresses_of_things(compiled.quads)
    told(unsupported(reconciled, raw_rows(RAW), known))


# --- The checks themselves find what they are for


def row(**cells: str) -> Row:
    good = {"file": "adoptions", "row": "1", "name": "x", "outcome": "became", "things": "place-a"}
    return Row("reconciliation", 2, good | cells)


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (row(file="adoption"), "file is one of"),
        (row(name=""), "give a short name"),
        (row(outcome="kept"), "outcome is one of became, left-out, merged"),
        (row(things=" ; "), "name in things the ids"),
        (row(outcome="merged", things=""), "name in things the ids"),
        (row(outcome="left-out", things=""), "say in reason why"),
        (row(outcome="left-out", reason="twice"), "and yet things name"),
    ],
)
def test_a_planted_fault_of_form_is_seen(planted: Row, complaint: str) -> None:
    (fault,) = form_faults([planted])
    assert fault.startswith("graph/reconciliation.csv:2: ")
    assert complaint in fault


def test_a_row_that_is_lost_invented_or_told_twice_is_seen() -> None:
    rows = [row(row="1"), row(row="1"), row(row="3")]
    faults = lost_and_invented(rows, [("adoptions", "1"), ("adoptions", "2")])
    assert [fault.split(":")[0] for fault in faults] == [
        "adoptions 2 is missing",
        "adoptions 3 is no raw row",
        "adoptions 1 stands there 2 times",
    ]


def test_an_id_that_stands_for_nothing_is_seen() -> None:
    faults = unknown_things([row(things="place-a;place-b")], {"place-a": set()})
    assert faults == ["graph/reconciliation.csv:2: the graph holds no 'place-b'"]


def test_a_thing_is_supported_by_its_own_evidence_and_by_claims_about_it() -> None:
    prefixes = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items())
    quads = ox.parse(
        prefixes
        + """
        qgd:place-a qg:evidence qgd:evidence-1 . qgd:evidence-1 qg:quotedFrom qgd:source-1 .
        qgd:source-1 schema:url "http://one.org" .
        qgc:1 rdf:subject qgd:place-b ; rdf:object qgd:place-c ; qg:evidence qgd:evidence-1 .
        qgd:place-d a qg:Place .
        """,
        format=ox.RdfFormat.TURTLE,
    )
    known = addresses_of_things(ox.Quad(t.subject, t.predicate, t.object) for t in quads)
    assert [known[f"place-{letter}"] for letter in "abcd"] == [{"http://one.org"}] * 3 + [set()]
    assert known["source-1"] == {"http://one.org"}
    raw = {("adoptions", "1"): {"source_url": "http://one.org ; (a book)"}}
    assert unsupported([row()], raw, known) == []
    (fault,) = unsupported([row(things="place-d")], raw, known)
    assert "has evidence from http://one.org: add a row" in fault
    raw = {("adoptions", "1"): {"source_url": "http://two.org ; http://one.org"}}
    (fault,) = unsupported([row()], raw, known)
    assert "http://two.org" in fault
    assert unsupported([row(outcome="left-out", things="", reason="x")], raw, known) == []


def test_addresses_of_a_cell() -> None:
    cell = "http://a.org/x;y ; (a book, no address) ; https://b.org"
    assert addresses(cell) == {"http://a.org/x;y", "https://b.org"}

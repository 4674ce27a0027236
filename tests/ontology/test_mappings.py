"""The alignments are valid SSSOM and speak of things that exist."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from qgraph.terms import PREFIXES

from .conftest import ONTOLOGY

FILES = sorted((ONTOLOGY / "mappings").glob("*.sssom.tsv"))
COLUMNS = [
    "subject_id",
    "subject_label",
    "predicate_modifier",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "comment",
]
PREDICATES = {"skos:exactMatch", "skos:closeMatch", "skos:broadMatch"}


@dataclass(frozen=True)
class Mappings:
    file: Path
    metadata: dict[str, str]
    curie_map: dict[str, str]
    columns: list[str]
    rows: list[dict[str, str]]


def read(file: Path) -> Mappings:
    """Read the metadata block (YAML in comments, two levels deep at most) and the table."""
    lines = file.read_text("utf-8").splitlines()
    block = [line[1:] for line in lines if line.startswith("#")]
    table = [line for line in lines if not line.startswith("#")]
    metadata, curie_map = {}, {}
    for line in block:
        if inner := re.fullmatch(r"  ([\w-]+): (\S+)", line):
            curie_map[inner[1]] = inner[2]
        elif outer := re.fullmatch(r"(\w+): ?(.*)", line):
            metadata[outer[1]] = outer[2]
        else:
            assert line.startswith("- "), f"{file.name}: metadata line {line!r}"
    reader = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
    return Mappings(file, metadata, curie_map, list(reader.fieldnames or []), list(reader))


cases = pytest.mark.parametrize("mappings", [read(f) for f in FILES], ids=[f.stem for f in FILES])


def test_there_are_mappings() -> None:
    assert [file.name.removesuffix(".sssom.tsv") for file in FILES] == [
        "cpsv-ap",
        "fibo",
        "schema-org",
        "wikidata",
    ]


@cases
def test_metadata_are_complete(mappings: Mappings) -> None:
    metadata = mappings.metadata
    assert metadata["mapping_set_id"] == f"https://w3id.org/qgraph/mappings/{mappings.file.name}"
    assert metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", metadata["mapping_date"])
    for key in ("mapping_set_title", "mapping_set_description", "mapping_set_version"):
        assert metadata[key]
        assert ": " not in metadata[key], "would have to be quoted in YAML"


@cases
def test_rows_are_well_formed(mappings: Mappings) -> None:
    assert mappings.columns == COLUMNS
    assert mappings.rows
    for row in mappings.rows:
        assert None not in row, row
        assert None not in row.values(), row
        assert row["predicate_id"] in PREDICATES, row
        assert row["predicate_modifier"] in ("", "Not"), row
        assert row["mapping_justification"] == "semapv:ManualMappingCuration", row
        assert not row["confidence"] or 0 < float(row["confidence"]) <= 1, row
        assert all(value == value.strip() for value in row.values()), row
    keys = [(row["subject_id"], row["object_id"]) for row in mappings.rows]
    assert keys == sorted(set(keys)), "sorted, and each pair once"


@cases
def test_curies_resolve(mappings: Mappings) -> None:
    used = set()
    for row in mappings.rows:
        for column in ("subject_id", "predicate_id", "object_id", "mapping_justification"):
            prefix, colon, local = row[column].partition(":")
            assert colon
            assert local
            assert prefix in mappings.curie_map, f"{row[column]}: unknown prefix"
            used.add(prefix)
    assert used == set(mappings.curie_map), "every prefix of the map is used"
    for prefix, namespace in mappings.curie_map.items():
        assert PREFIXES.get(prefix, namespace) == namespace


@cases
def test_subjects_exist(mappings: Mappings, core: Graph) -> None:
    places = ONTOLOGY.parent / "graph" / "places.csv"
    with places.open(encoding="utf-8", newline="") as stream:
        labels = {row["id"]: row["label_en"] for row in csv.DictReader(stream)}
    for row in mappings.rows:
        prefix, _, local = row["subject_id"].partition(":")
        if prefix == "qg":
            term = URIRef(PREFIXES["qg"] + local)
            assert row["subject_label"] in map(str, core.objects(term)), row
        else:
            assert prefix == "qgd"
            assert labels.get(local) == row["subject_label"], row

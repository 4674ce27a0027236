"""Rules of good curating, one test a rule: what compiling and validating the graph cannot tell.

Keys, references, required cells, the length of phrases, reasons for inferences, dates in ids and
whatever takes a look at the whole graph are held by ``qgraph validate``: see ``ontology/checks``
and ``ontology/shapes``. Each failure names the row and what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from qgraph.compile.canonical import departures

from .conftest import GRAPH, Row, described, told

Tables = dict[str, list[Row]]

_HAN = re.compile("[\u3400-\u9fff]")
_HALF_WIDTH = re.compile(r"(?<=[\u3400-\u9fff])[,;:!?]|[,;:!?](?=[\u3400-\u9fff])")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x09\x0b-\x1f\x7f]")
_ABBREVIATED = re.compile(r"\b(\w|Co|Inc|Ltd|No)\.$")


# --- Every table


def test_the_tables_are_in_canonical_form() -> None:
    assert sorted(departures(GRAPH)) == [], "run: make fix"


def unclean(tables: Tables) -> Iterator[str]:
    """Characters that cannot be seen, or that look like others."""
    for rows in tables.values():
        for row in rows:
            for column, cell in row.cells.items():
                if _HIDDEN.search(cell):
                    yield row.says(f"column {column} holds an invisible character: type it anew")
                if cell != unicodedata.normalize("NFC", cell):
                    yield row.says(f"column {column} is not in Unicode normal form C: type it anew")
                if "  " in cell and column != "phrase":
                    yield row.says(f"column {column} has two blanks in a row: take one out")


def two_alike(tables: Tables) -> Iterator[str]:
    """Things of one table with one name: who looks for the name cannot tell them apart."""
    decided = {
        frozenset((row["subject"], row["object"]))
        for row in tables["statements"]
        if row["property"] == "owl:differentFrom"
    }
    for rows in tables.values():
        for column in ("label_en", "label_zh"):
            named: dict[str, list[Row]] = defaultdict(list)
            for row in rows:
                if row[column]:
                    named[_folded(row[column])].append(row)
            for first, *others in named.values():
                for other in others:
                    if frozenset((first["id"], other["id"])) not in decided:
                        yield other.says(
                            f"'{other[column]}' is also the {column} of {first['id']}: merge them,"
                            " tell them apart by name, or state owl:differentFrom"
                        )


def chinese_written_oddly(tables: Tables) -> Iterator[str]:
    """Chinese has its own punctuation; a name without Chinese is no Chinese name."""
    for rows in tables.values():
        for row in rows:
            for column, cell in row.cells.items():
                names = cell.split(";") if column.startswith("alternative") else [cell]
                if column.endswith("_zh") and any(map(_HALF_WIDTH.search, names)):
                    yield row.says(f"column {column} has Western punctuation: use ，；：！？")
            name = row["label_zh"]
            if name and not _HAN.search(name) and name != row["label_en"]:
                yield row.says(f"label_zh '{name}' is not Chinese: leave it empty")


def classes_in_one_language(tables: Tables) -> Iterator[str]:
    """A first is compared with others in one class, which both readers want to know."""
    for row in tables["firsts"]:
        if bool(row["class_en"]) != bool(row["class_zh"]):
            missing = "class_zh" if row["class_en"] else "class_en"
            yield row.says(f"{missing} is missing: translate the other")


def badly_ended(tables: Tables) -> Iterator[str]:
    """A name is no sentence; a description and a reason are."""
    for rows in tables.values():
        for row in rows:
            for column, cell in row.cells.items():
                ended = column.startswith("label") and re.search(r"[.。;；,，]$", cell)
                if ended and not _ABBREVIATED.search(cell):
                    yield row.says(f"{column} ends like a sentence: take '{cell[-1]}' away")
                if column == "reason" and cell and not re.search(r"[.!?]”?$", cell):
                    yield row.says("reason is a sentence: end it with a full stop")


# --- Sources and evidence


def unused_sources(tables: Tables) -> Iterator[str]:
    """A source on which nothing rests."""
    used = {row["source"] for name, rows in tables.items() if name != "segments" for row in rows}
    for row in tables["sources"]:
        if row["id"] not in used:
            yield row.says(f"nothing rests on {row['id']}: use it as evidence, or take it out")


def bad_addresses(tables: Tables) -> Iterator[str]:
    """Addresses that do not lead to the web, or carry more than a reader should send along."""
    for row in tables["sources"]:
        address = row["address"]
        parts = urlsplit(address)
        if address and (parts.scheme not in ("http", "https") or not parts.netloc):
            yield row.says(f"'{address}' is no http or https address: write it in full")
        elif re.search(r"[\s<>\"]", address) or parts.username:
            yield row.says("the address holds a blank, a quote or a user name: copy it anew")


def sources_twice(tables: Tables) -> Iterator[str]:
    """One page registered under two ids; http or https, with or without www, make no other page."""
    known: dict[str, str] = {}
    for row in tables["sources"]:
        page = re.sub(r"^https?://(www\.)?|/$", "", row["address"])
        if page and known.setdefault(page, row["id"]) != row["id"]:
            yield row.says(f"{known[page]} has the same address: keep one of them")


def held_or_not(tables: Tables) -> Iterator[str]:
    """What we retrieved has a day and a checksum; what we did not has neither."""
    for row in tables["sources"]:
        if bool(row["accessed"]) != bool(row["sha256"]):
            yield row.says("give both accessed and sha256 (the text is held), or neither")


def phrases_of_texts_not_held(tables: Tables) -> Iterator[str]:
    """Nobody can check a phrase, or count its offset, in a text that is not held."""
    held = {row["id"] for row in tables["sources"] if row["sha256"]}
    for name, rows in tables.items():
        for row in rows:
            if name != "segments" and row["source"] and row["source"] not in held:
                for column in ("phrase", "start"):
                    if row[column]:
                        yield row.says(
                            f"the text of {row['source']} is not held: leave {column} empty"
                        )


def evidence_twice(tables: Tables) -> Iterator[str]:
    """Further evidence that adds nothing to what the thing, or the table, has already."""
    place = ("source", "locator", "phrase", "start")
    seen: dict[tuple[str, ...], Row] = {}
    for name, rows in tables.items():
        for row in rows:
            if name not in ("evidence", "statements", "sources", "segments"):
                seen[(row["id"], *(row[column] for column in place))] = row
    for row in tables["evidence"]:
        key = (row["subject"], *(row[column] for column in place))
        first = seen.setdefault(key, row)
        if first is not row:
            yield row.says(f"{first.table}.csv:{first.line} says the same: take one out")


def statements_twice(tables: Tables) -> Iterator[str]:
    """One statement from one passage, made twice."""
    seen: dict[tuple[str, ...], Row] = {}
    columns = ("subject", "property", "object", "source", "locator", "phrase", "start")
    for row in tables["statements"]:
        first = seen.setdefault(tuple(row[column] for column in columns), row)
        if first is not row:
            yield row.says(f"line {first.line} says the same: take one out")


def numbers_written_oddly(tables: Tables) -> Iterator[str]:
    """Official texts put the year of a document number in 〔 〕: who searches for it does, too."""
    for row in tables["documents"]:
        number = row["number"]
        if _HAN.search(number) and re.search(r"[\[［(（【]\s*\d{4}\s*[\]］)）】]", number):
            yield row.says(f"write the year of {number} in 〔 〕, as official texts do")


# --- All rules

RULES: tuple[Callable[[Tables], Iterator[str]], ...] = (
    unclean,
    two_alike,
    chinese_written_oddly,
    classes_in_one_language,
    badly_ended,
    unused_sources,
    bad_addresses,
    sources_twice,
    held_or_not,
    phrases_of_texts_not_held,
    evidence_twice,
    statements_twice,
    numbers_written_oddly,
)


@pytest.mark.parametrize("find", RULES, ids=lambda find: find.__name__)
def test_no_row_breaks_the_rule(find: Callable[[Tables], Iterator[str]], tables: Tables) -> None:
    told(sorted(find(tables)))


# --- Each rule finds what it is for

SOURCE = {"id": "source-a", "address": "https://a.org/x"}
STATEMENT = {
    "subject": "measure-a",
    "property": "qg:x",
    "object": "measure-b",
    "source": "source-a",
}


@pytest.mark.parametrize(
    ("find", "rows", "line", "complaint"),
    [
        (unclean, [("places", {"label_en": "a\u200bb"})], 1, "an invisible character"),
        (unclean, [("places", {"label_en": "e\u0301"})], 1, "normal form C"),
        (unclean, [("places", {"label_en": "a  b"})], 1, "two blanks"),
        (
            two_alike,
            [("places", {"id": "a", "label_en": "X"}), ("places", {"id": "b", "label_en": "x "})],
            2,
            "'x ' is also the label_en of a: merge them",
        ),
        (chinese_written_oddly, [("places", {"label_zh": "前,海"})], 1, "Western punctuation"),
        (chinese_written_oddly, [("places", {"label_zh": "X"})], 1, "is not Chinese"),
        (classes_in_one_language, [("firsts", {"class_en": "x"})], 1, "class_zh is missing"),
        (badly_ended, [("places", {"label_en": "A place."})], 1, "take '.' away"),
        (badly_ended, [("places", {"reason": "It is so"})], 1, "with a full stop"),
        (unused_sources, [("sources", SOURCE)], 1, "nothing rests on source-a"),
        (bad_addresses, [("sources", {"address": "a.org"})], 1, "no http or https address"),
        (bad_addresses, [("sources", {"address": "ftp://a.org"})], 1, "no http or https"),
        (bad_addresses, [("sources", {"address": "http://a.org/b c"})], 1, "holds a blank"),
        (bad_addresses, [("sources", {"address": "http://me@a.org/"})], 1, "a user name"),
        (
            sources_twice,
            [("sources", SOURCE), ("sources", {"id": "b", "address": "http://www.a.org/x/"})],
            2,
            "source-a has the same address",
        ),
        (held_or_not, [("sources", {"accessed": "2026-11-22"})], 1, "or neither"),
        (
            phrases_of_texts_not_held,
            [("sources", SOURCE), ("places", {"source": "source-a", "phrase": "x"})],
            1,
            "leave phrase empty",
        ),
        (
            evidence_twice,
            [
                ("places", {"id": "place-a", "source": "source-a", "locator": "opening"}),
                ("evidence", {"subject": "place-a", "source": "source-a", "locator": "opening"}),
            ],
            1,
            "places.csv:1 says the same",
        ),
        (
            statements_twice,
            [("statements", STATEMENT), ("statements", STATEMENT | {"reason": "other"})],
            2,
            "line 1 says the same",
        ),
        (numbers_written_oddly, [("documents", {"number": "国函[2020]96号"})], 1, "in 〔 〕"),
    ],
)
def test_a_planted_fault_is_seen(
    find: Callable[[Tables], Iterator[str]],
    rows: list[tuple[str, dict[str, str]]],
    line: int,
    complaint: str,
) -> None:
    (fault,) = find(planted(rows))
    assert re.match(rf"graph/\w+\.csv:{line}: ", fault)
    assert complaint in fault


@pytest.mark.parametrize(
    ("find", "rows"),
    [
        (
            two_alike,
            [
                *(("places", {"id": letter, "label_en": "X"}) for letter in "ab"),
                ("statements", {"subject": "b", "property": "owl:differentFrom", "object": "a"}),
            ],
        ),
        (chinese_written_oddly, [("products", {"label_en": "SMore", "label_zh": "SMore"})]),
        (chinese_written_oddly, [("places", {"alternative_zh": "前海;深港"})]),
        (badly_ended, [("organisations", {"label_en": "Celeblaws, P. A."})]),
        (unused_sources, [("sources", SOURCE), ("places", {"source": "source-a"})]),
        (numbers_written_oddly, [("documents", {"number": "MOJ [2019] No. 10"})]),
    ],
)
def test_what_is_right_is_let_pass(
    find: Callable[[Tables], Iterator[str]], rows: list[tuple[str, dict[str, str]]]
) -> None:
    assert list(find(planted(rows))) == []


def planted(rows: list[tuple[str, dict[str, str]]]) -> Tables:
    """Tables that are empty but for some rows; a row's line counts from 1."""
    tables: Tables = {name: [] for name in described()}
    for name, cells in rows:
        tables[name].append(Row(name, len(tables[name]) + 1, cells))
    return tables


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

"""RDF files by suffix, and what is said of those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgraph.errors import InvalidInput, NotFound
from qgraph.reading import FORMATS, read_rdf

TURTLE = "@prefix e: <https://example.org/> .\ne:a e:b e:c .\n"
JSONLD = (
    '{"@id": "https://example.org/a", "https://example.org/b": {"@id": "https://example.org/c"}}'
)
RDFXML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:e="https://example.org/"><rdf:Description rdf:about="https://example.org/a">'
    '<e:b rdf:resource="https://example.org/c"/></rdf:Description></rdf:RDF>'
)
NTRIPLES = "<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n"

SOUND = {
    ".ttl": TURTLE,
    ".trig": TURTLE,
    ".nq": NTRIPLES,
    ".nt": NTRIPLES,
    ".jsonld": JSONLD,
    ".rdf": RDFXML,
    ".xml": RDFXML,
}

UNSOUND: dict[str, tuple[str, bytes, int, str, str]] = {
    "empty": ("a.ttl", b"", 1, "no statement", "the file you meant"),
    "only a comment": ("a.trig", b"# nothing\n", 1, "no statement", "the file you meant"),
    "cut off": ("a.ttl", b"@prefix e: <https://e.org/> .\ne:a e:b 'x", 2, "end of file", "cut off"),
    "cut off XML": ("a.rdf", b"<?xml version='1.0'?>\n<rdf:RDF", 2, "not closed", "cut off"),
    "cut off JSON": ("a.jsonld", b"{", 1, "", "correct this line"),
    "Latin-1": ("a.ttl", b"# a\n# caf\xe9\n", 2, "not UTF-8", "save it as UTF-8"),
    "UTF-16": ("a.nt", NTRIPLES.encode("utf-16"), 1, "not UTF-8", "UTF-16"),
    "no triple": ("a.nt", b"\na b c\n", 2, "subject of a triple", "correct this line"),
    "relative": ("a.ttl", b"\n<a> <b> <c> .", 2, "No scheme", "declare a base"),
    "remote context": (
        "a.jsonld",
        b'{"@context": "https://schema.org/", "@id": "https://e.org/a", "name": "x"}',
        1,
        "remote contexts",
        "none is fetched",
    ),
    "unknown suffix": ("a.docx", b"x", 0, "'.docx' is no RDF format", ".ttl, .trig"),
    "no suffix": ("README", b"x", 0, "is no RDF format", ".ttl, .trig"),
}


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_every_format_is_read_with_or_without_mark_and_returns(
    tmp_path: Path, suffix: str, mark: bytes, end: bytes
) -> None:
    data = mark + SOUND[suffix].encode().replace(b"\n", end)
    (quad,) = read_rdf(write(tmp_path, f"a{suffix.upper()}", data))
    assert str(quad.triple) + " .\n" == NTRIPLES


@pytest.mark.parametrize("case", UNSOUND)
def test_what_cannot_be_read_is_told_with_file_line_and_next_step(
    tmp_path: Path, case: str
) -> None:
    name, data, line, message, hint = UNSOUND[case]
    path = write(tmp_path, name, data)
    with pytest.raises(InvalidInput) as caught:
        list(read_rdf(path))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(path), line)
    assert message in problem.message
    assert "line" not in problem.message  # it stands in front already
    assert hint in problem.hint


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, "graph.ttl", b"")
    with pytest.raises(NotFound) as caught:
        list(read_rdf(tmp_path / "grahp.ttl"))
    assert "graph.ttl" in caught.value.hint


def test_blank_nodes_keep_the_names_they_have_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.nt", b"_:x <https://e.org/b> _:y .\n")
    assert [str(quad.triple) for quad in read_rdf(path)] == ["_:x <https://e.org/b> _:y"]

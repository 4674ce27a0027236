"""One door for all formats: the suffix picks, the part is the same, the file is whole or old."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qgraph.errors import CannotWrite, NotFound
from qgraph.export import WRITERS, Format, Selection, suffix_for, to_bytes, write
from qgraph.graph import Graph, load

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load(ROOT / "tests" / "data" / "network.trig")


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_writes_what_to_bytes_gives(graph: Graph, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out{suffix.upper()}"
    write(graph, target)
    assert target.read_bytes() == to_bytes(graph, suffix)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_part_is_smaller_and_holds_its_focus(graph: Graph, suffix: str) -> None:
    part = to_bytes(graph, suffix, Selection(focus="licence-office"))
    assert len(part) < len(to_bytes(graph, suffix))
    assert b"licence-office" in part
    assert b"place-macao" not in part


def test_years_are_in_a_file_for_gephi_only_if_asked_for(graph: Graph) -> None:
    assert b"year-2024" not in to_bytes(graph, ".gexf")
    assert b"year-2024" in to_bytes(graph, ".gexf", Selection(years=True))


def test_all_options_reach_the_file(graph: Graph, tmp_path: Path) -> None:
    target = tmp_path / "part.gexf"
    write(graph, target, focus="前海合作区", depth=2, kinds=["Zone", "Place"], first_year=2012,
          last_year=2024, years=False, title="Heading", language="zh")  # fmt: skip
    text = target.read_text(encoding="utf-8")
    assert "<description>Heading</description>" in text
    assert 'label="前海合作区"' in text
    assert 'label="深圳"' in text  # undated, but next to the focus
    assert "澳门" not in text


def test_the_suffix_picks_the_format() -> None:
    assert suffix_for("a/b.c/map.HTML") == ".html"
    assert suffix_for(Path("graph.nq")) == ".nq"
    assert suffix_for("map.txt", "html") == ".html"
    assert suffix_for("-", ".TTL") == ".ttl"


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("map.pdf", None, "no format is known by the suffix '.pdf'"),
        ("map", None, "no format is known by a name without a suffix: 'map'"),
        ("map.html", "docx", "no format is known by the suffix '.docx'"),
    ],
)
def test_an_unknown_format_is_told_with_those_known(
    graph: Graph, tmp_path: Path, name: str, form: str | None, message: str
) -> None:
    with pytest.raises(CannotWrite) as caught:
        suffix_for(name, form)
    assert str(caught.value) == message
    assert caught.value.hint == f"Known are: {' '.join(WRITERS)}."
    with pytest.raises(CannotWrite):
        write(graph, tmp_path / name, format=form)
    assert list(tmp_path.iterdir()) == []


def test_standard_output_needs_a_format() -> None:
    with pytest.raises(CannotWrite, match="standard output has no suffix") as caught:
        suffix_for("-")
    assert "--format" in caught.value.hint


def test_a_failed_export_leaves_the_old_file(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "map.html"
    target.write_bytes(b"old")
    with pytest.raises(NotFound):
        write(graph, target, focus="nowhere at all")

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setitem(WRITERS, ".html", Format("interrupted", interrupted))
    with pytest.raises(KeyboardInterrupt):
        write(graph, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_format_is_one_line(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(graph: Graph, selection: Selection, suffix: str) -> bytes:
        return f"{len(graph)} {selection.title} {suffix}".encode()

    monkeypatch.setitem(WRITERS, ".count", Format("how many statements", count))
    write(graph, tmp_path / "quads.count", title="all")
    assert (tmp_path / "quads.count").read_text() == f"{len(graph)} all .count"


def test_everything_is_everything() -> None:
    assert Selection(title="x", years=True, depth=3).is_everything
    for limit in (
        Selection(focus="x"),
        Selection(kinds=("x",)),
        Selection(first_year=0),
        Selection(last_year=0),
    ):
        assert not limit.is_everything


@pytest.mark.parametrize(
    ("suffix", "spared"),
    [(".ttl", {"numpy", "scipy", "pyvis", "IPython", "rdflib"}), (".gexf", {"pyvis", "rdflib"}),
     (".html", {"rdflib"})],
)  # fmt: skip
def test_a_format_loads_only_what_it_needs(tmp_path: Path, suffix: str, spared: set[str]) -> None:
    program = (
        "import sys; from qgraph.export import write; from qgraph.graph import load;"
        "write(load(sys.argv[1]), sys.argv[2]);"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    small = ROOT / "tests" / "data" / "network.trig"
    done = subprocess.run(
        [sys.executable, "-c", program, small, tmp_path / f"out{suffix}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) & spared == set()

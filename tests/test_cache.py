"""The kept store: only ever missing, never wrong, whoever writes it and however they end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph
import pytest

from qgraph import cache
from qgraph.errors import QGraphError
from qgraph.graph import Graph, load

QUADS = [
    pyoxigraph.Quad(
        pyoxigraph.NamedNode(f"https://example.org/{number}"),
        pyoxigraph.NamedNode("https://example.org/p"),
        pyoxigraph.Literal(f"words of number {number}, long enough to fill a block"),
    )
    for number in range(2000)
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for every test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("QGRAPH_CACHE", str(folder))
    return folder


class Builder:
    """Counts how often it had to build."""

    def __init__(self) -> None:
        self.times = 0
        self.notes: list[str] = []

    def __call__(self) -> list[pyoxigraph.Quad]:
        self.times += 1
        return QUADS

    def store(self, name: str = "k") -> tuple[pyoxigraph.Store, Path | None]:
        return cache.cached_store(name, self, self.notes.append)


def test_it_is_built_once(home: Path) -> None:
    builder = Builder()
    for _ in range(3):
        store, place = builder.store()
        assert set(store) == set(QUADS)
        assert place == home / "graph-k"
    assert builder.times == 1
    assert [entry.name for entry in home.iterdir()] == ["graph-k"]
    assert builder.notes == []


def test_another_key_is_another_store() -> None:
    builder = Builder()
    builder.store("a")
    builder.store("b")
    assert builder.times == 2


@pytest.mark.parametrize("damage", ["cut", "emptied", "removed", "added", "no list", "no folder"])
def test_a_damaged_store_is_seen_and_built_anew(home: Path, damage: str) -> None:
    builder = Builder()
    builder.store()
    store = home / "graph-k" / "store"
    manifest = next(store.glob("MANIFEST-*"))
    if damage == "cut":  # RocksDB opens this one, and finds nothing in it
        os.truncate(manifest, manifest.stat().st_size // 2)
    elif damage == "emptied":
        (store / "CURRENT").write_bytes(b"")
    elif damage == "removed":
        next(store.glob("*.sst")).unlink()
    elif damage == "added":
        (store / "000099.sst").write_bytes(b"x")
    elif damage == "no list":
        (home / "graph-k" / "files").unlink()
    else:
        shutil.rmtree(store)
    for _ in range(2):
        assert set(builder.store()[0]) == set(QUADS)
    assert builder.times == 2


def test_damage_that_shows_only_when_asked_is_told_and_mended(home: Path) -> None:
    builder = Builder()
    builder.store()
    for file in (home / "graph-k" / "store").glob("*.sst"):
        data = bytearray(file.read_bytes())
        if len(data) > 4096:  # in a smaller file that is the index, which is read at once
            data[8:64] = bytes(56)
            file.write_bytes(data)
    store, place = builder.store()
    with pytest.raises(QGraphError, match="damaged and has been removed") as caught:
        Graph(store, "bundled", cached_in=place).query("SELECT * { ?s ?p ?o }")
    assert "Ask again" in caught.value.hint
    assert set(builder.store()[0]) == set(QUADS)
    assert builder.times == 2


@pytest.mark.parametrize("where", ["", "graph-k"])
def test_without_a_writable_cache_it_works_in_memory_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A file in the place of the folder: what even root cannot write."""
    (tmp_path / "file").write_text("x", "utf-8")
    monkeypatch.setenv("QGRAPH_CACHE", str(tmp_path / "file" / where))
    builder = Builder()
    store, place = builder.store()
    assert set(store) == set(QUADS)
    assert place is None
    (note,) = builder.notes
    assert "cannot be written" in note
    assert "QGRAPH_CACHE" in note
    assert (tmp_path / "file").read_text("utf-8") == "x"


def test_a_builder_that_fails_leaves_nothing(home: Path) -> None:
    def fail() -> list[pyoxigraph.Quad]:
        raise QGraphError("no")

    with pytest.raises(QGraphError):
        cache.cached_store("k", fail, print)
    assert not home.exists()


def test_a_store_that_cannot_be_kept_leaves_nothing_half_done(home: Path) -> None:
    """The rename fails because a file that is no store stands in its place."""
    home.mkdir()
    (home / "graph-k").write_text("not a folder", "utf-8")
    builder = Builder()
    store, place = builder.store()
    assert set(store) == set(QUADS)
    assert place is None
    assert [entry.name for entry in home.iterdir()] == ["graph-k"]


def test_two_processes_may_build_at_once(home: Path) -> None:
    program = (
        "import sys, time; from tests.test_cache import *;"
        "quads = lambda: (time.sleep(0.5), QUADS)[1];"
        "store, place = cache.cached_store('k', quads, print);"
        "print(len(store), place is not None)"
    )
    root = Path(__file__).parents[1]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "2000 True\n")
    assert [entry.name for entry in home.iterdir()] == ["graph-k"]


def test_what_is_long_gone_is_removed(home: Path) -> None:
    builder = Builder()
    for number in range(7):
        builder.store(f"old-{number}")
        os.utime(home / f"graph-old-{number}", (number, number))
    fresh, stale = home / ".building-fresh", home / ".building-stale"
    for folder in (fresh, stale):
        folder.mkdir()
    os.utime(stale, (0, time.time() - 100_000))
    (home / "README").write_text("somebody else's", "utf-8")
    builder.store("new")
    assert {entry.name for entry in home.iterdir()} == {
        ".building-fresh",
        "README",
        "graph-new",
        *(f"graph-old-{number}" for number in range(2, 7)),
    }


def test_the_key_hangs_on_every_name_every_byte_and_every_version(tmp_path: Path) -> None:
    def key(*versions: str) -> str:
        return cache.key(tmp_path / "data", versions=versions or ("1",))

    folder = tmp_path / "data" / "kinds"
    folder.mkdir(parents=True)
    (folder / "a.ttl").write_text("a", "utf-8")
    keys = [key()]
    (folder / "a.ttl").write_text("b", "utf-8")
    keys.append(key())
    (folder / "a.ttl").rename(folder / "b.ttl")
    keys.append(key())
    (folder / "c.ttl").write_text("", "utf-8")
    keys.append(key())
    keys.append(key("2"))
    assert len(set(keys)) == len(keys)
    (tmp_path / "data" / "__pycache__").mkdir()
    (tmp_path / "data" / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert key("2") == keys[-1]
    assert cache.key(folder / "b.ttl", versions=()) != cache.key(folder / "c.ttl", versions=())


def test_the_folder_is_the_systems_unless_one_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.folder() == home
    monkeypatch.delenv("QGRAPH_CACHE")
    assert cache.folder().is_absolute()
    assert "qgraph" in cache.folder().parts


def test_only_a_person_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.note_on_terminal("nothing")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    cache.note_on_terminal("something")
    assert capsys.readouterr().err == "something\n"


def test_the_bundled_graph_comes_from_the_cache(home: Path) -> None:
    first = load()
    before = {entry.name: entry.stat().st_mtime_ns for entry in home.iterdir()}
    assert len(before) == 1
    assert set(load().quads()) == set(first.quads())
    assert {entry.name: entry.stat().st_mtime_ns for entry in home.iterdir()} == before


def test_a_graph_without_inferred_statements_is_a_store_of_its_own(home: Path) -> None:
    whole = load()
    (kept,) = (entry.name for entry in home.iterdir())
    asserted = load(inferred=False)
    assert {entry.name for entry in home.iterdir()} == {kept, f"{kept}-no-inferred"}
    assert set(load(inferred=False).quads()) == set(asserted.quads()) != set(whole.quads())

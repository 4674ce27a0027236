"""The compiled bundled graph, kept on disk so that only the first command has to compile it.

The key is a hash of everything the result depends on, so a cached graph is never out of date; it is
only ever missing. A store is built aside and takes its place by one rename: two processes may build
at once, and one that is killed leaves nothing that could be taken for a graph.

Whole process of a query, Python 3.11, best of 5, wall seconds, N-Quads loaded into memory against
a RocksDB store opened read-only (synthetic graphs; user and system time show the same):

======== ======== =========
quads    N-Quads  read-only
======== ======== =========
 5,000    0.03     0.04
20,000    0.07     0.03
60,000    0.22     0.04
======== ======== =========

So the store is kept as RocksDB: the time no longer grows with the graph.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph

from qgraph.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["cached_store", "discard", "folder", "key"]

VARIABLE = "QGRAPH_CACHE"
_STORE = "store"
_SIZES = "files"
_BUILDING = ".building-"
# Other graphs that are left in place, for those who switch between versions; each version may have
# two, with and without what was inferred.
_KEPT = 5
_ABANDONED = 86_400.0  # seconds after which a half-built store belongs to nobody


def folder() -> Path:
    """Return the folder of the cache: ``$QGRAPH_CACHE``, else the one the system gives users."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    import platformdirs  # only if no folder is named

    return Path(platformdirs.user_cache_dir("qgraph", appauthor=False))


def key(*parts: Path, versions: Iterable[str]) -> str:
    """Hash the names and bytes of all files in some folders, and the versions that made the cache.

    Any part may be a file or a folder; compiled Python is left out, as it changes by itself.
    """
    digest = hashlib.sha256("\0".join([*versions, *PREFIXES.values()]).encode())
    for part in parts:
        for file in _files(part):
            name, data = file.relative_to(part.parent).as_posix(), file.read_bytes()
            digest.update(f"\0{name}\0{len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()[:32]


def cached_store(
    name: str,
    build: Callable[[], Iterable[pyoxigraph.Quad]],
    note: Callable[[str], None],
) -> tuple[pyoxigraph.Store, Path | None]:
    """Open the store kept under a key, or build and keep it.

    Parameters
    ----------
    name
        The key.
    build
        Makes the quads; called only if the cache has no sound store.
    note
        Told in a sentence if the cache cannot be written.

    Returns
    -------
    tuple
        The store and its folder in the cache. Without a writable cache, a store in memory and None.
    """
    place = folder() / f"graph-{name}"
    store = _open(place)
    if store is not None:
        return store, place
    quads = build()
    try:
        _keep(place, quads)
        store = _open(place)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        note(f"The cache {place.parent} cannot be written ({reason}); {VARIABLE} names another.")
    if store is not None:
        _prune(place)
        return store, place
    memory = pyoxigraph.Store()
    memory.bulk_extend(quads)
    return memory, None


def discard(place: Path) -> None:
    """Take a store out of the cache, damaged or half-built: the next command makes it anew."""
    import shutil  # slow to import, and nearly always there is nothing to remove

    shutil.rmtree(place, ignore_errors=True)


def _files(part: Path) -> list[Path]:
    files = part.rglob("*") if part.is_dir() else [part]
    return sorted(file for file in files if file.is_file() and file.suffix != ".pyc")


def _open(place: Path) -> pyoxigraph.Store | None:
    """Open a kept store if it is whole: RocksDB itself does not miss what a cut file has lost."""
    if not place.is_dir():
        return None
    try:
        if (place / _SIZES).read_text("utf-8") != _sizes(place / _STORE):
            raise ValueError("a file of the store is not as it was written")
        return pyoxigraph.Store.read_only(str(place / _STORE))
    except (OSError, RuntimeError, ValueError):
        discard(place)
        return None


def _sizes(store: Path) -> str:
    """List the files of a store and their sizes, but for its log, which says nothing of it."""
    with os.scandir(store) as entries:
        files = [f"{entry.name} {entry.stat().st_size}" for entry in entries if entry.name != "LOG"]
    return "\n".join(sorted(files))


def _keep(place: Path, quads: Iterable[pyoxigraph.Quad]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(_BUILDING + os.urandom(8).hex())
    try:
        aside.mkdir()
        store = pyoxigraph.Store(str(aside / _STORE))
        store.bulk_extend(quads)
        store.flush()
        del store  # closes the files and lets go of the lock
        (aside / _SIZES).write_text(_sizes(aside / _STORE), "utf-8")
        _move(aside, place)
    finally:
        discard(aside)


def _move(aside: Path, place: Path) -> None:
    try:
        aside.rename(place)
    except OSError:
        # If another process was faster, its store is as good as ours. Systems differ in how they
        # call a folder that is there already.
        if not place.exists():
            raise


def _prune(current: Path) -> None:
    """Remove stores of versions long gone, and what killed processes have left half-built."""
    dated = []
    for entry in current.parent.iterdir():
        with contextlib.suppress(OSError):
            if entry.name.startswith(("graph-", _BUILDING)) and entry != current:
                dated.append((entry.stat().st_mtime, entry))
    abandoned = [
        entry
        for changed, entry in dated
        if entry.name.startswith(_BUILDING) and time.time() - changed > _ABANDONED
    ]
    others = sorted((pair for pair in dated if pair[1].name.startswith("graph-")), reverse=True)
    for entry in [*abandoned, *(entry for _, entry in others[_KEPT:])]:
        discard(entry)


def note_on_terminal(sentence: str) -> None:
    """Tell a person, and nobody else: a program that reads standard error is left in peace."""
    if sys.stderr.isatty():
        sys.stderr.write(sentence + "\n")

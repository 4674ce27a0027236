"""Phrases against held texts: what a reader who has the source can verify in place."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qgraph.errors import NotFound
from qgraph.terms import QG

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from qgraph.validation.issue import Issue, Origins

__all__ = ["check_texts"]


def check_texts(quads: Collection[ox.Quad], folder: Path, origins: Origins) -> list[Issue]:
    """Compare every phrase of a source with the text that bears the source's SHA-256.

    Offsets count Unicode code points of the text as it stands in the file.

    Raises
    ------
    NotFound
        If the folder is not there.
    """
    if not folder.is_dir():
        raise NotFound(
            f"there is no folder '{folder}'", hint="name the folder that holds the texts"
        )
    held = {hashlib.sha256(data).hexdigest(): data for data in _files(folder)}
    facts = _facts(quads)
    texts: dict[str, str] = {}
    issues = []
    for source, digest in sorted(_pairs(facts, QG.sha256)):
        if digest in held:
            texts[source] = held[digest].decode("utf-8")
        else:
            message = f"no file in {folder} has its SHA-256, {digest[:12]}…"
            hint = "its phrases were not compared"
            issues.append(origins.issue("warning", source, "texts", message, hint))
    for passage, phrase in sorted(_pairs(facts, QG.exact)):
        text = texts.get(facts[passage].get(QG.quotedFrom, ""))
        start = facts[passage].get(QG.startOffset)
        if text is None or start is None:
            continue
        found = text[int(start) : int(start) + len(phrase)]
        if found != phrase:
            message = f"the text has '{found}' there, not '{phrase}'"
            at = text.find(phrase)
            hint = f"the phrase starts at {at}" if at >= 0 else "the phrase is not in the text"
            issues.append(origins.issue("violation", passage, "texts", message, hint))
    return issues


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def _facts(quads: Collection[ox.Quad]) -> dict[str, dict[str, str]]:
    wanted = {QG.sha256, QG.exact, QG.quotedFrom, QG.startOffset}
    facts: dict[str, dict[str, str]] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue  # RDF 1.2 triple terms: none of the four takes one
        if quad.predicate.value in wanted:
            facts.setdefault(subject.value, {})[quad.predicate.value] = value.value
    return facts


def _pairs(facts: dict[str, dict[str, str]], prop: str) -> list[tuple[str, str]]:
    return [(subject, values[prop]) for subject, values in facts.items() if prop in values]

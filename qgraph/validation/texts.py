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

__all__ = ["TEXTS", "check_texts"]

TEXTS = "texts"
"""The rule that its issues name."""

_WORDS = {
    "en": {
        "missing": "No file in {} has its SHA-256, {}…",
        "not compared": "its phrases were not compared",
        "other": "The text has '{}' there, not '{}'",
        "elsewhere": "the phrase starts at {}",
        "nowhere": "the phrase is not in the text",
    },
    "zh": {
        "missing": "{} 中没有 SHA-256 为 {}… 的文件",
        "not compared": "未比对其短语",
        "other": "原文该处为“{}”，而非“{}”",
        "elsewhere": "该短语始于 {}",
        "nowhere": "原文中没有该短语",
    },
}


def check_texts(
    quads: Collection[ox.Quad], folder: Path, origins: Origins, language: str = "en"
) -> list[Issue]:
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
    words = _WORDS[language]
    held = {hashlib.sha256(data).hexdigest(): data for data in _files(folder)}
    facts = _facts(quads)
    texts: dict[str, str] = {}
    issues = []
    for source, digest in sorted(_pairs(facts, QG.sha256)):
        if digest in held:
            texts[source] = held[digest].decode("utf-8")
        else:
            message = words["missing"].format(folder, digest[:12])
            hint = words["not compared"]
            issues.append(origins.issue("warning", source, TEXTS, message, hint))
    for passage, phrase in sorted(_pairs(facts, QG.exact)):
        text = texts.get(facts[passage].get(QG.quotedFrom, ""))
        start = facts[passage].get(QG.startOffset)
        if text is None or start is None:
            continue
        found = text[int(start) : int(start) + len(phrase)]
        if found != phrase:
            message = words["other"].format(found, phrase)
            at = text.find(phrase)
            hint = words["elsewhere"].format(at) if at >= 0 else words["nowhere"]
            issues.append(origins.issue("violation", passage, TEXTS, message, hint))
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

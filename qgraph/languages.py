"""Choosing one of several texts by language, the same way everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "in_words"]

LANGUAGES = ("en", "zh")
"""In which the project speaks; the first is what it falls back to."""


def in_words(texts: Mapping[str, str], language: str) -> str:
    """Choose a text: the language asked for, else English, else any, else an empty text."""
    for code in (language, "en", *sorted(texts)):
        if code in texts:
            return texts[code]
    return ""

"""Names taken apart for comparison: words, pairs of Chinese characters, and numbers.

Case, width, punctuation, plural and British or American spelling do not matter; numbers are read in
figures, in words and in Chinese numerals. Traditional characters stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qgraph.search import spelling

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Name", "address_key", "likeness", "number_key", "take_apart"]

_HAN = "㐀-鿿"
_PARTS = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?P<number>\d+(?:\.\d+)?)(?:(?:st|nd|rd|th)\b)?"
    rf"|(?P<word>[^\W\d_{_HAN}]+)"
)
_POSSESSIVE = re.compile(r"['’]s\b")
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_CARDINALS = "one two three four five six seven eight nine ten eleven twelve"
_IN_WORDS = {
    word: str(number)
    for words in (_ORDINALS, _CARDINALS)
    for number, word in enumerate(words.split(), start=1)
}
# Capital letters only, and not I or V alone: those are words and initials.
_ROMAN = re.compile(r"\b(?:I{2,3}|IV|VI{1,3}|IX)\b")
_ROMAN_VALUES = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100}
# Numerals are also parts of words (统一, 一体化): only what counts or ranks is a number.
_CHINESE_NUMBER = re.compile(
    r"第(?P<rank>[零〇一二两三四五六七八九十百]+|\d+)"
    r"|(?P<count>[零〇一二两三四五六七八九十百]+)(?=[批届期号次个项条版轮类月日]|年)"
)
_BRACKETS = re.compile(r"[()\[\]{}〔〕【】〈〉《》「」-]+")
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|spm|from|ref)=[^&]*")

# One slip of the pen, told from another word: short words differ by one letter as a rule (Hebei,
# Hubei), and slips spare the first letter.
_LONG_ENOUGH = 6
_ALMOST = 0.9  # of what an equal word counts


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a thing: its words, and the numbers among them (written ``#2024``)."""

    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    joined: str
    alternative: bool = False


def take_apart(text: str, *, alternative: bool = False) -> Name:
    """Read the words and numbers of a name; Chinese gives pairs of neighbouring characters."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _ROMAN.sub(lambda match: f" {_ROMAN_VALUES[match[0]]} ", plain)
    plain = _CHINESE_NUMBER.sub(_figure, plain)
    words: set[str] = set()
    numbers: set[str] = set()
    joined = []
    for match in _PARTS.finditer(_POSSESSIVE.sub("", spelling(plain))):
        part = match["han"] or match["number"] or match["word"]
        joined.append(part)
        if match["number"]:
            numbers.add(f"#{part.lstrip('0') or '0'}")
        elif match["han"]:
            words.update(map("".join, pairwise(part)) if len(part) > 1 else [part])
        elif part in _IN_WORDS:
            numbers.add(f"#{_IN_WORDS[part]}")
        else:
            words.add(_singular(part))
    return Name(text, frozenset(words | numbers), frozenset(numbers), "".join(joined), alternative)


def likeness(one: Name, other: Name, weight: Callable[[str], float]) -> float:
    """Tell how alike two names are, from 0 to 1.

    Parameters
    ----------
    one, other
        Two names in the same language.
    weight
        How much a word says; more, the rarer it is.

    Notes
    -----
    Twice the weight of what both have, over the weight of what each has (Dice). A word that is
    almost that of the other name counts nearly as much as the same word.
    """
    if one.joined == other.joined:
        return 1.0  # spaces and hyphens aside
    mine, theirs = one.words - other.words, other.words - one.words
    both = 2 * fsum(map(weight, one.words & other.words))  # fsum: the same in whatever order
    total = both + fsum(map(weight, mine)) + fsum(map(weight, theirs))
    left = _long(theirs)
    for word in _long(mine) if left else ():
        twin = next((near for near in left if _almost(word, near)), None)
        if twin is not None:
            left.remove(twin)
            both += _ALMOST * (weight(word) + weight(twin))
    return both / total if total else 0.0


def number_key(number: str) -> str:
    """Write a document number the same way, whatever its brackets, width and spaces."""
    whole = "".join(unicodedata.normalize("NFKC", number).casefold().split())
    return _BRACKETS.sub("-", whole).strip("-")


def address_key(address: str) -> str:
    """Write a web address the same way: no scheme, ``www.``, closing slash, anchor or tracking."""
    parts = urlsplit(address.strip())
    query = _TRACKING.sub("", parts.query).lstrip("&")
    host = parts.netloc.casefold().removeprefix("www.")
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "")


def _long(words: frozenset[str]) -> list[str]:
    return sorted(word for word in words if len(word) >= _LONG_ENOUGH)


def _almost(word: str, other: str) -> bool:
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(word, other, score_cutoff=1) <= 1


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _figure(match: re.Match[str]) -> str:
    numeral = match["rank"] or match["count"]
    if numeral.isdecimal():
        return f" {numeral} "
    if not any(character in _TENS for character in numeral):
        return f" {''.join(str(_DIGITS[character]) for character in numeral)} "
    total, digit = 0, None
    for character in numeral:
        if character in _TENS:
            total += (1 if digit is None else digit) * _TENS[character]
            digit = None
        else:
            digit = _DIGITS[character]
    return f" {total + (digit or 0)} "

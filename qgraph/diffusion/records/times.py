"""How the time of an event is written: a number, a date of ISO 8601, or an interval of either.

=======================  ==========================================================
``1957``, ``3.25``       a number, such as a year
``2024-07-26``           a day; ``2024-07`` and ``2024`` are some day of that month or year
``2014/2016``            between the two
``../2015-06-23``        no later than that day
``2015/..``              no earlier than the first day of 2015
``../..``                at some time that is not known
=======================  ==========================================================

Source: Library of Congress, Extended Date/Time Format (EDTF) Specification, 2019, level 0, and the
open interval of level 1. What else EDTF can say is read by :mod:`qgraph.compile.times`, at a price
that a table of ten thousand events cannot pay.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

__all__ = ["Span", "day_of", "is_date", "number_text", "read_time", "time_text"]

_EPOCH = date(1970, 1, 1).toordinal()
_OPEN = ("", "..")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_FULL = re.compile(r"\d{4}-\d\d(?:-\d\d)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_COMPACT = re.compile(r"(?:1[5-9]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)


class Span(NamedTuple):
    """First and last moment at which something may have happened; infinite where it is open."""

    begin: float
    end: float

    @property
    def is_known(self) -> bool:
        """Whether it has at least one end."""
        return isfinite(self.begin) or isfinite(self.end)


def day_of(day: date) -> float:
    """Count the days from 1970-01-01 to a day."""
    return float(day.toordinal() - _EPOCH)


def is_date(text: str) -> bool:
    """Tell whether a time names a month or a day, so that it can be no plain number."""
    return any(_FULL.fullmatch(side) for side in text.split("/"))


def read_time(text: str, *, dated: bool) -> Span:
    """Read a time.

    Parameters
    ----------
    text
        As in the table of this module, without blanks around it.
    dated
        Whether it is a date; then a bare year is all of that year, and days are counted from
        1970-01-01. Otherwise it is a plain number.

    Raises
    ------
    ValueError
        If it is no such time, in words for a person.
    """
    read = _read_date if dated else _read_number
    first, slash, last = text.partition("/")
    if not slash:
        return read(text)
    if text == "/":
        message = "'/' is not a time"
        raise ValueError(message)
    begin = -inf if first in _OPEN else read(first).begin
    end = inf if last in _OPEN else read(last).end
    if begin > end:
        message = f"'{text}' ends before it begins"
        raise ValueError(message)
    return Span(begin, end)


def time_text(span: Span, *, dated: bool) -> str:
    """Write a time as briefly as it can be read back."""
    if not dated:
        if span.begin == span.end:
            return number_text(span.begin)
        sides = (number_text(side) if isfinite(side) else ".." for side in span)
        return "/".join(sides)
    if not (isfinite(span.begin) and isfinite(span.end)):
        return "/".join(_day(side).isoformat() if isfinite(side) else ".." for side in span)
    first, last = _day(span.begin), _day(span.end)
    if first == last:
        return first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first.year:04d}"
    if first.replace(day=1) == last.replace(day=1) and (first.day, last.day) == (1, _length(last)):
        return f"{first.year:04d}-{first.month:02d}"
    return f"{first.isoformat()}/{last.isoformat()}"


def number_text(number: float) -> str:
    """Write a number without an exponent, as short as it can be read back."""
    text: str = np.format_float_positional(number, trim="-")
    # Digits that could be taken for a date without hyphens say that they are a number.
    return f"{text}.0" if _COMPACT.fullmatch(text) else text


def _read_date(text: str) -> Span:
    match = _DATE.fullmatch(text)
    try:
        if match:
            year, month, day = (int(part) if part else None for part in match.groups())
            first = date(year or 0, month or 1, day or 1)
            last = first.replace(month=month or 12)
            return Span(day_of(first), day_of(last.replace(day=day or _length(last))))
    except ValueError:
        pass  # the 30th of February, the 13th month
    message = f"'{text}' is not a date"
    raise ValueError(message)


def _read_number(text: str) -> Span:
    if _COMPACT.fullmatch(text):
        message = f"'{text}' may be a date without hyphens; as a number it is '{text}.0'"
        raise ValueError(message)
    number = float(text) if _NUMBER.fullmatch(text) else inf
    if not isfinite(number):
        message = f"'{text}' is not a number"
        raise ValueError(message)
    return Span(number, number)


def _day(moment: float) -> date:
    return date.fromordinal(int(moment) + _EPOCH)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]

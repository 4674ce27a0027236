from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qgraph.diffusion.growth.adoption_series import AdoptionSeries, adoption_series
from qgraph.diffusion.records.cascades import Cascades
from qgraph.errors import NotFound, QGraphError

from .growth_data import rows, series

if TYPE_CHECKING:
    from .conftest import Oracles


def test_the_published_series_are_those_of_the_database(oracles: Oracles) -> None:
    """SPID, counted anew: first adoption to last, t = 1 in the first year."""
    events = oracles.rows("spid_policies.csv")
    spid = Cascades.of(
        [(row["policy"], row["statenam"], float(row["adopt_year"])) for row in events],
        period="year",
    )
    for name in {row["series"] for row in rows("growth_bass_R.csv") if row["rss"]}:
        counted = adoption_series(spid, name, until="last")
        assert counted.times.tolist() == series(name).times.tolist()
        assert counted.counts.tolist() == series(name).counts.tolist()
        assert counted.clock[0] == 1
        assert counted.units == 50


@pytest.mark.parametrize(
    ("times", "total", "units", "fault"),
    [
        ([], [], 3, "0 times"),
        ([1, 2], [1], 3, "2 times, 1 counts"),
        ([1, 2], [1, math.nan], 3, "missing"),
        ([2, 1], [1, 2], 3, "do not increase"),
        ([1, 2], [2, 1], 3, "falls"),
        ([1, 2], [1, 4], 3, "4 adopters among 3"),
        ([1, 2], [0.5, 2], 3, "no whole number"),
    ],
)
def test_what_is_no_series_is_told(
    times: list[float], total: list[float], units: int, fault: str
) -> None:
    with pytest.raises(QGraphError, match=fault):
        AdoptionSeries.of(times, total, units)


def small() -> Cascades:
    made = Cascades.of(
        [("m", "a", 2001), ("m", "b", 2003), ("m", "c", 2003), ("n", "a", 2006)],
        units=("a", "b", "c", "d"),
        period="year",
    )
    return made


def test_a_series_is_counted_to_the_end_of_observation_or_to_the_last_adoption() -> None:
    to_end, to_last = (adoption_series(small(), "m", until=until) for until in ("end", "last"))
    assert to_end.times.tolist() == [2001, 2002, 2003, 2004, 2005, 2006]
    assert to_end.counts.tolist() == [1, 1, 3, 3, 3, 3]
    assert to_last.counts.tolist() == [1, 1, 3]
    assert to_end.clock.tolist() == [1, 2, 3, 4, 5, 6]
    assert to_end.units == 4
    assert to_end.new.tolist() == [1, 0, 2, 0, 0, 0]
    assert adoption_series(small(), "m", until=2002).counts.tolist() == [1, 1]
    assert to_end.data is not None
    assert to_end.label(2001) == "2001"
    assert to_end.label(2001.2) == "2002"
    assert to_end.up_to(2003).counts.tolist() == [1, 1, 3]


def test_what_cannot_be_counted_is_told() -> None:
    with pytest.raises(NotFound, match="no measure 'x'"):
        adoption_series(small(), "x")
    with pytest.raises(QGraphError, match="until 'now'"):
        adoption_series(small(), "m", until="now")
    with pytest.raises(QGraphError, match="first observed in 2001, after 1999"):
        adoption_series(small(), "m", until=1999)
    half = replace(small(), time=small().time + 0.5)
    with pytest.raises(QGraphError, match="not whole"):
        adoption_series(half, "m")


def test_observation_that_starts_before_the_first_adoption_starts_the_clock() -> None:
    early = replace(small(), begin=np.array([1999.0, 2006.0]))
    assert adoption_series(early, "m").counts.tolist() == [0, 0, 1, 1, 3, 3, 3, 3]
    assert adoption_series(early, "m").origin == 1998

"""NetInf: against its formulas, transcribed, and against its own symmetries, on random data."""

from __future__ import annotations

import math
from itertools import groupby
from statistics import NormalDist, stdev
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.diffusion.networks.kernel import Exponential
from qgraph.diffusion.networks.netinf import Model, blocks, rank
from qgraph.diffusion.networks.vuong import vuong, vuong_aliased
from qgraph.diffusion.records.cascades import Cascades

from .netinf_by_hand import ByHand

if TYPE_CHECKING:
    from qgraph.diffusion.networks.netinf import Ranking

Rows = list[tuple[str, str, float]]


def by_hand(rows: Rows, rate: float, *, constant: bool = False) -> ByHand:
    """A transcription that rounds as the program does: products for whole times, sums for others.

    With a constant baseline, the prices are SNAP's.
    """
    whole = all(time == int(time) for _, _, time in rows)

    def score(price: float, delay: float) -> float:
        if whole:
            return math.log(price * (rate * math.exp(-rate * delay)))
        return math.log(price) + (math.log(rate) - rate * delay)

    if constant:
        return ByHand(rows, score, epsilon=1e-64, beta=1.0, constant=True)
    return ByHand(rows, score)


# The formulas, transcribed ------------------------------------------------------------------------


def some_rows(times: st.SearchStrategy[float]) -> st.SearchStrategy[Rows]:
    event = st.tuples(st.sampled_from("cbad"), st.sampled_from(["u1", "10", "9", "p", "q"]), times)
    return st.lists(event, min_size=2, max_size=24)


WHOLE = st.integers(0, 6).map(float)
REAL = st.integers(0, 10_000).map(lambda number: number / 997)


def assert_as_by_hand(rows: Rows, rate: float, *, constant: bool = False) -> None:
    model = Model.of(Exponential(rate), baseline="constant" if constant else "parent")
    hand = by_hand(rows, rate, constant=constant)
    picks = hand.run()
    found = rank(blocks(Cascades.of(rows), model))
    units = list(hand.units)
    edges = [(units[o], units[d]) for o, d in zip(found.origin, found.destination, strict=True)]

    assert edges == [(pick.origin, pick.destination) for pick in picks]
    assert found.gain.tolist() == [pick.gain for pick in picks]


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE))
def test_whole_times_as_by_hand(rows: Rows) -> None:
    assert_as_by_hand(rows, 0.3)


@settings(max_examples=50, deadline=None)
@given(some_rows(REAL))
def test_real_times_as_by_hand(rows: Rows) -> None:
    assert_as_by_hand(rows, 0.7)


@settings(max_examples=25, deadline=None)
@given(some_rows(WHOLE))
def test_a_constant_baseline_as_by_hand(rows: Rows) -> None:
    assert_as_by_hand(rows, 0.3, constant=True)


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.integers(1, 8))
def test_fewer_edges_are_the_first_of_all(rows: Rows, edges: int) -> None:
    """The bound that lets destinations stop early changes nothing."""
    source = list(blocks(Cascades.of(rows), Model(Exponential(0.3))))
    some, every = rank(source, edges), rank(source)

    assert same(some, every.first(edges))


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE))
def test_the_test_of_an_edge_as_by_hand(rows: Rows) -> None:
    """Both p-values from all scores: the right one, and R's, which spoils its array on the way."""
    hand = by_hand(rows, 0.3)
    picks = hand.run()
    number = len(hand.cascades)
    ranking = rank(blocks(Cascades.of(rows), Model(Exponential(0.3))), trace=True)
    before = [0.0] * number
    for (place, _), value in hand.first_scores().items():
        before[place] += value
    kept, price = list(before), float(np.float32(1) / np.float32(number))

    for pick, right, aliased in zip(
        picks, vuong(ranking.traces, number), vuong_aliased(ranking.traces, number), strict=True
    ):
        new = list(pick.scores)
        change = [after - 1 / number - was for after, was in zip(new, before, strict=True)]
        fresh = [
            (after if after != was else spoilt) - price
            for after, was, spoilt in zip(new, before, kept, strict=True)
        ]
        spoilt_change = [now - was for now, was in zip(fresh, kept, strict=True)]
        before, kept = new, fresh
        if number < 2:
            assert math.isnan(right)
            assert math.isnan(aliased)
            continue
        deviation = stdev(change)
        if deviation > 1e-9:
            statistic = sum(change) / deviation / math.sqrt(number)
            assert right == pytest.approx(1 - NormalDist().cdf(statistic), abs=1e-9)
        if stdev(spoilt_change) > 1e-9:
            statistic = sum(spoilt_change) / stdev(spoilt_change) / math.sqrt(number)
            # R's normal distribution is a polynomial that is right to 1.5e-7.
            assert aliased == pytest.approx(1 - NormalDist().cdf(statistic), abs=2e-7)


# Symmetries ---------------------------------------------------------------------------------------


def same(one: Ranking, other: Ranking) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("origin", "destination", "gain", "explained")
    )


def ranked(rows: Rows) -> tuple[list[tuple[str, str]], list[float]]:
    cascades = Cascades.of(rows)
    found = rank(blocks(cascades, Model(Exponential(0.3))))
    names = [
        (cascades.units[o], cascades.units[d])
        for o, d in zip(found.origin, found.destination, strict=True)
    ]
    return names, found.gain.tolist()


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.permutations(["u1", "10", "9", "p", "q"]))
def test_names_of_units_do_not_matter(rows: Rows, names: list[str]) -> None:
    new = dict(zip(["u1", "10", "9", "p", "q"], names, strict=True))
    edges, gains = ranked(rows)

    assert ranked([(measure, new[unit], time) for measure, unit, time in rows]) == (
        [(new[origin], new[destination]) for origin, destination in edges],
        gains,
    )


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.integers(-3000, 3000))
def test_the_year_0_does_not_matter(rows: Rows, shift: int) -> None:
    assert ranked([(measure, unit, time + shift) for measure, unit, time in rows]) == ranked(rows)


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE))
def test_twice_the_measures_twice_the_gain(rows: Rows) -> None:
    """Each measure beside its double; sums of doubles round alike, whatever else may tie."""
    edges, gains = ranked(rows)
    doubled = [(m + twin, unit, time) for m, unit, time in rows for twin in "12"]
    doubled_edges, doubled_gains = ranked(doubled)

    assert doubled_gains == pytest.approx([2 * gain for gain in gains])
    distinct = [
        place
        for place, gain in enumerate(gains)
        if sum(abs(gain - other) < 1e-6 for other in gains) == 1
    ]
    if len(distinct) == len(gains):
        assert doubled_edges == edges
    assert len(doubled_edges) == len(edges)


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.sampled_from(["u1", "q"]))
def test_a_measure_of_one_unit_changes_nothing(rows: Rows, unit: str) -> None:
    units = [(m, u, t) for m, u, t in rows]

    assert ranked([*units, ("alone", unit, 3.0)]) == ranked(units)


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.integers(0, 24))
def test_a_file_may_be_split(rows: Rows, place: int) -> None:
    """In whole measures: which half comes first only decides about ties."""
    ordered = sorted(rows, key=lambda row: row[0])
    parts = [list(group) for _, group in groupby(ordered, key=lambda row: row[0])]
    whole = [row for part in parts for row in part]
    cut = place % (len(parts) + 1)
    first, second = parts[:cut], parts[cut:]

    assert ranked([row for part in first + second for row in part]) == ranked(whole)
    assert sum(ranked([row for part in second + first for row in part])[1]) == pytest.approx(
        sum(ranked(whole)[1])
    )


@settings(max_examples=50, deadline=None)
@given(some_rows(WHOLE), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_weights_are_repetitions(rows: Rows, times: list[int]) -> None:
    """A measure that counts n times is one that stands there n times; for the bootstrap."""
    cascades = Cascades.of(rows)
    weights = np.array(times[: len(cascades)], dtype=np.float64)
    source = list(blocks(cascades, Model(Exponential(0.3))))
    count = {name: int(weight) for name, weight in zip(cascades.measures, weights, strict=True)}
    repeated = [
        (f"{measure}{number}", unit, time)
        for measure, unit, time in rows
        for number in range(count[measure])
    ]

    gains = ranked(repeated)[1] if repeated else []
    assert rank(source, weights=weights).gain.tolist() == pytest.approx(gains)
    assert same(rank(source, weights=np.ones(len(cascades))), rank(source))

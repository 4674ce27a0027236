"""Moran's I: by hand, over all permutations, and as a test that can say no."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.sparse import csr_array

from qgraph.diffusion.records.relation import adjacency
from qgraph.diffusion.result import Refused
from qgraph.diffusion.scores.moran import moran, moran_index, moran_moments
from qgraph.errors import QGraphError


def _ring(size: int) -> csr_array:
    names = [str(i) for i in range(size)]
    pairs = [(names[i], names[(i + 1) % size]) for i in range(size)]
    return adjacency(pairs, names, directed=False)


def test_a_line_of_four_by_hand() -> None:
    """Values 1, 2, 3, 4 in a line: 4/6 · 2(-1.5·-.5 + -.5·.5 + .5·1.5) / 5 = 1/3."""
    line = adjacency([("a", "b"), ("b", "c"), ("c", "d")], list("abcd"), directed=False)
    assert moran_index(np.array([1.0, 2, 3, 4]), line) == pytest.approx(1 / 3, abs=1e-15)
    assert moran(np.array([1.0, 2, 3, 4]), line, normalise=False).index == pytest.approx(1 / 3)


def test_the_moments_are_those_of_all_permutations() -> None:
    """Mean and standard deviation over the 720 orders of six values, on uneven directed weights."""
    random = np.random.default_rng(2)
    weights = csr_array(random.random((6, 6)) * (1 - np.eye(6)) * (random.random((6, 6)) < 0.6))
    values = np.array([1.0, 1, 2, 5, 7, 20])
    indices = [moran_index(np.array(order), weights) for order in permutations(values)]
    mean, deviation = moran_moments(values, weights)
    assert mean == pytest.approx(np.mean(indices), abs=1e-12)
    assert deviation == pytest.approx(np.std(indices), abs=1e-12)


def test_neighbours_alike_are_found_and_shuffled_ones_are_not() -> None:
    values = np.repeat([0.0, 1, 2, 3], 5)
    found = moran(values, _ring(20), permutations=199)
    assert found.p == 1 / 200
    assert found.z > 3
    assert found.expected == -1 / 19
    shuffled = np.random.default_rng(5).permutation(values)
    assert moran(shuffled, _ring(20), permutations=199).p > 0.05


def test_one_seed_is_one_result_on_any_number_of_workers() -> None:
    values = np.array([0.0, 3, 1, 2, 5, 4, 7, 9])
    one = moran(values, _ring(8), permutations=50, seed=1)
    assert one.as_json() == moran(values, _ring(8), permutations=50, seed=1, jobs=2).as_json()


def test_neither_scale_nor_origin_matter() -> None:
    values = np.array([0.0, 3, 1, 2, 5, 4, 7, 9])
    one, two = moran(values, _ring(8)), moran(10 * values + 2000, _ring(8))
    assert one.index == pytest.approx(two.index)
    assert (one.p, one.deviation) == pytest.approx((two.p, two.deviation))


def test_units_without_a_value_are_left_out() -> None:
    found = moran(np.array([1.0, 2, 3, 4, np.nan]), _ring(5), permutations=9)
    assert found.units == 4
    assert found.ties == 6
    assert "1 units without a value" in found.warnings[0].en
    assert "莫兰指数" in found.as_text("zh")


def test_nothing_to_correlate_is_refused() -> None:
    for values in (np.ones(5), np.array([1.0, 2, 3, np.nan, np.nan])):
        with pytest.raises(Refused, match="nothing to correlate"):
            moran(values, _ring(5))
    with pytest.raises(Refused):
        moran(np.arange(5.0), csr_array((5, 5)))
    with pytest.raises(QGraphError, match="do not fit"):
        moran(np.arange(4.0), _ring(5))
    with pytest.raises(QGraphError, match="0 shuffles"):
        moran(np.arange(5.0), _ring(5), permutations=0)

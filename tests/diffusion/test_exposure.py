"""Exposure, thresholds, hazard and contagion: against netdiffuseR, by hand, and as invariants."""

from __future__ import annotations

import csv
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.records.relation import adjacency, inverse_distance
from qgraph.diffusion.result import Refused
from qgraph.diffusion.scores.exposure import (
    adopter_categories,
    exposure,
    exposure_matrix,
    infectiousness,
    susceptibility,
    threshold_categories,
)
from qgraph.errors import NotFound, QGraphError

DATA = Path(__file__).parent / "data"

few = settings(max_examples=50, deadline=None)


@st.composite
def diffusions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Times of adoption of 2 to 7 units, NaN for some but not all, and weighted ties."""
    size = draw(st.integers(2, 7))
    year = st.integers(1, 6).map(float)
    later = st.lists(year | st.just(np.nan), min_size=size - 1, max_size=size - 1)
    time = [draw(year), *draw(later)]
    weights = st.lists(st.sampled_from([0, 0, 0.3, 1, 2.5]), min_size=size**2, max_size=size**2)
    return np.array(time), np.array(draw(weights), dtype=float).reshape(size, size)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _doctors() -> tuple[Cascades, list[tuple[str, str]]]:
    """The doctors of Coleman, Katz and Menzel; see data/meddiff.md."""
    nodes = _rows("meddiff_nodes_threshold_R.csv")
    cascades = Cascades.of(
        [("tetracycline", row["node"], float(row["toa"])) for row in nodes],
        units=[row["node"] for row in nodes],
    )
    return cascades, [(row["ego"], row["alter"]) for row in _rows("meddiff_edges.csv")]


def test_exposure_and_thresholds_of_the_doctors() -> None:
    """Every cell against netdiffuseR 1.25.0; see data/meddiff.md."""
    cascades, ties = _doctors()
    found = exposure(cascades, "tetracycline", ties)
    expected = [
        [float(row[f"X{month}"]) for month in range(1, 19)]
        for row in _rows("meddiff_exposure_R.csv")
    ]
    assert np.abs(found.exposure - expected).max() <= 1e-12
    thresholds = [float(row["threshold"]) for row in _rows("meddiff_nodes_threshold_R.csv")]
    assert np.abs(found.threshold - thresholds).max() <= 1e-12
    assert found.warnings[0].en.startswith("11 units adopted in the first period")
    assert found.warnings[1].en.startswith("11 units have no tie")


def test_hazard_of_the_doctors() -> None:
    """Adopters, growth and hazard per month against netdiffuseR 1.25.0; see data/meddiff.md."""
    cascades, ties = _doctors()
    found = exposure(cascades, "tetracycline", ties)
    expected = _rows("meddiff_adoption_hazard_R.csv")
    assert found.cumulative.tolist() == [int(row["n"]) for row in expected]
    for name, column in (("growth", "rate"), ("hazard", "hazard")):
        values = [float(row[column]) for row in expected]
        assert np.abs(getattr(found, name) - values).max() <= 1e-12
    assert [row["period"] for row in found.curve.records()] == list(range(1, 19))
    assert found.table.records()[0]["time"] == 1


@pytest.mark.parametrize(
    ("reach", "discount", "expected"),
    [(1, None, 1 / 3), (2, None, 2 / 4), (1, 0.1, 1 / 3), (2, 0.1, (1 + 2 / 1.1) / (3 + 2 / 1.1))],
)
def test_contagion_as_in_the_tests_of_netdiffuser(
    reach: int, discount: float | None, expected: float
) -> None:
    """The cases of netdiffuseR's own test-infect_suscept.R, which were computed by hand there."""
    looks = csr_array(np.outer([0, 0, 0, 0, 1], [1, 1, 1, 1, 0]).astype(float))
    found = susceptibility(
        np.array([1.0, 4, 1, 2, 3]), looks, reach=reach, discount=discount, normalise=False
    )
    assert found[4] == pytest.approx(expected, abs=1e-15)
    looked_to = csr_array(np.outer([0, 1, 1, 1, 1], [1, 0, 0, 0, 0]).astype(float))
    found = infectiousness(
        np.array([2.0, 1, 3, 4, 4]), looked_to, reach=reach, discount=discount, normalise=False
    )
    assert found[0] == pytest.approx(expected, abs=1e-15)


def test_contagion_is_normalised_by_all_who_adopted_then() -> None:
    """Unit a adopts at 1; b and c look to it and adopt at 2 and 3; d does not, and adopts at 2.

    For K = 1 half of those to come adopted at once, and two units did; for K = 2 the discounted
    counts are (1 + 1/2) of (1 + 1 + 1/2), by (2 + 1/2) units. Nobody comes after c.
    """
    time = np.array([1.0, 2, 3, 2, np.nan])
    ties = adjacency([("b", "a"), ("c", "a"), ("e", "a")], list("abcde"))
    assert infectiousness(time, ties)[0] == pytest.approx(1 / 2 / 2, abs=1e-15)
    assert infectiousness(time, ties, reach=2)[0] == pytest.approx(1.5 / 2.5 / 2.5, abs=1e-15)
    assert infectiousness(time, ties)[1:4].tolist() == [0, 0, 0]
    assert np.isnan(infectiousness(time, ties)[4])
    assert susceptibility(time, ties)[1] == pytest.approx(1.0, abs=1e-15)
    assert susceptibility(time, ties)[2] == 0
    assert susceptibility(time, ties, reach=2)[2] == pytest.approx(
        0.5 / (1 + 1 / 2) / (2 + 0.5), abs=1e-15
    )


@few
@given(diffusions(), st.integers(1, 4), st.sampled_from([None, 0.0, 0.7]))
def test_contagion_against_the_formula_term_by_term(
    diffusion: tuple[np.ndarray, np.ndarray], reach: int, discount: float | None
) -> None:
    time, weights = diffusion
    ties = (weights * (1 - np.eye(len(time))) > 0).astype(float)
    units = range(len(time))
    found = infectiousness(time, csr_array(ties), reach=reach, discount=discount)
    other = susceptibility(time, csr_array(ties), reach=reach, discount=discount)
    for i in units:
        sums = np.zeros(6)
        for k in range(1, reach + 1):
            w = k if discount is None else (1 + discount) ** (k - 1)
            for j in units:
                if i == j:
                    continue
                sums[0] += ties[j, i] * (time[j] == time[i] + k) / w
                sums[1] += ties[j, i] * (time[j] >= time[i] + k) / w
                sums[2] += (time[j] == time[i] + k) / w
                sums[3] += ties[i, j] * (time[j] == time[i] - k) / w
                sums[4] += ties[i, j] * (time[j] <= time[i] - k) / w
                sums[5] += (time[j] == time[i] - k) / w
        if np.isnan(time[i]):
            assert np.isnan(found[i])
            assert np.isnan(other[i])
            continue
        assert found[i] == pytest.approx(sums[0] / (sums[1] * sums[2]) if sums[0] else 0)
        assert other[i] == pytest.approx(sums[3] / (sums[4] * sums[5]) if sums[3] else 0)


@few
@given(diffusions())
def test_exposure_is_a_share_and_never_falls(diffusion: tuple[np.ndarray, np.ndarray]) -> None:
    time, weights = diffusion
    ties = adjacency(weights, [str(i) for i in range(len(time))], valued=True)
    periods = np.arange(0.0, 8)
    exposed = exposure_matrix(time, ties, periods)
    assert ((exposed >= 0) & (exposed <= 1)).all()
    assert (np.diff(exposed, axis=1) >= -1e-12).all()
    assert (exposed[:, 0] == 0).all()
    lagged = exposure_matrix(time, ties, periods, lag=1)
    assert np.allclose(lagged[:, 1:], exposed[:, :-1])


@few
@given(diffusions(), st.integers(-30, 30))
def test_neither_order_nor_calendar_matter(
    diffusion: tuple[np.ndarray, np.ndarray], years: int
) -> None:
    time, weights = diffusion
    names = [f"u{i}" for i in range(len(time))]
    order = np.random.default_rng(len(time)).permutation(len(time))

    def measured(places: np.ndarray, shift: int) -> dict[str, tuple[float, ...]]:
        units = [names[i] for i in places]
        events = [("p", names[i], time[i] + shift) for i in places if np.isfinite(time[i])]
        found = exposure(
            Cascades.of(events, units=units), "p", weights[np.ix_(places, places)], valued=True
        )
        columns = (
            found.threshold,
            found.exposure[:, -1],
            found.infectiousness,
            found.susceptibility,
        )
        return {
            unit: tuple(round(float(c[i]), 9) for c in columns if c[i] == c[i])
            for i, unit in enumerate(found.units)
        }

    assert measured(np.arange(len(time)), 0) == measured(order, years)


@few
@given(diffusions())
def test_hazard_follows_from_the_counts(diffusion: tuple[np.ndarray, np.ndarray]) -> None:
    """What survives all hazards is the share that never adopted."""
    time, weights = diffusion
    units = [str(i) for i in range(len(time))]
    events = [("p", unit, when) for unit, when in zip(units, time, strict=True) if when == when]
    found = exposure(Cascades.of(events, units=units), "p", weights)
    assert found.new.sum() == found.cumulative[-1] == len(events)
    left = (1 - found.new[0] / len(units)) * np.prod(1 - np.nan_to_num(found.hazard[1:]))
    assert left == pytest.approx(1 - len(events) / len(units))


def test_categories_by_mean_and_standard_deviation() -> None:
    """Of 1..5 the mean is 3 and the sample's standard deviation 1.58: cuts at 1.42, 3 and 4.58."""
    time = np.array([1.0, 2, 3, 4, 5, np.nan])
    assert adopter_categories(time) == (
        "early adopter",
        "early majority",
        "early majority",
        "late majority",
        "laggard",
        "non-adopter",
    )
    assert threshold_categories(time / 5)[:1] == ("very low",)
    assert threshold_categories(np.array([0.5])) == ("very low",)
    assert adopter_categories(np.array([np.nan])) == ("non-adopter",)


def test_who_looks_to_whom_decides() -> None:
    """In a diffusion network a → b the destination is exposed: b to a, and not a to b."""
    cascades = Cascades.of([("p", "a", 1), ("p", "b", 2)])
    network = nx.DiGraph([("a", "b")])
    assert exposure(cascades, "p", network, outgoing=False).threshold.tolist() == [0, 1]
    assert exposure(cascades, "p", network).threshold.tolist() == [0, 0]
    both = exposure(cascades, "p", [("a", "b")], directed=False)
    assert both.exposure[:, -1].tolist() == [1, 1]


def test_a_relation_may_come_in_many_shapes() -> None:
    units = ["a", "b", "c"]
    dense = np.array([[9.0, 2, 0], [0, 0, 1], [0, 0, 0]])
    expected = [[0, 2, 0], [0, 0, 1], [0, 0, 0]]
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("a", "b", weight=2)
    graph.add_edge("b", "c")
    pairs = [("a", "b"), ("a", "b"), ("b", "c", 1.0), ("a", "a")]
    for relation in (dense, csr_array(dense), graph, pairs):
        assert adjacency(relation, units, valued=True).toarray().tolist() == expected
        assert adjacency(relation, units).toarray().tolist() == np.sign(expected).tolist()
    mutual = adjacency(nx.Graph([("a", "b"), ("b", "c")]), units)
    assert mutual.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert inverse_distance(mutual).toarray().tolist() == [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]]
    assert inverse_distance(adjacency(pairs, units)).toarray()[2].tolist() == [0, 0, 0]


def test_a_relation_that_does_not_fit_is_named() -> None:
    with pytest.raises(NotFound, match="'z'"):
        adjacency([("a", "z")], ["a", "b"])
    with pytest.raises(QGraphError, match="3 by 3 does not fit 2 units"):
        adjacency(np.eye(3), ["a", "b"])
    for weight in (-1.0, np.inf):
        with pytest.raises(QGraphError, match="negative or not finite"):
            adjacency([("a", "b", weight)], ["a", "b"])


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(Refused, match="whole periods"):
        exposure(Cascades.of([("p", "a", 0.5), ("p", "b", 1)]), "p", [("a", "b")])
    cascades = Cascades.of([("p", "a", 1), ("p", "b", 2)])
    with pytest.raises(NotFound, match="'q'"):
        exposure(cascades, "q", [("a", "b")])
    with pytest.raises(QGraphError, match="looks ahead"):
        exposure(cascades, "p", [("a", "b")], lag=-1)
    with pytest.raises(QGraphError, match="weigh no period"):
        exposure(cascades, "p", [("a", "b")], reach=0)


def test_both_languages_and_non_adopters_are_there() -> None:
    cascades = Cascades.of(
        [("p", "a", 2020), ("p", "b", 2022)], units=["a", "b", "c"], period="year"
    )
    found = exposure(cascades, "p", [("b", "a"), ("c", "b")])
    last = found.table.records()[-1]
    assert last["unit"] == "c"
    assert last["time"] is None
    assert last["threshold"] is None
    assert last["level"] == last["adopter"] == "non-adopter"
    assert last["exposure"] == 1
    assert [row["period"] for row in found.curve.records()] == ["2020", "2021", "2022"]
    assert "网络暴露" in found.as_text("zh")
    assert found.as_dict()["summary"]["adopters"] == 2

"""Delays of measures in the graph and of units in a table, and ties from files and graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import qgraph
from qgraph.diffusion.promotion.delays import adoption_delays, promotion_delays
from qgraph.diffusion.records.cascades import Cascades, as_events, cascades
from qgraph.diffusion.records.ties import as_network, read_ties, recorded_ties
from qgraph.diffusion.survival.estimators import kaplan_meier
from qgraph.errors import InvalidInput, NotFound, QGraphError

if TYPE_CHECKING:
    from pathlib import Path

    from qgraph.graph import Graph

    from .conftest import Oracles


@pytest.fixture(scope="module")
def bundled() -> Graph:
    return qgraph.load()


@pytest.fixture(scope="module")
def asserted() -> Graph:
    return qgraph.load(inferred=False)


def test_measures_of_the_graph_wait_from_pilot_to_promotion(bundled: Graph) -> None:
    """Read off the tables: three measures have a known year of both, two of them the same year."""
    spells = promotion_delays(bundled)
    promoted = spells.exit[spells.cause == 1]
    assert sorted(promoted.tolist()) == [0, 0, 4]
    assert spells.is_exact
    assert spells.period == "year"
    assert any("left out" in warning.en for warning in spells.warnings)


def test_a_finer_period_leaves_bounds(bundled: Graph) -> None:
    assert not promotion_delays(bundled, period="day").is_exact


@pytest.mark.parametrize("by", ["field", "zone", "body", "cohort"])
def test_no_measure_is_in_two_groups(bundled: Graph, by: str) -> None:
    grouped, whole = promotion_delays(bundled, by=by, language="zh"), promotion_delays(bundled)
    assert len(grouped) == len(whole)
    assert len(grouped.groups) > 1
    assert grouped.by == by


def test_measures_cannot_be_grouped_by_anything(bundled: Graph) -> None:
    with pytest.raises(QGraphError, match="grouped by 'colour'"):
        promotion_delays(bundled, by="colour")


def test_without_what_we_inferred_fewer_starts_are_known(asserted: Graph) -> None:
    assert len(promotion_delays(asserted)) < 41


def test_units_wait_from_the_first_adoption_anywhere() -> None:
    made = Cascades.of([("m", "A", 2000), ("m", "B", 2003), ("n", "B", 2005)], units=("C",))
    spells = adoption_delays(made, {"m": "law", "n": "tax"})
    assert spells.groups == ("law", "tax")
    waits = zip(spells.group.tolist(), spells.cause.tolist(), spells.exit.tolist(), strict=True)
    assert sorted(waits) == [(0, 0, 5), (0, 1, 0), (0, 1, 3), (1, 0, 0), (1, 0, 0), (1, 1, 0)]


def test_delays_of_the_policies_are_those_of_the_reference(oracles: Oracles) -> None:
    """The Kaplan-Meier curve of R's survival: policies from 1960 on, censored 2017."""
    rows = oracles.rows("spid_policies.csv")
    first: dict[str, float] = {}
    for row in rows:
        year = float(row["adopt_year"])
        first[row["policy"]] = min(year, first.get(row["policy"], year))
    recent = [
        (row["policy"], row["statenam"], float(row["adopt_year"]))
        for row in rows
        if first[row["policy"]] >= 1960
    ]
    states = tuple(dict.fromkeys(row["statenam"] for row in rows))
    curve = kaplan_meier(adoption_delays(Cascades.of(recent, units=states)))
    expected = {
        float(row["time"]): float(row["surv"]) for row in oracles.rows("spid_km_from1960_R.csv")
    }
    assert dict(zip(curve.time.tolist(), curve.estimate.tolist(), strict=True)) == pytest.approx(
        expected, abs=1e-14
    )


def test_cascades_are_events_again() -> None:
    made = Cascades.of([("m", "A", 1.5), ("m", "B", 2.0)], units=("C",))
    again = cascades(as_events(made))
    assert again.units == made.units
    assert np.array_equal(again.time, made.time)


def test_ties_are_read_with_their_weights(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("rank,origin,destination,weight\n1,A,B,0.5\n\n2,B,C,2\n", encoding="utf-8")
    ties = read_ties(path)
    assert ties == (("A", "B", 0.5), ("B", "C", 2.0))
    assert as_network(ties, "rate").edges["B", "C"] == {"rate": 2.0}


def test_ties_without_weights_weigh_one(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("ego,alter\n深圳,上海\n", encoding="utf-8")
    assert read_ties(path) == (("深圳", "上海", 1.0),)


def test_every_bad_tie_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("ego,alter,weight\nA,B\nA,B,x\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_ties(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_a_relation_of_the_graph_gives_ties(bundled: Graph) -> None:
    ties = recorded_ties(bundled, "qg:belongsTo")
    assert ties == tuple(sorted(ties))
    assert all(weight == 1 for _, _, weight in ties)
    with pytest.raises(NotFound, match="qg:nothing"):
        recorded_ties(bundled, "qg:nothing")

"""Hazards period by period: against a textbook, by hand, and against Kaplan-Meier."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from qgraph.diffusion.promotion.rate import promotion_rate
from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.estimators import kaplan_meier
from qgraph.diffusion.survival.life_table import life_table
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.errors import QGraphError

from .test_survival import rows

#: Years from diagnosis of 126 men with localised cancer of the kidney: year, deaths, lost to
#: follow-up, withdrawn alive. Cutler and Ederer (1958), table 2.
KIDNEY = ((1, 47, 4, 15), (2, 5, 6, 11), (3, 2, 0, 15), (4, 2, 2, 7), (5, 0, 0, 6))


def test_the_table_of_cutler_and_ederer() -> None:
    """Cutler and Ederer (1958), table 2: effective numbers at risk, and survival to 5 years."""
    spells = [Spell(year - 0.5, "death", weight=d) for year, d, _, _ in KIDNEY if d]
    spells += [Spell(year - 0.5, weight=lost + alive) for year, _, lost, alive in KIDNEY]
    spells.append(Spell(9.0, weight=126 - sum(sum(row[1:]) for row in KIDNEY)))
    table = life_table(Spells.of(spells), edges=range(6))
    assert table.n_risk.tolist() == [126, 60, 38, 21, 10]
    assert table.exposure.tolist() == [116.5, 51.5, 30.5, 16.5, 7.0]
    assert [round(float(share), 2) for share in table.survival] == [0.60, 0.54, 0.50, 0.44, 0.44]


def test_intervals_with_delayed_entry_by_hand() -> None:
    """(0, 2]: A, B at the start, C enters: 2 + 1/2; B leaves: - 1/2; A's event: 1 of 2."""
    spells = [
        Spell(1, "promotion", group="z"),  # A
        Spell(2, group="z"),  # B
        Spell(3, "promotion", entry=1, group="z"),  # C
        Spell(4, entry=2, group="z"),  # D: there from the start of the second interval
        Spell(4, "promotion", group="y"),
    ]
    table = life_table(Spells.of(spells, by="zone"), edges=[0, 2, 4])
    own = table.group == 1
    assert table.n_risk[own].tolist() == [2, 2]
    assert table.entered[own].tolist() == [1, 0]
    assert table.withdrawn[own].tolist() == [1, 1]
    assert table.exposure[own].tolist() == [2, 1.5]
    assert_allclose(table.estimate[own], [1 / 2, 2 / 3])
    assert_allclose(table.survival[own], [1 / 2, 1 / 6])
    assert table.table.names[:3] == ("group", "from", "time")


def test_bounds_are_those_of_the_promotion_rate() -> None:
    """Wilson's interval, as the module ``rate`` has it."""
    spells = Spells.of([Spell(1, "promotion", weight=94), Spell(2, weight=741)])
    table = life_table(spells)
    share = promotion_rate(94, 835)
    assert table.estimate[0] == share.share
    assert table.low[0] == pytest.approx(share.wilson.low, rel=1e-12)
    assert table.high[0] == pytest.approx(share.wilson.high, rel=1e-12)
    assert table.low[1] == 0
    assert {key: value for key, _, value in table.summary} == {"events": 94, "exposure": 1576}


@settings(max_examples=50, deadline=None)
@given(rows(causes=("promotion", "repeal")))
def test_whole_periods_give_kaplan_meier(spells: list[Spell]) -> None:
    every = Spells.of(spells)
    for cause in (None, "promotion"):
        table, curve = life_table(every, cause=cause), kaplan_meier(every, cause=cause)
        there = np.isin(table.right, curve.time)
        assert table.n_risk[there].tolist() == curve.n_risk.tolist()
        assert table.events[there].tolist() == curve.events.tolist()
        assert_allclose(table.survival[there], curve.estimate, atol=1e-14)
        assert table.events[~there].sum() == 0
        known = table.exposure > 0
        assert np.isnan(table.estimate[~known]).all()
        assert np.all(table.low[known] <= table.estimate[known] + 1e-12)
        assert np.all(table.high[known] >= table.estimate[known] - 1e-12)


def test_periods_without_an_event_have_a_row() -> None:
    table = life_table(Spells.of([Spell(2020, "promotion"), Spell(2023)]))
    assert table.right.tolist() == [2020, 2021, 2022, 2023]
    assert table.estimate.tolist() == [0.5, 0, 0, 0]
    assert table.settings["edges"] is None


def test_what_cannot_be_counted_is_refused() -> None:
    spells = Spells.of([Spell(1.5, "promotion"), Spell(2)])
    with pytest.raises(QGraphError, match="no whole periods"):
        life_table(spells)
    for edges in ([1], [0, 2, 2]):
        with pytest.raises(QGraphError, match="do not rise"):
            life_table(spells, edges=edges)
    with pytest.raises(Refused, match="in an interval"):
        life_table(Spells.of([Spell(2, "promotion", earliest=0), Spell(2)]))
    with pytest.raises(Refused, match="only successes"):
        life_table(Spells.of([Spell(2, "promotion")]))

"""Spells, the checks of their rows, and the risk table."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.risk_table import cautions, check_events, check_level, risk_table
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.errors import InvalidInput, QGraphError


def test_every_bad_row_is_told_with_its_number_and_column() -> None:
    rows = [
        Spell(3, "promotion"),
        Spell(3, "promotion", entry=3),
        Spell(inf),
        Spell(4, weight=0),
        Spell(5, earliest=2),
        Spell(5, "promotion", earliest=6),
        Spell(5, "promoted"),
        Spell(nan, "promotion", weight=nan),
    ]
    with pytest.raises(InvalidInput) as caught:
        Spells.of(rows, causes=("promotion", "repeal"), origin="pilots.csv")
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == [
        (2, "entry"),
        (3, "exit"),
        (4, "weight"),
        (5, "earliest"),
        (6, "earliest"),
        (7, "cause"),
        (8, "weight"),
    ]
    assert "pilots.csv:2: column entry: enters at 3, not before its exit at 3" in str(caught.value)


def test_spells_without_a_known_start_are_left_out_and_counted() -> None:
    rows = [Spell(nan, "promotion"), *[Spell(k, "promotion") for k in range(1, 9)], Spell(9)]
    spells = Spells.of(rows)
    assert len(spells) == 9
    (note,) = spells.warnings
    assert note.en.startswith("1 of 10 spells were left out")
    assert note.zh.startswith("10个时段中有1个")


def test_too_many_unknown_starts_are_refused() -> None:
    rows = [Spell(nan), Spell(5, entry=nan), Spell(5), Spell(6, "promotion")]
    with pytest.raises(Refused, match="2 of 4 spells \\(50%\\) have no known start"):
        Spells.of(rows)
    assert len(Spells.of(rows, most_unknown=0.5)) == 2


def test_nothing_known_is_refused() -> None:
    with pytest.raises(Refused, match="no spell with a known start"):
        Spells.of([])
    with pytest.raises(Refused, match="no spell with a known start"):
        Spells.of([Spell(nan)], most_unknown=1)


def test_the_risk_table_by_hand() -> None:
    """Counted by hand: C enters at 2, so is not at risk at 2; D enters at 3, after A and B left."""
    spells = Spells.of(
        [
            Spell(2, "promotion"),  # A
            Spell(3, "repeal"),  # B
            Spell(5, "promotion", entry=2),  # C
            Spell(5, entry=3, weight=2),  # D, twice
        ]
    )
    risk = risk_table(spells)
    assert risk.table.records() == [
        dict(zip(risk.table.names, row, strict=True))
        for row in (
            ("all", 2.0, 2, 2, 1, 0, 0),
            ("all", 3.0, 1, 2, 0, 1, 0),
            ("all", 5.0, 2, 3, 1, 0, 2),
        )
    ]
    assert risk.table.names == (
        "group",
        "time",
        "entered",
        "n_risk",
        "events_promotion",
        "events_repeal",
        "censored",
    )
    assert {key: value for key, _, value in risk.summary} == {
        "spells": 5,
        "events_promotion": 2,
        "events_repeal": 1,
        "censored": 2,
    }


def test_numbers_at_risk_at_chosen_times_are_those_of_the_table() -> None:
    random = np.random.default_rng(7)
    entry = random.integers(0, 6, 200)
    stay = random.integers(1, 9, 200)
    rows = [
        Spell(float(a + b), "promotion" if b % 2 else "", float(a), group=f"zone {a % 2}")
        for a, b in zip(entry, stay, strict=True)
    ]
    spells = Spells.of(rows, by="zone")
    risk = risk_table(spells)
    for place, block in enumerate(risk.blocks):
        at = spells.at_risk(risk.time[block])[place]
        assert at.tolist() == risk.n_risk[block].tolist()
        # Those there before, less those gone, and those entered, are those there now.
        gone = risk.events[block].sum(axis=1) + risk.censored[block]
        change = risk.n_risk[block][1:] - (risk.n_risk[block] - gone)[:-1]
        assert change.tolist() == risk.entered[block][1:].tolist()
    assert spells.at_risk([0, 100]).tolist() == [[0, 0], [0, 0]]
    pooled = spells.pooled()
    assert pooled.groups == ("all",)
    assert pooled.at_risk([3, 7]).tolist() == [spells.at_risk([3, 7]).sum(axis=0).tolist()]


def test_times_in_intervals_have_no_risk_table() -> None:
    with pytest.raises(Refused, match="only known to lie in an interval"):
        risk_table(Spells.of([Spell(5, "promotion", earliest=3), Spell(6)]))


def test_no_event_and_unknown_causes_are_refused() -> None:
    spells = Spells.of([Spell(5), Spell(6, "repeal")], causes=("promotion", "repeal"))
    with pytest.raises(Refused, match="no spell ended in the event"):
        check_events(spells, "promotion", False)
    with pytest.raises(QGraphError, match="no cause 'adoption'"):
        check_events(spells, "adoption", False)
    assert check_events(spells, None, False).tolist() == [False, True]


def test_successes_alone_are_refused_unless_asked_for() -> None:
    spells = Spells.of([Spell(5, "promotion"), Spell(6, "promotion")])
    with pytest.raises(Refused, match="all 2 spells ended in promotion") as caught:
        check_events(spells, None, False)
    assert "conditional" in caught.value.needed.en
    assert "只载入了成功者" in caught.value.reason.zh
    assert check_events(spells, None, True).all()
    # Two ways to end are a denominator of their own.
    assert check_events(Spells.of([Spell(5, "promotion"), Spell(6, "repeal")]), None, False).all()


@pytest.mark.parametrize("level", [0, 1, 95, nan])
def test_a_level_is_between_0_and_1(level: float) -> None:
    with pytest.raises(QGraphError, match="is no level"):
        check_level(level)


def test_cautions_tell_of_batches_small_risk_sets_and_full_groups() -> None:
    batch = [Spell(4, "promotion", group="a", weight=5.0), Spell(8, "promotion", group="a")]
    rows = [*batch, Spell(9, group="b", weight=0.5), Spell(2, "promotion", group="b", weight=4)]
    risk = risk_table(Spells.of(rows))
    notes = [note.en for note in cautions(risk, risk.events_of(None))]
    assert len(notes) == 3  # 10 events on 3 moments are no batches
    assert notes[0].startswith("Nothing is censored in a:")
    assert notes[1].startswith("At 2 of 3 event times fewer than 5 are at risk (a t = 8, b t = 2):")
    assert notes[2].startswith("Weights are not whole numbers")
    risk = risk_table(Spells.of([Spell(4, "promotion", weight=10), Spell(5, weight=10)]))
    (note,) = cautions(risk, risk.events_of(None))
    assert note.en.startswith("The 10 events fall on 1 moments only")
    assert "批次" in note.zh
    many = [Spell(k, "promotion", group=f"g{k}") for k in range(1, 5)]
    risk = risk_table(Spells.of([*many, *[Spell(9, group=f"g{k}") for k in range(1, 5)]]))
    (note,) = cautions(risk, risk.events_of(None))
    assert "(4 groups)" in note.en
    assert "4组" in note.zh

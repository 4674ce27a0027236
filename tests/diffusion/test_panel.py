"""Panels: the rows at risk and what they are exposed to, against R's and against plain loops."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.regression.panel import Panel, dyad_periods, unit_periods
from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

from .panels import lottery, pooled

if TYPE_CHECKING:
    from .conftest import Oracles

FAR = 10**6


def assert_same_rows(panel: Panel, expected: list[dict[str, str]]) -> None:
    names = {"duration": "dur", "log_duration": "logdur", "adopt": "adopt", "period": "year"}
    names |= {name: name for name in ("prior_share", "div_share", "inc_k") if name in expected[0]}
    assert [panel.measures[m] for m in panel.measure] == [row["policy"] for row in expected]
    assert [panel.units[u] for u in panel.unit] == [row["state"] for row in expected]
    for ours, theirs in names.items():
        # R wrote 15 digits.
        wanted = [float(row[theirs]) for row in expected]
        np.testing.assert_allclose(panel.column(ours), wanted, rtol=0, atol=6e-15, err_msg=ours)


def test_lottery_has_the_rows_of_r(oracles: Oracles) -> None:
    panel = lottery()
    assert len(panel) == 1352
    assert panel.adopt.sum() == 35
    assert_same_rows(panel, oracles.rows("eha_lottery_personperiod.csv"))


def test_213_policies_have_the_rows_of_r(oracles: Oracles) -> None:
    panel = pooled(oracles)
    assert len(panel) == 132_502
    assert panel.adopt.sum() == 4058
    assert_same_rows(panel, oracles.rows("eha_pooled_1990_2010_personperiod.csv.gz"))


# --- plain loops ---------------------------------------------------------------------------------

UNITS = "abcde"


@st.composite
def histories(draw: st.DrawFn) -> Cascades:
    """Up to three measures and five units, in periods 0 to 6, of which each unit adopts some."""
    rows = [
        (measure, unit, float(time))
        for measure in "xyz"
        for unit in UNITS
        if (time := draw(st.one_of(st.none(), st.integers(0, 6)))) is not None
    ]
    made = Cascades.of([*rows, ("x", "a", 0.0)], units=list(UNITS))
    return replace(made, end=np.full(len(made), 7.0))


relations = st.lists(
    st.tuples(st.sampled_from(UNITS), st.sampled_from(UNITS), st.integers(1, 3).map(float)),
    min_size=1,
    unique_by=lambda edge: edge[:2],
)


def times(cascades: Cascades) -> dict[tuple[str, str], float]:
    return {
        (cascades.measures[m], cascades.units[u]): float(t)
        for m, u, t in zip(cascades.measure, cascades.unit, cascades.time, strict=True)
    }


def loop_units(
    cascades: Cascades,
    edges: list[tuple[str, str, float]],
    entry: dict[str, int],
    lag: int,
) -> list[tuple[Any, ...]]:
    """The definition, one row after another."""
    at = times(cascades)
    rows = []
    for measure in cascades.measures:
        first = min(t for (name, _), t in at.items() if name == measure)
        for unit in cascades.units:
            for period in range(int(first) + 1, 8):
                own = at.get((measure, unit), FAR)
                if own < period or period < entry.get(unit, -FAR):
                    continue

                def has(other: str, m: str = measure, t: int = period) -> bool:
                    return entry.get(other, -FAR) <= t - lag and at.get((m, other), FAR) <= t - lag

                alive = [u for u in cascades.units if entry.get(u, -FAR) <= period - lag]
                looked = [(o, w) for o, d, w in edges if d == unit and o != unit and o in alive]
                total = sum(w for _, w in looked)
                rows.append(
                    (
                        measure,
                        unit,
                        period,
                        int(own == period),
                        period - first,
                        sum(map(has, alive)) / len(alive) if alive else 0.0,
                        sum(w for o, w in looked if has(o)) / total if total else 0.0,
                    )
                )
                if own < entry.get(unit, -FAR):
                    rows.pop()
    return rows


@given(
    histories(), relations, st.dictionaries(st.sampled_from(UNITS), st.integers(0, 5)), st.data()
)
@settings(max_examples=50, deadline=None)
def test_rows_are_those_of_the_definition(
    cascades: Cascades,
    edges: list[tuple[str, str, float]],
    entry: dict[str, int],
    data: st.DataObject,
) -> None:
    lag = data.draw(st.integers(0, 2))
    expected = loop_units(cascades, edges, entry, lag)
    if not expected:
        with pytest.raises(Refused, match="at risk"):
            unit_periods(cascades, neighbours=edges, entry=entry, lag=lag)
        return
    panel = unit_periods(cascades, neighbours=edges, entry=entry, lag=lag)
    found = zip(
        [panel.measures[m] for m in panel.measure],
        [panel.units[u] for u in panel.unit],
        panel.period.tolist(),
        panel.adopt.tolist(),
        panel.column("duration").tolist(),
        panel.column("prior_share").tolist(),
        panel.column("neighbour_share").tolist(),
        strict=True,
    )
    for ours, theirs in zip(found, expected, strict=True):
        assert ours[:5] == theirs[:5]
        assert ours[5:] == pytest.approx(theirs[5:], abs=1e-15)


@given(histories(), st.integers(0, 2), st.booleans())
@settings(max_examples=50, deadline=None)
def test_dyads_are_those_of_the_definition(cascades: Cascades, lag: int, opportunity: bool) -> None:
    at = times(cascades)
    expected = []
    for measure in cascades.measures:
        first = int(min(t for (name, _), t in at.items() if name == measure))
        for unit in cascades.units:
            for origin in cascades.units:
                for period in range(first + 1, 8):
                    own, other = at.get((measure, unit), FAR), at.get((measure, origin), FAR)
                    has = other <= period - lag
                    if unit == origin or own < period or (opportunity and not has):
                        continue
                    since = period - other if has else None
                    expected.append(
                        (measure, unit, origin, period, int(has and own == period), since)
                    )
    if not expected:
        with pytest.raises(Refused, match="at risk"):
            dyad_periods(cascades, lag=lag, opportunity=opportunity)
        return
    panel = dyad_periods(cascades, lag=lag, opportunity=opportunity)
    rows = panel.table.records()
    keys = ("measure", "unit", "origin", "period", "adopt", "origin_since")
    assert [tuple(row[key] for key in keys) for row in rows] == expected


@given(histories(), relations, st.integers(-50, 50))
@settings(max_examples=30, deadline=None)
def test_shifting_time_shifts_only_the_periods(
    cascades: Cascades, edges: list[tuple[str, str, float]], years: int
) -> None:
    moved = replace(
        cascades,
        time=cascades.time + years,
        begin=cascades.begin + years,
        end=cascades.end + years,
    )
    one, two = (unit_periods(c, neighbours=edges) for c in (cascades, moved))
    assert (two.period - one.period == years).all()
    for name, values in one.columns.items():
        np.testing.assert_array_equal(values, two.columns[name])


@given(histories(), relations, st.permutations(UNITS))
@settings(max_examples=30, deadline=None)
def test_renaming_units_renames_only_the_units(
    cascades: Cascades, edges: list[tuple[str, str, float]], names: list[str]
) -> None:
    new = dict(zip(UNITS, names, strict=True))
    renamed = replace(cascades, units=tuple(new[name] for name in cascades.units))
    one = unit_periods(cascades, neighbours=edges)
    two = unit_periods(renamed, neighbours=[(new[a], new[b], w) for a, b, w in edges])
    assert [new[cascades.units[u]] for u in one.unit] == [renamed.units[u] for u in two.unit]
    np.testing.assert_array_equal(one.column("neighbour_share"), two.column("neighbour_share"))


# --- a small case --------------------------------------------------------------------------------

SMALL = Cascades.of(
    [("m", "a", 1), ("m", "b", 3), ("n", "b", 2), ("n", "a", 4), ("n", "c", 4)], units="abc"
)


def column(panel: Panel, name: str, measure: str, unit: str) -> list[float]:
    rows = (panel.measure == panel.measures.index(measure)) & (
        panel.unit == panel.units.index(unit)
    )
    return [float(value) for value in panel.column(name)[rows]]


def test_every_form_of_a_relation_gives_the_same_share() -> None:
    edges = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    dense = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    forms = [
        edges,
        dense,
        sparse.coo_matrix(dense),
        networkx.Graph([("a", "b"), ("b", "c")]),
        networkx.DiGraph(edges),
        dense + 5 * np.eye(3),  # nobody is a neighbour of their own
    ]
    shares = [unit_periods(SMALL, neighbours=form).column("neighbour_share") for form in forms]
    for share in shares[1:]:
        np.testing.assert_array_equal(share, shares[0])
    assert column(unit_periods(SMALL, neighbours=edges), "neighbour_share", "m", "b") == [0.5, 0.5]


def test_the_destination_of_an_edge_looks_at_its_origin() -> None:
    for relation in ([("a", "c")], networkx.DiGraph([("a", "c")])):
        panel = unit_periods(SMALL, neighbours={"led": relation})
        assert column(panel, "led_share", "m", "c") == [1, 1, 1]
        assert column(panel, "led_share", "n", "a") == [0, 0]
        assert any("2 of 3 units have no neighbour (led)" in note.en for note in panel.warnings)


def test_units_outside_the_data_are_counted() -> None:
    panel = unit_periods(SMALL, neighbours=[("a", "b"), ("zz", "b")])
    assert any("1 of 2 edges" in note.en for note in panel.warnings)
    with pytest.raises(NotFound, match="joins two units"):
        unit_periods(SMALL, neighbours=[("A", "B")])


@pytest.mark.parametrize("weights", [np.ones((2, 2)), -np.ones((3, 3)), np.full((3, 3), np.nan)])
def test_weights_that_are_none_are_refused(weights: Any) -> None:
    with pytest.raises(QGraphError, match=r"shape|negative"):
        unit_periods(SMALL, neighbours=weights)


def test_exposure_of_the_same_period_comes_with_a_warning() -> None:
    lagged, same = unit_periods(SMALL), unit_periods(SMALL, lag=0)
    assert column(lagged, "prior_share", "n", "a") == pytest.approx([1 / 3, 1 / 3])
    assert column(same, "prior_share", "n", "a") == pytest.approx([1 / 3, 1])
    assert any("same period" in note.en for note in same.warnings)
    assert not any("same period" in note.en for note in lagged.warnings)


def test_leads_are_the_exposures_of_the_next_period() -> None:
    panel = unit_periods(SMALL, lag=1)
    later = unit_periods(SMALL, lag=0)
    np.testing.assert_array_equal(panel.leads["prior_share"], later.column("prior_share"))


def test_a_signal_is_seen_after_the_lag() -> None:
    signals: dict[str, dict[Any, float]] = {
        "endorsed": {"c": 3},
        "document": {"m": 2},
        "called": {("n", "a"): 3, ("n", "nobody"): 1},
    }
    panel = unit_periods(SMALL, signals=signals)
    assert column(panel, "endorsed", "m", "c") == [0, 0, 1]
    assert column(panel, "endorsed_since", "m", "c") == [0, 0, 1]
    assert column(panel, "document", "m", "b") == [0, 1]
    assert column(panel, "document", "n", "a") == [0, 0]
    assert column(panel, "called", "n", "a") == [0, 1]
    with pytest.raises(NotFound, match="neither a measure nor a unit"):
        unit_periods(SMALL, signals={"typo": {"M": 2}})


def test_rows_tell_whether_promotion_has_come() -> None:
    panel = unit_periods(SMALL, promotion={"n": 4})
    assert column(panel, "regime", "n", "a") == [0, 1]
    assert column(panel, "regime", "m", "c") == [0, 0, 0]
    assert any("2 of 3 adoptions come with or after promotion" in w.en for w in panel.warnings)
    before = panel.keep(panel.column("regime") == 0)
    assert before.adopt.sum() == 1
    assert len(before) == len(before.leads["prior_share"]) == len(before.column("duration"))
    assert before.codebook.records()[0]["mean"] == pytest.approx(1 / len(before))


def test_covariates_are_joined_by_unit_measure_and_period() -> None:
    panel = unit_periods(
        SMALL,
        covariates={
            "gdp": {("b", 1): 10, ("b", 2): 20, ("c", 2): 5},
            "size": {"a": 1, "b": 2, "c": 3},
            "salience": {"m": 7, "n": 8},
        },
        lags={"gdp": 1},
    )
    assert column(panel, "gdp_lag1", "m", "b") == [10, 20]
    np.testing.assert_array_equal(column(panel, "gdp_lag1", "m", "c"), [np.nan, 5, np.nan])
    assert column(panel, "size", "m", "b") == [2, 2]
    assert column(panel, "salience", "n", "a") == [8, 8]
    assert any("gdp_lag1 is not known in" in note.en for note in panel.warnings)


def test_dyads_have_the_numbers_of_both_sides() -> None:
    panel = dyad_periods(
        SMALL,
        relations={"near": [("a", "b", 2.0)]},
        covariates={"size": {"a": 1, "b": 2, "c": 4}, "salience": {"m": 7, "n": 8}},
    )
    row = next(r for r in panel.table.records() if (r["unit"], r["origin"]) == ("b", "a"))
    assert (row["size_destination"], row["size_origin"], row["size_gap"]) == (2, 1, 1)
    assert (row["salience"], row["near"]) == (7, 2)
    assert any("opportunity" in n.en for n in dyad_periods(SMALL, opportunity=False).warnings)


def test_adoptions_without_a_row_are_counted() -> None:
    panel = unit_periods(SMALL, begin={"n": 3}, end={"n": 3})
    told = " ".join(note.en for note in panel.warnings)
    assert "before observation began" in told
    assert "2 adoptions after the end of observation" in told
    first = unit_periods(SMALL, originators=True)
    assert first.adopt.sum() == 5
    assert column(first, "prior_share", "m", "a") == [0]
    assert "first adoptions have no row" in " ".join(n.en for n in unit_periods(SMALL).warnings)


def test_observation_may_begin_before_the_first_adoption() -> None:
    watched = replace(SMALL, begin=np.array([0.0, 2.0]))
    panel = unit_periods(watched)
    assert column(panel, "adopt", "m", "a") == [0, 1]
    assert column(panel, "duration", "m", "a") == [1, 2]


def test_the_cubic_has_its_powers() -> None:
    panel = unit_periods(SMALL, cubic=True)
    np.testing.assert_array_equal(panel.column("duration_3"), panel.column("duration") ** 3)


def test_only_successes_are_called_a_bias() -> None:
    assert any("pro-innovation" in note.en for note in unit_periods(SMALL).warnings)
    failed = Cascades.of([("m", "a", 1), ("m", "b", 3), ("n", "b", 2)], units="abc")
    assert not any("pro-innovation" in note.en for note in unit_periods(failed).warnings)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"lag": -1}, "no lag"),
        ({"lag": 0.5}, "no lag"),
        ({"max_rows": 3}, "more than 3"),
        ({"begin": {"zz": 1}}, "no measure 'zz'"),
        ({"entry": {"zz": 1}}, "no unit 'zz'"),
        ({"end": {"m": 2.5}}, "whole period"),
        ({"end": {"m": np.inf}}, "no end"),
        ({"covariates": {"gdp": {"zz": 1}}}, "no unit and no measure"),
        ({"covariates": {"gdp": {"a": 1}}, "lags": {"gdp": 1}}, "cannot be lagged"),
        ({"lags": {"gdp": 1}}, "no covariate gdp"),
        ({"covariates": {"duration": {"a": 1}}}, "two columns"),
        ({"covariates": {"per head": {"a": 1}}}, "no name for a column"),
    ],
)
def test_wrong_parameters_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(QGraphError, match=complaint):
        unit_periods(SMALL, **options)


def test_times_within_periods_are_refused() -> None:
    with pytest.raises(QGraphError, match="whole period") as refused:
        unit_periods(Cascades.of([("m", "a", 1.5), ("m", "b", 3)]))
    assert "period='year'" in refused.value.hint


def test_there_is_no_panel_of_one_adopter() -> None:
    for build in (unit_periods, dyad_periods):
        with pytest.raises(Refused, match="at risk"):
            build(Cascades.of([("m", "a", 1)]))


def test_too_many_dyads_are_refused() -> None:
    with pytest.raises(QGraphError, match="more than 3"):
        dyad_periods(SMALL, max_rows=3)


def test_a_column_of_ones_own_is_added() -> None:
    panel = unit_periods(SMALL)
    wider = panel.having("even", panel.period % 2 == 0, Words("even", "偶数"))
    assert "even" not in panel.columns
    assert wider.codebook.records()[-1]["meaning_zh"] == "偶数"
    with pytest.raises(QGraphError, match="shape"):
        panel.having("short", [1, 2])
    with pytest.raises(NotFound) as missing:
        panel.column("prior_shares")
    assert "prior_share" in missing.value.hint


# --- outputs -------------------------------------------------------------------------------------


def test_csv_has_every_row_and_text_tells_the_columns() -> None:
    panel = unit_periods(SMALL, neighbours=[("a", "b")])
    rows = list(csv.DictReader(io.StringIO(panel.as_csv())))
    assert len(rows) == len(panel)
    assert rows[0]["unit"] == "b"
    assert float(rows[0]["neighbour_share"]) == 1
    text = panel.as_text()
    assert "share of neighbours that adopted up to one period before" in text
    assert "Berry" in text
    assert "采纳" in panel.as_markdown("zh")
    assert {key: value for key, _, value in panel.summary}["events"] == 3


def test_months_are_written_out() -> None:
    cascades = replace(Cascades.of([("m", "a", 24290), ("m", "b", 24292)]), period="month")
    assert [row["period_text"] for row in unit_periods(cascades).table.records()] == [
        "2024-04",
        "2024-05",
    ]


def test_frame_stata_and_parquet_hold_the_same_rows() -> None:
    pandas = pytest.importorskip("pandas")
    panel = dyad_periods(SMALL, covariates={"size": {"a": 1, "b": 2, "c": 4}})
    frame = panel.as_frame()
    assert next(iter(frame["origin"])) == "a"
    back = pandas.read_stata(io.BytesIO(panel.as_stata()))
    for name in ("unit", "origin", "adopt", "size_gap", "origin_since"):
        assert list(back[name]) == list(frame[name])
    assert panel.as_stata() == panel.as_stata()
    pytest.importorskip("pyarrow")
    back = pandas.read_parquet(io.BytesIO(panel.as_parquet()))
    assert list(back["size_gap"]) == list(frame["size_gap"])


def test_stata_takes_no_chinese_names() -> None:
    pytest.importorskip("pandas")
    with pytest.raises(QGraphError, match="Stata"):
        unit_periods(SMALL, covariates={"人口": {"a": 1}}).as_stata()

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from qgraph.diffusion.growth.adoption_series import AdoptionSeries
from qgraph.diffusion.growth.backtest import backtest
from qgraph.diffusion.growth.curve import growth_curve
from qgraph.diffusion.growth.forecast import forecast
from qgraph.diffusion.growth.models import bass_share
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

from .growth_data import exact_bass, series


def test_an_exact_curve_is_foretold() -> None:
    """100,000 units on a Bass curve: what remains is rounding."""
    test = backtest(exact_bass(), 4, replicates=0)
    assert test.mae < 30
    assert test.skill > 0.95
    assert test.beats_naive
    assert math.isnan(test.coverage)


def test_the_forecast_is_what_the_curve_expects_of_the_units_that_are_left() -> None:
    """The formula by hand, from a separate fit to what was known at the origin."""
    test = backtest(series("medinnovations"), 2, origins=[12], replicates=0)
    known = series("medinnovations").up_to(12)
    curve = growth_curve(known, replicates=0)
    here, there = curve.at([12.0, 14.0])
    expected = 95 + (125 - 95) * (there - here) / (125 - here)
    assert test.target.tolist() == [13, 14]
    assert test.observed.tolist() == [98, 102]
    assert test.forecast[1] == pytest.approx(expected)


def test_benchmarks_and_errors_are_those_of_hand() -> None:
    """Origin 12 has 95 adopters: drift 95 (1 + h/12); 98 and 102 came."""
    test = backtest(series("medinnovations"), 2, origins=[12], replicates=0)
    assert test.last.tolist() == [95, 95]
    assert test.drift == pytest.approx([95 * 13 / 12, 95 * 14 / 12])
    assert test.mae_last == pytest.approx((3 + 7) / 2)
    assert test.mape_last == pytest.approx((3 / 98 + 7 / 102) / 2)
    drift = [95 * 13 / 12 - 98, 95 * 14 / 12 - 102]
    assert test.mae_drift == pytest.approx(np.mean(drift))
    model = np.abs(test.forecast - [98, 102])
    assert test.mae == pytest.approx(model.mean())
    assert test.skill == pytest.approx(1 - model.mean() / min(5, np.mean(drift)))


def test_drift_stops_at_the_number_of_units() -> None:
    test = backtest(series("idtheft"), 3, replicates=0)
    assert test.drift.max() <= 50


def test_origins_run_from_the_eighth_period_to_the_last_but_one() -> None:
    test = backtest(series("medinnovations"), 3, replicates=0)
    assert sorted(set(test.origin)) == list(range(8, 18))
    assert len(test.target) == 3 * 8 + 2 + 1
    assert ((test.target - test.origin >= 1) & (test.target - test.origin <= 3)).all()
    assert len(test.refused) == 0


def test_origins_that_are_too_early_are_not_scored() -> None:
    """smokeban levels off so late that a fit is refused until 2008."""
    test = backtest(series("smokeban"), 3, replicates=0)
    assert test.refused.tolist() == [2002, 2003, 2004, 2005, 2006, 2007]
    assert test.origin.tolist() == [2008]
    assert "6 of 7 origins were refused" in test.warnings[0].en


def test_the_future_has_no_influence() -> None:
    """What was forecast from 12 does not depend on what came after."""
    full = series("medinnovations")
    other = AdoptionSeries.of(
        full.times, np.where(full.times > 12, np.minimum(full.counts + 10, 125), full.counts), 125
    )
    first, second = (backtest(one, 3, origins=[12], replicates=30, seed=4) for one in (full, other))
    assert first.forecast.tolist() == second.forecast.tolist()
    assert first.low.tolist() == second.low.tolist()
    assert first.observed.tolist() != second.observed.tolist()


def test_intervals_hold_most_of_what_came_if_the_model_is_right() -> None:
    """80 of 100 units adopt along a Bass curve; intervals of 90 %, 3 steps ahead, 4 series."""
    clock = np.arange(1.0, 19.0)
    chances = np.diff(0.8 * bass_share(clock, 0.02, 0.45), prepend=0.0, append=1.0)
    covered = []
    for seed in range(4):
        counts = np.cumsum(np.random.default_rng(seed).multinomial(100, chances)[:-1])
        test = backtest(
            AdoptionSeries.of(clock, counts, 100),
            3,
            origins=[9, 11, 13, 15],
            estimator="mle",
            replicates=40,
            confidence=0.9,
            force=True,
        )
        covered.append(test.coverage)
    assert np.mean(covered) > 0.8


def test_forecasts_rise_stay_below_the_units_and_intervals_hold_them() -> None:
    made = forecast(series("medinnovations"), 5, replicates=20, seed=1)
    assert made.times.tolist() == [19, 20, 21, 22, 23]
    assert (np.diff(made.expected) >= 0).all()
    assert (made.expected >= 125).all()  # all have adopted
    partly = forecast(series("medinnovations").up_to(15), 5, replicates=20, seed=1)
    assert (np.diff(partly.expected) > 0).all()
    assert (partly.low <= partly.expected).all()
    assert (partly.expected <= partly.high).all()
    assert partly.low.min() >= 106
    assert partly.high.max() <= 125


def test_a_forecast_is_the_same_on_one_process_and_on_two() -> None:
    known = series("medinnovations").up_to(14)
    one, two = (forecast(known, 2, replicates=6, seed=3, jobs=jobs) for jobs in (1, 2))
    assert one.as_json() == two.as_json()
    assert one.low.tolist() == two.low.tolist()


def test_a_forecast_that_does_not_beat_naive_ones_is_refused() -> None:
    """lott: linear drift errs by 1.5 units on average, the Bass model by 2.2."""
    test = backtest(series("lott"), 3, replicates=0)
    assert test.skill < 0
    assert test.mae_drift < test.mae
    assert any("no better than a naive one" in note.en for note in test.warnings)
    with pytest.raises(Refused, match="no better than a naive one") as refusal:
        forecast(series("lott"), 3, replicates=0)
    assert "不优于朴素基准" in refusal.value.reason.zh
    forced = forecast(series("lott"), 3, replicates=0, force=True)
    assert any("no better than a naive one" in note.en for note in forced.warnings)
    assert np.isnan(forced.low).all()


def test_a_benchmark_without_error_cannot_be_beaten() -> None:
    """Nobody adopts after the eighth period: the last value is always right."""
    flat = AdoptionSeries.of(range(2001, 2016), [1, 3, 8, 14, 18, 20, 21, 21] + [21] * 7, 31)
    test = backtest(flat, 3, replicates=0)
    assert test.mae_last == 0
    assert test.skill == -math.inf
    assert not test.beats_naive


def test_an_untested_forecast_says_so() -> None:
    """Eight periods leave no origin to test from."""
    eight = AdoptionSeries.of(range(2001, 2009), [1, 3, 8, 14, 18, 20, 21, 22], 31)
    made = forecast(eight, 2, replicates=20)
    assert made.backtest is None
    assert any("could not be tested" in note.en for note in made.warnings)
    assert {key: value for key, _, value in made.summary}["mae"] is None


def test_too_sure_intervals_are_reported() -> None:
    """hatecrime had a second wave in 2000-2003 that no Bass curve expects."""
    test = backtest(series("hatecrime"), 3, origins=[1995, 1997, 1999, 2000], replicates=40)
    assert test.coverage < 0.85
    assert any("too sure of itself" in note.en for note in test.warnings)
    assert any("模型过于自信" in note.zh for note in test.warnings)


@pytest.mark.parametrize(
    ("horizon", "origins", "message"),
    [(0, None, "looks nowhere"), (3, [1900, 2009], "no period of the series follows")],
)
def test_a_backtest_that_cannot_be_is_told(
    horizon: int, origins: list[float] | None, message: str
) -> None:
    with pytest.raises(QGraphError, match=message):
        backtest(series("smokeban"), horizon, origins=origins)


def test_a_series_without_room_for_a_backtest_is_refused() -> None:
    with pytest.raises(Refused, match="at each of 5 origins the fit was refused"):
        backtest(series("smokeban").up_to(2007), 3, replicates=0)
    with pytest.raises(Refused, match="4 periods leave nothing"):
        backtest(series("threestrikes"), 3, replicates=0)


def test_results_can_be_read_in_both_languages() -> None:
    test = backtest(series("medinnovations"), 2, origins=[12, 14], replicates=20)
    assert "Linear drift" in test.as_text()
    assert "滚动起点回测" in test.as_text("zh")
    assert json.loads(test.as_json())["summary"]["origins"] == 2
    assert len(test.table) == 4
    made = forecast(series("medinnovations").up_to(14), 2, replicates=20)
    assert made.table.records()[0]["period"] == "15"
    assert "截至14的采纳数" in made.as_text("zh")
    assert json.loads(made.as_json())["settings"]["horizon"] == 2

"""Cox's model and the test of proportionality: R's numbers, lifelines', and plain loops."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from qgraph.diffusion.regression.cox import TIMES, Histories, cox, proportionality
from qgraph.diffusion.regression.event_history import event_history
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

from .panels import assert_same, by_r, doubled, invented, lottery


@pytest.mark.parametrize(("ties", "log_likelihood"), [("efron", -113.466687260), ("breslow", None)])
def test_cox_is_as_in_r(ties: str, log_likelihood: float | None) -> None:
    result = cox(lottery(), ("div_share", "inc_k"), ties=ties, cluster=None)
    estimate, se = by_r(f"coxph {ties}")
    np.testing.assert_allclose(result.estimate, estimate, rtol=0, atol=1e-11)
    np.testing.assert_allclose(result.se, se, rtol=0, atol=1e-11)
    if log_likelihood is not None:
        assert result.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)


def test_clustered_cox_is_as_in_r() -> None:
    result = cox(lottery(), ("div_share", "inc_k"), cluster="unit")
    _, se = by_r("coxph efron cluster(state)")
    np.testing.assert_allclose(result.se_clustered, se, rtol=0, atol=1e-11)
    assert result.clusters == {"unit": 49}


# --- against lifelines ---------------------------------------------------------------------------


@cache
def spells(seed: int = 5, count: int = 120) -> Histories:
    """Subjects watched in up to three rows each, some from late on, with many ties."""
    random = np.random.default_rng(seed)
    rows: list[tuple[float, float, bool, int, int, float, float]] = []
    for number in range(count):
        now = float(random.integers(0, 3))
        rank = random.normal()
        for _ in range(random.integers(1, 4)):
            level = random.normal()
            until = now + float(random.integers(1, 6))
            died = bool(random.random() < 0.15 * np.exp(0.5 * rank - 0.4 * level))
            rows.append((now, until, died, number, number % 3, rank, level))
            now = until
            if died:
                break
    start, stop, event, subject, group, x, z = (np.array(part) for part in zip(*rows, strict=True))
    return Histories(start, stop, event, {"x": x, "z": z}, groups={"unit": subject, "group": group})


@pytest.mark.parametrize("strata", [None, "group"])
def test_time_varying_cox_is_as_in_lifelines(strata: str | None) -> None:
    pandas = pytest.importorskip("pandas")
    fitter = pytest.importorskip("lifelines").CoxTimeVaryingFitter()
    data = spells()
    frame = pandas.DataFrame(
        {"start": data.start, "stop": data.stop, "event": data.event, **data.columns, **data.groups}
    )
    columns = ["start", "stop", "event", "x", "z", "unit"] + ([strata] if strata else [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines is used as a reference here, not tested
        fitter.fit(
            frame[columns],
            event_col="event",
            id_col="unit",
            strata=strata,
            fit_options={"precision": 1e-14, "step_size": 1.0},
        )
    result = cox(data, ["x", "z"], strata=strata)
    np.testing.assert_allclose(result.estimate, fitter.params_, rtol=1e-8)
    np.testing.assert_allclose(result.se, fitter.standard_errors_, rtol=1e-7)
    assert result.log_likelihood == pytest.approx(fitter.log_likelihood_, abs=1e-8)


@cache
def static() -> Histories:
    """Subjects watched once from 0 on, no two with the same time."""
    random = np.random.default_rng(8)
    x, z = random.normal(size=(2, 90))
    time = random.exponential(np.exp(-0.7 * x + 0.3 * z)) + 0.01
    event = random.random(90) < 0.8
    return Histories(
        start=np.zeros(90),
        stop=time,
        event=event,
        columns={"x": x, "z": z},
        groups={"unit": np.arange(90), "family": np.arange(90) // 3},
    )


@pytest.mark.parametrize("time", ["identity", "log", "rank"])
def test_proportionality_and_clusters_are_as_in_lifelines(time: str) -> None:
    """Static rows: lifelines tests those only. (Its km is taken after each event, not before.)"""
    pandas = pytest.importorskip("pandas")
    lifelines = pytest.importorskip("lifelines")
    data = static()
    frame = pandas.DataFrame(
        {"stop": data.stop, "event": data.event, **data.columns, "family": data.groups["family"]}
    )
    result = cox(data, ["x", "z"], cluster="family")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines is used as a reference here, not tested
        options = {"precision": 1e-13}
        robust = lifelines.CoxPHFitter().fit(
            frame, "stop", "event", cluster_col="family", fit_options=options
        )
        plain = lifelines.CoxPHFitter().fit(
            frame.drop(columns="family"), "stop", "event", fit_options=options
        )
        tested = lifelines.statistics.proportional_hazard_test(
            plain, frame.drop(columns="family"), time_transform=time
        )
    np.testing.assert_allclose(result.se_clustered, robust.standard_errors_, rtol=1e-6)
    ours = proportionality(result, time)
    assert [row.chi2 for row in ours.rows[:2]] == pytest.approx(
        list(tested.test_statistic), rel=1e-6
    )
    assert [row.p for row in ours.rows[:2]] == pytest.approx(list(tested.p_value), rel=1e-6)
    assert ours.rows[2].freedom == 2


def test_schoenfeld_residuals_are_what_they_say() -> None:
    """Who had the event, less the weighted mean of the risk set, one event after another."""
    data = static()
    result = cox(data, ["x", "z"])
    values = np.column_stack([data.columns["x"], data.columns["z"]])
    weight = np.exp(values @ result.estimate)
    expected = []
    at_risk_before = []
    for row in sorted(np.flatnonzero(data.event), key=lambda r: data.stop[r]):
        there = data.stop >= data.stop[row]
        expected.append(values[row] - weight[there] @ values[there] / weight[there].sum())
        at_risk_before.append(there.sum())
    np.testing.assert_allclose(result.schoenfeld, expected, atol=1e-10)
    survival = np.concatenate([[1.0], np.cumprod(1 - 1 / np.array(at_risk_before))[:-1]])
    np.testing.assert_allclose(result.survival, survival, rtol=1e-12)
    for time in TIMES:
        assert 0 <= proportionality(result, time).rows[-1].p <= 1


def test_an_effect_that_fades_is_noticed() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=600)
    early = random.exponential(np.exp(-1.5 * x))
    time = np.where(early < 0.3, early, 0.3 + random.exponential(np.exp(1.0 * x)))
    data = Histories(np.zeros(600), time, np.ones(600, dtype=bool), {"x": x})
    model = cox(data, ["x"])
    assert proportionality(model).rows[0].p < 1e-6
    assert "chi-squared" in proportionality(model).as_text()


def test_doubling_all_measures_under_cox() -> None:
    panel = invented()
    terms = ("size", "neighbour_share")
    one, two = (cox(p, terms, ties="breslow", cluster="unit") for p in (panel, doubled(panel)))
    assert_same(one, two, "estimate", "se_clustered")


def test_a_term_that_all_at_risk_share_is_refused_by_cox() -> None:
    with pytest.raises(Refused, match="prior_share is the same for all"):
        cox(lottery(), ["prior_share", "inc_k"])
    with pytest.raises(Refused, match="prior_share is the same for all"):
        cox(invented(), ["prior_share", "size"], strata="measure")


def test_events_at_one_time_tell_nothing_of_proportionality() -> None:
    x = np.random.default_rng(0).normal(size=30)
    data = Histories(np.zeros(30), np.ones(30), x > np.sort(x)[::-1][12] - x, {"x": x})
    noisy = replace(data, event=np.arange(30) % 2 == 0)
    with pytest.raises(Refused, match="one time"):
        proportionality(cox(noisy, ["x"]))


def test_rows_mixed_or_not_known_are_no_matter() -> None:
    panel, terms = invented(), ("size", "neighbour_share")
    order = np.random.default_rng(6).permutation(len(panel))
    mixed = panel.keep(order)  # type: ignore[arg-type]  # places pick rows as truths do
    assert_same(cox(panel, terms), cox(mixed, terms))
    known = np.arange(len(panel)) % 7 > 0
    holed = panel.having("size", np.where(known, panel.column("size"), np.nan))
    assert cox(holed, terms).rows == known.sum()


def test_a_coefficient_without_bound_is_refused_by_name() -> None:
    panel = invented()
    quasi = panel.having("never", (panel.adopt == 0) & (panel.column("size") > 0.5))
    with pytest.raises(Refused, match="never is infinite"):
        cox(quasi, ["neighbour_share", "never"])


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda p: cox(p, ["size"], ties="exact"), "no ties"),
        (lambda p: proportionality(cox(p, ["size"]), "sqrt"), "no function of time"),
        (lambda _: Histories(np.ones(1), np.ones(1), np.ones(1, bool), {}), "before it starts"),
    ],
)
def test_wrong_parameters_are_refused(call: Any, complaint: str) -> None:
    with pytest.raises(QGraphError, match=complaint):
        call(invented())


def test_grouped_time_is_close_to_cox() -> None:
    """The cloglog with a dummy for each duration is Cox in grouped time (Prentice, Gloeckler)."""
    panel = invented()
    terms = ("size", "neighbour_share")
    grouped = event_history(panel, terms, link="cloglog", fixed=("duration",))
    np.testing.assert_allclose(grouped.estimate[1:], cox(panel, terms).estimate, rtol=0.05)

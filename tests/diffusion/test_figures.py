"""Figures: one of each kind of result, in two languages, text as text, the same bytes each time."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import qgraph.diffusion
from qgraph.diffusion.figures import draw, figure
from qgraph.diffusion.growth.adoption_series import AdoptionSeries
from qgraph.diffusion.promotion.rate import promotion_rate
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Result
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.errors import QGraphError
from qgraph.graph import load

if TYPE_CHECKING:
    from collections.abc import Callable


pytest.importorskip("matplotlib")

#: Results that are tables by nature: one number, or a data set.
WITHOUT = {
    "Moran": "one index",
    "Panel": "a data set",
    "_Described": "the codebook of a panel",
    "Proportionality": "one p-value per term",
    "Curve": "what the curves have in common",
}


def spells(*, bounded: bool = False) -> Spells:
    """Thirty measures in two fields; some promoted, some ended, some still running."""
    rows = []
    for number in range(30):
        group = "law <&>" if number % 2 else "finance"
        length = float(1 + number * 7 % 11)
        cause = ("promotion", "end", "")[number * 5 % 3]
        early = length - 1 - number % 3 if bounded and cause else None
        rows.append(Spell(length, cause, group=group, earliest=early))
    return Spells.of(rows, causes=("promotion", "end"), by="field", period="year")


@cache
def cascades() -> Cascades:
    """Sixty measures over eight units; the first units tend to be first."""
    rng = np.random.default_rng(1)
    rows = []
    for measure in range(60):
        order = np.argsort(rng.exponential(1.0 + np.arange(8)))
        last = rng.integers(4, 9)
        for place, unit in enumerate(order[:last]):
            rows.append((f"m{measure:02}", f"unit-{unit}", float(2000 + place + rng.integers(2))))
    return Cascades.of(rows, period="year")


def series() -> AdoptionSeries:
    counts = [1, 2, 3, 5, 6, 8, 12, 20, 30, 38, 42, 45, 46, 47, 47, 48]
    return AdoptionSeries.of(range(2000, 2016), counts, 60, measure="m", period="year")


def survival(name: str) -> Result:
    from qgraph.diffusion.survival import estimators as curves
    from qgraph.diffusion.survival.life_table import life_table
    from qgraph.diffusion.survival.log_rank import log_rank
    from qgraph.diffusion.survival.risk_table import risk_table
    from qgraph.diffusion.survival.turnbull import turnbull

    if name == "IntervalSurvival":
        return turnbull(spells(bounded=True))
    methods: dict[str, Callable[[Spells], Result]] = {
        "SurvivalCurve": curves.kaplan_meier,
        "CumulativeHazard": curves.nelson_aalen,
        "CumulativeIncidence": curves.aalen_johansen,
        "LifeTable": life_table,
        "LogRank": log_rank,
        "RiskTable": risk_table,
    }
    return methods[name](spells())


def growth(name: str) -> Result:
    from qgraph.diffusion.growth.backtest import backtest
    from qgraph.diffusion.growth.comparison import compare_growth
    from qgraph.diffusion.growth.curve import growth_curve
    from qgraph.diffusion.growth.forecast import forecast

    if name == "GrowthCurve":
        return growth_curve(series(), "two-regime", promotion=2006.0, replicates=5, jobs=1)
    if name == "CurveComparison":
        return compare_growth(series(), ["bass", "logistic"])
    how: dict[str, Any] = {"replicates": 3, "jobs": 1, "force": True}
    return forecast(series(), 2, **how) if name == "Forecast" else backtest(series(), 2, **how)


@cache
def rates() -> Any:
    from qgraph.diffusion.networks.netrate import censored_rates

    return censored_rates(cascades())


def networks(name: str) -> Result:
    from qgraph.diffusion.networks.netinf import infer
    from qgraph.diffusion.networks.significance import calibrate
    from qgraph.diffusion.networks.stability import stability
    from qgraph.diffusion.networks.structure import structure

    if name == "RateNetwork":
        return rates()  # type: ignore[no-any-return]  # cache forgets the type
    if name == "CalibratedNetwork":
        return calibrate(cascades(), permutations=40, jobs=1)
    if name == "StableNetwork":
        return stability(cascades(), edges=9, replicates=5, jobs=1)
    network = infer(cascades(), edges=20)
    return network if name == "Network" else structure(network.graph())


def units(name: str) -> Result:
    from qgraph.diffusion.scores.dynamic_scores import dynamic_rate_scores
    from qgraph.diffusion.scores.exposure import exposure
    from qgraph.diffusion.scores.lead_lag import lead_lag
    from qgraph.diffusion.scores.rate_scores import rate_scores

    if name == "RateScores":
        return rate_scores(cascades(), replicates=20, jobs=1)
    if name == "LeadLag":
        return lead_lag(cascades(), level=0.2)
    if name == "DynamicScores":
        return dynamic_rate_scores(cascades())
    ring = [(f"unit-{i}", f"unit-{(i + 1) % 8}") for i in range(8)]
    return exposure(cascades(), "m00", ring)


def models(name: str) -> Result:
    from qgraph.diffusion.regression.cox import cox
    from qgraph.diffusion.regression.event_history import event_history
    from qgraph.diffusion.regression.placebo import placebo_test

    from .panels import lottery

    if name == "Cox":
        return cox(lottery(), ["div_share", "inc_k"])
    terms = ["log_duration", "div_share", "inc_k"]
    if name == "Placebo":
        return placebo_test(lottery(), terms, "div_share")
    return event_history(lottery(), terms)


def simulations(name: str) -> Result:
    from qgraph.diffusion.simulation.coverage import coverage_report
    from qgraph.diffusion.simulation.seeding import choose_seeds
    from qgraph.diffusion.simulation.simulate import compare_seed_sets, simulate_cascades

    how: dict[str, Any] = {"horizon": 5.0, "jobs": 1}
    if name == "CoverageReport":
        return coverage_report(replicates=5, only=["wilson", "clopper-pearson"], jobs=1)
    if name == "Simulation":
        return simulate_cascades(rates(), measures=20, **how)
    if name == "SeedComparison":
        sets = {"one": ["unit-0"], "two": ["unit-6", "unit-7"]}
        return compare_seed_sets(rates(), sets, draws=20, **how)
    return choose_seeds(rates(), 2, draws=20, **how)


MADE: dict[str, Callable[[str], Result]] = {
    **dict.fromkeys(
        (
            "SurvivalCurve",
            "CumulativeHazard",
            "CumulativeIncidence",
            "IntervalSurvival",
            "LifeTable",
            "LogRank",
            "RiskTable",
        ),
        survival,
    ),
    **dict.fromkeys(("GrowthCurve", "CurveComparison", "Forecast", "Backtest"), growth),
    **dict.fromkeys(
        ("Network", "RateNetwork", "CalibratedNetwork", "StableNetwork", "Structure"), networks
    ),
    **dict.fromkeys(("RateScores", "LeadLag", "DynamicScores", "Exposure"), units),
    **dict.fromkeys(("Regression", "Cox", "Placebo"), models),
    **dict.fromkeys(("CoverageReport", "Simulation", "SeedComparison", "SeedChoice"), simulations),
    "PromotionRate": lambda _: promotion_rate(94, 835),
}


def every_result() -> set[type[Result]]:
    for module in pkgutil.walk_packages(qgraph.diffusion.__path__, "qgraph.diffusion."):
        importlib.import_module(module.name)
    found: set[type[Result]] = set()
    left = [Result]
    while left:
        for kind in left.pop().__subclasses__():
            found.add(kind)
            left.append(kind)
    return {kind for kind in found if kind.__module__.startswith("qgraph.")}


def test_every_kind_of_result_has_a_figure_or_a_reason_for_none() -> None:
    without = {k.__name__ for k in every_result() if figure.dispatch(k) is figure.dispatch(Result)}
    assert without == set(WITHOUT)


def test_every_figure_is_tried_here() -> None:
    drawn = {kind.__name__ for kind in every_result()} - set(WITHOUT)
    assert drawn == {*MADE, "ReportedSeries"}


@pytest.mark.parametrize("name", MADE)
def test_a_result_is_drawn_in_both_languages(name: str) -> None:
    result = MADE[name](name)
    english, chinese = (draw(result, "svg", language).decode() for language in ("en", "zh"))
    assert "</text>" in english
    assert not re.search("[\u4e00-\u9fff]", _texts(english))
    assert len(re.findall("[\u4e00-\u9fff]", _texts(chinese))) >= 8
    # Text is data: a label never becomes markup.
    assert "<&>" not in english


def _texts(svg: str) -> str:
    return " ".join(re.findall(r">([^<>]+)</text>", svg))


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_result_has_the_same_bytes(form: str) -> None:
    result = survival("CumulativeIncidence")
    assert draw(result, form) == draw(result, form)


def test_survival_tells_the_numbers_at_risk() -> None:
    """At 0 all 30 are at risk, 15 in each group: counted from the spells above."""
    svg = draw(survival("SurvivalCurve")).decode()
    assert _texts(svg).count("15") >= 2
    assert "At risk" in svg


def test_units_go_by_the_names_they_are_given() -> None:
    svg = draw(units("RateScores"), names={"unit-0": "前海"}).decode()
    assert "前海" in svg
    assert "unit-1" in svg


def test_the_rate_is_told_with_both_intervals() -> None:
    """94/835 = 11.26 %, as in Wilson's and in Clopper and Pearson's interval of the same share."""
    texts = _texts(draw(promotion_rate(94, 835)).decode())
    assert "94 of 835 promoted: 11.26%" in texts
    assert "Wilson (1927)" in texts
    assert "Clopper and Pearson (1934)" in texts


def test_reported_counts_show_conflicts_and_the_name_of_their_subject() -> None:
    from qgraph.diffusion.promotion.series import reported_series

    result = reported_series(load())
    chinese = _texts(draw(result, language="zh", names={result.subject: "前海合作区"}).decode())
    assert "前海合作区" in chinese
    conflicts = sum(bool(one.contradicts) for one in result.figures)
    assert f"其中{conflicts}个相互矛盾" in chinese


def test_what_has_no_figure_says_so() -> None:
    from scipy.sparse import csr_array

    from qgraph.diffusion.scores.moran import moran

    values = np.arange(6.0)
    ring = csr_array(np.eye(6, k=1) + np.eye(6, k=-1))
    with pytest.raises(QGraphError, match="no figure of Moran"):
        draw(moran(values, ring, permutations=9, jobs=1))

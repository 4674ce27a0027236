"""Regressions: R's numbers, statsmodels' and lifelines', and what must not change them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.regression.coefficients import adjusted
from qgraph.diffusion.regression.event_history import event_history
from qgraph.diffusion.regression.panel import Panel, dyad_periods, unit_periods
from qgraph.diffusion.regression.placebo import placebo_test
from qgraph.diffusion.result import Refused
from qgraph.errors import NotFound, QGraphError

from .panels import assert_same, by_r, doubled, invented, lottery, pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .conftest import Oracles

    Floats = NDArray[np.float64]

TERMS = ("size", "neighbour_share", "log_duration")


def told(result: Any) -> str:
    return " ".join(note.en for note in result.warnings)


LOTTERY = ("div_share", "inc_k", "log_duration")
POOLED = ("prior_share", "div_share", "inc_k", "log_duration")


# --- against R -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "log_likelihood", "exact"),
    [("logit", -159.678038267, 3e-8), ("cloglog", -159.704044005, 3e-7)],
)
def test_lottery_is_as_in_r(link: str, log_likelihood: float, exact: float) -> None:
    """R stops once the deviance changes by less than 1e-8; we stop at the maximum itself."""
    result = event_history(lottery(), LOTTERY, link=link, cluster=None)
    estimate, se = by_r(f"glm {link}")
    np.testing.assert_allclose(result.estimate, estimate, rtol=0, atol=exact)
    np.testing.assert_allclose(result.se, se, rtol=0, atol=4e-5)
    assert result.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)
    assert (result.rows, result.events) == (1352, 35)
    assert result.aic == pytest.approx(8 - 2 * log_likelihood, abs=1e-8)
    assert np.isnan(result.se_clustered).all()


def test_the_maximum_is_where_the_score_is_zero() -> None:
    panel = lottery()
    columns = np.column_stack([np.ones(len(panel)), *(panel.column(name) for name in LOTTERY)])
    for link in ("logit", "cloglog"):
        eta = columns @ event_history(panel, LOTTERY, link=link).estimate
        hazard = np.exp(eta)
        if link == "logit":
            factor = panel.adopt - hazard / (1 + hazard)
        else:
            factor = np.where(panel.adopt == 1, hazard / np.expm1(hazard), -hazard)
        assert np.abs(columns.T @ factor).max() < 1e-9


def test_213_policies_are_as_in_r(oracles: Oracles) -> None:
    result = event_history(pooled(oracles), POOLED)
    estimate, se = by_r("pooled logit")
    _, clustered = by_r("pooled logit cluster(policy) G/(G-1)")
    np.testing.assert_allclose(result.estimate, estimate, rtol=0, atol=1e-11)
    np.testing.assert_allclose(result.se, se, rtol=0, atol=1e-7)
    np.testing.assert_allclose(result.se_clustered / clustered, 1, rtol=0, atol=2e-6)
    assert result.log_likelihood == pytest.approx(-16104.0553895, abs=1e-7)
    assert result.clusters == {"measure": 213}
    assert "falls with duration" in told(result)


# --- against statsmodels -------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["logit", "cloglog"])
@pytest.mark.parametrize("fixed", [(), ("unit",), ("measure", "period")])
def test_dummies_and_clusters_are_as_in_statsmodels(link: str, fixed: tuple[str, ...]) -> None:
    """Its GLM with the dummies written out; its clustered errors have (n-1)/(n-k) besides ours."""
    families = pytest.importorskip("statsmodels.genmod.families")
    glm = pytest.importorskip("statsmodels.genmod.generalized_linear_model").GLM
    panel = invented()
    # What does not vary within the groups goes: measures all begin in one year here.
    idle = {(): "", ("unit",): "size", ("measure", "period"): "log_duration"}[fixed]
    terms = [name for name in TERMS if name != idle]
    result = event_history(panel, terms, link=link, fixed=fixed, cluster="unit")
    groups = {"unit": panel.unit, "measure": panel.measure, "period": panel.period}
    used = np.ones(len(panel), dtype=bool)
    for _ in range(3):
        for name in fixed:
            codes = groups[name]
            events = np.bincount(codes[used], panel.adopt[used], codes.max() + 1)
            used &= (events > 0)[codes]
    parts = [np.ones(len(panel)), *(panel.column(name) for name in terms)]
    for name in fixed:
        parts += [groups[name] == level for level in np.unique(groups[name][used])[1:]]
    values = np.column_stack(parts).astype(float)[used]
    chosen = {"logit": families.links.Logit, "cloglog": families.links.CLogLog}[link]()
    model = glm(panel.adopt[used], values, family=families.Binomial(chosen))
    theirs = model.fit(tol=1e-12, tol_criterion="params")
    robust = model.fit(
        tol=1e-12,
        tol_criterion="params",
        cov_type="cluster",
        cov_kwds={"groups": panel.unit[used], "use_correction": False},
    )
    shown = len(terms) + 1
    np.testing.assert_allclose(result.estimate, theirs.params[:shown], rtol=1e-8)
    np.testing.assert_allclose(result.se, theirs.bse[:shown], rtol=1e-7)
    assert result.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)
    assert result.aic == pytest.approx(theirs.aic, abs=1e-7)
    assert result.rows == used.sum()
    if link == "logit":  # statsmodels' bread is the observed information, which differs for cloglog
        count = len(np.unique(panel.unit[used]))
        expected = robust.bse[:shown] * np.sqrt(count / (count - 1))
        np.testing.assert_allclose(result.se_clustered, expected, rtol=1e-7)


def test_two_ways_of_clustering_are_added_and_their_intersection_taken_off() -> None:
    """Cameron, Gelbach and Miller (2011), equation 2.11."""
    panel = invented()
    parts = [
        event_history(panel, TERMS, cluster=cluster).covariance
        for cluster in ("measure", "unit", ("measure", "unit"))
    ]
    cell = replace(panel, unit=(panel.measure * 100 + panel.unit).astype(np.int32))
    both = event_history(cell, TERMS, cluster="unit").covariance
    np.testing.assert_allclose(parts[2], parts[0] + parts[1] - both, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("method", ["holm", "bh"])
def test_adjusted_p_values_are_as_in_statsmodels(method: str) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(3).random(20) ** 2
    name = {"holm": "holm", "bh": "fdr_bh"}[method]
    ours = adjusted(p, method)
    np.testing.assert_allclose(ours, multitest.multipletests(p, method=name)[1], rtol=1e-12)  # type: ignore[arg-type]  # never None here


# --- what must not change the numbers ------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    panel = invented()
    order = np.random.default_rng(seed).permutation(len(panel))
    mixed = panel.keep(order)  # type: ignore[arg-type]  # places pick rows as truths do
    assert_same(event_history(panel, TERMS), event_history(mixed, TERMS))


def test_shifting_years_and_renaming_units_change_nothing() -> None:
    panel = invented()
    moved = replace(
        panel, period=panel.period + 500, units=tuple(f"x{name}" for name in panel.units)
    )
    assert_same(event_history(panel, TERMS), event_history(moved, TERMS))


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_doubling_all_measures(link: str) -> None:
    """Plain errors shrink by the root of 2; those clustered by unit know better."""
    panel = invented()
    twice = doubled(panel)
    one = event_history(panel, TERMS, link=link, cluster="unit")
    two = event_history(twice, TERMS, link=link, cluster="unit")
    assert_same(one, two, "estimate", "se_clustered")
    np.testing.assert_allclose(two.se, one.se / np.sqrt(2), rtol=1e-7)
    assert two.log_likelihood == pytest.approx(2 * one.log_likelihood)
    by_measure = [event_history(p, TERMS, link=link, cluster="measure") for p in (panel, twice)]
    old, new = len(panel.measures), len(twice.measures)
    factor = np.sqrt(2 * (old / (old - 1)) / (new / (new - 1)))
    np.testing.assert_allclose(
        by_measure[1].se_clustered * factor, by_measure[0].se_clustered, rtol=1e-7
    )


@given(st.floats(0.001, 1000), st.floats(-1000, 1000))
@settings(max_examples=25, deadline=None)
def test_units_of_measurement_do_not_matter(scale: float, origin: float) -> None:
    panel = invented()
    other = panel.having("size", panel.column("size") * scale + origin)
    one, two = event_history(panel, TERMS), event_history(other, TERMS)
    np.testing.assert_allclose(one.z[1:], two.z[1:], rtol=1e-6)
    np.testing.assert_allclose(one.estimate[1], two.estimate[1] * scale, rtol=1e-6)


def test_the_truth_is_found() -> None:
    """Drawn with 0.8 for size and 1.2 for the share of neighbours."""
    result = event_history(invented(60, 40), ("size", "neighbour_share"))
    for place, truth in ((1, 0.8), (2, 1.2)):
        assert abs(result.estimate[place] - truth) < 3 * result.se_clustered[place]
    assert result.low[1] < np.exp(0.8) < result.high[1]


# --- dyads ---------------------------------------------------------------------------------------


def test_dyads_are_clustered_by_who_adopts() -> None:
    rows = [
        (f"m{m}", f"u{u}", float(t))
        for m, years in enumerate(np.random.default_rng(2).integers(0, 9, (6, 8)))
        for u, t in enumerate(years)
        if t < 7
    ]
    units = [f"u{u}" for u in range(8)]
    panel = dyad_periods(
        Cascades.of(rows, units=units), covariates={"size": {u: i for i, u in enumerate(units)}}
    )
    result = event_history(panel, ["size_gap", "log_duration"])
    assert result.clusters == {"unit": 8}
    assert "Only 8 clusters" in told(result)
    pairs = event_history(panel, ["size_gap", "log_duration"], cluster="dyad")
    assert pairs.clusters["dyad"] > 8
    assert result.se_clustered[1] != pairs.se_clustered[1]


# --- placebo -------------------------------------------------------------------------------------


def spread(seed: int, *, shocks: bool) -> Panel:
    """Units in ten regions that adopt on their own; with shocks a region adopts at one time."""
    random = np.random.default_rng(seed)
    rows = []
    for measure in range(30):
        for region in range(10):
            moment = random.integers(1, 15)
            for unit in range(4):
                year = moment if shocks and random.random() < 0.5 else random.geometric(0.08)
                if year < 16:
                    rows.append((f"m{measure}", f"{region}-{unit}", float(year)))
    units = [f"{region}-{unit}" for region in range(10) for unit in range(4)]
    edges = [(a, b) for a in units for b in units if a != b and a[0] == b[0]]
    return unit_periods(Cascades.of(rows, units=units), neighbours=edges)


def test_common_shocks_show_in_the_placebo() -> None:
    terms = ("neighbour_share", "log_duration")
    shocked = placebo_test(spread(1, shocks=True), terms)
    alone = placebo_test(spread(1, shocks=False), terms)
    assert shocked.effect[1] < 1e-6
    assert "common context" in told(shocked)
    assert {key: value for key, _, value in shocked.summary}["passed"] is False
    assert alone.effect[1] > 0.05
    assert {key: value for key, _, value in alone.summary}["passed"] is True
    assert [row["term"] for row in alone.table.records()] == [
        "neighbour_share",
        "neighbour_share",
        "neighbour_share_lead",
    ]
    assert alone.placebo.terms[-1] == "neighbour_share_lead"


def test_the_placebo_has_its_level() -> None:
    """Without common shocks, p below 0.1 should come in 4 of 40 (at most 10: a chance of 0.2%)."""
    terms = ("neighbour_share", "log_duration")
    p = [placebo_test(spread(seed, shocks=False), terms).effect[1] for seed in range(40)]
    assert sum(value < 0.1 for value in p) <= 10


def test_a_weak_placebo_says_so() -> None:
    assert "is weak here" in told(placebo_test(invented(10, 6), TERMS))


def test_the_placebo_needs_a_lagged_exposure() -> None:
    with pytest.raises(NotFound) as missing:
        placebo_test(invented(), TERMS, "size")
    assert "neighbour_share" in missing.value.hint
    same = Cascades.of([("m", u, t) for t, u in enumerate("abcdef")])
    with pytest.raises(Refused, match="same period"):
        placebo_test(unit_periods(same, lag=0), ["prior_share"], "prior_share")


# --- what is refused, and what is said -----------------------------------------------------------


def with_outcome(panel: Panel, adopt: NDArray[Any]) -> Panel:
    return replace(panel, adopt=adopt.astype(np.int8))


def test_separated_data_are_refused_by_name() -> None:
    panel = invented()
    decided = panel.having("decides", panel.adopt == 1)
    with pytest.raises(Refused, match="separated by decides"):
        event_history(decided, ["size", "decides"])
    quasi = panel.having("never", (panel.adopt == 0) & (panel.column("size") > 0.5))
    for link in ("logit", "cloglog"):
        with pytest.raises(Refused, match="separated by never"):
            event_history(quasi, ["neighbour_share", "never"], link=link)


def test_terms_that_separate_only_together_are_refused() -> None:
    """Neither term tells adoptions apart, but any adoption has a sum above 1, any other below."""
    panel = invented()
    random = np.random.default_rng(2)
    one = random.normal(size=len(panel))
    other = np.where(panel.adopt == 1, 1, -1) * (0.2 + random.random(len(panel))) - one + 1
    apart = panel.having("one", one).having("other", other)
    for link in ("logit", "cloglog"):
        with pytest.raises(Refused, match="separated by one, other"):
            event_history(apart, ["one", "other"], link=link)


def test_terms_that_cannot_be_told_apart_are_refused() -> None:
    panel = invented()
    twice = panel.having("twice", 2 * panel.column("size") + 1)
    with pytest.raises(Refused, match="collinear: size, twice"):
        event_history(twice, ["neighbour_share", "size", "twice"])
    with pytest.raises(Refused, match="one does not vary"):
        event_history(panel.having("one", np.full(len(panel), 0.1)), ["size", "one"])
    with pytest.raises(Refused, match="fixed effects cannot be told apart"):
        event_history(panel, ["size", "log_duration"], fixed=["unit"])


def test_too_few_events_are_refused_or_told() -> None:
    panel = lottery()
    assert "events per term" not in told(event_history(panel, LOTTERY))
    few = panel.keep((panel.adopt == 0) | (panel.unit % 2 == 0))
    assert "events per term" in told(event_history(few, LOTTERY))
    none = with_outcome(panel, np.zeros(len(panel)))
    with pytest.raises(Refused, match="0 events for 3 terms"):
        event_history(none, LOTTERY)


def test_clusters_are_checked() -> None:
    with pytest.raises(Refused, match="one measure"):
        event_history(lottery(), LOTTERY, cluster="measure")
    assert event_history(lottery(), LOTTERY).clusters == {"unit": 49}
    assert "not clustered" in told(event_history(lottery(), LOTTERY, cluster=None))
    with pytest.raises(NotFound) as missing:
        event_history(lottery(), LOTTERY, cluster="dyad")
    assert "measure, unit, period" in missing.value.hint
    with pytest.raises(QGraphError, match="two ways"):
        event_history(invented(), TERMS, cluster=("measure", "unit", "period"))


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda p: event_history(p, TERMS, link="probit"), "no link"),
        (lambda p: event_history(p, []), "missing or repeated"),
        (lambda p: event_history(p, ["size", "size"]), "missing or repeated"),
        (lambda p: event_history(p, ["sizes"]), "no column 'sizes'"),
        (lambda p: event_history(p, TERMS, fixed=["dyad"]), "no fixed effects"),
        (lambda p: event_history(p, TERMS, adjust="bonferroni"), "no adjustment"),
        (lambda p: event_history(p, TERMS, confidence=95), "level of confidence"),
    ],
)
def test_wrong_parameters_are_refused(call: Any, complaint: str) -> None:
    with pytest.raises(QGraphError, match=complaint):
        call(invented())


def test_rows_without_a_number_are_left_out_and_counted() -> None:
    panel = invented()
    holed = panel.having("size", np.where(np.arange(len(panel)) % 7, panel.column("size"), np.nan))
    result = event_history(holed, TERMS)
    assert result.rows == (np.arange(len(panel)) % 7 > 0).sum()
    assert "a term is not known there" in told(result)


def test_groups_without_events_are_left_out_and_counted() -> None:
    panel = invented()
    quiet = with_outcome(panel, panel.adopt * (panel.measure != 3))
    result = event_history(quiet, TERMS, fixed=["measure"])
    assert result.rows == (panel.measure != 3).sum()
    assert "all or none have the event" in told(result)
    assert "incidental parameters" in told(result)


def test_products_let_effects_differ_by_regime() -> None:
    panel = invented()
    late = panel.having("regime", panel.period > 7)
    result = event_history(late, ["neighbour_share", "regime", "neighbour_share:regime", "size"])
    by_hand = late.having("product", late.column("neighbour_share") * late.column("regime"))
    other = event_history(by_hand, ["neighbour_share", "regime", "product", "size"])
    assert_same(result, other)


def test_the_tables_have_what_papers_print() -> None:
    result = event_history(invented(), TERMS, adjust="holm")
    names = "term estimate se se_clustered z p p_adjusted ratio low high"
    assert result.table.names == tuple(names.split())
    assert result.table.records()[0]["p_adjusted"] is None
    row = result.table.records()[1]
    assert row["ratio"] == pytest.approx(np.exp(row["estimate"]))
    assert row["low"] < row["ratio"] < row["high"]
    latex = result.as_latex()
    assert r"log\_duration & " in latex
    assert r"\multicolumn{10}{l}{rows: " in latex
    assert "odds ratio" in latex
    assert "风险比" in event_history(invented(), TERMS, link="cloglog").as_latex("zh")
    assert "95%" in result.as_text()
    assert '"link": "logit"' in result.as_json()
    assert "优势比" in result.as_markdown("zh")


def test_the_same_input_gives_the_same_bytes() -> None:
    assert event_history(invented(), TERMS).as_json() == event_history(invented(), TERMS).as_json()

"""Kaplan-Meier, Nelson-Aalen, Aalen-Johansen: against R, lifelines, textbooks, and themselves."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from qgraph.diffusion.result import Refused
from qgraph.diffusion.survival.estimators import aalen_johansen, kaplan_meier, nelson_aalen
from qgraph.diffusion.survival.risk_table import CONDITIONAL
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .conftest import Oracles

QUICK = settings(max_examples=50, deadline=None)

#: Weeks in remission, 6-MP; a minus is a censored time. Freireich, E. J. et al. (1963), Blood
#: 21(6), 699-716; as in Klein and Moeschberger (2003), table 1.1.
SIX_MP = (6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35)


def six_mp() -> Spells:
    return Spells.of([Spell(abs(t), "relapse" if t > 0 else "") for t in SIX_MP])


def at_events(curve: Any, values: NDArray[np.float64], digits: int = 4) -> list[float]:
    return [round(float(value), digits) for value in values[curve.events > 0]]


def test_kaplan_meier_of_freireichs_patients() -> None:
    """Klein and Moeschberger (2003), tables 4.1 and 4.2: S, its standard error, H, its variance."""
    curve = kaplan_meier(six_mp())
    assert curve.time[curve.events > 0].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.n_risk[curve.events > 0].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert at_events(curve, curve.estimate, 3) == [
        *(0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    ]
    assert at_events(curve, np.sqrt(curve.variance)) == [
        *(0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346)
    ]
    hazard = nelson_aalen(six_mp())
    assert at_events(hazard, hazard.estimate) == [
        *(0.1429, 0.2017, 0.2683, 0.3517, 0.4426, 0.5854, 0.7521)
    ]
    assert at_events(hazard, hazard.variance) == [
        *(0.0068, 0.0103, 0.0147, 0.0217, 0.0299, 0.0503, 0.0781)
    ]
    (median,) = curve.quantile()
    assert median.time == 23
    # Brookmeyer and Crowley (1982) with the log-log interval: from 13, and up to no week seen.
    assert median.low == 13
    assert np.isnan(median.high)


def test_a_real_study_as_r_gives_it(oracles: Oracles) -> None:
    """R survival's survfit on 28,400 spells (US policies by states): all that it prints."""
    rows = oracles.rows("spid_km_from1960_input.csv.gz")
    spells = Spells.of([Spell(float(r["time"]), "adoption" * int(r["event"])) for r in rows])
    from_r = oracles.rows("spid_km_from1960_R.csv")
    r = {name: np.array([float(row[name]) for row in from_r]) for name in from_r[0]}
    curve = kaplan_meier(spells, interval="log")
    assert curve.time.tolist() == r["time"].tolist()
    assert curve.n_risk.tolist() == r["n_risk"].tolist()
    assert curve.events.tolist() == r["n_event"].tolist()
    assert curve.risk.censored.tolist() == r["n_censor"].tolist()
    assert_allclose(curve.estimate, r["surv"], rtol=0, atol=2e-15)
    # R's std.err is that of -log S.
    assert_allclose(np.sqrt(curve.variance), r["std_err"] * r["surv"], rtol=1e-12)
    assert_allclose(curve.low, r["lower"], rtol=0, atol=2e-15)
    assert_allclose(curve.high, r["upper"], rtol=0, atol=2e-15)
    hazard = nelson_aalen(spells)
    assert_allclose(hazard.estimate, r["cumhaz"], rtol=0, atol=2e-15)
    assert_allclose(np.sqrt(hazard.variance), r["cumhaz_se"], rtol=1e-12)
    from_r = oracles.rows("spid_km_from1960_loglog_R.csv")
    curve = kaplan_meier(spells)
    assert_allclose(curve.low, [float(row["lower"]) for row in from_r], rtol=0, atol=2e-15)
    assert_allclose(curve.high, [float(row["upper"]) for row in from_r], rtol=0, atol=2e-15)
    assert curve.quantile()[0].time == 40


def test_groups_as_lifelines_gives_them() -> None:
    """lifelines' Kaplan-Meier (log-log) and Nelson-Aalen on its waltons data, with tied times.

    Its variance of H is another one where times are tied: that of R is in the test above.
    """
    from lifelines import KaplanMeierFitter, NelsonAalenFitter
    from lifelines.datasets import load_waltons

    data = load_waltons()
    rows = zip(data["T"], data["E"], data["group"], strict=True)
    spells = Spells.of([Spell(t, "death" * int(e), group=g) for t, e, g in rows], by="group")
    curve, hazard = kaplan_meier(spells), nelson_aalen(spells)
    means = curve.restricted_mean()
    for place, block in enumerate(curve.risk.blocks):
        own = data[data["group"] == curve.groups[place]]
        theirs = KaplanMeierFitter().fit(own["T"], own["E"])
        assert_allclose(curve.estimate[block], theirs.survival_function_.iloc[1:, 0], atol=1e-14)
        bounds = theirs.confidence_interval_.iloc[1:].to_numpy()
        known = curve.estimate[block] > 0
        assert_allclose(curve.low[block][known], bounds[known, 0], atol=1e-12)
        assert_allclose(curve.high[block][known], bounds[known, 1], atol=1e-12)
        assert curve.quantile()[place].time == theirs.median_survival_time_
        aalen = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(own["T"], own["E"])
        assert_allclose(hazard.estimate[block], aalen.cumulative_hazard_.iloc[1:, 0], atol=1e-14)
        # lifelines' own integral is numerical, to about 1e-3; this one is exact.
        steps = np.diff(np.concatenate(([0.0], theirs.survival_function_.index)))
        area = theirs.survival_function_.iloc[:, 0].to_numpy()
        until = theirs.survival_function_.index.to_numpy() <= means[place].horizon
        exact = float(np.sum((steps[1:] * area[:-1])[until[1:]]))
        rest = means[place].horizon - theirs.survival_function_.index.to_numpy()[until][-1]
        assert means[place].mean == pytest.approx(exact + rest * area[until][-1], abs=1e-10)


def test_delayed_entry_as_lifelines_gives_it() -> None:
    """lifelines with ``entry`` on the multicentre AIDS cohort study that it ships."""
    from lifelines import KaplanMeierFitter
    from lifelines.datasets import load_multicenter_aids_cohort_study

    data = load_multicenter_aids_cohort_study()
    # lifelines counts who enters at t as at risk at t; moved on a little, both agree who is.
    later = data["W"].to_numpy() + 1e-9
    rows = zip(data["T"], data["D"], data["W"], strict=True)
    spells = Spells.of([Spell(t, "death" * int(e), entry=w) for t, e, w in rows])
    theirs = KaplanMeierFitter().fit(data["T"], data["D"], entry=later)
    curve = kaplan_meier(spells)
    table = theirs.event_table.loc[curve.time]
    assert curve.n_risk.tolist() == table["at_risk"].tolist()
    assert_allclose(
        curve.estimate, theirs.survival_function_.loc[curve.time].iloc[:, 0], atol=1e-13
    )
    assert_allclose(curve.low, theirs.confidence_interval_.loc[curve.time].iloc[:, 0], atol=1e-12)


def test_untied_competing_risks_as_lifelines_gives_them() -> None:
    """lifelines' Aalen-Johansen where no times are tied, and nothing has to be jittered."""
    from lifelines import AalenJohansenFitter, NelsonAalenFitter

    random = np.random.default_rng(3)
    time = np.sort(random.exponential(5, 120))
    cause = random.integers(0, 3, 120)
    names = ("", "promotion", "repeal")
    spells = Spells.of([Spell(t, names[k]) for t, k in zip(time, cause, strict=True)])
    hazard = nelson_aalen(spells)
    bounds = NelsonAalenFitter().fit(time, cause > 0).confidence_interval_.iloc[1:].to_numpy()
    known = hazard.estimate > 0
    assert_allclose(hazard.low[known], bounds[known, 0], atol=1e-12)
    assert_allclose(hazard.high[known], bounds[known, 1], atol=1e-12)
    result = aalen_johansen(spells)
    for number in (1, 2):
        theirs = AalenJohansenFitter().fit(time, cause, event_of_interest=number)
        own = result.cause == number - 1
        bounds = theirs.confidence_interval_.iloc[1:].to_numpy()
        assert_allclose(result.estimate[own], theirs.cumulative_density_.iloc[1:, 0], atol=1e-13)
        # Once all at risk have had an event lifelines divides by 0; before, all are the same.
        given = theirs.variance_.iloc[1:].to_numpy()
        assert np.isfinite(given[:-1]).all()
        assert_allclose(result.variance[own][:-1], given[:-1], atol=1e-13)
        known = (result.estimate[own] > 0) & np.isfinite(given)
        assert_allclose(result.low[own][known], bounds[known, 0], atol=1e-10)
        assert_allclose(result.high[own][known], bounds[known, 1], atol=1e-10)


COMPETING = [
    *[Spell(1, "promotion"), Spell(1, "promotion"), Spell(1, "repeal"), Spell(2)],
    *[Spell(3, "promotion"), Spell(3, "repeal"), Spell(4), Spell(5, "promotion"), Spell(6)],
    Spell(6),
]


def test_competing_risks_by_hand_with_ties() -> None:
    """By hand: n = 10, 6, 3 at 1, 3, 5; S before = 1, 7/10, 7/15."""
    result = aalen_johansen(Spells.of(COMPETING))
    promoted, repealed = result.cause == 0, result.cause == 1
    first, second, third = 2 / 10, 7 / 10 / 6, 7 / 15 / 3
    at = [0, 2, 4]
    assert result.time[promoted][at].tolist() == [1, 3, 5]
    assert_allclose(
        result.estimate[promoted][at], [first, first + second, first + second + third], rtol=1e-15
    )
    assert_allclose(result.estimate[repealed][at], [0.1, 0.1 + second, 0.1 + second], rtol=1e-15)
    # 1 - KM with repeals taken for censored: 1 - 8/10 * 5/6 * 2/3 = 5/9 > 0.4722.
    assert result.naive[promoted][-1] == pytest.approx(5 / 9)
    assert result.naive[promoted][-1] > result.estimate[promoted][-1]
    told = {key: value for key, _, value in result.summary}
    assert told["incidence_promotion"] == result.estimate[promoted][-1]
    assert told["naive_promotion"] == result.naive[promoted][-1]


def test_the_variance_of_the_incidence_is_that_of_the_delta_method() -> None:
    """Derivatives by finite differences, covariances of multinomial shares, and nothing else."""
    spells = Spells.of(COMPETING)
    result = aalen_johansen(spells)
    table = result.risk
    share = table.events / table.n_risk[:, None]

    def incidence(shares: NDArray[np.float64], until: int) -> float:
        before = np.concatenate(([1.0], np.cumprod(1 - shares.sum(axis=1))[:-1]))
        return float(np.sum((before * shares[:, 0])[: until + 1]))

    for until in range(len(share)):
        variance = 0.0
        for row in range(until + 1):
            slope = np.zeros(2)
            for k in range(2):
                moved = share.copy()
                moved[row, k] += 1e-6
                slope[k] = (incidence(moved, until) - incidence(share, until)) / 1e-6
            spread = np.diag(share[row]) - np.outer(share[row], share[row])
            variance += slope @ spread @ slope / table.n_risk[row]
        assert result.variance[result.cause == 0][until] == pytest.approx(variance, rel=1e-5)


@st.composite
def rows(draw: st.DrawFn, causes: tuple[str, ...] = ("promotion",)) -> list[Spell]:
    """Spells with ties and delayed entry, of which one is at risk to the end."""
    some = draw(
        st.lists(
            st.tuples(
                st.integers(1, 8),
                st.sampled_from(("", *causes)),
                st.one_of(st.none(), st.integers(0, 6)),
            ),
            max_size=25,
        )
    )
    spells = [
        Spell(float(length + (entry or 0)), cause, -np.inf if entry is None else float(entry))
        for length, cause, entry in some
    ]
    return [*spells, Spell(20.0), Spell(3.0, "promotion")]


def same_at_events(one: Any, other: Any, shift: float = 0.0) -> None:
    """Where there are events, two curves have the same numbers."""
    left, right = one.events > 0, other.events > 0
    assert (one.time[left] + shift).tolist() == other.time[right].tolist()
    for name in ("estimate", "variance", "low", "high"):
        assert_allclose(
            getattr(one, name)[left], getattr(other, name)[right], rtol=1e-9, atol=1e-14
        )


@QUICK
@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_without_censoring_it_is_the_share_still_there(times: list[int]) -> None:
    curve = kaplan_meier(Spells.of([Spell(t, "promotion") for t in times]), conditional=True)
    share = [np.mean(np.array(times) > t) for t in curve.time]
    assert_allclose(curve.estimate, share, atol=1e-14)
    # Then Greenwood's variance is the binomial one, and the mean that of the times, with s^2/n.
    known = curve.estimate > 0
    binomial = curve.estimate * (1 - curve.estimate) / len(times)
    assert_allclose(curve.variance[known], binomial[known], atol=1e-14)
    (mean,) = curve.restricted_mean()
    assert mean.mean == pytest.approx(np.mean(times))
    assert mean.variance == pytest.approx(np.var(times) / len(times), abs=1e-12)
    assert CONDITIONAL in curve.notes


@QUICK
@given(rows(causes=("promotion", "repeal")))
def test_incidences_and_survival_sum_to_one(spells: list[Spell]) -> None:
    every = Spells.of(spells, causes=("promotion", "repeal"))
    result, curve = aalen_johansen(every), kaplan_meier(every)
    total = result.estimate.reshape(2, -1).sum(axis=0) + curve.estimate
    assert_allclose(total, 1, atol=1e-14)
    assert np.all(result.naive >= result.estimate - 1e-14)
    assert np.all((result.low <= result.estimate) & (result.estimate <= result.high))


@QUICK
@given(rows())
def test_a_single_cause_is_one_less_kaplan_meier(spells: list[Spell]) -> None:
    every = Spells.of(spells)
    result, curve = aalen_johansen(every), kaplan_meier(every)
    assert_allclose(result.estimate, 1 - curve.estimate, atol=1e-14)
    assert_allclose(result.variance, curve.variance, atol=1e-14)
    assert_allclose(result.naive, result.estimate, atol=1e-14)


@QUICK
@given(rows(), st.data())
def test_a_spell_in_two_pieces_is_the_same_spell(spells: list[Spell], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(spells) - 1))
    whole = spells[number]
    begin = max(whole.entry, 0.0)
    middle = data.draw(st.floats(begin, whole.exit).filter(lambda t: begin < t < whole.exit))
    parts = [whole._replace(exit=middle, cause=""), whole._replace(entry=middle)]
    pieces = [*spells[:number], *parts, *spells[number + 1 :]]
    for estimate in (kaplan_meier, nelson_aalen):
        same_at_events(estimate(Spells.of(spells)), estimate(Spells.of(pieces)))


@QUICK
@given(rows())
def test_a_spell_censored_at_once_changes_nothing(spells: list[Spell]) -> None:
    for estimate in (kaplan_meier, nelson_aalen):
        same_at_events(estimate(Spells.of(spells)), estimate(Spells.of([*spells, Spell(0.0)])))


@QUICK
@given(rows(causes=("promotion", "repeal")), st.integers(-50, 50))
def test_moving_all_times_moves_the_curves(spells: list[Spell], shift: int) -> None:
    moved = [s._replace(exit=s.exit + shift, entry=s.entry + shift) for s in spells]
    for estimate in (kaplan_meier, nelson_aalen, aalen_johansen):
        same_at_events(estimate(Spells.of(spells)), estimate(Spells.of(moved)), shift)
    mean = kaplan_meier(Spells.of(spells)).restricted_mean()[0]
    other = kaplan_meier(Spells.of(moved)).restricted_mean(origin=shift)[0]
    assert (other.mean, other.variance) == pytest.approx((mean.mean, mean.variance))


@QUICK
@given(rows(causes=("promotion", "repeal")), st.data())
def test_weights_are_copies(spells: list[Spell], data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=len(spells), max_size=len(spells)))
    weighed = [s._replace(weight=float(k)) for s, k in zip(spells, sizes, strict=True)]
    copied = [s for s, k in zip(spells, sizes, strict=True) for _ in range(k)]
    for estimate in (kaplan_meier, nelson_aalen, aalen_johansen):
        same_at_events(estimate(Spells.of(weighed)), estimate(Spells.of(copied)))


@QUICK
@given(rows())
def test_survival_is_below_that_of_the_hazard(spells: list[Spell]) -> None:
    """As 1 - x <= exp(-x), S <= exp(-H), that is H <= -log S."""
    every = Spells.of(spells)
    curve, hazard = kaplan_meier(every), nelson_aalen(every)
    assert np.all(hazard.estimate <= -np.log(curve.estimate) + 1e-12)


@QUICK
@given(rows(), st.sampled_from(("log-log", "log", "plain")))
def test_bounds_hold_the_curve_and_stay_probabilities(spells: list[Spell], interval: str) -> None:
    curve = kaplan_meier(Spells.of(spells), interval=interval)
    assert np.all((curve.low >= 0) & (curve.low <= curve.estimate + 1e-15))
    assert np.all((curve.high <= 1) & (curve.high >= curve.estimate - 1e-15))
    wider = kaplan_meier(Spells.of(spells), interval=interval, confidence=0.99)
    assert np.all((wider.low <= curve.low) & (wider.high >= curve.high))


def test_groups_are_estimated_one_by_one() -> None:
    rows = [*COMPETING, *[s._replace(exit=s.exit + 2, group="z") for s in COMPETING]]
    both = Spells.of(rows, by="domain", period="month")
    for estimate in (kaplan_meier, nelson_aalen, aalen_johansen):
        alone = estimate(Spells.of(COMPETING))
        together = estimate(both)
        for place, shift in ((0, 0), (1, 2)):
            own = together.group == place
            assert (alone.time + shift).tolist() == together.time[own].tolist()
            assert alone.estimate.tolist() == together.estimate[own].tolist()
        assert together.at_risk([1, 3]).tolist() == [[10, 6], [10, 10]]
        titles = [column.title.en for column in together.table.columns]
        assert titles[0] == "domain"
        assert "Time (month)" in titles
        assert "时间（月）" in [column.title.zh for column in together.table.columns]
        assert together.as_json() == estimate(both).as_json()
        assert "解读须知" in together.as_text("zh")


def test_intervals_by_their_formulas() -> None:
    """By hand: S = 1/2 with d/(n(n-d)) = 1/2 at the first of two; z = 1.959964."""
    spells = Spells.of([Spell(1, "promotion"), Spell(2)])
    z, root = 1.959963984540054, 0.5**0.5
    log = kaplan_meier(spells, interval="log")
    assert (log.low[0], log.high[0]) == pytest.approx((0.5 * np.exp(-z * root), 1.0))
    plain = kaplan_meier(spells, interval="plain")
    assert (plain.low[0], plain.high[0]) == (0.0, 1.0)
    cloglog = kaplan_meier(spells)
    power = np.exp(z * root / np.log(0.5))
    assert (cloglog.low[0], cloglog.high[0]) == pytest.approx((0.5 ** (1 / power), 0.5**power))
    hazard = nelson_aalen(spells, interval="plain")
    assert (hazard.low[0], hazard.high[0]) == pytest.approx((0.0, 0.5 + z * 0.5))
    incidence = aalen_johansen(spells, interval="plain")
    assert incidence.high[0] == 1.0
    incidence = aalen_johansen(spells, interval="log")
    assert incidence.low[0] == pytest.approx(0.5 * np.exp(-z * root))


def test_at_zero_the_bounds_are_not_known() -> None:
    spells = Spells.of([Spell(1, "promotion"), Spell(2), Spell(3, "promotion")])
    curve = kaplan_meier(spells)
    assert curve.estimate[-1] == 0
    assert np.isnan([curve.low[-1], curve.high[-1], curve.variance[-1]]).all()
    assert curve.table.records()[-1]["low"] is None
    assert curve.quantile(0.9)[0].time == 3
    # S is 0 from 3 on, so that the mean does not change any more.
    assert curve.restricted_mean(9)[0].mean == curve.restricted_mean(3)[0].mean


def test_a_cause_among_others_comes_with_a_warning() -> None:
    curve = kaplan_meier(Spells.of(COMPETING), cause="promotion")
    assert 1 - curve.estimate[-1] == pytest.approx(5 / 9)
    assert any("overstates" in note.en for note in curve.warnings)
    assert not any("overstates" in n.en for n in kaplan_meier(Spells.of(COMPETING)).warnings)


def test_what_the_data_do_not_carry_is_refused() -> None:
    for estimate in (kaplan_meier, nelson_aalen, aalen_johansen):
        with pytest.raises(Refused, match="no spell ended"):
            estimate(Spells.of([Spell(1), Spell(2)]))
        with pytest.raises(Refused, match="only successes"):
            estimate(Spells.of([Spell(1, "promotion"), Spell(2, "promotion")]))
        with pytest.raises(Refused, match="in an interval"):
            estimate(Spells.of([Spell(1, "promotion", earliest=0), Spell(2)]))
        with pytest.raises(QGraphError, match="no interval 'wald'"):
            estimate(Spells.of(COMPETING), interval="wald")
        with pytest.raises(QGraphError, match="no level"):
            estimate(Spells.of(COMPETING), confidence=95)
    early = Spells.of([Spell(1, "promotion"), Spell(5, "promotion", entry=2), Spell(6, entry=2)])
    for estimate in (kaplan_meier, aalen_johansen):
        with pytest.raises(Refused, match="at 1 all at risk in 'all' had the event, while 2 enter"):
            estimate(early)
    assert nelson_aalen(early).estimate.tolist() == [1.0, 1.5, 1.5]
    with pytest.raises(Refused, match="watched up to 6 only, not up to 7"):
        kaplan_meier(Spells.of(COMPETING)).restricted_mean(7)


def test_nothing_is_warned_of_by_numpy() -> None:
    """Single spells, sudden ends and zeros must not divide by zero."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spells = Spells.of([Spell(1, "promotion"), Spell(2, "repeal")])
        for interval in ("log-log", "log", "plain"):
            kaplan_meier(spells, interval=interval)
            aalen_johansen(spells, interval=interval)

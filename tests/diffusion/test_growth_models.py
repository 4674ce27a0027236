from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from qgraph.diffusion.growth.models import (
    MODELS,
    bass_share,
    gompertz_share,
    logistic_share,
    shock_share,
    two_regime_share,
)

from .growth_data import CLOCK, SHARES

RATES = st.floats(1e-4, 2.0)


def test_bass_starts_at_0_and_ends_at_1_and_agrees_with_the_formula_of_bass() -> None:
    """Bass (1969), equation 9: (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t)."""
    p, q = 0.03, 0.38
    left = np.exp(-(p + q) * CLOCK)
    assert bass_share(CLOCK, p, q) == pytest.approx((1 - left) / (1 + q / p * left), rel=1e-13)
    assert bass_share(np.array([0.0, 1e3]), p, q).tolist() == [0.0, 1.0]


def test_curves_with_a_change_solve_their_differential_equations() -> None:
    """Integrated numerically: dF/dt = (p + qF)(1 - F), with the coefficients of the time."""
    p1, q1, p2, q2 = SHARES["two-regime"]
    ends = {}
    for name, after in (("two-regime", (p2, q2)), ("shock", (5 * p1, 5 * q1))):
        share = 0.0
        for (p, q), span in (((p1, q1), (0.0, 6.5)), (after, (6.5, 12.0))):
            found = solve_ivp(
                lambda _, f, p=p, q=q: (p + q * f) * (1 - f), span, [share], rtol=1e-11, atol=1e-13
            )
            share = float(found.y[0, -1])
        ends[name] = share
    end = np.array([12.0])
    assert two_regime_share(end, p1, q1, p2, q2, 6.5)[0] == pytest.approx(ends["two-regime"])
    assert shock_share(end, p1, q1, 5.0, 6.5)[0] == pytest.approx(ends["shock"])


@given(p=RATES, q=RATES, change=st.floats(0.5, 25))
@settings(max_examples=50, deadline=None)
def test_equal_regimes_are_bass(p: float, q: float, change: float) -> None:
    bass = bass_share(CLOCK, p, q)
    assert two_regime_share(CLOCK, p, q, p, q, change) == pytest.approx(bass, rel=1e-9)
    assert shock_share(CLOCK, p, q, 1.0, change) == pytest.approx(bass, rel=1e-9)


@given(p=RATES, q=RATES, p2=RATES, q2=RATES, factor=st.floats(0.05, 20), change=st.floats(0.5, 25))
@settings(max_examples=50, deadline=None)
def test_shares_rise_from_0_to_1_without_a_jump(
    p: float, q: float, p2: float, q2: float, factor: float, change: float
) -> None:
    fine = np.sort(np.append(np.linspace(0, 30, 301), [change, change + 1e-9]))
    for share in (
        two_regime_share(fine, p, q, p2, q2, change),
        shock_share(fine, p, q, factor, change),
        logistic_share(fine, q, change),
        gompertz_share(fine, q, change),
    ):
        assert ((share >= 0) & (share <= 1)).all()
        assert (np.diff(share) >= -1e-15).all()
        at = fine.searchsorted(change)
        assert share[at + 1] - share[at] < 1e-6


@pytest.mark.parametrize("model", MODELS)
def test_the_inflection_is_where_the_curve_is_steepest(model: str) -> None:
    values = np.array(SHARES[model])
    growth = MODELS[model]
    fine = np.linspace(0, 30, 300_001)
    steepest = fine[np.diff(growth.share(fine, values, 9.0)).argmax()]
    assert growth.inflection(values, 9.0) == pytest.approx(steepest, abs=2e-3)


def test_adoption_that_is_fastest_from_the_start_has_no_inflection() -> None:
    assert math.isnan(MODELS["bass"].inflection(np.array([0.3, 0.2]), math.nan))
    slowing = MODELS["two-regime"].inflection(np.array([0.01, 0.1, 0.9, 0.1]), 9.0)
    assert slowing == 9.0

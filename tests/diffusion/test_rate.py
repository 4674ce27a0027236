"""The promotion rate against published intervals and an independent implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from qgraph.diffusion import promotion_rate
from qgraph.errors import NoAnswer

# Newcombe, R. G. (1998). Two-sided confidence intervals for the single proportion. Statistics in
# Medicine 17, 857-872, table I: methods 3 (score) and 5 (Clopper-Pearson), 95 %.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("promoted", "launched", "score", "exact"), NEWCOMBE)
def test_intervals_agree_with_the_published_table(
    promoted: int, launched: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    rate = promotion_rate(promoted, launched)
    assert (round(rate.wilson.low, 4), round(rate.wilson.high, 4)) == score
    assert (round(rate.clopper_pearson.low, 4), round(rate.clopper_pearson.high, 4)) == exact


@given(st.integers(1, 2000), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_intervals_agree_with_scipy_and_hold_the_share(
    launched: int, data: st.DataObject, confidence: float
) -> None:
    promoted = data.draw(st.integers(0, launched))
    rate = promotion_rate(promoted, launched, confidence)
    test = binomtest(promoted, launched)
    for interval, method in ((rate.wilson, "wilson"), (rate.clopper_pearson, "exact")):
        expected = test.proportion_ci(confidence, method=method)
        assert interval.low == pytest.approx(expected.low, abs=1e-9)
        assert interval.high == pytest.approx(expected.high, abs=1e-9)
        assert 0 <= interval.low <= rate.share <= interval.high <= 1


def test_the_headline_of_qianhai() -> None:
    # 94 of 835: source 000; the bounds are those of statsmodels' proportion_confint.
    rate = promotion_rate(94, 835)
    assert f"{rate.share:.2%}" == "11.26%"
    assert f"{rate.wilson.low:.2%} {rate.wilson.high:.2%}" == "9.29% 13.58%"


@pytest.mark.parametrize(
    ("promoted", "launched", "confidence", "message"),
    [
        (0, 0, 0.95, "no measure was launched"),
        (95, 94, 0.95, "95 of 94 is no share"),
        (-1, 94, 0.95, "-1 of 94 is no share"),
        (94, 835, 1.0, "1.0 is no level of confidence"),
        (94, 835, 0.0, "0.0 is no level of confidence"),
    ],
)
def test_what_is_no_share_is_refused_with_a_reason(
    promoted: int, launched: int, confidence: float, message: str
) -> None:
    with pytest.raises(NoAnswer, match=message) as caught:
        promotion_rate(promoted, launched, confidence)
    assert caught.value.hint

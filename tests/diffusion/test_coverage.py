"""The report on our own coverage: its arithmetic, and that the promises it tries are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import binom

from qgraph.diffusion import promotion_rate
from qgraph.diffusion.simulation.coverage import coverage_report
from qgraph.diffusion.simulation.coverage_trials import TRIALS, Trial
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Callable


def often(rng: np.random.Generator) -> float:
    return float(rng.random() < 0.8)


def seldom(rng: np.random.Generator) -> float | None:
    return None if rng.random() < 0.5 else float(rng.random() < 0.1)


def never(rng: np.random.Generator) -> None:  # noqa: ARG001 - every trial takes random numbers
    return None


def trial(
    once: Callable[[np.random.Generator], float | None],
    nominal: float,
    promise: str = "about",
    allowance: float = 0.0,
    share: float = 1.0,
) -> Trial:
    name = f"{once.__name__} {promise} {nominal}"
    words = Words(name, name)
    return Trial(name, words, words, nominal, once, promise, allowance, share)


def test_a_promise_is_judged_by_its_kind_with_three_standard_errors() -> None:
    """True in 0.8 of all cases: with 400 replicates the standard error is .02."""
    trials = [
        trial(often, 0.80),
        trial(often, 0.95),
        trial(often, 0.95, allowance=0.2),
        trial(often, 0.60, "at least"),
        trial(often, 0.95, "at least"),
        trial(often, 0.95, "at most"),
        trial(often, 0.60, "at most"),
    ]
    report = coverage_report(replicates=400, trials=trials)
    assert report.kept.tolist() == [True, False, True, True, False, True, False]
    assert report.error == pytest.approx(0.02, abs=0.003)
    assert (np.abs(report.empirical - 0.8) < 4 * report.error).all()
    assert ("kept", 4) in [(key, value) for key, _, value in report.summary]


def test_what_was_refused_is_counted_and_not_judged() -> None:
    report = coverage_report(
        replicates=400, trials=[trial(seldom, 0.1), trial(never, 0.95), trial(often, 0.8)]
    )
    assert report.replicates[0] + report.refused[0] == 400
    assert report.refused[0] == pytest.approx(200, abs=40)
    assert report.refused.tolist()[1:] == [400, 0]
    assert np.isnan(report.empirical[1])
    assert report.kept.tolist() == [True, False, True]
    assert len(report.warnings) == 2


def test_a_trial_has_its_own_random_numbers_and_share_of_replicates() -> None:
    both = coverage_report(replicates=40, trials=[trial(seldom, 0.1), trial(often, 0.8, share=0.5)])
    alone = coverage_report(
        replicates=40, trials=[trial(often, 0.8, share=0.5)], only=["often about 0.8"]
    )
    assert both.empirical[1] == alone.empirical[0]
    assert both.replicates[1] == 20
    assert coverage_report(replicates=2, trials=[trial(often, 0.8, share=0.01)]).replicates == [2]


def test_it_does_not_depend_on_the_number_of_workers() -> None:
    keys = ["wilson", "kaplan-meier"]
    one, two = (coverage_report(replicates=6, only=keys, jobs=jobs) for jobs in (1, 2))
    assert one.as_json() == two.as_json()
    assert one.as_json() != coverage_report(replicates=6, only=keys, seed=1).as_json()


def test_the_coverage_of_wilson_is_that_of_enumeration() -> None:
    """Over all 101 outcomes at 1000 shares evenly from 0 to 1."""
    shares = (np.arange(1000) + 0.5) / 1000
    bounds = [promotion_rate(k, 100) for k in range(101)]
    for key, field in (("wilson", "wilson"), ("clopper-pearson", "clopper_pearson")):
        low, high = (
            np.array([getattr(getattr(b, field), end) for b in bounds]) for end in ("low", "high")
        )
        held = (low[:, None] <= shares) & (shares <= high[:, None])
        exact = (binom.pmf(np.arange(101)[:, None], 100, shares) * held).sum(axis=0).mean()
        report = coverage_report(replicates=3000, only=[key])
        assert abs(report.empirical[0] - exact) < 4 * report.error[0]
        assert report.kept[0]


@pytest.mark.parametrize("key", ["kaplan-meier", "aalen-johansen", "rate-scores", "seed-sets"])
def test_cheap_promises_are_kept(key: str) -> None:
    report = coverage_report(replicates=200, only=[key])
    assert report.kept[0]
    assert report.empirical[0] > 0.85
    assert report.refused[0] == 0


def test_the_safe_reference_of_the_rate_network_keeps_its_level() -> None:
    report = coverage_report(replicates=300, only=["rate-network-size-60-chi-squared"])
    assert report.kept[0]
    assert 0 < report.empirical[0] < 0.06


def test_every_trial_runs_and_gives_a_share() -> None:
    report = coverage_report(replicates=2)
    assert [row["trial"] for row in report.table.records()] == [one.key for one in TRIALS]
    assert len({one.key for one in TRIALS}) == len(TRIALS)
    answered = report.empirical[report.replicates > 0]
    assert ((answered >= 0) & (answered <= 1)).all()
    assert len(answered) >= len(TRIALS) - 1
    assert "覆盖率" in report.as_text("zh")


def test_what_is_not_there_cannot_be_tried() -> None:
    with pytest.raises(QGraphError, match="no trial 'wald'") as caught:
        coverage_report(only=["wald"])
    assert "wilson" in caught.value.hint
    with pytest.raises(QGraphError, match="1 replicates"):
        coverage_report(replicates=1)

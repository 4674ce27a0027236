"""Kernels: against their definitions, SNAP's formulas, and the parameters that R chooses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from qgraph.diffusion.networks.kernel import (
    COMPAT,
    KERNELS,
    Exponential,
    Kernel,
    LogNormal,
    PowerLaw,
    Rayleigh,
)
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from .conftest import Oracles

SMALL = Cascades.of(
    [("a", "x", 0), ("a", "y", 1), ("a", "z", 4), ("b", "y", 10), ("b", "x", 12), ("c", "z", 5)]
)
"""Since the first event: 1, 4, 2; since the one before: 1, 3, 2."""


def log_density(kernel: Kernel, *delays: float) -> list[float]:
    values: list[float] = kernel.log_density(np.array(delays)).tolist()
    return values


@pytest.mark.parametrize(
    ("kernel", "least"),
    [
        (Exponential(0.7), 0.0),
        (Rayleigh(3.0), 0.0),
        (LogNormal(0.4, 0.9), 0.0),
        (PowerLaw(2.5, 2.0), 2.0),
    ],
)
def test_a_density_has_mass_one(kernel: Kernel, least: float) -> None:
    mass, _ = quad(lambda x: math.exp(log_density(kernel, x)[0]), least + 1e-12, np.inf)

    assert mass == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize(
    "kernel",
    [Exponential(0.7), Rayleigh(3.0), LogNormal(0.4, 0.9), PowerLaw(2.5, 2.0), PowerLaw(1.5)],
)
def test_density_and_its_logarithm_agree(kernel: Kernel) -> None:
    for delay in (2.0, 3.5, 11.0):
        assert math.log(kernel.density(delay)) == pytest.approx(log_density(kernel, delay)[0])


def test_textbook_values() -> None:
    """By hand: 2e^-2; e^-1/2 at the scale of 1; 1/√(2π) at e^mu = 1; 2/4 · (3/4)^-3."""
    assert Exponential(2).density(1) == pytest.approx(2 * math.exp(-2))
    assert Rayleigh(1).density(1) == pytest.approx(math.exp(-0.5))
    assert LogNormal(0, 1).density(1) == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert PowerLaw(3, 4).density(3) == 0
    assert PowerLaw(3, 4).density(8) == pytest.approx(2 / 4 * 2**-3)


def test_a_long_delay_keeps_its_logarithm_where_the_density_is_no_number() -> None:
    assert Exponential(10).density(200) == 0
    assert log_density(Exponential(10), 200) == [pytest.approx(math.log(10) - 2000)]
    assert log_density(Rayleigh(1), 100) == [pytest.approx(math.log(100) - 5000)]


def test_snap_writes_rayleigh_and_power_law_in_its_own_way() -> None:
    """SNAP: alpha x exp(-alpha x²/2), and (alpha-1) x^-alpha for any delay."""
    alpha = 0.3
    for delay in (0.5, 2.0):
        assert Rayleigh(alpha**-0.5).density(delay) == pytest.approx(
            alpha * delay * math.exp(-0.5 * alpha * delay**2)
        )
        assert PowerLaw(1.3).density(delay) == pytest.approx(alpha * delay**-1.3)


def test_a_delay_below_the_shortest_is_impossible() -> None:
    assert log_density(PowerLaw(2, 3), 2.9) == [-math.inf]


def test_parameters_are_midpoints_of_both_extremes() -> None:
    """By hand, from the delays of SMALL; Rayleigh with sqrt(Σx²/2N) Γ(3)√3/Γ(3.5)."""
    logs = [np.log([1, 4, 2]), np.log([1, 3, 2])]
    unbiased = gamma(3) * math.sqrt(3) / gamma(3.5)
    scale = (math.sqrt(21 / 6) + math.sqrt(14 / 6)) / 2 * unbiased

    assert Exponential.fit(SMALL).rate == pytest.approx((3 / 7 + 3 / 6) / 2)
    assert Rayleigh.fit(SMALL).scale == pytest.approx(scale)
    fitted = LogNormal.fit(SMALL)
    assert fitted.mu == pytest.approx((logs[0].mean() + logs[1].mean()) / 2)
    assert fitted.sigma == pytest.approx((logs[0].std(ddof=1) + logs[1].std(ddof=1)) / 2)
    power = PowerLaw.fit(SMALL)
    assert power.delta == 1
    assert power.alpha == pytest.approx(1 + (3 / logs[0].sum() + 3 / logs[1].sum()) / 2)


def test_compatibility_takes_over_what_r_does_instead() -> None:
    """R: ``mean(a, b)`` is a; ``sum(x^2) / 2 * N`` has N where 1/N is meant."""
    logs = np.log([1, 4, 2])
    fitted = LogNormal.fit(SMALL, compat=COMPAT)

    assert (fitted.mu, fitted.sigma) == pytest.approx((logs.mean(), logs.std(ddof=1)))
    assert Exponential.fit(SMALL, compat=COMPAT) == Exponential.fit(SMALL)
    assert Rayleigh.fit(SMALL, compat=COMPAT).scale == pytest.approx(3 * Rayleigh.fit(SMALL).scale)


def test_where_r_has_no_number_there_is_none() -> None:
    many = Cascades.of([("a", str(place), place) for place in range(173)])

    with pytest.raises(Refused, match="172"):
        Rayleigh.fit(many, compat=COMPAT)
    with pytest.raises(Refused, match="power-law"):
        PowerLaw.fit(SMALL, compat=COMPAT)
    assert Rayleigh.fit(many).scale > 0


def test_parameters_of_the_state_policies(oracles: Oracles) -> None:
    """R, NetworkInference 1.2.5, on its data; the documented midpoint is computed from them."""
    rows = oracles.rows("spid_policies.csv")
    policies = Cascades.of([(r["policy"], r["statenam"], float(r["adopt_year"])) for r in rows])

    assert Exponential.fit(policies).rate == pytest.approx(0.5779550352171931, abs=1e-14)
    compatible = LogNormal.fit(policies, compat=COMPAT)
    assert (compatible.mu, compatible.sigma) == pytest.approx((2.126987, 1.136039), abs=5e-7)
    documented = LogNormal.fit(policies)
    assert (documented.mu, documented.sigma) == pytest.approx((1.302357, 0.929896), abs=5e-7)


@pytest.mark.parametrize("kernel", KERNELS.values())
def test_parameters_need_delays(kernel: type[Kernel]) -> None:
    simultaneous = Cascades.of([("a", "x", 1), ("a", "y", 1), ("b", "x", 3)])

    with pytest.raises(Refused, match="too few delays"):
        kernel.fit(simultaneous)


@pytest.mark.parametrize("kernel", [LogNormal, PowerLaw])
def test_one_delay_has_no_spread(kernel: type[Kernel]) -> None:
    with pytest.raises(Refused, match="too few delays"):
        kernel.fit(Cascades.of([("a", "x", 1), ("a", "y", 3)]))


@pytest.mark.parametrize(
    ("kernel", "parameters", "message"),
    [
        (Exponential, (0.0,), "rate is 0"),
        (Exponential, (math.nan,), "rate is nan"),
        (Rayleigh, (-1.0,), "scale is -1"),
        (LogNormal, (math.inf, 1.0), "mu is inf"),
        (LogNormal, (0.0, 0.0), "sigma is 0"),
        (PowerLaw, (1.0,), "alpha is 1"),
        (PowerLaw, (2.0, -1.0), "delta is -1"),
    ],
)
def test_parameters_out_of_range(
    kernel: type[Kernel], parameters: tuple[float, ...], message: str
) -> None:
    with pytest.raises(QGraphError, match=message):
        kernel(*parameters)


def test_another_program_is_not_known() -> None:
    with pytest.raises(QGraphError, match="'snap'") as caught:
        Exponential.fit(SMALL, compat="snap")
    assert COMPAT in caught.value.hint

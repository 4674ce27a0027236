"""Panels for several tests: policies of the US states, made as R made them, and invented ones."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.regression.panel import Panel, unit_periods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.diffusion.regression.coefficients import Regression

    Floats = NDArray[np.float64]
    from .conftest import Oracles

DATA = Path(__file__).parent / "data"


def same_division(division: dict[str, str]) -> list[tuple[str, str]]:
    return [(a, b) for a in division for b in division if a != b and division[a] == division[b]]


def state_panel(
    adoptions: list[tuple[str, str, float]], states: dict[str, tuple[str, float]]
) -> Panel:
    """The rows as R made them: divisions as neighbours, income in thousands, observed to 2017."""
    cascades = Cascades.of(adoptions, units=list(states))
    return unit_periods(
        cascades,
        end=dict.fromkeys(cascades.measures, 2017),
        neighbours={"div": same_division({state: values[0] for state, values in states.items()})},
        covariates={"inc_k": {state: values[1] for state, values in states.items()}},
    )


def lottery() -> Panel:
    """State lotteries (Berry and Berry 1990): year of adoption, division and income of 50 states.

    From SPID (Boehmke et al. 2020) and R's state.x77, as in eha_lottery_personperiod.csv.
    """
    with (DATA / "lottery.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    adoptions = [("lott", row["state"], float(row["lottery"])) for row in rows if row["lottery"]]
    states = {row["state"]: (row["division"], float(row["income_k"])) for row in rows}
    return state_panel(adoptions, states)


def pooled(oracles: Oracles) -> Panel:
    """The 213 policies first adopted from 1990 to 2010, and by at least two states."""
    years: dict[str, list[float]] = {}
    rows = oracles.rows("spid_policies.csv")
    for row in rows:
        years.setdefault(row["policy"], []).append(float(row["adopt_year"]))
    kept = {name for name, when in years.items() if 1990 <= min(when) <= 2010 and len(when) > 1}
    adoptions = [
        (row["policy"], row["statenam"], float(row["adopt_year"]))
        for row in rows
        if row["policy"] in kept
    ]
    states = {
        row["statenam"]: (row["div"], float(row["inc"]) / 1000)
        for row in oracles.rows("us_state_covariates_x77.csv")
    }
    return state_panel(adoptions, states)


def by_r(model: str) -> tuple[Floats, Floats]:
    """Estimates and errors of R 4.2.2 (glm, survival::coxph, sandwich)."""
    with (DATA / "eha_expected_R.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["model"] == model]
    numbers = [[float(row[name]) for row in rows] for name in ("estimate", "se")]
    return np.array(numbers[0]), np.array(numbers[1])


@cache
def invented(units: int = 30, measures: int = 12, seed: int = 1) -> Panel:
    """Measures that spread among units in a ring, with a number that matters and one that does not.

    Adoption is drawn year by year with the log odds -3 + 0.8 size + 1.2 neighbour_share.
    """
    random = np.random.default_rng(seed)
    names = [f"u{number:02d}" for number in range(units)]
    size = random.normal(size=units)
    rows = []
    for measure in range(measures):
        taken = np.full(units, 99)
        taken[random.integers(units)] = 0
        for year in range(1, 16):
            has = taken < year
            share = (np.roll(has, 1) + np.roll(has, -1).astype(int)) / 2
            odds = np.exp(-3 + 0.8 * size + 1.2 * share)
            taken[~has & (random.random(units) < odds / (1 + odds))] = year
        rows += [
            (f"m{measure:02d}", n, float(t)) for n, t in zip(names, taken, strict=True) if t < 99
        ]
    cascades = Cascades.of(rows, units=names)
    ring = [(a, b) for i, a in enumerate(names) for b in (names[i - 1], names[(i + 1) % units])]
    return unit_periods(
        replace(cascades, end=np.full(measures, 15.0)),
        neighbours=ring,
        covariates={
            "size": dict(zip(names, size.tolist(), strict=True)),
            "noise": dict(zip(names, random.normal(size=units).tolist(), strict=True)),
        },
    )


def assert_same(one: Regression, two: Regression, *names: str) -> None:
    for name in names or ("estimate", "se", "se_clustered"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-7, atol=1e-12)


def doubled(panel: Panel) -> Panel:
    """Every measure twice, under two names."""
    twice = np.tile(np.arange(len(panel)), 2)
    both = panel.keep(twice)  # type: ignore[arg-type]  # places pick rows as truths do
    second = np.repeat([0, len(panel.measures)], len(panel))
    return replace(
        both,
        measure=(both.measure + second).astype(np.int32),
        measures=(*panel.measures, *(f"{name} again" for name in panel.measures)),
    )

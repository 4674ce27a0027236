"""Series of adopters and the fits of R that the tests of growth models share."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from qgraph.diffusion.growth.adoption_series import AdoptionSeries
from qgraph.diffusion.growth.models import bass_share

CLOCK = np.arange(1, 21, dtype=np.float64)
SHARES = {
    "bass": (0.02, 0.4),
    "logistic": (0.5, 8.0),
    "gompertz": (0.3, 6.0),
    "shock": (0.01, 0.2, 4.0),
    "two-regime": (0.01, 0.1, 0.15, 0.6),
}
DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def series(name: str) -> AdoptionSeries:
    """A series of growth_counts.csv."""
    found = [row for row in rows("growth_counts.csv") if row["series"] == name]
    return AdoptionSeries.of(
        [float(row["time"]) for row in found],
        [float(row["adopters"]) for row in found],
        units=125 if name == "medinnovations" else 50,
        measure=name,
    )


def exact_bass(
    p: float = 0.02, q: float = 0.4, m: int = 80_000, units: int = 100_000, periods: int = 20
) -> AdoptionSeries:
    """A series that follows the Bass model but for rounding to whole units."""
    clock = np.arange(1, periods + 1, dtype=np.float64)
    counts = m * bass_share(clock, p, q)
    return AdoptionSeries.of(clock + 2000, counts.round(), units)

"""Moran's I: whether units that are tied are more alike than chance would have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.replicates import replicate
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["Moran", "moran", "moran_index", "moran_moments"]

_METHOD = Method(
    name=Words("Moran's I", "莫兰指数"),
    formula="I = n/Σw_ij · Σ_ij w_ij (x_i - x̄)(x_j - x̄) / Σ_i (x_i - x̄)²",
    citation=(
        "Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37(1/2), "
        "17-23; Cliff, A. D. and Ord, J. K. (1981). Spatial processes. Pion, pages 42-46"
    ),
    assumptions=(
        Words(
            "Under the null hypothesis the values are exchangeable between the units.",
            "零假设下，各单位的取值可任意置换。",
        ),
        Words(
            "Autocorrelation shows that tied units are alike; influence, likeness of circumstances "
            "and a common cause all bring it about.",
            "自相关只说明相连单位取值相近；相互影响、条件相似、共同原因均可造成。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Moran(Result):
    """Autocorrelation of one value over one relation.

    Attributes
    ----------
    index
        Moran's I.
    expected, deviation
        Its mean and standard deviation if the values were shuffled.
    z
        Distance of the index from its mean in standard deviations.
    p
        Share of shuffles with an index at least as high, the data counted as one of them.
    units, ties
        How many units have a value, and how many ties are between them.
    """

    index: float
    expected: float
    deviation: float
    z: float
    p: float
    units: int
    ties: int

    @property
    def table(self) -> Table:
        """One row."""
        return Table(
            (
                Column("index", Words("Moran's I", "莫兰指数"), (self.index,), ".6f"),
                Column("expected", Words("expected", "期望"), (self.expected,), ".6f"),
                Column("deviation", Words("sd", "标准差"), (self.deviation,), ".6f"),
                Column("z", Words("z", "z值"), (self.z,), ".3f"),
                Column("p", Words("p (permutation)", "置换p值"), (self.p,), ".4g"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How many units and ties it rests on."""
        return (
            ("units", Words("units", "单位数"), self.units),
            ("ties", Words("ties", "关系数"), self.ties),
        )


def moran(
    values: NDArray[np.float64],
    weights: csr_array,
    *,
    normalise: bool = True,
    permutations: int = 999,
    seed: int = 0,
    jobs: int | None = None,
) -> Moran:
    r"""Measure whether tied units have similar values, such as times of adoption.

    Parameters
    ----------
    values
        One per unit; units with NaN are left out.
    weights
        Units by units, at least 0: ties from
        :func:`qgraph.diffusion.records.relation.adjacency`, or closeness from
        :func:`qgraph.diffusion.records.relation.inverse_distance`.
    normalise
        Divides each row by its sum, so that every unit with a tie weighs the same.
    permutations
        How often values are shuffled, at least 1.
    seed
        Of the shuffles.
    jobs
        See :func:`qgraph.diffusion.replicates.replicate`.

    Returns
    -------
    Moran
        The index, its moments and its p.

    Raises
    ------
    Refused
        With fewer than four values, equal values, or no tie between the units.
    QGraphError
        If values and weights do not fit, or nothing is to be shuffled.

    Notes
    -----
    .. math:: I = \frac{n}{\sum w_{ij}}
                  \frac{\sum_{ij} w_{ij} (x_i-\bar x)(x_j-\bar x)}{\sum_i (x_i-\bar x)^2}

    Its mean over all permutations is :math:`-1/(n-1)`; its variance is that of Cliff and Ord.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37(1/2), 17-23.

    Cliff, A. D. and Ord, J. K. (1981). Spatial processes: models and applications. Pion,
    pages 42-46.
    """
    if weights.shape != (len(values), len(values)):
        raise QGraphError(
            f"{len(values)} values do not fit a matrix of {weights.shape[0]} units",
            hint="Give one value per unit, NaN where there is none.",
        )
    if permutations < 1:
        raise QGraphError(f"{permutations} shuffles are none", hint="Ask for 999, for instance.")
    known = np.flatnonzero(np.isfinite(values))
    unknown = len(values) - len(known)
    values = values[known]
    weights = weights[known][:, known]
    if len(values) < 4 or np.ptp(values) == 0 or weights.sum() == 0:
        raise Refused(
            Words("there is nothing to correlate", "没有可计算自相关的数据"),
            Words(
                "At least four units with a value are needed, not all of them equal, and ties "
                "between them.",
                "至少需要四个有取值的单位，取值不全相等，且其间存在关系。",
            ),
        )
    if normalise:
        weights = _rows_to_one(weights)
    index = moran_index(values, weights)
    expected, deviation = moran_moments(values, weights)
    once = partial(_shuffled, values, weights)
    drawn = np.array(list(replicate(once, permutations, seed, jobs=jobs, label="shuffle")))
    # Shuffles that change nothing may differ by rounding only.
    reached = int((drawn >= index - 1e-12).sum())
    return Moran(
        method=_METHOD,
        settings={"normalise": normalise, "permutations": permutations},
        warnings=_warnings(unknown),
        seed=seed,
        index=index,
        expected=expected,
        deviation=deviation,
        z=(index - expected) / deviation,
        p=(1 + reached) / (1 + permutations),
        units=len(values),
        ties=int(weights.nnz),
    )


def moran_index(values: NDArray[np.float64], weights: csr_array) -> float:
    """Give Moran's I of values, one per unit, with weights, units by units."""
    centred = values - values.mean()
    return float(
        len(values) / weights.sum() * (centred @ (weights @ centred)) / (centred @ centred)
    )


def moran_moments(values: NDArray[np.float64], weights: csr_array) -> tuple[float, float]:
    """Give mean and standard deviation of Moran's I over all permutations of the values."""
    n = len(values)
    centred = values - values.mean()
    total = weights.sum()
    both = weights + weights.T
    s1 = (both.data**2).sum() / 2
    s2 = ((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum()
    kurtosis = n * (centred**4).sum() / (centred @ centred) ** 2
    expected = -1 / (n - 1)
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * total**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * total**2)
    square = (first - second) / ((n - 1) * (n - 2) * (n - 3) * total**2)
    return expected, float(np.sqrt(max(square - expected**2, 0.0)))


def _warnings(unknown: int) -> tuple[Words, ...]:
    if not unknown:
        return ()
    text = f"{unknown} units without a value were left out, with their ties."
    return (Words(text, f"有{unknown}个无取值的单位及其关系未计入。"),)


def _rows_to_one(weights: csr_array) -> csr_array:
    from scipy.sparse import diags_array

    sums = weights.sum(axis=1)
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return (diags_array(scale) @ weights).tocsr()


def _shuffled(
    values: NDArray[np.float64], weights: csr_array, random: np.random.Generator
) -> float:
    return moran_index(random.permutation(values), weights)

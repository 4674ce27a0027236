"""Coefficients: estimates with their errors, p-values and intervals, as papers print them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from qgraph.diffusion.false_discovery import adjust
from qgraph.diffusion.regression.design import sandwich
from qgraph.diffusion.result import Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.regression.design import Codes

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["ADJUSTMENTS", "HAZARDS", "ODDS", "Inference", "Regression", "adjusted", "inference"]

ADJUSTMENTS = ("holm", "bh")
"""Corrections for several tests: Holm (any error), Benjamini and Hochberg (false discoveries)."""

ODDS = Words("odds ratio", "优势比")
HAZARDS = Words("hazard ratio", "风险比")


class Inference(NamedTuple):
    """What is inferred about coefficients."""

    estimate: Floats
    se: Floats
    se_clustered: Floats
    z: Floats
    p: Floats
    low: Floats
    high: Floats
    covariance: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Result):
    """Coefficients of a regression on who adopts when.

    Attributes
    ----------
    terms
        Names, one per coefficient; dummies of fixed effects are not shown.
    estimate
        Coefficients: log odds or log hazards per unit of the term.
    se, se_clustered
        Standard errors if rows were independent, and clustered ones (NaN without clusters).
    z, p
        Estimate per clustered error (per plain error without clusters), and its two-sided p-value.
    ratio, low, high
        Exponential of the coefficient, and the bounds of its confidence interval.
    p_adjusted
        Corrected for the number of terms, or None; NaN for the intercept.
    covariance
        Of the estimates, clustered if they are.
    log_likelihood, log_likelihood_null, aic
        Of the model, of the one without terms, and Akaike's criterion.
    rows, events
        How many were used.
    clusters
        How many there are, by what they are.
    ratio_words
        What the ratio is.
    """

    terms: tuple[str, ...]
    estimate: Floats
    se: Floats
    se_clustered: Floats
    z: Floats
    p: Floats
    low: Floats
    high: Floats
    covariance: Floats
    log_likelihood: float
    log_likelihood_null: float
    aic: float
    rows: int
    events: int
    p_adjusted: Floats | None = None
    clusters: Mapping[str, int] = field(default_factory=dict)
    ratio_words: Words = HAZARDS

    @property
    def ratio(self) -> Floats:
        """Exponential of the estimates."""
        return _exp(self.estimate)

    @property
    def table(self) -> Table:
        """One row per term."""
        level = f"{_number(self.settings['confidence']):.0%}"
        columns = [
            Column("term", Words("term", "自变量"), self.terms),
            Column("estimate", Words("estimate", "系数"), self.estimate.tolist(), ".4f"),
            Column("se", Words("s.e.", "标准误"), self.se.tolist(), ".4f"),
            Column(
                "se_clustered",
                Words("clustered s.e.", "聚类标准误"),
                self.se_clustered.tolist(),
                ".4f",
            ),
            Column("z", Words("z", "z值"), self.z.tolist(), ".2f"),
            Column("p", Words("p", "p值"), self.p.tolist(), ".4f"),
            Column("ratio", self.ratio_words, self.ratio.tolist(), ".3f"),
            Column("low", Words(f"{level} from", f"{level}下限"), self.low.tolist(), ".3f"),
            Column("high", Words("to", f"{level}上限"), self.high.tolist(), ".3f"),
        ]
        if self.p_adjusted is not None:
            adjusted_p = Words("adjusted p", "校正p值")
            columns.insert(6, Column("p_adjusted", adjusted_p, self.p_adjusted.tolist(), ".4f"))
        return Table(tuple(columns))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """How much data, how many clusters, how well it fits."""
        counted = [
            (f"clusters_{name}", Words(f"clusters by {name}", f"聚类数（{name}）"), count)
            for name, count in self.clusters.items()
        ]
        return (
            ("rows", Words("rows", "行数"), self.rows),
            ("events", Words("events", "事件数"), self.events),
            *counted,
            ("log_likelihood", Words("log-likelihood", "对数似然"), self.log_likelihood),
            ("aic", Words("AIC", "AIC"), self.aic),
        )

    def as_latex(self, language: str = "en") -> str:
        """Write the table for LaTeX, with what was fitted under it."""
        table = self.table
        told = "; ".join(
            f"{what.to(language)}: {value:.2f}"
            if isinstance(value, float)
            else f"{what.to(language)}: {value}"
            for _, what, value in self.summary
        ).replace("_", r"\_")
        foot = rf"\multicolumn{{{len(table.names)}}}{{l}}{{{told}}} \\"
        return table.as_latex(language).replace(
            "\\bottomrule\n", f"\\midrule\n{foot}\n\\bottomrule\n"
        )


def adjusted(p: Floats, method: str | None, *, skip: int = 0) -> Floats | None:
    """Correct p-values for their number.

    Parameters
    ----------
    p
        P-values, 0 to 1.
    method
        ``holm``, ``bh`` or None.
    skip
        How many of the first are no tests of interest, such as that of the intercept; they
        become NaN.

    Returns
    -------
    numpy.ndarray or None
        None if no method is named.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics 6(2), 65-70.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society Series B 57(1), 289-300.

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.04, 0.03]), "holm").tolist()
    [0.03, 0.06, 0.06]
    """
    if method is None:
        return None
    if method not in ADJUSTMENTS:
        raise QGraphError(
            f"there is no adjustment {method!r}",
            hint=f"Adjustments are {', '.join(ADJUSTMENTS)}.",
        )
    tested = p[skip:]
    corrected = np.full(len(p), np.nan)
    corrected[skip:] = _holm(tested) if method == "holm" else adjust(tested, "bh")
    return corrected


def _holm(p: Floats) -> Floats:
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def inference(
    estimate: Floats,
    independent: Floats,
    influence: Floats,
    cluster: Mapping[str, Codes],
    confidence: float,
    *,
    correct: bool,
) -> Inference:
    """Give errors, p-values and intervals of estimates.

    Parameters
    ----------
    estimate, independent, influence
        Coefficients, their covariance if rows are independent, and rows by coefficients that
        covariance times the derivatives of the log-likelihood.
    cluster
        One or two groupings of the rows, or none.
    confidence
        Level of the intervals for the exponentials.
    correct
        Whether clustered covariance is multiplied by G/(G-1).
    """
    from scipy.special import ndtr, ndtri

    if not 0 < confidence < 1:
        raise QGraphError(
            f"{confidence} is no level of confidence", hint="Give one between 0 and 1, as 0.95."
        )
    covariance = sandwich(influence, cluster, correct=correct) if cluster else independent
    se = np.sqrt(np.diag(independent))
    used = np.sqrt(np.diag(covariance))
    z = np.divide(estimate, used, out=np.full_like(estimate, np.nan), where=used > 0)
    reach = float(ndtri((1 + confidence) / 2)) * used
    return Inference(
        estimate=estimate,
        se=se,
        se_clustered=used if cluster else np.full_like(se, np.nan),
        z=z,
        p=2 * ndtr(-np.abs(z)),
        low=_exp(estimate - reach),
        high=_exp(estimate + reach),
        covariance=covariance,
    )


def _exp(values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # infinity is what an unbounded ratio is
        return np.asarray(np.exp(values))


def _number(value: object) -> float:
    return value if isinstance(value, float) else float(str(value))

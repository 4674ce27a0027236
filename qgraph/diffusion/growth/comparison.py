"""Which growth model describes the adopters of a measure best, by Akaike's criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.growth.curve import GrowthCurve, growth_curve
from qgraph.diffusion.growth.guard import ASSUMPTIONS
from qgraph.diffusion.growth.models import MODELS
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.growth.adoption_series import AdoptionSeries

__all__ = ["CurveComparison", "compare_growth"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveComparison(Result):
    """Growth models fitted to one series, the best first.

    Attributes
    ----------
    curves
        The fits, in the order of their AICc.
    delta
        AICc minus the least.
    weights
        Akaike weights; they add up to 1.
    """

    curves: tuple[GrowthCurve, ...]
    delta: NDArray[np.float64]
    weights: NDArray[np.float64]

    @property
    def table(self) -> Table:
        """One row per model."""
        curves = self.curves
        return Table(
            (
                Column("model", Words("Model", "模型"), [curve.model for curve in curves]),
                Column(
                    "parameters",
                    Words("Parameters", "参数个数"),
                    [curve.task.freedom for curve in curves],
                    ".0f",
                ),
                Column(
                    "ceiling",
                    Words("Ceiling m", "上限m"),
                    [curve.ceiling for curve in curves],
                    ".2f",
                ),
                Column(
                    "inflection",
                    Words("Inflection", "拐点"),
                    [curve.inflection_label for curve in curves],
                ),
                Column("rss", Words("RSS", "残差平方和"), [curve.rss for curve in curves], ".4g"),
                Column(
                    "log_likelihood",
                    Words("Log-likelihood", "对数似然"),
                    [curve.log_likelihood for curve in curves],
                    ".3f",
                ),
                Column("aic", Words("AIC", "AIC"), [curve.aic for curve in curves], ".2f"),
                Column("aicc", Words("AICc", "AICc"), [curve.aicc for curve in curves], ".2f"),
                Column("delta", Words("ΔAICc", "ΔAICc"), self.delta.tolist(), ".2f"),
                Column("weight", Words("Weight", "权重"), self.weights.tolist(), ".3f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The best model and its weight."""
        best = self.curves[0]
        return (
            ("best", Words("Best model", "最优模型"), best.model),
            ("weight", Words("Its Akaike weight", "其赤池权重"), float(self.weights[0])),
            ("models", Words("Models compared", "参与比较的模型数"), len(self.curves)),
        )


def compare_growth(
    series: AdoptionSeries,
    models: Sequence[str] | None = None,
    *,
    promotion: float | None = None,
    ceiling: float | str = "bounded",
    estimator: str = "mle",
    force: bool = False,
) -> CurveComparison:
    """Compare growth models fitted to one series by Akaike's criterion.

    Parameters
    ----------
    series
        Cumulative adopters by period.
    models
        Keys of :data:`~qgraph.diffusion.growth.models.MODELS`; by default all of them, those that
        change at a promotion only if its moment is given.
    promotion, ceiling, force
        As in :func:`growth_curve`.
    estimator
        ``mle`` by default, not ``nls``: the residuals of cumulative counts are dependent, so that
        the criterion of least squares finds differences that are not there.

    Returns
    -------
    CurveComparison
        The best model first; a model that is refused is named in the warnings.

    Raises
    ------
    Refused
        If no model can be fitted.

    Notes
    -----
    The sample size in AICc is the number of periods for ``nls`` and of units for ``mle``.

    References
    ----------
    Burnham, K. P. and Anderson, D. R. (2002). Model selection and multimodel inference. 2nd ed.
    Springer, 60-80.
    """
    chosen = models or [
        name for name, model in MODELS.items() if promotion is not None or not model.changes
    ]
    curves: list[GrowthCurve] = []
    warnings: list[Words] = list(series.warnings)
    refusals: list[Refused] = []
    for name in chosen:
        moment = promotion if name in MODELS and MODELS[name].changes else None
        try:
            curve = growth_curve(
                series,
                name,
                promotion=moment,
                ceiling=ceiling,
                estimator=estimator,
                replicates=0,
                force=force,
            )
        except Refused as refusal:
            refusals.append(refusal)
            warnings.append(
                Words(
                    f"{name} was refused: {refusal.reason.en}.",
                    f"{name}未予拟合：{refusal.reason.zh}。",
                )
            )
            continue
        curves.append(curve)
        of_it = [warning for warning in curve.warnings if warning not in series.warnings]
        warnings += [Words(f"{name}: {note.en}", f"{name}：{note.zh}") for note in of_it]
    if not curves:
        raise refusals[0]
    curves.sort(key=lambda curve: (curve.aicc, curve.aic))
    best = curves[0].aicc
    delta = np.array([0.0 if curve.aicc == best else curve.aicc - best for curve in curves])
    likelihood = np.exp(-delta / 2)
    return CurveComparison(
        method=Method(
            Words("Comparison of growth models", "增长模型比较"),
            "AICc = -2 log L + 2k + 2k(k+1)/(n-k-1); weight = e^(-Δ/2) / Σ e^(-Δ/2)",
            "Burnham, K. P. and Anderson, D. R. (2002). Model selection and multimodel inference."
            " 2nd ed. Springer, 60-80.",
            ASSUMPTIONS,
        ),
        settings={
            "models": tuple(chosen),
            "promotion": promotion,
            "ceiling": ceiling,
            "estimator": estimator,
            "force": force,
        },
        warnings=tuple(warnings),
        data=series.data,
        curves=tuple(curves),
        delta=delta,
        weights=likelihood / likelihood.sum(),
    )

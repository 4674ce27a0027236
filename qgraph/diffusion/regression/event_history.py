"""Regressions on panels: event history analysis with logit or cloglog.

The likelihood is maximised in :mod:`qgraph.diffusion.regression.binary`; Cox's model is in
:mod:`qgraph.diffusion.regression.cox`, the placebo test in
:mod:`qgraph.diffusion.regression.placebo`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from qgraph.diffusion.regression.binary import maximise
from qgraph.diffusion.regression.coefficients import HAZARDS, ODDS, Regression, adjusted, inference
from qgraph.diffusion.regression.design import clusters, design, groups, separated
from qgraph.diffusion.result import Method, Refused
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qgraph.diffusion.regression.binary import Maximum
    from qgraph.diffusion.regression.design import Codes, Design
    from qgraph.diffusion.regression.panel import Panel

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["LINKS", "default_cluster", "event_history"]

INTERCEPT = "(Intercept)"

_FAR = 20.0
"""A linear predictor beyond this is a chance of 1e-9: as a rule, the data are separated."""

_LOGIT = Method(
    name=Words("Discrete-time event history analysis, logit", "离散时间事件史分析（logit）"),
    formula="logit h_it = a + b'x_it, h_it = Pr(T_i = t | T_i >= t, x_it)",
    citation=(
        "Berry, F. S. and Berry, W. D. (1990). State lottery adoptions as policy innovations: an "
        "event history analysis. American Political Science Review 84(2), 395-415; Beck, N., Katz, "
        "J. N. and Tucker, R. (1998). Taking time seriously: time-series-cross-section analysis "
        "with a binary dependent variable. American Journal of Political Science 42(4), 1260-1288"
    ),
)
_CLOGLOG = Method(
    name=Words(
        "Discrete-time event history analysis, complementary log-log",
        "离散时间事件史分析（互补双对数）",
    ),
    formula="log(-log(1 - h_it)) = a + b'x_it: proportional hazards in grouped time",
    citation=(
        "Prentice, R. L. and Gloeckler, L. A. (1978). Regression analysis of grouped survival data "
        "with application to breast cancer data. Biometrics 34(1), 57-67"
    ),
)
_ASSUMPTIONS = (
    Words(
        "Units with a common context adopt alike without influence on each other; exposure is "
        "causal only if the terms hold that context constant (see the placebo test).",
        "处境相同的单位即使互不影响也会相似采纳；只有自变量控制了共同处境，暴露效应才有因果含义"
        "（见安慰剂检验）。",
    ),
    Words(
        "Censoring tells nothing about the hazard, and the duration terms have its true form.",
        "删失与风险无关，且时间项的函数形式正确。",
    ),
)
LINKS: Mapping[str, tuple[Method, Words]] = {
    "logit": (replace(_LOGIT, assumptions=_ASSUMPTIONS), ODDS),
    "cloglog": (replace(_CLOGLOG, assumptions=_ASSUMPTIONS), HAZARDS),
}
"""Links of an event history analysis, and what the exponential of a coefficient is."""


def event_history(
    panel: Panel,
    terms: Sequence[str],
    *,
    link: str = "logit",
    cluster: str | Sequence[str] | None = "auto",
    fixed: Sequence[str] = (),
    adjust: str | None = None,
    confidence: float = 0.95,
) -> Regression:
    r"""Regress adoption on terms: event history analysis, pooled if there are several measures.

    Parameters
    ----------
    panel
        Of unit-periods or of dyad-periods.
    terms
        Names of its columns, or products of them such as ``neighbour_share:regime``.
    link
        ``logit`` (odds ratios) or ``cloglog`` (hazard ratios in grouped time).
    cluster
        By what rows are clustered: ``measure``, ``unit`` (in a dyadic panel the destination),
        ``origin``, ``dyad``, ``period``, two of them, or None. ``auto`` is ``measure`` if there
        are several in a panel of unit-periods, else ``unit``.
    fixed
        Fixed effects, as dummies: ``measure``, ``unit``, ``period``, ``duration``, ``origin``.
        Groups in which all or none adopt are left out with their rows.
    adjust
        One of :data:`qgraph.diffusion.regression.coefficients.ADJUSTMENTS`, for the p-values of the
        terms.
    confidence
        Level of the intervals, between 0 and 1.

    Returns
    -------
    Regression
        Maximum likelihood estimates with plain and clustered errors.

    Raises
    ------
    Refused
        If there are no more events than terms, terms do not vary, are collinear or separate
        events from non-events, or all rows are in one cluster.
    NotFound
        If the panel has no such column or group.

    Notes
    -----
    .. math:: \mathrm{logit}\, h_{it} = \alpha + \beta' x_{it}, \qquad
              \log(-\log(1 - h_{it})) = \alpha + \beta' x_{it}

    Clustered covariance is :math:`\frac{G}{G-1} B (\sum_g s_g s_g') B` with the inverse of the
    expected information :math:`B`, as in R (``sandwich::vcovCL``, type HC0) and Stata; statsmodels'
    own differs by the factor :math:`(n-1)/(n-k)`.

    References
    ----------
    Berry, F. S. and Berry, W. D. (1990). State lottery adoptions as policy innovations: an event
    history analysis. American Political Science Review 84(2), 395-415.

    Prentice, R. L. and Gloeckler, L. A. (1978). Regression analysis of grouped survival data with
    application to breast cancer data. Biometrics 34(1), 57-67.
    """
    if link not in LINKS:
        raise QGraphError(f"there is no link {link!r}", hint=f"Links are {', '.join(LINKS)}.")
    available = groups(panel)
    _check_fixed(fixed, available)
    made = design(
        {**panel.columns, "period": panel.column("period")},
        panel.adopt == 1,
        terms,
        fixed={name: available[name] for name in fixed},
    )
    chosen, notes = clusters(default_cluster(cluster, panel), available, made.rows)
    outcome = panel.adopt[made.rows] == 1
    fitted = _fit(made, outcome, link)
    names = (INTERCEPT, *terms)
    inferred = inference(
        fitted.estimate, fitted.covariance, fitted.influence, chosen, confidence, correct=True
    )
    method, ratio_words = LINKS[link]
    parameters = len(names) + sum(int(codes.max()) for codes in made.fixed)
    share = outcome.mean()
    null = len(outcome) * (share * np.log(share) + (1 - share) * np.log1p(-share))
    return Regression(
        method=method,
        settings={
            "link": link,
            "terms": list(terms),
            "cluster": list(chosen),
            "fixed": list(fixed),
            "adjust": adjust,
            "confidence": confidence,
            **{f"panel_{name}": value for name, value in panel.settings.items()},
        },
        warnings=(
            *panel.warnings,
            *made.notes,
            *notes,
            *_heterogeneity(panel, names, inferred.estimate, fixed),
            *_incidental(fixed),
        ),
        data=panel.data,
        terms=names,
        **inferred._asdict(),
        p_adjusted=adjusted(inferred.p, adjust, skip=1),
        log_likelihood=fitted.log_likelihood,
        log_likelihood_null=float(null),
        aic=2 * (parameters - fitted.log_likelihood),
        rows=len(outcome),
        events=int(outcome.sum()),
        clusters={name: int(codes.max()) + 1 for name, codes in chosen.items()},
        ratio_words=ratio_words,
    )


def default_cluster(
    cluster: str | Sequence[str] | None, panel: Panel
) -> str | Sequence[str] | None:
    """Say by what rows are clustered if that is left to us."""
    if cluster != "auto":
        return cluster
    pooled = panel.origin is None and len(np.unique(panel.measure)) > 1
    return "measure" if pooled else "unit"


def _fit(made: Design, outcome: NDArray[np.bool_], link: str) -> Maximum:
    """Fit standardised terms, and give estimates in the units of the terms."""
    found = maximise(made.values, outcome, link, made.fixed)
    if not found.converged or found.furthest > _FAR:
        culprits = separated(made.values, outcome, made.names)
        if culprits:
            raise _separation(culprits)
    if not found.converged:
        raise Refused(
            Words("the likelihood has no maximum that could be found", "似然函数未能收敛"),
            Words("Take fewer terms, or more events.", "请减少自变量或增加事件。"),
        )
    # b / s, and what the means of the terms took from the intercept.
    back = np.diag(np.concatenate([[1.0], 1 / made.spread]))
    back[0, 1:] = -made.mean / made.spread
    return replace(
        found,
        estimate=back @ found.estimate,
        covariance=back @ found.covariance @ back.T,
        influence=found.influence @ back.T,
    )


def _separation(culprits: Sequence[str]) -> Refused:
    which = ", ".join(culprits)
    return Refused(
        Words(
            f"adoptions and non-adoptions are separated by {which}: the coefficient is infinite",
            f"采纳与未采纳可由{which}完全区分，系数趋于无穷",
        ),
        Words(
            "Leave the term out, join its categories, or add data in which it does not decide.",
            "请去掉该自变量、合并其类别，或补充其不能完全决定结果的数据。",
        ),
    )


def _check_fixed(fixed: Sequence[str], available: Mapping[str, Codes]) -> None:
    possible = [name for name in available if name != "dyad"]
    unknown = [name for name in fixed if name not in possible]
    if unknown:
        raise NotFound(
            f"there are no fixed effects of {unknown[0]!r}",
            hint=f"There are those of {', '.join(possible)}.",
        )


def _heterogeneity(
    panel: Panel, names: Sequence[str], estimate: Floats, fixed: Sequence[str]
) -> list[Words]:
    falling = any(
        name in ("duration", "log_duration") and value < 0
        for name, value in zip(names, estimate, strict=True)
    )
    if not falling or "measure" in fixed or len(np.unique(panel.measure)) < 2:
        return []
    return [
        Words(
            "The hazard falls with duration; measures that differ in what is not modelled give that"
            " impression even if the hazard of each is constant. Compare with fixed='measure' or a "
            "model with random effects.",
            "风险随时间下降；措施间未建模的差异即使各自风险不变也会造成这种假象。"
            "请与措施固定效应或随机效应模型对照。",
        )
    ]


def _incidental(fixed: Sequence[str]) -> list[Words]:
    if not set(fixed) & {"measure", "unit", "origin"}:
        return []
    return [
        Words(
            "Fixed effects with few events per group push coefficients away from 0 (incidental "
            "parameters; Neyman and Scott 1948, Econometrica 16(1), 1-32).",
            "每组事件较少时，固定效应会使系数偏离0（伴生参数问题；Neyman与Scott，1948）。",
        )
    ]

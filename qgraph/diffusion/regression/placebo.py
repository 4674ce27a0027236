"""The placebo test of diffusion: exposure must not "explain" what it cannot have caused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.regression.coefficients import Regression
from qgraph.diffusion.regression.event_history import event_history
from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qgraph.diffusion.regression.panel import Panel

__all__ = ["Placebo", "placebo_test"]

_PLACEBO = Method(
    name=Words("Placebo test of diffusion (lagged outcome)", "扩散的安慰剂检验（滞后结果）"),
    formula="h_it on x_it and the exposure of t + 1: its coefficient is 0 unless confounded",
    citation=(
        "Egami, N. (2024). Identification and estimation of causal peer effects using spatial and "
        "diffusion placebo tests. Journal of the Royal Statistical Society Series A, "
        "doi 10.1093/jrsssa/qnae014"
    ),
    assumptions=(
        Words(
            "No effect within a period: adoptions of one period cannot have caused each other.",
            "期内无效应：同期采纳互不为因。",
        ),
        Words(
            "A placebo that is not significant does not prove that nothing confounds.",
            "安慰剂效应不显著并不能证明不存在混杂。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Placebo(Result):
    """An effect of exposure beside that of the same exposure one period later.

    Attributes
    ----------
    treatment
        Name of the exposure.
    model
        The regression that is put to the test.
    placebo
        The same with the lead of the exposure added, the last of its terms.
    """

    treatment: str
    model: Regression
    placebo: Regression

    @property
    def effect(self) -> tuple[float, float]:
        """The placebo effect and its p-value."""
        return float(self.placebo.estimate[-1]), float(self.placebo.p[-1])

    @property
    def table(self) -> Table:
        """The exposure in the model, and exposure and placebo in the model with both."""
        place = self.model.terms.index(self.treatment)
        picked = ((self.model, place), (self.placebo, place), (self.placebo, -1))
        name = self.treatment
        models = ("model", "with placebo", "with placebo")
        whole = [fit.table.records()[row] for fit, row in picked]
        shown = {column.name: column for column in self.model.table.columns}
        numbers = ("estimate", "se", "se_clustered", "z", "p")
        return Table(
            (
                Column("model", Words("model", "模型"), models),
                Column("term", Words("term", "自变量"), (name, name, f"{name}_lead")),
                *(replace(shown[key], values=[row[key] for row in whole]) for key in numbers),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The placebo effect, and what follows."""
        effect, p = self.effect
        passed = p >= 1 - float(str(self.settings["confidence"]))
        return (
            ("placebo", Words("placebo effect", "安慰剂效应"), effect),
            ("p", Words("p-value", "p值"), p),
            ("passed", Words("not told from 0", "与0无显著差异"), passed),
        )


def placebo_test(
    panel: Panel,
    terms: Sequence[str],
    treatment: str = "neighbour_share",
    *,
    link: str = "logit",
    cluster: str | Sequence[str] | None = "auto",
    fixed: Sequence[str] = (),
    confidence: float = 0.95,
) -> Placebo:
    """Ask whether exposure "explains" adoptions that came before it, as only confounding could.

    Parameters
    ----------
    panel
        From :func:`qgraph.diffusion.unit_periods`, with a lag of at least 1.
    terms
        Of the model, among them the treatment.
    treatment
        The exposure: ``prior_share`` or a share of neighbours.
    link, cluster, fixed, confidence
        As in :func:`event_history`.

    Returns
    -------
    Placebo
        The model, and the model with the exposure of the next period added.

    Raises
    ------
    Refused
        If exposure counts the same period, so that adoption and exposure may cause each other; or
        as :func:`event_history`.
    NotFound
        If the treatment is not one of the exposures of the panel.

    Notes
    -----
    Whoever is at risk has not adopted before, so the lagged outcome itself is constant here.
    Equivalently, the outcome of ``t`` is regressed on the exposure of ``t + 1``, which counts the
    adoptions up to ``t + 1 - lag``: with a lag of 1 those of the same period, which by assumption
    neither caused the unit's own adoption nor were caused by it. The exposure of ``t`` and all
    other terms are held constant. A placebo effect that differs from 0 means that neighbours adopt
    together for another reason: common context or homophily.

    References
    ----------
    Egami, N. (2024). Identification and estimation of causal peer effects using spatial and
    diffusion placebo tests. Journal of the Royal Statistical Society Series A,
    doi 10.1093/jrsssa/qnae014.
    """
    if treatment not in panel.leads or treatment not in terms:
        known = [name for name in panel.leads if name in terms] or list(panel.leads)
        raise NotFound(
            f"{treatment!r} is no exposure among the terms",
            hint=f"The treatment is one of the terms that are exposures: {', '.join(known)}.",
        )
    if not panel.settings.get("lag"):
        raise Refused(
            Words(
                "exposure counts the same period, so that the placebo could be an effect",
                "暴露变量计入了同期采纳，安慰剂本身可能就是效应",
            ),
            Words("Build the panel with a lag of at least 1.", "请以至少滞后1期构建面板。"),
        )
    lead = f"{treatment}_lead"
    with_lead = panel.having(lead, panel.leads[treatment])

    def fit(chosen: Sequence[str]) -> Regression:
        return event_history(
            with_lead, chosen, link=link, cluster=cluster, fixed=fixed, confidence=confidence
        )

    model, placebo = fit(terms), fit([*terms, lead])
    result = Placebo(
        method=_PLACEBO,
        settings={**model.settings, "treatment": treatment},
        data=panel.data,
        treatment=treatment,
        model=model,
        placebo=placebo,
    )
    return replace(result, warnings=(*placebo.warnings, *_verdict(result, confidence)))


def _verdict(result: Placebo, confidence: float) -> tuple[Words, ...]:
    _, p = result.effect
    se = result.placebo.se_clustered[-1]
    se = result.placebo.se[-1] if np.isnan(se) else se
    place = result.model.terms.index(result.treatment)
    found = abs(result.model.estimate[place])
    if p < 1 - confidence:
        return (
            Words(
                f"The placebo effect differs from 0 (p = {p:.3g}): part of the effect of "
                f"{result.treatment} is due to a common context or homophily. If it is one of the "
                "moment, fixed='period' takes it up.",
                f"安慰剂效应显著（p = {p:.3g}）：{result.treatment}的效应部分来自"
                "共同处境或同质性；若为共同时点冲击，可加入时期固定效应（fixed='period'）。",
            ),
        )
    if 2 * se > found:
        return (
            Words(
                f"The placebo test is weak here: it would not notice confounding as large as the "
                f"effect of {result.treatment} itself.",
                f"此处安慰剂检验功效不足：即使混杂与{result.treatment}的效应同样大也难以察觉。",
            ),
        )
    return ()

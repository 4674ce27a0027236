"""The promotion rate: the share of launched measures that were promoted, with its intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from qgraph.diffusion.result import Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words

__all__ = ["Interval", "PromotionRate", "promotion_rate"]


_METHOD = Method(
    Words("Promotion rate", "复制推广率"),
    "p = promoted / launched",
    "Wilson (1927), JASA 22(158), 209-212; Clopper and Pearson (1934), Biometrika 26(4), 404-413",
    (
        Words(
            "Each measure is an independent trial with one chance of promotion.",
            "各项措施为推广机会相同的独立试验。",
        ),
        Words(
            "A measure not yet promoted may still be: the share is a lower bound.",
            "尚未推广的措施日后仍可能被推广：该份额为下限。",
        ),
    ),
)


@dataclass(frozen=True)
class Interval:
    """A confidence interval for a share, and where its formula was published."""

    name: str
    low: float
    high: float
    formula: str
    citation: str


@dataclass(frozen=True, kw_only=True)
class PromotionRate(Result):
    """A share of launched measures with two intervals at one level of confidence."""

    promoted: int
    launched: int
    share: float
    confidence: float
    wilson: Interval
    clopper_pearson: Interval

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """Both intervals."""
        return (self.wilson, self.clopper_pearson)

    @property
    def table(self) -> Table:
        """One row per interval."""
        each = self.intervals
        return Table(
            (
                Column("interval", Words("Interval", "区间"), [one.name for one in each]),
                Column("share", Words("Share", "份额"), [self.share] * len(each), ".4f"),
                Column("low", Words("Low", "下限"), [one.low for one in each], ".4f"),
                Column("high", Words("High", "上限"), [one.high for one in each], ".4f"),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """The counts, the share and the level of confidence."""
        return (
            ("promoted", Words("Promoted", "已推广"), self.promoted),
            ("launched", Words("Launched", "已推出"), self.launched),
            ("share", Words("Share", "份额"), self.share),
            ("confidence", Words("Confidence", "置信水平"), self.confidence),
        )

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values, each interval with its formula."""
        numbers = {name: value for name, _, value in self.summary}
        intervals = {"wilson": self.wilson, "clopper_pearson": self.clopper_pearson}
        return {
            **numbers,
            **{name: asdict(interval) for name, interval in intervals.items()},
            **super().as_dict(),
        }


def promotion_rate(promoted: int, launched: int, confidence: float = 0.95) -> PromotionRate:
    r"""Estimate which share of the measures launched is promoted.

    Parameters
    ----------
    promoted
        Measures promoted, 0 to ``launched``.
    launched
        Measures launched, at least 1, by the same subject up to the same time.
    confidence
        Level of both intervals, between 0 and 1, for instance 0.95.

    Returns
    -------
    PromotionRate
        The share promoted/launched, with the Wilson score interval, whose coverage is near the
        level, and the Clopper-Pearson interval, whose coverage is never below it.

    Raises
    ------
    Refused
        If nothing was launched, more was promoted than launched, or the level is no level.

    Notes
    -----
    Both intervals regard each measure as an independent trial with one chance of promotion. With
    share :math:`p`, number :math:`n` and normal quantile :math:`z`, Wilson's bounds are

    .. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Clopper and Pearson's are the quantiles :math:`\alpha/2` of :math:`Beta(x, n-x+1)` and
    :math:`1-\alpha/2` of :math:`Beta(x+1, n-x)`; they are 0 for :math:`x=0` and 1 for :math:`x=n`.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22(158), 209-212.

    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26(4), 404-413.

    Examples
    --------
    >>> rate = promotion_rate(94, 835)
    >>> f"{rate.share:.2%} [{rate.wilson.low:.2%}, {rate.wilson.high:.2%}]"
    '11.26% [9.29%, 13.58%]'
    """
    if launched < 1:
        raise Refused(
            Words("no measure was launched", "没有已推出的措施"),
            Words("A share needs at least one measure.", "计算份额至少需要一项措施。"),
        )
    if not 0 <= promoted <= launched:
        raise Refused(
            Words(f"{promoted} of {launched} is no share", f"{launched}中的{promoted}不成份额"),
            Words(
                "Both counts must be of one subject, and those promoted among those launched.",
                "两个数必须属于同一主体，且已推广者包含在已推出者之中。",
            ),
        )
    if not 0 < confidence < 1:
        raise Refused(
            Words(f"{confidence} is no level of confidence", f"{confidence}不是置信水平"),
            Words("Give one between 0 and 1, as 0.95.", "请给出0与1之间的数，如0.95。"),
        )
    return PromotionRate(
        method=_METHOD,
        settings={"confidence": confidence},
        promoted=promoted,
        launched=launched,
        share=promoted / launched,
        confidence=confidence,
        wilson=_wilson(promoted, launched, confidence),
        clopper_pearson=_clopper_pearson(promoted, launched, confidence),
    )


def _wilson(promoted: int, launched: int, confidence: float) -> Interval:
    from scipy.special import ndtri

    z = float(ndtri((1 + confidence) / 2))
    share = promoted / launched
    centre = share + z**2 / (2 * launched)
    spread = z * (share * (1 - share) / launched + z**2 / (4 * launched**2)) ** 0.5
    scale = 1 + z**2 / launched
    return Interval(
        name="Wilson score",
        # Rounding may step over the ends, where the bounds are exactly 0 and 1.
        low=0.0 if promoted == 0 else (centre - spread) / scale,
        high=1.0 if promoted == launched else (centre + spread) / scale,
        formula="(p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n)",
        citation="Wilson (1927), JASA 22(158), 209-212",
    )


def _clopper_pearson(promoted: int, launched: int, confidence: float) -> Interval:
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    rest = launched - promoted
    return Interval(
        name="Clopper-Pearson",
        low=0.0 if promoted == 0 else float(betaincinv(promoted, rest + 1, tail)),
        high=1.0 if rest == 0 else float(betaincinv(promoted + 1, rest, 1 - tail)),
        formula="Beta(α/2; x, n-x+1) to Beta(1-α/2; x+1, n-x)",
        citation="Clopper and Pearson (1934), Biometrika 26(4), 404-413",
    )

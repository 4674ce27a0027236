"""Kernels: how likely a measure takes a given time from one unit to another.

Densities are computed as logarithms from the start: that of a long delay is too small for a
floating-point number, its logarithm is not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from math import exp, inf, isfinite, log, pi, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

__all__ = ["COMPAT", "KERNELS", "Exponential", "Kernel", "LogNormal", "PowerLaw", "Rayleigh"]

COMPAT = "networkinference-1.2.5"
"""The one program whose numbers can be reproduced, defects included: R, NetworkInference 1.2.5."""

_R_GAMMA = 171
"""Delays up to which R's gamma function stays a floating-point number."""


@dataclass(frozen=True)
class Kernel(ABC):
    """The density of the delay from the event of one unit to that of another."""

    #: The field's name for it.
    name: ClassVar[str]
    #: The density in one line.
    formula: ClassVar[str]

    @abstractmethod
    def log_density(self, delay: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the natural logarithm of the density at delays, which are above 0.

        Minus infinity says that a delay is impossible.
        """

    @abstractmethod
    def density(self, delay: float) -> float:
        """Give the density itself at a delay above 0, rounded as R and SNAP round it."""

    @property
    def parameters(self) -> Mapping[str, float]:
        """Values of its parameters, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    @abstractmethod
    def fit(cls, cascades: Cascades, *, compat: str | None = None) -> Kernel:
        """Choose parameters from the data.

        Nobody knows which earlier unit a measure came from. The longest that its delay may have
        been is the time since the first event of the measure, the shortest the time since the
        event just before; parameters are estimated from both, and the midpoint is taken.

        Parameters
        ----------
        cascades
            At least one measure with two events at different times.
        compat
            ``networkinference-1.2.5`` takes over what that program does instead.

        Raises
        ------
        Refused
            If too few delays can be measured, or the program to be compatible with has no rule.
        """


@dataclass(frozen=True)
class Exponential(Kernel):
    """A constant chance per unit of time.

    Attributes
    ----------
    rate
        Above 0, per unit of time: 1 by the mean delay.
    """

    rate: float

    name: ClassVar[str] = "exponential"
    formula: ClassVar[str] = "f(x) = rate exp(-rate x)"

    def __post_init__(self) -> None:
        _above(self.rate, "rate")

    def log_density(self, delay: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give log rate - rate x."""
        return log(self.rate) - self.rate * delay

    def density(self, delay: float) -> float:
        """Give rate exp(-rate x)."""
        return self.rate * exp(-self.rate * delay)

    @classmethod
    def fit(cls, cascades: Cascades, *, compat: str | None = None) -> Exponential:
        r"""Take the midpoint of the maximum-likelihood rates of both extremes.

        .. math:: \frac12\left(\frac1{\overline{t_i-t_1}} + \frac1{\overline{t_i-t_{i-1}}}\right)

        with the means over all events but the first of each measure; delays of 0 count.
        """
        _check(compat)
        longest, shortest = _delays(cascades)
        return cls((1 / float(longest.mean()) + 1 / float(shortest.mean())) / 2)


@dataclass(frozen=True)
class Rayleigh(Kernel):
    r"""A chance that grows in proportion to the time gone by.

    SNAP writes the same density as :math:`\alpha x e^{-\alpha x^2/2}`: its :math:`\alpha` is
    1/scale², so ``Rayleigh(alpha**-0.5)``.

    Attributes
    ----------
    scale
        Above 0: the delay that is most likely.
    """

    scale: float

    name: ClassVar[str] = "rayleigh"
    formula: ClassVar[str] = "f(x) = x/scale² exp(-x²/(2 scale²))"

    def __post_init__(self) -> None:
        _above(self.scale, "scale")

    def log_density(self, delay: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give log x - 2 log scale - x²/(2 scale²)."""
        with np.errstate(over="ignore"):  # a square too large: as good as impossible
            return np.log(delay) - 2 * log(self.scale) - (delay / self.scale) ** 2 / 2

    def density(self, delay: float) -> float:
        """Give x/scale² exp(-x²/(2 scale²))."""
        return delay / self.scale**2 * exp(-(delay**2) / (2 * self.scale**2))

    @classmethod
    def fit(cls, cascades: Cascades, *, compat: str | None = None) -> Rayleigh:
        r"""Take the midpoint of the unbiased scales of both extremes.

        .. math::
            \sqrt{\frac{\sum x^2}{2N}} \cdot \frac{\Gamma(N)\sqrt N}{\Gamma(N+\frac12)}

        is the maximum-likelihood estimate, without its bias; delays of 0 count in N. R's
        NetworkInference 1.2.5 means the same but writes :math:`\sqrt{N \sum x^2 / 2}`, which is N
        times too much, and its gamma function overflows for N > 171, when it stops with an error.
        With ``compat`` the one is taken over and the other refused.

        References
        ----------
        Siddiqui, M. M. (1964). Statistical inference for Rayleigh distributions. Journal of
        Research of the National Bureau of Standards 68D(9), 1005-1010.
        """
        _check(compat)
        extremes = _delays(cascades)
        scale = sum(map(_rayleigh_scale, extremes)) / 2
        if compat is None:
            return cls(scale)
        if len(extremes[0]) > _R_GAMMA:
            raise Refused(
                Words(
                    f"{COMPAT} computes no scale of the Rayleigh kernel from more than {_R_GAMMA} "
                    f"delays: here are {len(extremes[0])}",
                    f"时间间隔超过{_R_GAMMA}个时（此处{len(extremes[0])}个），"
                    f"{COMPAT}算不出瑞利核的尺度",
                ),
                Words(
                    "Give the scale, or leave the compatibility out.",
                    "请直接给出尺度，或不用兼容模式。",
                ),
            )
        return cls(scale * len(extremes[0]))


@dataclass(frozen=True)
class LogNormal(Kernel):
    """Delays whose logarithm is normal.

    Attributes
    ----------
    mu, sigma
        Mean, and standard deviation (above 0), of the logarithm of the delay.
    """

    mu: float
    sigma: float

    name: ClassVar[str] = "log-normal"
    formula: ClassVar[str] = "f(x) = 1/(x sigma √(2π)) exp(-(log x - mu)²/(2 sigma²))"

    def __post_init__(self) -> None:
        if not isfinite(self.mu):
            raise QGraphError(f"mu is {self.mu}", hint="Give a finite number.")
        _above(self.sigma, "sigma")

    def log_density(self, delay: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give -log x - log sigma - log(2π)/2 - (log x - mu)²/(2 sigma²)."""
        logarithm = np.log(delay)
        deviation = (logarithm - self.mu) / self.sigma
        return -logarithm - log(self.sigma) - log(2 * pi) / 2 - deviation**2 / 2

    def density(self, delay: float) -> float:
        """Give 1/(x sigma √(2π)) exp(-(log x - mu)²/(2 sigma²))."""
        deviation = (log(delay) - self.mu) ** 2 / (2 * self.sigma**2)
        return 1 / (delay * self.sigma * sqrt(2 * pi)) * exp(-deviation)

    @classmethod
    def fit(cls, cascades: Cascades, *, compat: str | None = None) -> LogNormal:
        """Take the midpoints of mean and standard deviation of both extremes' logarithms.

        Delays of 0 are left out; the standard deviation has N - 1 in its denominator. With
        ``compat`` only the longest delays count, as in R's NetworkInference 1.2.5, whose call
        ``mean(a, b)`` gives a.
        """
        _check(compat)
        extremes = [np.log(delays[delays > 0]) for delays in _delays(cascades)]
        if compat is not None:
            extremes = extremes[:1]
        if min(map(len, extremes)) < 2:
            raise _too_few()
        mu = sum(float(values.mean()) for values in extremes) / len(extremes)
        sigma = sum(float(values.std(ddof=1)) for values in extremes) / len(extremes)
        return cls(mu, sigma)


@dataclass(frozen=True)
class PowerLaw(Kernel):
    """Delays with a heavy tail.

    Attributes
    ----------
    alpha
        Exponent, above 1.
    delta
        The shortest delay possible. The default 0 stands for SNAP's variant: its density
        (alpha-1) x^-alpha belongs to a shortest delay of 1, but shorter ones count, too.
    """

    alpha: float
    delta: float = 0.0

    name: ClassVar[str] = "power-law"
    formula: ClassVar[str] = "f(x) = (alpha-1)/delta (x/delta)^-alpha for x ≥ delta"

    def __post_init__(self) -> None:
        _above(self.alpha, "alpha", 1)
        if not 0 <= self.delta < inf:
            raise QGraphError(f"delta is {self.delta}", hint="Give 0 or a number above it.")

    def log_density(self, delay: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give log(alpha-1) + (alpha-1) log delta - alpha log x; minus infinity below delta."""
        normal = log(self.alpha - 1) + ((self.alpha - 1) * log(self.delta) if self.delta else 0)
        return np.where(delay < self.delta, -inf, normal - self.alpha * np.log(delay))

    def density(self, delay: float) -> float:
        """Give (alpha-1) delta^(alpha-1) x^-alpha; 0 below delta."""
        if delay < self.delta:
            return 0.0
        normal = self.delta ** (self.alpha - 1) if self.delta else 1.0
        return (self.alpha - 1) * normal * float(delay**-self.alpha)

    @classmethod
    def fit(cls, cascades: Cascades, *, compat: str | None = None) -> PowerLaw:
        r"""Take the midpoint of the maximum-likelihood exponents of both extremes.

        .. math:: 1 + \frac{N}{\sum \log(x / \delta)}

        with :math:`\delta` the shortest delay above 0; delays of 0 are left out.

        References
        ----------
        Clauset, A., Shalizi, C. R. and Newman, M. E. J. (2009). Power-law distributions in
        empirical data. SIAM Review 51(4), 661-703, equation 3.1.
        """
        _check(compat)
        if compat is not None:
            raise Refused(
                Words(f"{COMPAT} has no power-law kernel", f"{COMPAT}没有幂律核"),
                Words("Leave the compatibility out.", "请不用兼容模式。"),
            )
        extremes = [delays[delays > 0] for delays in _delays(cascades)]
        delta = float(extremes[1].min())
        sums = [float((np.log(delays) - log(delta)).sum()) for delays in extremes]
        if min(sums) <= 0:
            raise _too_few()
        exponents = [1 + len(delays) / s for delays, s in zip(extremes, sums, strict=True)]
        return cls(sum(exponents) / 2, delta)


KERNELS: Mapping[str, type[Kernel]] = {
    kernel.name: kernel for kernel in (Exponential, Rayleigh, LogNormal, PowerLaw)
}
"""Kernels by name."""


def _above(value: float, name: str, least: float = 0) -> None:
    if not least < value < inf:
        raise QGraphError(f"{name} is {value}", hint=f"Give a finite number above {least}.")


def _check(compat: str | None) -> None:
    if compat not in (None, COMPAT):
        raise QGraphError(
            f"{compat!r} is no program to be compatible with", hint=f"There is {COMPAT}."
        )


def _delays(cascades: Cascades) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Delays of all events but the first of each measure: since the first, since the last."""
    starts = cascades.starts
    rest = np.ones(len(cascades.time), bool)
    rest[starts[:-1]] = False
    rest_at = np.flatnonzero(rest)
    first = cascades.time[starts[cascades.measure[rest_at]]]
    longest = cascades.time[rest_at] - first
    if not longest.any():
        raise _too_few()
    return longest, cascades.time[rest_at] - cascades.time[rest_at - 1]


def _rayleigh_scale(delays: NDArray[np.float64]) -> float:
    from scipy.special import gammaln

    number = len(delays)
    unbiased = np.exp(gammaln(number) + log(number) / 2 - gammaln(number + 0.5))
    largest = delays.max()  # as the unit, so that no square is too large
    return float(largest * np.sqrt(np.mean((delays / largest) ** 2) / 2) * unbiased)


def _too_few() -> Refused:
    return Refused(
        Words("too few delays to choose the kernel's parameters", "时间间隔太少，无法选取核参数"),
        Words(
            "At least one measure with two events at different times is needed (three for the "
            "log-normal kernel), or parameters of your own.",
            "至少需要一项有两个不同时间事件的措施（对数正态核需三个），或直接给出参数。",
        ),
    )

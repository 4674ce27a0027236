"""Trials of our own estimators: data drawn from a known truth, and whether the estimate holds it.

A new one is one function that draws a data set and says how right the method was on it (1 or 0, or
a share; None if the method refused), and one entry in :data:`TRIALS`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qgraph.diffusion.growth.adoption_series import AdoptionSeries
from qgraph.diffusion.growth.curve import growth_curve
from qgraph.diffusion.growth.models import bass_share
from qgraph.diffusion.networks.netrate import censored_rates
from qgraph.diffusion.networks.significance import calibrate
from qgraph.diffusion.promotion.rate import promotion_rate
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.diffusion.scores.rate_scores import rate_scores
from qgraph.diffusion.simulation.simulate import compare_seed_sets
from qgraph.diffusion.survival.estimators import aalen_johansen, kaplan_meier
from qgraph.diffusion.survival.spells import Spell, Spells
from qgraph.diffusion.table import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from qgraph.diffusion.survival.curves import Curve

__all__ = ["TRIALS", "Trial"]


@dataclass(frozen=True)
class Trial:
    """A promise of one of our methods, and how to try it.

    Attributes
    ----------
    key
        Its name on the command line.
    method, truth
        What is tried, and what the data are drawn from.
    nominal
        The level that is promised.
    once
        Draws data, applies the method, and gives the share of right intervals, or of errors; None
        if the method refused. At the top of a module, so that other processes can run it.
    promise
        ``about`` the level, ``at least`` it (for coverage), or ``at most`` (for errors).
    allowance
        What ``about`` means: how far an approximation may be off and still be called good.
    share
        Of the replicates; less than 1 for costly trials.
    """

    key: str
    method: Words
    truth: Words
    nominal: float
    once: Callable[[np.random.Generator], float | None]
    promise: str = "about"
    allowance: float = 0.0
    share: float = 1.0


def _wilson(rng: np.random.Generator) -> float:
    share = rng.random()
    found = promotion_rate(int(rng.binomial(100, share)), 100).wilson
    return float(found.low <= share <= found.high)


def _clopper_pearson(rng: np.random.Generator) -> float:
    share = rng.random()
    found = promotion_rate(int(rng.binomial(100, share)), 100).clopper_pearson
    return float(found.low <= share <= found.high)


_HAZARDS = (0.10, 0.05)
"""Of promotion and of ending otherwise, per year."""
_WHEN = 6.0


def _spells(rng: np.random.Generator) -> Spells:
    """Draw 120 measures: half seen from their start, half later; censored 3 to 12 years on."""
    rows: list[Spell] = []
    while len(rows) < 120:
        length = rng.exponential(1 / sum(_HAZARDS))
        entry = 0.0 if len(rows) % 2 else rng.uniform(0, 4)
        if length <= entry:  # never heard of: that is why entry is delayed
            continue
        last = entry + rng.uniform(3, 12)
        cause = "promoted" if rng.random() < _HAZARDS[0] / sum(_HAZARDS) else "ended"
        seen = length <= last
        rows.append(Spell(min(length, last), cause if seen else "", entry))
    return Spells.of(rows, causes=("promoted", "ended"))


def _kaplan_meier(rng: np.random.Generator) -> float | None:
    """The hazard of promotion alone: other ends censor."""
    try:
        curve = kaplan_meier(_spells(rng), cause="promoted")
    except Refused:
        return None
    return _holds(curve, np.exp(-_HAZARDS[0] * _WHEN), np.ones(len(curve.time), dtype=bool))


def _aalen_johansen(rng: np.random.Generator) -> float | None:
    try:
        curve = aalen_johansen(_spells(rng))
    except Refused:
        return None
    total = sum(_HAZARDS)
    truth = _HAZARDS[0] / total * (1 - np.exp(-total * _WHEN))
    return _holds(curve, truth, curve.cause == 0)


def _holds(curve: Curve, truth: float, own: np.ndarray) -> float:
    """Tell whether the interval at the one time looked at holds the truth."""
    place = np.flatnonzero(own & (curve.time <= _WHEN))[-1]
    return float(curve.low[place] <= truth <= curve.high[place])


_BASS = (0.02, 0.5)


def _bass(rng: np.random.Generator) -> float | None:
    """Each of 300 units adopts in the year that the curve gives, observed for 20 years."""
    curve = bass_share(np.arange(1.0, 21.0), *_BASS)
    cells = np.diff(curve, prepend=0.0, append=1.0)
    counts = rng.multinomial(300, cells)[:-1].cumsum()
    series = AdoptionSeries.of(range(1, 21), counts, units=300)
    try:
        found = growth_curve(series, estimator="mle", replicates=100, seed=_seed(rng), jobs=1)
    except Refused:
        return None
    held = (found.low[:2] <= _BASS) & (found.high[:2] >= _BASS)
    return float(held.mean())


_CHANCES = (0.03, 0.06, 0.1, 0.2)
"""Per year, of four units."""


def _scores(rng: np.random.Generator) -> float:
    """One unit starts 60 measures; each other adopts with its own chance, year by year, for 15."""
    rows = [(f"p{measure}", "start", 0.0) for measure in range(60)]
    for place, chance in enumerate(_CHANCES):
        years = rng.geometric(chance, 60) - 1
        rows += [(f"p{k}", f"u{place}", float(year)) for k, year in enumerate(years) if year < 15]
    made = Cascades.of(rows)
    observed = replace(made, end=np.full(len(made), 14.0))
    found = rate_scores(observed, until="end", replicates=200, seed=_seed(rng), jobs=1)
    places = [found.units.index(f"u{place}") for place in range(len(_CHANCES))]
    held = (found.low[places] <= _CHANCES) & (found.high[places] >= _CHANCES)
    return float(held.mean())


def _alone(rng: np.random.Generator, units: int, measures: int) -> Cascades:
    """Units that adopt at their own tempo, and never because of another."""
    tempo = rng.gamma(4.0, 0.05, units)
    times = rng.exponential(1 / tempo, (measures, units))
    times -= times.min(axis=1, keepdims=True)
    return _cascades(times, 6.0)


def _influenced(rng: np.random.Generator, units: int, measures: int) -> tuple[Cascades, np.ndarray]:
    """Units of which each has two that it follows, beside adopting at its own tempo."""
    rates = np.zeros((units, units))
    for unit in range(units):
        others = np.delete(np.arange(units), unit)
        rates[rng.choice(others, 2, replace=False), unit] = 0.5
    waits = np.full((measures, units, units), np.inf)
    exponential = rng.standard_exponential(waits.shape)
    np.divide(exponential, rates, out=waits, where=np.broadcast_to(rates > 0, waits.shape))
    times = rng.exponential(20.0, (measures, units))
    for _ in range(units):
        times = np.minimum(times, (times[:, :, None] + waits).min(axis=1))
    times -= times.min(axis=1, keepdims=True)
    return _cascades(times, 6.0), rates > 0


def _cascades(times: np.ndarray, horizon: float) -> Cascades:
    measure, unit = np.nonzero(times <= horizon)
    rows = [
        (f"m{m:04}", f"u{u:03}", float(times[m, u])) for m, u in zip(measure, unit, strict=True)
    ]
    made = Cascades.of(rows, units=[f"u{u:03}" for u in range(times.shape[1])])
    return replace(made, end=np.full(len(made), horizon))


def _rate_size(rng: np.random.Generator, measures: int, reference: str) -> float:
    network = censored_rates(_alone(rng, 6, measures), reference=reference)
    return float((network.p_value[network.exposure > 0] <= 0.05).mean())


def _rate_discoveries(rng: np.random.Generator, measures: int, reference: str) -> float:
    cascades, truth = _influenced(rng, 10, measures)
    network = censored_rates(cascades, reference=reference)
    found = network.q_value <= 0.05
    return float((found & ~truth).sum() / max(found.sum(), 1))


def _calibrated_discoveries(rng: np.random.Generator) -> float | None:
    """Without influence every discovery is false."""
    try:
        found = calibrate(
            _alone(rng, 10, 60), null="tempo", permutations=40, seed=_seed(rng), jobs=1
        )
    except Refused:
        return None
    return float(found.significant.any())


def _seed_sets(rng: np.random.Generator) -> float:
    """On a path a to b to c of chances .5 and .4, a reaches 1.7 units and b 1.4 on average."""
    import networkx

    path: networkx.DiGraph[str] = networkx.DiGraph()
    path.add_edge("a", "b", probability=0.5)
    path.add_edge("b", "c", probability=0.4)
    found = compare_seed_sets(
        path,
        {"a": ["a"], "b": ["b"]},
        model="independent-cascade",
        draws=100,
        seed=_seed(rng),
        jobs=1,
    )
    return float(found.low[1] <= 1.4 - 1.7 <= found.high[1])


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**62))


_SHARES = Words(
    "100 measures launched, promoted with a chance drawn evenly from 0 to 1",
    "100项措施，推广概率在0到1间均匀抽取",
)
_PROMOTIONS = Words(
    "120 measures, promoted at .10 and ended at .05 a year, half with delayed entry; at 6 years",
    "120项措施，年推广风险0.10、终止风险0.05，半数延迟进入；第6年",
)
_TEMPO = Words(
    "60 measures, 10 units with tempos of their own and no influence",
    "60项措施，10个单位节奏不同且无相互影响",
)

_REFERENCES = {"mixture": "混合分布", "chi-squared": "卡方分布"}
_TESTS = ((60, "mixture"), (60, "chi-squared"), (240, "mixture"))

TRIALS = (
    Trial(
        key="wilson",
        method=Words("Wilson interval of a share", "比例的Wilson区间"),
        truth=_SHARES,
        nominal=0.95,
        once=_wilson,
        allowance=0.01,
    ),
    Trial(
        key="clopper-pearson",
        method=Words("Clopper-Pearson interval of a share", "比例的Clopper-Pearson区间"),
        truth=_SHARES,
        nominal=0.95,
        once=_clopper_pearson,
        promise="at least",
    ),
    Trial(
        key="kaplan-meier",
        method=Words("Kaplan-Meier, log-log interval", "Kaplan-Meier曲线log-log区间"),
        truth=_PROMOTIONS,
        nominal=0.95,
        once=_kaplan_meier,
        allowance=0.02,
    ),
    Trial(
        key="aalen-johansen",
        method=Words("Aalen-Johansen, log-log interval", "Aalen-Johansen曲线log-log区间"),
        truth=_PROMOTIONS,
        nominal=0.95,
        once=_aalen_johansen,
        allowance=0.02,
    ),
    Trial(
        key="bass",
        method=Words("Bass curve, bootstrap intervals of p and q", "Bass曲线p、q的自助法区间"),
        truth=Words("300 units, p = .02, q = .5, 20 years", "300个单位，p=0.02，q=0.5，观察20年"),
        nominal=0.95,
        once=_bass,
        allowance=0.03,
        share=0.1,
    ),
    Trial(
        key="rate-scores",
        method=Words("Innovativeness scores, bootstrap intervals", "创新性得分的自助法区间"),
        truth=Words(
            "60 measures, four units that adopt with .03 to .20 a year",
            "60项措施，四个单位年采纳概率0.03至0.20",
        ),
        nominal=0.95,
        once=_scores,
        allowance=0.03,
        share=0.2,
    ),
    *(
        Trial(
            key=f"rate-network-size-{measures}-{reference}",
            method=Words(
                f"Rate network, test of an edge at .05, {reference}",
                f"速率网络边检验（0.05水平，{_REFERENCES[reference]}）",
            ),
            truth=Words(
                f"{measures} measures, 6 units with tempos of their own and no influence",
                f"{measures}项措施，6个单位节奏不同且无相互影响",
            ),
            nominal=0.05,
            once=partial(_rate_size, measures=measures, reference=reference),
            promise="at most",
            share=12 / measures,
        )
        for measures, reference in _TESTS
    ),
    *(
        Trial(
            key=f"rate-network-discoveries-{measures}-{reference}",
            method=Words(
                f"Rate network, false among edges with q up to .05, {reference}",
                f"速率网络q≤0.05的边中的错误比例（{_REFERENCES[reference]}）",
            ),
            truth=Words(
                f"{measures} measures, 10 units that follow two others each",
                f"{measures}项措施，10个单位各追随另外两个单位",
            ),
            nominal=0.05,
            once=partial(_rate_discoveries, measures=measures, reference=reference),
            promise="at most",
            share=6 / measures,
        )
        for measures, reference in _TESTS
    ),
    Trial(
        key="calibrated-discoveries",
        method=Words("Calibrated network, any edge with q up to .05", "校准网络出现任何q≤0.05的边"),
        truth=_TEMPO,
        nominal=0.05,
        once=_calibrated_discoveries,
        promise="at most",
        share=0.1,
    ),
    Trial(
        key="seed-sets",
        method=Words("Difference of two sets of seeds", "两个起始方案之差"),
        truth=Words("a path of three units", "三个单位的链"),
        nominal=0.95,
        once=_seed_sets,
        allowance=0.02,
        share=0.3,
    ),
)
"""All promises that are tried, in the order of the report."""

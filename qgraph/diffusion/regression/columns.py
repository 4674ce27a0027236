"""The columns of a panel: durations, exposures, signals and covariates, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from qgraph.diffusion.regression.risk import Clock, Rows, covariate, exposures, moments
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.regression.risk import Covariate

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["KEYS", "Columns", "check_name"]

KEYS = {
    "measure": Words("measure", "措施"),
    "unit": Words("unit", "单位"),
    "origin": Words("unit that may be followed (origin)", "可能被仿效的单位（来源方）"),
    "period": Words("period", "时期"),
    "period_text": Words("period as text", "时期（文字）"),
    "adopt": Words("1 if the unit adopts in this period", "当期采纳为1"),
}
"""The columns that every panel has."""

_WIDELY = 0.5


class Columns:
    """Rows to which one kind of column is added after another."""

    def __init__(self, cascades: Cascades, clock: Clock, rows: Rows) -> None:
        self.cascades, self.clock = cascades, clock
        self.measure, self.unit, self.period, self.origin = rows
        self.adopt = (clock.time[rows.measure, rows.unit] == rows.period).astype(np.int8)
        self.columns: dict[str, Floats] = {}
        self.leads: dict[str, Floats] = {}
        self.words: dict[str, Words] = {}
        self.notes: list[Words] = [*clock.notes, *_pro_innovation(clock)]

    def add(self, name: str, values: Floats, en: str, zh: str) -> None:
        """Add a column under a name that is not taken."""
        check_name(name)
        if name in self.columns or name in KEYS:
            raise QGraphError(
                f"two columns are named {name!r}", hint="Give relations, signals, covariates names."
            )
        self.columns[name] = values
        self.words[name] = Words(en, zh)

    def durations(self, cubic: bool) -> None:
        """Add how long the unit has been at risk."""
        duration = self.period - self.clock.first[self.measure] + 1.0
        self.add("duration", duration, "periods at risk, 1 in the first", "风险期数，首期为1")
        self.add("log_duration", np.log(duration), "log of the duration", "风险期数的对数")
        for power in (2, 3) if cubic else ():
            self.add(
                f"duration_{power}",
                duration**power,
                f"duration to the power of {power}",
                f"风险期数的{power}次方",
            )

    def shares(self, matrices: Mapping[str, Any]) -> None:
        """Add the shares of units and of neighbours that adopted, and keep their leads."""
        columns, leads = exposures(self.clock, matrices, self.measure, self.unit, self.period)
        ago = "one period" if self.clock.lag == 1 else f"{self.clock.lag} periods"
        when_en = f"up to {ago} before" if self.clock.lag else "by then"
        when_zh = f"截至{self.clock.lag}期前" if self.clock.lag else "截至当期"
        for name, values in columns.items():
            who_en = "units" if name == "prior_share" else "neighbours"
            who_zh = "单位" if name == "prior_share" else "邻接单位"
            relation = name.removesuffix("_share")
            meant = "" if relation in ("prior", "neighbour") else f" ({relation})"
            self.add(
                name,
                values,
                f"share of {who_en}{meant} that adopted {when_en}",
                f"{when_zh}已采纳的{who_zh}占比{meant}",
            )
        self.leads.update(leads)
        if not self.clock.lag:
            self.notes.append(
                Words(
                    "Exposure counts adoptions of the same period, which may be effects as well as "
                    "causes: lag it by one period unless the order within periods is known.",
                    "暴露变量计入了同期采纳，因果方向不明；除非期内先后已知，否则应滞后一期。",
                )
            )

    def pairs(self, matrices: Mapping[str, Any], opportunity: bool) -> None:
        """Add what lies between origin and destination; adopting counts if the origin has it."""
        since = self.period - self.clock.time[self.measure, self._origin]
        has = since >= self.clock.lag
        self.adopt = self.adopt * has.astype(np.int8)
        since[~has] = np.nan
        self.add("origin_since", since, "periods since the origin adopted", "来源方采纳后的期数")
        if not opportunity:
            self.add(
                "opportunity",
                has.astype(float),
                "1 if the origin has it and the destination could take it over",
                "来源方已采纳、目标方可以仿效时为1",
            )
            self.notes.append(
                Words(
                    f"{int((~has).sum())} of {len(has)} rows have no opportunity to emulate; there "
                    "the outcome is 0 by construction, which biases every coefficient.",
                    f"{len(has)}行中有{int((~has).sum())}行不存在仿效机会，"
                    "其因变量必为0，各系数均有偏。",
                )
            )
        for name, matrix in matrices.items():
            values = np.asarray(matrix[self.unit, self._origin], dtype=float).ravel()
            self.add(
                name, values, f"weight of the origin ({name})", f"目标方赋予来源方的权重（{name}）"
            )

    def vertical(
        self, signals: Mapping[str, Mapping[Any, float]], promotion: Mapping[str, float] | None
    ) -> None:
        """Add what comes from above: signals, and the regime after promotion."""
        for name, given in signals.items():
            moment = moments(name, given, self.cascades)[self.measure, self.unit]
            since = self.period - moment
            seen = since >= self.clock.lag
            self.add(name, seen.astype(float), f"1 after the signal {name}", f"信号{name}发出后为1")
            self.add(
                f"{name}_since",
                np.where(seen, since, 0.0),
                f"periods since the signal {name}, 0 before",
                f"信号{name}发出后的期数，之前为0",
            )
        if promotion is not None:
            moment = moments("promotion", promotion, self.cascades)[self.measure, self.unit]
            regime = self.period >= moment
            self.add(
                "regime",
                regime.astype(float),
                "1 from the period of promotion on",
                "自复制推广当期起为1",
            )
            self._note_regime(regime)

    def _note_regime(self, regime: NDArray[np.bool_]) -> None:
        later = int(self.adopt[regime].sum())
        if later:
            total = int(self.adopt.sum())
            self.notes.append(
                Words(
                    f"{later} of {total} adoptions come with or after promotion, when adoption may "
                    "be ordered: let effects differ by regime, or keep the rows before it.",
                    f"{total}次采纳中有{later}次发生在复制推广当期或之后，可能是奉命采纳；"
                    "应允许效应随阶段而异，或只保留推广之前的行。",
                )
            )

    def covariates(self, given: Mapping[str, Covariate], lags: Mapping[str, int]) -> None:
        """Add the numbers of units or measures; in a dyad those of both, and their distance."""
        unknown = sorted(set(lags) - set(given))
        if unknown:
            raise NotFound(
                f"there is no covariate {', '.join(unknown)} to lag",
                hint=f"Covariates are {', '.join(given) or 'none'}.",
            )
        for name, numbers in given.items():
            lookup = covariate(name, numbers, self.cascades, lags.get(name, 0))
            values = lookup.at(self.measure, self.unit, self.period)
            if self.origin is None or lookup.by_measure:
                self._covariate(lookup.name, values, name, name)
                continue
            other = lookup.at(self.measure, self._origin, self.period)
            self._covariate(
                f"{lookup.name}_destination", values, f"{name} of the destination", f"目标方{name}"
            )
            self._covariate(
                f"{lookup.name}_origin", other, f"{name} of the origin", f"来源方{name}"
            )
            self._covariate(
                f"{lookup.name}_gap",
                np.abs(values - other),
                f"absolute difference of {name}",
                f"双方{name}之差的绝对值",
            )

    def _covariate(self, name: str, values: Floats, en: str, zh: str) -> None:
        self.add(name, values, en, zh)
        missing = int(np.isnan(values).sum())
        if missing:
            self.notes.append(
                Words(
                    f"{name} is not known in {missing} of {len(values)} rows.",
                    f"{name}在{len(values)}行中有{missing}行缺失。",
                )
            )

    @property
    def _origin(self) -> NDArray[np.int32]:
        assert self.origin is not None, "only asked of dyads"  # noqa: S101 - narrows the type
        return self.origin


def _pro_innovation(clock: Clock) -> list[Words]:
    """Warn if every measure is a success, as Karch et al. (2016) show that it matters."""
    spread = np.isfinite(clock.time).mean(axis=1)
    if len(spread) < 2 or spread.min() < _WIDELY:
        return []
    return [
        Words(
            f"Every measure was adopted by at least {spread.min():.0%} of the units. Without those "
            "that did not spread, geographic diffusion is overstated (pro-innovation bias; Karch "
            "et al. 2016, Political Research Quarterly 69(1), 83-95).",
            f"每项措施的采纳面均不低于{spread.min():.0%}。缺少未扩散的措施会高估地理扩散"
            "（创新偏误；Karch等，2016）。",
        )
    ]


def check_name(name: str) -> None:
    """Refuse a name that formulas, Stata and data frames would not take."""
    if not name.isidentifier():
        raise QGraphError(
            f"{name!r} is no name for a column",
            hint="Use letters, digits and underscores, and no digit first.",
        )

"""Panels: who was at risk of taking a measure up in which period, and under what circumstances.

One row per unit, measure and period (event history analysis), or per pair of units, measure and
period (dyadic event history analysis). What the units are exposed to is built here; the models are
in :mod:`qgraph.diffusion.regression.event_history`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from qgraph.diffusion.records.events import period_text
from qgraph.diffusion.regression.columns import KEYS, Columns, check_name
from qgraph.diffusion.regression.risk import Clock, weights
from qgraph.diffusion.result import Method, Result
from qgraph.diffusion.table import Column, Table, Words
from qgraph.errors import MissingExtra, NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas
    from numpy.typing import ArrayLike, NDArray

    from qgraph.diffusion.records.cascades import Cascades
    from qgraph.diffusion.regression.risk import Covariate, Relation

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Panel", "dyad_periods", "unit_periods"]

_STATA_NAME, _STATA_LABEL = 32, 80

_UNITS = Method(
    name=Words("Unit-period panel (risk set)", "单位—时期面板（风险集）"),
    formula="one row per measure, unit i and period t while T_i >= t; adopt_it = 1 if T_i = t",
    citation=(
        "Berry, F. S. and Berry, W. D. (1990). State lottery adoptions as policy innovations: an "
        "event history analysis. American Political Science Review 84(2), 395-415; Allison, P. D. "
        "(1982). Discrete-time methods for the analysis of event histories. Sociological "
        "Methodology 13, 61-98"
    ),
    assumptions=(
        Words(
            "A unit without an event is taken not to have adopted up to the end of observation.",
            "未见事件的单位视为观察期内未采纳。",
        ),
    ),
)
_DYADS = Method(
    name=Words("Dyad-period panel", "二元组—时期面板"),
    formula=(
        "one row per measure, ordered pair (i, j) and period t while i is at risk and j has the "
        "measure (T_j <= t - lag); adopt = 1 if T_i = t"
    ),
    citation=(
        "Boehmke, F. J. (2009). Policy emulation or policy convergence? Potential ambiguities in "
        "the dyadic event history approach to state policy emulation. Journal of Politics 71(3), "
        "1125-1140"
    ),
    assumptions=(
        Words(
            "Rows of one adopter are not independent: cluster by the unit that adopts.",
            "同一采纳者的各行并不独立，应按采纳单位聚类。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel(Result):
    """Rows of unit, measure and period at risk, with what the unit was exposed to.

    Attributes
    ----------
    measures, units
        Names; a number elsewhere is a place in these.
    measure, unit, period
        One entry per row, sorted by measure, unit and period. In a dyadic panel ``unit`` is the
        destination: the one that may adopt.
    origin
        In a dyadic panel, sorted after ``unit``: the one that may be followed. Else None.
    adopt
        1 if the unit took the measure up in this period, else 0.
    columns
        Numbers by name: durations, exposures, signals and covariates; NaN is not known.
    words
        What each column is.
    leads
        Exposures as they are one period later, which no adoption in this period can have caused:
        placebos for :func:`qgraph.diffusion.placebo_test`; not exported.
    step
        Length of a period: one of :data:`qgraph.diffusion.records.events.PERIODS`, or empty.
    """

    measures: tuple[str, ...]
    units: tuple[str, ...]
    measure: NDArray[np.int32]
    unit: NDArray[np.int32]
    period: NDArray[np.int32]
    adopt: NDArray[np.int8]
    columns: Mapping[str, Floats]
    words: Mapping[str, Words] = field(default_factory=dict)
    origin: NDArray[np.int32] | None = None
    leads: Mapping[str, Floats] = field(default_factory=dict)
    step: str = ""

    def __len__(self) -> int:
        return len(self.adopt)

    def column(self, name: str) -> Floats:
        """Give a column by name, ``adopt`` and ``period`` included.

        Raises
        ------
        NotFound
            If there is none of this name; the hint has those most like it.
        """
        if name in ("adopt", "period"):
            return np.asarray(getattr(self, name), dtype=np.float64)
        if name not in self.columns:
            near = get_close_matches(name, self.columns) or list(self.columns)
            raise NotFound(
                f"the panel has no column {name!r}", hint=f"Columns are {', '.join(near)}."
            )
        return self.columns[name]

    def keep(self, rows: NDArray[np.bool_]) -> Panel:
        """Keep some rows, such as those before promotion: ``panel.column("regime") == 0``."""
        return self._with(
            measure=self.measure[rows],
            unit=self.unit[rows],
            period=self.period[rows],
            adopt=self.adopt[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            origin=None if self.origin is None else self.origin[rows],
            leads={name: values[rows] for name, values in self.leads.items()},
        )

    def having(self, name: str, values: ArrayLike, words: Words | None = None) -> Panel:
        """Add a column of one's own, one number per row, or replace one."""
        numbers = np.asarray(values, dtype=np.float64)
        check_name(name)
        if numbers.shape != (len(self),):
            raise QGraphError(
                f"column {name!r} has shape {numbers.shape}, the panel {len(self)} rows",
                hint="Give one number per row, in the order of the rows.",
            )
        return self._with(
            columns={**self.columns, name: numbers},
            words={**self.words, name: words or Words(name, name)},
        )

    def _with(self, **changed: Any) -> Panel:
        # Not dataclasses.replace: the cached properties of this panel are not those of the next.
        names = type(self).__dataclass_fields__
        return Panel(**{name: changed.get(name, getattr(self, name)) for name in names})

    @property
    def table(self) -> Table:
        """All the rows."""
        named = [
            Column("measure", KEYS["measure"], _names(self.measures, self.measure)),
            Column("unit", self._unit_words, _names(self.units, self.unit)),
        ]
        if self.origin is not None:
            named.append(Column("origin", KEYS["origin"], _names(self.units, self.origin)))
        named.append(Column("period", KEYS["period"], self.period.tolist()))
        if self.step not in ("", "year"):
            texts = {number: period_text(number, self.step) for number in np.unique(self.period)}
            shown = [texts[number] for number in self.period.tolist()]
            named.append(Column("period_text", KEYS["period_text"], shown))
        named.append(Column("adopt", KEYS["adopt"], self.adopt.tolist()))
        named += [
            Column(name, self.words[name], values.tolist(), ".4g")
            for name, values in self.columns.items()
        ]
        return Table(tuple(named))

    @cached_property
    def codebook(self) -> Table:
        """What each column is, and how its numbers are spread."""
        numbers = {"adopt": self.adopt, "period": self.period, **self.columns}
        words = {**KEYS, **self.words}
        known = [np.asarray(v, float)[~np.isnan(np.asarray(v, float))] for v in numbers.values()]

        def each(function: Any) -> list[float]:
            return [float(function(values)) if len(values) else np.nan for values in known]

        missing = [len(self) - len(values) for values in known]
        return Table(
            (
                Column("column", Words("column", "变量"), list(numbers)),
                Column(
                    "meaning_en", Words("meaning", "含义（英）"), [words[n].en for n in numbers]
                ),
                Column("meaning_zh", Words("in Chinese", "含义"), [words[n].zh for n in numbers]),
                Column("mean", Words("mean", "均值"), each(np.mean), ".4g"),
                Column("sd", Words("s.d.", "标准差"), each(np.std), ".4g"),
                Column("low", Words("minimum", "最小值"), each(np.min), ".4g"),
                Column("high", Words("maximum", "最大值"), each(np.max), ".4g"),
                Column("missing", Words("not known", "缺失"), missing),
            )
        )

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        """Rows, adoptions, measures and units that have a row."""
        return (
            ("rows", Words("rows", "行数"), len(self)),
            ("events", Words("adoptions", "采纳事件数"), int(self.adopt.sum())),
            ("measures", Words("measures", "措施数"), len(np.unique(self.measure))),
            ("units", Words("units", "单位数"), len(np.unique(self.unit))),
        )

    def as_text(self, language: str = "en", width: int | None = None) -> str:
        """Write what the columns are and the warnings for a terminal; the rows are in the CSV."""
        return self._described().as_text(language, width)

    def as_markdown(self, language: str = "en") -> str:
        """Write what the columns are and the warnings as Markdown."""
        return self._described().as_markdown(language)

    def _described(self) -> Result:
        return _Described(
            method=self.method,
            settings=self.settings,
            warnings=self.warnings,
            data=self.data,
            shown=self.codebook,
            facts=self.summary,
        )

    def as_frame(self) -> pandas.DataFrame:
        """Give the rows as a pandas DataFrame; names are categories, numbers 64-bit.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        """
        pandas = _pandas()
        codes = {"measure": (self.measures, self.measure), "unit": (self.units, self.unit)}
        if self.origin is not None:
            codes["origin"] = (self.units, self.origin)
        named = {
            name: pandas.Categorical.from_codes(places, categories=list(names))
            for name, (names, places) in codes.items()
        }
        numbers = {"period": self.period, "adopt": self.adopt}
        return pandas.DataFrame({**named, **numbers, **self.columns})

    def as_parquet(self) -> bytes:
        """Write the rows as Parquet, for ``pathlib.Path.write_bytes``.

        Raises
        ------
        MissingExtra
            If pandas or pyarrow is not installed.
        """
        import io

        frame = self.as_frame()
        stream = io.BytesIO()
        try:
            frame.to_parquet(stream, engine="pyarrow", index=False)
        except ImportError as error:
            raise MissingExtra(
                "Parquet needs pyarrow, which is not installed",
                hint="Install it: python -m pip install 'qgraph[parquet]'.",
            ) from error
        return stream.getvalue()

    def as_stata(self) -> bytes:
        """Write the rows as a Stata data set (version 118, Unicode), columns labelled in English.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        QGraphError
            If a name is too long for Stata, or not of letters A to z, digits and underscores.
        """
        import io
        from datetime import datetime

        frame = self.as_frame()
        for name in frame.columns:
            if len(name) > _STATA_NAME or not name.isascii():
                raise QGraphError(
                    f"Stata takes no column of the name {name!r}",
                    hint=f"Name it in at most {_STATA_NAME} letters A to z, digits, underscores.",
                )
        words = {**KEYS, **self.words}
        stream = io.BytesIO()
        frame.to_stata(
            stream,
            write_index=False,
            version=118,
            # The same rows are the same bytes, whenever they are written.
            time_stamp=datetime(2000, 1, 1),
            variable_labels={name: words[name].en[:_STATA_LABEL] for name in frame.columns},
        )
        return stream.getvalue()

    @property
    def _unit_words(self) -> Words:
        return KEYS["unit"] if self.origin is None else _DESTINATION


@dataclass(frozen=True, kw_only=True)
class _Described(Result):
    """A panel told by its columns, since nobody reads a hundred thousand rows."""

    shown: Table
    facts: tuple[tuple[str, Words, object], ...]

    @property
    def table(self) -> Table:
        return self.shown

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        return self.facts


def unit_periods(
    cascades: Cascades,
    *,
    lag: int = 1,
    begin: Mapping[str, float] | None = None,
    end: Mapping[str, float] | None = None,
    originators: bool = False,
    entry: Mapping[str, float] | None = None,
    neighbours: Relation | Mapping[str, Relation] | None = None,
    signals: Mapping[str, Mapping[Any, float]] | None = None,
    promotion: Mapping[str, float] | None = None,
    covariates: Mapping[str, Covariate] | None = None,
    lags: Mapping[str, int] | None = None,
    cubic: bool = False,
    max_rows: int = 50_000_000,
) -> Panel:
    r"""Build the rows of an event history analysis: one per unit, measure and period at risk.

    Parameters
    ----------
    cascades
        Who took what up, at whole periods (years, months, ...).
    lag
        Exposures count what had happened ``lag`` periods before; 0 counts the same period, too.
    begin
        Measure -> first period at risk. By default the period after the first adoption, or the
        beginning of observation if that is earlier than the first adoption.
    end
        Measure -> last period at risk; by default the end of observation of the cascades.
    originators
        True gives a row also to the units that adopted first, in the period in which they did.
    entry
        Unit -> the first period in which it existed; it has no row and is no one's neighbour
        before.
    neighbours
        Whom a unit looks at: a weights matrix (dense or sparse; row i has the weights that unit i
        gives to the others, in the order of ``cascades.units``), a networkx graph, or edges
        (origin, destination[, weight]) by name; an edge means that the destination looks at the
        origin, in an undirected graph both ways. One relation gives the column
        ``neighbour_share``; a mapping of names to relations ``<name>_share`` each.
    signals
        Name -> moments of a vertical signal, by measure, by unit or by (measure, unit): columns
        ``<name>`` (1 from ``lag`` periods after it) and ``<name>_since`` (periods since, else 0).
    promotion
        Measure -> period of its promotion: column ``regime``, 1 from that period on.
    covariates
        Name -> numbers by unit, by measure, or by (unit, period).
    lags
        Name of a covariate by (unit, period) -> by how many periods it is lagged; the column is
        named ``<name>_lag<n>``.
    cubic
        Adds ``duration_2`` and ``duration_3``, the powers of the duration.
    max_rows
        The most rows that are built.

    Returns
    -------
    Panel
        With ``duration`` (1 in the first period at risk), ``log_duration``, ``prior_share`` and
        what was asked for.

    Raises
    ------
    Refused
        If no unit was ever at risk.
    QGraphError
        If times are not whole, a name is not known, or there would be too many rows.

    Notes
    -----
    With adoption times :math:`T` and weights :math:`w`, at risk in :math:`t` are the units with
    :math:`T_i \ge t`, and

    .. math:: \mathrm{share}_{it} = \frac{\sum_j w_{ij} 1[T_j \le t - lag]}{\sum_j w_{ij}}

    It is 0 for a unit without neighbours. To censor at promotion, pass ``end`` (the last period
    before it) rather than :meth:`Cascades.before`, which ends in the period of promotion itself.

    References
    ----------
    Berry, F. S. and Berry, W. D. (1990). State lottery adoptions as policy innovations: an event
    history analysis. American Political Science Review 84(2), 395-415.

    Carter, D. B. and Signorino, C. S. (2010). Back to the future: modeling time dependence in
    binary data. Political Analysis 18(3), 271-292. (The cubic.)

    Examples
    --------
    >>> from qgraph.diffusion.records.cascades import Cascades
    >>> rows = [("m", "a", 1), ("m", "b", 3)]
    >>> panel = unit_periods(Cascades.of(rows, units="abc"), neighbours=[("a", "b")])
    >>> panel.unit.tolist(), panel.period.tolist(), panel.adopt.tolist()
    ([1, 1, 2, 2], [2, 3, 2, 3], [0, 1, 0, 0])
    >>> panel.column("neighbour_share").tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    clock = Clock.of(cascades, lag, begin, end, entry, originators=originators)
    rows = clock.rows(max_rows)
    relations = _relations(neighbours)
    matrices, notes = weights(relations, cascades.units)
    builder = Columns(cascades, clock, rows)
    builder.durations(cubic)
    builder.shares({f"{name}_share": matrix for name, matrix in matrices.items()})
    builder.vertical(signals or {}, promotion)
    builder.covariates(covariates or {}, lags or {})
    builder.notes += notes
    settings = {"lag": lag, "originators": originators, "neighbours": list(relations)}
    return _panel(_UNITS, builder, settings)


def dyad_periods(
    cascades: Cascades,
    *,
    lag: int = 1,
    opportunity: bool = True,
    begin: Mapping[str, float] | None = None,
    end: Mapping[str, float] | None = None,
    entry: Mapping[str, float] | None = None,
    relations: Mapping[str, Relation] | None = None,
    signals: Mapping[str, Mapping[Any, float]] | None = None,
    promotion: Mapping[str, float] | None = None,
    covariates: Mapping[str, Covariate] | None = None,
    lags: Mapping[str, int] | None = None,
    cubic: bool = False,
    max_rows: int = 50_000_000,
) -> Panel:
    r"""Build the rows of a dyadic event history analysis: one per pair, measure and period.

    Parameters
    ----------
    cascades, lag, begin, end, entry, signals, promotion, lags, cubic, max_rows
        As in :func:`unit_periods`; risk and signals are those of the destination.
    opportunity
        True keeps the rows in which the origin has what the destination could take over. False
        keeps all pairs, which mixes up emulation with any adoption at all (Boehmke 2009): a column
        ``opportunity`` tells the rows apart.
    relations
        Name -> relation, as in :func:`unit_periods`: a column with the weight that the destination
        gives to the origin.
    covariates
        As in :func:`unit_periods`; by unit they give ``<name>_destination``, ``<name>_origin`` and
        ``<name>_gap``, the absolute difference.

    Returns
    -------
    Panel
        In which ``unit`` is the destination; ``adopt`` is 1 if it takes up in this period what
        the origin has. ``origin_since`` are the periods since the origin took it up (NaN if it
        has not).

    Raises
    ------
    Refused
        If there was never an opportunity.
    QGraphError
        As :func:`unit_periods`.

    References
    ----------
    Boehmke, F. J. (2009). Policy emulation or policy convergence? Potential ambiguities in the
    dyadic event history approach to state policy emulation. Journal of Politics 71(3), 1125-1140.

    Gilardi, F. and Fueglister, K. (2008). Empirical modeling of policy diffusion in federal
    states: the dyadic approach. Swiss Political Science Review 14(3), 413-450.
    """
    clock = Clock.of(cascades, lag, begin, end, entry)
    rows = clock.pairs(max_rows, opportunity=opportunity)
    matrices, notes = weights(relations or {}, cascades.units)
    builder = Columns(cascades, clock, rows)
    builder.durations(cubic)
    builder.shares({})
    builder.pairs(matrices, opportunity)
    builder.vertical(signals or {}, promotion)
    builder.covariates(covariates or {}, lags or {})
    builder.notes += notes
    settings = {"lag": lag, "opportunity": opportunity, "relations": list(matrices)}
    return _panel(_DYADS, builder, settings)


def _panel(method: Method, built: Columns, settings: Mapping[str, object]) -> Panel:
    return Panel(
        method=method,
        settings=settings,
        warnings=(*built.cascades.warnings, *built.notes),
        data=built.cascades.data,
        measures=built.cascades.measures,
        units=built.cascades.units,
        measure=built.measure,
        unit=built.unit,
        period=built.period,
        adopt=built.adopt,
        columns=built.columns,
        words=built.words,
        origin=built.origin,
        leads=built.leads,
        step=built.cascades.period,
    )


def _relations(given: Any) -> dict[str, Any]:
    """Name the relations; a single one is that of neighbours."""
    from collections.abc import Mapping

    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    return {"neighbour": given}


def _names(names: tuple[str, ...], places: NDArray[np.int32]) -> list[str]:
    return [names[place] for place in places.tolist()]


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise MissingExtra(
            "a DataFrame needs pandas, which is not installed",
            hint="Install it: python -m pip install 'qgraph[stats]'.",
        ) from error
    return pandas


_DESTINATION = Words("unit that may adopt (destination)", "可能采纳的单位（目标方）")

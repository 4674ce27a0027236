"""The risk set: from when to when a unit could take a measure up, and what it saw meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from qgraph.diffusion.result import Refused
from qgraph.diffusion.table import Words
from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx
    from numpy.typing import NDArray

    from qgraph.diffusion.records.cascades import Cascades

    Floats: TypeAlias = NDArray[np.float64]
    Relation: TypeAlias = (
        NDArray[Any]
        | networkx.Graph[Any]
        | Iterable[tuple[str, str]]
        | Iterable[tuple[str, str, float]]
    )
    """Who looks at whom."""
    Covariate: TypeAlias = Mapping[str, float] | Mapping[tuple[str, int], float]
    """Numbers by unit, by measure, or by (unit, period)."""

__all__ = ["Clock", "Lookup", "Rows", "covariate", "exposures", "moments", "weights"]


class Rows(NamedTuple):
    """Where the rows of a panel are: measure, unit (the destination), period, and the origin."""

    measure: NDArray[np.int32]
    unit: NDArray[np.int32]
    period: NDArray[np.int32]
    origin: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class Clock:
    """When each unit was at risk of each measure, in whole periods.

    Attributes
    ----------
    time
        Measures by units: the period of adoption, infinity without one.
    first, last
        One entry per measure: the first and the last period at risk.
    entry
        One entry per unit: the first period in which it existed.
    lag
        How many periods what happens needs to be seen.
    notes
        Who was left out.
    """

    time: Floats
    first: Floats
    last: Floats
    entry: Floats
    lag: int
    notes: tuple[Words, ...]

    @classmethod
    def of(
        cls,
        cascades: Cascades,
        lag: int,
        begin: Mapping[str, float] | None,
        end: Mapping[str, float] | None,
        entry: Mapping[str, float] | None,
        *,
        originators: bool = False,
    ) -> Clock:
        """Set the clock; the parameters are those of the builders of panels."""
        if lag < 0 or int(lag) != lag:
            raise QGraphError(f"{lag} is no lag", hint="Give a whole number of periods, as 1.")
        time = cascades.matrix()
        time[np.isnan(time)] = np.inf
        earliest = time.min(axis=1, initial=np.inf)
        first = np.where(
            (cascades.begin < earliest) | originators, cascades.begin, cascades.begin + 1
        )
        first = _by_name(begin or {}, cascades.measures, first, "measure")
        last = _by_name(end or {}, cascades.measures, cascades.end, "measure")
        began = _by_name(entry or {}, cascades.units, np.full(len(cascades.units), -np.inf), "unit")
        for what, numbers in (("time", time), ("begin", first), ("end", last), ("entry", began)):
            known = numbers[np.isfinite(numbers)]
            if (known != np.round(known)).any():
                raise QGraphError(
                    f"a {what} is no whole period",
                    hint="Round times to periods first, as cascades(events, period='year') does.",
                )
        if not (np.isfinite(first).all() and np.isfinite(last).all()):
            raise QGraphError(
                "observation has no beginning or no end",
                hint="Give begin and end for every measure.",
            )
        notes = _left_out(time, earliest, first, last, began, default=not begin)
        return cls(time, first, last, began, int(lag), notes)

    @property
    def _span(self) -> tuple[Floats, Floats]:
        """First and last period at risk, measures by units; the last is before the first if none.

        A unit that had adopted before it came under observation is not at risk.
        """
        start = np.maximum(self.first[:, None], self.entry[None, :])
        return start, np.minimum(self.time, self.last[:, None])

    def rows(self, most: int) -> Rows:
        """Give all unit-periods at risk, sorted by measure, unit and period."""
        start, stop = self._span
        count = np.maximum(stop - start + 1, 0)
        _check_size(count.sum(), most)
        cell, period = _unroll(start.ravel(), count.ravel())
        measure, unit = np.divmod(cell, self.time.shape[1])
        return Rows(measure.astype(np.int32), unit.astype(np.int32), period)

    def pairs(self, most: int, *, opportunity: bool) -> Rows:
        """Give all pairs at risk, sorted by measure, destination, origin and period.

        With opportunity only periods count in which the origin has what the destination has not.
        """
        start, stop = self._span
        has = self.time + self.lag if opportunity else np.full_like(self.time, -np.inf)
        parts = []
        total = 0.0
        units = self.time.shape[1]
        for number in range(len(self.time)):
            begins = np.maximum(start[number][:, None], has[number][None, :])
            # No destination can take over from an origin that never has it: -inf periods.
            count = np.maximum(stop[number][:, None] - begins + 1, 0)
            np.fill_diagonal(count, 0)
            total += count.sum()
            _check_size(max(total, 1.0), most)
            cell, period = _unroll(begins.ravel(), count.ravel())
            unit, origin = np.divmod(cell, units)
            parts.append((np.full(len(cell), number), unit, period, origin))
        _check_size(total, most)
        measure, unit, period, origin = (
            np.concatenate(part).astype(np.int32) for part in zip(*parts, strict=True)
        )
        return Rows(measure, unit, period, origin)


def exposures(
    clock: Clock,
    matrices: Mapping[str, Any],
    measure: NDArray[np.int32],
    unit: NDArray[np.int32],
    period: NDArray[np.int32],
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give, for each row, which share of all units and of its neighbours has adopted.

    Parameters
    ----------
    clock
        Of the panel.
    matrices
        Name -> weights, units by units (row i has the weights that unit i gives).
    measure, unit, period
        The rows, sorted by measure.

    Returns
    -------
    tuple of dict
        The shares as of ``lag`` periods before each row's period, and one period later still (the
        leads); ``prior_share`` is among all units.
    """
    names = ("prior_share", *matrices)
    shares = {name: np.empty(len(measure)) for name in names}
    leads = {name: np.empty(len(measure)) for name in names}
    bounds = np.searchsorted(measure, np.arange(len(clock.time) + 1))
    for number, (low, high) in enumerate(pairwise(bounds)):
        if low == high:
            continue
        # One measure at a time: units by periods, one period more for the leads.
        origin = int(period[low:high].min())
        seen = np.arange(origin, int(period[low:high].max()) + 2) - clock.lag
        exists = (clock.entry[:, None] <= seen).astype(np.float64)
        has = (clock.time[number][:, None] <= seen) * exists
        column = period[low:high] - origin
        everyone = _ratio(has.sum(axis=0), exists.sum(axis=0))
        shares["prior_share"][low:high] = everyone[column]
        leads["prior_share"][low:high] = everyone[column + 1]
        for name, matrix in matrices.items():
            share = _ratio(matrix @ has, matrix @ exists)
            shares[name][low:high] = share[unit[low:high], column]
            leads[name][low:high] = share[unit[low:high], column + 1]
    return shares, leads


def weights(
    relations: Mapping[str, Relation], units: tuple[str, ...]
) -> tuple[dict[str, Any], list[Words]]:
    """Turn relations into sparse matrices of weights, units by units, with an empty diagonal.

    Parameters
    ----------
    relations
        Name -> matrix, networkx graph, or edges (origin, destination[, weight]); row i of a
        matrix has the weights that unit i, the destination, gives to the others.
    units
        Names, in the order of the rows.

    Returns
    -------
    tuple
        The matrices, and what was left out of them.

    Raises
    ------
    QGraphError
        If a matrix does not have the shape of the units, or a weight is negative or not known.
    """
    from scipy import sparse

    places = {name: place for place, name in enumerate(units)}
    matrices: dict[str, Any] = {}
    notes: list[Words] = []
    for name, relation in relations.items():
        if isinstance(relation, np.ndarray) or sparse.issparse(relation):
            matrix = sparse.csr_array(relation, dtype=np.float64)
        else:
            matrix = _of_edges(name, _edges(relation), places, notes)
        if matrix.shape != (len(units), len(units)):
            raise QGraphError(
                f"the weights {name!r} have shape {matrix.shape}, there are {len(units)} units",
                hint="Rows and columns are the units of the cascades, in their order.",
            )
        if not (matrix.data >= 0).all():
            raise QGraphError(
                f"a weight of {name!r} is negative or not known", hint="Weights start at 0."
            )
        matrix = matrix.tolil()
        matrix.setdiag(0)
        matrix = matrix.tocsr()
        matrices[name] = matrix
        alone = int((matrix.sum(axis=1) == 0).sum())
        if alone:
            notes.append(
                Words(
                    f"{alone} of {len(units)} units have no neighbour ({name}); their share is 0.",
                    f"{len(units)}个单位中有{alone}个没有邻接单位（{name}），其占比记为0。",
                )
            )
    return matrices, notes


def moments(name: str, given: Mapping[Any, float], cascades: Cascades) -> Floats:
    """Spread moments by measure, by unit or by (measure, unit) over a matrix measures by units.

    Returns
    -------
    numpy.ndarray
        Infinity where there is none; the earliest where several apply.

    Raises
    ------
    NotFound
        If no key is a measure, a unit or a pair of them.
    """
    measures = {key: place for place, key in enumerate(cascades.measures)}
    units = {key: place for place, key in enumerate(cascades.units)}
    moment = np.full((len(measures), len(units)), np.inf)
    met = not given
    for key, value in given.items():
        place: tuple[Any, Any]
        if isinstance(key, tuple):
            known = key[0] in measures and key[1] in units
            place = (measures.get(key[0]), units.get(key[1]))
        else:
            known = key in measures or key in units
            place = (measures[key], slice(None)) if key in measures else (..., units.get(key))
        if known:
            met = True
            moment[place] = np.minimum(moment[place], value)
    if not met:
        raise NotFound(
            f"{name} names neither a measure nor a unit of the cascades",
            hint="Its keys are names of measures or of units, or pairs (measure, unit).",
        )
    return moment


class Lookup(NamedTuple):
    """The numbers of a covariate, ready to be looked up by row."""

    name: str
    by_measure: bool
    values: Floats
    origin: int | None = None
    """The period of the first column if the numbers vary over time."""

    def at(
        self, measure: NDArray[np.int32], unit: NDArray[np.int32], period: NDArray[np.int32]
    ) -> Floats:
        """Give one number per row, NaN where none is known."""
        if self.by_measure:
            return self.values[measure]
        if self.origin is None:
            return self.values[unit]
        column = period - self.origin
        inside = (column >= 0) & (column < self.values.shape[1])
        found = self.values[unit, np.where(inside, column, 0)]
        found[~inside] = np.nan
        return found


def covariate(name: str, given: Covariate, cascades: Cascades, lag: int) -> Lookup:
    """Make a covariate ready to be looked up.

    Parameters
    ----------
    name
        Of the column; one that is lagged becomes ``<name>_lag<n>``.
    given
        Numbers by unit, by measure, or by (unit, period); keys that the cascades do not have are
        passed over.
    cascades
        With the names.
    lag
        By how many periods numbers by (unit, period) are lagged.

    Raises
    ------
    NotFound
        If the cascades have none of its keys.
    QGraphError
        If a number that does not vary over time is to be lagged.
    """
    units = {key: place for place, key in enumerate(cascades.units)}
    varying = [
        (units[key[0]], key[1], value)
        for key, value in given.items()
        if isinstance(key, tuple) and key[0] in units
    ]
    if varying:
        row, when, numbers = (np.array(part) for part in zip(*varying, strict=True))
        origin = int(when.min())
        values = np.full((len(units), int(when.max()) - origin + 1), np.nan)
        values[row, when.astype(np.int64) - origin] = numbers
        return Lookup(f"{name}_lag{lag}" if lag else name, False, values, origin + lag)
    if lag:
        raise QGraphError(
            f"{name} does not vary over time, so it cannot be lagged",
            hint="Give its numbers by (unit, period).",
        )
    by_name: Mapping[Any, float] = given
    for by_measure, keys in ((False, cascades.units), (True, cascades.measures)):
        if any(key in by_name for key in keys):
            values = np.array([by_name.get(key, np.nan) for key in keys], dtype=np.float64)
            return Lookup(name, by_measure, values)
    raise NotFound(
        f"the covariate {name} has no unit and no measure of the cascades",
        hint="Its keys are names of units, of measures, or pairs (unit, period).",
    )


def _by_name(given: Mapping[str, float], names: tuple[str, ...], base: Floats, kind: str) -> Floats:
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise NotFound(
            f"the cascades have no {kind} {unknown[0]!r}",
            hint=f"Give names of {kind}s of the cascades.",
        )
    return np.array(
        [given.get(name, value) for name, value in zip(names, base, strict=True)], float
    )


def _left_out(
    time: Floats, earliest: Floats, first: Floats, last: Floats, entry: Floats, *, default: bool
) -> tuple[Words, ...]:
    """Say which adoptions have no row, and why."""
    adopted = np.isfinite(time)
    start = np.maximum(first[:, None], entry[None, :])
    early = adopted & (time < start)
    opened = early & (time == earliest[:, None]) & default
    before, late = int((early & ~opened).sum()), int((adopted & (time > last[:, None])).sum())
    notes = []
    if opened.any():
        count = int(opened.sum())
        notes.append(
            Words(
                f"{count} first adoptions have no row: they open the risk set of their measure.",
                f"{count}次首创采纳不计入，它们开启了各措施的风险集。",
            )
        )
    if before:
        notes.append(
            Words(
                f"{before} adoptions before observation began were left out; these units were not "
                "at risk any more (left truncation).",
                f"有{before}次采纳早于观察期，未计入；这些单位已不在风险集中（左截断）。",
            )
        )
    if late:
        notes.append(
            Words(
                f"{late} adoptions after the end of observation are not seen (censored).",
                f"有{late}次采纳晚于观察期末，视为删失。",
            )
        )
    return tuple(notes)


def _unroll(start: Floats, count: Floats) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Write spans out: for each period of each span the number of the span, and the period."""
    length = count.astype(np.int64)
    span = np.repeat(np.arange(len(length)), length)
    passed = np.cumsum(length) - length
    # Spans without a period may start at infinity.
    begins = np.where(length > 0, start, 0).astype(np.int64)
    period = np.arange(len(span)) - np.repeat(passed - begins, length)
    return span, period.astype(np.int32)


def _check_size(rows: float, most: int) -> None:
    if not rows:
        raise Refused(
            Words("no unit was ever at risk", "没有任何单位处于风险集中"),
            Words(
                "Units are needed that had not adopted when observation of a measure began.",
                "需要在观察期开始时尚未采纳的单位。",
            ),
        )
    if rows > most:
        raise QGraphError(
            f"the panel would have {rows:.0f} rows, more than {most}",
            hint="Take longer periods, fewer measures, or raise max_rows.",
        )


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)


def _edges(relation: Any) -> list[tuple[str, str, float]]:
    """Give edges (origin, destination, weight); those of an undirected graph both ways."""
    if not hasattr(relation, "is_directed"):
        return [(edge[0], edge[1], edge[2] if len(edge) > 2 else 1.0) for edge in relation]
    edges = list(relation.edges(data="weight", default=1.0))
    if relation.is_directed():
        return edges
    return [*edges, *((head, tail, weight) for tail, head, weight in edges)]


def _of_edges(
    name: str,
    edges: list[tuple[str, str, float]],
    places: Mapping[str, int],
    notes: list[Words],
) -> Any:
    from scipy import sparse

    known = [edge for edge in edges if edge[0] in places and edge[1] in places]
    if edges and not known:
        raise NotFound(
            f"no edge of {name!r} joins two units of the cascades",
            hint="Edges are pairs of names of units: (origin, destination).",
        )
    if len(known) < len(edges):
        count = len(edges) - len(known)
        notes.append(
            Words(
                f"{count} of {len(edges)} edges ({name}) touch a unit that is not in the data.",
                f"{len(edges)}条边（{name}）中有{count}条涉及数据之外的单位，未计入。",
            )
        )
    # The last weight of an edge counts, as in networkx.
    weight = {(places[head], places[tail]): value for tail, head, value in known}
    rows = [row for row, _ in weight]
    columns = [column for _, column in weight]
    shape = (len(places), len(places))
    return sparse.csr_array((list(weight.values()), (rows, columns)), shape=shape, dtype=np.float64)

"""Relations between units as matrices: who looks to whom, and how far apart two units are.

A relation may come from anywhere: neighbourhood on a map, one tier of government, one wave of
pilot zones, an inferred diffusion network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from qgraph.errors import NotFound, QGraphError

if TYPE_CHECKING:
    import networkx
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Relation: TypeAlias = (
        NDArray[Any]
        | csr_array
        | networkx.Graph[Any]
        | Iterable[tuple[str, str] | tuple[str, str, float]]
    )

__all__ = ["adjacency", "inverse_distance"]


def adjacency(
    relation: Relation,
    units: Sequence[str],
    *,
    outgoing: bool = True,
    directed: bool = True,
    valued: bool = False,
    weight: str = "weight",
) -> csr_array:
    """Turn a relation into a sparse matrix, in the order of the units.

    Parameters
    ----------
    relation
        A square matrix, dense or sparse (SciPy), in the order of ``units``; a networkx graph; or
        pairs (unit, unit) and triples (unit, unit, weight). Weights of repeated pairs add up. What
        a unit says of itself is left out.
    units
        Names of the rows and columns; a relation may leave units out, but name no others.
    outgoing
        True if the first unit of a pair looks to the second, as in a survey where people name whom
        they ask; False if the first acts on the second, as in a diffusion network.
    directed
        False makes every pair mutual; an undirected networkx graph is so anyway.
    valued
        Keeps the weights; otherwise every tie is 1.
    weight
        Edge attribute of a networkx graph; an edge without it weighs 1.

    Returns
    -------
    scipy.sparse.csr_array
        Entry (i, j) is how much unit i looks to unit j, at least 0.

    Raises
    ------
    NotFound
        If the relation names a unit that is not there.
    QGraphError
        If a matrix does not fit the units, or a weight is negative or not finite.
    """
    from scipy.sparse import csr_array, issparse

    size = len(units)
    if issparse(relation) or isinstance(relation, np.ndarray):
        matrix = csr_array(relation, dtype=np.float64)
        if matrix.shape != (size, size):
            raise QGraphError(
                f"a matrix of {' by '.join(map(str, matrix.shape))} does not fit {size} units",
                hint="Rows and columns of a relation are the units, in their order.",
            )
    else:
        ties = _ties(relation, weight)
        places = {name: number for number, name in enumerate(units)}
        unknown = sorted({name for tie in ties for name in tie[:2]} - set(places))
        if unknown:
            raise NotFound(
                f"the relation names a unit that is not there: {unknown[0]!r}",
                hint="Name units without an event when the cascades are made, or leave them out.",
            )
        row = [places[tie[0]] for tie in ties]
        column = [places[tie[1]] for tie in ties]
        matrix = csr_array(([tie[2] for tie in ties], (row, column)), (size, size), np.float64)
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise QGraphError(
            "a relation has weights that are negative or not finite",
            hint="Weights are at least 0, and 0 is no tie.",
        )
    matrix = matrix if outgoing else matrix.T.tocsr()
    matrix = matrix if directed else matrix.maximum(matrix.T).tocsr()
    return _clean(matrix, valued)


def inverse_distance(ties: csr_array) -> csr_array:
    """Weigh every two units by one over the number of ties on the shortest path between them.

    Parameters
    ----------
    ties
        From :func:`adjacency`; weights are not used.

    Returns
    -------
    scipy.sparse.csr_array
        1 for direct ties, 1/2 for units two ties away, and so on; 0 if there is no path.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    distances = shortest_path(ties, unweighted=True)
    near = np.isfinite(distances) & (distances > 0)
    closeness = np.zeros_like(distances)
    np.divide(1.0, distances, out=closeness, where=near)
    return csr_array(closeness)


def _ties(relation: Any, weight: str) -> list[tuple[str, str, float]]:
    """List a networkx graph, or pairs with or without a weight."""
    import networkx as nx

    if isinstance(relation, nx.Graph):
        ties = [
            (one, two, float(value)) for one, two, value in relation.edges(data=weight, default=1)
        ]
        return ties if relation.is_directed() else ties + [(two, one, w) for one, two, w in ties]
    return [(tie[0], tie[1], float(tie[2]) if len(tie) > 2 else 1.0) for tie in relation]


def _clean(matrix: csr_array, valued: bool) -> csr_array:
    """Leave out what units say of themselves, and weights too, if they do not count."""
    matrix = matrix.copy()
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    if not valued:
        matrix.data[:] = 1.0
    return matrix

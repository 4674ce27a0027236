"""False discovery rates: how many of the findings of many tests are chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CORRECTIONS", "adjust"]

CORRECTIONS = ("bh", "by", "storey")
"""False discovery rates: Benjamini and Hochberg (1995), Benjamini and Yekutieli (2001), which holds
under any dependence, Storey (2002), which estimates how many pairs are null."""


def adjust(p: NDArray[np.float64], correction: str = "bh") -> NDArray[np.float64]:
    r"""Turn p-values into q-values: the false discovery rate if all with this p or less are taken.

    Parameters
    ----------
    p
        Of all tests.
    correction
        One of :data:`CORRECTIONS`.

    Notes
    -----
    With n tests, q of the i-th smallest is the least :math:`n p_{(j)} / j` of all
    :math:`j \ge i`, times :math:`\sum_{k=1}^n 1/k` for ``by``, and times the estimated share
    :math:`(1 + \#\{p > 1/2\}) / (n/2)` of true null hypotheses for ``storey``.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.

    Benjamini, Y. and Yekutieli, D. (2001). The control of the false discovery rate in multiple
    testing under dependency. Annals of Statistics 29(4), 1165-1188.

    Storey, J. D. (2002). A direct approach to false discovery rates. Journal of the Royal
    Statistical Society B 64(3), 479-498.

    Examples
    --------
    >>> adjust(np.array([0.01, 0.02, 0.9])).round(3).tolist()
    [0.03, 0.03, 0.9]
    """
    if correction not in CORRECTIONS:
        raise QGraphError(
            f"there is no correction {correction!r}",
            hint=f"Corrections are {', '.join(CORRECTIONS)}.",
        )
    count = len(p)
    rank = np.arange(1, count + 1)
    factor = 1.0
    if correction == "by":
        factor = float(np.sum(1 / rank))
    elif correction == "storey":
        factor = min(1.0, (1 + np.count_nonzero(p > 0.5)) / (count / 2))
    order = np.argsort(p, kind="stable")
    least = np.minimum.accumulate((p[order] * count / rank)[::-1])[::-1]
    q = np.empty(count)
    q[order] = np.minimum(least * factor, 1)
    return q

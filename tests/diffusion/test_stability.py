"""Edges that would be found again with other measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from qgraph.diffusion.networks.blocks import Model
from qgraph.diffusion.networks.kernel import Exponential
from qgraph.diffusion.networks.stability import stability
from qgraph.diffusion.records.cascades import Cascades
from qgraph.diffusion.result import Refused
from qgraph.errors import QGraphError

if TYPE_CHECKING:
    from .conftest import Oracles

MODEL = Model(Exponential(0.5))
CHAIN = [(0, 1), (1, 2), (2, 3), (4, 5), (6, 7), (6, 8)]


@pytest.fixture(scope="module")
def chain() -> Cascades:
    """Measures that start at random units, and follow the edges with a mean delay of 2."""
    random = np.random.default_rng(0)
    rows = []
    for number in range(300):
        time = np.where(random.random(12) < 0.25, random.uniform(0, 40, 12), np.inf)
        for origin, destination in CHAIN:
            if random.random() < 0.7 and np.isfinite(time[origin]):
                time[destination] = min(time[destination], time[origin] + random.exponential(2))
        rows += [
            (f"m{number:03}", str(unit), float(time[unit]))
            for unit in np.flatnonzero(np.isfinite(time))
        ]
    return Cascades.of(rows)


def test_stable_edges_are_those_of_the_published_figures(oracles: Oracles) -> None:
    """Of 300 edges 15 % recurred in 90 % of 100 bootstraps and 55 % in half (a NumPy prototype)."""
    rows = oracles.rows("spid_policies.csv")
    data = Cascades.of([(x["policy"], x["statenam"], float(x["adopt_year"])) for x in rows])
    found = stability(data, MODEL, edges=300, replicates=40, jobs=1)
    assert len(found) == 300
    assert (found.share >= 0.9).mean() == pytest.approx(0.15, abs=0.04)
    assert (found.share >= 0.5).mean() == pytest.approx(0.55, abs=0.05)


def test_edges_that_are_true_recur(chain: Cascades) -> None:
    found = stability(chain, MODEL, edges=6, replicates=20, jobs=1)
    true = set(CHAIN)
    edges = [
        (int(found.units[origin]), int(found.units[destination]))
        for origin, destination in zip(found.origin, found.destination, strict=True)
    ]
    recurring = np.array([edge in true for edge in edges])
    assert recurring.all()
    assert found.share.min() > 0.75
    assert found.share.mean() > 0.9
    assert (found.low <= found.high).all()
    assert ((found.low <= found.first_gain) & (found.first_gain <= found.high)).mean() > 0.8
    assert found.median_rank[0] <= 3
    assert stability(chain, MODEL, edges=6, replicates=20, jobs=2).as_json() == found.as_json()
    assert "自助法" in found.as_text("zh")
    counts = {name: value for name, _, value in found.summary}
    assert counts["replicates"] == 20


def test_a_replicate_of_the_data_itself_gives_the_same_edges() -> None:
    """With all measures alike, every sample of them is the same network."""
    rows = [
        (f"m{i}", unit, time)
        for i in range(6)
        for unit, time in {"A": 0.0, "B": 1.0, "C": 3.0, "D": 3.5}.items()
    ]
    found = stability(Cascades.of(rows), MODEL, edges=3, replicates=5, jobs=1)
    assert found.share.tolist() == [1, 1, 1]
    assert found.median_rank.tolist() == [1, 2, 3]
    assert found.low == pytest.approx(found.first_gain)


def test_a_dask_cluster_gives_the_same(chain: Cascades) -> None:
    pytest.importorskip("distributed")
    import joblib
    from distributed import Client, LocalCluster

    alone = stability(chain, MODEL, edges=8, replicates=10, jobs=1)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        assert stability(chain, MODEL, edges=8, replicates=10).as_json() == alone.as_json()


def test_what_cannot_be_resampled_is_refused(chain: Cascades) -> None:
    one = Cascades.of([("m", "A", 1), ("m", "B", 2)])
    with pytest.raises(Refused, match="one measure"):
        stability(one, MODEL)
    with pytest.raises(Refused, match="no edge"):
        stability(Cascades.of([("m", "A", 1), ("n", "B", 2)]), MODEL)
    with pytest.raises(QGraphError, match="1 replicates"):
        stability(chain, MODEL, replicates=1)
    with pytest.raises(QGraphError, match="no level of confidence"):
        stability(chain, MODEL, confidence=1.0)
    with pytest.raises(QGraphError, match="0 edges"):
        stability(chain, MODEL, edges=0)

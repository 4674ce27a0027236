"""Random numbers that depend on the seed alone, not on who computes."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from qgraph.diffusion.replicates import replicate


def draw(size: int, random: np.random.Generator) -> tuple[float, ...]:
    return tuple(random.random(size))


def test_the_number_of_processes_has_no_influence() -> None:
    alone = list(replicate(partial(draw, 3), 5, seed=1, jobs=1))
    assert alone == list(replicate(partial(draw, 3), 5, seed=1, jobs=2))
    assert len(set(alone)) == 5


def test_fewer_replicates_are_the_first_of_more() -> None:
    assert (
        list(replicate(partial(draw, 1), 2, seed=1))
        == list(replicate(partial(draw, 1), 4, seed=1))[:2]
    )


def test_a_dask_cluster_gives_the_same() -> None:
    pytest.importorskip("distributed")
    import joblib
    from distributed import Client, LocalCluster

    alone = list(replicate(partial(draw, 3), 4, seed=1, jobs=1))
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        assert list(replicate(partial(draw, 3), 4, seed=1)) == alone

"""Repeating a computation with random numbers: the same on one core, many, or a cluster.

Each replicate draws from a stream of its own, spawned from the one seed (NumPy's ``SeedSequence``),
so that neither the number of workers nor their order has an influence. Workers come from joblib:
``joblib.parallel_config(backend="dask")`` or ``"ray"`` sends the same work to a cluster.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["replicate"]

_Outcome = TypeVar("_Outcome")


def replicate(
    function: Callable[[np.random.Generator], _Outcome],
    count: int,
    seed: int,
    *,
    jobs: int | None = None,
    label: str = "",
) -> Iterator[_Outcome]:
    """Call a function again and again, each time with random numbers of its own.

    Parameters
    ----------
    function
        Takes a generator of random numbers; must be picklable if it runs in other processes: a
        function at the top of a module or a ``functools.partial`` of one.
    count
        How many times, at least 0.
    seed
        Of all the random numbers.
    jobs
        How many processes: 1 for none but this one, -1 for one per core. None leaves it to
        joblib's configuration, which is one unless ``joblib.parallel_config`` says otherwise.
    label
        What is being counted; shown with the progress on standard error if that is a terminal.

    Yields
    ------
    object
        What the function returns, in the order of the replicates, as soon as it is there.
    """
    import joblib

    streams = np.random.SeedSequence(seed).spawn(count)
    outcomes = joblib.Parallel(n_jobs=jobs, return_as="generator")(
        joblib.delayed(_once)(function, stream) for stream in streams
    )
    shown = bool(label) and sys.stderr.isatty()
    for done, outcome in enumerate(outcomes, start=1):
        if shown:
            print(f"\r{label} {done}/{count}", end="", file=sys.stderr, flush=True)  # noqa: T201 - as below
        yield outcome
    if shown:
        print(file=sys.stderr)  # noqa: T201 - progress is for the person at the terminal


def _once(
    function: Callable[[np.random.Generator], _Outcome], stream: np.random.SeedSequence
) -> _Outcome:
    return function(np.random.default_rng(stream))

"""What finding duplicates costs, and how that grows with the things compared.

Run it with ``make bench``, or ``python benchmarks/duplicates.py`` in an environment that has
qgraph. The peer compares every pair of names with rapidfuzz' own matrix (``process.cdist``), in the
same run: what anyone pays who does not choose candidates first, without any judgement of dates,
places and numbers. Names are drawn from few words, so that all things look a little alike, which is
the hardest case for us. Ours must cost no more than the peer.
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (500, 1000, 2000, 4000)
AT_MOST = 1.0
WORDS = [
    "customs",
    "clearance",
    "single",
    "window",
    "bonded",
    "display",
    "trading",
    "leasing",
    "foreign",
    "investment",
    "negative",
    "list",
    "court",
    "mediation",
    "arbitration",
    "licence",
    "filing",
    "cross",
    "border",
    "loan",
    "data",
    "channel",
    "inspection",
    "paperless",
    "tax",
    "service",
    "talent",
    "recognition",
    "lawyer",
    "architect",
    "supervision",
    "origin",
    "certificate",
    "port",
    "logistics",
]


def names(count: int) -> list[str]:
    """Make names as measures have them: four to seven words of a field."""
    chance = random.Random(0)  # noqa: S311 - sample data, not a secret
    return [" ".join(chance.sample(WORDS, chance.randint(4, 7))) for _ in range(count)]


def things(labels: list[str]) -> list[ox.Quad]:
    """Make a measure of each name."""
    from qgraph.terms import PREFIXES, QG, RDF, RDFS

    quads = []
    for number, label in enumerate(labels):
        thing = ox.NamedNode(f"{PREFIXES['qgd']}measure-{number}")
        quads.append(ox.Quad(thing, ox.NamedNode(RDF.type), ox.NamedNode(QG.Measure)))
        quads.append(ox.Quad(thing, ox.NamedNode(RDFS.label), ox.Literal(label, language="en")))
    return quads


def seconds(function: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    begin = time.process_time()
    function()
    return time.process_time() - begin


def main() -> bool:
    """Measure, print the table, and say whether the bounds hold."""
    from rapidfuzz import fuzz, process

    from qgraph.validation.duplicates import find_duplicates

    find_duplicates(things(names(9)))  # loads what is loaded once
    print(f"{'things':>8}{'qgraph':>10}{'all pairs':>11}{'ratio':>8}   in CPU seconds")
    ratios = {}
    for size in SIZES:
        labels = names(size)
        quads = things(labels)
        ours = seconds(lambda quads=quads: find_duplicates(quads))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        theirs = seconds(
            lambda labels=labels: process.cdist(labels, labels, scorer=fuzz.token_set_ratio)  # type: ignore[misc]  # as above
        )
        ratios[size] = ours / theirs
        print(f"{size:8}{ours:10.2f}{theirs:11.2f}{ratios[size]:8.2f}")
    kept = max(ratios[2000], ratios[4000]) <= AT_MOST
    print("kept" if kept else f"MISSED: at most {AT_MOST} from 2,000 things on")
    return kept


if __name__ == "__main__":
    sys.exit(0 if main() else 1)

"""How long the inference of a diffusion network takes, and how much memory.

Run it with ``python benchmarks/netinf.py [--rounds N] [--figure FILE.svg]`` in an environment that
has qgraph[stats] (the figure needs matplotlib). Every case runs in a process of its own; reading
is not counted in its CPU seconds, but memory is that of the whole process. Medians are printed:

- networks of the US state policies and of 300 simulated units, if the reference data are there:
  the folder is named by QGRAPH_ORACLES, else ``../shared/oracles`` beside the repository;
- the same as the formulas say it, edge by edge in plain Python
  (``tests/diffusion/netinf_by_hand.py``, which is also what the tests compare with), and how many
  times as long that takes;
- growth: 2,000 units and up to 5,000 measures, each taken up by 50, 100 or 250 of them. The figure
  shows it; the numbers go into a CSV file beside it.

Exit code 1 says that a bound was missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

import numpy as np

from qgraph.diffusion.networks.kernel import Exponential
from qgraph.diffusion.networks.netinf import infer
from qgraph.diffusion.records.cascades import Cascades

ROOT = Path(__file__).parents[1]
ORACLES = Path(os.environ.get("QGRAPH_ORACLES", ROOT.parent / "shared" / "oracles"))

Rows = list[tuple[str, str, float]]

#: Name of a reference data set -> its file, and the columns measure, unit and time.
FILES = {
    "policies": ("spid_policies.csv", ("policy", "statenam", "adopt_year")),
    "synth300": ("synth300_cascades.csv", ("cascade_id", "node_name", "event_time")),
}
GROWTH_UNITS = 2000
GROWTH_MEASURES = (625, 1250, 2500, 5000)
GROWTH_ADOPTERS = (50, 100, 250)
GROWTH_EDGES = 1000


@dataclass(frozen=True)
class Case:
    """One thing to measure.

    Attributes
    ----------
    data
        Name of a reference data set, or ``MEASURESxADOPTERS`` of simulated ones.
    edges
        How many are inferred; 0 for all that gain something.
    by_hand
        Whether it is the formulas that are timed, not the program.
    seconds, megabytes
        Bounds, or infinity.
    """

    name: str
    data: str
    edges: int
    by_hand: bool = False
    seconds: float = float("inf")
    megabytes: float = float("inf")


CASES = (
    Case("policies, 100 edges", "policies", 100, seconds=0.3),
    Case("policies, all edges", "policies", 0, seconds=0.5),
    Case("synth300, 900 edges", "synth300", 900, seconds=3, megabytes=350),
    Case("policies, 10 edges", "policies", 10),
    Case("policies, 10 edges, by hand", "policies", 10, by_hand=True),
)
GROWTH = tuple(
    Case(f"{measures} x {adopters}", f"{measures}x{adopters}", GROWTH_EDGES)
    for adopters in GROWTH_ADOPTERS
    for measures in GROWTH_MEASURES
)
LARGEST = Case("5000 x 100, all edges", "5000x100", 0)


@dataclass(frozen=True)
class Cost:
    """CPU seconds without reading, peak memory of the process, and how many edges came out."""

    cpu: float
    megabytes: float
    edges: int


def reference(name: str) -> Rows:
    """Read a reference data set."""
    file, (measure, unit, moment) = FILES[name]
    with (ORACLES / file).open(encoding="utf-8", newline="") as stream:
        return [(row[measure], row[unit], float(row[moment])) for row in csv.DictReader(stream)]


def simulated(measures: int, adopters: int) -> Cascades:
    """Draw who takes each measure up and when, without any network."""
    rng = np.random.default_rng(0)
    unit = [rng.choice(GROWTH_UNITS, adopters, replace=False) for _ in range(measures)]
    times = np.sort(rng.exponential(10, (measures, adopters)), axis=1)
    return Cascades(
        units=tuple(map(str, range(GROWTH_UNITS))),
        measures=tuple(f"{number:05}" for number in range(measures)),
        unit=np.concatenate(unit).astype(np.int32),
        measure=np.repeat(np.arange(measures, dtype=np.int32), adopters),
        time=times.ravel(),
        begin=times[:, 0],
        end=np.full(measures, times.max()),
    )


def run(case: Case) -> None:
    """Run one case in this process and print what it cost."""
    rows = reference(case.data) if case.data in FILES else []
    cascades = Cascades.of(rows) if rows else simulated(*map(int, case.data.split("x")))
    edges = case.edges or None
    begin = time.process_time()
    if case.by_hand:
        sys.path.insert(0, str(ROOT / "tests"))
        from diffusion.netinf_by_hand import ByHand

        found = len(ByHand(rows, lambda p, x: log(p * 0.5 * exp(-0.5 * x))).run(edges))
    else:
        found = len(infer(cascades, kernel=Exponential(0.5), edges=edges))
    cpu = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in kilobytes
    print(json.dumps({"cpu": cpu, "megabytes": peak, "edges": found}))


def measure(case: Case) -> Cost:
    """Run one case in a process of its own."""
    words = [sys.executable, __file__, "--case", case.name]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def median(costs: list[Cost]) -> Cost:
    """Give the medians of several runs."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.megabytes for cost in costs),
        costs[0].edges,
    )


def show(case: Case, cost: Cost) -> bool:
    """Print one line; say whether the bounds hold."""
    kept = cost.cpu <= case.seconds and cost.megabytes <= case.megabytes
    bounds = [
        f"{bound:g} {unit}"
        for bound, unit in ((case.seconds, "s"), (case.megabytes, "MB"))
        if bound != float("inf")
    ]
    verdict = f"   {' and '.join(bounds)} {'kept' if kept else 'MISSED'}" if bounds else ""
    print(f"{case.name:30}{cost.edges:9,}{cost.cpu:9.3f}{cost.megabytes:9.0f}{verdict}")
    return kept


def draw(path: Path, costs: dict[str, Cost]) -> None:
    """Write growth as a figure, and as numbers beside it."""
    from qgraph.diffusion.drawing import Curve, canvas, curves, picture

    drawn = []
    lines = ["units,measures,adopters,ordered_pairs,edges,cpu_s,peak_mb"]
    for adopters in GROWTH_ADOPTERS:
        found = [costs[f"{measures} x {adopters}"] for measures in GROWTH_MEASURES]
        pairs = [measures * adopters * (adopters - 1) // 2 for measures in GROWTH_MEASURES]
        drawn.append(
            Curve(
                f"{adopters} units per measure",
                [number / 1e6 for number in pairs],
                [cost.cpu for cost in found],
                step=False,
                marks=True,
            )
        )
        for measures, number, cost in zip(GROWTH_MEASURES, pairs, found, strict=True):
            row = f"{GROWTH_UNITS},{measures},{adopters},{number},{cost.edges}"
            lines.append(f"{row},{cost.cpu:.2f},{cost.megabytes:.0f}")
    with canvas() as (figure, axes):
        curves(axes, drawn)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("Ordered pairs of events of one measure, millions")
        axes.set_ylabel("CPU seconds, one core")
        axes.set_title(f"NetInf, {GROWTH_EDGES:,} edges among {GROWTH_UNITS:,} units")
        path.write_bytes(picture(figure, path.suffix.lstrip(".")))
    path.with_suffix(".csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def main(rounds: int, figure: Path | None) -> bool:
    """Measure, print the table, and say whether every bound holds."""
    print(f"Medians of {rounds} rounds, Python {sys.version.split()[0]}, NumPy {np.__version__}")
    print(f"{'':30}{'edges':>9}{'CPU s':>9}{'peak MB':>9}")
    here = [case for case in CASES if (ORACLES / FILES[case.data][0]).exists()]
    costs = {case.name: median([measure(case) for _ in range(rounds)]) for case in here}
    kept = [show(case, costs[case.name]) for case in here]
    if here:
        ours, theirs = costs["policies, 10 edges"], costs["policies, 10 edges, by hand"]
        print(f"{'by hand takes, times as long':30}{theirs.cpu / ours.cpu:18.0f}")
    else:
        print(f"no reference data in {ORACLES}: only growth is measured")
    print(f"\nGrowth, {GROWTH_UNITS:,} units: measures x units that take each up")
    grown = {case.name: measure(case) for case in (*GROWTH, LARGEST)}
    for case in (*GROWTH, LARGEST):
        show(case, grown[case.name])
    if figure is not None:
        draw(figure, grown)
    return all(kept)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--figure", type=Path, help="SVG, PNG or PDF")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        run(next(case for case in (*CASES, *GROWTH, LARGEST) if case.name == asked.case))
    else:
        sys.exit(not main(asked.rounds, asked.figure))

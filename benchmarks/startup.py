"""How long a user waits for the program to start.

Run it with ``make bench``, or ``python benchmarks/startup.py [ROUNDS]`` in an environment that has
qgraph. Three whole processes are measured in turn, round after round, so that a busy machine slows
all of them alike; the medians are compared:

- ``python -c "import rdflib"``, the yardstick: what any program on rdflib pays before it begins;
- ``qgraph --help``, at most 0.6 of it;
- the first named question on the bundled graph, compiled beforehand, at most 1.0 of it.

Exit code 1 says that a bound on CPU time was missed. CPU time (user and system) is that of the
child alone, from ``os.wait4``; it is less noisy than wall time, which is what a user feels.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

ROUNDS = 15
YARDSTICK = "import rdflib"

#: Name of a measured command -> the share of the yardstick that it may take.
BOUNDS = {"qgraph --help": 0.6, "qgraph query --name": 1.0}


@dataclass(frozen=True)
class Cost:
    """Seconds of one process, or the medians of several."""

    wall: float
    cpu: float


def measure(words: list[str]) -> Cost:
    """Run one process to its end and read what it cost."""
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} failed with exit code {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def first_question() -> str:
    """Name of the first of the questions that come with the ontology."""
    from qgraph.questions import all_questions

    return min(question.name for question in all_questions())


def main(rounds: int = ROUNDS) -> bool:
    """Measure, print the table, and say whether every bound holds."""
    python = sys.executable
    commands = {
        YARDSTICK: [python, "-c", YARDSTICK],
        "qgraph --help": [python, "-m", "qgraph", "--help"],
        "qgraph query --name": [python, "-m", "qgraph", "query", "--name", first_question()],
    }
    for words in commands.values():  # compiles byte code and the bundled graph
        measure(words)
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, words in commands.items():
            costs[name].append(measure(words))
    medians = {
        name: Cost(
            statistics.median(cost.wall for cost in runs),
            statistics.median(cost.cpu for cost in runs),
        )
        for name, runs in costs.items()
    }
    yardstick = medians[YARDSTICK]
    print(f"Medians of {rounds} rounds, Python {sys.version.split()[0]}")
    print(f"{'':22}{'wall ms':>9}{'CPU ms':>9}{'wall ratio':>12}{'CPU ratio':>11}{'bound':>8}")
    kept = True
    for name, cost in medians.items():
        ratio = cost.cpu / yardstick.cpu
        bound = BOUNDS.get(name)
        verdict = ""
        if bound is not None:
            kept = kept and ratio <= bound
            verdict = f"{bound:8.1f} {'kept' if ratio <= bound else 'MISSED'}"
        print(
            f"{name:22}{cost.wall * 1000:9.0f}{cost.cpu * 1000:9.0f}"
            f"{cost.wall / yardstick.wall:12.2f}{ratio:11.2f}{verdict}"
        )
    return kept


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))

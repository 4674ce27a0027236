"""Findings that a curator settles at once: validation tells them, this graph never leaves one open.

Other findings (a single source, another reading of a date) may stand for as long as nobody knows
better; these ask for nothing but work.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qgraph.compile import Compilation
from qgraph.validation import Origins
from qgraph.validation.checks import run_checks

from .conftest import ROOT, told

SETTLED = (
    "batch-overfull",
    "contested-alone",
    "item-beyond-batch",
    "missing-translation",
    "repeated-item",
    "wrong-language",
)


@pytest.mark.parametrize("rule", SETTLED)
def test_a_finding_of_this_rule_is_settled(
    rule: str, compiled: Compilation, tmp_path: Path
) -> None:
    (check,) = (ROOT / "ontology" / "checks").glob(f"*-{rule}.rq")
    shutil.copy(check, tmp_path)
    issues = run_checks(compiled.quads, tmp_path, Origins(compiled.origins), "en")
    told([str(issue) for issue in issues])

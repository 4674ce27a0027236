"""Telling what a graph holds: one thing with all its evidence, or the graph as a whole.

``describe`` collects what is said of a thing; ``as_text`` and ``as_json`` write it. ``summarise``
tells how much there is, and ``cover`` how far it reaches: what is recorded of what is reported, in
which languages, on what evidence.
"""

from __future__ import annotations

from qgraph.describe.contents import Summary, sources_text, summarise, summary_text
from qgraph.describe.coverage import Coverage, cover
from qgraph.describe.coverage_text import coverage_text
from qgraph.describe.records import as_line
from qgraph.describe.text import as_json, as_text
from qgraph.describe.thing import Basis, Description, Name, Passage, Record, Statement, describe

__all__ = [
    "Basis",
    "Coverage",
    "Description",
    "Name",
    "Passage",
    "Record",
    "Statement",
    "Summary",
    "as_json",
    "as_line",
    "as_text",
    "cover",
    "coverage_text",
    "describe",
    "sources_text",
    "summarise",
    "summary_text",
]

"""Whether the graph is sound, and what is left to do for it.

``validate`` is the one door in: shapes, rules that shapes cannot say, things that may be one, and
phrases against held texts. It gives a list of issues, worst first; an issue names the row that made
the node, so that a curator can go there, and says what to do. ``report`` writes them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgraph.validation.checks import check_names, run_checks
from qgraph.validation.duplicates import DUPLICATES, check_duplicates
from qgraph.validation.issue import SEVERITIES, Issue, Origins
from qgraph.validation.report import report
from qgraph.validation.shapes import run_shapes, shape_names
from qgraph.validation.texts import TEXTS, check_texts

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyoxigraph as ox

__all__ = ["SEVERITIES", "Issue", "Origins", "report", "rules", "validate"]


def validate(
    quads: Collection[ox.Quad],
    ontology: Path,
    *,
    origins: Origins | None = None,
    texts: Path | None = None,
    language: str = "en",
) -> list[Issue]:
    """Check a graph against the shapes and the rules of the ontology.

    Parameters
    ----------
    quads
        The graph, its ontology included.
    ontology
        Folder with ``shapes/*.ttl`` and ``checks/*.rq``.
    origins
        The row behind each node, if the graph was compiled from tables.
    texts
        Folder of the texts that a reader holds; phrases and offsets are then compared with them.
    language
        ``en`` or ``zh``, of the messages.

    Returns
    -------
    list
        Issues in the order violation, warning, finding, then by file and line. A finding is no
        fault: it is what a curator may want to look into.
    """
    rows = origins or Origins({})
    issues = run_shapes(quads, ontology / "shapes", rows, language)
    issues += run_checks(quads, ontology / "checks", rows, language)
    issues += check_duplicates(quads, rows, language)
    if texts is not None:
        issues += check_texts(quads, texts, rows, language)
    return sorted(set(issues))


def rules(ontology: Path) -> list[str]:
    """Name every rule that an issue of a graph may come from, in alphabetical order."""
    names = shape_names(ontology / "shapes") | check_names(ontology / "checks")
    return sorted(names | {DUPLICATES, TEXTS})

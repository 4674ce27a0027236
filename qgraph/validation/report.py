"""A report that a curator can read to the end: long rules folded, and a table of what was found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qgraph.cells import table
from qgraph.validation.issue import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qgraph.validation.issue import Issue

__all__ = ["SEVERITY_WORDS", "report"]

_MOST = 5  # issues of a rule up to which all are told
_FIRST = 3  # issues told of a rule that has more

SEVERITY_WORDS = {
    "en": {severity: severity for severity in SEVERITIES},
    "zh": {"violation": "违规", "warning": "警告", "finding": "待查"},
}
_HEADINGS = {"en": ("severity", "rule", "issues"), "zh": ("级别", "规则", "数量")}
_MORE = {
    "en": "… and {count} more of {rule}; all: {command} --rule {rule}",
    "zh": "…… {rule} 另有 {count} 项；全部列出：{command} --rule {rule}",
}


def report(
    issues: Sequence[Issue],
    language: str = "en",
    *,
    command: str = "qgraph validate",
    folded: bool = True,
) -> str:
    """Write issues for a terminal, one a line, and under them how many each rule found.

    Parameters
    ----------
    issues
        In the order in which they are told.
    language
        ``en`` or ``zh``.
    command
        What a person types to get this report; a folded rule names it with ``--rule``.
    folded
        Tell only the first few issues of a warning or finding that has many. Violations are always
        told in full.
    """
    if not issues:
        return ""
    count = Counter(issue.rule for issue in issues if issue.severity != "violation")
    long = {rule for rule, number in count.items() if folded and number > _MOST}
    lines = []
    told: Counter[str] = Counter()
    for issue in issues:
        if issue.severity == "violation" or issue.rule not in long or told[issue.rule] < _FIRST:
            lines.append(str(issue))
        elif told[issue.rule] == _FIRST:
            more = count[issue.rule] - _FIRST
            lines.append(_MORE[language].format(count=more, rule=issue.rule, command=command))
        told[issue.rule] += issue.severity != "violation"
    rows = list(_tally(issues, language))
    return "\n".join([*lines, "", table(_HEADINGS[language], rows, numbers=frozenset({2}))])


def _tally(issues: Sequence[Issue], language: str) -> Iterator[tuple[str, str, str]]:
    """Count the issues of each rule: the worst first, then the rule with most."""
    counts = Counter((issue.severity, issue.rule) for issue in issues)
    words = SEVERITY_WORDS[language]
    for (severity, rule), number in sorted(
        counts.items(), key=lambda item: (SEVERITIES.index(item[0][0]), -item[1], item[0][1])
    ):
        yield words[severity], rule, f"{number:,}"

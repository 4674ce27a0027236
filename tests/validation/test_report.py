"""The report: what is told in full, what is folded, and the counts at its end."""

from __future__ import annotations

import pytest

from qgraph.validation import Issue, report


def _issues(severity: str, rule: str, count: int, file: str = "a.csv") -> list[Issue]:
    return [Issue(severity, file, line, "", rule, "message") for line in range(2, count + 2)]


def test_no_issues_are_no_report() -> None:
    assert report([]) == ""


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (5, 5), (6, 4), (300, 4)])
def test_a_rule_with_more_than_five_issues_is_folded_to_three_and_a_line(
    count: int, lines: int
) -> None:
    text = report(_issues("finding", "orphan", count))
    told, _, table = text.partition("\n\n")
    assert len(told.splitlines()) == lines
    if lines < count:
        assert told.splitlines()[-1] == (
            f"… and {count - 3} more of orphan; all: qgraph validate --rule orphan"
        )
    assert table.splitlines()[-1].split() == ["finding", "orphan", str(count)]


def test_violations_are_told_in_full() -> None:
    text = report(_issues("violation", "orphan", 40) + _issues("finding", "orphan", 6))
    assert text.count(": violation: ") == 40
    assert text.count(": finding: ") == 3
    assert "… and 3 more of orphan" in text


def test_unfolded_everything_is_told() -> None:
    text = report(_issues("warning", "Named-label-zh", 40), folded=False)
    assert text.count(": warning: ") == 40
    assert "…" not in text


def test_the_order_of_the_issues_stays_and_a_fold_stands_where_it_begins() -> None:
    issues = _issues("finding", "orphan", 6) + _issues("finding", "texts", 1, "b.csv")
    lines = report(issues).splitlines()[:5]
    assert [line.partition(":")[0] for line in lines] == [
        "a.csv",
        "a.csv",
        "a.csv",
        "… and 3 more of orphan; all",
        "b.csv",
    ]


def test_the_table_counts_each_rule_the_worst_first() -> None:
    issues = _issues("violation", "b", 1) + _issues("warning", "w", 2)
    issues += _issues("finding", "few", 2) + _issues("finding", "many", 1200)
    table = report(issues).partition("\n\n")[2].splitlines()
    assert table[0].split() == ["severity", "rule", "issues"]
    assert [line.split() for line in table[2:]] == [
        ["violation", "b", "1"],
        ["warning", "w", "2"],
        ["finding", "many", "1,200"],
        ["finding", "few", "2"],
    ]


def test_the_report_speaks_chinese() -> None:
    text = report(_issues("warning", "w", 9), "zh", command="qgraph --lang zh validate g")
    assert "…… w 另有 6 项；全部列出：qgraph --lang zh validate g --rule w" in text
    assert text.splitlines()[-1].split() == ["警告", "w", "9"]

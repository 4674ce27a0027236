"""Text in a terminal: how wide it is, and that nothing gets wider than it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.cells import clean, pad, table, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("Qianhai", 7),
        ("前海", 4),
        ("Ｆｕｌｌ", 8),  # full-width Latin
        ("e\N{COMBINING ACUTE ACCENT}t", 2),
        ("a\N{ZERO WIDTH SPACE}b", 2),
        ("“curly”", 7),
    ],
)
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand more", "two lines and more"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("abc\u202edef", "abc\ufffddef"),
        ("plain", "plain"),
    ],
)
def test_a_text_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_padding_counts_chinese_as_two() -> None:
    assert pad("前海", 6) == "前海  "
    assert pad("94", 5, right=True) == "   94"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("a unbreakable", 6, ["a", "unbrea", "kable"]),
        ("制度创新措施", 4, ["制度", "创新", "措施"]),
        ("see 制度创新", 8, ["see", "制度创新"]),
        ("see 制度创新措施", 8, ["see 制度", "创新措施"]),
        ("", 5, [""]),
    ],
)
def test_wrapping_breaks_between_words_and_anywhere_in_chinese(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrap(text, columns) == lines


@given(st.text(alphabet="ab 前海 \u0301", max_size=60), st.integers(min_value=2, max_value=20))
def test_a_wrapped_line_is_never_too_wide_and_no_letter_is_lost(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert max(map(width, lines)) <= columns
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_table_aligns_its_columns() -> None:
    assert table(("名称", "n"), [("前海", "835"), ("Qianhai", "9")], numbers=frozenset({1})) == (
        "名称       n\n"  # four columns of text, three of padding
        "───────  ───\n"
        "前海     835\n"
        "Qianhai    9\n"
    )


@given(
    st.lists(st.tuples(*[st.text(alphabet="abc 前海", max_size=80)] * 3), min_size=1, max_size=4),
    st.integers(min_value=30, max_value=90),
)
def test_a_table_fits_the_terminal(rows: list[tuple[str, str, str]], columns: int) -> None:
    lines = table(("first", "second", "third"), rows, columns=columns).splitlines()
    assert max(map(width, lines)) <= columns


def test_a_terminal_too_narrow_for_the_table_is_overrun_rather_than_obeyed() -> None:
    lines = table(("a", "b"), [("x" * 30, "y" * 30)], columns=5).splitlines()
    assert lines[0].split() == ["a", "b"]
    assert max(map(width, lines)) == 18  # twice the narrowest column, and the gap

"""Tables and results: what people, spreadsheets, papers and programs get of the same numbers."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import numpy as np
import pytest

from qgraph.diffusion.result import Data, Method, Refused, Result
from qgraph.diffusion.table import Column, Table, Words, plain
from qgraph.errors import NoAnswer

METHOD = Method(
    Words("Share", "份额"), "x / n", "Nobody (1900)", (Words("Independent trials.", "独立试验。"),)
)


def column(name: str, values: object, form: str = "") -> Column:
    return Column(name, Words(name.title(), f"〈{name}〉"), values, form)  # type: ignore[arg-type]  # any sequence


@dataclass(frozen=True, kw_only=True)
class Share(Result):
    unit: tuple[str, ...]
    share: tuple[float, ...]

    @property
    def table(self) -> Table:
        return Table((column("unit", self.unit), column("share", self.share, ".2f")))

    @property
    def summary(self) -> tuple[tuple[str, Words, object], ...]:
        return (("mean", Words("mean", "均值"), float(np.mean(self.share))),)


SHARE = Share(
    method=METHOD,
    settings={"level": np.float64(0.95)},
    warnings=(Words("Two units only.", "仅两个单位。"),),
    seed=7,
    data=Data(origin="x.csv", events=2),
    unit=("=1+1", "深圳"),
    share=(0.123456789, float("nan")),
)


def test_columns_must_be_of_one_length() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        Table((column("a", [1]), column("b", [1, 2])))


def test_numbers_stay_whole_in_csv_and_what_is_not_known_is_empty() -> None:
    rows = list(csv.reader(io.StringIO(SHARE.as_csv())))
    assert rows == [["unit", "share"], ["=1+1", "0.123456789"], ["深圳", ""]]


def test_a_spreadsheet_gets_no_formula() -> None:
    assert "\n'=1+1," in SHARE.as_csv(spreadsheet=True)


def test_text_has_the_headline_the_table_the_warnings_and_the_source() -> None:
    text = SHARE.as_text("zh")
    assert text.startswith("份额\n  均值: –\n")
    for part in ("〈unit〉", "0.12", "仅两个单位。", "独立试验。", "x / n", "Nobody (1900)"):
        assert part in text
    assert "nan" not in text


def test_json_has_everything_and_no_value_that_json_does_not_know() -> None:
    told = json.loads(SHARE.as_json())
    assert told["rows"] == [{"unit": "=1+1", "share": 0.123456789}, {"unit": "深圳", "share": None}]
    assert told["seed"] == 7
    assert told["settings"] == {"level": 0.95}
    assert told["data"]["origin"] == "x.csv"
    assert told["warnings"] == [{"en": "Two units only.", "zh": "仅两个单位。"}]
    assert told["citation"] == "Nobody (1900)"


def test_latex_and_markdown_escape_what_they_would_read_as_their_own() -> None:
    table = Table((column("a_b", ["50 % of $x$ & {y}", "a|b <b>"]), column("n", [1, 2])))
    latex = table.as_latex()
    assert r"50 \% of \$x\$ \& \{y\} & 1 \\" in latex
    assert r"\begin{tabular}{lr}" in latex
    assert r"A\_B & N \\" in latex
    assert r"| a\|b &lt;b> | 2 |" in table.as_markdown()


def test_a_frame_has_the_types_of_the_columns() -> None:
    pytest.importorskip("pandas")
    frame = Table((column("n", np.array([1, 2])), column("t", ["a", "b"]))).as_frame()
    assert frame["n"].dtype == np.int64
    assert list(frame["t"]) == ["a", "b"]


def test_arrays_and_infinities_become_plain() -> None:
    assert plain(np.array([1.0, np.inf])) == [1.0, None]
    assert plain((np.int64(3), "x")) == [3, "x"]


def test_a_refusal_says_why_and_what_is_needed_in_both_languages() -> None:
    error = Refused(Words("too few", "太少"), Words("more", "更多"))
    assert isinstance(error, NoAnswer)
    assert (str(error), error.hint, error.reason.zh, error.needed.zh) == (
        "too few",
        "more",
        "太少",
        "更多",
    )

"""Figures: the same bytes each time, text as text, and readable without colour."""

from __future__ import annotations

import re

import pytest

from qgraph.diffusion.drawing import Curve, Dots, bars, canvas, curves, dots, picture
from qgraph.errors import QGraphError

pytest.importorskip("matplotlib")


def figure(form: str) -> bytes:
    with canvas() as (drawn, axes):
        axes.set_title("前海 $x$ <b>")
        curves(
            axes,
            [
                Curve(
                    "law", [0, 1, 2], [0, 0.2, 0.5], [0, 0.1, 0.3], [0, 0.3, 0.7], at_risk=[9, 4]
                ),
                Curve("finance", [0, 1, 2], [0, 0.1, 0.2], at_risk=[7, 3]),
            ],
            risk_times=[0, 1],
            risk_title="at risk",
        )
        return picture(drawn, form)


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_figure_has_the_same_bytes(form: str) -> None:
    assert figure(form) == figure(form)


def test_text_stays_text_and_is_never_markup() -> None:
    svg = figure("svg").decode()
    assert "前海 $x$ &lt;b&gt;" in svg
    for number in ("9", "4", "7", "3"):
        assert f">{number}</text>" in svg


def test_curves_differ_in_more_than_colour() -> None:
    assert len(set(re.findall(r"stroke-dasharray: ([\d., ]+)", figure("svg").decode()))) >= 1


def test_the_first_of_a_ranked_list_is_on_top() -> None:
    with canvas() as (drawn, axes):
        dots(axes, Dots(["first", "x" * 99], [2, 1], [1, 0], [3, 2]), reference=1.5)
        drawn.canvas.draw()
        texts = {text.get_text(): text.get_position()[1] for text in axes.get_yticklabels()}
    assert max(texts, key=texts.__getitem__) == "first"
    assert max(map(len, texts)) == 48


def test_stacked_bars_stand_on_each_other() -> None:
    with canvas() as (_, axes):
        bars(axes, [2014, 2015], {"pilot": [1, 2], "promotion": [3, 4]})
        tops = [
            patch.get_extents().transformed(axes.transData.inverted()).y1 for patch in axes.patches
        ]
    assert tops == pytest.approx([1, 2, 4, 6])


def test_an_unknown_format_is_told() -> None:
    with canvas() as (drawn, _), pytest.raises(QGraphError, match="'gif'"):
        picture(drawn, "gif")

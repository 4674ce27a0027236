"""Reported counts: every figure stays, what contradicts is shown, other rules are kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgraph.diffusion.promotion.series import ReportedSeries, reported_series
from qgraph.diffusion.records.times import read_time
from qgraph.diffusion.result import Refused
from qgraph.errors import NotFound
from qgraph.graph import Graph, load
from qgraph.terms import PREFIXES

#: (name, indicator, begin, end, value, more)
FIGURES = (
    ("a", "launched", "2021-08-30", "2021-08-30", 645, ""),
    ("b", "launched", "2022-09-01", "2022-09-30", 725, ""),
    ("c", "launched", "2022-09-16", "2022-09-16", 685, "qg:disputes qgd:obs-b ;"),
    ("d", "launched", "2023-12-28", "2023-12-28", 805, ""),
    ("e", "launched", "2024-02-01", "2024-02-29", 765, ""),
    ("f", "launched", "2024-02-10", "2024-02-10", 760, "qg:lowerBound 760.0 ;"),
    ("g", "promoted-nationwide", "2021-08-30", "2021-08-30", 65, ""),
    (
        "h",
        "promoted-nationwide",
        "2025-04-01",
        "2025-04-30",
        43,
        "qg:differsInDefinitionFrom qgd:obs-g , qgd:obs-other ;",
    ),
)


def graph_of(folder: Path, figures: tuple[tuple[str, str, str, str, float, str], ...]) -> Graph:
    text = "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items())
    text += 'qgd:place-x a qg:Zone ; rdfs:label "X"@en . qgd:place-y a qg:Zone .\n'
    text += (
        'qgd:source-a a qg:Source ; qg:publisherName "A" ; qg:reliability qgk:reliability-weak .\n'
    )
    text += 'qgd:passage qg:quotedFrom qgd:source-a ; qg:locator "p. 1" .\n'
    for name, indicator, begin, end, value, more in figures:
        comparator = "more-than" if "Bound" in more else "exact"
        text += f"""
          qgd:time-{name} qg:begin "{begin}"^^xsd:date ; qg:end "{end}"^^xsd:date .
          qgd:obs-{name} qg:about qgd:place-x ; qg:indicator qgk:indicator-measures-{indicator} ;
            qg:observedOver qgd:time-{name} ; qg:value {value:.1f} ; {more}
            qg:comparator qgk:comparator-{comparator} ; qg:evidence qgd:passage .
        """
    text += "qgd:obs-c qg:standing qgk:standing-contested .\n"
    text += "qgd:obs-rejected qg:about qgd:place-x ; qg:standing qgk:standing-rejected .\n"
    (folder / "graph.ttl").write_text(text, encoding="utf-8")
    return load(folder / "graph.ttl")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> ReportedSeries:
    return reported_series(graph_of(tmp_path_factory.mktemp("series"), FIGURES), "X")


def test_every_figure_stays_with_its_source(series: ReportedSeries) -> None:
    assert series.subject == "place-x"
    assert sorted(one.observation for one in series.figures) == [f"obs-{n}" for n in "abcdefgh"]
    first = series.figures[0]
    assert (first.value, first.time, first.source, first.locator, first.publisher) == (
        645,
        read_time("2021-08-30", dated=True),
        "source-a",
        "p. 1",
        "A",
    )


def test_what_contradicts_points_at_each_other(series: ReportedSeries) -> None:
    """By the editors (725 and 685), or as a cumulative count that would fall (805 to 765).

    More than 760 fits both.
    """
    assert series.contradictions == (("obs-b", "obs-c"), ("obs-d", "obs-e"))
    against = {one.observation: one.contradicts for one in series.figures}
    assert (against["obs-c"], against["obs-b"], against["obs-f"]) == (("obs-b",), ("obs-c",), ())


def test_figures_by_different_rules_are_different_series(series: ReportedSeries) -> None:
    numbers = {one.observation: one.definition for one in series.figures}
    assert (numbers["obs-g"], numbers["obs-h"]) == (1, 2)
    assert series.definitions == (1, 2)
    # 65 then 43 would be a fall if they counted alike.
    assert not any("obs-h" in pair for pair in series.contradictions)
    assert series.curve("promoted").high.tolist() == [65]
    assert series.curve("promoted", 2).high.tolist() == [43]
    assert {one.observation: one.counts_otherwise for one in series.figures}["obs-g"] == ("obs-h",)


def test_the_curve_holds_every_figure_between_its_bounds(series: ReportedSeries) -> None:
    curve = series.curve("launched")
    assert curve.low.tolist() == [645, 685, 685, 765, 765]
    assert curve.high.tolist() == [645, 725, 725, 805, 805]
    assert (curve.low <= curve.high).all()


def test_the_table_and_the_summary(series: ReportedSeries) -> None:
    rows = series.table.records()
    assert [(row["time"], row["value"]) for row in rows if row["indicator"] == "launched"][:3] == [
        ("2021-08-30", 645),
        ("2022-09-16", 685),
        ("2022-09", 725),
    ]
    loose = next(row for row in rows if row["observation"] == "obs-f")
    assert (loose["comparator"], loose["lowest"], loose["highest"]) == ("more-than", 760, None)
    told = {name: value for name, _, value in series.summary}
    assert told["launched_last"] == "765 (2024-02)"
    assert told["promoted_first"] == "65 (2021-08-30)"
    assert (told["figures"], told["contradictions"], told["definitions"]) == (8, 2, 2)


def test_what_has_to_be_known_is_told(series: ReportedSeries) -> None:
    assert [warning.en for warning in series.warnings] == [
        "4 of 8 figures contradict another one; both are kept.",
        "The figures count by 2 rules, which are not put together; figures of which no difference"
        " is recorded are taken to follow the first.",
        "Counted by another rule, and so not to be compared: obs-other.",
        "1 of 8 figures are bounds only, such as “more than 800”, and not on the curve.",
        "8 of 8 figures rest on a source of weak reliability.",
        "The latest figures, 765 (2024-02) launched and 43 (2025-04) promoted, are of different"
        " times: their quotient is no rate.",
    ]
    assert series.data is not None
    assert series.data.query.startswith("# title:")


def test_the_headline_is_one_pair_of_one_time(founding: Graph) -> None:
    """835 launched, 94 promoted nationwide, in August 2024: source 000."""
    found = reported_series(founding)
    assert [(one.indicator, one.value, one.reported) for one in found.figures] == [
        ("launched", 835, "835 institutional innovation measures"),
        ("promoted", 94, "94 of which have been promoted nationwide"),
    ]
    assert found.warnings == ()
    assert "835 (2024-08)" in found.as_text()
    assert "全国推广，最近确数: 94 (2024-08)" in found.as_text("zh")


def test_qianhai_as_sources_report_it() -> None:
    """645 and 65 on 30 August 2021, 882 in December 2024, 105 in August 2025 (curated tables)."""
    found = reported_series(load())
    values = {(one.indicator, one.value) for one in found.figures}
    assert {("launched", 645.0), ("promoted", 65.0), ("launched", 882.0), ("promoted", 105.0)} <= (
        values
    )
    assert ("obs-measures-launched-qianhai-685", "obs-measures-launched-qianhai-725") in (
        found.contradictions
    )
    # Guangdong's counts go by other rules and are named, never shown as Qianhai's.
    assert any("guangdong-ftz-43" in warning.en for warning in found.warnings)
    assert 43.0 not in {one.value for one in found.figures}


def test_a_subject_without_counts_is_refused_and_an_unknown_one_told(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, FIGURES)
    with pytest.raises(Refused, match="counts the measures of place-y") as caught:
        reported_series(graph, "place-y")
    assert "aggregates-over-time" in caught.value.hint
    with pytest.raises(NotFound):
        reported_series(graph, "place-z")

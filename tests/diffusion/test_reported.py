"""The promotion rate as sources report it, in the library and at the terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import qgraph
from qgraph.cli import main
from qgraph.diffusion import reported_rates
from qgraph.errors import NoAnswer, NotFound
from qgraph.graph import Graph


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_the_headline_with_its_interval_evidence_and_caveat() -> None:
    result = _run("diffusion", "rate")
    assert result.exit_code == 0, result.stderr
    for part in (
        "94 of 835 = 11.26 %",
        "Wilson score interval, 95 %: 9.29–13.58 %",
        "Clopper-Pearson interval, 95 %: 9.19–13.60 %",
        "“835 institutional innovation measures”\n    obs-000-measures-launched: source-000 s31",
        "“94 of which have been promoted nationwide”\n    obs-000-measures-promoted: source-000",
        "A lower bound",
    ):
        assert part in result.stdout


def test_the_headline_in_chinese() -> None:
    result = _run("--lang", "zh", "diffusion", "rate")
    assert "835项中94项 = 11.26 %" in result.stdout
    assert "此为下限" in result.stdout


def test_json_and_csv_hold_the_same_numbers() -> None:
    told = json.loads(_run("diffusion", "rate", "--format", "json").stdout)
    table = list(csv.DictReader(io.StringIO(_run("diffusion", "rate", "--format", "csv").stdout)))
    assert len(told) == len(table) > 1
    for one, row in zip(told, table, strict=True):
        assert one["rate"]["share"] == float(row["share"])
        assert one["rate"]["wilson"]["low"] == float(row["wilson_low"])
        assert one["query"].startswith("# title: How many")
    ends = {(row["begin"], row["end"]): float(row["share"]) for row in table}
    assert ends["2024-08-01", "2024-08-31"] == 94 / 835


def test_a_narrower_level_gives_a_narrower_interval(founding: Graph) -> None:
    (wide,) = reported_rates(founding, confidence=0.95)
    (narrow,) = reported_rates(founding, confidence=0.5)
    assert wide.rate.wilson.low < narrow.rate.wilson.low < narrow.rate.wilson.high


def test_each_rate_divides_figures_of_one_place_and_one_source() -> None:
    rates = reported_rates(qgraph.load())
    subjects = {one.subject.rpartition("/")[2] for one in rates}
    assert {"place-qianhai-cooperation-zone", "place-guangdong-ftz"} < subjects
    # Guangdong's 43 are a count of its own: they are set against its own 772, and nothing else.
    assert {one.rate.launched for one in rates if one.rate.promoted == 43} == {772}


def test_a_subject_without_both_figures_is_refused_with_a_reason() -> None:
    with pytest.raises(NoAnswer, match="no source in this graph gives both") as caught:
        reported_rates(qgraph.load(), "place-shenzhen")
    assert "qgraph query --name" in caught.value.hint


def test_an_unknown_subject_is_told_with_near_names() -> None:
    with pytest.raises(NotFound):
        reported_rates(qgraph.load(), "place-shenzen")
    result = _run("diffusion", "rate", "--of", "Shenzen")
    assert result.exit_code == 1
    assert "Shenzhen" in result.stderr


def test_counts_of_two_zones_or_of_two_periods_are_never_paired(tmp_path: Path) -> None:
    # 43 promoted is what Guangdong's whole pilot zone reports (research notes on Qianhai): setting
    # it against Qianhai's 835 would be an error.
    file = tmp_path / "two.ttl"
    prefixes = "".join(
        f"@prefix {name}: <{base}> .\n" for name, base in qgraph.terms.PREFIXES.items()
    )
    file.write_text(
        prefixes
        + """
qgd:place-qianhai-cooperation-zone a qg:Zone . qgd:place-guangdong-zone a qg:Zone .
qgd:source-a a qg:Source . qgd:evidence-a qg:quotedFrom qgd:source-a ; qg:locator "p1" .
qgd:time-a qg:begin "2024-08-01"^^xsd:date ; qg:end "2024-08-31"^^xsd:date .
qgd:time-b qg:begin "2025-04-01"^^xsd:date ; qg:end "2025-04-30"^^xsd:date .
qgd:obs-a qg:about qgd:place-qianhai-cooperation-zone ; qg:value 835.0 ;
  qg:observedOver qgd:time-a ; qg:indicator qgk:indicator-measures-launched ;
  qg:comparator qgk:comparator-exact ;
  qg:reportedText "835" ; qg:evidence qgd:evidence-a .
qgd:obs-b qg:about qgd:place-guangdong-zone ; qg:value 43.0 ;
  qg:observedOver qgd:time-a ; qg:indicator qgk:indicator-measures-promoted-nationwide ;
  qg:comparator qgk:comparator-exact ;
  qg:reportedText "43" ; qg:evidence qgd:evidence-a .
qgd:obs-c qg:about qgd:place-qianhai-cooperation-zone ; qg:value 105.0 ;
  qg:observedOver qgd:time-b ; qg:indicator qgk:indicator-measures-promoted-nationwide ;
  qg:comparator qgk:comparator-exact ;
  qg:reportedText "105" ; qg:evidence qgd:evidence-a .
""",
        encoding="utf-8",
    )
    graph = qgraph.load(file)
    for subject in ("place-qianhai-cooperation-zone", "place-guangdong-zone"):
        with pytest.raises(NoAnswer):
            reported_rates(graph, subject)

"""Promotion rates from what sources report: two observations of one subject, and their evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from qgraph import questions
from qgraph.describe.answers import rows
from qgraph.diffusion.promotion.rate import PromotionRate, promotion_rate
from qgraph.errors import NoAnswer
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qgraph.graph import Graph

__all__ = ["QUESTION", "ReportedRate", "Sighting", "reported_rates"]

QUESTION = "promotion-rate"

_CAVEATS: dict[str, tuple[str, ...]] = {
    "en": (
        "A lower bound: a measure launched and not yet promoted may be promoted later, and the"
        " newest have had the least time.",
        "What counts as launched and as promoted nationwide is the publisher's own rule; figures"
        " of another zone follow other rules and are not compared.",
        "The intervals regard the measures as independent trials with one chance; as a count of"
        " these very measures the share has no error but the source's.",
    ),
    "zh": (
        "此为下限：已推出而尚未推广的措施日后仍可能被推广，最新的措施时间最短。",
        "何谓“推出”、何谓“全国复制推广”由发布者自定；其他片区口径不同，不作比较。",
        "区间把各项措施视为推广机会相同的独立试验；若仅就这些措施计数，份额的误差只来自来源本身。",
    ),
}


@dataclass(frozen=True)
class Sighting:
    """One observation behind a rate: its identifier, and the words of the source."""

    observation: str
    words: str


@dataclass(frozen=True)
class ReportedRate:
    """A promotion rate with the two observations, their source, and how to read it.

    ``time_words`` are the words of the source for its period, ``begin`` and ``end`` the days to
    which we resolve them.
    """

    subject: str
    rate: PromotionRate
    time_words: str
    begin: str
    end: str
    launched: Sighting
    promoted: Sighting
    source: str
    publisher: str
    address: str
    locator: str
    caveats: Mapping[str, tuple[str, ...]]
    query: str

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values, for JSON."""
        told = {name: value for name, value in vars(self).items() if name != "rate"}
        told["launched"], told["promoted"] = asdict(self.launched), asdict(self.promoted)
        return {**told, "rate": self.rate.as_dict()}


def reported_rates(
    graph: Graph, subject: str | None = None, confidence: float = 0.95
) -> list[ReportedRate]:
    """Give the promotion rate of a subject for each pair of figures that one source reports.

    Parameters
    ----------
    graph
        The graph to ask.
    subject
        Identifier or label; by default each subject that a source counts for, one by one.
    confidence
        Level of the intervals, between 0 and 1.

    Returns
    -------
    list
        The latest period first.

    Raises
    ------
    NoAnswer
        If no source gives both figures for one period.
    """
    question = questions.load(QUESTION)
    asked = _subjects(graph) if subject is None else [graph.find(subject)]
    found = list(rows(graph, question, {"zone": asked})) if asked else []
    if not found:
        whom = f" for {local_id(asked[0])}" if subject else ""
        raise NoAnswer(
            f"no source in this graph gives both figures{whom}",
            hint="Both must be exact, of one subject and one period. "
            "Try: qgraph query --name measures-launched-and-promoted",
        )
    return [
        ReportedRate(
            subject=row["zone"],
            rate=promotion_rate(int(row["promoted"]), int(row["launched"]), confidence),
            time_words=row["words"],
            begin=row["begin"],
            end=row["end"],
            launched=Sighting(row["launchedObservation"], row["launchedText"]),
            promoted=Sighting(row["promotedObservation"], row["promotedText"]),
            source=row["source"],
            publisher=row["publisher"],
            address=row["address"],
            locator=row["locator"],
            caveats=_CAVEATS,
            query=question.text,
        )
        for row in found
    ]


def _subjects(graph: Graph) -> list[str]:
    """Find whose measures are counted at all."""
    counted = "SELECT DISTINCT ?zone { ?one qg:indicator qgk:indicator-measures-promoted-nationwide"
    return [row["zone"] for row in rows(graph, f"{counted} ; qg:about ?zone }}")]

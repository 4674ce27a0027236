"""The network as a page: one file that opens anywhere, asks the network for nothing and is safe.

pyvis carries the nodes and edges and renders; template, style and scripts are ours, in ``page/``.
pyvis' own page is not used: it loads from the network, has no language and no legend, and puts
texts on the page as markup. Here every text of the graph is data: it stands in a JSON block that
cannot end early, is put on the page as text, and the only scripts that a browser will run are the
three whose hashes stand in the policy.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from qgraph.describe.answers import rows
from qgraph.diffusion import reported_rates
from qgraph.errors import NoAnswer
from qgraph.languages import LANGUAGES
from qgraph.terms import local_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qgraph.graph import Graph
    from qgraph.network import Attribute, Edge, Evidence, Moment, Network, Node, Report
    from qgraph.network.parts import Texts


Json: TypeAlias = dict[str, Any]

__all__ = ["Headline", "headline", "render"]

TITLE = {"en": "Institutional innovation: a map with its evidence", "zh": "制度创新图谱及其依据"}
ENGINE = "lib/vis-9.1.2/vis-network.min.js"
"""The copy of vis-network that comes with pyvis."""

# Computed once in Python: letting a browser do it takes a minute at a thousand nodes.
OPTIONS: Json = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "multiselect": False, "selectConnectedEdges": False},
    "nodes": {"font": {"size": 0}},
    "edges": {
        "smooth": False,
        "hoverWidth": 0,
        "selectionWidth": 0,
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.4}},
    },
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The reported rate of promotion, and how many of those promoted the graph can name."""

    promoted: str
    launched: str
    named: int
    place: Texts
    words: str
    begin: str
    end: str
    source: Texts
    url: str


_NAMED = """
SELECT DISTINCT ?place ?measure
WHERE { ?measure qg:status qgk:status-promoted-nationwide ; qg:inZone ?place }
"""


def headline(graph: Graph) -> Headline | None:
    """Find the latest figures that one source gives of measures launched and promoted.

    Where several places are counted, it is the one whose figures are reported most often.

    Returns
    -------
    Headline or None
        None if the graph has no such pair for one place and one time.
    """
    try:
        rates = reported_rates(graph)
    except NoAnswer:
        return None
    reports = Counter(rate.subject for rate in rates)
    latest = max(rates, key=lambda rate: reports[rate.subject])  # the first of equals: the latest
    return Headline(
        promoted=str(latest.rate.promoted),
        launched=str(latest.rate.launched),
        named=sum(row["place"] == latest.subject for row in rows(graph, _NAMED)),
        place={code: graph.label(latest.subject, code) for code in LANGUAGES},
        words=latest.time_words,
        begin=latest.begin,
        end=latest.end,
        source={code: graph.label(latest.source, code) for code in LANGUAGES},
        url=latest.address,
    )


def render(
    network: Network,
    places: Mapping[str, tuple[float, float]],
    *,
    headline: Headline | None = None,
    part: Json | None = None,
    title: str = "",
    language: str = "en",
    years: bool = False,
) -> bytes:
    """Write the page.

    Parameters
    ----------
    network
        The prepared network, with what is hidden at first.
    places
        Where each node stands, by its id.
    headline
        Reported figures to open with.
    part
        What the network was limited to: ``focus`` and ``kinds`` (texts), ``depth``, ``first`` and
        ``last`` (years). None for the whole graph.
    title
        Heading, the same in both languages; by default a general one in each.
    language
        ``en`` or ``zh``: in which the page opens.
    years
        Begin with what is hidden at first switched on.
    """
    catalogue = _Catalogue()
    nodes = [catalogue.node(node, *places[node.id]) for node in network.nodes]
    edges = [catalogue.edge(edge) for edge in network.edges]
    page: Json = {
        "title": _text(dict.fromkeys(LANGUAGES, title) if title else TITLE),
        "language": language,
        "kinds": catalogue.kinds,
        "years": years,
        "relations": catalogue.relations,
        "sources": catalogue.sources,
        "evidence": catalogue.evidence,
    }
    if headline:
        page["headline"] = _headline(headline)
    if part:
        page["part"] = part
    return _carry(nodes, edges, page, title or TITLE[language], language).encode("utf-8")


def _carry(nodes: list[Json], edges: list[Json], page: Json, title: str, language: str) -> str:
    """Let pyvis render our template with our data."""
    with warnings.catch_warnings():
        # On import it brings in a shell and its helpers, which warn of their own affairs.
        warnings.simplefilter("ignore")
        import pyvis.network
        from jinja2 import ChoiceLoader, DictLoader
        from markupsafe import Markup

    carrier = pyvis.network.Network(directed=True, cdn_resources="in_line", heading=title)
    # Filled at once: add_node and add_edge look through all that is there, each time.
    carrier.nodes, carrier.edges, carrier.options = nodes, edges, OPTIONS
    library = carrier.templateEnv.loader
    engine, _, _ = library.get_source(carrier.templateEnv, ENGINE)
    carrier.set_template_dir("", "template.html")
    environment = carrier.templateEnv
    environment.loader = ChoiceLoader(
        [DictLoader({"template.html": _own("template.html")}), library]
    )
    environment.autoescape = True
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    scripts = {
        # The address of its source map is a request that a browser's tools would make.
        "engine": re.sub(r"\n//# sourceMappingURL=.*", "", _lines(engine)),
        "script": "\n".join(_own(name) for name in ("words.js", "map.js", "page.js")),
    }
    environment.globals["qg"] = {
        **{name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - our own files
        "style": Markup(_own("page.css")),  # noqa: S704
        "policy": _policy(scripts.values(), _own("page.css")),
        "page": page,
        "lang": "zh-Hans" if language == "zh" else "en",
    }
    text: str = carrier.generate_html("page.html")
    return text


def _own(name: str) -> str:
    return _lines((files("qgraph.export") / "page" / name).read_text(encoding="utf-8"))


def _lines(text: str) -> str:
    """Make line ends what a browser makes of them, or the hashes would not fit."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _policy(scripts: Iterable[str], style: str) -> str:
    """Allow these scripts and this style and nothing else: no request, no other script, no form."""

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(hashed(script) for script in scripts)}",
            f"style-src {hashed(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _text(texts: Texts) -> str | list[str]:
    """Write a text once if it is the same in both languages."""
    pair = [texts.get(code, "") for code in LANGUAGES]
    return pair[0] if pair[0] == pair[1] else pair


def _filled(entry: Json) -> Json:
    """Leave out what is not there."""
    return {name: value for name, value in entry.items() if value not in ("", None, [], ())}


def _headline(told: Headline) -> Json:
    return {
        "promoted": told.promoted,
        "launched": told.launched,
        "named": told.named,
        "place": _text(told.place),
        "words": told.words,
        "begin": told.begin,
        "end": told.end,
        "source": _text(told.source),
        "url": told.url,
    }


class _Catalogue:
    """Gives kinds, relations, sources and evidence numbers, so that each is written once."""

    def __init__(self) -> None:
        self.kinds: list[Json] = []
        self.relations: list[Json] = []
        self.sources: list[Json] = []
        self.evidence: list[Json] = []
        self._numbers: dict[tuple[int, object], int] = {}

    def _number(self, shelf: list[Json], key: object, entry: Json) -> int:
        """Put an entry on a shelf unless it is there, and return its place."""
        place = self._numbers.setdefault((id(shelf), key), len(shelf))
        if place == len(shelf):
            shelf.append(_filled(entry))
        return place

    def node(self, node: Node, x: float, y: float) -> Json:
        kind = self._number(
            self.kinds,
            node.kind,
            {
                "id": local_id(node.kind).removeprefix("qg:"),
                "label": _text(node.kind_label),
                "colour": node.colour,
                "shape": node.shape,
                "hidden": node.hidden or None,
            },
        )
        self.kinds[kind]["count"] = self.kinds[kind].get("count", 0) + 1
        return _filled(
            {
                "id": node.id,
                "kind": kind,
                "x": x,
                "y": y,
                "size": node.size,
                "label": _text(node.label),
                "description": _text(node.description),
                "names": list(node.other_names),
                "begin": node.begin,
                "end": node.end,
                "years": list(node.years),
                "moments": self._moments(node.moments),
                "attributes": self._attributes(node.attributes),
                "reports": [self._report(report) for report in node.reports],
                "evidence": self._pieces(node.evidence),
            }
        )

    def edge(self, edge: Edge) -> Json:
        relation = {"label": _text(edge.label), "group": edge.group}
        return _filled(
            {
                "from": edge.source,
                "to": edge.target,
                "relation": self._number(self.relations, edge.iri, relation),
                "rule": _text(edge.rule or {}),
                "evidence": self._pieces(edge.evidence),
            }
        )

    def _report(self, report: Report) -> Json:
        return _filled(
            {
                "kind": _text(report.kind_label),
                "label": _text(report.label),
                "moments": self._moments(report.moments),
                "attributes": self._attributes(report.attributes),
                "evidence": self._pieces(report.evidence),
            }
        )

    def _moments(self, moments: Iterable[Moment]) -> list[Json]:
        return [
            _filled(
                {
                    "words": moment.words,
                    "begin": moment.begin,
                    "end": moment.end,
                    "edtf": moment.edtf,
                    "relation": _text(moment.relation),
                    "modality": _text(moment.modality),
                    "reason": moment.reason,
                    "evidence": self._pieces(moment.evidence),
                }
            )
            for moment in moments
        ]

    def _attributes(self, attributes: Iterable[Attribute]) -> list[Json]:
        return [
            _filled(
                {
                    "label": _text(attribute.label),
                    "values": [_text(value) for value in attribute.values],
                    "rule": _text(attribute.rule or {}),
                    "uri": attribute.type == "anyURI" or None,
                }
            )
            for attribute in attributes
        ]

    def _pieces(self, pieces: Iterable[Evidence]) -> list[int]:
        places = []
        for piece in pieces:
            source = self._number(
                self.sources,
                piece.source,
                {
                    "label": _text(piece.source_label),
                    "publisher": piece.publisher,
                    "published": piece.published,
                    "url": piece.url,
                    "reliability": _text(piece.reliability),
                },
            )
            entry = {
                "source": source,
                "phrase": piece.phrase,
                "locator": piece.locator,
                "modality": _text(piece.modality),
                "standing": _text(piece.standing),
                "by": _text(piece.attributed_to),
                "reason": piece.reason,
            }
            key = json.dumps(entry, sort_keys=True)
            places.append(self._number(self.evidence, key, entry))
        return places

"""Writes the pages that tell what the graph holds, in English and Chinese: ``make docs``.

Glossary, promotion batches, measures and sources are read off the bundled graph, so they are as
fresh and as complete as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph
from markdown_text import anchor, both, bullets, entry, escape, heading, link, page, when

import qgraph
from qgraph.describe import as_line
from qgraph.graph import Graph
from qgraph.terms import PREFIXES, expand, shorten

HOME = Path(__file__).parent

FROM_TABLES = "Made by `make docs`: edit the tables in [`graph/`](../graph), not this page."
FROM_TERMS = "Made by `make docs`: edit the files in [`ontology/`](../ontology), not this page."

# --- What is looked up


@dataclass(frozen=True)
class Reader:
    """Looks up names and links in one graph; what the editors rejected is not there."""

    graph: Graph

    @cached_property
    def _rejected(self) -> frozenset[str]:
        return frozenset(self._subjects("qg:standing", expand("qgk:standing-rejected")))

    def things(self, curie: str) -> list[str]:
        """Every member of a class or of one below it."""
        answer = self.graph.query(f"SELECT DISTINCT ?x {{ ?x a/rdfs:subClassOf* {curie} }}")
        found = (row[0] for row in getattr(answer, "solutions", ()))
        return sorted({x.value for x in found if isinstance(x, pyoxigraph.NamedNode)})

    def objects(self, subject: str, curie: str) -> list[str]:
        """What a property of a thing leads to, or says, in a fixed order."""
        pattern = self.graph.store.quads_for_pattern(
            pyoxigraph.NamedNode(subject), pyoxigraph.NamedNode(expand(curie)), None
        )
        found = {
            quad.object.value
            for quad in pattern
            if isinstance(quad.object, pyoxigraph.NamedNode | pyoxigraph.Literal)
        }
        return sorted(found - self._rejected)

    def first(self, subject: str, curie: str) -> str:
        """The only, or the first, of these; empty if there is none."""
        return next(iter(self.objects(subject, curie)), "")

    def subjects(self, curie: str, thing: str) -> list[str]:
        """The things of which a property leads to this one."""
        return sorted(set(self._subjects(curie, thing)) - self._rejected)

    def _subjects(self, curie: str, thing: str) -> Iterator[str]:
        pattern = self.graph.store.quads_for_pattern(
            None, pyoxigraph.NamedNode(expand(curie)), pyoxigraph.NamedNode(thing)
        )
        return (q.subject.value for q in pattern if isinstance(q.subject, pyoxigraph.NamedNode))

    def names(self, iri: str) -> tuple[str, str]:
        """The English and the Chinese name; the Chinese one is empty where there is none."""
        english, chinese = self.graph.label(iri, "en"), self.graph.label(iri, "zh")
        return english, chinese if re.search("[\u3400-\u9fff]", chinese) else ""

    def name(self, iri: str) -> str:
        """Both names, escaped."""
        return both(self.names(iri))

    def listed(self, iris: Iterable[str]) -> str:
        """The names of several things."""
        return "; ".join(self.name(iri) for iri in iris)

    def line(self, record: str) -> str:
        """A record in one line, in both languages."""
        return both((as_line(self.graph, record, "en"), as_line(self.graph, record, "zh")))

    def time(self, thing: str) -> str:
        """When something happened, and whether that is our reading."""
        told = []
        for time in self.objects(thing, "qg:happenedAt"):
            inferred = expand("qgk:modality-inferred") in self.objects(time, "qg:modality")
            edtf = when(self.first(time, "qg:edtf"))
            told.append(f"{edtf} (date inferred)" if inferred else edtf)
        return ", ".join(filter(None, told))

    def caveat(self, record: str) -> str:
        """What a reader must know before relying on a record; empty for a plain report."""
        marks = [
            self.graph.label(kind).lower()
            for curie, plain in (
                ("qg:modality", "qgk:modality-asserted"),
                ("qg:standing", "qgk:standing-unreviewed"),
            )
            for kind in self.objects(record, curie)
            if kind not in (expand(plain), expand("qgk:standing-accepted"))
        ]
        if not marks:
            return ""
        reason = self.first(record, "qg:reason")
        return f" *({', '.join(marks)}{': ' + escape(reason).rstrip('.') if reason else ''})*"

    def document(self, iri: str) -> str:
        """A policy document with its number."""
        number = self.first(iri, "qg:documentNumber")
        return self.name(iri) + (f" ({escape(number)})" if number else "")

    def notes(self, thing: str) -> str:
        """What the curators note of a thing."""
        return " ".join(map(escape, self.objects(thing, "qg:note")))

    def sources(self, *things: str) -> list[str]:
        """The sources on which things, records or claims rest themselves."""
        return sorted(
            {
                source
                for thing in things
                for passage in self.objects(thing, "qg:evidence")
                for source in self.objects(passage, "qg:quotedFrom")
            }
        )

    def speakers(self, thing: str) -> list[str]:
        """All sources that speak of a thing: in its evidence, in claims and in records about it."""
        node = pyoxigraph.NamedNode(thing)
        about = {
            quad.subject.value
            for quad in self.graph.store.quads_for_pattern(None, None, node)
            if isinstance(quad.subject, pyoxigraph.NamedNode)
        }
        about |= set(self.subjects("rdf:subject", thing))
        return self.sources(thing, *sorted(about - self._rejected))

    def resting_on(self, source: str) -> set[str]:
        """The things, records and claims that rest on a source."""
        passages = self.subjects("qg:quotedFrom", source)
        return {thing for passage in passages for thing in self.subjects("qg:evidence", passage)}

    def source(self, iri: str) -> str:
        """A link to a source by its publisher, with date and reliability."""
        facts = [escape(self.first(iri, "qg:published"))]
        facts += [self.graph.label(kind) for kind in self.objects(iri, "qg:reliability")]
        publisher = self.first(iri, "qg:publisherName") or self.graph.label(iri)
        known = ", ".join(filter(None, facts))
        return link(publisher, self.first(iri, "schema:url")) + (f" ({known})" if known else "")


class Notes:
    """The sources of one entry, numbered in the order in which its lines cite them."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._numbers: dict[str, int] = {}

    def cite(self, *records: str) -> str:
        """Give the numbers of the sources of records, after a blank."""
        found = self._read.sources(*records)
        numbers = sorted(self._numbers.setdefault(one, len(self._numbers) + 1) for one in found)
        return f" \\[{', '.join(map(str, numbers))}\\]" if numbers else ""

    def listing(self, thing: str) -> str:
        """List what was cited, and then whatever else speaks of a thing."""
        for one in self._read.speakers(thing):
            self._numbers.setdefault(one, len(self._numbers) + 1)
        told = [f"\\[{number}\\] {self._read.source(one)}" for one, number in self._numbers.items()]
        return f"Sources ({len(told)}): {'; '.join(told)}" if told else ""


# --- Glossary

GLOSSARY = """\
Every class, property and kind of the ontology, in English and Chinese. A definition can stand in a
sentence in place of its term. Classes and properties are written `qg:Name`, kinds `qgk:name`; the
files themselves, with their shapes and rules, lie in [`ontology/`](../ontology).

[Classes](#classes) · [Properties](#properties) · [Kinds](#kinds)"""


def glossary(read: Reader) -> str:
    """Page of all terms."""
    ontology = read.graph.ontology
    classes = [iri for iri in ontology.classes if iri.startswith(PREFIXES["qg"])]
    properties = [iri for iri in ontology.properties if iri.startswith(PREFIXES["qg"])]
    placed = {iri: f"class-{anchor(iri)}" for iri in classes}
    placed |= {iri: f"property-{anchor(iri)}" for iri in properties}
    placed |= {iri: anchor(iri) for iri in [*ontology.kinds, *ontology.schemes]}
    placed = {iri: place.replace("qgk-", "").replace("qg-", "") for iri, place in placed.items()}

    def named(iris: Iterable[str]) -> str:
        return ", ".join(
            f"[`{shorten(iri)}`](#{placed[iri]})" if iri in placed else f"`{shorten(iri)}`"
            for iri in iris
        )

    def term(iri: str, *facts: tuple[str, str]) -> str:
        labels, definitions = ontology.labels(iri), ontology.definitions(iri)
        others = [escape(text) for text in read.objects(iri, "skos:altLabel")]
        return "\n\n".join(
            filter(
                None,
                [
                    heading(3, placed[iri], f"`{shorten(iri)}`"),
                    f"**{both((labels.get('en', ''), labels.get('zh', '')))}**",
                    bullets(
                        escape(definitions.get("en", "")),
                        escape(definitions.get("zh", "")),
                        f"also: {'; '.join(others)}" if others else "",
                        *(f"{what}: {iris}" for what, iris in facts if iris),
                    ),
                ],
            )
        )

    def kind(iri: str) -> str:
        concept = ontology.kinds[iri]
        labels, definitions = concept.labels, concept.definitions
        place = f'<a id="{placed[iri]}"></a>'
        told = [f"{place}`{shorten(iri)}` **{both((labels.get('en', ''), labels.get('zh', '')))}**"]
        told += [escape(definitions[code]) for code in ("en", "zh") if definitions.get(code)]
        told += [f"below {named(concept.broader)}"] if concept.broader else []
        return "- " + "\\\n  ".join(told)

    parts = [GLOSSARY, "## Classes"]
    for iri in classes:
        below = named(read.objects(iri, "rdfs:subClassOf"))
        own = [p for p in properties if iri in read.objects(p, "schema:domainIncludes")]
        parts.append(term(iri, ("below", below), ("properties", named(own))))
    parts.append("## Properties")
    for iri in properties:
        below = named(read.objects(iri, "rdfs:subPropertyOf"))
        domain = named(read.objects(iri, "schema:domainIncludes"))
        values = named(read.objects(iri, "schema:rangeIncludes"))
        parts.append(
            term(iri, ("below", below), ("of", domain or "anything"), ("to", values or "anything"))
        )
    parts.append("## Kinds")
    for scheme in ontology.schemes:
        parts.append(term(scheme))
        parts.append("\n".join(kind(concept.iri) for concept in ontology.concepts(scheme)))
    return page("Glossary · 术语表", *parts, made=FROM_TERMS)


# --- Batches

BATCHES = """\
A batch is a decision that releases a set of measures together, for use beyond the places that tried
them out. Listed here are the items that a source read so far names, which are seldom all: *k of n*
says how many. **An item that is missing here is not known to us; it is not "not promoted".** What
is marked *inferred* is our reading, with its reason; what the editors rejected is left out.

批次是将一组措施一并推向试行地以外适用的决定。此处所列仅为已读来源点名的事项，往往不全。\
**未列出的事项只是我们尚不知晓，并不等于未被推广**。注明 *inferred* 的是我们的推断并附理由；\
编者否决的内容不列出。"""

_SIZES = ("batch-size", "batch-size-nationwide", "batch-size-special-zones")


def batches(read: Reader) -> str:
    """Page of all batches, the earliest first."""
    found = sorted(read.things("qg:PromotionBatch"), key=lambda iri: (_begin(read, iri), iri))
    contents = bullets(
        *(f"[{read.name(iri)}](#{anchor(iri)}): {_share(read, iri)}" for iri in found)
    )
    entries = (_batch(read, iri) for iri in found)
    return page("Promotion batches · 复制推广批次", BATCHES, contents, *entries, made=FROM_TABLES)


def _begin(read: Reader, thing: str) -> str:
    """The first day of a thing, or the last by which it happened; what has neither sorts last."""
    times = read.objects(thing, "qg:happenedAt")
    days = [read.first(time, "qg:begin") or read.first(time, "qg:end") for time in times]
    return min(filter(None, days), default="9999")


def _sizes(read: Reader, batch: str) -> list[str]:
    """The observations of how many items a batch has."""
    order = {expand(f"qgk:indicator-{name}"): place for place, name in enumerate(_SIZES)}
    known = read.subjects("qg:about", batch)
    sized = [(order.get(read.first(one, "qg:indicator"), -1), one) for one in known]
    return [one for place, one in sorted(sized) if place >= 0]


def _share(read: Reader, batch: str) -> str:
    """How many items are listed, of how many there are."""
    listed = len(read.subjects("qg:inBatch", batch))
    wanted = expand("qgk:indicator-batch-size")
    totals = [
        read.first(one, "qg:value").removesuffix(".0")
        for one in _sizes(read, batch)
        if read.first(one, "qg:indicator") == wanted
    ]
    return f"{listed} of {' or '.join(dict.fromkeys(totals)) or 'an unknown number of'} items"


def _batch(read: Reader, batch: str) -> str:
    english, chinese = read.names(batch)
    notes = Notes(read)
    sizes = [
        f"{read.line(one)}{read.caveat(one)}{notes.cite(one)} {read.notes(one)}".rstrip()
        for one in _sizes(read, batch)
    ]
    promotions = sorted(
        read.subjects("qg:inBatch", batch),
        key=lambda iri: (int(read.first(iri, "qg:itemNumber") or 9999), read.names(iri), iri),
    )
    items = "\n".join(_item(read, notes, promotion) for promotion in promotions)
    facts = [
        *_facts(
            ("Kind", read.listed(read.objects(batch, "dcterms:type"))),
            ("Date", read.time(batch) or "not known"),
            ("Text", "; ".join(map(read.document, read.objects(batch, "qg:legalBasis")))),
            ("Decided by", read.listed(read.objects(batch, "qg:decidedBy"))),
            ("Known", _share(read, batch)),
        ),
        *map(_capital, sizes),
        read.notes(batch),
        notes.listing(batch),
    ]
    title = heading(2, anchor(batch), escape(english))
    # The words between keep two lists from becoming one.
    return entry(title, chinese, bullets(*facts), "Items listed here:" if items else "", items)


def _item(read: Reader, notes: Notes, promotion: str) -> str:
    """One promoted measure, as an item of its batch."""
    number = read.first(promotion, "qg:itemNumber")
    promoted = read.objects(promotion, "qg:promotes")
    pilots = [pilot for measure in promoted for pilot in read.subjects("qg:pilots", measure)]
    origins = {place for pilot in pilots for place in read.objects(pilot, "qg:happenedIn")}
    title = " and ".join(_to_measure(read, measure) for measure in promoted)
    head = f"**{f'Item {escape(number)}.' if number else 'Item.'}** {title}"
    facts = _facts(
        ("Under", read.listed(read.objects(promotion, "qg:heading"))),
        ("For", read.listed(read.objects(promotion, "qg:appliesIn")) or "scope not known"),
        ("Responsible", read.listed(read.objects(promotion, "qg:responsibleBody"))),
        ("Piloted in", read.listed(sorted(origins))),
        ("Note", read.notes(promotion)),
    )
    return "\n  - ".join([f"- {head}{read.caveat(promotion)}{notes.cite(promotion)}", *facts])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(*facts: tuple[str, str]) -> Iterator[str]:
    return (f"{what}: {told}" for what, told in facts if told)


def _to_measure(read: Reader, measure: str, on: str = "measures.md") -> str:
    """A link to the entry of a measure; ``on`` is empty within the page itself."""
    english, chinese = read.names(measure)
    linked = f"[{escape(english)}]({on}#{anchor(measure)})"
    return " · ".join(filter(None, [linked, escape(chinese) if chinese != english else ""]))


# --- Measures

MEASURES = """\
Every measure and package that the graph knows, by policy field. A measure that has several fields
stands under the first and is named under the others.

**What is claimed here, and what is not.** A line says what a source reports, not what happened.
*Farthest step* is the farthest that the graph knows of: **"not known to be promoted" is not "not
promoted"**, and a measure without a pilot may have had many. A first is the claim of its source.
What is marked *inferred* is our reading, with its reason; a date marked so is our reading of when.
What the editors rejected is left out.

**声明与不声明的内容**：每一行只表示来源如此报道，不代表事实必然如此。\
*Farthest step*（最远阶段）是图谱所知的最远一步：**“未知是否推广”不等于“未推广”**，\
没有试点记录的措施也可能试点过多次。“首创”是来源自己的说法。\
注明 *inferred* 的是我们的推断并附理由；编者否决的内容不列出。"""


def measures(read: Reader) -> str:
    """Page of all measures, grouped by field."""
    fields: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for measure in read.things("qg:Measure"):
        own = sorted(read.objects(measure, "qg:policyField"), key=read.names)
        fields.setdefault(own[0] if own else "", []).append(measure)
        for other in own[1:]:
            elsewhere.setdefault(other, []).append(measure)
    order = sorted({*fields, *elsewhere}, key=lambda iri: (not iri, read.names(iri) if iri else ()))
    titles = {iri: _capital(read.name(iri)) if iri else "No field" for iri in order}
    places = {iri: anchor(iri).removeprefix("qgk-") if iri else "no-field" for iri in order}
    contents = bullets(
        *(f"[{titles[iri]}](#{places[iri]}): {len(fields.get(iri, ()))}" for iri in order)
    )
    parts = [MEASURES, contents]
    for field in order:
        parts.append(heading(2, places[field], titles[field]))
        also = sorted(elsewhere.get(field, ()), key=read.names)
        if also:
            parts.append(f"See also: {'; '.join(_to_measure(read, iri, '') for iri in also)}")
        parts += [_measure(read, iri) for iri in sorted(fields.get(field, ()), key=read.names)]
    return page("Measures · 制度创新措施", *parts, made=FROM_TABLES)


def _measure(read: Reader, measure: str) -> str:
    english, chinese = read.names(measure)
    package = expand("qg:MeasurePackage") in read.objects(measure, "rdf:type")
    whole = read.objects(measure, "dcterms:isPartOf")
    parts = read.subjects("dcterms:isPartOf", measure)
    firsts = [
        one
        for about in [measure, *read.subjects("qg:pilots", measure)]
        for one in read.subjects("qg:about", about)
        if expand("qg:FirstnessClaim") in read.objects(one, "rdf:type")
    ]

    def within(iris: list[str]) -> str:
        return "; ".join(_to_measure(read, iri, "") for iri in iris)

    notes = Notes(read)

    def each(told: str, tell: Callable[[Reader, str], str], records: list[str]) -> list[str]:
        return [f"{told}: {tell(read, one)}{read.caveat(one)}{notes.cite(one)}" for one in records]

    facts = [
        f"Package of: {within(parts)}" if parts else "A package" if package else "",
        f"Part of: {within(whole)}" if whole else "",
        f"Farthest step: {read.listed(read.objects(measure, 'qg:status'))}",
        *each("Piloted", _pilot, read.subjects("qg:pilots", measure)),
        *each("Promoted", _promotion, read.subjects("qg:promotes", measure)),
        *each("Adopted", _adoption, read.subjects("qg:adopts", measure)),
        *each("Claimed", Reader.line, firsts),
        notes.listing(measure),
    ]
    return entry(heading(3, anchor(measure), escape(english)), chinese, bullets(*facts))


def _pilot(read: Reader, pilot: str) -> str:
    told = [read.listed(read.objects(pilot, "qg:happenedIn")) or "place not known"]
    told.append(read.time(pilot) or "date not known")
    by = read.listed(read.objects(pilot, "qg:pilotedBy"))
    told += [f"by {by}"] if by else []
    return ", ".join(told)


def _promotion(read: Reader, promotion: str) -> str:
    number = read.first(promotion, "qg:itemNumber")
    within = [
        f"[{read.name(batch)}](batches.md#{anchor(batch)})"
        for batch in read.objects(promotion, "qg:inBatch")
    ]
    batch = read.first(promotion, "qg:inBatch")
    told = [*within, f"item {escape(number)}" if number else ""]
    told.append("; ".join(map(read.document, read.objects(promotion, "qg:legalBasis"))))
    scope = read.listed(read.objects(promotion, "qg:appliesIn"))
    told.append(f"for {scope}" if scope else "scope not known")
    told.append(read.time(promotion) or (read.time(batch) if batch else "") or "date not known")
    return ", ".join(filter(None, told))


def _adoption(read: Reader, adoption: str) -> str:
    by = read.listed(read.objects(adoption, "qg:adoptedBy"))
    text = "; ".join(map(read.document, read.objects(adoption, "qg:legalBasis")))
    local = [
        _to_measure(read, iri, "")
        for iri in read.objects(adoption, "qg:resultsIn")
        if iri not in read.objects(adoption, "qg:adopts")
    ]
    told = [
        read.listed(read.objects(adoption, "qg:happenedIn")),
        f"by {by}" if by else "",
        read.time(adoption) or "date not known",
        f"under {text}" if text else "",
        f"as {' and '.join(local)}" if local else "",
    ]
    return ", ".join(filter(None, told))


# --- Sources

SOURCES = """\
Every source that a statement rests on, by reliability. The texts themselves are not part of the
project: what is here are facts from them, places in them and phrases of at most ten words. The
reliability is our judgement of the publisher, not of the single statement; how many statements rest
on a source is no measure of its worth.

本页按可靠性列出全部来源。来源原文不属于本项目：图谱只收录事实、文中位置和不超过十个词的短语。\
可靠性是我们对发布者的判断，并非对单项陈述的判断。"""


def sources(read: Reader) -> str:
    """Page of all sources, the most reliable first."""
    counts = {iri: len(read.resting_on(iri)) for iri in read.things("qg:Source")}
    grades = [concept.iri for concept in read.graph.ontology.concepts(expand("qgk:reliabilities"))]
    order = {expand(f"qgk:reliability-{name}"): place for place, name in enumerate(_GRADES)}
    parts = [SOURCES]
    for grade in sorted({*grades, ""}, key=lambda iri: (order.get(iri, len(order)), iri)):
        own = [iri for iri in counts if read.first(iri, "qg:reliability") == grade]
        if not own:
            continue
        title = f"Reliability: {read.name(grade)}" if grade else "Reliability not judged"
        parts.append(f"## {title} ({len(own)})")
        own.sort(key=lambda iri: (read.first(iri, "qg:publisherName").casefold(), iri))
        parts.append("\n".join(_source(read, iri, counts[iri]) for iri in own))
    return page("Sources · 来源", *parts, made=FROM_TABLES)


_GRADES = ("strong", "medium", "weak")


def _source(read: Reader, source: str, statements: int) -> str:
    english, chinese = read.names(source)
    facts = [
        read.listed(read.objects(source, "qg:sourceKind")),
        escape(read.first(source, "qg:published")) or "no printed date",
        escape(read.first(source, "dcterms:language")),
        "1 statement" if statements == 1 else f"{statements:,} statements",
    ]
    publisher = read.first(source, "qg:publisherName")
    title = link(_after(publisher, english), read.first(source, "schema:url"))
    lines = [
        f'<a id="{anchor(source)}"></a>**{escape(publisher)}**: {title}',
        escape(_after(publisher, chinese)),
        "; ".join(facts),
        read.notes(source),
    ]
    return "- " + "\\\n  ".join(filter(None, lines))


def _after(publisher: str, title: str) -> str:
    """A title without the name of its publisher, which many begin with."""
    rest = title.removeprefix(publisher)
    return rest.lstrip(":： ") if rest != title and rest[:1] in (":", "：") else title


# --- Index

INDEX = """\
# Documents

- [Command line](cli.md): every command, from its `--help`
- [How measures spread](diffusion.md): the analyses, their methods, what to know before quoting
- [Compared with R's NetworkInference](networkinference.md): diffusion networks, number by number
- [Glossary](glossary.md): {terms} classes and properties and {kinds} kinds, in English and Chinese
- [Measures](measures.md): {measures} measures by policy field, with pilots, promotions, adoptions
- [Promotion batches](batches.md): {batches} batches with {promotions} promotions
- [Sources](sources.md): {sources} sources by reliability

The pages are made by `make docs` from the program, the ontology and the curated graph. How to edit
the tables is told in [`graph/`](../graph/README.md), how the ontology is built in
[`ontology/`](../ontology/README.md).
"""


def index(read: Reader) -> str:
    """Page that leads to the others."""
    ontology = read.graph.ontology
    terms = {*ontology.classes, *ontology.properties}
    return INDEX.format(
        terms=sum(iri.startswith(PREFIXES["qg"]) for iri in terms),
        kinds=len(ontology.kinds),
        measures=len(read.things("qg:Measure")),
        batches=len(read.things("qg:PromotionBatch")),
        promotions=len(read.things("qg:Promotion")),
        sources=len(read.things("qg:Source")),
    )


def render(graph: Graph) -> dict[str, str]:
    """Every page by its file name."""
    read = Reader(graph)
    writers = {
        "README.md": index,
        "batches.md": batches,
        "glossary.md": glossary,
        "measures.md": measures,
        "sources.md": sources,
    }
    return {name: write(read) for name, write in writers.items()}


if __name__ == "__main__":
    for name, text in render(qgraph.load()).items():
        (HOME / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {HOME / name}")

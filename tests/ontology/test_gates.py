"""Quality gates of the ontology: form, hygiene, profile, drawing, lists of values, coverage.

The hygiene gates follow the pitfalls of OOPS! (P-numbers), ROBOT's report and FIBO's hygiene tests.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, VANN
from rdflib.term import Node

from qgraph import terms
from qgraph.terms import PREFIXES

from .conftest import ONTOLOGY, parse, turtle_in

QG = PREFIXES["qg"]
QGK = PREFIXES["qgk"]
NAMESPACE = URIRef("https://w3id.org/qgraph/ns")
DOMAIN = URIRef(PREFIXES["schema"] + "domainIncludes")
RANGE = URIRef(PREFIXES["schema"] + "rangeIncludes")
LANGUAGES = ("en", "zh-Hans")
RESERVED = tuple(str(n) for n in (OWL, RDF, RDFS, XSD))
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
FILES = sorted(
    [ONTOLOGY / "qgraph.ttl", ONTOLOGY / "externals.ttl", *turtle_in("kinds"), *turtle_in("shapes")]
)
file_cases = pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ONTOLOGY)))


def qg(name: str) -> URIRef:
    return URIRef(QG + name)


def name(term: Node) -> str:
    return str(term).removeprefix(QG)


def classes(graph: Graph) -> list[Node]:
    return sorted(graph.subjects(RDF.type, OWL.Class), key=str)


def properties(graph: Graph) -> list[Node]:
    found = {p for kind in PROPERTY_TYPES for p in graph.subjects(RDF.type, kind)}
    return sorted(found, key=str)


def drawing_properties() -> frozenset[URIRef]:
    drawing = "edgeLabel edgeGroup edgeReversed nodeColour nodeShape nodeOrder hiddenAtFirst"
    return frozenset(map(qg, drawing.split()))


def texts(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    return [o for o in graph.objects(subject, predicate) if isinstance(o, Literal)]


def iris(graph: Graph) -> Iterator[URIRef]:
    for triple in graph:
        yield from (term for term in triple if isinstance(term, URIRef))


# --- 1. syntax and form


@file_cases
def test_both_engines_read_the_same(file: Path) -> None:
    quads = pyoxigraph.parse(file.read_bytes(), pyoxigraph.RdfFormat.TURTLE)
    assert len(Graph().parse(file)) == sum(1 for _ in quads) > 0


@file_cases
def test_prefixes_come_from_one_table(file: Path) -> None:
    """``vann`` names the prefix of the ontology itself and is wanted nowhere else."""
    table = {**PREFIXES, "vann": str(VANN)}
    text = file.read_text("utf-8")
    declared = dict(re.findall(r"^@prefix (\w+): <([^>]+)> \.$", text, re.MULTILINE))
    assert declared == {prefix: table.get(prefix) for prefix in declared}
    body = re.sub(r'"[^"]*"|^#.*$|^@prefix.*$', "", text, flags=re.MULTILINE)
    unused = [prefix for prefix in declared if not re.search(rf"\b{prefix}:", body)]
    assert unused == []


@file_cases
def test_files_are_tidy(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.endswith(".\n")
    assert not text.endswith("\n\n")
    assert "\t" not in text
    assert "\r" not in text
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_header_is_complete(core: Graph) -> None:
    """FOOPS! metrics OM1 to OM5, FIND1 and VER1, as far as they can be told without the web."""
    wanted = [DCTERMS[p] for p in ("license", "creator", "created", "issued", "modified")]
    wanted += [DCTERMS.bibliographicCitation, OWL.versionIRI, OWL.versionInfo]
    for predicate in wanted:
        assert core.value(NAMESPACE, predicate) is not None, predicate
    for predicate in (DCTERMS.title, DCTERMS.description):
        assert sorted(t.language or "" for t in texts(core, NAMESPACE, predicate)) == [
            "en",
            "zh-Hans",
        ]
    assert str(core.value(NAMESPACE, VANN.preferredNamespacePrefix)) == "qg"
    assert str(core.value(NAMESPACE, VANN.preferredNamespaceUri)) == QG
    version = core.value(NAMESPACE, OWL.versionInfo)
    assert core.value(NAMESPACE, OWL.versionIRI) == URIRef(f"{QG.rstrip('#')}/{version}")


# --- 2. hygiene


def test_every_term_is_labelled_and_defined_once_in_each_language(core: Graph) -> None:
    for term in classes(core) + properties(core):
        for predicate in (RDFS.label, SKOS.definition):
            found = sorted(t.language or "" for t in texts(core, term, predicate))
            assert found == list(LANGUAGES), f"{name(term)} has {predicate} in {found}"
        assert core.value(term, RDFS.isDefinedBy) == NAMESPACE, name(term)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_terms_share_a_label(core: Graph, language: str) -> None:
    """ROBOT: duplicate_label."""
    labels = Counter(
        str(t).casefold()
        for term in classes(core) + properties(core)
        for t in texts(core, term, RDFS.label)
        if t.language == language
    )
    assert [label for label, count in labels.items() if count > 1] == []


def test_names_follow_the_rules(core: Graph) -> None:
    """P22; no ``has``, no inverses named ``is … of``."""
    for term in classes(core):
        assert re.fullmatch(r"([A-Z][a-z]+)+", name(term)), term
    for term in properties(core):
        assert re.fullmatch(r"[a-z][a-z0-9]*([A-Z][a-z]+)*", name(term)), term
        assert not re.match(r"has[A-Z]|is[A-Z]", name(term)), term


def test_english_label_of_a_class_is_its_name(core: Graph) -> None:
    """One word for one thing, in code and in prose; the one exception would clash with a word."""
    other = {"Rule": "rule of derivation"}
    for term in classes(core):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name(term)).lower()
        label = next(str(t) for t in texts(core, term, RDFS.label) if t.language == "en")
        assert label == other.get(name(term), words)


@pytest.mark.parametrize("part", ["core", "kinds", "shapes"])
def test_text_is_clean(part: str, request: pytest.FixtureRequest) -> None:
    """No stray whitespace, no markup, no straight punctuation of the other script."""
    graph: Graph = request.getfixturevalue(part)
    for subject, predicate, text in graph:
        if not isinstance(text, Literal) or not text.language:
            continue
        where = f"{subject} {predicate}: {text!r}"
        assert str(text) == " ".join(str(text).split()), f"whitespace in {where}"
        assert not re.search(r"</?[a-z]+/?>|&[a-z]+;", str(text)), f"markup in {where}"
        if text.language == "zh-Hans":
            words = re.sub(r"\b\w+:[\w-]+", "", str(text))
            assert not re.search(r"[,;:!?()]", words), f"English punctuation in {where}"
        else:
            assert not re.search("[\u3000-\u9fff\uff00-\uffef]", str(text)), f"Chinese in {where}"


def test_definitions_are_phrases(core: Graph, kinds: Graph) -> None:
    """A definition can stand in a sentence in place of the term: no article, no full stop."""
    for subject, text in (core + kinds).subject_objects(SKOS.definition):
        assert not re.search(r"[.。;；]$", str(text)), f"{subject}: {text}"
        assert not re.match(r"(A|An|The|a|an) ", str(text)), f"{subject}: {text}"
        if isinstance(text, Literal) and text.language == "zh-Hans":
            assert re.search("[\u4e00-\u9fff]", str(text)), f"{subject}: {text}"
            assert len(text) >= 5, f"{subject}: {text}"


def test_class_definitions_are_not_circular(core: Graph) -> None:
    """P24, as far as a string search can tell."""
    for term in classes(core):
        for label in texts(core, term, RDFS.label):
            definition = next(
                str(t) for t in texts(core, term, SKOS.definition) if t.language == label.language
            )
            pattern = rf"\b{label}\b" if label.language == "en" else str(label)
            assert not re.search(pattern, definition), f"{name(term)}: {definition}"


def test_alternative_names_differ_from_the_label(core: Graph, kinds: Graph) -> None:
    for graph, predicate in ((core, RDFS.label), (kinds, SKOS.prefLabel)):
        for subject, text in graph.subject_objects(SKOS.altLabel):
            assert isinstance(text, Literal)
            assert text.language in LANGUAGES
            assert text not in set(graph.objects(subject, predicate)), f"{subject}: {text}"


def test_american_spellings_are_found(core: Graph) -> None:
    """The labels are British; who types the other spelling finds the term by another name."""
    pairs = {"licence": "license", "organis": "organiz", "recognis": "recogniz", "colour": "color"}
    labelled = [
        (term, str(text))
        for term in classes(core) + properties(core)
        for text in texts(core, term, RDFS.label)
    ]
    for british, american in pairs.items():
        for term, label in labelled:
            if british in label:
                others = " ".join(str(t) for t in texts(core, term, SKOS.altLabel))
                assert american in others, f"{name(term)} has no name with {american!r}"


@pytest.mark.parametrize("relation", [RDFS.subClassOf, RDFS.subPropertyOf])
def test_no_cycle(core: Graph, relation: URIRef) -> None:
    """P06."""
    for term in set(core.subjects(relation)):
        assert term not in set(core.transitive_objects(term, relation)) - {term}
        for parent in core.objects(term, relation):
            assert term not in set(core.transitive_objects(parent, relation)), name(term)


def test_no_domain_and_no_range(core: Graph, externals: Graph) -> None:
    """P19 and surprise typing: a domain infers a type. Ours say schema:domainIncludes instead."""
    for predicate in (RDFS.domain, RDFS.range):
        assert list((core + externals).subjects(predicate)) == []


def test_every_relation_says_what_it_links(core: Graph) -> None:
    """A property that fits anything has no domainIncludes; these are all."""
    anything = {"attributedTo", "modality", "standing", "reason", "note"}
    anything |= {"inYear", "inZone", "inProvince", "sourceCount"}
    without_domain = {name(p) for p in properties(core) if core.value(p, DOMAIN) is None}
    assert without_domain == anything
    without_range = {name(p) for p in properties(core) if core.value(p, RANGE) is None}
    assert without_range == {"about", "affects"}


def test_a_property_is_of_one_kind(core: Graph, externals: Graph) -> None:
    graph = core + externals
    for term in properties(graph):
        assert sum((term, RDF.type, kind) in graph for kind in PROPERTY_TYPES) == 1, term


def test_superterms_are_declared_and_of_the_same_kind(core: Graph, externals: Graph) -> None:
    graph = core + externals
    for term, parent in core.subject_objects(RDFS.subClassOf):
        assert (parent, RDF.type, OWL.Class) in graph, f"{name(term)} below {parent}"
    for term, parent in core.subject_objects(RDFS.subPropertyOf):
        (kind,) = core.objects(term, RDF.type)
        assert (parent, RDF.type, kind) in graph, f"{name(term)} below {parent}"


@pytest.mark.parametrize("part", ["core", "kinds", "shapes"])
def test_foreign_terms_are_declared(
    part: str, externals: Graph, request: pytest.FixtureRequest
) -> None:
    graph: Graph = request.getfixturevalue(part)
    ours = ("https://w3id.org/qgraph/", *RESERVED, str(SH))
    declared = set(externals.subjects(RDF.type)) | {DCTERMS.license}
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    undeclared = {
        str(iri)
        for iri in iris(graph)
        if not str(iri).startswith(ours) and iri not in declared and iri != licence
    }
    assert undeclared == set()


def test_foreign_declarations_are_used(
    core: Graph, externals: Graph, kinds: Graph, shapes: Graph
) -> None:
    """By the ontology, or by the code: it describes the dataset in terms of VoID and DCAT."""
    used = set(iris(core + kinds + shapes))
    used |= {URIRef(iri) for names in (terms.DCAT, terms.DCTERMS, terms.VOID) for iri in names}
    header = {DCTERMS.title, DCTERMS.license}
    idle = {str(t) for t in externals.subjects(RDF.type)} - {str(t) for t in used | header}
    assert idle - {"https://w3id.org/qgraph/ns/externals"} == set()


def test_foreign_terms_get_no_axioms(core: Graph, externals: Graph) -> None:
    """Hijacking. All we say of a foreign property is what to call it and how to draw it."""
    header = URIRef("https://w3id.org/qgraph/ns/externals")
    for subject, predicate, _ in externals:
        assert subject == header or predicate in (RDF.type, RDFS.label), f"{subject} {predicate}"
    for subject, predicate, _ in core:
        if isinstance(subject, URIRef) and not str(subject).startswith(str(NAMESPACE)):
            assert predicate in drawing_properties(), f"{subject} {predicate}"


def test_reserved_vocabulary_is_not_redefined(core: Graph, externals: Graph) -> None:
    """OWL's own file calls owl:differentFrom an rdf:Property: to say it again adds no axiom."""
    graph = core + externals
    for subject, predicate, value in graph:
        if str(subject).startswith(RESERVED):
            assert subject == OWL.differentFrom, subject
            assert predicate == RDFS.label or (predicate, value) == (RDF.type, RDF.Property)
    for relation in (RDFS.subClassOf, RDFS.subPropertyOf):
        for parent in graph.objects(None, relation):
            assert not str(parent).startswith(RESERVED), parent


def test_no_class_is_unconnected(core: Graph) -> None:
    """P04."""
    for term in classes(core):
        linked = [
            core.value(term, RDFS.subClassOf),
            core.value(None, RDFS.subClassOf, term),
            core.value(None, DOMAIN, term),
            core.value(None, RANGE, term),
        ]
        assert any(linked), name(term)


def test_every_term_named_is_declared(core: Graph, kinds: Graph, shapes: Graph) -> None:
    """An undeclared term is a spelling mistake; open shapes would let it pass."""
    declared = set(classes(core)) | set(properties(core)) | set(kinds.subjects(RDF.type))
    for graph in (core, kinds, shapes):
        for iri in set(iris(graph)):
            if str(iri).startswith((QG, QGK)):
                assert iri in declared, iri


def test_disjoint_kinds(core: Graph) -> None:
    """Every class whose instances are of one rigid kind, each once; Record cuts across them."""
    (axiom,) = core.subjects(RDF.type, OWL.AllDisjointClasses)
    members = list(Collection(core, core.value(axiom, OWL.members, any=False) or axiom))
    assert len(members) == len(set(members))
    below = {
        term
        for term in classes(core)
        if any(parent in members for parent in core.objects(term, RDFS.subClassOf))
    }
    assert set(classes(core)) - set(members) - below == {qg("Record")}
    assert below & set(members) == set(), "a class is disjoint with its own superclass"


# --- 3. shapes


def test_every_class_has_a_shape(core: Graph, shapes: Graph) -> None:
    targeted = set(shapes.objects(None, SH.targetClass))
    assert {name(c) for c in classes(core) if c not in targeted} == set()


def test_shapes_are_core_shacl(shapes: Graph) -> None:
    assert list(shapes.subjects(SH.sparql)) == []
    assert list(shapes.subjects(SH.closed)) == []


# --- 5. profile


def test_owl_is_light(core: Graph, externals: Graph) -> None:
    """Only what lies inside OWL 2 EL, QL and RL at once; anything else is an axiom too much."""
    types = {OWL.Ontology, OWL.Class, OWL.AllDisjointClasses, *PROPERTY_TYPES}
    annotations = {RDFS.label, RDFS.isDefinedBy, OWL.versionIRI, OWL.versionInfo}
    annotations |= drawing_properties()
    annotations |= set(externals.subjects(RDF.type, OWL.AnnotationProperty))  # type: ignore[arg-type]
    logic = {RDFS.subClassOf, RDFS.subPropertyOf, OWL.members, RDF.first, RDF.rest}
    for subject, predicate, value in core + externals:
        if predicate == RDF.type:
            assert value in types or subject == OWL.differentFrom, f"{subject} is a {value}"
        else:
            assert predicate in annotations | logic, f"{subject} {predicate}"
        if predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
            assert isinstance(subject, URIRef)
            assert isinstance(value, URIRef)


# --- drawing

OKABE_ITO = {"#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}
VIS_SHAPES = {"dot", "square", "triangle", "triangleDown", "diamond", "star", "hexagon"}
NOT_DRAWN = "Claim Evidence Indicator Observation Record Rule Segment Source TimeReference"


def test_edges_are_complete(core: Graph, kinds: Graph) -> None:
    groups = set(kinds.subjects(SKOS.inScheme, URIRef(QGK + "edge-groups")))
    edge = [qg(n) for n in ("edgeLabel", "edgeGroup", "edgeReversed")]
    for term in {s for predicate in edge for s in core.subjects(predicate)}:
        found = sorted(t.language or "" for t in texts(core, term, edge[0]))
        assert found == list(LANGUAGES), f"{term} has edge labels in {found}"
        assert all(len(t) <= 24 for t in texts(core, term, edge[0])), f"too long for {term}"
        (group,) = core.objects(term, edge[1])
        assert group in groups, f"{term} is in {group}"
        assert list(core.objects(term, edge[2])) in ([], [Literal(True)]), term


def test_every_edge_group_is_used(core: Graph, kinds: Graph) -> None:
    groups = set(kinds.subjects(SKOS.inScheme, URIRef(QGK + "edge-groups")))
    assert groups == set(core.objects(None, qg("edgeGroup")))


def test_edges_join_drawn_classes(core: Graph) -> None:
    """An edge none of whose ends can be drawn would be declared in vain."""
    hidden = {qg(n) for n in NOT_DRAWN.split()}
    for term in core.subjects(qg("edgeLabel")):
        for end in (DOMAIN, RANGE):
            classes_of_end = set(core.objects(term, end))
            assert not classes_of_end or classes_of_end - hidden, f"{term}: {end}"


def test_drawn_classes_can_be_told_apart(core: Graph) -> None:
    drawn = set(core.subjects(qg("nodeColour")))
    assert {name(c) for c in set(classes(core)) - drawn} == set(NOT_DRAWN.split())
    looks: Counter[tuple[str, str]] = Counter()
    orders = []
    for term in drawn:
        (colour,) = core.objects(term, qg("nodeColour"))
        (shape,) = core.objects(term, qg("nodeShape"))
        (order,) = core.objects(term, qg("nodeOrder"))
        assert str(colour) in OKABE_ITO, f"{name(term)}: {colour}"
        assert str(shape) in VIS_SHAPES, f"{name(term)}: {shape}"
        looks[str(colour), str(shape)] += 1
        orders.append(int(str(order)))
    assert [look for look, count in looks.items() if count > 1] == []
    assert sorted(orders) == list(range(1, len(drawn) + 1))


def test_years_are_hidden_at_first(core: Graph) -> None:
    hidden = {name(s) for s in core.subjects(qg("hiddenAtFirst"), Literal(True))}
    assert hidden == {"Year", "EffectClaim"}


# --- lists of values

kind_cases = pytest.mark.parametrize("file", turtle_in("kinds"), ids=lambda f: f.stem)


@kind_cases
def test_a_file_holds_one_scheme(file: Path) -> None:
    graph = parse(file)
    scheme = URIRef(QGK + file.stem)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    prefixes = {str(c).removeprefix(QGK).split("-")[0] for c in concepts}
    assert len(prefixes) == 1
    assert concepts == set(graph.subjects(SKOS.inScheme, scheme))
    assert concepts | {scheme} == set(graph.subjects())


@kind_cases
def test_concepts_are_complete(file: Path) -> None:
    graph = parse(file)
    scheme = URIRef(QGK + file.stem)
    for concept in set(graph.subjects()):
        for predicate in (SKOS.prefLabel, SKOS.definition):
            found = sorted(t.language or "" for t in texts(graph, concept, predicate))
            assert found == list(LANGUAGES), f"{concept} has {predicate} in {found}"
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(concept).removeprefix(QGK)), concept
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        tops = set(graph.objects(concept, SKOS.topConceptOf))
        parents = set(graph.objects(concept, SKOS.broader))
        assert (tops == {scheme}) != bool(parents), f"{concept} is neither top nor narrower"
        for parent in parents:
            assert (parent, SKOS.topConceptOf, scheme) in graph, f"{concept} below {parent}"


@kind_cases
def test_labels_differ_within_a_scheme(file: Path) -> None:
    graph = parse(file)
    labels = Counter(
        (t.language, str(t).casefold())
        for c in graph.subjects(RDF.type, SKOS.Concept)
        for t in texts(graph, c, SKOS.prefLabel)
    )
    assert [label for label, count in labels.items() if count > 1] == []


def test_indicators_fix_unit_and_quantity(kinds: Graph) -> None:
    indicators = set(kinds.subjects(RDF.type, qg("Indicator")))
    assert indicators == set(kinds.subjects(SKOS.inScheme, URIRef(QGK + "indicators")))
    for indicator in indicators:
        for predicate, scheme in (("defaultUnit", "units"), ("stockOrFlow", "quantities")):
            (value,) = kinds.objects(indicator, qg(predicate))
            assert (value, SKOS.inScheme, URIRef(QGK + scheme)) in kinds


# --- coverage

UNASKED: frozenset[str] = frozenset()
"""Terms that no question, rule or check uses. Entries may only leave; new terms need a question."""


def queries() -> dict[str, str]:
    """Text of every question, rule and check, without its comments."""
    return {
        f"{folder}/{file.name}": re.sub(
            r"^\s*#.*$", "", file.read_text("utf-8"), flags=re.MULTILINE
        )
        for folder in ("questions", "rules", "checks")
        for file in sorted((ONTOLOGY / folder).glob("*.rq"))
    }


def test_every_term_serves_a_question(core: Graph) -> None:
    """FIBO: no term without a competency question. How things are drawn is not asked in SPARQL."""
    if not list((ONTOLOGY / "questions").glob("*.rq")):
        pytest.skip("no questions yet")
    used = {term for text in queries().values() for term in re.findall(r"\bqg:(\w+)", text)}
    ours = {name(t) for t in classes(core) + properties(core) if t not in drawing_properties()}
    assert ours - used - UNASKED == set(), "ask for them, or drop them"
    assert UNASKED & used == set(), "these are asked now: take them off the list"
    assert UNASKED - ours == set(), "these are no terms any more: take them off the list"


def test_queries_name_only_declared_terms(core: Graph, kinds: Graph) -> None:
    declared = {f"qg:{name(t)}" for t in classes(core) + properties(core)}
    declared |= {"qgk:" + str(t).removeprefix(QGK) for t in kinds.subjects(RDF.type)}
    for file, text in queries().items():
        found = set(re.findall(r"\b(?:qg|qgk):[A-Za-z0-9][A-Za-z0-9-]*", text))
        assert found <= declared, f"{file}: {sorted(found - declared)}"


def test_the_code_names_only_declared_terms(core: Graph, kinds: Graph) -> None:
    declared = set(map(str, classes(core) + properties(core)))
    assert set(terms.QG) - declared == set()
    assert set(terms.QGK) - set(map(str, kinds.subjects(RDF.type))) == set()


def test_glossary_is_current(core: Graph) -> None:
    """The tables of the README say what the ontology says."""
    readme = (ONTOLOGY / "README.md").read_text("utf-8")
    for term in classes(core) + properties(core):
        by_language = {t.language: str(t) for t in texts(core, term, RDFS.label)}
        row = f"| `{name(term)}` | {by_language['en']} | {by_language['zh-Hans']} |"
        assert row in readme, f"ontology/README.md lacks: {row}"
    rows = re.findall(r"^\| `(\w+)` \| ", readme, re.MULTILINE)
    assert sorted(rows) == sorted(name(t) for t in classes(core) + properties(core))


def test_changelog_names_every_term(core: Graph) -> None:
    changelog = (ONTOLOGY / "CHANGELOG.md").read_text("utf-8")
    version = str(core.value(NAMESPACE, OWL.versionInfo))
    latest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert latest is not None
    assert latest[1] == version
    named = set(re.findall(r"`(\w+)`", changelog))
    assert {name(t) for t in classes(core) + properties(core)} - named == set()

"""The one noun: a graph that is read, asked and never changed.

``load`` opens it, wherever it is; ``Graph`` has an Oxigraph store and is none. What a thing's
statements and evidence are is told by ``describe``, how answers are written by ``results``.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph

import qgraph
from qgraph import bundled, cache
from qgraph.errors import InvalidInput, InvalidQuery, NotFound, Problem, QGraphError
from qgraph.questions import Question, bind, parse
from qgraph.reading import read_rdf
from qgraph.sparql import check, explain, is_ordered, names_graphs
from qgraph.terms import OWL, PREFIXES, QG, QGG, RDF, RDFS, SKOS, XSD, expand, local_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import rdflib

    from qgraph.ontology import Ontology

__all__ = ["Answer", "Graph", "Rows", "Triples", "Truth", "load"]

Node = pyoxigraph.NamedNode | pyoxigraph.BlankNode
Term = Node | pyoxigraph.Literal | pyoxigraph.Triple

_NAMES = (RDFS.label, SKOS.prefLabel)
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to SELECT: variable names, and one tuple of terms (or None) per row."""

    variables: tuple[str, ...]
    solutions: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer to ASK."""

    value: bool


@dataclass(frozen=True, slots=True)
class Triples:
    """The answer to CONSTRUCT or DESCRIBE: each statement once, in a fixed order."""

    triples: tuple[pyoxigraph.Triple, ...]


Answer = Rows | Truth | Triples


class Graph:
    """A graph to be asked; made by :func:`load`.

    Parameters
    ----------
    store
        Holds the quads. Queries see the union of all its graphs.
    origin
        Where the graph came from, in a person's words.
    cached_in
        Folder of the cache that the store lies in, if it does.
    inferred
        Whether the store holds what we inferred, or only what sources say.
    """

    def __init__(
        self,
        store: pyoxigraph.Store,
        origin: str,
        *,
        cached_in: Path | None = None,
        inferred: bool = True,
    ) -> None:
        #: The Oxigraph store itself, for what this class does not offer.
        self.store = store
        #: Where the graph came from, in a person's words; says so if inferred statements are out.
        self.origin = origin if inferred else f"{origin}, without inferred statements"
        #: Whether statements that we inferred are in.
        self.inferred = inferred
        self._cached_in = cached_in

    def __len__(self) -> int:
        """Return the number of quads."""
        return len(self.store)

    def quads(self) -> Iterator[pyoxigraph.Quad]:
        """Go through all quads, in no particular order."""
        return iter(self.store)

    @cached_property
    def ontology(self) -> Ontology:
        """The terms: those in the graph itself, else those bundled with the package."""
        # Most queries need no labels, and so none of this.
        from qgraph.ontology import TERM_PREDICATES, Ontology, bundled_ontology

        named = pyoxigraph.NamedNode(QGG.ontology)
        if self.store.contains_named_graph(named):
            return Ontology(self.store.quads_for_pattern(None, None, None, named))
        measure = pyoxigraph.NamedNode(QG.Measure)
        is_a, cls = pyoxigraph.NamedNode(RDF.type), pyoxigraph.NamedNode(OWL.Class)
        if next(self.store.quads_for_pattern(measure, is_a, cls), None):
            return Ontology(
                quad
                for predicate in TERM_PREDICATES
                for quad in self.store.quads_for_pattern(
                    None, pyoxigraph.NamedNode(predicate), None
                )
            )
        return bundled_ontology()

    def query(
        self,
        text: str | Question,
        parameters: Mapping[str, object] | None = None,
        *,
        allow_service: bool = False,
    ) -> Answer:
        """Ask a SPARQL query of the union of all graphs.

        Rows that the query does not order are put into one order, so that the same question has
        the same answer, byte for byte.

        Parameters
        ----------
        text
            SPARQL, in which all prefixes of :data:`qgraph.terms.PREFIXES` are known, or a
            question from :mod:`qgraph.questions`.
        parameters
            Values for the parameters that the query declares in its first comment lines; ids and
            labels are looked up in this graph.
        allow_service
            Let SERVICE blocks send parts of the query to other servers.

        Raises
        ------
        InvalidQuery
            If it cannot be read, would change the graph, or asks the network unasked.
        QGraphError
            If a parameter is not declared or its value does not fit.
        """
        question = text if isinstance(text, Question) else None
        if parameters:
            body = bind(question or parse(str(text)), parameters, self.find)
        else:
            body = question.text if question else str(text)
        check(body, allow_service=allow_service)
        try:
            # With the union asked for, the engine would pass over the graphs that FROM names.
            answer = self.store.query(
                body, prefixes=PREFIXES, use_default_graph_as_union=not names_graphs(body)
            )
        except SyntaxError as error:
            raise explain(body, str(error)) from error
        try:
            return _whole(answer, is_ordered(body))
        except (OSError, RuntimeError) as error:
            raise self._failed(str(error)) from error

    def find(self, text: str) -> str:
        """Return the IRI of a thing given by its id, a CURIE, its IRI or its exact label.

        Raises
        ------
        NotFound
            If there is none, with the nearest; or several, with all of them.
        """
        wanted = text.strip()
        for iri in _addresses(wanted):
            if self._mentions(iri):
                return iri
        folded = fold(wanted)
        for predicates in (_NAMES, (SKOS.altLabel,)):
            found = sorted(
                {iri for iri, label in self._labels(*predicates) if fold(label) == folded}
            )
            if len(found) == 1:
                return found[0]
            if found:
                candidates = "; ".join(f"{local_id(iri)} ({self.label(iri)})" for iri in found)
                raise NotFound(
                    f"{wanted!r} is the name of {len(found)} things",
                    hint=f"Say which by its id: {candidates}.",
                )
        hint = self._nearest(wanted)
        if not self.inferred:
            hint += " Inferred statements are left out, and it may be among them."
        raise NotFound(f"nothing here is called {wanted!r}", hint=hint)

    def label(self, iri: str, language: str = "en") -> str:
        """Return what to call a thing: its label, else the words of its source, else its short IRI.

        A label in the language comes first, then one in English, then one in any other.
        """
        node = pyoxigraph.NamedNode(iri)
        for predicate in (*_NAMES, QG.reportedText):
            chosen = self._in_words(node, predicate, language)
            if chosen:
                return chosen
        return self.ontology.label(iri, language)

    def rdflib(self) -> rdflib.Dataset:
        """Return the graph as an rdflib Dataset whose default graph is the union of all."""
        return _to_rdflib(self.store)

    def _in_words(self, node: pyoxigraph.NamedNode, predicate: str, language: str) -> str:
        pattern = self.store.quads_for_pattern(node, pyoxigraph.NamedNode(predicate), None)
        return choose((quad.object for quad in pattern), language)

    def _mentions(self, iri: str) -> bool:
        node = pyoxigraph.NamedNode(iri)
        return (
            next(self.store.quads_for_pattern(node, None, None), None) is not None
            or next(self.store.quads_for_pattern(None, None, node), None) is not None
        )

    def _labels(self, *predicates: str) -> Iterator[tuple[str, str]]:
        for predicate in predicates:
            node = pyoxigraph.NamedNode(predicate)
            for quad in self.store.quads_for_pattern(None, node, None):
                if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(
                    quad.object, pyoxigraph.Literal
                ):
                    yield quad.subject.value, quad.object.value

    def _nearest(self, text: str) -> str:
        import difflib  # only a failed look-up needs it

        names: dict[str, str] = {}
        for iri, label in sorted(self._labels(*_NAMES, SKOS.altLabel)):
            names.setdefault(fold(label), f"{local_id(iri)} ({label})")
            names.setdefault(fold(local_id(iri)), f"{local_id(iri)} ({label})")
        close = difflib.get_close_matches(fold(text), names, n=_NEAREST, cutoff=0.5)
        if close:
            return f"Did you mean {', or '.join(dict.fromkeys(names[name] for name in close))}?"
        return "Try qgraph search with a word of its name."

    def _failed(self, reason: str) -> QGraphError:
        if "Corruption" in reason:
            if self._cached_in:
                cache.discard(self._cached_in)
                return QGraphError(
                    "the cached graph was damaged and has been removed",
                    hint="Ask again: it is built anew.",
                )
            return QGraphError(
                f"the store {self.origin} is damaged: {reason}",
                hint="Load its data again into a new store.",
            )
        return InvalidQuery(
            f"the query could not be answered: {reason}",
            hint="If it has a SERVICE block, check that server's address.",
        )


def load(
    where: str | os.PathLike[str] | None = None,
    *,
    inferred: bool = True,
    note: Callable[[str], None] | None = None,
) -> Graph:
    """Open a graph.

    Parameters
    ----------
    where
        An RDF file, a folder of tables with ``csv-metadata.json``, or the folder of an Oxigraph
        store. None is the graph that comes with the package; it is compiled once and then kept in
        a cache.
    inferred
        False leaves out what we inferred (``qgk:modality-inferred``) and all that hangs on it;
        what rules derive is derived anew from the rest. Quoted words and opinions stay: they are
        not ours.
    note
        Told in a sentence what the person at the terminal should know; by default it is written
        to standard error if that is a terminal.

    Raises
    ------
    NotFound
        If there is no such file or folder.
    InvalidInput
        If it is there and cannot be read; names the file, the line and the next step.
    """
    if where is None:
        return _load_bundled(inferred, note or cache.note_on_terminal)
    name = os.fspath(where)
    if name.startswith(("http://", "https://")):
        raise QGraphError(
            f"endpoints are not supported yet: {name}",
            hint="Download the data as an RDF file and name that file.",
        )
    path = Path(name)
    if not path.is_dir():
        return _in_memory(read_rdf(path), str(path), inferred)
    if (path / bundled.METADATA).is_file():
        return _in_memory(_compile(path), f"tables in {path}", inferred)
    if (path / "CURRENT").is_file():
        store, origin = _open_store(path), f"store in {path}"
        return Graph(store, origin) if inferred else _in_memory(store, origin, inferred)
    problem = Problem(
        str(path),
        0,
        "",
        f"a folder with neither {bundled.METADATA} nor an Oxigraph store",
        f"name a file, or put {bundled.METADATA} beside the tables",
    )
    raise InvalidInput([problem])


def choose(terms: Iterable[object], language: str) -> str:
    """Choose a text of several: in the language, else in English, else any; empty if none."""
    ranked = sorted(
        (_distance(term.language, language), term.value)
        for term in terms
        if isinstance(term, pyoxigraph.Literal)
    )
    return ranked[0][1] if ranked else ""


def fold(text: str) -> str:
    """Make texts comparable whatever their case, their width or their spacing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _in_memory(quads: Iterable[pyoxigraph.Quad], origin: str, inferred: bool) -> Graph:
    store = pyoxigraph.Store()
    store.bulk_extend(quads if inferred else _without_inferred(quads))
    return Graph(store, origin, inferred=inferred)


def _load_bundled(inferred: bool, note: Callable[[str], None]) -> Graph:
    tables, ontology, code = bundled.folder("graph"), bundled.folder("ontology"), Path(__file__)
    # All that the compiler reads and all of it that is ours; not the questions, which are many.
    name = cache.key(
        tables,
        *sorted(ontology.glob("*.ttl")),
        ontology / "kinds",
        ontology / "rules",
        code.with_name("compile"),
        *(code.with_name(f"{part}.py") for part in ("files", "ontology", "questions", "reading")),
        versions=(qgraph.__version__, pyoxigraph.__version__),
    )

    def build() -> list[pyoxigraph.Quad]:
        quads = _compile(tables)
        return quads if inferred else _without_inferred(quads)

    choice = name if inferred else f"{name}-no-inferred"
    store, place = cache.cached_store(choice, build, note)
    origin = f"bundled graph of qgraph {qgraph.__version__}"
    return Graph(store, origin, cached_in=place, inferred=inferred)


def _without_inferred(quads: Iterable[pyoxigraph.Quad]) -> list[pyoxigraph.Quad]:
    from qgraph.compile.inferred import without_inferred

    return without_inferred(quads, bundled.folder("ontology"))


def _compile(tables: Path) -> list[pyoxigraph.Quad]:
    # The compiler reads CSVW and EDTF with libraries that no other command needs.
    from qgraph.compile import compile_folder

    return compile_folder(tables, bundled.folder("ontology")).quads


def _open_store(path: Path) -> pyoxigraph.Store:
    try:
        return pyoxigraph.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        problem = Problem(
            str(path),
            0,
            "",
            f"the store cannot be opened: {error}",
            "it is damaged, or made by another version: load its data again into a new store",
        )
        raise InvalidInput([problem]) from error


def _addresses(text: str) -> Iterator[str]:
    """All IRIs that a text may stand for, the most likely first."""
    candidates = []
    bare = text.removeprefix("<").removesuffix(">")
    if bare.partition(":")[0] in PREFIXES:
        candidates.append(expand(bare))
    if "://" in bare or bare.startswith("urn:"):
        candidates.append(bare)
    candidates += [PREFIXES[prefix] + bare for prefix in ("qgd", "qgk", "qg", "qgc", "qgr", "qgg")]
    for candidate in candidates:
        try:
            yield pyoxigraph.NamedNode(candidate).value
        except ValueError:
            continue  # a label with spaces in it is no IRI


def _distance(tag: str | None, language: str) -> int:
    code = (tag or "").partition("-")[0]
    return 0 if code == language else 1 if code == "en" else 2


def _whole(
    answer: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples,
    ordered: bool,
) -> Answer:
    if isinstance(answer, pyoxigraph.QueryBoolean):
        return Truth(bool(answer))
    if isinstance(answer, pyoxigraph.QueryTriples):
        return Triples(tuple(sorted(set(answer), key=str)))
    variables = tuple(variable.value for variable in answer.variables)
    solutions = [tuple(solution) for solution in answer]
    if not ordered:
        solutions.sort(key=lambda row: [str(term or "") for term in row])
    return Rows(variables, tuple(solutions))


def _to_rdflib(store: pyoxigraph.Store) -> rdflib.Dataset:
    """Copy a store term by term: twice as fast as writing N-Quads and having rdflib parse them."""
    import rdflib  # costs more than all else that a query needs

    dataset = rdflib.Dataset(default_union=True)
    for prefix, base in PREFIXES.items():
        dataset.bind(prefix, base, override=True, replace=True)
    known: dict[str, rdflib.URIRef] = {}

    def convert(term: object) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
        if isinstance(term, pyoxigraph.NamedNode):
            iri = term.value
            return known.get(iri) or known.setdefault(iri, rdflib.URIRef(iri))
        if isinstance(term, pyoxigraph.BlankNode):
            return rdflib.BNode(term.value)
        if isinstance(term, pyoxigraph.Literal):
            if term.language:
                return rdflib.Literal(term.value, lang=term.language)
            datatype = term.datatype.value
            return rdflib.Literal(
                term.value, datatype=None if datatype == XSD.string else rdflib.URIRef(datatype)
            )
        raise QGraphError(
            f"rdflib has no place for the triple term {term}",
            hint="Remove RDF 1.2 triple terms, or query the graph without rdflib.",
        )

    for quad in store:
        graph = (
            dataset.default_graph
            if isinstance(quad.graph_name, pyoxigraph.DefaultGraph)
            else dataset.graph(convert(quad.graph_name))
        )
        graph.add((convert(quad.subject), convert(quad.predicate), convert(quad.object)))
    return dataset

"""The competency questions: what each must answer, in both engines.

Rows are expected in ``questions/``, one CSV for each file of ``ontology/questions``: written by
hand from the founding article, or counted in its tables where a question lists what they hold.
These tables are frozen in ``founding/``, so that the rows go on testing the questions while the
bundled graph grows. Those in ``questions/spread/`` are over ``questions/spread.trig``, for what the
article leaves open. On the bundled graph both engines must agree.

When a question changes, ``python tests/test_competency_questions.py`` writes what the frozen tables
answer now; read every line of the difference against the source before it is committed.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib

from qgraph.compile import compile_folder
from qgraph.compile.derive import derive
from qgraph.compile.inferred import without_inferred
from qgraph.compile.vocabulary import read_ontology
from qgraph.errors import QGraphError
from qgraph.graph import Graph
from qgraph.questions import Question, bind, load, parse
from qgraph.sparql import is_ordered
from qgraph.terms import PREFIXES, XSD, local_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qgraph.compile import Compilation
    from qgraph.questions import Parameter

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
FILES = sorted((ONTOLOGY / "questions").glob("*.rq"))
EXPECTED = Path(__file__).parent / "questions"
SPREAD = sorted((EXPECTED / "spread").glob("*.csv"))

ANSWERED = 30
"""Of the forty, so many at least have rows in the bundled graph."""

ASKED_OF_SPREAD = {
    "legal-basis-chain": {"measure": "measure-joint-law-partnership"},
    "promotions-for-body": {"body": "body-ministry-of-commerce"},
    "promotions-of-batch": {"batch": "batch-6"},
}
"""Values for questions whose defaults are things that only the bundled graph has."""

ANY = "UNDEF"
"""The default of a parameter that may be left open."""

NUMBERS = frozenset({XSD.integer, XSD.decimal, XSD.double})

Table = list[list[str]]
"""The names of the columns, then the rows."""

# rdflib 7.6 calls what it has itself deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")


def question_in(file: Path) -> Question:
    return parse(file.read_text("utf-8"), re.sub(r"^\d+-", "", file.stem), file.name)


each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


# --- Asking two engines ------------------------------------------------------------------------


def cell(term: object) -> str:
    """Write a term as the expected rows have it: ids for things, plain digits for numbers."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode | rdflib.URIRef):
        return local_id(term.value if isinstance(term, ox.NamedNode) else str(term))
    assert isinstance(term, ox.Literal | rdflib.Literal)
    if isinstance(term, ox.Literal):
        text, datatype = term.value, term.datatype.value
    else:
        text, datatype = str(term), str(term.datatype)
    if datatype not in NUMBERS:
        return text
    return format(Decimal(text).normalize() + 0, "f")  # adding 0 makes an unsigned zero of -0


def ask(store: ox.Store, text: str) -> Table:
    answer = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [names, *([cell(term) for term in row] for row in answer)]


def ask_rdflib(dataset: rdflib.Dataset, text: str) -> Table:
    answer = dataset.query(text, initNs=PREFIXES)
    assert answer.vars is not None
    rows = [[cell(term) for term in row] for row in answer if isinstance(row, tuple)]
    return [[str(variable) for variable in answer.vars], *rows]


def expected(file: Path) -> Table:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def stored(quads: Iterable[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(quads)
    return store


def derived(trig: bytes) -> ox.Store:
    """Give what a dataset states, the ontology, and what the rules make of both."""
    quads = [*ox.parse(trig, format=ox.RdfFormat.TRIG), *read_ontology(ONTOLOGY).quads]
    return stored([*quads, *derive(quads, ONTOLOGY / "rules")])


@pytest.fixture(scope="session")
def store(founding: Graph) -> ox.Store:
    """Give the founding article in the default engine."""
    return founding.store


@pytest.fixture(scope="session")
def dataset(founding: Graph) -> rdflib.Dataset:
    """Give the founding article in rdflib."""
    return founding.rdflib()


@pytest.fixture(scope="session")
def bundled(compiled: Compilation) -> ox.Store:
    """Give the bundled tables in the default engine."""
    return stored(compiled.quads)


@pytest.fixture(scope="session")
def bundled_dataset(bundled: ox.Store) -> rdflib.Dataset:
    """Give the bundled tables in rdflib."""
    return Graph(bundled, "bundled tables").rdflib()


@pytest.fixture(scope="module")
def spread() -> ox.Store:
    """Give the documented chains of spread, apart from the bundled tables."""
    return derived((EXPECTED / "spread.trig").read_bytes())


@pytest.fixture(scope="module")
def spread_dataset(spread: ox.Store) -> rdflib.Dataset:
    """Give the same in rdflib."""
    return Graph(spread, "spread.trig").rdflib()


# --- What a file says of itself ----------------------------------------------------------------


def numbers_of_the_forty(file: Path) -> set[int]:
    line = re.search(r"^# question: ([\d, ]+)$", file.read_text("utf-8"), re.MULTILINE)
    assert line, f"{file.name} names no number of the forty questions"
    return {int(number) for number in line[1].split(",")}


@each_file
def test_a_header_is_complete_in_both_languages(file: Path) -> None:
    question = question_in(file)
    assert re.fullmatch(r"\d\d-[a-z]+(-[a-z]+)*\.rq", file.name)
    texts = [question.titles, question.descriptions]
    for text in [*texts, *(parameter.descriptions for parameter in question.parameters)]:
        assert set(text) == {"en", "zh"}
        assert re.search(r"[\u4e00-\u9fff]", text["zh"])
        assert text["en"].isascii()
    assert question.titles["en"].endswith("?")
    assert question.titles["zh"].endswith("？")
    assert question.expects in {"rows", "none-yet"}
    assert bool(question.waits_for) == (question.expects == "none-yet")
    assert is_ordered(question.text)
    assert numbers_of_the_forty(file) <= set(range(1, 41))


def test_names_and_numbers_are_used_once() -> None:
    assert len({file.stem.partition("-")[0] for file in FILES}) == len(FILES)
    assert len({file.stem.partition("-")[2] for file in FILES}) == len(FILES)


def test_the_forty_questions_are_asked() -> None:
    assert set().union(*(numbers_of_the_forty(file) for file in FILES)) == set(range(1, 41))


# --- What the founding article answers ---------------------------------------------------------


def test_every_question_has_expected_rows() -> None:
    assert [file.stem for file in FILES] == sorted(file.stem for file in EXPECTED.glob("*.csv"))


@each_file
def test_rows_in_oxigraph(file: Path, store: ox.Store) -> None:
    assert ask(store, file.read_text("utf-8")) == expected(EXPECTED / f"{file.stem}.csv")


@each_file
def test_rows_in_rdflib(file: Path, dataset: rdflib.Dataset) -> None:
    assert ask_rdflib(dataset, file.read_text("utf-8")) == expected(EXPECTED / f"{file.stem}.csv")


def default_of(parameter: Parameter) -> list[str]:
    """Give a default as a person would type it."""
    return [re.sub(r'^"(.*)"(\^\^\S+)?$', r"\1", one) for one in parameter.default.split()]


@each_file
def test_binding_a_default_changes_nothing(file: Path, store: ox.Store) -> None:
    question = question_in(file)
    for parameter in question.parameters:
        if parameter.default == ANY:
            continue
        bound = bind(question, {parameter.name: default_of(parameter)})
        assert ask(store, bound) == expected(EXPECTED / f"{file.stem}.csv"), parameter.name


@each_file
def test_labels_change_with_the_language_and_rows_do_not(file: Path, store: ox.Store) -> None:
    question = question_in(file)
    if "language" not in {parameter.name for parameter in question.parameters}:
        return
    rows = expected(EXPECTED / f"{file.stem}.csv")
    chinese = ask(store, bind(question, {"language": "zh"}))
    assert len(chinese) == len(rows)
    assert len(rows) == 1 or re.search(r"[\u4e00-\u9fff]", str(chinese[1:]))
    # A language that no label has: every one falls back to English.
    assert ask(store, bind(question, {"language": "tlh"})) == rows


def test_a_default_left_open_is_told_in_words() -> None:
    with pytest.raises(QGraphError) as caught:
        bind(load("spread-chains"), {"nosuch": "x"})
    assert "measure (thing, by default any)" in caught.value.hint


LEFT_OPEN = [
    pytest.param(file, parameter.name, id=f"{file.stem}-{parameter.name}")
    for file in FILES
    for parameter in question_in(file).parameters
    if parameter.default == ANY
]
TRIED = {
    "thing": [
        *("place-qianhai", "place-guangdong", "place-shenzhen", "place-qianhai-cooperation-zone"),
        *("source-000", "person-francis-law", "measure-professional-recognition"),
        *("body-shenzhen-justice-bureau", "obs-000-gdp", "time-000-july-26"),
    ],
    "kind": ["indicator-gdp", "reliability-strong", "reliability-weak"],
}


@pytest.mark.parametrize(("file", "name"), LEFT_OPEN)
def test_a_parameter_that_may_be_left_open_narrows_the_answer(
    file: Path, name: str, store: ox.Store, dataset: rdflib.Dataset
) -> None:
    question = question_in(file)
    (parameter,) = (one for one in question.parameters if one.name == name)
    assert parameter.description("en").endswith("; any if none is given")
    assert parameter.description("zh").endswith("；不填则不限")
    everything = expected(EXPECTED / f"{file.stem}.csv")
    found = []
    for value in TRIED[parameter.type]:
        bound = bind(question, {name: value})
        rows = ask(store, bound)
        assert ask_rdflib(dataset, bound) == rows, value
        assert rows == [row for row in everything if row in rows], value  # in the same order
        found.append(len(rows))
    assert len(everything) == 1 or max(found) > 1
    assert len(everything) == 1 or min(found) < len(everything)


@pytest.fixture(scope="module")
def asserted(founding_compiled: Compilation) -> ox.Store:
    """Give the founding article without what we inferred."""
    return stored(without_inferred(founding_compiled.quads, ONTOLOGY))


@pytest.fixture(scope="module")
def asserted_dataset(asserted: ox.Store) -> rdflib.Dataset:
    """Give the same in rdflib."""
    return Graph(asserted, "asserted").rdflib()


@each_file
def test_both_engines_agree_without_what_was_inferred(
    file: Path, asserted: ox.Store, asserted_dataset: rdflib.Dataset
) -> None:
    """Times without days, figures without a subject: every question has to bear that."""
    text = file.read_text("utf-8")
    assert ask_rdflib(asserted_dataset, text) == ask(asserted, text)


@pytest.fixture(scope="module")
def confirmed(founding_compiled: Compilation) -> ox.Store:
    """Give the founding article with every link between two things stated by a second source."""
    store = stored(founding_compiled.quads)
    store.update(
        """
        INSERT { GRAPH qgg:source-second { ?subject ?relation ?object } }
        WHERE {
          GRAPH ?claims {
            ?claim rdf:subject ?subject ; rdf:predicate ?relation ; rdf:object ?object
          }
          GRAPH ?first { ?subject ?relation ?object }
          FILTER NOT EXISTS { GRAPH ?records { ?subject qg:standing ?standing } }
        }
        """,
        prefixes=PREFIXES,
    )
    return store


@each_file
def test_a_link_that_two_sources_state_counts_once(file: Path, confirmed: ox.Store) -> None:
    """Oxigraph finds a triple once in each graph that holds it, and rdflib once in all."""
    assert ask(confirmed, file.read_text("utf-8")) == expected(EXPECTED / f"{file.stem}.csv")


@pytest.mark.parametrize(
    "file", [file for file in FILES if "GROUP BY" in file.read_text("utf-8")], ids=lambda f: f.stem
)
def test_a_graph_without_tables_has_no_groups(file: Path, bare: ox.Store) -> None:
    """For rdflib 7.6 a GROUP BY over nothing has one empty row, unless HAVING asks for more.

    Labels of the ontology then stand beside that row as if they belonged to it.
    """
    text = file.read_text("utf-8")
    rows = ask(bare, text)
    assert rows[1:] == []
    assert ask_rdflib(Graph(bare, "ontology").rdflib(), text) == rows


@pytest.fixture(scope="module")
def bare() -> ox.Store:
    """Give the ontology alone."""
    return stored(read_ontology(ONTOLOGY).quads)


# --- What the bundled graph answers ------------------------------------------------------------


@each_file
def test_both_engines_agree_on_the_bundled_graph(
    file: Path, bundled: ox.Store, bundled_dataset: rdflib.Dataset
) -> None:
    text = file.read_text("utf-8")
    assert ask_rdflib(bundled_dataset, text) == ask(bundled, text)


@pytest.fixture(scope="module")
def silent(bundled: ox.Store) -> set[str]:
    """Name the questions to which the bundled graph has no answer."""
    return {file.stem for file in FILES if len(ask(bundled, file.read_text("utf-8"))) == 1}


def test_a_question_has_rows_or_says_what_it_waits_for(silent: set[str]) -> None:
    assert silent == {file.stem for file in FILES if question_in(file).expects == "none-yet"}


def test_most_of_the_forty_are_answered(silent: set[str]) -> None:
    answered = (numbers_of_the_forty(file) for file in FILES if file.stem not in silent)
    assert len(set().union(*answered)) >= ANSWERED


# --- What data on spread answer ----------------------------------------------------------------


@pytest.mark.parametrize("file", SPREAD, ids=lambda file: file.stem)
def test_rows_over_documented_spread(
    file: Path, spread: ox.Store, spread_dataset: rdflib.Dataset
) -> None:
    text = bind(load(file.stem), ASKED_OF_SPREAD.get(file.stem, {}))
    assert ask(spread, text) == expected(file)
    assert ask_rdflib(spread_dataset, text) == expected(file)


def test_what_the_article_leaves_open_is_tried_on_documented_spread() -> None:
    unanswered = {
        question_in(file).name
        for file in FILES
        if len(expected(EXPECTED / f"{file.stem}.csv")) == 1
    }
    assert unanswered <= {file.stem for file in SPREAD}


def test_a_parameter_narrows_an_answer(spread: ox.Store) -> None:
    """The returns centre was piloted in Zhengzhou, and its fields are customs and trade."""
    elsewhere = bind(load("pilots-promoted"), {"zone": "place-zhengzhou-area"})
    assert [row[:2] for row in ask(spread, elsewhere)[1:]] == [
        ["Returns centre for cross-border retail imports", "January 2020"]
    ]
    trade = bind(load("measures-missing-in-zone"), {"field": "field-trade"})
    assert [row[1] for row in ask(spread, trade)[1:]] == ["Zhengzhou area"]
    mine = bind(load("measures-missing-in-zone"), {"zone": "place-shanghai-zone"})
    assert [row[1] for row in ask(spread, mine)[1:]] == [
        "Qianhai Cooperation Zone",  # the choice of Hong Kong law
        "Qianhai Cooperation Zone",  # joint partnerships, which Shanghai adopted as a city
        "Zhengzhou area",
        "Chongqing pilot free trade zone",
        "Dalian area",
    ]


@pytest.mark.parametrize(
    ("name", "values", "column", "rows"),
    [
        # The zone lies in the city, and the city is a place as well.
        (
            "pilots-and-bodies",
            {"zone": "place-shanghai"},
            1,
            ["Shanghai pilot free trade zone"] * 2,
        ),
        ("spread-chains", {"measure": "measure-law-choice"}, 10, ["Shenzhen", "Zhuhai"]),
        ("superseded-texts", {"issuer": "body-shenzhen-office"}, 3, ["repeal", "entry into force"]),
        ("superseded-texts", {"issuer": "body-state-council"}, 3, []),
        ("weak-only", {"from": "source-tendenzblick"}, 1, ["obs-guangdong"]),
        ("recorded-conflicts", {"relation": "qg:disputes"}, 1, ["685"]),
        ("measures-from-zone", {"zone": "place-zhengzhou-area"}, 2, ["Sixth batch"]),
        ("promotions-of-batch", {"batch": "batch-law-choice"}, 4, ["Shenzhen", "Zhuhai"]),
        (
            "aggregates-over-time",
            {"indicator": "indicator-measures-promoted-nationwide", "place": "place-nansha-area"},
            5,
            ["45"],
        ),
        ("firsts", {"place": "place-guangdong"}, 1, ["Rival (made up)"]),
        ("firsts", {"place": "place-gansu"}, 1, []),
    ],
)
def test_a_parameter_picks_what_it_names(
    spread: ox.Store, name: str, values: dict[str, str], column: int, rows: list[str]
) -> None:
    assert [row[column] for row in ask(spread, bind(load(name), values))[1:]] == rows


def made_up(pilots: list[tuple[str, str]]) -> bytes:
    """Write measures by first pilot and promotion, all those of one day being one batch."""
    lines = [f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items()]
    lines.append("qgd:place-nation dcterms:type qgk:place-kind-country .\n")
    for day in sorted({day for pair in pilots for day in pair}):
        lines.append(f'qgd:time-{day} a qg:TimeReference ; qg:begin "{day}"^^xsd:date ;')
        lines.append(f' qg:end "{day}"^^xsd:date .\n')
    for day in sorted({promoted for _, promoted in pilots}):
        lines.append(f'qgd:batch-{day} a qg:PromotionBatch ; rdfs:label "{day}"@en ;')
        lines.append(f" qg:happenedAt qgd:time-{day} .\n")
    for number, (piloted, promoted) in enumerate(pilots):
        measure = f"qgd:measure-{number}"
        lines.append(f"{measure} a qg:Measure .\n")
        lines.append(f"qgd:pilot-{number} a qg:Pilot ; qg:pilots {measure} ;")
        lines.append(f" qg:happenedAt qgd:time-{piloted} .\n")
        lines.append(f"qgd:promotion-{number} a qg:Promotion ; qg:promotes {measure} ;")
        lines.append(f" qg:inBatch qgd:batch-{promoted} ; qg:appliesIn qgd:place-nation .\n")
    return "".join(lines).encode()


@pytest.mark.parametrize(
    "pilots",
    [
        ["2015-04-27"],
        ["2015-04-27", "2017-03-31"],
        ["2015-04-27", "2017-03-31", "2016-02-29"],
        ["2015-04-27", "2015-04-27", "2017-03-31", "2016-02-29"],
        ["2015-04-27", "2015-04-27", "2015-04-27", "2016-02-29", "2017-03-31", "2017-03-31"],
    ],
    ids=["one", "two", "three", "ties", "more ties"],
)
def test_the_median_is_that_of_python(pilots: list[str]) -> None:
    """Made-up measures in a batch of 2018-05-03, beside another batch that must not mix in."""
    promoted = "2018-05-03"
    other = [("2013-09-29", "2014-12-28"), ("2013-09-29", "2014-12-28")]
    store = derived(made_up([*((pilot, promoted) for pilot in pilots), *other]))
    days = [(date.fromisoformat(promoted) - date.fromisoformat(one)).days for one in pilots]
    median = format(Decimal(str(statistics.median(days))).normalize(), "f")
    rows = [
        ["2014-12-28", "2014-12-28", "2", "455", "455", "455"],
        [promoted, promoted, *map(str, (len(days), min(days), median, max(days)))],
    ]
    text = load("median-time-by-batch").text
    assert ask(store, text)[1:] == rows
    assert ask_rdflib(Graph(store, "made up").rdflib(), text)[1:] == rows


def main() -> None:
    """Write what the frozen tables of the founding article answer now."""
    from conftest import lay_out_founding

    with tempfile.TemporaryDirectory() as folder:
        lay_out_founding(Path(folder))
        store = stored(compile_folder(folder, ONTOLOGY).quads)
    for file in FILES:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(ask(store, file.read_text("utf-8")))
        (EXPECTED / f"{file.stem}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()

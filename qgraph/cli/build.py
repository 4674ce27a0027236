"""From tables to a graph that holds: ``build`` and ``validate``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgraph.cli._options import Settings, format_option, output_option, pass_settings, put_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pyoxigraph as ox

    from qgraph.compile import Origin
    from qgraph.validation import Issue

__all__ = ["build", "validate"]

_texts_option = click.option(
    "--texts",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of source texts that you hold; phrases are compared with them.",
)


@dataclass(frozen=True)
class _Checked:
    """A graph, where its nodes come from, and what is wrong with it."""

    name: str
    quads: Collection[ox.Quad]
    issues: list[Issue]

    @property
    def valid(self) -> bool:
        return not any(issue.severity == "violation" for issue in self.issues)


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="RDF file to write, whole or not at all; its suffix picks the format. '-' is standard"
    " output, in N-Quads.",
)
@_texts_option
@pass_settings
def build(settings: Settings, output: str | None, texts: Path | None) -> None:
    """Compile the tables into one RDF file.

    Nothing is written unless every row is sound and the graph breaks no shape and no rule.

    \b
    Example:
      qgraph build
      qgraph build -o graph.nq
      qgraph --graph my-tables build -o graph.ttl
    """
    from qgraph.errors import InvalidGraph
    from qgraph.export import rdf, suffix_for

    suffix = output and suffix_for(output, "nq" if output == "-" else None)
    if suffix and suffix not in rdf.FORMATS:
        raise click.UsageError(
            f"build writes RDF, not {suffix}; one of {', '.join(rdf.FORMATS)}."
            f" For {suffix} use: qgraph export -o {output}"
        )
    checked = _check(_tables(settings.graph), texts, settings.language)
    if not checked.valid:
        faults = [issue for issue in checked.issues if issue.severity == "violation"]
        raise InvalidGraph(faults, hint="Nothing was written. All issues: qgraph validate")
    told = _summary(checked, settings.language)
    if output and suffix:
        put_out(output, rdf.render(suffix, checked.quads))
        settings.say(f"{output}: {told}")
    else:
        click.echo(told)


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--rule",
    "rules",
    metavar="NAME",
    multiple=True,
    help="Only the issues of this rule, all of them; repeat it for several.",
)
@click.option(
    "--severity",
    type=click.Choice(("violation", "warning", "finding")),
    default="finding",
    show_default=True,
    help="Only issues at least as grave as this.",
)
@click.option("--all", "whole", is_flag=True, help="Every issue; no long rule is folded.")
@_texts_option
@format_option("text", "json", text="How the report is written.")
@output_option
@pass_settings
def validate(
    settings: Settings,
    paths: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    whole: bool,
    texts: Path | None,
    form: str,
    output: str,
) -> None:
    """Check tables or graphs against shapes and rules.

    PATH is a folder of tables, an RDF file or a store; without one it is the graph of --graph. The
    report names the row behind each issue. Exit code 1 means that there are violations, whether or
    not they are shown; warnings and findings are for a curator to look into. Of a warning or
    finding with many issues the text shows the first few.

    \b
    Example:
      qgraph validate
      qgraph validate --rule possible-duplicate --format json
      qgraph --lang zh validate --severity warning
    """
    names: tuple[str | None, ...] = paths or (settings.graph,)
    checked = [_report(name, texts, settings.language) for name in names]
    _know(rules, (issue.rule for one in checked for issue in one.issues))
    shown = [_chosen(one, rules, severity) for one in checked]
    if form == "json":
        text = _json(checked, shown)
    else:
        from qgraph.validation import report

        text = ""
        for name, one, issues in zip(names, checked, shown, strict=True):
            command = _command(name, texts, settings.language)
            folded = not (whole or rules)
            text += report(issues, settings.language, command=command, folded=folded)
            text += f"{one.name}: {_summary(one, settings.language)}\n"
    put_out(output, text.encode())
    if not all(one.valid for one in checked):
        raise click.exceptions.Exit(1)


def _know(rules: Iterable[str], found: Iterable[str]) -> None:
    """Refuse a rule that there is not; those of tables are the names of their columns."""
    from qgraph import bundled, validation

    known = {*validation.rules(bundled.folder("ontology")), *found}
    for rule in rules:
        if rule not in known:
            import difflib  # only a mistyped name needs it

            near = difflib.get_close_matches(rule, sorted(known), n=3, cutoff=0.6)
            told = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(
                f"There is no rule '{rule}'.{told} The report of qgraph validate names the rules"
                " that found something."
            )


def _chosen(checked: _Checked, rules: tuple[str, ...], severity: str) -> list[Issue]:
    from qgraph.validation import SEVERITIES

    grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [
        issue
        for issue in checked.issues
        if issue.severity in grave and (not rules or issue.rule in rules)
    ]


def _tables(name: str | None) -> str | None:
    """Refuse to build from what is built already."""
    from qgraph.bundled import METADATA

    if name is not None and not (Path(name) / METADATA).is_file():
        raise click.UsageError(
            f"build compiles a folder of tables, and '{name}' holds no {METADATA}."
            f" To write a graph in another format use: qgraph --graph {name} export -o FILE"
        )
    return name


def _check(name: str | None, texts: Path | None, language: str) -> _Checked:
    """Compile or load a graph, and validate it."""
    from qgraph import bundled, validation
    from qgraph.bundled import METADATA
    from qgraph.compile import compile_folder
    from qgraph.graph import load

    ontology = bundled.folder("ontology")
    folder = _from_here(bundled.folder("graph")) if name is None else Path(name)
    origins: Mapping[str, Origin] = {}
    if (folder / METADATA).is_file():
        compilation = compile_folder(folder, ontology)
        quads, origins = compilation.quads, compilation.origins
    else:
        quads = _with_ontology(list(load(folder).quads()), ontology)
    issues = validation.validate(
        quads, ontology, origins=validation.Origins(origins), texts=texts, language=language
    )
    return _Checked(_title(name), quads, issues)


def _report(name: str | None, texts: Path | None, language: str) -> _Checked:
    """Do the same, but take the problems of tables or files as issues instead of giving up."""
    from qgraph.errors import InvalidInput
    from qgraph.validation import Issue

    try:
        return _check(name, texts, language)
    except InvalidInput as error:
        issues = [
            Issue("violation", p.file, p.line, "", p.column or "table", p.message, p.hint)
            for p in error.problems
        ]
        return _Checked(_title(name), [], issues)


def _title(name: str | None) -> str:
    return "bundled graph" if name is None else name


def _from_here(folder: Path) -> Path:
    """Name a folder of the checkout as its curator would, so that reports are short."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _with_ontology(quads: list[ox.Quad], ontology: Path) -> list[ox.Quad]:
    """Add the bundled ontology to a file that brings none: shapes need its classes."""
    from pyoxigraph import NamedNode, Triple

    from qgraph.compile.vocabulary import read_ontology
    from qgraph.terms import OWL, QG, RDF

    declared = Triple(NamedNode(QG.Measure), NamedNode(RDF.type), NamedNode(OWL.Class))
    if any(quad.triple == declared for quad in quads):
        return quads
    return quads + read_ontology(ontology).quads


def _summary(checked: _Checked, language: str) -> str:
    from qgraph.validation.report import SEVERITY_WORDS

    count = Counter(issue.severity for issue in checked.issues)
    words = SEVERITY_WORDS[language].items()
    if language == "zh":
        told = "、".join(f"{count[severity]}项{word}" for severity, word in words)
        return f"{len(checked.quads)}条四元组：{told}"
    told = ", ".join(
        f"{count[severity]:,} {word}{'' if count[severity] == 1 else 's'}"
        for severity, word in words
    )
    return f"{len(checked.quads):,} quads: {told}"


def _command(name: str | None, texts: Path | None, language: str) -> str:
    """Write what a person types to get the report on one graph."""
    import shlex

    words = ["qgraph", *(["--lang", language] if language != "en" else []), "validate"]
    words += [] if name is None else [name]
    words += [] if texts is None else ["--texts", str(texts)]
    return shlex.join(words)


def _json(checked: list[_Checked], shown: list[list[Issue]]) -> str:
    import json
    from dataclasses import asdict

    report = [
        {
            "graph": one.name,
            "quads": len(one.quads),
            "valid": one.valid,
            "issues": [asdict(issue) for issue in issues],
        }
        for one, issues in zip(checked, shown, strict=True)
    ]
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"

"""For those who edit the tables: ``format``."""

from __future__ import annotations

from pathlib import Path

import click

from qgraph.cli._options import Settings, pass_settings

__all__ = ["format_tables"]

_HERE = "graph"


@click.command("format")
@click.argument("folder", metavar="[FOLDER]", required=False)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if a table would change.")
@pass_settings
def format_tables(settings: Settings, folder: str | None, check: bool) -> None:
    """Write tables in their canonical form.

    Rows are sorted by id, columns put in the order of csv-metadata.json, blanks and needless quotes
    cut, so that a diff shows only what was edited. No value changes. FOLDER holds the tables;
    without one it is that of --graph, or the folder graph here. Nothing is written unless every
    table can be read.

    \b
    Example:
      qgraph format my-tables
      qgraph format my-tables --check
      qgraph --lang zh format my-tables
    """
    from qgraph.compile.canonical import departures
    from qgraph.files import write_atomic

    home = Path(folder or settings.graph or _HERE)
    changed = departures(home)
    if not check:
        for name, data in changed.items():
            write_atomic(home / name, data)
    click.echo(_report(home, list(changed), check, settings.language))
    if check and changed:
        hint = "写成规范形式" if settings.language == "zh" else "To write them so"
        settings.say(f"{hint}: qgraph format {home}")
        raise click.exceptions.Exit(1)


def _report(home: Path, changed: list[str], check: bool, language: str) -> str:
    """One line a table, or that there is nothing to do."""
    if language == "zh":
        done, none = ("非规范形式" if check else "已改写"), "所有表格均为规范形式"
        return "\n".join(f"{home / name}：{done}" for name in changed) or f"{home}：{none}"
    done, none = ("not in canonical form" if check else "rewritten"), "every table is canonical"
    return "\n".join(f"{home / name}: {done}" for name in changed) or f"{home}: {none}"

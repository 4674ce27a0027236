"""The package that users get: built from a clean copy, compared with the disk, installed, run.

Building in place would pack files from a stale ``build/``, and an editable install would hide a
forgotten subpackage, so neither is done here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

import qgraph

ROOT = Path(__file__).parents[1]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)

#: Folder of the repository -> where a wheel has it.
MAPPED = {
    "qgraph": "qgraph",
    "ontology": "qgraph/bundled/ontology",
    "graph": "qgraph/bundled/graph",
}


@dataclass(frozen=True)
class Built:
    """A clean copy of the project and the two archives made from it."""

    copy: Path
    wheel: Path
    sdist: Path


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run to the end; a failure shows both streams."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where no package index answers; whatever fails after this is a fault of ours."""
    folder = tmp_path_factory.mktemp("index")
    probe = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries=1"]
    done = subprocess.run(
        [*probe, "setuptools>=77"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, index: None) -> Built:
    del index
    copy = tmp_path_factory.mktemp("copy") / "qgraph"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", target, copy, cwd=target)
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return Built(copy, wheel, sdist)


def expected_in_wheel(root: Path) -> set[str]:
    """Every file of the package and of the data folders, under its name in a wheel."""
    return {
        str(PurePosixPath(place, path.relative_to(root / folder).as_posix()))
        for folder, place in MAPPED.items()
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_package_on_the_disk_is_listed() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = setup["options"]["packages"].split()
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "qgraph").rglob("__init__.py")
    }
    assert listed == sorted(on_disk | {"qgraph.bundled.graph", "qgraph.bundled.ontology"})


@pytest.mark.slow
def test_the_wheel_holds_what_the_disk_holds_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected_in_wheel(built.copy)
    suffixes = {PurePosixPath(name).suffix for name in names}
    assert suffixes >= {".py", ".ttl", ".rq", ".csv", ".json", ".md", ".typed"}


@pytest.mark.slow
def test_the_wheel_carries_both_licences_and_its_version(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        info = f"qgraph-{qgraph.__version__}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
        licence = archive.read(f"{info}/licenses/LICENSE")
        archive.getinfo(f"{info}/licenses/graph/LICENSE.md")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert f"\nVersion: {qgraph.__version__}\n" in metadata
    assert "\nLicense-Expression: Apache-2.0 AND CC-BY-4.0\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata


@pytest.mark.slow
def test_the_sdist_carries_what_builds_and_tests_it(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {
            name.partition("/")[2]
            for name in archive.getnames()
            if ".egg-info" not in name and archive.getmember(name).isfile()
        }
    needed = {
        path.relative_to(built.copy).as_posix()
        for folder in (*MAPPED, "tests", "docs", "benchmarks")
        for path in (built.copy / folder).rglob("*")
        if path.is_file()
    }
    assert needed - names == set()
    assert {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "Makefile"} - names == set()
    assert {name for name in names if name.startswith("exports/")} == set()


@pytest.mark.slow
def test_an_installed_program_runs_anywhere_and_writes_nothing_at_home(
    built: Built, tmp_path: Path
) -> None:
    environment, elsewhere = tmp_path / "environment", tmp_path / "elsewhere"
    elsewhere.mkdir()
    venv.create(environment, with_pip=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python, program = scripts / "python", scripts / "qgraph"
    run(python, "-m", "pip", "install", "--quiet", built.wheel, cwd=elsewhere)
    run(python, "-m", "pip", "check", cwd=elsewhere)

    where = run(python, "-c", "import qgraph; print(qgraph.__file__)", cwd=elsewhere).stdout
    home = Path(where.strip()).parent
    assert environment in home.parents
    before = contents(home)

    user = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    version = run(program, "--version", cwd=elsewhere, **user).stdout
    assert qgraph.__version__ in version.split()
    assert run(program, "info", cwd=elsewhere, **user).stdout
    questions = run(python, "-m", "qgraph", "query", "--list", cwd=elsewhere, **user).stdout
    files = (ROOT / "ontology" / "questions").glob("*.rq")
    named = {re.sub(r"^\d+-", "", path.stem) for path in files}
    assert named
    assert {name for name in named if name not in questions} == set()

    assert contents(home) == before
    assert list(elsewhere.iterdir()) == []


def contents(folder: Path) -> dict[str, int]:
    """File -> time of its last change; byte code is Python's own business."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

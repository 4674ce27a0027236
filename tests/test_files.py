from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qgraph.errors import CannotWrite, InvalidInput, NotFound
from qgraph.files import read_text, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
ROOT = Path(__file__).parents[1]


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder of an ordinary user, who we are for a moment: permissions do not bind root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            folder.chmod(0o700)
            return
        os.chown(folder, NOBODY, -1)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_text_is_read_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,label\n1,前海\n".encode())
    assert read_text(tmp_path / "a.csv") == "id,label\n1,前海\n"


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfid,label\n")
    assert read_text(str(tmp_path / "a.csv")) == "id,label\n"


def test_line_ends_are_made_one_kind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'id\r\n"two\r\nlines"\rlast\n')
    assert read_text(tmp_path / "a.csv") == 'id\n"two\nlines"\nlast\n'


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("前海".encode())))
    assert read_text("-") == "前海"


@pytest.mark.parametrize(
    ("data", "line", "byte", "advice"),
    [
        ("id\n1\ncafé,1\n".encode("latin-1"), 3, "0xE9", "-f LATIN1"),
        ("id\r\n1\r\ncafé,1\r\n".encode("latin-1"), 3, "0xE9", "-f LATIN1"),
        ("id\r1\rcafé,1\r".encode("latin-1"), 3, "0xE9", "-f LATIN1"),
        ("id,标签\n".encode("gb18030"), 1, "0xB1", "GB18030"),
        ("id\n".encode("utf-16"), 1, "0xFF", "-f UTF-16"),
    ],
)
def test_another_encoding_is_told_with_line_and_remedy(
    tmp_path: Path, data: bytes, line: int, byte: str, advice: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        read_text(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(path), line)
    assert byte in problem.message
    assert advice in problem.hint


def test_wrong_bytes_on_standard_input_are_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ok\n\xe9")))
    with pytest.raises(InvalidInput, match=r"<stdin>:2: not UTF-8"):
        read_text("-")


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").touch()
    with pytest.raises(NotFound, match="mesures") as caught:
        read_text(tmp_path / "mesures.csv")
    assert caught.value.hint == f"Did you mean '{tmp_path / 'measures.csv'}'?"


def test_a_missing_file_without_a_neighbour(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        read_text(tmp_path / "a.csv")
    assert str(tmp_path) in caught.value.hint


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_a_missing_folder_is_named(tmp_path: Path, parent: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotFound) as caught:
        read_text(tmp_path / parent / "a.csv")
    assert caught.value.hint == f"The folder '{tmp_path / parent}' does not exist either."


def test_a_folder_is_not_a_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="this is a folder"):
        read_text(tmp_path)


def test_a_text_that_may_not_be_read(nobodys_folder: Path) -> None:
    path = nobodys_folder / "a.csv"
    path.touch(mode=0o200)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_text(path)


@pytest.mark.parametrize("old", [None, b"old and longer"])
def test_the_whole_content_and_nothing_else_is_there(tmp_path: Path, old: bytes | None) -> None:
    path = tmp_path / "a.ttl"
    if old is not None:
        path.write_bytes(old)
    write_atomic(str(path), b"new\r\n\x00")
    assert path.read_bytes() == b"new\r\n\x00"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_an_old_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.ttl"
    path.touch()
    path.chmod(mode)
    write_atomic(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_that_the_user_gives_to_new_files(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    write_atomic(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_reader_who_has_the_old_file_open_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        write_atomic(path, b"new")
        assert reader.read() == b"old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.ttl", tmp_path / "link.ttl"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    sys.stdout.write("before ")
    write_atomic("-", b"\x00\xff")
    assert capfdbinary.readouterr().out == b"before \x00\xff"


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """Renaming onto /dev/null as root would destroy it; a pipe stands in for it here."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomic(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="this is a folder") as caught:
        write_atomic(tmp_path, b"")
    assert "file inside it" in caught.value.hint


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="its folder does not exist") as caught:
        write_atomic(tmp_path / "missing" / "a.ttl", b"")
    assert f"mkdir -p '{tmp_path / 'missing'}'" in caught.value.hint


@pytest.mark.parametrize("name", ["file/a.ttl", "n" * 300])
def test_what_the_system_refuses_is_told_in_its_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match=r"Not a directory|File name too long") as caught:
        write_atomic(tmp_path / name, b"")
    assert "-o" in caught.value.hint
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk to try")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(CannotWrite, match="No space left"):
        write_atomic("/dev/full", b"x")


def test_a_folder_that_may_not_be_written(nobodys_folder: Path) -> None:
    nobodys_folder.chmod(0o500)
    with pytest.raises(CannotWrite, match="Permission denied"):
        write_atomic(nobodys_folder / "a.ttl", b"")


def test_a_write_protected_file_is_left_alone(nobodys_folder: Path) -> None:
    path = nobodys_folder / "a.ttl"
    path.write_bytes(b"old")
    path.chmod(0o400)
    with pytest.raises(CannotWrite, match="write-protected"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"


CUT_SHORT = """
import resource, signal, sys
from qgraph.errors import CannotWrite
from qgraph.files import write_atomic
if sys.argv[2] == "killed":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it unless told otherwise
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomic(sys.argv[1], bytes(100_000))
except CannotWrite as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["killed", "failed"])
def test_a_write_that_is_cut_short_leaves_the_old_file_whole(tmp_path: Path, how: str) -> None:
    """No file may grow past 1,000 bytes: the system ends the writer, or refuses, in mid-write."""
    target = tmp_path / "graph.nq"
    target.write_bytes(b"old")
    command = [sys.executable, "-c", CUT_SHORT, str(target), how]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert target.read_bytes() == b"old"
    if how == "killed":
        assert result.returncode == -signal.SIGXFSZ
    else:
        assert result.returncode == 0, result.stderr
        assert "cannot write" in result.stdout
        assert [entry.name for entry in tmp_path.iterdir()] == ["graph.nq"]

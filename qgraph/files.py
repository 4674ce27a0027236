"""Reading and writing files so that a failure names the next step and never leaves half a file."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from qgraph.errors import CannotWrite, InvalidInput, NotFound, Problem

__all__ = ["read_text", "write_atomic"]

STANDARD_STREAM = "-"


def read_text(path: str | os.PathLike[str]) -> str:
    r"""Read a UTF-8 text, with or without a byte order mark; every line ends with ``\n``.

    Line ends are made one kind, so that offsets into a text and multi-line cells of a table are the
    same whichever system saved the file.

    Parameters
    ----------
    path
        A file, or ``-`` for standard input.

    Raises
    ------
    NotFound
        If there is no such file; the hint has the nearest name in its folder.
    InvalidInput
        If it is a folder, cannot be opened or is not UTF-8; names the file and the line.
    """
    name = os.fspath(path)
    if name == STANDARD_STREAM:
        return _decode(sys.stdin.buffer.read(), "<stdin>")
    try:
        data = Path(name).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no file {name!r}", hint=_nearest(Path(name))) from error
    except IsADirectoryError as error:
        raise _unreadable(name, "this is a folder, not a file", "name a file inside it") from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise _unreadable(name, reason, "check the name and your permissions") from error
    return _decode(data, name)


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all; a reader sees the old content or the new, nothing between.

    The bytes go to a temporary file in the same folder, reach the disk, and take the place of the
    old file, whose permissions are kept. A link is followed; a device or a pipe, which has no old
    content to protect, is written to directly.

    Parameters
    ----------
    path
        Where to write, or ``-`` for standard output.
    data
        The whole content.

    Raises
    ------
    CannotWrite
        If it cannot be written; what was there before is untouched.
    """
    name = os.fspath(path)
    if name == STANDARD_STREAM:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    target = Path(os.path.realpath(name))
    try:
        old_mode = _mode(target, name)
        if old_mode is not None and not stat.S_ISREG(old_mode):
            target.write_bytes(data)
        else:
            _replace(target, data, old_mode)
    except FileNotFoundError as error:
        hint = f"Create the folder first (mkdir -p '{target.parent}') or choose another."
        raise CannotWrite(f"cannot write {name!r}: its folder does not exist", hint=hint) from error
    except OSError as error:
        raise CannotWrite(
            f"cannot write {name!r}: {error.strerror}",
            hint="Choose another place with -o, or write to standard output with -o -.",
        ) from error


def _mode(target: Path, name: str) -> int | None:
    """Kind and permissions of what is there now, None for nothing; refuses what is protected."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise CannotWrite(
            f"cannot write {name!r}: this is a folder",
            hint="Name a file inside it; its suffix picks the format.",
        )
    # Renaming asks the folder alone, and would overwrite a file that its owner has protected.
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise CannotWrite(
            f"cannot write {name!r}: the file is write-protected",
            hint="Choose another name, or make the file writable (chmod u+w).",
        )
    return mode


def _replace(target: Path, data: bytes, old_mode: int | None) -> None:
    temporary = target.with_name(f".qgraph-{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if old_mode is not None:
            temporary.chmod(stat.S_IMODE(old_mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _decode(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        problem = Problem(
            file=name,
            line=before.count(b"\n") + 1,
            column="",
            message=f"not UTF-8 (byte 0x{data[error.start]:02X})",
            hint=_advice(data),
        )
        raise InvalidInput([problem]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _advice(data: bytes) -> str:
    """Say how to save the file again; only UTF-16 can be told from its bytes with certainty."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "this is UTF-16: save it as UTF-8, or iconv -f UTF-16 -t UTF-8 OLD > NEW"
    return (
        "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8'), or iconv -f LATIN1 -t UTF-8 OLD > NEW "
        "(GB18030 instead of LATIN1 for Chinese)"
    )


def _nearest(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return f"The folder '{path.parent}' does not exist either."
    import difflib  # only a missing file needs it

    close = difflib.get_close_matches(path.name, names, n=1)
    if close:
        return f"Did you mean '{path.parent / close[0]}'?"
    return f"Check the name; the folder '{path.parent}' has no file like it."


def _unreadable(name: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput([Problem(file=name, line=0, column="", message=message, hint=hint)])

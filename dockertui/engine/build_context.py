"""A build context: a folder as a tar made while it is sent, as the Docker CLI makes it.

What `.dockerignore` matches stays out. Every member belongs to root, times are whole seconds, links stay links, a file
with two names is sent once, and sockets, which a tar cannot hold, are left out. Source: github.com/moby/go-archive.
"""

from __future__ import annotations

import asyncio
import os
import posixpath
import re
import shlex
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dockertui.engine import dockerignore
from dockertui.engine.dockerignore import Ignored, Matched
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.progress import PIECE, Heard, progress

if TYPE_CHECKING:
    import tarfile  # loaded when a build begins: importing it is slow, and this module is read at every start

SENDING: Final = "Sending"
"""The status of the context's progress messages; their id is `context`."""
_BLOCK: Final = 512


@dataclass(frozen=True, slots=True)
class BuildContext:
    """A folder, absolute and without symbolic links, and the path of the Dockerfile in it.

    notes: warnings to show before anything is sent.
    """

    folder: str
    dockerfile: str
    notes: tuple[str, ...] = ()


def ignored(context: BuildContext) -> Ignored:
    """Return the patterns of what is not sent. Raises EngineError for a `.dockerignore` that is unreadable or
    malformed."""
    path = Path(context.folder, dockerignore.NAME)
    try:
        patterns = dockerignore.read(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except FileNotFoundError:
        patterns = []
    except OSError as error:
        raise _unreadable(str(path), error) from None
    except dockerignore.BadPattern as error:
        raise EngineError(ErrorKind.BAD_REQUEST, str(error)) from None
    return Ignored(patterns, (dockerignore.NAME, context.dockerfile))


async def packed(context: BuildContext, heard: Heard) -> AsyncIterator[bytes]:
    """Yield the tar in pieces and report progress to `heard`. Raises EngineError for a file that cannot be read."""
    for note in context.notes:
        heard({"stream": f"{note}\n"})
    pieces, sent = _gathered(_tar(context)), 0
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
        sent += len(piece)
        heard(progress("context", SENDING, sent, 0))


def _gathered(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Join small parts into pieces worth sending."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _tar(context: BuildContext) -> Iterator[bytes]:
    import tarfile

    first_names: dict[tuple[int, int], str] = {}
    for path, name, found in walk(context.folder, ignored(context)):
        member = _member(path, name, found, first_names)
        yield member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        if member.isreg():
            yield from _contents(path, member.size)
    yield bytes(2 * _BLOCK)


def walk(
    folder: str, ignored: Ignored, below: str = "", above: Matched = ()
) -> Iterator[tuple[str, str, os.stat_result]]:
    """Yield each file sent: its path, its name in the tar, its stat. Raises EngineError."""
    try:
        with os.scandir(posixpath.join(folder, below)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            name = posixpath.join(below, entry.name)
            found = entry.stat(follow_symlinks=False)
            is_folder = stat.S_ISDIR(found.st_mode)
            out, matched = ignored.judge(name, above)
            if not out and not stat.S_ISSOCK(found.st_mode):
                yield entry.path, name, found
            if is_folder and not (out and ignored.is_closed(name)):
                yield from walk(folder, ignored, name, matched)
    except OSError as error:
        raise _unreadable(str(error.filename or posixpath.join(folder, below)), error) from None


_TYPES: Final = {  # ustar's type flags
    stat.S_IFDIR: b"5",
    stat.S_IFLNK: b"2",
    stat.S_IFIFO: b"6",
    stat.S_IFCHR: b"3",
    stat.S_IFBLK: b"4",
}


def _member(path: str, name: str, found: os.stat_result, first_names: dict[tuple[int, int], str]) -> tarfile.TarInfo:
    import tarfile

    member = tarfile.TarInfo(name)
    member.mode, member.mtime = stat.S_IMODE(found.st_mode), found.st_mtime_ns // 1_000_000_000
    member.type = _TYPES.get(stat.S_IFMT(found.st_mode), tarfile.REGTYPE)
    if member.type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        member.devmajor, member.devminor = os.major(found.st_rdev), os.minor(found.st_rdev)
    if member.issym():
        member.linkname = os.readlink(path)
    if member.isreg() and found.st_nlink > 1:
        first = first_names.setdefault((found.st_dev, found.st_ino), name)
        if first != name:
            member.type, member.linkname = tarfile.LNKTYPE, first
    if member.isreg():
        member.size = found.st_size
        if capabilities := _capabilities(path):
            member.pax_headers = {"SCHILY.xattr.security.capability": capabilities}
    return member


def _capabilities(path: str) -> str:
    """Return a file's capabilities (`setcap`) as tarfile writes bytes: the only extended attribute a build sends."""
    try:
        return os.getxattr(path, "security.capability").decode("utf-8", "surrogateescape")
    except (OSError, AttributeError):  # the file has none, or the system knows none
        return ""


def _contents(path: str, size: int) -> Iterator[bytes]:
    """Yield as many bytes of a file as its header says, then zeros up to a whole block. Raises EngineError.

    Bytes appended meanwhile are left out; a file that shrank is an error.
    """
    left = size
    try:
        with open(path, "rb", buffering=0) as file:
            while left and (piece := file.read(min(left, PIECE))):
                left -= len(piece)
                yield piece
    except OSError as error:
        raise _unreadable(path, error) from None
    if left:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} got shorter while it was sent", "build again")
    yield bytes(-size % _BLOCK)


def _unreadable(path: str, error: OSError) -> EngineError:
    return EngineError(
        ErrorKind.BAD_REQUEST,
        f"{path} cannot be read: {error.strerror}",
        f"name it in {dockerignore.NAME}, or let it be read",
    )


def tar_line(context: BuildContext) -> str:
    """Return a shell command that makes the same tar with GNU find and tar; an invalid `.dockerignore` excludes
    nothing."""
    tar = ["tar", "--create", "--directory", context.folder, "--owner=0", "--group=0"]
    try:
        found = ignored(context)
    except EngineError:
        found = Ignored(())
    if not found.patterns:
        return shlex.join([*tar, "."])
    find = ["find", ".", "-regextype", "posix-extended", "-mindepth", "1", *_out(found)]
    closed = [word for name in _open(found) for word in ("!", "-path", f"./{name}")]
    find += ["(", "-type", "d", *closed, "-prune", "-o", "-true", ")", "-o", "-print0"]
    tar += ["--no-recursion", "--null", "--verbatim-files-from", "--files-from=-"]
    return f"(cd {shlex.quote(context.folder)} && {shlex.join(find)}) | {shlex.join(tar)}"


def _out(ignored: Ignored) -> list[str]:
    """Return `find`'s words for what the patterns exclude: each adds to the result of those before it or subtracts."""
    words: list[str] = ["-false"]
    for pattern in ignored.patterns:
        test = ["-regex", rf"\./{pattern.regex}(/.*)?"]
        words = ["(", *words, ")", *(["!"] if pattern.exception else ["-o"]), *test]
    return ["(", *words, ")"]


def _open(ignored: Ignored) -> list[str]:
    """Return the folders to descend into although they are excluded."""
    names = [pattern.text.split("/") for pattern in ignored.patterns if pattern.exception]
    found = sorted({"/".join(parts[:count]) for parts in names for count in range(1, len(parts) + 1)})
    return [re.sub(r"[*?\[\\]", r"\\\g<0>", name) for name in found]

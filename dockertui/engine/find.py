"""List one folder of a running container by an exec of `find`: at once, where an archive reads everything below.

No shell is used, nothing is written, and it runs as root, so that it sees what `docker cp` does. GNU's `find` prints
all that is needed itself; busybox's runs `stat` for it.
"""

from __future__ import annotations

import re
import stat
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, NamedTuple

from dockertui.engine import execs
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.files import FileEntry
from dockertui.engine.multiplex import Channel

_RECORD_LIMIT: Final = 64 * 1024
_COMPLAINT: Final = 4096
"""Bytes kept of its error output."""
_TYPES: Final = {
    b"f": stat.S_IFREG, b"d": stat.S_IFDIR, b"l": stat.S_IFLNK, b"c": stat.S_IFCHR, b"b": stat.S_IFBLK,
    b"p": stat.S_IFIFO, b"s": stat.S_IFSOCK,
}  # fmt: skip
_ENV: Final = ("LC_ALL=C", "QUOTING_STYLE=literal")


class FoundFile(NamedTuple):
    """A file, and the names of its owner and group in the container, "" if the tool does not print them.

    busybox would look each one up in `/etc/passwd`, file by file: twice the time for a large folder.
    """

    entry: FileEntry
    owner: str = ""
    group: str = ""


class Tool(NamedTuple):
    """A way to list a folder: its command, and the parser of its output."""

    name: str
    words: Callable[[str], tuple[str, ...]]
    parser: Callable[[bytes], Parser]


class Parser(ABC):
    """Parses output cut anywhere. The folder itself has the name "": proof that the tool worked."""

    @abstractmethod
    def feed(self, data: bytes) -> list[FoundFile]:
        """Return the files completed by `data`. Raises ValueError for anything but such output."""

    def end(self) -> list[FoundFile]:
        """Return the remaining files at the end of the output."""
        return []


class GnuParser(Parser):
    """A file is a text and a link's target, each ended by a zero byte, which no name contains."""

    def __init__(self, folder: bytes) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[FoundFile]:
        parts = (self._rest + data).split(b"\0")
        whole = len(parts) - 1 & ~1
        self._rest = b"\0".join(parts[whole:])
        if len(self._rest) > _RECORD_LIMIT:
            raise ValueError("a name without end")
        return [_gnu(parts[at], parts[at + 1]) for at in range(0, whole, 2)]


def _gnu(record: bytes, link: bytes) -> FoundFile:
    fields = record.split(b" ", 8)
    if len(fields) < 9:
        raise ValueError(f"no file: {record[:80]!r}")
    kind, mode, uid, gid, owner, group, size, mtime, name = fields
    type_ = _TYPES.get(kind, 0)
    entry = FileEntry(
        _decoded(name), int(mode, 8) | type_, int(uid), int(gid), None if type_ == stat.S_IFDIR else int(size),
        float(mtime), _decoded(link),
    )  # fmt: skip
    return FoundFile(entry, _decoded(owner), _decoded(group))


class BusyboxParser(Parser):
    """One line per file, its path last. A name may contain a newline, but no slash, so never the folder's path."""

    def __init__(self, folder: bytes) -> None:
        self._rest = b""
        self._start = re.compile(
            rb"([0-9a-f]+) (\d+) (\d+) (\d+) (-?\d+) ([0-9a-f]+) ([0-9a-f]+) ('?)" + re.escape(folder)
        )

    def feed(self, data: bytes) -> list[FoundFile]:
        return self._taken(self._rest + data, last=False)

    def end(self) -> list[FoundFile]:
        return self._taken(self._rest, last=True)

    def _taken(self, data: bytes, *, last: bool) -> list[FoundFile]:
        """Return the files in the data; only the start of the next one shows where one ends."""
        found: list[FoundFile] = []
        start, at = self._start.match(data), 0
        while start is not None:
            link = int(start[4]) if stat.S_ISLNK(int(start[1], 16)) else 0
            following = self._next(data, start.end(), link)
            if following is None and not last:
                break
            end = following.start() if following is not None else len(data)
            found.append(self._file(start, data[start.end() : end - 1]))
            start, at = following, end
        self._rest = data[at:]
        if len(self._rest) > _RECORD_LIMIT:
            raise ValueError("a name without end")
        return found

    def _next(self, data: bytes, at: int, link: int) -> re.Match[bytes] | None:
        """Return where the next file starts: after a newline that comes after the bytes of the link's target."""
        newline = data.find(b"\n", at + link)
        while newline >= 0:
            if (found := self._start.match(data, newline + 1)) is not None:
                return found
            newline = data.find(b"\n", newline + 1)
        return None

    def _file(self, start: re.Match[bytes], rest: bytes) -> FoundFile:
        mode, uid, gid, size, mtime, major, minor, quote = start.groups()
        name, link = rest, b""
        mode_bits = int(mode, 16)
        if stat.S_ISLNK(mode_bits):
            rest = rest.removesuffix(quote)
            link = rest[len(rest) - int(size) :]
            name = rest[: len(rest) - int(size)].removesuffix(b"%b -> %b" % (quote, quote))
        entry = FileEntry(
            _decoded(name.lstrip(b"/")), mode_bits, int(uid), int(gid), None if stat.S_ISDIR(mode_bits) else int(size),
            float(mtime), _decoded(link), device=(int(major, 16), int(minor, 16)),
        )  # fmt: skip
        return FoundFile(entry)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _here(folder: str) -> str:
    """Return a path into the folder that also works if it is a link to one."""
    return f"{folder.rstrip('/')}/."


TOOLS: Final[Sequence[Tool]] = (
    Tool(
        "find",
        lambda folder: ("find", _here(folder), "-maxdepth", "1",
                        "-printf", r"%y %m %U %G %u %g %s %T@ %P\0%l\0"),
        GnuParser,
    ),
    Tool(
        "find and stat",
        lambda folder: ("find", _here(folder), "-maxdepth", "1",
                        "-exec", "stat", "-c", "%f %u %g %s %Y %t %T %N", "{}", "+"),
        BusyboxParser,
    ),
)  # fmt: skip


async def listed(engine: Engine, container: str, folder: str, tool: Tool) -> AsyncIterator[list[FoundFile]]:
    """Yield a folder's files as the tool lists them.

    Raises EngineError: UNSUPPORTED if the tool does not work, CONFLICT if it may not read this folder, as root without
    capabilities may not: it is not empty then.
    """
    command = execs.Command(tool.words(folder), tty=False, user="0", env=_ENV)
    exec_id = await execs.create(engine, container, command)
    parser = tool.parser(_here(folder).encode("utf-8", "surrogateescape"))
    understood = entered = False
    complaint = b""
    async with execs.start(engine, exec_id, tty=False) as process:
        while outputs := await process.read():
            data = b"".join([output.data for output in outputs if output.channel is Channel.OUT])
            complaint += b"".join([output.data for output in outputs if output.channel is not Channel.OUT])
            complaint = complaint[:_COMPLAINT]
            found = _fed(parser.feed, data, tool)
            understood = understood or bool(found)
            entered = entered or any(one.entry.name for one in found)
            if found:
                yield found
    found = _fed(lambda _: parser.end(), b"", tool)
    entered = entered or any(one.entry.name for one in found)
    if not entered and b"ermission denied" in complaint:
        raise EngineError(ErrorKind.CONFLICT, _said(complaint))
    if found:
        yield found
    elif not understood:
        raise EngineError(ErrorKind.UNSUPPORTED, _said(complaint) or f"there is no {tool.name} in the container")


def _fed(feed: Callable[[bytes], list[FoundFile]], data: bytes, tool: Tool) -> list[FoundFile]:
    try:
        return feed(data)
    except ValueError:
        said = f"{tool.name} in the container says what is no list of files"
        raise EngineError(ErrorKind.UNSUPPORTED, said) from None


def _said(complaint: bytes) -> str:
    return complaint.decode("utf-8", "replace").strip().partition("\n")[0]

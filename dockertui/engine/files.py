"""A container's file system, by the API's requests for it. All raise EngineError.

No request lists a folder. These exist:

- `GET …/archive` is a tar of everything below a path, mounted volumes included, also of a stopped container. The
  Engine holds the container's lock until the last byte is sent (moby, `daemon/archive_unix.go`): until then `inspect`,
  `stop` and `start` of that container wait.
- `GET …/export` is a tar of the whole file system without its volumes, and locks nothing.
- `HEAD …/archive` describes one known path.
- An exec of `find` in a running container lists one folder at once.
"""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from dockertui.engine import containers
from dockertui.engine.call import Call
from dockertui.engine.client import Engine, Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import instant, number, text
from dockertui.engine.tar_stream import Member, TarError, TarParser
from dockertui.engine.target import segment

_STAT: Final = "X-Docker-Container-Path-Stat"
_PLAIN: Final = {"Accept-Encoding": "identity"}
_MARKS: Final = ("C", "A", "D")
_GO_DEVICE: Final = 1 << 26
_GO_CHARACTER: Final = 1 << 21
_GO_KINDS: Final = (
    (1 << 31, stat.S_IFDIR), (1 << 27, stat.S_IFLNK), (1 << 25, stat.S_IFIFO), (1 << 24, stat.S_IFSOCK)
)  # fmt: skip
"""Bits of Go's `fs.FileMode`, in which the Engine encodes a file's type."""
_GO_SPECIAL: Final = ((1 << 23, stat.S_ISUID), (1 << 22, stat.S_ISGID), (1 << 20, stat.S_ISVTX))


class FileEntry(NamedTuple):
    """A file in a listing.

    `mode` is a `st_mode`; 0 for one only known to have been deleted. `uid` and `gid` are -1 and `size` (in bytes) is
    None if unknown; `mtime` is in epoch seconds. `link` is the target of a symbolic or hard link.
    """

    name: str
    mode: int
    uid: int = -1
    gid: int = -1
    size: int | None = None
    mtime: float = 0.0
    link: str = ""
    hard: bool = False
    device: tuple[int, int] = (0, 0)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)


@dataclass(frozen=True, slots=True)
class PathStat:
    """The reply to `HEAD …/archive`: `target` is where a symbolic link finally leads, "" for anything else."""

    mode: int
    size: int
    mtime: float
    target: str


def _archive(container: str) -> str:
    return f"/containers/{segment(container)}/archive"


async def path_stat(engine: Engine, container: str, path: str) -> PathStat:
    """Return what is at a path. Links on the way are followed, one at its end is not."""
    try:
        reply = await engine.request(Call("HEAD", _archive(container), {"path": path}))
    except EngineError as error:  # the reply to a HEAD has no body, and so no message of the Engine
        if error.kind not in (ErrorKind.NOT_FOUND, ErrorKind.SERVER):
            raise
        why = "" if error.kind is ErrorKind.NOT_FOUND else ": a link that leads in a circle, perhaps"
        raise EngineError(error.kind, f"the Engine finds no {path}{why}", status=error.status) from None
    try:
        told: Any = json.loads(base64.b64decode(reply.headers.get(_STAT, "")))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise EngineError(ErrorKind.PROTOCOL, f"the Engine does not tell what is at {path}")
    mode, size = _mode(number(told, "mode") or 0), number(told, "size") or 0
    target = text(told, "linkTarget") if stat.S_ISLNK(mode) else ""  # Podman gives the path of anything
    return PathStat(mode, size, instant(told, "mtime") or 0.0, target)


def _mode(go: int) -> int:
    """Convert Go's file mode to a `st_mode`."""
    if go & _GO_DEVICE:
        kind = stat.S_IFCHR if go & _GO_CHARACTER else stat.S_IFBLK
    else:
        kind = next((type_ for bit, type_ in _GO_KINDS if go & bit), stat.S_IFREG)
    return kind | go & 0o777 | sum(bit for go_bit, bit in _GO_SPECIAL if go & go_bit)


async def changes(engine: Engine, container: str) -> dict[str, str]:
    """Return the mark of each path that differs from the image, as in `docker diff`: A, C or D."""
    reply = await engine.get(containers.changes(container))
    return {
        text(item, "Path"): _MARKS[kind]
        for item in (reply if isinstance(reply, list) else ())
        if isinstance(item, dict) and (kind := number(item, "Kind") or 0) in range(3)
    }


@asynccontextmanager
async def archive(engine: Engine, container: str, path: str) -> AsyncIterator[Stream]:
    """Open the tar of what is at a path. The container stays locked while it is read: leave it soon."""
    async with engine.stream(Call("GET", _archive(container), {"path": path}, headers=_PLAIN)) as stream:
        yield stream


@asynccontextmanager
async def export(engine: Engine, container: str) -> AsyncIterator[Stream]:
    """Open the tar of the whole file system without volumes; nothing is locked meanwhile."""
    async with engine.stream(Call("GET", f"/containers/{segment(container)}/export", headers=_PLAIN)) as stream:
        yield stream


async def members(stream: Stream) -> AsyncIterator[tuple[list[Member], int]]:
    """Yield the files of a tar as their headers arrive, with the bytes read for them; their data is dropped."""
    async for found, size in _parsed(stream, TarParser()):
        yield [one for one in found if isinstance(one, Member)], size


async def _parsed(stream: Stream, parser: TarParser) -> AsyncIterator[tuple[list[Member | bytes], int]]:
    async for chunk in stream.chunks():
        try:
            found = parser.feed(chunk)
        except TarError as error:
            raise EngineError(ErrorKind.PROTOCOL, f"the archive cannot be read: {error}") from None
        yield found, len(chunk)
    if not parser.ended:
        raise EngineError(ErrorKind.LOST, "the archive was cut off: the Engine ended it too early")


async def read(engine: Engine, container: str, path: str, limit: int) -> AsyncIterator[tuple[FileEntry, bytes]]:
    """Yield the start of a file in pieces as they arrive, `limit` bytes in all; the first piece may be empty.

    Raises EngineError (BAD_REQUEST) for anything but a regular file.
    """
    have = 0
    entry: FileEntry | None = None
    async with archive(engine, container, path) as stream:
        async for found, _ in _parsed(stream, TarParser(data=True)):
            for one in found:
                if isinstance(one, bytes):
                    piece = one[: limit - have]
                elif entry is None:
                    entry, piece = entry_of(one), b""
                else:
                    continue
                if entry is None or not entry.is_file:
                    raise EngineError(ErrorKind.BAD_REQUEST, f"{path} is no file that has a content")
                have += len(piece)
                yield entry, piece
                if have >= limit:
                    return
    if entry is None:
        raise packs_nothing(path)


def packs_nothing(path: str) -> EngineError:
    """Return the error for an empty archive: older Engines send one for names that are not UTF-8."""
    return EngineError(ErrorKind.NOT_FOUND, f"the Engine packs nothing of {path}", "its folder may be downloaded whole")


async def read_whole(engine: Engine, container: str, path: str, limit: int) -> bytes:
    """Return a small file, cut at `limit` bytes."""
    return b"".join([piece async for _, piece in read(engine, container, path, limit)])


def entry_of(member: Member, name: str | None = None) -> FileEntry:
    """Convert a tar's member to a listing's entry. A hard link's size is unknown: its data is at another name."""
    return FileEntry(
        name if name is not None else member.name.rstrip("/").rpartition("/")[2],
        member.mode,
        member.uid,
        member.gid,
        None if member.hard or stat.S_ISDIR(member.mode) else member.size,
        member.mtime,
        member.link,
        member.hard,
        member.device,
    )

"""Files and folders as a tar on its way: packed while it is sent, unpacked while it comes, never whole in memory.

What a container packs is a stranger's: a name that leads out of the folder, a device, a hard link to the outside, or a
file behind one of its own symbolic links is refused. Symbolic links are kept as they are: following them is up to who
reads them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tarfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from dockertui.engine.client import Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.transfer import PIECE, Heard, gathered, progress


async def packed(path: str, heard: Heard) -> AsyncIterator[bytes]:
    """The tar of a file or folder, under its own name. Raises EngineError when it cannot be read."""
    name, sent = os.path.basename(path), 0
    out, into = _pipe()
    packing = asyncio.create_task(asyncio.to_thread(_pack, path, into))
    try:
        while piece := await asyncio.to_thread(os.read, out, PIECE):
            yield piece
            sent += len(piece)
            heard(progress(name, "Reading", sent, 0))
        await packing
    except (OSError, tarfile.TarError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {error}") from None
    finally:
        os.close(out)  # a packing that goes on ends at this
        with suppress(OSError, tarfile.TarError):
            await packing


def _pack(path: str, into: int) -> None:
    with os.fdopen(into, "wb", PIECE) as pipe, tarfile.open(fileobj=pipe, mode="w|", bufsize=PIECE) as tar:
        tar.add(path, arcname=os.path.basename(path))


async def unpack(reply: AbstractAsyncContextManager[Stream], folder: str, heard: Heard) -> Mapping[str, Any]:
    """Unpack a reply into a folder; how many bytes came. Raises EngineError, also when it cannot be written."""
    written = 0
    async with reply as stream:
        out, into = _pipe()
        unpacking = asyncio.create_task(asyncio.to_thread(_unpack, out, folder))
        try:
            with os.fdopen(into, "wb", buffering=0) as pipe:
                async for piece in gathered(stream):
                    with suppress(BrokenPipeError):  # the unpacking failed: it says why
                        await asyncio.to_thread(pipe.write, piece)
                    written += len(piece)
                    heard(progress(os.path.basename(folder), "Writing", written, 0))
        finally:
            failure = (await asyncio.gather(unpacking, return_exceptions=True))[0]
    if isinstance(failure, OSError | tarfile.TarError):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{folder} cannot be written: {failure}") from None
    return {"written": written}


def _pipe() -> tuple[int, int]:
    """A pipe that holds a whole piece, where the system lets it."""
    out, into = os.pipe()
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIECE)
    return out, into


class _Careful:
    """A filter for tarfile; one for each archive."""

    def __init__(self) -> None:
        self._links: set[str] = set()

    def __call__(self, member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
        name = os.path.normpath(member.name)
        if any(parent in self._links for parent in _parents(name)):
            raise tarfile.OutsideDestinationError(member, name)
        if member.issym():
            self._links.add(name)
            return tarfile.tar_filter(member, folder)
        fit = tarfile.data_filter(member, folder)
        # The filter takes write access from group and others, which a copy by the CLI has. What must not come with a
        # stranger's file stays away: a set-user-id or set-group-id bit would be in the name of who copies.
        return fit.replace(mode=member.mode & 0o777, deep=False) if fit is not None else None


def _parents(name: str) -> Iterator[str]:
    while (name := os.path.dirname(name)) not in ("", "/"):
        yield name


def _unpack(out: int, folder: str) -> None:
    with os.fdopen(out, "rb", PIECE) as pipe, tarfile.open(fileobj=pipe, mode="r|", bufsize=PIECE) as tar:
        tar.extractall(folder, filter=_Careful())
        while pipe.read(PIECE):  # the zeros after the end, so that who sends them is not broken off
            pass

"""Send files and folders as a tar and unpack replies, in a stream: never whole in memory."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import tarfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import IO, Any, TypeVar

from dockertui.engine.client import Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.extraction import Extraction, Refused, told
from dockertui.engine.progress import PIECE, Heard, progress
from dockertui.engine.transfer import gathered

T = TypeVar("T")


async def packed(path: str, heard: Heard) -> AsyncIterator[bytes]:
    """Yield the tar of a file or folder, under its own name; sockets are left out, and that is reported.

    Raises EngineError when it cannot be read.
    """
    name, sent = os.path.basename(path), 0
    left_out: list[str] = []
    out, into = _pipe()
    packing = _aside(_pack, path, into)
    try:
        while piece := await asyncio.to_thread(os.read, out, PIECE):
            yield piece
            sent += len(piece)
            heard(progress(name, "Reading", sent, 0))
        left_out = await packing
    except (OSError, tarfile.TarError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {error}") from None
    finally:
        os.close(out)  # ends a packing that is still running
        with suppress(OSError, tarfile.TarError):
            await packing
    if left_out:
        heard({"status": told(left_out)})


def _pack(path: str, into: int) -> list[str]:
    """Write the tar of a path; return what was left out."""
    left_out: list[str] = []
    with os.fdopen(into, "wb", PIECE) as pipe, tarfile.open(fileobj=pipe, mode="w|", bufsize=PIECE) as tar:
        _add(tar, path, os.path.basename(path), left_out)
    return left_out


def _add(tar: tarfile.TarFile, path: str, name: str, left_out: list[str]) -> None:
    """Add a file, or a folder with its contents; a tar cannot hold a socket."""
    if stat.S_ISSOCK(os.lstat(path).st_mode):
        left_out.append(f"{name} (a socket)")
        return
    tar.add(path, arcname=name, recursive=False)
    if stat.S_ISDIR(os.lstat(path).st_mode):
        for entry in sorted(os.listdir(path)):
            _add(tar, os.path.join(path, entry), f"{name}/{entry}", left_out)


async def unpack(reply: AbstractAsyncContextManager[Stream], folder: str, heard: Heard) -> Mapping[str, Any]:
    """Unpack a reply into a folder; return the number of bytes, and a message on members `skipped`.

    Raises EngineError, also when it cannot be written.
    """
    written = 0
    async with reply as stream:
        out, into = _pipe()
        unpacking = _aside(_unpack, out, folder)
        try:
            with os.fdopen(into, "wb", buffering=0) as pipe:
                async for piece in gathered(stream):
                    with suppress(BrokenPipeError):  # the unpacking failed, and its exception says why
                        await asyncio.to_thread(_write_all, pipe, piece)
                    written += len(piece)
                    heard(progress(os.path.basename(folder), "Writing", written, 0))
        finally:
            await asyncio.wait([unpacking])  # a failed connection is raised before the tar error that it causes
            failure = unpacking.exception()
    if failure is not None:
        reason = failure if isinstance(failure, OSError | tarfile.TarError | Refused) else repr(failure)
        raise EngineError(ErrorKind.BAD_REQUEST, f"{folder} cannot be written: {reason}") from failure
    skipped = told(unpacking.result())
    return {"written": written, **({"skipped": skipped} if skipped else {})}


def _aside(work: Callable[..., T], *words: Any) -> asyncio.Future[T]:
    """Run as `asyncio.to_thread` does, in a thread of its own.

    Many waiting in the shared threads for work that also needs those threads would deadlock.
    """
    from concurrent.futures import ThreadPoolExecutor  # imported here: startup does not need it

    own = ThreadPoolExecutor(1)
    try:
        return asyncio.get_running_loop().run_in_executor(own, work, *words)
    finally:
        own.shutdown(wait=False)


def _write_all(pipe: IO[bytes], piece: bytes) -> None:
    """Write a whole piece to an unbuffered file, where signals cut writes short. Raises BrokenPipeError, OSError."""
    rest = memoryview(piece)
    while rest:
        rest = rest[pipe.write(rest) :]


def _pipe() -> tuple[int, int]:
    """Make a pipe that holds a whole piece, if the system allows."""
    out, into = os.pipe()
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIECE)
    return out, into


def _unpack(out: int, folder: str) -> list[str]:
    """Unpack the tar; return what was skipped. Raises Refused, OSError, tarfile.TarError."""
    with os.fdopen(out, "rb", PIECE) as pipe, tarfile.open(fileobj=pipe, mode="r|", bufsize=PIECE) as tar:
        extraction = Extraction(folder)
        try:
            extraction.run(tar)
        finally:
            extraction.close()
        while pipe.read(PIECE):  # the zeros after the end, so that the sender's write does not fail
            pass
    if extraction.skipped and not extraction.count:
        raise Refused(f"there is nothing to copy: {told(extraction.skipped)}")
    return extraction.skipped

"""Transfer files to and from an Engine in pieces: no whole file is ever in memory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, BinaryIO, Final, TypeVar

from dockertui.engine.client import Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.progress import PIECE, Heard, progress
from dockertui.engine.whole_file import WholeFile

_STEP: Final = 4 * PIECE
"""Bytes between two progress reports."""

T = TypeVar("T")


async def pieces(path: str, heard: Heard) -> AsyncIterator[bytes]:
    """Yield the bytes of a file and report progress. Raises EngineError when it cannot be read."""
    name, sent, told = os.path.basename(path), 0, 0
    file: BinaryIO = await _done(path, "read", open, path, "rb")
    try:
        total = os.fstat(file.fileno()).st_size
        while piece := await _done(path, "read", file.read, PIECE):
            yield piece
            sent += len(piece)
            if sent - told >= _STEP or sent == total:
                told = sent
                heard(progress(name, "Reading", sent, total))
    finally:
        file.close()


async def receive(reply: AbstractAsyncContextManager[Stream], path: str, heard: Heard) -> Mapping[str, Any]:
    """Write a reply to a file, which gets its name once complete; return the number of bytes.

    Raises EngineError, also when it cannot be written.
    """
    name, written, told = os.path.basename(path), 0, 0
    async with reply as stream:
        whole = await _done(path, "written", WholeFile, path)
        try:
            async for piece in gathered(stream):
                await _done(path, "written", whole.file.write, piece)
                written += len(piece)
                if written - told >= _STEP:
                    told = written
                    heard(progress(name, "Writing", written, 0))
            await _done(path, "written", whole.keep)
        finally:
            whole.drop()
    return {"written": written}


async def gathered(stream: Stream) -> AsyncIterator[bytes]:
    """Join chunks into pieces worth handing to a thread."""
    parts: list[bytes] = []
    size = 0
    async for chunk in stream.chunks():
        parts.append(chunk)
        size += len(chunk)
        if size >= PIECE:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


async def _done(path: str, what: str, work: Callable[..., T], *words: Any) -> T:
    """Run a file operation in a thread. Raises EngineError when the system refuses."""
    try:
        return await asyncio.to_thread(work, *words)
    except OSError as error:
        raise _failed(path, what, error) from None


def _failed(path: str, what: str, error: OSError) -> EngineError:
    return EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be {what}: {error.strerror}")

"""Files on their way to and from an Engine, in pieces: no whole file is ever in memory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, BinaryIO, Final

from dockertui.engine.client import Stream
from dockertui.engine.errors import EngineError, ErrorKind

PIECE: Final = 1024 * 1024
_STEP: Final = 4 * PIECE
"""Bytes between two tellings of the progress."""

Heard = Callable[[Mapping[str, Any]], None]


async def pieces(path: str, heard: Heard) -> AsyncIterator[bytes]:
    """The bytes of a file, its progress told meanwhile. Raises EngineError when it cannot be read."""
    name, sent, told = os.path.basename(path), 0, 0
    file = await _open(path, "rb", "read")
    try:
        total = os.fstat(file.fileno()).st_size
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
            sent += len(piece)
            if sent - told >= _STEP or sent == total:
                told = sent
                heard(progress(name, "Reading", sent, total))
    finally:
        file.close()


async def receive(reply: AbstractAsyncContextManager[Stream], path: str, heard: Heard) -> Mapping[str, Any]:
    """Write a reply to a file, which has its name once it is complete; how many bytes.

    Raises EngineError, also when it cannot be written.
    """
    name, written, told = os.path.basename(path), 0, 0
    part = f"{path}.part"
    async with reply as stream:
        file = await _open(part, "wb", "written")
        try:
            async for piece in stream.chunks():
                await _write(file, piece, path)
                written += len(piece)
                if written - told >= _STEP:
                    told = written
                    heard(progress(name, "Writing", written, 0))
            await asyncio.to_thread(file.close)
            os.replace(part, path)
        finally:
            file.close()
            with suppress(FileNotFoundError):  # it has its name by now
                os.unlink(part)
    return {"written": written}


async def _write(file: BinaryIO, piece: bytes, path: str) -> None:
    try:
        await asyncio.to_thread(file.write, piece)
    except OSError as error:
        raise _failed(path, "written", error) from None


async def _open(path: str, mode: str, what: str) -> BinaryIO:
    def opened() -> BinaryIO:
        return open(path, mode)  # type: ignore[return-value]

    try:
        return await asyncio.to_thread(opened)
    except OSError as error:
        raise _failed(path, what, error) from None


def _failed(path: str, what: str, error: OSError) -> EngineError:
    return EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be {what}: {error.strerror}")


def progress(name: str, status: str, current: int, total: int) -> dict[str, Any]:
    """As the Engine itself tells the progress of a layer."""
    return {"id": name, "status": status, "progressDetail": {"current": current, "total": total}}

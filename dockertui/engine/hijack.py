"""A process's terminal, or its standard streams, over a hijacked connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.multiplex import Channel, Demultiplexer, FrameError, Output
from dockertui.engine.target import Params
from dockertui.engine.wire import Wire

DETACH_KEYS: Final = "ctrl-@,ctrl-_,ctrl-@,ctrl-_,ctrl-@,ctrl-_"
"""What nobody types. The Engine looks for such keys in all that a terminal is sent, by itself for Ctrl-P Ctrl-Q: it
holds each Ctrl-P back, and ends the session at the second. They cannot be turned off. Of these it holds back Ctrl-@
alone, until the next key."""


class WindowSize(NamedTuple):
    """Of a terminal, in cells."""

    columns: int
    rows: int

    @property
    def params(self) -> Params:
        """The query of a resize call."""
        return {"h": self.rows, "w": self.columns}


class Hijacked:
    """Both directions of a process: a terminal's one stream raw, otherwise frames taken apart.

    It ends when the process closed its side. That alone says neither that the process has ended nor how: ask
    with ``execs.outcome`` or ``attach.outcome``.
    """

    def __init__(self, wire: Wire, *, tty: bool) -> None:
        self.tty = tty
        self._wire = wire
        self._frames = Demultiplexer()

    async def read(self) -> list[Output]:
        """What came since the last call, at least one byte of it; nothing at the end.

        While it is not called, reading stops at the socket and the process waits. Raises EngineError: LOST
        when the connection broke or ended within a frame, PROTOCOL when what came is no frame.
        """
        while data := await self._wire.read():
            if self.tty:
                return [Output(Channel.OUT, data)]
            try:
                found = self._frames.feed(data)
            except FrameError as error:
                raise EngineError(ErrorKind.PROTOCOL, f"the connection is out of step: {error}") from None
            if found:
                return found
        if self._frames.pending:
            raise EngineError(ErrorKind.LOST, "the connection ended in the middle of a frame")
        return []

    async def write(self, data: bytes) -> None:
        """Send to the process's input. Raises EngineError (LOST) after the end."""
        await self._wire.write(data)

    @property
    def can_half_close(self) -> bool:
        """Whether the process can be told that its input has ended while its output is still read."""
        return self._wire.can_write_eof

    def half_close(self) -> None:
        """End the process's input: what Ctrl-D is to `cat`. Raises EngineError (UNSUPPORTED) over TLS."""
        if not self.can_half_close:
            raise EngineError(
                ErrorKind.UNSUPPORTED,
                "a TLS connection cannot end its input alone",
                "end the session instead",
            )
        self._wire.write_eof()


@asynccontextmanager
async def hijack(
    engine: Engine,
    call: Call,
    *,
    tty: bool,
    reading: bool = False,
) -> AsyncIterator[Hijacked]:
    """Send a request and take its connection over; leaving the context ends it. Raises EngineError.

    ``reading``: nothing is sent to a process, so that a read-only Engine allows it.
    """
    async with engine.upgrade(call, reading=reading) as wire:
        yield Hijacked(wire, tty=tty)

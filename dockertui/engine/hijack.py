"""A process's terminal or standard streams over a hijacked connection."""

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
"""A sequence nobody types. The Engine looks for detach keys in all input to a terminal, by default Ctrl-P Ctrl-Q: it
holds each Ctrl-P back, and ends the session at the sequence. They cannot be turned off. With this one it holds back
only Ctrl-@, until the next key."""


class WindowSize(NamedTuple):
    """The size of a terminal, in cells."""

    columns: int
    rows: int

    @property
    def params(self) -> Params:
        """The query of a resize request."""
        return {"h": self.rows, "w": self.columns}


class Hijacked:
    """Both directions of a process: one raw stream with a terminal, else demultiplexed frames.

    It ends when the process closes its side. That alone says neither that the process has ended nor how:
    `execs.outcome` and `attach.outcome` ask.
    """

    def __init__(self, wire: Wire, *, tty: bool) -> None:
        self.tty = tty
        self._wire = wire
        self._frames = Demultiplexer()

    async def read(self) -> list[Output]:
        """Return the output since the last call, at least one byte; an empty list at the end.

        While it is not called, reading stops at the socket and the process waits. Raises EngineError: LOST when the
        connection broke or ended within a frame, PROTOCOL when the bytes received are not a valid frame.
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
        """Whether the process's input can be ended while its output is still read."""
        return self._wire.can_write_eof

    def half_close(self) -> None:
        """End the process's input, as Ctrl-D does for `cat`. Raises EngineError (UNSUPPORTED) over TLS."""
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
    """Send a request and take over its connection; leaving the context closes it. Raises EngineError.

    `reading`: nothing is sent to a process, so a read-only Engine allows it.
    """
    async with engine.upgrade(call, reading=reading) as wire:
        yield Hijacked(wire, tty=tty)

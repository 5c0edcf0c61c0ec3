"""A process for tests: the test supplies its output, and its input is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dockertui.engine.errors import EngineError
from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.engine.multiplex import Channel, Output
from dockertui.terminal.process import Connection, TerminalProcess


class FakeProcess(TerminalProcess):
    """Writes what `says` is given, until `ends` is called."""

    def __init__(self, *, tty: bool = True, output_only: bool = False) -> None:
        super().__init__("c0ffee", "web-1")
        self.tty = tty
        self.output_only = output_only
        self.read = b""
        self.sizes: list[WindowSize] = []
        self.connections = 0
        self.closed = False
        self.refusal: EngineError | None = None
        self.how = Outcome(False, 0)
        self.before: list[Output] = []
        self.waiting: asyncio.Queue[list[Output] | EngineError] = asyncio.Queue()

    def says(self, text: str | bytes, channel: Channel = Channel.OUT) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.waiting.put_nowait([Output(channel, data)])

    def ends(self, outcome: Outcome | EngineError) -> None:
        if isinstance(outcome, Outcome):
            self.how = outcome
            self.waiting.put_nowait([])
        else:
            self.waiting.put_nowait(outcome)

    @property
    def label(self) -> str:
        return "sh"

    @property
    def command_line(self) -> str:
        return "docker exec -it web-1 sh"

    @property
    def takes_input(self) -> bool:
        return not self.output_only

    @asynccontextmanager
    async def connect(self, size: WindowSize) -> AsyncIterator[Connection]:
        self.connections += 1
        if self.refusal is not None:
            raise self.refusal
        yield _FakeConnection(self)

    async def resize(self, size: WindowSize) -> None:
        self.sizes.append(size)

    async def outcome(self) -> Outcome:
        return self.how

    async def earlier(self) -> list[Output]:
        return self.before


class _FakeConnection:
    can_half_close = True

    def __init__(self, process: FakeProcess) -> None:
        self._process = process

    async def read(self) -> list[Output]:
        came = await self._process.waiting.get()
        if isinstance(came, EngineError):
            raise came
        return came

    async def write(self, data: bytes) -> None:
        self._process.read += data

    def half_close(self) -> None:
        self._process.closed = True

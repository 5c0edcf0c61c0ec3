"""A recording played as if a process wrote it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.engine.multiplex import Channel, Output
from dockertui.terminal.process import Connection, TerminalProcess
from dockertui.terminal.recording import Cast

IDLE_MOST: Final = 2.0
"""The longest pause in seconds; longer ones in the recording are shortened."""
_SPEEDS: Final = {b"+": 2.0, b"-": 0.5}


class CastProcess(TerminalProcess):
    """Plays a recording: space pauses, `+` and `-` change the speed."""

    def __init__(self, cast: Cast, on_size: Callable[[WindowSize], None] = lambda size: None) -> None:
        super().__init__("", cast.title)
        self.cast = cast
        self.fixed_size = cast.size
        self.on_size = on_size

    @property
    def label(self) -> str:
        return "recording"

    @asynccontextmanager
    async def connect(self, size: WindowSize) -> AsyncIterator[Connection]:
        yield _Player(self.cast, self.on_size)

    async def resize(self, size: WindowSize) -> None:
        """Do nothing: the size is that of the recording."""

    async def outcome(self) -> Outcome:
        return Outcome(False, 0)


class _Player:
    """The connection of a recording. Data written to it are the keys that control it."""

    can_half_close = False

    def __init__(self, cast: Cast, on_size: Callable[[WindowSize], None]) -> None:
        self._moments = cast.moments()
        self._on_size = on_size
        self._at = 0.0
        self._speed = 1.0
        self._going = asyncio.Event()
        self._going.set()

    async def read(self) -> list[Output]:
        for moment in self._moments:
            wait = min(IDLE_MOST, moment.at - self._at) / self._speed
            self._at = moment.at
            await asyncio.sleep(wait)
            await self._going.wait()
            if moment.size is not None:
                self._on_size(moment.size)
            elif moment.output:
                return [Output(Channel.OUT, moment.output)]
        return []

    async def write(self, data: bytes) -> None:
        if data == b" ":
            (self._going.clear if self._going.is_set() else self._going.set)()
        self._speed = min(64.0, max(1 / 8, self._speed * _SPEEDS.get(data, 1.0)))

    def half_close(self) -> None:
        """Do nothing: a recording takes no input."""

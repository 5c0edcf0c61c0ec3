"""The console of a process in the demo: a terminal's driver with its line editing, or plain streams."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from dockertui.demo.objects import Exec, Outlet

T = TypeVar("T")
OUT, ERR = 1, 2
INTERRUPTED = 130


async def unless(end: Awaitable[object], work: Awaitable[T]) -> T | None:
    """What comes of the work; None, and the work is cancelled, when the end comes before that."""
    running, ending = asyncio.ensure_future(work), asyncio.ensure_future(end)
    try:
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else None
    finally:
        running.cancel()
        ending.cancel()


class ExecConsole:
    """What the process of an exec reads and writes. `typed` is fed with what the client sends."""

    def __init__(self, exec_: Exec, send: Outlet) -> None:
        self._exec = exec_
        self._send = send
        self._buffer = ""
        self._news = asyncio.Event()
        self._interrupt: asyncio.Event | None = None
        self._ended = False
        self._history: list[str] = []

    @property
    def tty(self) -> bool:
        return self._exec.tty

    @property
    def size(self) -> tuple[int, int]:
        return self._exec.size

    def feed(self, data: bytes) -> None:
        """The client sent this; nothing means that it ended its input."""
        self._ended = self._ended or not data
        if self._interrupt is not None and (not data or b"\x03" in data):
            self._interrupt.set()
        else:
            self._buffer += data.decode("utf-8", "replace")
        self._news.set()

    async def write(self, text: str) -> None:
        await self._write(OUT, text)

    async def complain(self, text: str) -> None:
        await self._write(OUT if self.tty else ERR, text)

    async def _write(self, channel: int, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n") if self.tty else text
        await self._send(channel, _encoded(text))

    async def interruptible(self, work: Awaitable[int]) -> int:
        """Do it; on a terminal Ctrl-C ends it, and a client that leaves does, too. What else is typed waits."""
        if not self.tty:
            return await work
        self._interrupt = asyncio.Event()
        try:
            code = await unless(self._interrupt.wait(), work)
        finally:
            self._interrupt = None
        if code is None:
            await self.write("^C\n")
        return INTERRUPTED if code is None else code

    async def readline(self, prompt: str) -> str | None:
        """A line: edited here on a terminal, as it comes otherwise."""
        if not self.tty:
            return await self._plain_line()
        await self.write(prompt)
        return await self._edited_line(prompt)

    async def _plain_line(self) -> str | None:
        while "\n" not in self._buffer and not self._ended:
            await self._more()
        line, end, self._buffer = self._buffer.partition("\n")
        return line if end or line else None

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _edited_line(self, prompt: str) -> str | None:
        line, recalled = "", len(self._history)
        while True:
            while not self._buffer:
                if self._ended:
                    return None
                await self._more()
            key, self._buffer = _key(self._buffer)
            match key:
                case "\r" | "\n":
                    await self.write("\n")
                    if line.strip():
                        self._history.append(line)
                    return line
                case "\x04" if not line:
                    await self.write("exit\n")
                    return None
                case "\x03":
                    await self.write("^C\n")
                    raise InterruptedError
                case "\x0c":
                    await self.write(f"\x1b[H\x1b[2J{prompt}{line}")
                case "\x7f" | "\x08" if line:
                    line = line[:-1]
                    await self.write("\b \b")
                case "\x15" | "\x1b[A" | "\x1b[B" | "\x1bOA" | "\x1bOB":
                    recalled = max(0, min(len(self._history), recalled + {"A": -1, "B": 1}.get(key[-1], 0)))
                    line = (self._history[recalled] if recalled < len(self._history) else "") if key != "\x15" else ""
                    await self.write(f"\r\x1b[K{prompt}{line}")
                case _ if key.isprintable():
                    line += key
                    await self.write(key)


def _encoded(text: str) -> bytes:
    """As UTF-8, but for bytes that a file's name has and that are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _key(typed: str) -> tuple[str, str]:
    """The first key of what was typed, and the rest. A sequence that is cut counts as what it is."""
    if typed[0] != "\x1b" or len(typed) < 2 or typed[1] not in "[O":
        return typed[0], typed[1:]
    end = next((at for at in range(2, len(typed)) if typed[at].isalpha() or typed[at] == "~"), len(typed) - 1)
    return typed[: end + 1], typed[end + 1 :]

"""What the demo's shell knows of processes: `ps`, `kill`, and the two scripts that look for one and signal it."""

import re
from collections.abc import Awaitable
from typing import Protocol

from dockertui.demo.world import processes
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container, Exec

_LISTER = "/proc/[0-9]*"
"""A script that asks which processes there are reads these files, in a loop, which is beyond the shell's language."""
_KILLER = re.compile(r'"\$\{20\}" = (\d+) .*kill -(\w+) (\d+)')
"""One that signals a process first looks whether its start, the 20th word behind its name, is the one it knows."""


class Console(Protocol):
    """Where a process reads and writes."""

    @property
    def tty(self) -> bool:
        """Whether it is a terminal."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""

    async def readline(self, prompt: str) -> str | None:
        """A line, None at the end of the input. Raises InterruptedError for Ctrl-C."""

    async def write(self, text: str) -> None:
        """To standard output."""

    async def complain(self, text: str) -> None:
        """To standard error."""

    async def interruptible(self, work: Awaitable[int]) -> int:
        """Do what Ctrl-C ends."""


class ProcessCommands:
    """The processes of the container that the shell is in."""

    def __init__(self, host: Host, container: Container, exec_: Exec, console: Console) -> None:
        self._host = host
        self._container = container
        self._exec = exec_
        self._console = console

    def script(self, text: str) -> Awaitable[int] | None:
        """The doing of one of the two scripts; None for any other."""
        if _LISTER in text:
            return self._list_stats()
        if match := _KILLER.search(text):
            return self._kill_if_same(int(match[3]), int(match[1]), match[2])
        return None

    async def ps(self, words: list[str]) -> int:
        lines = [f"{one.inside:>7} {one.user:<8} {one.command}" for one in processes.of(self._host, self._container)]
        await self._console.write("\n".join(["    PID USER     COMMAND", *lines, ""]))
        return 0

    async def kill(self, words: list[str]) -> int:
        signal = words.pop(0).removeprefix("-") if words and words[0].startswith("-") else "TERM"
        for word in words:
            if not (word.isdecimal() and processes.signal(self._host, self._container, int(word), signal)):
                await self._console.complain(f"sh: kill: ({word}) - No such process\n")
                return 1
        return 0 if words else 2

    async def _list_stats(self) -> int:
        """/proc/PID/stat of each, and the shell's own PID."""
        stats = [processes.stat_line(self._host, one) for one in processes.of(self._host, self._container)]
        own = f"self {processes.inside_pid(self._container, self._exec)}"
        await self._console.write("\n".join([*stats, own, ""]))
        return 0

    async def _kill_if_same(self, pid: int, started: int, signal: str) -> int:
        found = (one for one in processes.of(self._host, self._container) if one.inside == pid)
        one = next(found, None)
        if one is None or processes.ticks(self._host, one) != started:
            return 3
        return 4 if await self.kill([f"-{signal}", str(pid)]) else 0

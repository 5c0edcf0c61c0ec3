"""What a session is connected to: a new process in a container, or the container's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final, Protocol

from dockertui.engine import attach, execs
from dockertui.engine.client import Engine
from dockertui.engine.execs import Command, Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.engine.multiplex import Output
from dockertui.terminal.shell import find_shell

_SHELLS: Final = frozenset({"ash", "bash", "dash", "fish", "ksh", "sh", "zsh"})
TERMINAL_ENV: Final = ("TERM=xterm-256color", "COLORTERM=truecolor")
"""The environment that describes the terminal: with the Engine's own TERM=xterm there are eight colours."""


async def connected(engine: Engine) -> None:
    """Negotiate with the Engine if that has not happened yet: the lists may be shown before."""
    if engine.version is None:
        await engine.open()


class Connection(Protocol):
    """Both directions of a process, as `engine.hijack.Hijacked` has them."""

    @property
    def can_half_close(self) -> bool:
        """Whether the input can be closed alone."""

    async def read(self) -> list[Output]:
        """Return the output received; empty at the end."""

    async def write(self, data: bytes) -> None:
        """Send to the process's input."""

    def half_close(self) -> None:
        """Close the process's input."""


class TerminalProcess(ABC):
    """A process to connect to, any number of times one after another. Methods raise EngineError."""

    fixed_size: WindowSize | None = None
    """The size of its screen, independent of the pane's; None if it follows the pane."""
    is_shell = False
    """Whether it is a shell, which its user ends when done with it."""
    tty_known = True
    """Whether `tty` is known. Until then input must wait, since it is sent differently with and without a TTY."""

    def __init__(self, container: str, container_name: str) -> None:
        self.container = container
        self.container_name = container_name
        self.tty = True

    @property
    @abstractmethod
    def label(self) -> str:
        """A few words for it: "bash", "attach"."""

    @property
    def takes_input(self) -> bool:
        """Whether it takes input."""
        return True

    @abstractmethod
    def connect(self, size: WindowSize) -> AbstractAsyncContextManager[Connection]:
        """Start the process or attach to it. From then on `tty` is right, and `tty_known` set."""

    @abstractmethod
    async def resize(self, size: WindowSize) -> None:
        """Set the size of its terminal."""

    @abstractmethod
    async def outcome(self) -> Outcome:
        """Return how it ended."""

    async def earlier(self) -> list[Output]:
        """Return its output from before the connection."""
        return []


class ExecProcess(TerminalProcess):
    """A new process by exec. Without a command the container's best shell is found."""

    def __init__(self, engine: Engine, container: str, container_name: str, command: Command) -> None:
        super().__init__(container, container_name)
        self.engine = engine
        self.command = command
        self.tty = command.tty
        self.is_shell = not command.words or (len(command.words) == 1 and self.label in _SHELLS)
        self._exec_id = ""

    @property
    def label(self) -> str:
        return self.command.words[0].rpartition("/")[2] if self.command.words else "shell"

    @asynccontextmanager
    async def connect(self, size: WindowSize) -> AsyncIterator[Connection]:
        await connected(self.engine)
        if not self.command.words:
            shell = await find_shell(self.engine, self.container, self.command.user)
            self.command = replace(self.command, words=(shell,))
        command = self.command
        if command.tty:
            command = replace(command, env=(*TERMINAL_ENV, *command.env))
        self._exec_id = await execs.create(self.engine, self.container, command, size)
        async with execs.start(self.engine, self._exec_id, tty=self.tty) as connection:
            yield connection

    async def resize(self, size: WindowSize) -> None:
        await execs.resize(self.engine, self._exec_id, size)

    async def outcome(self) -> Outcome:
        return await execs.outcome(self.engine, self._exec_id)


class AttachedProcess(TerminalProcess):
    """The container's own process; `output_only` attaches its output only."""

    tty_known = False

    def __init__(self, engine: Engine, container: str, container_name: str, *, output_only: bool = False) -> None:
        super().__init__(container, container_name)
        self.engine = engine
        self.output_only = output_only
        self._fresh = True

    @property
    def label(self) -> str:
        return "watch" if self.output_only else "attach"

    @property
    def takes_input(self) -> bool:
        return not self.output_only

    @asynccontextmanager
    async def connect(self, size: WindowSize) -> AsyncIterator[Connection]:
        await connected(self.engine)
        self._fresh = True
        self.tty = await attach.has_tty(self.engine, self.container)
        self.tty_known = True
        connecting = attach.attach(self.engine, self.container, tty=self.tty, stdin=not self.output_only)
        async with connecting as connection:
            yield connection

    async def resize(self, size: WindowSize) -> None:
        if self.output_only:
            return  # a mere viewer leaves the size to those who work there
        if self._fresh:  # a prompt is repainted only for a changed size, as the Docker CLI knows
            self._fresh = False
            await attach.resize(self.engine, self.container, WindowSize(size.columns + 1, size.rows + 1))
        await attach.resize(self.engine, self.container, size)

    async def outcome(self) -> Outcome:
        return await attach.outcome(self.engine, self.container)

    async def earlier(self) -> list[Output]:
        return await attach.recent(self.engine, self.container, tty=self.tty)

    async def interrupt(self) -> None:
        """Send it SIGINT, as Ctrl-C in `docker attach` does if the container has no terminal."""
        await attach.signal(self.engine, self.container, "INT")

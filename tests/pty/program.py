"""A real program in a real pty, with a terminal (pyte) that shows what a user would see."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

from tests.pty.process import PATIENCE, PtyProcess

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$[a-z]|\x1bP[^\x1b]*\x1b\\")
"""What pyte would print instead of ignoring: kitty keyboard sequences, mode queries, device control strings."""

_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|P[^\x1b]*)?$")
"""The beginning of such a sequence at the end of a piece of output."""

ALTERNATE = 1049
"""The mode of the alternate screen, which keeps the main one; pyte has only one."""


class _Screen(pyte.Screen):
    """A screen that answers queries as a terminal does (cursor position, device attributes), with an alternate one."""

    def __init__(self, columns: int, lines: int, answer: Callable[[bytes], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer
        self._below: Any = None

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        if ALTERNATE in modes and kwargs.get("private"):
            self.save_cursor()
            self._below = copy.deepcopy(self.buffer)
            self.erase_in_display(2)
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if ALTERNATE in modes and kwargs.get("private") and self._below is not None:
            self.buffer = self._below
            self.restore_cursor()

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())


class Program(PtyProcess):
    """A program and the screen it draws: type, wait for output, look."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._screen = _Screen(*size, self.write)
        self._stream = pyte.ByteStream(self._screen)
        self._held_back = b""
        super().__init__(argv, size=size, env=env, cwd=cwd)

    def take(self, data: bytes) -> None:
        """Show the output; an incomplete escape sequence is kept until its rest arrives."""
        data = self._held_back + data
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        self._held_back = data[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:end]))

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the kernel notifies the program."""
        with self.news:
            self._screen.resize(rows, columns)
        super().resize(columns, rows)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen."""
        with self.news:
            return list(self._screen.display)

    @property
    def text(self) -> str:
        """The whole screen, without the blanks at the ends of rows."""
        return "\n".join(line.rstrip() for line in self.lines)

    def wait_for(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> float:
        """Wait until the screen contains a text, or satisfies a condition; return when it did.

        Raises AssertionError with the screen after `patience` seconds.
        """
        holds = wanted if callable(wanted) else lambda screen: wanted in screen
        deadline = time.monotonic() + patience
        with self.news:
            while not holds(self.text):
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    state = "the program ended" if self.ended else f"not in {patience:.0f} s"
                    raise AssertionError(f"{wanted!r} never appeared ({state}). The screen:\n{self.text}")
                self.news.wait(left)
            return self.reads[-1].at if self.reads else time.monotonic()

    def wait_until_gone(self, text: str, patience: float = PATIENCE) -> float:
        """Wait until the screen no longer contains a text; return when it did not."""
        return self.wait_for(lambda screen: text not in screen, patience)

"""A terminal in memory for the tests of `output`: a Textual driver with its bytes interpreted by pyte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pyte
from pyte.screens import Char
from textual import events
from textual.driver import Driver
from textual.geometry import Size


class Terminal:
    """The screen that a user would see, and the bytes that made it.

    answers: called for each cursor report requested, with the row and column counted from 1.
    """

    def __init__(self, width: int, height: int, answers: Callable[[int, int], None] | None = None) -> None:
        self.screen = pyte.Screen(width, height)
        setattr(self.screen, "write_process_input", self._reply)  # noqa: B010 - pyte means it to be replaced
        self._stream = pyte.Stream(self.screen)
        self.answers = answers
        self.writes: list[str] = []
        self.driver: TerminalDriver

    def write(self, data: str) -> None:
        self.writes.append(data)
        self._stream.feed(data)

    def take(self) -> str:
        """Return everything written since the last call."""
        data = "".join(self.writes)
        self.writes.clear()
        return data

    def lines(self) -> list[str]:
        return list(self.screen.display)

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Return the visible attributes of each cell: a space's foreground, for one, is invisible."""
        screen = self.screen
        return [[visible(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(height, width)
        # Terminals differ in what they keep of the old screen; this one keeps nothing that is right.
        for y in range(height):
            for x in range(width):
                self.screen.buffer[y][x] = Char("?")
        self.driver.send_size(width, height)

    def _reply(self, data: str) -> None:
        if self.answers is not None and data.endswith("R"):
            row, column = data[2:-1].split(";")
            self.answers(int(row), int(column))


def visible(char: Char) -> tuple[object, ...]:
    if char.data == " " and not (char.reverse or char.underscore or char.strikethrough):
        return (" ", char.bg)
    return (
        char.data,
        char.fg,
        char.bg,
        char.bold,
        char.italics,
        char.underscore,
        char.strikethrough,
        char.reverse,
        char.blink,
    )


class TerminalDriver(Driver):
    """A driver that writes to a `Terminal`; see `driver_for`."""

    terminal: Terminal

    def write(self, data: str) -> None:
        self.terminal.write(data)

    def start_application_mode(self) -> None:
        self.terminal.driver = self
        self.write("\x1b[?7l\x1b[?25l")
        self.send_size(self.terminal.screen.columns, self.terminal.screen.lines)

    def stop_application_mode(self) -> None:
        self.write("\x1b[?25h")

    def disable_input(self) -> None:
        pass

    @property
    def can_suspend(self) -> bool:
        return True

    def send_size(self, width: int, height: int) -> None:
        size = Size(width, height)
        self.send_message(events.Resize(size, size))

    def report_cursor(self, row: int, column: int) -> None:
        """Post the event that Textual's parser makes of a cursor report."""
        self.process_message(events.CursorPosition(column - 1, row - 1))


def driver_for(terminal: Terminal) -> type[TerminalDriver]:
    return type("DriverForTest", (TerminalDriver,), {"terminal": terminal})


async def settle(pilot: Any) -> None:
    """Wait until no painting is pending."""
    for _ in range(3):
        await pilot.pause()
        await asyncio.sleep(1 / 60)
    await pilot.pause()

"""Reset a terminal after a program that could not do it itself."""

from __future__ import annotations

from typing import Final

from dockertui.terminal.emulator import Emulator

_MODES_OFF: Final = (
    b"\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;2026l\x1b[?1;6l\x1b>\x1b[<99u\x1b[>4m\x1b[4l"
    b"\x1b[?7;25h\x1b[r\x1b[0m\x1b[0 q\x1b(B\x0f"
)
"""Turns off what a killed program leaves turned on: mouse, keys, margins, colours."""


def resetting(emulator: Emulator) -> bytes:
    """Return what resets the terminal, and puts the cursor on a new line below the content."""
    emulator.scroll_to(emulator.total)
    if emulator.alternate_screen:
        emulator.feed(b"\x1b[?1049l")  # without an alternate screen it would move the cursor
    cursor = emulator.cursor
    below = f"\x1b[{cursor.y + 1}H\r\n" if cursor is not None else "\r\n"
    return _MODES_OFF + below.encode()

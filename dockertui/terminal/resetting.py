"""Putting a terminal back in order after a program that could not."""

from __future__ import annotations

from typing import Final

from dockertui.terminal.emulator import Emulator

_MODES_OFF: Final = (
    b"\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;2026l\x1b[?1;6l\x1b>\x1b[<99u\x1b[>4m\x1b[4l"
    b"\x1b[?7;25h\x1b[r\x1b[0m\x1b[0 q\x1b(B\x0f"
)
"""What a program that was killed leaves turned on: mouse, keys, margins, colours."""


def resetting(emulator: Emulator) -> bytes:
    """What puts the terminal back in order, and the cursor on a line of its own below what there is."""
    emulator.scroll_to(emulator.total)
    if emulator.alternate_screen:
        emulator.feed(b"\x1b[?1049l")  # where there is none it would move the cursor
    cursor = emulator.cursor
    below = f"\x1b[{cursor.y + 1}H\r\n" if cursor is not None else "\r\n"
    return _MODES_OFF + below.encode()

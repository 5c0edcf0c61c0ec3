"""The real terminal connected to a session: bytes pass unchanged until the leader is typed.

The session keeps feeding its emulator meanwhile, so that the pane shows afterwards what was done. Queries of the
container are answered by the real terminal, not by the emulator.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import termios
import tty
from typing import Any, Final

from dockertui.engine.hijack import WindowSize
from dockertui.terminal.emulator import (
    APPLICATION_CURSOR,
    BRACKETED_PASTE,
    FOCUS_REPORTS,
    MOUSE_ANY,
    MOUSE_BUTTON,
    MOUSE_NORMAL,
    MOUSE_SGR,
)
from dockertui.terminal.keys import CTRL, encode, keystroke
from dockertui.terminal.session import TerminalSession

_CHUNK: Final = 64 * 1024
_CARRIED: Final = (APPLICATION_CURSOR, BRACKETED_PASTE, FOCUS_REPORTS, MOUSE_NORMAL, MOUSE_BUTTON, MOUSE_ANY, MOUSE_SGR)
"""Modes that the container has set and the real terminal must take on."""
_PLAIN: Final = (
    b"\x1b[?1049l\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;2026l\x1b[?1l\x1b>\x1b[<99u\x1b[>4m"
    b"\x1b[?7h\x1b[?25h\x1b[r\x1b[0m\x1b[0 q"
)
"""Resets the real terminal to what the program expects, whatever the container set."""
_OWN_LEADER: Final = b"\x1d"


class HandOver:
    """Hands the real terminal over to a session, once. The program must have released the terminal before."""

    def __init__(self, session: TerminalSession, leader: str, input: int = 0, output: int = 1) -> None:
        self._session = session
        self._input, self._output = input, output
        key = keystroke(leader, None)
        self._leader = encode(key) if key.modifiers & CTRL else _OWN_LEADER
        self._led = False
        self._done = asyncio.Event()
        self._name = leader.replace("right_square_bracket", "]")

    async def run(self) -> None:
        """Run until the session ends, or the user wants the program back."""
        loop = asyncio.get_running_loop()
        before = termios.tcgetattr(self._input)
        kept = self._session.size
        sink, self._session.sink = self._session.sink, self._write
        ends = [asyncio.ensure_future(self._done.wait()), asyncio.ensure_future(self._session.ended())]
        try:
            tty.setraw(self._input)
            self._write(self._greeting())
            self._take_size()
            loop.add_signal_handler(signal.SIGWINCH, self._take_size)
            loop.add_signal_handler(signal.SIGTSTP, self._suspend, before)
            loop.add_reader(self._input, self._typed)
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            loop.remove_reader(self._input)
            loop.remove_signal_handler(signal.SIGWINCH)
            loop.remove_signal_handler(signal.SIGTSTP)
            self._session.sink = sink
            self._write(_PLAIN + b"\r\n")
            termios.tcsetattr(self._input, termios.TCSADRAIN, before)
            self._session.resize(kept)

    def _suspend(self, before: list[Any]) -> None:
        """Stop the process on SIGTSTP, with the terminal restored until it continues."""
        loop = asyncio.get_running_loop()
        self._write(_PLAIN + b"\r\n")
        termios.tcsetattr(self._input, termios.TCSADRAIN, before)
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, self._suspend, before)
        tty.setraw(self._input)
        self._write(self._greeting())
        self._take_size()

    def _greeting(self) -> bytes:
        """Return a clear screen, the session's content, and the modes that its container has set."""
        emulator = self._session.emulator
        notice = f"\x1b[H\x1b[2J\x1b[7m {self._session.caption} · {self._name} o: back to dockertui \x1b[0m\r\n"
        notice = "".join(char for char in notice if char.isprintable() or char in "\x1b\r\n")
        modes = "".join(f"\x1b[?{mode}h" for mode in _CARRIED if emulator.mode(mode))
        if emulator.alternate_screen:
            return f"\x1b[?1049h{modes}".encode()
        shown = [line for line in emulator.lines(emulator.total - emulator.rows, emulator.total) if line]
        text = "\r\n".join("".join(char if char.isprintable() else " " for char in line) for line in shown)
        cursor = emulator.cursor
        column = f"\r\x1b[{cursor.x}C" if cursor is not None and cursor.x else ""
        return f"{notice}{text}{column}{modes}".encode(errors="replace")

    def _take_size(self) -> None:
        """Send the container the real terminal's size; always as a change, so that a program redraws its screen."""
        columns, rows = os.get_terminal_size(self._output)
        if self._session.size == (columns, rows):
            self._session.resize(WindowSize(columns, rows - 1))
        self._session.resize(WindowSize(columns, rows))

    def _typed(self) -> None:
        if not select.select([self._input], [], [], 0)[0]:
            return  # a shell took it while the program was stopped: reading would wait for the next key
        data = os.read(self._input, _CHUNK)
        if not data:
            self._done.set()
            return
        while data:
            if self._led:
                self._follow(data[:1])
                data = data[1:]
                continue
            text, leader, data = data.partition(self._leader)
            self._led = bool(leader)
            if text:
                self._session.type(text)

    def _follow(self, byte: bytes) -> None:
        """Handle the byte after the leader: the leader itself is sent, any other returns to the program."""
        self._led = False
        if byte == self._leader:
            self._session.type(byte)
        else:
            self._done.set()

    def _write(self, data: bytes) -> None:
        """Write to the real terminal, waiting when that is slow; so does the container."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._output, view) :]
            except BlockingIOError:
                continue
            except OSError:
                self._done.set()
                return

"""Exit when the system ends the program, or the session is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Final

PATIENCE: Final = 5
"""Seconds for an orderly exit."""
_ENDING: Final = ("SIGTERM", "SIGINT", "SIGQUIT")


def leave_on_signals(leave: Callable[[int], None], restore: Callable[[], None] = lambda: None) -> None:
    """Call `leave` with the exit code, in the running loop, on SIGTERM, SIGINT, SIGQUIT, and SIGHUP (lost terminal).

    Otherwise these signals leave the terminal in the alternate screen with its mouse captured; and after a lost SSH
    session the program stays forever, blocked on its terminal, and goes on sending requests to the Engine.

    If the program has not ended after `PATIENCE` seconds, `restore` resets the terminal and the process exits. The
    handlers take no lock: the program may have been interrupted while holding that very lock.
    """
    loop = asyncio.get_running_loop()

    def ends(number: int, _: object) -> None:
        signal.signal(signal.SIGALRM, lambda *_: gives_up(number))
        signal.alarm(PATIENCE)
        with suppress(RuntimeError):  # the loop has ended already: the rest gets the same time
            loop.call_soon_threadsafe(leave, 128 + number)

    def gives_up(number: int) -> None:
        restore()
        os._exit(128 + number)

    def hung_up(number: int, _: object) -> None:
        _forget_terminal()
        ends(number, None)  # a write may have failed before the signal came: then only the alarm ends the program

    if not hasattr(signal, "SIGALRM"):  # Windows
        signal.signal(signal.SIGTERM, lambda number, _: loop.call_soon_threadsafe(leave, 128 + number) and None)
        return
    for name in _ENDING:
        signal.signal(getattr(signal, name), ends)
    signal.signal(signal.SIGHUP, hung_up)


def _forget_terminal() -> None:
    """Replace the lost terminal by /dev/null.

    Writing to it fails, which ends Textual's writing thread; whoever waits for that thread then waits forever. The
    kernel sends SIGCONT after SIGHUP, which would set up the terminal once more.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    signal.signal(signal.SIGCONT, signal.SIG_IGN)

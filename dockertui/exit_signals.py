"""How the program leaves when it is not its user who ends it: by the system, or by a lost session."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Final

PATIENCE: Final = 5
"""Seconds in which an orderly end must have come about."""
_ENDING: Final = ("SIGTERM", "SIGINT", "SIGQUIT")


def leave_on_signals(leave: Callable[[int], None], restore: Callable[[], None] = lambda: None) -> None:
    """Call `leave` with the exit code, in the running loop, when the system ends the program (SIGTERM, SIGINT, SIGQUIT)
    or its terminal goes away (SIGHUP).

    Without this, they leave the terminal in the alternate screen with its mouse captured; and of a lost SSH session
    a program stays behind for ever, blocked on its terminal, that goes on asking the Engine.

    What does not end by that is ended after a while, when `restore` has put the terminal in order. The handlers take
    no lock: the program may have been interrupted while it held that very lock.
    """
    loop = asyncio.get_running_loop()

    def ends(number: int, _: object) -> None:
        signal.signal(signal.SIGALRM, lambda *_: gives_up(number))
        signal.alarm(PATIENCE)
        with suppress(RuntimeError):  # the loop has ended already: the rest has as long as that
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
    """Put /dev/null in the place of the terminal that is gone.

    Writing to it fails, which ends Textual's writing thread; whoever waits for that to take more then waits
    for ever. The kernel sends SIGCONT behind SIGHUP, at which the terminal would be set up once more.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    signal.signal(signal.SIGCONT, signal.SIG_IGN)

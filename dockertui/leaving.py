"""How the program leaves when it is not its user who ends it: by the system, or by a lost session."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

PATIENCE = 5.0
"""Seconds after a hang-up in which an orderly end must have come about."""


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave` with the exit code, in the running loop, on SIGTERM and when the terminal goes away
    (SIGHUP).

    Without this, SIGTERM leaves the terminal in the alternate screen with its mouse captured; and of a lost
    SSH session a program stays behind for ever, blocked on its terminal, that goes on asking the Engine.
    """
    loop = asyncio.get_running_loop()

    def terminated(number: int, _: object) -> None:
        loop.call_soon_threadsafe(leave, 128 + number)

    def hung_up(number: int, _: object) -> None:
        _forget_terminal()
        # A write may have failed before the signal came. Then only this ends the program.
        watchdog = threading.Timer(PATIENCE, os._exit, [128 + number])
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(leave, 128 + number)

    signal.signal(signal.SIGTERM, terminated)
    if hasattr(signal, "SIGHUP"):  # Windows has none
        signal.signal(signal.SIGHUP, hung_up)


def _forget_terminal() -> None:
    """Put /dev/null in the place of the terminal that is gone.

    Writing to it fails, which ends Textual's writing thread; whoever waits for that to take more then waits
    for ever. The kernel sends SIGCONT behind SIGHUP, at which Textual would set the terminal up once more.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    signal.signal(signal.SIGCONT, signal.SIG_IGN)

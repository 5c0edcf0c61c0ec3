"""The terminal driver: restores everything it changed when the program stops, ends or fails.

Textual's driver works inside signal handlers, wherever the program was interrupted. If that was while a queue's lock
was held, the handler waited for the lock forever. Here the event loop is notified and does the work.
"""

from __future__ import annotations

import asyncio
import os
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from textual.drivers.linux_driver import LinuxDriver

RESTORING: Final = (
    "\x18"  # ends a partly written sequence
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b[?2004l\x1b[?2048l\x1b[<u\x1b[?7h\x1b[0m\x1b[r\x1b[?1049l\x1b[?25h"
)
"""Puts a terminal into the state a shell expects, whatever the program was doing."""


def unblocked(terminal: int) -> int:
    """Return a file descriptor of our own for this terminal whose `read` never blocks; the same one if that fails.

    A program stopped between learning that input is ready and reading it finds nothing when it continues. The
    descriptor it was given is shared with the shell, which expects blocking reads.
    """
    if os.isatty(terminal):
        for name in (os.ttyname, lambda _: "/dev/tty"):
            with suppress(OSError):
                return os.open(name(terminal), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    return terminal


class TerminalDriver(LinuxDriver):
    """Textual's driver, with stopping and continuing done in the event loop."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fileno = unblocked(self.fileno)
        self._handle_signals()

    @property
    def active(self) -> bool:
        """Whether the program has the terminal: something written would reach it."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        """Write while a writer thread is running: a queue that nobody empties blocks in the end."""
        if self.active:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read input; start again if a shell took the input while the program was stopped."""
        while True:
            with suppress(BlockingIOError):
                return super().run_input_thread()

    # signals

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self.suspend_process)
        loop.add_signal_handler(signal.SIGCONT, self._continued)

    def _unhandle_signals(self) -> None:
        """Restore the default action of these signals: stop and continue."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTSTP, signal.SIGCONT):
            loop.remove_signal_handler(number)

    def suspend_process(self, *, group: bool = False) -> None:
        """Give the terminal back, stop until the process is continued, and take the terminal again.

        `group`: stop the whole process group, with a parent that waits for the program, as `make` does; otherwise a
        shell would not notice. Where nothing could continue it, the system does not stop a process.
        """
        if self.active:
            self.suspend_application_mode()
        self._unhandle_signals()
        os.kill(0 if group else os.getpid(), signal.SIGTSTP)
        self._handle_signals()
        self._take_terminal()

    def _continued(self) -> None:
        """Handle SIGCONT after a foreign stop: set up the terminal again, since its state is unknown."""
        if self.active:
            self.suspend_application_mode()
        self._take_terminal()

    def _take_terminal(self) -> None:
        self._must_signal_resume = True
        self.resume_application_mode()

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """Leave the signals to another program that has the terminal, and stops and continues by itself."""
        self._unhandle_signals()
        try:
            with super().no_automatic_restart():
                yield
        finally:
            self._handle_signals()

    # modes

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)
        if callable(resized):
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, resized, signal.SIGWINCH, None)

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        # The terminal may have answered so late that these were set while everything else was unset.
        self.write("\x1b[?1016l\x1b[?2048l")
        self._in_band_window_resize = False

    def _disable_mouse_support(self) -> None:
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
            self._mouse_pixels = False
        super()._disable_mouse_support()

    def restore(self) -> None:
        """Restore the terminal at once, without anything that could block: for a program that ends abnormally."""
        if not self.active or self._file is None:
            return
        with suppress(OSError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            output = self._file.fileno()
            blocking = os.get_blocking(output)
            os.set_blocking(output, False)
            try:
                os.write(output, RESTORING.encode())
            finally:
                os.set_blocking(output, blocking)

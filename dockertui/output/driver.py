"""How the program holds the user's terminal: everything it changes there is as before when it stops, ends or fails.

Textual's driver does its work in the handlers of signals, wherever the program was interrupted. Where that was inside
of a queue's lock, the handler waited for the lock for ever. Here the event loop is told, and it does the work.
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
    "\x18"  # ends a sequence of which only a part was written
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b[?2004l\x1b[?2048l\x1b[<u\x1b[?7h\x1b[0m\x1b[r\x1b[?1049l\x1b[?25h"
)
"""What leaves a terminal as a shell expects it, whatever the program was doing."""


def unblocked(terminal: int) -> int:
    """A file of our own on this terminal, whose `read` never waits; the same one where that cannot be.

    A program that is stopped between learning that there is something to read and reading it finds nothing when it goes
    on. The file that it was given is shared with the shell, which expects that reading from it does wait.
    """
    if os.isatty(terminal):
        for name in (os.ttyname, lambda _: "/dev/tty"):
            with suppress(OSError):
                return os.open(name(terminal), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    return terminal


class TerminalDriver(LinuxDriver):
    """Textual's driver, which stops and goes on in the event loop."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fileno = unblocked(self.fileno)
        self._heed()

    @property
    def active(self) -> bool:
        """Whether the program has the terminal: something written would get there."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        """Write, while there is somebody who does: what is put into a queue that nobody empties blocks in the end."""
        if self.active:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read what is typed, and go on where it was taken by a shell that had stopped the program meanwhile."""
        while True:
            with suppress(BlockingIOError):
                return super().run_input_thread()

    # signals

    def _heed(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self.stand_still)
        loop.add_signal_handler(signal.SIGCONT, self._continued)

    def _ignore(self) -> None:
        """Have the system do with these signals what it does: stop, and go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTSTP, signal.SIGCONT):
            loop.remove_signal_handler(number)

    def stand_still(self, *, group: bool = False) -> None:
        """Give the terminal back, stop until somebody continues the process, and take it again.

        `group`: together with whoever started the program and waits for it, as `make` does; a shell would else not
        know of it. Where nobody could continue it, the system does not stop a process.
        """
        if self.active:
            self.suspend_application_mode()
        self._ignore()
        os.kill(0 if group else os.getpid(), signal.SIGTSTP)
        self._heed()
        self._take_terminal()

    def _continued(self) -> None:
        """Somebody stopped the process and continued it: what is left of the terminal's state nobody knows."""
        if self.active:
            self.suspend_application_mode()
        self._take_terminal()

    def _take_terminal(self) -> None:
        self._must_signal_resume = True
        self.resume_application_mode()

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """Another program has the terminal, and stops and goes on by itself."""
        self._ignore()
        try:
            with super().no_automatic_restart():
                yield
        finally:
            self._heed()

    # modes

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)
        if callable(resized):
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, resized, signal.SIGWINCH, None)

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        # The terminal may have answered so late that these were set while all else was unset.
        self.write("\x1b[?1016l\x1b[?2048l")
        self._in_band_window_resize = False

    def _disable_mouse_support(self) -> None:
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
            self._mouse_pixels = False
        super()._disable_mouse_support()

    def restore(self) -> None:
        """Leave the terminal as it was, at once, by nothing that could wait: for a program that ends without order."""
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

"""A program in a pty of its own: its input, its output with times, its resource usage."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

PATIENCE = 60.0
"""Seconds until an expected event counts as missing: an order of magnitude above what it takes."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "insert": "\x1b[2~",
    "f1": "\x1bOP",
    "f5": "\x1b[15~",
}

TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Read(NamedTuple):
    """A piece of output: when it arrived (monotonic seconds), and its size in bytes."""

    at: float
    size: int


class PtyProcess(ABC):
    """A program started in a pty of `size` (columns, rows); a context manager that ends it.

    A thread reads the output as it arrives, and passes it to `take`. Times are of `time.monotonic()`.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        self.news = threading.Condition()
        self.reads: list[Read] = []
        self.ended = False
        self._hung_up = False
        self._set_size(*size)
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**(os.environ if env is None else env), **TERMINAL},
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # or no SIGWINCH would come
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def take(self, data: bytes) -> None:
        """Handle a piece of output. Called in the reading thread with `news` held."""

    # input

    def press(self, *keys: str) -> float:
        """Press keys in order, by name or as characters: `press("down", "/", "ctrl+k")`; return the time."""
        now = time.monotonic()
        for key in keys:
            self.write(_bytes_of(key))
        return now

    def type(self, text: str) -> float:
        """Type a text as it is; return the time."""
        now = time.monotonic()
        self.write(text.encode())
        return now

    def write(self, data: bytes) -> None:
        """Send bytes to the program, as its terminal does."""
        os.write(self._master, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the kernel notifies the program."""
        self._set_size(columns, rows)

    def wait_quiet(self, quiet: float = 0.5, patience: float = PATIENCE) -> float:
        """Wait until nothing was written for `quiet` seconds; return when the last byte arrived."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            last = self.reads[-1].at if self.reads else self.started
            if (left := last + quiet - time.monotonic()) <= 0:
                return last
            time.sleep(left)
        raise AssertionError("the program never ceased to write")

    # the process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def received(self) -> int:
        """Bytes that the program has sent to its terminal."""
        return sum(read.size for read in list(self.reads))

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the process has used."""
        return cpu_of(self.pid)

    @property
    def peak_memory(self) -> int:
        """The highest resident size of the process so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Take the terminal away, as a lost SSH connection does."""
        self._hung_up = True
        self._reader.join()
        self._close_master()

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait until the program has ended by itself; return its exit code."""
        code = self._process.wait(patience)
        self._reader.join()
        return code

    def close(self) -> None:
        """Kill the program, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._hung_up = True  # a child of the program may hold the pty open
        self._reader.join()
        self._close_master()

    # internals

    def _close_master(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _read(self) -> None:
        while True:
            data = self._next()
            now = time.monotonic()
            with self.news:
                if data:
                    self.reads.append(Read(now, len(data)))
                    self.take(data)
                self.ended = not data
                self.news.notify_all()
            if not data:
                return

    def _next(self) -> bytes:
        """Return the next piece of output; empty when the program has closed the pty, or we have."""
        # A blocking read would keep the terminal open after `hang_up`.
        while not self._hung_up:
            try:
                if select.select([self._master], [], [], 0.05)[0]:
                    return os.read(self._master, 65536)
            except OSError:  # Linux: the other side has been closed
                break
        return b""

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process has used, its threads included (proc(5))."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _bytes_of(key: str) -> bytes:
    if key in KEYS:
        return KEYS[key].encode()
    modifier, _, letter = key.rpartition("+")
    if modifier == "ctrl" and len(letter) == 1:
        return bytes([ord(letter.upper()) & 0x1F])
    if len(key) != 1:
        raise ValueError(f"no such key: {key!r}")
    return key.encode()

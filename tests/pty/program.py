"""A real program in a real pty, with a terminal (pyte) that shows what a user would see.

Used by tests, which type and read the screen, and by the benchmarks, which take the time.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyte

PATIENCE = 60.0
"""Seconds until what ought to appear is called missing: an order of magnitude above what it takes."""

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

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$[a-z]|\x1bP[^\x1b]*\x1b\\")
"""What pyte would print in place of ignoring: the kitty keyboard's, mode queries, device strings."""

_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|P[^\x1b]*)?$")
"""The beginning of such a sequence at the end of a piece of output."""

TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Read(NamedTuple):
    """A piece of output: when it came (monotonic seconds), and its size in bytes."""

    at: float
    size: int


class _Screen(pyte.Screen):
    """A screen that answers what a terminal is asked (the cursor's place, what it is), as a real one does."""

    def __init__(self, columns: int, lines: int, answer: Callable[[bytes], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())


class Program:
    """A program started in a pty of `size` (columns, rows). A context manager that ends it.

    `exited` is its exit code once it has ended. Times are of `time.monotonic()`.
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
        self._screen = _Screen(*size, self._write)
        self._stream = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self._held_back = b""
        self.reads: list[Read] = []
        self.ended = False
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

    # The user's side

    def press(self, *keys: str) -> float:
        """Press keys one after the other, by name or as characters: `press("down", "/", "ctrl+k")`; when."""
        now = time.monotonic()
        for key in keys:
            self._write(_bytes_of(key))
        return now

    def type(self, text: str) -> float:
        """Type a text as it is; when."""
        now = time.monotonic()
        self._write(text.encode())
        return now

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the kernel tells the program."""
        with self._news:
            self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen."""
        with self._news:
            return list(self._screen.display)

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(line.rstrip() for line in self.lines)

    def wait_for(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> float:
        """Wait until the screen holds a text, or satisfies a condition; when it did.

        Raises AssertionError that shows the screen when `patience` seconds were not enough.
        """
        holds = wanted if callable(wanted) else lambda screen: wanted in screen
        deadline = time.monotonic() + patience
        with self._news:
            while not holds("\n".join(self._screen.display)):
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    state = "the program ended" if self.ended else f"not in {patience:.0f} s"
                    raise AssertionError(f"{wanted!r} never appeared ({state}). The screen:\n{self._shown()}")
                self._news.wait(left)
            return self.reads[-1].at if self.reads else time.monotonic()

    def wait_until_gone(self, text: str, patience: float = PATIENCE) -> float:
        """Wait until the screen does not hold a text any more; when it did not."""
        return self.wait_for(lambda screen: text not in screen, patience)

    def wait_quiet(self, quiet: float = 0.5, patience: float = PATIENCE) -> float:
        """Wait until nothing was written for `quiet` seconds; when the last byte came."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            last = self.reads[-1].at if self.reads else self.started
            if (left := last + quiet - time.monotonic()) <= 0:
                return last
            time.sleep(left)
        raise AssertionError(f"the program never ceased to write. The screen:\n{self.text}")

    # The process

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
        times = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_memory(self) -> int:
        """The highest resident size of the process so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait until the program has ended by itself; its exit code."""
        code = self._process.wait(patience)
        self._reader.join()
        return code

    def close(self) -> None:
        """End the program, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._reader.join(5)  # a child of the program may hold the pty open
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # Below the hood

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # Linux: the other side has been closed
                data = b""
            now = time.monotonic()
            with self._news:
                if data:
                    self.reads.append(Read(now, len(data)))
                    self._show(data)
                self.ended = not data
                self._news.notify_all()
            if not data:
                return

    def _show(self, data: bytes) -> None:
        data = self._held_back + data
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        self._held_back = data[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:end]))

    def _write(self, data: bytes) -> None:
        os.write(self._master, data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)


def _bytes_of(key: str) -> bytes:
    if key in KEYS:
        return KEYS[key].encode()
    modifier, _, letter = key.rpartition("+")
    if modifier == "ctrl" and len(letter) == 1:
        return bytes([ord(letter.upper()) & 0x1F])
    if len(key) != 1:
        raise ValueError(f"no such key: {key!r}")
    return key.encode()

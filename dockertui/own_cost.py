"""The program's own cost: CPU, memory, bytes to the terminal. It is measured only on request."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

SPAN: Final = 60.0
"""Seconds that the figures cover."""


class Mark(NamedTuple):
    """A moment, the CPU time used until then (s), and the bytes sent until then."""

    at: float
    cpu: float
    sent: int


class Cost(NamedTuple):
    """CPU in percent of one core; memory and its peak in bytes, None if unknown; bytes per second.

    seconds: the time that `cpu` and `sent` cover.
    """

    cpu: float
    memory: int | None
    peak: int | None
    sent: float
    seconds: float


class OwnCost:
    """Call `mark` now and then; the cost is the difference between the oldest mark kept and now.

    sent: returns the bytes sent to the terminal.
    """

    def __init__(self, sent: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._sent = sent
        self._clock = clock
        self._marks: deque[Mark] = deque([self._now()])

    def _now(self) -> Mark:
        return Mark(self._clock(), time.process_time(), self._sent())

    def mark(self) -> None:
        """Remember the current figures."""
        now = self._now()
        self._marks.append(now)
        while len(self._marks) > 1 and self._marks[1].at <= now.at - SPAN:
            self._marks.popleft()

    def measure(self) -> Cost:
        """Return the cost of the last minute, or since the first mark."""
        before, now = self._marks[0], self._now()
        seconds = now.at - before.at
        if seconds <= 0:
            return Cost(0.0, resident(), peak_resident(), 0.0, 0.0)
        cpu, sent = (now.cpu - before.cpu) / seconds * 100, (now.sent - before.sent) / seconds
        return Cost(cpu, resident(), peak_resident(), sent, seconds)


def resident() -> int | None:
    """Return the memory in use, in bytes; None except on Linux."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def peak_resident() -> int | None:
    """Return the peak memory use in bytes; None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

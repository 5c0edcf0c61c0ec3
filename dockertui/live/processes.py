"""A container's processes over time: matched from sample to sample, with the CPU time each uses now."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from dockertui.engine.processes import Process, ProcessList

FINE_FOR: Final = 7200.0
"""Age in seconds up to which a share with three decimals is finer than a tenth of a second of CPU time."""
_WINDOW, _COARSE_WINDOW = 2.0, 10.0
"""Seconds over which a share is computed: CPU time in whole seconds needs the longer one."""
_SAME: Final = 2.5
"""Seconds by which two estimates of one process's start may differ: `ps` gives ages in whole seconds."""


class ProcessUsage(NamedTuple):
    """A process with its current usage. key: stays the same for the same process, not just the same PID.

    cpu: percent of one core over the last seconds; None before two samples, or if `ps` gives no time.
    """

    key: str
    process: Process
    cpu: float | None


class _Known:
    """What is remembered of a process: its start (s), and samples of the time and the CPU time used until then."""

    def __init__(self, key: str, started: float | None) -> None:
        self.key = key
        self.started = started
        self.samples: deque[tuple[float, float]] = deque(maxlen=16)

    def is_same(self, started: float | None) -> bool:
        return self.started is None or started is None or abs(started - self.started) <= _SAME


class ProcessHistory:
    """The processes of one container, sample after sample."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def take(self, listing: ProcessList, now: float) -> list[ProcessUsage]:
        """Return the processes of a listing taken at `now` (seconds of any monotonic clock), in its order."""
        known: dict[int, _Known] = {}
        found = []
        for process in listing.processes:
            started = now - process.age if process.age is not None else None
            one = self._known.get(process.pid)
            if one is None or not one.is_same(started):
                one = _Known(f"{process.pid}@{'' if started is None else round(started)}", started)
            known[process.pid] = one
            found.append(ProcessUsage(one.key, process, _share(one, process, now)))
        self._known = known
        return found


def _share(one: _Known, process: Process, now: float) -> float | None:
    """Return the share of a core used over the last seconds, in percent; None without an earlier sample."""
    life = now - one.started if one.started is not None else 0.0
    window = _COARSE_WINDOW
    used = process.cpu_time
    if process.average_fine is not None and 0 < life < FINE_FOR:
        used, window = process.average_fine / 100 * life, _WINDOW
    if used is None:
        return None
    if one.samples and one.samples[-1][0] >= now:  # no time has passed, as on a stopped clock
        one.samples.pop()
    while len(one.samples) > 1 and one.samples[1][0] <= now - window:
        one.samples.popleft()
    before = one.samples[0] if one.samples else None
    one.samples.append((now, used))
    if before is None:
        return None
    return max(0.0, used - before[1]) / (now - before[0]) * 100

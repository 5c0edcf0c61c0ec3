"""The figures of `stats`, as closed formulas of time: nothing has to be sampled or remembered.

The load of a container is its mean times 1 + 0.5 sin(at) + 0.3 sin(bt), whose integral, the CPU time used,
always grows. On a frozen host (a clock of the caller's) each reading is one second after the one before and
the load is even, so that every reading shows the same percentage, and everything else stands still.
"""

import math
import zlib
from dataclasses import dataclass

from dockertui.demo.host import CPUS, MEMORY, Host
from dockertui.demo.objects import Container

_SLOW, _FAST = (0.5, 0.11), (0.3, 0.53)
_NANO = 1_000_000_000
_PERIOD = 0.1
"""Seconds of the kernel's period, in which a container with a limit may use its share."""
_HELD_BACK = 0.3
"""The part of a period for which one that used up its share waits."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment: times in nanoseconds, periods and processes by number, the rest in bytes."""

    time: float
    cpu: int
    system: int
    memory: int
    cache: int
    limit: int
    rx: int
    tx: int
    read: int
    written: int
    pids: int
    periods: int
    throttled: int
    throttled_time: int


def read(host: Host, container: Container) -> Reading:
    """The counters now. On a frozen host, one second after the last reading of this container."""
    if host.live:
        return at(host, container, host.now())
    nth = host.sampled[container.id] = host.sampled.get(container.id, 0) + 1
    return at(host, container, host.now() + nth)


def at(host: Host, container: Container, when: float) -> Reading:
    temper, phase = container.temper, _phase(container)
    begun = container.started or when
    ran = max((container.paused_at or when) - begun, 0.0)
    even = ran if host.live else max((container.paused_at or host.now()) - begun, 0.0)
    busy = _work(ran, phase) if host.live else ran
    limit = int(container.host_config.get("Memory") or 0) or MEMORY
    swell = 1 + 0.06 * math.sin(even / 17 + phase) if host.live else 1.0
    memory = min(int(temper.memory * swell), int(limit * 0.97))
    moved = _work(even, phase) if host.live else even
    cpus = int(container.host_config.get("NanoCpus") or 0) / _NANO
    periods = int(ran / _PERIOD) if cpus else 0
    throttled = min(periods, int(busy / _PERIOD * (temper.cpu / cpus) ** 2)) if cpus else 0
    return Reading(
        time=when,
        cpu=int(temper.cpu * busy * _NANO),
        system=int((when - host.born + 86_400 * 9) * CPUS * _NANO),
        memory=memory,
        cache=memory // 5,
        limit=limit,
        rx=int(temper.net * moved) + 1096,
        tx=int(temper.net * 0.7 * moved) + 126,
        read=int(temper.disk * 0.4 * moved),
        written=int(temper.disk * moved),
        pids=max(len(temper.processes), 1),
        periods=periods,
        throttled=throttled,
        throttled_time=int(throttled * _PERIOD * _HELD_BACK * _NANO),
    )


def _phase(container: Container) -> float:
    return zlib.crc32(container.id.encode()) % 628 / 100


def _work(seconds: float, phase: float) -> float:
    """The integral of 1 + Σ a·sin(w·t + phase) from 0 to `seconds`; grows because Σ a < 1."""
    total = seconds
    for swing, pace in (_SLOW, _FAST):
        total += swing / pace * (math.cos(phase) - math.cos(pace * seconds + phase))
    return max(total, 0.0)

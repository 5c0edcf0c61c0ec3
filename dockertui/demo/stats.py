"""The figures of `stats`, as closed formulas of time: nothing has to be sampled or remembered.

The load of a container is its mean times 1 + 0.5 sin(at) + 0.3 sin(bt), whose integral, the CPU time used,
always grows. On a frozen host (a clock of the caller's) each reading is one second after the one before and
the load is even, so that every reading shows the same percentage, and everything else stands still.
"""

import asyncio
import math
import zlib
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from dockertui.demo.call import Call, Route, reply
from dockertui.demo.host import CPUS, MEMORY, Host
from dockertui.demo.objects import Container
from dockertui.demo.templates import REPLIES, filled
from dockertui.demo.times import rfc3339

_SLOW, _FAST = (0.5, 0.11), (0.3, 0.53)
_NANO = 1_000_000_000
_CFS_PERIOD = 0.1
"""Seconds of the kernel's period, in which a container with a limit may use its share."""
_HELD_BACK = 0.3
"""The part of a period for which one that used up its share waits."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment: CPU times in nanoseconds, periods and processes by number, the rest in bytes."""

    time: float
    cpu: int
    system: int
    memory: int
    limit: int
    rx: int
    tx: int
    read: int
    written: int
    pids: int
    periods: int
    throttled: int


def read(host: Host, container: Container) -> Reading:
    """The counters now. On a frozen host, one second after the last reading of this container."""
    if host.live:
        return at(host, container, host.now())
    nth = host.sampled[container.id] = host.sampled.get(container.id, 0) + 1
    return at(host, container, host.now() + nth)


def at(host: Host, container: Container, when: float) -> Reading:
    temper, phase = container.temper, zlib.crc32(container.id.encode()) % 628 / 100
    begun = container.started or when
    ran = max((container.paused_at or when) - begun, 0.0)
    even = ran if host.live else max((container.paused_at or host.now()) - begun, 0.0)
    busy = _work(ran, phase) if host.live else ran
    limit = int(container.host_config.get("Memory") or 0) or MEMORY
    swell = 1 + 0.06 * math.sin(even / 17 + phase) if host.live else 1.0
    memory = min(int(temper.memory * swell), int(limit * 0.97))
    moved = _work(even, phase) if host.live else even
    cpus = int(container.host_config.get("NanoCpus") or 0) / _NANO
    throttled = int(busy / _CFS_PERIOD * (temper.cpu / cpus) ** 2) if cpus else 0
    return Reading(
        time=when,
        cpu=int(temper.cpu * busy * _NANO),
        system=int((when - host.born + 86_400 * 9) * CPUS * _NANO),
        memory=memory,
        limit=limit,
        rx=int(temper.net * moved) + 1096,
        tx=int(temper.net * 0.7 * moved) + 126,
        read=int(temper.disk * 0.4 * moved),
        written=int(temper.disk * moved),
        pids=max(len(temper.processes), 1),
        periods=(periods := int(ran / _CFS_PERIOD) if cpus else 0),
        throttled=min(periods, throttled),
    )


def _work(seconds: float, phase: float) -> float:
    """The integral of 1 + Σ a·sin(w·t + phase) from 0 to `seconds`; grows because Σ a < 1."""
    total = seconds
    for swing, pace in (_SLOW, _FAST):
        total += swing / pace * (math.cos(phase) - math.cos(pace * seconds + phase))
    return max(total, 0.0)


# -- the API --------------------------------------------------------------------------------------

_PERIOD = 1.0


async def show(call: Call) -> web.StreamResponse:
    """A stream of one sample a second; with stream=0 one sample with its predecessor; one-shot without it."""
    host, container = call.host, call.container
    before: Reading | None = None
    if call.text("stream") and not call.flag("stream"):
        if container.state in ("running", "paused") and not call.flag("one-shot"):
            before = read(host, container)
            if host.live:
                before = at(host, container, max(before.time - _PERIOD, container.started or 0.0))
        return reply(_sample(host, container, before)[0])
    stream = await call.stream()
    while container.id in host.containers:
        sample, before = _sample(host, container, before)
        await stream.write_json(sample)
        await asyncio.sleep(_PERIOD)
    return stream.response


def _sample(host: Host, container: Container, before: Reading | None) -> tuple[dict[str, Any], Reading | None]:
    """One object of the stream, and the reading it was made from; a container that does not run has none."""
    sample = REPLIES["Stats"] | {"name": f"/{container.name}", "id": container.id}
    if container.state not in ("running", "paused"):
        return sample, None
    now = read(host, container)
    moved = {"read": now.read, "write": now.written}
    rows = [{"major": 254, "minor": 0, "op": op, "value": count} for op, count in moved.items() if any(moved.values())]
    sample |= {
        "read": rfc3339(now.time),
        "preread": rfc3339(before.time if before else None),
        "pids_stats": {"current": now.pids, "limit": container.host_config.get("PidsLimit") or 18446744073709551615},
        "blkio_stats": sample["blkio_stats"] | {"io_service_bytes_recursive": rows},
        "cpu_stats": _cpu(now),
        "precpu_stats": _cpu(before) if before else sample["precpu_stats"],
        "memory_stats": _memory(now),
    }
    if any(place.ip for place in container.attachments.values()):
        packets = {"rx_packets": now.rx // 610, "tx_packets": now.tx // 540}
        sample["networks"] = {"eth0": filled("Traffic", now, **packets)}
    return sample, now


def _cpu(now: Reading) -> dict[str, Any]:
    kernel = now.cpu // 4
    used = {"total_usage": now.cpu, "usage_in_kernelmode": kernel, "usage_in_usermode": now.cpu - kernel}
    waited = int(now.throttled * _CFS_PERIOD * _HELD_BACK * _NANO)
    held_back = {"periods": now.periods, "throttled_periods": now.throttled, "throttled_time": waited}
    told = {"cpu_usage": used, "system_cpu_usage": now.system, "online_cpus": CPUS}
    return told | {"throttling_data": held_back}


def _memory(now: Reading) -> dict[str, Any]:
    """usage holds the page cache; the CLI takes inactive_file from it, so that `memory` is what it shows."""
    cache, active, anonymous = now.memory // 5, now.memory // 10, now.memory * 9 // 10
    told = {"anon": anonymous, "file": cache + active, "active_file": active, "inactive_file": cache}
    told |= {"inactive_anon": anonymous, "kernel_stack": 16384 * now.pids, "pgfault": now.memory >> 10}
    return {"usage": now.memory + cache, "stats": REPLIES["MemoryStats"] | told, "limit": now.limit}


ROUTES = (Route("GET", "/containers/{id}/stats", show),)

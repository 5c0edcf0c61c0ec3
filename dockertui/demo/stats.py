"""The figures of a container, as an Engine on a cgroup v2 host gives them."""

import asyncio
from typing import Any

from aiohttp import web

from dockertui.demo import usage
from dockertui.demo.call import Call, Route, reply
from dockertui.demo.host import CPUS, Host
from dockertui.demo.objects import Container
from dockertui.demo.templates import STATS
from dockertui.demo.times import rfc3339
from dockertui.demo.usage import Reading

_PERIOD = 1.0


async def show(call: Call) -> web.StreamResponse:
    """A stream of one sample a second; with stream=0 one sample with its predecessor; one-shot without it."""
    host, container = call.host, call.host.container(call.names["id"])
    if not call.flag("stream", default=True):
        return reply(_sample(host, container, _before(host, container, one_shot=call.flag("one-shot")))[0])
    stream = await call.stream()
    before: Reading | None = None
    while container.id in host.containers:
        sample, before = _sample(host, container, before)
        await stream.write_json(sample)
        await asyncio.sleep(_PERIOD)
    return stream.response


def _before(host: Host, container: Container, *, one_shot: bool) -> Reading | None:
    """The reading of a second ago, for the sample that is to be compared with it."""
    if one_shot or container.state not in ("running", "paused"):
        return None
    now = usage.read(host, container)
    return now if not host.live else usage.at(host, container, max(now.time - _PERIOD, container.started or 0.0))


def _sample(host: Host, container: Container, before: Reading | None) -> tuple[dict[str, Any], Reading | None]:
    """One object of the stream, and the reading it was made from; a container that does not run has none."""
    head = STATS | {"name": f"/{container.name}", "id": container.id}
    if container.state not in ("running", "paused"):
        return head, None
    now = usage.read(host, container)
    body = head | {
        "read": rfc3339(now.time),
        "preread": rfc3339(before.time if before else None),
        "pids_stats": {"current": now.pids, "limit": container.host_config.get("PidsLimit") or 18446744073709551615},
        "blkio_stats": STATS["blkio_stats"] | {"io_service_bytes_recursive": _blkio(now)},
        "cpu_stats": _cpu(now),
        "precpu_stats": _cpu(before) if before else STATS["precpu_stats"],
        "memory_stats": _memory(now),
    }
    if any(place.ip for place in container.attachments.values()):
        body["networks"] = {"eth0": _traffic(now)}
    return body, now


def _cpu(reading: Reading) -> dict[str, Any]:
    kernel = reading.cpu // 4
    used = {"usage_in_kernelmode": kernel, "usage_in_usermode": reading.cpu - kernel}
    throttled = {"throttled_periods": reading.throttled, "throttled_time": reading.throttled_time}
    return {
        "cpu_usage": {"total_usage": reading.cpu, **used},
        "system_cpu_usage": reading.system,
        "online_cpus": CPUS,
        "throttling_data": {"periods": reading.periods, **throttled},
    }


def _memory(reading: Reading) -> dict[str, Any]:
    """usage holds the page cache; the CLI takes inactive_file from it, so that `memory` is what it shows."""
    return {
        "usage": reading.memory + reading.cache,
        "stats": {
            "anon": reading.memory * 9 // 10,
            "file": reading.cache + reading.memory // 10,
            "active_file": reading.memory // 10,
            "inactive_file": reading.cache,
            "inactive_anon": reading.memory * 9 // 10,
            "active_anon": 4096,
            "kernel_stack": 16384 * reading.pids,
            "pgfault": reading.memory >> 10,
            "pgmajfault": 12,
            "slab": 262144,
            "sock": 0,
            "shmem": 0,
        },
        "limit": reading.limit,
    }


def _blkio(reading: Reading) -> list[dict[str, Any]]:
    moved = {"read": reading.read, "write": reading.written}
    return [{"major": 254, "minor": 0, "op": op, "value": count} for op, count in moved.items() if any(moved.values())]


def _traffic(reading: Reading) -> dict[str, int]:
    ways = (("rx", reading.rx, 610), ("tx", reading.tx, 540))
    traffic: dict[str, int] = {}
    for way, count, packet in ways:
        traffic |= {f"{way}_bytes": count, f"{way}_packets": count // packet, f"{way}_errors": 0, f"{way}_dropped": 0}
    return traffic


ROUTES = (Route("GET", "/containers/{id}/stats", show),)

"""The figures of a container, as an Engine on a cgroup v2 host gives them."""

import asyncio
from typing import Any

from aiohttp import web

from dockertui.demo.api.call import Call, Route, Stream, reply
from dockertui.demo.world import usage
from dockertui.demo.world.host import CPUS, Host
from dockertui.demo.world.objects import Container
from dockertui.demo.world.times import NEVER, rfc3339
from dockertui.demo.world.usage import Reading

_PERIOD = 1.0
_BLKIO = (
    "io_service_bytes_recursive",
    "io_serviced_recursive",
    "io_queue_recursive",
    "io_service_time_recursive",
    "io_wait_time_recursive",
    "io_merged_recursive",
    "io_time_recursive",
    "sectors_recursive",
)
_NO_CPU: dict[str, Any] = {
    "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
    "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
}


async def show(call: Call) -> web.StreamResponse:
    """A stream of one sample a second; with stream=0 one sample with its predecessor; one-shot without it."""
    host, container = call.host, call.host.container(call.names["id"])
    if not call.flag("stream", default=True):
        return reply(_sample(host, container, _before(host, container, one_shot=call.flag("one-shot")))[0])
    stream = Stream(call, "application/json")
    await stream.open()
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
    head: dict[str, Any] = {"name": f"/{container.name}", "id": container.id}
    if container.state not in ("running", "paused"):
        return head | _nothing(), None
    now = usage.read(host, container)
    body = head | {
        "read": rfc3339(now.time),
        "preread": rfc3339(before.time) if before else NEVER,
        "pids_stats": {"current": now.pids, "limit": container.host_config.get("PidsLimit") or 18446744073709551615},
        "blkio_stats": dict.fromkeys(_BLKIO) | {"io_service_bytes_recursive": _blkio(now)},
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(now),
        "precpu_stats": _cpu(before) if before else _NO_CPU,
        "memory_stats": _memory(now),
    }
    if _has_interfaces(container):
        body["networks"] = {"eth0": _traffic(now)}
    return body, now


def _nothing() -> dict[str, Any]:
    return {
        "read": NEVER,
        "preread": NEVER,
        "pids_stats": {},
        "blkio_stats": dict.fromkeys(_BLKIO),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _NO_CPU,
        "precpu_stats": _NO_CPU,
        "memory_stats": {},
    }


def _cpu(reading: Reading) -> dict[str, Any]:
    kernel = reading.cpu // 4
    return {
        "cpu_usage": {
            "total_usage": reading.cpu,
            "usage_in_kernelmode": kernel,
            "usage_in_usermode": reading.cpu - kernel,
        },
        "system_cpu_usage": reading.system,
        "online_cpus": CPUS,
        "throttling_data": {
            "periods": reading.periods,
            "throttled_periods": reading.throttled,
            "throttled_time": reading.throttled_time,
        },
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
    if not reading.read and not reading.written:
        return []
    return [
        {"major": 254, "minor": 0, "op": "read", "value": reading.read},
        {"major": 254, "minor": 0, "op": "write", "value": reading.written},
    ]


def _has_interfaces(container: Container) -> bool:
    return any(place.ip for place in container.attachments.values())


def _traffic(reading: Reading) -> dict[str, int]:
    return {
        "rx_bytes": reading.rx,
        "rx_packets": reading.rx // 610,
        "rx_errors": 0,
        "rx_dropped": 0,
        "tx_bytes": reading.tx,
        "tx_packets": reading.tx // 540,
        "tx_errors": 0,
        "tx_dropped": 0,
    }


ROUTES = (Route("GET", "/containers/{id}/stats", show),)

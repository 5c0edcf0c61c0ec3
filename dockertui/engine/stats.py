"""What a container uses, computed from the API's statistics as ``docker stats`` does.

The formulas are those of docker/cli's ``cli/command/container/stats_helpers.go``, for cgroup v1 and v2 and
for Windows. Where the Engine says nothing the CLI shows zero; here it is None, because a zero would be a
claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dockertui.engine.fields import NOTHING, Raw, count, instant, mapping, mappings, text

_HUNDRED_NS: Final = 10_000_000
"""Windows counts processor time in units of 100 ns: so many make a second."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One sample. ``cpu`` is in percent of one processor: 200 is two busy ones. The rest: bytes and counts.

    Network and block figures are totals since the container started. ``read`` is when the Engine took the
    sample, in epoch seconds by its own clock.
    """

    cpu: float | None
    memory: int | None
    memory_limit: int | None
    net_rx: int | None
    net_tx: int | None
    blk_read: int | None
    blk_write: int | None
    pids: int | None
    read: float


def usage(raw: Raw, previous: Raw | None = None) -> Usage | None:
    """The sample ``raw``; None for a container that does not run, of which the Engine says nothing.

    The CPU's share is of the time since the sample before, which a stream's messages bring along and one-shot
    replies do not: give theirs as ``previous``. Without one, ``cpu`` is None.
    """
    read = instant(raw, "read")
    if read is None:
        return None
    windows = bool(count(raw, "num_procs"))
    net_rx, net_tx = _network(raw)
    blk_read, blk_write = _windows_storage(raw) if windows else _block(raw)
    memory = mapping(raw, "memory_stats")
    return Usage(
        cpu=(_windows_cpu if windows else _cpu)(raw, previous or NOTHING),
        memory=count(memory, "privateworkingset") if windows else _memory(memory),
        memory_limit=count(memory, "limit") or None,
        net_rx=net_rx,
        net_tx=net_tx,
        blk_read=blk_read,
        blk_write=blk_write,
        pids=count(mapping(raw, "pids_stats"), "current"),
        read=read,
    )


def _cpu(raw: Raw, previous: Raw) -> float | None:
    """calculateCPUPercentUnix: the container's share of all processor time, times the processors."""
    now, before = mapping(raw, "cpu_stats"), mapping(raw, "precpu_stats")
    if not count(before, "system_cpu_usage"):  # a one-shot reply, the first of a stream, or Podman
        before = mapping(previous, "cpu_stats")
    total, total_before = _total(now), _total(before)
    system, system_before = count(now, "system_cpu_usage"), count(before, "system_cpu_usage")
    if not total or total_before is None or not system or not system_before:
        return None  # what runs has used some time: zero is a cgroup without the cpu controller
    if system <= system_before:
        return None  # no time has passed between the two
    return max(0, total - total_before) / (system - system_before) * _processors(now) * 100.0


def _processors(cpu_stats: Raw) -> int:
    if online := count(cpu_stats, "online_cpus"):
        return online
    each = mapping(cpu_stats, "cpu_usage").get("percpu_usage")
    return len(each) if isinstance(each, list) else 0


def _total(cpu_stats: Raw) -> int | None:
    return count(mapping(cpu_stats, "cpu_usage"), "total_usage")


def _windows_cpu(raw: Raw, previous: Raw) -> float | None:
    """calculateCPUPercentWindows: time used by the container, of the time that passed on all processors."""
    read, read_before = instant(raw, "read"), instant(raw, "preread")
    before = mapping(raw, "precpu_stats")
    if read_before is None:
        read_before, before = instant(previous, "read"), mapping(previous, "cpu_stats")
    total, total_before = _total(mapping(raw, "cpu_stats")), _total(before)
    if read is None or read_before is None or total is None or total_before is None or read <= read_before:
        return None
    passed = (read - read_before) * _HUNDRED_NS * (count(raw, "num_procs") or 1)
    return max(0, total - total_before) / passed * 100.0


def _memory(memory_stats: Raw) -> int | None:
    """calculateMemUsageUnixNoCache: without the file pages that the kernel would give back at once."""
    used = count(memory_stats, "usage")
    if not used:
        return None
    counters = mapping(memory_stats, "stats")
    for name in ("total_inactive_file", "inactive_file"):  # cgroup v1, v2
        inactive = count(counters, name)
        if inactive is not None and inactive < used:
            return used - inactive
    return used


def _network(raw: Raw) -> tuple[int | None, int | None]:
    """Received and sent, of all its interfaces; a container in the host's network has none of its own."""
    networks = mapping(raw, "networks")
    if not networks:
        return None, None
    interfaces = [mapping(networks, name) for name in networks]
    return (
        sum(count(interface, "rx_bytes") or 0 for interface in interfaces),
        sum(count(interface, "tx_bytes") or 0 for interface in interfaces),
    )


def _block(raw: Raw) -> tuple[int | None, int | None]:
    """Read and written. A list that is null or empty is the Engine's way to say zero."""
    block = mapping(raw, "blkio_stats")
    if "io_service_bytes_recursive" not in block:
        return None, None
    sums = {"r": 0, "w": 0}
    for entry in mappings(block, "io_service_bytes_recursive"):
        operation = text(entry, "op")[:1].lower()
        if operation in sums:
            sums[operation] += count(entry, "value") or 0
    return sums["r"], sums["w"]


def _windows_storage(raw: Raw) -> tuple[int | None, int | None]:
    storage = mapping(raw, "storage_stats")
    return count(storage, "read_size_bytes"), count(storage, "write_size_bytes")

"""A container's resource usage, computed from the API's statistics as `docker stats` does.

Source of the formulas: docker/cli's `cli/command/container/stats_helpers.go`, for cgroup v1 and v2 and for Windows.
Where the Engine reports nothing the CLI shows zero; here it is None, because a zero would be a claim.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dockertui.engine.fields import NOTHING, Raw, count, instant, mapping, mappings, text

_CORES_MOST: Final = 1024
"""Cores told apart; a host that reports more is wrong, or cannot be plotted."""
_HUNDRED_NS: Final = 10_000_000
"""Windows counts processor time in units of 100 ns: this many make a second."""


class Usage(NamedTuple):
    """One sample. `cpu` is in percent of one processor: 200 is two busy ones. The rest: bytes and counts.

    Network and block figures are totals since the container started, as is `cpu_time`, in nanoseconds: a lower one than
    before means that it was restarted. `read` is when the Engine took the sample, in epoch seconds by its own clock.
    `cache`: file pages, most of which are not in `memory`. Since the sample before, as `cpu`: `cores`, in percent of
    each processor, empty if the Engine does not report them (cgroup v2); `throttled`, the percentage of the scheduler's
    periods in which the limit held the container back, and `throttled_time`, the seconds of each second lost by that,
    summed over its threads; both None without a limit.
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
    cpu_time: int | None = None
    cache: int | None = None
    cores: tuple[float, ...] = ()
    throttled: float | None = None
    throttled_time: float | None = None


def usage(raw: Raw, previous: Raw | None = None) -> Usage | None:
    """Compute the sample `raw`; None for a container that is not running, of which the Engine reports nothing.

    CPU usage covers the time since the sample before, which is part of a stream's messages but not of one-shot replies:
    pass theirs as `previous`. Without one, `cpu` is None.
    """
    read = instant(raw, "read")
    if read is None:
        return None
    windows = bool(count(raw, "num_procs"))
    now, before = mapping(raw, "cpu_stats"), _before(raw, previous or NOTHING)
    throttled, throttled_time = _throttling(now, before, _seconds(raw, previous or NOTHING))
    net_rx, net_tx = _network(raw)
    blk_read, blk_write = _windows_storage(raw) if windows else _block(raw)
    memory = mapping(raw, "memory_stats")
    return Usage(
        cpu=_windows_cpu(raw, previous or NOTHING) if windows else _cpu(now, before),
        memory=count(memory, "privateworkingset") if windows else _memory(memory),
        memory_limit=count(memory, "limit") or None,
        net_rx=net_rx,
        net_tx=net_tx,
        blk_read=blk_read,
        blk_write=blk_write,
        pids=count(mapping(raw, "pids_stats"), "current"),
        read=read,
        cpu_time=_total(now) or None,
        cache=_cache(mapping(memory, "stats")),
        cores=_cores(now, before),
        throttled=throttled,
        throttled_time=throttled_time,
    )


def _before(raw: Raw, previous: Raw) -> Raw:
    """Return the processor's counters of the sample before: from the reply itself, else from the reply before."""
    before = mapping(raw, "precpu_stats")
    if count(before, "system_cpu_usage"):
        return before
    return mapping(previous, "cpu_stats")  # a one-shot reply, the first of a stream, or Podman


def _cpu(now: Raw, before: Raw) -> float | None:
    """calculateCPUPercentUnix: the container's share of all processor time, times the number of processors."""
    total, total_before, passed = _total(now), _total(before), _system_passed(now, before)
    if not total or total_before is None or not passed:
        return None  # whatever runs has used some time: zero means a cgroup without the cpu controller
    return max(0, total - total_before) / passed * _processors(now) * 100.0


def _system_passed(now: Raw, before: Raw) -> int | None:
    """Return the time of all processors between two samples, in ns; None if none has passed, or it is unknown."""
    system, system_before = count(now, "system_cpu_usage"), count(before, "system_cpu_usage")
    return system - system_before if system and system_before and system > system_before else None


def _processors(cpu_stats: Raw) -> int:
    return count(cpu_stats, "online_cpus") or len(_each(cpu_stats))


def _each(cpu_stats: Raw) -> list[Any]:
    """Return the time of each processor, in ns; the kernel reports none with cgroup v2."""
    each = mapping(cpu_stats, "cpu_usage").get("percpu_usage")
    return each if isinstance(each, list) else []


def _cores(now: Raw, before: Raw) -> tuple[float, ...]:
    """Compute `_cpu` per processor: its share of the time passed on one. Offline ones, at the end, are left out."""
    passed, processors = _system_passed(now, before), _processors(now)
    shown = min(processors, _CORES_MOST)
    each, each_before = _each(now)[:shown], _each(before)[:shown]
    if not passed or len(each) != len(each_before) or not all(isinstance(time, int) for time in each + each_before):
        return ()
    spent = [max(0, time - time_before) for time, time_before in zip(each, each_before, strict=True)]
    return tuple([time / passed * processors * 100.0 for time in spent])


def _throttling(now: Raw, before: Raw, passed: float | None) -> tuple[float | None, float | None]:
    """Return the percentage of the periods since the sample before that were throttled, and the time lost a second."""
    new, old = mapping(now, "throttling_data"), mapping(before, "throttling_data")
    periods, throttled, time = (_grown(new, old, name) for name in ("periods", "throttled_periods", "throttled_time"))
    if not periods or throttled is None:
        return None, None
    return min(100.0, throttled / periods * 100.0), None if time is None or not passed else time / 1e9 / passed


def _grown(new: Raw, old: Raw, name: str) -> int | None:
    """Return the increase of a counter; None if it is unknown, or the counter was reset."""
    value, before = count(new, name), count(old, name)
    return value - before if value is not None and before is not None and value >= before else None


def _seconds(raw: Raw, previous: Raw) -> float | None:
    """Return the time between a sample and the one that `_before` uses."""
    told = count(mapping(raw, "precpu_stats"), "system_cpu_usage")
    read, before = instant(raw, "read"), instant(raw, "preread") if told else instant(previous, "read")
    return read - before if read is not None and before is not None and read > before else None


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
    """calculateMemUsageUnixNoCache: without the file pages that the kernel would free at once."""
    used = count(memory_stats, "usage")
    if not used:
        return None
    counters = mapping(memory_stats, "stats")
    for name in ("total_inactive_file", "inactive_file"):  # cgroup v1, v2
        inactive = count(counters, name)
        if inactive is not None and inactive < used:
            return used - inactive
    return used


def _cache(counters: Raw) -> int | None:
    """Return the file pages of the cgroup and those below it."""
    for name in ("total_cache", "cache", "file"):  # cgroup v1, v2
        if (cached := count(counters, name)) is not None:
            return cached
    return None


def _network(raw: Raw) -> tuple[int | None, int | None]:
    """Return the bytes received and sent on all interfaces; a container in the host's network has none of its own."""
    networks = mapping(raw, "networks")
    if not networks:
        return None, None
    interfaces = [mapping(networks, name) for name in networks]
    return (
        sum(count(interface, "rx_bytes") or 0 for interface in interfaces),
        sum(count(interface, "tx_bytes") or 0 for interface in interfaces),
    )


def _block(raw: Raw) -> tuple[int | None, int | None]:
    """Return the bytes read and written. The Engine sends a null or empty list for zero."""
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

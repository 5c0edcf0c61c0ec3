"""Resource usage of containers since the program first saw each: bounded in time and bytes, with gaps left open.

It takes the samples made for other purposes and asks for none. Rates are computed here from the Engine's totals, but
never across a restart, which resets the totals, nor across a time without samples.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final

from dockertui.engine.stats import Usage
from dockertui.live.rows import NAN, Mean, Scale, Span, Tier

SCALES: Final = (Scale(0, 300), Scale(10, 360), Scale(60, 720))
"""Ten minutes of samples at two seconds, an hour of rows of ten seconds, half a day of minutes."""
BUDGET: Final = 32 * 2**20
"""Bytes that all histories may take together. With more containers, each is kept for a shorter time."""
GRACE: Final = 600.0
"""Seconds for which the history of a removed container is kept."""
_SHORTEST: Final = 0.2
"""Seconds. Of two samples closer together the later one is dropped: their rate would not be worth showing."""
SMOOTHED_OVER: Final = 10.0
"""Time constant in seconds of the exponentially weighted means in `Series.smooth`."""
_ABSURD: Final = 1e30
"""A larger value from an Engine is not a figure, and no float could hold every such value."""
_CLOCK_SET_BACK: Final = 60.0
"""Seconds. When an Engine's clock goes back by more, a new history begins; by less, samples wait until it catches up.
"""


class Column(IntEnum):
    """The columns of a row. CPU and throttling in percent, memory in bytes, rates in bytes per second."""

    CPU = 0
    MEMORY = 1
    LIMIT = 2
    CACHE = 3
    RX = 4
    TX = 5
    READ = 6
    WRITE = 7
    PIDS = 8
    THROTTLED = 9
    THROTTLED_TIME = 10
    CPU_PEAK = 11
    MEMORY_PEAK = 12


_RATES: Final = ("net_rx", "net_tx", "blk_read", "blk_write")
_ROW_BYTES: Final = 8 + 4 * len(Column)
_ROWS: Final = sum(scale.rows for scale in SCALES)


class Series:
    """The history of one container. `first` and `last` are its first and last sample times (epoch s, Engine's)."""

    def __init__(self, usage: Usage) -> None:
        self.first = self.last = usage.read
        self.peak_memory: int | None = None
        """The highest memory sampled since the container was last started, in bytes."""
        self.running = True
        """Whether the container was running when last heard of."""
        self.usage = usage
        self.smooth = [NAN] * len(Column)
        """Current usage by `Column`, smoothed: an exponentially weighted mean that restarts after a gap."""
        self._broken = True
        self._tiers = [Tier(scale, len(Column), 0) for scale in SCALES]
        self._means = [Mean(len(Column), Column.CPU_PEAK) for _ in SCALES[1:]]

    def take(self, usage: Usage, share: float) -> None:
        """Add a sample. One too close to the last is dropped, so that the next one covers its time."""
        passed = usage.read - self.last
        if self._tiers[0].times and passed < _SHORTEST:
            return
        anew = _began_anew(self.usage, usage)
        if anew:
            self.interrupt(share)
        if anew or not self.running:
            self.running, self.peak_memory = True, None
        if usage.memory is not None:
            self.peak_memory = max(self.peak_memory or 0, usage.memory)
        before = None if self._broken else self.usage
        row, cores = _row(usage, before, passed), usage.cores
        if anew:  # it would be a difference to the previous run
            row[Column.CPU] = row[Column.CPU_PEAK] = NAN
            cores = ()
        self._append(usage.read, row, cores, passed if before else 1.0, share)
        fresh = 1.0 if before is None else 1.0 - math.exp(-passed / SMOOTHED_OVER)
        self.smooth = [
            new if mean != mean or new != new else mean + fresh * (new - mean)
            for mean, new in zip(self.smooth, row, strict=True)
        ]
        self.usage, self.last, self._broken = usage, usage.read, False

    def interrupt(self, share: float = 1.0) -> None:
        """Begin a gap that lasts until the next sample."""
        if self._broken:
            return
        self._broken = True
        self.smooth = [NAN] * len(Column)
        for tier, mean in zip(self._tiers[1:], self._means, strict=True):
            self._close(tier, mean, share)
        for tier in self._tiers:
            tier.append(self.last, [NAN] * len(Column), (), share)

    def _append(self, time: float, row: Sequence[float], each: Sequence[float], seconds: float, share: float) -> None:
        if len(each) != self._tiers[0].cores and each:
            self._count_cores(len(each))
        self._tiers[0].append(time, row, each, share)
        for tier, mean in zip(self._tiers[1:], self._means, strict=True):
            span = time // tier.scale.step
            if span != mean.span:
                self._close(tier, mean, share)
                mean.span = span
            mean.add(time, row, each, seconds)

    @staticmethod
    def _close(tier: Tier, mean: Mean, share: float) -> None:
        if (row := mean.take()) is not None:
            tier.append(*row, share)

    def _count_cores(self, cores: int) -> None:
        """Resize to this many cores; drop the samples of the former number."""
        for tier in self._tiers:
            tier.cores = cores
            tier.each = bytearray(b"\xff") * (cores * len(tier.times))

    def since(self, start: float) -> Span:
        """Return the rows since a time (epoch s, Engine's clock)."""
        return Span(self._tiers, start)

    @property
    def size(self) -> int:
        """Bytes that its rows take."""
        return sum(tier.size for tier in self._tiers)


def _began_anew(before: Usage, usage: Usage) -> bool:
    """Return whether the container was restarted between two samples: its total CPU time decreased."""
    return before.cpu_time is not None and usage.cpu_time is not None and usage.cpu_time < before.cpu_time


def _row(usage: Usage, before: Usage | None, passed: float) -> list[float]:
    """Return a row by `Column`. Without a previous sample it has no rates."""

    def known(value: float | None) -> float:
        return value if value is not None and value < _ABSURD else NAN

    rates = [NAN] * len(_RATES)
    if before is not None:
        rates = [_rate(getattr(usage, name), getattr(before, name), passed) for name in _RATES]
    cpu, memory = known(usage.cpu), known(usage.memory)
    held_back = known(usage.throttled), known(usage.throttled_time)
    return [
        cpu,
        memory,
        known(usage.memory_limit),
        known(usage.cache),
        *rates,
        known(usage.pids),
        *held_back,
        cpu,
        memory,
    ]


def _rate(total: int | None, before: int | None, passed: float) -> float:
    """Return the growth of a total per second; NaN if it is missing or was reset."""
    if total is None or before is None or not 0 <= total - before < _ABSURD:
        return NAN
    return (total - before) / passed


class StatsHistory:
    """The histories of all containers by ID. `clock` (epoch s) is the program's."""

    def __init__(self, clock: Callable[[], float] = time.time, budget: int = BUDGET) -> None:
        self._clock = clock
        self._budget = budget
        self._series: dict[str, Series] = {}
        self._began: dict[str, tuple[float, float]] = {}
        self._removed: OrderedDict[str, float] = OrderedDict()

    def take(self, id: str, usage: Usage) -> None:
        """Add a sample of a container."""
        series = self._series.get(id)
        if series is None or usage.read < series.last - _CLOCK_SET_BACK:
            self._purge()
            series = self._series[id] = Series(usage)
        series.take(usage, self._share)

    @property
    def _share(self) -> float:
        """The fraction of its full number of rows that each history may keep within the budget."""
        return min(1.0, self._budget / (len(self._series) * _ROWS * _ROW_BYTES))

    def interrupt(self, id: str) -> None:
        """Begin a gap: sampling of a container stopped, so its next sample is not compared with the last."""
        if (series := self._series.get(id)) is not None:
            series.interrupt(self._share)

    def stop(self, id: str) -> None:
        """Record that a container is not running: its history stays, followed by a gap."""
        if (series := self._series.get(id)) is not None:
            series.running = False
            series.interrupt(self._share)

    def begin(self, id: str, since: float | None, error: float) -> None:
        """Record that a container runs since a time (epoch s, known to `error` seconds); a new time means a restart."""
        if since is None:
            return
        before, self._began[id] = self._began.get(id), (since, error)
        if before is not None and abs(since - before[0]) > error + before[1]:
            self.stop(id)

    def remove(self, id: str) -> None:
        """Record that a container was removed: its history is dropped after `GRACE`."""
        self._began.pop(id, None)
        if id in self._series:
            self.stop(id)
            self._removed[id] = self._clock()
        self._purge()

    def _purge(self) -> None:
        """Drop the histories whose grace is over."""
        while self._removed:
            id, at = next(iter(self._removed.items()))
            if self._clock() - at < GRACE:
                return
            del self._removed[id]
            self._series.pop(id, None)

    def series(self, id: str) -> Series | None:
        """Return the history of a container, or None if it was never sampled."""
        return self._series.get(id)

    def last(self, id: str) -> Usage | None:
        """Return the last sample of a container, even if it has stopped or was removed moments ago."""
        series = self._series.get(id)
        return series.usage if series is not None else None

    def peak_memory(self, id: str) -> int | None:
        """Return the highest memory sampled since the container was last started, in bytes; None without a sample."""
        series = self._series.get(id)
        return series.peak_memory if series is not None else None

    @property
    def size(self) -> int:
        """Bytes that all rows take."""
        return sum(series.size for series in self._series.values())

"""What containers used, from the moment the program first saw each: bounded in time and in bytes, gaps left open.

It takes the samples that are taken anyway and asks for none. Rates are made here, of the totals that the Engine
tells: never across a restart, where the totals begin anew, and never across a time in which nobody looked.
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
"""Ten minutes of a sample every two seconds, an hour of ten seconds each, half a day of minutes."""
BUDGET: Final = 32 * 2**20
"""Bytes that all histories may take together. With more containers each is kept for a shorter time."""
GRACE: Final = 600.0
"""Seconds that the history of a removed container is kept."""
_SHORTEST: Final = 0.2
"""Seconds. Two samples closer together give no rate worth showing; the later one is let go."""
SMOOTHED_OVER: Final = 10.0
"""Seconds. The time constant of the exponentially weighted means in `Series.smooth`."""
_ABSURD: Final = 1e30
"""What an Engine tells beyond this is no figure, and no float would hold all of it."""
_CLOCK_SET_BACK: Final = 60.0
"""Seconds. An Engine whose clock went back by more begins anew; by less, it is waited for."""


class Column(IntEnum):
    """What a row holds. CPU and throttling in percent, memory in bytes, rates in bytes a second."""

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
    """The history of one container. `first` and `last` are when it was first and last sampled (epoch s, Engine's)."""

    def __init__(self, usage: Usage) -> None:
        self.first = self.last = usage.read
        self.peak_memory: int | None = None
        """The highest memory sampled since the container was last started, in bytes."""
        self.running = True
        """Whether the last that was heard is that it runs."""
        self.usage = usage
        self.smooth = [NAN] * len(Column)
        """By `Column`, what it uses, smoothed: an exponentially weighted mean, begun anew after a gap."""
        self._broken = True
        self._tiers = [Tier(scale, len(Column), 0) for scale in SCALES]
        self._means = [Mean(len(Column), Column.CPU_PEAK) for _ in SCALES[1:]]

    def take(self, usage: Usage, share: float) -> None:
        """Add a sample; those too close to the one before are let go, and counted with the next."""
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
        if anew:  # a difference to what was before
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
        """Nothing is known from here on: a gap, until the next sample."""
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
        """So many processors are told from now on; what was told of others is let go."""
        for tier in self._tiers:
            tier.cores = cores
            tier.each = bytearray(b"\xff") * (cores * len(tier.times))

    def since(self, start: float) -> Span:
        """What is known from a moment on (epoch s, the Engine's)."""
        return Span(self._tiers, start)

    @property
    def size(self) -> int:
        """Bytes that its rows take."""
        return sum(tier.size for tier in self._tiers)


def _began_anew(before: Usage, usage: Usage) -> bool:
    """Whether the container was started between two samples: the time it has used has become less."""
    return before.cpu_time is not None and usage.cpu_time is not None and usage.cpu_time < before.cpu_time


def _row(usage: Usage, before: Usage | None, passed: float) -> list[float]:
    """A row by `Column`. Without a sample before it there are no rates."""

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
    """By how much a total grows a second; one that was set back, or is not told, has no rate."""
    if total is None or before is None or not 0 <= total - before < _ABSURD:
        return NAN
    return (total - before) / passed


class StatsHistory:
    """The histories of all containers by identity. `clock` (epoch s) is the program's."""

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
        """Of the rows that a history may have, the part that the budget has room for."""
        return min(1.0, self._budget / (len(self._series) * _ROWS * _ROW_BYTES))

    def interrupt(self, id: str) -> None:
        """Nobody looks at a container any more: what comes next is not compared with what was."""
        if (series := self._series.get(id)) is not None:
            series.interrupt(self._share)

    def stop(self, id: str) -> None:
        """A container does not run: its history stays, and a gap follows."""
        if (series := self._series.get(id)) is not None:
            series.running = False
            series.interrupt(self._share)

    def begin(self, id: str, since: float | None, error: float) -> None:
        """A container runs, since a moment (epoch s) told to `error` seconds: if that is another, it was restarted."""
        if since is None:
            return
        before, self._began[id] = self._began.get(id), (since, error)
        if before is not None and abs(since - before[0]) > error + before[1]:
            self.stop(id)

    def remove(self, id: str) -> None:
        """A container is gone: its history goes after a grace."""
        self._began.pop(id, None)
        if id in self._series:
            self.stop(id)
            self._removed[id] = self._clock()
        self._purge()

    def _purge(self) -> None:
        """Let go of those whose grace is over."""
        while self._removed:
            id, at = next(iter(self._removed.items()))
            if self._clock() - at < GRACE:
                return
            del self._removed[id]
            self._series.pop(id, None)

    def series(self, id: str) -> Series | None:
        """The history of a container, if it was ever sampled."""
        return self._series.get(id)

    def last(self, id: str) -> Usage | None:
        """The last sample of a container, also of one that has ended or was removed a moment ago."""
        series = self._series.get(id)
        return series.usage if series is not None else None

    def peak_memory(self, id: str) -> int | None:
        """The highest memory sampled since the container was last started, in bytes; None if none was."""
        series = self._series.get(id)
        return series.peak_memory if series is not None else None

    @property
    def size(self) -> int:
        """Bytes that all rows take."""
        return sum(series.size for series in self._series.values())

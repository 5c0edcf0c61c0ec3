"""The rows of the overview: smoothed usage of all running containers, and their sums beside the host's capacity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from dockertui.engine.fields import Reply
from dockertui.engine.models import Container
from dockertui.live.history import Column as Of
from dockertui.live.history import StatsHistory
from dockertui.live.rows import NAN
from dockertui.resources import column_factories as column
from dockertui.resources import format
from dockertui.widgets.chart import Glyphs, gauge
from dockertui.widgets.columns import Cell, Column

_UNKNOWN: Final = (NAN,) * len(Of)
_GAUGE: Final = 8
_HELD_BACK: Final = 25.0
"""Percent of throttled periods from which a container counts as held back by its limit."""


class OverviewRow(NamedTuple):
    """A running container and its usage by `live.history.Column`; NaN for unknown figures."""

    container: Container
    figures: Sequence[float]

    def figure(self, column: Of) -> float | None:
        """Return a figure, or None if it is unknown."""
        value = self.figures[column]
        return value if value == value else None


class Capacity(NamedTuple):
    """The host's cores and bytes of memory; 0 while unknown."""

    processors: int = 0
    memory: int = 0

    @classmethod
    def of(cls, info: Reply) -> Capacity:
        """Read the Engine's `/info` reply."""
        return cls(info.number("NCPU"), info.number("MemTotal"))


def load(container: Container, history: StatsHistory) -> OverviewRow:
    """Return a container's current, smoothed usage."""
    series = history.series(container.id)
    if series is None:
        return OverviewRow(container, _UNKNOWN)
    return OverviewRow(container, tuple(series.smooth))


def _sum(loads: Iterable[OverviewRow], column: Of) -> float:
    return sum(value for load in loads if (value := load.figure(column)) is not None)


def totals(loads: Sequence[OverviewRow], host: Capacity, glyphs: Glyphs) -> list[tuple[str, str, int]]:
    """Return the sums beside the host's capacity: names, texts, and priorities for when room is short."""
    cpu, memory = _sum(loads, Of.CPU), _sum(loads, Of.MEMORY)
    cpu_text, memory_text = format.share(cpu), format.memory(memory, 3)
    if host.processors:
        cpu_text = f"{_bar(cpu / 100 / host.processors, glyphs)} {cpu_text} of {host.processors * 100}%"
    if host.memory:
        memory_text = f"{_bar(memory / host.memory, glyphs)} {memory_text} of {format.memory(host.memory, 3)}"
    net, block = (_both(loads, *pair) for pair in ((Of.RX, Of.TX), (Of.READ, Of.WRITE)))
    return [
        ("CPU", cpu_text, 0),
        ("MEM", memory_text, 0),
        ("NET", net, 3),
        ("BLOCK", block, 4),
        ("PIDS", f"{_sum(loads, Of.PIDS):.0f}", 5),
    ]


def _both(loads: Iterable[OverviewRow], one: Of, other: Of) -> str:
    known = tuple(loads)
    return f"{format.rate(_sum(known, one))} / {format.rate(_sum(known, other))}"


def _bar(share: float, glyphs: Glyphs) -> str:
    return gauge(share, _GAUGE, glyphs)


def columns(host: Capacity, glyphs: Glyphs) -> list[Column[OverviewRow]]:
    """Return the columns of the overview. Bars show shares of the host's cores, and of the container's memory limit."""

    def cpu(row: OverviewRow) -> Cell:
        value = row.figure(Of.CPU)
        if value is None:
            return Cell("", "dim")
        held_back = (row.figure(Of.THROTTLED) or 0) >= _HELD_BACK
        style = "bad" if value >= 90 else "warn" if value >= 50 or held_back else ""
        return Cell(format.share(value), style)

    def cpu_bar(row: OverviewRow) -> Cell:
        value = row.figure(Of.CPU)
        return Cell("" if value is None else _bar(value / 100 / max(1, host.processors), glyphs), "good")

    def memory_share(row: OverviewRow) -> float | None:
        value, limit = row.figure(Of.MEMORY), row.figure(Of.LIMIT)
        return value / limit if value is not None and limit else None

    def memory(row: OverviewRow) -> Cell:
        value, share = row.figure(Of.MEMORY), memory_share(row) or 0.0
        text = "" if value is None else format.memory(value, 3)
        return Cell(text, "bad" if share >= 0.9 else "warn" if share >= 0.75 else "")

    def memory_bar(row: OverviewRow) -> Cell:
        share = memory_share(row)
        return Cell("" if share is None else _bar(share, glyphs), "busy")

    def pair(one: Of, other: Of, row: OverviewRow) -> str:
        first, second = row.figure(one), row.figure(other)
        return "" if first is None or second is None else f"{format.size(first)} / {format.size(second)}"

    def sum_of(one: Of, other: Of, row: OverviewRow) -> float | None:
        first, second = row.figure(one), row.figure(other)
        return None if first is None or second is None else first + second

    def pids(row: OverviewRow) -> str:
        value = row.figure(Of.PIDS)
        return "" if value is None else f"{value:.0f}"

    return [
        Column("name", "NAME", lambda row: row.container.name, lambda row: row.container.name.lower(), width=16),
        Column("cpu", "CPU", cpu, lambda row: row.figure(Of.CPU), width=5, right=True),
        Column("cpu_bar", "OF HOST", cpu_bar, width=_GAUGE, priority=5),
        Column("memory", "MEM", memory, lambda row: row.figure(Of.MEMORY), width=7, right=True, priority=1),
        Column("memory_bar", "OF LIMIT", memory_bar, memory_share, width=_GAUGE, priority=6),
        Column("net", "NET/s IN / OUT", lambda row: pair(Of.RX, Of.TX, row), lambda row: sum_of(Of.RX, Of.TX, row),
               width=15, right=True, priority=2),
        Column("block", "BLK/s RD / WR", lambda row: pair(Of.READ, Of.WRITE, row),
               lambda row: sum_of(Of.READ, Of.WRITE, row), width=15, right=True, priority=3),
        Column("pids", "PIDS", pids, lambda row: row.figure(Of.PIDS), width=4, right=True, priority=4),
        column.image(lambda row: row.container.image, priority=7),
        Column("project", "PROJECT", lambda row: row.container.project, lambda row: row.container.project or None,
               width=12, priority=8),
    ]  # fmt: skip

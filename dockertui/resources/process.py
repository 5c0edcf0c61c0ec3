"""The columns of the tree of a container's processes."""

from __future__ import annotations

from collections.abc import Callable

from dockertui.live.processes import ProcessUsage
from dockertui.resources import format
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.tree_order import Branch

COMMAND = "command"
SORTS = ("cpu", "memory", "time")
_STATES = {
    "R": ("run", "good"),
    "S": ("sleep", "dim"),
    "I": ("idle", "dim"),
    "D": ("disk", "warn"),
    "T": ("stop", "warn"),
    "t": ("trace", "warn"),
    "Z": ("zombie", "bad"),
    "X": ("dead", "bad"),
}
"""The first letter of `ps`'s STAT as a word: ps(1), PROCESS STATE CODES."""


def columns(shown: Callable[[str], str]) -> list[Column[Branch[ProcessUsage]]]:
    """Return the columns; the last has the tree, where `shown` masks the secrets of a command line.

    CPU is in percent of one core: `NOW%` over the last seconds, `LIFE%` since the start.
    """
    return [
        Column("pid", "PID", lambda row: str(row.item.process.pid), width=5, right=True),
        Column("user", "USER", lambda row: row.item.process.user, width=8, priority=1),
        Column("state", "STATE", _state, width=6, priority=4),
        Column("threads", "THR", lambda row: _count(row.item.process.threads), width=4, right=True, priority=6),
        Column("cpu", "NOW%", _cpu, lambda row: row.item.cpu, width=5, right=True),
        Column("average", "LIFE%", _average, width=5, right=True, priority=5),
        Column("memory", "MEM", _memory, lambda row: row.item.process.memory, width=8, right=True),
        Column("time", "CPU TIME", _time, lambda row: row.item.process.cpu_time, width=8, right=True, priority=3),
        Column("age", "AGE", _age, width=3, right=True, priority=2),
        Column("tty", "TTY", lambda row: row.item.process.tty or "-", width=6, priority=7),
        Column(COMMAND, "COMMAND", lambda row: shown(row.item.process.command), width=24),
    ]


def found_in(live: ProcessUsage) -> str:
    """Return the text that a search looks at."""
    return f"{live.process.command}\n{live.process.user}\n{live.process.pid}"


def _state(row: Branch[ProcessUsage]) -> Cell:
    state = row.item.process.state
    return Cell(*_STATES.get(state[:1], (state or "-", "dim")))


def _cpu(row: Branch[ProcessUsage]) -> Cell:
    share = row.item.cpu
    if share is None:
        return Cell("-", "dim")
    return Cell(format.share(share), "warn" if share >= 90 else "" if share >= 0.05 else "dim")


def _average(row: Branch[ProcessUsage]) -> Cell:
    average = row.item.process.average
    return Cell("-" if average is None else format.share(average), "dim")


def _memory(row: Branch[ProcessUsage]) -> str:
    memory = row.item.process.memory
    return "-" if memory is None else format.memory(memory)


def _time(row: Branch[ProcessUsage]) -> str:
    """Return minutes and seconds of CPU time, like `top`."""
    used = row.item.process.cpu_time
    if used is None:
        return "-"
    minutes, seconds = divmod(int(used), 60)
    return f"{minutes}:{seconds:02d}" if minutes < 10_000 else format.age(used)


def _age(row: Branch[ProcessUsage]) -> str:
    age = row.item.process.age
    return "-" if age is None else format.age(age)


def _count(count: int | None) -> str:
    return "-" if count is None else str(count)

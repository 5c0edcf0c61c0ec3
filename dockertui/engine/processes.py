"""The processes of a container as the Engine's `ps` lists them: GET /containers/{id}/top.

An Engine runs its host's `ps` and keeps the lines of the container's processes. The columns it knows differ: the three
formats serve procps 4, procps 3 and busybox, the Engine's default anything else. Podman has a list of its own, of the
PIDs inside the container.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import strings

FORMATS: Final[tuple[str | None, ...]] = (
    "-eo pid,ppid,user:32,nlwp,tty,stat,etimes,cputimes,rss,pcpu,cuu,args",
    "-eo pid,ppid,user:32,nlwp,tty,stat,etimes,times,rss,pcpu,args",
    "-eo pid,ppid,user,tty,stat,etime,time,rss,args",
    None,
)
"""Options of `ps`, best first; None is the Engine's own, `-ef`."""
PODMAN_FORMATS: Final[tuple[str | None, ...]] = ("pid,ppid,user,tty,state,etime,time,rss,pcpu,args", None)
"""Descriptors of podman-top(1), which reads /proc itself; options would make it run a `ps` that may be missing."""

_REFUSALS: Final = (ErrorKind.SERVER, ErrorKind.BAD_REQUEST)
_USERS: Final = ("USER", "UID", "EUSER", "RUSER")
_COMMANDS: Final = ("COMMAND", "CMD", "ARGS")
_CLOCK: Final = re.compile(r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)(?:\.\d+)?")
_SPOKEN: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?")
_SIZE: Final = re.compile(r"([\d.]+)([kmgtKMGT]?)")
_FINE: Final = 3
"""Decimals that make a percentage precise enough to compute with."""
_UNCOUNTED: Final = ("?", "-", "??")


class Process(NamedTuple):
    """One process. A value that its `ps` does not print is None, or empty.

    age: seconds since it started. cpu_time: whole seconds of processor time used. average: percent of one processor
    over its whole life. average_fine: the same with three decimals. memory: resident bytes.
    """

    pid: int
    ppid: int | None
    user: str
    threads: int | None
    tty: str
    state: str
    age: float | None
    cpu_time: float | None
    average: float | None
    average_fine: float | None
    memory: int | None
    command: str


class ProcessList(NamedTuple):
    """A container's processes, in the order of `ps`. `titles` are its columns."""

    titles: tuple[str, ...]
    processes: tuple[Process, ...]


class ProcessLister:
    """Lists the processes of containers on one Engine, and learns which columns its `ps` has."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._format = 0

    @property
    def ps_args(self) -> str | None:
        """The options of the last listing."""
        return self._formats[self._format]

    @property
    def _formats(self) -> tuple[str | None, ...]:
        version = self._engine.version
        return PODMAN_FORMATS if version is not None and version.podman else FORMATS

    async def list(self, container: str) -> ProcessList:
        """List the processes. Raises EngineError: CONFLICT when it is not running, NOT_FOUND when it is gone."""
        while True:
            try:
                return listing(await containers.top(self._engine, container, self.ps_args))
            except EngineError as error:
                refused = error.kind in _REFUSALS and "ps" in error.message
                if not refused or self._format == len(self._formats) - 1:
                    raise
                self._format += 1


def listing(reply: Mapping[str, Any]) -> ProcessList:
    """Parse a reply of /top. Lines without a number as their PID are left out: they are threads."""
    titles, lines = tuple(strings(reply, "Titles")), reply.get("Processes")
    if len(titles) == 1 and isinstance(lines, list):  # Podman, with a `ps` whose columns it cannot parse
        titles = tuple(titles[0].split())
        lines = [str(line[0]).split(None, len(titles) - 1) for line in lines if isinstance(line, list) and line]
    columns = {title: index for index, title in reversed(list(enumerate(titles)))}
    found = [_process(columns, line) for line in lines or () if isinstance(line, list)] if titles else []
    return ProcessList(titles, tuple([process for process in found if process is not None]))


def _process(columns: Mapping[str, int], line: Sequence[Any]) -> Process | None:
    def cell(*titles: str) -> str:
        for title in titles:
            index = columns.get(title)
            if index is not None and index < len(line):
                return str(line[index])
        return ""

    pid = _number(cell("PID"))
    if pid is None:
        return None
    tty, share = cell("TT", "TTY"), cell("%CPU")
    return Process(
        pid,
        _number(cell("PPID")),
        cell(*_USERS),
        _number(cell("NLWP", "THCNT")),
        "" if tty in _UNCOUNTED else tty,
        cell("STAT", "S", "STATE"),
        seconds(cell("ELAPSED")),
        seconds(cell("TIME")),
        _decimal(share),
        _decimal(cell("%CUU") or (share if len(share.partition(".")[2]) == _FINE else "")),
        _memory(cell("RSS")),
        cell(*_COMMANDS),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _decimal(text: str) -> float | None:
    whole, _, rest = text.partition(".")
    return float(text) if text.isascii() and whole.isdecimal() and (not rest or rest.isdecimal()) else None


def seconds(text: str) -> float | None:
    """Parse a duration of `ps`: `131`, `02:11`, `3-04:05:06`, or Podman's `2m11.5s`."""
    if not text.isascii() or len(text) > 32:
        return None
    if (whole := _number(text)) is not None:
        return float(whole)
    if match := _CLOCK.fullmatch(text):
        days, hours, minutes, last = (int(part or 0) for part in match.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + last)
    if text and (match := _SPOKEN.fullmatch(text)) and match[0] not in ("", "."):
        rest = _decimal(match[3] or "0")
        return None if rest is None else int(match[1] or 0) * 3600.0 + int(match[2] or 0) * 60 + rest
    return None


def _memory(text: str) -> int | None:
    """Convert resident kibibytes to bytes; busybox abbreviates them, `12m`."""
    match = _SIZE.fullmatch(text) if text.isascii() else None
    amount = _decimal(match[1]) if match else None
    if match is None or amount is None:
        return None
    unit = match[2].lower()
    return int(amount * 1024 ** (" kmgt".index(unit) if unit else 1))

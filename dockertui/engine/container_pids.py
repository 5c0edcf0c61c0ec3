"""The PID inside its container of a process whose host PID the Engine reports.

The API does not give it. A shell in the container lists its /proc; a process is recognised by its own and its
ancestors' names, and identical ones by the order in which they started, which is the same on both sides. An uncertain
match is an error, never a guess: it decides which process a signal kills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from dockertui.engine import containers, execs
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command
from dockertui.engine.fields import mapping, number, text
from dockertui.engine.processes import listing

USER: Final = "0"
"""The user who lists and signals: no other may signal processes of other users."""
SHELLS: Final = (("sh",), ("/bin/busybox", "sh"))
LIST: Final = 'for p in /proc/[0-9]*; do { IFS= read -r s <"$p/stat" && echo "$s"; } 2>/dev/null; done; echo "self $$"'
"""Prints a line of /proc/PID/stat for each process, then the shell's own PID, with builtins of any shell only."""

_PS_ARGS: Final = "-eo pid,ppid,etimes,comm"
_PODMAN_ARGS: Final = "pid,ppid,etime,comm"
_HZ: Final = 100
"""Clock ticks a second in /proc/PID/stat: USER_HZ, the same on all of Docker's platforms."""
_TRIES: Final = 3
_CANNOT_RUN: Final = (126, 127)


class ContainerPids(NamedTuple):
    """A process as its container sees it. started: clock ticks since the machine booted."""

    pid: int
    started: int
    shell: tuple[str, ...]
    """The command of a shell in the container that can signal it."""


class _Seen(NamedTuple):
    """A process on either side. born: its start in seconds since an arbitrary origin."""

    pid: int
    ppid: int
    born: float
    name: str
    started: int = 0


async def find(engine: Engine, container: str, pid: int) -> ContainerPids:
    """Find the process with host PID `pid` inside its container.

    Raises EngineError: NOT_FOUND when it has ended, UNSUPPORTED when the container cannot be asked or the process
    cannot be told apart from others.
    """
    inspect = await containers.inspect(engine, container)
    first = number(mapping(inspect, "State"), "Pid") or 0
    host_pids = text(mapping(inspect, "HostConfig"), "PidMode") == "host"
    shell = await _shell(engine, container, pid)
    for _ in range(_TRIES):  # processes start and end between the two lists
        outside = await _outside(engine, container)
        if not any(one.pid == pid for one in outside):
            raise EngineError(ErrorKind.NOT_FOUND, f"process {pid} has ended")
        inside = await _inside(engine, container, shell)
        same = host_pids or not any(one.pid == first for one in outside)  # Podman reports the container's own PIDs
        found = _of_pid(inside, outside, pid) if same else match(outside, inside, pid)
        if found is not None:
            return ContainerPids(found.pid, found.started, shell)
    raise EngineError(
        ErrorKind.UNSUPPORTED,
        f"which process of the container is {pid} on the host cannot be told for sure",
        by_hand(pid),
    )


def by_hand(pid: int) -> str:
    """Return the remedy: how to signal the process on the host."""
    return f"on the Engine's host, kill -s SIGNAL {pid} does it"


async def _shell(engine: Engine, container: str, pid: int) -> tuple[str, ...]:
    """Return the command of a shell that the container has."""
    for words in SHELLS:
        try:
            ended = await execs.run(engine, container, Command((*words, "-c", "exit 0"), tty=False, user=USER))
        except EngineError as error:
            if error.kind not in (ErrorKind.BAD_REQUEST, ErrorKind.SERVER, ErrorKind.NOT_FOUND):
                raise
            continue  # Podman refuses a program that cannot run; with Docker it exits with 126 or 127
        if ended.exit_code not in _CANNOT_RUN:
            return words
    message = "the container has no shell to send a signal with to any but its first process"
    raise EngineError(ErrorKind.UNSUPPORTED, message, by_hand(pid))


async def _outside(engine: Engine, container: str) -> list[_Seen]:
    podman = engine.version is not None and engine.version.podman
    try:
        processes = listing(await containers.top(engine, container, _PODMAN_ARGS if podman else _PS_ARGS)).processes
    except EngineError as error:
        if error.kind not in (ErrorKind.SERVER, ErrorKind.BAD_REQUEST):
            raise
        message = "the Engine's ps does not tell processes apart well enough to signal one"
        raise EngineError(ErrorKind.UNSUPPORTED, message) from error
    return [
        _Seen(one.pid, one.ppid or 0, -(one.age or 0.0), _name(one.command.removesuffix(" <defunct>")))
        for one in processes
    ]


async def _inside(engine: Engine, container: str, shell: Sequence[str]) -> list[_Seen]:
    ended = await execs.run(engine, container, Command((*shell, "-c", LIST), tty=False, user=USER))
    return inside_of(ended.out.decode("utf-8", "replace"))


def inside_of(printed: str) -> list[_Seen]:
    """Return the processes in the output of `LIST`, without the shell that printed it."""
    *lines, last = printed.split("\nself ")[0].splitlines() + printed.split("\nself ")[1:2] or [""]
    own = int(last) if last.strip().isdecimal() else 0
    seen = [one for line in lines if (one := _stat(line)) is not None and one.pid != own]
    return [one for one in seen if one.ppid != own]


def _stat(line: str) -> _Seen | None:
    """Parse a line of /proc/PID/stat, see proc(5). A name may hold blanks and brackets: the last bracket ends it."""
    head, bracket, tail = line.rpartition(") ")
    pid, opened, name = head.partition(" (")
    fields = tail.split()
    if not (bracket and opened and pid.isdecimal() and len(fields) > 19):
        return None
    ppid, started = fields[1], fields[19]
    if not (ppid.isdecimal() and started.isdecimal()):
        return None
    return _Seen(int(pid), int(ppid), int(started) / _HZ, _name(name), int(started))


def _name(text: str) -> str:
    """Normalise a name: `ps` writes `?` for unprintable characters, and the Engine joins blanks."""
    return "".join(char if "!" <= char <= "~" else "?" for char in " ".join(text.split()))


def _of_pid(inside: Sequence[_Seen], outside: Sequence[_Seen], pid: int) -> _Seen | None:
    """Find the process when both sides use the same PIDs; its name must be the same, too."""
    name = next(one.name for one in outside if one.pid == pid)
    return next((one for one in inside if one.pid == pid and one.name == name), None)


def match(outside: Sequence[_Seen], inside: Sequence[_Seen], pid: int) -> _Seen | None:
    """Return the process inside that is `pid` outside; None when that is uncertain."""
    there, here = _by_pid(outside), _by_pid(inside)
    lineage = _lineage(there, pid)
    twins = _alike(there, outside, lineage)
    candidates = _alike(here, inside, lineage)
    if len(twins) != len(candidates):
        return None
    place = [one.pid for one in twins].index(pid)
    found = candidates[place]
    root_there, root_here = there[_root(there, pid)], here[_root(here, found.pid)]
    apart = (there[pid].born - root_there.born) - (found.born - root_here.born)
    return found if abs(apart) < _APART else None


_APART: Final = 1.5
"""Largest difference in seconds between the two sides' start times, counted from the first ancestor: `ps` has whole
ones."""


def _by_pid(seen: Sequence[_Seen]) -> dict[int, _Seen]:
    return {one.pid: one for one in seen}


def _ancestors(known: Mapping[int, _Seen], pid: int) -> list[_Seen]:
    """Return the process and its ancestors, as far as they are listed."""
    found: list[_Seen] = []
    one = known.get(pid)
    while one is not None and len(found) <= len(known):
        found.append(one)
        one = known.get(one.ppid) if one.ppid != one.pid else None
    return found


def _lineage(known: Mapping[int, _Seen], pid: int) -> tuple[str, ...]:
    return tuple(one.name for one in _ancestors(known, pid))


def _root(known: Mapping[int, _Seen], pid: int) -> int:
    return _ancestors(known, pid)[-1].pid


def _alike(known: Mapping[int, _Seen], seen: Sequence[_Seen], lineage: tuple[str, ...]) -> list[_Seen]:
    """Return the processes with the same names up to the first ancestor, in the order of their start."""
    alike = [one for one in seen if one.name == lineage[0] and _lineage(known, one.pid) == lineage]
    return sorted(alike, key=lambda one: (one.born, one.pid))

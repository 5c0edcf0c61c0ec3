"""The processes of a container, as the host's `ps` and as the container itself see them.

The first one of the temper's is process 1, the others are its children; what execs run hangs on no process of the
container, as with a real Engine. Nothing is remembered but what has ended: the rest follows from the time.
"""

import signal as signals
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from dockertui.demo import lifecycle, stats
from dockertui.demo.host import Host, Refusal
from dockertui.demo.objects import Container, Exec

HZ = 100
_SHIM = 21
"""The PID of what started a container is so much lower than that of its first process."""
_FIRST_CHILD = 7
_BOOT = 400 * 86_400
"""Seconds that the host was up at its birth: longer than any container runs."""
_ENDING = {signals.SIGHUP, signals.SIGINT, signals.SIGQUIT, signals.SIGKILL, signals.SIGTERM, signals.SIGUSR1}


@dataclass(frozen=True, slots=True)
class Process:
    """One process. pid is the host's, inside the container's; cpu in seconds used, memory in bytes."""

    pid: int
    ppid: int
    inside: int
    inside_parent: int
    user: str
    tty: str
    state: str
    started: float
    age: float
    cpu: float
    memory: int
    threads: int
    command: str


def of(host: Host, container: Container) -> list[Process]:
    """Those of a running or paused container, its own first, by their PIDs; what its execs run behind them."""
    now, begun = host.now(), container.started or host.now()
    reading, temper = stats.at(host, container, now), container.temper
    listed = temper.processes or (("root", " ".join(container.command)),)
    shares = _shares(len(listed), zlib.crc32(container.id.encode()))
    found = []
    for nth, (user, command) in enumerate(listed):
        if nth in container.ended:
            continue
        state = "D" if container.state == "paused" else "R" if temper.cpu * shares[nth] > 0.4 else "S"
        place = (container.pid - _SHIM, 1, 0) if nth == 0 else (container.pid, _FIRST_CHILD + nth - 1, 1)
        found.append(Process(
            container.pid + nth * 7, *place, user, "pts/0" if container.tty else "?", state if nth else f"{state}s",
            begun + nth * 0.05, max(now - (begun + nth * 0.05), 0.0), reading.cpu / 1e9 * shares[nth],
            int(reading.memory * shares[nth]) + (412 << 10), 4 if temper.cpu > 1 else 1, command,
        ))  # fmt: skip
    for run in host.execs.values():
        if run.running and run.container_id == container.id:
            place, user = (container.pid - _SHIM, inside_pid(container, run), 0), run.user.partition(":")[0] or "root"
            tty, age = "pts/1" if run.tty else "?", max(now - (run.began or now), 0.0)
            command = " ".join(run.words)
            found.append(Process(run.pid, *place, user, tty, "Ss", run.began or now, age, 0.0, 1 << 20, 1, command))
    return found


def _shares(count: int, seed: int) -> list[float]:
    """What each uses of the whole: the first of several little, the others unevenly."""
    if count < 2:
        return [1.0] * count
    weights = [0.4, *(1.0 + (seed >> nth & 3) * 0.5 for nth in range(count - 1))]
    return [weight / sum(weights) for weight in weights]


def inside_pid(container: Container, exec_: Exec) -> int:
    """The PID of an exec's process in the container."""
    return 20 + (exec_.pid - container.pid) % 30_000


def signal(host: Host, container: Container, inside: int, name: str) -> bool:
    """Send a signal to a process by its PID in the container; False for one that is not there."""
    one = next((one for one in of(host, container) if one.inside == inside), None)
    number = lifecycle.signal_number(name)
    if one is None:
        return False
    if inside == 1:
        lifecycle.kill(host, container, container.name, name)
    elif number in _ENDING and one.inside_parent == 1:
        container.ended.add(inside - _FIRST_CHILD + 1)
    return True


def ticks(host: Host, one: Process) -> int:
    """When it started, as /proc/PID/stat counts."""
    return int((one.started - host.born + _BOOT) * HZ)


def stat_line(host: Host, one: Process) -> str:
    """Its /proc/PID/stat: proc(5)."""
    rest = "0 " * 17
    return f"{one.inside} ({_name(one)}) {one.state[0]} {one.inside_parent} {rest}{ticks(host, one)} 0 0"


def _name(one: Process) -> str:
    """The kernel's name of it: that of the program's file, 15 characters of it."""
    words = one.command.split()
    return (words[0].rpartition("/")[2] if words else "")[:15]


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def _elapsed(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86_400)
    return f"{days}-{_clock(rest)}" if days else _clock(rest).removeprefix("00:")


def _average(one: Process) -> float:
    return one.cpu / one.age * 100 if one.age > 0 else 0.0


_COLUMNS: dict[str, tuple[str, Callable[[Process], str]]] = {
    "pid": ("PID", lambda one: str(one.pid)),
    "ppid": ("PPID", lambda one: str(one.ppid)),
    "user": ("USER", lambda one: one.user),
    "uid": ("UID", lambda one: one.user),
    "nlwp": ("NLWP", lambda one: str(one.threads)),
    "tty": ("TT", lambda one: one.tty),
    "stat": ("STAT", lambda one: one.state),
    "etimes": ("ELAPSED", lambda one: str(int(one.age))),
    "etime": ("ELAPSED", lambda one: _elapsed(one.age)),
    "cputimes": ("TIME", lambda one: str(int(one.cpu))),
    "times": ("TIME", lambda one: str(int(one.cpu))),
    "time": ("TIME", lambda one: _clock(one.cpu)),
    "rss": ("RSS", lambda one: str(one.memory >> 10)),
    "pcpu": ("%CPU", lambda one: f"{_average(one):.1f}"),
    "cuu": ("%CUU", lambda one: f"{_average(one):.3f}"),
    "comm": ("COMMAND", _name),
    "args": ("COMMAND", lambda one: one.command),
    "UID": ("UID", lambda one: one.user),
    "C": ("C", lambda one: f"{_average(one):.0f}"),
    "STIME": ("STIME", lambda one: "05:36"),
    "TTY": ("TTY", lambda one: one.tty),
    "CMD": ("CMD", lambda one: one.command),
}
_FULL = ("UID", "pid", "ppid", "C", "STIME", "TTY", "time", "CMD")
"""What `ps -ef` shows."""


def ps(host: Host, container: Container, options: str) -> tuple[list[str], list[list[str]]]:
    """Titles and lines of the host's `ps` with these options. Refuses what procps does not know."""
    words = options.replace("=", " ").split()
    wanted = [name.partition(":")[0] for word in words[1:] if "o" in words[0] for name in word.split(",")]
    if unknown := next((name for name in wanted if name not in _COLUMNS), ""):
        raise Refusal(500, f'ps: error: unknown user-defined format specifier "{unknown}"')
    columns = [_COLUMNS[name] for name in wanted or _FULL]
    titles = [title for title, _ in columns]
    if "PID" not in titles:
        raise Refusal(500, "Couldn't find PID field in ps output")
    # The Engine takes a line apart at its blanks; what is too much belongs to the last column.
    return titles, [[" ".join(show(one).split()) for _, show in columns] for one in of(host, container)]

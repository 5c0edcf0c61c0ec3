"""What an exit code means, in words."""

from __future__ import annotations

from typing import Final

_MEANINGS: Final = {
    0: "ended normally",
    1: "the program reported an error",
    2: "the program reported an error, in a shell often a wrong usage",
    125: "the Engine could not start the container",
    126: "the command is there but cannot be executed: not executable, or a directory",
    127: "the command was not found in the image",
    128: "the program ended with a wrong exit code",
    255: "the program reported an error (-1), or its exit code is out of range",
}
# Linux's numbers, which apply in the container; the machine that shows them may have others.
_SIGNALS: Final = {
    1: ("SIGHUP", "its terminal went away"),
    2: ("SIGINT", "interrupted, as by Ctrl-C"),
    3: ("SIGQUIT", "asked to quit, with a core dump"),
    4: ("SIGILL", "an instruction that this processor does not know"),
    5: ("SIGTRAP", "stopped at a trap, often an assertion of the program's runtime"),
    6: ("SIGABRT", "the program gave up by itself, after an assertion or a broken heap"),
    7: ("SIGBUS", "a bad memory access, often a full /dev/shm or a file cut short"),
    8: ("SIGFPE", "an arithmetic error, such as a division by zero"),
    9: ("SIGKILL", "ended by force: docker kill, a stop that took too long, or no memory left"),
    10: ("SIGUSR1", "a signal that the program does not handle"),
    11: ("SIGSEGV", "segmentation fault"),
    12: ("SIGUSR2", "a signal that the program does not handle"),
    13: ("SIGPIPE", "wrote to a pipe that nobody reads"),
    14: ("SIGALRM", "its own alarm went off"),
    15: ("SIGTERM", "asked to end, as docker stop does"),
    24: ("SIGXCPU", "its limit of processor time is used up"),
    25: ("SIGXFSZ", "a file grew beyond its limit"),
    31: ("SIGSYS", "a system call that is not allowed, often by the seccomp profile"),
}
_UNDYING: Final = {
    17: "SIGCHLD", 18: "SIGCONT", 19: "SIGSTOP", 20: "SIGTSTP", 21: "SIGTTIN", 22: "SIGTTOU", 23: "SIGURG",
    26: "SIGVTALRM", 27: "SIGPROF", 28: "SIGWINCH", 29: "SIGIO", 30: "SIGPWR",
}  # fmt: skip
"""Signals that are sent, but that seldom end a program."""
_OOM: Final = "killed by the kernel, because the container reached its memory limit"
_LAST_SIGNAL: Final = 64


def meaning(code: int, oom_killed: bool = False) -> str:
    """Return one line on how a container ended: "137: killed by SIGKILL (128+9), ended by force…".

    Codes 125 to 127 are those of `docker run`, 128 + n a shell's for signal n. `oom_killed` is `State.OOMKilled` of the
    inspect reply.
    """
    if oom_killed and code:
        return f"{code}: {_OOM}"
    if code in _MEANINGS:
        return f"{code}: {_MEANINGS[code]}"
    if signal := signal_of(code):
        return f"{code}: {_by_signal(signal)}"
    return f"{code}: an exit code of the program's own"


def signal_of(code: int) -> int:
    """Return the signal n of an exit code 128 + n; 0 for other codes."""
    return code - 128 if 128 < code <= 128 + _LAST_SIGNAL else 0


def name_of_signal(number: int) -> str:
    """Return the name of a signal: SIGTERM for 15; `signal 40` for one without a name."""
    name = signal_name(str(number))
    return f"signal {number}" if name.isdecimal() else name


def signal_meaning(number: int) -> str:
    """Return why a process usually gets this signal, or ""."""
    return _SIGNALS[number][1] if number in _SIGNALS else ""


def signal_number(name: str) -> int:
    """Return the number of `15`, `SIGTERM` or `term`; 0 for anything else."""
    if name.isdecimal() and len(name) < 4:
        return int(name)
    wanted = f"SIG{name.upper().removeprefix('SIG')}"
    known = {**{number: name for number, (name, _) in _SIGNALS.items()}, **_UNDYING}
    return next((number for number, each in known.items() if each == wanted), 0)


def _by_signal(number: int) -> str:
    why = signal_meaning(number)
    return f"killed by {name_of_signal(number)} (128+{number}){', ' if why else ''}{why}"


def signal_name(signal: str) -> str:
    """Return the name of a signal in an event or request: "15" and "TERM" are SIGTERM, "34" stays."""
    if signal.isdecimal():
        return _SIGNALS[int(signal)][0] if int(signal) in _SIGNALS else _UNDYING.get(int(signal), signal)
    name = signal.upper()
    return name if name.startswith("SIG") or not name else f"SIG{name}"

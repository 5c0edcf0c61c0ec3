"""How a process ended: by the OOM killer, on a request to the Engine, by a signal of unknown origin, by itself.

The order matters: a request is proven by the Engine's events, and explains what would otherwise be a guess.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Final

from dockertui.engine.exit_codes import name_of_signal, signal_meaning, signal_of
from dockertui.resources import format
from dockertui.resources.why.facts import Death, Facts, Kill
from dockertui.resources.why.last_words import likely_by_log
from dockertui.resources.why.verdict import Verdict, after, last_word

_KILL, _TERM = 9, 15
_ASKING: Final = frozenset({1, 2, 3, _TERM})
"""Signals that ask a process to end: HUP, INT, QUIT, TERM."""
_AT_ONCE = 5.0
"""Seconds after a signal in which an end counts as its effect."""
_FOLLOWS = 1.0
"""Seconds after a signal of unknown number in which the exit code tells the number."""
_NO_GRACE = 0.5
"""Seconds between a stop's two signals below which it had no grace period."""
_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "busybox"})
_STOPPED_FROM_OUTSIDE = "an Engine or a host that shuts down stops its containers, too"
_SOMEBODY = "docker kill, docker rm -f, or a tool that does the same"
_ENGINE_CAME_BACK = "or the Engine was started anew: without live restore it ends what still runs"
_NO_EVENTS = "the Engine no longer has the events that would tell who sent it (it keeps the last 256)"
_NO_ORDERS = "Podman's events tell of no stop, and its inspection of none"


def ended(facts: Facts) -> Verdict:
    """Return the verdict on the container's last end."""
    death = facts.death
    if death is None or death.code is None:
        when = f" at {format.hour(death.at, facts.now)}" if death and death.at else ""
        return Verdict(f"ended{when}; with which exit code is not known", "warn")
    for rule in _RULES:
        if (verdict := rule(facts, death, death.code)) is not None:
            return verdict
    return _by_itself(facts, death, death.code)


# out of memory


def _oom(facts: Facts, death: Death, code: int) -> Verdict | None:
    if not facts.oom or any(kill.signal == _KILL for kill in facts.kills):
        return None
    limit = facts.memory_limit
    known = [f"the Engine reported an OOM kill at {format.hour(at, facts.now)}" for at in facts.oom_events[-1:]]
    if facts.inspect.flag("State", "OOMKilled"):
        known.append("State.OOMKilled is set")
    wanted = f"more memory than its limit of {format.memory(limit)}" if limit else "memory that there was not"
    if code == 128 + _KILL:
        what = f"was killed by the kernel's OOM killer{after(death)}: it wanted {wanted} (137)"
        return Verdict(what, "bad", tuple(known), *_memory_advice(facts))
    ending = "ended normally (0)" if code == 0 else f"exited with code {code}"
    what = f"{ending}{after(death)}, and the kernel's OOM killer had killed a process in it: it wanted {wanted}"
    return Verdict(what, "bad" if code else "warn", tuple(known), *_memory_advice(facts), last_word(facts))


def _memory_advice(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is likely and what to do when memory ran out."""
    limit, name = facts.memory_limit, shlex.quote(facts.name)
    if not limit:
        reason = "it has no limit of its own: a group it runs in (--cgroup-parent, a pod) or the whole host was full"
        return (reason,), ("give it a limit, so that it cannot take the host's memory with it", "free -h on the host")
    more = max(limit // (1 << 20), 4) * 2
    whole = facts.inspect.number("HostConfig", "MemorySwap")  # memory and swap; 0: twice the memory
    swap = -1 if whole < 0 else f"{more + ((whole or 2 * limit) - limit) // (1 << 20)}m"
    again = f", then docker start {name}" if facts.state in ("exited", "dead") else ""
    peak: tuple[str, ...] = ()
    if facts.peak and facts.peak < limit * 0.8:
        peak = (f"it grew fast: {format.memory(facts.peak)} was the most that was seen of it before",)
    return peak, (
        f"give it more: docker update --memory {more}m --memory-swap {swap} {name}{again}",
        "or have it take less: set the runtime's heap or worker limit below the container's limit",
    )


# by request


def _by_request(facts: Facts, death: Death, code: int) -> Verdict | None:
    """Return the verdict on an end by a signal that the Engine was asked to send: a stop or a kill."""
    at = death.at or facts.now
    kills = _named(facts, code, at)
    if not kills:
        return _stopped_without_event(facts, death, code) if facts.was_stopped else None
    last = kills[-1]
    asked = next((kill for kill in reversed(kills) if kill.signal != _KILL), None)
    known = tuple(f"the Engine told at {_moment(facts, kill)} that it sent {_name(kill)}" for kill in facts.kills[-3:])
    if facts.oom:
        known += ("the kernel's OOM killer had killed a process in it before",)
    if last.signal == _KILL and code == 128 + _KILL:
        return _killed(facts, last, asked if facts.was_stopped else None, known)
    if facts.was_stopped or code == 128 + last.signal or (last.signal in _ASKING and at - last.at <= _AT_ONCE):
        verb = "stopped" if facts.was_stopped else "ended"
        later = format.lasted(at - last.at)
        what = f"was {verb} {_by_whom(facts, last)}, and it ended {later} later with exit code {code}"
        fine = code in (0, 128 + last.signal)
        restarted = facts.engine_may_have_restarted(last.at)
        likely = ("docker stop, or a tool that does the same", _ENGINE_CAME_BACK) if restarted else ()
        return Verdict(what, "" if fine else "warn", known, likely, quote="" if fine else last_word(facts))
    return None


def _named(facts: Facts, code: int, at: float) -> list[Kill]:
    """Return the signals sent.

    Podman's events do not name the signal: an end that follows at once tells it.
    """
    named = [kill for kill in facts.kills if kill.signal]
    untold = [kill for kill in facts.kills[-1:] if not kill.signal and at - kill.at <= _FOLLOWS]
    return named + [kill._replace(signal=signal_of(code)) for kill in untold if signal_of(code)]


def _killed(facts: Facts, kill: Kill, asked: Kill | None, known: tuple[str, ...]) -> Verdict:
    """Return the verdict on an end by SIGKILL: after a stop that had no effect, or at once."""
    if asked is None and facts.engine_may_have_restarted(kill.at):
        what = f"was killed by SIGKILL, which the Engine sent at {_moment(facts, kill)} ({_oom_or_not(facts)})"
        return Verdict(what, "warn", known, (_SOMEBODY, _ENGINE_CAME_BACK))
    if asked is None:
        what = f"was killed by somebody: SIGKILL from the API at {_moment(facts, kill)} ({_oom_or_not(facts)})"
        return Verdict(what, "warn", known, (_SOMEBODY,))
    waited = kill.at - asked.at
    stopped = f"was stopped {_by_whom(facts, asked)}, and killed"
    if waited < _NO_GRACE:
        what = f"{stopped} at once, without a grace ({_oom_or_not(facts)})"
        return Verdict(what, "warn", known, ("docker stop -t 0, or a tool that does the same",))
    what = f"{stopped} {format.lasted(waited)} later because it did not end ({_oom_or_not(facts)})"
    likely = [f"its process 1 does not act on {_name(asked)}: process 1 obeys only signals that it handles"]
    if facts.process_one and facts.process_one[0].rpartition("/")[2] in _SHELLS:
        likely = [f"its process 1 is a shell ({facts.process_one[0]}), which does not pass {_name(asked)} on"]
    if facts.engine_may_have_restarted(asked.at):
        likely[:0] = ["docker stop, or a tool that does the same", _ENGINE_CAME_BACK]
    return Verdict(
        what,
        "warn",
        known,
        tuple(likely),
        (
            'start the program by exec (exec in the script, the ["…"] form of CMD), or with --init',
            f"or give it more time than {format.lasted(waited)}: docker stop -t, --stop-timeout, stop_grace_period",
        ),
    )


def _by_whom(facts: Facts, kill: Kill) -> str:
    """Return who sent the signal, as far as known."""
    if facts.engine_may_have_restarted(kill.at):
        return f"by {_name(kill)}, which the Engine sent at {_moment(facts, kill)}"
    return f"by somebody: {_name(kill)} from the API at {_moment(facts, kill)}"


def _stopped_without_event(facts: Facts, death: Death, code: int) -> Verdict:
    """Return the verdict on a stop whose signal the Engine does not report."""
    known = ("Podman says so (StoppedByUser)",) if facts.stopped else ()
    if code == 128 + _KILL:
        how = "at once, or after a stop that it did not obey in time"
        return Verdict(f"was killed by somebody{after(death)} ({_oom_or_not(facts)}): {how}", "warn", known)
    what = f"was stopped by somebody, and ended{after(death)} with exit code {code}"
    return Verdict(what, "" if code in (0, 143) else "warn", known)


def _oom_or_not(facts: Facts) -> str:
    return "137" if facts.oom else "137, no OOM"


def _name(kill: Kill) -> str:
    return name_of_signal(kill.signal) if kill.signal else "a signal"


def _moment(facts: Facts, kill: Kill) -> str:
    return format.hour(kill.at, facts.now)


def _by_signal(facts: Facts, death: Death, code: int) -> Verdict | None:
    signal = signal_of(code)
    if not signal:
        return None
    if signal == _KILL:
        return _killed_from_outside(facts, death)
    name = name_of_signal(signal)
    if signal in _ASKING:
        origin = "nobody asked the Engine for it" if facts.requests_complete else "by whom is not known"
        likely: tuple[str, ...] = ("sent from inside, or from the host; or the program chose this code",)
        if not facts.requests_complete:
            likely = ("somebody stopped it", _STOPPED_FROM_OUTSIDE)
        known = () if facts.requests_complete else (_why_sender_unknown(facts),)
        return Verdict(
            f"was ended by {name}{after(death)} ({code}): {origin}", "warn", known, likely, (), last_word(facts)
        )
    why = signal_meaning(signal)
    what = f"was killed by {name}{after(death)}: it crashed{f', {why}' if why else ''} ({code})"
    likely = tuple(filter(None, (likely_by_log(facts),)))
    todo = ("look for a core dump or a stack trace; try the version of the image before this one",)
    return Verdict(what, "bad", (), likely, todo, last_word(facts))


def _killed_from_outside(facts: Facts, death: Death) -> Verdict:
    """Return the verdict on an end by a SIGKILL that no event explains."""
    inside = ("a process in it was killed, and its shell passed that on as 137",) if _says_killed(facts) else ()
    host_oom = "the OOM killer of the host, which was short of memory while this container kept within its limit"
    if not facts.memory_limit:
        host_oom = "the OOM killer of the host: the container has no limit of memory"
    likely = (*inside, host_oom, "or kill -9, on the host or inside")
    todo = ("on the host: dmesg -T | grep -i -E 'oom|killed process', or journalctl -k",)
    if facts.requests_complete:
        what = f"was killed by SIGKILL{after(death)} (137), and not through the Engine: from its host, or from inside"
        known = ("no kill and no OOM among the Engine's events of this run", "State.OOMKilled is not set")
        return Verdict(what, "bad", known, likely, todo, last_word(facts))
    what = f"was killed by SIGKILL{after(death)} (137), and not by its limit of memory; by whom is not known"
    known = ("State.OOMKilled is not set", _why_sender_unknown(facts))
    return Verdict(what, "bad", known, ("a stop that took too long, or docker kill", *likely), todo, last_word(facts))


def _why_sender_unknown(facts: Facts) -> str:
    """Return why it is not known who sent a signal."""
    return _NO_ORDERS if facts.podman else _NO_EVENTS


def _says_killed(facts: Facts) -> bool:
    return any(line.text.strip().endswith("Killed") for line in facts.last_lines[-3:])


def _by_itself(facts: Facts, death: Death, code: int) -> Verdict:
    if code == 0:
        return Verdict(f"ended normally{after(death)} (0): its work was done, or it had nothing to do", "good")
    what = f"exited with code {code}{after(death)}{_SHELL_CODES.get(code, '')}"
    likely = [likely_by_log(facts)]
    known: tuple[str, ...] = ()
    if code == 255 and not facts.events_complete:
        what = f"ended with exit code 255{after(death)}"
        known = ("the Engine has no event of its end",)
        likely.append("the Engine, or its host, went down under it: then the Engine writes 255")
    todo = _SHELL_TODO.get(code, ("read the log up to its end",))
    if not facts.last_lines:
        log = "its log cannot be read" if facts.log_error else "it wrote nothing to its log"
        known = (*known, log)
        todo = (f"run it by hand: docker run --rm -it --entrypoint sh {shlex.quote(_image(facts))}",)
    return Verdict(what, "bad", known, tuple(filter(None, likely)), todo, last_word(facts))


_SHELL_CODES: Final = {
    126: ": a command in it could not be executed",
    127: ": a command in it was not found",
}
_SHELL_TODO: Final = {
    126: ("chmod +x the file that its log names; a directory or a file of another format cannot be executed",),
    127: ("look whether the command that its log names is in the image, and on its PATH",),
}


def _image(facts: Facts) -> str:
    return facts.inspect.text("Config", "Image") or "IMAGE"


_RULES: Final[tuple[Callable[[Facts, Death, int], Verdict | None], ...]] = (_oom, _by_request, _by_signal)

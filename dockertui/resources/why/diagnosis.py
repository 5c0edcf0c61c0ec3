"""From facts to the verdict: first the container's state now, then how it came to that."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Final

from dockertui.resources import format
from dockertui.resources.why.endings import ended
from dockertui.resources.why.facts import Facts
from dockertui.resources.why.health import starting, unhealthy
from dockertui.resources.why.start_errors import start_error
from dockertui.resources.why.verdict import Verdict, after, times

_COMMAND: Final = re.compile(r"\bdocker(?= (?:image|rm|run|start|stop|system|unpause|update|version)\b)")
"""The CLI in a command."""
_LATELY = 3600.0
"""Seconds for which an end or an OOM kill is worth mentioning on a container that runs again."""


def diagnose(facts: Facts) -> Verdict:
    """Return the verdict on a container. Commands in what to do name the Engine, as they are pasted into a shell."""
    verdict = _not_started(facts) if facts.start_failed else _BY_STATE.get(facts.state, _unknown)(facts)
    return verdict._replace(todo=tuple([_COMMAND.sub(lambda _: facts.docker, text) for text in verdict.todo]))


def _unknown(facts: Facts) -> Verdict:
    return Verdict(f"is {facts.state or 'in a state that the Engine does not tell'}", "warn")


def _not_started(facts: Facts) -> Verdict:
    error = start_error(facts)
    code = facts.start_code
    known: tuple[str, ...] = ()
    if facts.death is not None and facts.death.at is not None:
        known = (
            f"it ran before, until {format.hour(facts.death.at, facts.now)}: the Engine does not tell when it failed",
        )
    return Verdict(
        f"could not be started: {error.said}{f' ({code})' if code else ''}", "bad", known, error.likely, error.todo
    )


def _never_started(facts: Facts) -> Verdict:
    when = f" {format.span(facts.now - facts.created)} ago" if facts.created else ""
    what = f"was never started: it was created{when}, and waits for somebody to start it"
    return Verdict(what, "dim", todo=(f"start it: docker start {shlex.quote(facts.name)}",))


def _exited(facts: Facts) -> Verdict:
    verdict, death = ended(facts), facts.death
    if death is None or not death.code or facts.policy != "on-failure" or facts.was_stopped:
        return verdict
    if facts.most_restarts and facts.restarts >= facts.most_restarts:
        tried = f"{times(facts)}, and its policy on-failure:{facts.most_restarts} tries no more"
        return verdict._replace(what=verdict.what + tried, style="bad")
    return verdict


def _restarting(facts: Facts) -> Verdict:
    verdict, death = ended(facts), facts.death
    if death is not None and death.code == 0:
        what = f"ends normally soon after its start (0{after(death)})"
        verdict = Verdict(
            what, "warn", todo=("a service stays in the foreground: look at its command, or end the policy",)
        )
    policy = f"{facts.policy}:{facts.most_restarts}" if facts.most_restarts else facts.policy
    wait = facts.longest_wait
    if death is not None and death.at is not None:
        wait = max(0.0, min(wait, death.at + wait - facts.now))
    again = (
        f"its policy {policy} starts it again within {format.lasted(wait)}"
        if wait
        else f"its policy {policy} starts it again now"
    )
    name = shlex.quote(facts.name)
    return verdict._replace(
        what=f"{verdict.what}{times(facts)}; {again}",
        style="bad" if death is None or death.code else "warn",
        todo=(*verdict.todo, f"to look at it in peace: docker update --restart no {name}, then docker stop {name}"),
    )


def _paused(facts: Facts) -> Verdict:
    paused = [event for event in facts.events if event.action == "pause"]
    when = f" since {format.hour(paused[-1].time_ns / 1e9, facts.now)}" if paused else ""
    return Verdict(
        f"is paused{when}: its processes are frozen, and keep their memory",
        "warn",
        (f"the Engine told{when.replace('since', 'at')} that somebody paused it",) if when else (),
        (),
        (f"let it go on: docker unpause {shlex.quote(facts.name)}",),
    )


def _running(facts: Facts) -> Verdict:
    if not facts.inspect:
        return Verdict("is running; nothing more is known yet")
    if facts.health == "unhealthy":
        return unhealthy(facts)
    if facts.oom_now:
        at = facts.oom_now[-1]
        when = f" at {format.hour(at, facts.now)}" if at != facts.started else ""
        return Verdict(
            f"is running, but the kernel's OOM killer killed a process in it{when}: it is at its limit of memory",
            "warn",
            todo=("see Stats, and its log: what was killed may be a worker that is started again",),
        )
    if facts.restarts or (facts.finished is not None and facts.now - facts.finished < _LATELY):
        return _running_again(facts)
    if facts.health == "starting":
        return starting(facts)
    return Verdict(f"{_running_since(facts)}{' and is healthy' if facts.health else ', no problem reported'}", "good")


def _running_since(facts: Facts, again: str = "") -> str:
    if facts.started is None:
        return f"is running{again}"
    return f"has been running{again} since {format.hour(facts.started, facts.now)}"


def _running_again(facts: Facts) -> Verdict:
    """Return the verdict on a running container, with how its last run ended."""
    before, death = ended(facts), facts.death
    health = f" ({facts.health})" if facts.health else ""
    counted = f", {format.plural(facts.restarts, 'restart')} by its policy so far" if facts.restarts else ""
    when = f" at {format.hour(death.at, facts.now)}" if death is not None and death.at is not None else ""
    told = f"before, it {before.what}" if death is not None and death.code is not None else f"its last run ended{when}"
    calm = not facts.restarts and before.style in ("", "good")
    return before._replace(
        what=f"{_running_since(facts, ' again')}{health}{counted}; {told}", style="good" if calm else "warn"
    )


def _dead(facts: Facts) -> Verdict:
    error = f": {facts.shown(facts.error)}" if facts.error else ""
    return Verdict(
        f"is dead: the Engine tried to remove it, and could not{error}",
        "bad",
        (),
        () if error else ("something held its files: another container that mounts them, a process of the host",),
        (
            f"try once more: docker rm -f {shlex.quote(facts.name)}",
            "when that fails: find who holds its mount (grep ID /proc/*/mountinfo on the host), or restart the Engine",
        ),
    )


def _removing(facts: Facts) -> Verdict:
    return Verdict("is being removed", "dim", todo=("one that stays so long: see dead, docker rm -f",))


def _removed(facts: Facts) -> Verdict:
    """Return the verdict on a removed container, with its end if that was seen."""
    when = f" at {format.hour(facts.destroyed, facts.now)}" if facts.destroyed is not None else ""
    how = " by its own --rm" if facts.auto_remove else ""
    if facts.death is None or (facts.death.code is None and not facts.deaths):
        return Verdict(f"was removed{when}{how}; how it ended was not seen", "warn")
    verdict = ended(facts)
    todo = ("run it without --rm: then its log and its end stay to be read",) if facts.auto_remove else ()
    return verdict._replace(what=f"{verdict.what}, and was removed{when}{how}", todo=todo)


_BY_STATE: Final[Mapping[str, Callable[[Facts], Verdict]]] = {
    "created": _never_started,
    "running": _running,
    "paused": _paused,
    "restarting": _restarting,
    "exited": _exited,
    "dead": _dead,
    "removing": _removing,
    "removed": _removed,
}


def verdict_by_inspect(facts: Facts) -> Verdict | None:
    """Return the verdict if the `inspect` reply alone proves it and there is something to explain, else None."""
    killed = facts.state == "exited" and facts.oom and facts.death is not None and facts.death.code == 137
    if facts.start_failed or killed or facts.state in ("restarting", "dead") or facts.health == "unhealthy":
        return diagnose(facts)
    return None


def is_well(facts: Facts) -> bool:
    """Whether there is nothing to explain: it runs, its check passes, and it was not restarted lately."""
    lately = facts.finished is not None and facts.now - facts.finished < _LATELY
    troubled = facts.restarts or facts.oom_now or lately
    return facts.state == "running" and facts.health in ("", "healthy") and not troubled

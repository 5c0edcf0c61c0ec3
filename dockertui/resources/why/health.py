"""Verdicts on a running container whose health check fails."""

from __future__ import annotations

import shlex

from dockertui.resources import format
from dockertui.resources.why.facts import Facts
from dockertui.resources.why.inspected import Probe
from dockertui.resources.why.last_words import likely_by_log
from dockertui.resources.why.verdict import Verdict, quoted

_INTERVAL, _TIMEOUT = 30.0, 30.0
"""The Engine's defaults, in seconds."""


def unhealthy(facts: Facts) -> Verdict:
    """Return the verdict: since when, which check, how often, and its output."""
    since, probe = facts.unhealthy_since, _last_failed(facts)
    check = f"its check `{quoted(facts.check)}`" if facts.check else "its check"
    when = (
        f"since {format.hour(since, facts.now)}" if since is not None else f"for about {format.lasted(_about(facts))}"
    )
    what = f"has been unhealthy {when}: {check} failed {format.plural(facts.streak, 'time')} in a row"
    if probe is not None:
        what += f": {_said(facts, probe)}"
    known = ("Docker does not restart a container that is unhealthy; Swarm and some tools do",)
    return Verdict(what, "bad", known, *_advice(facts, probe))


def starting(facts: Facts) -> Verdict:
    """Return the verdict on a container whose check has not passed yet."""
    probe = _last_failed(facts)
    grace = facts.check_seconds("StartPeriod")
    what = "is starting: its check has not passed yet"
    if probe is not None:
        count = sum(1 for each in facts.probes if each.code)
        failed = format.plural(max(count, facts.streak), "time")
        what = f"is starting: its check failed {failed} so far: {_said(facts, probe)}"
    if facts.podman and not facts.probes:
        likely = ("Podman leaves checks to timers of systemd: where that does not run, none ever comes",)
        return Verdict(what, "", (), likely, (f"on its host: podman healthcheck run {shlex.quote(facts.name)}",))
    known = (f"failures do not count in the first {format.lasted(grace)} (start period)",) if grace else ()
    return Verdict(what, "warn" if probe else "", known)


def _last_failed(facts: Facts) -> Probe | None:
    return next((probe for probe in reversed(facts.probes) if probe.code), None)


def _said(facts: Facts, probe: Probe) -> str:
    """Return a probe's output, in a few words."""
    if probe.code == -1:
        return f"it did not answer within {format.lasted(facts.check_seconds('Timeout') or _TIMEOUT)}"
    lines = [line for line in probe.output.splitlines() if line.strip()]
    return quoted(lines[-1]) if lines else f"it says nothing, exit code {probe.code}"


def _about(facts: Facts) -> float:
    """Return the seconds that this many consecutive failures take."""
    return facts.streak * (facts.check_seconds("Interval") or _INTERVAL)


def _advice(facts: Facts, probe: Probe | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is likely and what to do."""
    if probe is None:
        return (), ()
    if probe.code in (126, 127):
        return ("the check itself is wrong: its command is not in the image, or cannot be executed",), (
            "test it in a shell in the container; many images have neither curl nor wget",
        )
    if probe.code == -1:
        return ("it is overloaded or hangs, or the time limit of the check is too short",), (
            "see Stats and the log; run the check in a shell in the container, and see how long it takes",
        )
    by_log = likely_by_log(facts)
    return ((by_log,) if by_log else ()), ("run the check in a shell in the container; restart it if it hangs",)

"""The card: the verdict, what to do and the last log lines; then the evidence, and what else is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dockertui.engine.exit_codes import meaning, name_of_signal, signal_number
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.models import Event
from dockertui.resources import format
from dockertui.resources.base import Reference, filled
from dockertui.resources.base import facts as telling
from dockertui.resources.why.diagnosis import diagnose
from dockertui.resources.why.facts import Facts
from dockertui.resources.why.path import drawing, step_lines
from dockertui.resources.why.verdict import Verdict
from dockertui.widgets.log_text import last_state
from dockertui.widgets.page_lines import Field, Section

LINES: Final = 30
"""Most log lines on the card."""
ROOM: Final = (60, 6)
"""Cells and rows of the last log lines: with verdict and advice they are in the first 21 rows."""
_EVENTS: Final = 15
_NEAR: Final = 3600.0
"""Seconds around its end in which an event shows its distance from it."""
_CHARACTERS: Final = 600
_USUAL_STOP: Final = "by SIGTERM, then SIGKILL after 10 s"


def card(facts: Facts, room: tuple[int, int] = ROOM) -> list[Section]:
    """Return all sections of the card. `room`: cells and rows for the last log lines; those before come at its end."""
    verdict = diagnose(facts)
    health = Section("Health", telling(*_health(facts)))
    log = [_line(facts, line) for line in facts.last_lines[-LINES:]]
    last = _last_in(log, *room)
    return filled(
        Section("Why", _why(facts, verdict)),
        Section("Last log lines", [Field("", facts.log_error, "warn")] if facts.log_error else last),
        Section("Evidence", [Field("", f"· {text}") for text in verdict.known]),
        *((health,) if facts.health else ()),
        Section("Run", telling(*_run(facts))),
        Section("Lifecycle", _lifecycle(facts, verdict)),
        Section("Limits and usage", telling(*_limits(facts))),
        *(() if facts.health else (health,)),
        Section("Events before", _events(facts)),
        Section("Log lines before", log[: len(log) - len(last)]),
    )


def _why(facts: Facts, verdict: Verdict) -> list[Field]:
    sentence = verdict.sentence(facts.name)
    return telling(
        Field("Verdict", sentence, verdict.style or "accent"),
        *(Field("Likely" if not n else "", f"· {text}", "warn") for n, text in enumerate(verdict.likely)),
        *(Field("Do next" if not n else "", f"{n + 1} {text}") for n, text in enumerate(verdict.todo)),
        *_culprits(facts),
    )


def _culprits(facts: Facts) -> list[Field]:
    """Return references to the containers that publish a port which this one wants."""
    if not facts.start_failed:
        return []
    return [
        Field(f"Port {port}", facts.port_owners[port].label, ref=facts.port_owners[port])
        for port in facts.host_ports
        if port in facts.port_owners
    ]


def _run(facts: Facts) -> list[Field | None]:
    death, state = facts.death, facts.inspect
    code = (facts.start_code or None) if facts.start_failed else death.code if death else None
    return [
        Field("Exit code", _code(facts, code), "bad" if code else "good") if code is not None else None,
        Field("OOM killed", "yes", "bad") if death and facts.oom else None,
        Field("Error", facts.shown(facts.error), "bad"),
        Field("Created", format.moment(facts.created, facts.now)),
        Field("Started", format.moment(facts.started, facts.now)),
        Field("Ended", format.moment(death.at, facts.now)) if death else None,
        Field("Lasted", format.lasted(death.lasted)) if death and death.lasted is not None else None,
        Field("Restarts", _restarts(facts)),
        Field("Command", facts.command),
        Field("Image", state.text("Config", "Image"), ref=_image(facts)),
        Field("Stop", _stop(facts)),
    ]


def _code(facts: Facts, code: int) -> str:
    if facts.start_failed:
        return f"{code}: start failed, the process never ran"
    return meaning(code, facts.oom and code == 137)


def _image(facts: Facts) -> Reference | None:
    id = facts.inspect.text("Image")
    return Reference("image", id, facts.inspect.text("Config", "Image")) if id else None


def _restarts(facts: Facts) -> str:
    """Return how often and why it is restarted; "" for a container that nothing restarts or removes."""
    if facts.policy == "no" and not facts.restarts and not facts.auto_remove:
        return ""
    policy = f"{facts.policy}:{facts.most_restarts}" if facts.most_restarts else facts.policy
    removed = "; removed when it ends (--rm)" if facts.auto_remove else ""
    return f"{facts.restarts} (policy: {policy}){removed}"


def _stop(facts: Facts) -> str:
    """Return how it is stopped, if that is not the Engine's default or a signal was sent."""
    signal = facts.inspect.text("Config", "StopSignal") or "SIGTERM"
    name = name_of_signal(signal_number(signal)) if signal.isdecimal() else signal
    said = f"by {name}, then SIGKILL after {facts.grace:g} s"
    return said if said != _USUAL_STOP or facts.kills or facts.was_stopped else ""


def _lifecycle(facts: Facts, verdict: Verdict) -> list[Field]:
    drawn = drawing(facts, verdict.style or "accent")
    fields = [Field("", line, accents=drawn.accents) for line in drawn.lines]
    return fields + [Field(when, text) for when, text in step_lines(facts)]


def _limits(facts: Facts) -> list[Field | None]:
    """Return each limit, with the last usage beside it; nothing where neither is known."""
    if not facts.inspect:
        return []
    used, limit, host = facts.usage, facts.memory_limit, facts.inspect
    seen = f"last seen {format.hour(used.read, facts.now)}" if used else ""
    memory = [f"limit {format.memory(limit)}"] if limit else []
    if used and used.memory is not None:
        part = f" ({used.memory / limit * 100:.0f}%)" if limit else ""
        memory.append(f"{seen}: {format.memory(used.memory)}{part}")
    if facts.peak:
        memory.append(f"peak {format.memory(facts.peak)}")
    swap = host.number("HostConfig", "MemorySwap")
    if limit and swap and swap != limit:
        memory.append("swap without limit" if swap < 0 else f"and {format.memory(max(0, swap - limit))} of swap")
    cpus, pids = _cpus(facts), host.number("HostConfig", "PidsLimit")
    cpu = [f"limit {cpus:g} CPUs"] if cpus else []
    if used and used.cpu is not None:
        cpu.append(f"{seen}: {format.share(used.cpu)}")
    processes = [f"limit {pids}"] if pids > 0 else []
    if used and used.pids is not None:
        processes.append(f"{seen}: {used.pids}")
    if memory and not limit:
        memory.insert(0, "no limit")
    return [
        Field("Memory", ", ".join(memory)),
        Field("CPU", ", ".join(cpu)),
        Field("Processes", ", ".join(processes)),
    ]


def _cpus(facts: Facts) -> float:
    host = facts.inspect
    nano, quota = host.number("HostConfig", "NanoCpus"), host.number("HostConfig", "CpuQuota")
    if nano:
        return nano / 1e9
    return quota / (host.number("HostConfig", "CpuPeriod") or 100_000) if quota > 0 else 0.0


def _health(facts: Facts) -> list[Field | None]:
    if not facts.check and not facts.probes:
        return []
    interval, limit = facts.check_seconds("Interval") or 30.0, facts.check_seconds("Timeout") or 30.0
    retries, grace = facts.inspect.number("Config", "Healthcheck", "Retries") or 3, facts.check_seconds("StartPeriod")
    timing = f"every {interval:g} s, time limit {limit:g} s, {retries} failures in a row are unhealthy"
    return [
        Field("Check", facts.check),
        Field("Timing", timing + (f", grace {grace:g} s" if grace else "")),
        *(
            Field(
                format.hour(probe.end or probe.start or facts.now, facts.now),
                [_probe_code(probe.code), *probe.output.splitlines()[:10]],
                "bad" if probe.code else "dim",
            )
            for probe in facts.probes
        ),
    ]


def _probe_code(code: int) -> str:
    return {0: "exit 0: passed", -1: "no answer within the time limit"}.get(code, f"exit {code}: failed")


def _events(facts: Facts) -> list[Field]:
    """Return the last events of the container, without those of execs."""
    told = [event for event in facts.events if not event.action.startswith("exec_")]
    if not told:
        return []
    end = facts.death.at if facts.death else None
    fields = []
    for event in told[-_EVENTS:]:
        at = event.time_ns / SECOND
        fields.append(Field(format.hour(at, facts.now), _event(event) + _distance(at, end), _event_style(event)))
    return fields


def _distance(at: float, end: float | None) -> str:
    """Return how long before or after its end something was."""
    if end is None or not 0.05 <= abs(at - end) < _NEAR:
        return ""
    return f", {format.lasted(abs(at - end))} {'before' if at < end else 'after'} its end"


def _event(event: Event) -> str:
    signal, code = event.attributes.get("signal", ""), event.attributes.get("exitCode", "")
    said = f" {name_of_signal(signal_number(signal))}" if signal else f" exit code {code}" if code else ""
    return f"{event.action}{f': {event.detail}' if event.detail else ''}{said}"


def _event_style(event: Event) -> str:
    if event.action == "oom" or event.detail == "unhealthy":
        return "bad"
    return "warn" if event.action in ("die", "died", "kill") else ""


def _last_in(lines: Sequence[Field], cells: int, rows: int) -> list[Field]:
    """Return the last lines that fit into `rows` of `cells`; of the very last one at least its beginning."""
    shown: list[Field] = []
    for field in reversed(lines):
        rows -= max(1, -(-len(field.value) // cells))
        if rows < 0 and shown:
            break
        shown.append(field)
    return shown[::-1]


def _line(facts: Facts, line: LogLine) -> Field:
    text = facts.shown(last_state(line.text))
    said = text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}…"
    return Field(format.hour(line.time / SECOND, facts.now) if line.time else "", said, "bad" if line.stderr else "")


def moment(facts: Facts) -> float | None:
    """Return the moment of the diagnosis in epoch seconds: where to open its log or events."""
    if facts.health == "unhealthy":
        return facts.unhealthy_since
    return facts.death.at if facts.death else None

"""What is known of a container's end, whoever told it: its inspection, its events, its log, its statistics.

What the Engine means by its fields, checked on Engines 20.10 to 28.5 and in moby's sources: `ExitCode` and `Error` of a
container that could not be started are those of the try, beside the times of the run before; `RestartCount` counts
since somebody started it; a container that waits for its restart is `Running`; the times of a run of a few milliseconds
may stand in the wrong order; `OOMKilled` tells of any process of the container, and before 23.0 only once it has ended.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dockertui.engine.container_model import docker_state
from dockertui.engine.exit_codes import signal_number
from dockertui.engine.log_lines import SECOND, Line
from dockertui.engine.models import Event
from dockertui.engine.stats import Usage
from dockertui.resources import format, secrets
from dockertui.resources.base import Reference
from dockertui.resources.reply import Reply

AROUND = 5.0
"""Seconds around the end of a run in which its events are told: a busy Engine is late."""
_GRACE = 10.0
_REACH = 60.0
_ENDED = frozenset({"exited", "dead", "restarting", "removing"})


class Death(NamedTuple):
    """An end of the container's process. Epoch seconds; None for what nobody told."""

    at: float | None
    code: int | None
    lasted: float | None


class Kill(NamedTuple):
    """A signal that somebody had the Engine send; its number, 0 if that is not known."""

    at: float
    signal: int


class Probe(NamedTuple):
    """A run of the health check. `code` -1: it took too long."""

    start: float | None
    end: float | None
    code: int
    output: str


@dataclass(frozen=True)
class Facts:
    """A container and all that was seen of it.

    `listed`: its state in the list, for when there is no inspection. `events`: its own, the oldest first. `lines`: the
    last ones of its log; `log_error`: why there are none. `usage` and `peak` (bytes of memory): the last and the
    largest seen. `holders`: who publishes a port of the host. `gone`: the Engine does not have it any more.
    `blanks`: of which times (epoch s) events may be missing; None if only the events themselves tell, which the Engine
    keeps in a row: then none is missing from the first on.
    """

    name: str
    now: float
    listed: str = ""
    inspect: Reply = field(default_factory=lambda: Reply({}))
    events: Sequence[Event] = ()
    lines: Sequence[Line] = ()
    log_error: str = ""
    usage: Usage | None = None
    peak: int | None = None
    holders: Mapping[int, Reference] = field(default_factory=dict)
    gone: bool = False
    blanks: Sequence[tuple[float, float]] | None = None
    reveal: bool = False

    def shown(self, text: str) -> str:
        """A text from the container, without secrets unless they are to be seen."""
        return text if self.reveal else secrets.masked_line(text)

    # how it stands

    @cached_property
    def _state(self) -> Reply:
        return Reply(self.inspect.at("State"))

    @cached_property
    def state(self) -> str:
        """Docker's word for how it stands, or `removed`."""
        if self.gone:
            return "removed"
        return docker_state(self._state.text("Status")) or self.listed

    @property
    def running(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def error(self) -> str:
        """What the Engine says went wrong, as it is: secrets in it are not hidden."""
        return self._state.text("Error").strip()

    @property
    def start_failed(self) -> bool:
        """Whether the last try to start it failed."""
        return bool(self.error) and self.state in ("created", "exited")

    @property
    def start_code(self) -> int:
        """The exit code of the try to start it that failed; 0 if it left none: then that of the run before stands."""
        code = self._state.number("ExitCode")
        return code if self.started is None or code in (126, 127, 128) else 0

    @property
    def created(self) -> float | None:
        return format.parse_time(self.inspect.text("Created"))

    @property
    def started(self) -> float | None:
        """When the last run that the inspection knows of began."""
        return format.parse_time(self._state.text("StartedAt"))

    @property
    def finished(self) -> float | None:
        """When the last run that the inspection knows of ended."""
        return format.parse_time(self._state.text("FinishedAt"))

    # its ends

    @cached_property
    def deaths(self) -> list[Death]:
        """The ends that events tell of, the oldest first."""
        return [_told(event) for event in self.events if event.action in ("die", "died")]

    @cached_property
    def death(self) -> Death | None:
        """The last end of its process; None if it has not ended, or if that is not known."""
        inspected, told = self._inspected_death, self._death_event
        if told is None:
            return inspected
        death, at = _told(told), _at(told)
        if inspected is not None and inspected.at and _close(inspected.at, at):
            at = inspected.at
        else:
            inspected = None  # it is from before: of one that is gone
        code = inspected.code if inspected and inspected.code is not None else death.code
        lasted = inspected.lasted if inspected and inspected.lasted is not None else death.lasted
        if lasted is None and (begun := self._begun):
            lasted = max(0.0, at - begun)
        return Death(at, code, lasted)

    @cached_property
    def _death_event(self) -> Event | None:
        """The event of the last end of its process, unless the inspection knows of a later one."""
        deaths = [event for event in self.events if event.action in ("die", "died")]
        inspected = self._inspected_death.at if self._inspected_death else None
        if not deaths or inspected is None:
            return deaths[-1] if deaths else None
        near = [event for event in deaths if _close(_at(event), inspected)]
        if near:
            return min(near, key=lambda event: abs(_at(event) - inspected))
        return deaths[-1] if _at(deaths[-1]) > inspected else None

    @cached_property
    def _begun(self) -> float | None:
        """When the run that ended last began, if an event tells."""
        end = _at(self._death_event) if self._death_event else self.finished
        if end is None:
            return None
        told = [_at(event) for event in self.events if event.action == "start" and _at(event) < end]
        inspected = [self.started] if self.gone and self.started is not None and self.started < end else []
        return max(told + inspected, default=None)

    @property
    def _inspected_death(self) -> Death | None:
        """What the inspection tells of it. Of one that runs again, or that failed to start again, it tells when."""
        if self.finished is None:
            return None
        if docker_state(self._state.text("Status")) not in _ENDED or self.start_failed:
            return Death(self.finished, None, None)
        lasted = None
        if self.started is not None and self.finished >= self.started - AROUND:
            lasted = max(0.0, self.finished - self.started)
        code = self._state.number("ExitCode") if isinstance(self._state.at("ExitCode"), int) else None
        return Death(self.finished, code, lasted)

    @cached_property
    def run(self) -> list[Event]:
        """The events of the run that ended last, up to the next start."""
        if self.death is None or self.death.at is None:
            return []
        end = _at(self._death_event) if self._death_event else self.death.at
        begun = self._begun
        if begun is None and self.death.lasted is not None:
            begun = end - self.death.lasted - AROUND
        after = [_at(event) for event in self.events if event.action == "start" and _at(event) >= end]
        until = min(after, default=end + _REACH)
        return [event for event in self.events if (begun or 0.0) <= _at(event) < until]

    @cached_property
    def kills(self) -> list[Kill]:
        """The signals sent through the Engine in the run that ended last, before its end."""
        end = _at(self._death_event) if self._death_event else self.now
        return [
            Kill(_at(event), signal_number(event.attributes.get("signal", "")))
            for event in self.run
            if event.action == "kill" and _at(event) <= end
        ]

    @property
    def was_stopped(self) -> bool:
        """Whether the Engine told of a stop in that run."""
        return any(event.action == "stop" for event in self.run)

    @property
    def oom_events(self) -> list[float]:
        """When the kernel killed a process for want of memory, in the run that ended last."""
        return [_at(event) for event in self.run if event.action == "oom"]

    @property
    def oom(self) -> bool:
        """Whether the kernel's OOM killer took a process in the run that ended last."""
        flagged = self._state.flag("OOMKilled") and docker_state(self._state.text("Status")) in _ENDED
        return bool(self.oom_events) or (flagged and not self.start_failed)

    @property
    def oom_now(self) -> list[float]:
        """When the kernel killed a process of the run that goes on; the time of its start where that is not told."""
        if not self.running:
            return []
        begun = self.started or 0.0
        told = [_at(e) for e in self.events if e.action == "oom" and _at(e) >= begun - 1.0]
        return told or ([begun] if self._state.flag("OOMKilled") else [])

    @property
    def sees_all(self) -> bool:
        """Whether what no event tells of did not happen: the events reach back before the end, without a gap."""
        end = self.death.at if self.death else None
        if end is None or self._death_event is None:
            return False
        begin = end - max(_REACH, self.grace + AROUND)
        if self.run and self.run[0].action == "start":
            begin = max(begin, _at(self.run[0]))
        blanks = [(0.0, _at(self.events[0]))] if self.blanks is None else self.blanks
        return not any(since < end and until > begin for since, until in blanks)

    @property
    def destroyed(self) -> float | None:
        """When it was removed, if an event tells."""
        return next((_at(e) for e in reversed(self.events) if e.action in ("destroy", "remove")), None)

    # its restarts

    @property
    def restarts(self) -> int:
        """How often its policy has started it since somebody did."""
        return self.inspect.number("RestartCount")

    @property
    def times(self) -> int:
        """How often it has ended since somebody started it."""
        return self.restarts + (self.state not in ("restarting", "running", "paused"))

    @property
    def policy(self) -> str:
        return self.inspect.text("HostConfig", "RestartPolicy", "Name") or "no"

    @property
    def most_restarts(self) -> int:
        return self.inspect.number("HostConfig", "RestartPolicy", "MaximumRetryCount")

    @property
    def auto_remove(self) -> bool:
        return self.inspect.flag("HostConfig", "AutoRemove")

    @property
    def longest_wait(self) -> float:
        """Seconds that the Engine waits at most before it starts it again: 0.1 s, doubled with each short run up to a
        minute (moby's restartmanager.go; a run of 10 s begins anew)."""
        return min(0.1 * 2.0 ** min(max(self.restarts - 1, 0), 10), 60.0)

    # what it is

    @property
    def grace(self) -> float:
        """Seconds that a stop waits before it kills."""
        given = self.inspect.at("Config", "StopTimeout")
        return float(given) if isinstance(given, int) and 0 <= given < 1e6 else _GRACE

    @property
    def words(self) -> list[str]:
        """Its process 1."""
        path = self.inspect.text("Path")
        return [*([path] if path else []), *self.inspect.words("Args")]

    @property
    def command(self) -> str:
        return self.shown(shlex.join(self.words))

    @property
    def tty(self) -> bool:
        return self.inspect.flag("Config", "Tty")

    @property
    def memory_limit(self) -> int:
        """Bytes; 0 for none."""
        return max(0, self.inspect.number("HostConfig", "Memory"))

    @property
    def host_ports(self) -> list[int]:
        """The ports of the host that it publishes."""
        bindings = self.inspect.at("HostConfig", "PortBindings")
        ports = bindings if isinstance(bindings, Mapping) else {}
        texts = [
            binding.text("HostPort")
            for port in ports
            for binding in self.inspect.objects("HostConfig", "PortBindings", port)
        ]
        return sorted({int(text) for text in texts if text.isdecimal() and len(text) < 6})

    # its health

    @property
    def health(self) -> str:
        """starting, healthy, unhealthy, or "" for one without a check, or that does not run."""
        word = self._state.text("Health", "Status")
        return word if self.running and word in ("starting", "healthy", "unhealthy") else ""

    @property
    def streak(self) -> int:
        """How many probes failed in a row."""
        return self._state.number("Health", "FailingStreak")

    @cached_property
    def probes(self) -> list[Probe]:
        """The last five that the Engine keeps, the oldest first."""
        return [
            Probe(
                format.parse_time(probe.text("Start")),
                format.parse_time(probe.text("End")),
                probe.number("ExitCode"),
                self.shown(probe.text("Output").strip()),
            )
            for probe in self._state.objects("Health", "Log")
        ]

    @property
    def check(self) -> str:
        """The command of its health check."""
        test = self.inspect.words("Config", "Healthcheck", "Test")
        if not test or test[0] == "NONE":
            return ""
        return self.shown(" ".join(test[1:]) if test[0] == "CMD-SHELL" else shlex.join(test[1:]))

    def check_seconds(self, what: str) -> float:
        """`Interval`, `Timeout` or `StartPeriod` of its check, in seconds; 0 where it is the Engine's default."""
        return self.inspect.number("Config", "Healthcheck", what) / SECOND

    @property
    def unhealthy_since(self) -> float | None:
        """When it became so: told by an event, or by its probes when they still hold the first that failed."""
        told = [_at(e) for e in self.events if e.action == "health_status" and e.detail == "unhealthy"]
        if told and (self.started is None or told[-1] >= self.started):
            return told[-1]
        failed = [probe for probe in self.probes if probe.code]
        if 0 < self.streak <= len(failed) == len(self.probes):
            return failed[-self.streak].end
        return None

    # its last words

    @cached_property
    def last_lines(self) -> list[Line]:
        """The lines of its log up to its end, with something in them."""
        end = None if (self.running and not self.restarts) or self.death is None else self.death.at
        lines = [line for line in self.lines if line.text.strip()]
        if end is None or self.health == "unhealthy":
            return lines
        return [line for line in lines if line.time <= (end + 1.0) * SECOND]

    @property
    def last_words(self) -> Line | None:
        """The last line on stderr of the run that ended; without one, the last line."""
        begun = 0.0
        if self.death and self.death.at and self.death.lasted is not None:
            begun = self.death.at - self.death.lasted - 1.0
        lines = [line for line in self.last_lines if not line.time or line.time >= begun * SECOND]
        errors = [line for line in lines if line.stderr]
        found = errors or lines
        return found[-1] if found else None


def _at(event: Event) -> float:
    return event.time_ns / SECOND


def _close(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= AROUND


def _told(event: Event) -> Death:
    code, lasted = event.attributes.get("exitCode", ""), event.attributes.get("execDuration", "")
    return Death(
        _at(event),
        int(code) if code.isdecimal() and len(code) < 6 else None,
        float(lasted) if lasted.isdecimal() and len(lasted) < 12 else None,
    )

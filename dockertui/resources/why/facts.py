"""What is known of a container's end, from its `inspect` reply, its events, its log and its statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dockertui.engine.container_model import docker_state
from dockertui.engine.exit_codes import signal_number
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.models import Event
from dockertui.engine.stats import Usage
from dockertui.resources.base import Reference
from dockertui.resources.why.inspected import Inspected

AROUND = 5.0
"""Seconds around the end of a run in which its events may arrive: a busy Engine is late."""
_REACH = 60.0
_JUST_BEFORE = 30.0
_ENDED = frozenset({"exited", "dead", "restarting", "removing"})


class Death(NamedTuple):
    """An end of the container's process: time and duration in (epoch) seconds, exit code; None for what is unknown."""

    at: float | None
    code: int | None
    lasted: float | None


class Kill(NamedTuple):
    """A signal that the Engine was asked to send; its number, or 0 if unknown."""

    at: float
    signal: int


@dataclass(frozen=True)
class Facts(Inspected):
    """A container and all that was seen of it.

    events: its own, oldest first. lines: the last ones of its log; log_error: why there are none. usage, peak (bytes of
    memory): the last and the largest seen. port_owners: which container publishes a host port. gaps: times (epoch s)
    whose events may be missing; None if unknown: then none is missing after the first event, since the Engine keeps
    them without gaps. linked: since when (epoch s) the Engine answers, if it does. podman: its events report neither
    stops nor the signals sent. stopped: Podman says that a user stopped the container. docker: how the user's shell
    calls the CLI for this Engine.
    """

    events: Sequence[Event] = field(default=(), kw_only=True)
    lines: Sequence[LogLine] = field(default=(), kw_only=True)
    log_error: str = field(default="", kw_only=True)
    usage: Usage | None = field(default=None, kw_only=True)
    peak: int | None = field(default=None, kw_only=True)
    port_owners: Mapping[int, Reference] = field(default_factory=dict, kw_only=True)
    gaps: Sequence[tuple[float, float]] | None = field(default=None, kw_only=True)
    linked: float | None = field(default=None, kw_only=True)
    podman: bool = field(default=False, kw_only=True)
    stopped: bool = field(default=False, kw_only=True)
    docker: str = field(default="docker", kw_only=True)

    # ends

    @cached_property
    def deaths(self) -> list[Death]:
        """The ends that events report, oldest first."""
        return [_death_of(event) for event in self.events if event.action in ("die", "died")]

    @cached_property
    def death(self) -> Death | None:
        """The last end of its process; None if it has not ended, or if that is unknown."""
        inspected, event = self._inspected_death, self._death_event
        if event is None:
            return inspected
        death, at = _death_of(event), _at(event)
        if inspected is not None and inspected.at and _close(inspected.at, at):
            at = inspected.at
        else:
            inspected = None  # `inspect` knows only an earlier end
        code = inspected.code if inspected and inspected.code is not None else death.code
        lasted = inspected.lasted if inspected and inspected.lasted is not None else death.lasted
        if lasted is None and (begun := self._run_start):
            lasted = max(0.0, at - begun)
        return Death(at, code, lasted)

    @cached_property
    def _death_event(self) -> Event | None:
        """The event of the last end of its process, unless `inspect` has a later one."""
        deaths = [event for event in self.events if event.action in ("die", "died")]
        inspected = self._inspected_death.at if self._inspected_death else None
        if not deaths or inspected is None:
            return deaths[-1] if deaths else None
        near = [event for event in deaths if _close(_at(event), inspected)]
        if near:
            # An event comes after the end that it reports.
            return min(near, key=lambda event: (_at(event) < inspected, abs(_at(event) - inspected)))
        return deaths[-1] if _at(deaths[-1]) > inspected else None

    @cached_property
    def _run_start(self) -> float | None:
        """When the last run to end began, if an event reports that."""
        end = _at(self._death_event) if self._death_event else self.finished
        if end is None:
            return None
        starts = [_at(event) for event in self.events if event.action == "start" and _at(event) < end]
        inspected = [self.started] if self.gone and self.started is not None and self.started < end else []
        return max(starts + inspected, default=None)

    @property
    def _inspected_death(self) -> Death | None:
        """The end as `inspect` has it: only the time for a container that runs again or failed to start again."""
        if self.finished is None:
            return None
        if docker_state(self.inspected_state.text("Status")) not in _ENDED or self.start_failed:
            return Death(self.finished, None, None)
        lasted = None
        if self.started is not None and self.finished >= self.started - AROUND:
            lasted = max(0.0, self.finished - self.started)
        code = self.inspected_state.number("ExitCode") if isinstance(self.inspected_state.at("ExitCode"), int) else None
        return Death(self.finished, code, lasted)

    @cached_property
    def run(self) -> list[Event]:
        """The events of the last run to end, up to the next start."""
        if self.death is None or self.death.at is None:
            return []
        end = _at(self._death_event) if self._death_event else self.death.at
        begun = self._run_start
        if begun is None and self.death.lasted is not None:
            begun = end - self.death.lasted - AROUND
        after = [_at(event) for event in self.events if event.action == "start" and _at(event) >= end]
        until = min(after, default=end + _REACH)
        return [event for event in self.events if (begun or 0.0) <= _at(event) < until]

    @cached_property
    def kills(self) -> list[Kill]:
        """The signals sent through the Engine in the last run to end, before its end."""
        end = _at(self._death_event) if self._death_event else self.now
        return [
            Kill(_at(event), signal_number(event.attributes.get("signal", "")))
            for event in self.run
            if event.action == "kill" and _at(event) <= end
        ]

    @property
    def was_stopped(self) -> bool:
        """Whether an event of that run, or Podman, reports a stop."""
        return self.stopped or any(event.action == "stop" for event in self.run)

    @property
    def oom_events(self) -> list[float]:
        """When the OOM killer killed a process, in the last run to end."""
        return [_at(event) for event in self.run if event.action == "oom"]

    @property
    def oom(self) -> bool:
        """Whether the OOM killer killed a process in the last run to end."""
        flagged = self.inspected_state.flag("OOMKilled") and docker_state(self.inspected_state.text("Status")) in _ENDED
        return bool(self.oom_events) or (flagged and not self.start_failed)

    @property
    def oom_now(self) -> list[float]:
        """When the OOM killer killed a process of the current run; its start time if no event tells."""
        if not self.running:
            return []
        begun = self.started or 0.0
        kills = [_at(e) for e in self.events if e.action == "oom" and _at(e) >= begun - 1.0]
        return kills or ([begun] if self.inspected_state.flag("OOMKilled") else [])

    @property
    def events_complete(self) -> bool:
        """Whether a missing event proves that nothing happened: the events reach back before the end, without gaps."""
        end = self.death.at if self.death else None
        if end is None or self._death_event is None:
            return False
        begin = end - max(_REACH, self.grace + AROUND)
        if self.run and self.run[0].action == "start":
            begin = max(begin, _at(self.run[0]))
        return not self.may_lack_events(begin, end)

    @property
    def requests_complete(self) -> bool:
        """Whether the absence of a stop or kill event proves that nobody asked for one."""
        return self.events_complete and not self.podman

    def engine_may_have_restarted(self, at: float) -> bool:
        """Whether the Engine may have restarted just before: it may then end running containers by itself."""
        if self.linked is not None and self.linked <= at - _JUST_BEFORE:
            return False
        return self.may_lack_events(max(at - _JUST_BEFORE, self._run_start or 0.0), at)

    def may_lack_events(self, begin: float, end: float) -> bool:
        """Whether events of a time may be missing."""
        gaps = [(0.0, _at(self.events[0]))] if self.gaps is None and self.events else self.gaps or ()
        return any(since < end and until > begin for since, until in gaps)

    @property
    def destroyed(self) -> float | None:
        """When it was removed, if an event reports that."""
        return next((_at(e) for e in reversed(self.events) if e.action in ("destroy", "remove")), None)

    @property
    def unhealthy_since(self) -> float | None:
        """When it became unhealthy, by an event, or by its probes if these reach back to the first failure."""
        unhealthy = [_at(e) for e in self.events if e.action == "health_status" and e.detail == "unhealthy"]
        if unhealthy and (self.started is None or unhealthy[-1] >= self.started):
            return unhealthy[-1]
        failed = [probe for probe in self.probes if probe.code]
        if 0 < self.streak <= len(failed) == len(self.probes):
            return failed[-self.streak].end
        return None

    # log

    @cached_property
    def last_lines(self) -> list[LogLine]:
        """The non-empty lines of its log up to its end."""
        end = None if (self.running and not self.restarts) or self.death is None else self.death.at
        lines = [line for line in self.lines if line.text.strip()]
        if end is None or self.health == "unhealthy":
            return lines
        return [line for line in lines if line.time <= (end + 1.0) * SECOND]

    @property
    def last_words(self) -> LogLine | None:
        """The last line on stderr of the run that ended, or else the last line."""
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


def _death_of(event: Event) -> Death:
    code, lasted = event.attributes.get("exitCode", ""), event.attributes.get("execDuration", "")
    return Death(
        _at(event),
        int(code) if code.isdecimal() and len(code) < 6 else None,
        float(lasted) if lasted.isdecimal() and len(lasted) < 12 else None,
    )

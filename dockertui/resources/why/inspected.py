"""A container's state, properties and options, from its `inspect` reply.

The meaning of the Engine's fields was checked on Engines 20.10 to 28.5 and in moby's sources: `ExitCode` and `Error` of
a container that could not be started are those of the attempt, beside the times of the run before; `RestartCount`
counts since a user started it; a container that waits for its restart is `Running`; the times of a run of a few
milliseconds may be in the wrong order; `OOMKilled` is set for any process of the container, and before 23.0 only once
the container has ended.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dockertui.engine.container_model import docker_state
from dockertui.engine.fields import Reply
from dockertui.engine.log_lines import SECOND
from dockertui.masking import known_secrets, masked
from dockertui.resources import format
from dockertui.resources.container_state import process

_GRACE = 10.0
"""Seconds between a stop's signals by default."""


class Probe(NamedTuple):
    """A run of the health check. `code` -1: it timed out."""

    start: float | None
    end: float | None
    code: int
    output: str


@dataclass(frozen=True)
class Inspected:
    """A container as last inspected.

    now: epoch seconds. listed: its state in the list, for when there is no `inspect` reply. gone: the Engine does not
    have it any more. reveal: show secrets.
    """

    name: str
    now: float
    listed: str = ""
    inspect: Reply = field(default_factory=lambda: Reply({}))
    gone: bool = field(default=False, kw_only=True)
    reveal: bool = field(default=False, kw_only=True)

    def shown(self, text: str) -> str:
        """Return a text from the container, shortened, with its secrets masked unless revealed."""
        text = format.beginning(text)
        return text if self.reveal else masked(text, self.secrets)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The values that `inspect` marks as secrets: they are masked wherever they occur."""
        return known_secrets(self.inspect.raw)

    # state

    @cached_property
    def inspected_state(self) -> Reply:
        """Its `State`."""
        return Reply(self.inspect.at("State"))

    @cached_property
    def state(self) -> str:
        """Docker's word for its state, or `removed`."""
        if self.gone:
            return "removed"
        return docker_state(self.inspected_state.text("Status")) or self.listed

    @property
    def running(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def error(self) -> str:
        """The Engine's error, unchanged: its secrets are not masked."""
        return self.inspected_state.text("Error").strip()

    @property
    def start_failed(self) -> bool:
        """Whether the last attempt to start it failed."""
        return bool(self.error) and self.state in ("created", "exited")

    @property
    def start_code(self) -> int:
        """The exit code of the failed attempt to start it; 0 if the field still has that of the run before."""
        code = self.inspected_state.number("ExitCode")
        return code if self.started is None or code in (126, 127, 128) else 0

    @property
    def created(self) -> float | None:
        return format.parse_time(self.inspect.text("Created"))

    @property
    def started(self) -> float | None:
        """When the last run known to `inspect` began (epoch s)."""
        return format.parse_time(self.inspected_state.text("StartedAt"))

    @property
    def finished(self) -> float | None:
        """When the last run known to `inspect` ended (epoch s)."""
        return format.parse_time(self.inspected_state.text("FinishedAt"))

    # restarts

    @property
    def restarts(self) -> int:
        """How often its policy has restarted it since a user started it."""
        return self.inspect.number("RestartCount")

    @property
    def times(self) -> int:
        """How often it has ended since a user started it."""
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
        """Most seconds that the Engine waits before a restart.

        0.1 s, doubled after each short run up to a minute; a run of 10 s starts anew (moby's restartmanager.go).
        """
        return min(0.1 * 2.0 ** min(max(self.restarts - 1, 0), 10), 60.0)

    # properties

    @property
    def grace(self) -> float:
        """Seconds that a stop waits before it kills."""
        given = self.inspect.at("Config", "StopTimeout")
        return float(given) if isinstance(given, int) and 0 <= given < 1e6 else _GRACE

    @property
    def process_one(self) -> list[str]:
        """Process 1 as command and arguments."""
        return process(self.inspect)

    @property
    def command(self) -> str:
        return self.shown(shlex.join(self.process_one))

    @property
    def tty(self) -> bool:
        return self.inspect.flag("Config", "Tty")

    @property
    def memory_limit(self) -> int:
        """Bytes; 0 for no limit."""
        return max(0, self.inspect.number("HostConfig", "Memory"))

    @property
    def host_ports(self) -> list[int]:
        """The host ports that it publishes."""
        bindings = self.inspect.at("HostConfig", "PortBindings")
        ports = bindings if isinstance(bindings, Mapping) else {}
        texts = [
            binding.text("HostPort")
            for port in ports
            for binding in self.inspect.objects("HostConfig", "PortBindings", port)
        ]
        return sorted({int(text) for text in texts if text.isdecimal() and len(text) < 6})

    # health

    @property
    def health(self) -> str:
        """starting, healthy or unhealthy; "" without a health check or when not running."""
        word = self.inspected_state.text("Health", "Status")
        return word if self.running and word in ("starting", "healthy", "unhealthy") else ""

    @property
    def streak(self) -> int:
        """Number of consecutive failed probes."""
        return self.inspected_state.number("Health", "FailingStreak")

    @cached_property
    def probes(self) -> list[Probe]:
        """The last five probes, which the Engine keeps, oldest first."""
        return [
            Probe(
                format.parse_time(probe.text("Start")),
                format.parse_time(probe.text("End")),
                probe.number("ExitCode"),
                self.shown(probe.text("Output").strip()),
            )
            for probe in self.inspected_state.objects("Health", "Log")
        ]

    @property
    def check(self) -> str:
        """The command of its health check."""
        test = self.inspect.words("Config", "Healthcheck", "Test")
        if not test or test[0] == "NONE":
            return ""
        return self.shown(" ".join(test[1:]) if test[0] == "CMD-SHELL" else shlex.join(test[1:]))

    def check_seconds(self, what: str) -> float:
        """Return `Interval`, `Timeout` or `StartPeriod` of its check in seconds; 0 for the Engine's default."""
        return self.inspect.number("Config", "Healthcheck", what) / SECOND

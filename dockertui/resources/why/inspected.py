"""What a container's inspection tells of how it stands, what it is, and how it was to be run.

What the Engine means by its fields, checked on Engines 20.10 to 28.5 and in moby's sources: `ExitCode` and `Error` of a
container that could not be started are those of the try, beside the times of the run before; `RestartCount` counts
since somebody started it; a container that waits for its restart is `Running`; the times of a run of a few milliseconds
may stand in the wrong order; `OOMKilled` tells of any process of the container, and before 23.0 only once it has ended.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dockertui.engine.container_model import docker_state
from dockertui.engine.log_lines import SECOND
from dockertui.masking import known_secrets, masked
from dockertui.resources import format
from dockertui.resources.container_state import process
from dockertui.resources.reply import Reply

_GRACE = 10.0
"""Seconds that a stop waits where nothing else is said."""


class Probe(NamedTuple):
    """A run of the health check. `code` -1: it took too long."""

    start: float | None
    end: float | None
    code: int
    output: str


@dataclass(frozen=True)
class Inspected:
    """A container as it was last inspected.

    `now`: epoch seconds. `listed`: its state in the list, for when there is no inspection. `gone`: the Engine does not
    have it any more. `reveal`: secrets are to be seen.
    """

    name: str
    now: float
    listed: str = ""
    inspect: Reply = field(default_factory=lambda: Reply({}))
    gone: bool = field(default=False, kw_only=True)
    reveal: bool = field(default=False, kw_only=True)

    def shown(self, text: str) -> str:
        """A text from the container, or its beginning, without secrets unless they are to be seen."""
        text = format.beginning(text)
        return text if self.reveal else masked(text, self.secrets)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The values that its inspection calls secrets: they are hidden wherever they stand."""
        return known_secrets(self.inspect.raw)

    # how it stands

    @cached_property
    def inspected_state(self) -> Reply:
        """Its `State`."""
        return Reply(self.inspect.at("State"))

    @cached_property
    def state(self) -> str:
        """Docker's word for how it stands, or `removed`."""
        if self.gone:
            return "removed"
        return docker_state(self.inspected_state.text("Status")) or self.listed

    @property
    def running(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def error(self) -> str:
        """What the Engine says went wrong, as it is: secrets in it are not hidden."""
        return self.inspected_state.text("Error").strip()

    @property
    def start_failed(self) -> bool:
        """Whether the last try to start it failed."""
        return bool(self.error) and self.state in ("created", "exited")

    @property
    def start_code(self) -> int:
        """The exit code of the try to start it that failed; 0 if it left none: then that of the run before stands."""
        code = self.inspected_state.number("ExitCode")
        return code if self.started is None or code in (126, 127, 128) else 0

    @property
    def created(self) -> float | None:
        return format.parse_time(self.inspect.text("Created"))

    @property
    def started(self) -> float | None:
        """When the last run that the inspection knows of began."""
        return format.parse_time(self.inspected_state.text("StartedAt"))

    @property
    def finished(self) -> float | None:
        """When the last run that the inspection knows of ended."""
        return format.parse_time(self.inspected_state.text("FinishedAt"))

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
        return process(self.inspect)

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
        word = self.inspected_state.text("Health", "Status")
        return word if self.running and word in ("starting", "healthy", "unhealthy") else ""

    @property
    def streak(self) -> int:
        """How many probes failed in a row."""
        return self.inspected_state.number("Health", "FailingStreak")

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
        """`Interval`, `Timeout` or `StartPeriod` of its check, in seconds; 0 where it is the Engine's default."""
        return self.inspect.number("Config", "Healthcheck", what) / SECOND

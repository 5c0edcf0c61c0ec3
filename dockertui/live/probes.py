"""Which events are a health check's own: three for each probe, and in a timeline nothing but noise.

Nothing in an event says who asked for an exec. But the Engine starts a probe in the same breath in which it creates
it, within some 10 µs, while a client has to hear the id first: 200 µs for the fastest one that was tried, 900 µs for
`docker exec` (Docker 20.10, two slow cores). What was started so is remembered by its container and command, for the
probe that a busy machine starts later.
"""

from __future__ import annotations

from typing import Final, TypeVar

from dockertui.engine.models import Event

K = TypeVar("K")
V = TypeVar("V")

IN_ONE_BREATH: Final = 100_000
"""Nanoseconds between creation and start of an exec, below which the Engine itself has started it."""
_CAPACITY: Final = 20_000
_BEGUN: Final = ("exec_create", "exec_start")
_ENDED: Final = ("exec_die", "exec_died", "exec_detach")


class Probes:
    """Learns from events, in the order of their time, what a health check does."""

    def __init__(self) -> None:
        self.version = 0
        """Grows when an event already taken turns out to be a probe's."""
        self._created: dict[str, Event] = {}
        self._commands: dict[tuple[str, str], None] = {}
        self._healths: dict[str, str] = {}
        self._unchanged: dict[tuple[str, int], None] = {}

    def take(self, event: Event) -> None:
        """Learn from one event."""
        if event.type != "container":
            return
        if event.action == "health_status":
            self._take_health(event)
            return
        exec_id = event.attributes.get("execID", "")
        if event.action == "exec_create" and exec_id:
            _keep(self._created, exec_id, event)
        elif event.action == "exec_start" and (created := self._created.get(exec_id)):
            command = (event.actor, event.detail)
            if 0 <= event.time_ns - created.time_ns < IN_ONE_BREATH and command not in self._commands:
                _keep(self._commands, command, None)
                self.version += 1

    def _take_health(self, event: Event) -> None:
        """Docker tells a health that changed; Podman tells each probe's."""
        if event.detail and self._healths.get(event.actor) == event.detail:
            _keep(self._unchanged, (event.actor, event.time_ns), None)
        _keep(self._healths, event.actor, event.detail)

    def command(self, event: Event) -> str:
        """What an exec runs, if its creation was heard; its end does not say."""
        created = self._created.get(event.attributes.get("execID", ""))
        return created.detail if created is not None else ""

    def is_probe(self, event: Event) -> bool:
        """Whether an event is of a health check that found nothing new."""
        if event.type != "container":
            return False
        if event.action == "health_status":
            return (event.actor, event.time_ns) in self._unchanged
        if event.action in _BEGUN:
            return (event.actor, event.detail) in self._commands
        return event.action in _ENDED and (event.actor, self.command(event)) in self._commands


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Remember, and forget what was remembered longest ago when there is too much."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _CAPACITY:
        del kept[next(iter(kept))]

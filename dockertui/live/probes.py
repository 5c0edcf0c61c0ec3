"""Which events belong to a health check: three for each probe, and only noise in a timeline.

An event does not say who asked for an exec. But the Engine starts a probe some 10 µs after creating it, while a client
must receive the ID first: 200 µs for the fastest client tried, 900 µs for `docker exec` (Docker 20.10, two slow cores).
A probe recognised this way is remembered by container and command, for the one that a busy machine starts later.
"""

from __future__ import annotations

from typing import Final, TypeVar

from dockertui.engine.models import Event

K = TypeVar("K")
V = TypeVar("V")

IN_ONE_BREATH: Final = 100_000
"""Nanoseconds between the creation and start of an exec below which the Engine itself started it."""
_CAPACITY: Final = 20_000
_BEGUN: Final = ("exec_create", "exec_start")
_ENDED: Final = ("exec_die", "exec_died", "exec_detach")


class Probes:
    """Learns from events, in the order of their time, which belong to a health check."""

    def __init__(self) -> None:
        self.version = 0
        """Grows when an event taken earlier turns out to be a probe's."""
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
        """Note a health that did not change: Docker reports changes only, Podman every probe."""
        if event.detail and self._healths.get(event.actor) == event.detail:
            _keep(self._unchanged, (event.actor, event.time_ns), None)
        _keep(self._healths, event.actor, event.detail)

    def command(self, event: Event) -> str:
        """Return an exec's command if its creation was seen; the event of its end does not have it."""
        created = self._created.get(event.attributes.get("execID", ""))
        return created.detail if created is not None else ""

    def is_probe(self, event: Event) -> bool:
        """Return whether an event belongs to a health check that found nothing new."""
        if event.type != "container":
            return False
        if event.action == "health_status":
            return (event.actor, event.time_ns) in self._unchanged
        if event.action in _BEGUN:
            return (event.actor, event.detail) in self._commands
        return event.action in _ENDED and (event.actor, self.command(event)) in self._commands


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Store a value as the newest, and drop the oldest when there are too many."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _CAPACITY:
        del kept[next(iter(kept))]

"""The journal: the events received from one Engine, ordered by time, each once, bounded in number and bytes."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from dockertui.engine.models import Event
from dockertui.live.event_coverage import EventCoverage, Stretch
from dockertui.live.probes import Probes
from dockertui.live.store import Unsubscribe

MAX_EVENTS: Final = 20_000
MAX_BYTES: Final = 24_000_000
_EVENT_BYTES: Final = 400
"""Bytes of an event's own objects, without its attributes."""
_TEXT_BYTES: Final = 60
"""Bytes of a Python string besides its characters, with its place in a mapping."""
_SLACK: Final = 16
"""The inverse of the fraction of events dropped at once: deleting from the front moves the rest."""

_moment = operator.attrgetter("time_ns")


class Journal:
    """Events ordered by time (the Engine's clock), from whichever stream they came.

    It holds at most `max_events` events and about `max_bytes` bytes, and drops the oldest first. `dropped` counts those
    dropped, `coverage` has the time ranges that are complete, `probes` knows which events belong to a health check.
    Subscribers are called once for each event, and must be fast.
    """

    def __init__(self, *, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self.max_events = max_events
        self.max_bytes = max_bytes
        self.bytes = 0
        self.dropped = 0
        self.coverage = EventCoverage()
        self.probes = Probes()
        self._events: list[Event] = []
        self._subscribers: list[Callable[[Event], None]] = []

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    @property
    def oldest(self) -> Event | None:
        """The oldest event kept."""
        return self._events[0] if self._events else None

    def take(self, event: Event) -> bool:
        """Insert an event by time; return False if it is present already, as when two streams bring it."""
        events = self._events
        at = len(events)
        if events and event.time_ns <= events[-1].time_ns:
            at = bisect.bisect_right(events, event.time_ns, key=_moment)
            if _is_among(event, events, at):
                return False
        events.insert(at, event)
        self.bytes += weight(event)
        self.probes.take(event)
        self._drop_oldest()
        for tell in tuple(self._subscribers):
            tell(event)
        return True

    @contextmanager
    def listening(self, scope: str, since: int = 0) -> Iterator[Stretch]:
        """Context manager around listening to a scope; pass each event to `hear` with the stretch it yields."""
        stretch = self.coverage.begin(scope, since)
        try:
            yield stretch
        finally:
            self.coverage.end(stretch)

    def add_from(self, event: Event, stretch: Stretch) -> bool:
        """Add an event received by a listener."""
        stretch.record(event)
        return self.take(event)

    def between(self, since: int | None = None, until: int | None = None) -> list[Event]:
        """Return the events from `since` to `until`, inclusive, epoch ns by the Engine's clock; None for no limit."""
        first = 0 if since is None else bisect.bisect_left(self._events, since, key=_moment)
        last = len(self._events) if until is None else bisect.bisect_right(self._events, until, key=_moment)
        return self._events[first:last]

    def of(
        self, kind: str, id: str, since: int | None = None, until: int | None = None, names: Collection[str] = ()
    ) -> list[Event]:
        """Return those events of `between` that concern an object, oldest first."""
        return [event for event in self.between(since, until) if concerns(event, kind, id, names)]

    def subscribe(self, tell: Callable[[Event], None]) -> Unsubscribe:
        """Call `tell` with every event added, until the returned function is called."""
        self._subscribers.append(tell)

        def leave() -> None:
            if tell in self._subscribers:
                self._subscribers.remove(tell)

        return leave

    def _drop_oldest(self) -> None:
        """Drop the oldest events when a bound is exceeded, a part of all at once."""
        events = self._events
        if len(events) <= self.max_events and self.bytes <= self.max_bytes:
            return
        count, freed = 0, 0
        enough = self.bytes - self.max_bytes + self.max_bytes // _SLACK
        least = len(events) - self.max_events + self.max_events // _SLACK if len(events) > self.max_events else 1
        while count < len(events) and (count < least or freed < enough):
            freed += weight(events[count])
            count += 1
        del events[:count]
        self.bytes -= freed
        self.dropped += count


def _is_among(event: Event, events: list[Event], end: int) -> bool:
    """Return whether the events of the same time that end before `end` include the event."""
    while end and events[end - 1].time_ns == event.time_ns:
        end -= 1
        if events[end] == event:
            return True
    return False


def concerns(event: Event, kind: str, id: str, names: Collection[str] = ()) -> bool:
    """Return whether an event concerns an object; for a container, also events of networks and volumes that name it.

    `names` are other names of the object in events: a pull names an image by its tag, not its ID; Podman names networks
    and volumes by name alone, and for a network event gives the container as the actor.
    """
    if event.actor == id and (event.type == kind or kind == "container"):
        return True
    attributes = event.attributes
    if event.type != kind:
        return kind == "container" and attributes.get("container") == id
    if kind == "network" and attributes.get("network") in names:
        return True
    return event.actor in names or (not event.actor and attributes.get("name") in {id, *names})


def weight(event: Event) -> int:
    """Return about how many bytes of memory an event takes."""
    attributes = event.attributes
    texts = sum(map(len, attributes)) + sum(map(len, attributes.values()))
    return _EVENT_BYTES + texts + 2 * _TEXT_BYTES * len(attributes) + len(event.actor) + len(event.detail)

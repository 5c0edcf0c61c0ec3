"""The event stream: a history of 256 and the live listeners, as moby's daemon/events keeps them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dockertui.demo.world.times import nanoseconds

HISTORY = 256
_CARRIES_STATUS = ("container", "image")


@dataclass(frozen=True, slots=True)
class Event:
    type: str
    action: str
    actor: str
    time_ns: int
    attributes: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The wire form. status, id and from are the deprecated fields that API <= 1.51 repeats."""
        reply: dict[str, Any] = {}
        if self.type in _CARRIES_STATUS and self.actor:
            reply |= {"status": self.action, "id": self.actor}
            if self.type == "container":
                reply["from"] = self.attributes.get("image", "")
        return reply | {
            "Type": self.type,
            "Action": self.action,
            "Actor": {"ID": self.actor, "Attributes": dict(sorted(self.attributes.items()))},
            "scope": "local",
            "time": self.time_ns // 1_000_000_000,
            "timeNano": self.time_ns,
        }


class Events:
    """Where events go. Times never repeat and never run backwards, even when the clock stands still."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last_ns = 0
        self._listeners: set[asyncio.Queue[Event]] = set()
        self.history: deque[Event] = deque(maxlen=HISTORY)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def emit(
        self, kind: str, action: str, actor: str, attributes: Mapping[str, str], *, when: float | None = None
    ) -> Event:
        """Tell all listeners, and remember. `when` (epoch seconds) is for telling of the past."""
        moment = nanoseconds(self._clock() if when is None else when)
        self._last_ns = max(moment, self._last_ns + 1)
        event = Event(kind, action, actor, self._last_ns, dict(attributes))
        self.history.append(event)
        for queue in self._listeners:
            queue.put_nowait(event)
        return event

    def listen(self) -> asyncio.Queue[Event]:
        """A queue of everything from now on; give it back to `leave`."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Event]) -> None:
        self._listeners.discard(queue)

    def between(self, since_ns: int | None, until_ns: int | None) -> Iterator[Event]:
        """History from `since_ns` (inclusive) to `until_ns`, oldest first."""
        for event in tuple(self.history):
            if (since_ns is None or event.time_ns >= since_ns) and (until_ns is None or event.time_ns <= until_ns):
                yield event

"""The time ranges whose events are complete. An Engine forgets events: gaps are reported, never guessed.

Ranges are bounded by event times only, never by this machine's clock, which may differ from the Engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from dockertui.engine.models import Event

EVERYTHING: Final = ""
"""The scope of a listener that receives all events."""
LISTS: Final = "lists"
"""The scope of the mirror, which receives the events that change a list."""
_ROTATED: Final = "log-rotation"
"""Podman's action at the beginning of a log whose older half it dropped."""
_END: Final = 1 << 63
_STRETCHES: Final = 200


@dataclass(slots=True)
class Stretch:
    """A time range in which one listener received events, from the first to the last, epoch ns; 0 before any.

    scope: which events it asks for. open: whether it is still listening.
    """

    scope: str
    since: int = 0
    last: Event | None = None
    open: bool = True

    @property
    def until(self) -> int:
        """The time up to which all events of the scope are known."""
        return _END if self.open else self.last.time_ns if self.last else self.since

    def record(self, event: Event) -> None:
        """Record an event that the listener received."""
        if self.last is None and event.action == _ROTATED:
            self.since = 0  # the log no longer reaches back to the time asked for
            return
        self.since = min(self.since, event.time_ns) if self.since else event.time_ns
        if self.last is None or event.time_ns >= self.last.time_ns:
            self.last = event


class Gap(NamedTuple):
    """A time range with missing events; `since` is None if it has no beginning, `until` is None if it lasts until now.

    partly: the events that change a list are known.
    """

    since: int | None
    until: int | None
    partly: bool


class EventCoverage:
    """The stretches of all listeners of one Engine."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    def begin(self, scope: str, since: int = 0) -> Stretch:
        """Begin a stretch; `since` is the time from which events are complete, if that is known already."""
        stretch = Stretch(scope, since)
        self._stretches.append(stretch)
        del self._stretches[:-_STRETCHES]
        return stretch

    def end(self, stretch: Stretch) -> None:
        """End a stretch. One that received no event adds no coverage."""
        stretch.open = False
        if stretch.last is None and stretch in self._stretches:
            self._stretches.remove(stretch)

    def last_ended(self, scope: str) -> Stretch | None:
        """Return the latest ended stretch of a scope that received an event, or None."""
        ended = (one for one in reversed(self._stretches) if one.scope == scope and not one.open and one.last)
        return next(ended, None)

    def resume(self, stretch: Stretch, new: Stretch) -> None:
        """Join an old stretch to a new one: nothing is missing between them."""
        if stretch in self._stretches and stretch.since:
            new.since = stretch.since if not new.since else min(stretch.since, new.since)
            self._stretches.remove(stretch)

    def gaps(self, scope: str = EVERYTHING) -> list[Gap]:
        """Return the gaps in the events of a scope, oldest first; the first gap has no beginning."""
        found: list[Gap] = []
        at = 0
        whole = self._merged(lambda one: one.scope in (EVERYTHING, scope))
        for since, until in [*whole, (_END, _END)]:
            if at < since:
                found += self._divided(at, since)
            at = max(at, until)
        return found

    def _divided(self, start: int, end: int) -> Iterator[Gap]:
        """Split a gap where the mirror listened."""
        for since, until in self._merged(lambda one: one.scope == LISTS):
            since, until = max(start, since), min(end, until)
            if since < until:
                if start < since:
                    yield _gap(start, since, False)
                yield _gap(since, until, True)
                start = until
        if start < end:
            yield _gap(start, end, False)

    def _merged(self, wanted: Callable[[Stretch], bool]) -> list[tuple[int, int]]:
        merged: list[tuple[int, int]] = []
        for since, until in sorted((one.since, one.until) for one in self._stretches if one.since and wanted(one)):
            if merged and since <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], until)
            else:
                merged.append((since, until))
        return merged


def _gap(since: int, until: int, partly: bool) -> Gap:
    return Gap(since or None, None if until == _END else until, partly)

"""Of which times the events are known. An Engine forgets: what is missing is to be said, not to be guessed.

Only events bound what is known, never this machine's clock, which is not the Engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from dockertui.engine.models import Event

EVERYTHING: Final = ""
"""The scope of who hears all events."""
LISTS: Final = "lists"
"""The scope of the mirror, which hears of what changes a list."""
_ROTATED: Final = "log-rotation"
"""Podman's word, at the beginning of a log whose older half it threw away."""
_END: Final = 1 << 63
_STRETCHES: Final = 200


@dataclass(slots=True)
class Stretch:
    """A time in which somebody listened: from the first event to the last that he heard, epoch ns; 0 before any.

    scope: what he listens to. open: whether he listens still.
    """

    scope: str
    since: int = 0
    last: Event | None = None
    open: bool = True

    @property
    def until(self) -> int:
        """Up to when everything of the scope is known."""
        return _END if self.open else self.last.time_ns if self.last else self.since

    def hear(self, event: Event) -> None:
        """He heard an event."""
        if self.last is None and event.action == _ROTATED:
            self.since = 0  # he was told from an earlier time on than the log still reaches back to
            return
        self.since = min(self.since, event.time_ns) if self.since else event.time_ns
        if self.last is None or event.time_ns >= self.last.time_ns:
            self.last = event


class Gap(NamedTuple):
    """A time of which not every event is known: None for its beginning if it has none, and for its end if it is now.

    partly: the events that change a list are.
    """

    since: int | None
    until: int | None
    partly: bool


class EventCoverage:
    """The stretches of all who listened to one Engine."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    def listen(self, scope: str, since: int = 0) -> Stretch:
        """Somebody begins to listen; `since` is from when on he is told, if that is known already."""
        stretch = Stretch(scope, since)
        self._stretches.append(stretch)
        del self._stretches[:-_STRETCHES]
        return stretch

    def end(self, stretch: Stretch) -> None:
        """He listens no more; who never heard anything tells nothing."""
        stretch.open = False
        if stretch.last is None and stretch in self._stretches:
            self._stretches.remove(stretch)

    def left(self, scope: str) -> Stretch | None:
        """The stretch that was the last of its scope to end, where it heard an event."""
        ended = (one for one in reversed(self._stretches) if one.scope == scope and not one.open and one.last)
        return next(ended, None)

    def resume(self, stretch: Stretch, new: Stretch) -> None:
        """Nothing is missing between an old stretch and a new one: they are one."""
        if stretch in self._stretches and stretch.since:
            new.since = stretch.since if not new.since else min(stretch.since, new.since)
            self._stretches.remove(stretch)

    def blanks(self, scope: str = EVERYTHING) -> list[Gap]:
        """What is not known, or in part, to who asks for the events of `scope`; the first has no beginning."""
        found: list[Gap] = []
        at = 0
        whole = self._merged(lambda one: one.scope in (EVERYTHING, scope))
        for since, until in [*whole, (_END, _END)]:
            if at < since:
                found += self._divided(at, since)
            at = max(at, until)
        return found

    def _divided(self, start: int, end: int) -> Iterator[Gap]:
        """A blank, cut where the mirror listened."""
        for since, until in self._merged(lambda one: one.scope == LISTS):
            since, until = max(start, since), min(end, until)
            if since < until:
                if start < since:
                    yield _blank(start, since, False)
                yield _blank(since, until, True)
                start = until
        if start < end:
            yield _blank(start, end, False)

    def _merged(self, wanted: Callable[[Stretch], bool]) -> list[tuple[int, int]]:
        merged: list[tuple[int, int]] = []
        for since, until in sorted((one.since, one.until) for one in self._stretches if one.since and wanted(one)):
            if merged and since <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], until)
            else:
                merged.append((since, until))
        return merged


def _blank(since: int, until: int, partly: bool) -> Gap:
    return Gap(since or None, None if until == _END else until, partly)

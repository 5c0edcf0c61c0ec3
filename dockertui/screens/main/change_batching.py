"""Gather the mirror's changes between two paints, so that a burst costs one."""

from __future__ import annotations

import time
from collections.abc import Callable

from dockertui.live.store import Change

FRAME = 0.1
"""Seconds between two paints: nobody reads what changes faster."""


class ChangeBatching:
    """Hand on the mirror's changes by kind, at most once in `FRAME` seconds; the first of a burst at once.

    later: the event loop's timer, called as `later(seconds, callback)`. paint: gets, by kind, the ids changed and the
    ids removed.
    """

    def __init__(
        self,
        later: Callable[[float, Callable[[], None]], object],
        paint: Callable[[dict[str, tuple[set[str], set[str]]]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._later = later
        self._paint = paint
        self._clock = clock
        self._gathered: dict[str, tuple[set[str], set[str]]] = {}
        self._painted = float("-inf")
        self._waiting = False

    def add(self, change: Change) -> None:
        """Add one change; an id that was removed and came back counts as changed."""
        changed, removed = self._gathered.setdefault(change.kind, (set(), set()))
        changed |= change.changed
        removed -= change.changed
        removed |= change.removed
        changed -= change.removed
        if not self._waiting:
            self._waiting = True
            self._later(max(0.0, self._painted + FRAME - self._clock()), self._flush)

    def _flush(self) -> None:
        self._waiting = False
        self._painted = self._clock()
        gathered, self._gathered = self._gathered, {}
        self._paint(gathered)

"""Gather the mirror's changes between two paints, so that a burst costs one."""

from __future__ import annotations

import time
from collections.abc import Callable

from dockertui.live.store import Change
from dockertui.widgets.pacing import Later, Pacing

FRAME = 0.1
"""Seconds between two paints: nobody reads what changes faster."""


class ChangeBatching:
    """Hand on the mirror's changes by kind, at most once in `FRAME` seconds; the first of a burst at once.

    later: the event loop's timer, called as `later(seconds, callback)`. paint: gets, by kind, the ids changed and the
    ids removed.
    """

    def __init__(
        self,
        later: Later,
        paint: Callable[[dict[str, tuple[set[str], set[str]]]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pacing = Pacing(later, self._flush, clock)
        self._paint = paint
        self._gathered: dict[str, tuple[set[str], set[str]]] = {}

    def add(self, change: Change) -> None:
        """Add one change; an id that was removed and came back counts as changed."""
        changed, removed = self._gathered.setdefault(change.kind, (set(), set()))
        changed |= change.changed
        removed -= change.changed
        removed |= change.removed
        changed -= change.removed
        self._pacing.soon(FRAME)

    def _flush(self) -> None:
        gathered, self._gathered = self._gathered, {}
        self._paint(gathered)

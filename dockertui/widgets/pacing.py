"""Paint what changes often no more often than somebody can read it."""

from __future__ import annotations

import time
from collections.abc import Callable

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after some seconds, as `timer.once` does for a widget."""


class Pacing:
    """Call `paint` soon after it was asked for, but at most once in a frame: the first of a burst at once.

    later: the event loop's timer. clock: in seconds, monotonic.
    """

    def __init__(self, later: Later, paint: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._later = later
        self._paint = paint
        self._clock = clock
        self._painted = float("-inf")
        self.is_due = False

    def soon(self, frame: float) -> None:
        """Paint once `frame` seconds have passed since the last time; nothing changes while a paint is due."""
        if not self.is_due:
            self.is_due = True
            self._later(max(0.0, self._painted + frame - self._clock()), self._run)

    def _run(self) -> None:
        if self.is_due:
            self.now()

    def now(self) -> None:
        """Paint without delay, in place of the paint that may be due."""
        self.is_due = False
        self._painted = self._clock()
        self._paint()

    def forget(self) -> None:
        """Drop the paint that may be due, and let the next one come at once."""
        self.is_due = False
        self._painted = float("-inf")

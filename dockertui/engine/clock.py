"""The Engine's clock, derived from the `Date` of its replies: ages and `since` parameters are computed with it.

A `Date` is in whole seconds and was written between the request and its reply: each one bounds the offset of the two
clocks, and several bound it to less than a second.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable
from typing import Final

NOTABLE: Final = 5.0
"""Seconds of difference that are worth a message."""
_SECOND: Final = 1_000_000_000
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


class EngineClock:
    """Call it for the Engine's time in epoch seconds; it is this machine's time until a reply has a `Date`.

    `local` is this machine's clock; `offset` is how many seconds the Engine's is ahead of it. The offset starts at 0
    and stays the same as long as the replies allow it, so that ages do not jitter.
    """

    def __init__(self, local: Callable[[], float] = time.time) -> None:
        self.local = local
        self.offset = 0.0
        self._least: float | None = None
        self._most = 0.0

    @classmethod
    def of(cls, clock: Callable[[], float]) -> EngineClock:
        """Return `clock` itself if it is an Engine's, else an EngineClock that starts as it."""
        return clock if isinstance(clock, EngineClock) else cls(clock)

    def __call__(self) -> float:
        return self.local() + self.offset

    def ns(self) -> int:
        """Return the Engine's time in epoch nanoseconds."""
        return int(self() * _SECOND)

    @property
    def earliest(self) -> float:
        """The lower bound of the Engine's time: what happened before it is past."""
        return self.local() + (self.offset if self._least is None else self._least)

    @property
    def latest(self) -> float:
        """The upper bound of the Engine's time."""
        return self.local() + (self.offset if self._least is None else self._most)

    def heard(self, date: str | None, sent: float, came: float) -> None:
        """Narrow the offset by the `Date` of a reply; `sent` and `came` are `local` times of request and reply."""
        told = parse_date(date) if date else None
        if told is None or came < sent:
            return
        least, most = told - came, told + 1.0 - sent
        if self._least is not None and self._least <= most and least <= self._most:
            least, most = max(least, self._least), min(most, self._most)
        self._least, self._most = least, most
        if not least <= self.offset <= most:
            self.offset = 0.0 if least <= 0.0 <= most else (least + most) / 2


def parse_date(text: str) -> int | None:
    """Return the epoch seconds of an HTTP date, "Sun, 06 Nov 1994 08:49:37 GMT"; None for anything else."""
    words = text.split()
    try:
        _, day, month, year, clock, zone = words
        hour, minute, second = map(int, clock.split(":"))
        if zone != "GMT" or len(month) != 3:
            return None
        return calendar.timegm((int(year), _MONTHS.index(month) // 3 + 1, int(day), hour, minute, second))
    except (ValueError, OverflowError):
        return None

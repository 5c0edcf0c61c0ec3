"""The Engine's clock, read off the `Date` of its replies: ages, and what is asked `since`, are reckoned by it.

A `Date` tells whole seconds, and was written at some moment between the request and its reply: each one bounds how
far the two clocks are apart, and several bound it closer than a second.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable
from typing import Final

NOTABLE: Final = 5.0
"""Seconds of difference that are worth a sentence."""
_SECOND: Final = 1_000_000_000
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


class EngineClock:
    """Call it for the Engine's time, in epoch seconds; this machine's own until an Engine has told its time.

    `local` is this machine's clock; `offset` is how many seconds the Engine's is ahead of it. The offset stays as it
    is for as long as the replies allow it, 0 first of all: ages do not tremble.
    """

    def __init__(self, local: Callable[[], float] = time.time) -> None:
        self.local = local
        self.offset = 0.0
        self._least: float | None = None
        self._most = 0.0

    @classmethod
    def of(cls, clock: Callable[[], float]) -> EngineClock:
        """This clock itself where it is an Engine's, else one that begins as it."""
        return clock if isinstance(clock, EngineClock) else cls(clock)

    def __call__(self) -> float:
        return self.local() + self.offset

    def ns(self) -> int:
        """The Engine's time in epoch nanoseconds."""
        return int(self() * _SECOND)

    @property
    def earliest(self) -> float:
        """The Engine's time at the least: what happened before this has happened."""
        return self.local() + (self.offset if self._least is None else self._least)

    @property
    def latest(self) -> float:
        """The Engine's time at the most."""
        return self.local() + (self.offset if self._least is None else self._most)

    def heard(self, date: str | None, sent: float, came: float) -> None:
        """Learn from the `Date` of a reply; the request was sent, and the reply came, at these times of `local`."""
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
    """Epoch seconds of an HTTP date, "Sun, 06 Nov 1994 08:49:37 GMT"; None for anything else."""
    words = text.split()
    try:
        _, day, month, year, clock, zone = words
        hour, minute, second = map(int, clock.split(":"))
        if zone != "GMT" or len(month) != 3:
            return None
        return calendar.timegm((int(year), _MONTHS.index(month) // 3 + 1, int(day), hour, minute, second))
    except (ValueError, OverflowError):
        return None

"""From when to when a log is shown: the keys, and what a person types."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from dockertui.screens.log_feed import Span

_SECOND: Final = 1_000_000_000
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION: Final = re.compile(r"(?:\d+[smhdw])+")
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
_CLOCK: Final = ("%H:%M:%S", "%H:%M")


_LAST: Final = (60, 300, 900, 3600, 86400)
NAMES: Final = ("", "last 1m", "last 5m", "last 15m", "last 1h", "last 24h", "all")
"""What the keys from 0 to 6 ask for, in short; nothing for the tail."""


def of_key(key: int, now: int) -> Span:
    """The span of a key from 0 to 6, at a moment in epoch nanoseconds."""
    if key == 0:
        return Span()
    return Span(whole=True) if key > len(_LAST) else Span(since=now - _LAST[key - 1] * _SECOND)


def parse(text: str, now: int) -> Span:
    """`SINCE`, or `SINCE..UNTIL`, each `10m`, `1h30m`, `14:30` (the last time it was), a day, or a day and a time.

    Times are local, with a `Z` at the end UTC. Nothing at all is the tail. Raises ValueError that says what to type.
    """
    since_text, separator, until_text = (part.strip() for part in text.partition(".."))
    if not text.strip():
        return Span()
    since = _moment(since_text, now) if since_text else None
    until = _moment(until_text, now) if separator and until_text else None
    if since is not None and since > now:
        raise ValueError(f"{since_text!r} lies in the future")
    if since is not None and until is not None and until < since:
        raise ValueError(f"the end, {until_text!r}, lies before the beginning")
    past = until is not None and until <= now
    return Span(since=since, until=until if past else None, whole=since is None)


def _moment(text: str, now: int) -> int:
    """Epoch nanoseconds of what was typed."""
    if _DURATION.fullmatch(text):
        seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))
        return max(0, now - seconds * _SECOND)
    zone = UTC if text[-1:] in ("Z", "z") else None
    bare = text[:-1] if zone else text
    try:
        found = _day(bare, zone) or _clock(bare, datetime.fromtimestamp(now // _SECOND, zone))
        if found is not None:
            return max(0, int(found.timestamp())) * _SECOND
    except (OverflowError, ValueError, OSError):  # a year that no clock knows
        pass
    raise ValueError(f"{text!r} is no time: type 10m, 1h30m, 14:30, 2026-01-31 or 2026-01-31 14:30")


def _day(text: str, zone: tzinfo | None) -> datetime | None:
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text.partition(".")[0], form).replace(tzinfo=zone)
    return None


def _clock(text: str, now: datetime) -> datetime | None:
    """The last time that a clock showed this."""
    for form in _CLOCK:
        with suppress(ValueError):
            clock = datetime.strptime(text, form)
            when = now.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
            return when if when <= now else when - timedelta(days=1)
    return None

"""From when to when a log is shown: the keys, and what a person types."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from dockertui.screens.log_feed import Span

_SECOND: Final = 1_000_000_000
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION: Final = re.compile(r"(?:\d+[smhdw])+")
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
_CLOCK: Final = ("%H:%M:%S", "%H:%M")


_LAST: Final = (60, 300, 900, 3600, 86400)


def of_key(key: int, now: int) -> Span:
    """The span of a key from 0 to 6, at a moment in epoch nanoseconds."""
    if key == 0:
        return Span()
    return Span(whole=True) if key > len(_LAST) else Span(since=now - _LAST[key - 1] * _SECOND)


def parse(text: str, now: int) -> Span:
    """`SINCE`, or `SINCE..UNTIL`, each `10m`, `1h30m`, `14:30` (the last time it was), a day, or a day and a time.

    Times are local, with a `Z` at the end UTC. Nothing at all is the tail. Raises ValueError that says what to type.
    """
    since, separator, until = text.partition("..")
    if not text.strip():
        return Span()
    return Span(
        since=_moment(since.strip(), now) if since.strip() else None,
        until=_moment(until.strip(), now) if separator and until.strip() else None,
        whole=not since.strip(),
    )


def _moment(text: str, now: int) -> int:
    if _DURATION.fullmatch(text):
        seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))
        return now - seconds * _SECOND
    if text.endswith("Z"):
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) * _SECOND
    for form in _FORMATS:
        try:
            return int(datetime.strptime(text, form).timestamp()) * _SECOND
        except ValueError:
            continue
    return _clock(text, now)


def _clock(text: str, now: int) -> int:
    today = datetime.fromtimestamp(now // _SECOND)
    for form in _CLOCK:
        try:
            clock = datetime.strptime(text, form)
        except ValueError:
            continue
        when = today.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
        return int((when if when <= today else when - timedelta(days=1)).timestamp()) * _SECOND
    raise ValueError(f"{text!r} is no time: type 10m, 1h30m, 14:30, 2026-01-31 or 2026-01-31 14:30")

"""The time span of a log: by keys, and as typed."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

_SECOND: Final = 1_000_000_000
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,  # the micro sign, and the Greek letter
    "μs": 1_000,
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
    "d": 86400 * _SECOND,
    "w": 604800 * _SECOND,
}
_PART: Final = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|[smhdw])")
_DURATION: Final = re.compile(rf"([+-]?)((?:{_PART.pattern})+)")
_UNIX: Final = re.compile(r"(\d+)(?:\.(\d{1,9}))?")
_TIME: Final = r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?)?"
_ZONE: Final = r"(?: ?(?P<zone>[Zz]|UTC|[+-]\d\d:?\d\d))?"
_DATE: Final = re.compile(rf"(?:(?P<year>\d{{4}})-)?(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]{_TIME})?{_ZONE}")
_CLOCK: Final = re.compile(rf"(?=\d+:){_TIME}{_ZONE}")
_AGO: Final = re.compile(r" \([^()]* ago\)$")
"""What follows a time on the program's own pages."""


_LAST: Final = (60, 300, 900, 3600, 86400)
NAMES: Final = ("", "last 1m", "last 5m", "last 15m", "last 1h", "last 24h", "all")
"""Short names of the spans of keys 0 to 6; the tail has none."""


class TimeSpan(NamedTuple):
    """A time span in epoch nanoseconds; with neither end the tail, or from the log's beginning if `whole`.

    head: only as much as memory holds, with the view on the first line.
    """

    since: int | None = None
    until: int | None = None
    whole: bool = False
    head: bool = False


def of_key(key: int, now: int) -> TimeSpan:
    """Return the span of a key from 0 to 6; `now` in epoch nanoseconds."""
    if key == 0:
        return TimeSpan()
    return TimeSpan(whole=True) if key > len(_LAST) else TimeSpan(since=now - _LAST[key - 1] * _SECOND)


def parse(text: str, now: int) -> TimeSpan:
    """Parse `SINCE` or `SINCE..UNTIL`: what `docker logs --since` accepts, and times as the program shows them.

    That is `10m`, `1.5h`, `1h30m`, `14:30` (its last occurrence), a day, a day and a time, or epoch seconds. Times are
    local unless they end in `Z` or an offset. Empty text is the tail. Raises ValueError that says what to type.
    """
    since_text, separator, until_text = (part.strip() for part in text.partition(".."))
    if not text.strip():
        return TimeSpan()
    since = _moment(since_text, now) if since_text else None
    until = _moment(until_text, now) if separator and until_text else None
    if since is not None and since > now:
        raise ValueError(f"{since_text!r} lies in the future")
    if since is not None and until is not None and until < since:
        raise ValueError(f"the end, {until_text!r}, lies before the beginning")
    past = until is not None and until <= now
    return TimeSpan(since=since, until=until if past else None, whole=since is None)


def _moment(text: str, now: int) -> int:
    """Return the typed moment in epoch nanoseconds."""
    if (span := _DURATION.fullmatch(text)) is not None:
        length = sum(_nanoseconds(number, _UNITS[unit]) for number, unit in _PART.findall(span[2]))
        return max(0, now + length if span[1] == "-" else now - length)
    if (unix := _UNIX.fullmatch(text)) is not None and len(unix[1]) < 12:
        return int(unix[1]) * _SECOND + _fraction(unix[2])
    with suppress(OverflowError, ValueError, OSError):  # a year out of range, a 13th month
        plain = _AGO.sub("", text)
        if (date := _DATE.fullmatch(plain)) is not None:
            return _of_date(date, now)
        if (clock := _CLOCK.fullmatch(plain)) is not None:
            return _of_clock(clock, now)
    raise ValueError(f"{text!r} is no time: type 10m, 1h30m, 14:30, 2026-01-31 or 2026-01-31 14:30")


def _nanoseconds(number: str, unit: int) -> int:
    """Return a decimal number of a unit in nanoseconds, exactly."""
    whole, _, fraction = number.partition(".")
    return int(whole or 0) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)


def _fraction(digits: str | None) -> int:
    """Return the nanoseconds of the digits after a decimal point."""
    return int(f"{digits or '':0<9}"[:9])


def _zone(text: str | None) -> tzinfo | None:
    """Return the time zone of a suffix; None for the local one."""
    if text is None or text in ("Z", "z", "UTC"):
        return None if text is None else UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _of_date(found: re.Match[str], now: int) -> int:
    """Return the moment of a date, by default at midnight; without a year, its last occurrence."""
    zone = _zone(found["zone"])
    today = datetime.fromtimestamp(now // _SECOND, zone)
    year, month, day = int(found["year"] or today.year), int(found["month"]), int(found["day"])
    when = datetime(year, month, day, *_clock(found), tzinfo=zone)
    if found["year"] is None and when > today:
        when = when.replace(year=year - 1)
    return max(0, int(when.timestamp())) * _SECOND + _fraction(found["fraction"])


def _of_clock(found: re.Match[str], now: int) -> int:
    """Return the last moment with this clock time."""
    today = datetime.fromtimestamp(now // _SECOND, _zone(found["zone"]))
    hour, minute, second = _clock(found)
    when = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
    when = when if when <= today else when - timedelta(days=1)
    return max(0, int(when.timestamp())) * _SECOND + _fraction(found["fraction"])


def _clock(found: re.Match[str]) -> tuple[int, int, int]:
    """Return hour, minute and second; 0 for those not given."""
    return int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0)

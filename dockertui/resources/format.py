"""Formats of quantities: sizes, ages and shares, like the Docker CLI's where it has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from dockertui.widgets.text import cut_place

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_AGES = (
    (60, 1, "s"),
    (3600, 60, "m"),
    (86400, 3600, "h"),
    (86400 * 14, 86400, "d"),
    (86400 * 730, 604800, "w"),
)
_SPANS = (("year", 31536000), ("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def _scaled(amount: float, base: int, units: Sequence[str], digits: int) -> str:
    unit = 0
    # What would round up to the next unit belongs there: 999.6 kB is 1MB, not 1e+03kB.
    while round(amount) >= base and unit < len(units) - 1:
        amount /= base
        unit += 1
    # No fractions of bytes: a fading average would read 5.77e-06B.
    if not unit:
        return f"{amount:.0f}{units[unit]}"
    # From 1000 to 1023 of a binary unit three digits would read 1e+03.
    if 10**digits <= round(amount) < base:
        return f"{amount:.0f}{units[unit]}"
    return f"{amount:.{digits}g}{units[unit]}"


LONGEST = 4096
"""Most characters of one text on a page: an Engine may send millions."""


def beginning(text: str, most: int = LONGEST) -> str:
    """Return the text, or its beginning and how many characters follow."""
    if len(text) <= most:
        return text
    end = cut_place(text, most)
    return f"{text[:end]}… (+{len(text) - end:,} characters)"


def size(amount: int | float) -> str:
    """Format a size on disk or network in decimal units with three digits, like `docker images`: 187MB."""
    return _scaled(amount, 1000, _DECIMAL, 3)


def memory(amount: int | float, digits: int = 4) -> str:
    """Format a size in memory in binary units with four digits, like `docker stats`: 38.21MiB."""
    return _scaled(amount, 1024, _BINARY, digits)


def rate(amount: int | float) -> str:
    """Format bytes per second in decimal units with three digits: 1.2kB/s."""
    return f"{size(amount)}/s"


def share(percent: float) -> str:
    """Format a percentage of constant width: 0.4%, 12.3%, 104%."""
    return f"{percent:.1f}%" if percent < 99.95 else f"{percent:.0f}%"


def age(seconds: float) -> str:
    """Format a duration as one short word, for a column: 12s, 5m, 3h, 9d, 6w, 3y."""
    seconds = max(0, int(seconds))
    for limit, unit, sign in _AGES:
        if seconds < limit:
            return f"{seconds // unit}{sign}"
    return f"{seconds // 31536000}y"


def span(seconds: float) -> str:
    """Format a duration in its two largest units, for a page: 3 hours 12 minutes."""
    left, parts = max(0, int(seconds)), []
    for name, unit in _SPANS:
        count, left = divmod(left, unit)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
        elif parts:
            break
    return " ".join(parts[:2]) or "less than a second"


def lasted(seconds: float) -> str:
    """Format how long something took, exact if short: 0.04 s, 3.2 s, 42 s, 9 minutes 12 seconds."""
    if seconds < 0.01:
        return "less than 0.01 s"
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{int(seconds)} s" if seconds < 60 else span(seconds)


def hour(epoch: float, now: float) -> str:
    """Format a local time for a sentence: 03:12:07 today, 11-20 03:12:07 this year, else with the year."""
    try:
        stamp, today = datetime.fromtimestamp(epoch), datetime.fromtimestamp(now)
    except (OverflowError, OSError, ValueError):
        return str(epoch)
    if stamp.date() == today.date():
        return f"{stamp:%H:%M:%S}"
    return f"{stamp:%m-%d %H:%M:%S}" if stamp.year == today.year else f"{stamp:%Y-%m-%d %H:%M:%S}"


def clock(seconds: float) -> str:
    """Format a running duration that shows each second: 12 s, 3 min 5 s, 2 h 10 min."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minute} min"
    return f"{minute} min {second} s" if minute else f"{second} s"


def period(seconds: float) -> str:
    """Format an interval: 2 s, 7.5 s, 5 min 0 s."""
    return f"{seconds:.3g} s" if seconds < 100 else clock(seconds)


def parse_time(text: str) -> float | None:
    """Return epoch seconds of the Engine's RFC 3339 text; None for its zero time (0001-01-01) or anything else."""
    head, _, rest = text.partition(".")
    if rest:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        head += f".{rest[:digits][:6]:0<6}{rest[digits:]}"
    try:
        moment = datetime.fromisoformat(head.replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() if moment.year > 1 else None


def moment(epoch: float | None, now: float) -> str:
    """Format a local time for a page, with its age: 2026-11-21 05:20:03 +0000 (2 hours 3 minutes ago)."""
    if epoch is None:
        return ""
    try:
        stamp = datetime.fromtimestamp(epoch).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    except (OverflowError, OSError, ValueError):
        return str(epoch)
    return f"{stamp} ({span(now - epoch)} ago)" if now >= epoch else stamp


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def plural(count: int, noun: str) -> str:
    """Return `1 container`, `3 containers`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"

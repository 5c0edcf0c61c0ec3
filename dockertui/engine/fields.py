"""Reading fields out of JSON that may hold anything.

An Engine may be older, newer, or not Docker's: a field may be absent, null, or of another type than the
specification says. Each function here gives the value when it is what was asked for, and otherwise the
default.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

Raw = Mapping[str, Any]
NOTHING: Final[Raw] = MappingProxyType({})


def text(raw: Raw, key: str, default: str = "") -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else default


def number(raw: Raw, key: str) -> int | None:
    """An integer; a float that holds a whole number counts as one, a boolean does not."""
    value = raw.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def count(raw: Raw, key: str) -> int | None:
    """A number of something: the -1 by which the API says 'not computed' is None, as is what no uint64 can hold."""
    value = number(raw, key)
    return None if value is None or not 0 <= value < 1 << 64 else value


def flag(raw: Raw, key: str) -> bool:
    return raw.get(key) is True


def mapping(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    return value if isinstance(value, dict) else NOTHING


def mappings(raw: Raw, key: str) -> list[Raw]:
    """The objects of a list of objects."""
    return objects(raw.get(key))


def objects(value: object) -> list[Raw]:
    """The objects in ``value``, when it is a list; other items are left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(raw: Raw, key: str) -> list[str]:
    """The strings of a list of strings."""
    value = raw.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def string_map(raw: Raw, key: str) -> dict[str, str]:
    """A map of strings, such as labels or options."""
    return {name: value for name, value in mapping(raw, key).items() if isinstance(value, str)}


def instant(raw: Raw, key: str) -> float | None:
    """A point in time in epoch seconds, given as a number or as RFC 3339; Go's zero time is None."""
    value = raw.get(key)
    if isinstance(value, str):
        return _parse_rfc3339(value)
    seconds = number(raw, key)
    return float(seconds) if seconds is not None and 0 < seconds < 1 << 40 else None


def _parse_rfc3339(value: str) -> float | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.year <= 1:  # the zero time.Time of Go
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

"""Read fields of JSON that may hold anything.

An Engine may be older, newer, or not Docker's: a field may be absent, null, or of another type than the specification
says. Each function returns the value if it has the expected type, else the default.
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
    """Return an integer; a float with a whole value counts, a boolean does not."""
    value = raw.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def count(raw: Raw, key: str) -> int | None:
    """Return a non-negative number; None for -1, the API's "not computed", and for what does not fit in a uint64."""
    value = number(raw, key)
    return None if value is None or not 0 <= value < 1 << 64 else value


def flag(raw: Raw, key: str) -> bool:
    return raw.get(key) is True


def mapping(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    return value if isinstance(value, dict) else NOTHING


def mappings(raw: Raw, key: str) -> list[Raw]:
    """Return the objects in a list."""
    return objects(raw.get(key))


def objects(value: object) -> list[Raw]:
    """Return the objects in `value` if it is a list, without its other items."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(raw: Raw, key: str) -> list[str]:
    """Return the strings in a list."""
    value = raw.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def string_map(raw: Raw, key: str) -> dict[str, str]:
    """Return a map of strings, such as labels or options."""
    return {name: value for name, value in mapping(raw, key).items() if isinstance(value, str)}


def instant(raw: Raw, key: str) -> float | None:
    """Return a time in epoch seconds, given as a number or as RFC 3339; None for Go's zero time."""
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

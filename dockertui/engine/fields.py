"""Read fields of JSON that may hold anything.

An Engine may be older, newer, or not Docker's: a field may be absent, null, or of another type than the specification
says. Each function returns the value if it has the expected type, else the default: models are read by these. `Reply`
reads an `inspect` by paths, for pages, which show a number where text was expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    return _strings_of(raw.get(key))


def _strings_of(value: object) -> list[str]:
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


class Reply:
    """A JSON object whose fields are read by path, each with a default of the wanted type.

    `Reply(inspect).text("State", "Status")` is "" if any part of the path is missing.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else NOTHING

    def __bool__(self) -> bool:
        return bool(self.raw)

    def at(self, *path: str) -> Any:
        """Return the value at `path`, or None."""
        value: Any = self.raw
        for name in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    def text(self, *path: str) -> str:
        """Return the string at `path`; a number as its digits; "" for everything else."""
        value = self.at(*path)
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""

    def number(self, *path: str) -> int:
        """Return the number at `path` as an integer; 0 for everything else."""
        value = self.at(*path)
        return int(value) if isinstance(value, int | float) and value == value and abs(value) < 1e30 else 0

    def flag(self, *path: str) -> bool:
        """Whether the value at `path` is true."""
        return self.at(*path) is True

    def words(self, *path: str) -> list[str]:
        """Return the strings of the list at `path`; a lone string as a list of one."""
        value = self.at(*path)
        return [value] if isinstance(value, str) else _strings_of(value)

    def objects(self, *path: str) -> list[Reply]:
        """Return the objects of the list at `path`."""
        return [Reply(item) for item in objects(self.at(*path))]

    def entries(self, *path: str) -> Iterator[tuple[str, Reply]]:
        """Yield name and object of each entry of the map at `path`, by name; a null entry is an empty object."""
        value = self.at(*path)
        if isinstance(value, Mapping):
            for name in sorted(value, key=str):
                yield str(name), Reply(value[name])

    def pairs(self, *path: str) -> list[tuple[str, str]]:
        """Return name and text of each entry of the map at `path`, by name."""
        value = self.at(*path)
        if not isinstance(value, Mapping):
            return []
        return sorted((str(name), "" if item is None else str(item)) for name, item in value.items())

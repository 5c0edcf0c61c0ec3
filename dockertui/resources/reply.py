"""Tolerant reading of the Engine's JSON: fields may be absent, null or of another type than specified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Reply:
    """A JSON object whose fields are read by path, each with a default of the wanted type.

    `Reply(inspect).text("State", "Status")` is "" if any part of the path is missing.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}

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
        if isinstance(value, str):
            return [value]
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def objects(self, *path: str) -> list[Reply]:
        """Return the objects of the list at `path`."""
        value = self.at(*path)
        return [Reply(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []

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

"""Split a stream of JSON objects, such as events and stats: concatenated, and cut anywhere by the network."""

from __future__ import annotations

import json
import re
from typing import Any, Final

OBJECT_LIMIT: Final = 16 * 1024 * 1024
_TO_BRACKET: Final = re.compile(rb'[^"{}\[\]]*(?:"[^"\\]*(?:\\.[^"\\]*){0,99}"[^"{}\[\]]*){0,99}', re.DOTALL)
"""Matches from outside of strings, over whole strings. After a match comes a bracket, a string or the end.

No possessive quantifiers: Python 3.11.0 to 3.11.4 match them wrongly. The counts limit what `re` stores for each
repetition; nothing after them can fail and cause backtracking.
"""
_INSIDE_STRING: Final = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,999}', re.DOTALL)
"""Matches from inside a string to its end, to a backslash that is the last byte, or as far as the count allows."""
_BETWEEN: Final = b" \t\r\n\x1e"  # \x1e: application/json-seq


class JSONSplitter:
    """Feed it bytes, get whole objects. Invalid UTF-8 is replaced, not refused.

    Docker ends each object with a newline, and most chunks hold whole lines: these are parsed at once. Neither is
    guaranteed, so otherwise brackets are counted, each byte once.
    """

    def __init__(self, limit: int = OBJECT_LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._scanned = 0
        self._depth = 0
        self._in_string = False

    @property
    def pending(self) -> bool:
        """Whether an object has begun and not ended."""
        return bool(self._buffer.strip(_BETWEEN))

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Return the objects that `data` completes. Raises ValueError for anything but a sequence of JSON objects."""
        if data.endswith(b"\n") and not self._buffer and (found := _parse_lines(data)):
            return found
        return self._feed_slowly(data)

    def _feed_slowly(self, data: bytes) -> list[dict[str, Any]]:
        self._buffer += data
        found = []
        while (end := self._next_end()) is not None:
            found.append(_parse(bytes(self._buffer[:end]).strip(_BETWEEN)))
            del self._buffer[:end]
            self._scanned = 0
        if len(self._buffer) > self._limit:
            raise ValueError(f"an object of more than {self._limit} bytes")
        return found

    def _next_end(self) -> int | None:
        """Return where the first object in the buffer ends; None when it is incomplete."""
        if not self._scanned:
            self._check_begin()
        while self._scanned < len(self._buffer):
            if self._in_string:
                if not self._leave_string():
                    return None
            elif self._next_bracket() and self._depth == 0:
                return self._scanned
        return None

    def _check_begin(self) -> None:
        first = bytes(self._buffer.lstrip(_BETWEEN)[:1])
        if first not in (b"", b"{"):
            raise ValueError(f"no JSON object begins with {first!r}")

    def _next_bracket(self) -> bool:
        """Move past the next bracket, over whole strings; else into an incomplete string, or to the end."""
        skipped = _TO_BRACKET.match(self._buffer, self._scanned)
        self._scanned = skipped.end() if skipped else self._scanned
        mark = bytes(self._buffer[self._scanned : self._scanned + 1])
        self._scanned += len(mark)
        self._in_string = mark == b'"'
        if mark in (b"", b'"'):
            return False
        self._depth += 1 if mark in (b"{", b"[") else -1
        return True

    def _leave_string(self) -> bool:
        """Move past the end of the string, if it is there; a backslash as the last byte is looked at again."""
        while inside := _INSIDE_STRING.match(self._buffer, self._scanned):
            self._scanned = inside.end()
            if self._buffer[self._scanned : self._scanned + 1] == b'"':
                self._scanned += 1
                self._in_string = False
                return True
            if len(self._buffer) - self._scanned < 2:
                break
        return False


def _parse_lines(data: bytes) -> list[dict[str, Any]]:
    """Return the objects of lines that hold one object each; empty when any line holds something else."""
    try:
        return [_parse(line) for line in data.splitlines() if not line.isspace()]
    except ValueError:
        return []


def _parse(data: bytes) -> dict[str, Any]:
    value = parse_json(data)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def parse_json(data: bytes) -> Any:
    """Parse any JSON value. Raises ValueError for invalid or too deeply nested JSON."""
    try:
        return json.loads(data.decode(errors="replace"))
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None

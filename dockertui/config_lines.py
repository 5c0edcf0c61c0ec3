"""The line of each key in a TOML document, which the standard `tomllib` does not report.

The document must be valid TOML (`tomllib` has read it): it is not checked here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str, ...]
"""A key with the tables it is in: `[keys]` then `container.stop = "s"` is `("keys", "container", "stop")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2}(?!"))'
    r"|'''.*?'''(?:'{0,2}(?!'))"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}#\r\n]+")


def key_lines(text: str) -> Mapping[Path, int]:
    """Return the line, from 1, on which each key and each table of a valid TOML document first occurs."""
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.document()
    return walk.lines


class _Walk:
    """One pass over the document; `at` is the current position."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self.peek_after(_BLANK):
            if self.peek() == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        path = self.key(())
        self.at += brackets
        return path

    def pair(self, table: Path) -> None:
        path = self.key(table)
        self.at += 1  # the equals sign
        self.value(path)

    def key(self, table: Path) -> Path:
        """Read a dotted key, and record the line on which it begins, for itself and for the tables it makes."""
        path = table
        line = self.text.count("\n", 0, self.at) + 1
        while True:
            self.take(_SPACE)
            path = (*path, self.simple_key())
            self.lines.setdefault(path, line)
            self.take(_SPACE)
            if self.peek() != ".":
                return path
            self.at += 1

    def simple_key(self) -> str:
        if self.peek() in "\"'":
            word = tomllib.loads(f"key={self.take(_STRING)}")["key"]
            return str(word)
        return self.take(_BARE_KEY)

    def value(self, path: Path) -> None:
        self.take(_SPACE)
        if self.peek() in "\"'":
            self.take(_STRING)
        elif self.peek() == "[":
            self.items("]", path)
        elif self.peek() == "{":
            self.items("}", path)
        else:
            self.take(_PLAIN_VALUE)

    def items(self, closing: str, path: Path) -> None:
        """Read an array or an inline table; keys of tables within an array are recorded under the array's path."""
        self.at += 1
        while self.peek_after(_BLANK) != closing:
            if self.peek() == ",":
                self.at += 1
            elif closing == "}":
                self.pair(path)
            else:
                self.value(path)
        self.at += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not a valid TOML document at character {self.at}")
        self.at = match.end()
        return match.group()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def peek_after(self, pattern: re.Pattern[str]) -> str:
        self.take(pattern)
        return self.peek()

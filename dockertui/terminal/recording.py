"""Record a session and read the recording again: asciicast, version 2 (docs.asciinema.org).

The first line is a JSON object, each further one an array: seconds since the beginning, the event ("o" output, "r"
resize), and its text. Input is not recorded: it contains passwords.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from dockertui.engine.hijack import WindowSize
from dockertui.engine.whole_file import open_new

_SIZE: Final = re.compile(r"(\d{1,4})x(\d{1,4})")
_LINE_MOST: Final = 16 * 1024 * 1024
_SIZE_MOST: Final = 1000


class Recorder:
    """Writes one recording. Raises OSError if the file cannot be written."""

    def __init__(self, path: Path, size: WindowSize, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._clock = clock
        self._began = clock()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._file: TextIO = os.fdopen(open_new(str(path)), "w", encoding="utf-8", newline="\n")
        header = {
            "version": 2,
            "width": size.columns,
            "height": size.rows,
            "timestamp": int(time.time()),
            "title": title,
            "env": {"TERM": "xterm-256color"},
        }
        self._file.write(json.dumps(header) + "\n")

    def output(self, data: bytes) -> None:
        """Record output; a character cut at the end waits for its rest."""
        if text := self._decoder.decode(data):
            self._write("o", text)

    def resized(self, size: WindowSize) -> None:
        """Record a new size of the terminal."""
        self._write("r", f"{size.columns}x{size.rows}")

    def _write(self, code: str, text: str) -> None:
        moment = round(self._clock() - self._began, 6)
        self._file.write(json.dumps([moment, code, text], ensure_ascii=False) + "\n")

    def close(self) -> None:
        """End the recording."""
        self._file.close()


class CastError(ValueError):
    """The file is not an asciicast of version 2."""


class Moment(NamedTuple):
    """An event `at` seconds after the beginning: output, or another size."""

    at: float
    output: bytes = b""
    size: WindowSize | None = None


class Cast:
    """A recording to play. Raises CastError, OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        header = _parsed(next(_lines(path), ""))
        if not isinstance(header, dict) or header.get("version") != 2:
            raise CastError(f"{path.name} is not an asciicast version 2 file")
        size = _size(f"{header.get('width')}x{header.get('height')}")
        if size is None:
            raise CastError(f"{path.name} does not say how large its terminal is")
        self.size = size
        title = header.get("title")
        self.title = title if isinstance(title, str) else path.name

    def moments(self) -> Iterator[Moment]:
        """Yield the events in order. Invalid lines are skipped: a recording may be cut off."""
        lines = _lines(self.path)
        next(lines, None)
        last = 0.0
        for line in lines:
            match _parsed(line):
                case [int() | float() as at, "o", str() as text]:
                    last = max(last, float(at))
                    yield Moment(last, text.encode(errors="replace"))
                case [int() | float() as at, "r", str() as text] if size := _size(text):
                    last = max(last, float(at))
                    yield Moment(last, size=size)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        while line := file.readline(_LINE_MOST):
            yield line


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _size(text: str) -> WindowSize | None:
    found = _SIZE.fullmatch(text)
    if not found:
        return None
    size = WindowSize(int(found[1]), int(found[2]))
    return size if 0 < size.columns <= _SIZE_MOST and 0 < size.rows <= _SIZE_MOST else None

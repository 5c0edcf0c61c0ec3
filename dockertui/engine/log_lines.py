"""Parse the bytes of a log into lines: demultiplex frames, join partial lines, read the Engine's timestamps.

The Engine cuts a process's output at 16 KiB and sends each part as an entry with a timestamp; the parts of a line have
the same one (moby, `daemon/logger/copier.go`). Bytes are joined to whole lines before they are decoded, so that no
character is cut, whatever the other stream writes in between.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from dockertui.engine.multiplex import Channel, FrameReader

LINE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a line kept together. A longer one is cut there and continued as the next line."""
PART: Final = 16 * 1024
"""Bytes after which the Engine cuts a line."""
SECOND: Final = 1_000_000_000

_STAMP: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ")
_NANOS: Final = slice(20, 29)
_SECONDS_END: Final = 19
_ZONE_END: Final = 31


class LogLine(NamedTuple):
    """One line of a log. `time` is the Engine's, in nanoseconds since 1970; 0 if it gave none."""

    time: int
    stderr: bool
    text: str


class LogError(ValueError):
    """The Engine reports within the log that it cannot go on."""


class _Stamps:
    """Parser of the timestamp at the start of an entry. Most are in the same second as the one before."""

    def __init__(self) -> None:
        self._text = b""
        self._seconds = 0

    def read(self, data: bytes) -> tuple[int, int]:
        """Return the nanoseconds since 1970 and where the text begins; (0, 0) if there is no timestamp."""
        if data[:_SECONDS_END] == self._text and data[29:_ZONE_END] == b"Z ":
            return self._seconds + int(data[_NANOS]), _ZONE_END
        found = _STAMP.match(data)
        if found is None:
            return 0, 0
        seconds, fraction, zone = found.groups()
        try:
            when = datetime.fromisoformat((seconds + (b"+00:00" if zone == b"Z" else zone)).decode())
        except ValueError:
            return 0, 0
        whole = int(when.timestamp()) * SECOND
        if zone == b"Z" and fraction is not None and len(fraction) == 9:
            self._text, self._seconds = seconds, whole
        return whole + int((fraction or b"0").ljust(9, b"0")), found.end()


class _Open:
    """A line whose end has not arrived yet."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.time = 0

    def add(self, time: int, part: bytes) -> None:
        if not self.parts:
            self.time = time
        self.parts.append(part)
        self.size += len(part)

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts, self.size = [], 0
        return data


class LineReader:
    """Feed it the body of a log requested with timestamps, cut anywhere; get lines.

    `entries` counts what the Engine counts for `tail`: parts of lines, not lines.
    """

    def __init__(self, *, tty: bool) -> None:
        self.entries = 0
        self._frames = None if tty else FrameReader()
        self._stamps = _Stamps()
        self._open = (_Open(), _Open())
        self._raw = b""

    def feed(self, data: bytes) -> list[LogLine]:
        """Return the lines completed by `data`. Raises FrameError for anything but a log, LogError for the Engine's
        error."""
        found: list[LogLine] = []
        if self._frames is None:
            self._feed_raw(data, found)
            return found
        read = self._stamps.read
        out, err = self._open
        frames = self._frames.feed(data)
        self.entries += len(frames)
        for channel, payload in frames:
            if channel == Channel.ENGINE:
                raise LogError(payload.decode("utf-8", "replace").strip())
            stderr = channel == Channel.ERR
            pending = err if stderr else out
            time, start = read(payload)
            if not pending.parts and payload.find(b"\n", start) == len(payload) - 1:
                found.append(LogLine(time, stderr, payload[start:-1].decode("utf-8", "replace")))
            else:
                self._add(found, pending, stderr, time, payload[start:])
        return found

    def end(self) -> list[LogLine]:
        """Return what is left when the log has ended without a newline."""
        found: list[LogLine] = []
        if self._raw:
            self._feed_raw(b"\n", found)
        found += [
            LogLine(pending.time, stderr, pending.take().decode("utf-8", "replace"))
            for stderr, pending in zip((False, True), self._open, strict=True)
            if pending.parts
        ]
        return found

    def _add(self, found: list[LogLine], pending: _Open, stderr: bool, time: int, data: bytes) -> None:
        """Add an entry that is not exactly one line: a part of one, or several."""
        first, *rest = data.split(b"\n")
        pending.add(time, first)
        for piece in rest:
            found.append(LogLine(pending.time, stderr, pending.take().decode("utf-8", "replace")))
            piece_time, start = self._stamps.read(piece)
            if piece:
                pending.add(piece_time or time, piece[start:])
        if pending.size >= LINE_LIMIT:
            found.append(LogLine(pending.time, stderr, pending.take().decode("utf-8", "replace")))

    def _feed_raw(self, data: bytes, found: list[LogLine]) -> None:
        """Parse a terminal's log: it has no frames, so only the newline shows where an entry ends."""
        *lines, self._raw = (self._raw + data).split(b"\n") if self._raw else data.split(b"\n")
        for line in lines:
            time, start = self._stamps.read(line)
            text, parts = self._joined(line[start:])
            self.entries += parts
            found.append(LogLine(time, False, text))
        if len(self._raw) >= LINE_LIMIT:
            raw, self._raw = self._raw, b""
            self._feed_raw(raw + b"\n", found)

    def _joined(self, line: bytes) -> tuple[str, int]:
        """Return a terminal's line without the timestamps between its parts, and the number of parts."""
        kept: list[bytes] = []
        while (kept or len(line) > PART) and (found := _STAMP.search(line, 0 if kept else PART)):
            kept.append(line[: found.start()])
            line = line[found.end() :]
        return b"".join([*kept, line]).decode("utf-8", "replace"), len(kept) + 1

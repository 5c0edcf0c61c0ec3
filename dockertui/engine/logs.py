"""`GET /containers/{id}/logs`: the tail, following, and pages backwards. All raise EngineError.

The Engine applies `tail` before `since` and `until` (moby, `daemon/logger/loggerutils/logfile.go`), so a page before a
time is the tail of all entries since that time and some more. `since` and `until` are inclusive.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from dockertui.engine.call import Call
from dockertui.engine.client import Engine, Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.log_lines import SECOND, LineReader, LogError, LogLine
from dockertui.engine.multiplex import FrameError
from dockertui.engine.target import segment

REST: Final = 0.05
"""Seconds between two reads of a followed log: too short to notice, and a busy log costs a tenth."""
SLACK: Final = 1_000
"""Nanoseconds. Podman parses a time as a floating-point number and loses a quarter of a microsecond: requests ask for
this much more, and the excess is dropped here."""
_SMALL, _LARGE = 4 * 1024, 16 * 1024
"""Bytes of one read: below, pause longer; above, shorter, since a socket holds about 200 lines, then dockerd waits."""


class LogStream:
    """A log being received."""

    def __init__(self, stream: Stream, reader: LineReader, *, follow: bool) -> None:
        self._stream = stream
        self._reader = reader
        self._follow = follow

    @property
    def entries(self) -> int:
        """The number of entries received, as the Engine counts them for `tail`."""
        return self._reader.entries

    async def batches(self) -> AsyncIterator[list[LogLine]]:
        """Yield the lines as they arrive. A slow consumer makes the Engine wait, so nothing piles up here."""
        rest = REST
        async for chunk in self._stream.chunks():
            if lines := self._read(chunk):
                yield lines
            if self._follow:
                rest = _next_rest(rest, len(chunk))
                if rest:
                    await self._stream.rest(rest)
        if lines := self._reader.end():
            yield lines

    def _read(self, chunk: bytes) -> list[LogLine]:
        try:
            return self._reader.feed(chunk)
        except FrameError as error:
            raise EngineError(ErrorKind.PROTOCOL, f"the log is out of step: {error}") from None
        except LogError as error:
            raise EngineError(ErrorKind.SERVER, f"the Engine cannot read the log any further: {error}") from None


def _next_rest(rest: float, size: int) -> float:
    """Return how long to pause after a read of `size` bytes."""
    if size < _SMALL:
        return min(REST, rest * 2 or REST / 8)
    if size > _LARGE:
        return rest / 2 if rest > REST / 16 else 0.0
    return rest


@asynccontextmanager
async def open_log(
    engine: Engine,
    container: str,
    *,
    tty: bool,
    tail: int | None = None,
    since: int | None = None,
    until: int | None = None,
    follow: bool = False,
) -> AsyncIterator[LogStream]:
    """Open both streams of a container's log, with timestamps; leaving the context closes the connection.

    `tail` in entries, None for all. `since` and `until` in epoch nanoseconds. `tty` is `Config.Tty` of its `inspect`:
    the Engine's reply headers are not reliable about it.
    """
    params = {
        "stdout": True,
        "stderr": True,
        "timestamps": True,
        "follow": follow or None,
        "tail": "all" if tail is None else str(tail),
        "since": _moment(since),
        "until": _moment(until),
    }
    call = Call("GET", f"/containers/{segment(container)}/logs", params, docker=("logs", container))
    async with engine.stream(call) as stream:
        yield LogStream(stream, LineReader(tty=tty), follow=follow)


def _moment(when: int | None) -> str | None:
    """Return seconds and nanoseconds; the Engine does not take RFC 3339 here."""
    return None if when is None else f"{when // SECOND}.{when % SECOND:09d}"


class LogPage(NamedTuple):
    """Lines before a time, oldest first, and whether the log begins with them."""

    lines: list[LogLine]
    entries: int
    beginning: bool


async def page_before(engine: Engine, container: str, *, tty: bool, before: int, behind: int, count: int) -> LogPage:
    """Return about `count` lines older than `before` (epoch ns), ending right before it.

    `behind` is roughly the number of entries from there to the log's end. The tail is doubled until older lines come,
    or the same ones again: then they are the beginning of the log.
    """
    tail = behind + count
    page = await _read_page(engine, container, tty, before, tail)
    while len(page.lines) < count:
        tail *= 2
        again = await _read_page(engine, container, tty, before, tail)
        if _oldest(again) == _oldest(page) and again.entries == page.entries:
            return again._replace(beginning=True)
        page = again
    return _whole_lines(page)


async def _read_page(engine: Engine, container: str, tty: bool, before: int, tail: int) -> LogPage:
    lines: list[LogLine] = []
    # Podman gives the rest of a line the time of the next entry: until then, the last line is complete
    async with open_log(engine, container, tty=tty, tail=tail, until=before + SLACK) as log:
        async for batch in log.batches():
            lines += batch
        older = [line for line in lines if line.time < before]
        return LogPage(older, log.entries - len(lines) + len(older), beginning=False)


def _oldest(page: LogPage) -> int:
    return page.lines[0].time if page.lines else 0


def _whole_lines(page: LogPage) -> LogPage:
    kept = without_first_moment(page.lines)
    return page._replace(lines=kept, entries=page.entries - len(page.lines) + len(kept))


def without_first_moment(lines: list[LogLine]) -> list[LogLine]:
    """Drop the lines with a tail's first timestamp: they may be cut, and the page before has them whole."""
    kept = [line for line in lines if line.time > lines[0].time]
    return kept or lines

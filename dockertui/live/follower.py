"""Follow the log of one container over its restarts and the Engine's: no line twice, and no gap unreported."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final

from dockertui.engine import containers, fields
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.exit_codes import meaning
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.logs import SLACK, LogPage, LogStream, open_log, page_before, without_first_moment
from dockertui.live.backoff import Backoff

TAIL: Final = 1000
"""Entries to begin with: a few screens full, whatever the log's size."""
_RESUME_TAILS: Final = (5_000, 100_000, None)
"""Entries searched for the place to resume: with `since` alone dockerd reads the whole log."""
_UNREADABLE: Final = ("does not support reading", "configured logging driver", "cannot read logs")
_LASTING: Final = (ErrorKind.NOT_FOUND, ErrorKind.BAD_REQUEST, ErrorKind.UNAUTHORIZED, ErrorKind.UNSUPPORTED)


class NoteKind(StrEnum):
    """What happened to a log besides its lines."""

    ENDED = "ended"  # the container is not running
    STARTED = "started"  # it is running again
    LOST = "lost"  # the connection broke; a new attempt follows
    REFUSED = "refused"  # the Engine cannot read this log: no new attempt
    READY = "ready"  # the existing lines are read; new ones are followed
    GAP = "gap"  # lines are missing between the last one and the next


@dataclass(frozen=True, slots=True)
class Note:
    """A message shown between two lines."""

    kind: NoteKind
    text: str
    time: int = 0
    """When it happened, in epoch ns; 0 for now."""


class Follower:
    """Follows one log until cancelled. `on_lines` receives the lines as they arrive, `on_note` all else that happens.

    tail, since: where to begin, in entries and epoch ns; until: where to end, for a span in the past. Call `changed`
    when the container changed: it may be running again. `entries_to_end` is about the number of entries between
    the oldest line kept and the log's end; the owner decreases it when it drops old lines.
    """

    def __init__(
        self,
        engine: Engine,
        container: str,
        *,
        on_lines: Callable[[list[LogLine]], None],
        on_note: Callable[[Note], None],
        tail: int | None = TAIL,
        since: int | None = None,
        until: int | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.engine = engine
        self.container = container
        self.entries_to_end = 0
        self.beginning = False
        """Whether the oldest line kept is the log's first."""
        self.before_batch: Callable[[], Awaitable[None]] = partial(asyncio.sleep, 0)
        """Awaited between two batches of older lines, so that a reader of several logs can keep them in step."""
        self._on_lines = on_lines
        self._on_note = on_note
        self._tail = tail
        self._since = since
        self._until = until
        self._tty: bool | None = None
        self._driver = ""
        self._last = 0
        self._before_last = 0
        """The time before the last one: a line that Podman splits between both is complete from there."""
        self._seen_at_last = 0
        self._begun = False
        self._runs: bool | None = None
        self._started: object = None
        self._pending_restart: tuple[Note, int] | None = None
        """A restart to report after the lines before it, and when the previous run ended (epoch ns)."""
        self._changed = asyncio.Event()
        self._backoff = Backoff(0.1, 10.0, rng or random.Random())

    def changed(self) -> None:
        """Look at the container again, if the log had ended; call this when the container changed."""
        self._changed.set()
        self._backoff.cut()

    async def run(self) -> None:
        """Follow the log until cancelled, refused for good, or at the end of the span."""
        while True:
            try:
                self._changed.clear()
                await self._look(read=False)
                await self._read()
                if self._until is not None:
                    return
                await self._rest(await self._look(read=True))
            except EngineError as error:
                if refusal := self._refusal(error):
                    self._on_note(Note(NoteKind.REFUSED, refusal))
                    return
                self._on_note(Note(NoteKind.LOST, str(error)))
                await self._backoff.wait(self._backoff.next())

    def _refusal(self, error: EngineError) -> str:
        """Return why another attempt is useless; "" if it is not."""
        if any(words in error.message for words in _UNREADABLE):
            return f"the Engine cannot read what the log driver {self._driver!r} has taken"
        if error.kind is ErrorKind.NOT_FOUND:
            return "the container was removed"
        return str(error) if error.kind in _LASTING else ""

    async def _rest(self, state: dict[str, Any]) -> None:
        """Wait for a change of the container after the log ended, or briefly if the container is running."""
        if state.get("Running"):
            await self._backoff.wait(self._backoff.next())
        else:
            self._backoff.reset()
            await self._changed.wait()

    async def _look(self, *, read: bool) -> dict[str, Any]:
        """Inspect the container, report what changed, and return its state; also learn whether it has a TTY.

        Its end is reported only after everything was `read`: its last lines may have come while the Engine was away.
        """
        found = await containers.inspect(self.engine, self.container)
        config, state = found.get("Config"), found.get("State")
        self._tty = bool(config.get("Tty")) if isinstance(config, dict) else False
        self._driver = fields.text(fields.mapping(fields.mapping(found, "HostConfig"), "LogConfig"), "Type")
        state = state if isinstance(state, dict) else {}
        started = state.get("StartedAt")
        runs = bool(state.get("Running")) and not state.get("Restarting")
        if self._runs is not None and runs and started != self._started:
            note = Note(NoteKind.STARTED, "started again", _moment(state, "StartedAt"))
            if self._runs and not read:
                self._pending_restart = note, _moment(state, "FinishedAt")
            else:
                self._on_note(note)
            self._backoff.reset()
        elif read and not runs and self._runs is not False:
            self._on_note(Note(NoteKind.ENDED, _ending(state), _moment(state, "FinishedAt")))
        if runs or read:
            self._runs = runs
        self._started = started
        return state

    async def _read(self) -> None:
        """Read to the end of the log; while the container is running, without end."""
        if not self._begun:
            if not self._last or self._until is not None:  # otherwise it was interrupted, and resumes
                await self._begin()
            self._begun = True
        if self._until is not None:
            self._on_note(Note(NoteKind.READY, ""))
            return
        for tail in _RESUME_TAILS:
            if await self._resume(tail):
                return

    async def _begin(self) -> None:
        """Read the existing lines: a tail at once, anything longer in batches."""
        log = open_log(
            self.engine, self.container, tty=bool(self._tty), tail=self._tail, since=self._since, until=self._until
        )
        tail: list[LogLine] = []
        async with log as stream:
            counted = 0
            async for lines in stream.batches():
                counted = self._count(stream, counted)
                if self._tail is None:
                    self._take(lines)
                    await self.before_batch()
                else:
                    tail += lines
        self.beginning = self._since is None and (self._tail is None or stream.entries < self._tail)
        if tail:
            self._take(tail if self.beginning or self._since is not None else without_first_moment(tail))

    async def _resume(self, tail: int | None) -> bool:
        """Follow after the last line. Return False, with nothing taken, if it is not among the last `tail` entries."""
        last, left = self._last, self._seen_at_last
        met = not last
        since = self._before_last - SLACK if last else self._since
        log = open_log(self.engine, self.container, tty=bool(self._tty), tail=tail, since=since, follow=True)
        async with log as stream:
            self._on_note(Note(NoteKind.READY, ""))
            if self._runs is False:  # it may have started since it was inspected, and is followed now
                await self._look(read=False)
            counted, taking = 0, False
            async for lines in stream.batches():
                at = 0
                while not taking and at < len(lines) and (lines[at].time < last or (left and lines[at].time == last)):
                    left -= lines[at].time == last
                    at, met = at + 1, True
                counted = self._count(stream, counted, at)
                if at == len(lines):
                    continue
                if not met and tail is not None:
                    return False
                if not met:
                    self._on_note(Note(NoteKind.GAP, "the Engine dropped lines here"))
                taking = met = True
                self._take(lines[at:])
        return True

    def _count(self, stream: LogStream, counted: int, known: int = 0) -> int:
        """Add the entries read since `counted`, except those already `known`."""
        self.entries_to_end += stream.entries - counted - known
        return stream.entries

    def _take(self, lines: list[LogLine]) -> None:
        """Deliver lines, remembering the last time and how many lines had it: the place to resume."""
        if self._pending_restart is not None:
            lines = self._take_before(*self._pending_restart, lines)
        if not lines:
            return
        times = [line.time for line in lines]
        last = max(times)
        if last > self._last:
            self._before_last = max(filter(last.__gt__, times), default=self._last or last)
            self._last, self._seen_at_last = last, 0
        self._seen_at_last += times.count(self._last)
        self._on_lines(lines)

    def _take_before(self, note: Note, ended: int, lines: list[LogLine]) -> list[LogLine]:
        """Deliver the lines up to the end of a run (epoch ns), then report the restart; return the lines after that."""
        self._pending_restart = None
        at = next((at for at, line in enumerate(lines) if line.time > ended), len(lines))
        self._take(lines[:at])
        if at < len(lines):
            self._on_note(note)
        else:
            self._pending_restart = note, ended
        return lines[at:]

    async def older(self, before: int, count: int) -> LogPage:
        """Return a page of lines that ends right before a time (epoch ns). Raises EngineError."""
        if self._tty is None:
            await self._look(read=False)
        page = await page_before(
            self.engine, self.container, tty=bool(self._tty), before=before, behind=self.entries_to_end, count=count
        )
        self.entries_to_end += page.entries
        self.beginning = page.beginning
        return page


def _moment(state: dict[str, Any], key: str) -> int:
    return int((fields.instant(state, key) or 0) * SECOND)


def _ending(state: dict[str, Any]) -> str:
    """Describe why a container's log has ended."""
    if state.get("Running") and not state.get("Restarting"):
        return "the Engine ended the log"
    code = state.get("ExitCode")
    status = str(state.get("Status") or "not running")
    if status == "created" or not isinstance(code, int):
        return "it has never run" if status == "created" else status
    return f"{status}: {meaning(code, oom_killed=bool(state.get('OOMKilled')))}"

"""Fill a log view: the followers of one or several logs, merged by time."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.trace import because
from dockertui.live.follower import TAIL, Follower, Note, NoteKind
from dockertui.screens.base.time_span import TimeSpan
from dockertui.widgets.log_store import MARK, SOURCE_SHIFT, STDERR, StoredLine
from dockertui.widgets.log_view import LogView

PAGE = 2_000
LARGEST_PAGE = 40_000
_MERGE = 0.15
"""Seconds that lines of several logs wait for earlier ones of the others."""
_FIRST_MERGE = 1.5
"""Seconds that the first lines wait for those of all logs."""
_AHEAD = 10_000
"""Lines of one log that may wait for the others while the past is read; beyond that, its follower waits."""
_STALE = 30.0
_STILL = 2.0
"""Seconds without a line after which a lag is cleared."""


class LogTarget(NamedTuple):
    """A container whose log is shown."""

    id: str
    name: str


class LogFeed:
    """Fill `view` from the logs of `targets` until `stop`."""

    def __init__(self, engine: Engine, targets: Sequence[LogTarget], span: TimeSpan, view: LogView) -> None:
        self.targets = targets
        self._view = view
        self._waiting: list[StoredLine] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._begun: set[int] = set()
        self._live: set[int] = set()
        self._started = time.monotonic()
        self._dropped = 0
        self._offset = float("inf")
        self._last = 0.0
        self._now = engine.trace.clock.ns
        self._span = span
        tail = TAIL if span == TimeSpan() else None
        self._followers = [
            Follower(
                engine,
                target.id,
                on_lines=partial(self._on_lines, source),
                on_note=partial(self._on_note, source),
                tail=tail,
                since=span.since,
                until=span.until,
            )
            for source, target in enumerate(targets)
        ]
        self._reading = set(range(len(targets))) if len(targets) > 1 and tail is None else set[int]()
        """With several logs, those whose past is still being read; their lines arrive in order."""
        self._reached = [0] * len(targets)
        """For each log, the time (ns) up to which its lines have arrived."""
        self._merged = asyncio.Event()
        for source in self._reading:
            self._followers[source].before_batch = partial(self._wait_turn, source)
        for follower in self._followers:
            follower.beginning = span.head
        self._paging: asyncio.Task[bool] | None = None
        view.names = [target.name for target in targets] if len(targets) > 1 else []
        view.is_over = span.until is not None
        view.clear(following=not span.head)
        view.notice = "the log begins here" if span.head else "older lines: scroll up"
        view.set_state("asking the Engine…")
        self._tasks: list[asyncio.Task[None]] = []
        self._paused_at = 0.0
        self.resume()

    def resume(self) -> None:
        """Follow the logs, or continue after the last line, without duplicates."""
        if not self._tasks and not self._view.unread:
            with because("log"):
                self._tasks = [asyncio.create_task(follower.run()) for follower in self._followers]
            if self._waiting:
                self._flush_soon()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is requested until `resume`."""
        return not self._tasks and not self._view.unread

    @property
    def is_reading_on(self) -> bool:
        """Whether the end of the requested span is not reached yet."""
        return self._span != TimeSpan() and len(self._live) < len(self._followers) and not self._view.unread

    @property
    def is_stale(self) -> bool:
        """Whether the pause was so long that the tail is better requested anew, unless the user reads further up."""
        return self._span == TimeSpan() and not self._tasks and time.monotonic() - self._paused_at > _STALE

    def stop(self) -> None:
        """End all requests. `resume` continues."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._paused_at = time.monotonic()
        if self._paging is not None:
            self._paging.cancel()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def changed(self) -> None:
        """Tell the followers that a container has changed."""
        for follower in self._followers:
            follower.changed()

    # incoming lines

    def _on_lines(self, source: int, lines: list[LogLine]) -> None:
        shifted = source << SOURCE_SHIFT
        entries = [StoredLine(when, shifted | (STDERR if stderr else 0), text) for when, stderr, text in lines]
        self._begun.add(source)
        if source in self._live:
            self._measure_lag(entries[-1].time)
        reading = "reading on…" if self.is_reading_on else ""
        if self._view.state[0] != reading:
            self._view.set_state(reading)
        if len(self._followers) == 1:
            self._show(entries)
            return
        self._waiting += entries
        self._reached[source] = max(self._reached[source], entries[-1].time)
        self._flush_soon()

    async def _wait_turn(self, source: int) -> None:
        """Wait while a log is far ahead of the others: its lines cannot be shown before theirs."""
        while sum(entry.source == source for entry in self._waiting) > _AHEAD and self._reading != {source}:
            self._merged.clear()
            await self._merged.wait()

    def _measure_lag(self, when: int) -> None:
        """Measure the lag of the newest line.

        The smallest age ever seen is taken for the difference of the clocks and the transport.
        """
        age = time.time() - when / SECOND
        self._offset = min(self._offset, age)
        self._view.lag = age - self._offset
        self._last = time.monotonic()

    def tick(self) -> None:
        """Clear the lag when lines stop; call it now and then."""
        if self._view.lag and time.monotonic() - self._last > _STILL:
            self._view.lag = 0.0
            self._view.paint_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(_MERGE, self._flush)

    def _flush(self) -> None:
        self._flushing = None
        first = not len(self._view.store)
        waited = time.monotonic() - self._started
        if first and len(self._begun) < len(self._followers) and waited < _FIRST_MERGE:
            self._flush_soon()
            return
        entries = sorted(self._waiting, key=attrgetter("time"))
        known = min((self._reached[source] for source in self._reading), default=entries[-1].time if entries else 0)
        count = bisect_right(entries, known, key=attrgetter("time"))
        entries, self._waiting = entries[:count], entries[count:]
        self._merged.set()
        self._show(self._since_all_known(entries) if first and self._span == TimeSpan() else entries)

    def _show(self, entries: list[StoredLine]) -> None:
        """Hand lines to the view; of a log's head, no more than it can keep."""
        self._view.append(entries, new=not self.is_reading_on)
        if self._span.head and self._view.store.is_nearly_full and self.is_reading_on:
            self.stop()
            self._view.unread = True
            self._view.set_state("")

    def _since_all_known(self, entries: list[StoredLine]) -> list[StoredLine]:
        """Return the lines from when on all logs are known.

        Before that, a log with a longer tail would seem to be alone.
        """
        oldest: dict[int, int] = {}
        for entry in entries:
            if not entry.meta & MARK:
                oldest.setdefault(entry.source, entry.time)
        return self._from(entries, [when for source, when in oldest.items() if not self._followers[source].beginning])

    def _from(self, entries: list[StoredLine], oldest: Sequence[int]) -> list[StoredLine]:
        """Return the entries from the latest of `oldest` on; the others are left to paging."""
        start = max(oldest, default=0)
        for entry in entries:
            if entry.time < start and not entry.meta & MARK:
                self._followers[entry.source].entries_to_end -= 1
                self._followers[entry.source].beginning = False
        return [entry for entry in entries if entry.time >= start or entry.meta & MARK]

    def _on_note(self, source: int, note: Note) -> None:
        self._begun.add(source)
        name = f"{self.targets[source].name} " if len(self.targets) > 1 else ""
        text = f"{name}{note.text}"
        if note.kind in (NoteKind.READY, NoteKind.REFUSED):
            self._reading.discard(source)
            if self._waiting:
                self._flush_soon()
        if note.kind is NoteKind.READY:
            self._live.add(source)
            none = "no lines then" if self._view.is_over else "no lines yet"
            self._view.set_state("" if len(self._view.store) or self._waiting else none)
            if self.beginning and not self._view.store.dropped_before:
                self._show_beginning()
            return
        if note.kind is NoteKind.LOST:
            self._view.set_state(f"{text}, trying again", "bad")
            return
        mark = StoredLine(note.time or self._now(), MARK | source << SOURCE_SHIFT, text)
        if len(self._followers) == 1:
            self._view.append([mark])
        else:
            self._waiting.append(mark)
            self._flush_soon()
        if note.kind is NoteKind.REFUSED and not len(self._view.store):
            self._view.notice = ""
        self._view.set_state(text if note.kind is NoteKind.REFUSED else "", "bad")

    # older lines

    @property
    def beginning(self) -> bool:
        """Whether the first line loaded is the first there is."""
        return all(follower.beginning for follower in self._followers)

    def page(self) -> asyncio.Task[bool]:
        """Load lines before the first; the task returns whether there were any. Only one such task runs at a time."""
        if self._paging is None or self._paging.done():
            self._paging = asyncio.create_task(self._page())
        return self._paging

    async def _page(self) -> bool:
        self._account_for_dropped()
        view = self._view
        before = view.store.time_of_first() or self._now()
        if self.beginning:
            self._show_beginning()
            return False
        view.notice = "loading older lines…"
        view.paint_soon()
        loaded = 0
        try:
            while not loaded and not self.beginning:
                loaded = await self._page_before(before)
        except EngineError as error:
            view.notice = f"older lines cannot be read: {error}"
            view.paint_soon()
            return False
        view.notice = "older lines: scroll up"
        self._show_beginning()
        return loaded > 0

    def _show_beginning(self) -> None:
        if self.beginning:
            self._view.notice = "the log begins here"
        self._view.repaint()

    async def _page_before(self, before: int) -> int:
        """Load a page and return its number of lines.

        Pages grow with what is loaded: the Engine reads past all of it.
        """
        followers = [follower for follower in self._followers if not follower.beginning]
        count = min(LARGEST_PAGE, max(PAGE, len(self._view.store) // 4)) // len(followers)
        with because("log, older"):
            pages = await asyncio.gather(*(follower.older(before, count) for follower in followers))
        entries: list[StoredLine] = []
        for follower, page in zip(followers, pages, strict=True):
            shifted = self._followers.index(follower) << SOURCE_SHIFT
            entries += [StoredLine(when, shifted | (STDERR if err else 0), text) for when, err, text in page.lines]
        if len(self._followers) > 1:
            entries.sort(key=attrgetter("time"))
            entries = self._from(entries, [page.lines[0].time for page in pages if page.lines and not page.beginning])
        self._view.prepend(entries)
        self._dropped = self._view.store.dropped_before
        return len(entries)

    def _account_for_dropped(self) -> None:
        """Let lines that the store has dropped be requested again."""
        dropped = self._view.store.dropped_before - self._dropped
        if dropped > 0:
            for follower in self._followers:
                follower.beginning = False
                follower.entries_to_end = max(0, follower.entries_to_end - dropped // len(self._followers))
        self._dropped = self._view.store.dropped_before

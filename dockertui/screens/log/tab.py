"""The Logs tab: the log of the object shown, or of several containers together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.timer import Timer

from dockertui.config import Settings
from dockertui.engine.client import Engine
from dockertui.engine.log_lines import SECOND
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import BY_ID
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base import time_span
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.screens.base.time_span import TimeSpan
from dockertui.screens.log.feed import LogFeed, LogTarget
from dockertui.widgets.chart import column_glyphs
from dockertui.widgets.keys import offer
from dockertui.widgets.log_paint import PaintOptions
from dockertui.widgets.log_store import StoredLine
from dockertui.widgets.log_view import BEHIND, LogView
from dockertui.widgets.timer import once

_SETTLE = 0.1
"""Seconds that the cursor rests on a container before its log is requested."""
_COPY_LINES = 50
_BEFORE, _AFTER = 300 * 1_000_000_000, 500_000_000
"""Nanoseconds of a log shown before and after the end of its container."""
_SPAN_HINT = "since: 10m, 2h, 14:30, 2026-01-31 14:30; until after two dots"


class LogTab(LogView, Tab, inherit_bindings=False):
    """The log view as a tab. It requests lines only while it is on the screen; what it holds stays."""

    context = Context.LOG
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def __init__(self, engine: Engine, settings: Settings) -> None:
        super().__init__()
        self.engine = engine
        self.clock = engine.trace.clock
        self.store.max_bytes = settings.log_memory * 1_000_000
        self.options = PaintOptions(unfold=settings.log_unfold)
        self.glyphs = column_glyphs(settings.plots)
        self._feed: LogFeed | None = None
        self._subject: tuple[LogTarget, ...] = ()
        self._pinned: tuple[LogTarget, ...] = ()
        self._pinned_title = ""
        self._shown: tuple[LogTarget, ...] = ()
        """The containers whose log was requested last."""
        self._span = TimeSpan()
        self._span_name = ""
        self._end: tuple[tuple[LogTarget, ...], TimeSpan] | None = None
        """A span for these targets only."""
        self._top_before = self._top_now = False
        """Whether the previous key, and this one, went to the top."""
        self._starting: Timer | None = None
        self._due: tuple[LogTarget, ...] = ()
        """The targets of that timer."""
        self._searching: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)

    # targets

    @property
    def targets(self) -> tuple[LogTarget, ...]:
        """The containers whose logs are shown: the pinned ones, else the subject."""
        return self._pinned or self._subject

    def pin(self, targets: Sequence[LogTarget], title: str) -> None:
        """Show the logs of several containers together until another object is shown; no targets ends that."""
        self._pinned, self._pinned_title = tuple(targets), title

    @property
    def heading(self) -> str:
        """Title and number of the pinned logs, or ""."""
        return f"{self._pinned_title}: {len(self._pinned)} logs" if self._pinned else ""

    @property
    def idle(self) -> list[Operation]:
        return [] if self.has_fields else [BY_ID["log.unfold"]]

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the log of a container. One that is shown already may have been restarted."""
        before = self._subject
        after: tuple[LogTarget, ...] = ()
        if subject is not None and subject.resource.kind == "container":
            after = (LogTarget(subject.item.id, subject.item.name),)
        self._subject = after
        if before and after != before and self._pinned:
            self.pin((), "")
        if self._feed is None or self._feed.targets != self.targets:
            self._start_soon()
        elif self.is_on_screen:
            self._feed.changed()

    def show_end(self, target: LogTarget, moment: int) -> None:
        """Show what a container wrote up to a moment (epoch ns), until another span or container is chosen."""
        self.pin((), "")
        self._end = (target,), TimeSpan(since=moment - _BEFORE, until=moment + _AFTER)
        self._stop()
        self._feed = None

    def _start_soon(self) -> None:
        """Start once the cursor rests; the same container with new data does not restart the delay."""
        if self._starting is not None and self._due == self.targets:
            return
        self._stop()
        self._due = self.targets
        self._starting = once(self, _SETTLE, self._start)

    def _start(self) -> None:
        """Request the log of the current span."""
        self._stop()
        if self.targets and self.is_on_screen:
            if self.targets != self._shown:
                self._shown = self.targets
                self.reset_shift()  # another log starts at the left, whatever was searched for in this one
            self.title_note = "  ".join(filter(None, (self.heading, self._span_name)))
            ends = self._end is not None and self._end[0] == self.targets
            span = self._end[1] if self._end is not None and ends else self._span
            if ends:
                tail = offer(self, "log.since_tail", "shows the tail")
                self.title_note = ": ".join(filter(None, ("the 5 minutes up to its end", tail)))
            self._feed = LogFeed(self.engine, self.targets, span, self)

    def _stop(self) -> None:
        if self._starting is not None:
            self._starting.stop()
            self._starting = None
        if self._feed is not None:
            self._feed.stop()
            self._feed = None
        if self._searching is not None:
            self._searching.cancel()
            self._searching = None

    def _pause(self) -> None:
        if self._feed is not None:
            self._feed.stop()

    def leave(self) -> None:
        """End the requests; they continue from there when the tab is back."""
        self._pause()

    def on_hide(self) -> None:
        self._pause()

    def on_show(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """Continue from where the view stopped, or start at once."""
        if self._feed is None or self._feed.targets != self.targets or (self._feed.is_stale and self.following):
            self._start()
        else:
            self._feed.resume()

    def on_unmount(self) -> None:
        self._stop()

    def _tick(self) -> None:
        if self._feed is not None and not self._feed.is_stopped:
            self._feed.tick()
        elif self.targets and self.is_on_screen and self._starting is None:
            self._go_on()  # the layout was late, and Textual does not tell every tab that it is shown

    # messages of the view

    def on_log_view_older_wanted(self) -> None:
        if self._feed is not None:
            self._feed.page()

    def on_log_view_end_wanted(self) -> None:
        """Load the tail anew, and mark that the lines between were skipped."""
        lag = self.lag
        if self._span.until is None:  # the beginning of a span with an end is far from that end
            self._span, self._span_name = TimeSpan(), ""
        self._start()
        if lag >= BEHIND:
            self.mark(f"{lag:.1f} s of lines skipped here", self.engine.trace.clock.ns())

    async def open_line(self, entry: StoredLine) -> None:
        """Show a line in full; the next key goes to that screen."""
        from dockertui.screens.log.line_screen import LogLineScreen  # not needed for the first paint

        await self.app.push_screen(LogLineScreen(entry, "" if self.search_query.inverse else self.search_query.line))

    def on_log_view_searched_to_the_top(self) -> None:
        if self._feed is not None and self._searching is None:
            self._searching = asyncio.create_task(self._search_older(self._feed))

    async def _search_older(self, feed: LogFeed) -> None:
        """Load pages until one has a match or a key is pressed."""
        found = False
        start = self.store.first
        while not found and await feed.page():
            found = self._find(start, backwards=True)
            start = self.store.first
            self.set_state("" if found else "searching older lines, any key stops it")
        if not found:
            self.set_state("not found up to the beginning of the log", "warn")
        self._searching = None

    async def take_key(self, event: events.Key) -> bool:
        self._top_before, self._top_now = self._top_now, False
        if self._searching is not None:
            self._searching.cancel()
            self._searching = None
            self.set_state("")
        return False

    # operations

    def action_top(self) -> None:
        """Go to the first loaded line; pressed twice, to the first of the log, which paging may take long to reach."""
        self._top_now = True
        if self._top_before and self._feed is not None and not self._feed.beginning and self._span.until is None:
            self._show_span(TimeSpan(whole=True, head=True), "")
            self._span = TimeSpan()  # another log starts at its tail
        else:
            super().action_top()

    def action_bottom(self) -> None:
        if self._feed is not None and self._feed.is_reading_on:
            self.post_message(self.EndWanted())
        super().action_bottom()

    async def action_filter(self) -> None:
        typed = self.shown.filter.query.line
        await self.ask("keep lines with: word, ~regex, !without", typed, typed=self.filter_by)

    def action_since(self, index: int) -> None:
        self._show_span(time_span.of_key(index, self.engine.trace.clock.ns()), time_span.NAMES[index])

    async def action_since_typed(self) -> None:
        await self.ask(_SPAN_HINT, done=self._span_typed)

    def _span_typed(self, text: str) -> None:
        try:
            self._show_span(time_span.parse(text, self.engine.trace.clock.ns()), text.strip())
        except ValueError as error:
            self.post_message(self.Said(str(error), "warn"))

    def _show_span(self, span: TimeSpan, name: str) -> None:
        self._span, self._span_name, self._end = span, name, None
        self._start()

    async def action_fields(self) -> None:
        await self.ask("fields shown, none for all", " ".join(self.options.fields), done=self._fields_typed)

    def _fields_typed(self, text: str) -> None:
        self.show_as(self.options._replace(unfold=True, fields=tuple(text.replace(",", " ").split())))

    async def action_save(self) -> None:
        from dockertui.screens.log import export as log_export  # not needed for the first paint

        def ask(default: str, done: Callable[[str], object]) -> Awaitable[None]:
            return self.ask("save to", default, done=done)

        await log_export.save(self, self.engine, self.targets, ask)

    def action_pager(self) -> None:
        from dockertui.screens.log import export as log_export

        log_export.page(self)

    def action_mark_here(self) -> None:
        now = self.engine.trace.clock.ns()
        self.mark(f"{datetime.fromtimestamp(now // SECOND):%H:%M:%S}", now)

    def action_copy(self) -> None:
        self._copy(self.lines_to_copy())

    async def action_copy_last(self) -> None:
        await self.ask("lines to copy", str(_COPY_LINES), done=self._copy_typed)

    def _copy_typed(self, text: str) -> None:
        if text.strip().isdecimal() and int(text):
            self._copy(self.last_lines(int(text)))
        else:
            self.post_message(self.Said(f"{text!r} is no number of lines: nothing was copied", "warn"))

    def _copy(self, lines: Sequence[str]) -> None:
        from dockertui.screens.base.clipboard import report_copy  # not needed for the first paint

        saves = offer(self, "log.save", "saves them")
        told = report_copy(self.app, "\n".join(lines), f"{len(lines):,} line{'s' * (len(lines) != 1)}", saves)
        self.post_message(self.Said(*told))

"""The log view: moving, following the end, filter, search, selection. Painting is `LogFrame`'s."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.message import Message

from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.log_bars import bar_at
from dockertui.widgets.log_frame import BREATH, SLICE, LogFrame
from dockertui.widgets.log_paint import PaintOptions, rows
from dockertui.widgets.log_query import LogFilter, Query, find
from dockertui.widgets.log_store import MARK, StoredLine
from dockertui.widgets.log_text import Level, Times, last_state, unfolded
from dockertui.widgets.sgr import plain
from dockertui.widgets.timer import once

WHEEL_LINES = 3
BEHIND = 2.0
"""Seconds behind real time from which G skips the lines in between."""
CONTEXTS = (0, 1, 2, 3, 5, 10, 20)


class LogView(LogFrame, TakesKeys, can_focus=True):
    """The lines of a `LogStore`. Feed it with `append` and `prepend`; keys call the `action_…` methods."""

    class OlderWanted(Message):
        """The cursor is at the first loaded line."""

    class EndWanted(Message):
        """The reader wants the log's end, which is not loaded, or from which the view lags far behind."""

    class LineOpened(Message):
        """A line is to be shown whole."""

        def __init__(self, entry: StoredLine) -> None:
            super().__init__()
            self.entry = entry

    class SearchedToTheTop(Message):
        """A backward search found nothing in the loaded lines."""

    _seeking: Iterator[int | None] | None = None
    """The search in progress."""

    # moving

    @property
    def cursor_entry(self) -> StoredLine | None:
        """The line under the cursor."""
        return self.store[self._cursor] if self.store.first <= self._cursor < self.store.end else None

    def follow(self) -> None:
        """Go to the end, and follow it."""
        if self.lacks_newer or self.lag >= BEHIND:
            self.post_message(self.EndWanted())
        self.following, self._new, self._anchor = True, 0, None
        self.refresh_frame()

    def go_to(self, number: int) -> None:
        """Move the cursor to the nearest shown line, and scroll it into view. On the last line it does not follow."""
        number = max(self.store.first, min(number, self.store.end - 1))
        found = self.shown.at_or_after(number)
        found = self.shown.before(number) if found is None else found
        if found is None:
            return
        self.following = False
        self._cursor = found
        self._reveal()
        self.refresh_frame()

    def _reveal(self) -> None:
        if (self._cursor, 0) < self._top:
            self._top = (self._cursor, 0)
            return
        lowest = self._top_for_bottom(self._cursor + 1)
        if lowest > self._top:
            self._top = lowest

    def _step(self, lines: int) -> None:
        """Move the cursor by a number of shown lines; past the end it follows, at the top it asks for older lines."""
        if self.following and lines > 0:
            return
        at = self._cursor
        for _ in range(abs(lines)):
            found = self.shown.at_or_after(at + 1) if lines > 0 else self.shown.before(at)
            if found is None:
                if lines > 0:
                    self.follow()
                    return
                self._want_older()
                break
            at = found
        self.go_to(at)

    def _want_older(self) -> None:
        self._top = (self.store.first - 1, 0)
        self.post_message(self.OlderWanted())

    def scroll_rows(self, count: int) -> None:
        """Scroll the view by screen rows; the cursor stays in view."""
        if count > 0 and self.following:
            return
        number, sub = self._top
        for _ in range(abs(count)):
            number, sub = self._row_after(number, sub) if count > 0 else self._row_before(number, sub)
        end = self._top_for_bottom(self.store.end)
        if count > 0 and (number, sub) >= end:
            self.follow()
            return
        self.following = False
        self._top = (number, sub)
        if number < self.store.first:
            self._want_older()
        frame = self._build_frame()
        visible = [row.number for row in frame if row.notice is None]
        if visible:
            self._cursor = max(visible[0], min(self._cursor, visible[-1]))
        self.refresh_frame_from_scratch()

    def refresh_frame_from_scratch(self) -> None:
        """Repaint everything after the frame was already rebuilt."""
        self._frame = None
        self.refresh()

    def _row_after(self, number: int, sub: int) -> tuple[int, int]:
        if number >= self.store.first and sub + 1 < self._row_count(number):
            return number, sub + 1
        found = self.shown.at_or_after(number + 1)
        return (number, sub) if found is None else (found, 0)

    def _row_before(self, number: int, sub: int) -> tuple[int, int]:
        if sub > 0:
            return number, sub - 1
        found = self.shown.before(number)
        return (self.store.first - 1, 0) if found is None else (found, self._row_count(found) - 1)

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self.scroll_rows(max(1, self.body_height - 1))

    def action_page_up(self) -> None:
        self.scroll_rows(-max(1, self.body_height - 1))

    def action_top(self) -> None:
        self.go_to(self.store.first)
        self._want_older()
        self.refresh_frame()

    def action_bottom(self) -> None:
        self.follow()

    def action_scroll_right(self) -> None:
        """Scroll right by half a screen while a visible unwrapped line extends past the edge."""
        shown = [self._painting(row.number).text for row in self._frame or () if row.number in self.store]
        if not self.options.wrap and max(map(cell_len, shown), default=0) > self._shift + self.text_width:
            self._shift_by(self.text_width // 2)

    def action_scroll_left(self) -> None:
        self._shift_by(-(self.text_width // 2))

    def reset_shift(self) -> None:
        """Scroll back to the beginning of the lines."""
        if self._shift:
            self._shift_by(-self._shift)

    def _shift_by(self, cells: int) -> None:
        self._shift = max(0, self._shift + cells)
        self._strips.clear()
        self.refresh_frame_from_scratch()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_LINES)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        x, y = event.get_content_offset_capture(self)
        y -= self.band_height
        if y < 0:
            self._go_to_bar(bar_at(self.counted()[0], self.size.width - 1, x - 1))
        elif self._frame and y < len(self._frame) and self._frame[y].notice is None:
            self.go_to(self._frame[y].number)
            if event.chain == 2:
                await self.action_enter()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh_frame()

    # display options

    def show_as(self, options: PaintOptions) -> None:
        """Change how lines are shown; the cursor's line stays in place as far as possible."""
        before, self.options = self.options, options
        if (before.unfold, before.fields) != (options.unfold, options.fields):
            self.search_query = self._query(self.search_query.line)
            if self.shown.filter.query:
                self.filter_by(self.shown.filter.query.line)
            self.paint_soon()
        self._top = (self._top[0], 0)
        self._remember_nothing()
        self.refresh_frame_from_scratch()

    def action_times(self) -> None:
        order = list(Times)
        self.show_as(self.options._replace(times=order[(order.index(self.options.times) + 1) % len(order)]))

    def action_wrap(self) -> None:
        self.show_as(self.options._replace(wrap=not self.options.wrap))

    def action_unfold(self) -> None:
        self.show_as(self.options._replace(unfold=not self.options.unfold))
        if self.options.unfold and not self.has_fields:
            self.set_state("no line here is JSON or logfmt", "warn")

    # the bars

    def action_histogram(self) -> None:
        self.bars.is_open = not self.bars.is_open
        self.bars.forget()
        self.refresh_frame_from_scratch()
        self.paint_soon()

    def action_earlier_bar(self) -> None:
        self._step_bar(-1)

    def action_later_bar(self) -> None:
        self._step_bar(1)

    def _step_bar(self, step: int) -> None:
        """Go to the next bar with lines, before or after the cursor's; past the last, to older lines or the end."""
        if not self.bars.is_open:
            self.action_histogram()
        if not self.bars.is_whole:
            return  # lines still being counted may lie in that direction
        bars, selected = self.counted()
        bar = bars.next(selected, step)
        if bar is not None:
            self._go_to_bar(bar)
        elif step > 0:
            self.follow()
        else:
            self.action_top()

    def _go_to_bar(self, bar: int) -> None:
        """Show the lines from the start of a bar, its first one on top."""
        bars, _ = self.counted()
        if bar < len(bars.counts):
            self.go_to(self.store.number_at(bars.time(bar)))
            self._top = (self._cursor, 0)
            self.refresh_frame()

    # filter

    def set_filter(self, kept: LogFilter, context: int | None = None) -> None:
        """Show the lines that are kept; the cursor stays on its line, or goes to the nearest."""
        self.shown.set(kept, self.shown.context if context is None else context)
        self._look_at_new_lines()
        self._strips.clear()
        if not self.following:
            self.go_to(self._cursor)
        self.refresh_frame_from_scratch()
        self.paint_soon()

    def filter_by(self, line: str) -> None:
        """Filter by a typed query."""
        self.set_filter(self.shown.filter._replace(query=self._query(line)))

    def _query(self, line: str) -> Query:
        """Return a typed query that matches the lines as they are shown."""
        return Query(line, partial(unfolded, chosen=self.options.fields) if self.options.unfold else None)

    def action_level(self) -> None:
        after = {Level.NONE: Level.WARN, Level.WARN: Level.ERROR}
        self.set_filter(self.shown.filter._replace(least=after.get(self.shown.filter.least, Level.NONE)))

    def action_stderr(self) -> None:
        self.set_filter(self.shown.filter._replace(stderr=not self.shown.filter.stderr))

    def action_more_context(self) -> None:
        self._step_context(1)

    def action_less_context(self) -> None:
        self._step_context(-1)

    def _step_context(self, step: int) -> None:
        at = CONTEXTS.index(self.shown.context) + step
        self.set_filter(self.shown.filter, CONTEXTS[max(0, min(at, len(CONTEXTS) - 1))])

    async def action_enter(self) -> None:
        """Go from a filtered line to its place in the whole log; without a filter, open it."""
        entry = self.cursor_entry
        if self.shown.filter:
            following, number = self.following, self._cursor
            self.set_filter(LogFilter())
            if not following or entry is not None:
                self.go_to(number)
        elif entry is not None:
            await self.open_line(entry)

    async def open_line(self, entry: StoredLine) -> None:
        """Show a whole line."""
        self.post_message(self.LineOpened(entry))

    # search

    def search(self, text: str) -> int:
        """Mark the matches, and go to the nearest line with one, searching backwards from the cursor first."""
        self.search_query = self._query(text)
        self._strips.clear()
        self._seeking = None
        if self.search_query:
            self._seek(backwards=True, missed=lambda: self._seek(backwards=False, missed=lambda: None))
        self.refresh_frame_from_scratch()
        self.paint_soon()
        return 0

    def action_next_match(self) -> None:
        if self.search_query:
            below = "in what is loaded below" if self.lacks_newer else "below"
            self._seek(backwards=False, missed=lambda: self.set_state(f"no further match {below}", "warn"))

    def action_previous_match(self) -> None:
        if self.search_query:
            self._seek(backwards=True, missed=lambda: self.post_message(self.SearchedToTheTop()), start=self._cursor)

    def _seek(self, *, backwards: bool, missed: Callable[[], object], start: int | None = None) -> None:
        """Go to the next shown line that matches, or call `missed` if there is none.

        A search that takes longer than a time slice continues after input has had its turn.
        """
        start = self._cursor + 1 if start is None else start
        bounds = (self.store.first, start) if backwards else (start, self.store.end)
        self._seeking = find(self.store, self.search_query.hits, *bounds, backwards=backwards)
        self._seek_on(self._seeking, missed)

    def _seek_on(self, seeking: Iterator[int | None], missed: Callable[[], object]) -> None:
        until = time.monotonic() + SLICE
        for number in seeking:
            if self._seeking is not seeking:
                return  # another search was started
            if number is not None and self._is_shown(number):
                self._seeking = None
                self.go_to(number)
                self._show_match(number)
                return
            if time.monotonic() > until:
                once(self, BREATH, partial(self._seek_on, seeking, missed))
                return
        self._seeking = None
        missed()

    def _is_shown(self, number: int) -> bool:
        return not self.shown.filter or number in self.shown.within(number, number + 1)

    def _find(self, start: int, *, backwards: bool) -> bool:
        """Go to the next line from `start` that is shown and matches; return whether there is one."""
        bounds = (self.store.first, start) if backwards else (start, self.store.end)
        for number in find(self.store, self.search_query.hits, *bounds, backwards=backwards):
            if number is not None and self._is_shown(number):
                self.go_to(number)
                self._show_match(number)
                return True
        return False

    def _show_match(self, number: int) -> None:
        """Scroll sideways, or within a wrapped line, if the match is not in view."""
        text = self._painting(number).text
        spans = self.search_query.spans(text)
        if spans and self.options.wrap:
            sub = next(at for at, (_, stop) in enumerate(rows(text, self.text_width)) if spans[0][0] < stop)
            if not any((row.number, row.sub) == (number, sub) for row in self._build_frame()):
                self._top = (number, max(0, sub - self.body_height // 3))
        elif spans and not self._shift <= spans[0][0] < self._shift + self.text_width:
            self._shift = max(0, spans[0][0] - self.text_width // 3)
            self._strips.clear()
        self.refresh_frame_from_scratch()

    # selecting and copying

    def action_select(self) -> None:
        """Begin a selection at the cursor, or end it."""
        if self._anchor is None and self.cursor_entry is not None:
            self.following = False
            self._anchor = self._cursor
        else:
            self._anchor = None
        self._strips.clear()
        self.refresh_frame_from_scratch()

    def drop(self) -> bool:
        """End selection, filter and search; return whether there was any."""
        if self._anchor is None and not self.shown.filter and not self.search_query:
            return False
        self._anchor = None
        self.search("")
        self.set_filter(LogFilter())
        return True

    def lines_to_copy(self) -> list[str]:
        """Return the selected lines shown, or the cursor's, as `texts` does."""
        low, high = self.selection or (self._cursor, self._cursor)
        return self.texts(self.shown.within(low, high + 1))

    def last_lines(self, count: int) -> list[str]:
        """Return the last lines shown."""
        found: list[int] = []
        number = self.shown.before(self.store.end)
        while number is not None and len(found) < count:
            found.append(number)
            number = self.shown.before(number)
        return self.texts(reversed(found))

    def texts(self, numbers: Iterable[int]) -> list[str]:
        """Return the lines with these numbers as written, without escape sequences and earlier states.

        For several logs, each has its name before it.
        """
        entries = map(self.store.__getitem__, numbers)
        return [f"{self._whose(entry)}{plain(last_state(entry.text))}" for entry in entries]

    def _whose(self, entry: StoredLine) -> str:
        return f"{self.names[entry.source]} | " if self.names and not entry.meta & MARK else ""

"""A scrolled list of painted lines: the common part of table, page, JSON view and menu.

Not Textual's ScrollView, which brings scroll bars, virtual sizes and animation, and repaints everything when any line
changes. Here the look of each line on the screen is kept; after any change the looks are compared, and only lines that
differ are painted. A subclass changes its state and calls `refresh_frame`.
"""

from abc import abstractmethod
from collections.abc import Hashable, Sequence

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.paint import Painted

Look = Hashable
"""Everything that a line shows, as a value that is equal exactly when the lines are."""

WHEEL_LINES = 3
_STRIPS_MAX = 512

POSITION_MARK = 1
"""Cells at the end of each line that show which part of all lines is in view."""


class Lines(Painted, TakesKeys, can_focus=True):
    """Lines with a cursor, scrolled by whole lines, with a position mark in the last cell of each."""

    head = 0
    """Fixed lines above the scrolled ones."""
    _needle = ""
    """The text searched for, in subclasses with a search."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._strips: dict[tuple[Look, bool], Strip] = {}
        super().__init__(name=name, id=id, classes=classes)
        self.top = 0
        """The first line in view."""
        self._frame: list[tuple[Look, bool]] | None = None
        self._frame_size = Size(0, 0)

    # Implemented by subclasses

    @property
    @abstractmethod
    def line_count(self) -> int:
        """The number of lines to scroll."""

    @property
    @abstractmethod
    def cursor_row(self) -> int:
        """The line the cursor is on."""

    @abstractmethod
    def put_cursor(self, row: int) -> None:
        """Move the cursor to an existing line, without painting."""

    @abstractmethod
    def look(self, row: int) -> Look:
        """Return the look of line `row`; past the end, None or a look that says why there is nothing."""

    @abstractmethod
    def draw(self, look: Look) -> Sequence[Segment]:
        """Return the line for a look, `line_width` cells."""

    def draw_head(self, y: int) -> Sequence[Segment]:
        """Return a fixed line, the whole width, in subclasses with a `head`."""
        return ()

    def clicked(self, row: int, event: events.Click) -> None:
        """Handle a click on an existing line."""

    def head_clicked(self, x: int, event: events.Click) -> None:
        """Handle a click on the fixed lines."""

    def frame_painted(self) -> None:
        """React to a new frame: other lines may be in view than before."""

    def search(self, text: str) -> int:
        """Mark the matches of a text, none for an empty text, and return how many there are. By default nothing."""
        return 0

    def drop(self) -> bool:
        """End the search; return whether there was one."""
        if not self._needle:
            return False
        self.search("")
        return True

    # Painting

    @property
    def line_width(self) -> int:
        """Cells of a line, without the position mark."""
        return max(0, self.size.width - POSITION_MARK)

    @property
    def body_height(self) -> int:
        """Scrolled lines in view."""
        return max(0, self.size.height - self.head)

    def refresh_frame(self) -> None:
        """Repaint the lines in view whose look changed."""
        old = self._frame
        new = self.attempted(self._build_frame) if old is not None and self._frame_size == self.size else None
        if old is None or new is None:
            self._frame = None  # nothing painted yet, a resize under way, or an error: the next paint builds the frame
            self.refresh()
            return
        width = self.size.width
        changed = [row for row, (was, now) in enumerate(zip(old, new, strict=True)) if was != now]
        if len(changed) == len(new):
            self.refresh()
        elif changed:
            self.refresh(*[Region(0, self.head + row, width, 1) for row in changed])
        self.frame_painted()

    def repaint(self) -> None:
        """Repaint everything: the layout or a style changed, not the content."""
        self._frame = None
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        frame = self._frame
        if frame is None or self._frame_size != self.size:
            frame = self._first_frame()
        if y < self.head:
            return Strip(self.draw_head(y), self.size.width)
        row = y - self.head
        return self._strip(frame[row]) if row < len(frame) else Strip.blank(self.size.width, self.ink())

    def _first_frame(self) -> list[tuple[Look, bool]]:
        """Return the frame after a change of size or layout; a cursor that was in view stays in view."""
        if self._frame_size != self.size:
            height = max(0, self._frame_size.height - self.head)
            in_view = self.top <= self.cursor_row < self.top + height
            self._frame_size = self.size
            self._strips.clear()
            if in_view:
                self._reveal(self.cursor_row)
        frame = self._build_frame()
        self.frame_painted()
        return frame

    def _build_frame(self) -> list[tuple[Look, bool]]:
        height, count = self.body_height, self.line_count
        self.top = max(0, min(self.top, count - height))
        mark = self._mark_rows(height, count)
        self._frame = [(self.look(self.top + row), row in mark) for row in range(height)]
        return self._frame

    def _mark_rows(self, height: int, count: int) -> range:
        """Return the rows of the last column that mark the view's position; none when everything is in view."""
        if count <= height or height < 1:
            return range(0)
        length = max(1, height * height // count)
        start = round(self.top * (height - length) / (count - height))
        return range(start, start + length)

    def _strip(self, line: tuple[Look, bool]) -> Strip:
        strip = self._strips.get(line)
        if strip is None:
            look, mark = line
            segments = [self.segment(" " * self.line_width)] if look is None else self.draw(look)
            last = self.segment("┃", "dim") if mark else Segment(" ", segments[-1].style)
            body = Strip(segments).adjust_cell_length(self.line_width, self.ink())
            strip = Strip([*body, last], self.size.width)
            if len(self._strips) >= _STRIPS_MAX:
                self._strips.clear()
            self._strips[line] = strip
        return strip

    # Moving

    def go_to(self, row: int) -> None:
        """Move the cursor to a line, or the nearest, and scroll it into view."""
        if self.line_count:
            row = max(0, min(row, self.line_count - 1))
            self.put_cursor(row)
            self._reveal(row)
            self._reveal(self.cursor_row)
        self.refresh_frame()

    def reveal_cursor(self) -> None:
        """Scroll the cursor's line into view."""
        self._reveal(self.cursor_row)
        self.refresh_frame()

    def scroll_rows(self, rows: int) -> None:
        """Move the view, not the cursor."""
        self.top = max(0, min(self.top + rows, self.line_count - self.body_height))
        self.refresh_frame()

    def _reveal(self, row: int) -> None:
        self.top = max(row - max(1, self.body_height) + 1, min(self.top, row), 0)

    def _page(self, pages: int) -> None:
        rows = pages * max(1, self.body_height - 1)
        self.top = max(0, min(self.top + rows, self.line_count - self.body_height))
        self.go_to(self.cursor_row + rows)

    def action_cursor_down(self) -> None:
        self.go_to(self.cursor_row + 1)

    def action_cursor_up(self) -> None:
        self.go_to(self.cursor_row - 1)

    def action_page_down(self) -> None:
        self._page(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_top(self) -> None:
        self.go_to(0)

    def action_bottom(self) -> None:
        self.go_to(self.line_count - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        row = self.top + offset.y - self.head
        if offset.y < self.head:
            self.head_clicked(offset.x, event)
        elif row < self.line_count:
            self.clicked(row, event)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh_frame()

    def on_hide(self) -> None:
        self._frame = None
        self.frame_painted()

    @property
    def rows_in_view(self) -> range:
        """The lines on the screen; none while nothing is painted."""
        if self._frame is None:
            return range(0)
        return range(self.top, min(self.line_count, self.top + len(self._frame)))

"""A scrolled list of painted lines: what table, page, JSON view and menu have in common.

Not Textual's ScrollView, which brings scroll bars, virtual sizes and animation, and repaints everything
when any line changes. Here the look of each line on the screen is kept; after any change the looks are
compared, and only lines that differ are painted. A subclass changes its state and calls `refresh_frame`.
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
"""All that a line shows, in a value that is equal exactly when the lines are."""

WHEEL_LINES = 3
_STRIPS_MAX = 512


class Lines(Painted, TakesKeys, can_focus=True):
    """Lines with a cursor, scrolled by whole lines, a position mark in the last cell of each."""

    head = 0
    """Fixed lines above the scrolled ones."""
    _needle = ""
    """What is looked for, where something can be."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._strips: dict[tuple[Look, bool], Strip] = {}
        super().__init__(name=name, id=id, classes=classes)
        self.top = 0
        """The first line in view."""
        self._frame: list[tuple[Look, bool]] | None = None
        self._frame_size = Size(0, 0)

    # What a subclass says

    @property
    @abstractmethod
    def line_count(self) -> int:
        """How many lines there are to scroll."""

    @property
    @abstractmethod
    def cursor_row(self) -> int:
        """The line the cursor is on."""

    @abstractmethod
    def put_cursor(self, row: int) -> None:
        """Move the cursor to an existing line; no painting."""

    @abstractmethod
    def look(self, row: int) -> Look:
        """What line `row` shows; past the end, None or a look that says why there is nothing."""

    @abstractmethod
    def draw(self, look: Look) -> Sequence[Segment]:
        """The line for a look, `line_width` cells."""

    def draw_head(self, y: int) -> Sequence[Segment]:
        """A fixed line, the whole width, for those who have a `head`."""
        return ()

    def clicked(self, row: int, event: events.Click) -> None:
        """A click on an existing line."""

    def head_clicked(self, x: int, event: events.Click) -> None:
        """A click on the fixed lines."""

    def frame_painted(self) -> None:
        """Other lines may be in view than before."""

    def search(self, text: str) -> int:
        """Mark what is found, nothing for an empty text; how much was found. Here nothing can be looked for."""
        return 0

    def drop(self) -> bool:
        """End the search; whether there was one."""
        if not self._needle:
            return False
        self.search("")
        return True

    # Painting

    @property
    def line_width(self) -> int:
        """Cells of a line beside the position mark."""
        return max(0, self.size.width - 1)

    @property
    def body_height(self) -> int:
        """Scrolled lines in view."""
        return max(0, self.size.height - self.head)

    def refresh_frame(self) -> None:
        """Repaint the lines in view whose look changed."""
        old = self._frame
        new = self.attempted(self._build_frame) if old is not None and self._frame_size == self.size else None
        if old is None or new is None:
            self._frame = None  # nothing painted, a resize on its way, a fault: the next paint looks for itself
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
        """Paint everything anew: the layout or a style changed, not what is shown."""
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
        """The frame after a change of size or layout; a cursor that was in view stays there."""
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
        """Rows of the last column that show where in the whole the view is; none when all is in view."""
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
        """Put the cursor on a line, the nearest there is, and bring it into view."""
        if self.line_count:
            row = max(0, min(row, self.line_count - 1))
            self.put_cursor(row)
            self._reveal(row)
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

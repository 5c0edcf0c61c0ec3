"""Rows in order of time: follows the end, or stays where its reader is; only rows in view become text."""

import bisect
import operator
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region

from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.log_text import NANO, Times, stamp
from dockertui.widgets.text import clean, crop, fit, split_spans

Spans = Callable[[str, str], list[tuple[int, int]]]
Part = tuple[str, str]
"""(text, style)"""

NAME_LEAST, NAME_MOST = 14, 32
_KIND, _ACTION = 9, 13
_ROOMY = 90
"""Cells of a line from which on milliseconds are shown."""
_TEXT_LIMIT = 1000
_moment = operator.attrgetter("time_ns")


class Timed(Protocol):
    """The interface of a row."""

    @property
    def time_ns(self) -> int:
        """The time of the row, epoch ns."""


class TimelineRow(NamedTuple):
    """The content of a row: the columns kind, action and object, the text after them, and a `style`.

    A row of the program's own has a `notice` and nothing else.
    """

    kind: str = ""
    action: str = ""
    name: str = ""
    text: str = ""
    style: str = ""
    notice: str = ""


class _RowLook(NamedTuple):
    moment: str
    line: TimelineRow
    cursor: bool
    selected: bool
    shift: int


class Timeline(Lines):
    """Shows `rows`, a list in order of time whose owner calls `rows_changed` after changing it."""

    head = 1

    def __init__(self, rows: Sequence[Timed], describe: Callable[[Timed], TimelineRow]) -> None:
        super().__init__()
        self.rows = rows
        self.describe = describe
        self.named = True
        """Whether kind and object have columns of their own."""
        self.times = Times.LOCAL
        self.following = True
        self.new = 0
        """Rows that arrived at the end since the reader left it."""
        self.empty_text = ""
        self.spans: Spans | None = None
        self.now: Callable[[], float] = time.time
        self._status: tuple[tuple[Part, ...], tuple[Part, ...]] = ((), ())
        self._row = 0
        self._at: Timed | None = None
        self._top_at: Timed | None = None
        self._anchor: Timed | None = None
        self._shift = 0

    # called by the owner

    def rows_changed(self, new: int = 0) -> None:
        """Update after a change of `rows`, with `new` rows at the end. A reader not at the end stays in place."""
        if self.following:
            self._row = max(0, len(self.rows) - 1)
            self.top = max(0, len(self.rows) - self.body_height)
            self._at = self.rows[-1] if self.rows else None
        else:
            self.new += new
            before = self._row - self.top
            self._row = self._find(self._at)
            if self._at is not None and self._top_at is not None and 0 <= before < self.body_height:
                self.top = self._row - before
            else:
                self.top = self._find(self._top_at)
            self._at = self.rows[self._row] if self._row < len(self.rows) else None
        self.refresh_frame()

    def say_status(self, left: Sequence[Part], right: Sequence[Part]) -> None:
        """Set the status line above the rows."""
        status = tuple(left), tuple(right)
        if status != self._status:
            self._status = status
            self.refresh(Region(0, 0, self.size.width, 1))

    def _find(self, item: Timed | None) -> int:
        """Return the index of a row, or where it would be."""
        if item is None or not self.rows:
            return 0
        at = bisect.bisect_left(self.rows, item.time_ns, key=_moment)
        same = at
        while same < len(self.rows) and self.rows[same].time_ns == item.time_ns:
            if self.rows[same] is item:
                return same
            same += 1
        return min(at, len(self.rows) - 1)

    # moving

    @property
    def line_count(self) -> int:
        return len(self.rows)

    @property
    def cursor_row(self) -> int:
        return self._row

    @property
    def cursor_item(self) -> Timed | None:
        """The row under the cursor; the last one while following."""
        return self.rows[self._row] if self._row < len(self.rows) else None

    def put_cursor(self, row: int) -> None:
        self._row = row
        self._at = self.rows[row]

    def go_to(self, row: int) -> None:
        """Move the cursor to a row; past the last one, follow the end."""
        self.following = row >= len(self.rows)
        if self.following:
            self.new = 0
            self._anchor = None
        super().go_to(row)
        self.moved()

    def follow(self) -> None:
        """Go to the end, and follow it."""
        self.go_to(len(self.rows))

    def moved(self) -> None:
        """React to a moved cursor or changed following; overridden by the owner."""

    def action_bottom(self) -> None:
        self.follow()

    def scroll_rows(self, rows: int) -> None:
        """Scroll the view; the cursor stays in view, and at the end it follows."""
        if self.following and rows > 0:
            return
        last = max(0, len(self.rows) - self.body_height)
        if rows > 0 and self.top + rows > last:
            self.follow()
            return
        self.following = False
        self.top = max(0, min(self.top + rows, last))
        if self.rows:
            self.put_cursor(max(self.top, min(self._row, self.top + self.body_height - 1, len(self.rows) - 1)))
        self.refresh_frame()
        self.moved()

    def _page(self, pages: int) -> None:
        """Scroll by pages; at the last row, page down follows the end."""
        rows = pages * max(1, self.body_height - 1)
        if pages > 0 and self._row == len(self.rows) - 1:
            self.follow()
            return
        self.top = max(0, min(self.top + rows, len(self.rows) - self.body_height))
        self.go_to(max(0, min(self._row + rows, len(self.rows) - 1)))

    def action_scroll_right(self) -> None:
        self._shift += 20
        self.refresh_frame()

    def action_scroll_left(self) -> None:
        self._shift = max(0, self._shift - 20)
        self.refresh_frame()

    def clicked(self, row: int, event: events.Click) -> None:
        self.go_to(row)
        if event.chain == 2:
            self.call_later(self.action_enter)

    async def action_enter(self) -> None:
        """Open the row under the cursor."""

    # selecting

    def action_select(self) -> None:
        """Begin a selection at the cursor, or end it."""
        if self._anchor is None and self.cursor_item is not None:
            self.following = False
            self._anchor = self.cursor_item
        else:
            self._anchor = None
        self.refresh_frame()
        self.moved()

    def drop(self) -> bool:
        """End the selection; return whether there was one."""
        if self._anchor is None:
            return False
        self.action_select()
        return True

    @property
    def selected(self) -> range:
        """The selected rows; none without a selection."""
        if self._anchor is None or not self.rows:
            return range(0)
        anchor = self._find(self._anchor)
        return range(min(anchor, self._row), max(anchor, self._row) + 1)

    # painting

    def action_times(self) -> None:
        order = list(Times)
        self.times = order[(order.index(self.times) + 1) % len(order)]
        self.repaint()
        self.moved()

    def frame_painted(self) -> None:
        self._top_at = self.rows[self.top] if self.top < len(self.rows) else None

    def look(self, row: int) -> Look:
        if row >= len(self.rows):
            return clean(self.empty_text) if row == 0 else None
        item = self.rows[row]
        moment = self.moment(item.time_ns)
        cursor = row == self._row and self.has_focus and not self.following
        return _RowLook(moment, self.describe(item), cursor, row in self.selected, self._shift)

    def moment(self, time_ns: int) -> str:
        """Return the time of a row as shown: the time of day, or for another day the date and minute."""
        if self.times is Times.OFF:
            return ""
        if self.times is Times.RELATIVE or not 0 < time_ns < 1 << 62:
            return stamp(time_ns if time_ns < 1 << 62 else 0, self.times, self.now())
        zone = UTC if self.times is Times.UTC else None
        day = datetime.fromtimestamp(time_ns // NANO, zone)
        if day.date() == datetime.fromtimestamp(self.now(), zone).date():
            return f"{day:%H:%M:%S} " if self._tight else f"{day:%H:%M:%S}.{time_ns % NANO // 1_000_000:03d} "
        return f"{day:%d %b}   " if self._tight else f"{day:%d %b %H:%M} "

    @property
    def _tight(self) -> bool:
        """Whether there is no room for milliseconds."""
        return self.line_width < _ROOMY

    def draw(self, look: Look) -> Sequence[Segment]:
        if not isinstance(look, _RowLook):
            return [self.segment(fit(f" {look}", self.line_width), "dim")]
        if look.line.notice:
            return self._notice(look)
        under = ("cursor",) if look.cursor else ("selected",) if look.selected else ()
        head = [self.segment("›" if look.cursor else " ", *under), self.segment(look.moment, *(under or ("dim",)))]
        cells = list(self._cells(look.line, under))
        room = self.line_width - sum(segment.cell_length for segment in (*head, *cells))
        return [*head, *cells, *self._rest(look, room, under)]

    def _notice(self, look: _RowLook) -> Sequence[Segment]:
        """Draw a row of the program's own: its text as far as it fits, and a rule to the edge."""
        text = crop(f"── {clean(look.line.notice)} ", self.line_width)
        rule = "─" * (self.line_width - cell_len(text))
        return [self.segment(text + rule, "cursor" if look.cursor else "notice")]

    def _cells(self, line: TimelineRow, under: tuple[str, ...]) -> Sequence[Segment]:
        style = (line.style,) if line.style else ()
        action = self._marked("action", fit(clean(line.action, limit=_TEXT_LIMIT), _ACTION), under or style)
        if not self.named:
            return [*action, self.segment(" ", *under)]
        kind = self._marked("kind", fit(clean(line.kind, limit=_TEXT_LIMIT), _KIND), under or ("dim",))
        name = self._marked("object", fit(clean(line.name, limit=_TEXT_LIMIT), self.name_width), under)
        gap = self.segment(" ", *under)
        return [*kind, gap, *action, gap, *name, gap]

    @property
    def name_width(self) -> int:
        """Cells for the name of an object."""
        return max(NAME_LEAST, min(self.line_width // 5, NAME_MOST))

    def _rest(self, look: _RowLook, room: int, under: tuple[str, ...]) -> Sequence[Segment]:
        """Draw the text, from the horizontal position on."""
        text = clean(look.line.text, limit=_TEXT_LIMIT + look.shift)[look.shift :]
        style = (look.line.style,) if look.line.style in ("bad", "warn") else ()
        return self._marked("text", fit(text, max(0, room)), under or style)

    def _marked(self, column: str, text: str, names: tuple[str, ...]) -> list[Segment]:
        """Return a text as segments with the filter's matches marked."""
        spans = self.spans(column, text) if self.spans is not None else []
        if not spans:
            return [self.segment(text, *names)]
        found = "match-cursor" if names == ("cursor",) else "match"
        return [self.segment(part, *names, *([found] if hit else [])) for part, hit in split_spans(text, spans)]

    def draw_head(self, y: int) -> Sequence[Segment]:
        left, right = self._status
        tail = [self.segment(f" {clean(text)}", *_names(style)) for text, style in right]
        room = max(0, self.size.width - sum(segment.cell_length for segment in tail))
        segments: list[Segment] = []
        for text, style in left:
            text = crop(f" {clean(text)}", room)
            segments.append(self.segment(text, *_names(style)))
            room -= cell_len(text)
        return [*segments, self.segment(" " * room), *tail]


def _names(style: str) -> tuple[str, ...]:
    return (style,) if style else ()

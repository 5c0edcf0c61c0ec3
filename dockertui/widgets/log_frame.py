"""A log on the screen: follows its end, or stays where its reader is; lines are painted when in view.

The view is positioned by line numbers, not by rows: lines dropped or loaded before the first one move nothing.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from dockertui.widgets.chart import BLOCKS, Runs
from dockertui.widgets.keys import key_of, offer
from dockertui.widgets.log_bars import Bars, LogBars, bar_time, draw, rows_for
from dockertui.widgets.log_matches import Matches
from dockertui.widgets.log_paint import LEVEL_STYLES, PaintedLine, PaintOptions, cut, painting, rows, segments
from dockertui.widgets.log_query import LogSearch, Query
from dockertui.widgets.log_shown import ShownLines
from dockertui.widgets.log_status import StatusFacts, status
from dockertui.widgets.log_store import MARK, STDERR, LogStore, StoredLine
from dockertui.widgets.log_text import Times, has_fields, last_state, stamp
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.paint import Painted
from dockertui.widgets.text import clean, crop, fit
from dockertui.widgets.timer import once

FRAME = 0.1
"""Seconds between two paints; nobody reads faster."""
RACING_FRAME = 0.2
"""Seconds between two paints when more than a screenful arrived since the last one."""
SLICE = 0.008
"""Seconds of filtering before input and arriving lines get a turn: the Engine waits for those."""
BREATH = 0.004
"""Seconds that such a turn takes."""
NAME_WIDTH = 16
"""Most cells of a log's name before its lines."""
_CACHED = 400


class LogRow(NamedTuple):
    """The content of one screen row: a row of a line, or a notice in place of one."""

    number: int
    sub: int
    cursor: bool = False
    selected: bool = False
    notice: str | None = None


class LogFrame(Painted):
    """The part of a `LogStore` on the screen, repainted as it changes. `LogView` adds moving about in it."""

    class Recognised(Message):
        """It became known whether lines have fields, as `has_fields` says."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.store = LogStore()
        self.shown = ShownLines(self.store)
        self._names: Sequence[str] = ()
        self._name_width = 0
        self.options = PaintOptions()
        self.clock: Callable[[], float] = time.time
        """The clock of the lines' timestamps, epoch s."""
        self.search_query = Query()
        self.matches = Matches(self.store)
        self.bars = LogBars(self.store)
        self.glyphs = BLOCKS
        """The glyphs of the bars: one column per cell."""
        self.following = True
        self.is_over = False
        """Whether nothing will arrive: the span shown is over."""
        self.unread = False
        """Whether there are newer lines that were never asked for."""
        self.notice = ""
        """What the first row says about the lines before it."""
        self.state = ("", "")
        """The message about the source of the lines, and its style."""
        self.title_note = ""
        """Whose logs these are, if that is to be shown."""
        self.lag = 0.0
        self.has_fields = False
        """Whether a line seen so far is JSON or logfmt."""
        self._cursor = 0
        self._anchor: int | None = None
        self._top = (0, 0)
        self._shift = 0
        self._new = 0
        self._arrived = 0
        self._frame: list[LogRow] | None = None
        self._frame_size = Size(0, 0)
        self._band: list[Runs] = []
        """The bars above the lines, as painted."""
        self._status: tuple[Segment, ...] = ()
        self._paintings: dict[int, PaintedLine] = {}
        self._strips: dict[LogRow, Strip] = {}
        self._pacing = Pacing(partial(once, self), self._paint_now)
        self._looking: Timer | None = None

    @property
    def names(self) -> Sequence[str]:
        """The names of several logs, by an entry's source; empty for one log."""
        return self._names

    @names.setter
    def names(self, names: Sequence[str]) -> None:
        self._names = names
        self._name_width = max((min(NAME_WIDTH, cell_len(clean(name))) for name in names), default=0)

    # feeding

    def append(self, entries: Sequence[StoredLine], *, new: bool = True) -> None:
        """Add lines at the end, to be painted soon, the first ones at once.

        `new` is False for lines that existed when the log was asked for.
        """
        if not len(self.store):
            self._pacing.forget()
        self._arrived += len(entries)
        if new and not self.following:
            self._new += len(entries)
        if self.store.dropped_after:
            self.store.dropped_after += len(entries)
        else:
            self.store.append(entries)
        self.paint_soon()

    def prepend(self, entries: Sequence[StoredLine]) -> None:
        """Add lines before the first; the view stays where it is."""
        if self.store.prepend(entries):
            self.following = False
        self._remember_nothing()
        self.paint_soon()

    def clear(self, *, following: bool = True) -> None:
        """Remove all lines, following the end, or staying at the first line to come."""
        self.store.clear()
        self.unread = False
        self.shown.forget()
        self.bars.forget()
        self._remember_nothing()
        self.following, self._new, self._arrived, self._anchor = following, 0, 0, None
        self._cursor, self._top = self.store.end, (self.store.first - 1, 0)
        self.lag = 0.0
        self._recognise(False)
        self.paint_soon()

    def _recognise(self, has_fields: bool) -> None:
        if has_fields is not self.has_fields:
            self.has_fields = has_fields
            self.post_message(self.Recognised())

    def mark(self, text: str, time: int = 0) -> None:
        """Add a line of the program's own."""
        self.append([StoredLine(time, MARK, text)])

    # painting

    def paint_soon(self) -> None:
        """Schedule a paint: at most ten times a second, five when lines arrive faster than they can be read."""
        if self.is_attached:
            self._pacing.soon(RACING_FRAME if self._arrived > self.body_height else FRAME)

    def _paint_now(self) -> None:
        self._arrived = 0
        if self._look_at_new_lines() and self._looking is None:
            self._looking = once(self, BREATH, self._continue_filtering)
        self.refresh_frame()

    def _continue_filtering(self) -> None:
        """Continue filtering and counting where the last time slice ended."""
        self._looking = None
        if self._look_at_new_lines():
            self._looking = once(self, BREATH, self._continue_filtering)
        self.paint_soon()

    def _look_at_new_lines(self) -> bool:
        """Filter and count unseen lines for one time slice; return whether any are left."""
        if self.matches.search != (self.search_query, self.shown.filter):
            self.matches.set(LogSearch(self.search_query, self.shown.filter))
        if self.bars.kept is not self.shown.filter:
            self.bars.kept = self.shown.filter
            self.bars.forget()
        until = time.monotonic() + SLICE
        steps = chain(self.shown.update(), self.matches.update(), self.bars.update())
        return any(time.monotonic() > until for _ in steps)

    @property
    def band_height(self) -> int:
        """Rows above the lines, for the bars."""
        return rows_for(self.size.height) if self.bars.is_open else 0

    @property
    def lacks_newer(self) -> bool:
        """Whether lines are missing between the last one here and the log's end."""
        return self.unread or bool(self.store.dropped_after)

    @property
    def body_height(self) -> int:
        """Rows for lines."""
        return max(0, self.size.height - 1 - self.band_height)

    @property
    def text_width(self) -> int:
        """Cells for the text of a line."""
        name = self._name_width + 1 if self.names else 0
        return max(1, self.size.width - 1 - name - len(stamp(0, self.options.times, 0)))

    def refresh_frame(self) -> None:
        """Repaint the rows that changed."""
        old = self._frame
        new = self.attempted(self._build_frame) if old is not None and self._frame_size == self.size else None
        if old is None or new is None:
            self._frame = None
            self.refresh()
            return
        if self.options.times is Times.RELATIVE:
            self._strips.clear()
            old = [row._replace(number=-1, notice="old") for row in old]
        width = self.size.width
        changed = [y for y, (was, now) in enumerate(zip(old, new, strict=True), self.band_height) if was != now]
        changed += self._band_changes()
        if self._status_changed():
            changed.append(self.size.height - 1)
        if len(changed) >= self.size.height - 1:
            self.refresh()
        elif changed:
            self.refresh(*[Region(0, y, width, 1) for y in changed])

    def repaint(self) -> None:
        """Repaint everything: a style, the width or the paint options changed."""
        self._remember_nothing()
        self._frame = None
        self.refresh()

    def _remember_nothing(self) -> None:
        self._strips.clear()
        self._paintings.clear()

    def render_line(self, y: int) -> Strip:
        if self._frame is None or self._frame_size != self.size:
            self._strips.clear()
            self._frame_size = self.size
            self._build_frame()
            self._band_changes()
            self._status_changed()
        if y == self.size.height - 1:
            return Strip(self._status, self.size.width)
        if y < self.band_height:
            return self._band_strip(y)
        assert self._frame is not None
        y -= self.band_height
        return self._strip(self._frame[y]) if y < len(self._frame) else Strip.blank(self.size.width, self.ink())

    def _build_frame(self) -> list[LogRow]:
        height = self.body_height
        if self.following:
            self._cursor = max(self.store.first, self.shown.before(self.store.end) or 0)
            self._top = self._top_for_bottom(self.store.end)
        self._frame = self._rows_from(self._top, height)
        if len(self._frame) < height and not self.following:  # no empty rows below while there are lines above
            self._top = self._top_for_bottom(self.store.end)
            self._frame = self._rows_from(self._top, height)
        self._frame += [LogRow(-1, 0, notice=" ")] * (height - len(self._frame))
        return self._frame

    def _rows_from(self, top: tuple[int, int], height: int) -> list[LogRow]:
        found: list[LogRow] = []
        number: int | None = self.shown.at_or_after(top[0])
        sub = top[1] if number == top[0] else 0
        if top[0] < self.store.first:
            found.append(LogRow(-1, 0, notice=self._top_notice()))
        low, high = self.selection or (0, -1)
        while number is not None and len(found) < height:
            cursor = number == self._cursor and not self.following and self.has_focus
            count = self._row_count(number)
            found += [LogRow(number, n, cursor, low <= number <= high) for n in range(sub, count)]
            sub, number = 0, self.shown.at_or_after(number + 1)
        if number is None and self.lacks_newer and len(found) < height:
            how_many = f"{self.store.dropped_after:,} " if self.store.dropped_after else ""
            goes = offer(self, "log.bottom", "goes to the end")
            found.append(LogRow(-1, 0, notice=": ".join(filter(None, (f"{how_many}newer lines are not here", goes)))))
        return found[:height]

    def _top_for_bottom(self, end: int) -> tuple[int, int]:
        """Return the top of a view whose last row is the last one before line `end`."""
        left = self.body_height - (1 if self.lacks_newer and end >= self.store.end else 0)
        number = self.shown.before(end)
        top = (self.store.first - 1, 0)
        while number is not None and left > 0:
            count = self._row_count(number)
            if count >= left:
                return number, count - left
            left -= count
            top = (number, 0)
            number = self.shown.before(number)
        return (self.store.first - 1, 0) if left > 0 else top

    def _top_notice(self) -> str:
        dropped = self.store.dropped_before
        return f"{dropped:,} lines dropped here. {self.notice}" if dropped else self.notice

    # one line

    def _painting(self, number: int) -> PaintedLine:
        found = self._paintings.get(number)
        if found is None:
            if len(self._paintings) > _CACHED:
                self._paintings.clear()
            entry = self.store[number]
            found = self._paintings[number] = painting(entry, self.options, offer(self, "log.enter", "opens the line"))
            if not self.has_fields and not entry.meta & MARK:
                self._recognise(has_fields(last_state(entry.text)))
        return found

    def _row_count(self, number: int) -> int:
        return len(rows(self._painting(number).text, self.text_width)) if self.options.wrap else 1

    def _strip(self, row: LogRow) -> Strip:
        strip = self._strips.get(row)
        if strip is None and row.notice is None and row.number not in self.store:
            return Strip.blank(self.size.width, self.ink())  # dropped meanwhile; a new frame follows
        if strip is None:
            drawn = self._draw(row) if row.notice is None else [self._notice(row.notice)]
            under = ("cursor",) if row.cursor else ("selected",) if row.selected else ()
            strip = Strip(drawn).adjust_cell_length(self.size.width, self.ink(*under))
            if len(self._strips) >= _CACHED:
                self._strips.clear()
            self._strips[row] = strip
        return strip

    def _notice(self, text: str) -> Segment:
        return self.segment(fit(f" ⋯ {text}" if text.strip() else "", self.size.width), "dim")

    def _draw(self, row: LogRow) -> list[Segment]:
        entry, line = self.store[row.number], self._painting(row.number)
        under = ("cursor",) if row.cursor else ("selected",) if row.selected else ()
        if entry.meta & MARK:
            text = f"── {line.text} "
            return [
                self.segment(fit(text + "─" * max(0, self.size.width - len(text)), self.size.width), *under, "mark")
            ]
        head = self._head(entry, row, under)
        quiet = ("dim",) if self.shown.context and self.shown.is_context(row.number) else ()
        base = self.ink(*(under or quiet or _names(LEVEL_STYLES.get(line.level, ""))))
        spans = self.search_query.spans(line.text) or (self.shown.filter.query.spans(line.text) if not quiet else [])
        match = self.ink("match")
        if not self.options.wrap:
            body = segments(line.pieces, base, match, spans, 0)
            return [*head, *self._cropped(body, line.text)]
        start, stop = rows(line.text, self.text_width)[row.sub]
        return [*head, *segments(cut(line.pieces, start, stop), base, match, spans, start)]

    def _cropped(self, body: list[Segment], text: str) -> list[Segment]:
        """Return the part of a line visible at the horizontal position, with `…` where it continues on either side."""
        start, stop, strip = self._shift, self._shift + self.text_width, Strip(body)
        length = strip.cell_length
        more = self.segment("…", "dim")
        before, start = ([more], start + 1) if start and length else ([], start)
        after, stop = ([more], stop - 1) if length > stop else ([], min(length, stop))
        return [*before, *strip.crop(start, stop), *after] if start < stop else [*before, *after]

    def _head(self, entry: StoredLine, row: LogRow, under: tuple[str, ...]) -> list[Segment]:
        """Return cursor or stream mark, log name and time; name and time are blank on the further rows of a line."""
        stderr = entry.meta & STDERR
        sign = "›" if row.cursor else "▎" if stderr else " "
        head = [self.segment(sign, *(under or (("stderr",) if stderr else ())))]
        if self.names:
            name = clean(self.names[entry.source % len(self.names)]) if row.sub == 0 else ""
            head.append(self.segment(f"{fit(name, self._name_width)} ", *(under or (f"source-{entry.source % 6}",))))
        moment = stamp(entry.time, self.options.times, self.clock())
        if moment:
            head.append(self.segment(moment if row.sub == 0 else " " * len(moment), *(under or ("dim",))))
        return head

    # the bars above

    def counted(self) -> tuple[Bars, int]:
        """Return the bars, and the index of the one that contains the cursor's line."""
        bars = self.bars.bars(self.size.width - 1)
        at = self._cursor if self._cursor in self.store else self.store.end - 1
        return bars, bars.at(self.store[at].time) if at in self.store else 0

    def _band_changes(self) -> list[int]:
        """Redraw the band of bars and return the rows that changed."""
        before, self._band = self._band, []
        if self.band_height:
            bars, selected = self.counted()
            clock = partial(bar_time, step=bars.step, utc=self.options.times is Times.UTC)
            self._band = draw(
                bars, selected, (self.size.width - 1, self.band_height), clock, self.glyphs, self._bar_keys()
            )
        return [y for y, row in enumerate(self._band) if y >= len(before) or before[y] != row]

    def _bar_keys(self) -> str:
        """Return the keys of the bars, as the caption above them ends."""
        moves = f"{key_of(self, 'log.earlier_bar')} {key_of(self, 'log.later_bar')}".strip()
        offered = (f"{moves} another bar" if moves else "", offer(self, "log.histogram", "closes"))
        return "".join(f" · {part}" for part in offered if part)

    def _band_strip(self, y: int) -> Strip:
        segments = [self.segment(text, *_names(style)) for text, style in self._band[y]]
        return Strip([self.segment(" "), *segments]).adjust_cell_length(self.size.width, self.ink())

    # the status line

    def _status_changed(self) -> bool:
        facts = StatusFacts(
            following=self.following,
            is_over=self.is_over,
            title=self.title_note,
            new=self._new,
            lines=len(self.store),
            bytes=self.store.bytes,
            lag=self.lag,
            state=self.state,
            filter=self.shown.filter,
            shown=self.shown.count,
            is_filtered=self.shown.is_whole,
            context=self.shown.context,
            query=self.search_query,
            matches=self._match_count(),
            options=self.options,
            selected=self.selection is not None and len(self.shown.within(self.selection[0], self.selection[1] + 1)),
            end_key=key_of(self, "log.bottom"),
        )
        left, right = status(facts)
        room = max(0, self.size.width - sum(len(text) for text, _ in right) - 1)
        segments: list[Segment] = []
        for text, style in left:
            text = crop(clean(text), room)
            segments.append(self.segment(text, *_names(style)))
            room -= Segment(text).cell_length
        new = (
            *segments,
            self.segment(" " * (room + 1)),
            *(self.segment(text, *_names(style)) for text, style in right),
        )
        before, self._status = self._status, new
        return before != new

    def _match_count(self) -> str:
        """Return how many lines match, and the cursor's place among them; `…` while they are being counted."""
        if not self.search_query or self.search_query.error:
            return ""
        matches = self.matches
        before, more = matches.before(self._cursor), "" if matches.is_whole else "…"
        place = f"{before + 1:,} of " if matches.before(self._cursor + 1) > before and not more else ""
        return f"{place}{matches.count:,}{more}"

    def set_state(self, text: str, style: str = "") -> None:
        """Show a message about the source of the lines, until the next one."""
        self.state = (text, style)
        self.paint_soon()

    @property
    def selection(self) -> tuple[int, int] | None:
        """The first and last line selected; None without a selection."""
        if self._anchor is None:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)


def _names(style: str) -> tuple[str, ...]:
    return (style,) if style else ()

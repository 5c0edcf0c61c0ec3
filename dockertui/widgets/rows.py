"""Rows of cells in columns: the part of the table that formats and paints, without sorting or selection."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from rich.cells import cell_len
from rich.segment import Segment

from dockertui.widgets.columns import GAP, Cell, Column, Layout, Needs, Slot, lay_out, lay_out_all
from dockertui.widgets.lines import POSITION_MARK, Lines, Look
from dockertui.widgets.text import clean, crop, fit, split_spans, wrap

T = TypeVar("T")

Spans = Callable[[str, str], list[tuple[int, int]]]
"""(column ID, cleaned text of a cell) -> the (start, end) in characters that a filter matched."""

GUTTER = 1
"""Cells left of the first column, for the cursor and mark signs."""

MARKED, CURSOR = "●", "›"
MORE_LEFT, MORE_RIGHT = "‹", "›"
ASCENDING, DESCENDING = "▲", "▼"

_CELL_LIMIT = 1024
_SAMPLE = 64
"""Rows that `width_for` measures: as many as a large screen shows."""


class RowLook(NamedTuple):
    """Everything that the line of one object shows."""

    cells: tuple[Cell, ...]
    cursor: bool
    marked: bool


class _Formatted(NamedTuple, Generic[T]):
    """The cells of an object: of each column that was shown, and of those shown in `slots`."""

    obj: T
    by_column: dict[int, Cell]
    slots: list[Slot]
    shown: tuple[Cell, ...]


class Rows(Lines, Generic[T]):
    """A header and a row for each object; only rows in view are formatted, once per version of an object.

    Columns are as wide as what is in view needs. A longer text widens its column at once; columns shrink when another
    sort order, filter or size is asked for, else only after a while.
    """

    head = 1
    _clock = staticmethod(time.monotonic)

    def __init__(
        self,
        columns: Sequence[Column[T]] = (),
        *,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.last_error: Exception | None = None
        """The last exception of a column's or the filter's function; the cell shows `?` meanwhile."""
        self._columns: tuple[Column[T], ...] = tuple(columns)
        self._layout: tuple[int, Layout] | None = None
        self._slots: list[Slot] = []
        self._left = 0
        self._cells: dict[str, _Formatted[T]] = {}
        self._spans: Spans | None = None
        self._sort: tuple[str | None, bool] = (None, False)
        self._measure_anew()
        self._active = True
        self._stale = False
        self._show_all = False
        self._empty_text = clean(empty_text)

    @abstractmethod
    def row_at(self, row: int) -> tuple[str, T]:
        """Return key and object of an existing row."""

    @abstractmethod
    def is_marked(self, key: str) -> bool:
        """Return whether the row of this key is marked."""

    @property
    def columns(self) -> Sequence[Column[T]]:
        return self._columns

    @property
    def columns_in_view(self) -> set[str]:
        """The ids of the columns that there is room for."""
        return {self._columns[slot.column].id for slot in self._laid_out().slots}

    @property
    def active(self) -> bool:
        """Whether the cursor is shown: keys go to this table."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.refresh_frame()

    @property
    def stale(self) -> bool:
        """Whether the content may be outdated: shown grey."""
        return self._stale

    @stale.setter
    def stale(self, stale: bool) -> None:
        if stale != self._stale:
            self._stale = stale
            self.repaint()

    @property
    def empty_text(self) -> str:
        """The text shown when there are no rows."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        text = clean(text)
        if text != self._empty_text:
            self._empty_text = text
            self.refresh_frame()

    @property
    def show_all_columns(self) -> bool:
        """Whether columns that do not fit are scrolled instead of dropped."""
        return self._show_all

    @show_all_columns.setter
    def show_all_columns(self, show_all: bool) -> None:
        if show_all != self._show_all:
            self._show_all = show_all
            self._measure_anew()
            self._lay_out_anew()

    def action_scroll_right(self) -> None:
        """Scroll right by one column, if all columns are shown and some do not fit."""
        if self._laid_out().more_right:
            self._lay_out_anew(self._left + 1)

    def action_scroll_left(self) -> None:
        """Scroll left by one column."""
        if self._left:
            self._lay_out_anew(self._left - 1)

    def refresh_cells(self, keys: Iterable[str] | None = None) -> None:
        """Format rows in view again (all, or `keys`): ages and statistics change without their object."""
        self._forget_cells(keys)
        self.refresh_frame()

    def _forget_cells(self, keys: Iterable[str] | None) -> None:
        if keys is None:
            self._cells.clear()
            return
        for key in keys:
            self._cells.pop(key, None)

    # Layout

    def _lay_out_anew(self, left: int = 0) -> None:
        """Lay out again, with `left` columns scrolled out."""
        self._left = left
        self._layout = None
        self.repaint()

    def _measure_anew(self) -> None:
        """Let the next frame's columns be as wide as its cells need: they may shrink."""
        self._needs = Needs(self._columns, self._sort[0], self._clock)
        self._remeasure = True

    def _laid_out(self) -> Layout:
        width = self.line_width
        if self._layout is None or self._layout[0] != width:
            if self._layout is not None:
                self._measure_anew()
            return self._lay_out(width)
        return self._layout[1]

    def _lay_out(self, width: int) -> Layout:
        room, needs = width - GUTTER, self._needs.cells
        if self._show_all:
            layout = lay_out_all(self._columns, needs, room, self._left)
        else:
            layout = Layout(lay_out(self._columns, needs, room))
        self._layout, self._slots = (width, layout), layout.slots
        return layout

    def width_for(self, limit: int) -> int:
        """Return the cells, `limit` at most, in which as many columns are whole as in `limit` cells."""
        needs = Needs(self._columns, self._sort[0], self._clock)
        slots = [Slot(index, 0, 0) for index in range(len(self._columns))]
        for row in range(self.top, min(self.line_count, self.top + _SAMPLE)):
            needs.see(slots, [self._cell(column, self.row_at(row)[1]) for column in self._columns])
        needs.grow()
        last = lay_out(self._columns, needs.cells, limit - GUTTER - POSITION_MARK)[-1:]
        return min(limit, max([GUTTER + slot.start + slot.width + POSITION_MARK for slot in last], default=limit))

    # Looks and lines

    def refresh_frame(self) -> None:
        """Repaint the lines in view whose look changed, or everything if a column's width did."""
        before = self._layout
        if before is not None and self._frame is not None and self._needs.are_due:
            self._needs.shrink({slot.column for slot in before[1].slots})
            self._remeasure = True
        super().refresh_frame()
        if self._layout != before and self._frame is not None:
            self.refresh()

    def _build_frame(self) -> list[tuple[Look, bool]]:
        """Format the cells in view, and lay out anew as long as one of them needs more than its column had.

        Wider columns leave room for fewer, so that comes to an end.
        """
        before = self._layout
        self._laid_out()
        if self._remeasure:
            self._lay_out(self.line_width)
        frame = super()._build_frame()
        while self._grown(frame):
            self._frame = None  # its cells are of other columns, should the next one fail
            self._lay_out(self.line_width)
            frame = super()._build_frame()
        if self._layout != before:
            self._strips.clear()
        return frame

    def _grown(self, frame: list[tuple[Look, bool]]) -> bool:
        """Return whether a column needs more than before; a cell is measured when it is formatted, or all are."""
        if self._remeasure:
            self._remeasure = False
            for look, _ in frame:
                if isinstance(look, RowLook):
                    self._needs.see(self._slots, look.cells)
        return self._needs.grow()

    def look(self, row: int) -> Look:
        if row >= self.line_count:
            return self._empty_line(row)
        key, obj = self.row_at(row)
        known = self._cells.get(key)
        slots = self._slots
        if known is None or known.obj is not obj:
            known = self._cells[key] = self._format(obj, {}, slots)
        elif known.slots is not slots:
            known = self._cells[key] = self._format(obj, known.by_column, slots)
        return RowLook(known.shown, self._active and row == self.cursor_row, self.is_marked(key))

    def frame_painted(self) -> None:
        if len(self._cells) > 4 * self.body_height + 64:
            self._cells.clear()

    def _empty_line(self, row: int) -> str | None:
        """Return the text of a row past the last one: a line of the empty text if there are no rows at all."""
        lines = wrap(self._empty_text, self.line_width - GUTTER) if not self.line_count else []
        return lines[row] if row < len(lines) else None

    def _format(self, obj: T, by_column: dict[int, Cell], slots: list[Slot]) -> "_Formatted[T]":
        """Return the cells of these slots, measured; those known `by_column` are not formatted again."""
        for slot in slots:
            if slot.column not in by_column:
                by_column[slot.column] = self._cell(self._columns[slot.column], obj)
        shown = tuple([by_column[slot.column] for slot in slots])
        self._needs.see(slots, shown)
        return _Formatted(obj, by_column, slots, shown)

    def _cell(self, column: Column[T], obj: T) -> Cell:
        try:
            cell = column.cell(obj)
            if isinstance(cell, Cell):
                return Cell(clean(cell.text, limit=_CELL_LIMIT), cell.style)
            return Cell(clean(cell, limit=_CELL_LIMIT))
        except Exception as error:  # one cell that fails must not affect the others
            self.last_error = error
            return Cell("?", "bad")

    def draw(self, look: Look) -> Sequence[Segment]:
        if not isinstance(look, RowLook):
            text = f" {look}" if look else ""
            return [self.segment(fit(text, self.line_width), "dim")]
        sign = MARKED if look.marked else CURSOR if look.cursor else " "
        runs = [(self._names("accent" if look.marked else "", look), sign)]
        for slot, cell in zip(self._laid_out().slots, look.cells, strict=True):
            runs += self._cell_runs(slot, cell, look)
        runs.append((self._names("", look), " " * self._rest()))
        return self._join(runs)

    def _rest(self) -> int:
        """Return the cells right of the last column."""
        slots = self._laid_out().slots
        return self.line_width - GUTTER - (slots[-1].start + slots[-1].width if slots else 0)

    def _names(self, style: str, look: RowLook) -> tuple[str, ...]:
        if look.cursor:
            return ("cursor",)
        if self._stale:
            style = "dim"
        elif look.marked and not style:
            style = "marked"
        return (style,) if style else ()

    def _cell_runs(self, slot: Slot, cell: Cell, look: RowLook) -> list[tuple[tuple[str, ...], str]]:
        """Return a cell and the gap before it, in pieces of one style each."""
        column = self._columns[slot.column]
        names = self._names(cell.style, look)
        gap = " " * GAP if slot.start else ""
        shown = cell.text
        if column.shorten is not None and cell_len(shown) > slot.width:
            shown = column.shorten(shown, slot.width)
        text = fit(shown, slot.width, column.right)
        spans = self._matched(column, shown)
        if not spans:
            return [(names, gap + text)]
        shift = len(text) - len(shown) if column.right else 0
        if shift > 0:
            spans = [(start + shift, end + shift) for start, end in spans]
        found = (*names, "match-cursor" if look.cursor else "match")
        pieces = split_spans(text, spans)
        return [(names, gap), *[(found if match else names, piece) for piece, match in pieces]]

    def _matched(self, column: Column[T], text: str) -> list[tuple[int, int]]:
        if self._spans is None:
            return []
        try:
            return self._spans(column.id, text)
        except Exception as error:  # show the text even if its matches fail
            self.last_error = error
            return []

    def _join(self, runs: list[tuple[tuple[str, ...], str]]) -> list[Segment]:
        """Return segments of `line_width` cells in all, with neighbours of one style joined."""
        segments: list[Segment] = []
        names, text = runs[0]
        for next_names, next_text in runs[1:]:
            if next_names == names:
                text += next_text
            else:
                segments.append(self.segment(text, *names))
                names, text = next_names, next_text
        return [*segments, self.segment(text, *names)]

    def draw_head(self, y: int) -> Sequence[Segment]:
        layout = self._laid_out()
        runs: list[tuple[tuple[str, ...], str]] = [(("head",), " " * GUTTER)]
        for place, slot in enumerate(layout.slots):
            column = self._columns[slot.column]
            gap = " " * GAP if place else ""
            if layout.more_left and place == layout.fixed:
                gap = MORE_LEFT
            runs += [(("head",), gap), *self._title(column, slot.width)]
        runs.append((("head",), " " * self._rest()))
        return [*self._join(runs), self.segment(MORE_RIGHT if layout.more_right else " ", "head")]

    @property
    def _sorted_by(self) -> str | None:
        """The column whose title says that rows are sorted by it."""
        return self._sort[0]

    def _title(self, column: Column[Any], width: int) -> list[tuple[tuple[str, ...], str]]:
        if column.id != self._sorted_by or width < 1:
            return [(("head",), fit(column.title, width, column.right))]
        arrow = DESCENDING if self._sort[1] else ASCENDING
        title = crop(column.title, width - 1) + arrow
        return [(("head", "sorted"), fit(title, width, column.right))]

    def column_at(self, x: int) -> Column[T] | None:
        """Return the column under a cell of the line."""
        for slot in self._laid_out().slots:
            if slot.start <= x - GUTTER < slot.start + slot.width + GAP:
                return self._columns[slot.column]
        return None

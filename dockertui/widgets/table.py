"""A live table of objects by key: sorted, filtered, marked; the cursor stays with its object, not its row."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from textual import events
from textual.message import Message

from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.lines import Look
from dockertui.widgets.rows import GUTTER, RowLook, Rows, Spans
from dockertui.widgets.sort_order import Entry, SortOrder

__all__ = ["Cell", "Column", "Spans", "Table"]

T = TypeVar("T")


class Table(Rows[T], Generic[T]):
    """Rows of `T` by key. The screen binds keys to the `action_*` methods."""

    class TableMessage(Message):
        """A message of a table; of several waiting messages of one type only the last is kept."""

        def __init__(self, table: "Table[Any]") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "Table[Any]":
            return self.table

        def can_replace(self, message: Message) -> bool:
            return type(message) is type(self) and message.control is self.table

    class Selected(TableMessage):
        """The cursor is on another object, or on none (None)."""

        def __init__(self, table: "Table[Any]", key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class Opened(TableMessage):
        """An object was opened by enter or a double click."""

        def __init__(self, table: "Table[Any]", key: str) -> None:
            super().__init__(table)
            self.key = key

        def can_replace(self, message: Message) -> bool:
            return False

    class Sorted(TableMessage):
        """The sort column changed, by `sort_by` or a click on a title: see `table.sort`."""

    class Marked(TableMessage):
        """The marked objects changed: see `table.marks`."""

    class VisibleChanged(TableMessage):
        """The objects in view changed: see `table.visible_keys()`."""

    def __init__(
        self,
        columns: Sequence[Column[T]] = (),
        *,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, empty_text=empty_text, name=name, id=id, classes=classes)
        self._order: SortOrder[T] = SortOrder()
        self._hidden: tuple[Column[T], ...] = ()
        self._tie: str | None = None
        self._group: str | None = None
        self._rank: Callable[[T], Any] | None = None
        self._cursor: str | None = None
        self._moved = False  # until the user moves, the cursor stays on the first row
        self._marks: set[str] = set()
        self._visible: list[str] = []

    # What is shown

    @property
    def objects(self) -> Mapping[str, T]:
        """All objects, including those that the filter hides."""
        return self._order.objects

    @property
    def shown(self) -> list[str]:
        """Keys that pass the filter, in the order shown."""
        return self._order.keys()

    def set_columns(
        self,
        columns: Sequence[Column[T]],
        *,
        tie: str | None = None,
        hidden: Sequence[Column[T]] = (),
        group: str | None = None,
    ) -> None:
        """Replace the columns; equal rows are sorted by the column `tie`, else by key. `hidden` ones only sort.

        group: a column whose equal rows are together, in its order; it shows each value once.
        """
        self._columns, self._hidden, self._tie, self._group = tuple(columns), tuple(hidden), tie, group
        self._cells.clear()
        self._measure_anew()
        self._lay_out_anew()
        with self._changing():
            self._resort()

    def set_objects(self, objects: Mapping[str, T]) -> None:
        """Replace all objects."""
        with self._changing():
            self._order.replace(objects)

    def start_over(self) -> None:
        """Clear the table, as at first: the next objects are unrelated to the current ones."""
        self._moved = False
        self._set_marks(set())
        self._measure_anew()
        self.set_objects({})
        self.top = 0

    def patch(self, changed: Mapping[str, T], removed: Collection[str] = ()) -> None:
        """Add or replace some objects, and drop others."""
        with self._changing():
            self._order.patch(changed, removed)
            self._forget_cells((*changed, *removed))

    def set_filter(
        self,
        keep: Callable[[T], bool] | None,
        spans: Spans | None = None,
        rank: Callable[[T], Any] | None = None,
    ) -> None:
        """Show only objects for which `keep` returns true, with the `spans` of cell texts marked; None shows all.

        They are sorted by `rank` if that is given, with the cursor on the first one.
        """
        if spans or self._spans:
            self._spans = spans
            self.repaint()
        self._measure_anew()
        ranked = rank is not None or self._rank is not None
        with self._changing():
            self._rank = rank
            if ranked:
                self._arrange(keep)
            else:
                self._order.filter(keep)
        if rank is not None:
            self.top = 0
            self._select(self._first())
            self.refresh_frame()

    @property
    def sort(self) -> tuple[str | None, bool]:
        """The sort column (None: the order in which objects came), and whether reversed."""
        return self._sort

    def sort_by(self, column_id: str | None, reverse: bool = False) -> None:
        """Sort by a column; None, or a column that is not sortable, gives the order in which objects came."""
        sortable = any(column.id == column_id and column.sort for column in (*self._columns, *self._hidden))
        self._sort = (column_id, reverse) if sortable else (None, False)
        self._measure_anew()
        self.repaint()
        with self._changing():
            self._resort()
        self.post_message(self.Sorted(self))

    @property
    def _sorted_by(self) -> str | None:
        return self._sort[0] if self._rank is None else None

    def resort(self) -> None:
        """Sort again by values that changed without their objects, as statistics do."""
        with self._changing():
            self._order.rerank()

    def _resort(self) -> None:
        self._arrange(self._order.keep)

    def _arrange(self, keep: Callable[[T], bool] | None) -> None:
        by_id = {column.id: column for column in (*self._columns, *self._hidden)}
        column, tie = by_id.get(self._sort[0] or ""), by_id.get(self._tie or "")
        by_column, by_tie = column.sort if column else None, tie.sort if tie else None
        if self._rank is None:
            group = by_id.get(self._group or "")
            self._order.arrange(by_column, by_tie, self._sort[1], keep, group.sort if group else None)
        else:
            self._order.arrange(self._rank, by_column or by_tie, False, keep)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Context manager around edits: keep the cursor on its object, and that object on its screen row."""
        before = self._order.ranked.copy()
        row = self._order.row_of(self._cursor)
        yield
        self.last_error = self._order.last_error or self.last_error
        if self._moved and row is not None:
            self._select(self._survivor(before, row))
            self._keep_place(before, row)
        else:
            self._select(self._first())
        if not self._marks <= self._order.objects.keys():
            self._set_marks(self._marks & self._order.objects.keys())
        self.refresh_frame()

    def _survivor(self, before: list[Entry], row: int) -> str | None:
        """Return the cursor's key if it is still shown, else the next one that is, else the one before."""
        for entry in (*before[row:], *reversed(before[:row])):
            if self._order.row_of(entry[-1]) is not None:
                return str(entry[-1])
        return self._first()

    def _first(self) -> str | None:
        return self._order.key_at(0) if len(self._order) else None

    def _keep_place(self, before: list[Entry], row: int) -> None:
        """Scroll so that the cursor, or the first row if the cursor is out of view, stays in place."""
        height = self.body_height
        if self.top <= row < self.top + height:
            self.top += self.cursor_row - row
        elif self.top < len(before):
            now = self._order.row_of(before[self.top][-1])
            self.top = self.top if now is None else now
        self.top = max(0, min(self.top, len(self._order) - height))

    # Cursor and marks

    @property
    def cursor_key(self) -> str | None:
        """The key of the object under the cursor; None if nothing is shown."""
        return self._cursor

    @property
    def cursor_object(self) -> T | None:
        """The object under the cursor."""
        return None if self._cursor is None else self._order.objects.get(self._cursor)

    def move_to(self, key: str) -> bool:
        """Move the cursor to an object; return False if it is not shown."""
        row = self._order.row_of(key)
        if row is None:
            return False
        self.go_to(row)
        return True

    def visible_keys(self) -> list[str]:
        """Return the keys of the rows on the screen, from the top; none while the table is hidden."""
        return [self._order.key_at(row) for row in self.rows_in_view]

    @property
    def marks(self) -> frozenset[str]:
        """Keys of the marked objects, including those that the filter hides."""
        return frozenset(self._marks)

    def toggle_mark(self, key: str | None = None) -> None:
        """Mark or unmark an object, by default the one under the cursor."""
        key = self._cursor if key is None else key
        if key in self._order.objects:
            self._set_marks(self._marks ^ {key})

    def mark_all_shown(self) -> None:
        """Mark everything that passes the filter, in addition to what is marked."""
        self._set_marks(self._marks | set(self.shown))

    def clear_marks(self) -> None:
        """Unmark everything."""
        self._set_marks(set())

    def _set_marks(self, marks: set[str]) -> None:
        if marks != self._marks:
            self._marks = marks
            self.refresh_frame()
            self.post_message(self.Marked(self))

    def _select(self, key: str | None) -> None:
        if key != self._cursor:
            self._cursor = key
            self.post_message(self.Selected(self, key))

    def action_toggle_mark(self) -> None:
        """Mark or unmark, and go to the next row."""
        self.toggle_mark()
        self.action_cursor_down()

    def action_open(self) -> None:
        """Post `Opened` for the object under the cursor."""
        if self._cursor is not None:
            self.post_message(self.Opened(self, self._cursor))

    # The interface of `Lines`

    @property
    def line_count(self) -> int:
        return len(self._order)

    @property
    def cursor_row(self) -> int:
        """The cursor's row; 0 if nothing is shown."""
        return self._order.row_of(self._cursor) or 0

    def put_cursor(self, row: int) -> None:
        self._moved = True
        self._select(self._order.key_at(row))

    def row_at(self, row: int) -> tuple[str, T]:
        key = self._order.key_at(row)
        return key, self._order.objects[key]

    def _build_frame(self) -> list[tuple[Look, bool]]:
        """Let only the first row in view of each group show the group's name."""
        frame = super()._build_frame()
        if self._group is None:
            return frame
        ids = [self._columns[slot.column].id for slot in self._slots]
        if self._group in ids:
            self._frame = frame = [
                (_unnamed(look, ids.index(self._group)), mark)
                if row and isinstance(look, RowLook) and self._order.continues_group(self.top + row)
                else (look, mark)
                for row, (look, mark) in enumerate(frame)
            ]
        return frame

    def is_marked(self, key: str) -> bool:
        return key in self._marks

    def scroll_rows(self, rows: int) -> None:
        self._moved = True
        super().scroll_rows(rows)

    def frame_painted(self) -> None:
        super().frame_painted()
        visible = self.visible_keys()
        if visible != self._visible:
            self._visible = visible
            self.post_message(self.VisibleChanged(self))

    def clicked(self, row: int, event: events.Click) -> None:
        offset = event.get_content_offset_capture(self)
        self.go_to(row)
        if event.ctrl or event.button == 3 or offset.x < GUTTER:
            self.toggle_mark()
        elif event.chain == 2:
            self.action_open()

    def head_clicked(self, x: int, event: events.Click) -> None:
        column = self.column_at(x)
        if column is not None and column.sort:
            self.sort_by(column.id, not self._sort[1] if column.id == self._sort[0] else False)


def _unnamed(look: RowLook, column: int) -> RowLook:
    """Return the look of a row with one of its cells empty."""
    return look._replace(cells=(*look.cells[:column], Cell(""), *look.cells[column + 1 :]))

"""Reading a session's history: moving, searching, selecting and copying by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dockertui.terminal.screen import Place
from dockertui.terminal.selection import Match, Search, Selection, word_at
from dockertui.terminal.viewport import Viewport


class HistoryMode:
    """The mode in which keys move a second cursor, the reader's, through all lines kept."""

    def __init__(self, view: Viewport, keys: Mapping[str, str]) -> None:
        """`keys`: for each key name the action it triggers, one of `_ways`."""
        self._view = view
        self._keys = keys
        self.reader: Place | None = None
        self.search: Search | None = None
        self._ways: dict[str, Callable[[], None]] = {
            "up": lambda: self._move(-1, 0),
            "down": lambda: self._move(1, 0),
            "left": lambda: self._move(0, -1),
            "right": lambda: self._move(0, 1),
            "page_up": lambda: self._move(-self._page, 0),
            "page_down": lambda: self._move(self._page, 0),
            "half_up": lambda: self._move(-self._page // 2, 0),
            "half_down": lambda: self._move(self._page // 2, 0),
            "top": lambda: self._go(Place(0, 0)),
            "bottom": lambda: self._go(Place(self._last, 0)),
            "line_start": lambda: self._column(0),
            "line_end": lambda: self._column(self._width - 1),
            "select": self._mark,
            "select_line": self._mark_line,
            "select_word": self._mark_word,
            "copy": self._copy,
            "next_match": self.next,
            "previous_match": self.previous,
            "leave": self.leave,
            "back": self._escape,
        }

    @property
    def open(self) -> bool:
        """Whether keys move the reader's cursor rather than type."""
        return self.reader is not None

    @property
    def reader_in_view(self) -> Place | None:
        """The reader's cursor in rows of what is shown; its row may lie outside."""
        session = self._view.session
        if self.reader is None or session is None:
            return None
        return Place(self.reader.row - session.emulator.top, self.reader.column)

    @property
    def position(self) -> str:
        """The line shown on top, in words; empty while the screen is shown."""
        session = self._view.session
        if session is None or (session.emulator.live and not self.open):
            return ""
        above = session.emulator.total - session.emulator.rows
        return f"line {session.emulator.top + 1} of {above + session.emulator.rows}"

    def enter(self) -> None:
        """Begin reading at the cursor, or at the last line shown."""
        session = self._view.session
        if session is None or self.open:
            return
        cursor = session.emulator.cursor
        row = cursor.y if cursor is not None else session.emulator.rows - 1
        self.reader = Place(session.emulator.top + row, cursor.x if cursor is not None else 0)
        self._changed()

    def leave(self) -> None:
        """Show the screen again, and return to typing."""
        session = self._view.session
        if session is None or (not self.open and session.emulator.live):
            return
        self.reader = None
        self.search = None
        self._view.drop_selection()
        session.emulator.scroll_to(session.emulator.total)
        self._changed()

    def key(self, key: str) -> None:
        """Run the action of a key; other keys do nothing."""
        act = self._keys.get(key, "")
        if act in self._ways:
            self._ways[act]()

    def _changed(self) -> None:
        self._view.repaint()
        self._view.tell_changed()

    # moving

    @property
    def _page(self) -> int:
        return max(1, self._view.size.height - 1)

    @property
    def _last(self) -> int:
        return self._view.session.emulator.total - 1 if self._view.session else 0

    @property
    def _width(self) -> int:
        return self._view.session.emulator.columns if self._view.session else 1

    def _move(self, rows: int, columns: int) -> None:
        if self.reader is not None:
            self._go(Place(self.reader.row + rows, self.reader.column + columns))

    def _column(self, column: int) -> None:
        if self.reader is not None:
            self._go(Place(self.reader.row, column))

    def _go(self, place: Place) -> None:
        """Move the reader's cursor to a cell, and scroll it into view."""
        session = self._view.session
        if session is None:
            return
        row = max(0, min(place.row, self._last))
        self.reader = Place(row, max(0, min(place.column, self._width - 1)))
        emulator = session.emulator
        if not emulator.top <= row < emulator.top + emulator.rows:
            emulator.scroll_to(row if row < emulator.top else row - emulator.rows + 1)
        if self._view.selection is not None:
            self._view.selection.extend(self.reader)
        self._changed()

    # selecting

    def _mark(self) -> None:
        """Begin a selection at the cursor, or drop the current one."""
        session = self._view.session
        if self._view.selection is not None:
            self._view.drop_selection()
        elif session is not None and self.reader is not None:
            self._view.select(Selection(session.emulator, self.reader, self.reader))

    def _mark_line(self) -> None:
        session = self._view.session
        if session is not None and self.reader is not None:
            row = self.reader.row
            self._view.select(Selection(session.emulator, Place(row, 0), Place(row, self._width - 1)))

    def _mark_word(self) -> None:
        session = self._view.session
        if session is not None and self.reader is not None:
            self._view.select(Selection(session.emulator, *word_at(session.emulator, self.reader)))

    def _copy(self) -> None:
        self._view.copy_selection()
        self.leave()

    def _escape(self) -> None:
        """Undo one step: the selection, else the search, else reading."""
        if self._view.selection is not None:
            self._view.drop_selection()
        elif self.search is not None:
            self.search = None
            self._changed()
        else:
            self.leave()

    # searching

    def look_for(self, text: str) -> None:
        """Search upwards from the cursor; an empty text ends the search."""
        session = self._view.session
        if session is None:
            return
        self.enter()
        self.search = Search(session.emulator, text) if text else None
        self.previous()
        self._changed()

    def next(self) -> None:
        """Go to the next match below."""
        if self.search is not None and self.reader is not None:
            self._to(self.search.after(self.reader))

    def previous(self) -> None:
        """Go to the next match above."""
        if self.search is not None and self.reader is not None:
            self._to(self.search.before(self.reader))

    def _to(self, match: Match | None) -> None:
        if match is not None:
            self._go(match.place)

"""The emulator in pure Python, for platforms where the fast one has no wheel: bittty.

Some thirty times slower, and right in all but details. Two shortcomings are corrected here: it would let a container
resize it, and would cut off the prompt when its height shrinks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from bittty import Board
from bittty.style import Color, Style
from bittty.terminals.base import Terminal
from bittty.terminals.scrollback import MemoryScrollback
from bittty.video import CONTINUATION

from dockertui.terminal import keys
from dockertui.terminal.emulator import (
    APPLICATION_CURSOR,
    CLIPBOARD_LIMIT,
    HISTORY_LINES,
    TITLE_LIMIT,
    Anchor,
    Emulator,
    EmulatorListener,
)
from dockertui.terminal.keys import Keystroke
from dockertui.terminal.screen import (
    BLINK,
    BOLD,
    DEFAULT,
    DOUBLE,
    FAINT,
    INVERSE,
    INVISIBLE,
    ITALIC,
    OVERLINE,
    PLAIN,
    RGB,
    STRIKE,
    UNDERLINE,
    Cursor,
    Pen,
    Place,
    Row,
    Run,
    glyph,
)

_CELLS_A_LINE: Final = 200
"""Cells per line of history to keep: bittty bounds the history by cells."""
_GRAPHEMES: Final = b"\x1b[?2027h"
_PENS_MOST: Final = 4096
_ECHOES: Final = ("\x1b]l", "\x1b]L", "\x1b]52;")
"""Answers that contain a title or the clipboard: typed into a shell, they would be a stranger's commands."""
_FLAGS: Final = (
    ("bold", BOLD),
    ("dim", FAINT),
    ("italic", ITALIC),
    ("blink", BLINK),
    ("reverse", INVERSE),
    ("conceal", INVISIBLE),
    ("strike", STRIKE),
    ("overline", OVERLINE),
    ("underline", UNDERLINE),
)


class PureEmulator(Emulator):
    """bittty behind the `Emulator` interface."""

    engine = "bittty (pure Python)"

    def __init__(self, columns: int, rows: int, listener: EmulatorListener, *, history: int = HISTORY_LINES) -> None:
        super().__init__(columns, rows, listener)
        self._board = Board(width=columns, height=rows)
        self._history = MemoryScrollback(history * _CELLS_A_LINE)
        self._terminal = _Chrome(self._board, self._history, listener)
        self._terminal.attach()
        self._board.host.attach(_Host(listener))
        self._board.feed_host_data(_GRAPHEMES)
        # A container does not resize its terminal (CSI 8 t, DECCOLM, DECSCPP).
        self._board.console._resize_from_host = lambda width, height: None
        self._board.blitter.set_column_mode = self._board.blitter.set_page_columns = lambda columns: None
        self._pens: dict[Style, Pen] = {}

    # feeding

    def feed(self, data: bytes) -> None:
        self._board.feed_host_data(data)

    def resize(self, columns: int, rows: int) -> None:
        below = self._board.cursor.y - rows + 1
        if below > 0 and not self.alternate_screen:
            self._board.blitter.scroll(below)
            self._board.cursor.set_position(None, rows - 1)
        self.columns, self.rows = columns, rows
        self._board.resize_from_frontend(columns, rows)

    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        """Do nothing: bittty answers with colours of its own."""

    def close(self) -> None:
        self._terminal.detach()

    # showing

    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        dirty = self._terminal.damaged_rows()
        cells = self._terminal.view_rows()
        return {y: self._row(cells[y]) for y in (range(self.rows) if everything else dirty) if y < len(cells)}

    def _row(self, cells: Sequence[tuple[Style, str]]) -> Row:
        cells = [*cells[: self.columns], *[(Style(), " ")] * (self.columns - len(cells))]
        runs = []
        at = 0
        for style, group in groupby(cells, key=lambda cell: cell[0]):
            end = at + len(list(group))
            text = "".join([self._cell(cells, x, at) for x in range(at, end)])
            runs.append(Run(text, end - at, self._pen(style)))
            at = end
        return tuple(runs)

    def _cell(self, cells: Sequence[tuple[Style, str]], x: int, start: int) -> str:
        """Return the text painted for a cell of a run that begins at `start`; empty for a wide cell's second half."""
        content = cells[x][1]
        if content == CONTINUATION:
            return " " if x == start else ""
        wide = x + 1 < len(cells) and cells[x + 1][1] == CONTINUATION and cells[x + 1][0] == cells[x][0]
        return glyph(content, 2 if wide else 1)

    def _pen(self, style: Style) -> Pen:
        pen = self._pens.get(style)
        if pen is None:
            if len(self._pens) >= _PENS_MOST:
                self._pens.clear()
            pen = self._pens[style] = _parse_style(style)
        return pen

    @property
    def cursor(self) -> Cursor | None:
        cursor = self._board.cursor
        y = cursor.y + self._terminal.view_offset()
        if y >= self.rows:
            return None
        x = min(cursor.display_x, self.columns - 1)
        return Cursor(x, y, cursor.shape, self._board.modes.cursor_visible)

    def mode(self, number: int) -> bool:
        modes = self._board.modes
        spec = modes._modes.get((True, number))
        return bool(spec is not None and spec.status(modes) == 1)

    @property
    def alternate_screen(self) -> bool:
        return bool(self._board.blitter.in_alt_screen)

    # history

    def _above(self) -> Sequence[Sequence[tuple[Style, str]]]:
        """Return the lines above the screen; none on the alternate screen."""
        view: Any = self._history.width(self.columns)
        return [] if self.alternate_screen else view

    @property
    def total(self) -> int:
        return len(self._above()) + self.rows

    @property
    def top(self) -> int:
        return len(self._above()) - int(self._terminal.view_offset())

    def scroll_to(self, line: int) -> None:
        if line >= len(self._above()):
            self._terminal.scroll_to_bottom()
        else:
            self._terminal.scroll_view(max(0, line) - self.top)

    def lines(self, start: int, stop: int) -> Sequence[str]:
        return ["".join(self._contents(line)).rstrip() for line in range(max(0, start), min(stop, self.total))]

    def _contents(self, line: int) -> list[str]:
        """Return the text of each cell of a line."""
        above = self._above()
        cells = above[line] if line < len(above) else self._board.display.page.line(line - len(above)).cells
        return [content for _, content in cells]

    def text(self, start: Place, stop: Place) -> str:
        start, stop = sorted((start, stop))
        found = []
        for line in range(start.row, min(stop.row + 1, self.total)):
            cells = self._contents(line)
            last = stop.column + 1 if line == stop.row else len(cells)
            found.append("".join(cells[start.column if line == start.row else 0 : last]).rstrip())
        return "\n".join(found)

    def anchor(self, place: Place) -> Anchor:
        return _Anchor(self._history, self._board, place, self.columns)

    # input

    def encode(self, key: Keystroke) -> bytes:
        return keys.encode(key, application_cursor=self.mode(APPLICATION_CURSOR))


class _Chrome(Terminal):  # type: ignore[misc] # bittty has no type information
    """Receives bittty's notifications for the frame around its screen."""

    def __init__(self, board: Board, history: MemoryScrollback, listener: EmulatorListener) -> None:
        super().__init__(board, scrollback=history)
        self._listener = listener

    def on_bell(self) -> None:
        self._listener.bell()

    def on_title(self, title: str, icon_title: str) -> None:
        self._listener.title(title[:TITLE_LIMIT])

    def on_clipboard(self, selection: str, text: str) -> None:
        if len(text) <= CLIPBOARD_LIMIT:
            self._listener.clipboard(text)


class _Host:
    """The connection to the container: only answers are passed on."""

    closed = False

    def __init__(self, listener: EmulatorListener) -> None:
        self._listener = listener

    def write(self, data: str) -> int:
        if not data.startswith(_ECHOES):
            self._listener.reply(data.encode(errors="replace"))
        return len(data)

    def write_bytes(self, data: bytes) -> int:
        return self.write(data.decode(errors="replace"))

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def configure_line(self, line: object) -> None:
        """Do nothing: there is no serial line."""

    def resize(self, rows: int, cols: int) -> None:
        """Do nothing: the session resizes the process's terminal."""

    def close(self) -> None:
        """Do nothing: the session closes the connection."""


class _Anchor(Anchor):
    """A cell by its line's number: correct while lines come, lost when lines are wrapped again."""

    def __init__(self, history: MemoryScrollback, board: Board, place: Place, columns: int) -> None:
        self._history, self._board = history, board
        self._columns = columns
        self._place = place
        self._first = history.first

    @property
    def place(self) -> Place | None:
        gone = self._history.first - self._first
        row = self._place.row - gone
        return Place(row, self._place.column) if row >= 0 and self._board.width == self._columns else None

    def release(self) -> None:
        """Do nothing: there is nothing to free."""


def _parse_style(style: Style) -> Pen:
    attributes = sum(flag for name, flag in _FLAGS if getattr(style, name))
    if style.underline and style.underline_style == "double":
        attributes |= DOUBLE
    pen = Pen(_color(style.fg), _color(style.bg), attributes)
    return PLAIN if pen == PLAIN else pen


def _color(color: Color | None) -> int:
    if color is None or color.mode == "default":
        return DEFAULT
    if isinstance(color.value, tuple):
        red, green, blue = map(int, color.value)
        return RGB | red << 16 | green << 8 | blue
    return int(color.value or 0)

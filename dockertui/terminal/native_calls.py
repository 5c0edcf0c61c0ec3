"""The calls of libghostty-vt, each wrapped once with its types: a wrong one corrupts memory.

Functions that take a union by value are called with a struct of the same layout (`union_fn`), since cffi cannot pass
unions. Callbacks never raise into the library, and live as long as the terminal.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from pyghostty._ffi import check, ffi, lib, union_fn

ffi.cdef("""
typedef struct {
    GhosttyTerminalScrollViewportTag tag; intptr_t value; uint64_t _pad;
} DockertuiScrollViewport;
""")
if ffi.sizeof("DockertuiScrollViewport") != ffi.sizeof("GhosttyTerminalScrollViewport"):
    raise ImportError("this build of libghostty-vt scrolls by another structure")

_CELL_WIDTH: Final = 8
_CELL_HEIGHT: Final = 16
"""The pixels of a cell reported to a container that asks."""
_APC_LIMIT: Final = 64 * 1024
_PRIVATE: Final = 0x7FFF
_scroll_viewport: Final = union_fn(
    "ghostty_terminal_scroll_viewport", "void(*)(GhosttyTerminal, DockertuiScrollViewport)"
)
_grid_ref: Final = union_fn(
    "ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
)
_grid_ref_track: Final = union_fn(
    "ghostty_terminal_grid_ref_track",
    "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyTrackedGridRef*)",
)


class RawCursor(NamedTuple):
    """The cursor in what is shown; `style` is a GhosttyTerminalCursorStyle."""

    x: int
    y: int
    style: int
    visible: bool


class RawRow:
    """One row while it is read: valid until the next one."""

    def __init__(self, screen: Screen, data: bytes) -> None:
        self.data = data
        self._screen = screen

    def style(self, x: int) -> bytes:
        """Return the bytes of a cell's GhosttyStyle."""
        return self._screen.cell_style(x)

    def grapheme(self, x: int) -> str:
        """Return all code points of a cell."""
        return self._screen.cell_grapheme(x)


class Screen:
    """A GhosttyTerminal with its render state."""

    def __init__(self, columns: int, rows: int) -> None:
        terminal = ffi.new("GhosttyTerminal*")
        check(lib.ghostty_terminal_new(ffi.NULL, terminal, columns, rows), "terminal_new")
        self.handle = terminal[0]
        state = ffi.new("GhosttyRenderState*")
        check(lib.ghostty_render_state_new(ffi.NULL, state), "render_state_new")
        self._state = state[0]
        self._iterator = ffi.new("GhosttyRenderStateRowIterator*")
        check(lib.ghostty_render_state_row_iterator_new(ffi.NULL, self._iterator), "row_iterator_new")
        self._cells = ffi.new("GhosttyRenderStateRowCells*")
        check(lib.ghostty_render_state_row_cells_new(ffi.NULL, self._cells), "row_cells_new")
        self._view = ffi.new("GhosttyCellsView*")
        self._y = ffi.new("uint16_t*")
        self._style = ffi.new("GhosttyStyle*")
        self._style.size = ffi.sizeof("GhosttyStyle")
        self._style_bytes = ffi.buffer(self._style)
        self._cursor = ffi.new("GhosttyRenderStateCursor*")
        self._cursor.size = ffi.sizeof("GhosttyRenderStateCursor")
        self._mode = ffi.new("GhosttyTerminalModeConfig*")
        self._scrollbar = ffi.new("GhosttyTerminalScrollbar*")
        self._callbacks: list[Any] = []
        self._tracked: weakref.WeakSet[Tracked] = weakref.WeakSet()
        self._free = weakref.finalize(
            self, _free, self.handle, self._state, self._iterator[0], self._cells[0], self._callbacks
        )

    def close(self) -> None:
        """Free the terminal now."""
        for tracked in list(self._tracked):
            tracked.free()
        self._free()

    # settings

    def _set(self, option: str, value: Any) -> None:
        number = getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}")
        check(lib.ghostty_terminal_set(self.handle, number, value), option)

    def keep_history(self, lines: int) -> None:
        """Keep at least this many lines above the screen, whatever memory they take."""
        self._set("SCROLLBACK_MAX_LINES", ffi.new("size_t*", lines))
        self._set("SCROLLBACK_MAX_BYTES", ffi.NULL)

    def set_mode(self, number: int) -> None:
        """Set a DEC private mode, now and after a reset."""
        config = ffi.new("GhosttyTerminalModeConfig*")
        config.mode, config.value = number, True
        self._set("MODE", config)
        self._set("MODE_DEFAULT", config)

    def refuse_images(self) -> None:
        """Keep no images, and bound the commands for them."""
        self._set("KITTY_IMAGE_STORAGE_LIMIT", ffi.new("uint64_t*", 0))
        self._set("APC_MAX_BYTES", ffi.new("size_t*", _APC_LIMIT))

    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        """Set the colours that queries are answered with."""
        self._set("COLOR_FOREGROUND", ffi.new("GhosttyColorRgb*", foreground))
        self._set("COLOR_BACKGROUND", ffi.new("GhosttyColorRgb*", background))

    # callbacks

    def _callback(self, option: str, kind: str, function: Callable[..., object]) -> None:
        callback = ffi.callback(kind, function, onerror=_failed)
        self._callbacks.append(callback)
        self._set(option, callback)

    def on_reply(self, function: Callable[[bytes], None]) -> None:
        """Set the function called with each answer to a query."""
        self._callback(
            "WRITE_PTY",
            "GhosttyTerminalWritePtyFn",
            lambda terminal, user, data, length: function(ffi.buffer(data, length)[:]),
        )

    def on_title(self, function: Callable[[], None]) -> None:
        """Set the function called when the title changes."""
        self._callback("TITLE_CHANGED", "GhosttyTerminalTitleChangedFn", lambda terminal, user: function())

    def on_bell(self, function: Callable[[], None]) -> None:
        """Set the function called when the bell rings."""
        self._callback("BELL", "GhosttyTerminalBellFn", lambda terminal, user: function())

    def on_clipboard(self, function: Callable[[str], None], limit: int) -> None:
        """Set the function called with text for the clipboard, at most `limit` bytes."""
        self._set("CLIPBOARD_WRITE_MAX_BYTES", ffi.new("size_t*", limit))

        def write(terminal: Any, user: Any, request: Any) -> None:
            contents = [request.contents[number] for number in range(request.contents_len)]
            texts = [ffi.buffer(item.data.ptr, item.data.len)[:] for item in contents if item.data.len]
            function(b"".join(texts[:1]).decode(errors="replace"))

        self._callback("CLIPBOARD_WRITE", "GhosttyTerminalClipboardWriteFn", write)

    def answer_size(self) -> None:
        """Answer queries for the terminal's size."""

        def size(terminal: Any, user: Any, out: Any) -> bool:
            out.columns, out.rows = self.size
            out.cell_width, out.cell_height = _CELL_WIDTH, _CELL_HEIGHT
            return True

        self._callback("SIZE", "GhosttyTerminalSizeFn", size)

    # feeding

    def feed(self, data: bytes) -> None:
        """Process output."""
        lib.ghostty_terminal_vt_write(self.handle, data, len(data))

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._get("COLS", "uint16_t*"), self._get("ROWS", "uint16_t*")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size."""
        check(lib.ghostty_terminal_resize(self.handle, columns, rows, _CELL_WIDTH, _CELL_HEIGHT), "resize")

    # state

    def _get(self, key: str, kind: str) -> Any:
        value = ffi.new(kind)
        check(lib.ghostty_terminal_get(self.handle, getattr(lib, f"GHOSTTY_TERMINAL_DATA_{key}"), value), key)
        return value[0]

    def title(self) -> str:
        """Return the title set last."""
        string = self._get("TITLE", "GhosttyString*")
        return ffi.buffer(string.ptr, string.len)[:].decode(errors="replace") if string.len else ""

    def kitty_flags(self) -> int:
        """Return the flags set in kitty's keyboard protocol."""
        return int(self._get("KITTY_KEYBOARD_FLAGS", "uint8_t*"))

    def on_alternate(self) -> bool:
        """Return whether the alternate screen is shown."""
        return bool(self._get("ACTIVE_SCREEN", "GhosttyTerminalScreen*") == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)

    def mode(self, number: int) -> bool:
        """Return whether a DEC private mode is set; False for an unknown one."""
        self._mode.mode = number & _PRIVATE
        if lib.ghostty_terminal_get(self.handle, lib.GHOSTTY_TERMINAL_DATA_MODE, self._mode):
            return False
        return bool(self._mode.value)

    def scrollbar(self) -> tuple[int, int]:
        """Return the total number of lines, and the first that is shown."""
        key = lib.GHOSTTY_TERMINAL_DATA_SCROLLBAR
        check(lib.ghostty_terminal_get(self.handle, key, self._scrollbar), "scrollbar")
        return int(self._scrollbar.total), int(self._scrollbar.offset)

    def scroll_to_end(self) -> None:
        """Show the screen."""
        self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM, 0)

    def scroll_to_line(self, line: int) -> None:
        """Show the history from a line on."""
        self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_ROW, line)

    def _scroll(self, tag: int, value: int) -> None:
        move = ffi.new("DockertuiScrollViewport*")
        move.tag, move.value = tag, value
        _scroll_viewport(self.handle, move[0])

    # rows

    def _update(self) -> None:
        check(lib.ghostty_render_state_update(self._state, self.handle), "render_state_update")

    def rows(self, *, everything: bool) -> Iterator[tuple[int, RawRow]]:
        """Yield the rows that changed since the last call, or all. Consume them all, one at a time."""
        self._update()
        key = lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR
        check(lib.ghostty_render_state_get(self._state, key, self._iterator), "row_iterator")
        for y in self._every_row() if everything else self._dirty_rows():
            yield y, RawRow(self, self._raw_cells())
        check(lib.ghostty_render_state_clean(self._state), "render_state_clean")

    def _dirty_rows(self) -> Iterator[int]:
        while lib.ghostty_render_state_row_iterator_next_dirty(self._iterator[0], self._y):
            yield self._y[0]

    def _every_row(self) -> Iterator[int]:
        y = 0
        while lib.ghostty_render_state_row_iterator_next(self._iterator[0]):
            yield y
            y += 1

    def _raw_cells(self) -> bytes:
        key = lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW
        check(lib.ghostty_render_state_row_get(self._iterator[0], key, self._view), "cells_raw")
        self._selected = False
        return bytes(ffi.buffer(self._view.ptr, self._view.len * 8))

    def _select(self, x: int) -> None:
        if not self._selected:
            key = lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS
            check(lib.ghostty_render_state_row_get(self._iterator[0], key, self._cells), "cells")
            self._selected = True
        check(lib.ghostty_render_state_row_cells_select(self._cells[0], x), "select")

    def cell_style(self, x: int) -> bytes:
        """Return the style of a cell of the current row."""
        self._select(x)
        key = lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE
        check(lib.ghostty_render_state_row_cells_get(self._cells[0], key, self._style), "style")
        return bytes(self._style_bytes)

    def cell_grapheme(self, x: int) -> str:
        """Return the code points of a cell of the current row."""
        self._select(x)
        length = ffi.new("uint32_t*")
        key = lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN
        check(lib.ghostty_render_state_row_cells_get(self._cells[0], key, length), "graphemes_len")
        if not length[0]:
            return ""
        points = ffi.new("uint32_t[]", length[0])
        key = lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF
        check(lib.ghostty_render_state_row_cells_get(self._cells[0], key, points), "graphemes")
        return "".join(map(chr, points))

    def cursor(self) -> RawCursor | None:
        """Return the cursor as of the last reading of rows; None when it is not in view."""
        self._update()
        key = lib.GHOSTTY_RENDER_STATE_DATA_CURSOR
        check(lib.ghostty_render_state_get(self._state, key, self._cursor), "cursor")
        found = self._cursor
        if not found.viewport_has_value:
            return None
        return RawCursor(found.viewport_x, found.viewport_y, found.visual_style, found.visible)

    # text

    def _ref(self, x: int, line: int) -> Any:
        ref = ffi.new("GhosttyGridRef*")
        ref.size = ffi.sizeof("GhosttyGridRef")
        check(_grid_ref(self.handle, _point(x, line)[0], ref), "grid_ref")
        return ref

    def text(self, start: tuple[int, int], stop: tuple[int, int], *, unwrap: bool) -> str:
        """Return the text between two cells (column, line), inclusive; `unwrap` joins wrapped lines."""
        selection = ffi.new("GhosttySelection*")
        selection.size = ffi.sizeof("GhosttySelection")
        selection.start, selection.end = self._ref(*start)[0], self._ref(*stop)[0]
        options = ffi.new("GhosttyTerminalSelectionFormatOptions*")
        options.size = ffi.sizeof("GhosttyTerminalSelectionFormatOptions")
        options.emit = lib.GHOSTTY_FORMATTER_FORMAT_PLAIN
        options.unwrap, options.trim, options.selection = unwrap, True, selection
        length = ffi.new("size_t*")
        lib.ghostty_terminal_selection_format_buf(self.handle, options[0], ffi.NULL, 0, length)
        if not length[0]:
            return ""
        buffer = ffi.new("uint8_t[]", length[0])
        done = lib.ghostty_terminal_selection_format_buf(self.handle, options[0], buffer, length[0], length)
        check(done, "selection_format")
        return bytes(ffi.buffer(buffer, length[0])).decode(errors="replace")

    def track(self, x: int, line: int) -> Tracked:
        """Return a tracked reference to a cell."""
        tracked = Tracked(self.handle, x, line)
        self._tracked.add(tracked)
        return tracked


class Tracked:
    """A cell that the library follows through scrolling and wrapping."""

    def __init__(self, terminal: Any, x: int, line: int) -> None:
        ref = ffi.new("GhosttyTrackedGridRef*")
        check(_grid_ref_track(terminal, _point(x, line)[0], ref), "grid_ref_track")
        self._ref = ref[0]
        self._free = weakref.finalize(self, lib.ghostty_tracked_grid_ref_free, self._ref)

    def point(self) -> tuple[int, int] | None:
        """Return column and line; None when the cell is gone."""
        if not self._free.alive or not lib.ghostty_tracked_grid_ref_has_value(self._ref):
            return None
        point = ffi.new("GhosttyPointCoordinate*")
        if lib.ghostty_tracked_grid_ref_point(self._ref, lib.GHOSTTY_POINT_TAG_SCREEN, point):
            return None
        return int(point.x), int(point.y)

    def free(self) -> None:
        """Free the reference."""
        self._free()


def _failed(kind: Any, error: Any, trace: Any) -> None:
    """Log a failed callback: it must neither reach the library nor print over the screen."""
    logging.getLogger("dockertui").error("a callback of the terminal emulator failed", exc_info=error)


def _point(x: int, line: int) -> Any:
    point = ffi.new("GhosttyPointS*")
    point.tag = lib.GHOSTTY_POINT_TAG_SCREEN
    point.value.x, point.value.y = x, line
    return point


def _free(terminal: Any, state: Any, iterator: Any, cells: Any, callbacks: list[Any]) -> None:
    """Free what belongs to one terminal; the callbacks last, since it may call them until then."""
    lib.ghostty_render_state_row_cells_free(cells)
    lib.ghostty_render_state_row_iterator_free(iterator)
    lib.ghostty_render_state_free(state)
    lib.ghostty_terminal_free(terminal)
    callbacks.clear()

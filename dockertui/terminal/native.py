"""The fast emulator: libghostty-vt by way of pyghostty.

`native_calls` wraps its calls, `native_cells` decodes its cells, `native_keys` uses its encoding of keys. This module
combines them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dockertui.terminal import keys, native_keys
from dockertui.terminal.emulator import (
    APPLICATION_CURSOR,
    CLIPBOARD_LIMIT,
    HISTORY_LINES,
    TITLE_LIMIT,
    Anchor,
    Emulator,
    EmulatorListener,
)
from dockertui.terminal.fixed_size import FixedSize
from dockertui.terminal.keys import Keystroke
from dockertui.terminal.native_calls import Screen, Tracked
from dockertui.terminal.native_cells import Decoder
from dockertui.terminal.screen import Cursor, Place, Row

_SPARE_LINES = 1_500
"""Lines requested in addition, since the library drops whole pages of lines."""
_SHAPES = ("bar", "block", "underline", "block")
_GRAPHEMES = 2027
"""The mode in which emoji have the widths that Rich uses."""


class NativeEmulator(Emulator):
    """libghostty-vt behind the `Emulator` interface."""

    engine = "libghostty"

    def __init__(self, columns: int, rows: int, listener: EmulatorListener, *, history: int = HISTORY_LINES) -> None:
        super().__init__(columns, rows, listener)
        self._screen = screen = Screen(columns, rows)
        screen.keep_history(history + _SPARE_LINES)
        screen.set_mode(_GRAPHEMES)
        screen.refuse_images()
        screen.answer_size()
        screen.on_reply(self._replied)
        screen.on_title(self._titled)
        screen.on_bell(self._rung)
        screen.on_clipboard(self._copied, CLIPBOARD_LIMIT)
        self._decoder = Decoder(screen)
        self._encoder = native_keys.KeyEncoder(screen)
        self._fixed_size = FixedSize()

    def _replied(self, data: bytes) -> None:
        self.listener.reply(data)

    def _titled(self) -> None:
        self.listener.title(self._screen.title()[:TITLE_LIMIT])

    def _rung(self) -> None:
        self.listener.bell()

    def _copied(self, text: str) -> None:
        self.listener.clipboard(text)

    # feeding

    def feed(self, data: bytes) -> None:
        # Terminals ignore DEL; the library gives it a cell. No multi-byte UTF-8 character contains it.
        data = data.replace(b"\x7f", b"") if b"\x7f" in data else data
        self._screen.feed(self._fixed_size.allowed(data))
        if self._screen.size != (self.columns, self.rows):  # by an unforeseen sequence
            self._screen.resize(self.columns, self.rows)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._screen.resize(columns, rows)

    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        self._screen.set_colors(foreground, background)

    def close(self) -> None:
        self._encoder.close()
        self._screen.close()

    # showing

    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        return dict(self._rows(everything))

    def _rows(self, everything: bool) -> Iterator[tuple[int, Row]]:
        for y, cells in self._screen.rows(everything=everything):
            yield y, self._decoder.row(cells)

    @property
    def cursor(self) -> Cursor | None:
        found = self._screen.cursor()
        return found and Cursor(found.x, found.y, _SHAPES[found.style], found.visible)

    def mode(self, number: int) -> bool:
        return self._screen.mode(number)

    @property
    def alternate_screen(self) -> bool:
        return self._screen.on_alternate()

    # history

    @property
    def total(self) -> int:
        return self._screen.scrollbar()[0]

    @property
    def top(self) -> int:
        return self._screen.scrollbar()[1]

    def scroll_to(self, line: int) -> None:
        total = self.total
        if line >= total - self.rows:
            self._screen.scroll_to_end()
        else:
            self._screen.scroll_to_line(max(0, line))

    def lines(self, start: int, stop: int) -> Sequence[str]:
        start, stop = max(0, start), min(stop, self.total)
        if start >= stop:
            return []
        found = self._screen.text((0, start), (self.columns - 1, stop - 1), unwrap=False).split("\n")
        return [line.rstrip() for line in found] + [""] * (stop - start - len(found))

    def text(self, start: Place, stop: Place) -> str:
        start, stop = sorted((start, stop))
        last = self.total - 1
        if start.row > last:
            return ""
        stop = min(stop, Place(last, self.columns - 1))
        return self._screen.text((start.column, start.row), (stop.column, stop.row), unwrap=True)

    def anchor(self, place: Place) -> Anchor:
        return _Anchor(self._screen.track(place.column, min(place.row, self.total - 1)))

    # input

    def encode(self, key: Keystroke) -> bytes:
        if self._encoder.extended:
            return self._encoder.encode(key)
        return keys.encode(key, application_cursor=self.mode(APPLICATION_CURSOR))


class _Anchor(Anchor):
    def __init__(self, tracked: Tracked) -> None:
        self._tracked = tracked

    @property
    def place(self) -> Place | None:
        point = self._tracked.point()
        return point and Place(point[1], point[0])

    def release(self) -> None:
        self._tracked.free()

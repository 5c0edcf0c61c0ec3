"""A file's content as numbered text lines or a hex dump, of any size; only the rows in view are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events

from dockertui.widgets.file_text import Tokens, hex_line, is_binary, styled, text_lines
from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.text import clean, crop, occurrences, split_spans

_STEP = 8
"""Columns scrolled sideways at once."""


class _RowLook(NamedTuple):
    row: int
    version: int
    shift: int
    cursor: bool


class FileLines(Lines):
    """Shows bytes that may still be arriving. The screen binds keys to the `action_*` methods."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.data = b""
        self.hex = False
        self.lines: list[str] = []
        self._tokens: Tokens = ()
        self._chosen = False
        self._wrapped = False
        self._rows: list[tuple[int, int, int]] = []
        """For each row its line, and where in it the row begins and ends."""
        self._rows_width = -1
        self._row = 0
        self._shift = 0
        self._version = 0
        self._found: list[int] = []

    # content

    def show(self, data: bytes) -> None:
        """Show more of the file, or all of it, at the same position."""
        self.data = data
        if not self._chosen:
            self.hex = is_binary(data)
        self._anew()

    def colour(self, tokens: Tokens) -> None:
        """Show the text in these styles."""
        self._tokens = tokens
        self._changed()

    def turn_hex(self) -> None:
        """Switch between hex and text."""
        self.hex, self._chosen = not self.hex, True
        self.top = self._row = self._shift = 0
        self._anew()

    def action_wrap(self) -> None:
        self._wrapped = not self._wrapped
        self._shift = 0
        self._anew()

    def _anew(self) -> None:
        self.lines = [] if self.hex else text_lines(self.data)
        self._rows_width = -1
        self._found = self._occurring() if self._needle else []
        self._changed()

    def _changed(self) -> None:
        self._version += 1
        self.refresh_frame()

    @property
    def line(self) -> str:
        """The whole line under the cursor."""
        if self.hex:
            return hex_line(self.data, self._row, self._hex_width)
        rows = self._laid_out()
        return self.lines[rows[self._row][0]] if rows else ""

    # layout

    @property
    def _gutter(self) -> int:
        """Cells of the line numbers."""
        return len(str(len(self.lines))) + 2

    @property
    def _hex_width(self) -> int:
        return 16 if self.line_width >= 78 else 8

    def _laid_out(self) -> list[tuple[int, int, int]]:
        room = max(8, self.line_width - self._gutter)
        if self._rows_width != room:
            self._rows_width = room
            self._rows = [row for number, line in enumerate(self.lines) for row in self._parts(number, line, room)]
        return self._rows

    def _parts(self, number: int, line: str, room: int) -> list[tuple[int, int, int]]:
        if not self._wrapped or len(line) <= room:
            return [(number, 0, len(line))]
        return [(number, at, min(len(line), at + room)) for at in range(0, len(line), room)]

    # search

    def search(self, text: str) -> int:
        """Mark every occurrence, ignoring case, and go to the first from the cursor; return how many rows have one."""
        self._needle = text
        self._found = self._occurring() if text else []
        self._changed()
        if self._found and self._row not in self._found:
            self.action_next_match()
        return len(self._found)

    def _occurring(self) -> list[int]:
        needle = self._needle.lower()
        if self.hex:
            width = self._hex_width
            return sorted({at // width for at in _places(self.data.lower(), needle.encode())})
        return [
            row
            for row, (line, start, end) in enumerate(self._laid_out())
            if needle in self.lines[line][start:end].lower()
        ]

    def action_next_match(self) -> None:
        self._go_to_next([row for row in self._found if row > self._row] or self._found, 0)

    def action_previous_match(self) -> None:
        self._go_to_next([row for row in self._found if row < self._row] or self._found, -1)

    def _go_to_next(self, rows: Sequence[int], which: int) -> None:
        if rows:
            self.go_to(rows[which])

    # sideways

    def action_scroll_right(self) -> None:
        longest = max((len(self.lines[line]) for line, _, _ in self._in_view()), default=0)
        if not self._wrapped and longest > self._shift + self.line_width - self._gutter:
            self._shift += _STEP
            self._changed()

    def action_scroll_left(self) -> None:
        if self._shift:
            self._shift = max(0, self._shift - _STEP)
            self._changed()

    def _in_view(self) -> list[tuple[int, int, int]]:
        return [] if self.hex else self._laid_out()[self.top : self.top + self.body_height]

    # the interface of `Lines`

    @property
    def line_count(self) -> int:
        if self.hex:
            return -(-len(self.data) // self._hex_width)
        return len(self._laid_out())

    @property
    def cursor_row(self) -> int:
        return min(self._row, max(0, self.line_count - 1))

    def put_cursor(self, row: int) -> None:
        self._row = row

    def look(self, row: int) -> Look:
        if row >= self.line_count:
            return None
        return _RowLook(row, self._version, self._shift, row == self.cursor_row)

    def draw(self, look: Look) -> Sequence[Segment]:
        assert isinstance(look, _RowLook)
        under = ("cursor",) if look.cursor else ()
        if self.hex:
            text = hex_line(self.data, look.row, self._hex_width)
            found = [(10, len(text))] if look.row in self._found else []
            return self._fill([(text[:8], under or ("dim",)), *self._marked([(text[8:], "")], under, found)], under)
        number, start, end = self._laid_out()[look.row]
        label = f"{number + 1:>{self._gutter - 1}} " if not start else " " * self._gutter
        start += look.shift
        end = min(end, start + self.line_width)  # no more than is visible, however long the line is
        pieces = styled(self.lines[number], self._tokens[number] if number < len(self._tokens) else (), start, end)
        return self._fill([(label, under or ("dim",)), *self._marked(pieces, under)], under)

    def _marked(
        self, pieces: Sequence[tuple[str, str]], under: tuple[str, ...], spans: list[tuple[int, int]] | None = None
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Split pieces into marked and unmarked ones; a match may span several pieces."""
        whole = "".join(text for text, _ in pieces)
        spans = occurrences(whole, self._needle) if spans is None else spans
        found = (*under, "match-cursor" if under else "match")
        out: list[tuple[str, tuple[str, ...]]] = []
        at = 0
        for text, style in pieces:
            names = under or ((f"syntax-{style}",) if style else ())
            inside = [(first - at, last - at) for first, last in spans if last > at and first < at + len(text)]
            out += [(part, found if match else names) for part, match in split_spans(text, inside)]
            at += len(text)
        return out

    def _fill(self, pieces: Sequence[tuple[str, tuple[str, ...]]], under: tuple[str, ...]) -> list[Segment]:
        """Return segments of exactly the line's width."""
        room, segments = self.line_width, []
        for text, names in pieces:
            if cell_len(text) > room:
                text = crop(text, room)
            segments.append(self.segment(text, *names))
            room -= cell_len(text)
        return [*segments, self.segment(" " * room, *under)] if room > 0 else segments

    def clicked(self, row: int, event: events.Click) -> None:
        self.go_to(row)

    def copied(self) -> str:
        """Return the line as copied: without what a terminal would obey."""
        return clean(self.line, limit=100_000)


def _places(data: bytes, needle: bytes) -> list[int]:
    places = []
    at = data.find(needle) if needle else -1
    while at >= 0:
        places.append(at)
        at = data.find(needle, at + 1)
    return places

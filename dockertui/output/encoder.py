"""Encode the difference of two frames as the bytes that a terminal needs.

The encoder tracks what the terminal shows: rows, cursor, pen. None stands for unknown, and is then written in full. It
relies on automatic wrapping being off, as Textual leaves the terminal.

Sequences: ECMA-48 (CUP, CHA, CUF, CUB, VPA, EL, ECH, DL, IL) and DECSTBM, as in xterm's ctlseqs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockertui.output.frame import CellRow
from dockertui.output.glyphs import FIRST_CODE, Glyphs
from dockertui.output.pens import DEFAULT, Pens
from dockertui.output.scroll import Scroll, find_scroll

# ASCII in G0 and selected, no margins, default pen, no wrapping, no visible cursor: whatever another program left.
_FRESH_START = "\x1b(B\x0f\x1b[r\x1b[m\x1b[?7l\x1b[?25l"

_BRIDGE = 4
"""The longest run of unchanged cells that is rewritten rather than jumped over: a jump costs as much."""
_ERASE_TAIL = 4
"""The number of cells from which erasing to the end of the line is shorter than writing spaces."""
_ERASE_RUN = 12
"""The same for blank cells within a row: erase them, then jump over them."""

_RUNS = re.compile(r"(.)\1*", re.DOTALL)
_PIECES = re.compile("[^\0\U000f0000-\U0010ffff]+|[\U000f0000-\U0010ffff]")


class Encoder:
    """Writes the difference between the frame that a terminal shows and the wanted one.

    Args:
        height: rows of the terminal.
        pens, glyphs: the tables that the frames' rows refer to.
    """

    def __init__(self, height: int, pens: Pens, glyphs: Glyphs) -> None:
        self._pens = pens
        self._glyphs = glyphs
        self._shown: list[CellRow | None] = [None] * height
        self._lost = True
        self._x: int | None = None
        self._y: int | None = None
        self._pen = DEFAULT
        self._out: list[str] = []

    def forget(self) -> None:
        """Assume nothing about what the terminal shows: write all of the next frame."""
        self._shown = [None] * len(self._shown)
        self._lost = True

    def differs(self, rows: Sequence[CellRow]) -> bool:
        """Return whether `rows` may differ from what the terminal shows; fast, with occasional false positives."""
        return any(shown is not row for shown, row in zip(self._shown, rows, strict=True))

    def encode(self, rows: Sequence[CellRow]) -> str:
        """Return what makes the terminal show `rows`; an empty string if it already does.

        After an exception the terminal's content is unknown; call `forget`.
        """
        self._out = []
        if self._lost:
            self._out.append(_FRESH_START)
            self._x = self._y = None
            self._pen = DEFAULT
            self._lost = False
        elif scroll := find_scroll(self._shown, rows):
            self._scroll(scroll)
        shown = self._shown
        for y, row in enumerate(rows):
            if shown[y] is not row:
                if shown[y] != row:
                    self._row(y, shown[y], row)
                shown[y] = row
        return "".join(self._out)

    def park(self, x: int, y: int) -> str:
        """Return what moves the cursor to a cell; an empty string if it is there."""
        self._out = []
        self._go(x, y)
        return "".join(self._out)

    def cursor_moved(self) -> None:
        """Note that the caller moved the cursor itself."""
        self._x = self._y = None

    def leave(self) -> str:
        """Return what sets the terminal's default pen."""
        self._pen, pen = DEFAULT, self._pen
        return self._pens.change(pen, DEFAULT)

    def _scroll(self, scroll: Scroll) -> None:
        top, bottom, lines = scroll
        # Rows exposed at the edge may be filled with the current background or not; they are written anyway, but with
        # the default pen they at least do not flash.
        self._use(DEFAULT)
        delete = f"\x1b[{lines}M" if lines > 0 else f"\x1b[{-lines}L"
        self._out.append(f"\x1b[{top + 1};{bottom}r\x1b[{top + 1}H{delete}\x1b[r")
        self._x = self._y = None
        shown = self._shown
        exposed: list[CellRow | None] = [None] * abs(lines)
        if lines > 0:
            shown[top:bottom] = shown[top + lines : bottom] + exposed
        else:
            shown[top:bottom] = exposed + shown[top : bottom + lines]

    def _row(self, y: int, old: CellRow | None, new: CellRow) -> None:
        if new.odd:
            self._odd_row(y, new)
            return
        width = len(new.cells)
        spans = [(0, width)] if old is None or old.odd else _changed_spans(old, new)
        tail = self._blank_tail(new)
        for start, end in spans:
            if end - max(start, tail) >= _ERASE_TAIL:
                erased = max(start, tail)
                self._write(start, y, new, erased)
                self._go(erased, y)
                if self._pens.blank(self._pen) != new.pens[-1]:
                    self._use(new.pens[-1])
                self._out.append("\x1b[K")
                return
            self._write(start, y, new, end)

    def _blank_tail(self, row: CellRow) -> int:
        """Return where a row's blank end begins that can be erased at once; its width if there is none."""
        pen = row.pens[-1]
        if not self._pens.erases(pen):
            return len(row.cells)
        return max(len(row.cells.rstrip(" ")), len(row.pens.rstrip(pen)))

    def _write(self, start: int, y: int, row: CellRow, end: int) -> None:
        """Write the cells from `start` to `end` of a row without odd glyphs."""
        for run in _RUNS.finditer(row.pens, start, end):
            left, right = run.span()
            text, pen = row.cells[left:right], run[1]
            blank = text.isspace()
            self._go(left, y)
            # Blank cells need no pen of their own if the current one shows the same.
            if not (blank and self._pens.blank(self._pen) == self._pens.blank(pen)):
                self._use(pen)
            if blank and right - left >= _ERASE_RUN and self._pens.erases(pen):
                self._out.append(f"\x1b[{right - left}X")
            else:
                self._put(text, right, row)

    def _odd_row(self, y: int, row: CellRow) -> None:
        """Write a row that contains glyphs of doubtful width.

        Each such glyph is written on cells just blanked, and the cursor is positioned again after it: whatever width a
        terminal gives it, nothing stale stays beside it and nothing after it is shifted.
        """
        for run in _RUNS.finditer(row.pens):
            self._go(run.start(), y)
            self._use(run[1])
            for piece in _PIECES.finditer(row.cells, *run.span()):
                start, end = piece.span()
                self._go(start, y)
                if ord(piece[0][0]) < FIRST_CODE:
                    self._put(piece[0], end, row)
                    continue
                glyph = self._glyphs[piece[0]]
                self._put(" " * glyph.width, start + glyph.width, row)
                self._go(start, y)
                self._out.append(glyph.text)
                self._x = None

    def _put(self, text: str, x: int, row: CellRow) -> None:
        """Write text that ends before column `x`."""
        self._out.append(text)
        # After the last column some terminals stay on it, others wait to wrap.
        self._x = x if x < len(row.cells) else None

    def _use(self, pen: str) -> None:
        self._out.append(self._pens.change(self._pen, pen))
        self._pen = pen

    def _go(self, x: int, y: int) -> None:
        """Move the cursor by the shortest sequence."""
        if (self._x, self._y) == (x, y):
            return
        ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"]
        if y == self._y:
            ways += _along(self._x, x)
        elif x == 0 and self._y is not None and y == self._y + 1:
            ways.append("\r\n")
        elif x == self._x:
            ways.append(f"\x1b[{y + 1}d")
        self._out.append(min(ways, key=len))
        self._x, self._y = x, y


def _along(x: int | None, to: int) -> list[str]:
    """Return the sequences that move from column `x` (None: unknown) to another column of the same row."""
    if to == 0:
        return ["\r"]
    ways = [f"\x1b[{to + 1}G"]
    if x is not None:
        step = to - x
        ways.append(f"\x1b[{step}C" if step > 1 else "\x1b[C" if step == 1 else f"\x1b[{-step}D")
        if -4 <= step < 0:
            ways.append("\b" * -step)
    return ways


def _changed_spans(old: CellRow, new: CellRow) -> list[tuple[int, int]]:
    """Return the spans (start, end) of cells that differ, joined where that is cheaper than a jump."""
    differ = [
        x
        for x, (was, be, was_pen, be_pen) in enumerate(zip(old.cells, new.cells, old.pens, new.pens, strict=True))
        if was != be or was_pen != be_pen
    ]
    spans: list[tuple[int, int]] = []
    start = end = differ[0]
    for x in differ:
        if x - end > _BRIDGE or new.pens[end:x].strip(new.pens[x]):
            spans.append((start, end))
            start = x
        end = x + 1
    spans.append((start, end))
    return spans

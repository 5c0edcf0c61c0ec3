"""The content of an emulator in types of our own: rows of runs, each with a pen.

A container decides the content of a cell. `glyph` and `narrow` make sure that it takes as many cells as the emulator
gave it, and contains nothing that a terminal would obey.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from unicodedata import category

from rich.cells import cell_len

DEFAULT: Final = -1
"""No colour: the terminal's own."""
RGB: Final = 1 << 24
"""A colour is `DEFAULT`, an index of the palette (0 to 255), or `RGB | 0xrrggbb`."""

BOLD: Final = 1
ITALIC: Final = 2
FAINT: Final = 4
BLINK: Final = 8
INVERSE: Final = 16
INVISIBLE: Final = 32
STRIKE: Final = 64
OVERLINE: Final = 128
UNDERLINE: Final = 256
DOUBLE: Final = 512
"""A double underline, set together with `UNDERLINE`."""

LOST_GLYPH: Final = "\ufffd"
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")
_LONGEST: Final = 16
"""Characters of one cell: emoji families take eleven; piles of combining marks take any number."""
_CACHED: Final = 8192


class Pen(NamedTuple):
    """How a cell is painted."""

    foreground: int = DEFAULT
    background: int = DEFAULT
    attributes: int = 0


PLAIN: Final = Pen()


class Run(NamedTuple):
    """Text that takes `width` cells in one pen."""

    text: str
    width: int
    pen: Pen = PLAIN


Row = tuple[Run, ...]
"""One line of the screen: runs that together are as wide as the screen."""


class Cursor(NamedTuple):
    """The cursor's position in what is shown. `shape` is "block", "underline" or "bar"."""

    x: int
    y: int
    shape: str = "block"
    visible: bool = True


class Place(NamedTuple):
    """A cell by its row, counted from the oldest kept one, and its column."""

    row: int
    column: int


class _Narrow(dict[int, str]):
    """A `str.translate` table for cells of width one; each character is decided on first use."""

    def __missing__(self, code: int) -> str:
        sign = glyph(chr(code), 1) if code else " "
        if len(self) < _CACHED:
            self[code] = sign
        return sign


narrow: Final = _Narrow()
"""Replaces each character of a text by one that takes exactly one cell: `text.translate(narrow)`."""

_glyphs: dict[tuple[str, int], str] = {}


def glyph(text: str, width: int) -> str:
    """Return a cell's content as painted: unchanged if it takes `width` cells, else a replacement that does."""
    known = _glyphs.get((text, width))
    if known is None:
        known = _made_safe(text, width)
        if len(_glyphs) >= _CACHED:
            _glyphs.clear()
        _glyphs[text, width] = known
    return known


def _made_safe(text: str, width: int) -> str:
    if category(text[:1] or " ") == "Zs":
        return " " * width
    kept = "".join([char for char in text[:_LONGEST] if _paintable(char)])
    for candidate in (kept, kept[:1]):
        if candidate and cell_len(candidate) == width:
            return candidate
    return LOST_GLYPH.ljust(width) if kept else " " * width


def _paintable(char: str) -> bool:
    """Return whether a character may be painted: also private ones (terminal fonts use them), no control or format."""
    return char in _JOINERS or category(char) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")

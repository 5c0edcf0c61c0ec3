"""Convert an emulator's rows to Textual's strips."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

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
    Pen,
    Row,
)

_PENS_MOST: Final = 4096


class Inks:
    """The styles of pens, on a base style with the theme's colours."""

    def __init__(self, base: Style) -> None:
        self.base = base
        self._styles: dict[Pen, Style] = {PLAIN: base}

    def style(self, pen: Pen) -> Style:
        found = self._styles.get(pen)
        if found is None:
            if len(self._styles) >= _PENS_MOST:
                self._styles = {PLAIN: self.base}
            found = self._styles[pen] = self.base + _style(pen)
        return found

    def strip(self, row: Row, width: int) -> Strip:
        """Return a row in exactly `width` cells."""
        segments = [Segment(_shown(text, pen), self.style(pen)) for text, _, pen in row]
        cells = sum([run.width for run in row])
        strip = Strip(segments, cells)
        return strip if cells == width else strip.adjust_cell_length(width, self.base)


def _shown(text: str, pen: Pen) -> str:
    return " " * len(text) if pen.attributes & INVISIBLE and text.isascii() else text


def _style(pen: Pen) -> Style:
    held = pen.attributes
    hidden = bool(held & INVISIBLE)
    return Style(
        color=_color(pen.background if hidden else pen.foreground),
        bgcolor=_color(pen.background),
        bold=bool(held & BOLD) or None,
        italic=bool(held & ITALIC) or None,
        dim=bool(held & FAINT) or None,
        blink=bool(held & BLINK) or None,
        reverse=bool(held & INVERSE) or None,
        conceal=hidden or None,
        strike=bool(held & STRIKE) or None,
        overline=bool(held & OVERLINE) or None,
        underline=(held & UNDERLINE and not held & DOUBLE) or None,
        underline2=bool(held & DOUBLE) or None,
    )


@lru_cache(maxsize=4096)
def _color(color: int) -> Color | None:
    if color == DEFAULT:
        return None
    if color & RGB:
        return Color.from_rgb(color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF)
    return Color.from_ansi(color)


def overlaid(strip: Strip, start: int, stop: int, style: Style) -> Strip:
    """Return the strip with a style laid over the cells from `start` to `stop`."""
    start, stop = max(0, start), min(stop, strip.cell_length)
    if start >= stop:
        return strip
    middle = Strip([Segment(text, (own or Style()) + style) for text, own, _ in strip.crop(start, stop)], stop - start)
    return Strip.join([strip.crop(0, start), middle, strip.crop(stop)])


def glyph_width(row: Row, column: int) -> int:
    """Return how many cells the character at a column takes: 2 for a wide one, else 1."""
    from rich.cells import get_character_cell_size

    at = 0
    for text, width, _ in row:
        if column < at + width:
            if text.isascii():
                return 1
            for char in text:
                cells = get_character_cell_size(char)
                if at + cells > column:
                    return max(1, cells)
                at += cells
            return 1
        at += width
    return 1

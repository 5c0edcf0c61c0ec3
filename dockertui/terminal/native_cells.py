"""Convert libghostty-vt's packed cells to rows of runs.

A row is one bytes object of 64-bit cells. As one big integer, all its characters are extracted with one mask, one shift
and one decoding; most rows are plain and need nothing else. The library does not guarantee the positions of the fields,
so it is asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from pyghostty._ffi import ffi, lib

from dockertui.terminal.native_calls import RawRow, Screen
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
    Run,
    glyph,
    narrow,
)


def _bits() -> dict[str, tuple[int, int]]:
    """Return the lowest bit and the width of each field. Raises ImportError when this build has other fields."""
    try:
        cell = json.loads(ffi.string(lib.ghostty_type_json()))["types"]["GhosttyCell"]["bits"]
        fields = {name: cell[name] for name in ("content_tag", "content", "style_id", "wide")}
        arms = cell["content"]["arms"]
        point = arms["CODEPOINT"]["bits"]["codepoint"]
        index = arms["BG_COLOR_PALETTE"]["bits"]["index"]
        channels = [arms["BG_COLOR_RGB"]["bits"][name]["lsb"] for name in "rgb"]
    except (KeyError, TypeError, ValueError) as error:
        raise ImportError(f"this build of libghostty-vt has another cell layout: {error!r}") from None
    if point["lsb"] or index["lsb"] or channels != [0, 8, 16]:
        raise ImportError("this build of libghostty-vt lays its cells out otherwise")
    found = {name: (field["lsb"], field["width"]) for name, field in fields.items()}
    return found | {"codepoint": (found["content"][0], point["width"])}


_BITS: Final = _bits()


def _mask(field: str) -> int:
    low, width = _BITS[field]
    return ((1 << width) - 1) << low


_TAG: Final = _mask("content_tag")
_WIDE: Final = _mask("wide")
_STYLE: Final = _mask("style_id")
_POINT: Final = _mask("codepoint")
_CONTENT: Final = _mask("content")
_POINT_LOW: Final = _BITS["codepoint"][0]
_CONTENT_LOW: Final = _BITS["content"][0]
_TAG_LOW: Final = _BITS["content_tag"][0]
_WIDE_LOW: Final = _BITS["wide"][0]
_GRAPHEME, _PALETTE_BACKGROUND, _RGB_BACKGROUND = 1, 2, 3
_WIDE_HEAD, _WIDE_TAIL = 1, 2
_BACKGROUND_KEY: Final = 1 << 64
"""Distinguishes the key of a cell that has only a background from those of styles."""
_PENS_MOST: Final = 4096


@lru_cache(maxsize=8)
def _masks(columns: int) -> tuple[int, int, int]:
    """Return the masks of a whole row: for cells that are not plain, for styles, and for characters."""
    every = sum(1 << (64 * x) for x in range(columns))
    return every * (_TAG | _WIDE), every * _STYLE, every * _POINT


class Decoder:
    """Converts rows of a screen's cells, caching the pens it has met."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._pens: dict[bytes, Pen] = {}

    def row(self, raw: RawRow) -> Row:
        """Convert one row."""
        columns = len(raw.data) // 8
        special, styles, points = _masks(columns)
        cells = int.from_bytes(raw.data, "little")
        text = _characters((cells & points) >> _POINT_LOW, columns)
        if cells & special:
            return tuple(self._mixed(raw, text))
        if cells & styles:
            return tuple(self._styled(raw, text))
        return (Run(text.translate(narrow), columns, PLAIN),)

    def _styled(self, raw: RawRow, text: str) -> Iterator[Run]:
        """Convert a row of cells of width one, each with one character."""
        keys = [cell & _STYLE for cell in memoryview(raw.data).cast("Q")]
        at = 0
        for key, group in groupby(keys):
            end = at + len(list(group))
            pen = self._pen(raw, at) if key else PLAIN
            yield Run(text[at:end].translate(narrow), end - at, pen)
            at = end

    def _mixed(self, raw: RawRow, text: str) -> Iterator[Run]:
        """Convert a row that also has wide cells, cells of several code points, or cells with only a background."""
        cells = memoryview(raw.data).cast("Q")
        at = 0
        for key, group in groupby(_keys(cells)):
            end = at + len(list(group))
            content = "".join([self._cell(raw, cells, text, x) for x in range(at, end)])
            yield Run(content, end - at, self._pen_of(raw, at, key))
            at = end

    def _cell(self, raw: RawRow, cells: memoryview, text: str, x: int) -> str:
        """Return the text painted for a cell; empty for the second half of a wide one."""
        cell = cells[x]
        wide, tag = (cell & _WIDE) >> _WIDE_LOW, (cell & _TAG) >> _TAG_LOW
        if wide == _WIDE_TAIL:
            return "" if x and (cells[x - 1] & _WIDE) >> _WIDE_LOW == _WIDE_HEAD else " "
        if tag >= _PALETTE_BACKGROUND:
            return " "
        content = raw.grapheme(x) if tag == _GRAPHEME else text[x].replace("\0", " ")
        return glyph(content, 2 if wide == _WIDE_HEAD and x + 1 < len(cells) else 1)

    def _pen_of(self, raw: RawRow, x: int, key: int) -> Pen:
        if not key:
            return PLAIN
        if not key & _BACKGROUND_KEY:
            return self._pen(raw, x)
        content = (key & _CONTENT) >> _CONTENT_LOW
        if (key & _TAG) >> _TAG_LOW == _PALETTE_BACKGROUND:
            return Pen(DEFAULT, content & 0xFF)
        red, green, blue = content & 0xFF, content >> 8 & 0xFF, content >> 16 & 0xFF
        return Pen(DEFAULT, RGB | red << 16 | green << 8 | blue)

    def _pen(self, raw: RawRow, x: int) -> Pen:
        style = raw.style(x)
        pen = self._pens.get(style)
        if pen is None:
            if len(self._pens) >= _PENS_MOST:
                self._pens.clear()
            pen = self._pens[style] = _parse_style(style)
        return pen


def _keys(cells: memoryview) -> Iterator[int]:
    """Yield for each cell what the cells of a run share: the style, or the background of a cell with nothing else."""
    key = 0
    for cell in cells:
        if (cell & _WIDE) >> _WIDE_LOW == _WIDE_TAIL:
            pass  # painted with its first half
        elif (cell & _TAG) >> _TAG_LOW >= _PALETTE_BACKGROUND:
            key = _BACKGROUND_KEY | cell & (_TAG | _CONTENT)
        else:
            key = cell & _STYLE
        yield key


def _characters(points: int, columns: int) -> str:
    """Return the characters of a row, one per cell; NUL for an empty one."""
    return points.to_bytes(columns * 8, "little").decode("utf-32-le", "surrogatepass")[::2]


_FLAGS: Final = (
    ("bold", BOLD),
    ("italic", ITALIC),
    ("faint", FAINT),
    ("blink", BLINK),
    ("inverse", INVERSE),
    ("invisible", INVISIBLE),
    ("strikethrough", STRIKE),
    ("overline", OVERLINE),
)
_DOUBLE_UNDERLINE: Final = 2


def _parse_style(data: bytes) -> Pen:
    style = ffi.new("GhosttyStyle*")
    ffi.memmove(style, data, len(data))
    attributes = sum(flag for name, flag in _FLAGS if getattr(style, name))
    if style.underline:
        attributes |= UNDERLINE
    if style.underline == _DOUBLE_UNDERLINE:
        attributes |= DOUBLE
    return Pen(_color(style.fg_color), _color(style.bg_color), attributes)


def _color(color: Any) -> int:
    if color.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return int(color.value.palette)
    if color.tag == lib.GHOSTTY_STYLE_COLOR_RGB:
        rgb = color.value.rgb
        return RGB | int(rgb.r) << 16 | int(rgb.g) << 8 | int(rgb.b)
    return DEFAULT

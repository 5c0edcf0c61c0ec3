"""From text to cells: one character per cell, and nothing in a cell that a terminal would obey.

Rows are kept as strings with exactly one character per cell. A glyph that terminals may measure differently
than we do (wide, emoji, combined, private use, of ambiguous width) does not fit that, so it gets a code in
the planes 15 and 16 that stands for it; the second cell of a wide glyph holds `CONTINUED`.

This is also the program's last line of defence: a control character that slipped through everything above is
shown as U+FFFD, never sent.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

CONTINUED = "\0"
"""What the second cell of a wide glyph holds."""

FIRST_CODE = 0xF0000
MAX_GLYPHS = 0x10FFFF - FIRST_CODE
_MAX_CODEPOINTS = 16
"""Of one glyph. The longest emoji in use has 11; a heap of combining marks has thousands."""

# Obeyed or obeying nobody: C0, DEL, C1, bidirectional and invisible controls, line separators, byte order
# mark, interlinear annotations, and halves of surrogate pairs, which cannot be encoded at all.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

# One cell in every terminal that shows them at all. Box drawing, arrows and Latin-1 are of ambiguous width
# by the letter of UAX 11; a terminal that doubles those can show no full screen program, so they are
# counted as safe.
_SURE = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0391-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u2070-\u2071\u2074-\u208e\u20a0-\u20bf\u2190-\u2319\u231c-\u2328"
    "\u2500-\u25fc\u25ff\u2605-\u2606\u2713-\u2718\u276c-\u2771\u2800-\u28ff]*"
)
_CODE = re.compile("[\U000f0000-\U0010ffff\0]")


class Glyph(NamedTuple):
    """One glyph: what is sent for it, and the cells that it fills (1 or 2)."""

    text: str
    width: int


class GlyphsFull(Exception):
    """The table is full; the owner begins a new one and paints everything again."""


class Glyphs:
    """The table of the glyphs that need a code, and the conversion of text to cells."""

    def __init__(self) -> None:
        self._glyphs: list[Glyph] = []
        self._codes: dict[Glyph, str] = {}
        self._cells: dict[str, str] = {}

    def __getitem__(self, code: str) -> Glyph:
        return self._glyphs[ord(code) - FIRST_CODE]

    def cells(self, text: str) -> str:
        """`text` as exactly as many characters as Rich counts cells for it; `mend` a row of them.

        Raises:
            GlyphsFull: when the text holds one glyph too many.
        """
        if _SURE.fullmatch(text):
            return text
        cells = self._cells.get(text)
        if cells is None:
            if len(self._cells) >= 4096:
                self._cells.clear()
            cells = self._cells[text] = self._convert(text)
        return cells

    def mend(self, cells: str) -> str:
        """`cells` with a space in place of each half of a wide glyph whose other half is gone."""
        mended = list(cells)
        for x, cell in enumerate(cells):
            if cell == CONTINUED:
                if not (x and self._is_wide(cells[x - 1])):
                    mended[x] = " "
            elif self._is_wide(cell) and cells[x + 1 : x + 2] != CONTINUED:
                mended[x] = " "
        return "".join(mended)

    def _convert(self, text: str) -> str:
        width = cell_len(text)
        # What takes the place of a control character is wider than it was. What that pushes out is cut,
        # perhaps in the middle of a wide glyph.
        shown = _CONTROL.sub("\ufffd", text)
        spans, _ = split_graphemes(shown)
        cells = "".join([self._cell(shown[start:end], size) for start, end, size in spans])
        return cells[:width].ljust(width)

    def _cell(self, text: str, width: int) -> str:
        if not width:
            return ""
        if width == 1 and _SURE.fullmatch(text):
            return text
        glyph = Glyph(text[:_MAX_CODEPOINTS], min(width, 2))
        code = self._codes.get(glyph)
        if code is None:
            if len(self._glyphs) >= MAX_GLYPHS:
                raise GlyphsFull
            code = self._codes[glyph] = chr(FIRST_CODE + len(self._glyphs))
            self._glyphs.append(glyph)
        return code + CONTINUED * (glyph.width - 1)

    def _is_wide(self, cell: str) -> bool:
        return ord(cell) >= FIRST_CODE and self[cell].width == 2


def has_codes(cells: str) -> bool:
    """Whether any cell holds a glyph whose width terminals disagree on."""
    return not cells.isascii() and _CODE.search(cells) is not None

"""From text to cells: one character per cell, and nothing that a terminal would obey.

Rows are strings with exactly one character per cell. A glyph that terminals may measure differently than we do (wide,
emoji, combined, private use, of ambiguous width) does not fit that, so a code in planes 15 and 16 stands for it; the
second cell of a wide glyph holds `CONTINUED`.

This is also the last line of defence: a control character that slipped through everything above is shown as U+FFFD,
never sent.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

CONTINUED = "\0"
"""The content of the second cell of a wide glyph."""

FIRST_CODE = 0xF0000
MAX_GLYPHS = 0x10FFFF - FIRST_CODE
_MAX_CODEPOINTS = 16
"""Code points of one glyph. The longest emoji in use has 11; a pile of combining marks has thousands."""

# Characters that a terminal obeys or cannot show: C0, DEL, C1, bidirectional and invisible controls, line separators,
# byte order mark, interlinear annotations, and halves of surrogate pairs, which cannot be encoded at all.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

# One cell in every terminal that can show them. Box drawing, arrows and Latin-1 are of ambiguous width by the letter of
# UAX 11; a terminal that doubles those can show no full-screen program, so they count as safe.
_SURE = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0391-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u2070-\u2071\u2074-\u208e\u20a0-\u20bf\u2190-\u2319\u231c-\u2328"
    "\u2500-\u25fc\u25ff\u2605-\u2606\u2713-\u2718\u276c-\u2771\u2800-\u28ff]*"
)
_CODE = re.compile("[\U000f0000-\U0010ffff\0]")


class Glyph(NamedTuple):
    """One glyph: the text sent for it, and the cells that it fills (1 or 2)."""

    text: str
    width: int


class GlyphsFull(Exception):
    """The table is full; the owner begins a new one and repaints everything."""


class Glyphs:
    """The table of glyphs that need a code, and the conversion of text to cells."""

    def __init__(self) -> None:
        self._glyphs: list[Glyph] = []
        self._codes: dict[Glyph, str] = {}
        self._cells: dict[str, str] = {}

    def __getitem__(self, code: str) -> Glyph:
        return self._glyphs[ord(code) - FIRST_CODE]

    def cells(self, text: str) -> str:
        """Return `text` as exactly as many characters as Rich counts cells for it; `mend` a row of them.

        Raises:
            GlyphsFull: the text contains one glyph too many.
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
        """Return `cells` with a space in place of each half of a wide glyph whose other half is missing."""
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
        # The replacement of a control character is wider than it was. What it pushes out is cut, perhaps in the middle
        # of a wide glyph.
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
    """Return whether any cell contains a glyph whose width terminals disagree on."""
    return not cells.isascii() and _CODE.search(cells) is not None

"""The newest frame: the cells that the terminal should show, updated from what Textual renders.

Textual's compositor produces a `LayoutUpdate` (every row, as strips from left to right) or a `ChopsUpdate` (for the
changed rows a mapping of column to strip, and the dirty spans). Both are converted to rows of cells. A strip that is
the very object of the previous update is skipped: widgets cache theirs, so a changed cell costs the conversion of one
strip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from dockertui.output.glyphs import Glyphs, has_codes
from dockertui.output.pens import Pens


class Mismatch(Exception):
    """An update that does not fit the frame; only a full one helps."""


class CellRow(NamedTuple):
    """A row of cells: its glyphs and its pens, one character per cell in each.

    `odd` rows contain a glyph that terminals measure differently; they are written whole, see `glyphs`.
    """

    cells: str
    pens: str
    odd: bool


class Frame:
    """The rows of the newest frame, `width` cells each."""

    def __init__(self, width: int, height: int, pens: Pens, glyphs: Glyphs) -> None:
        self.width = width
        self.height = height
        self._pens = pens
        self._glyphs = glyphs
        blank = CellRow(" " * width, pens.of(None) * width, False)
        self.rows = [blank] * height
        # For each row the strips it was made of, by the column of their left edge.
        self._strips: list[dict[int, Strip]] = [{} for _ in range(height)]
        self._ends: list[Sequence[int]] = [()] * height

    def take_layout(self, update: LayoutUpdate) -> None:
        """Take a whole frame.

        Raises:
            Mismatch: the frame has another size.
            PensFull, GlyphsFull: a table is full.
        """
        x, y, width, height = update.region
        if (x, y, width, height) != (0, 0, self.width, self.height) or len(update.strips) != height:
            raise Mismatch(f"a layout of {update.region} for a frame of {self.width}x{self.height}")
        for row, strips in enumerate(update.strips):
            self._take_row(row, strips)

    def take_chops(self, update: ChopsUpdate) -> None:
        """Take the dirty spans of a frame.

        Raises:
            Mismatch: the frame has another size.
            PensFull, GlyphsFull: a table is full.
        """
        if len(update.chops) != self.height or update.chop_ends[0][-1] != self.width:
            raise Mismatch(f"chops for another frame than {self.width}x{self.height}")
        for y, start, end in update.spans:
            # A region that is partly scrolled out reaches over the edge.
            if 0 <= y < self.height:
                self._take_spans(y, start, end, update.chops[y], update.chop_ends[y])

    def _take_row(self, y: int, strips: Iterable[Strip | None]) -> None:
        taken: dict[int, Strip] = {}
        x = 0
        for strip in strips:
            if strip is None:
                raise Mismatch(f"row {y} has a hole at {x}")
            taken[x] = strip
            x += strip.cell_length
        known = self._strips[y]
        if known.keys() == taken.keys() and all(known[x] is strip for x, strip in taken.items()):
            return
        parts = [self._convert(strip) for strip in taken.values()]
        self._strips[y] = taken
        self._ends[y] = [*list(taken)[1:], x]
        self._put(y, 0, "".join([part[0] for part in parts]), "".join([part[1] for part in parts]))

    def _take_spans(self, y: int, start: int, end: int, chops: Mapping[int, Strip | None], ends: Sequence[int]) -> None:
        known = self._strips[y]
        if self._ends[y] != ends:
            # The widgets' edges moved, so the known strips of this row overlap with the new ones.
            known.clear()
            self._ends[y] = ends
        for (x, strip), right in zip(chops.items(), ends, strict=False):
            if strip is None or x >= end or right <= start or known.get(x) is strip:
                continue
            cells, pens = self._convert(strip)
            self._put(y, x, cells[: right - x], pens[: right - x])
            known[x] = strip

    def _convert(self, strip: Strip) -> tuple[str, str]:
        """Return the cells of a strip and their pens."""
        cells_of, pen_of, blank_of = self._glyphs.cells, self._pens.of, self._pens.blank
        cells: list[str] = []
        pens: list[str] = []
        for text, style, control in strip:
            if control or not text:
                continue
            pen = pen_of(style)
            if not (text.isascii() and text.isprintable()):
                text = cells_of(text)
            cells.append(text)
            if text.endswith(" "):
                solid = len(text.rstrip(" "))
                pens.append(pen * solid + blank_of(pen) * (len(text) - solid))
            else:
                pens.append(pen * len(text))
        return "".join(cells), "".join(pens)

    def _put(self, y: int, x: int, cells: str, pens: str) -> None:
        old = self.rows[y]
        end = x + len(cells)
        cells = (old.cells[:x] + cells + old.cells[end:])[: self.width]
        pens = (old.pens[:x] + pens + old.pens[end:])[: self.width]
        if cells == old.cells and pens == old.pens:
            return
        odd = has_codes(cells)
        if odd or old.odd:
            cells = self._glyphs.mend(cells)
        self.rows[y] = CellRow(cells, pens, odd)

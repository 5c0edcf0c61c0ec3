"""One line of pieces aligned left and right: used for headers, footers and tabs."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from dockertui.widgets.paint import Painted
from dockertui.widgets.text import clean, fit

Runs = tuple[tuple[str, str], ...]
"""(text, style name) pairs."""


class Piece(NamedTuple):
    """One item of a bar."""

    text: str | Runs
    """A text, or several with styles of their own: `(("enter", "key"), (" open", ""))`."""
    style: str = ""
    """A style name: that of a cell, or "key", "title", "tab", "tab-on"."""
    action: str | None = None
    """What a click posts as `Bar.Pressed`."""
    priority: int = 0
    """When the width does not suffice, pieces with a higher number are dropped first."""
    least: int | None = None
    """Cells to which a piece of one text is cut before pieces of priority 1 and 0 are dropped; None: it is not cut."""

    @property
    def runs(self) -> Runs:
        """Its cleaned texts, each with its style."""
        if isinstance(self.text, str):
            return ((clean(self.text), self.style),)
        return tuple([(clean(text), style or self.style) for text, style in self.text])


BarLine = tuple[list[Piece], list[Piece]]
"""The pieces on the left and on the right of a bar."""


class _Placed(NamedTuple):
    start: int
    width: int
    piece: Piece


class Bar(Painted):
    """One line, repainted only when `update` changes it."""

    DEFAULT_CSS = "Bar { height: 1; }"

    class Pressed(Message):
        """A piece with an action was clicked."""

        def __init__(self, bar: "Bar", action: str) -> None:
            super().__init__()
            self.bar = bar
            self.action = action

        @property
        def control(self) -> "Bar":
            return self.bar

    def __init__(
        self,
        left: Sequence[Piece] = (),
        right: Sequence[Piece] = (),
        *,
        separator: str = "  ",
        margin: int = 1,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._left, self._right = tuple(left), tuple(right)
        self._separator = separator
        self._margin = margin

    def update(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Replace the pieces."""
        pieces = tuple(left), tuple(right)
        if pieces != (self._left, self._right):
            self._left, self._right = pieces
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self.ink())
        line = Strip([])
        for placed in self._place(width):
            line = Strip.join([line, self._blank(placed.start - line.cell_length), self._draw(placed)])
        return Strip.join([line, self._blank(width - line.cell_length)])

    def _blank(self, width: int) -> Strip:
        return Strip([self.segment(" " * width)], width) if width > 0 else Strip([], 0)

    def _draw(self, placed: _Placed) -> Strip:
        """Return a piece in its width, cut if it is the last one left and still too wide."""
        segments = []
        left = placed.width
        for text, style in placed.piece.runs:
            text = fit(text, min(left, cell_len(text)))
            left -= cell_len(text)
            segments.append(self.segment(text, style) if style else self.segment(text))
        return Strip(segments, placed.width)

    def _place(self, width: int) -> list[_Placed]:
        """Return the pieces that fit, with places: the highest priority is dropped first, the rightmost of several."""
        inner = width - 2 * self._margin
        left, right = list(self._left), list(self._right)
        while len(left) + len(right) > 1 and (over := self._needed(left) + self._needed(right) - inner - self._gap) > 0:
            row = max((right, left), key=lambda pieces: max([piece.priority for piece in pieces], default=-1))
            last = max(range(len(row)), key=lambda index: (row[index].priority, index))
            if row[last].priority <= 1 and _cut(left, over):
                break
            del row[last]
        placed = self._in_a_row(left, self._margin, inner)
        start = max(self._margin, width - self._margin - self._needed(right) + self._gap)
        return placed + self._in_a_row(right, start, width - self._margin - start)

    @property
    def _gap(self) -> int:
        return cell_len(self._separator)

    def _needed(self, pieces: Sequence[Piece]) -> int:
        """Return the cells of pieces, each with a separator after it."""
        return sum([_width(piece) + self._gap for piece in pieces])

    def _in_a_row(self, pieces: Sequence[Piece], start: int, room: int) -> list[_Placed]:
        placed = []
        end = start + room
        for index, piece in enumerate(pieces):
            if index and self._separator.strip():
                separator = Piece(self._separator, "dim")
                placed.append(_Placed(start - self._gap, self._gap, separator))
            width = max(0, min(_width(piece), end - start))
            placed.append(_Placed(start, width, piece))
            start += width + self._gap
        return placed

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for placed in self._place(self.size.width):
            if placed.start <= offset.x < placed.start + placed.width and placed.piece.action:
                event.stop()
                self.post_message(self.Pressed(self, placed.piece.action))
                return


def _cut(pieces: list[Piece], over: int) -> bool:
    """Cut pieces that may be cut by `over` cells, or as far as possible; return whether that was enough."""
    for index, piece in enumerate(pieces):
        if piece.least is not None and (room := max(0, _width(piece) - piece.least)):
            pieces[index] = piece._replace(text=fit(clean(str(piece.text)), _width(piece) - min(over, room)))
            over -= min(over, room)
    return over <= 0


def _width(piece: Piece) -> int:
    return sum([cell_len(text) for text, _ in piece.runs])

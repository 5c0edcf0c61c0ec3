"""Selection and search matches in a session's text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from rich.cells import cell_len

from dockertui.terminal.emulator import Anchor, Emulator
from dockertui.terminal.screen import Place
from dockertui.widgets.text import occurrences

_WORD: Final = re.compile(r"[\w./:@%+~=-]+")
"""A double click selects a whole path, address or option."""
_CHUNK: Final = 2000


class Selection:
    """The text from one cell to another, inclusive. It follows its text while output arrives."""

    def __init__(self, emulator: Emulator, start: Place, stop: Place | None = None) -> None:
        self._emulator = emulator
        self._start: Anchor = emulator.anchor(start)
        self._stop: Anchor = emulator.anchor(stop or start)
        self.dragged = stop is not None

    def extend(self, place: Place) -> None:
        """Move the selection's end to another cell."""
        self._stop.release()
        self._stop = self._emulator.anchor(place)
        self.dragged = True

    def release(self) -> None:
        """Free the selection's anchors."""
        self._start.release()
        self._stop.release()

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """First and last cell; None when the text is gone, or nothing was selected yet."""
        start, stop = self._start.place, self._stop.place
        if start is None or stop is None or not self.dragged:
            return None
        return (start, stop) if start <= stop else (stop, start)

    def columns(self, line: int, width: int) -> tuple[int, int] | None:
        """Return the selected columns of a line as (first, end), `end` exclusive; None if there are none."""
        ends = self.ends
        if ends is None or not ends[0].row <= line <= ends[1].row:
            return None
        first = ends[0].column if line == ends[0].row else 0
        last = ends[1].column + 1 if line == ends[1].row else width
        return first, last

    @property
    def text(self) -> str:
        """The selected text."""
        return self._emulator.text(*self.ends) if self.ends else ""


def word_at(emulator: Emulator, place: Place) -> tuple[Place, Place]:
    """Return the first and last cell of the word at a cell; the cell itself if there is none."""
    line = "".join(emulator.lines(place.row, place.row + 1))
    for match in _WORD.finditer(line):
        first, last = cell_len(line[: match.start()]), cell_len(line[: match.end()]) - 1
        if first <= place.column <= last:
            return Place(place.row, first), Place(place.row, last)
    return place, place


class Match(NamedTuple):
    """The first cell of a search match, and its width in cells."""

    place: Place
    width: int


class Search:
    """The matches of a text in all lines kept, letter case ignored."""

    def __init__(self, emulator: Emulator, text: str) -> None:
        self.text = text
        self.matches = _found(emulator, text)

    def after(self, place: Place) -> Match | None:
        """Return the next match after a cell, or the first of all."""
        index = bisect_right(self.matches, place, key=lambda match: match.place)
        return self.matches[index % len(self.matches)] if self.matches else None

    def before(self, place: Place) -> Match | None:
        """Return the last match before a cell, or the last of all."""
        index = bisect_left(self.matches, place, key=lambda match: match.place)
        return self.matches[index - 1] if self.matches else None


def _found(emulator: Emulator, text: str) -> list[Match]:
    matches = []
    total = emulator.total
    for start in range(0, total, _CHUNK):
        for row, line in enumerate(emulator.lines(start, min(total, start + _CHUNK)), start):
            matches += [Match(Place(row, first), width) for first, width in matches_in(line, text)]
    return matches


def matches_in(line: str, text: str) -> list[tuple[int, int]]:
    """Return the first column and width of each occurrence in a line."""
    return [(cell_len(line[:first]), cell_len(line[first:last])) for first, last in occurrences(line, text)]

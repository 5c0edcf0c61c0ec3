"""What is selected of a session's text, and what of it is found."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from rich.cells import cell_len

from dockertui.terminal.emulator import Anchor, Emulator
from dockertui.terminal.screen import Place
from dockertui.widgets.text import occurrences

_WORD: Final = re.compile(r"[\w./:@%+~=-]+")
"""A double click takes a path, an address or an option whole."""
_CHUNK: Final = 2000


class Selection:
    """From one cell to another, both included. It stays at its text while output comes."""

    def __init__(self, emulator: Emulator, start: Place, stop: Place | None = None) -> None:
        self._emulator = emulator
        self._start: Anchor = emulator.anchor(start)
        self._stop: Anchor = emulator.anchor(stop or start)
        self.dragged = stop is not None

    def extend(self, place: Place) -> None:
        """Have it end at another cell."""
        self._stop.release()
        self._stop = self._emulator.anchor(place)
        self.dragged = True

    def release(self) -> None:
        """It is not needed any more."""
        self._start.release()
        self._stop.release()

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """First and last cell; None when its text is gone, or nothing was selected yet."""
        start, stop = self._start.place, self._stop.place
        if start is None or stop is None or not self.dragged:
            return None
        return (start, stop) if start <= stop else (stop, start)

    def columns(self, line: int, width: int) -> tuple[int, int] | None:
        """The columns of a line that are selected, the second not included."""
        ends = self.ends
        if ends is None or not ends[0].row <= line <= ends[1].row:
            return None
        first = ends[0].column if line == ends[0].row else 0
        last = ends[1].column + 1 if line == ends[1].row else width
        return first, last

    @property
    def text(self) -> str:
        """What is selected."""
        return self._emulator.text(*self.ends) if self.ends else ""


def word_at(emulator: Emulator, place: Place) -> tuple[Place, Place]:
    """First and last cell of the word at a place."""
    line = "".join(emulator.lines(place.row, place.row + 1))
    for match in _WORD.finditer(line):
        first, last = cell_len(line[: match.start()]), cell_len(line[: match.end()]) - 1
        if first <= place.column <= last:
            return Place(place.row, first), Place(place.row, last)
    return place, place


class Match(NamedTuple):
    """Where the searched text stands: its first cell, and how many it takes."""

    place: Place
    width: int


class Search:
    """A text looked for in all that is kept, letter case ignored."""

    def __init__(self, emulator: Emulator, text: str) -> None:
        self.text = text
        self.matches = _found(emulator, text)

    def after(self, place: Place) -> Match | None:
        """The next match behind a place, the first of all when there is none."""
        index = bisect_right(self.matches, place, key=lambda match: match.place)
        return self.matches[index % len(self.matches)] if self.matches else None

    def before(self, place: Place) -> Match | None:
        """The last match before a place, the last of all when there is none."""
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
    """First column and width of each occurrence in a line."""
    return [(cell_len(line[:first]), cell_len(line[first:last])) for first, last in occurrences(line, text)]

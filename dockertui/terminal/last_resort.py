"""Shows the last lines of a session as plain text when no emulator works."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from dockertui.terminal.emulator import Anchor, Emulator, EmulatorListener
from dockertui.terminal.keys import Keystroke
from dockertui.terminal.screen import Cursor, Place, Row, Run
from dockertui.widgets.text import clean, fit

_SEQUENCES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])")
_LINES_MOST: Final = 200


class LastResort(Emulator):
    """Keeps the last lines fed. It has no cursor, modes, history or keys."""

    engine = "none"

    def __init__(self, columns: int, rows: int, listener: EmulatorListener) -> None:
        super().__init__(columns, rows, listener)
        self._lines: deque[str] = deque(maxlen=_LINES_MOST)

    def feed(self, data: bytes) -> None:
        text = _SEQUENCES.sub("", data[-_LINES_MOST * 200 :].decode(errors="replace")).replace("\r", "")
        self._lines += [clean(line) for line in text.rstrip("\n").split("\n") if line]

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows

    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        """Do nothing: it has no colours."""

    def close(self) -> None:
        """Do nothing: there is nothing to free."""

    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        shown = [*list(self._lines)[-self.rows :], *[""] * self.rows][: self.rows]
        return {y: (Run(fit(line, self.columns), self.columns),) for y, line in enumerate(shown)}

    @property
    def cursor(self) -> Cursor | None:
        return None

    def mode(self, number: int) -> bool:
        return False

    @property
    def alternate_screen(self) -> bool:
        return False

    @property
    def total(self) -> int:
        return self.rows

    @property
    def top(self) -> int:
        return 0

    def scroll_to(self, line: int) -> None:
        """Do nothing: everything is shown already."""

    def lines(self, start: int, stop: int) -> Sequence[str]:
        shown = [row[0].text.rstrip() for row in self.changes().values()]
        return shown[max(0, start) : max(0, stop)]

    def text(self, start: Place, stop: Place) -> str:
        start, stop = sorted((start, stop))
        return "\n".join(self.lines(start.row, stop.row + 1))

    def anchor(self, place: Place) -> Anchor:
        return _Fixed(place)

    def encode(self, key: Keystroke) -> bytes:
        return b""


class _Fixed(Anchor):
    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def place(self) -> Place | None:
        return self._place

    def release(self) -> None:
        """Do nothing: there is nothing to free."""

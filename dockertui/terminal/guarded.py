"""An emulator that survives the failure of the one behind it.

A container decides what an emulator is fed, so that sooner or later one fails. That costs a screen, never the session
nor the program: the broken emulator is replaced by a new one, whose screen says so. One that fails again and again ends
its session, and the last resort shows why.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from dockertui.terminal.emulator import Anchor, Emulator, EmulatorListener
from dockertui.terminal.keys import Keystroke
from dockertui.terminal.last_resort import LastResort
from dockertui.terminal.screen import Cursor, Place, Row
from dockertui.widgets.text import error_line

FAILURES_MOST: Final = 5
WITHIN: Final = 10.0
"""This many failures within this many seconds are too many."""

_log = logging.getLogger("dockertui")
_T = TypeVar("_T")

Make = Callable[[int, int, EmulatorListener], Emulator]


class GuardedEmulator(Emulator):
    """Wraps the emulators that `make` creates. Its methods raise nothing.

    `gave_up` is called with a message when the last one has failed; `renew` tries once more.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        listener: EmulatorListener,
        make: Make,
        gave_up: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(columns, rows, listener)
        self._make = make
        self._gave_up = gave_up
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES_MOST)
        self._colors: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None
        self._serving: Emulator = LastResort(columns, rows, listener)
        self.renew()

    @property
    def engine(self) -> str:  # type: ignore[override] # it is that of whichever serves
        return self._serving.engine

    @property
    def gone(self) -> bool:
        """Whether only the last resort is left."""
        return isinstance(self._serving, LastResort)

    def renew(self) -> None:
        """Create an emulator again after the last one was given up."""
        if not self.gone:
            return
        self._failures.clear()
        try:
            self._serving = self._fresh()
        except Exception as error:
            self._replace_broken(error)

    # failing

    def _fresh(self) -> Emulator:
        made = self._make(self.columns, self.rows, self.listener)
        if self._colors is not None:
            made.set_colors(*self._colors)
        return made

    def _query(self, otherwise: _T, call: Callable[[Emulator], _T]) -> _T:
        """Return the answer to a query without side effects; on failure `otherwise`, and keep the emulator."""
        try:
            return call(self._serving)
        except Exception as error:
            _log.error("the terminal emulator failed", exc_info=error)
            return otherwise

    def _call(self, otherwise: _T, call: Callable[[Emulator], _T]) -> _T:
        """Return the result of a call that changes the emulator or reads its screen; a failure replaces it."""
        try:
            return call(self._serving)
        except Exception as error:
            self._replace_broken(error)
            return otherwise

    def _replace_broken(self, error: Exception) -> None:
        """Replace the emulator; after too many failures, by the last resort, which shows why."""
        _log.error("the terminal emulator failed", exc_info=error)
        broken, what = self._serving, error_line(error)
        now = self._clock()
        often = len(self._failures) == FAILURES_MOST and now - self._failures[0] < WITHIN
        self._failures.append(now)
        try:
            broken.close()
        except Exception as unclosed:
            _log.error("the broken terminal emulator could not be closed", exc_info=unclosed)
        if not often and self._restart(f"the terminal emulator failed ({what}): the screen was reset"):
            return
        self._serving = LastResort(self.columns, self.rows, self.listener)
        sentence = f"the terminal emulator keeps failing ({what})"
        self._serving.feed(f"[{sentence}]\r\n".encode(errors="replace"))
        self._gave_up(sentence)

    def _restart(self, sentence: str) -> bool:
        try:
            self._serving = self._fresh()
            self._serving.feed(f"\x1b[2m[{sentence}]\x1b[0m\r\n".encode(errors="replace"))
        except Exception as error:
            _log.error("no other terminal emulator could be made", exc_info=error)
            return False
        return True

    # the methods of an emulator

    def feed(self, data: bytes) -> None:
        self._call(None, lambda serving: serving.feed(data))

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._call(None, lambda serving: serving.resize(columns, rows))

    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        self._colors = foreground, background
        self._query(None, lambda serving: serving.set_colors(foreground, background))

    def close(self) -> None:
        self._query(None, lambda serving: serving.close())

    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        nothing: Mapping[int, Row] = {}
        before = self._serving
        found = self._call(nothing, lambda serving: serving.changes(everything=everything))
        return found if self._serving is before else self._query(nothing, lambda other: other.changes(everything=True))

    @property
    def cursor(self) -> Cursor | None:
        return self._call(None, lambda serving: serving.cursor)

    def mode(self, number: int) -> bool:
        return self._query(False, lambda serving: serving.mode(number))

    @property
    def alternate_screen(self) -> bool:
        return self._query(False, lambda serving: serving.alternate_screen)

    @property
    def total(self) -> int:
        return self._call(self.rows, lambda serving: serving.total)

    @property
    def top(self) -> int:
        return self._call(0, lambda serving: serving.top)

    def scroll_to(self, line: int) -> None:
        self._call(None, lambda serving: serving.scroll_to(line))

    def lines(self, start: int, stop: int) -> Sequence[str]:
        nothing: Sequence[str] = ()
        return self._query(nothing, lambda serving: serving.lines(start, stop))

    def text(self, start: Place, stop: Place) -> str:
        return self._query("", lambda serving: serving.text(start, stop))

    def anchor(self, place: Place) -> Anchor:
        nowhere: Anchor = _Nowhere()
        return self._query(nowhere, lambda serving: _GuardedAnchor(serving.anchor(place)))

    def encode(self, key: Keystroke) -> bytes:
        return self._query(b"", lambda serving: serving.encode(key))


class _GuardedAnchor(Anchor):
    """An anchor that is lost when it fails."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor

    @property
    def place(self) -> Place | None:
        try:
            return self._anchor.place
        except Exception as error:
            _log.error("a place in a terminal was lost", exc_info=error)
            self._anchor = _Nowhere()
            return None

    def release(self) -> None:
        try:
            self._anchor.release()
        except Exception as error:
            _log.error("a place in a terminal could not be let go", exc_info=error)


class _Nowhere(Anchor):
    """A lost anchor."""

    @property
    def place(self) -> Place | None:
        return None

    def release(self) -> None:
        """Do nothing: there is nothing to free."""

"""The terminal emulator: one small class, behind which a fast native library serves, or one in pure Python.

It never imports Textual. A container decides what is fed to it; that can change its cells, call the listener,
and make replies for the container, and nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dockertui.terminal.keys import Keystroke
from dockertui.terminal.screen import Cursor, Place, Row

HISTORY_LINES: Final = 10_000
TITLE_LIMIT: Final = 256
CLIPBOARD_LIMIT: Final = 256 * 1024
"""Bytes that a container may put into the clipboard, where it may at all."""

BRACKETED_PASTE: Final = 2004
FOCUS_REPORTS: Final = 1004
APPLICATION_CURSOR: Final = 1
SYNCHRONIZED: Final = 2026
MOUSE_X10: Final = 9
MOUSE_NORMAL: Final = 1000
MOUSE_BUTTON: Final = 1002
MOUSE_ANY: Final = 1003
MOUSE_UTF8: Final = 1005
MOUSE_SGR: Final = 1006
MOUSE_URXVT: Final = 1015
"""Numbers of the DEC private modes that the program asks for."""


def _ignore(*_: object) -> None:
    """A listener that is not interested."""


@dataclass(slots=True)
class EmulatorListener:
    """Whom the emulator calls while it is fed. What is handed over was made by the container: not clean."""

    reply: Callable[[bytes], object] = _ignore
    """An answer to a query, for the container."""
    title: Callable[[str], object] = _ignore
    bell: Callable[[], object] = _ignore
    clipboard: Callable[[str], object] = _ignore
    """Text that the container wants in the clipboard (OSC 52)."""


class Anchor(ABC):
    """A place that stays at its text while lines come and go; lost when its text is."""

    @property
    @abstractmethod
    def place(self) -> Place | None:
        """Where it is now; None when its line is gone."""

    @abstractmethod
    def release(self) -> None:
        """It is not needed any more."""


class Emulator(ABC):
    """A terminal of `columns` by `rows` cells, and its history. To be used from one thread.

    Rows of the screen are numbered from 0 at the top of what is shown, which may be a place in the history;
    a `Place` counts from the oldest line kept.
    """

    engine: str
    """Which library serves, for a person."""

    def __init__(self, columns: int, rows: int, listener: EmulatorListener) -> None:
        self.columns = columns
        self.rows = rows
        self.listener = listener

    # feeding

    @abstractmethod
    def feed(self, data: bytes) -> None:
        """Take what the container wrote, cut anywhere."""

    @abstractmethod
    def resize(self, columns: int, rows: int) -> None:
        """Take another size; long lines are wrapped anew."""

    @abstractmethod
    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        """What to answer when the container asks for the colours."""

    @abstractmethod
    def close(self) -> None:
        """Free what is held. Nothing may be called afterwards."""

    # showing

    @abstractmethod
    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        """The rows shown that changed since the last call, or all."""

    @property
    @abstractmethod
    def cursor(self) -> Cursor | None:
        """Where the cursor is in what is shown; None when that is not in view."""

    @abstractmethod
    def mode(self, number: int) -> bool:
        """Whether a DEC private mode is set."""

    @property
    @abstractmethod
    def alternate_screen(self) -> bool:
        """Whether a full-screen program runs."""

    # history

    @property
    @abstractmethod
    def total(self) -> int:
        """Lines kept: history and screen."""

    @property
    @abstractmethod
    def top(self) -> int:
        """The line shown in row 0. It is `total - rows` while what is shown is the screen."""

    @abstractmethod
    def scroll_to(self, line: int) -> None:
        """Show `line` in row 0, or the nearest that can be. It stays there while output comes."""

    @abstractmethod
    def lines(self, start: int, stop: int) -> Sequence[str]:
        """The text of lines, one a row, without trailing blanks; not clean."""

    @abstractmethod
    def text(self, start: Place, stop: Place) -> str:
        """The text from one cell to another, both included: wrapped lines whole, without trailing blanks."""

    @abstractmethod
    def anchor(self, place: Place) -> Anchor:
        """Hold on to a place."""

    # input

    @abstractmethod
    def encode(self, key: Keystroke) -> bytes:
        """What the container is to receive for a key in the modes it has set; maybe nothing."""

    @property
    def mouse(self) -> int:
        """The mode in which the container wants the mouse, 0 when it does not."""
        wanted = (MOUSE_ANY, MOUSE_BUTTON, MOUSE_NORMAL, MOUSE_X10)
        return next((mode for mode in wanted if self.mode(mode)), 0)

    @property
    def live(self) -> bool:
        """Whether the screen is shown, not its history."""
        return self.top >= self.total - self.rows

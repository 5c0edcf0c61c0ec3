"""The terminal emulator's interface, implemented by a fast native library and in pure Python.

It never imports Textual. A container decides what is fed to it; that can change its cells, call the listener, and make
replies for the container, and nothing else.
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
"""Bytes that a container may write to the clipboard, if it may at all."""

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
"""Numbers of the DEC private modes that the program queries."""


def _ignore(*_: object) -> None:
    """The default callback: do nothing."""


@dataclass(slots=True)
class EmulatorListener:
    """Callbacks that the emulator calls while it is fed. Their arguments come from the container: not clean."""

    reply: Callable[[bytes], object] = _ignore
    """Receives an answer to a query, for the container."""
    title: Callable[[str], object] = _ignore
    bell: Callable[[], object] = _ignore
    clipboard: Callable[[str], object] = _ignore
    """Receives text that the container wants in the clipboard (OSC 52)."""


class Anchor(ABC):
    """A cell that follows its text while lines come and go; lost when its text is."""

    @property
    @abstractmethod
    def place(self) -> Place | None:
        """The current position; None when its line is gone."""

    @abstractmethod
    def release(self) -> None:
        """Free the anchor."""


class Emulator(ABC):
    """A terminal of `columns` by `rows` cells, and its history. Use it from one thread only.

    Rows of the screen are numbered from 0 at the top of what is shown, which may be a part of the history; a `Place`
    counts from the oldest line kept.
    """

    engine: str
    """The library used, in words for the user."""

    def __init__(self, columns: int, rows: int, listener: EmulatorListener) -> None:
        self.columns = columns
        self.rows = rows
        self.listener = listener

    # feeding

    @abstractmethod
    def feed(self, data: bytes) -> None:
        """Process output of the container, cut at any byte."""

    @abstractmethod
    def resize(self, columns: int, rows: int) -> None:
        """Change the size; long lines are wrapped again."""

    @abstractmethod
    def set_colors(self, foreground: tuple[int, int, int], background: tuple[int, int, int]) -> None:
        """Set the colours to answer with when the container asks for them."""

    @abstractmethod
    def close(self) -> None:
        """Free all resources. No method may be called afterwards."""

    # showing

    @abstractmethod
    def changes(self, *, everything: bool = False) -> Mapping[int, Row]:
        """Return the rows shown that changed since the last call, or all."""

    @property
    @abstractmethod
    def cursor(self) -> Cursor | None:
        """The cursor's position in what is shown; None when it is not in view."""

    @abstractmethod
    def mode(self, number: int) -> bool:
        """Return whether a DEC private mode is set."""

    @property
    @abstractmethod
    def alternate_screen(self) -> bool:
        """Whether the alternate screen is shown, as by a full-screen program."""

    # history

    @property
    @abstractmethod
    def total(self) -> int:
        """The number of lines kept: history and screen."""

    @property
    @abstractmethod
    def top(self) -> int:
        """The line shown in row 0. It is `total - rows` while the screen is shown."""

    @abstractmethod
    def scroll_to(self, line: int) -> None:
        """Show `line` in row 0, or the nearest possible line. It stays there while output arrives."""

    @abstractmethod
    def lines(self, start: int, stop: int) -> Sequence[str]:
        """Return the text of lines, one string per row, without trailing blanks; not clean."""

    @abstractmethod
    def text(self, start: Place, stop: Place) -> str:
        """Return the text from one cell to another, inclusive: wrapped lines joined, without trailing blanks."""

    @abstractmethod
    def anchor(self, place: Place) -> Anchor:
        """Return an anchor on a cell."""

    # input

    @abstractmethod
    def encode(self, key: Keystroke) -> bytes:
        """Return the bytes to send for a key in the modes that the container has set; possibly none."""

    @property
    def mouse(self) -> int:
        """The mode in which the container wants mouse reports, 0 if none."""
        wanted = (MOUSE_ANY, MOUSE_BUTTON, MOUSE_NORMAL, MOUSE_X10)
        return next((mode for mode in wanted if self.mode(mode)), 0)

    @property
    def live(self) -> bool:
        """Whether the screen is shown, not its history."""
        return self.top >= self.total - self.rows

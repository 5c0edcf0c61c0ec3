"""What the history mode and the mouse need of the widget that shows a session."""

from __future__ import annotations

from typing import Protocol

from textual.geometry import Region, Size

from dockertui.terminal.screen import Place
from dockertui.terminal.selection import Selection
from dockertui.terminal.session import TerminalSession


class Viewport(Protocol):
    """A widget that shows a session, with a selection of its text."""

    session: TerminalSession | None
    selection: Selection | None

    @property
    def size(self) -> Size: ...

    @property
    def content_region(self) -> Region: ...

    def capture_mouse(self) -> None: ...

    def release_mouse(self) -> None: ...

    def repaint(self) -> None: ...

    def tell_changed(self) -> None: ...

    def send(self, data: bytes) -> None: ...

    def scroll_lines(self, lines: int) -> None: ...

    def place_at(self, x: int, y: int) -> Place: ...

    def select(self, selection: Selection | None) -> None: ...

    def drop_selection(self) -> None: ...

    def selection_moved(self) -> None: ...

    def copy_selection(self) -> None: ...

"""The main screen's messages: in the footer for some seconds, or in the notice above it if too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len
from textual.screen import Screen
from textual.timer import Timer

from dockertui.screens.base.bars import Message
from dockertui.widgets.notice import Notice
from dockertui.widgets.timer import once

_NONE = Message("", "")


class Messages:
    """Keep the current message.

    changed: called when the message changes or is cleared. ended: called when its time is over.
    """

    def __init__(self, screen: Screen[Any], changed: Callable[[], None], ended: Callable[[], None]) -> None:
        self.current = _NONE
        self.notice = Notice()
        self._screen = screen
        self._changed = changed
        self._ended = ended
        self._timer: Timer | None = None

    def say(self, text: str, style: str, stays: float) -> None:
        """Show a message for `stays` seconds."""
        self.current = Message(text, style)
        if self._timer is not None:
            self._timer.stop()
        self._timer = once(self._screen, stays, self._end) if text else None
        self._changed()

    def _end(self) -> None:
        self.say("", "", 0)
        self._ended()

    def one_line(self, trouble: str) -> Message:
        """Return the message for the footer.

        The notice shows a message that is wider than the screen, else `trouble`.
        """
        fits = cell_len(self.current.text) < self._screen.size.width
        if self.current.text and not fits:
            self.notice.tell(*self.current)
        else:
            self.notice.tell(trouble, "bad")
        return self.current if fits else _NONE

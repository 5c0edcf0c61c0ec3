"""The line above the footer in which a filter or a search is typed."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input


class Prompt(Input):
    """A line that says what is typed at every change, and ends with Enter (kept) or Escape (dropped).

    Up and down move in the list above while typing.
    """

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Ended(Message):
        """Typing ended; `kept` says whether the text counts."""

        def __init__(self, text: str, kept: bool) -> None:
            super().__init__()
            self.text = text
            self.kept = kept

    class Moved(Message):
        """Up or down was pressed: `rows` is -1 or 1."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Ended(event.value, kept=True))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Ended(self.value, kept=False))
        elif event.key in ("up", "down"):
            event.stop()
            self.post_message(self.Moved(1 if event.key == "down" else -1))

"""A text input whose keys are handled in the order typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from dockertui.widgets.keys import TakesKeys


class TypedLine(Input, TakesKeys):
    """A single-line input.

    select: whether its content is selected when it gets the focus, so that typing replaces it and any movement keeps
    it.
    """

    def __init__(self, value: str = "", *, hint: str = "", select: bool = True, hidden: bool = False) -> None:
        super().__init__(value, placeholder=hint, compact=True, select_on_focus=select, password=hidden)
        self.cursor_blink = False

    async def take_key(self, event: events.Key) -> bool:
        if event.is_printable and event.character:
            self.put(event.character)
            return True
        return False

    def put(self, text: str) -> None:
        """Replace the selection by a text, or insert it at the cursor."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)

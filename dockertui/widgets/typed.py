"""A line that is typed, its keys dealt with in the order in which they came."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from dockertui.widgets.keys import TakesKeys


class TypedLine(Input, TakesKeys):
    """A line that is typed.

    select: whether what stands in it is selected when it gets the focus, so that typing replaces it and any movement
    keeps it.
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
        """Write in place of what is selected, else at the cursor."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)

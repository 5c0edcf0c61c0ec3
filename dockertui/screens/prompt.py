"""The line above the footer in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widget import Widget
from textual.widgets import Input


class Prompt(Input):
    """A line that tells every change at once. Enter keeps what was typed, Escape drops it; both end it.

    typed: called with the text at every change. done: called with the text that Enter keeps. place: what is filtered or
    searched: up, down and the paging keys move in it meanwhile, and it has the focus afterwards.
    """

    def __init__(
        self,
        value: str,
        placeholder: str,
        *,
        typed: Callable[[str], object] | None = None,
        done: Callable[[str], object] | None = None,
        place: Widget,
    ) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._typed = typed or (lambda text: None)
        self._done = done or (lambda text: None)
        self._place = place

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._typed(event.value)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._done(event.value)
        await self._end()

    async def on_key(self, event: events.Key) -> None:
        moves = {"up": "cursor_up", "down": "cursor_down", "pageup": "page_up", "pagedown": "page_down"}
        if event.key == "escape":
            self._typed("")
            await self._end()
        elif event.key in moves:
            await self._place.run_action(moves[event.key])
        else:
            return
        event.stop()
        event.prevent_default()

    async def _end(self) -> None:
        self._place.focus()
        await self.remove()

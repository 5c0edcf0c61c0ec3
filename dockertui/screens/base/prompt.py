"""The line above the footer in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from dockertui.operations.base import Context
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.typed import TypedLine


class Prompt(TypedLine):
    """An input that reports every change at once. Enter keeps the text, Escape drops it; both close the prompt.

    typed: called with the text at every change. done: called with the text that Enter keeps. place: the widget that is
    filtered or searched: up, down and the paging keys move in it meanwhile, and it gets the focus afterwards.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.PROMPT)

    def __init__(
        self,
        value: str,
        what: str,
        *,
        typed: Callable[[str], object] | None = None,
        done: Callable[[str], object] | None = None,
        place: Widget,
    ) -> None:
        super().__init__(value)
        self.border_title = what
        self._typed = typed or (lambda text: None)
        self._done = done or (lambda text: None)
        self._place = place

    async def take_key(self, event: events.Key) -> bool:
        typed = await super().take_key(event)
        if typed:
            self._typed(self.value)
        return typed

    async def action_keep(self) -> None:
        self._done(self.value)
        await self._end()

    async def action_drop(self) -> None:
        self._typed("")
        await self._end()

    async def action_move(self, way: str) -> None:
        await self._place.run_action(way)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report a change by one of the input's bindings or by a paste."""
        event.stop()
        if self.is_attached and event.value == self.value:
            self._typed(event.value)

    async def _end(self) -> None:
        self.screen.set_focus(self._place)
        await self.remove()


async def ask(
    what: str,
    value: str = "",
    *,
    typed: Callable[[str], object] | None = None,
    done: Callable[[str], object] | None = None,
    place: Widget,
    before: Widget | None = None,
) -> None:
    """Open a prompt on the screen of `place`; see `Prompt`. The next key goes into it."""
    screen = place.screen
    await screen.query(Prompt).remove()
    prompt = Prompt(value, what, typed=typed, done=done, place=place)
    await screen.mount(prompt, before=before)
    screen.set_focus(prompt)

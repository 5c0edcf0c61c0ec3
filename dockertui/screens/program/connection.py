"""The screen without an Engine: what was tried, why it failed, the remedies, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from dockertui.engine.preflight import Attempt
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section


class ConnectionScreen(Screen[None]):
    """Show failed attempts; offer to try again, and the demo Engine."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.CONNECTION, Context.EVERYWHERE)

    place = Context.CONNECTION

    class Retry(Message):
        """A request for another attempt at the same addresses."""

        def __init__(self, attempts: Sequence[Attempt]) -> None:
            super().__init__()
            self.attempts = attempts

    class Demo(Message):
        """A request for the demo Engine."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        super().__init__()
        self._attempts = attempts
        self._is_waiting = False
        self._title = Bar(classes="title")
        self._page = Page()
        self._footer = Bar(id="footer")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._page
        yield self._footer

    def on_mount(self) -> None:
        hints = (
            ("r", "try again", "retry"),
            ("d", "look around on the demo Engine", "demo"),
            ("q", "quit", "leave"),
        )
        self._footer.update([Piece(((key, "key"), (f" {text}", "dim")), "", action) for key, text, action in hints])
        if self._attempts:
            self.show(self._attempts)
        else:
            self._waiting("looking for an Engine…")
        self.set_focus(self._page)

    def show(self, attempts: Sequence[Attempt]) -> None:
        """Show the outcome of these attempts."""
        self._attempts, self._is_waiting = attempts, False
        self._title.update([Piece("dockertui", "accent"), Piece("no Engine answered", "bad")])
        self._page.show(attempt_sections(attempts))

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        await self.run_action(event.action)

    def action_retry(self) -> None:
        if self._is_waiting:
            return
        self._waiting("trying again…")
        self.post_message(self.Retry(self._attempts))

    def _waiting(self, text: str) -> None:
        self._is_waiting = True
        self._title.update([Piece("dockertui", "accent"), Piece(text, "busy")])

    def action_demo(self) -> None:
        self.post_message(self.Demo())

    def action_leave(self) -> None:
        self.app.exit()


def attempt_sections(attempts: Sequence[Attempt]) -> list[Section]:
    """Return a section for each address tried, and one that says how to name another."""
    tried = [
        Section(
            f"{attempt.endpoint.url}",
            [
                Field("From", attempt.endpoint.source),
                Field("Failed", masked(attempt.error.message), "bad"),
                *([Field("Do", attempt.error.remedy, "good")] if attempt.error.remedy else []),
            ],
        )
        for attempt in attempts
    ]
    other = [
        Field("Another", "dockertui --host unix:///path/docker.sock, tcp://host:2376 or ssh://user@host"),
        Field("Context", "dockertui --context NAME, or docker context use NAME"),
        Field("None", "d opens the demo Engine: a small world inside the program, to look around in"),
    ]
    return [*tried, Section("Other options", other)]

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
from dockertui.operations.catalogue import BY_ID
from dockertui.screens.base.bindings import bindings, catalogue_of
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.keys import key_of
from dockertui.widgets.page import Field, Page, Section

_OFFERED = ("retry", "demo", "quit")
"""The operations in the footer."""


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
        catalogue = catalogue_of(self.app)
        offered = [(BY_ID[f"connection.{name}"], catalogue.key(f"connection.{name}")) for name in _OFFERED]
        self._footer.update(
            [
                Piece(((key, "key"), (f" {one.title[0].lower()}{one.title[1:]}", "dim")), "", one.action)
                for one, key in offered
                if key
            ]
        )
        if self._attempts:
            self.show(self._attempts)
        else:
            self._waiting("looking for an Engine…")
        self.set_focus(self._page)

    def show(self, attempts: Sequence[Attempt]) -> None:
        """Show the outcome of these attempts."""
        self._attempts, self._is_waiting = attempts, False
        self._title.update([Piece("dockertui", "accent"), Piece("no Engine answered", "bad")])
        self._page.show(attempt_sections(attempts, key_of(self, "connection.demo")))

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


def attempt_sections(attempts: Sequence[Attempt], demo: str) -> list[Section]:
    """Return a section for each address tried, and one that says how to name another. demo: the key of the demo."""
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
        Field(
            "None",
            f"{demo or 'dockertui --demo'} opens the demo Engine: a small world inside the program, to look around in",
        ),
    ]
    return [*tried, Section("Other options", other)]

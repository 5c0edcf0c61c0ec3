"""The Engine's timeline: every event, live and back in time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import Input

from dockertui.live.session import Session
from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.resources.base import Reference
from dockertui.screens.base.bars import Message, footer
from dockertui.screens.base.tab import Tab
from dockertui.screens.events.tab import EventsTab
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.screen import Layer
from dockertui.widgets.timer import once

_MESSAGE_STAYS = 6.0


class EventsScreen(Layer[Reference | None]):
    """The timeline of one Engine; its result is the object that is to be gone to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", "Back"),
        ("q", "close", "Back to the lists"),
        ("question_mark,f1", "help", "Help"),
        ("v", "reveal", "Show or hide secrets"),
    ]

    def __init__(self, session: Session, catalogue: Catalogue) -> None:
        super().__init__()
        self.catalogue = catalogue
        self.view = EventsTab(session, everything=True)
        self._footer = Bar(id="footer")
        self._said = Message("", "")
        self._saying: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._footer

    def on_mount(self) -> None:
        self.set_focus(self.view)
        self._paint_footer()

    def _paint_footer(self) -> None:
        context = Context.PROMPT if isinstance(self.focused, Input) else Context.EVENTS
        left, right = footer(self.catalogue, context, self._said)
        own = {f"operate({operation.id!r})" for operation in self.catalogue.within(Context.EVENTS)}
        if context is Context.EVENTS and not self._said.text:
            left = [piece for piece in left if piece.action in own]
            left.append(Piece((("esc", "key"), (" back", "dim")), action="back", priority=1))
        self._footer.update(left, right)

    def on_descendant_focus(self) -> None:
        self._paint_footer()

    def say(self, text: str, style: str = "") -> None:
        """Show a sentence in the footer for some seconds."""
        self._said = Message(text, style)
        if self._saying is not None:
            self._saying.stop()
        self._saying = once(self, _MESSAGE_STAYS, lambda: self.say("")) if text else None
        self._paint_footer()

    def on_tab_said(self, event: Tab.Said) -> None:
        self.say(event.text, event.style)

    def on_tab_chosen(self, event: Tab.Chosen) -> None:
        self.dismiss(event.reference)

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        await self.run_action(event.action)

    async def action_operate(self, id: str) -> None:
        """Do an operation of the timeline: for a click in the footer."""
        await self.view.run_action(BY_ID[id].action)

    async def action_back(self) -> None:
        """End selection and filter, then leave."""
        if not self.view.drop():
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_reveal(self) -> None:
        self.view.show_secrets(not self.view.reveal)
        shown = self.view.reveal
        self.say("secrets are shown" if shown else "secrets are hidden", "warn" if shown else "")

    async def action_help(self) -> None:
        from dockertui.screens.program.help import HelpScreen

        await self.app.push_screen(HelpScreen(self.catalogue))

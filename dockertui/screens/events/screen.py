"""The Engine's timeline: every event, live and back in time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.live.session import Session
from dockertui.operations.base import Context
from dockertui.resources.base import Reference
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.screens.base.tab import Tab
from dockertui.screens.events.tab import EventsTab


class EventsScreen(SecondScreen[Reference | None]):
    """The timeline of one Engine. Its result is the reference to go to."""

    context = Context.EVENTS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.SECRETS)

    def __init__(self, session: Session) -> None:
        super().__init__(EventsTab(session, everything=True))

    def body(self) -> ComposeResult:
        yield self.view

    def on_tab_said(self, event: Tab.Said) -> None:
        self.say(event.text, event.style)

    def on_tab_chosen(self, event: Tab.Chosen) -> None:
        self.dismiss(event.reference)

    def secrets_toggled(self) -> None:
        self.view.show_secrets(self.reveal)

"""One event, whole: as the Engine sent it, and what of it is said in words."""

from __future__ import annotations

import json
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.engine.models import Event
from dockertui.operations.base import Context
from dockertui.resources.event import Teller, as_json
from dockertui.screens.binding import bindings
from dockertui.screens.clipboard import copy
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.json_view import JsonView
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.screen import Layer

_KEYS = (("space", "fold"), ("y", "copy"), ("esc", "close"))


class EventJson(JsonView):
    """The event's JSON, with a detail's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    def action_enter(self) -> None:
        self.action_toggle_fold()


class EventScreen(Layer[None]):
    """Shows one event. Escape or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Close"), ("y,c", "copy", "Copy")]

    def __init__(self, event: Event, teller: Teller) -> None:
        super().__init__()
        self._event = event
        self._told = teller.tell(event)
        self._title, self._view, self._footer = Bar(classes="title"), EventJson(), Bar()

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._view
        yield self._footer

    def on_mount(self) -> None:
        told = self._told
        self._title.update(
            [
                Piece(f"{told.kind} {told.action}", told.style or "title"),
                Piece(told.name, "title"),
                Piece(told.text, told.style, priority=2, least=20),
            ],
            [Piece(full_stamp(self._event.time_ns), "dim", priority=1)],
        )
        self._view.show(as_json(self._event), keep=False)
        self._footer.update([Piece(((key, "key"), (f" {word}", "dim"))) for key, word in _KEYS])
        self.set_focus(self._view)

    def action_copy(self) -> None:
        said = copy(self.app, json.dumps(as_json(self._event), ensure_ascii=False))
        self._footer.update([Piece(f"event copied {said}", "accent")])

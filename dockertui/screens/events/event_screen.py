"""One event, whole: as the Engine sent it, and what of it is said in words."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.engine.models import Event
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.resources.event import Teller, as_json
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import copy
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.json_view import JsonView
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.screen import Layer

_KEYS = (("space", "fold"), ("y", "copy"), ("v", "secrets"), ("esc", "close"))


class EventJson(JsonView):
    """The event's JSON, with a detail's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    def action_enter(self) -> None:
        self.action_toggle_fold()


class EventScreen(Layer[None]):
    """Shows one event. Escape or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "Close"),
        ("y,c", "copy", "Copy"),
        ("v", "reveal", "Show or hide secrets"),
    ]

    def __init__(self, event: Event, teller: Teller, *, reveal: bool = False) -> None:
        super().__init__()
        self._event = event
        self._told = teller.tell(event)
        self._reveal = reveal
        self._title, self._view, self._footer = Bar(classes="title"), EventJson(), Bar()

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._view
        yield self._footer

    def on_mount(self) -> None:
        self._show(keep=False)
        self._footer.update([Piece(((key, "key"), (f" {word}", "dim"))) for key, word in _KEYS])
        self.set_focus(self._view)

    def _show(self, *, keep: bool) -> None:
        told = self._told
        self._title.update(
            [
                Piece(f"{told.kind} {told.action}", told.style or "title"),
                Piece(told.name, "title"),
                Piece(told.text if self._reveal else masked(told.text), told.style, priority=2, least=20),
            ],
            [Piece(full_stamp(self._event.time_ns), "dim", priority=1)],
        )
        self._view.show(self._json, keep=keep)

    @property
    def _json(self) -> dict[str, Any]:
        """The event, without its secrets unless they are to be seen."""
        return as_json(self._event, reveal=self._reveal)

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._show(keep=True)

    def action_copy(self) -> None:
        said = copy(self.app, json.dumps(self._json, ensure_ascii=False))
        self._footer.update([Piece(f"event copied {said}", "accent")])

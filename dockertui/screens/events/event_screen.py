"""One event in full: its JSON as the Engine sent it, and its summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import BindingType

from dockertui.engine.models import Event
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.resources.event import EventDescriber, as_json
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.json_view import JsonView
from dockertui.widgets.log_text import full_stamp


class EventJson(JsonView):
    """The event's JSON, with a detail's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    def action_enter(self) -> None:
        self.action_toggle_fold()


class EventScreen(SecondScreen[None]):
    """Show one event."""

    context = Context.EVENT
    offers: ClassVar[Mapping[str, str]] = {"detail.toggle": "fold"}
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.EVENT, Context.SECRETS)
    has_secrets = True

    def __init__(self, event: Event, describer: EventDescriber, *, reveal: bool = False) -> None:
        super().__init__(EventJson())
        self._event = event
        self._text = describer.describe(event)
        self.reveal = reveal

    def on_mount(self) -> None:
        self._show(keep=False)

    def _show(self, *, keep: bool) -> None:
        text = self._text
        self.title_bar.update(
            [
                Piece(f"{text.kind} {text.action}", text.style or "title"),
                Piece(text.name, "title"),
                Piece(text.text if self.reveal else masked(text.text), text.style, priority=2, least=20),
            ],
            [Piece(full_stamp(self._event.time_ns), "dim", priority=1)],
        )
        self.view.show(self._json, keep=keep)

    @property
    def _json(self) -> dict[str, Any]:
        """The event, secrets masked unless revealed."""
        return as_json(self._event, reveal=self.reveal)

    def secrets_toggled(self) -> None:
        self._show(keep=True)

    def action_copy(self) -> None:
        self.say(*report_copy(self.app, json.dumps(self._json, ensure_ascii=False), "event"))

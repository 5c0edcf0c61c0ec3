"""The Inspect tab: the Engine's own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.masking import known_secrets, masked_tree
from dockertui.resources.world import World
from dockertui.screens.tabs import Subject, Tab
from dockertui.widgets.json_view import JsonView


class InspectTab(JsonView, Tab):
    """The Engine's own JSON; the keys that fold have a meaning here alone."""

    _masked: tuple[Mapping[str, Any], Any] = ({}, {})
    """A reply and its copy without secrets."""

    def show_subject(self, subject: Subject | None, world: World, *, keep: bool) -> None:
        """Show the `inspect` reply, secrets hidden unless they are to be seen."""
        reply = subject.inspect if subject is not None else {}
        if reply is not self._masked[0]:
            self._masked = (reply, masked_tree(reply, known_secrets(reply)))
        self.show(reply if world.reveal else self._masked[1], keep=keep)

    def action_enter(self) -> None:
        self.action_toggle_fold()

"""The Inspect tab: the Engine's own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.masking import known_secrets, masked_tree
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.widgets.json_lines import Path, shortened
from dockertui.widgets.json_view import JsonView
from dockertui.widgets.log_store import StoredLine

_WHOLE = 1 << 18
"""Most characters of a text shown when it is opened."""


class InspectTab(JsonView, Tab):
    """The Engine's own JSON, with keys that fold."""

    _masked: tuple[Mapping[str, Any], Any] = ({}, {})
    """A reply, and its copy with secrets masked and long texts shortened."""
    _revealed = False

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the `inspect` reply, secrets masked unless revealed."""
        reply = subject.inspect if subject is not None else {}
        if reply is not self._masked[0]:
            self._masked = (reply, masked_tree(shortened(reply), known_secrets(reply)))
        self._revealed = surroundings.reveal
        self.show(reply if surroundings.reveal else self._masked[1], keep=keep)

    async def action_enter(self) -> None:
        """Fold or unfold an object or array; open a text that does not fit on a line."""
        if isinstance(self.cursor_value, str):
            await self._open_text(self.cursor_path)
        else:
            self.action_toggle_fold()

    async def _open_text(self, path: Path) -> None:
        """Show the whole text of a value, up to `_WHOLE` characters."""
        text: Any = self._masked[0]
        for step in path:
            text = text[step]
        if len(text) <= self.line_width // 2 and "\n" not in text:
            return
        from dockertui.screens.log.line_screen import LogLineScreen  # not needed for the first paint

        shown = format.beginning(text, _WHOLE)
        if not self._revealed:
            name = str(path[-1] if isinstance(path[-1], str) else path[-2:-1] and path[-2])
            held = {name: [shown] if isinstance(path[-1], int) else shown}
            (shown,) = masked_tree(held, known_secrets(self._masked[0])).values()
            shown = shown[0] if isinstance(shown, list) else shown
        await self.app.push_screen(LogLineScreen(StoredLine(0, 0, shown), title=".".join(map(str, path))))

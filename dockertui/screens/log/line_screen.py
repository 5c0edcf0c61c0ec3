"""One line of a log in full: wrapped, JSON indented, searchable like the log itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.resources import format
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.log_paint import PaintOptions
from dockertui.widgets.log_store import StoredLine
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.log_view import LogView
from dockertui.widgets.sgr import plain

_PART = 4000
"""Characters in a part: a line of a megabyte is shown as some hundred parts."""


class LineView(LogView):
    """The parts of the line, with a log's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def action_copy(self) -> None:
        lines = self.lines_to_copy()
        self.set_state(*report_copy(self.app, "\n".join(lines), format.plural(len(lines), "line")))


class LogLineScreen(SecondScreen[None]):
    """Show one line, or another long text, with the log's search applied."""

    context = Context.LINE
    offers: ClassVar[Mapping[str, str]] = {"log.search": "", "log.copy": "", "log.wrap": ""}

    def __init__(self, entry: StoredLine, search: str = "", *, title: str = "") -> None:
        super().__init__(LineView())
        self._heading = title or full_stamp(entry.time)
        self._entry = entry
        self._search_line = search

    def on_mount(self) -> None:
        length = f"{len(self._entry.text):,} characters"
        self.title_bar.update([Piece(self._heading, "title"), Piece(length, "dim", priority=1)])
        self.view.show_as(PaintOptions(wrap=True))
        self.view.append([StoredLine(0, 0, part) for part in line_parts(self._entry.text)])
        self.view.go_to(self.view.store.first)
        if self._search_line:
            self.view.search(self._search_line)


def line_parts(text: str) -> list[str]:
    """Split a line into parts that can be shown: JSON with a line for each value, a progress bar with one for each
    state."""
    text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
    bare = plain(text).strip()
    if bare[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(bare), indent=2, ensure_ascii=False).split("\n")
        except (ValueError, RecursionError):
            pass
    lines = text.split("\n")
    return [line[at : at + _PART] for line in lines for at in range(0, max(len(line), 1), _PART)]

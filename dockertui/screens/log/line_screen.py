"""One line of a log, whole: wrapped, its JSON laid out, searchable like the log itself."""

from __future__ import annotations

import json
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import copy
from dockertui.screens.base.prompt import ask
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.log_paint import Manner
from dockertui.widgets.log_store import Entry
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.log_view import LogView
from dockertui.widgets.screen import Layer
from dockertui.widgets.sgr import plain

_PART = 4000
"""Characters a part: a line of a megabyte is shown as some hundred of them."""


class LineView(LogView):
    """The parts of the line, with a log's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def action_copy(self) -> None:
        how = copy(self.app, "\n".join(self.lines_to_copy()))
        self.say(how if how.startswith("not copied") else f"copied {how}")


class LogLineScreen(Layer[None]):
    """Shows one line, at what was looked for in the log, or another long text. Escape or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "Close"), ("q", "dismiss", "Close")]

    def __init__(self, entry: Entry, sought: str = "", *, title: str = "") -> None:
        super().__init__()
        self._heading = title or full_stamp(entry.time)
        self._entry = entry
        self._sought = sought
        self._view = LineView()

    def compose(self) -> ComposeResult:
        title = Bar(classes="title")
        length = f"{len(self._entry.text):,} characters"
        keys = Piece("/ search  y copy  w wrap  esc close", "dim")
        title.update([Piece(self._heading, "title"), Piece(length, "dim", priority=1)], [keys])
        yield title
        yield self._view

    def on_mount(self) -> None:
        self._view.show_as(Manner(wrap=True))
        self._view.append([Entry(0, 0, part) for part in line_parts(self._entry.text)])
        self._view.focus()
        self._view.go_to(self._view.store.first)
        if self._sought:
            self._view.search(self._sought)

    def action_back(self) -> None:
        """End search and selection, then close."""
        if not self._view.drop():
            self.dismiss(None)

    async def action_search(self) -> None:
        await ask("search", typed=self._view.search, place=self._view)


def line_parts(text: str) -> list[str]:
    """A line in parts that can be shown; JSON with a line for each value."""
    text = text.removesuffix("\r")
    bare = plain(text).strip()
    if bare[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(bare), indent=2, ensure_ascii=False).split("\n")
        except (ValueError, RecursionError):
            pass
    lines = text.split("\n")
    return [line[at : at + _PART] for line in lines for at in range(0, max(len(line), 1), _PART)]

"""The answer to a question that was put to the Engine, as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from dockertui.screens.help import HelpPage
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Section


class ReportScreen(Screen[None]):
    """Sections under a title, the command lines at the end. Escape or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Close")]

    def __init__(self, title: str, sections: Sequence[Section], lines: tuple[str, str]) -> None:
        super().__init__()
        self._heading = title
        by_hand = Section("The same by hand", [Field("docker", lines[0]), Field("curl", lines[1])])
        self._sections = [*sections, by_hand]

    def compose(self) -> ComposeResult:
        title = Bar(classes="title")
        title.update([Piece(self._heading, "title")], [Piece("esc close", "dim")])
        yield title
        yield HelpPage()

    def on_mount(self) -> None:
        page = self.query_one(HelpPage)
        page.show(self._sections)
        page.focus()

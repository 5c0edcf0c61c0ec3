"""The answer to a question that was put to the Engine, as a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.screens.program.help import HelpPage
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Section
from dockertui.widgets.screen import Layer


class ReportScreen(Layer[None]):
    """Sections under a title; `told` makes them, its argument says whether secrets are shown. Escape or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Close"), ("v", "reveal", "Show or hide secrets")]

    def __init__(self, title: str, told: Callable[[bool], Sequence[Section]]) -> None:
        super().__init__()
        self._heading = title
        self._told = told
        self._reveal = False
        self._page = HelpPage()

    def compose(self) -> ComposeResult:
        title = Bar(classes="title")
        secrets = [Piece("v secrets", "dim")] if list(self._told(True)) != list(self._told(False)) else []
        title.update([Piece(self._heading, "title")], [*secrets, Piece("esc close", "dim")])
        yield title
        yield self._page

    def on_mount(self) -> None:
        self._page.show(self._told(False))
        self.set_focus(self._page)

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._page.show(self._told(self._reveal), keep=True)

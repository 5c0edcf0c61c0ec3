"""The Engine's answer to a question, as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.second_screen import PageView, SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.page import Section


class ReportScreen(SecondScreen[None]):
    """Sections under a title. `make_sections(reveal)` makes them, with secrets if `reveal` is true."""

    context = Context.REPORT
    offers: ClassVar[Mapping[str, str]] = {"detail.search": ""}
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.SECRETS)

    def __init__(self, title: str, make_sections: Callable[[bool], Sequence[Section]]) -> None:
        super().__init__(PageView())
        self._heading = title
        self._make_sections = make_sections
        self._hides = list(make_sections(True)) != list(make_sections(False))

    def on_mount(self) -> None:
        self.title_bar.update([Piece(self._heading, "title")])
        self.view.show(self._make_sections(False))

    @property
    def has_secrets(self) -> bool:
        return self._hides

    def secrets_toggled(self) -> None:
        self.view.show(self._make_sections(self.reveal), keep=True)

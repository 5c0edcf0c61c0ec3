"""The help: every key, made from the catalogue, and where the settings are."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui import __version__
from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue, where
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.screen import Layer


class HelpPage(Page):
    """A page with the moving keys of a detail."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)


class HelpScreen(Layer[None]):
    """All operations with their keys. Escape, q or ? closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,f1", "dismiss", "Close")]

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._sections = [*problem_sections(catalogue), *key_sections(catalogue)]

    def compose(self) -> ComposeResult:
        title = Bar(classes="title")
        title.update([Piece(f"dockertui {__version__}", "accent"), Piece("keys", "title")], [Piece("esc close", "dim")])
        yield title
        yield HelpPage()

    def on_mount(self) -> None:
        page = self.query_one(HelpPage)
        page.show(self._sections)
        self.set_focus(page)


def problem_sections(catalogue: Catalogue) -> list[Section]:
    """What is wrong in the settings file, where something is."""
    problems = [Field("Settings", str(problem), "warn") for problem in catalogue.problems]
    return [Section("Settings", problems)] if problems else []


def key_sections(catalogue: Catalogue) -> list[Section]:
    """A section a group: the keys, what they do, and where they work if not everywhere."""
    return [
        Section(
            group,
            [Field(catalogue.keys_shown(same[0]), same[0].title + where(same)) for same in rows],
        )
        for group, rows in catalogue.groups().items()
    ]

"""The help: every key, from the catalogue, and errors in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dockertui import __version__
from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue
from dockertui.screens.base.second_screen import PageView, SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.page import Field, Section


class HelpScreen(SecondScreen[None]):
    """All operations with their keys, scrolled to the section `heading`."""

    context = Context.HELP
    offers: ClassVar[Mapping[str, str]] = {"detail.search": "", "detail.next_match": "next"}

    def __init__(self, catalogue: Catalogue, heading: str = "") -> None:
        super().__init__(PageView())
        self._sections = [*problem_sections(catalogue), *key_sections(catalogue)]
        self._heading = heading

    def on_mount(self) -> None:
        self.title_bar.update([Piece(f"dockertui {__version__}", "accent"), Piece("keys", "title")])
        self.view.show(self._sections)
        self.call_after_refresh(self.view.go_to_section, self._heading)


def problem_sections(catalogue: Catalogue) -> list[Section]:
    """Return the errors in the settings file, if any, as a section."""
    problems = [Field("Settings", str(problem), "warn") for problem in catalogue.problems]
    return [Section("Settings", problems)] if problems else []


def key_sections(catalogue: Catalogue) -> list[Section]:
    """Return a section for each group and place: a line for each operation, those without a key by the palette's."""
    palette = catalogue.key("program.palette")
    return [
        Section(title, [Field(catalogue.keys_shown(same[0]) or palette, same[0].title) for same in rows])
        for title, rows in catalogue.sections().items()
    ]

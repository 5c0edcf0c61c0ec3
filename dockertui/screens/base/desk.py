"""What those who act for the main screen need of it, as a protocol: they lie below it, and it owns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from textual.screen import Screen

from dockertui.live.session import Session
from dockertui.operations.catalogue import Catalogue
from dockertui.resources.base import Resource
from dockertui.resources.surroundings import Surroundings


class Selection(Protocol):
    """What of the open list a command would be done to."""

    @property
    def resource(self) -> Resource[Any]:
        """The kind of the objects in the list."""

    @property
    def in_list(self) -> bool:
        """Whether the list has the keyboard."""

    @property
    def under_cursor(self) -> Any:
        """The object under the list's cursor, or None."""

    @property
    def item(self) -> Any:
        """The object that is meant: the one that is read about in the detail, else the one under the cursor."""

    @property
    def marked(self) -> list[Any]:
        """The marked objects of the list."""

    @property
    def targets(self) -> list[Any]:
        """In the list the marked objects, else the one that is meant."""

    def known(self, items: Sequence[Any]) -> list[Any]:
        """Objects of the list as they are now; those that went meanwhile are left out."""


class Desk(Protocol):
    """The main screen, as commands and terminals see it."""

    @property
    def screen(self) -> Screen[Any]:
        """The screen itself, for timers, workers and dialogs."""

    @property
    def session(self) -> Session: ...

    @property
    def catalogue(self) -> Catalogue: ...

    @property
    def surroundings(self) -> Surroundings: ...

    @property
    def selection(self) -> Selection: ...

    def say(self, text: str, style: str = "", stays: float = 6.0) -> None:
        """Show a sentence in the footer for so many seconds."""

    def paint_header(self) -> None:
        """Bring the header up to date."""

    def focus_list(self) -> None:
        """Give the keys to the list."""

    def show_busy(self, kind: str, id: str) -> None:
        """Show what is being done to an object, or that it is done."""

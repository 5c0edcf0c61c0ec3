"""Protocols of the main screen for its controllers, which are in lower layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from textual.screen import Screen

from dockertui.live.session import Session
from dockertui.operations.catalogue import Catalogue
from dockertui.resources.base import Resource
from dockertui.resources.surroundings import Surroundings


class Selection(Protocol):
    """The objects of the open list that a command would apply to."""

    @property
    def resource(self) -> Resource[Any]:
        """The kind of the list."""

    @property
    def in_list(self) -> bool:
        """Whether the list has the focus."""

    @property
    def under_cursor(self) -> Any:
        """The object under the list's cursor, or None."""

    @property
    def item(self) -> Any:
        """The object shown in the detail if that has the focus, else the one under the cursor."""

    @property
    def marked(self) -> list[Any]:
        """The marked objects of the list."""

    @property
    def targets(self) -> list[Any]:
        """The marked objects if the list has the focus, else `item`."""

    def known(self, items: Sequence[Any]) -> list[Any]:
        """Return the current version of these objects of the list, without those removed meanwhile."""


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
        """Show a sentence in the footer for `stays` seconds."""

    def paint_header(self) -> None:
        """Update the header."""

    def focus_list(self) -> None:
        """Focus the list."""

    def show_busy(self, kind: str, id: str) -> None:
        """Repaint the row of an object on which a command starts or ends."""

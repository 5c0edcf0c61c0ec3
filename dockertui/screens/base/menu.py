"""A list to choose from, in a box over the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.menu import Item, MenuList
from dockertui.widgets.screen import Dialog

__all__ = ["Item", "Menu"]

MOST_WIDE, MOST_HIGH = 0.9, 0.8
"""Greatest share of the screen's width and height."""


class Choices(MenuList):
    """The items, with the keys of a menu."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.MENU)


class Menu(Dialog[str | None]):
    """Offer a choice of items. The result is the id of the chosen one, or None."""

    place = Context.MENU
    list_type: ClassVar[type[Choices]] = Choices
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.EVERYWHERE)

    def __init__(self, title: str, items: Sequence[Item], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._list = self.list_type(title, items, self.dismiss)

    def compose(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self._fit_box()
        self.set_focus(self._list)

    def on_resize(self) -> None:
        self._fit_box()

    def _fit_box(self) -> None:
        """Make the box as large as the items need, whatever is typed, so that it does not jump."""
        gutter = self._list.gutter
        width, height = self._list.natural_size
        self._list.styles.width = min(int(self.app.size.width * MOST_WIDE), width + gutter.width)
        self._list.styles.height = min(int(self.app.size.height * MOST_HIGH), height + gutter.height)

    async def take_key(self, event: events.Key) -> bool:
        return self._list.is_attached and await self._list.take_key(event)  # a key may arrive after the menu is closed

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)

"""The menus of the main screen: what each offers, and what a choice does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockertui.operations.catalogue import OPERATIONS
from dockertui.operations.command import Command
from dockertui.resources.base import Reference
from dockertui.screens.base.menu import Item, Menu

if TYPE_CHECKING:
    from dockertui.screens.main.screen import MainScreen


async def sort(screen: MainScreen) -> None:
    """Offer the columns to sort by; the one in force is marked, and choosing it again turns it round."""
    pane = screen.pane
    items = [
        Item(column, title, hint="sorted by: again to reverse" if column == pane.sort else "")
        for column, title in pane.sortable()
    ]
    await _offer(screen, f"Sort {pane.resource.title.lower()} by", items, pane.sort_by)


async def follow(screen: MainScreen, references: Sequence[Reference]) -> None:
    """Follow the only reference, or offer them all."""
    if not references:
        screen.say("nothing to follow: it uses nothing, and nothing uses it")
        return
    if len(references) == 1:
        screen.follow_to(references[0])
        return
    items = [Item(str(number), reference.label, hint=reference.kind) for number, reference in enumerate(references)]
    await _offer(screen, "Follow to", items, lambda number: screen.follow_to(references[int(number)]))


async def theme(screen: MainScreen) -> None:
    """Offer the themes, and say how to keep the one chosen."""
    current = screen.app.theme
    items = [Item(name, name, hint="in use" if name == current else "") for name in sorted(screen.app.available_themes)]

    def choose(name: str) -> None:
        screen.app.theme = name
        screen.say(f'theme {name}; to keep it, put theme = "{name}" into the settings file (dockertui config path)')

    await _offer(screen, "Theme", items, choose)


async def palette(screen: MainScreen) -> None:
    """Offer every operation by its name, its key beside it."""
    version = screen.session.engine.version
    items = [
        Item(
            operation.id,
            operation.title_on(version) if isinstance(operation, Command) else operation.title,
            hint=screen.catalogue.keys_shown(operation, 2),
            disabled=screen.refusal(operation),
            words=operation.words,
        )
        for operation in OPERATIONS
        if operation.palette and not (isinstance(operation, Command) and operation.rare and screen.refusal(operation))
    ]

    await _offer(screen, "Commands", items, lambda id: screen.call_later(screen.action_operate, id))


async def _offer(screen: MainScreen, title: str, items: Sequence[Item], choose: Callable[[str], object]) -> None:
    def chosen(id: str | None) -> None:
        if id is not None:
            choose(id)

    await screen.app.push_screen(Menu(title, items), chosen)

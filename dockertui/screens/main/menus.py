"""The menus of the main screen, and what each choice does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockertui.operations.catalogue import OPERATIONS
from dockertui.operations.command import Command
from dockertui.resources.base import Reference
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.commands.availability import refusal

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk
    from dockertui.screens.main.desk import MainDesk


async def follow(desk: Desk, references: Sequence[Reference], follow_to: Callable[[Reference], None]) -> None:
    """Follow the only reference, or offer a choice of them."""
    if not references:
        desk.say("nothing to follow: it uses nothing, and nothing uses it")
        return
    if len(references) == 1:
        follow_to(references[0])
        return
    items = [Item(str(number), reference.label, hint=reference.kind) for number, reference in enumerate(references)]
    await _offer(desk, "Follow to", items, lambda number: follow_to(references[int(number)]))


async def theme(desk: Desk) -> None:
    """Offer the themes, and say how to keep the chosen one."""
    app = desk.screen.app
    items = [Item(name, name, hint="in use" if name == app.theme else "") for name in sorted(app.available_themes)]

    def choose(name: str) -> None:
        app.theme = name
        desk.say(f'theme {name}; to keep it, put theme = "{name}" into the settings file (dockertui config path)')

    await _offer(desk, "Theme", items, choose)


async def palette(desk: MainDesk, operate: Callable[[str], object]) -> None:
    """Offer every operation by title, with its keys."""
    version = desk.session.engine.version
    items = [
        Item(
            operation.id,
            operation.title_on(version) if isinstance(operation, Command) else operation.title,
            hint=desk.catalogue.keys_shown(operation, 2),
            disabled=refusal(desk, operation),
            words=operation.words,
        )
        for operation in OPERATIONS
        if operation.palette
        and not desk.lists.lacking(operation.kind)
        and not (isinstance(operation, Command) and operation.rare and refusal(desk, operation))
    ]

    await _offer(desk, "Commands", items, lambda id: desk.screen.call_later(operate, id))


async def _offer(desk: Desk, title: str, items: Sequence[Item], choose: Callable[[str], object]) -> None:
    def chosen(id: str | None) -> None:
        if id is not None:
            choose(id)

    await desk.screen.app.push_screen(Menu(title, items), chosen)

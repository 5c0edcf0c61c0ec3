"""The menus of commands: everything possible with an object, and with many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.widgets.menu import Item, Menu

if TYPE_CHECKING:
    from dockertui.screens.operating import Operating

_OPTIONS = "…"
"""After a command's id: with its form, which would not be shown otherwise."""


async def on_object(screen: Operating) -> None:
    """Offer everything for what is selected; what is impossible is grey, with its reason."""
    resource, targets = screen.pane.resource, screen.targets
    title = f"{len(targets)} {resource.title.lower()}"
    if len(targets) < 2:
        title = resource.name(targets[0]) if targets else resource.title
    await _offer(screen, title, items(screen, screen.catalogue.commands(resource.kind)))


async def in_bulk(screen: Operating) -> None:
    """Offer what is done to all the marked, and what concerns the kind as a whole."""
    commands = [*screen.catalogue.commands(screen.pane.resource.kind), *screen.catalogue.commands("system")]
    marked = len(screen.pane.table.marks)
    chosen = [command for command in commands if not command.on_object or (marked and command.many)]
    chosen.sort(key=lambda command: command.on_object)
    title = f"{marked} marked" if marked else f"{screen.pane.resource.title}: none is marked (space marks)"
    await _offer(screen, title, items(screen, chosen))


def items(screen: Operating, commands: Iterable[Command]) -> list[Item]:
    """A line a command; a second one with its form, where the key alone takes the defaults."""
    found = []
    for command in commands:
        reason = screen.refusal(command)
        if command.rare and reason:
            continue
        key = screen.catalogue.keys_shown(command, 1)
        title = f"{command.title}…" if command.ask else command.title
        found.append(Item(command.id, title, key, reason, command.words))
        if not command.ask and not _flags_only(command):
            found.append(Item(f"{command.id}{_OPTIONS}", f"{command.title} with options…", "", reason, command.words))
    return found


def _flags_only(command: Command) -> bool:
    """Flags stand in the question itself."""
    return all(isinstance(option.default, bool) for option in command.body.options)


async def _offer(screen: Operating, title: str, offered: list[Item]) -> None:
    async def chosen(id: str | None) -> None:
        command = BY_ID[id.removesuffix(_OPTIONS)] if id else None
        if isinstance(command, Command):
            await screen.order(command, with_options=id is not None and id.endswith(_OPTIONS))

    await screen.app.push_screen(Menu(title, offered), chosen)

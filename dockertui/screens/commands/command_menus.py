"""The menus of commands: everything possible with one object, and with many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.commands.availability import refusal

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk

_OPTIONS = "…"
"""Suffix of a command's id: with its form, which the plain command would skip."""
_PRUNE = "Prune: removes what nothing uses"


class RunChosen(Protocol):
    """Run a chosen command on the targets that its menu was made for."""

    async def __call__(self, command: Command, *, with_options: bool, targets: Sequence[Any]) -> None: ...


async def on_object(desk: Desk, run: RunChosen) -> None:
    """Offer every command for the selection; impossible ones are grey, with the reason."""
    resource, targets = desk.selection.resource, desk.selection.targets
    commands = desk.catalogue.commands(resource.kind)
    title = f"{len(targets)} {resource.title.lower()}"
    if len(targets) < 2:
        title = resource.name(targets[0]) if targets else resource.title
    await _offer(desk, run, title, grouped(desk, commands, targets), targets)


async def in_bulk(desk: Desk, run: RunChosen) -> None:
    """Offer the commands for all marked objects, then those for the kind as a whole, then those that prune."""
    kind, marked = desk.selection.resource, desk.selection.marked
    commands = [*desk.catalogue.commands(kind.kind), *desk.catalogue.commands("system")]
    chosen = [command for command in commands if not command.on_object or (marked and command.many)]
    key = desk.catalogue.key("list.mark")
    title = f"{len(marked)} marked" if marked else f"{kind.title}: none is marked{key and f' ({key} marks)'}"
    await _offer(desk, run, title, grouped(desk, chosen, marked), marked)


def grouped(desk: Desk, commands: Sequence[Command], targets: Sequence[Any]) -> list[Item]:
    """Return menu items in groups: commands on the targets, on the whole kind or the Engine, and prunes."""
    name = desk.selection.resource.title
    groups = {
        "": [command for command in commands if command.on_object],
        f"{name} and Engine": [command for command in commands if not command.on_object and not command.prunes],
        _PRUNE: [command for command in commands if command.prunes],
    }
    offered = []
    for title, members in groups.items():
        heading = [Item("", title, heading=True)] if title and members else []
        offered += [*heading, *items(desk, members, targets)]
    return offered


def items(desk: Desk, commands: Iterable[Command], targets: Sequence[Any]) -> list[Item]:
    """Return an item for each command, and a second one with its form where the key alone uses the defaults."""
    found = []
    version = desk.session.engine.version
    for command in commands:
        reason = refusal(desk, command, targets)
        if (version is not None and command.lacks(version)) or (command.rare and reason):
            continue
        key = desk.catalogue.keys_shown(command, 1)
        name = command.title_on(version)
        title = f"{name}…" if command.ask else name
        found.append(Item(command.id, title, key, reason, command.words))
        if not command.ask and not _flags_only(command):
            found.append(Item(f"{command.id}{_OPTIONS}", f"{name} with options…", "", reason, command.words))
    return found


def _flags_only(command: Command) -> bool:
    """Whether all options are flags, which the confirmation itself shows."""
    return all(isinstance(option.default, bool) for option in command.body.options)


async def _offer(desk: Desk, run: RunChosen, title: str, offered: list[Item], targets: Sequence[Any]) -> None:
    async def chosen(id: str | None) -> None:
        command = BY_ID[id.removesuffix(_OPTIONS)] if id else None
        if isinstance(command, Command):
            await run(command, with_options=id is not None and id.endswith(_OPTIONS), targets=targets)

    await desk.screen.app.push_screen(Menu(title, offered), chosen)

"""All operations, by id and by the context of their keys, with the keys from the user's settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from dockertui.config import Settings
from dockertui.key_names import character_name, textual_name
from dockertui.keymap import Bindable, Given, keymap
from dockertui.operations.base import Context, Operation
from dockertui.operations.browsing import BROWSING
from dockertui.operations.command import Command, Harm
from dockertui.operations.commands import COMMANDS
from dockertui.operations.events import EVENTS
from dockertui.operations.log import LOG
from dockertui.operations.object_keys import DOING
from dockertui.operations.processes import PROCESSES
from dockertui.operations.second import SECOND
from dockertui.operations.stats import STATS
from dockertui.operations.terminal import TERMINAL
from dockertui.operations.view import LISTS, PROGRAM, VIEW
from dockertui.operations.why import WHY
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND, RESOURCES


def _listing_words(resource: Resource[Any]) -> list[str]:
    """Return the words of the `docker` command that lists a kind, without its options."""
    return [word for word in resource.listing.all.docker if not word.startswith("-")]


_JUMPS = tuple(
    Operation(
        f"pane.{resource.kind}",
        f"{resource.title}: go to the list" if resource.stacked else f"Show {resource.title.lower()}",
        f"goto_pane({number - 1})",
        (str(number),) if resource.stacked else (),
        "Panes",
        words=" ".join(("docker", resource.kind, "ls", *_listing_words(resource), "list")),
        kind=resource.kind,
    )
    for number, resource in enumerate(RESOURCES, 1)
)
OPERATIONS: tuple[Operation, ...] = (
    *VIEW, *DOING, *COMMANDS, *LOG, *WHY, *STATS, *PROCESSES, *BROWSING, *EVENTS, *TERMINAL, *SECOND, *_JUMPS,
)  # fmt: skip
BY_ID: Mapping[str, Operation] = {operation.id: operation for operation in OPERATIONS}

_SIGNS = {character_name(chr(code)): chr(code) for code in range(33, 127)} | {
    "escape": "esc", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "up": "↑", "down": "↓",
    "left": "←", "right": "→", "backspace": "⌫",
}  # fmt: skip
_NAMED = 3
"""Contexts that are named one by one; an operation with more of them is a movement."""
_ALL_OVER = (Context.ANYWHERE, Context.EVERYWHERE)
_MOVING = "Move"
_NEAR: Mapping[Context, Mapping[str, int]] = {Context.LOG: {"pane.zoom": 2}}
"""Operations of all places that matter more in a context, with their `hint_order` there."""
_FAR = 6
"""The `hint_order` outside the lists of what is done to an object."""
_PANED = (Context.LIST, Context.DETAIL)
"""Contexts in which the keys depend on the kind of the open pane."""


def _paned(contexts: Iterable[Context], kinds: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{context}, {kind}" for context in contexts for kind in kinds)


_KINDS = tuple(resource.kind for resource in RESOURCES)
_KINDLESS = {command.kind for command in COMMANDS} - {*_KINDS}
"""What commands are about that no pane lists."""
_SCOPES = {
    Context.EVERYWHERE: _paned(_PANED, _KINDS),
    Context.ANYWHERE: _paned(_PANED, _KINDS),
    Context.ROWS: _paned((Context.LIST,), _KINDS),
    Context.LIST: _paned((Context.LIST,), _KINDS),
    Context.DETAIL: _paned((Context.DETAIL,), _KINDS),
    Context.BELOW: _paned((Context.DETAIL,), _KINDS),
}
"""The main screen's scopes; a context that is not listed has its keys to itself."""
_SCREEN = (Context.SCREEN, Context.EVERYWHERE)
_SECRET_SCREEN = (Context.SECRETS, *_SCREEN)
BESIDES: Mapping[Context, tuple[Context, ...]] = {
    Context.LENS: (Context.ROWS, *_SECRET_SCREEN),
    Context.JOBS: (Context.ROWS, *_SECRET_SCREEN),
    Context.REPORT: (Context.DETAIL, *_SECRET_SCREEN),
    Context.EVENT: (Context.DETAIL, *_SECRET_SCREEN),
    Context.TIMELINE: (Context.EVENTS, *_SECRET_SCREEN),
    Context.OUTPUT: (Context.LOG, *_SCREEN),
    Context.LINE: (Context.LOG, *_SCREEN),
    Context.HELP: (Context.DETAIL, *_SCREEN),
    Context.FILE: _SCREEN,
    Context.OVERVIEW: _SCREEN,
    Context.FORM: (Context.EVERYWHERE,),
    Context.CHOICE: (Context.FORM, Context.EVERYWHERE),
    Context.FLAG: (Context.FORM, Context.EVERYWHERE),
    Context.QUESTION: (Context.EVERYWHERE,),
    Context.MENU: (Context.EVERYWHERE,),
    Context.COLUMNS: (Context.MENU, Context.EVERYWHERE),
    Context.CONNECTION: (Context.EVERYWHERE,),
}
"""The contexts whose keys also work on a screen other than the main one."""


def bindables() -> dict[str, Bindable]:
    """Return what the settings may rebind, and where the keys must not clash."""
    return {op.id: Bindable(tuple(map(textual_name, op.keys)), _scopes(op)) for op in OPERATIONS}


def given(name: str) -> Given:
    """Return what the keymap of this name changes; nothing for "default"."""
    if name == "default":
        return Given()
    from dockertui.operations.keymaps import PEERS  # few have one

    peer, keys = PEERS[name], dict[str, list[str]]()
    for key, _, ids in peer.keys:
        for id in ids:
            keys.setdefault(id, []).append(textual_name(key))
    for id, moved in peer.moved.items():
        keys.setdefault(id, []).extend(map(textual_name, moved))
    foreign = {textual_name(key) for key, _, ids in peer.keys if not ids}
    harmful = {command.id for command in COMMANDS if command.harm is not Harm.NOTHING} | {
        "program.quit",
        "program.exit",
    }
    return Given({id: tuple(found) for id, found in keys.items()}, foreign, harmful)


def _scopes(operation: Operation) -> frozenset[str]:
    """Return the scopes of an operation's keys. A command's work only in its kind's list, never in the detail."""
    if isinstance(operation, Command):
        return _paned((Context.LIST,), [operation.kind])
    context = operation.context
    screens = {screen.value for screen, besides in BESIDES.items() if context in besides}
    return _SCOPES.get(context, frozenset({context.value})) | screens


class Catalogue:
    """The operations with their actual keys: the defaults, or those of the settings' `keymap` and `[keys]`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._hints: dict[tuple[Context, str], Sequence[tuple[Operation, str]]] = {}
        self._keys, self.problems = keymap(self.settings, bindables(), given(self.settings.keymap))
        if self.settings.columns or self.settings.sort:
            from dockertui.operations.list_settings import wrong_lists  # few settings have them

            self.problems += wrong_lists(self.settings)

    def keys(self, operation: Operation) -> tuple[str, ...]:
        """Return the keys of an operation, as Textual names them."""
        return self._keys[operation.id]

    def within(self, *contexts: Context) -> list[Operation]:
        """Return the operations whose keys work in one of these contexts."""
        return [operation for operation in OPERATIONS if operation.context in contexts]

    def actions(self, context: Context) -> dict[str, str]:
        """Return the action of each key in `context`, by Textual's name of the key."""
        return {
            textual_name(key): operation.action for operation in self.within(context) for key in self.keys(operation)
        }

    def keys_shown(self, operation: Operation, limit: int = 9) -> str:
        """Return the keys of an operation for display: `j ↓`."""
        return " ".join(sign(key) for key in self.keys(operation)[:limit])

    def key(self, id: str) -> str:
        """Return the first key of an operation for use in a sentence; "" when the settings unbind it."""
        return self.keys_shown(BY_ID[id], 1)

    def commands(self, kind: str) -> list[Command]:
        """Return the commands on objects of a kind, in the order of the menu."""
        return [command for command in COMMANDS if command.kind == kind]

    def hints(self, context: Context, kind: str = "") -> Sequence[tuple[Operation, str]]:
        """Return the footer's operations in `context` with their first key, in the order of `_rank`."""
        if (context, kind) not in self._hints:  # a footer is painted with each key
            self._hints[context, kind] = self._find_hints(context, kind)
        return self._hints[context, kind]

    def _find_hints(self, context: Context, kind: str) -> Sequence[tuple[Operation, str]]:
        has, in_list = BY_KIND[kind].has if kind else None, context is Context.LIST
        here = [*self.within(context), *(self.within(Context.ROWS) if in_list else ())]
        taken = {key for operation in here for key in self.keys(operation)}  # the context's keys hide global ones
        elsewhere: list[Operation] = []
        if context is not Context.TERMINAL:  # where all other keys go to the container
            elsewhere = [*(self.commands(kind) if in_list else ()), *self.within(*_ALL_OVER)]
            elsewhere = [operation for operation in elsewhere if taken.isdisjoint(self.keys(operation)[:1])]
        hinted = [*here, *(operation for operation in elsewhere if in_list or operation.group != LISTS)]
        hinted.sort(key=lambda operation: _rank(operation, kind if in_list else "", here))
        near = {} if in_list else _NEAR.get(context, {})
        return [
            (operation if in_list else _behind(operation, kind, near), self.keys_shown(operation, 1))
            for operation in hinted
            if operation.hint and self.keys(operation) and (not operation.of or has is None or operation.of in has)
        ]

    def typing(self) -> list[tuple[str, str]]:
        """Return the keys while a filter or a search is typed, and the footer's word for each."""
        shown = {name: self.key(f"typing.{name}") for name in ("keep", "drop", "up", "down")}
        return [(shown["keep"], "keep"), (shown["drop"], "drop"), (f"{shown['up']} {shown['down']}", "move")]

    def section(self, context: Context, kind: str = "") -> str:
        """Return the help's heading for a context; for a list that of its kind."""
        if context is Context.LIST and self.commands(kind):
            wanted: list[Operation] = [*self.commands(kind)]
        else:
            heard = [operation for place in (context, *BESIDES.get(context, ())) for operation in self.within(place)]
            wanted = [operation for operation in heard if operation.group != _MOVING]
        return next(title for title, rows in self.sections().items() for same in rows if wanted[0] in same)

    def sections(self) -> dict[str, list[list[Operation]]]:
        """Return `groups` divided further by where the keys work, which the help's headings say."""
        found: dict[str, list[list[Operation]]] = {}
        for group, rows in self.groups().items():
            for same in rows:
                found.setdefault(f"{group}{where(same)}", []).append(same)
        return {title: sorted(rows, key=lambda same: not self.keys(same[0])) for title, rows in found.items()}

    def groups(self) -> dict[str, list[list[Operation]]]:
        """Return the operations by the help's headings; equal ones of several contexts are grouped."""
        found: dict[str, dict[tuple[object, ...], list[Operation]]] = {}
        for operation in OPERATIONS:
            same = found.setdefault(operation.group, {})
            key = operation.title, self.keys(operation), operation.id if isinstance(operation, Command) else ""
            same.setdefault(key, []).append(operation)
        return {group: [*rows.values()] for group, rows in found.items()}


def _behind(operation: Operation, kind: str, near: Mapping[str, int]) -> Operation:
    """Return an operation with its `hint_order` outside the lists: what is done to an object matters less."""
    order = _FAR if operation.id.startswith(f"{kind}.") else operation.hint_order
    return replace(operation, hint_order=near.get(operation.id, order))


def _rank(operation: Operation, kind: str, here: Sequence[Operation]) -> int:
    """Return where a footer has an operation: what is done to the kind, what is done here, the rest, the program."""
    if kind and operation.id.startswith(f"{kind}."):
        return 0
    return 3 if operation.group == PROGRAM else 1 if operation in here else 2


def where(operations: Sequence[Operation]) -> str:
    """Return where these equal operations work, as ` (in a list)`; "" if the heading says it."""
    if operations[0].group in _placed_groups() or operations[0].kind in _KINDLESS:
        return ""
    contexts = list(dict.fromkeys(operation.context for operation in operations))
    if set(contexts) <= set(_ALL_OVER):
        return ""
    return f" ({', '.join(contexts)})" if len(contexts) <= _NAMED else " (in all lists and texts)"


@cache
def _placed_groups() -> set[str]:
    """Return the headings that already say where all operations under them work."""
    contexts: dict[str, set[Context]] = {}
    for operation in OPERATIONS:
        contexts.setdefault(operation.group, set()).add(operation.context)
    return {group for group, found in contexts.items() if len(found) == 1 and Context.OBJECT not in found}


def sign(key: str) -> str:
    """Return a key as displayed: `esc` for `escape`, `PgDn` for `pagedown`."""
    held, plus, base = key.rpartition("+")
    return f"{held}{plus}{_SIGNS.get(base, base)}"

"""All operations, by id and by where their keys work, with the keys the user's settings give them."""

from __future__ import annotations

from collections.abc import Mapping

from dockertui.config import Settings
from dockertui.key_names import character_name, normal
from dockertui.keymap import Bindable, keymap
from dockertui.operations.base import Context, Operation
from dockertui.operations.log import LOG
from dockertui.operations.view import VIEW
from dockertui.resources.registry import RESOURCES

_JUMPS = tuple(
    Operation(
        f"pane.{resource.kind}",
        f"Go to {resource.title}",
        f"goto_pane({number - 1})",
        (str(number),),
        "Panes",
        words=resource.kind,
    )
    for number, resource in enumerate(RESOURCES, 1)
)
OPERATIONS: tuple[Operation, ...] = (*VIEW, *LOG, *_JUMPS)
BY_ID: Mapping[str, Operation] = {operation.id: operation for operation in OPERATIONS}

_SIGNS = {character_name(chr(code)): chr(code) for code in range(33, 127)} | {
    "escape": "esc", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "up": "↑", "down": "↓",
    "left": "←", "right": "→", "backspace": "⌫",
}  # fmt: skip
_SCOPES = {
    Context.ANYWHERE: frozenset({Context.LIST.value, Context.DETAIL.value}),
    Context.LIST: frozenset({Context.LIST.value}),
    Context.DETAIL: frozenset({Context.DETAIL.value}),
    Context.LOG: frozenset({Context.LOG.value}),
    Context.CONNECTION: frozenset({Context.CONNECTION.value}),
}


def bindables() -> dict[str, Bindable]:
    """What the settings may give other keys to, and where those must not clash."""
    return {op.id: Bindable(tuple(map(normal, op.keys)), _SCOPES[op.context]) for op in OPERATIONS}


class Catalogue:
    """The operations with the keys they really have: their own, or those of the settings' `[keys]`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._keys, self.problems = keymap(settings or Settings(), bindables())

    def keys(self, operation: Operation) -> tuple[str, ...]:
        """The keys of an operation, as Textual names them."""
        return self._keys[operation.id]

    def within(self, context: Context) -> list[Operation]:
        """The operations whose keys work in `context`."""
        return [operation for operation in OPERATIONS if operation.context is context]

    def keys_shown(self, operation: Operation, limit: int = 9) -> str:
        """The keys of an operation as a person reads them: `j ↓`."""
        return " ".join(sign(key) for key in self.keys(operation)[:limit])

    def hints(self, context: Context) -> list[tuple[Operation, str]]:
        """The footer's operations in `context` with their first key, those of that place first."""
        hinted = [operation for operation in self.within(context) if operation.hint]
        hinted += [operation for operation in self.within(Context.ANYWHERE) if operation.hint]
        return [(operation, self.keys_shown(operation, 1)) for operation in hinted if self.keys(operation)]

    def groups(self) -> dict[str, list[Operation]]:
        """The operations by the headings of the help."""
        found: dict[str, list[Operation]] = {}
        for operation in OPERATIONS:
            found.setdefault(operation.group, []).append(operation)
        return found


def sign(key: str) -> str:
    """How a key is written for a person: `escape` is `esc`, `pagedown` is `PgDn`."""
    return _SIGNS.get(key, key)

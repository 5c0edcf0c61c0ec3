"""The catalogue's keys as Textual bindings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType

from dockertui.key_names import textual_name
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import BY_ID, OPERATIONS, Catalogue
from dockertui.widgets.bar import Piece


def bindings(*contexts: Context, priority: Collection[str] = ()) -> list[BindingType]:
    """Return the bindings of the operations in `contexts`, with the operations' ids, so that a keymap can name them.

    priority: ids of those that take precedence over the keys of the focused widget.
    """
    return [
        _binding(operation, operation.action, operation.id in priority)
        for context in contexts
        for operation in OPERATIONS
        if operation.context is context
    ]


def closed_by(id: str) -> BindingType:
    """Return a binding that closes a screen by the key that opened it."""
    return _binding(BY_ID[id], "screen.close")


def _binding(operation: Operation, action: str, priority: bool = False) -> Binding:
    keys = _joined(operation.keys) or "none"
    return Binding(keys, action, operation.title, show=False, id=operation.id, priority=priority)


def catalogue_of(app: App[Any]) -> Catalogue:
    """Return the app's catalogue, or one with the default keys if it has none."""
    found = getattr(app, "catalogue", None)
    return found if isinstance(found, Catalogue) else Catalogue()


def hint(operation: Operation, key: str, word: str = "") -> Piece:
    """Return the footer's piece for an operation: a key, and `word` or the operation's hint."""
    text = ((key, "key"), (f" {word or operation.hint}", "dim"))
    return Piece(text, action=f"operate({operation.id!r})", priority=operation.hint_order)


def keymap(catalogue: Catalogue) -> dict[str, str]:
    """Return the app's keymap: what the settings changed. An operation without keys gets one that no terminal sends."""
    return {
        operation.id: _joined(keys) or "none"
        for operation in OPERATIONS
        if (keys := catalogue.keys(operation)) != tuple(map(textual_name, operation.keys))
    }


def _joined(keys: Iterable[str]) -> str:
    return ",".join(map(textual_name, keys))

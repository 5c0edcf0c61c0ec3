"""The catalogue's keys as Textual's bindings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType

from dockertui.key_names import normal
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import BY_ID, OPERATIONS, Catalogue
from dockertui.widgets.bar import Piece


def bindings(*contexts: Context, priority: Collection[str] = ()) -> list[BindingType]:
    """The bindings of a screen or widget where `contexts` hold, by the operations' ids: a keymap can name them.

    priority: ids of those that go before the keys of the widget that has the focus.
    """
    return [
        _binding(operation, operation.action, operation.id in priority)
        for context in contexts
        for operation in OPERATIONS
        if operation.context is context
    ]


def closed_by(id: str) -> BindingType:
    """The binding of a screen that the key closes by which it was opened."""
    return _binding(BY_ID[id], "screen.close")


def _binding(operation: Operation, action: str, priority: bool = False) -> Binding:
    keys = _joined(operation.keys) or "none"
    return Binding(keys, action, operation.title, show=False, id=operation.id, priority=priority)


def catalogue_of(app: App[Any]) -> Catalogue:
    """The keys of an app: its catalogue's, or every operation's own where it has none."""
    found = getattr(app, "catalogue", None)
    return found if isinstance(found, Catalogue) else Catalogue()


def hint(operation: Operation, key: str, word: str = "") -> Piece:
    """What a footer says of an operation: its first key, and a word other than its own."""
    text = ((key, "key"), (f" {word or operation.hint}", "dim"))
    return Piece(text, action=f"operate({operation.id!r})", priority=operation.hint_order)


def keymap(catalogue: Catalogue) -> dict[str, str]:
    """The keymap for the app: what the settings changed. An operation left without keys gets one no terminal sends."""
    return {
        operation.id: _joined(keys) or "none"
        for operation in OPERATIONS
        if (keys := catalogue.keys(operation)) != tuple(map(normal, operation.keys))
    }


def _joined(keys: Iterable[str]) -> str:
    return ",".join(map(normal, keys))

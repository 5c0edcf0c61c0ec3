"""The catalogue's keys as Textual's bindings."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from dockertui.key_names import normal
from dockertui.operations.base import Context
from dockertui.operations.catalogue import OPERATIONS, Catalogue


def bindings(context: Context) -> list[BindingType]:
    """The bindings of a screen or widget where `context` holds, by the operations' ids: a keymap can name them."""
    return [
        Binding(_joined(operation.keys) or "none", operation.action, operation.title, show=False, id=operation.id)
        for operation in OPERATIONS
        if operation.context is context
    ]


def keymap(catalogue: Catalogue) -> dict[str, str]:
    """The keymap for the app: what the settings changed. An operation left without keys gets one no terminal sends."""
    return {
        operation.id: _joined(keys) or "none"
        for operation in OPERATIONS
        if (keys := catalogue.keys(operation)) != tuple(map(normal, operation.keys))
    }


def _joined(keys: Iterable[str]) -> str:
    return ",".join(map(normal, keys))

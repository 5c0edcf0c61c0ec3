"""The keys of each operation: its own, or those from the settings.

An unknown operation and a clash are reported like other errors in the settings, with file, line and remedy, and the
operation keeps its own keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dockertui.config import ConfigError, Settings
from dockertui.config_values import nearest
from dockertui.key_names import textual_name


class Bindable(NamedTuple):
    """An operation's keys (names or characters), and the scopes in which they work; an empty set is everywhere."""

    keys: tuple[str, ...]
    scopes: frozenset[str] = frozenset()

    def meets(self, other: Bindable) -> bool:
        """Whether the keys of both work in a common scope."""
        return not self.scopes or not other.scopes or bool(self.scopes & other.scopes)


def keymap(
    settings: Settings, operations: Mapping[str, Bindable]
) -> tuple[dict[str, tuple[str, ...]], list[ConfigError]]:
    """Return the keys of every operation with the settings applied, and the errors in those.

    operations: by the ids that the settings may name. Of two operations that would share a key, the one set last gets
    its own keys back.
    """
    errors = [
        _error(settings, name, f"no operation '{name}'", nearest(name, operations))
        for name in settings.keys
        if name not in operations
    ]
    changed = {name: keys for name, keys in settings.keys.items() if name in operations}
    while clash := _clash(changed, operations):
        name, key, other = clash
        place = f"in line {settings.lines.get(f'keys.{other}', 0)}" if other in changed else "by default"
        message = f"keys.{name}: '{key}' is the key of {other}, too ({place})"
        errors.append(_error(settings, name, message, "choose another key for one of them"))
        del changed[name]
    return {name: changed.get(name, item.keys) for name, item in operations.items()}, errors


def _error(settings: Settings, name: str, message: str, remedy: str) -> ConfigError:
    return ConfigError(settings.path, settings.lines.get(f"keys.{name}", 0), message, remedy)


def _clash(changed: Mapping[str, Iterable[str]], operations: Mapping[str, Bindable]) -> tuple[str, str, str] | None:
    """Return the last setting that clashes: its operation, the key, and the other operation; None without a clash."""
    for name in reversed(list(changed)):
        for other, item in operations.items():
            shared = set(changed[name]) & set(changed.get(other, map(textual_name, item.keys)))
            if other != name and shared and item.meets(operations[name]):
                return name, min(shared), other
    return None

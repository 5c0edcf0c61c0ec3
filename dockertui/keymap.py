"""The keys of each operation: its own, those of another program's keymap, or those from the settings.

An unknown operation and a clash are reported like other errors in the settings, with file, line and remedy, and the
operation keeps its own keys. Only a key that a keymap gives yields to the settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
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

    def paired(self, other: Bindable) -> bool:
        """Whether both have the same keys on purpose, as start and stop: one of them never applies."""
        return bool(self.keys) and self == other


class Given(NamedTuple):
    """What another program's keymap changes. keys: by operation, before its own. foreign: keys that mean something
    else there. harmful: operations that lose the foreign keys.
    """

    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    foreign: Collection[str] = ()
    harmful: Collection[str] = ()


_NOTHING = Given()


def keymap(
    settings: Settings, operations: Mapping[str, Bindable], given: Given = _NOTHING
) -> tuple[dict[str, tuple[str, ...]], list[ConfigError]]:
    """Return the keys of every operation with the settings applied, and the errors in those.

    operations: by the ids that the settings may name. given: the keymap that the settings choose; a key that it gives
    an operation is lost by any other in the same place. Of two operations that would share a key, the one set last gets
    its own keys back.
    """
    errors = [
        _error(settings, name, f"no operation '{name}'", nearest(name, operations))
        for name in settings.keys
        if name not in operations
    ]
    own = {name: _adopted(name, operations, given) for name in operations}
    changed = {name: keys for name, keys in settings.keys.items() if name in operations}
    while clash := _clash(changed, operations, own, given):
        name, key, other = clash
        place = f"in line {settings.lines.get(f'keys.{other}', 0)}" if other in changed else "by default"
        message = f"keys.{name}: '{key}' is the key of {other}, too ({place})"
        errors.append(_error(settings, name, message, "choose another key for one of them"))
        del changed[name]
    return {
        name: changed[name] if name in changed else _left(name, changed, operations, own) for name in operations
    }, errors


def _adopted(name: str, operations: Mapping[str, Bindable], given: Given) -> tuple[str, ...]:
    """Return an operation's keys under a keymap: those given first, then its own that no other was given."""
    item = operations[name]
    own = tuple(map(textual_name, item.keys))
    if not given.keys:
        return own
    taken = {key for other, keys in given.keys.items() if operations[other].meets(item) for key in keys}
    taken |= set(given.foreign) if name in given.harmful else set()
    theirs = given.keys.get(name, ())
    left = tuple(key for key in own if key in theirs or key not in taken)
    return left if set(theirs) <= set(left) else tuple(dict.fromkeys([*theirs, *left]))


def _left(
    name: str,
    changed: Mapping[str, Iterable[str]],
    operations: Mapping[str, Bindable],
    own: Mapping[str, Iterable[str]],
) -> tuple[str, ...]:
    """Return what the settings leave of an operation's keys: those that a keymap gave it may be gone."""
    item = operations[name]
    taken = {
        key
        for other, keys in changed.items()
        if operations[other].meets(item) and not operations[other].paired(item)
        for key in keys
    }
    return tuple(key for key in own[name] if key not in taken)


def _error(settings: Settings, name: str, message: str, remedy: str) -> ConfigError:
    return ConfigError(settings.path, settings.lines.get(f"keys.{name}", 0), message, remedy)


def _clash(
    changed: Mapping[str, Iterable[str]],
    operations: Mapping[str, Bindable],
    own: Mapping[str, Iterable[str]],
    given: Given,
) -> tuple[str, str, str] | None:
    """Return the last setting that clashes: its operation, the key, and the other operation; None without a clash."""
    for name in reversed(list(changed)):
        for other, item in operations.items():
            theirs = changed[other] if other in changed else set(own[other]).difference(given.keys.get(other, ()))
            shared = set(changed[name]).intersection(theirs)
            if other != name and shared and item.meets(operations[name]) and not item.paired(operations[name]):
                return name, min(shared), other
    return None

"""Mounts in the syntax of `docker run --volume`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Final, NamedTuple

from dockertui.operations import form_values
from dockertui.operations.command_body import InvalidValue

SHAPE: Final = "volume:/path, /folder:/path or /path, with :ro at the end perhaps"
_PROPAGATION: Final = frozenset({"shared", "rshared", "slave", "rslave", "private", "rprivate"})
_NO_COPY: Final = frozenset({"nocopy"})
_GROUPS: Final = (
    frozenset({"ro", "rw"}),
    frozenset({"z", "Z"}),
    _PROPAGATION,
    _NO_COPY,
    frozenset({"consistent", "cached", "delegated"}),
)
"""Modes; at most one of each group."""
_OF_PODMAN: Final = frozenset({"U", "O", "exec", "noexec", "dev", "nodev", "suid", "nosuid", "bind", "rbind", "copy"})


class Mount(NamedTuple):
    """`source:target:mode`; the source is "" for an anonymous volume, the mode "" if none was given."""

    source: str
    target: str
    mode: str

    @property
    def is_path(self) -> bool:
        """Whether the source is a path on the Engine's host, and not a volume's name."""
        return self.source.startswith(("/", ".", "~"))


def mount(text: str) -> Mount:
    """Parse `[source:]target[:mode]`.

    Raises InvalidValue when it has another form, the target is the root or not absolute, the source is neither a path
    nor a volume's name, or the mode does not apply to such a source.
    """
    found = _split(text)
    if posixpath.normpath(found.target).strip("/") == "":
        raise InvalidValue(f"{text!r}: / itself cannot be mounted over")
    if found.source and not found.is_path:
        _volume(text, found.source)
    _mode(text, found)
    return found


def check(value: Iterable[str]) -> None:
    """Raise InvalidValue for the first invalid mount, or the first whose target is already used."""
    taken: dict[str, str] = {}
    for text in value:
        target = posixpath.normpath(mount(text).target)
        if other := taken.get(target):
            raise InvalidValue(f"{other!r} and {text!r} are mounted at the same place")
        taken[target] = text


def _split(text: str) -> Mount:
    parts = text.split(":")
    source, target, mode = ("", *parts, "") if len(parts) == 1 else (*parts, "") if len(parts) == 2 else parts[:3]
    if len(parts) > 3 or not target.startswith("/") or "" in parts:
        raise InvalidValue(f"{text!r} is not {SHAPE}")
    return Mount(source, target, mode)


def _volume(text: str, name: str) -> None:
    try:
        form_values.name(name)
    except InvalidValue:
        raise InvalidValue(f"{text!r}: {name!r} is no volume's name; a folder's path begins with / or ./") from None


def _mode(text: str, found: Mount) -> None:
    given = found.mode.split(",") if found.mode else []
    for word in given:
        if word not in _OF_PODMAN and not any(word in group for group in _GROUPS):
            raise InvalidValue(f"{text!r}: {word!r} is no mode; ro, rw, z, Z, shared, slave, private, nocopy are")
    for group in _GROUPS:
        if len(twice := [word for word in given if word in group]) > 1:
            raise InvalidValue(f"{text!r}: {' and '.join(twice)} exclude each other")
    wrong = _NO_COPY if found.is_path else _PROPAGATION
    if misplaced := set(given) & wrong:
        kind = "volumes" if found.is_path else "folders"
        raise InvalidValue(f"{text!r}: {misplaced.pop()} is for {kind} only")

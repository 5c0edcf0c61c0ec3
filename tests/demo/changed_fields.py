"""Replies of an unfamiliar Engine: more fields, fewer fields, nulls."""

import json
import random
import zlib
from typing import Any

from dockertui.demo.call import encode

_IDENTITIES = frozenset(("Id", "ID", "Name", "Names", "Type", "Action", "Actor", "ApiVersion", "Volumes", "message"))
"""Never left out: without them there is nothing to show, and a test would prove nothing."""

_MAPS = frozenset(
    (
        "Labels",
        "Options",
        "Attributes",
        "Networks",
        "Containers",
        "Ports",
        "PortBindings",
        "ExposedPorts",
        "DriverOpts",
        "Tmpfs",
        "Sysctls",
        "Runtimes",
        "Data",
        "stats",
        "networks",
        "IndexConfigs",
        "Config",
    )
)
"""Objects whose keys are data rather than fields: nothing is added to them or removed."""


def change(body: bytes, *, unknown: bool, missing: float) -> bytes:
    """Return the JSON `body` with unknown fields added and a share of its own missing or null, deterministically."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return encode(_change(value, random.Random(zlib.crc32(body)), unknown, missing))


def _change(value: Any, dice: random.Random, unknown: bool, missing: float) -> Any:
    if isinstance(value, list):
        return [_change(item, dice, unknown, missing) for item in value]
    if not isinstance(value, dict):
        return value
    changed: dict[str, Any] = {}
    for name, item in value.items():
        if name not in _IDENTITIES and dice.random() < missing:
            if dice.random() < 0.5:
                changed[name] = None
            continue
        changed[name] = _map(item, dice, unknown, missing) if name in _MAPS else _change(item, dice, unknown, missing)
    if unknown:
        changed["XUnknown"] = {"Nested": [1, None, "x", {"Deeper": True}]}
        changed["xNumber"] = 1.5
    return changed


def _map(value: Any, dice: random.Random, unknown: bool, missing: float) -> Any:
    if not isinstance(value, dict):
        return _change(value, dice, unknown, missing)
    return {name: _change(item, dice, unknown, missing) for name, item in value.items()}

"""Estimate the space that a prune frees, before the confirmation, which shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from dockertui.engine import system
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import Raw, count, flag, mapping, mappings, text
from dockertui.operations.command_body import Values
from dockertui.resources import format

PATIENCE: Final = 3.0
"""Seconds to wait: the Engine walks file systems to reply, which can take minutes on a large host."""
CACHE: Final = "build-cache"


def measured(*kinds: str) -> Callable[[Engine, Any], Awaitable[Values]]:
    """Return a command's `prepare` that measures the objects of these kinds, if the Engine replies in time."""

    async def ask(engine: Engine, item: Any) -> Values:
        known = {"podman": engine.version is not None and engine.version.podman}
        try:
            async with asyncio.timeout(PATIENCE):
                return {**known, "measured": sizes(await system.df(engine, kinds))}
        except (EngineError, TimeoutError):  # pruning does not need it
            return known

    return ask


def sizes(raw: Raw) -> dict[str, dict[str, int]]:
    """Return bytes by kind and id from a reply to `system df`: the space freed if the object was removed."""
    return {
        "container": {text(one, "Id"): count(one, "SizeRw") or 0 for one in mappings(raw, "Containers")},
        "volume": {
            text(one, "Name"): size
            for one in mappings(raw, "Volumes")
            if (size := count(mapping(one, "UsageData"), "Size")) is not None
        },
        CACHE: {
            text(one, "ID"): count(one, "Size") or 0
            for one in mappings(raw, "BuildCache")
            if not flag(one, "InUse") and not flag(one, "Shared")
        },
    }


def told(values: Values, kind: str, ids: Iterable[str]) -> str:
    """Return `, 12MB` for these objects together, with `at least` if some sizes are unknown; "" if all are."""
    known: Mapping[str, int] = values.get("measured", {}).get(kind, {})
    wanted = list(ids)
    found = [known[id] for id in wanted if id in known]
    if not found:
        return ""
    return f", {'at least ' if len(found) < len(wanted) else ''}{format.size(sum(found))}"

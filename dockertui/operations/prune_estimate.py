"""What a prune would give back: asked of the Engine before the question is put, so that it can say so."""

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
"""Seconds: the Engine walks file systems to answer, and on a large host that can take minutes."""
CACHE: Final = "build-cache"


def measured(*kinds: str) -> Callable[[Engine, Any], Awaitable[Values]]:
    """For a command's `prepare`: what the objects of these kinds take, as far as that is known in time."""

    async def ask(engine: Engine, item: Any) -> Values:
        known = {"podman": engine.version is not None and engine.version.podman}
        try:
            async with asyncio.timeout(PATIENCE):
                return {**known, "measured": sizes(await system.df(engine, kinds))}
        except (EngineError, TimeoutError):  # nobody needs it for pruning
            return known

    return ask


def sizes(raw: Raw) -> dict[str, dict[str, int]]:
    """Bytes by kind and id, out of the reply of `system df`: what would be free if the object was gone."""
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
    """`, 12MB` for these objects together; `, at least` so much where some are not known; "" where none are."""
    known: Mapping[str, int] = values.get("measured", {}).get(kind, {})
    wanted = list(ids)
    found = [known[id] for id in wanted if id in known]
    if not found:
        return ""
    return f", {'at least ' if len(found) < len(wanted) else ''}{format.size(sum(found))}"

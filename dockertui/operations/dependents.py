"""Find the containers that use another one's namespaces or volumes: when it is recreated they keep the old ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.container_model import SHORT_ID
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import Raw, mapping, strings, text

_PATIENCE: Final = 5.0
"""Seconds after which no more requests are made."""
_AT_ONCE: Final = 8
_MODES: Final = {"NetworkMode": "network", "PidMode": "processes", "IpcMode": "IPC", "UTSMode": "host name"}


async def of(engine: Engine, id: str, name: str) -> list[str]:
    """Return a line on each container that uses this one, and one if some could not be checked. Raises EngineError."""
    others = [other.id for other in await containers.ls(engine) if other.id != id]
    found: dict[str, str] = {}
    gate = asyncio.Semaphore(_AT_ONCE)
    asked = 0

    async def ask(other: str) -> None:
        nonlocal asked
        async with gate:
            inspect = await _inspect(engine, other)
        asked += 1
        if uses := list(_uses(inspect, id, name)):
            found[text(inspect, "Name").removeprefix("/")] = "; ".join(uses)

    asking = [asyncio.create_task(ask(other)) for other in others]
    try:
        async with asyncio.timeout(_PATIENCE):
            await asyncio.gather(*asking)
    except TimeoutError:
        pass
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    lines = [f"{user} {uses}" for user, uses in sorted(found.items())]
    missing = len(others) - asked
    return [*lines, f"of {missing} containers it is not known whether they use it"] if missing else lines


async def _inspect(engine: Engine, id: str) -> Raw:
    """Inspect a container; empty when it is gone or cannot be read."""
    try:
        return await containers.inspect(engine, id)
    except EngineError as error:
        if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.SERVER):
            return {}
        raise


def _uses(inspect: Raw, id: str, name: str) -> Iterable[str]:
    host = mapping(inspect, "HostConfig")
    shared = [word for key, word in _MODES.items() if _means(text(host, key).removeprefix("container:"), id, name)]
    by_id = any(_means(text(host, key).removeprefix("container:"), id, "") for key in _MODES)
    if shared:
        later = "has to be recreated, too: it names this one by its id" if by_id else "has to be restarted afterwards"
        yield f"shares its {' and '.join(shared)} and {later}"
    sources = [source.partition(":")[0] for source in strings(host, "VolumesFrom")]
    if any(_means(source, id, name) for source in sources):
        yield "has its volumes (VolumesFrom)"
    if any(link.partition(":")[0].removeprefix("/") == name for link in strings(host, "Links")):
        yield "is linked to it, and loses the link"


def _means(ref: str, id: str, name: str) -> bool:
    """Whether a reference is this container's name or id."""
    return bool(ref) and (ref == name or (len(ref) >= SHORT_ID and id.startswith(ref)))

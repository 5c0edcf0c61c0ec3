"""Calls of the API's family ``/containers`` that read. All raise EngineError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from dockertui.engine import listing
from dockertui.engine.client import CALL_TIMEOUT, Engine
from dockertui.engine.fields import mapping
from dockertui.engine.models import Container
from dockertui.engine.target import segment

SIZE_TIMEOUT: Final = 300.0


async def ls(engine: Engine, ids: Collection[str] | None = None, *, size: bool = False) -> list[Container]:
    """All containers, stopped ones too; or those of ``ids`` that exist.

    ``size`` has the Engine measure their file systems, which takes it ten times as long and more.
    """
    if ids is not None and not ids:
        return []
    asked_at = engine.trace.clock()
    params = {"all": True, "size": size or None, **listing.only("id", ids)}
    reply = await engine.get("/containers/json", params=params, timeout=SIZE_TIMEOUT if size else CALL_TIMEOUT)
    found = listing.containers(reply, asked_at)
    return found if ids is None else [container for container in found if container.id in ids]


async def inspect(engine: Engine, container: str) -> dict[str, Any]:
    """Everything about one container, by id or name, as the API says it."""
    return await engine.get_object(f"/containers/{segment(container)}/json")


async def stopped_by_user(engine: Engine, container: str) -> bool:
    """Whether Podman says that somebody had a container end: by its own API alone, and by no event.

    False, too, from a Podman that is too old to say it.
    """
    reply = await engine.get_object(f"/libpod/containers/{segment(container)}/json")
    return mapping(reply, "State").get("StoppedByUser") is True


def stats_stream(engine: Engine, container: str) -> AbstractAsyncContextManager[AsyncIterator[dict[str, Any]]]:
    """Its statistics, one object a second (Podman: every five) while it runs; see ``stats.usage``."""
    return engine.objects(f"/containers/{segment(container)}/stats", params={"stream": True})


async def stats_once(engine: Engine, container: str) -> dict[str, Any]:
    """Its statistics now, with none before to compare: in milliseconds from API 1.44 on, else in a second."""
    params = {"stream": False, "one-shot": True}
    return await engine.get_object(f"/containers/{segment(container)}/stats", params=params)


async def top(engine: Engine, container: str, ps_args: str | None = None) -> dict[str, Any]:
    """Its processes as the Engine's `ps` lists them, ``ps_args`` its options; see ``processes.listing``."""
    return await engine.get_object(f"/containers/{segment(container)}/top", params={"ps_args": ps_args})

"""Calls of the API's family ``/containers`` that read. All raise EngineError."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final

from dockertui.engine.call import Call
from dockertui.engine.fields import mapping
from dockertui.engine.listing import Listing
from dockertui.engine.models import Container
from dockertui.engine.target import segment

if TYPE_CHECKING:
    from dockertui.engine.client import Engine

CONTAINERS: Final = Listing(
    "container",
    Call("GET", "/containers/json", {"all": True}, docker=("ps", "--all", "--no-trunc")),
    Container.from_json,
    lambda container: container.id,
    "/containers/{}/json",
)
ls, inspect = CONTAINERS.ls, CONTAINERS.inspect
MEASURED: Final = CONTAINERS.all._replace(
    params={"all": True, "size": True},
    docker=(*CONTAINERS.all.docker, "--size"),
    patience=300.0,
)
"""The list with sizes: the Engine measures the file systems for it, which takes it ten times as long and more."""


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

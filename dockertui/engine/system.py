"""Requests about the Engine itself: version, information, events, disk usage. Sending them raises EngineError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.models import Event
from dockertui.engine.volumes import VOLUMES
from dockertui.masking import MASK

INFO: Final = Call("GET", "/info", docker=("info",))
DF: Final = Call("GET", "/system/df", docker=("system", "df", "--verbose"))


class VolumeUsage(NamedTuple):
    """A volume's size in bytes, and how many containers refer to it; None if the Engine does not say."""

    size: int | None
    ref_count: int | None


async def info(engine: Engine) -> dict[str, Any]:
    """Return the Engine's configuration, counts, drivers and warnings."""
    return await engine.get_object(INFO)


async def df(engine: Engine, types: Sequence[str] = ()) -> dict[str, Any]:
    """Return the disk usage; only of `types` (container, image, volume, build-cache) from API 1.42 on.

    The Engine walks file systems for it: no time limit, cancel it.
    """
    call = DF._replace(params={"type": tuple(types)}) if engine.supports("1.42") else DF
    return await engine.get_object(call, timeout=None)


async def df_volumes(engine: Engine) -> dict[str, VolumeUsage]:
    """Return the usage of each volume by name. As slow as `df`."""
    found = VOLUMES.parse(await df(engine, ["volume"]))
    return {volume.name: VolumeUsage(volume.size, volume.ref_count) for volume in found}


@asynccontextmanager
async def events(
    engine: Engine,
    since: int | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    until: int | None = None,
) -> AsyncIterator[AsyncIterator[Event]]:
    """Stream events as they happen: `async with events(engine) as stream: async for event in stream`.

    `since` and `until`, where the stream ends, are inclusive, in epoch nanoseconds by the Engine's clock; the Engine
    keeps the last 256 events. Entering waits for the reply's headers, which some Podman versions hold back until the
    first event. Podman (5.8) ends at an `until` in the past before it has read its log: then its whole log is
    requested, without a stream, and later events are dropped here.
    """
    podman = engine.version is not None and engine.version.podman
    past = podman and until is not None
    params = {
        "since": _seconds(since),
        "until": None if past else _seconds(until),
        "stream": False if past else None,
        "filters": None if filters is None else {k: list(v) for k, v in filters.items()},
    }
    async with engine.objects(Call("GET", "/events", params, docker=("events",))) as objects:
        yield _typed(objects, until)


async def _typed(objects: AsyncIterator[dict[str, Any]], until: int | None) -> AsyncIterator[Event]:
    async for raw in objects:
        event = Event.from_json(raw)
        if until is None or event.time_ns <= until:
            yield event


def _seconds(moment: int | None) -> str | None:
    """Format epoch nanoseconds for the API."""
    return None if moment is None else f"{moment // 1_000_000_000}.{moment % 1_000_000_000:09d}"


def login(registry: str, user: str, password: str) -> Call:
    """Log in to a registry, to check the credentials.

    Changes nothing on the Engine; the reply has an identity token if the registry issues one.
    """
    body = {"username": user, "password": password, "serveraddress": registry}
    return Call("POST", "/auth", body=body, shown={**body, "password": MASK})


def prune_build_cache(*, all: bool = False) -> Call:
    """Remove cached layers of builds; without `all` only those that nothing refers to."""
    return Call("POST", "/build/prune", {"all": all or None})

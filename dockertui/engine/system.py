"""Requests about the Engine itself: version, information, events, disk usage. What sends them raises EngineError."""

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
    """A volume's size in bytes, and how many containers refer to it; None where the Engine does not say."""

    size: int | None
    ref_count: int | None


async def info(engine: Engine) -> dict[str, Any]:
    """Its configuration, counts, drivers and warnings."""
    return await engine.get_object(INFO)


async def df(engine: Engine, types: Sequence[str] = ()) -> dict[str, Any]:
    """Disk usage; of ``types`` (container, image, volume, build-cache) only, from API 1.42 on.

    The Engine walks file systems for it: no time limit, cancel it.
    """
    call = DF._replace(params={"type": tuple(types)}) if engine.supports("1.42") else DF
    return await engine.get_object(call, timeout=None)


async def df_volumes(engine: Engine) -> dict[str, VolumeUsage]:
    """What each volume takes, by its name. As slow as ``df``."""
    found = VOLUMES.parse(await df(engine, ["volume"]))
    return {volume.name: VolumeUsage(volume.size, volume.ref_count) for volume in found}


@asynccontextmanager
async def events(
    engine: Engine,
    since: int | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    until: int | None = None,
) -> AsyncIterator[AsyncIterator[Event]]:
    """Events as they happen: ``async with events(engine) as stream: async for event in stream``.

    ``since`` and ``until``, where the stream ends, are in epoch nanoseconds by the Engine's clock and inclusive; of
    the past the Engine keeps 256. Entering waits for the reply's headers, which some Podman versions hold back until
    there is an event. Podman (5.8) ends at an ``until`` that has passed before it has read its log: it is asked for
    all that its log has, without a stream, and what came later is left out here.
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
    """Epoch nanoseconds as the API wants them."""
    return None if moment is None else f"{moment // 1_000_000_000}.{moment % 1_000_000_000:09d}"


def login(registry: str, user: str, password: str) -> Call:
    """Log in to a registry, to see whether the credentials are right.

    Changes nothing on the Engine; it answers with an identity token where the registry gives one.
    """
    body = {"username": user, "password": password, "serveraddress": registry}
    return Call("POST", "/auth", body=body, shown={**body, "password": MASK})


def prune_build_cache(*, all: bool = False) -> Call:
    """Remove the layers that builds keep; without `all` those that nothing refers to."""
    return Call("POST", "/build/prune", {"all": all or None})

"""Volumes: list, inspect, create, remove, prune."""

from typing import Any

from aiohttp import web

from dockertui.demo.api.call import Call, Route, empty, reply
from dockertui.demo.api.filters import Filters, parse
from dockertui.demo.world import volumes
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Volume
from dockertui.demo.world.times import rfc3339

_FILTERS = frozenset(("dangling", "driver", "label", "name"))


async def ls(call: Call) -> web.StreamResponse:
    filters = parse(call, _FILTERS)
    dangling = filters.truth("dangling")
    used = {mount.name for one in call.host.containers.values() for mount in one.mounts}
    chosen = [
        one
        for one in call.host.volumes.values()
        if _passes(filters, one) and (dangling is None or dangling == (one.name not in used))
    ]
    return reply({"Volumes": [summary(one) for one in chosen], "Warnings": None})


def _passes(filters: Filters, one: Volume) -> bool:
    return (
        filters.pattern("name", one.name) and filters.exact("driver", one.driver) and filters.labels(one.labels or {})
    )


def summary(one: Volume) -> dict[str, Any]:
    return {
        "CreatedAt": rfc3339(one.created, nanos=False),
        "Driver": one.driver,
        "Labels": one.labels,
        "Mountpoint": one.mountpoint,
        "Name": one.name,
        "Options": one.options,
        "Scope": "local",
    }


def with_usage(host: Host, one: Volume) -> dict[str, Any]:
    """The entry of system/df, which alone knows size and use."""
    return summary(one) | {"UsageData": {"RefCount": len(host.users_of_volume(one.name)), "Size": one.size}}


async def show(call: Call) -> web.StreamResponse:
    return reply(summary(call.host.volume(call.names["name"])))


async def create(call: Call) -> web.StreamResponse:
    return reply(summary(volumes.create(call.host, await call.body())), 201)


async def remove(call: Call) -> web.StreamResponse:
    volumes.remove(call.host, call.names["name"], force=call.flag("force"))
    return empty()


async def prune(call: Call) -> web.StreamResponse:
    filters = parse(call, ("all", "label", "label!"))
    named_too = filters.truth("all") or call.version < (1, 42)
    gone, reclaimed = volumes.prune(
        call.host,
        lambda one: bool(named_too or one.anonymous) and filters.keep(one.labels or {}, one.created, call.host.now()),
    )
    return reply({"VolumesDeleted": gone, "SpaceReclaimed": reclaimed})


ROUTES = (
    Route("GET", "/volumes", ls),
    Route("POST", "/volumes/create", create),
    Route("POST", "/volumes/prune", prune),
    Route("GET", "/volumes/{name:path}", show),
    Route("DELETE", "/volumes/{name:path}", remove),
)

"""The Engine about itself: ping, version, info, events, and what takes how much room."""

import asyncio
import contextlib
import json
from collections import Counter
from typing import Any

from aiohttp import web

from dockertui.demo import images
from dockertui.demo.call import Call, Route
from dockertui.demo.containers import encoded_summary
from dockertui.demo.filters import Filters, parse, timestamp_ns
from dockertui.demo.host import Event, Refusal, invalid
from dockertui.demo.templates import REPLIES, filled
from dockertui.demo.times import moment, rfc3339

_DF_TYPES = ("container", "image", "volume", "build-cache")
_SWARM = ("services", "tasks", "nodes", "secrets", "configs", "swarm")
_FOREIGN = ("config", "node", "secret", "service")
_FILTERS = {"container", "daemon", "event", "image", "label", "network", "plugin", "scope", "type", "volume", *_FOREIGN}
_WITH_TEXT = ("health_status", "exec_create", "exec_start")


def ping(call: Call) -> web.StreamResponse:
    return web.Response(text="" if call.request.method == "HEAD" else "OK", headers=REPLIES["Ping"])


def info(call: Call) -> dict[str, Any]:
    host = call.host
    states = Counter(one.state for one in host.containers.values())
    # A restarting container counts as stopped here (moby's StateCounter), though it lists as running.
    return REPLIES["Info"] | {
        "Containers": len(host.containers),
        "ContainersRunning": states["running"],
        "ContainersPaused": states["paused"],
        "ContainersStopped": len(host.containers) - states["running"] - states["paused"],
        "Images": len(host.images),
        "SystemTime": rfc3339(host.now()),
        "NEventsListener": len(host.events.listeners),
    }


def df(call: Call) -> dict[str, Any]:
    """Room by kind; from API 1.42 on `type` asks for some kinds alone."""
    wanted = call.all("type") if call.version >= (1, 42) else []
    for kind in wanted:
        if kind not in _DF_TYPES:
            raise invalid(f"unknown object type: {kind}")
    host, told = call.host, dict[str, Any]()
    if not wanted or "image" in wanted:
        told["LayersSize"] = sum(one.size for one in host.images.values())
        told["Images"] = [
            images.summary(host, one, call.version, counted=True, shared=True) for one in host.images.values()
        ]
    if not wanted or "container" in wanted:
        told["Containers"] = [json.loads(encoded_summary(host, one, True)) for one in host.containers.values()]
    if not wanted or "volume" in wanted:
        told["Volumes"] = [
            filled("Volume", one, UsageData={"RefCount": len(host.users_of_volume(name)), "Size": one.size})
            for name, one in host.volumes.items()
        ]
    if not wanted or "build-cache" in wanted:
        told["BuildCache"] = host.build_records
    return told


async def events(call: Call) -> web.StreamResponse:
    filters = parse(call, _FILTERS)
    since, until = timestamp_ns(call.text("since")), timestamp_ns(call.text("until"))
    with call.host.events.listening() as queue:
        past = [] if since is None and until is None else [*call.host.events.history]
        out = await call.stream()
        for event in past:
            if (since or 0) <= event.time_ns <= (until or event.time_ns) and _passes(filters, event):
                await out.write_json(event.json())
        left = None if until is None else max(until / 1e9 - call.host.now(), 0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                while left != 0:
                    event = await queue.get()
                    if _passes(filters, event):
                        await out.write_json(event.json())
    return out.response


def _passes(filters: Filters, event: Event) -> bool:
    plain, name = event.action.partition(":")[0], event.attributes.get("name", "")
    texts = {event.actor, name} if event.type == "image" else set()
    texts.add(event.attributes.get("image", ""))
    return (
        filters.exact("type", event.type)
        and filters.exact("scope", "local")
        and filters.exact("event", event.action, *([plain] if plain in _WITH_TEXT else []))
        and filters.labels(event.attributes)
        and filters.exact("image", *texts, *(text.rpartition(":")[0] for text in texts))
        # By the beginning of an id or of a name, as moby's FuzzyMatch.
        and all(
            kind == event.type
            and any(text.startswith(wanted) for wanted in filters.of(kind) for text in (event.actor, name))
            for kind in ("container", "network", "volume", "plugin", "daemon")
            if kind in filters
        )
        and not any(kind in filters for kind in _FOREIGN)
    )


def _prune_build_cache(call: Call) -> dict[str, Any]:
    """POST /build/prune: what no build uses, as old as `until` says."""
    filters = parse(call, ("description", "id", "inuse", "parent", "private", "shared", "type", "until"))
    cache, now = call.host.build_records, call.host.now()
    gone = [one for one in cache if not one["InUse"] and filters.keep({}, moment(one["LastUsedAt"]), now)]
    call.host.build_records = [one for one in cache if one not in gone]
    reclaimed = sum(one["Size"] for one in gone)
    call.host.tell_pruned("builder", reclaimed)
    return {"CachesDeleted": [one["ID"] for one in gone] or None, "SpaceReclaimed": reclaimed}


def not_a_manager(call: Call) -> None:
    remedy = 'Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'
    raise Refusal(503, f"This node is not a swarm manager. {remedy}")


def no_swarm(call: Call) -> None:
    raise Refusal(501, "the demo Engine is a single host: it does not become a part of a swarm")


ROUTES = (
    Route("GET", "/_ping", ping),
    Route("HEAD", "/_ping", ping),
    Route("GET", "/version", lambda call: REPLIES["Version"]),
    Route("GET", "/info", info),
    Route("GET", "/system/df", df),
    Route("GET", "/events", events),
    Route("POST", "/build/prune", _prune_build_cache),
    Route("POST", "/swarm/init", no_swarm),
    Route("POST", "/swarm/join", no_swarm),
    *(Route("GET", f"/{family}", not_a_manager) for family in _SWARM),
)

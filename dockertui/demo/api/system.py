"""The Engine about itself: ping, version, info, and what takes how much room."""

from collections import Counter
from typing import Any

from aiohttp import web

from dockertui.demo.api import image_replies, volumes
from dockertui.demo.api.call import API, ENGINE, OLDEST_API, Call, Route, encode, raw_reply, reply
from dockertui.demo.api.container_replies import encoded_summary
from dockertui.demo.api.filters import parse
from dockertui.demo.api.templates import INFO
from dockertui.demo.world.host import CPUS, MEMORY
from dockertui.demo.world.refusal import Refusal, invalid
from dockertui.demo.world.times import moment, rfc3339

NAME = "demo-host"
_KERNEL, _OS = "6.1.0-31-amd64", "Debian GNU/Linux 12 (bookworm)"
_BUILT, _COMMIT, _GO = "2025-10-08T12:17:26.000000000+00:00", "89c5e8f", "go1.24.8"
_DF_TYPES = ("container", "image", "volume", "build-cache")


async def ping(call: Call) -> web.StreamResponse:
    return web.Response(
        text="" if call.request.method == "HEAD" else "OK",
        headers={
            "Builder-Version": "2",
            "Cache-Control": "no-cache, no-store, must-revalidate",
            "Pragma": "no-cache",
            "Swarm": "inactive",
        },
    )


async def version(call: Call) -> web.StreamResponse:
    engine = {
        "ApiVersion": API,
        "Arch": "amd64",
        "BuildTime": _BUILT,
        "Experimental": "false",
        "GitCommit": _COMMIT,
        "GoVersion": _GO,
        "KernelVersion": _KERNEL,
        "MinAPIVersion": OLDEST_API,
        "Os": "linux",
    }
    return reply(
        {
            "Platform": {"Name": "dockertui demo Engine"},
            "Components": [
                {"Name": "Engine", "Version": ENGINE, "Details": engine},
                {"Name": "containerd", "Version": "1.7.28", "Details": {"GitCommit": "b98a3aa"}},
                {"Name": "runc", "Version": "1.3.2", "Details": {"GitCommit": "v1.3.2-0-gaeabe4e7"}},
                {"Name": "docker-init", "Version": "0.19.0", "Details": {"GitCommit": "de40ad0"}},
            ],
            "Version": ENGINE,
            "ApiVersion": API,
            "MinAPIVersion": OLDEST_API,
            "GitCommit": _COMMIT,
            "GoVersion": _GO,
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": _KERNEL,
            "BuildTime": _BUILT,
        }
    )


async def info(call: Call) -> web.StreamResponse:
    host = call.host
    states = Counter(one.state for one in host.containers.values())
    # A restarting container counts as stopped here (moby's StateCounter), though it lists as running.
    counts = {
        "Containers": len(host.containers),
        "ContainersRunning": states["running"],
        "ContainersPaused": states["paused"],
        "ContainersStopped": len(host.containers) - states["running"] - states["paused"],
        "Images": len(host.images),
    }
    moment = {"SystemTime": rfc3339(host.now()), "NEventsListener": host.events.listeners}
    return reply({"ID": "0b5a6d0e-7d7c-4f0b-9a55-4a1d5f6c2f01"} | counts | _INFO | moment)


_INFO: dict[str, Any] = INFO | {
    "NCPU": CPUS, "MemTotal": MEMORY, "Name": NAME, "ServerVersion": ENGINE, "KernelVersion": _KERNEL,
    "OperatingSystem": _OS,
}  # fmt: skip


async def df(call: Call) -> web.StreamResponse:
    """Room by kind; from API 1.42 on `type` asks for some kinds alone. Containers are encoded as in lists."""
    wanted = call.request.rel_url.query.getall("type", []) if call.version >= (1, 42) else []
    for kind in wanted:
        if kind not in _DF_TYPES:
            raise invalid(f"unknown object type: {kind}")
    host = call.host
    parts: list[bytes] = []
    if not wanted or "image" in wanted:
        parts.append(_member("LayersSize", sum(one.size for one in host.images.values())))
        parts.append(
            _member(
                "Images",
                [
                    image_replies.summary(host, one, call.version, counted=True, shared=True)
                    for one in host.images.values()
                ],
            )
        )
    if not wanted or "container" in wanted:
        rows = [encoded_summary(host, one, True) for one in host.containers.values()]
        parts.append(b'"Containers":[' + b",".join(rows) + b"]")
    if not wanted or "volume" in wanted:
        parts.append(_member("Volumes", [volumes.with_usage(host, one) for one in host.volumes.values()]))
    if not wanted or "build-cache" in wanted:
        parts.append(_member("BuildCache", host.build_records))
    return raw_reply(b"{" + b",".join(parts) + b"}\n")


def _member(name: str, value: object) -> bytes:
    return encode(name).rstrip() + b":" + encode(value).rstrip()


async def prune_build_cache(call: Call) -> web.StreamResponse:
    """POST /build/prune: what no build uses, as old as `until` says."""
    filters = parse(call, ("description", "id", "inuse", "parent", "private", "shared", "type", "until"))
    cache, now = call.host.build_records, call.host.now()
    gone = [one for one in cache if not one["InUse"] and filters.keep({}, moment(one["LastUsedAt"]), now)]
    call.host.build_records = [one for one in cache if one not in gone]
    reclaimed = sum(one["Size"] for one in gone)
    call.host.tell_pruned("builder", reclaimed)
    return reply({"CachesDeleted": [one["ID"] for one in gone] or None, "SpaceReclaimed": reclaimed})


_SWARM = ("services", "tasks", "nodes", "secrets", "configs", "swarm")


async def not_a_manager(call: Call) -> web.StreamResponse:
    remedy = 'Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'
    raise Refusal(503, f"This node is not a swarm manager. {remedy}")


async def no_swarm(call: Call) -> web.StreamResponse:
    raise Refusal(501, "the demo Engine is a single host: it does not become a part of a swarm")


ROUTES = (
    Route("GET", "/_ping", ping),
    Route("HEAD", "/_ping", ping),
    Route("GET", "/version", version),
    Route("GET", "/info", info),
    Route("GET", "/system/df", df),
    Route("POST", "/build/prune", prune_build_cache),
    Route("POST", "/swarm/init", no_swarm),
    Route("POST", "/swarm/join", no_swarm),
    *(Route("GET", f"/{family}", not_a_manager) for family in _SWARM),
)

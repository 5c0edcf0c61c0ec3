"""Images: list, inspect, history, tag, remove, prune, and pull with its progress."""

import asyncio
import re
from fnmatch import fnmatchcase

from aiohttp import web

from dockertui.demo.api import image_replies
from dockertui.demo.api.call import Call, Route, Stream, empty, reply
from dockertui.demo.api.filters import Filters, parse
from dockertui.demo.world import images
from dockertui.demo.world.objects import Image
from dockertui.demo.world.refusal import Refusal

_FILTERS = frozenset(("dangling", "label", "before", "since", "reference", "until"))
_STEPS = 8
_PACE = 0.06
"""Seconds between two steps of a pull on a live host."""


async def ls(call: Call) -> web.StreamResponse:
    host, filters = call.host, parse(call, _FILTERS)
    dangling = filters.truth("dangling")
    parents = {one.parent for one in host.images.values()}
    chosen = [
        one
        for one in host.images.values()
        if _passes(filters, one)
        and (dangling is None or one.dangling == dangling)
        and (call.flag("all") or one.tags or one.id not in parents)
    ]
    chosen.sort(key=lambda one: one.created, reverse=True)
    shared = call.flag("shared-size")
    return reply([image_replies.summary(host, one, call.version, shared=shared) for one in chosen])


def _passes(filters: Filters, image: Image) -> bool:
    wanted = filters.values("reference")
    matched = not wanted or any(_refers(pattern, tag) for pattern in wanted for tag in image.tags)
    return matched and filters.labels(image.labels)


def _refers(pattern: str, tag: str) -> bool:
    """As reference.FamiliarMatch: a path pattern against the name with and without its tag."""
    return fnmatchcase(tag, pattern) or fnmatchcase(images.repository(tag), pattern)


async def show(call: Call) -> web.StreamResponse:
    return reply(image_replies.inspect(images.find(call.host, call.names["name"]), call.version))


async def history(call: Call) -> web.StreamResponse:
    return reply(image_replies.history(images.find(call.host, call.names["name"])))


async def tag(call: Call) -> web.StreamResponse:
    image = images.find(call.host, call.names["name"])
    images.tag(call.host, image, call.text("repo"), call.text("tag") or "latest")
    return empty(201)


async def remove(call: Call) -> web.StreamResponse:
    ref = call.names["name"]
    return reply(images.remove(call.host, ref, force=call.flag("force"), prune=not call.flag("noprune")))


async def prune(call: Call) -> web.StreamResponse:
    filters = parse(call, ("dangling", "label", "label!", "until"))
    rows, reclaimed = images.prune(
        call.host,
        lambda one: filters.labels(one.labels) and not filters.any_label(one.labels, "label!"),
        dangling=filters.truth("dangling") is not False,
    )
    return reply({"ImagesDeleted": rows or None, "SpaceReclaimed": reclaimed})


async def pull(call: Call) -> web.StreamResponse:
    """POST /images/create: the progress of each layer as JSON objects, then digest and verdict."""
    name, name_tag = call.text("fromImage"), call.text("tag")
    if not name:
        raise Refusal(500, 'Get "http:": http: no Host in request URL')
    joint = "@" if name_tag.startswith("sha256:") else ":"
    reference = images.familiar(f"{name}{joint}{name_tag}" if name_tag else name)
    if "@" not in reference:
        images.check_reference(images.repository(reference), reference.rpartition(":")[2])
    images.check_registry(reference)
    stream = Stream(call, "application/json")
    await stream.open()
    path = reference.rpartition(":")[0]
    full = path if "/" in path else f"library/{path}"
    await stream.write_json({"status": f"Pulling from {full}", "id": reference.rpartition(":")[2]})
    if images.find_or_none(call.host, reference) is None:
        await _layers(stream, reference, _PACE if call.host.live else 0.0)
    image, fresh = images.arrive(call.host, reference)
    digest = next((one.partition("@")[2] for one in image.digests), image.id)
    verdict = "Downloaded newer image" if fresh else "Image is up to date"
    await stream.write_json({"status": f"Digest: {digest}"})
    await stream.write_json({"status": f"Status: {verdict} for {reference}"})
    return stream.response


async def _layers(stream: Stream, reference: str, pace: float) -> None:
    layers = images.layers_of(reference)
    for digest, _ in layers:
        await stream.write_json({"status": "Pulling fs layer", "progressDetail": {}, "id": digest[:12]})
    for digest, _ in layers[3:]:
        await stream.write_json({"status": "Waiting", "progressDetail": {}, "id": digest[:12]})
    for digest, size in layers:
        await _advance(stream, "Downloading", digest[:12], size, pace)
        for status in ("Verifying Checksum", "Download complete"):
            await stream.write_json({"status": status, "progressDetail": {}, "id": digest[:12]})
    for digest, size in layers:
        await _advance(stream, "Extracting", digest[:12], size, pace / 2)
        await stream.write_json({"status": "Pull complete", "progressDetail": {}, "id": digest[:12]})


async def _advance(stream: Stream, status: str, layer: str, size: int, pace: float) -> None:
    for step in range(1, _STEPS + 1):
        await asyncio.sleep(pace)
        current = size * step // _STEPS
        await stream.write_json(
            {
                "status": status,
                "progressDetail": {"current": current, "total": size},
                "progress": _bar(current, size),
                "id": layer,
            }
        )


def _bar(current: int, total: int) -> str:
    """The bar that the Engine draws for clients: 50 characters and two sizes."""
    done = 50 * current // max(total, 1)
    bar = "=" * done + ">" + " " * (49 - done) if done < 50 else "=" * 50 + ">"
    return f"[{bar}] {_size(current):>7}/{_size(total)}"


def _size(count: int) -> str:
    value: float = count
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return re.sub(r"\.?0+$", "", f"{value:.4g}") + unit if "." in f"{value:.4g}" else f"{value:.4g}{unit}"
        value /= 1000
    return f"{value:.4g}GB"


ROUTES = (
    Route("GET", "/images/json", ls),
    Route("POST", "/images/create", pull),
    Route("POST", "/images/prune", prune),
    Route("GET", "/images/{name:path}/json", show),
    Route("GET", "/images/{name:path}/history", history),
    Route("POST", "/images/{name:path}/tag", tag),
    Route("DELETE", "/images/{name:path}", remove),
)

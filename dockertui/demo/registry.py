"""The registries, of which the demo has but imagined ones: log in, pull, push, search, and what is in them."""

import asyncio
from typing import Any

from aiohttp import web

from dockertui.demo import images
from dockertui.demo.call import Call, Route, Stream
from dockertui.demo.host import Refusal, invalid
from dockertui.demo.objects import Image
from dockertui.demo.templates import REPLIES

_PACE = 0.06
"""Seconds between two steps of a pull on a live host."""
_STEPS = 8


def auth(call: Call) -> dict[str, str]:
    """POST /auth: every registry here knows every user, and no password that has 'wrong' in it."""
    raw = call.body
    if not raw.get("username") or "wrong" in str(raw.get("password", "")):
        raise Refusal(401, f'Get "https://{raw.get("serveraddress")}/v2/": unauthorized: authentication required')
    return {"IdentityToken": "", "Status": "Login Succeeded"}


def search(call: Call) -> list[dict[str, Any]]:
    limit = call.integer("limit")
    if limit is not None and not 1 <= limit <= 100:
        raise invalid(f"limit {limit} is outside the range of [1, 100]")
    return [one for one in REPLIES["Search"]["found"] if call.text("term") in one["name"]][:limit]


def describe(call: Call) -> dict[str, Any]:
    """GET /distribution/{name}/json."""
    reference = images.familiar(call.names["name"])
    images.check_registry(reference)
    told = REPLIES["Distribution"]
    return told | {"Descriptor": told["Descriptor"] | {"digest": images.digest_of(reference).partition("@")[2]}}


async def push(call: Call) -> web.StreamResponse:
    """POST /images/{name}/push: the progress of each layer, then the digest; without `tag` all tags of the name."""
    repository, tag = images.repository(images.familiar(call.names["name"])), call.text("tag")
    tags = [one for image in call.host.images.values() for one in image.tags if images.repository(one) == repository]
    wanted = [one for one in tags if not tag or one == f"{repository}:{tag}"]
    stream = await call.stream()
    await stream.write_json({"status": f"The push refers to repository [{images.full(repository)}]"})
    if "missing" in repository or "private" in repository:
        await stream.fail(images.DENIED)
        return stream.response
    if not wanted:
        await stream.fail(f"An image does not exist locally with the tag: {repository}")
    for reference in wanted:
        await _push(call, stream, images.find(call.host, reference), reference)
    return stream.response


async def _push(call: Call, stream: Stream, image: Image, reference: str) -> None:
    layers = [(one.removeprefix("sha256:")[:12], image.size // len(image.layers)) for one in image.layers]
    for layer, _ in layers:
        await _say(stream, "Preparing", layer)
    for layer, size in layers:
        await advance(stream, "Pushing", layer, size, _PACE if call.host.live else 0.0)
        await _say(stream, "Pushed", layer)
    pushed = images.digest_of(reference)
    tag, digest = reference.rpartition(":")[2], pushed.partition("@")[2]
    if pushed not in image.digests:
        image.digests.append(pushed)
    images.tell(call.host, image, "push", reference)
    await stream.write_json({"status": f"{tag}: digest: {digest} size: 1609"})
    await stream.write_json({"progressDetail": {}, "aux": {"Tag": tag, "Digest": digest, "Size": 1609}})


async def pull(call: Call) -> web.StreamResponse:
    """POST /images/create: the progress of each layer as JSON objects, then digest and verdict."""
    name, name_tag = call.text("fromImage"), call.text("tag")
    if not name:
        raise Refusal(500, 'Get "http:": http: no Host in request URL')
    joint = "@" if name_tag.startswith("sha256:") else ":"
    reference = images.familiar(f"{name}{joint}{name_tag}" if name_tag else name)
    if "@" not in reference:
        images.check_reference(*images.split(reference))
    images.check_registry(reference)
    stream = await call.stream()
    full = images.full(images.repository(reference)).removeprefix("docker.io/")
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
    for status, some in (("Pulling fs layer", layers), ("Waiting", layers[3:])):
        for digest, _ in some:
            await _say(stream, status, digest[:12])
    for digest, size in layers:
        await advance(stream, "Downloading", digest[:12], size, pace)
        for status in ("Verifying Checksum", "Download complete"):
            await _say(stream, status, digest[:12])
    for digest, size in layers:
        await advance(stream, "Extracting", digest[:12], size, pace / 2)
        await _say(stream, "Pull complete", digest[:12])


async def _say(stream: Stream, status: str, layer: str) -> None:
    await stream.write_json({"status": status, "progressDetail": {}, "id": layer})


async def advance(stream: Stream, status: str, layer: str, size: int, pace: float) -> None:
    """A layer's way."""
    for step in range(1, _STEPS + 1):
        await asyncio.sleep(pace)
        told = {"progressDetail": {"current": size * step // _STEPS, "total": size}}
        await stream.write_json({"status": status, **told, "id": layer})


ROUTES = (
    Route("POST", "/auth", auth),
    Route("GET", "/images/search", search),
    Route("GET", "/distribution/{name:path}/json", describe),
    Route("POST", "/images/{name:path}/push", push),
)

"""The registries, of which the demo has but imagined ones: log in, pull, push, search, and what is in them."""

from aiohttp import web

from dockertui.demo.api.call import Call, Route, Stream, reply
from dockertui.demo.api.filters import parse
from dockertui.demo.api.image_files import import_
from dockertui.demo.api.progress import advance
from dockertui.demo.world import images
from dockertui.demo.world.objects import Image
from dockertui.demo.world.refusal import Refusal, invalid

_PACE = 0.06
"""Seconds between two steps of a pull on a live host."""
_FOUND = (
    ("nginx", 20_962, True, "Official build of Nginx."),
    ("postgres", 14_530, True, "The PostgreSQL object-relational database system."),
    ("redis", 13_401, True, "Redis is an in-memory data store."),
    ("alpine", 11_297, True, "A minimal Docker image based on Alpine Linux."),
    ("busybox", 3_410, True, "Busybox base image."),
    ("nginx/nginx-ingress", 110, False, "NGINX and NGINX Plus Ingress Controllers for Kubernetes"),
    ("grafana/grafana", 3_122, False, "The official Grafana docker container"),
    ("bitnami/postgresql", 280, False, "Container image for PostgreSQL"),
)
"""What a search may find: name, stars, whether it is an official one, and what it says of itself."""


async def auth(call: Call) -> web.StreamResponse:
    """POST /auth: every registry here knows every user, and no password that has 'wrong' in it."""
    raw = await call.body()
    if not raw.get("username") or "wrong" in str(raw.get("password", "")):
        raise Refusal(401, f'Get "https://{raw.get("serveraddress")}/v2/": unauthorized: authentication required')
    return reply({"IdentityToken": "", "Status": "Login Succeeded"})


async def search(call: Call) -> web.StreamResponse:
    filters = parse(call, ("is-automated", "is-official", "stars"))
    limit = call.integer("limit")
    if limit is not None and not 1 <= limit <= 100:
        raise invalid(f"limit {limit} is outside the range of [1, 100]")
    official, automated = filters.truth("is-official"), filters.truth("is-automated")
    stars = max(map(int, filter(str.isdecimal, filters.values("stars"))), default=0)
    rows = [
        {"star_count": count, "is_official": own, "name": name, "is_automated": False, "description": text}
        for name, count, own, text in _FOUND
        if call.text("term") in name and count >= stars and official in (None, own) and not automated
    ]
    return reply(rows[:limit])


async def describe(call: Call) -> web.StreamResponse:
    """GET /distribution/{name}/json."""
    reference = images.familiar(call.names["name"])
    images.check_registry(reference)
    digest = images.digest_of(reference).partition("@")[2]
    kind = "application/vnd.oci.image.index.v1+json"
    platforms = [{"architecture": name, "os": "linux"} for name in ("amd64", "arm64")]
    return reply({"Descriptor": {"mediaType": kind, "digest": digest, "size": 1609}, "Platforms": platforms})


async def push(call: Call) -> web.StreamResponse:
    """POST /images/{name}/push: the progress of each layer, then the digest; without `tag` all tags of the name."""
    repository, tag = images.repository(images.familiar(call.names["name"])), call.text("tag")
    wanted = [one for image in call.host.images.values() for one in image.tags if images.repository(one) == repository]
    wanted = [one for one in wanted if not tag or one == f"{repository}:{tag}"]
    stream = Stream(call, "application/json")
    await stream.open()
    await stream.write_json({"status": f"The push refers to repository [{images.full(repository)}]"})
    refusal = "" if wanted else f"An image does not exist locally with the tag: {repository}"
    if "missing" in repository or "private" in repository:
        refusal = "denied: requested access to the resource is denied"
    if refusal:
        await stream.write_json({"errorDetail": {"message": refusal}, "error": refusal})
    for reference in [] if refusal else wanted:
        await _push(call, stream, images.find(call.host, reference), reference)
    return stream.response


async def _push(call: Call, stream: Stream, image: Image, reference: str) -> None:
    layers = [(one.removeprefix("sha256:")[:12], image.size // len(image.layers)) for one in image.layers]
    for layer, _ in layers:
        await stream.write_json({"status": "Preparing", "progressDetail": {}, "id": layer})
    for layer, size in layers:
        await advance(stream, "Pushing", layer, size, _PACE if call.host.live else 0.0)
        await stream.write_json({"status": "Pushed", "progressDetail": {}, "id": layer})
    pushed = images.digest_of(reference)
    tag, digest = reference.rpartition(":")[2], pushed.partition("@")[2]
    if pushed not in image.digests:
        image.digests.append(pushed)
    images.tell(call.host, image, "push", reference)
    await stream.write_json({"status": f"{tag}: digest: {digest} size: 1609"})
    await stream.write_json({"progressDetail": {}, "aux": {"Tag": tag, "Digest": digest, "Size": 1609}})


async def create(call: Call) -> web.StreamResponse:
    """POST /images/create is two things."""
    return await (import_(call) if call.text("fromSrc") else pull(call))


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
        await advance(stream, "Downloading", digest[:12], size, pace)
        for status in ("Verifying Checksum", "Download complete"):
            await stream.write_json({"status": status, "progressDetail": {}, "id": digest[:12]})
    for digest, size in layers:
        await advance(stream, "Extracting", digest[:12], size, pace / 2)
        await stream.write_json({"status": "Pull complete", "progressDetail": {}, "id": digest[:12]})


ROUTES = (
    Route("POST", "/auth", auth),
    Route("GET", "/images/search", search),
    Route("GET", "/distribution/{name:path}/json", describe),
    Route("POST", "/images/create", create),
    Route("POST", "/images/{name:path}/push", push),
)

"""Images: list, inspect, history, tag, commit, remove, prune."""

from fnmatch import fnmatchcase
from urllib.parse import parse_qs

from aiohttp import web

from dockertui.demo.api import image_replies
from dockertui.demo.api.call import Call, Route, empty, reply
from dockertui.demo.api.filters import Filters, parse
from dockertui.demo.world import images, making
from dockertui.demo.world.objects import Image

_FILTERS = frozenset(("dangling", "label", "before", "since", "reference", "until"))


async def ls(call: Call) -> web.StreamResponse:
    host, filters = call.host, parse(call, _FILTERS)
    dangling = filters.truth("dangling")
    parents = {one.parent for one in host.images.values()}
    chosen = [
        one
        for one in host.images.values()
        if _passes(call, filters, one)
        and (dangling is None or one.dangling == dangling)
        and (call.flag("all") or one.tags or one.id not in parents)
    ]
    chosen.sort(key=lambda one: one.created, reverse=True)
    shared = call.flag("shared-size")
    rows = [image_replies.summary(host, one, call.version, shared=shared) for one in chosen]
    if "reference" in filters:
        for row, one in zip(rows, chosen, strict=True):
            names = {images.repository(tag) for tag in _shown(filters, one)}
            digests = [digest for digest in one.digests if images.repository(digest) in names]
            row |= {"RepoTags": _shown(filters, one), "RepoDigests": digests}
    return reply(rows)


def _passes(call: Call, filters: Filters, image: Image) -> bool:
    older = all(image.created < images.find(call.host, ref).created for ref in filters.values("before"))
    newer = all(image.created > images.find(call.host, ref).created for ref in filters.values("since"))
    kept = filters.keep(image.labels, image.created, call.host.now())
    return older and newer and kept and ("reference" not in filters or bool(_shown(filters, image)))


def _shown(filters: Filters, image: Image) -> list[str]:
    """Its tags, of which a reference asked for leaves those that match."""
    wanted = filters.values("reference")
    return [tag for tag in image.tags if not wanted or any(_refers(pattern, tag) for pattern in wanted)]


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
        lambda one: filters.keep(one.labels, one.created, call.host.now()),
        dangling=filters.truth("dangling") is not False,
    )
    return reply({"ImagesDeleted": rows or None, "SpaceReclaimed": reclaimed})


async def commit(call: Call) -> web.StreamResponse:
    """POST /commit: a container as an image."""
    host, container = call.host, call.host.container(call.text("container"))
    reference = images.asked(call.text("repo"), call.text("tag"))
    changes = parse_qs(call.request.rel_url.raw_query_string).get("changes", [])
    image = making.commit(host, container, changes, call.text("comment"), call.text("author"))
    if reference:
        images.tag(host, image, *images.split(reference))
    named = {"imageRef": reference} if reference else {}
    host.tell(container, "commit", comment=call.text("comment"), imageID=image.id, **named)
    return reply({"Id": image.id}, 201)


ROUTES = (
    Route("GET", "/images/json", ls),
    Route("POST", "/commit", commit),
    Route("POST", "/images/prune", prune),
    Route("GET", "/images/{name:path}/json", show),
    Route("GET", "/images/{name:path}/history", history),
    Route("POST", "/images/{name:path}/tag", tag),
    Route("DELETE", "/images/{name:path}", remove),
)

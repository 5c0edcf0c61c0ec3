"""Images in the API: list, inspect, history, tag, commit, remove, prune."""

from fnmatch import fnmatchcase
from typing import Any

from dockertui.demo import image_files, images
from dockertui.demo.call import Call, Route, Version
from dockertui.demo.filters import Filters, parse
from dockertui.demo.host import Host
from dockertui.demo.objects import Image
from dockertui.demo.templates import IMAGE, IMAGE_CONFIG, OLD_IMAGE_CONFIG, overlay
from dockertui.demo.times import rfc3339

_FILTERS = frozenset(("dangling", "label", "before", "since", "reference", "until"))


def ls(call: Call) -> list[dict[str, Any]]:
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
    rows = [summary(host, one, call.version, shared=shared) for one in chosen]
    if "reference" in filters:
        for row, one in zip(rows, chosen, strict=True):
            names = {images.repository(tag) for tag in _shown(filters, one)}
            digests = [digest for digest in one.digests if images.repository(digest) in names]
            row |= {"RepoTags": _shown(filters, one), "RepoDigests": digests}
    return rows


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


def _asked(call: Call) -> Image:
    return images.find(call.host, call.names["name"])


def prune(call: Call) -> dict[str, Any]:
    filters = parse(call, ("dangling", "label", "label!", "until"))
    rows, reclaimed = images.prune(
        call.host,
        lambda one: filters.keep(one.labels, one.created, call.host.now()),
        dangling=filters.truth("dangling") is not False,
    )
    return {"ImagesDeleted": rows or None, "SpaceReclaimed": reclaimed}


def commit(call: Call) -> dict[str, Any]:
    """POST /commit: a container as an image."""
    host, container = call.host, call.host.container(call.text("container"))
    reference = images.asked(call.text("repo"), call.text("tag"))
    image = image_files.commit(host, container, call.all("changes"), call.text("comment"), call.text("author"))
    if reference:
        images.tag(host, image, *images.split(reference))
    named = {"imageRef": reference} if reference else {}
    host.tell(container, "commit", comment=call.text("comment"), imageID=image.id, **named)
    return {"Id": image.id}


# -- replies --------------------------------------------------------------------------------------


def summary(
    host: Host, image: Image, version: Version, *, counted: bool = False, shared: bool = False
) -> dict[str, Any]:
    """ImageSummary. Containers is counted from API 1.51 on, and always for system/df; else it is -1."""
    count = counted or version >= (1, 51)
    entry: dict[str, Any] = {
        "Containers": len(host.users_of_image(image.id)) if count else -1,
        "Created": int(image.created),
        "Id": image.id,
        "Labels": image.labels or None,
        "ParentId": image.parent,
        "RepoDigests": image.digests or _nameless(version, "<none>@<none>"),
        "RepoTags": image.tags or _nameless(version, "<none>:<none>"),
        "SharedSize": _shared_size(host, image) if shared else -1,
        "Size": image.size,
    }
    if version < (1, 44):
        entry["VirtualSize"] = image.size
    return entry


def _nameless(version: Version, text: str) -> list[str]:
    return [text] if version < (1, 43) else []


def _shared_size(host: Host, image: Image) -> int:
    others = {layer for one in host.images.values() if one is not image for layer in one.layers}
    return sum(size for layer, size in zip(image.layers, images.shares(image.size), strict=False) if layer in others)


def inspect(image: Image, version: Version) -> dict[str, Any]:
    """ImageInspect."""
    entry: dict[str, Any] = IMAGE | {
        "Id": image.id,
        "RepoTags": image.tags,
        "RepoDigests": image.digests,
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": rfc3339(image.created),
        "Author": image.author or image.labels.get("maintainer", ""),
        "Size": image.size,
        "GraphDriver": overlay(image.id.removeprefix("sha256:")),
        "RootFS": {"Type": "layers", "Layers": image.layers},
        "Metadata": {"LastTagTime": rfc3339(image.tagged)},
        "Config": (IMAGE_CONFIG if version >= (1, 50) else OLD_IMAGE_CONFIG) | image.config,
    }
    if version < (1, 44):
        entry["VirtualSize"] = image.size
    return entry


def history(image: Image) -> list[dict[str, Any]]:
    """Newest step first; only the image itself has an id, its steps were built elsewhere ('<missing>')."""
    return [
        {
            "Comment": image.comment,
            "Created": int(image.created) - nth * 2,
            "CreatedBy": command,
            "Id": image.id if nth == 0 else "<missing>",
            "Size": size,
            "Tags": image.tags or None if nth == 0 else None,
        }
        for nth, (command, size) in enumerate(image.steps)
    ]


ROUTES = (
    Route("GET", "/images/json", ls),
    Route("POST", "/commit", commit, 201),
    Route("POST", "/images/prune", prune),
    Route("GET", "/images/{name:path}/json", lambda call: inspect(_asked(call), call.version)),
    Route("GET", "/images/{name:path}/history", lambda call: history(_asked(call))),
    Route("POST", "/images/{name:path}/tag",
          lambda call: images.tag(call.host, _asked(call), call.text("repo"), call.text("tag") or "latest"), 201),
    Route("DELETE", "/images/{name:path}",
          lambda call: images.remove(
              call.host, call.names["name"], force=call.flag("force"), prune=not call.flag("noprune"))),
)  # fmt: skip

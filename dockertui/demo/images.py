"""Images: references, list, inspect, tag, remove with the Engine's conflicts, prune, and what a pull brings."""

import hashlib
import re
from fnmatch import fnmatchcase
from typing import Any

from dockertui.demo.call import Call, Route, Version
from dockertui.demo.filters import Filters, parse
from dockertui.demo.host import HEX, Host, conflict, invalid, not_found
from dockertui.demo.objects import PATH, Image
from dockertui.demo.templates import REPLIES, filled, overlay

_REPOSITORY = re.compile(r"(?:[a-zA-Z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*")
DENIED = "denied: requested access to the resource is denied"
_FILTERS = frozenset(("dangling", "label", "before", "since", "reference", "until"))
_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)


def digest(content: str | bytes) -> str:
    """64 hexadecimal digits that follow from it."""
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode("utf-8", "replace")).hexdigest()


def familiar(reference: str) -> str:
    """The short form with a tag: 'docker.io/library/redis' is 'redis:latest'."""
    name = reference.removeprefix("docker.io/").removeprefix("library/")
    return name if "@" in name or ":" in name.rpartition("/")[2] else f"{name}:latest"


def repository(reference: str) -> str:
    """The reference without its tag or digest."""
    head, slash, last = reference.partition("@")[0].rpartition("/")
    return head + slash + last.partition(":")[0]


def full(repo: str) -> str:
    """With the registry, as the Engine itself names it: 'redis' is 'docker.io/library/redis'."""
    first, slash, _ = repo.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return repo
    return f"docker.io/{repo}" if slash else f"docker.io/library/{repo}"


def check_reference(repo: str, tag: str) -> None:
    """Refuses a malformed repository or tag in the Engine's words."""
    if repo != repo.lower():
        shown = repo if "/" in repo else f"library/{repo}"
        raise invalid(f"invalid reference format: repository name ({shown}) must be lowercase")
    if not _REPOSITORY.fullmatch(repo):
        raise invalid("invalid reference format")
    if not _TAG.fullmatch(tag):
        raise invalid("invalid tag format")


def asked(repo: str, tag: str) -> str:
    """The reference that a request means by repository, which may have a tag itself, and tag; '' for none. Refuses."""
    if not repo:
        return ""
    reference = familiar(f"{repo}:{tag}" if tag else repo)
    check_reference(*split(reference))
    return reference


def split(reference: str) -> tuple[str, str]:
    """Repository and tag of a familiar reference."""
    return repository(reference), reference.rpartition(":")[2]


def find(host: Host, ref: str) -> Image:
    """By id, id prefix, name:tag or name@digest. Refuses with 'No such image'."""
    if (image := find_or_none(host, ref)) is None:
        raise not_found(f"No such image: {ref if ref.startswith('sha256:') else familiar(ref)}")
    return image


def find_or_none(host: Host, ref: str) -> Image | None:
    if ref in host.images:
        return host.images[ref]
    wanted = familiar(ref)
    for image in host.images.values():
        if wanted in image.tags or ref in image.digests:
            return image
    digits = ref.removeprefix("sha256:")
    if len(digits) < 2 or not HEX.issuperset(digits):
        return None
    matches = [one for one in host.images.values() if one.id.startswith(f"sha256:{digits}")]
    return matches[0] if len(matches) == 1 else None


def tag(host: Host, image: Image, repo: str, name: str) -> None:
    """Point repo:name at the image, taking it from the image that had it."""
    check_reference(repo, name)
    reference = familiar(f"{repo}:{name}")
    for other in host.images.values():
        if other is not image and reference in other.tags:
            other.tags.remove(reference)
    if reference not in image.tags:
        image.tags.append(reference)
        image.tags.sort()
    image.tagged = host.now()
    tell(host, image, "tag", reference)


def tell(host: Host, image: Image, action: str, name: str = "") -> None:
    host.events.emit("image", action, image.id, {**image.labels, "name": name or image.id})


def remove(host: Host, ref: str, *, force: bool = False, prune: bool = True) -> list[dict[str, str]]:
    """DELETE /images/{name}: untag, and delete when nothing holds it. Returns the reply's rows.

    The order of the checks is that of moby's daemon/images/image_delete.go.
    """
    image, reference = find(host, ref), familiar(ref)
    if image.id[7:].startswith(ref.removeprefix("sha256:")) and reference not in image.tags:
        if reason := _hard_conflict(host, image) or ("" if force else _soft_conflict(host, image)):
            raise conflict(f"conflict: unable to delete {_short(image)} {reason}")
        return _delete(host, image, prune=prune)
    users = host.users_of_image(image.id)
    if image.tags == [reference] and users and not force:
        reason = f"container {users[0].id[:12]} is using its referenced image {_short(image)}"
        raise conflict(f'conflict: unable to remove repository reference "{reference}" (must force) - {reason}')
    rows = [_untag(host, image, reference)]
    return rows if image.tags or _hard_conflict(host, image) else rows + _delete(host, image, prune=prune)


def _short(image: Image) -> str:
    return image.id[7:19]


def _hard_conflict(host: Host, image: Image) -> str:
    """Why not even force deletes it, or ''."""
    if any(other.parent == image.id for other in host.images.values()):
        return "(cannot be forced) - image has dependent child images"
    running = [one.id[:12] for one in host.users_of_image(image.id) if one.running]
    return f"(cannot be forced) - image is being used by running container {running[0]}" if running else ""


def _soft_conflict(host: Host, image: Image) -> str:
    """Why only force deletes it, or ''."""
    if len(image.tags) > 1:
        return "(must be forced) - image is referenced in multiple repositories"
    users = host.users_of_image(image.id)
    return f"(must be forced) - image is being used by stopped container {users[0].id[:12]}" if users else ""


def _untag(host: Host, image: Image, reference: str) -> dict[str, str]:
    if reference in image.tags:
        image.tags.remove(reference)
    tell(host, image, "untag")
    return {"Untagged": reference}


def _delete(host: Host, image: Image, *, prune: bool) -> list[dict[str, str]]:
    """Untag and delete the image, and its untagged parents that nothing else needs."""
    rows = [_untag(host, image, one) for one in [*image.tags]] + [{"Untagged": one} for one in image.digests]
    del host.images[image.id]
    tell(host, image, "delete")
    rows.append({"Deleted": image.id})
    parent = host.images.get(image.parent)
    if prune and parent and not parent.tags and not _hard_conflict(host, parent) and not _soft_conflict(host, parent):
        rows += _delete(host, parent, prune=True)
    return rows


def layers_of(reference: str) -> list[tuple[str, int]]:
    """What a registry would send for this reference: (short digest, bytes) of each layer, always the same."""
    seed = hashlib.sha256(reference.encode()).digest()
    count = 3 + seed[0] % 4
    sizes = [28_000_000, *(int(1_500_000 * (1 + seed[index] % 30)) for index in range(1, count))]
    return [(digest(seed + bytes([index])), size) for index, size in enumerate(sizes)]


def arrive(host: Host, reference: str) -> tuple[Image, bool]:
    """A pull is complete: the image, and whether it is new. Refuses what no registry has."""
    short = familiar(reference)
    image = present = find_or_none(host, short)
    if image is None:
        layers = layers_of(short)
        size = int(sum(size for _, size in layers) * 2.4)
        image = Image(f"sha256:{digest(f'image {short}')}", host.now() - 9 * 86400.0, size, [short], [digest_of(short)])
        image.layers, image.tagged = [f"sha256:{name}" for name, _ in layers], host.now()
        copies = [(f"COPY layer-{at} / # buildkit", each) for at, (_, each) in enumerate(layers)]
        image.steps = [('CMD ["/bin/sh"]', 0), *copies]
        image.config = {"Cmd": ["/bin/sh"], "Env": [PATH]}
        host.images[image.id] = image
    host.events.emit("image", "pull", short, {**image.labels, "name": repository(short)})
    return image, present is None


def digest_of(reference: str) -> str:
    """Name and digest of what a registry has by this reference."""
    return f"{repository(reference)}@sha256:{digest(f'manifest {reference}')}"


def check_registry(reference: str) -> None:
    """Names with 'missing' or 'private' in them are in no registry: for trying the refusal."""
    repo = repository(reference.removeprefix("docker.io/").removeprefix("library/"))
    if "missing" in repo or "private" in repo:
        reason = "repository does not exist or may require 'docker login': " + DENIED
        raise not_found(f"pull access denied for {repo}, {reason}")


def shares(size: int) -> list[int]:
    """The bytes of each layer of a scene's image."""
    return [int(size * share) for share in (0.55, 0.3, 0.12, 0.03)]


# -- the API --------------------------------------------------------------------------------------


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
    rows = [summary(host, one, call.version, shared=call.flag("shared-size")) for one in chosen]
    for row, one in zip(rows, chosen, strict=True) if "reference" in filters else ():
        names = {repository(tag) for tag in _shown(filters, one)}
        digests = [digest for digest in one.digests if repository(digest) in names]
        row |= {"RepoTags": _shown(filters, one), "RepoDigests": digests}
    return rows


def _passes(call: Call, filters: Filters, image: Image) -> bool:
    older = all(image.created < find(call.host, ref).created for ref in filters.of("before"))
    newer = all(image.created > find(call.host, ref).created for ref in filters.of("since"))
    kept = filters.keep(image.labels, image.created, call.host.now())
    return older and newer and kept and ("reference" not in filters or bool(_shown(filters, image)))


def _shown(filters: Filters, image: Image) -> list[str]:
    """Its tags, of which a reference asked for leaves those that match."""
    wanted = filters.of("reference")
    # As reference.FamiliarMatch: a path pattern against the name with and without its tag.
    names = {tag: (tag, repository(tag)) for tag in image.tags}
    return [tag for tag in names if not wanted or any(fnmatchcase(name, one) for name in names[tag] for one in wanted)]


def _asked(call: Call) -> Image:
    return find(call.host, call.names["name"])


def _tag(call: Call) -> None:
    tag(call.host, _asked(call), call.text("repo"), call.text("tag") or "latest")


def _remove(call: Call) -> list[dict[str, str]]:
    return remove(call.host, call.names["name"], force=call.flag("force"), prune=not call.flag("noprune"))


def _prune(call: Call) -> dict[str, Any]:
    """The dangling ones that nothing uses, or all of these."""
    host, filters = call.host, parse(call, ("dangling", "label", "label!", "until"))
    dangling = filters.truth("dangling") is not False
    rows: list[dict[str, str]] = []
    reclaimed = 0
    parents = {one.parent for one in host.images.values()}
    for image in [*host.images.values()]:
        kept = host.users_of_image(image.id) or image.id in parents or (dangling and image.tags)
        wanted = not kept and filters.keep(image.labels, image.created, host.now())
        if wanted and image.id in host.images:
            rows += _delete(host, image, prune=True)
            reclaimed += image.size
    return {"ImagesDeleted": rows or None, "SpaceReclaimed": host.tell_pruned("image", reclaimed)}


def summary(
    host: Host, image: Image, version: Version, *, counted: bool = False, shared: bool = False
) -> dict[str, Any]:
    """ImageSummary. Containers is counted from API 1.51 on, and always for system/df."""
    entry = filled("Image in lists", image)
    if counted or version >= (1, 51):
        entry["Containers"] = len(host.users_of_image(image.id))
    if shared:
        others = {layer for one in host.images.values() if one is not image for layer in one.layers}
        mine = zip(image.layers, shares(image.size), strict=False)
        entry["SharedSize"] = sum(size for layer, size in mine if layer in others)
    if version < (1, 43):
        entry["RepoDigests"] = image.digests or ["<none>@<none>"]
        entry["RepoTags"] = image.tags or ["<none>:<none>"]
    return entry | _virtual_size(image, version)


def _virtual_size(image: Image, version: Version) -> dict[str, int]:
    return {"VirtualSize": image.size} if version < (1, 44) else {}


def _inspect(call: Call) -> dict[str, Any]:
    image = _asked(call)
    config = REPLIES["ImageConfig" if call.version >= (1, 50) else "ImageConfig before API 1.50"] | image.config
    layers = overlay(image.id.removeprefix("sha256:"))
    author = image.author or image.labels.get("maintainer", "")
    return filled("Image", image, Author=author, GraphDriver=layers, Config=config) | _virtual_size(image, call.version)


def _history(call: Call) -> list[dict[str, Any]]:
    """Newest step first; only the image itself has an id, its steps were built elsewhere ('<missing>')."""
    image = _asked(call)
    rows = [filled("Step", image, CreatedBy=command, Size=size) for command, size in image.steps]
    for nth, row in enumerate(rows):
        row["Created"] -= nth * 2
    for row in rows[:1]:
        row |= {"Id": image.id, "Tags": image.tags or None}
    return rows


ROUTES = (
    Route("GET", "/images/json", ls),
    Route("POST", "/images/prune", _prune),
    Route("GET", "/images/{name:path}/json", _inspect),
    Route("GET", "/images/{name:path}/history", _history),
    Route("POST", "/images/{name:path}/tag", _tag, 201),
    Route("DELETE", "/images/{name:path}", _remove),
)

"""Requests of the API's family `/images`, named as the CLI names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from dockertui.engine.call import Call
from dockertui.engine.fields import NOTHING
from dockertui.engine.listing import Listing
from dockertui.engine.models import Image
from dockertui.engine.target import IN_REFERENCES, segment

if TYPE_CHECKING:
    from dockertui.engine.build_context import BuildContext

IMAGES: Final = Listing(
    "image",
    Call("GET", "/images/json", docker=("images", "--no-trunc")),
    lambda raw, listed_at: Image.from_json(raw),
    lambda image: image.id,
    "/images/{}/json",
    filter="",
    safe=IN_REFERENCES,
)
ls, inspect = IMAGES.ls, IMAGES.inspect


def split_reference(reference: str) -> tuple[str, str]:
    """Split `registry:5000/name:tag` into the repository and the tag or digest; the tag defaults to "latest"."""
    name, at, digest = reference.partition("@")
    head, colon, tag = name.rpartition(":")
    repository, tag = (head, tag) if colon and "/" not in tag else (name, "latest")
    return repository, digest if at else tag


def pull(reference: str, platform: str = "", headers: Mapping[str, str] = NOTHING) -> Call:
    """`headers`: the credentials for its registry, if there are any."""
    repository, tag = split_reference(reference)
    params = {"fromImage": repository, "tag": tag, "platform": platform or None}
    return Call("POST", "/images/create", params, progress=True, headers=headers)


def push(reference: str, headers: Mapping[str, str]) -> Call:
    """`headers`: the credentials for its registry; the Engine requires the header even if empty."""
    repository, tag = split_reference(reference)
    path = f"/images/{segment(repository, safe=IN_REFERENCES)}/push"
    return Call("POST", path, {"tag": tag}, progress=True, headers=headers)


def save(images: Sequence[str], sink: str) -> Call:
    """Save all of `images` in one tar."""
    return Call("GET", "/images/get", {"names": tuple(images)}, sink=sink)


def load(source: str) -> Call:
    """Load what `save` wrote."""
    return Call("POST", "/images/load", {"quiet": "0"}, progress=True, source=source)


def import_(source: str, reference: str, *, message: str, changes: Sequence[str]) -> Call:
    """Import a file system in a tar as an image of one layer."""
    params = {
        "fromSrc": "-",
        "repo": reference or None,
        "message": message or None,
        "changes": tuple(changes),
    }
    return Call("POST", "/images/create", params, progress=True, source=source)


def tag(image: str, reference: str) -> Call:
    repository, name = split_reference(reference)
    return Call("POST", f"/images/{segment(image, safe=IN_REFERENCES)}/tag", {"repo": repository, "tag": name})


def remove(image: str, *, force: bool = False, prune: bool = True) -> Call:
    """`image` is an id or a reference; of several references to an image only that one is removed.

    `prune`: remove its unnamed parents, too.
    """
    params = {"force": force or None, "noprune": None if prune else True}
    return Call("DELETE", f"/images/{segment(image, safe=IN_REFERENCES)}", params)


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/images/prune", {"filters": filters or None})


def history(image: str) -> Call:
    """List the layers of an image, newest first."""
    path = f"/images/{segment(image, safe=IN_REFERENCES)}/history"
    return Call("GET", path, docker=("history", image))


def search(term: str, limit: int) -> Call:
    """Search images on Docker Hub, or on the registry that `term` begins with."""
    return Call("GET", "/images/search", {"term": term, "limit": limit})


def build(
    context: BuildContext,
    tags: Sequence[str] = (),
    *,
    args: Mapping[str, str | None] = NOTHING,
    target: str = "",
    no_cache: bool = False,
    pull: bool = False,
    platform: str = "",
    labels: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
) -> Call:
    """Build with the Engine's classic builder: BuildKit requires a session that few clients speak.

    `args`: None for one without a value. `headers`: the credentials for the base images.
    """
    params = {
        "version": "1",
        "dockerfile": context.dockerfile,
        "t": tuple(tags),
        "buildargs": dict(args) or None,
        "target": target or None,
        "nocache": no_cache or None,
        "pull": pull or None,
        "platform": platform or None,
        "labels": dict(labels) or None,
        "rm": True,
    }
    return Call("POST", "/build", params, progress=True, headers=headers, context=context)

"""Calls of the API's family ``/images`` that change something, named as the CLI names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockertui.engine.call import Call
from dockertui.engine.fields import NOTHING
from dockertui.engine.target import IN_REFERENCES, segment


def split_reference(reference: str) -> tuple[str, str]:
    """Repository and tag or digest of `registry:5000/name:tag`; the tag is "latest" where none is given."""
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
    """`headers`: the credentials for its registry; the Engine wants the header even where it is empty."""
    repository, tag = split_reference(reference)
    path = f"/images/{segment(repository, safe=IN_REFERENCES)}/push"
    return Call("POST", path, {"tag": tag}, progress=True, headers=headers)


def save(images: Sequence[str], sink: str) -> Call:
    """All of `images` in one tar."""
    return Call("GET", "/images/get", {"names": tuple(images)}, sink=sink)


def load(source: str) -> Call:
    """What `save` wrote."""
    return Call("POST", "/images/load", {"quiet": "0"}, progress=True, source=source)


def import_(source: str, reference: str, *, message: str, changes: Sequence[str]) -> Call:
    """A file system in a tar as an image of one layer."""
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
    """`image` is an id or a reference; of several references to an image only that one goes.

    `prune`: the parents without a name with it.
    """
    params = {"force": force or None, "noprune": None if prune else True}
    return Call("DELETE", f"/images/{segment(image, safe=IN_REFERENCES)}", params)


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/images/prune", {"filters": filters or None})

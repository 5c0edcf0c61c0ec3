"""Keeping the list of containers fresh: which events change which containers."""

from __future__ import annotations

from collections.abc import Mapping

from dockertui.engine.models import Container, Event
from dockertui.live.store import ALL, Ids
from dockertui.resources.event_effects import NOTHING, UNSEEN, own


def touched(event: Event, known: Mapping[str, Container]) -> Ids:
    """Return the ids of containers whose list entry an event may change: their own, networks' and images' events."""
    if event.type == "network" and event.action in ("connect", "disconnect"):
        container = event.attributes.get("container", "")
        return frozenset((container,)) if container else ALL
    if event.type == "image":
        return _users(event, known)
    return own(event, "container")


def _users(event: Event, known: Mapping[str, Container]) -> Ids:
    """Return the containers whose image name an image event may change.

    The list shows the name that a container was created with as long as that refers to the container's image, else the
    image's id. `tag` and `untag` assign and remove a name; `load` and the like do so without saying which.
    """
    if event.action in UNSEEN["image"]:
        return NOTHING
    if event.action not in ("tag", "untag", "delete"):
        return ALL
    name, image_id = _reference(event.attributes.get("name", "")), _digits(event.actor)
    return frozenset(
        identity
        for identity, container in known.items()
        if _digits(container.image_id) == image_id or _reference(container.image) == name
    )


def _digits(image_id: str) -> str:
    """Return an image's id without the name of the hash, as Podman's events have it."""
    return image_id.removeprefix("sha256:")


def _reference(name: str) -> str:
    """Return an image's full name, without the default registry."""
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def same(old: Container, new: Container) -> bool:
    """Whether two listings of a container are equal, up to the error of `since`."""
    if old != new or (old.since is None) is not (new.since is None):
        return False
    return abs((old.since or 0) - (new.since or 0)) <= old.since_error + new.since_error

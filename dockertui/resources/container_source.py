"""How the list of containers is kept fresh: which events touch which containers."""

from __future__ import annotations

from collections.abc import Mapping

from dockertui.engine.models import Container, Event
from dockertui.live.store import ALL, Ids
from dockertui.resources.event_effects import NOTHING, UNSEEN, own


def touched(event: Event, known: Mapping[str, Container]) -> Ids:
    """A container's own events, those of its networks, and those that move the name its list shows for its image."""
    if event.type == "network" and event.action in ("connect", "disconnect"):
        container = event.attributes.get("container", "")
        return frozenset((container,)) if container else ALL
    if event.type == "image":
        return _users(event, known)
    return own(event, "container")


def _users(event: Event, known: Mapping[str, Container]) -> Ids:
    """The containers whose image's name an image event may change.

    The list shows the name a container was made with for as long as it leads to the container's image, else the
    image's id. A name is given and taken by `tag` and `untag`, and by `load` and the like without saying which.
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
    """An image's id as Podman's events have it, which leave the name of the hash away."""
    return image_id.removeprefix("sha256:")


def _reference(name: str) -> str:
    """An image's name in full, without the registry that goes without saying."""
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def same(old: Container, new: Container) -> bool:
    """Whether two listings tell the same: one that restarted between them differs in its `since` alone."""
    if old != new or (old.since is None) is not (new.since is None):
        return False
    return abs((old.since or 0) - (new.since or 0)) <= old.since_error + new.since_error

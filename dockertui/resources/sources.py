"""What the live mirror keeps of an Engine: each kind's list, and the events that concern it.

Which event changes which list was found by comparing the lists before and after some fifty commands on Docker 20.10,
28.5 and Podman. An action not known here touches its object: one request too many does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dockertui.engine import containers, images, networks, volumes
from dockertui.engine.models import Container, Event, Image, Network, Volume, merge_since
from dockertui.live.store import ALL, Ids, Source

_NONE: Final[frozenset[str]] = frozenset()

_UNSEEN: Final = {
    "container": {
        *("attach", "detach", "resize", "top", "copy", "export", "archive-path", "extract-to-dir"),
        *("exec", "exec_create", "exec_start", "exec_detach", "exec_die", "exec_died"),
        *("kill", "oom", "cleanup", "sync", "init", "mount", "unmount"),
    },
    "image": {"push", "save", "mount", "unmount"},
    "network": {"connect", "disconnect"},
    "volume": {"mount", "unmount"},
}
"""Actions that change nothing in the list of their kind. A killed container also dies."""

EVENT_FILTERS: Final[Mapping[str, Sequence[str]]] = {
    "type": ("container", "image", "network", "volume"),
    "event": (
        *("create", "start", "die", "stop", "restart", "pause", "unpause", "rename", "update", "destroy"),
        *("health_status", "checkpoint", "commit", "connect", "disconnect", "remove", "prune"),
        *("tag", "untag", "delete", "import", "load", "pull"),
    ),
}
"""What to ask Docker's event stream for: a health check alone is three events that change no list."""


def _own(event: Event, kind: str) -> Ids:
    """What an event about an object of the kind itself touches."""
    if event.type != kind or event.action in _UNSEEN[kind]:
        return _NONE
    return frozenset((event.actor,)) if event.actor and event.action != "prune" else ALL


def _container_touched(event: Event, known: Mapping[str, Container]) -> Ids:
    """A container's own events, those of its networks, and those that move the name its list shows for its image."""
    if event.type == "network" and event.action in ("connect", "disconnect"):
        container = event.attributes.get("container", "")
        return frozenset((container,)) if container else ALL
    if event.type == "image":
        return _users(event, known)
    return _own(event, "container")


def _users(event: Event, known: Mapping[str, Container]) -> Ids:
    """The containers whose image's name an image event may change.

    The list shows the name a container was made with for as long as it leads to the container's image, else the
    image's id. A name is given and taken by `tag` and `untag`, and by `load` and the like without saying which.
    """
    if event.action in _UNSEEN["image"]:
        return _NONE
    if event.action not in ("tag", "untag", "delete"):
        return ALL
    name = _reference(event.attributes.get("name", ""))
    return frozenset(
        identity
        for identity, container in known.items()
        if container.image_id == event.actor or _reference(container.image) == name
    )


def _reference(name: str) -> str:
    """An image's name in full, without the registry that goes without saying."""
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _image_touched(event: Event, known: Mapping[str, Image]) -> Ids:
    """Any change of an image may concern others (parents, moved tags), and the API has no filter by id."""
    if event.type == "container" and event.action == "commit":
        return ALL
    return ALL if _own(event, "image") else _NONE


def _network_touched(event: Event, known: Mapping[str, Network]) -> Ids:
    return _own(event, "network")


def _volume_touched(event: Event, known: Mapping[str, Volume]) -> Ids:
    return _own(event, "volume")


def _same_container(old: Container, new: Container) -> bool:
    """Whether two listings tell the same: one that restarted between them differs in its `since` alone."""
    if old != new or (old.since is None) is not (new.since is None):
        return False
    return abs((old.since or 0) - (new.since or 0)) <= old.since_error + new.since_error


SOURCES: Final[tuple[Source[Any], ...]] = (
    Source(
        "container",
        containers.ls,
        lambda container: container.id,
        _container_touched,
        merge=merge_since,
        same=_same_container,
    ),
    Source("image", images.ls, lambda image: image.id, _image_touched),
    Source("network", networks.ls, lambda network: network.id, _network_touched),
    Source("volume", volumes.ls, lambda volume: volume.name, _volume_touched),
)

BY_KIND: Final[Mapping[str, Source[Any]]] = {source.kind: source for source in SOURCES}

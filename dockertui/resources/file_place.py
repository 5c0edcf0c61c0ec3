"""How the files of a container or a volume are reached."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from dockertui.engine.models import Container, Volume
from dockertui.live.browser import Place
from dockertui.resources.surroundings import Surroundings
from dockertui.resources.used_by import running_first


class Way(NamedTuple):
    """A place, and the container through which it is reached; or why there is none."""

    place: Place | None = None
    container: Container | None = None
    why_not: str = ""


def way_to(item: Any, surroundings: Surroundings, docker: str = "docker") -> Way:
    """Return the way to a container's files, or to a volume's through a container that mounts it.

    A running container is preferred. docker: how the user's shell calls the CLI for this Engine.
    """
    if isinstance(item, Container):
        mounts = tuple(mount.destination for mount in item.mounts)
        return Way(Place(item.id, item.name, _executes(item), mounts=mounts), item)
    if not isinstance(item, Volume):
        return Way()
    for user in running_first(surroundings.containers_of_volume(item.name)):
        mount = next(mount for mount in user.mounts if mount.name == item.name)
        root = mount.destination.rstrip("/") or "/"
        return Way(Place(user.id, user.name, _executes(user), root, volume=item.name), user)
    return Way(why_not=_unmounted(item.name, docker))


def _unmounted(volume: str, docker: str) -> str:
    return (
        "The Engine shows a volume's files only through a container that mounts it, and none does. One that never runs "
        f"is enough: {docker} create --volume {shlex.quote(volume)}:/volume IMAGE true; then its files are shown here."
    )


def _executes(container: Container) -> bool:
    """Whether it can run a further process."""
    return container.running and container.state != "paused"

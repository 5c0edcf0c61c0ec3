"""The containers that use an image, a network or a volume: counted, listed and referenced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dockertui.engine.models import Container
from dockertui.resources.base import Reference
from dockertui.resources.container_state import status
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell
from dockertui.widgets.page_lines import Field


def container_reference(container: Container) -> Reference:
    """Return a reference to a container."""
    return Reference("container", container.id, container.name or container.short_id)


def users_fields(users: Iterable[Container], surroundings: Surroundings) -> list[Field]:
    """Return a field for each container that uses an object, with its state."""
    return [
        Field(
            user.name or user.short_id,
            status(surroundings, user).text,
            "good" if user.running else "dim",
            ref=container_reference(user),
        )
        for user in running_first(users)
    ]


def running_first(users: Iterable[Container]) -> list[Container]:
    """Sort containers for a page: running ones first, each part by name."""
    return sorted(users, key=lambda user: (not user.running, user.name))


def use_count(users: Sequence[Container]) -> Cell:
    """Return how many containers use an object, and how many of them run: `3 (2 up)`."""
    if not users:
        return Cell("unused", "dim")
    running = sum(user.running for user in users)
    return Cell(f"{len(users)} ({running} up)" if running else str(len(users)), "" if running else "dim")

"""Changes by other clients to the containers of the demo host, events included."""

from __future__ import annotations

from typing import Any

from dockertui.demo import lifecycle
from tests.demo.place import place
from tests.ui.stage import Stage


def add(stage: Stage, name: str, **options: Any) -> None:
    """Do `docker run` of a busybox."""

    def change(host: Any) -> None:
        container = place(host, name, created=60.0, started=30.0, **options)
        host.tell(container, "create")

    stage.change(change)


def remove(stage: Stage, *names: str) -> None:
    """Do `docker rm --force`."""

    def change(host: Any) -> None:
        for name in names:
            lifecycle.remove(host, host.container(name), name, force=True)

    stage.change(change)


def rename(stage: Stage, old: str, new: str) -> None:
    """Do `docker rename`."""
    stage.change(lambda host: lifecycle.rename(host, host.container(old), new))


def pause(stage: Stage, name: str) -> None:
    """Do `docker pause`."""
    stage.change(lambda host: lifecycle.pause(host, host.container(name)))

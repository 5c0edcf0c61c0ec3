"""Whose logs are opened: the container's under the cursor, the marked ones', a Compose project's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockertui.engine.models import Container
from dockertui.screens.log_feed import Target

if TYPE_CHECKING:
    from dockertui.screens.main import MainScreen


def open_logs(screen: MainScreen) -> None:
    """Of the marked containers, together; without marks, of the one under the cursor."""
    containers = screen.panes[0].table
    marked = [containers.objects[key] for key in containers.shown if key in containers.marks]
    if screen.pane is screen.panes[0] and len(marked) > 1:
        _open(screen, marked, f"{len(marked)} marked")
    elif isinstance(screen.pane.item, Container):
        screen.detail.logs.pin((), "")
        screen.open_tab(screen.detail.logs)
    else:
        screen.say("only containers have logs: f follows to those that use it")


def open_project_logs(screen: MainScreen) -> None:
    """Of all containers of the Compose project that the one under the cursor belongs to."""
    item = screen.pane.item
    if not isinstance(item, Container) or not item.project:
        screen.say("it belongs to no Compose project")
        return
    objects = screen.session.mirror.objects("container").values()
    _open(screen, [one for one in objects if one.project == item.project], item.project)


def _open(screen: MainScreen, containers: Sequence[Container], title: str) -> None:
    targets = tuple(Target(one.id, one.name) for one in sorted(containers, key=lambda one: one.name))
    screen.detail.logs.pin(targets, title)
    screen.open_tab(screen.detail.logs)

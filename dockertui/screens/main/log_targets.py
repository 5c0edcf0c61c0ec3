"""Whose logs are opened: the container's under the cursor, the marked ones', a Compose project's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockertui.engine.models import Container
from dockertui.screens.log.feed import Target
from dockertui.screens.log.tab import LogTab

if TYPE_CHECKING:
    from dockertui.screens.main.screen import MainScreen


def open_logs(screen: MainScreen) -> None:
    """Of the marked containers, together; without marks, of the one under the cursor."""
    containers = screen.panes[0].table
    marked = [containers.objects[key] for key in containers.shown if key in containers.marks]
    if screen.pane is screen.panes[0] and len(marked) > 1:
        _open(screen, marked, f"{len(marked)} marked")
    else:
        if isinstance(screen.item, Container):
            _tab(screen).pin((), "")
        screen.action_open_tab("logs")


def open_end(screen: MainScreen) -> None:
    """Of the container whose diagnosis is shown, up to the moment it is about."""
    from dockertui.screens.tabs.why import WhyTab  # off the path to the first paint

    tab = screen.detail.tab
    item, moment = (tab.container, tab.moment) if isinstance(tab, WhyTab) else (None, None)
    if item is None or moment is None:
        open_logs(screen)
    else:
        _tab(screen).show_end(Target(item.id, item.name), moment)
        screen.action_open_tab("logs")


def open_project_logs(screen: MainScreen) -> None:
    """Of all containers of the Compose project that the one under the cursor belongs to."""
    item = screen.item
    if not isinstance(item, Container) or not item.project:
        screen.say("it belongs to no Compose project")
        return
    objects = screen.session.mirror.objects("container").values()
    _open(screen, [one for one in objects if one.project == item.project], item.project)


def _open(screen: MainScreen, containers: Sequence[Container], title: str) -> None:
    targets = tuple(Target(one.id, one.name) for one in sorted(containers, key=lambda one: one.name))
    _tab(screen).pin(targets, title)
    screen.action_open_tab("logs")


def _tab(screen: MainScreen) -> LogTab:
    tab = screen.detail.made("logs")
    assert isinstance(tab, LogTab)
    return tab

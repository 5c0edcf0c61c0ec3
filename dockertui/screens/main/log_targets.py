"""Open logs: of the container under the cursor, of the marked ones, or of a Compose project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from dockertui.engine.container_model import ONE_OFF_LABEL
from dockertui.engine.models import Container
from dockertui.screens.log.feed import LogTarget
from dockertui.screens.log.tab import LogTab

if TYPE_CHECKING:
    from dockertui.screens.main.desk import MainDesk

Open = Callable[[str], None]
"""Opens a tab of the detail by its id."""


def open_logs(desk: MainDesk, open_tab: Open) -> None:
    """Show the logs of the marked containers together; without marks, of the one under the cursor."""
    containers = desk.lists.containers.table
    marked = [containers.objects[key] for key in containers.shown if key in containers.marks]
    if desk.lists.open is desk.lists.containers and len(marked) > 1:
        _open(desk, open_tab, marked, f"{len(marked)} marked")
    else:
        if isinstance(desk.selection.item, Container):
            _tab(desk).pin((), "")
        open_tab("logs")


def open_end(desk: MainDesk, open_tab: Open) -> None:
    """Show the log of the container whose diagnosis is open, up to the moment of its end."""
    from dockertui.screens.tabs.why import WhyTab  # not needed for the first paint

    tab = desk.detail.tab
    item, moment = (tab.container, tab.moment) if isinstance(tab, WhyTab) else (None, None)
    if item is None or moment is None:
        open_logs(desk, open_tab)
    else:
        _tab(desk).show_end(LogTarget(item.id, item.name), moment)
        open_tab("logs")


def open_project_logs(desk: MainDesk, open_tab: Open) -> None:
    """Show the logs of all containers in the Compose project of the one under the cursor."""
    item = desk.selection.item
    if not isinstance(item, Container) or not item.project:
        desk.say("the container belongs to no Compose project")
        return
    objects = desk.session.mirror.objects("container").values()
    containers = [one for one in objects if one.project == item.project]
    _open(desk, open_tab, containers, item.project, service_names(containers))


def service_names(containers: Sequence[Container]) -> dict[str, str]:
    """Return names for the containers of a project, by id: the service's, with the number if the service has several.

    One that `docker compose run` made has its own name, and so have those whose names would be equal.
    """
    lasting = [one for one in containers if one.labels.get(ONE_OFF_LABEL) != "True"]
    counts = Counter(one.service for one in lasting)
    names = {one.id: one.service if counts[one.service] == 1 else f"{one.service}-{one.number}" for one in lasting}
    taken = Counter(names.values())
    return {one.id: names[one.id] for one in lasting if taken[names[one.id]] == 1 and names[one.id].strip("-")}


def _open(
    desk: MainDesk,
    open_tab: Open,
    containers: Sequence[Container],
    title: str,
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    ordered = sorted(containers, key=lambda one: one.name)
    targets = tuple(LogTarget(one.id, names.get(one.id, one.name)) for one in ordered)
    _tab(desk).pin(targets, title)
    open_tab("logs")


def _tab(desk: MainDesk) -> LogTab:
    tab = desk.detail.made("logs")
    assert isinstance(tab, LogTab)
    return tab

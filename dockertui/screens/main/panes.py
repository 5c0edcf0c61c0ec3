"""The panes side by side: which is open, what the mirror brings them, and whose statistics are wanted for them."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from dockertui.live.session import Session
from dockertui.resources.base import Resource
from dockertui.resources.registry import RESOURCES
from dockertui.resources.surroundings import World
from dockertui.screens.main.pane import Pane

Changes = dict[str, tuple[set[str], set[str]]]
"""What changed and what went, by kind."""
_YOUNG = 120
"""Seconds up to which an age is written in seconds, and so repainted every second."""


class Panes(Vertical):
    """One pane for each kind, of which one is open."""

    def __init__(self, session: Session, world: World) -> None:
        super().__init__(id="panes")
        self.session = session
        self.world = world
        self.all = [Pane(number, resource, world) for number, resource in enumerate(RESOURCES, 1)]
        self.open = self.containers = next(pane for pane in self.all if pane.resource.kind == "container")

    def compose(self) -> ComposeResult:
        yield from self.all

    def goto(self, index: int) -> None:
        """Open a pane, round the end."""
        self.open = self.all[index % len(self.all)]
        for pane in self.all:
            pane.activate(pane is self.open)

    def show_all_columns(self, all_columns: bool) -> None:
        """Show every column there is, or those that suffice."""
        for pane in self.all:
            pane.table.show_all_columns = all_columns

    def take(self, changes: Changes) -> None:
        """Bring the lists up to date with what changed in the mirror."""
        for pane in self.all:
            if pane.resource.kind in changes:
                pane.apply(*changes[pane.resource.kind])
            elif "container" in changes:
                pane.refresh_surroundings()
        self.watch_visible()

    def mark_stale(self, stale: bool) -> None:
        """Say that what is shown is not what is, or that it is again."""
        for pane in self.all:
            pane.table.stale = stale
            pane.show_title()

    def sampled(self, ids: frozenset[str]) -> None:
        """New statistics of these containers."""
        if self.containers.sort in self.containers.resource.sampled:
            self.containers.table.resort()
        self.containers.table.refresh_cells(ids)

    def watch_visible(self) -> None:
        """Have statistics of the running containers on the screen, and of no others."""
        pane, objects = self.containers, self.session.mirror.objects("container")
        seen = pane.table.visible_keys() if pane.active and pane.table.is_on_screen else []
        if not seen and pane.active and pane.table.is_on_screen and pane.table.shown:
            return  # between two layouts: nothing is painted, and what comes may be what was
        self.session.sampler.watch([id for id in seen if id in objects and objects[id].running])

    def age(self, *, all_ages: bool) -> None:
        """Write the ages anew: `all_ages`, or if there are any that grow by the second."""
        objects = self.session.mirror.objects(self.open.resource.kind)
        seen = (item for key in self.open.table.visible_keys() if (item := objects.get(key)))
        if all_ages or any(self.is_young(self.open.resource, item) for item in seen):
            self.open.table.refresh_cells(None)

    def is_young(self, resource: Resource[Any], item: Any) -> bool:
        """Whether the age of an object is told in seconds."""
        now = self.world.clock()
        return any(time is not None and now - time < _YOUNG for time in resource.aging(item))

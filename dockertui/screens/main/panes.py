"""The panes: which is open, how changes of the mirror reach them, and whose statistics they need."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from dockertui.live.session import Session
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND, RESOURCES
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.main.list_memory import ListMemory
from dockertui.screens.main.pane import Pane

Changes = dict[str, tuple[set[str], set[str]]]
"""Ids changed and ids removed, by kind."""
_YOUNG = 120
"""Age in seconds up to which it is shown in seconds, and so repainted every second."""


class Panes(Vertical):
    """One pane for each kind that is always there or was chosen; one of them is open."""

    def __init__(self, session: Session, surroundings: Surroundings, memory: ListMemory) -> None:
        super().__init__(id="panes")
        self.session = session
        self.surroundings = surroundings
        self.memory = memory
        self.all = [
            Pane(number, kind, surroundings, memory) for number, kind in enumerate(RESOURCES, 1) if kind.stacked
        ]
        """The existing panes, by number."""
        self.open = self.containers = next(pane for pane in self.all if pane.resource.kind == "container")

    def compose(self) -> ComposeResult:
        self.leave_out_lacking()
        yield from self.all

    @property
    def stack(self) -> list[Pane]:
        """The panes shown: those whose kinds the Engine has."""
        return [pane for pane in self.all if not self.lacking(pane.resource.kind)]

    def lacking(self, kind: str) -> str:
        """Return why the Engine has no objects of a kind; "" if it has, or if no pane is of that kind."""
        version = self.session.mirror.version
        return BY_KIND[kind].lacking(version) if version is not None and kind in BY_KIND else ""

    def leave_out_lacking(self) -> None:
        shown = self.stack
        for pane in self.all:
            pane.set_class(pane not in shown, "-absent")

    def index_without_pane(self, kind: str) -> int | None:
        """Return the index in `RESOURCES` of a kind whose pane does not exist yet; None for any other."""
        made = {pane.resource.kind for pane in self.all}
        return next((at for at, one in enumerate(RESOURCES) if one.kind == kind and kind not in made), None)

    async def ensure_pane(self, number: int) -> None:
        """Make the pane of a number if it does not exist yet, and have its objects in the mirror."""
        later = next((pane for pane in self.all if pane.number >= number), None)
        if later is not None and later.number == number:
            return
        pane = Pane(number, RESOURCES[number - 1], self.surroundings, self.memory)
        pane.table.show_all_columns = self.open.table.show_all_columns
        pane.table.stale = self.open.table.stale
        self.all.insert(self.all.index(later) if later is not None else len(self.all), pane)
        self.session.mirror_sync.want(pane.resource.kind)
        await self.mount(pane, before=later)

    def goto(self, number: int) -> None:
        """Open the pane of a number."""
        self.open = next(pane for pane in self.all if pane.number == number)
        for pane in self.all:
            pane.activate(pane is self.open)

    def neighbour(self, steps: int) -> int:
        """Return the number of the pane `steps` further on in the stack, wrapping around."""
        stack = self.stack
        at = stack.index(self.open) if self.open in stack else -1
        return stack[(at + steps) % len(stack)].number

    def show_all_columns(self, all_columns: bool) -> None:
        """Show every column, scrolling sideways, or only those that fit."""
        for pane in self.all:
            pane.table.show_all_columns = all_columns

    def take(self, changes: Changes) -> None:
        """Apply the mirror's changes to the lists."""
        for pane in self.all:
            if pane.resource.kind in changes:
                pane.apply(*changes[pane.resource.kind])
            elif "container" in changes:
                pane.refresh_surroundings()
        self.watch_visible()

    def mark_stale(self, stale: bool) -> None:
        """Set whether the lists are stale: the Engine is lost."""
        for pane in self.all:
            pane.table.stale = stale
            pane.show_title()

    def sampled(self, ids: frozenset[str]) -> None:
        """Repaint the rows of these containers, whose statistics changed."""
        if self.containers.sort in self.containers.resource.sampled:
            self.containers.table.resort()
        self.containers.table.refresh_cells(ids)

    def watch_visible(self) -> None:
        """Sample the statistics of the running containers on the screen, and of no others."""
        pane, objects = self.containers, self.session.mirror.objects("container")
        seen = pane.table.visible_keys() if pane.active and pane.table.is_on_screen else []
        if not seen and pane.active and pane.table.is_on_screen and pane.table.shown:
            return  # between two layouts nothing is painted, and the same rows may come back
        self.session.sampler.watch([id for id in seen if id in objects and objects[id].running])

    def age(self, *, all_ages: bool) -> None:
        """Repaint the ages: with `all_ages`, or if a visible one is shown in seconds."""
        objects = self.session.mirror.objects(self.open.resource.kind)
        seen = (item for key in self.open.table.visible_keys() if (item := objects.get(key)))
        if all_ages or any(self.is_young(self.open.resource, item) for item in seen):
            self.open.table.refresh_cells(None)

    def is_young(self, resource: Resource[Any], item: Any) -> bool:
        """Whether an age of the object is shown in seconds."""
        now = self.surroundings.clock()
        return any(time is not None and now - time < _YOUNG for time in resource.aging(item))

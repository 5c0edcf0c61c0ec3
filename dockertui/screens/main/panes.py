"""The panes side by side: which is open, what the mirror brings them, and whose statistics are wanted for them."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from dockertui.live.session import Session
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND, RESOURCES
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.main.pane import Pane

Changes = dict[str, tuple[set[str], set[str]]]
"""What changed and what went, by kind."""
_YOUNG = 120
"""Seconds up to which an age is written in seconds, and so repainted every second."""


class Panes(Vertical):
    """One pane for each kind that is always there or was chosen, of which one is open."""

    def __init__(self, session: Session, surroundings: Surroundings) -> None:
        super().__init__(id="panes")
        self.session = session
        self.surroundings = surroundings
        self.all = [Pane(number, kind, surroundings) for number, kind in enumerate(RESOURCES, 1) if kind.stacked]
        """Those that were made, in the order of their numbers."""
        self.open = self.containers = next(pane for pane in self.all if pane.resource.kind == "container")

    def compose(self) -> ComposeResult:
        self.leave_out_lacking()
        yield from self.all

    @property
    def stack(self) -> list[Pane]:
        """The panes that are shown: the Engine has their kinds."""
        return [pane for pane in self.all if not self.lacking(pane.resource.kind)]

    def lacking(self, kind: str) -> str:
        """Why the Engine has no objects of a kind, or ""; "" also for what is no kind of pane."""
        version = self.session.mirror.version
        return BY_KIND[kind].lacking(version) if version is not None and kind in BY_KIND else ""

    def leave_out_lacking(self) -> None:
        """Hide the panes of kinds that the Engine lacks."""
        shown = self.stack
        for pane in self.all:
            pane.set_class(pane not in shown, "-absent")

    def missing(self, kind: str) -> int | None:
        """The place of a kind among all, if it has a pane that was not made yet."""
        made = {pane.resource.kind for pane in self.all}
        return next((at for at, one in enumerate(RESOURCES) if one.kind == kind and kind not in made), None)

    async def bring(self, number: int) -> None:
        """Have the pane of a kind that is not always there, and its objects in the mirror."""
        later = next((pane for pane in self.all if pane.number >= number), None)
        if later is not None and later.number == number:
            return
        pane = Pane(number, RESOURCES[number - 1], self.surroundings)
        pane.table.show_all_columns = self.open.table.show_all_columns
        pane.table.stale = self.open.table.stale
        self.all.insert(self.all.index(later) if later is not None else len(self.all), pane)
        self.session.watcher.want(pane.resource.kind)
        await self.mount(pane, before=later)

    def goto(self, number: int) -> None:
        """Open the pane of a number."""
        self.open = next(pane for pane in self.all if pane.number == number)
        for pane in self.all:
            pane.activate(pane is self.open)

    def beside(self, steps: int) -> int:
        """The number of the pane so many further on in the stack, round the end."""
        stack = self.stack
        at = stack.index(self.open) if self.open in stack else -1
        return stack[(at + steps) % len(stack)].number

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
        now = self.surroundings.clock()
        return any(time is not None and now - time < _YOUNG for time in resource.aging(item))

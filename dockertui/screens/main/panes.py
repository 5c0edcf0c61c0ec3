"""The panes: which is open, how changes of the mirror reach them, and whose statistics they need."""

from __future__ import annotations

from collections.abc import Sequence
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
_STEP = 5
"""The open pane's height grows and shrinks by so many lines, lest each new object move the panes below."""
_GLIMPSE = 4
"""The fewest lines of a closed pane's rows with their header that are worth showing."""
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

    def share_height(self, height: int | None) -> None:
        """Give lines that the open pane does not need to the closed ones; with None they show their titles only.

        The open pane keeps room for all its objects, a few more, and their header.
        """
        closed = [pane for pane in self.stack if pane is not self.open]
        needs = [len(pane.table.objects) + 1 if pane.table.objects else 0 for pane in closed]
        spare = 0
        if height is not None:
            mine = -(-(len(self.open.table.objects) + 1) // _STEP) * _STEP + 1
            spare = height - len(self.stack) - mine
        for pane, lines in zip(closed, shared(spare, needs), strict=True):
            pane.show_glimpse(lines)
        self.open.show_glimpse(0)

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
        """Sample the running containers on the screen, ask why the others there ended, and of no more."""
        table, objects = self.containers.table, self.session.mirror.objects("container")
        seen = table.visible_keys() if table.is_on_screen else []
        if not seen and table.is_on_screen and table.shown:
            return  # between two layouts nothing is painted, and the same rows may come back
        self.session.sampler.watch([id for id in seen if id in objects and objects[id].running])
        self.session.endings.watch([id for id in seen if id in objects and not objects[id].running])

    def age(self, *, all_ages: bool) -> None:
        """Repaint the ages in view: with `all_ages`, or of the lists in which one is shown in seconds."""
        for pane in self.all:
            objects = self.session.mirror.objects(pane.resource.kind)
            seen = (item for key in pane.table.visible_keys() if (item := objects.get(key)))
            if all_ages or any(self.is_young(pane.resource, item) for item in seen):
                pane.table.refresh_cells(None)

    def is_young(self, resource: Resource[Any], item: Any) -> bool:
        """Whether an age of the object is shown in seconds."""
        now = self.surroundings.clock()
        return any(time is not None and now - time < _YOUNG for time in resource.aging(item))


def shared(spare: int, needs: Sequence[int]) -> list[int]:
    """Return how many lines each closed pane gets of the `spare` ones: equal shares, none more than it needs.

    A pane that gets fewer than `_GLIMPSE` and fewer than it needs gets none.
    """
    given = dict.fromkeys(range(len(needs)), 0)
    for place, at in enumerate(sorted(given, key=lambda at: needs[at])):
        given[at] = max(0, min(needs[at], spare // (len(needs) - place)))
        spare -= given[at]
    return [lines if lines >= min(_GLIMPSE, need) else 0 for lines, need in zip(given.values(), needs, strict=True)]

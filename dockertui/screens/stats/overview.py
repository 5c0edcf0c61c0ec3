"""The overview: the usage of all running containers, with the totals of the host above."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.engine import system
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container
from dockertui.engine.trace import because
from dockertui.live.history import SMOOTHED_OVER, Column
from dockertui.live.session import Session
from dockertui.live.store import Change, Link, LinkState
from dockertui.operations.base import Context
from dockertui.resources import format
from dockertui.resources.overview_rows import Capacity, OverviewRow, columns, load, totals
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bars import link, trouble
from dockertui.screens.base.bindings import bindings, catalogue_of, closed_by
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.table import Table

PLACE = "overview"


class OverviewTable(Table[OverviewRow]):
    """The containers, with the overview's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.OVERVIEW)


class OverviewScreen(SecondScreen[str | None]):
    """Sample all running containers while open. The result is the id of the container chosen."""

    context = Context.OVERVIEW
    BINDINGS: ClassVar[list[BindingType]] = [closed_by("overview")]

    def __init__(self, session: Session, surroundings: Surroundings) -> None:
        self.host = Capacity()
        self._glyphs = surroundings.glyphs
        self.table = OverviewTable(columns(self.host, self._glyphs), empty_text="no running containers")
        super().__init__(self.table)
        self.session = session
        self.surroundings = surroundings
        self.filter = ""
        self._known: dict[str, OverviewRow] = {}
        """The last usage of each container."""
        self._totals = Bar()
        self._unsubscribe = [
            session.sampler.subscribe(self._sampled),
            session.mirror.subscribe(self._changed),
            session.mirror.subscribe_link(self._link_changed),
        ]

    def body(self) -> ComposeResult:
        yield from (self.title_bar, self._totals, self.table)

    def on_mount(self) -> None:
        self.table.sort_by("cpu", reverse=True)
        self._take_all()
        self._link_changed(self.session.mirror.link)
        self.run_worker(self._ask_host())

    def on_unmount(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.session.sampler.watch([], PLACE)

    async def _ask_host(self) -> None:
        """Ask for the host's capacity; if the Engine refuses, the totals are shown without it."""
        try:
            with because("overview"):
                self.host = Capacity.of(Reply(await system.info(self.session.engine)))
        except EngineError as error:
            self.say(str(error), "bad", stays=0)
            return
        sort, reverse = self.table.sort
        self.table.set_columns(columns(self.host, self._glyphs), tie="name")
        self.table.sort_by(sort, reverse)
        self._paint()

    # changes

    def _sampled(self, ids: frozenset[str]) -> None:
        if self.is_mounted:
            objects = self.table.objects
            self.table.patch({id: self._load(objects[id].container) for id in ids if id in objects})
            self._paint()

    def _changed(self, change: Change) -> None:
        if change.kind == "container" and self.is_mounted:
            self._take_all()

    def _link_changed(self, link: Link) -> None:
        if self.is_mounted:
            self.table.stale = link.state is LinkState.LOST
            self._take_all()

    def _load(self, container: Container) -> OverviewRow:
        """Return the usage of a container; while the Engine is lost, the last one known."""
        now = load(container, self.session.history)
        if now.figure(Column.CPU) is not None:
            self._known[container.id] = now
        elif self.session.mirror.link.state is LinkState.LOST:
            return self._known.get(container.id, now)._replace(container=container)
        return now

    def _take_all(self) -> None:
        """Show and sample the containers that run now."""
        running = {id: item for id, item in self.session.mirror.objects("container").items() if item.running}
        self.session.sampler.watch(running.keys(), PLACE)
        self._known = {id: known for id, known in self._known.items() if id in running}
        self.table.set_objects({id: self._load(item) for id, item in running.items()})
        self._paint()

    # the bars above

    def _paint(self) -> None:
        loads = list(self.table.objects.values())
        sampled = sum(row.figures[0] == row.figures[0] for row in loads)
        left = [Piece("Overview", "title"), Piece(f"{len(loads)} running", "good")]
        if sampled < len(loads):
            left.append(Piece(f"{sampled} sampled", "busy", priority=1))
        if self.filter:
            left.append(Piece(f"/{self.filter} {len(self.table.shown)}", "accent", priority=1))
        period = format.period(self.session.sampler.period)
        left.append(Piece(f"every {period}, smoothed over {SMOOTHED_OVER:.0f} s", "dim", priority=3))
        mirror = self.session.mirror
        why = trouble(mirror, mirror.link, catalogue_of(self.app).key("program.retry"))
        right = [Piece(why, "bad", priority=1)] if why else []
        self.title_bar.update(left, [*right, link(self.session, self.surroundings.clock())])
        style = "dim" if self.table.stale else ""
        sums = totals(loads, self.host, self._glyphs)
        self._totals.update(
            [Piece(((f"{name} ", "dim"), (text, style)), priority=priority) for name, text, priority in sums]
        )

    # operations

    def drop(self) -> bool:
        """End the filter; return whether there was one."""
        dropped = bool(self.filter)
        if dropped:
            self._narrow("")
        return dropped

    def on_table_opened(self, event: Table.Opened) -> None:
        self.dismiss(event.key)

    async def action_filter(self) -> None:
        await self.ask("words of name, image, project", self.filter, typed=self._narrow)

    def _narrow(self, line: str) -> None:
        self.filter = line.strip()
        words = self.filter.lower().split()
        self.table.set_filter((lambda row: all(word in _text(row) for word in words)) if words else None)
        self._paint()

    async def action_sort_menu(self) -> None:
        current = self.table.sort[0]
        items = [
            Item(column.id, column.title, hint="sorted by: again to reverse" if column.id == current else "")
            for column in self.table.columns
            if column.sort is not None
        ]
        await self.app.push_screen(Menu("Sort the overview by", items), self._sort)

    def _sort(self, id: str | None) -> None:
        if id is None:
            return
        column, reverse = self.table.sort
        largest_first = next(one.right for one in self.table.columns if one.id == id)
        self.table.sort_by(id, not reverse if id == column else largest_first)

    def action_reverse(self) -> None:
        column, reverse = self.table.sort
        self.table.sort_by(column, not reverse)


def _text(row: OverviewRow) -> str:
    container = row.container
    return f"{container.name} {container.image} {container.project}".lower()

"""A pane: the list of one kind of object under its title. One class serves all kinds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from dockertui.live.store import LinkState
from dockertui.operations.base import Context
from dockertui.resources import format
from dockertui.resources.base import Resource
from dockertui.resources.filter import ListFilter
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.screens.main.list_memory import COLUMNS, GROUPED, ListMemory
from dockertui.widgets.bar import Bar, BarLine, Piece
from dockertui.widgets.column_choice import ColumnChoice
from dockertui.widgets.keys import offer
from dockertui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from dockertui.resources.similar import Similar


_GROUP_MOST = 20
"""Characters of a group's name: the names of its objects need the room."""


class ResourceTable(Table[Any]):
    """The list's table, with the keys of the catalogue."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.ROWS, Context.LIST)

    class Chosen(Message):
        """A row of a closed pane was clicked."""

        def __init__(self, table: ResourceTable) -> None:
            super().__init__()
            self.table = table

    def clicked(self, row: int, event: events.Click) -> None:
        super().clicked(row, event)
        if not self.active:
            self.post_message(self.Chosen(self))

    def action_mark(self) -> None:
        self.toggle_mark()
        self.action_cursor_down()

    def action_unmark(self) -> None:
        self.clear_marks()


class Pane(Vertical):
    """The objects of one kind, with their filter, sort order and marks. It reads the mirror when told of a change."""

    def __init__(self, number: int, resource: Resource[Any], surroundings: Surroundings, memory: ListMemory) -> None:
        super().__init__(id=f"pane-{resource.kind}", classes="pane")
        self.number = number
        self.resource = resource
        self.surroundings = surroundings
        self.filter: ListFilter[Any] = self._filter("")
        self.similar: Similar | None = None
        """What the rows are similar to, where the filter's words match nothing."""
        self.running_only = False
        self.glimpse = 0
        """Lines of the table that are shown although the pane is closed."""
        self.table = ResourceTable()
        self.title_bar = Bar(classes="title")
        self.memory = memory
        self._columns = {column.id: self._with_busy_text(column) for column in resource.columns(surroundings)}
        ids, always = [*self._columns], resource.name_column
        self.choice = ColumnChoice([*self._columns.values()], always, memory.columns(resource.kind, ids, always))
        self.grouped = bool(resource.group_column) and memory.grouped(resource.kind)
        self._sort_remembered: tuple[str | None, bool] = (None, False)

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.table

    def on_mount(self) -> None:
        self._show_columns()
        column, reverse = self.memory.sort(self.resource.kind)
        known = column in dict(self.sortable())
        self.table.sort_by(*((column, reverse) if known else (self.resource.default_sort, False)))
        self._sort_remembered = self.table.sort
        self.reload()

    def _with_busy_text(self, column: Column[Any]) -> Column[Any]:
        """Return the column; the kind's `busy_column` shows a running command in place of its cell."""
        if column.id != self.resource.busy_column:
            return column
        kind, identity, busy, cell = (
            self.resource.kind,
            self.resource.source.identity,
            self.surroundings.busy,
            column.cell,
        )

        def telling(item: Any) -> Cell | str:
            doing = busy.get((kind, identity(item))) if busy else None
            return Cell(doing, "busy") if doing else cell(item)

        return column._replace(cell=telling)

    @property
    def label(self) -> str:
        """The pane's title, with its number (its key) if the pane is always there."""
        return f"{self.number} {self.resource.title}" if self.resource.stacked else self.resource.title

    @property
    def item(self) -> Any:
        return self.table.cursor_object

    @property
    def active(self) -> bool:
        """Whether this is the open pane."""
        return self.has_class("-active")

    def activate(self, active: bool) -> None:
        self.set_class(active, "-active")
        self.table.active = active
        self.show_title()

    def show_glimpse(self, height: int) -> None:
        """Show the first rows of the closed pane in `height` lines, those that tell most first; 0 hides them.

        The open pane shows every row, in the order that was chosen for it.
        """
        if height == self.glimpse or not self.table.columns:  # not mounted yet: it has no order that could come back
            return
        if not self.glimpse:
            self._chosen_order = self.table.sort
            self.table.sort_by(*self.resource.telling)
        elif not height:
            self.table.sort_by(*self._chosen_order)
        self.glimpse = height
        if self.grouped:
            self._show_columns()  # the most telling rows are not those of the first group
        self.table.can_focus = not height  # a click must not change the layout before it has found its row
        self.set_class(height > 0, "-glimpse")
        self.styles.height = height + 1 if height else None
        self._show_top()

    def _show_top(self) -> None:
        if self.glimpse:
            self.table.top = 0
        else:
            self.table.reveal_cursor()

    def reload(self) -> None:
        """Reload all objects from the mirror."""
        objects = self.surroundings.mirror.objects(self.resource.kind)
        self.table.set_objects(objects)
        self._end_similar(objects.values())
        self._changed()

    def _changed(self) -> None:
        if self.glimpse:
            self._show_top()
        self.show_title()

    def apply(self, changed: Collection[str], removed: Collection[str]) -> None:
        """Update the changed and removed objects from the mirror."""
        objects = self.surroundings.mirror.objects(self.resource.kind)
        known = {id: objects[id] for id in changed if id in objects}
        self.table.patch(known, removed)
        self._end_similar(known.values())
        self._changed()

    def refresh_surroundings(self) -> None:
        """Repaint what depends on other objects, such as what uses what."""
        self.table.refresh_cells(None)
        self.show_title()

    def show_title(self) -> None:
        """Update the title bar and the text of an empty table."""
        self.title_bar.update(*pane_title(self))
        self.table.empty_text = self._why_empty()

    def _why_empty(self) -> str:
        """Return the text shown when the table has no rows."""
        kind, name = self.resource.kind, self.resource.title.lower()
        if (error := self.surroundings.mirror.error(kind)) is not None:
            return str(error)
        if self.filter.error:
            return f"{self.filter.line}: {self.filter.error}"
        if self.table.objects:
            why, id, does = (
                (f"no {name} match the filter", "back", "clears it")
                if self.filter
                else (f"no running {name}", "list.running", "shows all")
            )
            return ": ".join(filter(None, (why, offer(self, id, does))))
        if self.surroundings.mirror.loaded(kind):
            return f"no {name}"
        lost = self.surroundings.mirror.link.state is LinkState.LOST
        return f"the Engine was lost before it listed its {name}" if lost else "asking the Engine…"

    # filter

    def set_filter(self, line: str) -> None:
        """Show only what `line` matches."""
        self.filter = self._filter(line)
        self._apply_filter()

    def lift_filters(self) -> None:
        """Show every object."""
        self.running_only = False
        self.set_filter("")

    def toggle_running_only(self) -> None:
        """Toggle between running objects and all."""
        self.running_only = not self.running_only
        self._apply_filter()

    def _filter(self, line: str) -> ListFilter[Any]:
        return ListFilter(line, self.resource.terms(), self.resource.plain, self.resource.prefixes)

    def _apply_filter(self) -> None:
        """Show what the filter matches; where it is of words that match nothing, what is similar to them by name."""
        self.similar = None
        was_sound = not self.filter.error
        self._narrow(self.filter.matches)
        if was_sound and self.filter.error:  # found while searching: what was kept before must go, too
            self._narrow(self.filter.matches)
        if self.filter and not self.table.shown and not (self.running_only and self._is_matched()):
            self.similar = self.filter.similar
        if self.similar is not None:
            self._narrow(lambda item: self._distance(item) is not None, self._distance)
            self.similar = self.similar if self.table.shown else None
        self.show_title()

    def _is_matched(self) -> bool:
        return any(map(self.filter.matches, self.table.objects.values()))

    def _narrow(self, matches: Callable[[Any], bool], rank: Callable[[Any], Any] | None = None) -> None:
        running_only, is_running = self.running_only, self.resource.is_running
        narrowed = bool(self.filter) or running_only
        self.table.set_filter(
            (lambda item: (not running_only or is_running(item)) and matches(item)) if narrowed else None,
            self._spans if self.filter else None,
            rank,
        )

    def _spans(self, column: str, text: str) -> list[tuple[int, int]]:
        if self.similar is None:
            return self.filter.spans(column, text)
        return self.similar.spans(text) if column == "name" else []

    def _distance(self, item: Any) -> float | None:
        similar = self.similar
        if similar is None:
            return None
        found = [similar.distance(name) for name in self.resource.terms()["name"](item)]
        return min([distance for distance in found if distance is not None], default=None)

    def _end_similar(self, items: Iterable[Any]) -> None:
        """Show only what matches again once something does. Similar rows never come by themselves: only by typing."""
        if self.similar is not None and any(map(self.filter.matches, items)):
            self._apply_filter()

    # columns, sort

    def columns_chosen(self) -> None:
        """Show the columns as they are chosen now, and remember the choice."""
        self._show_columns()
        self.memory.remember(COLUMNS, self.resource.kind, self.choice.words or None)

    def _show_columns(self) -> None:
        shown = self.choice.shown
        hidden = [column for column in self.choice.all if not self.choice.is_shown(column.id)]
        group = self.resource.group_column if self.grouped and not self.glimpse else None
        if group is not None:
            shown = [column for column in shown if column.id != group]
            at = [column.id for column in shown].index(self.resource.name_column)
            shown.insert(at, _heading(self._columns[group]))
        self.table.set_columns(shown, tie=self.resource.default_sort, hidden=hidden, group=group)

    def toggle_grouped(self) -> None:
        """Toggle between a flat list, and one grouped by the kind's column for that."""
        self.grouped = not self.grouped
        self._show_columns()
        self.memory.remember(GROUPED, self.resource.kind, self.grouped or None)

    def on_table_sorted(self) -> None:
        """Remember the order, from whatever key or click it came."""
        column, reverse = self.table.sort
        if not self.glimpse and self._sort_remembered != (column, reverse):
            self._sort_remembered = column, reverse
            self.memory.remember_sort(self.resource.kind, self.sort, reverse, self.resource.default_sort)

    def sortable(self) -> Iterable[tuple[str, str]]:
        """Return id and title of each sortable column."""
        return [(column.id, column.title) for column in self._columns.values() if column.sort is not None]

    @property
    def sort(self) -> str:
        """The id of the column that the rows are sorted by."""
        return self.table.sort[0] or self.resource.default_sort

    def sort_by(self, column: str) -> None:
        """Sort by a column, numbers largest first; a second call reverses that, a third restores the default."""
        if column not in dict(self.sortable()):
            return
        largest_first = self._columns[column].right
        if self.table.sort == (column, not largest_first):
            self.table.sort_by(self.resource.default_sort)
        elif self.table.sort == (column, largest_first):
            self.table.sort_by(column, not largest_first)
        else:
            self.table.sort_by(column, largest_first)

    def reverse(self) -> None:
        """Reverse the sort order."""
        column, reverse = self.table.sort
        self.table.sort_by(column, not reverse)


def _heading(column: Column[Any]) -> Column[Any]:
    """Return the column that a list is grouped by, with a name for those in no group, and as important as a name."""
    cell, group = column.cell, column.sort

    def named(item: Any) -> Cell | str:
        found = cell(item) if group is None or group(item) is not None else Cell("(none)", "dim")
        text = found.text if isinstance(found, Cell) else found
        return found if len(text) <= _GROUP_MOST else f"{text[: _GROUP_MOST - 1]}…"

    return column._replace(cell=named, priority=0)


def pane_title(pane: Pane) -> BarLine:
    """Return the title bar: number, kind, counts, filter; on the right an error or the kind's summary."""
    style = "tab-on" if pane.active else "tab"
    return [
        Piece(f" {pane.label} ", style, f"goto_pane({pane.number - 1})"),
        *counts(pane),
    ], _notes(pane)


def counts(pane: Pane) -> list[Piece]:
    """Return how many objects a pane shows, and what narrows the list."""
    total, shown = len(pane.table.objects), len(pane.table.shown)
    pieces = [Piece(str(total), "dim") if shown == total else Piece(f"{shown} of {total}", "accent")]
    if pane.similar is not None:
        pieces = [Piece(f"no exact match: {format.plural(shown, 'similar name')}", "warn")]
    if pane.filter:
        pieces.append(Piece(f"/{pane.filter.line}", "accent", priority=1))
    if pane.filter.error:
        pieces.append(Piece(pane.filter.error, "bad", priority=1))
    if pane.running_only:
        pieces.append(Piece("running only", "accent", priority=2))
    if pane.table.marks:
        pieces.append(Piece(f"● {len(pane.table.marks)} marked", "accent", priority=2))
    return pieces


def _notes(pane: Pane) -> list[Piece]:
    error = pane.surroundings.mirror.error(pane.resource.kind)
    if error is not None:
        return [Piece(str(error), "bad", priority=1)]
    if pane.number == 1:  # the header has the containers' counts
        return []
    parts = pane.resource.summary(pane.surroundings.mirror.objects(pane.resource.kind).values(), pane.surroundings)
    return [Piece(part.text, part.style, priority=3) for part in parts]

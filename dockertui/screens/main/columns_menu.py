"""The menu of a list's columns: which are shown and where, and by which the list is sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID
from dockertui.screens.base.bindings import bindings, catalogue_of
from dockertui.screens.base.menu import Choices, Item, Menu
from dockertui.widgets.columns import Column
from dockertui.widgets.rows import ASCENDING, DESCENDING

if TYPE_CHECKING:
    from dockertui.screens.main.pane import Pane

SHOWN = "✓"


class ColumnList(Choices):
    """The columns, with the keys that change them beside those of a menu."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.COLUMNS)

    async def take_key(self, event: events.Key) -> bool:
        """Show or hide also while something is typed: no title is searched for by a space."""
        toggle = BY_ID["columns.toggle"]
        return event.key not in catalogue_of(self.app).keys(toggle) and await super().take_key(event)


class ColumnsMenu(Menu):
    """Change the columns of a pane at once, and sort it by the one that is chosen."""

    place = Context.COLUMNS
    list_type = ColumnList

    def __init__(self, pane: Pane) -> None:
        super().__init__(f"{pane.resource.title}: columns and order", items(pane))
        self._pane = pane

    def on_mount(self) -> None:
        catalogue = catalogue_of(self.app)
        hints: dict[str, list[str]] = {"sort": [catalogue.keys_shown(BY_ID["menu.choose"], 1)]}
        for operation in sorted(catalogue.within(Context.COLUMNS), key=lambda operation: operation.hint != "sort"):
            hints.setdefault(operation.hint, []).append(catalogue.keys_shown(operation, 1))
        self._list.border_subtitle = "  ".join(f"{' '.join(filter(None, keys))} {word}" for word, keys in hints.items())
        super().on_mount()
        self._list.point_at(self._pane.sort)

    @property
    def _column(self) -> Column[Any] | None:
        """The column under the cursor."""
        return next((column for column in self._pane.choice.all if column.id == self._list.under_cursor), None)

    def action_turn(self) -> None:
        if (column := self._column) is not None:
            self._pane.choice.toggle(column.id)
            self._changed()

    def action_move(self, steps: int) -> None:
        if (column := self._column) is not None:
            self._pane.choice.move(column.id, steps)
            self._changed()

    def action_sort(self) -> None:
        if (column := self._column) is not None:
            self._pane.sort_by(column.id)
            self._renew()

    def action_reset(self) -> None:
        self._pane.choice.take(None)
        self._pane.table.sort_by(self._pane.resource.default_sort)
        self._changed()

    def _changed(self) -> None:
        self._pane.columns_chosen()
        self._renew()

    def _renew(self) -> None:
        self._list.renew(items(self._pane))
        self.call_after_refresh(self._renew_hints)

    def _renew_hints(self) -> None:
        """Say for which columns there is room: that is known once the list is painted."""
        if self.is_attached:
            self._list.renew(items(self._pane))


def items(pane: Pane) -> Sequence[Item]:
    """Return an item for each column, with a mark if it is shown."""
    return [
        Item(column.id, f"{SHOWN if pane.choice.is_shown(column.id) else ' '} {_title(column)}", _hint(pane, column),
             words=column.id)
        for column in pane.choice.all
    ]  # fmt: skip


def _title(column: Column[Any]) -> str:
    return column.title if len(column.title) > 1 else f"{column.title} ({column.id})"


def _hint(pane: Pane, column: Column[Any]) -> str:
    by, reverse = pane.table.sort
    said = [f"sorted {DESCENDING if reverse else ASCENDING}"] if column.id == by else []
    if column.id == pane.resource.name_column:
        said.append("always shown")
    elif pane.choice.is_shown(column.id) and not pane.table.show_all_columns:
        said += [] if column.id in pane.table.columns_in_view else ["no room"]
    return ", ".join(said)

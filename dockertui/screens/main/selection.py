"""What a command applies to: the selection in the open list, or the object in the detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dockertui.resources.base import Resource
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.panes import Panes


class Selected:
    """The `Selection` of the main screen, read from its lists and detail."""

    def __init__(self, lists: Panes, detail: DetailView) -> None:
        self._lists = lists
        self._detail = detail

    @property
    def resource(self) -> Resource[Any]:
        """The kind of the open list."""
        return self._lists.open.resource

    @property
    def in_list(self) -> bool:
        """Whether the open list has the focus."""
        return self._lists.open.table.has_focus

    @property
    def under_cursor(self) -> Any:
        return self._lists.open.item

    @property
    def item(self) -> Any:
        """The object shown in the detail if that has the focus, else the one under the cursor."""
        if not self._detail.has_keys:
            return self.under_cursor
        kind, key = self._detail.key or ("", "")
        return self._lists.open.table.objects.get(key) if kind == self.resource.kind else None

    @property
    def marked(self) -> list[Any]:
        table = self._lists.open.table
        return [table.objects[key] for key in table.objects if key in table.marks]

    @property
    def targets(self) -> list[Any]:
        """What a command applies to: the marked objects if the list has the focus, else `item`."""
        marked = [] if self._detail.has_keys else self.marked
        return marked or ([self.item] if self.item is not None else [])

    def known(self, items: Sequence[Any]) -> list[Any]:
        """Return the current version of these objects of the list, without those removed meanwhile."""
        identity, objects = self.resource.source.identity, self._lists.open.table.objects
        return [objects[key] for key in map(identity, items) if key in objects]

"""What a command would be done to: what is selected in the open list, or read about in the detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dockertui.resources.base import Resource
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.panes import Panes


class Selected:
    """The `Selection` of a desk with these lists and this detail."""

    def __init__(self, lists: Panes, detail: DetailView) -> None:
        self._lists = lists
        self._detail = detail

    @property
    def resource(self) -> Resource[Any]:
        """The kind of the objects in the open list."""
        return self._lists.open.resource

    @property
    def in_list(self) -> bool:
        """Whether the open list has the keyboard."""
        return self._lists.open.table.has_focus

    @property
    def under_cursor(self) -> Any:
        """The object under the list's cursor, or None."""
        return self._lists.open.item

    @property
    def item(self) -> Any:
        """The object that is meant: the one that is read about in the detail, else the one under the cursor."""
        if not self._detail.has_keys:
            return self.under_cursor
        kind, key = self._detail.key or ("", "")
        return self._lists.open.table.objects.get(key) if kind == self.resource.kind else None

    @property
    def marked(self) -> list[Any]:
        """The marked objects of the list."""
        table = self._lists.open.table
        return [table.objects[key] for key in table.objects if key in table.marks]

    @property
    def targets(self) -> list[Any]:
        """What a command would be done to: in the list the marked objects, else the one that is meant."""
        marked = [] if self._detail.has_keys else self.marked
        return marked or ([self.item] if self.item is not None else [])

    def known(self, items: Sequence[Any]) -> list[Any]:
        """Objects of the list as they are now; those that went meanwhile are left out."""
        identity, objects = self.resource.source.identity, self._lists.open.table.objects
        return [objects[key] for key in map(identity, items) if key in objects]

"""Which of a table's columns are shown, and in which places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dockertui.widgets.columns import Column

HIDDEN = "-"
"""The sign before the id of a column that is not shown."""


class ColumnChoice:
    """A choice of columns, as words: the ids in their order, those of hidden ones with a sign before them.

    Without words it is the default: all are shown. A column that they do not name, of a later version, gets the place
    it has by default; what they name and the table lacks is kept for whoever knows it.
    """

    def __init__(self, columns: Sequence[Column[Any]], always: str, words: object = None) -> None:
        """always: the id of a column that cannot be hidden."""
        self._columns = {column.id: column for column in columns}
        self._always = always
        self._order: list[str] = []
        self._hidden: set[str] = set()
        self._unknown: list[str] = []
        self.take(words)

    def take(self, words: object) -> None:
        """Replace the choice; whatever is no list of texts is the default."""
        named = dict.fromkeys(word for word in words if isinstance(word, str)) if isinstance(words, list) else {}
        ids = {word.removeprefix(HIDDEN): word.startswith(HIDDEN) for word in named}
        self._unknown = [word for word in named if word.removeprefix(HIDDEN) not in self._columns]
        self._hidden = {id for id, hidden in ids.items() if hidden and id in self._columns} - {self._always}
        self._order = [id for id in ids if id in self._columns]
        before = ""
        for id in self._columns:
            if id not in ids:
                self._order.insert(self._order.index(before) + 1 if before else 0, id)
            before = id

    @property
    def words(self) -> list[str]:
        """The choice as words; none for the default."""
        if not self._hidden and self._order == list(self._columns):
            return self._unknown
        return [f"{HIDDEN if id in self._hidden else ''}{id}" for id in self._order] + self._unknown

    @property
    def all(self) -> list[Column[Any]]:
        """Every column, in the chosen order."""
        return [self._columns[id] for id in self._order]

    @property
    def shown(self) -> list[Column[Any]]:
        """The columns shown. The further left one was put, the more important it is."""
        chosen = [self._columns[id] for id in self._order if id not in self._hidden]
        if self._order == list(self._columns):
            return chosen
        return [
            column._replace(priority=0 if column.id == self._always else place)
            for place, column in enumerate(chosen, 1)
        ]

    def is_shown(self, id: str) -> bool:
        return id not in self._hidden

    def toggle(self, id: str) -> bool:
        """Show or hide a column; return False if it cannot be hidden."""
        if id == self._always:
            return False
        self._hidden ^= {id}
        return True

    def move(self, id: str, steps: int) -> None:
        """Move a column to the right, or to the left by negative steps, as far as there are others."""
        at = self._order.index(id)
        self._order.insert(max(0, at + steps), self._order.pop(at))

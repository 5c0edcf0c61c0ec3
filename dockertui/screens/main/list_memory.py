"""What was chosen for the lists, by kind: their columns and order. The settings win over what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dockertui.config import Settings
from dockertui.state import State

COLUMNS, SORT, GROUPED = "columns", "sort", "grouped"
"""The sections of the state; the first two are tables of the settings, too."""
_REVERSED = "-"


class ListMemory:
    """The choices for every kind, from the settings and from earlier runs."""

    def __init__(
        self, settings: Settings, state: State, say: Callable[[str, str], object] = lambda text, style: None
    ) -> None:
        """say: shows a sentence in a style, on a choice that will not be there in the next run."""
        self._settings = settings
        self._state = state
        self._say = say

    def columns(self, kind: str, ids: list[str], always: str) -> object:
        """Return the words of a `ColumnChoice`. A column of `ids` that the settings do not name is hidden.

        always: the id of one that is not: it comes first if they do not name it.
        """
        named = self._settings.columns.get(kind)
        if named is None:
            return self._state.get(COLUMNS, kind)
        shown = named if always in named else (always, *named)
        return [*shown, *[f"-{id}" for id in ids if id not in shown]]

    def sort(self, kind: str) -> tuple[str, bool]:
        """Return the column to sort by ("" for the default), and whether that is reversed."""
        word = self._settings.sort.get(kind) or self._state.get(SORT, kind)
        word = word if isinstance(word, str) else ""
        return word.removeprefix(_REVERSED), word.startswith(_REVERSED)

    def grouped(self, kind: str) -> bool:
        """Whether the list is grouped."""
        return self._state.get(GROUPED, kind) is True

    def remember(self, section: str, kind: str, value: Any) -> None:
        """Remember a choice; None for the default."""
        set_for = {COLUMNS: self._settings.columns, SORT: self._settings.sort}.get(section, {})
        why = f"{section}.{kind} is in the settings, which win: this lasts until the program ends"
        if problem := why if kind in set_for else self._state.set(section, kind, value):
            self._say(problem, "warn")

    def remember_sort(self, kind: str, column: str, reverse: bool, default: str) -> None:
        """Remember the order of a list."""
        word = f"{_REVERSED if reverse else ''}{column}"
        self.remember(SORT, kind, word if word != default else None)

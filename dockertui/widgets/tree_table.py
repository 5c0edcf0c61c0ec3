"""A live table of hierarchical rows, shown as a collapsible tree or flat and sorted. The cursor stays on its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import events

from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.rows import Rows
from dockertui.widgets.text import clean, occurrences
from dockertui.widgets.tree_order import Branch, Forest

T = TypeVar("T")

OPEN, CLOSED = "▾ ", "▸ "
_SHIFT = 16
_TEXT_LIMIT = 1024


class TreeTable(Rows[Branch[T]], Generic[T]):
    """Rows of `T`. The screen binds keys to the `action_*` methods.

    tree_column: the ID of the last column, in which the branches are drawn, and which scrolls sideways. found_in:
    returns the text of an object that is searched.
    """

    def __init__(self, columns: Sequence[Column[Branch[T]]], tree_column: str, found_in: Callable[[T], str]) -> None:
        super().__init__(columns)
        self._tree_column = tree_column
        self._found_in = found_in
        self._forest: Forest[T] = Forest({}, {})
        self._branches: list[Branch[T]] = []
        self._folded: set[str] = set()
        self._row = 0
        self._moved = False
        self._shift = 0

    # What is shown

    def show(self, objects: Mapping[str, T], parents: Mapping[str, str | None], *, keep: bool = True) -> None:
        """Show these objects below their parents; `keep` cursor, folds and position, which belong to keys."""
        if not keep:
            self._folded.clear()
            self._row = self.top = self._shift = 0
            self._moved = False
            self._measure_anew()
        self._forest = Forest(objects, parents)
        self._folded &= objects.keys()
        self._arrange()

    @property
    def objects(self) -> Mapping[str, T]:
        """All objects, including those folded away."""
        return self._forest.objects

    @property
    def cursor_key(self) -> str | None:
        return self._branches[self._row].key if self._row < len(self._branches) else None

    @property
    def cursor_item(self) -> T | None:
        """The object under the cursor."""
        return self._branches[self._row].item if self._row < len(self._branches) else None

    @property
    def is_tree(self) -> bool:
        """Whether the rows are shown as a tree, not sorted."""
        return self._sort[0] is None

    def sort_by(self, column_id: str | None) -> None:
        """Sort by a column, numbers from the largest; None: show the tree."""
        column = next((column for column in self._columns if column.id == column_id and column.sort), None)
        self._sort = (column.id, column.right) if column else (None, False)
        self._measure_anew()
        self.repaint()
        self._arrange()

    def _arrange(self) -> None:
        """Rearrange the rows; the cursor stays on its object, and that object on its screen row."""
        before, key, offset = self._branches, self.cursor_key, self._row - self.top
        column = next((column for column in self._columns if column.id == self._sort[0]), None)
        if column is not None and column.sort is not None:
            value = column.sort
            self._branches = self._forest.sorted(lambda item: value(Branch("", item)), descending=self._sort[1])
        else:
            self._branches = self._forest.rows(self._folded)
        rows = {branch.key: row for row, branch in enumerate(self._branches)}
        if self._moved and key is not None:
            self._row = self._survivor(before, key, rows)
            self.top = max(0, self._row - offset)
        self._row = max(0, min(self._row, len(self._branches) - 1))
        self.refresh_frame()

    def _survivor(self, before: Sequence[Branch[T]], key: str, rows: Mapping[str, int]) -> int:
        """Return the cursor's new row: of its object, of the ancestor it is folded into, else the nearest one left."""
        for known in (key, *self._forest.ancestors(key)):
            if known in rows:
                return rows[known]
        after = (*before[self._row :], *reversed(before[: self._row]))
        return next((rows[branch.key] for branch in after if branch.key in rows), 0)

    # Folding

    def action_toggle_fold(self) -> None:
        """Fold or unfold the descendants of the object under the cursor."""
        if (key := self.cursor_key) is not None:
            self._fold(key, key not in self._folded)

    def action_unfold(self) -> None:
        if (key := self.cursor_key) is not None:
            self._fold(key, False)

    def action_fold(self) -> None:
        """Fold the object's descendants; from one without any to fold, go to its parent."""
        key = self.cursor_key
        if key is None or not self.is_tree:
            return
        if key in self._forest.children and key not in self._folded:
            self._fold(key, True)
        elif (parent := self._forest.parents.get(key)) is not None:
            self.go_to_key(parent)

    def action_fold_all(self) -> None:
        self._folded = set(self._forest.children)
        self._moved = True
        self._arrange()

    def action_unfold_all(self) -> None:
        self._folded.clear()
        self._moved = True
        self._arrange()

    def _fold(self, key: str, folded: bool) -> None:
        if key in self._forest.children and self.is_tree:
            self._moved = True
            (self._folded.add if folded else self._folded.discard)(key)
            self._arrange()

    def go_to_key(self, key: str) -> None:
        """Move the cursor to an object, unfolding its ancestors."""
        hidden = self._folded.intersection(self._forest.ancestors(key))
        if hidden:
            self._folded -= hidden
            self._arrange()
        self.go_to(next((row for row, branch in enumerate(self._branches) if branch.key == key), self._row))

    # Sideways

    def action_scroll_right(self) -> None:
        """Scroll right to show the rest of long texts."""
        self._move_to(self._shift + _SHIFT)

    def action_scroll_left(self) -> None:
        self._move_to(max(0, self._shift - _SHIFT))

    def _move_to(self, shift: int) -> None:
        column = next(column for column in self._columns if column.id == self._tree_column)
        longest = max((len(_text_of(column.cell(branch))) for branch in self._branches), default=0)
        self._shift = min(shift, max(0, longest - _SHIFT))
        self.refresh_cells()

    # Search

    def search(self, text: str) -> int:
        """Mark every `text`, ignoring case, and go to the first from the cursor; return how many objects contain it."""
        self._needle = text.casefold()
        self._spans = (lambda column, shown: occurrences(shown, text)) if text else None
        self.repaint()
        found = self._matches()
        if found and self.cursor_key not in found:
            self._next_match(1)
        return len(found)

    def action_next_match(self) -> None:
        self._next_match(1)

    def action_previous_match(self) -> None:
        self._next_match(-1)

    def _matches(self) -> list[str]:
        """Return the keys of the matches, in the order shown if nothing were folded."""
        if not self._needle:
            return []
        branches = self._forest.rows() if self.is_tree else self._branches
        return [branch.key for branch in branches if self._needle in self._found_in(branch.item).casefold()]

    def _next_match(self, step: int) -> None:
        """Go to the next match from the cursor, wrapping around."""
        matches = self._matches()
        if not matches:
            return
        order = {branch.key: row for row, branch in enumerate(self._forest.rows() if self.is_tree else self._branches)}
        at = order.get(self.cursor_key or "", 0)
        ahead = [key for key in matches if (order[key] - at) * step > 0]
        self.go_to_key((ahead or matches)[0 if step > 0 else -1])

    # The interface of `Lines`

    @property
    def line_count(self) -> int:
        return len(self._branches)

    @property
    def cursor_row(self) -> int:
        return self._row

    def put_cursor(self, row: int) -> None:
        self._moved = True
        self._row = row

    def row_at(self, row: int) -> tuple[str, Branch[T]]:
        return self._branches[row].key, self._branches[row]

    def is_marked(self, key: str) -> bool:
        return False

    def _cell(self, column: Column[Branch[T]], obj: Branch[T]) -> Cell:
        if column.id != self._tree_column:
            return super()._cell(column, obj)
        cell = column.cell(obj)
        text = _text_of(cell)
        sign = (CLOSED if obj.hidden else OPEN) if obj.parent else ""
        if self._shift:
            text = f"…{text[self._shift + 1 :]}"
        folded = f"(+{obj.hidden}) " if obj.hidden else ""
        return Cell(
            f"{obj.drawn}{sign}{folded}{clean(text[:_TEXT_LIMIT])}", cell.style if isinstance(cell, Cell) else ""
        )

    def clicked(self, row: int, event: events.Click) -> None:
        self.go_to(row)
        if event.chain == 2:
            self.action_toggle_fold()

    def head_clicked(self, x: int, event: events.Click) -> None:
        column = self.column_at(x)
        if column is not None:
            self.sort_by(column.id if column.sort and column.id != self._sort[0] else None)


def _text_of(cell: Cell | str) -> str:
    return cell.text if isinstance(cell, Cell) else cell

"""The columns of a table: what each shows, what it needs, and how they share the available width."""

from collections.abc import Callable, Collection, Sequence
from operator import gt
from typing import Any, Generic, NamedTuple, TypeVar

from rich.cells import cell_len

T = TypeVar("T")

GAP = 1
"""Cells between two columns."""

SETTLING = 30.0
"""Seconds between two times at which columns shrink: a text is gone for this long, or twice as long, before."""
_SLACK = 1
"""Cells that a column keeps in vain, so that values such as ages, one character longer or shorter, move nothing."""


class Cell(NamedTuple):
    """The content of one column for one object: a text and a style name."""

    text: str
    style: str = ""
    """"", "good", "warn", "bad", "busy", "accent" or "dim": in addition to the text, never in place of it."""


class Column(NamedTuple, Generic[T]):
    """One column of a table of `T`. It is as wide as its title and its contents on the screen need."""

    id: str
    title: str
    cell: Callable[[T], Cell | str]
    """The text as the Engine sent it: the table cleans it."""
    sort: Callable[[T], Any] | None = None
    """The sort key: a number, string, or tuple of them; None sorts last. Without a function the column is not sortable.
    """
    width: int = 10
    """The fewest cells: of contents that need more, as many are shown when room is short. A right-aligned column always
    has them.
    """
    right: bool = False
    """Right-aligned, as numbers are, and like these never cut: the column is shown whole or not at all."""
    priority: int = 0
    """Columns with a higher number are shown only when those with a lower one are whole."""
    shorten: Callable[[str, int], str] | None = None
    """Returns a cleaned text that is too long for some cells, shorter; what is still too long is cut at its end."""


class Slot(NamedTuple):
    """A column's position in the line: its index `column`, first cell `start`, `width` in cells."""

    column: int
    start: int
    width: int


class Needs:
    """The cells that each column needs, learned from the texts that are shown.

    A need grows at once and shrinks late. Titles, and the mark of the column `sorted`, are counted in.
    """

    def __init__(self, columns: Sequence[Column[Any]], sorted: str | None, clock: Callable[[], float]) -> None:
        self._least = [
            max(len(column.title) + (column.id == sorted), column.width if column.right else 0) for column in columns
        ]
        self.cells = self._least.copy()
        self._recent = self._least.copy()
        self._clock = clock
        self._since = clock()

    def see(self, slots: Sequence["Slot"], cells: Sequence[Cell]) -> None:
        """Take note of the cleaned cells of a row."""
        recent = self._recent
        for slot, (text, _) in zip(slots, cells, strict=True):
            size = len(text) if text.isascii() else cell_len(text)
            if size > recent[slot.column]:
                recent[slot.column] = size

    def grow(self) -> bool:
        """Let the needs grow to what was seen; return whether any did."""
        if not any(map(gt, self._recent, self.cells)):
            return False
        self.cells = list(map(max, self._recent, self.cells))
        return True

    @property
    def are_due(self) -> bool:
        """Whether it is time to call `shrink`."""
        return self._clock() - self._since >= SETTLING

    def shrink(self, shown: Collection[int]) -> None:
        """Let needs shrink to what was seen since the last call; those of columns not `shown` are unknown again.

        What is on the screen is to be seen again now: the next time it counts as recent.
        """
        for index, recent in enumerate(self._recent):
            if index not in shown:
                self.cells[index] = self._least[index]
            elif self.cells[index] - recent > _SLACK:
                self.cells[index] = recent
        self._recent = self._least.copy()
        self._since = self._clock()


def lay_out(columns: Sequence[Column[Any]], needs: Sequence[int], width: int) -> list[Slot]:
    """Return the columns that fit into `width` cells, and their positions; `needs` are the cells for whole contents.

    In the order of their priority (of several, from the left) columns get what they need, at first half of the width at
    most. A column that is cut is the last one, and what is left over goes to those that needed more than half.
    """
    cells: dict[int, int] = {}
    rest = width
    for index in sorted(range(len(columns)), key=lambda index: (columns[index].priority, index)):
        room = rest - GAP if cells else rest
        least = _least(columns[index], needs[index])
        if cells and room < least:
            break
        wanted = min(needs[index], max(width // 2, least))
        cells[index] = max(0, min(wanted, room))
        rest = room - cells[index]
    return _place(cells, needs, rest)


def _least(column: Column[Any], need: int) -> int:
    return need if column.right else min(column.width, need)


class Layout(NamedTuple):
    """The positions of the columns shown, and whether others are scrolled out."""

    slots: list[Slot]
    fixed: int = 0
    """Slots that stay when the others are scrolled."""
    more_left: bool = False
    more_right: bool = False


def lay_out_all(columns: Sequence[Column[Any]], needs: Sequence[int], width: int, left: int) -> Layout:
    """As `lay_out`, but columns are scrolled, not dropped: `left` of them are scrolled out.

    The first column stays, and those of priority 0 that follow it, as long as each of the others still fits. The last
    one shown may be cut: it is whole when scrolled further.
    """
    everything = range(len(columns))
    if sum(needs) + GAP * (len(columns) - 1) <= width:
        return Layout(_place({index: needs[index] for index in everything}, needs, 0))
    wanted = [min(need, max(width // 2, _least(column, need))) for column, need in zip(columns, needs, strict=True)]
    fixed = _fixed(columns, wanted, width)
    cells: dict[int, int] = {}
    rest, more = width, False
    for index in (*everything[:fixed], *everything[fixed + left :]):
        room = rest - GAP if cells else rest
        more = len(cells) > fixed and room < wanted[index]
        if more and (columns[index].right or room < _least(columns[index], needs[index])):
            break
        cells[index] = max(0, min(wanted[index], room))
        rest = room - cells[index]
        if more:
            break
    return Layout(_place(cells, needs, rest), fixed, left > 0, more)


def _fixed(columns: Sequence[Column[Any]], wanted: Sequence[int], width: int) -> int:
    fixed = 1
    while fixed < len(columns) - 1 and columns[fixed].priority == 0:
        widest = max(column.width for column in columns[fixed + 1 :])
        if sum(wanted[: fixed + 1]) + GAP * (fixed + 1) + widest > width:
            break
        fixed += 1
    return fixed


def _place(cells: dict[int, int], needs: Sequence[int], rest: int) -> list[Slot]:
    """Return slots for columns of some `cells`; the first that need more share the rest."""
    for index in cells:
        more = max(0, min(rest, needs[index] - cells[index]))
        cells[index] += more
        rest -= more
    slots: list[Slot] = []
    start = 0
    for index in sorted(cells):
        slots.append(Slot(index, start, cells[index]))
        start += cells[index] + GAP
    return slots

"""The columns of a table: what each shows, and how they share the available width."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

GAP = 1
"""Cells between two columns."""


class Cell(NamedTuple):
    """The content of one column for one object: a text and a style name."""

    text: str
    style: str = ""
    """"", "good", "warn", "bad", "busy", "accent" or "dim": in addition to the text, never in place of it."""


class Column(NamedTuple, Generic[T]):
    """One column of a table of `T`."""

    id: str
    title: str
    cell: Callable[[T], Cell | str]
    """The text as the Engine sent it: the table cleans it."""
    sort: Callable[[T], Any] | None = None
    """The sort key: a number, string, or tuple of them; None sorts last. Without a function the column is not sortable.
    """
    width: int = 10
    """Cells it needs."""
    grow: int = 0
    """Its share of the remaining width."""
    right: bool = False
    """Right-aligned, as numbers are."""
    priority: int = 0
    """When the width does not suffice, columns with a higher number are dropped first."""


class Slot(NamedTuple):
    """A column's position in the line: its index `column`, first cell `start`, `width` in cells."""

    column: int
    start: int
    width: int


def lay_out(columns: Sequence[Column[Any]], width: int) -> list[Slot]:
    """Return the columns that fit into `width` cells, and their positions.

    It depends only on its arguments, so that no content ever moves a column. The column with the highest priority (the
    rightmost of several) is dropped first; the last one left is cut to the width.
    """
    kept = list(range(len(columns)))
    while len(kept) > 1 and _needed(columns, kept) > width:
        kept.remove(max(kept, key=lambda index: (columns[index].priority, index)))
    return _place(columns, kept, width)


class Layout(NamedTuple):
    """The positions of the columns shown, and whether others are scrolled out."""

    slots: list[Slot]
    fixed: int = 0
    """Slots that stay when the others are scrolled."""
    more_left: bool = False
    more_right: bool = False


def lay_out_all(columns: Sequence[Column[Any]], width: int, left: int) -> Layout:
    """As `lay_out`, but columns are scrolled, not dropped: `left` of them are scrolled out.

    The first column stays, and those of priority 0 that follow it, as long as each of the others still fits.
    """
    everything = list(range(len(columns)))
    if _needed(columns, everything) <= width:
        return Layout(_place(columns, everything, width))
    fixed = _fixed(columns, width)
    kept = everything[:fixed]
    for index in everything[fixed + left :]:
        if len(kept) > fixed and _needed(columns, [*kept, index]) > width:
            return Layout(_place(columns, kept, width), fixed, left > 0, True)
        kept.append(index)
    return Layout(_place(columns, kept, width), fixed, left > 0, False)


def _fixed(columns: Sequence[Column[Any]], width: int) -> int:
    fixed = 1
    while fixed < len(columns) - 1 and columns[fixed].priority == 0:
        widest = max(column.width for column in columns[fixed + 1 :])
        if _needed(columns, range(fixed + 1)) + GAP + widest > width:
            break
        fixed += 1
    return fixed


def _needed(columns: Sequence[Column[Any]], kept: Sequence[int]) -> int:
    return sum(columns[index].width for index in kept) + GAP * (len(kept) - 1)


def _place(columns: Sequence[Column[Any]], kept: Sequence[int], width: int) -> list[Slot]:
    """Return slots for `kept`, with the remaining width shared by `grow`; a remainder goes to the first columns."""
    spare = max(0, width - _needed(columns, kept))
    shares = sum(columns[index].grow for index in kept)
    slots: list[Slot] = []
    start = 0
    for index in kept:
        column = columns[index]
        extra = -(-spare * column.grow // shares) if shares else 0
        spare, shares = spare - extra, shares - column.grow
        cells = max(0, min(column.width + extra, width - start))
        slots.append(Slot(index, start, cells))
        start += cells + GAP
    return slots

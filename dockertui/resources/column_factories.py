"""Columns that several kinds share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell, Column

T = TypeVar("T")


def text(id: str, title: str, read: Callable[[T], str], width: int, priority: int, grow: int = 0) -> Column[T]:
    """Return a text column, sorted by its text."""
    return Column(id, title, read, read, width=width, grow=grow, priority=priority)


def dim(id: str, title: str, read: Callable[[T], str], width: int, priority: int, grow: int = 0) -> Column[T]:
    """Return a dimmed text column, for less important text."""
    return Column(id, title, lambda item: Cell(read(item), "dim"), read, width=width, grow=grow, priority=priority)


def short_id(priority: int) -> Column[Any]:
    """Return a column with the short id."""
    return Column(
        "id", "ID", lambda item: Cell(item.short_id, "dim"), lambda item: item.id, width=12, priority=priority
    )


def age(surroundings: Surroundings, created: Callable[[T], float | None], priority: int) -> Column[T]:
    """Return a column with the object's age; empty if unknown."""

    def cell(item: T) -> Cell:
        at = created(item)
        return Cell(format.age(surroundings.clock() - at) if at is not None and at > 0 else "", "dim")

    return Column("created", "AGE", cell, created, width=4, right=True, priority=priority)


def measured(
    surroundings: Surroundings, kind: str, identity: Callable[[T], str], width: int, priority: int
) -> Column[T]:
    def cell(item: T) -> Cell:
        known = surroundings.size(kind, identity(item))
        return Cell(format.size(known.own)) if known else Cell("·", "dim")

    def order(item: T) -> int | None:
        known = surroundings.size(kind, identity(item))
        return known.own if known else None

    return Column("size", "SIZE", cell, order, width=width, right=True, priority=priority)

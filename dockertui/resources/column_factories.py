"""Columns that several kinds share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from rich.cells import cell_len

from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell, Column

T = TypeVar("T")

_DIGEST = re.compile("(sha256:[0-9a-f]{12})[0-9a-f]{52}")


def text(id: str, title: str, read: Callable[[T], str], width: int, priority: int) -> Column[T]:
    """Return a text column, sorted by its text."""
    return Column(id, title, read, read, width=width, priority=priority)


def dim(id: str, title: str, read: Callable[[T], str], width: int, priority: int) -> Column[T]:
    """Return a dimmed text column, for less important text."""
    return Column(id, title, lambda item: Cell(read(item), "dim"), read, width=width, priority=priority)


def image(read: Callable[[T], str], priority: int) -> Column[T]:
    """Return a column with the image that a container is of."""

    def cell(item: T) -> str:
        text = read(item)
        return _DIGEST.sub(r"\1…", text) if "sha256:" in text else text

    return Column("image", "IMAGE", cell, read, width=12, priority=priority, shorten=shorten_image)


def shorten_image(text: str, width: int) -> str:
    """Return the end of a reference to an image, where name and tag are, in `width` cells: `…/shop/api:1.2`.

    A digest is longer than the name: it is left for the table to cut.
    """
    while "/" in text:
        text = text.partition("/")[2]
        if cell_len(text) + 2 <= width:
            return f"…/{text}"
    if "sha256:" in text:
        return text
    while text and cell_len(text) >= width:
        text = text[1:]
    return f"…{text}"


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

    return Column("created", "AGE", cell, created, width=3, right=True, priority=priority)


def measured(surroundings: Surroundings, kind: str, identity: Callable[[T], str], priority: int) -> Column[T]:
    def cell(item: T) -> Cell:
        known = surroundings.size(kind, identity(item))
        return Cell(format.size(known.own)) if known else Cell("·", "dim")

    def order(item: T) -> int | None:
        known = surroundings.size(kind, identity(item))
        return known.own if known else None

    return Column("size", "SIZE", cell, order, width=6, right=True, priority=priority)

"""Detect that rows moved up or down, so that the terminal can move them itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from dockertui.output.frame import CellRow

_FEWEST_ROWS = 4
"""Moving fewer rows than this saves less than the sequences cost, and is more often a coincidence."""


class Scroll(NamedTuple):
    """Rows `top` to `bottom` (exclusive) move up by `lines`; down if that is negative."""

    top: int
    bottom: int
    lines: int


def find_scroll(shown: Sequence[CellRow | None], wanted: Sequence[CellRow]) -> Scroll | None:
    """Return the move of whole rows that makes `shown` most like `wanted`, or None if none saves anything."""
    changed = [y for y, row in enumerate(wanted) if shown[y] is not row and shown[y] != row]
    if len(changed) < _FEWEST_ROWS:
        return None
    lines = _most_common_move(shown, wanted, changed)
    if not lines:
        return None
    moved = [y for y in range(len(wanted)) if 0 <= y + lines < len(shown) and shown[y + lines] == wanted[y]]
    gained = [y for y in moved if shown[y] != wanted[y]]
    if len(gained) < _FEWEST_ROWS:
        return None
    first, last = gained[0], gained[-1]
    scroll = Scroll(min(first, first + lines), max(last, last + lines) + 1, lines)
    return scroll if _pays(scroll, shown, wanted) else None


def _most_common_move(shown: Sequence[CellRow | None], wanted: Sequence[CellRow], changed: Sequence[int]) -> int:
    """Return by how many lines most of the changed rows moved up; 0 if they did not."""
    places: dict[CellRow, int] = {}
    for y in changed:
        if (row := shown[y]) is not None:
            # Equal rows (mostly blank ones) could have come from anywhere and prove nothing.
            places[row] = -1 if row in places else y
    moves = Counter(places[wanted[y]] - y for y in changed if places.get(wanted[y], -1) >= 0)
    return moves.most_common(1)[0][0] if moves else 0


def _pays(scroll: Scroll, shown: Sequence[CellRow | None], wanted: Sequence[CellRow]) -> bool:
    """Return whether well over a third fewer rows have to be written when the terminal moves them."""
    top, bottom, lines = scroll
    before = sum(shown[y] != wanted[y] for y in range(top, bottom))
    after = sum(not (top <= y + lines < bottom and shown[y + lines] == wanted[y]) for y in range(top, bottom))
    return after < before * 0.6

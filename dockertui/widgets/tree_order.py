"""The rows of a tree in the order shown: siblings sorted, folded parts left out. Independent of any screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from dockertui.widgets.sort_order import comparable

T = TypeVar("T")

LEVELS = 16
"""Levels whose branches are drawn; of deeper rows, those nearest to the row."""
_BAR, _BLANK, _TEE, _CORNER, _DEEPER = "│  ", "   ", "├─ ", "└─ ", "⋯  "


class Branch(NamedTuple, Generic[T]):
    """A row: an object, its branches in the tree, and how many rows below it are folded away."""

    key: str
    item: T
    drawn: str = ""
    """The branches drawn before it."""
    parent: bool = False
    """Whether it has children."""
    hidden: int = 0


class Forest(Generic[T]):
    """Objects by key, each below its parent. One whose parent is missing, or that is its own ancestor, is a root."""

    def __init__(self, objects: Mapping[str, T], parents: Mapping[str, str | None]) -> None:
        self.objects = objects
        self.parents = {key: parent for key in objects if (parent := parents.get(key)) in objects and parent != key}
        self._cut_loops()
        self.children: dict[str, list[str]] = defaultdict(list)
        for key in objects:
            if parent := self.parents.get(key):
                self.children[parent].append(key)

    def _cut_loops(self) -> None:
        sound: set[str] = set()
        for key in self.objects:
            path: dict[str, None] = {}
            at: str | None = key
            while at is not None and at not in sound:
                if at in path:
                    del self.parents[at]
                    break
                path[at] = None
                at = self.parents.get(at)
            sound.update(path)

    def ancestors(self, key: str) -> Iterable[str]:
        """Yield the ancestors of an object, the nearest first."""
        while (parent := self.parents.get(key)) is not None:
            yield parent
            key = parent

    def below(self, key: str) -> int:
        """Return the number of descendants."""
        count, waiting = 0, [key]
        while waiting:
            children = self.children.get(waiting.pop(), ())
            count += len(children)
            waiting += children
        return count

    def rows(self, folded: Collection[str] = ()) -> list[Branch[T]]:
        """Return the rows as a tree, in the order in which the objects came; without descendants of `folded` ones."""
        found: list[Branch[T]] = []
        roots = [key for key in self.objects if key not in self.parents]
        waiting: list[tuple[str, tuple[str, ...], bool]] = [(key, (), True) for key in reversed(roots)]
        while waiting:
            key, drawn, last = waiting.pop()
            children = self.children.get(key, [])
            is_folded = bool(children) and key in folded
            hidden = self.below(key) if is_folded else 0
            branch = "".join(drawn) + (_CORNER if last else _TEE) if key in self.parents else ""
            found.append(Branch(key, self.objects[key], branch, bool(children), hidden))
            if not is_folded:
                inner = (*drawn, _BLANK if last else _BAR) if key in self.parents else drawn
                inner = (_DEEPER, *inner[-LEVELS:]) if len(inner) > LEVELS else inner
                waiting += [(child, inner, child == children[-1]) for child in reversed(children)]
        return found

    def sorted(self, value: Callable[[T], Any], *, descending: bool) -> list[Branch[T]]:
        """Return the rows as a flat list sorted by a value; equal ones as they came."""
        keys = sorted(self.objects, key=lambda key: comparable(value(self.objects[key]), descending))
        return [Branch(key, self.objects[key]) for key in keys]

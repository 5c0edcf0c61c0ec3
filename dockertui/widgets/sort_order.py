"""The rows of a table in the order shown: sorted and filtered, also after single changes.

Independent of any screen. A sort key is computed once per version of an object; a changed object costs a bisection, not
a sort.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Entry = tuple[Any, ...]
"""(rank, value, rank of the tie breaker, tie breaker, key), with rank and value of a group before it: comparable."""

_NUMBER, _TEXT, _SEQUENCE, _OTHER, _NOTHING, _BEYOND = range(6)
_INVERTED = bytes(range(255, -1, -1))
_PATCH_MAX = 64


def comparable(value: Any, descending: bool = False) -> tuple[int, Any]:
    """Return `value` as a pair comparable with any other: numbers sort first, then texts, sequences, the rest, None.

    `descending` reverses the order within a rank; None and NaN stay last.
    """
    kind = type(value)
    if kind is str:
        return _TEXT, _turned(value) if descending else value
    if kind is int or kind is float or kind is bool:
        if value != value:
            return _NOTHING, 0
        return _NUMBER, -value if descending else value
    if value is None:
        return _NOTHING, 0
    if isinstance(value, tuple | list):
        parts = tuple([comparable(part, descending) for part in value])
        return _SEQUENCE, (*parts, (_BEYOND, 0)) if descending else parts
    return _OTHER, _turned(str(value)) if descending else str(value)


def _turned(text: str) -> bytes:
    """Return bytes that sort in reverse: UTF-8 sorts by code point, its complement backwards."""
    return text.encode("utf-8", "surrogatepass").translate(_INVERTED) + b"\xff"


class SortOrder(Generic[T]):
    """Objects by key, and the keys that pass the filter in sorted order."""

    def __init__(self) -> None:
        self.objects: dict[str, T] = {}
        self.ranked: list[Entry] = []
        """Sorted entries of what is shown; the key is an entry's last item."""
        self.keep: Callable[[T], bool] | None = None
        """Which objects are shown: those for which it returns true; None shows all."""
        self.last_error: Exception | None = None
        """The last exception of a sort or filter function."""
        self._entries: dict[str, Entry] = {}
        self._serials: dict[str, int] = {}
        self._next_serial = 0
        self._value: Callable[[T], Any] | None = None
        self._tie: Callable[[T], Any] | None = None
        self._descending = False
        self._group: Callable[[T], Any] | None = None

    def __len__(self) -> int:
        return len(self.ranked)

    def keys(self) -> list[str]:
        """Return the keys shown, in order."""
        return [entry[-1] for entry in self.ranked]

    def key_at(self, row: int) -> str:
        """Return the key in a row; raise IndexError if there is none."""
        key: str = self.ranked[row][-1]
        return key

    def row_of(self, key: str | None) -> int | None:
        """Return the row of a key, or None."""
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            return None
        row = bisect_left(self.ranked, entry)
        return row if row < len(self.ranked) and self.ranked[row] is entry else None

    def continues_group(self, row: int) -> bool:
        """Whether a row is of the same group as the one before it."""
        return self._group is not None and row > 0 and self.ranked[row][:2] == self.ranked[row - 1][:2]

    def sort(self, value: Callable[[T], Any] | None, tie: Callable[[T], Any] | None, descending: bool = False) -> None:
        """Sort by `value`, equal ones by `tie`, then key; without `value`, in the order in which the objects came."""
        self.arrange(value, tie, descending, self.keep, self._group)

    def arrange(
        self,
        value: Callable[[T], Any] | None,
        tie: Callable[[T], Any] | None,
        descending: bool,
        keep: Callable[[T], bool] | None,
        group: Callable[[T], Any] | None = None,
    ) -> None:
        """Sort and filter at once: only what is shown is sorted. Those of a `group` are together, groups ascending."""
        self._value, self._tie, self._descending, self.keep, self._group = value, tie, descending, keep, group
        self._entries.clear()
        self._rank_all()

    def filter(self, keep: Callable[[T], bool] | None) -> None:
        """Show only the objects for which `keep` returns true; None shows all."""
        self.keep = keep
        self._rank_all()

    def replace(self, objects: Mapping[str, T]) -> None:
        """Replace all objects."""
        known = self.objects
        self.objects = dict(objects)
        if self._value is None:
            self._entries.clear()
        else:
            self._entries = {key: entry for key, entry in self._entries.items() if objects.get(key) is known.get(key)}
        self._serials = dict(zip(objects, range(len(objects)), strict=True))
        self._next_serial = len(objects)
        self._rank_all()

    def patch(self, changed: Mapping[str, T], removed: Collection[str] = ()) -> None:
        """Take new versions of some objects, and drop others."""
        few = len(changed) + len(removed) <= _PATCH_MAX
        for key in (*removed, *changed):
            if few:
                self._take_out(key)
            self._entries.pop(key, None)
        for key in removed:
            self.objects.pop(key, None)
            self._serials.pop(key, None)
        for key, obj in changed.items():
            self.objects[key] = obj
            if key not in self._serials:
                self._serials[key] = self._next_serial
                self._next_serial += 1
            if few and self._keeps(obj):
                insort(self.ranked, self._entry(key, obj))
        if not few:
            self._rank_all()

    def rerank(self) -> None:
        """Compute all sort keys again, if they depend on more than the object, as statistics do."""
        self._entries.clear()
        self._rank_all()

    def _take_out(self, key: str) -> None:
        row = self.row_of(key)
        if row is not None:
            del self.ranked[row]

    def _rank_all(self) -> None:
        keep, entry, entries = self.keep, self._entry, self._entries
        shown = self.objects if keep is None else {k: o for k, o in self.objects.items() if self._keeps(o)}
        # Most rows keep their place: starting from the last order leaves the sort little to do.
        kept = [old[-1] for old in self.ranked if old[-1] in shown]
        fresh = shown.keys() - set(kept)
        keys = [*kept, *[key for key in shown if key in fresh]] if fresh else kept
        self.ranked = [entries.get(key) or entry(key, shown[key]) for key in keys]
        self.ranked.sort()

    def _keeps(self, obj: T) -> bool:
        try:
            return self.keep is None or self.keep(obj)
        except Exception as error:  # a filter that fails hides nothing
            self.last_error = error
            return True

    def _entry(self, key: str, obj: T) -> Entry:
        """Return the sort key of an object, kept until its next version."""
        if self._value is None:
            entry: Entry = (_NUMBER, self._serials[key], key)
        else:
            rank, value = comparable(self._call(self._value, obj), self._descending)
            tie_rank, tie = comparable(self._call(self._tie, obj)) if self._tie else (_NOTHING, 0)
            entry = (rank, value, tie_rank, tie, key)
        if self._group is not None:
            entry = (*comparable(self._call(self._group, obj)), *entry)
        self._entries[key] = entry
        return entry

    def _call(self, function: Callable[[T], Any], obj: T) -> Any:
        try:
            return function(obj)
        except Exception as error:  # an object that cannot be sorted goes last, like one without a value
            self.last_error = error
            return None

"""Count the lines of a log that a search finds, a block at a time, newest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from dockertui.widgets.log_query import LogSearch
from dockertui.widgets.log_store import LogStore


class Matches:
    """The lines found. Without a search it costs nothing."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._search = LogSearch()
        self._newer: list[int] = []
        """Line numbers found after the start of the count, ascending."""
        self._older: list[int] = []
        """Those found before, negated: ascending, too."""
        self._seen = (0, 0)

    def set(self, search: LogSearch) -> None:
        """Set a new search; nothing is counted until `update` runs."""
        self._search = search
        self._newer, self._older = [], []
        self._seen = (self._store.end, self._store.end)

    @property
    def search(self) -> LogSearch:
        return self._search

    @property
    def is_whole(self) -> bool:
        """Whether every loaded line was searched."""
        return self._seen[0] <= self._store.first and self._seen[1] >= self._store.end

    @property
    def count(self) -> int:
        """How many loaded lines were found so far."""
        return self.before(self._store.end)

    def before(self, number: int) -> int:
        """Return how many of them come before a line."""
        first = self._store.first
        newer = bisect_left(self._newer, number) - bisect_left(self._newer, first)
        older = bisect_left(self._older, 1 - first) - bisect_left(self._older, 1 - number)
        return max(0, newer) + max(0, older)

    def update(self) -> Iterator[None]:
        """Search the lines not searched yet; a generator that may be left after any step and resumed."""
        if not self._search:
            return
        store, (start, stop) = self._store, self._seen
        if stop > store.end:  # the newest lines were dropped
            self.set(self._search)
            start, stop = self._seen
        start, stop = max(start, store.first), max(stop, store.first)
        for block in store.blocks(stop, store.end):
            self._newer += [number for number in self._search.hits(block) if number >= stop]
            stop = block.end
            self._seen = (start, stop)
            yield
        for block in reversed(store.blocks(store.first, start)):
            self._older += [-number for number in reversed(self._search.hits(block)) if number < start]
            start = block.first
            self._seen = (start, stop)
            yield

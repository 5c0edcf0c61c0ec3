"""Which lines of a log are shown: all, or those that a filter keeps, with some context around each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from dockertui.widgets.log_query import LogFilter
from dockertui.widgets.log_store import LogStore


class ShownLines:
    """The numbers of the shown lines, in order. Without a filter it stores nothing and costs nothing."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.filter = LogFilter()
        self.context = 0
        """Lines shown before and after each that the filter keeps."""
        self.hits: list[int] = []
        self._numbers: list[int] = []
        self._seen = (store.first, store.first)
        """The range of lines filtered so far."""
        self._until = 0

    # shown lines

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return len(self._numbers) - self._gone() if self.filter else len(self._store)

    @property
    def is_whole(self) -> bool:
        """Whether every loaded line was filtered."""
        return not self.filter or (self._seen[0] <= self._store.first and self._seen[1] >= self._store.end)

    def at_or_after(self, number: int) -> int | None:
        """Return the first shown line from a number on."""
        number = max(number, self._store.first)
        if not self.filter:
            return number if number < self._store.end else None
        at = bisect_left(self._numbers, number)
        return self._numbers[at] if at < len(self._numbers) and self._numbers[at] < self._store.end else None

    def before(self, number: int) -> int | None:
        """Return the last shown line before a number."""
        number = min(number, self._store.end)
        if not self.filter:
            return number - 1 if number > self._store.first else None
        at = bisect_left(self._numbers, number) - 1
        return self._numbers[at] if at >= self._gone() else None

    def within(self, start: int, stop: int) -> list[int]:
        """Return the shown lines from `start` to `stop` (exclusive)."""
        start, stop = max(start, self._store.first), min(stop, self._store.end)
        if not self.filter:
            return list(range(start, stop))
        return self._numbers[bisect_left(self._numbers, start) : bisect_left(self._numbers, stop)]

    def is_context(self, number: int) -> bool:
        """Return whether a line is shown only as context of one that the filter keeps."""
        at = bisect_left(self.hits, number)
        return bool(self.filter) and not (at < len(self.hits) and self.hits[at] == number)

    def _gone(self) -> int:
        """Return how many of the numbers belong to lines that the store has dropped."""
        return bisect_left(self._numbers, self._store.first)

    # keeping up to date

    def set(self, kept: LogFilter, context: int) -> None:
        """Set another filter: nothing is shown until `update` runs."""
        self.filter, self.context = kept, context
        self.forget()

    def forget(self) -> None:
        """Filter everything again."""
        self.hits, self._numbers = [], []
        self._seen = (self._store.end, self._store.end)
        self._until = 0

    def update(self) -> Iterator[None]:
        """Filter the unseen lines, newer ones first; a generator that may be left after any step and resumed."""
        if not self.filter:
            return
        self._drop_gone()
        start, stop = self._seen
        for block in self._store.blocks(stop, self._store.end):
            found = [number for number in self.filter.hits(block) if number >= stop]
            self.hits += found
            self._show_after(found, stop := block.end)
            self._seen = (start, stop)
            yield
        waiting: list[list[int]] = []
        for block in reversed(self._store.blocks(self._store.first, start)):
            waiting.append([number for number in self.filter.hits(block) if number < start])
            if block.first <= self._store.first or sum(map(len, waiting)) >= len(
                self.hits
            ):  # rarely enough to cost little
                found = [number for numbers in reversed(waiting) for number in numbers]
                self._show_before(found, self._seen[0])
                self.hits[:0] = found
                waiting = []
                self._seen = (block.first, self._seen[1])
            yield

    def _drop_gone(self) -> None:
        """Forget lines that the store has dropped at either end."""
        first, end = self._store.first, self._store.end
        if self._seen[1] > end or self._seen[0] > end:
            self.hits = self.hits[: bisect_left(self.hits, end)]
            self._numbers = self._numbers[: bisect_left(self._numbers, end)]
        if self._gone() > 10_000:
            self._numbers = self._numbers[self._gone() :]
            self.hits = self.hits[bisect_left(self.hits, first) :]
        start, stop = self._seen
        self._seen = (min(max(start, first), end), min(max(stop, first), end))

    def _show_after(self, found: list[int], stop: int) -> None:
        """Show these lines and their context; the context after the last one may not have arrived yet."""
        last = self._numbers[-1] + 1 if self._numbers else self._store.first
        if self._until > last and self._numbers:
            self._numbers.extend(range(last, min(self._until, stop)))
            last = self._numbers[-1] + 1
        for number in found:
            until = number + self.context + 1
            self._numbers.extend(range(max(last, number - self.context), min(until, stop)))
            last = max(last, min(until, stop))
            self._until = until

    def _show_before(self, found: list[int], boundary: int) -> None:
        """Show these lines, all before the `boundary` of those shown so far, and the context around them and it."""
        near = self.hits[: bisect_left(self.hits, boundary + self.context)]
        shown: list[int] = []
        last = self._store.first
        for number in [*found, *near]:
            shown.extend(range(max(last, number - self.context), number + self.context + 1))
            last = max(last, number + self.context + 1)
        if shown:
            rest = self._numbers[bisect_right(self._numbers, shown[-1]) :]
            self._numbers = [number for number in shown if number < self._store.end] + rest
            self._until = max(self._until, last) if self.hits else last

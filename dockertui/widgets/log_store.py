"""The lines of a log in memory, bounded by bytes and by lines.

Lines are stored as text joined to blocks of some hundred lines: a line takes its own bytes and ten more, where a list
of strings takes sixty more, and a search runs over a block at the speed of C. A line's number is its position: later
lines count up, lines loaded from before count down, and dropping lines leaves the numbers of the others alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

BYTES: Final = 32 * 1024 * 1024
LINES: Final = 1_000_000
_BLOCK_LINES: Final = 512
_BLOCK_BYTES: Final = 128 * 1024
_OVERHEAD: Final = 10
"""Bytes that a line takes besides its text: its time and `meta`."""
_UNPACKED: Final = 24
"""Blocks whose lines are also kept split: more than are ever on a screen."""

STDERR: Final = 1
MARK: Final = 2
"""A line of the program's own: a mark, a restart, a gap."""
SOURCE_SHIFT: Final = 2
"""The bits from this one on say which of several logs a line belongs to."""


class StoredLine(NamedTuple):
    """One line. `time` in epoch ns, 0 if unknown; `meta`: its bits; `text` as received, not cleaned."""

    time: int
    meta: int
    text: str

    @property
    def source(self) -> int:
        """Which of several logs it belongs to."""
        return self.meta >> SOURCE_SHIFT


class Block:
    """Adjacent lines, the first with the number `first`. Immutable."""

    __slots__ = ("_data", "first", "metas", "size", "times")

    def __init__(self, first: int, entries: Sequence[StoredLine]) -> None:
        self.first = first
        self._data = "\n".join([entry.text for entry in entries]).encode("utf-8", "surrogatepass")
        self.times = array("q", [entry.time for entry in entries])
        self.metas = array("H", [entry.meta for entry in entries])
        self.size = len(self._data) + _OVERHEAD * len(entries)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def end(self) -> int:
        """The number after its last line's."""
        return self.first + len(self.times)

    @property
    def text(self) -> str:
        """All lines, separated by newlines."""
        return self._data.decode("utf-8", "surrogatepass")


class LogStore:
    """A window of a log: lines are added at either end, and dropped at the other when there are too many."""

    def __init__(self, *, max_bytes: int = BYTES, max_lines: int = LINES) -> None:
        self.max_bytes = max_bytes
        self.max_lines = max_lines
        self.dropped_before = 0
        """Lines dropped before the first one since lines were last loaded there."""
        self.dropped_after = 0
        """Lines dropped or not accepted after the last one: above 0 the window no longer reaches the log's end."""
        self._blocks: list[Block] = []
        self._bytes = 0
        self._open: list[StoredLine] = []
        self._open_bytes = 0
        self._open_first = 0
        self._unpacked: OrderedDict[int, list[str]] = OrderedDict()

    # content

    @property
    def first(self) -> int:
        """The number of the first line."""
        return self._blocks[0].first if self._blocks else self._open_first

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self._open_first + len(self._open)

    def __len__(self) -> int:
        return self.end - self.first

    def __contains__(self, number: int) -> bool:
        return self.first <= number < self.end

    @property
    def bytes(self) -> int:
        """About how many bytes the lines take."""
        return self._bytes + self._open_bytes

    @property
    def is_nearly_full(self) -> bool:
        """Whether at most a tenth of the room is left."""
        return self.bytes > 0.9 * self.max_bytes or len(self) > 0.9 * self.max_lines

    def __getitem__(self, number: int) -> StoredLine:
        """Return the line with a number. Raises IndexError if there is none."""
        if number >= self._open_first:
            return self._open[number - self._open_first]
        block = self._block_of(number)
        at = number - block.first
        return StoredLine(block.times[at], block.metas[at], self._texts(block)[at])

    def _block_of(self, number: int) -> Block:
        at = bisect_right(self._blocks, number, key=attrgetter("first")) - 1
        if at < 0 or number >= self._blocks[at].end:
            raise IndexError(number)
        return self._blocks[at]

    def _texts(self, block: Block) -> list[str]:
        texts = self._unpacked.get(block.first)
        if texts is None:
            texts = self._unpacked[block.first] = block.text.split("\n")
            if len(self._unpacked) > _UNPACKED:
                self._unpacked.popitem(last=False)
        else:
            self._unpacked.move_to_end(block.first)
        return texts

    def time_of_first(self) -> int:
        """Return the time of the oldest line that is the log's own; 0 if there is none."""
        return next((entry.time for entry in self.entries(self.first) if entry.time and not entry.meta & MARK), 0)

    def entries(self, start: int, stop: int | None = None) -> Iterator[StoredLine]:
        """Yield the lines from `start` to `stop` (exclusive)."""
        stop = self.end if stop is None else min(stop, self.end)
        number = max(start, self.first)
        while number < stop:
            yield self[number]
            number += 1

    def blocks(self, start: int, stop: int) -> list[Block]:
        """Return blocks that cover the lines from `start` to `stop`, with the newest lines as a block, too."""
        at = max(0, bisect_right(self._blocks, start, key=attrgetter("first")) - 1)
        found = [block for block in self._blocks[at:] if block.first < stop and block.end > start]
        if self._open and start < self.end and stop > self._open_first:
            found.append(Block(self._open_first, self._open))
        return found

    def number_at(self, time: int) -> int:
        """Return the first line written at or after a time, by blocks first: times ascend except among neighbours."""
        at = bisect_right(self._blocks, time - 1, key=lambda block: block.times[0]) - 1
        start = self._blocks[at].first if at >= 0 else self.first
        return next((n for n, entry in enumerate(self.entries(start), start) if entry.time >= time), self.end)

    # changes

    def append(self, entries: Iterable[StoredLine]) -> None:
        """Add lines after the last one; the oldest make room. Only at the log's end: else add to `dropped_after`."""
        for entry in entries:
            text = entry.text
            if "\n" in text:
                entry = entry._replace(text=text.replace("\n", " "))
            self._open.append(entry)
            self._open_bytes += len(text) + _OVERHEAD
            if len(self._open) >= _BLOCK_LINES or self._open_bytes >= _BLOCK_BYTES:
                self._seal()
        while self._blocks and self._too_much:
            self._drop(0)

    def prepend(self, entries: Sequence[StoredLine]) -> int:
        """Add lines before the first one; the newest make room. Return how many lines were dropped for it."""
        before = self.dropped_after
        first = self.first
        parts = list(_in_blocks(entries))
        self.dropped_before = max(0, self.dropped_before - len(entries))
        for part in reversed(parts):
            first -= len(part)
            block = Block(first, part)
            self._blocks.insert(0, block)
            self._bytes += block.size
        if self._too_much and self._open:
            self._seal()
        while len(self._blocks) > 1 and self._too_much:
            self._drop(-1)
        return self.dropped_after - before

    def clear(self) -> None:
        """Drop everything; numbering continues."""
        self._open_first = self.end
        self._blocks, self._open = [], []
        self._bytes = self._open_bytes = 0
        self.dropped_before = self.dropped_after = 0
        self._unpacked.clear()

    @property
    def _too_much(self) -> bool:
        return self.bytes > self.max_bytes or len(self) > self.max_lines

    def _seal(self) -> None:
        block = Block(self._open_first, self._open)
        self._blocks.append(block)
        self._bytes += block.size
        self._open_first = block.end
        self._open, self._open_bytes = [], 0

    def _drop(self, at: int) -> None:
        block = self._blocks.pop(at)
        self._bytes -= block.size
        self._unpacked.pop(block.first, None)
        if at == 0:
            self.dropped_before += len(block)
        else:
            self.dropped_after += len(block)
            self._open_first = block.first


def _in_blocks(entries: Sequence[StoredLine]) -> Iterator[list[StoredLine]]:
    part: list[StoredLine] = []
    size = 0
    for entry in entries:
        part.append(entry if "\n" not in entry.text else entry._replace(text=entry.text.replace("\n", " ")))
        size += len(entry.text)
        if len(part) >= _BLOCK_LINES or size >= _BLOCK_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part

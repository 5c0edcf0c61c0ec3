"""The lines of a log in memory, bounded by bytes and by lines.

Lines are kept as text joined to blocks, some hundred lines each: a line takes its own bytes and ten more where a list
of strings takes sixty more, and a search runs over a block at the speed of C. A line's number is its place: lines that
come later count up, lines loaded from before count down, and what was let go leaves the numbers of the others alone.
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
"""Bytes that a line takes beside its text: the time, and what it is."""
_UNPACKED: Final = 24
"""Blocks of which the lines are kept apart as well: more than are ever on a screen."""

STDERR: Final = 1
MARK: Final = 2
"""A line of the program's own: a mark, a restart, a gap."""
SOURCE_SHIFT: Final = 2
"""From this bit on, which of several logs a line is of."""


class StoredLine(NamedTuple):
    """One line. `time` in epoch nanoseconds, 0 for unknown; `meta` its bits; `text` as it came, not cleaned."""

    time: int
    meta: int
    text: str

    @property
    def source(self) -> int:
        """Which of several logs it is of."""
        return self.meta >> SOURCE_SHIFT


class Block:
    """Neighbouring lines, the first of which has the number `first`. Never changed once it is made."""

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
        """All lines, with newlines between."""
        return self._data.decode("utf-8", "surrogatepass")


class LogStore:
    """A window of a log: lines are added at either end, and let go at the other one when there are too many."""

    def __init__(self, *, max_bytes: int = BYTES, max_lines: int = LINES) -> None:
        self.max_bytes = max_bytes
        self.max_lines = max_lines
        self.dropped_before = 0
        """Lines let go before the first since it was last loaded from there."""
        self.dropped_after = 0
        """Lines let go after the last, or not taken there: above 0 the window has left the log's end."""
        self._blocks: list[Block] = []
        self._bytes = 0
        self._open: list[StoredLine] = []
        self._open_bytes = 0
        self._open_first = 0
        self._unpacked: OrderedDict[int, list[str]] = OrderedDict()

    # what there is

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
        """What the lines take, about."""
        return self._bytes + self._open_bytes

    @property
    def is_nearly_full(self) -> bool:
        """Whether a tenth of the room is left at most."""
        return self.bytes > 0.9 * self.max_bytes or len(self) > 0.9 * self.max_lines

    def __getitem__(self, number: int) -> StoredLine:
        """The line with a number. Raises IndexError for one that is not there."""
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
        """When the oldest line that is the log's own was written; 0 when there is none."""
        return next((entry.time for entry in self.entries(self.first) if entry.time and not entry.meta & MARK), 0)

    def entries(self, start: int, stop: int | None = None) -> Iterator[StoredLine]:
        """The lines from one number to another."""
        stop = self.end if stop is None else min(stop, self.end)
        number = max(start, self.first)
        while number < stop:
            yield self[number]
            number += 1

    def blocks(self, start: int, stop: int) -> list[Block]:
        """Blocks that together hold at least the lines from one number to another; the newest lines as one, too."""
        at = max(0, bisect_right(self._blocks, start, key=attrgetter("first")) - 1)
        found = [block for block in self._blocks[at:] if block.first < stop and block.end > start]
        if self._open and start < self.end and stop > self._open_first:
            found.append(Block(self._open_first, self._open))
        return found

    def number_at(self, time: int) -> int:
        """The first line written at or after a moment, by blocks first: times ascend but for neighbours."""
        at = bisect_right(self._blocks, time - 1, key=lambda block: block.times[0]) - 1
        start = self._blocks[at].first if at >= 0 else self.first
        return next((n for n, entry in enumerate(self.entries(start), start) if entry.time >= time), self.end)

    # what changes it

    def append(self, entries: Iterable[StoredLine]) -> None:
        """Add lines after the last; the oldest make room. Not while the window has left the end: count them there."""
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
        """Add lines before the first; the newest make room. How many lines were let go for it."""
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
        """Let go of everything, to begin anew; the numbers go on."""
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

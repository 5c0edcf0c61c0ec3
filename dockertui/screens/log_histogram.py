"""How many lines a log has over time, by level; a bar's time is one key away in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from dockertui.operations.base import Context
from dockertui.screens.binding import bindings
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.log_store import LogStore
from dockertui.widgets.log_text import Level, level

_SECOND = 1_000_000_000
_STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600, 86400, 604800)
"""Seconds that a bar may stand for."""
_BARS = 60
_SLICE = 0.02
_SIGNS = (("bad", "█"), ("warn", "▓"), ("", "░"))


class Bucket(NamedTuple):
    """A bar: when it begins (epoch s), and its lines: errors, warnings, the others."""

    start: int
    counts: tuple[int, int, int]

    @property
    def total(self) -> int:
        """All its lines."""
        return sum(self.counts)


def step_for(store: LogStore) -> int:
    """Seconds a bar, so that there are some dozen of them."""
    times = [block.times[0] for block in store.blocks(store.first, store.end)]
    ends = [block.times[-1] for block in store.blocks(store.first, store.end)]
    span = (max(ends) - min(time for time in times if time)) / _SECOND if any(times) else 0
    return next((step for step in _STEPS if span / step <= _BARS), _STEPS[-1])


class HistogramView(Lines):
    """The bars, one a line, the earliest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def __init__(self) -> None:
        super().__init__()
        self.buckets: list[Bucket] = []
        self._row = 0

    def show(self, buckets: Sequence[Bucket]) -> None:
        """Show these bars; the cursor is on the last one until it is moved."""
        at_end = self._row >= len(self.buckets) - 1
        self.buckets = list(buckets)
        self.repaint()
        if at_end:
            self.go_to(len(self.buckets) - 1)

    @property
    def line_count(self) -> int:
        return len(self.buckets)

    @property
    def cursor_row(self) -> int:
        return self._row

    def put_cursor(self, row: int) -> None:
        self._row = row

    def look(self, row: int) -> Look:
        return (self.buckets[row], row == self._row) if row < len(self.buckets) else None

    def draw(self, look: Look) -> Sequence[Segment]:
        assert isinstance(look, tuple)
        bucket, cursor = look
        under = ("cursor",) if cursor else ()
        head = f"{'›' if cursor else ' '}{datetime.fromtimestamp(bucket.start):%m-%d %H:%M:%S} {bucket.total:>9,} "
        room = max(1, self.line_width - len(head))
        most = max(bucket.total for bucket in self.buckets)
        segments = [self.segment(head, *under)]
        for (style, sign), count in zip(_SIGNS, bucket.counts, strict=True):
            cells = max(1, round(count / most * room)) if count else 0
            segments.append(self.segment(sign * cells, *(under or ((style,) if style else ()))))
        return segments

    def clicked(self, row: int, event: events.Click) -> None:
        self.go_to(row)
        if event.chain == 2:
            self.action_enter()

    def action_enter(self) -> None:
        if self.buckets:
            self.screen.dismiss(self.buckets[self._row].start * _SECOND)


class HistogramScreen(Screen[int | None]):
    """Counts the lines that are loaded. Its result is the moment (epoch ns) of the bar that was entered."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,H", "dismiss", "Close")]

    def __init__(self, store: LogStore) -> None:
        super().__init__()
        self._store = store
        self._bars = HistogramView()
        self._title = Bar(classes="title")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._bars

    def on_mount(self) -> None:
        self._bars.focus()
        self.run_worker(self._count(), exit_on_error=False)

    async def _count(self) -> None:
        """Count block by block, and show what there is so far."""
        step = step_for(self._store)
        counts: dict[int, list[int]] = {}
        until = time.monotonic() + _SLICE
        for block in self._store.blocks(self._store.first, self._store.end):
            for when, text in zip(block.times, block.text.split("\n"), strict=True):
                if when:
                    grade = level(text)
                    place = 0 if grade >= Level.ERROR else 1 if grade is Level.WARN else 2
                    counts.setdefault(when // _SECOND // step * step, [0, 0, 0])[place] += 1
            if time.monotonic() > until:
                self._show(counts, step, "counting…")
                await asyncio.sleep(0.001)
                until = time.monotonic() + _SLICE
        self._show(counts, step, "█ errors  ▓ warnings  ░ others")

    def _show(self, counts: dict[int, list[int]], step: int, note: str) -> None:
        left = [Piece("Lines over time", "title"), Piece(f"{step} s a bar", "dim"), Piece(note, "dim")]
        self._title.update(left, [Piece("enter goes there · esc close", "dim")])
        self._bars.show([Bucket(start, (n[0], n[1], n[2])) for start, n in sorted(counts.items())])

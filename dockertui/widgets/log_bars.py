"""How many lines of a log there are over time, by level: counted a block at a time, drawn as bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from dockertui.widgets.chart import BLOCKS, Glyphs, Runs, Window, time_axis
from dockertui.widgets.log_query import LogFilter
from dockertui.widgets.log_store import MARK, Block, LogStore
from dockertui.widgets.log_text import NANO, Level, grave

STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600, 86400, 604800)
"""Seconds that a bar may stand for. Each holds the one before some whole times, so that counts can be joined."""
_WIDEST = 6
"""Cells of a bar at most: a few lines look like bars, not like a wall."""
_AROUND = 3
"""Rows around the bars: what the selected one holds, the levels, the times."""
_STYLES = ("bad", "warn", "dim")

Counts = tuple[int, int, int]
"""Lines: errors, warnings, the others."""


class Bars(NamedTuple):
    """The bars from the first line to the last: when the first begins (epoch s), and the lines in each."""

    start: int
    step: int
    counts: tuple[Counts, ...]

    def at(self, time: int) -> int:
        """Which bar holds a moment (epoch ns); the nearest, for one that none holds."""
        return max(0, min(len(self.counts) - 1, (time // NANO - self.start) // self.step))

    def next(self, bar: int, step: int) -> int | None:
        """The next bar that holds lines, in a direction (1 or -1)."""
        stop = len(self.counts) if step > 0 else -1
        return next((other for other in range(bar + step, stop, step) if any(self.counts[other])), None)

    def time(self, bar: int) -> int:
        """When a bar begins (epoch ns)."""
        return (self.start + bar * self.step) * NANO


def rows_for(height: int) -> int:
    """Rows that the bars take of a log view so high; none where there is no room beside the lines."""
    return 0 if height < 10 else _AROUND + min(5, height // 7)


class LogBars:
    """The lines that a filter keeps, counted over time. While it is not open it counts nothing and costs nothing."""

    def __init__(self, store: LogStore) -> None:
        self.is_open = False
        self.kept = LogFilter()
        self._store = store
        self._grain = STEPS[0]
        self._blocks: dict[Block, dict[int, list[int]]] = {}
        """Of each block the lines by level in each span of `_grain` seconds, by when that begins."""
        self.is_whole = False
        """Whether all lines that were there at the last count are counted."""

    def forget(self) -> None:
        """Count everything anew: other lines are kept, or the log is another one."""
        self._blocks, self._grain, self.is_whole = {}, STEPS[0], False

    def update(self) -> Iterator[None]:
        """Count the lines not counted yet, the newer ones first; may be left after each step and gone on with."""
        if not self.is_open:
            return
        blocks = self._store.blocks(self._store.first, self._store.end)
        self._blocks = {block: self._blocks[block] for block in blocks if block in self._blocks}
        for block in reversed(blocks):
            if block not in self._blocks:
                self._blocks[block] = self._count(block)
                self.is_whole = len(self._blocks) == len(blocks)
                yield

    def _count(self, block: Block) -> dict[int, list[int]]:
        first, times, metas, span = block.first, block.times, block.metas, self._grain * NANO
        kept = set(self.kept.hits(block)) if self.kept else range(first, block.end)
        lines = [place for place in range(len(block)) if first + place in kept and not metas[place] & MARK]
        found = {at * self._grain: [0, 0, n] for at, n in Counter([times[place] // span for place in lines]).items()}
        counted = set(lines)
        for place, grade in grave(block.text):
            if place in counted:
                counts = found[times[place] // span * self._grain]
                counts[2] -= 1
                counts[0 if grade >= Level.ERROR else 1] += 1
        found.pop(0, None)  # those of no time
        return found

    def bars(self, cells: int) -> Bars:
        """At most so many bars of what is counted so far."""
        times = [time for counts in self._blocks.values() for time in counts]
        if not times or cells < 1:
            return Bars(0, 1, ())
        first, last = min(times), max(times)
        fits = (step for step in STEPS if step >= self._grain and last // step - first // step < cells)
        self._coarsen(step := next(fits, STEPS[-1]))
        start = max(first // step, last // step - cells + 1) * step
        sums = [[0, 0, 0] for _ in range((last - start) // step + 1)]
        for block in self._blocks.values():
            for time, counts in block.items():
                if time >= start:
                    into = sums[(time - start) // step]
                    for place, count in enumerate(counts):
                        into[place] += count
        return Bars(start, step, tuple((errors, warnings, others) for errors, warnings, others in sums))

    def _coarsen(self, step: int) -> None:
        """Keep no finer counts than are shown; they get finer again only when all is forgotten."""
        if step > self._grain:
            self._grain = step
            self._blocks = {block: _joined(counts, step) for block, counts in self._blocks.items()}


def _joined(fine: dict[int, list[int]], step: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for time, counts in fine.items():
        into = found.setdefault(time // step * step, [0, 0, 0])
        for place, count in enumerate(counts):
            into[place] += count
    return found


def draw(
    bars: Bars, selected: int, size: tuple[int, int], clock: Callable[[float], str], glyphs: Glyphs = BLOCKS
) -> list[Runs]:
    """The bars as `size` (cells, rows) of text: the selected one in words, the bars, their levels, the times below.

    `clock` writes a moment (epoch s) of the axis. `glyphs` have one column a cell.
    """
    cells, height = size
    if not bars.counts:
        return [((" no lines with a time to count yet" if row == 0 else "", "dim"),) for row in range(height)]
    wide = _wide(bars, cells)
    lines: list[Runs] = [_caption(bars, selected, clock)]
    rows = height - _AROUND
    peak = max(sum(counts) for counts in bars.counts)
    heights = [_heights(counts, peak, rows * glyphs.levels) for counts in bars.counts]
    floors = range((rows - 1) * glyphs.levels, -1, -glyphs.levels)
    lines += [_row([_cell(column, floor, glyphs) for column in heights], selected, wide) for floor in floors]
    lines.append(_row([_mark(counts, bar == selected) for bar, counts in enumerate(bars.counts)], selected, wide))
    window = Window(bars.start + len(bars.counts) * bars.step, len(bars.counts) * bars.step)
    lines.append(((time_axis(window, len(bars.counts) * wide, live=False, clock=clock), "dim"),))
    return lines


def _wide(bars: Bars, cells: int) -> int:
    """Cells that a bar has."""
    return max(1, min(_WIDEST, cells // max(1, len(bars.counts))))


def bar_at(bars: Bars, cells: int, x: int) -> int:
    """Which of the bars, drawn over so many cells, stands at a cell; there may be none with that number."""
    return max(0, x) // _wide(bars, cells)


def _caption(bars: Bars, selected: int, clock: Callable[[float], str]) -> Runs:
    errors, warnings, _ = counts = bars.counts[selected]
    start = bars.start + selected * bars.step
    runs: Runs = ((f" {clock(start)}", "accent"), (f" +{_span(bars.step)}  lines {sum(counts):,}", ""))
    runs += ((f"  errors {errors:,}", "bad"),) if errors else ()
    runs += ((f"  warnings {warnings:,}", "warn"),) if warnings else ()
    return (*runs, (f"  · highest {max(map(sum, bars.counts)):,} · < > another bar · H closes", "dim"))


def bar_time(moment: float, *, step: int, utc: bool) -> str:
    """When a bar of so many seconds begins (epoch s), as exactly as it needs; with the day, where that is another."""
    zone = UTC if utc else None
    when = datetime.fromtimestamp(moment, zone)
    day = "" if when.date() == datetime.now(zone).date() else f"{when:%m-%d} "
    return f"{day}{when:%H:%M}" if step >= 60 else f"{day}{when:%H:%M:%S}"


def _span(seconds: int) -> str:
    for unit, sign in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= unit:
            return f"{seconds // unit}{sign}"
    return f"{seconds}s"


def _heights(counts: Counts, peak: int, most: int) -> Counts:
    """Up to where errors, warnings and the others reach; what there is at all is seen."""
    found, top = [], 0
    for count in counts:
        top += max(1, round(count / peak * most)) if count else 0
        found.append(min(most, top))
    return found[0], found[1], found[2]


def _cell(heights: Counts, floor: int, glyphs: Glyphs) -> tuple[str, str]:
    """A cell of a bar, in the style of what fills the most of it; of two that fill the same, of the graver."""
    tops = [max(0, min(glyphs.levels, height - floor)) for height in heights]
    parts = [tops[0], tops[1] - tops[0], tops[2] - tops[1]]
    return glyphs.up([tops[2]]), _STYLES[parts.index(max(parts))] if tops[2] else ""


def _mark(counts: Counts, selected: bool) -> tuple[str, str]:
    """What stands below a bar: its gravest level, where that is worth a sign."""
    errors, warnings, _ = counts
    sign, style = ("E", "bad") if errors else ("W", "warn") if warnings else (" ", "")
    return ("▲" if selected and sign == " " else sign), style


def _row(cells: list[tuple[str, str]], selected: int, wide: int) -> Runs:
    """Cells as wide as a bar, neighbours of one style joined."""
    runs: list[tuple[str, str]] = []
    for place, (sign, style) in enumerate(cells):
        style = "cursor" if place == selected else style
        text = sign * wide if len(sign) == 1 and sign not in "EW▲" else sign.ljust(wide)
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + text, style)
        else:
            runs.append((text, style))
    return tuple(runs)

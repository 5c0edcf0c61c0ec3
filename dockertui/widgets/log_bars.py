"""Count the lines of a log over time by level, a block at a time, and draw them as bars."""

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
"""Seconds that a bar may stand for. Each is a multiple of the one before, so that counts can be merged."""
_WIDEST = 6
"""Maximum cells of a bar, so that a few lines look like bars, not like a wall."""
_AROUND = 3
"""Rows around the bars: the selected bar in words, the levels, the times."""
_STYLES = ("bad", "warn", "dim")

Counts = tuple[int, int, int]
"""Numbers of lines: errors, warnings, others."""


class Bars(NamedTuple):
    """The bars from the first line to the last: when the first begins (epoch s), and the lines in each."""

    start: int
    step: int
    counts: tuple[Counts, ...]

    def at(self, time: int) -> int:
        """Return the index of the bar that contains a time (epoch ns), or the nearest."""
        return max(0, min(len(self.counts) - 1, (time // NANO - self.start) // self.step))

    def next(self, bar: int, step: int) -> int | None:
        """Return the next bar with lines, in a direction (1 or -1), or None."""
        stop = len(self.counts) if step > 0 else -1
        return next((other for other in range(bar + step, stop, step) if any(self.counts[other])), None)

    def time(self, bar: int) -> int:
        """Return when a bar begins (epoch ns)."""
        return (self.start + bar * self.step) * NANO


def rows_for(height: int) -> int:
    """Return the rows of the bars in a log view of this height; 0 if there is no room beside the lines."""
    return 0 if height < 10 else _AROUND + min(5, height // 7)


class LogBars:
    """Counts the lines that a filter keeps, over time. While it is not open it costs nothing."""

    def __init__(self, store: LogStore) -> None:
        self.is_open = False
        self.kept = LogFilter()
        self._store = store
        self._grain = STEPS[0]
        self._blocks: dict[Block, dict[int, list[int]]] = {}
        """For each block, the lines by level in each span of `_grain` seconds, by the span's start."""
        self.is_whole = False
        """Whether all lines present at the last count are counted."""

    def forget(self) -> None:
        """Discard all counts: the filter or the log changed."""
        self._blocks, self._grain, self.is_whole = {}, STEPS[0], False

    def update(self) -> Iterator[None]:
        """Count the uncounted lines, newest first; a generator that may be left after any step and resumed."""
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
        found.pop(0, None)  # lines without a time
        return found

    def bars(self, cells: int) -> Bars:
        """Return at most `cells` bars of the lines counted so far."""
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
        """Keep counts no finer than shown; they get finer again only after `forget`."""
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
    bars: Bars,
    selected: int,
    size: tuple[int, int],
    clock: Callable[[float], str],
    glyphs: Glyphs = BLOCKS,
    keys: str = "",
) -> list[Runs]:
    """Draw the bars as `size` (cells, rows) of text: the selected bar in words, the bars, their levels, the times
    below.

    `clock` formats a time (epoch s) on the axis. `glyphs` have one column per cell. `keys` ends the words.
    """
    cells, height = size
    if not bars.counts:
        return [((" no lines with a time to count yet" if row == 0 else "", "dim"),) for row in range(height)]
    wide = _wide(bars, cells)
    lines: list[Runs] = [_caption(bars, selected, clock, keys)]
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
    """Return the cells of one bar."""
    return max(1, min(_WIDEST, cells // max(1, len(bars.counts))))


def bar_at(bars: Bars, cells: int, x: int) -> int:
    """Return the index of the bar at cell `x`, with the bars drawn over `cells`; it may be past the last bar."""
    return max(0, x) // _wide(bars, cells)


def _caption(bars: Bars, selected: int, clock: Callable[[float], str], keys: str) -> Runs:
    errors, warnings, _ = counts = bars.counts[selected]
    start = bars.start + selected * bars.step
    runs: Runs = ((f" {clock(start)}", "accent"), (f" +{_span(bars.step)}  lines {sum(counts):,}", ""))
    runs += ((f"  errors {errors:,}", "bad"),) if errors else ()
    runs += ((f"  warnings {warnings:,}", "warn"),) if warnings else ()
    return (*runs, (f"  · highest {max(map(sum, bars.counts)):,}{keys}", "dim"))


def bar_time(moment: float, *, step: int, utc: bool) -> str:
    """Return when a bar of `step` seconds begins (epoch s), as precisely as needed; with the date if not today."""
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
    """Return how high errors, warnings and others reach; a count above 0 is always visible."""
    found, top = [], 0
    for count in counts:
        top += max(1, round(count / peak * most)) if count else 0
        found.append(min(most, top))
    return found[0], found[1], found[2]


def _cell(heights: Counts, floor: int, glyphs: Glyphs) -> tuple[str, str]:
    """Return a cell of a bar, in the style of the level that fills most of it, or the gravest of equals."""
    tops = [max(0, min(glyphs.levels, height - floor)) for height in heights]
    parts = [tops[0], tops[1] - tops[0], tops[2] - tops[1]]
    return glyphs.up([tops[2]]), _STYLES[parts.index(max(parts))] if tops[2] else ""


def _mark(counts: Counts, selected: bool) -> tuple[str, str]:
    """Return what stands below a bar: its gravest level, from warnings on."""
    errors, warnings, _ = counts
    sign, style = ("E", "bad") if errors else ("W", "warn") if warnings else (" ", "")
    return ("▲" if selected and sign == " " else sign), style


def _row(cells: list[tuple[str, str]], selected: int, wide: int) -> Runs:
    """Return cells as wide as a bar, with neighbours of one style joined."""
    runs: list[tuple[str, str]] = []
    for place, (sign, style) in enumerate(cells):
        style = "cursor" if place == selected else style
        text = sign * wide if len(sign) == 1 and sign not in "EW▲" else sign.ljust(wide)
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + text, style)
        else:
            runs.append((text, style))
    return tuple(runs)

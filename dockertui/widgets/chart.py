"""Plots in cells: values over time in braille, blocks or ASCII, with a scale of round numbers. Pure functions.

A plot fills the area under its values. A second series hangs below the first, as output below input, so that the two
are distinct without colours. A known value is at least one dot high, so that a zero is a line and a gap is empty.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

NAN: Final = math.nan
Runs = tuple[tuple[str, str], ...]
"""(text, style name) pairs."""


class Glyphs(NamedTuple):
    """How heights become characters: columns of values and levels per cell, and a cell's character by its columns."""

    columns: int
    levels: int
    up: Callable[[Sequence[int]], str]
    """The character of a cell whose columns are filled to these levels from below."""
    down: Callable[[Sequence[int]], str]
    """The same, from above."""


# The dots of the braille cell from the bottom and from the top, of its left and right column (Unicode, chapter 21).
_FROM_BELOW: Final = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
_FROM_ABOVE: Final = tuple(dots[::-1] for dots in _FROM_BELOW)


def _braille(order: Sequence[Sequence[int]]) -> Callable[[Sequence[int]], str]:
    table = {
        (left, right): chr(0x2800 + sum(order[0][:left]) + sum(order[1][:right])) if left or right else " "
        for left in range(5)
        for right in range(5)
    }
    return lambda filled: table[filled[0], filled[1]]


BRAILLE: Final = Glyphs(2, 4, _braille(_FROM_BELOW), _braille(_FROM_ABOVE))
BLOCKS: Final = Glyphs(1, 8, lambda filled: " ▁▂▃▄▅▆▇█"[filled[0]], lambda filled: " ▔▔▔▀▀▀▀█"[filled[0]])
ASCII: Final = Glyphs(1, 3, lambda filled: " .:#"[filled[0]], lambda filled: " '|#"[filled[0]])
GLYPHS: Final = {"braille": BRAILLE, "blocks": BLOCKS, "ascii": ASCII}


class Unit(NamedTuple):
    """The unit of a scale: how an amount is written, and the numbers the scale may end at, times powers of `base`."""

    text: Callable[[float], str]
    base: int = 10
    steps: tuple[float, ...] = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
    least: float = 1.0
    """The lowest end of a scale: anything below is noise."""


BINARY_STEPS: Final = (*(float(2**power * part) for power in range(10) for part in (1, 1.5)), 1024.0)


def round_up(amount: float, unit: Unit) -> float:
    """Return the end of a scale that contains an amount: the next of the unit's round numbers."""
    if not amount > unit.least:
        return unit.least
    power = float(unit.base) ** math.floor(math.log(amount, unit.base))
    return next((step * power for step in unit.steps if step * power >= amount * (1 - 1e-9)), unit.base * power)


class Curve(NamedTuple):
    """Values over time. `times` ascend; `links` says of each value whether it holds since the one before."""

    times: Sequence[float]
    values: Sequence[float]
    """NaN where unknown."""
    links: Sequence[bool]


class Plot(NamedTuple):
    """What is drawn for one quantity, or for two (`down`) that share a scale."""

    title: str
    figures: Runs
    """The text beside the title: now, peak, average."""
    unit: Unit
    up: Curve | None = None
    down: Curve | None = None
    limit: float | None = None
    """Where a line is drawn, once values reach a quarter of it: the scale then extends that far."""
    style: str = ""
    down_style: str = ""
    note: str = ""
    """Text in place of the plot."""
    courses: tuple[tuple[str, Curve], ...] = ()
    """In place of one plot, a line for each of these named curves, in percent."""


class Window(NamedTuple):
    """The time shown: where it ends (in the unit of the times) and its length."""

    end: float
    seconds: float

    def step(self, cells: int, glyphs: Glyphs) -> float:
        """Return the time of one column of dots."""
        return self.seconds / max(1, cells * glyphs.columns)


def resample(curve: Curve, window: Window, cells: int, glyphs: Glyphs) -> list[float]:
    """Return the highest value in each column of dots; NaN where none is known.

    Columns stand for fixed times, so that a picture moves by whole cells and only its right end changes in between.
    """
    step, count = window.step(cells, glyphs), cells * glyphs.columns
    cell = math.floor(window.end / (step * glyphs.columns))
    first = (cell + 1) * glyphs.columns - count
    found = [NAN] * count
    before = -math.inf
    for time, value, linked in zip(curve.times, curve.values, curve.links, strict=True):
        last = int(time // step) - first
        if value == value and last >= 0:  # not NaN
            begin = max(0, int(before // step) - first + 1) if linked and before > -math.inf else last
            for column in range(min(begin, last), min(last + 1, count)):
                if not found[column] >= value:
                    found[column] = value
        before = time
    return found


def area(values: Sequence[float], top: float, rows: int, glyphs: Glyphs, *, hanging: bool = False) -> list[str]:
    """Return the area under values as lines of cells, top first; `hanging` draws downwards from zero at the top."""
    highest = rows * glyphs.levels
    heights = [0 if value != value else max(1, min(highest, round(value / top * highest))) for value in values]
    sign = glyphs.down if hanging else glyphs.up
    width = glyphs.columns
    lines = []
    for row in range(rows):
        floor = (row if hanging else rows - 1 - row) * glyphs.levels
        filled = [max(0, min(glyphs.levels, height - floor)) for height in heights]
        lines.append("".join([sign(filled[at : at + width]) for at in range(0, len(filled), width)]))
    return lines


def sparkline(values: Sequence[float], top: float, glyphs: Glyphs) -> str:
    """Return one line of cells, one value per column of dots."""
    padding = [NAN] * (-len(values) % glyphs.columns)
    return area([*padding, *values], top, 1, glyphs)[0]


_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_TICK_CELLS: Final = 11
"""The minimum distance of the time axis' labels, in cells."""


def time_axis(window: Window, cells: int, *, live: bool, clock: Callable[[float], str]) -> str:
    """Return the labels below a plot: how long ago; if the end is not now, the time of day by `clock`."""
    most = max(1, cells // _TICK_CELLS)
    tick = next((tick for tick in _TICKS if window.seconds / tick <= most), window.seconds / most)
    line = [" "] * cells
    for number in range(int(window.seconds // tick), -1, -1):
        ago = number * tick
        text = clock(window.end - ago) if not live else f"-{span(ago)}" if ago else "now"
        place = round(cells - ago / window.seconds * cells) - len(text) // 2
        place = max(0, min(cells - len(text), place))
        if len(text) <= cells and all(sign == " " for sign in line[max(0, place - 1) : place + len(text) + 1]):
            line[place : place + len(text)] = text
    return "".join(line)


def span(seconds: float) -> str:
    """Return a duration in short words: 15s, 1m 30s, 2h."""
    left, words = int(seconds), []
    for unit, sign in ((3600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, unit)
        if count:
            words.append(f"{count}{sign}")
    return " ".join(words) or "0s"


def gauge(share: float, cells: int, glyphs: Glyphs) -> str:
    """Return a bar of `cells` cells, filled from the left by a share from 0 to 1; blank for NaN."""
    if share != share or cells < 1:
        return " " * max(0, cells)
    if glyphs is ASCII:
        full = max(0, min(cells, round(share * cells)))
        return "#" * full + "." * (cells - full)
    eighths = max(1 if share > 0 else 0, min(cells * 8, round(share * cells * 8)))
    full, part = divmod(eighths, 8)
    return ("█" * full + " ▏▎▍▌▋▊▉"[part] * (part > 0)).ljust(cells, "░")


def links(known: Sequence[bool]) -> list[bool]:
    """Return for each row whether it continues the one before: true if that one is known."""
    return [False, *(before for before, _ in pairwise(known))] if known else []


def glyphs_for(name: str) -> Glyphs:
    """Return the glyphs of a name; for "auto", those of the terminal: the Linux console's font has no braille."""
    if name == "auto":
        name = "blocks" if os.environ.get("TERM", "").startswith("linux") else "braille"
    return GLYPHS[name]


def column_glyphs(name: str) -> Glyphs:
    """Return glyphs with one column per cell, for columns with colours of their own: blocks in place of braille."""
    glyphs = glyphs_for(name)
    return glyphs if glyphs.columns == 1 else BLOCKS

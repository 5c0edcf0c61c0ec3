"""Rows of figures over time, in arrays: recent rows as sampled, older ones as means of longer and longer spans."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

NAN: Final = math.nan
_SLACK: Final = 8
"""The inverse of the fraction by which a tier may exceed its limit before it drops its oldest rows."""
_CORE_STEPS: Final = 2.0
"""A core's percentage is kept in a byte, in steps of half a percent."""
CORE_UNKNOWN: Final = 255


class Scale(NamedTuple):
    """The resolution of a tier: seconds per row (0: as sampled), and how many rows it holds."""

    step: float
    rows: int


class Tier:
    """Rows of one scale, oldest first. A row of NaN alone is a gap: nothing is known until the next."""

    def __init__(self, scale: Scale, width: int, cores: int) -> None:
        self.scale = scale
        self.width = width
        self.cores = cores
        self.times = array("d")
        """When each row was sampled, in epoch seconds; for a mean, the middle of its span."""
        self.values = array("f")
        """The figures, row by row."""
        self.each = bytearray()
        """The percentages of the cores, row by row, in steps of half a percent; CORE_UNKNOWN for none."""

    def append(self, time: float, values: Sequence[float], each: Sequence[float], share: float) -> None:
        """Append a row; keep the fraction `share` of the rows that the scale allows."""
        self.times.append(time)
        self.values.extend(values)
        if self.cores:
            self.each += _packed(each, self.cores)
        limit = max(_SLACK, int(self.scale.rows * share))
        if len(self.times) > limit + limit // _SLACK:
            gone = len(self.times) - limit
            del self.times[:gone], self.values[: gone * self.width], self.each[: gone * self.cores]

    @property
    def size(self) -> int:
        """Bytes that the rows take."""
        return len(self.times) * 8 + len(self.values) * 4 + len(self.each)


def _packed(each: Sequence[float], cores: int) -> bytes:
    known = [min(CORE_UNKNOWN - 1, round(share * _CORE_STEPS)) for share in each[:cores]]
    return bytes(known + [CORE_UNKNOWN] * (cores - len(known)))


class Mean:
    """The mean of the rows in the current span, weighted by their duration.

    Columns from `peaks` on keep the maximum in place of the mean.
    """

    def __init__(self, width: int, peaks: int) -> None:
        self._width, self._peaks = width, peaks
        self.span = NAN
        """The number of the current span, counted from the epoch."""
        self._clear()

    def _clear(self) -> None:
        self._sums = [0.0] * self._width
        self._weights = [0.0] * self._width
        self._cores: list[float] = []
        self._cores_weight = self._weight = self._times = 0.0

    def add(self, time: float, values: Sequence[float], each: Sequence[float], seconds: float) -> None:
        """Add a row that stands for `seconds`."""
        self._times += time * seconds
        self._weight += seconds
        for column, value in enumerate(values):
            if value != value:  # NaN
                continue
            if column >= self._peaks:
                self._sums[column] = max(self._sums[column], value)
                self._weights[column] = 1.0
            else:
                self._sums[column] += value * seconds
                self._weights[column] += seconds
        if each:
            before = self._cores or [0.0] * len(each)
            self._cores = [sum_ + share * seconds for sum_, share in zip(before, each, strict=False)]
            self._cores_weight += seconds

    def take(self) -> tuple[float, list[float], list[float]] | None:
        """Return time, figures and cores of the span, or None if it is empty, and begin the next one."""
        if not self._weight:
            return None
        values = [total / weight if weight else NAN for total, weight in zip(self._sums, self._weights, strict=True)]
        row = self._times / self._weight, values, [total / self._cores_weight for total in self._cores]
        self._clear()
        return row


class Span:
    """The rows of several tiers since a time, by column; each time is covered by the finest tier that reaches it."""

    def __init__(self, tiers: Sequence[Tier], start: float) -> None:
        self._parts: list[tuple[Tier, int, int]] = []
        self._width = tiers[0].width
        end = math.inf
        for tier in tiers:
            last = bisect_left(tier.times, end)
            first = min(last, bisect_left(tier.times, start))
            if first < last:
                self._parts.insert(0, (tier, first, last))
                end = tier.times[0]
        self.times = array("d")
        """Epoch seconds of the rows, ascending."""
        for tier, first, last in self._parts:
            self.times += tier.times[first:last]

    def known(self, columns: Sequence[int]) -> list[bool]:
        """Return for each row whether it has a figure in any of the columns: a gap has none."""
        return [any(value == value for value in row) for row in zip(*map(self.column, columns), strict=True)]

    def column(self, column: int) -> array[float]:
        """Return the figures of a column, NaN where unknown."""
        found = array("f")
        for tier, first, last in self._parts:
            found += tier.values[first * self._width + column : last * self._width : self._width]
        return found

    @property
    def cores(self) -> int:
        """The number of separate cores; 0 if there are none."""
        return self._parts[0][0].cores if self._parts else 0

    def core(self, number: int) -> list[float]:
        """Return the percentages of a core, NaN where unknown."""
        found: list[float] = []
        for tier, first, last in self._parts:
            packed = tier.each[first * tier.cores + number : last * tier.cores : tier.cores]
            found += [NAN if share == CORE_UNKNOWN else share / _CORE_STEPS for share in packed]
        return found

"""A container's usage in the last minutes as a sparkline in a cell of the list, drawn once per sample."""

from __future__ import annotations

from typing import Final

from dockertui.engine.models import Container
from dockertui.live.history import Column, Series
from dockertui.resources.container_plots import MEMORY
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.chart import Curve, Unit, Window, links, resample, round_up, sparkline

CELLS: Final = 10
SECONDS: Final = 120.0
"""Time span of a sparkline."""
_KEPT: Final = 512
_QUIET: Final = Unit(str, least=10.0)
"""The scale of CPU sparklines: an idle container's stays flat, which costs no bytes to repaint."""


class SparklineCells:
    """The sparklines of one column of the history."""

    def __init__(self, surroundings: Surroundings, column: Column) -> None:
        self._surroundings = surroundings
        self._column = column
        self._made: dict[str, tuple[float, str]] = {}

    def __call__(self, container: Container) -> str:
        series = self._surroundings.history.series(container.id) if container.running else None
        if series is None:
            return ""
        known = self._made.get(container.id)
        if known is None or known[0] != series.last:
            if len(self._made) > _KEPT:
                self._made.clear()
            known = self._made[container.id] = series.last, self._draw(series)
        return known[1]

    def _draw(self, series: Series) -> str:
        glyphs, window = self._surroundings.glyphs, Window(series.last, SECONDS)
        span = series.since(series.last - SECONDS)
        values = span.column(self._column)
        curve = Curve(span.times, values, links(span.known((Column.MEMORY, Column.CPU))))
        dots = resample(curve, window, CELLS, glyphs)
        highest = max([dot for dot in dots if dot == dot], default=0.0)
        return sparkline(dots, round_up(highest, _QUIET if self._column == Column.CPU else MEMORY), glyphs)

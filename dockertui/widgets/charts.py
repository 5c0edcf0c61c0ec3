"""Plots in one column, or in two where there is room, above one time axis."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from dockertui.widgets.chart import (
    BRAILLE,
    Curve,
    Glyphs,
    Plot,
    Runs,
    Unit,
    Window,
    area,
    resample,
    round_up,
    time_axis,
)
from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.text import clean, fit, wrap

LABELS: Final = 9
"""Cells left of a plot, for its scale."""
_TWO_COLUMNS: Final = 120
"""Cells from which there are two columns."""
_ROWS_LEAST, _ROWS_MOST = 4, 9
_GAP: Final = 2
Line = tuple[tuple[str, str], ...]


class Charts(Lines):
    """A scrolled list of plots. Only lines that differ are painted, and only those in view are made."""

    head = 1
    foot = 1

    def __init__(self, glyphs: Glyphs = BRAILLE) -> None:
        super().__init__()
        self.glyphs = glyphs
        self._plots: tuple[Plot, ...] = ()
        self._window = Window(0, 60)
        self._status: Runs = ()
        self._live = True
        self._stale = False
        self._lines: list[Line] | None = None
        self._lines_width = (-1, -1)

    def show(self, plots: Sequence[Plot], window: Window, status: Runs, *, live: bool, stale: bool = False) -> None:
        """Show plots of a time window; `status` is the line above. `live`: the window ends now. `stale`: greyed."""
        if stale != self._stale:
            self._stale = stale
            self.repaint()
        ends = (status, live, window if not live else window.seconds, bool(plots))
        before = self._status, self._live, self._window if not self._live else self._window.seconds, bool(self._plots)
        if ends != before:
            self.refresh(Region(0, 0, self.size.width, 1), Region(0, max(0, self.size.height - 1), self.size.width, 1))
        self._plots, self._window, self._status, self._live = tuple(plots), window, status, live
        self._lines = None
        self.refresh_frame()

    # The interface of `Lines`

    @property
    def body_height(self) -> int:
        return max(0, super().body_height - self.foot)

    @property
    def line_count(self) -> int:
        return len(self._laid_out())

    @property
    def cursor_row(self) -> int:
        return self.top

    def put_cursor(self, row: int) -> None:
        """Do nothing: there is no cursor, only scrolling."""

    def look(self, row: int) -> Look:
        lines = self._laid_out()
        return (lines[row], self._stale) if row < len(lines) else None

    def draw(self, look: Look) -> Sequence[Segment]:
        assert isinstance(look, tuple)
        line, stale = look
        return [self.segment(text, *(("dim",) if stale else (style,) if style else ())) for style, text in line] or [
            self.segment(" ")
        ]

    def draw_head(self, y: int) -> Sequence[Segment]:
        width = self.size.width
        segments, left = [], width - 1
        for style, text in ((style, clean(text)) for text, style in ((" ", ""), *self._status)):
            text = fit(text, min(left, cell_len(text)))
            left -= cell_len(text)
            segments.append(self.segment(text, *((style,) if style else ())))
        return [*segments, self.segment(" " * (left + 1))]

    def render_line(self, y: int) -> Strip:
        if y and y == self.size.height - self.foot:
            return Strip([self.segment(self._axis(), "dim")]).adjust_cell_length(self.size.width, self.ink())
        return super().render_line(y)

    def _axis(self) -> str:
        if not self._plots:
            return ""
        axis = time_axis(self._window, self._plot_cells, live=self._live, clock=_time_of_day)
        line = " " * LABELS + axis
        return line + " " * _GAP + line if self._columns == 2 else line

    # Moving: by lines, as there is no cursor

    def go_to(self, row: int) -> None:
        self.scroll_rows(row - self.top)

    def _page(self, pages: int) -> None:
        self.scroll_rows(pages * max(1, self.body_height - 1))

    def action_cursor_down(self) -> None:
        self.scroll_rows(1)

    def action_cursor_up(self) -> None:
        self.scroll_rows(-1)

    # Layout

    @property
    def _columns(self) -> int:
        return 2 if self.line_width >= _TWO_COLUMNS and len(self._plots) > 1 else 1

    @property
    def _column_width(self) -> int:
        return (self.line_width - _GAP * (self._columns - 1)) // self._columns

    @property
    def _plot_cells(self) -> int:
        return max(1, self._column_width - LABELS)

    @property
    def _plot_rows(self) -> int:
        """Rows of each plot below its title: as many as bring all into view, within bounds."""
        drawn = [plot for plot in self._plots if not plot.note and not plot.courses]
        others = sum([1 + len(self._note(plot)) + len(plot.courses) for plot in self._plots]) - len(drawn)
        room = self.body_height * self._columns - others
        return max(_ROWS_LEAST, min(_ROWS_MOST, room // max(1, len(drawn)) - 1))

    def _laid_out(self) -> list[Line]:
        if self._lines is None or self._lines_width != self.size:
            self._lines_width = self.size
            made = [self._drawn(plot) for plot in self._plots]
            if self._columns == 1:
                self._lines = [line for plot in made for line in plot]
            else:
                self._lines = [line for at in range(0, len(made), 2) for line in self._beside(*made[at : at + 2])]
        return self._lines

    def _note(self, plot: Plot) -> list[str]:
        return wrap(clean(plot.note), self._plot_cells)[:_ROWS_LEAST] if plot.note else []

    def _beside(self, left: list[Line], right: Sequence[Line] = ()) -> list[Line]:
        width, lines = self._column_width, []
        for row in range(max(len(left), len(right))):
            first = left[row] if row < len(left) else ()
            padding = " " * (width + _GAP - sum(cell_len(text) for _, text in first))
            lines.append((*first, ("", padding), *(right[row] if row < len(right) else ())))
        return lines

    def _drawn(self, plot: Plot) -> list[Line]:
        """Return a plot as lines: its title, then its rows."""
        title = self._title(plot)
        rows = self._plot_rows
        if plot.note:
            return [title, *((("dim", " " * LABELS + line),) for line in self._note(plot))]
        if plot.courses:
            return [title, *(self._course(name, course, plot) for name, course in plot.courses)]
        return [title, *(self._two_ways(plot, rows) if plot.down is not None else self._one_way(plot, rows))]

    def _title(self, plot: Plot) -> Line:
        runs: list[tuple[str, str]] = [("title", f" {clean(plot.title)}  ")]
        left = self._column_width - cell_len(runs[0][1])
        for text, style in plot.figures:
            text = clean(text)
            text = fit(text, max(0, min(left, cell_len(text))))
            left -= cell_len(text)
            runs.append((style, text))
        return tuple(runs)

    def _one_way(self, plot: Plot, rows: int) -> list[Line]:
        values = self._values(plot.up)
        highest = _highest(values)
        limit = plot.limit if plot.limit and highest >= plot.limit / 4 else None
        top = round_up(max(highest, limit or 0), plot.unit)
        if limit is not None and highest <= limit:
            top = limit  # the line is the ceiling
        marked = None if limit is None else max(0, min(rows - 1, int(rows * (1 - limit / top))))
        return [
            self._scaled(
                _label(row, rows, top, plot.unit), _under(line, "─" if row == marked else ""), plot.style, row == marked
            )
            for row, line in enumerate(area(values, top, rows, self.glyphs))
        ]

    def _two_ways(self, plot: Plot, rows: int) -> list[Line]:
        up, down = self._values(plot.up), self._values(plot.down)
        top = round_up(max(_highest(up), _highest(down)), plot.unit)
        half = rows // 2
        labels = [""] * (2 * half)
        labels[0] = labels[-1] = plot.unit.text(top)
        if half > 1:
            labels[half - 1] = plot.unit.text(0)
        lines = [*area(up, top, half, self.glyphs), *area(down, top, half, self.glyphs, hanging=True)]
        styles = [plot.style] * half + [plot.down_style] * half
        return [self._scaled(label, line, style) for label, line, style in zip(labels, lines, styles, strict=True)]

    def _course(self, name: str, course: Curve, plot: Plot) -> Line:
        """Return one line of a plot of several curves."""
        return self._scaled(clean(name), area(self._values(course), 100.0, 1, self.glyphs)[0], plot.style)

    def _values(self, curve: Curve | None) -> list[float]:
        if curve is None:
            return []
        return resample(curve, self._window, self._plot_cells, self.glyphs)

    def _scaled(self, label: str, line: str, style: str, limit: bool = False) -> Line:
        edge = "┤" if label else "│"
        label = fit(label, LABELS - 2, right=True)
        return (("dim", f"{label} {edge}"), ("limit" if limit and not line.strip("─ ") else style, line))


def _label(row: int, rows: int, top: float, unit: Unit) -> str:
    """Return the scale's label at a row: its end, its middle, zero."""
    if row == 0:
        return unit.text(top)
    if row == rows - 1:
        return unit.text(0)
    return unit.text(top / 2) if rows >= 5 and rows % 2 and row == rows // 2 else ""


def _under(line: str, sign: str) -> str:
    """Return a line with `sign` in its empty cells."""
    return line.replace(" ", sign) if sign else line


def _highest(values: Sequence[float]) -> float:
    return max([value for value in values if value == value], default=0.0)


def _time_of_day(moment: float) -> str:
    try:
        return time.strftime("%H:%M:%S", time.localtime(moment))
    except (OverflowError, OSError, ValueError):
        return "?"

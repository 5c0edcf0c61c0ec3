"""An app's screen as plain text and styles, for differences that a reviewer can read."""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual._context import visible_screen_stack
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def strips(app: App[Any]) -> list[Strip]:
    """Return the lines on the screen. A dialog painted without the screens beneath it would keep that picture."""
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips(app.size)


def frame(app: App[Any]) -> list[str]:
    """Return the lines on the screen, right blanks cut off."""
    return [strip.text.rstrip() for strip in strips(app)]


def widths(app: App[Any]) -> set[int]:
    """Return the widths of the lines on the screen, in cells: one number when nothing sticks out."""
    return {strip.cell_length for strip in strips(app)}


def style_at(app: App[Any], x: int, y: int) -> Style:
    """Return the style of one cell of the screen."""
    strip = strips(app)[y].crop(x, x + 1)
    return next(iter(strip)).style or Style()


def row_of(app: App[Any], text: str) -> int:
    """Return the index of the first line on the screen that contains `text`."""
    return next(y for y, line in enumerate(frame(app)) if text in line)


def painted(widget: Widget) -> list[Region]:
    """Record from now on the regions that a widget asks to repaint; one of everything counts as its whole size."""
    regions: list[Region] = []
    refresh = widget.refresh

    def record(*asked: Region, **options: Any) -> Any:
        regions.extend(asked or (Region(0, 0, *widget.size),))
        return refresh(*asked, **options)

    widget.refresh = record  # type: ignore[method-assign]
    return regions

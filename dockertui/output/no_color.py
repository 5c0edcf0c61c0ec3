"""NO_COLOR in a terminal of 16 colours: no colours, and cells with a background of their own are reversed.

Textual would turn all colours to greys, the nearest of which is black for most: black on black.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_COLORLESS = Style.from_color(RichColor.parse("default"), RichColor.parse("default"))


class Colorless(LineFilter):
    """Removes the colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, _plain(style, background), control) for text, style, control in segments]


@lru_cache(4096)
def _plain(style: Style | None, background: Color) -> Style | None:
    if style is None:
        return None
    of_its_own = style.bgcolor is not None and not style.bgcolor.is_default and style.bgcolor != background.rich_color
    return style + _COLORLESS + Style(reverse=of_its_own != bool(style.reverse))

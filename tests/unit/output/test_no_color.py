"""What is left to see when there are no colours."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from dockertui.output.no_color import Colorless

BLACK = Color.parse("#000000")


def plain(style: str) -> Style:
    (segment,) = Colorless().apply([Segment("text", Style.parse(style))], BLACK)
    assert segment.style is not None
    return segment.style


def test_no_colour_is_left() -> None:
    for style in ("red", "bold #123456 on #000000", "white on blue", "dim"):
        found = plain(style)
        assert found.color is None or found.color.is_default
        assert found.bgcolor is None or found.bgcolor.is_default


def test_what_had_a_background_of_its_own_is_reversed() -> None:
    assert plain("white on blue").reverse
    assert not plain("red on #000000").reverse
    assert not plain("red").reverse
    assert plain("reverse").reverse
    assert not plain("reverse white on blue").reverse


def test_attributes_stay() -> None:
    assert plain("bold underline red").bold
    assert plain("bold underline red").underline


def test_segments_without_a_style_stay() -> None:
    assert Colorless().apply([Segment("text")], BLACK) == [Segment("text")]

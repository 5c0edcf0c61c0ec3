"""Text can be read: on every screen, in both default themes, it has the contrast that WCAG AA asks for."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from dockertui.widgets.contrast import ENOUGH, contrast, readable
from tests.demo import DemoEngine
from tests.ui.frames import strips
from tests.ui.stage import WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

WAYS = (
    ("1",), ("l",), ("escape", "D"), ("escape", "m"), ("escape", "P"), ("escape", "F"), ("escape", "i"),
    ("escape", "e"), ("escape", "question_mark"), ("escape", "full_stop"), ("escape", "o"), ("escape", "colon"),
    ("escape", "c"), ("escape", "d"), ("escape", "tilde"), ("escape", "S"), ("escape", "J"), ("escape", "slash"),
    ("escape", "space"),
)  # fmt: skip


def hard_to_read(stage: Stage) -> set[tuple[str, float]]:
    """Return the letters and digits on the screen with too little contrast, and their ratio."""
    return {
        (segment.text.strip(), round(ratio, 2))
        for strip in strips(stage.app)
        for segment in strip
        if any(map(str.isalnum, segment.text)) and (ratio := _contrast(segment)) < ENOUGH
    }


def _contrast(segment: Segment) -> float:
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    colors = [Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)]
    return contrast(*colors)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_text_can_be_read_on_every_screen(theme: str, host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        stage.app.theme = theme
        await stage.goto("shop-web-1")
        for keys in WAYS:
            await stage.press(*keys)
            await stage.settle()
            assert not hard_to_read(stage), keys


@pytest.mark.parametrize("theme", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
def test_every_theme_gives_text_that_can_be_read(theme: str) -> None:
    app = App[None]()
    app.theme = theme
    found = readable(app.get_css_variables())
    for name in ("text-success", "text-warning", "text-error", "text-primary", "text-accent"):
        for under in ("background", "surface", "panel"):
            assert contrast(Color.parse(found[name]), Color.parse(found[under])) >= ENOUGH, (name, under)


def test_a_terminals_own_colours_stay() -> None:
    app = App[None]()
    app.theme = "ansi-dark"
    assert readable(app.get_css_variables()) == app.get_css_variables()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21), ("#fff", "#fff", 1), ("#777", "#fff", 4.48), ("#f00", "#fff", 4.0)],
)
def test_the_ratio_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(Color.parse(one), Color.parse(other)) == pytest.approx(ratio, abs=0.01)

"""Keys that arrive at once, as a slow line or a quick hand sends them: each goes where it would have gone alone."""

from __future__ import annotations

import pytest

from dockertui.demo import DemoEngine
from dockertui.screens.main import MainScreen
from tests.ui.stage import NARROW, opened

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("text", ["quay", "grafana", "name:web", "Add"])
async def test_what_follows_the_slash_is_text(host: DemoEngine, text: str) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("slash", *text)
        await stage.until(lambda: stage.main.pane.filter.line == text)
        assert stage.app.screen is stage.main
        assert stage.main.pane.resource.kind == "container"


async def test_a_filter_its_end_and_the_keys_after_it(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("slash", *"web", "enter", "j", "space")
        await stage.until(lambda: stage.marked)
        assert stage.main.pane.filter.line == "web"
        assert stage.marked == [stage.shown[1]]


async def test_what_follows_the_colon_is_for_the_palette(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("colon", *"zoom", "enter")
        await stage.until(lambda: stage.main.zoomed)
        assert isinstance(stage.app.screen, MainScreen)


async def test_a_choice_in_a_menu(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("o", *"image", "enter", "3")
        await stage.until(lambda: stage.main.pane.resource.kind == "network")
        assert stage.main.panes[0].table.sort == ("image", False)


async def test_back_and_forth_between_screens(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("question_mark", "j", "j", "escape", "j", "enter", "escape", "2", "j")
        await stage.until(lambda: stage.main.pane.resource.kind == "image" and stage.cursor == stage.shown[1])
        assert stage.main.panes[0].table.cursor_row == 1


async def test_a_hundred_keys_in_order(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst(*["j"] * 60, *["k"] * 55, "G", *["k"] * 3)
        await stage.until(lambda: stage.cursor == stage.shown[-4])

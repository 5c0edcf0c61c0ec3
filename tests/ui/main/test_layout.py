"""Where things stand: wide and narrow, zoomed, resized, and by the mouse."""

from __future__ import annotations

import pytest

from dockertui.operations.catalogue import OPERATIONS
from tests.demo import DemoEngine
from tests.ui.frames import row_of, style_at
from tests.ui.stage import NARROW, QUICK, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


async def test_wide_shows_list_and_detail_and_the_other_panes_titles(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.goto("shop-db-1")
        await stage.until("pg_isready")
        for text in ("1 Containers", "2 Images", "3 Networks", "4 Volumes", "2 dangling", "▏ container shop-db-1"):
            assert text in stage.text
        for number, title in enumerate(("Containers", "Images", "Networks", "Volumes"), 1):
            await stage.press(str(number))
            y = row_of(stage.app, f"{number} {title}")
            assert style_at(stage.app, stage.lines[y].index(title), y).underline
            stage.check_frame()


async def test_zoomed_the_list_has_the_whole_screen(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        assert "CPU 2 MIN" not in stage.text
        await stage.press("z")
        assert "CPU 2 MIN" in stage.text
        assert "2 Images" not in stage.text
        await stage.press("right")
        assert "NET I/O" in stage.text
        assert not stage.main.detail.display or not stage.main.detail.region.area
        await stage.press("enter")
        assert stage.main.detail.region.width == WIDE[0]
        await stage.press("escape", "2")
        assert "ALL TAGS" in stage.text
        await stage.press("escape")
        assert "3 Networks" in stage.text


async def test_the_layout_follows_the_window(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.goto("shop-db-1")
        for size in [(80, 24), (109, 30), (110, 30), (30, 8), (10, 3), (1, 1), (300, 80), (80, 24)]:
            await stage.pilot.resize_terminal(*size)
            await stage.settle()
            stage.check_frame()
            assert stage.cursor == "shop-db-1"
        assert stage.lines[row_of(stage.app, "shop-db-1")].startswith("›")
        await stage.press("enter")
        await stage.pilot.resize_terminal(160, 45)
        await stage.settle()
        stage.check_frame()
        assert "shop-db-1" in stage.detail_text
        assert "devbox" in stage.text


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_nothing_sticks_out_anywhere(host: DemoEngine, size: tuple[int, int]) -> None:
    async with opened(size, engine=host) as stage:
        for key in ("enter", "escape", "z", "enter", "escape", "z", "question_mark", "G", "escape", "colon", "escape"):
            await stage.press(key)
            stage.check_frame()
        for key in ("o", "escape", "T", "escape", "slash", "x", "escape", "i", "plus", "right", "escape"):
            await stage.press(key)
            stage.check_frame()


async def test_the_footer_says_what_the_keys_do_here(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        assert "enter open" in stage.footer
        assert "? help" in stage.footer
        assert "q quit" in stage.footer
        await stage.press("enter")
        assert "search" in stage.footer
        assert "back" in stage.footer


async def test_a_message_ends_by_itself(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        stage.main.say("something happened", stays=0.05)
        await stage.until("something happened")
        await stage.until("? help")


async def test_help_shows_every_operation(host: DemoEngine) -> None:
    async with opened((200, 500), engine=host) as stage:
        await stage.press("question_mark")
        for operation in OPERATIONS:
            assert operation.title[:50] in stage.text, operation.id


@pytest.mark.parametrize("theme", ["textual-light", "nord", "ansi-dark", "ansi-light"])
async def test_every_theme_shows_the_same_words(host: DemoEngine, theme: str) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await stage.until_measured()
        stage.main.session.sampler.period = 3600
        before = stage.text
        await stage.press("T")
        await stage.type(theme)
        await stage.press("enter")
        assert stage.app.theme == theme
        stage.main.say("")
        await stage.settle()
        assert [line[:46] for line in stage.lines] == [line[:46] for line in before.split("\n")]
        stage.check_frame()


# The mouse


async def click(stage: Stage, text: str, times: int = 1) -> None:
    y = row_of(stage.app, text)
    x = stage.lines[y].index(text)
    await stage.pilot.click(offset=(x + 1, y), times=times)
    await stage.settle()


async def test_the_mouse(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await click(stage, "shop-db-1")
        assert stage.cursor == "shop-db-1"
        await click(stage, "2 Images")
        assert stage.main.pane.resource.kind == "image"
        await click(stage, "SIZE")
        assert stage.main.pane.table.sort[0] == "size"
        await click(stage, "? help")
        assert "esc back" in stage.text
        await stage.press("escape", "1")
        await click(stage, "shop-db-1", times=2)
        assert stage.main.detail.has_focus_within

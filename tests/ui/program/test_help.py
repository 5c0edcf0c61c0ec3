"""The help works on every screen: it opens at the keys of where one is, it is searched, and it closes by its key."""

from __future__ import annotations

from typing import Any

import pytest

from dockertui.config import Settings
from dockertui.operations.catalogue import Catalogue
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from dockertui.screens.base.menu import Menu
from dockertui.screens.commands.jobs import JobsScreen
from dockertui.screens.commands.report import ReportScreen
from dockertui.screens.program.api_lens import LensScreen
from dockertui.screens.program.connection import ConnectionScreen
from dockertui.screens.program.help import HelpScreen
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, WIDE, Stage, nowhere, opened
from tests.ui.test_keys import LAYERS, is_main, open_layer

pytestmark = pytest.mark.usefixtures("frozen")

SECTIONS = {
    "events": "Events",
    "an event": "Events",
    "overview": "Statistics",
    "lens": "API lens",
    "jobs": "Jobs",
    "a file": "Files",
    "a line": "Logs",
}
"""Under which heading of the help the keys of a screen stand."""


def at(stage: Stage) -> str:
    """The heading under which the cursor of the help is."""
    screen = stage.app.screen
    assert isinstance(screen, HelpScreen)
    lines: Any = screen.view._laid_out()
    return str(lines[screen.view.cursor_row].place[0])


async def shows(stage: Stage, heading: str, key: str = "question_mark") -> None:
    """The help opens at a heading, its first entries in sight, and its key closes it again."""
    under = stage.app.screen
    await stage.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, HelpScreen) and at(stage).partition(" (")[0] == heading)
    assert any(line.strip() == at(stage) for line in stage.lines)
    await stage.press(key)
    assert stage.app.screen is under


async def test_it_opens_at_the_keys_of_each_screen(host: DemoEngine) -> None:
    assert {*SECTIONS, "help"} == {*LAYERS}
    async with opened(engine=host, settings=Settings(files_exec=False)) as stage:
        for layer, heading in SECTIONS.items():
            await open_layer(stage, layer)
            await shows(stage, heading)
            await stage.press(*["escape"] * 4)
            assert stage.main.focused is stage.main.pane.table


async def test_in_the_lists_it_opens_at_the_kind_and_in_a_tab_at_the_tab(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        for number, heading in enumerate(("Containers", "Images", "Networks", "Volumes"), 1):
            await stage.press(str(number))
            await shows(stage, heading)
        await stage.press("1")
        await stage.goto("shop-web-1")
        for key, heading in (("l", "Logs"), ("P", "Processes"), ("m", "Statistics"), ("i", "Detail")):
            await stage.press(key)
            await shows(stage, heading)
            await stage.press("q")
        await stage.press("slash")
        await shows(stage, "While typing a filter or a search", "f1")


async def test_over_a_menu_a_question_a_form_and_a_report(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await stage.goto("net-debug")
        await stage.press("full_stop")
        assert isinstance(stage.app.screen, Menu)
        await shows(stage, "Menus")
        await stage.press("escape", "s")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await shows(stage, "Questions")
        await stage.press("escape", "X")
        assert isinstance(stage.app.screen, FormScreen)
        await shows(stage, "Forms", "f1")
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, FormScreen), "where letters are typed, it is one"
        await stage.press("escape", "y")
        await stage.main.runner.action_run_command("system.version")
        await stage.until(lambda: isinstance(stage.app.screen, ReportScreen))
        await shows(stage, "Detail")


async def test_a_question_mark_in_a_menu_is_typed_once_something_is(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await stage.press("colon", "s", "question_mark")
        assert isinstance(stage.app.screen, Menu)
        assert "s?" in stage.text


async def test_where_there_is_no_engine(host: DemoEngine) -> None:
    async with opened(engine=host, live=False, preflight=nowhere()) as stage:
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionScreen))
        await shows(stage, "Program")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_is_searched(size: tuple[int, int], host: DemoEngine) -> None:
    async with opened(size, engine=host) as stage:
        await stage.press("question_mark", "slash")
        await stage.type("curl line")
        assert at(stage) == "Events (in the events)", "while it is typed"
        assert "Copy: lines, JSON, the docker line, the curl line" in stage.text
        await stage.press("enter", "n")
        assert at(stage) == "API lens"
        await stage.press("N", "escape")
        assert isinstance(stage.app.screen, HelpScreen), "the first ends the search"
        await stage.press("escape")
        assert is_main(stage)


@pytest.mark.parametrize("key", ["f6", "Z"])
async def test_its_key_can_be_another(key: str, host: DemoEngine) -> None:
    async with opened(engine=host, settings=Settings(keys={"program.help": (key,)})) as stage:
        assert f"{key} help" in stage.footer
        await stage.press("tilde")
        assert f"{key} help" in stage.footer
        await shows(stage, "API lens", key)
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, LensScreen)


async def test_the_keys_of_another_screen_can_be_others(host: DemoEngine) -> None:
    keys = {"lens.pause": ("f5",), "screen.close": ("Z",), "screen.back": ("f4",), "screen.reveal": ("V",)}
    async with opened(engine=host, settings=Settings(keys=keys)) as stage:
        await stage.press("tilde", "p", "q", "escape")
        assert isinstance(stage.app.screen, LensScreen)
        assert "PAUSED" not in stage.text
        for hint in ("f5 pause", "V secrets", "f4 back"):
            assert hint in stage.footer
        await stage.press("f5", "V")
        assert "PAUSED" in stage.text
        assert "secrets are shown" in stage.footer
        await stage.press("Z", "J")
        assert isinstance(stage.app.screen, JobsScreen)
        await stage.press("f4")
        assert stage.app.screen is stage.main


async def test_the_keys_of_a_dialog_can_be_others(host: DemoEngine) -> None:
    keys = {
        "question.yes": ("Y",), "question.refuse": ("f2",), "menu.down": ("f3",), "menu.choose": ("f8",),
        "form.submit": ("f9",), "form.leave": ("f10",), "typing.keep": ("f7",),
    }  # fmt: skip
    async with opened(settings=Settings(keys=keys)) as stage:
        await stage.goto("net-debug")
        await stage.press("s")
        assert "Y stop" in stage.text
        assert "f2 cancel" in stage.text
        await stage.press("y", "enter", "escape")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("f2", "X")
        assert "f9 run" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, FormScreen)
        await stage.press("f10", "slash", "n", "e", "t", "enter")
        assert "f7 keep" in stage.footer
        await stage.press("f7")
        assert stage.main.focused is stage.main.pane.table
        await stage.press("full_stop", "down", "enter")
        assert isinstance(stage.app.screen, Menu)
        await stage.press("f8")
        assert "Stop net-debug?" in stage.text
        await stage.press("Y")
        await stage.until("net-debug stopped")


async def test_secrets_are_offered_where_there_are_some(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await stage.press("tilde")
        assert "v secrets" in stage.footer
        await stage.press("q", "S")
        assert "secrets" not in stage.footer
        await stage.press("v")
        assert "secrets are shown" not in stage.footer


async def test_at_80_columns_each_operation_has_one_line(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("question_mark")
        screen = stage.app.screen
        assert isinstance(screen, HelpScreen)
        lines: Any = screen.view._laid_out()
        places = [line.place[:3] for line in lines if line.place and line.place[1]]
        assert len(places) == sum(map(len, Catalogue().sections().values()))
        assert len(places) == len(set(places)), "a title is too long for one line"

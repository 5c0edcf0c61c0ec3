"""Keys that arrive at once, as a slow line or a quick hand sends them: each goes where it would have gone alone."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from dockertui.app import DockerTUI
from dockertui.key_names import character_name
from dockertui.screens.base.fields import TextField
from dockertui.screens.base.form import FormScreen
from dockertui.screens.base.prompt import Prompt
from dockertui.screens.log.line_screen import LogLineScreen
from dockertui.screens.main.screen import MainScreen
from dockertui.widgets.log_view import LogView
from tests.demo import DemoEngine
from tests.ui.log_stage import BORN
from tests.ui.log_stage import stage as log_stage
from tests.ui.stage import NARROW, Clock, Stage, opened, program

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("text", ["quay", "grafana", "name:web", "Add"])
async def test_keys_after_slash_go_into_the_filter(host: DemoEngine, text: str) -> None:
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


async def test_keys_after_colon_go_to_the_palette(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("colon", *"zoom", "enter")
        await stage.until(lambda: stage.main.arrangement.zoomed)
        assert isinstance(stage.app.screen, MainScreen)


async def test_a_choice_in_a_menu(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("o", *"image", "enter", "3")
        await stage.until(lambda: stage.main.pane.resource.kind == "network")
        assert stage.main.lists.all[0].table.sort == ("image", False)


async def test_back_and_forth_between_screens(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst("question_mark", "j", "j", "escape", "j", "enter", "escape", "2", "j")
        await stage.until(lambda: stage.main.pane.resource.kind == "image" and stage.cursor == stage.shown[1])
        assert stage.main.lists.all[0].table.cursor_row == 1


async def test_a_hundred_keys_in_order(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.burst(*["j"] * 60, *["k"] * 55, "G", *["k"] * 3)
        await stage.until(lambda: stage.cursor == stage.shown[-4])


@pytest.mark.parametrize("keys", [["F", "c"], ["F", "slash"], ["e", "slash"], ["e", "at"], ["e", "ctrl+s", "ctrl+u"]])
async def test_keys_after_a_files_or_events_prompt_go_into_it(host: DemoEngine, keys: list[str]) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-web-2")
        await stage.press(keys[0])
        await stage.until("usr" if keys[0] == "F" else "following")
        await stage.burst(*keys[1:], "ctrl+u", *"pdq")
        await stage.until(lambda: isinstance(stage.app.focused, Prompt) and stage.app.focused.value == "pdq")


async def test_keys_after_leaving_a_terminal_go_to_the_lists(host: DemoEngine) -> None:
    """And not typed into the container."""
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-web-2")
        await stage.press("x")
        await stage.until("root@")
        await stage.burst("ctrl+right_square_bracket", "d", "k", "space", "q")
        await stage.until("Quit?")
        assert stage.marked
        assert not [request for request in stage.app.trace if "/stop" in request.path]
        await stage.press("escape", "t")
        await stage.until("root@")
        assert not [line for line in stage.text.splitlines() if "# k" in line]


@pytest.mark.parametrize("keys", [["&", *"10"], ["/", *"Gm0"], ["@", *"10m"], ["F", *"msg"], ["Y", "ctrl+u", *"3"]])
async def test_keys_after_a_log_prompt_go_into_it(keys: list[str]) -> None:
    async with log_stage() as world:
        world.silence("legacy-import")
        world.wrote("legacy-import", "one", "two", at=BORN - 60)
        await world.open("legacy-import")
        for key in keys:
            name = key if len(key) > 1 else character_name(key)
            world.app.post_message(events.Key(name, key if len(key) == 1 else None))
        typed = "".join(key for key in keys[1:] if len(key) == 1)
        await world.until(lambda: isinstance(world.app.focused, Prompt) and world.app.focused.value == typed)
        assert [entry.text for entry in world.log.store.entries(world.log.store.first)][:2] == ["one", "two"]


async def test_keys_after_enter_on_a_line_go_to_its_screen() -> None:
    async with log_stage() as world:
        world.silence("legacy-import")
        world.wrote("legacy-import", "x" * 9000 + "needle", at=BORN - 60)
        await world.open("legacy-import")
        await world.until(lambda: len(world.log.store))
        for key in ("k", "enter", "/", *"needle", "enter"):
            name = key if len(key) > 1 else character_name(key)
            world.app.post_message(events.Key(name, key if len(key) == 1 else None))
        await world.until(lambda: isinstance(world.app.screen, LogLineScreen))
        view = world.app.screen.query_one(LogView)
        await world.until(lambda: view.search_query.line == "needle" and view.has_focus)
        assert any("needle" in view.render_line(y).text for y in range(view.size.height - 1))
        assert not world.main.query(Prompt)


async def test_keys_from_before_the_first_paint_are_for_what_it_shows(
    host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(app: DockerTUI) -> None:
        for key, character in (("slash", "/"), ("w", "w"), ("e", "e"), ("b", "b")):
            app.post_message(events.Key(key, character))

    monkeypatch.setattr(DockerTUI, "on_load", typed, raising=False)
    app = program(host, clock := Clock())
    await asyncio.to_thread(app.preflight.join)
    async with app.run_test(size=NARROW) as pilot:
        stage = Stage(app, pilot, host, clock)
        await stage.until(lambda: stage.main.pane.filter.line == "web")
        (prompt,) = app.screen.query("Prompt")
        await stage.until(lambda: prompt.size.height == 1)


async def test_late_keys_close_no_screen_that_is_not_open(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timeline is opened and left before anything was painted, more often than it is there."""

    def typed(app: DockerTUI) -> None:
        for key, character in (("e", "e"), *[("escape", None)] * 5, ("j", "j")):
            app.post_message(events.Key(key, character))

    monkeypatch.setattr(DockerTUI, "on_load", typed, raising=False)
    app = program(host, clock := Clock())
    await asyncio.to_thread(app.preflight.join)
    async with app.run_test(size=NARROW) as pilot:
        stage = Stage(app, pilot, host, clock)
        await stage.until(lambda: app.screen is stage.main and stage.cursor == stage.shown[1])
        assert not app.crashes.errors


@pytest.mark.parametrize(("keys", "left"), [([*"web"], "web"), (["end", *"-2"], "{}-2")])
async def test_keys_after_moving_to_a_field_go_into_it(host: DemoEngine, keys: list[str], left: str) -> None:
    """It is selected as soon as the field has the focus: typing replaces it, and any movement keeps it."""
    async with opened(NARROW, engine=host) as stage:
        await stage.press("c")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        form = stage.app.screen
        assert isinstance(form, FormScreen)
        name = form.query(TextField)[1]
        proposed = name.value
        assert proposed
        await stage.burst("down", *keys)
        await stage.until(lambda: name.value == left.format(proposed))

"""Forms behave as forms do: keys, what is selected, leaving, errors in sight, and refusals that lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from textual.widgets import Input

from dockertui.app import DockerTUI
from dockertui.operations import client_defaults
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.jobs import State
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from dockertui.screens.commands.jobs import JobsScreen
from dockertui.screens.main.screen import MainScreen
from tests.demo import DemoEngine
from tests.ui.commands.test_commands import begin, fill_in
from tests.ui.stage import NARROW, WIDE, Clock, Stage, opened, program

pytestmark = pytest.mark.usefixtures("frozen")


def form(stage: Stage) -> FormScreen:
    assert isinstance(stage.app.screen, FormScreen)
    return stage.app.screen


def rows(stage: Stage) -> dict[str, Any]:
    return {row.option.id: row for row in form(stage).query("FieldRow")}  # type: ignore[attr-defined]


def focused(stage: Stage) -> str:
    return next(id for id, row in rows(stage).items() if row.entry.has_focus)


def in_sight(stage: Stage, id: str) -> bool:
    """Whether the field is whole within the part of the form that is seen."""
    row = rows(stage)[id]
    return bool(row.region) and form(stage).query_one("Fields").region.contains_region(row.region)


async def comes_in_sight(stage: Stage, id: str) -> None:
    await stage.until(lambda: in_sight(stage, id))


async def order(stage: Stage, id: str, target: str = "") -> None:
    command = BY_ID[id]
    assert isinstance(command, Command)
    await begin(stage, command, target)
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))


async def refused(stage: Stage, option: str, said: str) -> None:
    """Wait until the form says this at this field, which has the cursor and is seen."""
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen) and said in stage.text)
    assert focused(stage) == option
    await comes_in_sight(stage, option)
    assert rows(stage)[option].query_one(".wrong").display


# keys


@pytest.mark.parametrize("size", [NARROW, WIDE, (60, 14)])
async def test_arrows_change_the_field_and_what_is_typed_is_seen(size: tuple[int, int]) -> None:
    async with opened(size) as stage:
        await order(stage, "container.run")
        seen = []
        for _ in rows(stage):
            seen.append(focused(stage))
            await comes_in_sight(stage, seen[-1])
            await stage.press("down")
        assert seen == list(rows(stage))
        await stage.press("up", "up", "up")
        assert focused(stage) == list(rows(stage))[-3]
        await stage.press("up", "up")
        await stage.type("true")
        assert "true" in stage.line("Host name" if size != (60, 14) else "true")
        await stage.press("pageup", "pageup")
        assert focused(stage) != list(rows(stage))[-4]
        stage.check_frame()


async def test_the_wheel_does_not_hide_what_is_typed() -> None:
    async with opened(NARROW) as stage:
        await order(stage, "container.run")
        fields = form(stage).query_one("Fields")
        fields.scroll_end(animate=False)
        await stage.until(lambda: not in_sight(stage, "image"))
        await stage.type("x")
        await comes_in_sight(stage, "image")
        assert rows(stage)["image"].entry.value == "x"


async def test_a_smaller_screen_keeps_the_field_in_sight() -> None:
    async with opened(WIDE) as stage:
        await order(stage, "container.run")
        for _ in range(15):
            await stage.press("down")
        id = focused(stage)
        await stage.pilot.resize_terminal(*NARROW)
        await stage.settle()
        assert focused(stage) == id
        await comes_in_sight(stage, id)
        assert "ctrl+s" in stage.text
        stage.check_frame()


# what is selected


async def test_a_prefilled_value_is_replaced_by_typing_and_kept_by_moving() -> None:
    async with opened() as stage:
        await order(stage, "container.copy_out", "shop-web-1")
        await fill_in(stage, {"path": "/etc/hosts"})
        await stage.press("down")
        assert rows(stage)["folder"].entry.selected_text == "."
        await stage.type("/tmp")
        assert rows(stage)["folder"].entry.value == "/tmp"
        await stage.press("up", "down", "end")
        await stage.type("/x")
        assert rows(stage)["folder"].entry.value == "/tmp/x"


async def test_a_list_keeps_its_words_with_the_cursor_behind_them() -> None:
    async with opened() as stage:
        await order(stage, "container.run_like", "shop-web-1")
        entry = rows(stage)["ports"].entry
        before = entry.value
        assert before
        for _ in range(4):
            await stage.press("down")
        assert focused(stage) == "ports"
        await stage.type(" 9:9")
        assert entry.value == f"{before} 9:9"


async def test_a_prefilled_prompt_is_replaced_by_typing() -> None:
    async with opened() as stage:
        await stage.press("slash")
        await stage.type("shop")
        await stage.press("enter", "slash")
        await stage.type("web")
        assert stage.main.pane.filter.line == "web"
        await stage.press("enter", "slash", "end")
        await stage.type("2")
        assert stage.main.pane.filter.line == "web2"


# leaving


async def test_leaving_asks_only_after_typing() -> None:
    async with opened() as stage:
        await order(stage, "container.run")
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)
        await order(stage, "container.run")
        await fill_in(stage, {"image": "nginx", "env": "A=1"})
        await stage.press("escape")
        assert isinstance(stage.app.screen, ConfirmScreen)
        assert "Environment" in stage.text
        await stage.press("enter")
        assert rows(stage)["env"].entry.value == "A=1"
        await stage.press("escape")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("y")
        assert isinstance(stage.app.screen, MainScreen)
        assert not [request for request in stage.app.trace if request.method != "GET"]


async def test_restored_value_is_not_a_change() -> None:
    async with opened() as stage:
        await order(stage, "container.run_like", "shop-web-1")
        await fill_in(stage, {"user": "x"})
        await stage.press("backspace", "ctrl+r", "ctrl+r", "escape")
        assert isinstance(stage.app.screen, MainScreen)


# what is wrong


async def test_error_outside_the_view_is_scrolled_into_view() -> None:
    async with opened(NARROW) as stage:
        await order(stage, "container.run")
        await stage.press("up")
        await stage.until(lambda: not in_sight(stage, "image"))
        await stage.press("ctrl+s")
        await refused(stage, "image", "cannot be empty")


async def test_an_error_stays_when_all_keys_come_at_once() -> None:
    """The letters' own messages come behind the key that judges them."""
    async with opened(NARROW) as stage:
        await order(stage, "container.run")
        await stage.burst(*"UPPER", "ctrl+s")
        await refused(stage, "image", "small letters")
        await stage.press("backspace")
        assert not rows(stage)["image"].query_one(".wrong").display


# refusals of the Engine

REFUSALS: dict[str, tuple[str, str, Mapping[str, str], str, str, str]] = {
    "container.run": (
        "", "name", {"image": "busybox", "name": "fresh", "env": "A=1"}, "POST /containers/create",
        'Conflict. The container name "/fresh" is already in use by container "1234"', "already in use",
    ),
    "container.run_like": (
        "shop-web-1", "ports", {"name": "fresh"}, "POST /containers/create",
        "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
        "already allocated",
    ),
    "container.update": (
        "shop-web-1", "memory", {"memory": "1m", "cpus": "1"}, "POST /containers/[^/]+/update",
        "Minimum memory limit allowed is 6MB", "Minimum memory",
    ),
    "container.rename": (
        "shop-web-1", "name", {"name": "fresh"}, "POST /containers/[^/]+/rename",
        'Conflict. The container name "/fresh" is already in use', "already in use",
    ),
    "container.commit": (
        "shop-web-1", "reference", {"reference": "fresh:1"}, "POST /commit", "invalid reference format", "reference",
    ),
    "network.create": (
        "", "subnet", {"name": "fresh", "subnet": "10.99.0.0/24"}, "POST /networks/create",
        "Pool overlaps with other one on this address space", "Pool overlaps",
    ),
    "network.connect": (
        "edge", "container", {"container": "registry"}, "POST /networks/[^/]+/connect", "No such container: nope",
        "No such container",
    ),
    "volume.create": (
        "", "driver", {"name": "fresh", "driver": "local"}, "POST /volumes/create",
        'create fresh: error looking up volume plugin nodrv: plugin "nodrv" not found', "nodrv",
    ),
    "image.tag": (
        "busybox:latest", "reference", {"reference": "fresh:1"}, "POST /images/[^/]+/tag", "invalid reference format",
        "reference format",
    ),
    "image.pull": (
        "", "reference", {"reference": "nosuch:1"}, "POST /images/create", "manifest for nosuch:1 not found",
        "manifest for nosuch",
    ),
    "registry.login": (
        "", "password", {"registry": "quay.io", "user": "ann", "password": "sesame"}, "POST /auth",
        "unauthorized: incorrect username or password", "incorrect username",
    ),
}  # fmt: skip


@pytest.mark.parametrize("id", REFUSALS)
async def test_a_refused_form_keeps_everything_and_can_be_sent_again(id: str) -> None:
    target, option, typed, request, message, seen = REFUSALS[id]
    async with opened() as stage:
        await order(stage, id, target)
        await fill_in(stage, typed)
        before = {id: row.entry.value for id, row in rows(stage).items()}
        stage.engine.faults.fail(request, status=409, message=message)
        await stage.press("ctrl+s")
        await refused(stage, option, seen)
        assert {id: row.entry.value for id, row in rows(stage).items()} == before
        stage.check_frame()
        stage.engine.faults.clear()
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
        await stage.until(lambda: not stage.main.runner.jobs.running)


async def test_error_without_a_field_is_shown_at_the_top() -> None:
    async with opened(NARROW) as stage:
        await order(stage, "container.run")
        await fill_in(stage, {"image": "busybox"})
        stage.engine.faults.fail("POST /containers/create", message="the moon is full")
        await stage.press("ctrl+s")
        await stage.until(lambda: form(stage).query_one(".problem").display)
        assert "the moon is full" in stage.lines[2]
        assert "ctrl+s" in stage.text
        stage.check_frame()


async def test_declining_the_question_returns_to_the_form() -> None:
    async with opened() as stage:
        await order(stage, "container.recreate", "shop-web-1")
        await fill_in(stage, {"memory": "64m"})
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        assert rows(stage)["memory"].entry.value == "64m"
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_declining_the_question_keeps_the_cursor_and_selects_nothing(key: str) -> None:
    async with opened() as stage:
        await order(stage, "container.recreate", "shop-web-1")
        before = rows(stage)["image"].entry.value
        await fill_in(stage, {"memory": "64"})
        await stage.press("up", "down")
        assert rows(stage)["memory"].entry.selected_text == "64"
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen) and stage.app.screen.focused is not None)
        await stage.type("m")
        assert rows(stage)["memory"].entry.value == "64m"
        assert rows(stage)["image"].entry.value == before


async def test_error_without_a_field_keeps_the_cursor() -> None:
    async with opened() as stage:
        await order(stage, "container.run")
        await fill_in(stage, {"image": "busybox", "name": "fresh"})
        stage.engine.faults.fail("POST /containers/create", message="the moon is full")
        await stage.press("ctrl+s")
        await stage.until(lambda: form(stage).query_one(".problem").display)
        await stage.type("er")
        assert rows(stage)["image"].entry.value == "busybox"
        assert rows(stage)["name"].entry.value == "fresher"


async def test_no_letter_replaces_what_the_engine_refused() -> None:
    async with opened() as stage:
        await order(stage, "container.rename", "shop-web-1")
        await fill_in(stage, {"name": "fresh"})
        stage.engine.faults.fail("POST /containers/[^/]+/rename", status=409, message='name "/fresh" is already in use')
        await stage.press("ctrl+s")
        await refused(stage, "name", "already in use")
        await stage.type("er")
        assert rows(stage)["name"].entry.value == "fresher"


async def test_no_letter_replaces_a_value_of_a_form_that_the_engine_had_to_be_asked_for() -> None:
    async with opened() as stage:
        await order(stage, "container.recreate", "shop-web-1")
        before = rows(stage)["image"].entry.value
        assert before
        await stage.type("j")
        assert rows(stage)["image"].entry.value == f"{before}j"


async def test_form_below_a_question_shows_no_border_or_keys() -> None:
    async with opened(NARROW) as stage:
        await order(stage, "container.recreate", "shop-web-1")
        await fill_in(stage, {"memory": "64m"})
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.text.count("╭") == 1 and "Recreate shop-web-1 with changes?" in stage.text)
        assert stage.text.count("╰") == 1
        assert "asking the Engine" not in stage.text.partition("Affected")[0]
        assert "to the background" not in stage.text
        assert "ctrl+s" not in stage.text
        stage.check_frame()
        await stage.press("n")
        await stage.until(lambda: stage.text.count("╭") == 1 and "ctrl+s" in stage.text)
        await stage.press("escape")
        await stage.until(lambda: stage.text.count("╭") == 1 and "Discard what you typed?" in stage.text)
        await stage.press("n")
        assert focused(stage) == "memory"


async def send_unanswered(stage: Stage) -> None:
    """Send a form off to an Engine that does not answer."""
    await order(stage, "container.run")
    await fill_in(stage, {"image": "busybox", "name": "fresh"})
    stage.engine.faults.hang("POST /containers/create")
    await stage.press("ctrl+s")
    await stage.until("asking the Engine")


async def test_form_that_ended_below_a_question_closes_with_it() -> None:
    async with opened() as stage:
        await send_unanswered(stage)
        await stage.press("ctrl+q")
        await stage.until("Quit?")
        stage.engine.faults.clear()
        await stage.until(lambda: not stage.main.runner.jobs.running)
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen))


async def test_quitting_asks_when_something_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as stage:
        exits: list[object] = []
        monkeypatch.setattr(stage.app, "exit", lambda *args: exits.append(args))
        await order(stage, "container.run")
        await fill_in(stage, {"image": "nginx", "env": "A=1"})
        await stage.press("ctrl+q")
        await stage.until("typed, and lost: Image, Environment")
        await stage.press("n")
        assert rows(stage)["env"].entry.value == "A=1"
        assert not exits
        await stage.press("ctrl+q", "y")
        await stage.until(lambda: exits)


async def test_program_error_reopens_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise KeyError("unforeseen")

    monkeypatch.setattr(client_defaults, "with_proxies", broken)
    async with opened(fails=True) as stage:
        await order(stage, "container.run")
        await fill_in(stage, {"image": "busybox", "name": "fresh"})
        await stage.press("ctrl+s")
        await stage.until(lambda: form(stage).query_one(".problem").display)
        assert "an error in the program" in stage.text
        assert rows(stage)["name"].entry.value == "fresh"
        assert not form(stage).query_one("Fields").disabled
        assert [type(error) for error in stage.app.crashes.errors] == [KeyError]


async def test_waiting_form_takes_no_keys_and_can_continue_in_the_background() -> None:
    async with opened() as stage:
        await send_unanswered(stage)
        await stage.press("x", "ctrl+s", "enter")
        assert rows(stage)["name"].entry.value == "fresh"
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)
        stage.engine.faults.clear()
        await stage.until(lambda: stage.main.runner.jobs.newest_first[0].state is State.DONE)
        assert len(stage.main.runner.jobs.newest_first) == 1


async def test_form_reopened_from_jobs_lacks_its_password() -> None:
    async with opened() as stage:
        await order(stage, "registry.login")
        await fill_in(stage, {"registry": "quay.io", "user": "ann", "password": "sesame"})
        stage.engine.faults.hang("POST /auth")
        await stage.press("ctrl+s")
        await stage.until("asking the Engine")
        await stage.press("escape")
        stage.engine.faults.fail("POST /auth", status=401, message="unauthorized: incorrect username or password")
        stage.main.runner.jobs.cancel(stage.main.runner.jobs.newest_first[0])
        await stage.until(lambda: not stage.main.runner.jobs.running)
        stage.engine.faults.clear()
        assert "sesame" not in repr(stage.main.runner.jobs.newest_first)
        await stage.press("J")
        assert isinstance(stage.app.screen, JobsScreen)
        await stage.until("the form again")
        await stage.press("e")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        assert {id: row.entry.value for id, row in rows(stage).items()} == {
            "registry": "quay.io", "user": "ann", "password": "",
        }  # fmt: skip


# the terminal's form


async def test_command_that_fails_to_start_reopens_its_form() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-web-2")
        await stage.press("X")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await fill_in(stage, {"command": "nope -x", "user": "1000", "env": "A=1"})
        await stage.press("enter")
        await refused(stage, "command", "not found")
        assert rows(stage)["user"].entry.value == "1000"
        assert "ctrl+] r" not in stage.text, "there is no terminal that would hear it"
        await stage.press("up", "down")
        await fill_in(stage, {"command": "sh"})
        await stage.press("enter")
        await stage.until(lambda: stage.main.terminals.have_focus)
        assert len(stage.main.terminals.pane.sessions) == 1  # type: ignore[union-attr]


async def test_background_command_takes_no_keys() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-web-2")
        await stage.press("X")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await fill_in(stage, {"command": "sh"})
        stage.engine.faults.hang("POST /exec/[^/]+/start")
        await stage.press("enter")
        await stage.until("to the background")
        await stage.press("escape")
        stage.engine.faults.clear()
        await stage.until("1 terminal")
        await stage.until(lambda: not [one for one in stage.main.workers if one.group == "commands"])
        assert not stage.main.terminals.have_focus
        await stage.press("t")
        await stage.until("root@")


async def test_repeated_key_opens_one_form() -> None:
    async with opened() as stage:
        await stage.goto("shop-web-1")
        stage.engine.faults.hang("GET /containers/[^/]+/json")
        await stage.main.runner.action_run_command("container.recreate")
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until("the Engine is being asked already")
        stage.engine.faults.clear()
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
        await stage.settle()
        assert isinstance(stage.app.screen, MainScreen)
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))


# styles


async def test_no_form_is_painted_before_its_styles(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read after the first paint: on a slow machine the first key comes before that."""
    monkeypatch.setattr(DockerTUI, "_follow", lambda self: None)
    app = program(host, Clock())
    app.preflight.join()
    async with app.run_test(size=NARROW) as pilot:
        while not any(isinstance(screen, MainScreen) and screen.is_mounted for screen in app.screen_stack):
            await pilot.pause(0.01)
        assert not app._styles_read
        await pilot.press("c")
        while not isinstance(app.screen, FormScreen):
            await pilot.pause(0.01)
        heights = {str(entry.styles.height) for entry in app.screen.query(Input)}
        assert heights == {"1"}
        app.exit()

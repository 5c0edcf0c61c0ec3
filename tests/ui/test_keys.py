"""No key hits by accident: commands act from the lists, ways back never quit, and one question has Enter on no."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

import dockertui
from dockertui.app import DockerTUI
from dockertui.config import Settings
from dockertui.engine.models import Event
from dockertui.screens.base import confirm
from dockertui.screens.base.confirm import Answer, Answered, ConfirmScreen, Question, affected, ask
from dockertui.screens.base.form import FormScreen
from dockertui.screens.base.menu import Menu
from dockertui.screens.events.tab import EventsTab
from dockertui.screens.main.screen import MainScreen
from dockertui.screens.main.tab_list import TABS
from dockertui.screens.program.connection import ConnectionScreen
from dockertui.screens.program.help import HelpScreen
from dockertui.widgets.screen import BaseScreen, Dialog, Layer
from tests.demo import DemoEngine
from tests.ui.changes import remove
from tests.ui.stage import NARROW, WIDE, Clock, Stage, opened, program

pytestmark = pytest.mark.usefixtures("frozen")
HARMFUL = ("s", "r", "p", "d", "ctrl+k")
LAYERS = {
    "events": ("e",),
    "an event": ("e", "enter"),
    "overview": ("S",),
    "lens": ("~",),
    "jobs": ("J",),
    "help": ("question_mark",),
    "a file": ("F", "enter"),
    "a line": ("l", "enter"),
}
"""Screens over the main one, and the keys that lead there from a container."""


def changing(stage: Stage) -> list[str]:
    """What the program asked of the Engine that is not a question."""
    return [f"{request.method} {request.path}" for request in stage.app.trace if request.method not in ("GET", "HEAD")]


@asynccontextmanager
async def held(size: tuple[int, int], host: DemoEngine) -> AsyncIterator[tuple[Stage, list[object]]]:
    """The program, and how often it was to end."""
    async with opened(size, engine=host, settings=Settings(files_exec=False)) as stage:
        exits: list[object] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stage.app, "exit", lambda *args: exits.append(args))
            yield stage, exits


def is_main(stage: Stage) -> bool:
    """Whether nothing lies over the main screen."""
    return stage.app.screen is stage.main


async def open_tab(stage: Stage, id: str, name: str = "shop-web-1") -> None:
    await stage.goto(name)
    stage.main.browsing.action_open_tab(id)
    await stage.settle()
    assert stage.main.detail.kind.id == id
    assert stage.main.detail.has_keys


# commands' keys


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_command_keys_do_nothing_in_a_tab(size: tuple[int, int], host: DemoEngine) -> None:
    async with held(size, host) as (stage, exits):
        for kind in TABS:
            # A tab's own keys: to download, to upload, to signal a process, each with a form; to hide probes.
            own = {"files": {"d", "p"}, "processes": {"ctrl+k"}, "events": {"p"}}.get(kind.id, set())
            await open_tab(stage, kind.id, "shop-web-1" if kind.id != "why" else "shop-report-1")
            for key in HARMFUL:
                if key not in own:
                    stage.main.say("")
                    await stage.press(key)
                    assert isinstance(stage.app.screen, MainScreen), (kind.id, key)
                    assert stage.main.detail.has_keys
                    assert "not from here" in stage.text, (kind.id, key)
        assert not changing(stage)
        assert not exits


async def open_layer(stage: Stage, name: str) -> Screen[Any]:
    """Open a screen over the main one; the screen under it."""
    await stage.goto("shop-web-1")
    first, *further = LAYERS[name]
    await stage.press(first)
    if name == "a file":
        files = stage.tab("files")
        await stage.until(lambda: files.shown and not files.is_busy)
        assert files.move_to(next(key for key in files.shown if files.objects[key].is_file))
    elif name == "a line":
        await stage.until(lambda: len(stage.tab("logs").store))
    elif name == "an event":
        # until the stream is live again there is a notice at the end, under the cursor
        await stage.until(lambda: isinstance(events := stage.app.focused, EventsTab) and events.list.live)
        await stage.until(lambda: isinstance(getattr(stage.app.focused, "cursor_item", None), Event))
    under: Screen[Any] = stage.app.screen if further else stage.main
    await stage.press(*further)
    await stage.until(lambda: isinstance(stage.app.screen, Layer) and stage.app.screen is not under)
    return under


async def test_command_keys_do_nothing_on_another_screen(host: DemoEngine) -> None:
    async with held(NARROW, host) as (stage, exits):
        for layer in LAYERS:
            await open_layer(stage, layer)
            top = stage.app.screen
            await stage.press("s", "r", "ctrl+k")
            assert stage.app.screen is top, layer
            await stage.press(*["escape"] * 4)
            assert stage.main.focused is stage.main.pane.table
        assert not changing(stage)
        assert not exits


async def test_the_menu_of_a_detail_is_for_what_it_shows_whatever_is_marked() -> None:
    async with opened() as stage:
        for name in ("devbox", "registry"):
            await stage.goto(name)
            await stage.press("space")
        await open_tab(stage, "logs", "net-debug")
        await stage.press("full_stop")
        assert "net-debug" in stage.line("type to filter")
        await stage.press("enter")
        assert "Stop net-debug?" in stage.text
        await stage.press("y")
        await stage.until("net-debug stopped")
        assert [path for path in changing(stage) if "/stop" in path] == changing(stage)
        assert len(changing(stage)) == 1


async def test_detail_menu_of_a_removed_object_offers_nothing_for_another() -> None:
    async with opened() as stage:
        await open_tab(stage, "detail", "net-debug")
        remove(stage, "net-debug")
        await stage.until("is gone")
        await stage.press("full_stop")
        assert "nothing is selected" in stage.line("Stop")
        await stage.press("enter")
        assert isinstance(stage.app.screen, Menu)


# ways back


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("key", ["q", "escape"])
async def test_one_key_goes_from_every_tab_to_the_list(
    key: str, size: tuple[int, int], zoomed: bool, host: DemoEngine
) -> None:
    async with held(size, host) as (stage, exits):
        if zoomed:
            await stage.press("z")
        for kind in TABS:
            await open_tab(stage, kind.id, "shop-web-1" if kind.id != "why" else "shop-report-1")
            if kind.id == "files":  # escape ends reading first
                await stage.until(lambda: not stage.tab("files").is_busy)
            await stage.press(key)
            assert is_main(stage)
            assert stage.main.focused is stage.main.pane.table, kind.id
            assert stage.main.arrangement.zoomed is zoomed
        assert not exits
        if zoomed:
            await stage.press(key)
            assert not stage.main.arrangement.zoomed
            assert not exits
        await stage.press(key)
        assert len(exits) == (key == "q")


async def test_escape_ends_search_or_filter_first_and_q_does_not(host: DemoEngine) -> None:
    async with held(NARROW, host) as (stage, exits):
        for id in ("detail", "logs", "processes", "inspect", "events", "files"):
            for key, after in (("escape", True), ("q", False)):
                await open_tab(stage, id)
                if id == "files":
                    await stage.until(lambda: not stage.tab("files").is_busy)
                await stage.press("slash", "s", "enter", key)
                assert stage.main.detail.has_keys is after, (id, key)
                if after:
                    await stage.press("escape")
                assert stage.main.focused is stage.main.pane.table
        assert not exits


@pytest.mark.parametrize("id", ["logs", "events"])
async def test_escape_ends_a_selection_first(id: str, host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await open_tab(stage, id)
        view = stage.tab(id)
        await stage.until(lambda: view.cursor_entry if id == "logs" else view.cursor_item)
        await stage.press("space")
        assert view._anchor is not None
        await stage.press("escape")
        assert view._anchor is None
        assert stage.main.detail.has_keys
        await stage.press("escape")
        assert not stage.main.detail.has_keys


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_one_key_leads_back_from_another_screen(key: str, host: DemoEngine) -> None:
    async with held(NARROW, host) as (stage, exits):
        for layer in LAYERS:
            under = await open_layer(stage, layer)
            await stage.press(key)
            assert stage.app.screen is under, layer
            await stage.press(*["escape"] * 3)
            assert stage.main.focused is stage.main.pane.table
        assert not exits


async def test_q_quits_in_a_list_and_asks_while_something_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as stage:
        exits: list[object] = []
        monkeypatch.setattr(stage.app, "exit", lambda *args: exits.append(args))
        await stage.goto("net-debug")
        await stage.main.runner.action_run_command("container.wait")
        await stage.until("1 job: J")
        await stage.press("x")
        await stage.until("root@")
        await stage.press("ctrl+right_square_bracket", "d", "q")
        assert "Quit?" in stage.text
        assert "waiting" in stage.line("net-debug waiting")
        assert "will be closed" in stage.text
        await stage.press("enter")
        assert is_main(stage)
        assert not exits
        for key in ("ctrl+c", "ctrl+q"):
            for layer in ("question_mark", "J", "e"):
                await stage.press(layer, key)
                assert isinstance(stage.app.screen, ConfirmScreen), (layer, key)
                await stage.press("ctrl+q")
                assert [type(screen) for screen in stage.app.screen_stack].count(ConfirmScreen) == 1
                await stage.press("n", "q")
                assert is_main(stage)
        assert not exits
        await stage.press("q", "y")
        await stage.until(lambda: exits)
        assert not stage.main.terminals.pane.sessions  # type: ignore[union-attr]
        stage.main.runner.jobs.cancel(stage.main.runner.jobs.running[0])
        await stage.main.runner.jobs.settled()


async def test_quitting_asks_while_a_file_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as stage:
        await open_tab(stage, "logs")
        stage.engine.faults.hang("GET /containers/[^/]+/logs")
        await stage.press("ctrl+s")
        await stage.type("whole")
        await stage.press("enter")
        await stage.type("web.log")
        await stage.press("enter", "ctrl+q")
        await stage.until("saving to web.log")
        await stage.press("n")
        stage.engine.faults.clear()
        await stage.until(lambda: (tmp_path / "web.log").exists())


# screens that are closed already


def screens() -> set[type[Screen[Any]]]:
    """All screens of the program."""
    for module in pkgutil.walk_packages(dockertui.__path__, "dockertui."):
        if module.name != "dockertui.__main__":
            importlib.import_module(module.name)

    def below(kind: type[Screen[Any]]) -> set[type[Screen[Any]]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    return {kind for kind in below(Screen) if kind.__module__.startswith("dockertui.")}


def test_every_second_screen_is_a_layer_closed_once() -> None:
    bottom = {BaseScreen, MainScreen, ConnectionScreen}
    assert not {kind for kind in screens() - bottom if not issubclass(kind, Layer)}
    assert {HelpScreen, ConfirmScreen, FormScreen, Menu, Dialog} <= screens()


async def test_closing_twice_closes_one_screen(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await stage.press("e", "question_mark")
        under, top = stage.app.screen_stack[-2:]
        under.dismiss(None)
        await stage.settle()
        assert stage.app.screen is top, "one that is covered stays"
        top.dismiss(None)
        top.dismiss(None)
        await stage.settle()
        assert stage.app.screen_stack[-1] is under
        under.dismiss(None)
        under.dismiss(None)
        await stage.settle()
        assert is_main(stage)


@pytest.mark.parametrize("first", ["e", "question_mark", "S", "X", "i"])
async def test_late_and_early_keys_close_no_other_screen(
    first: str, host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed before the first paint, and faster than anything opens."""
    keys = [first, *["escape"] * 6, "e", "enter", *["escape"] * 3, "e", *["escape"] * 3]

    def typed(app: DockerTUI) -> None:
        for key in keys:
            app.post_message(events.Key(key, None))

    monkeypatch.setattr(DockerTUI, "on_load", typed, raising=False)
    app = program(host, clock := Clock())
    async with app.run_test(size=NARROW) as pilot:
        stage = Stage(app, pilot, host, clock)
        await stage.until_open()
        await stage.until(lambda: app._message_queue.empty())
        await stage.burst(*keys)
        await stage.until(lambda: app.screen is stage.main)


# the question


def question(**options: Any) -> Question:
    told = affected({"web-1": ["goes away"]})
    return Question("Remove web-1?", [Answer("y", "remove")], lambda *_: [told], **options)


async def test_double_click_does_not_answer_the_question_it_opens(
    host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(engine=host) as stage:
        answers: list[Answered] = []
        for quiet in (3600.0, 0.0):
            monkeypatch.setattr(confirm, "QUIET", quiet)
            await ask(stage.app, question(), answers.append)
            line = stage.line("y remove")
            await stage.pilot.click(offset=(line.index("y remove") + 1, stage.lines.index(line)))
            await stage.settle()
            assert is_main(stage) == bool(answers) == (not quiet)
            await stage.press("escape")


async def test_a_sudden_question_takes_no_key_that_was_meant_for_something_else(
    host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm, "QUIET", 3600.0)
    async with opened(engine=host) as stage:
        answers: list[Answered] = []
        await ask(stage.app, question(sudden=True), answers.append)
        await stage.press("y", "enter", "escape", "y", "q")
        assert isinstance(stage.app.screen, ConfirmScreen)
        monkeypatch.setattr(confirm, "QUIET", 0.0)
        await stage.press("y")
        assert is_main(stage)
        assert [answer.key for answer in answers] == ["y"]


async def test_expected_question_takes_its_answer_at_once(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "QUIET", 3600.0)
    async with opened(engine=host) as stage:
        answers: list[Answered] = []
        await ask(stage.app, question(), answers.append)
        await stage.burst("y")
        assert [answer.key for answer in answers] == ["y"]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_question_about_many_fits_and_keeps_its_answers(size: tuple[int, int], host: DemoEngine) -> None:
    told = affected([(f"container-{number}", ["it is running: killed first"]) for number in range(40)])
    lines = lambda *_: [told._replace(title="Equivalent commands")]  # noqa: E731
    async with opened(size, engine=host) as stage:
        await ask(stage.app, Question("Remove?", [Answer("y", "remove")], lambda *_: [told], lines), print)
        await stage.settle()
        assert "and 28 more" in stage.text
        for _ in range(2):
            assert "y remove  enter esc cancel" in stage.text
            assert "Remove?" in stage.text
            stage.check_frame()
            await stage.press("c")


async def test_keys_after_a_form_or_menu_go_to_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not for the list behind: `y` would copy there, `d` remove, `q` quit."""
    async with opened() as stage:
        exits: list[object] = []
        monkeypatch.setattr(stage.app, "exit", lambda *args: exits.append(args))
        for opening in (["ctrl+k"], ["full_stop", *"kill"]):
            for key in ("d", "q", "b"):
                await stage.goto("net-debug")
                await stage.burst(*opening, "enter", *(["enter"] if len(opening) > 1 else []), key)
                await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen | FormScreen) or is_main(stage))
                assert not isinstance(stage.app.screen, Menu)
                await stage.press(*["escape"] * 3)
                assert is_main(stage)
                assert stage.main.focused is stage.main.pane.table
        assert not changing(stage)
        await stage.press("ctrl+k", "enter")
        await stage.until("Kill net-debug?")
        await stage.press("y")
        await stage.until("net-debug signalled")
        assert not exits


async def test_keys_held_down_stay_in_the_question(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await stage.goto("net-debug")
        row = stage.main.pane.table.cursor_row
        for key in ("s", "r", "p", "d"):
            await stage.burst(*[key] * 30, "j", "2", "c", "c")
            assert isinstance(stage.app.screen, ConfirmScreen), key
            await stage.burst(*["enter"] * 1)
            assert is_main(stage)
        assert stage.main.pane.table.cursor_row == row
        assert not changing(stage)


# the terminal's questions


async def opened_shell(stage: Stage, name: str = "shop-web-2") -> None:
    await stage.goto(name)
    await stage.press("x")
    await stage.until("root@")


async def test_enter_keeps_a_session_and_its_key_closes_it(host: DemoEngine) -> None:
    async with opened(engine=host) as stage:
        await opened_shell(stage)
        terminals = stage.main.terminals.pane
        assert terminals is not None
        for key in ("enter", "escape", "n"):
            await stage.press("ctrl+right_square_bracket", "x")
            assert "it is asked to end" in stage.text
            await stage.press(key)
            assert terminals.live
        await stage.press("ctrl+right_square_bracket", "x", "y")
        await stage.until(lambda: not terminals.sessions)


async def test_enter_pastes_nothing_and_writes_no_clipboard(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "QUIET", 0.0)
    async with opened(engine=host) as stage:
        await opened_shell(stage)
        terminals = stage.main.terminals.pane
        assert terminals is not None
        session = terminals.live[0]
        for key, shown in (("enter", False), ("y", True)):
            session.emulator.feed(b"\x1b[?2004l")
            terminals.view.offer_paste("echo on''e\necho tw''o\n")
            await stage.until("Paste 2 lines?")
            assert "echo tw''o" in stage.text
            await stage.press(key)
            if shown:
                await stage.until("two")
            else:
                assert "two" not in stage.text.splitlines()
        for key in ("enter", "y"):
            terminals._allowed.clear()
            terminals.view.post_message(terminals.view.ClipboardAsked(terminals.view, "evil"))
            await stage.until("write your clipboard?")
            await stage.press(key)
            assert stage.app.clipboard == ("evil" if key == "y" else "")


# the menu of what is marked


def labels(menu: Menu) -> Sequence[tuple[str, bool]]:
    return [(item.label, item.heading) for item in menu._list._shown]


@pytest.mark.parametrize("marks", [0, 4])
async def test_the_bulk_menu_begins_with_what_can_be_done_and_never_with_a_prune(marks: int, host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        for kind in ("1", "2", "3", "4"):
            await stage.press(kind, *["space"] * marks, "b")
            menu = stage.app.screen
            assert isinstance(menu, Menu)
            under_cursor = menu._list._shown[menu._list.cursor_row]
            assert not under_cursor.heading
            assert "unused" not in under_cursor.label
            assert under_cursor.label in ("Stop", "Remove") if marks else True
            shown = labels(menu)
            prune = next(row for row, (label, heading) in enumerate(shown) if heading and label.startswith("Prune"))
            assert all(label.startswith("Remove") for label, _ in shown[prune + 1 :])
            assert not [label for label, heading in shown[:prune] if "unused" in label or "all stopped" in label]
            stage.check_frame()
            await stage.press("escape")


async def test_headings_are_passed_by_and_go_when_one_types(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.press("b")
        menu = stage.app.screen
        assert isinstance(menu, Menu)
        seen = []
        for _ in range(menu._list.line_count):
            seen.append(menu._list._shown[menu._list.cursor_row])
            await stage.press("j")
        assert not [item for item in seen if item.heading]
        assert {item.id for item in seen} == {item.id for item in menu._list._shown if not item.heading}
        await stage.press("home")
        assert menu._list.cursor_row == 1
        await stage.type("remove")
        assert not [label for label, heading in labels(menu) if heading]


async def test_pager_without_a_terminal_is_reported(host: DemoEngine) -> None:
    """Here there is none: asking for it ended the program."""
    async with opened(WIDE, engine=host) as stage:
        await open_tab(stage, "logs")
        await stage.until(lambda: len(stage.tab("logs").store))
        await stage.press("vertical_line")
        await stage.until("cannot be handed to a pager")

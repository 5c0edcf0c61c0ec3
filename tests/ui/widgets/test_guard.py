"""Whatever fails in a widget is that widget's alone: it says so, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Label

from dockertui.crash_log import LOGGER, CrashLog
from dockertui.widgets.guard import Guarded, shown_in
from dockertui.widgets.screen import Layer
from dockertui.widgets.timer import once
from tests.ui.frames import frame


class Broken(Exception):
    """What fails in these tests."""


class Sour(Widget):
    """Fails where it is told to."""

    can_focus = True
    DEFAULT_CSS = "Sour { height: 3; }"

    class Asked(Message):
        """Something that is dealt with badly."""

    def __init__(self, *lines: int) -> None:
        super().__init__()
        self.failing = set(lines)
        self.heard = 0

    def render_line(self, y: int) -> Strip:
        if y in self.failing:
            raise Broken(f"line {y}")
        return Strip.blank(self.size.width)

    def on_sour_asked(self) -> None:
        self.heard += 1
        raise Broken("a message")

    def on_mount(self) -> None:
        if "mount" in self.classes:
            raise Broken("a mount")

    def compose(self) -> ComposeResult:
        if "compose" in self.classes:
            raise Broken("a compose")
        yield from ()

    async def work(self) -> None:
        raise Broken("a worker")


class Host(Guarded[None]):
    """Two widgets; one of them is sour."""

    BINDINGS: ClassVar[list[BindingType]] = [("x", "fail", ""), ("y", "well", "")]

    def __init__(self, sour: Sour | None = None) -> None:
        super().__init__()
        self.sour = sour or Sour()
        self.well = 0

    def compose(self) -> ComposeResult:
        yield self.sour
        yield Label("neighbour")

    def action_fail(self) -> None:
        raise Broken("an action")

    def action_well(self) -> None:
        self.well += 1


@pytest.fixture
def crashes() -> Iterator[CrashLog]:
    log = CrashLog()
    LOGGER.addHandler(log)
    yield log
    LOGGER.removeHandler(log)


def says(crashes: CrashLog) -> list[str]:
    return [str(error) for error in crashes.errors]


@pytest.mark.parametrize("lines", [{0}, {1}, {0, 1, 2}])
async def test_a_line_that_cannot_be_painted_says_so_and_is_painted_when_it_can(
    lines: set[int], crashes: CrashLog
) -> None:
    app = Host(Sour(*lines))
    async with app.run_test(size=(60, 6)) as pilot:
        first = min(lines)
        assert frame(app)[first].startswith(f"this cannot be shown: Broken: line {first}")
        assert frame(app)[3] == "neighbour"
        assert sum("cannot be shown" in line for line in frame(app)) == 1
        app.sour.failing.clear()
        app.sour.refresh()
        await pilot.pause()
        assert "cannot be shown" not in "\n".join(frame(app))
    assert set(says(crashes)) == {f"line {y}" for y in lines}


async def test_a_whole_widget_that_cannot_be_painted_says_so(
    crashes: CrashLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise Broken("everything")

    monkeypatch.setattr(Sour, "render_lines", fail)
    app = Host()
    async with app.run_test(size=(60, 6)):
        assert frame(app)[0].startswith("this cannot be shown: Broken: everything")
        assert frame(app)[3] == "neighbour"


async def test_a_message_that_cannot_be_dealt_with_is_not_the_last(crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test() as pilot:
        for _ in range(3):
            app.sour.post_message(Sour.Asked())
        await pilot.pause()
        assert app.sour.heard == 3
        assert says(crashes) == ["a message"] * 3
        await pilot.press("x", "y")
        assert app.well == 1
        assert says(crashes)[-1] == "an action"
    assert app.return_code in (0, None)


@pytest.mark.parametrize("where", ["mount", "compose"])
async def test_a_widget_that_cannot_be_made_takes_no_other_with_it(where: str, crashes: CrashLog) -> None:
    sour = Sour()
    sour.add_class(where)
    app = Host(sour)
    async with app.run_test() as pilot:
        await pilot.press("y")
        assert app.well == 1
        assert "neighbour" in frame(app)
        assert says(crashes) == [f"a {where}"]


@pytest.mark.parametrize("quiet", [True, False])
async def test_a_worker_does_not_fail_in_silence(quiet: bool, crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.sour.run_worker(app.sour.work(), exit_on_error=not quiet)
        await pilot.pause()
        assert says(crashes) == ["a worker"]
        await pilot.press("y")
        assert app.well == 1


async def test_a_timer_that_fails_takes_no_other_with_it(crashes: CrashLog) -> None:
    app = Host()
    rang: list[int] = []
    async with app.run_test() as pilot:
        once(app.sour, 0, app.action_fail)
        once(app.sour, 0, lambda: rang.append(1))
        app.set_timer(0.001, app.action_fail)
        app.sour.call_later(app.action_fail)
        app.sour.call_later(lambda: rang.append(2))
        await pilot.pause(0.05)
        assert sorted(rang) == [1, 2]
        assert says(crashes) == ["an action"] * 3


class SourScreen(Screen[None]):
    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def compose(self) -> ComposeResult:
        if self.where == "compose":
            raise Broken("a compose")
        yield Label("second")

    def on_mount(self) -> None:
        if self.where == "mount":
            raise Broken("a mount")


@pytest.mark.parametrize("where", ["compose", "mount"])
async def test_a_second_screen_that_cannot_be_made_is_left(where: str, crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(SourScreen(where))
        await pilot.pause()
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert says(crashes) == [f"a {where}"]
        await pilot.press("y")
        assert app.well == 1


class Second(Layer[str]):
    BINDINGS: ClassVar[list[BindingType]] = [("q", "dismiss('left')", "")]


async def test_a_screen_is_left_once_however_often_it_is_asked(crashes: CrashLog) -> None:
    app = Host()
    results: list[str | None] = []
    async with app.run_test() as pilot:
        screen = Second()
        await app.push_screen(screen, results.append)
        for _ in range(3):
            screen.dismiss("left")
        app.pop_screen()
        await pilot.pause()
        assert results == ["left"]
        assert len(app.screen_stack) == 1
        screen.dismiss("late")
        await pilot.press("y")
        assert app.well == 1
    assert not crashes.errors


async def test_a_screen_below_another_does_not_take_that_one_away(crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test() as pilot:
        below, above = Second(), Second()
        await app.push_screen(below)
        await app.push_screen(above)
        below.dismiss("late")
        await pilot.pause()
        assert app.screen is above
        await pilot.press("q", "q", "q")
        assert len(app.screen_stack) == 1
    assert not crashes.errors


async def test_what_cannot_be_filled_says_so_until_it_can(crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        with shown_in(app.sour):
            raise Broken("a reply")
        await pilot.pause()
        assert frame(app)[0].startswith("this cannot be shown: Broken: a reply")
        with shown_in(app.sour):
            pass
        await pilot.pause()
        assert frame(app)[0] == ""
    assert says(crashes) == ["a reply"]


class Stillborn(Host):
    def on_mount(self) -> None:
        raise Broken("the beginning")


async def test_a_program_that_cannot_begin_ends(crashes: CrashLog) -> None:
    app = Stillborn()
    await app.run_async(headless=True)
    assert isinstance(app._exception, Broken)
    assert app.return_code == 1


async def test_hostile_words_of_an_error_are_made_safe(crashes: CrashLog) -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        with shown_in(app.sour):
            raise Broken("\x1b[2J\u202eevil\n" + "x" * 5000)
        await pilot.pause()
        assert frame(app)[0].startswith("this cannot be shown: Broken: ␛[2J<U+202E>evil")
        assert len(frame(app)[0]) == 60


def test_textual_has_what_the_guard_takes_hold_of() -> None:
    for name in ("render_line", "render_lines", "_dispatch_message"):
        assert hasattr(Widget, name)
    for name in ("_handle_exception", "_register_child", "_dispatch_message", "run_worker"):
        assert hasattr(App, name)

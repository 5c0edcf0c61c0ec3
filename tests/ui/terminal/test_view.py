"""The widget of a terminal: what it paints, how often, and what mouse and keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult

from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue
from dockertui.terminal import view as view_module
from dockertui.terminal.policy import State
from dockertui.terminal.session import TerminalSession
from dockertui.terminal.view import TerminalView
from tests.ui.frames import frame, painted, style_at
from tests.unit.terminal.terminal_process import FakeProcess


class Shown(App[None]):
    """One terminal, and what it tells."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TerminalView(self.lead, reading=Catalogue().actions(Context.READING))
        self.process = FakeProcess()
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.view

    async def on_mount(self) -> None:
        self.session = TerminalSession(1, self.process, WindowSize(40, 10))
        self.view.show(self.session)
        self.session.start()
        self.view.focus()

    async def on_unmount(self) -> None:
        await self.session.close()

    async def lead(self, key: str) -> None:
        self.told.append(("led", key))

    def on_terminal_view_copied(self, event: TerminalView.Copied) -> None:
        self.told.append(("copied", event.text))

    def on_terminal_view_paste_doubted(self, event: TerminalView.PasteDoubted) -> None:
        self.told.append(("doubted", event.text))

    def on_terminal_view_interrupt_asked(self, event: TerminalView.InterruptAsked) -> None:
        self.told.append(("interrupt", ""))


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 (what is waited for is many things)
            await asyncio.sleep(0.005)


SIZE = (40, 10)


async def test_output_is_painted_in_its_colours() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.process.says("plain \x1b[1;38;2;255;0;0mred\x1b[0m\r\n你好 👍")
        await until(lambda: "red" in frame(app)[0])
        await pilot.pause()
        assert frame(app)[:2] == ["plain red", "你好 👍"]
        style = style_at(app, 6, 0)
        assert style.bold
        assert style.color is not None
        assert style.color.triplet == (255, 0, 0)


async def test_only_changed_lines_are_painted() -> None:
    app = Shown()
    async with app.run_test(size=SIZE):
        app.process.says("one\r\ntwo\r\nthree\r\n")
        await until(lambda: "three" in frame(app)[2])
        await asyncio.sleep(0.1)
        regions = painted(app.view)
        app.process.says("\x1b[2;1HTWO")
        await until(lambda: "TWO" in frame(app)[1])
        assert {(region.y, region.height) for region in regions} <= {(1, 1), (3, 1)}


async def test_a_flood_is_painted_at_most_thirty_times_a_second() -> None:
    app = Shown()
    async with app.run_test(size=SIZE):
        await until(lambda: app.session.state is State.RUNNING)
        paints = 0
        take = app.view._take_changes

        def count(session: TerminalSession) -> None:
            nonlocal paints
            paints += 1
            take(session)

        app.view._take_changes = count  # type: ignore[method-assign]
        loop = asyncio.get_running_loop()
        began = loop.time()
        while loop.time() - began < 0.5:
            app.process.says("y\r\n" * 100)
            await asyncio.sleep(0.002)
        assert 1 <= paints <= 30 * (loop.time() - began) + 2


async def test_mode_2026_holds_painting_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "HOLD_MOST", 0.3)
    app = Shown()
    async with app.run_test(size=SIZE):
        app.process.says("\x1b[?2026hhalf of a frame")
        await asyncio.sleep(0.15)
        assert "half" not in frame(app)[0]
        await until(lambda: "half" in frame(app)[0])


async def test_every_key_goes_to_the_container_but_the_leader() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: app.session.state is State.RUNNING)
        await pilot.press("q", "tab", "escape", "ctrl+c", "f1", "up", "enter")
        await until(lambda: app.process.read == b"q\t\x1b\x03\x1bOP\x1b[A\r")
        await pilot.press("ctrl+right_square_bracket", "d")
        await pilot.press("ctrl+right_square_bracket", "ctrl+right_square_bracket")
        await until(lambda: app.process.read.endswith(b"\x1d"))
        assert app.told == [("led", ""), ("led", "d"), ("led", ""), ("led", "")]


async def test_the_size_of_the_widget_is_that_of_the_terminal() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.resize_terminal(60, 20)
        await until(lambda: app.process.sizes and app.process.sizes[-1] == (60, 20))


async def test_the_mouse_selects_and_copies() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.process.says("hello world")
        await until(lambda: "world" in frame(app)[0])
        await pilot.mouse_down(app.view, offset=(6, 0))
        await pilot.hover(app.view, offset=(10, 0))
        await pilot.mouse_up(app.view, offset=(10, 0))
        await until(lambda: ("copied", "world") in app.told)


async def test_the_mouse_belongs_to_a_container_that_asks_for_it() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.process.says("\x1b[?1002h\x1b[?1006hready")
        await until(lambda: "ready" in frame(app)[0])
        await pilot.mouse_down(app.view, offset=(2, 3))
        await pilot.hover(app.view, offset=(4, 3))
        await pilot.mouse_up(app.view, offset=(4, 3))
        await until(lambda: app.process.read == b"\x1b[<0;3;4M\x1b[<32;5;4M\x1b[<0;5;4m")


async def test_reading_back_searching_and_copying_by_keys() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.process.says("".join(f"line {number}\r\n" for number in range(100)))
        await until(lambda: "line 99" in "\n".join(frame(app)))
        app.view.history.look_for("line 42")
        await pilot.pause()
        assert any("line 42" in line for line in frame(app))
        await pilot.press("V", "y")
        await until(lambda: ("copied", "line 42") in app.told)
        await pilot.pause()
        assert "line 99" in "\n".join(frame(app))
        assert not app.view.history.open


async def test_what_is_read_stays_while_output_comes() -> None:
    app = Shown()
    async with app.run_test(size=SIZE) as pilot:
        app.process.says("".join(f"line {number}\r\n" for number in range(100)))
        await until(lambda: "line 99" in "\n".join(frame(app)))
        app.view.history.enter()
        await pilot.press("g")
        await pilot.pause()
        assert frame(app)[0] == "line 0"
        app.process.says("more\r\n" * 50)
        await until(lambda: app.session.emulator.total > 140)
        await pilot.pause()
        assert frame(app)[0] == "line 0"


async def test_pastes_of_several_lines_are_doubted_where_they_would_run() -> None:
    app = Shown()
    async with app.run_test(size=SIZE):
        await until(lambda: app.session.state is State.RUNNING)
        app.view.offer_paste("a\nb")
        await until(lambda: app.told == [("doubted", "a\nb")])
        app.process.says("\x1b[?2004hok")
        await until(lambda: app.session.emulator.mode(2004))
        app.view.offer_paste("a\nb")
        await until(lambda: app.process.read == b"\x1b[200~a\nb\x1b[201~")


async def test_ctrl_c_without_a_terminal_asks() -> None:
    app = Shown()
    app.process.tty = False
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: app.session.state is State.RUNNING)
        await pilot.press("ctrl+c")
        await until(lambda: app.told == [("interrupt", "")])
        assert app.process.read == b""


async def test_the_text_stays_when_the_session_has_ended() -> None:
    app = Shown()
    async with app.run_test(size=SIZE):
        app.process.says("kept")
        app.process.ends(Outcome(False, 3))
        await until(lambda: not app.session.live)
        await until(lambda: frame(app)[0] == "kept")

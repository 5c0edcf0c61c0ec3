"""A whole app through the cell diff: what the terminal shows is what Textual would have painted."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Header, Input, Label, Static

from dockertui.output.diff import CellDiff, erases_in_color
from dockertui.output.flow import FlowState
from tests.output_terminal import Terminal, driver_for, settle

SIZE = (90, 30)


class Question(ModalScreen[None]):
    CSS = "Question { align: center middle; } #box { width: 40; height: 9; border: heavy red; }"

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Label("Remove 漢字 and its volumes?")
            yield Input(placeholder="name", select_on_focus=False)


class Cell(Widget):
    """One value that changes, painted as such."""

    value = 0

    def render(self) -> str:
        return f"value {self.value:>5} of 99999"

    def show(self, value: int) -> None:
        self.value = value
        self.refresh(Region(6, 0, 5, 1))


class Program(CellDiff[None], App[None]):
    CSS = """
    #left { width: 40; border: round gray; }
    DataTable { border: round gray; }
    DataTable:focus { border: heavy green; }
    Cell { height: 1; }
    """
    flow_enabled = False

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            with Vertical(id="left"):
                yield Static("[b]bold[/b] [reverse]reverse[/] [u]under[/u] wide 漢字漢字 end", id="static")
                yield Cell()
                yield Input(value="text", select_on_focus=False)
            yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable[Any])
        table.add_columns("NAME", "IMAGE", "STATE", "CPU")
        for row in range(60):
            name = f"名前-{row}" if row % 9 == 4 else f"container-{row}"
            table.add_row(name, f"registry/image:{row}", "running", f"{row / 3:.1f}%")


@pytest.fixture(autouse=True)
def _truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)  # no blinking between two looks


@asynccontextmanager
async def running(
    app: Callable[..., App[None]] = Program, terminal: Terminal | None = None, **settings: Any
) -> AsyncIterator[tuple[Any, Any, Pilot[None]]]:
    terminal = terminal or Terminal(*SIZE)
    program = app(driver_class=driver_for(terminal))
    program.animation_level = "none"
    for name, value in settings.items():
        setattr(program, name, value)
    async with program.run_test(headless=False, size=SIZE) as pilot:
        await settle(pilot)
        yield program, terminal, pilot


def painted_by_textual(app: App[None]) -> Terminal:
    """A fresh terminal on which the compositor's own frame is painted."""
    terminal = Terminal(*app.size)
    colors = COLOR_SYSTEMS[app.console.color_system or "truecolor"]
    visible_screen_stack.set(app._background_screens)
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        terminal.write(f"\x1b[{y + 1}H")
        for text, style, _ in strip:
            terminal.write(f"\x1b[{sgr(style, colors)}m{text}\x1b[m")
    return terminal


def sgr(style: Style | None, colors: ColorSystem) -> str:
    """The codes of a style. Rich would keep those of the first terminal that the process ever wrote to."""
    if style is None:
        return ""
    fresh = style.copy()
    fresh._ansi = None
    return fresh._make_ansi_codes(colors)


def assert_same(app: App[None], terminal: Terminal) -> None:
    wanted = painted_by_textual(app)
    for y, (shown, want) in enumerate(zip(terminal.cells(), wanted.cells(), strict=True)):
        assert shown == want, f"row {y}: {terminal.lines()[y]!r} instead of {wanted.lines()[y]!r}"


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"COLORTERM": "", "TERM": "xterm"}])
async def test_the_terminal_shows_what_textual_paints(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with running() as (app, terminal, pilot):
        assert_same(app, terminal)
        for keys in (
            ["tab"],
            ["x", "漢", "left", "backspace"],
            ["tab", "down", "down"],
            ["pagedown"],
            ["pagedown", "up"],
            ["home"],
            ["end"],
            ["ctrl+p"],
            ["t", "h"],
            ["escape"],
        ):
            await pilot.press(*keys)
            await settle(pilot)
            assert_same(app, terminal)
        assert app.diff_error is None


async def test_modal_theme_and_resize() -> None:
    async with running() as (app, terminal, pilot):
        app.push_screen(Question())
        await settle(pilot)
        assert "Remove" in "".join(terminal.lines())
        assert_same(app, terminal)
        app.theme = "textual-light"
        await settle(pilot)
        assert_same(app, terminal)
        app.pop_screen()
        await settle(pilot)
        assert_same(app, terminal)
        for size in ((120, 20), (40, 40), (40, 40), SIZE):
            terminal.resize(*size)
            await settle(pilot)
            assert app.size == size
            assert_same(app, terminal)
        assert app.diff_error is None


async def test_scrolling_the_table_row_by_row() -> None:
    async with running() as (app, terminal, pilot):
        table = app.query_one(DataTable)
        for y in (1, 2, 3, 8, 4, 30, 29, 0):
            table.scroll_to(y=y, animate=False)
            await settle(pilot)
            assert_same(app, terminal)


async def test_one_changed_cell_costs_little() -> None:
    async with running() as (app, terminal, pilot):
        cell = app.query_one(Cell)
        cell.show(1)
        await settle(pilot)
        terminal.take()
        cell.show(2)
        await settle(pilot)
        sent = terminal.take()
        assert sent.count("2") >= 1
        assert len(sent) < 40
        assert_same(app, terminal)


async def test_an_unchanged_screen_costs_nothing() -> None:
    async with running() as (app, terminal, pilot):
        terminal.take()
        app.screen.refresh()
        app.query_one(DataTable).refresh()
        await settle(pilot)
        assert terminal.take() == ""


async def test_much_less_is_sent_than_textual_sends() -> None:
    sizes = {}
    for enabled in (True, False):
        async with running(diff_enabled=enabled) as (app, terminal, pilot):
            start = len(terminal.take().encode())
            await pilot.press("tab")
            await settle(pilot)
            sizes[enabled] = (start, len(terminal.take().encode()))
            assert_same(app, terminal)
    assert sizes[True][0] < sizes[False][0] / 5
    assert sizes[True][1] < sizes[False][1] / 5


async def test_redraw_repairs_a_spoilt_screen() -> None:
    async with running() as (app, terminal, pilot):
        terminal.write("\x1b[5;10r\x1b[2J\x1b[7mgarbage\x1b[10;10Hgarbage")
        app.redraw()
        await settle(pilot)
        assert_same(app, terminal)


async def test_a_resize_back_to_the_old_size_repairs_the_screen() -> None:
    async with running() as (app, terminal, pilot):
        terminal.write("\x1b[m\x1b[2J")
        terminal.driver.send_size(*SIZE)
        await settle(pilot)
        assert_same(app, terminal)


async def test_suspending_gives_the_terminal_back_clean_and_repaints() -> None:
    async with running() as (app, terminal, pilot):
        with app.suspend():
            assert terminal.screen.cursor.attrs.fg == "default"
            assert not terminal.screen.cursor.attrs.reverse
            terminal.write("\x1b[2J\x1b[Hthe editor was here")
            terminal.take()
            app.query_one(Cell).show(5)
            terminal.resize(100, 25)
            await settle(pilot)
            assert terminal.take() == "", "an app must not write into the editor"
        await settle(pilot)
        assert "value     5" in "".join(terminal.lines())
        assert_same(app, terminal)


async def test_a_restarted_driver_repaints() -> None:
    """As after Ctrl+Z and fg: nobody tells the app but by a size event."""
    async with running() as (app, terminal, pilot):
        terminal.driver.suspend_application_mode()
        terminal.write("\x1b[2J")
        terminal.driver.resume_application_mode()
        await settle(pilot)
        assert_same(app, terminal)


async def test_it_can_be_switched_off_and_on() -> None:
    async with running() as (app, terminal, pilot):
        for enabled in (False, True):
            app.diff_enabled = enabled
            app.redraw()
            await settle(pilot)
            await pilot.press("tab", "down")
            await settle(pilot)
            assert_same(app, terminal)


async def test_what_is_painted_in_a_batch_comes_after_it() -> None:
    async with running() as (app, terminal, pilot):
        with app.batch_update():
            app.query_one(Cell).show(7)
            app.screen._compositor.update_widgets({app.query_one(Cell)})
            app.screen._compositor_refresh()
            assert "value     7" not in "".join(terminal.lines())
        await settle(pilot)
        assert "value     7" in "".join(terminal.lines())
        assert_same(app, terminal)


async def test_a_frame_that_only_a_batch_displayed_comes_after_it() -> None:
    async with running() as (app, terminal, _pilot):
        width, height = app.size
        with app.batch_update():
            app._display(app.screen, LayoutUpdate([[Strip.blank(width)]] * height, app.size.region))
            assert "Program" in terminal.lines()[0]
        await settle(_pilot)
        assert "".join(terminal.lines()).isspace()


class Broken(Program):
    """Fails in the middle of a frame, as often as told."""

    failures = 0

    def _diff_take(self, screen: Any, renderable: Any) -> None:
        super()._diff_take(screen, renderable)
        if self.failures and isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self.failures -= 1
            raise RuntimeError("the diff lost its way")


@pytest.mark.parametrize(("failures", "still_on"), [(1, True), (10, False)])
async def test_after_a_failure_the_screen_is_right(failures: int, still_on: bool) -> None:
    async with running(Broken) as (app, terminal, pilot):
        app.failures = failures
        await pilot.press("tab", "down")
        await settle(pilot)
        assert isinstance(app.diff_error, RuntimeError)
        assert app.diff_enabled is still_on
        assert_same(app, terminal)
        await pilot.press("down", "x")
        await settle(pilot)
        assert_same(app, terminal)


class Raw(Widget):
    """A widget that passes on what a container was named, unfiltered."""

    text = "\x1b]0;owned\x07\x1b[2J\x9b31mname\u202egnp\r\n\x0e"

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"{y} {self.text}"), Segment(" end")]) if y < 3 else Strip.blank(self.size.width)


class Careless(CellDiff[None], App[None]):
    def compose(self) -> ComposeResult:
        yield Raw()


async def test_no_control_character_reaches_the_terminal() -> None:
    async with running(Careless, flow_enabled=False) as (_, terminal, _pilot):
        sent = terminal.take()
        # What the program sends on purpose: CSI, the mouse pointer's shape (Textual), character set, line
        # ends.
        ours = re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\x1b\]22;\w+\x07|\x1b\(B\x0f|\r\n|\r|\x08", "", sent)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", ours)
        assert "\ufffd" in ours
        assert "owned" in terminal.lines()[0]


async def test_in_a_headless_app_it_does_nothing() -> None:
    app = Program()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("tab")
        assert app._diff_picture is None


async def test_the_cursor_is_where_the_input_is() -> None:
    async with running() as (app, terminal, pilot):
        app.query_one(Input).focus()
        await settle(pilot)
        await pilot.press("end", "z")
        await settle(pilot)
        x, y = app.cursor_position
        assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (x, y)


# Flow control


def answering(terminal: Terminal) -> None:
    """Let the terminal answer at once, as a local one does."""
    loop = asyncio.get_running_loop()

    def answer(row: int, column: int) -> None:
        loop.call_soon(terminal.driver.report_cursor, row, column)

    terminal.answers = answer


async def test_while_the_terminal_is_behind_frames_are_dropped() -> None:
    async with running() as (app, terminal, pilot):
        asked: list[tuple[int, int]] = []
        terminal.answers = lambda row, column: asked.append((row, column))
        app.flow_enabled = True
        app.redraw()
        await settle(pilot)
        assert asked
        while asked:
            terminal.driver.report_cursor(*asked.pop(0))
            await settle(pilot)
        assert not app.flow.waits
        assert app.flow.state is FlowState.ACTIVE
        app.flow._window = 0
        app.flow._patience = 1e9
        app.redraw()
        await settle(pilot)
        terminal.take()
        for number in range(1, 10):
            app.query_one(Cell).show(number)
            await settle(pilot)
        assert terminal.take() == ""
        assert app.flow.held
        while asked:
            terminal.driver.report_cursor(*asked.pop(0))
            await settle(pilot)
        assert "value     9" in "".join(terminal.lines())
        assert_same(app, terminal)


class SlowTerminal(Terminal):
    """Shows what it gets at once, but answers as if it had come over a line of `rate` bytes a second."""

    ROUND_TRIP = 0.05

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height, self._answer_late)
        self.rate = 10_000.0
        self._free_at = 0.0
        self.most_under_way = 0.0

    def write(self, data: str) -> None:
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + len(data.encode()) / self.rate
        self.most_under_way = max(self.most_under_way, (self._free_at - now) * self.rate)
        super().write(data)

    def _answer_late(self, row: int, column: int) -> None:
        delay = self._free_at - time.monotonic() + self.ROUND_TRIP
        asyncio.get_running_loop().call_later(delay, self.driver.report_cursor, row, column)


async def test_on_a_slow_line_frames_are_dropped_and_little_is_under_way() -> None:
    async with running(terminal=SlowTerminal(*SIZE), flow_enabled=True) as (app, terminal, pilot):
        while app.flow.waits:
            await settle(pilot)

        async def change_every_cell() -> int:
            """As in paging through a log; how much was sent for it."""
            terminal.take()
            app.theme = "textual-light" if app.theme == "textual-dark" else "textual-dark"
            await settle(pilot)
            return len(terminal.take())

        began = time.monotonic()
        sent = await change_every_cell()
        terminal.rate = min(terminal.rate, sent / (4 * (time.monotonic() - began)))  # slower than this machine paints
        while app.flow.waits:
            await settle(pilot)
        terminal.most_under_way = 0
        frames = 0
        for _ in range(20):
            frames += bool(await change_every_cell())
        while app.flow.waits:
            await settle(pilot)
        assert_same(app, terminal)
        assert frames < 20
        # What the first frames are allowed, before the line is known to be slow, and one whole frame.
        assert terminal.most_under_way < 30_000


async def test_a_terminal_that_never_answers_gets_its_frames() -> None:
    async with running(flow_enabled=True) as (app, terminal, pilot):
        await asyncio.sleep(1.1)
        for number in range(5):
            app.query_one(Cell).show(number)
            app.redraw()
            await settle(pilot)
            assert_same(app, terminal)
        assert app.flow.state is FlowState.SILENT
        terminal.take()
        app.redraw()
        await settle(pilot)
        assert "\x1b[6n" not in terminal.take()


class Listener(Program):
    """Notes every key, paste and report that reaches the app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heard: list[str] = []

    def on_key(self, event: events.Key) -> None:
        self.heard.append(event.key)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.heard.append(f"report {event.y + 1}")

    def on_paste(self, event: events.Paste) -> None:
        self.heard.append(event.text)


async def test_reports_never_reach_the_app() -> None:
    async with running(Listener, flow_enabled=True) as (app, terminal, pilot):
        app.set_focus(None)
        for column in range(2, 20):
            terminal.driver.report_cursor(2, column)
        terminal.driver.process_message(events.Paste("pasted\x1b[2;5R text"))
        terminal.driver.report_cursor(1, 2)
        await settle(pilot)
        assert sorted(app.heard) == ["pasted text", "report 1"]


async def test_an_answering_terminal_shows_the_same() -> None:
    async with running() as (app, terminal, pilot):
        answering(terminal)
        app.flow_enabled = True
        for key in ("tab", "tab", "pagedown", "pagedown", "up", "ctrl+p", "escape"):
            await pilot.press(key)
            await settle(pilot)
        assert_same(app, terminal)
        assert not app.flow.waits
        assert app.flow.state is FlowState.ACTIVE


@pytest.mark.parametrize(
    ("environment", "erases"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "screen"}, False),
        ({"TERM": "xterm", "STY": "1.pts"}, False),
        ({"TERM": "vt100"}, False),
        ({"TERM": "linux"}, True),
    ],
)
def test_which_terminals_erase_in_color(environment: dict[str, str], erases: bool) -> None:
    assert erases_in_color(environment) is erases
    assert erases_in_color(os.environ) in (True, False)

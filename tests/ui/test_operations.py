"""Every operation of the catalogue does on the screen what it says, by each of its keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from dockertui.key_names import textual_name
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import OPERATIONS
from dockertui.operations.commands import COMMANDS
from dockertui.resources.registry import RESOURCES
from dockertui.screens.base.menu import Menu
from dockertui.screens.main.screen import MainScreen
from dockertui.screens.program.help import HelpScreen
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, WIDE, Stage, late, opened

pytestmark = pytest.mark.usefixtures("frozen")

Check = Callable[[Stage, str], Awaitable[None]]


def moves(*, page: bool) -> dict[str, Check]:
    """The moving keys, in the list or on the page of the detail."""

    async def rows(stage: Stage, key: str, start: int | None) -> tuple[int, int, int]:
        view: Any = stage.tab("detail") if page else stage.main.pane.table
        if page:
            await stage.goto("shop-db-1")
            await stage.press("enter")
            await stage.until("pg_isready")
        view.go_to(view.line_count - 1 if start is None else start)
        await stage.settle()
        before = view.cursor_row
        await stage.press(key)
        return before, view.cursor_row, view.line_count

    async def down(stage: Stage, key: str) -> None:
        before, after, _ = await rows(stage, key, 0)
        assert (before, after) == (0, 1)

    async def up(stage: Stage, key: str) -> None:
        before, after, _ = await rows(stage, key, 5)
        assert (before, after) == (5, 4)

    async def page_down(stage: Stage, key: str) -> None:
        _, after, _ = await rows(stage, key, 0)
        assert after > 10

    async def page_up(stage: Stage, key: str) -> None:
        before, after, _ = await rows(stage, key, None)
        assert before - after > 10

    async def top(stage: Stage, key: str) -> None:
        before, after, _ = await rows(stage, key, None)
        assert before > 10
        assert after == 0

    async def bottom(stage: Stage, key: str) -> None:
        _, after, count = await rows(stage, key, 0)
        assert after == count - 1

    return {"down": down, "up": up, "page_down": page_down, "page_up": page_up, "top": top, "bottom": bottom}


# Lists


async def list_right(stage: Stage, key: str) -> None:
    await stage.press("z")
    head = stage.line("NAME")
    await stage.press(key)
    scrolled = stage.line("NAME")
    assert scrolled != head
    assert scrolled.split()[:2] == head.split()[:2], "state and name stay"


async def list_left(stage: Stage, key: str) -> None:
    await stage.press("z")
    head = stage.line("NAME")
    await stage.press("right", "right", key, key)
    assert stage.line("NAME") == head


async def list_open(stage: Stage, key: str) -> None:
    await stage.goto("shop-db-1")
    await stage.press(key)
    await stage.until("pg_isready")
    assert stage.main.detail.has_focus_within


async def back(stage: Stage, key: str) -> None:
    await stage.press("slash", "w", "e", "b", "enter", "z", "enter")
    assert stage.main.detail.has_focus_within
    await stage.press(key)
    assert stage.main.pane.table.has_focus
    assert stage.main.arrangement.zoomed
    await stage.press(key)
    assert not stage.main.arrangement.zoomed
    assert stage.main.pane.filter
    await stage.press(key)
    assert not stage.main.pane.filter


async def list_filter(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.type("grafana")
    assert stage.shown == ["monitoring-grafana-1"]
    await stage.press("enter")
    assert stage.shown == ["monitoring-grafana-1"]
    assert stage.main.pane.table.has_focus


async def list_sort(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert isinstance(stage.app.screen, Menu)
    await stage.type("image")
    await stage.press("enter")
    assert stage.main.pane.table.sort == ("image", False)


async def list_reverse(stage: Stage, key: str) -> None:
    before = stage.shown
    await stage.press(key)
    assert stage.shown == before[::-1]


async def list_running(stage: Stage, key: str) -> None:
    everything = stage.shown
    await stage.press(key)
    assert "eager_lamarr" not in stage.shown
    assert "shop-db-1" in stage.shown
    await stage.press(key)
    assert stage.shown == everything


async def list_group(stage: Stage, key: str) -> None:
    flat = stage.shown
    await stage.press(key)
    assert stage.shown[:2] == ["monitoring-alertmanager-1", "monitoring-cadvisor-1"]
    assert stage.line("monitoring-alertmanager-1").split()[1] == "monitoring"
    await stage.press(key)
    assert stage.shown == flat


async def list_mark(stage: Stage, key: str) -> None:
    await stage.press(key, key)
    assert stage.marked == stage.shown[:2]
    await stage.press("k", key)
    assert stage.marked == stage.shown[:1]


async def list_mark_all(stage: Stage, key: str) -> None:
    await stage.press("slash", *"name:web", "enter", key, "escape")
    assert stage.marked == ["shop-web-1", "shop-web-2", "web-canary"]


async def list_unmark(stage: Stage, key: str) -> None:
    await stage.press("space", "space", key)
    assert stage.marked == []


async def list_measure(stage: Stage, key: str) -> None:
    await stage.press("4", key)
    await stage.until("1.84GB")


# Panes


async def pane_next(stage: Stage, key: str) -> None:
    seen = []
    for _ in range(4):
        await stage.press(key)
        seen.append(stage.main.pane.resource.kind)
    assert seen == ["image", "network", "volume", "container"]


async def pane_previous(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.main.pane.resource.kind == "volume"


async def pane_zoom(stage: Stage, key: str) -> None:
    assert "PORTS" not in stage.text
    await stage.press(key, *["right"] * 4)
    assert "PORTS" in stage.text
    await stage.press(key)
    assert "PORTS" not in stage.text


def moves_the_split(columns: int) -> Check:
    async def check(stage: Stage, key: str) -> None:
        await stage.pilot.resize_terminal(*WIDE)
        await stage.settle()
        before = stage.main.lists.outer_size.width
        await stage.press(key)
        assert stage.main.lists.outer_size.width == before + columns

    return check


def goes_to(kind: str) -> Check:
    async def check(stage: Stage, key: str) -> None:
        await stage.press("3" if kind != "network" else "2")
        await stage.press(key)
        assert stage.main.pane.resource.kind == kind
        assert stage.main.pane.table.has_focus

    return check


# References


async def follow(stage: Stage, key: str) -> None:
    await stage.press("2")
    await stage.goto("haproxy:2.9")
    await stage.press(key)
    assert stage.main.pane.resource.kind == "container"
    assert stage.cursor == "old-proxy"


async def follow_back(stage: Stage, key: str) -> None:
    await follow(stage, "f")
    await stage.press(key)
    assert stage.main.pane.resource.kind == "image"
    assert stage.cursor == "haproxy:2.9"


# Detail


async def inspected(stage: Stage) -> Any:
    """The JSON of a container, folded but for its outermost level, the cursor on its state."""
    await stage.goto("shop-db-1")
    await stage.press("i")
    await stage.until('"Created"')
    view = stage.tab("inspect")
    view.action_fold_all()
    while view.cursor_path != ("State",):
        await stage.press("j")
    return view


async def detail_inspect(stage: Stage, key: str) -> None:
    await stage.goto("shop-db-1")
    await stage.press(key)
    await stage.until('"Created"')
    assert stage.tab("inspect").has_focus


async def other_tab(stage: Stage, key: str) -> None:
    """Round all tabs, each with the focus, and back to the page."""
    detail = stage.main.detail
    await stage.press("enter")
    seen = []
    for _ in detail.shown_tabs:
        assert detail.tab.has_focus_within or detail.tab.has_focus
        seen.append(detail.kind)
        await stage.press(key)
    assert {*seen} == {*detail.shown_tabs}
    assert stage.tab("detail").has_focus


async def detail_enter(stage: Stage, key: str) -> None:
    await stage.goto("shop-db-1")
    await stage.press("enter")
    await stage.until("pg_isready")
    page = stage.tab("detail")
    page.search("Image")
    await stage.settle()
    assert page.cursor_ref is not None
    await stage.press(key)
    await stage.until(lambda: (stage.main.pane.resource.kind, stage.cursor) == ("image", "postgres:17"))


async def detail_toggle(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    folded = view.line_count
    await stage.press(key)
    assert view.line_count > folded
    await stage.press(key)
    assert view.line_count == folded


async def detail_unfold(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    folded = view.line_count
    await stage.press(key)
    unfolded = view.line_count
    assert unfolded > folded
    await stage.press(key)
    assert view.line_count == unfolded


async def detail_fold(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    folded = view.line_count
    await stage.press("l", key)
    assert view.line_count == folded


async def detail_unfold_all(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    await stage.press(key)
    assert view.line_count > 200


async def detail_fold_all(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    folded = view.line_count
    await stage.press("plus", key)
    assert view.line_count == folded


async def search(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    await stage.press(key)
    await stage.type("postgres_db")
    await stage.press("enter")
    assert view.has_focus
    assert "POSTGRES_DB" in str(view.cursor_value)
    assert "POSTGRES_DB" in stage.text


async def next_match(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    await stage.press("slash", *"postgres", "enter")
    first = view.cursor_path
    await stage.press(key)
    assert view.cursor_path != first


async def previous_match(stage: Stage, key: str) -> None:
    view = await inspected(stage)
    await stage.press("slash", *"postgres", "enter", "n")
    second = view.cursor_path
    await stage.press("n", key)
    assert view.cursor_path == second


async def reveal(stage: Stage, key: str) -> None:
    await stage.goto("legacy-import")
    await stage.press("enter")
    await stage.until("FTP_PASSWORD")
    assert "••••" in stage.line("FTP_PASSWORD")
    await stage.press(key)
    assert "••••" not in stage.line("FTP_PASSWORD")
    await stage.press(key)
    assert "••••" in stage.line("FTP_PASSWORD")


# The program


async def palette(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert isinstance(stage.app.screen, Menu)
    await stage.type("zoom")
    await stage.press("enter")
    assert stage.main.arrangement.zoomed


async def shows_help(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert isinstance(stage.app.screen, HelpScreen)
    await stage.press("escape")
    assert isinstance(stage.app.screen, MainScreen)


async def theme(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.type("nord")
    await stage.press("enter")
    assert stage.app.theme == "nord"
    assert 'theme = "nord"' in stage.text


async def retry(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert "already connected" in stage.footer


def calls(name: str) -> Check:
    """The operation calls a method of the app, which is kept from doing its work."""

    async def check(stage: Stage, key: str) -> None:
        called: list[str] = []
        setattr(stage.app, name, lambda *_: called.append(name))
        await stage.press(key)
        delattr(stage.app, name)
        assert called == [name]

    return check


# Terminals

LEADER = "ctrl+right_square_bracket"


def opens(text: str) -> Check:
    """The operation opens a terminal in the container that shows `text`; leader and d lead back to the list."""

    async def check(stage: Stage, key: str) -> None:
        await stage.goto("shop-web-2")
        await stage.press(key)
        await stage.until(text)
        assert not stage.main.pane.table.has_focus
        await stage.press(LEADER, "d")
        await stage.until(lambda: stage.main.pane.table.has_focus)

    return check


async def exec_command(stage: Stage, key: str) -> None:
    await stage.goto("shop-web-2")
    await stage.press(key)
    await stage.until("Environment")
    await stage.press("escape")
    assert isinstance(stage.app.screen, MainScreen)


async def show_terminals(stage: Stage, key: str) -> None:
    await opens("root@")(stage, "x")
    await stage.press(key)
    await stage.until("root@")
    assert not stage.main.pane.table.has_focus


async def logs(stage: Stage, key: str) -> None:
    await stage.goto("shop-web-2")
    await stage.press(key)
    await stage.until("GET /")
    assert not stage.main.pane.table.has_focus
    await stage.press("escape")
    await stage.until(lambda: stage.main.pane.table.has_focus)


def opens_tab(id: str) -> Check:
    async def check(stage: Stage, key: str) -> None:
        await stage.goto("shop-db-1")
        await stage.press(key)
        assert stage.main.detail.kind.id == id
        assert stage.main.detail.has_keys

    return check


def opens_screen(title: str) -> Check:
    async def check(stage: Stage, key: str) -> None:
        await stage.press(key)
        await stage.until(title)
        await stage.press("escape")
        await stage.until_gone(title)

    return check


def opens_menu(text: str) -> Check:
    async def check(stage: Stage, key: str) -> None:
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        assert text in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)

    return check


async def open_port(stage: Stage, key: str) -> None:
    await stage.goto("shop-worker-1")
    await stage.press(key)
    assert "no published TCP port" in stage.footer


CHECKS: Mapping[str, Check] = {
    "menu": opens_menu("Rename"),
    "bulk": opens_menu("Remove all stopped containers"),
    "copy": opens_menu("docker inspect line"),
    "open_port": open_port,
    "jobs": opens_screen("no jobs yet"),
    "lens": opens_screen("API lens"),
    "container.why": opens_tab("why"),
    "container.stats": opens_tab("stats"),
    "container.processes": opens_tab("processes"),
    "detail.files": opens_tab("files"),
    "events": opens_screen("▼ following"),
    "overview": opens_screen("smoothed over"),
    "container.logs": logs,
    "container.project_logs": logs,
    "container.exec": opens("root@"),
    "container.exec_command": exec_command,
    "container.attach": opens("HTTP/1"),
    "container.watch": opens("HTTP/1"),
    "terminal.show": show_terminals,
    **{f"list.{name}": check for name, check in moves(page=False).items()},
    **{f"detail.{name}": check for name, check in moves(page=True).items()},
    "list.left": list_left,
    "list.right": list_right,
    "list.open": list_open,
    "list.filter": list_filter,
    "list.sort": list_sort,
    "list.reverse": list_reverse,
    "list.running": list_running,
    "list.group": list_group,
    "list.mark": list_mark,
    "list.mark_all": list_mark_all,
    "list.unmark": list_unmark,
    "list.measure": list_measure,
    "pane.next": pane_next,
    "pane.previous": pane_previous,
    "pane.zoom": pane_zoom,
    "split.left": moves_the_split(-4),
    "split.right": moves_the_split(4),
    "split.reset": moves_the_split(0),
    **{f"pane.{kind}": goes_to(kind) for kind in ("container", "image", "network", "volume")},
    "back": back,
    "follow": follow,
    "follow.back": follow_back,
    "detail.inspect": detail_inspect,
    "detail.next_tab": other_tab,
    "detail.previous_tab": other_tab,
    "detail.enter": detail_enter,
    "detail.toggle": detail_toggle,
    "detail.unfold": detail_unfold,
    "detail.fold": detail_fold,
    "detail.unfold_all": detail_unfold_all,
    "detail.fold_all": detail_fold_all,
    "detail.search": search,
    "detail.next_match": next_match,
    "detail.previous_match": previous_match,
    "detail.reveal": reveal,
    "program.palette": palette,
    "program.help": shows_help,
    "program.theme": theme,
    "program.retry": retry,
    "program.redraw": calls("redraw"),
    "program.quit": calls("exit"),
    "program.exit": calls("exit"),
    "program.suspend": calls("action_suspend_process"),
}
"""By operation: what its key does on the main screen as it is at the start."""


async def connection_demo(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
    assert "DEMO" in stage.header


async def connection_retry(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
    await stage.until("● live")


CONNECTION_CHECKS: Mapping[str, Check] = {
    "connection.retry": connection_retry,
    "connection.quit": calls("exit"),
    "connection.demo": connection_demo,
}


def has_a_place_of_its_own(operation: Operation) -> bool:
    """What works inside a terminal, a log or another tab is for their own tests, such as test_files.py."""
    main = Context.EVERYWHERE, Context.ANYWHERE, Context.ROWS, Context.LIST, Context.DETAIL, Context.OBJECT
    return operation.context not in (*main, Context.CONNECTION) or operation.id == "terminal.play"


def test_every_operation_is_tested() -> None:
    elsewhere = {command.id for command in COMMANDS}  # test_demo_commands.py
    elsewhere |= {f"pane.{resource.kind}" for resource in RESOURCES if not resource.stacked}  # test_kinds.py
    here = {operation.id for operation in OPERATIONS if not has_a_place_of_its_own(operation)} - elsewhere
    tested = CHECKS.keys() | CONNECTION_CHECKS.keys()
    untested, gone = here - tested, tested - here
    assert not untested, f"give {untested} an entry in CHECKS that presses the key and checks the effect"
    assert not gone, f"no operations of the main screen: delete {gone} in CHECKS"


def keys_of(checks: Mapping[str, Check]) -> list[tuple[str, str]]:
    return [(operation.id, key) for operation in OPERATIONS if operation.id in checks for key in operation.keys]


@pytest.mark.parametrize(("operation", "key"), keys_of(CHECKS))
async def test_a_key_does_what_it_says(host: DemoEngine, operation: str, key: str) -> None:
    async with opened(NARROW, engine=host) as stage:
        await CHECKS[operation](stage, textual_name(key))
        stage.check_frame()


@pytest.mark.parametrize(("operation", "key"), keys_of(CONNECTION_CHECKS))
async def test_a_key_of_the_connection_screen(host: DemoEngine, operation: str, key: str) -> None:
    async with opened(NARROW, engine=host, preflight=late(host), live=False) as stage:
        await stage.until("no Engine answered")
        await CONNECTION_CHECKS[operation](stage, textual_name(key))
        stage.check_frame()


_HARMLESS = (
    CHECKS.keys()
    - {"program.quit", "program.exit", "program.suspend", "terminal.show", "open_port"}
    - {id for id in CHECKS if id.startswith("container.")}
)
"""Operations that change nothing on the Engine, open no browser, and do not take the keys for a terminal."""


def _has_opened(stage: Stage) -> bool:
    """Whether what a command asks the Engine before it shows something has been answered."""
    shown = not isinstance(stage.app.screen, MainScreen)
    return shown or all(worker.is_finished for worker in stage.app.workers)


async def test_the_palette_offers_and_runs_the_operations(host: DemoEngine) -> None:
    """Each once, in the state the one before left: whatever that is, none may fail."""
    async with opened(NARROW, engine=host) as stage:
        for operation in OPERATIONS:
            if operation.palette and operation.id in _HARMLESS:
                while not isinstance(stage.app.screen, MainScreen):
                    await stage.press("escape")
                await stage.press("escape", "colon")
                await stage.until("Commands")
                await stage.type(operation.title)
                assert operation.title[:40] in stage.text
                await stage.press("enter")
                assert "Commands" not in stage.text
                stage.check_frame()
                await stage.until(lambda: _has_opened(stage))

"""An Engine that goes, hangs, cuts its replies or fails: the screen says so, keeps what it has, and answers keys."""

from __future__ import annotations

import pytest

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.live.store import Link, LinkState
from dockertui.screens.main.screen import MainScreen
from dockertui.screens.program.connection import ConnectionScreen
from tests.demo import DemoEngine, Faults
from tests.ui.changes import add, pause, remove, rename
from tests.ui.frames import row_of, style_at
from tests.ui.stage import NARROW, NOW, QUICK, WIDE, Clock, Stage, late, nowhere, opened

pytestmark = pytest.mark.usefixtures("frozen")


async def works(stage: Stage) -> None:
    """Keys answer: move, other panes, menus, help, filter."""
    await stage.press("g", "j")
    assert stage.cursor == stage.shown[1]
    await stage.press("2")
    assert stage.main.pane.resource.kind == "image"
    await stage.press("1", "question_mark")
    assert stage.app.screen is not stage.main
    await stage.press("escape", "slash", *"web", "enter")
    assert stage.shown == ["shop-web-1", "shop-web-2", "web-canary"]
    await stage.press("escape", "enter", "escape", "z", "z")
    stage.check_frame()


def lost(stage: Stage) -> bool:
    return stage.main.session.mirror.link.state is LinkState.LOST


# It goes and comes back


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_screen_recovers_after_the_engine_returns(size: tuple[int, int]) -> None:
    async with opened(size) as stage:
        await stage.goto("shop-db-1")
        known = stage.shown
        stage.engine.faults.refuse()
        await stage.until("lost for 0 s")
        assert stage.shown == known
        stage.clock.advance(12)
        await stage.until("lost for 12 s, retrying")
        assert stage.cursor == "shop-db-1"
        await works(stage)
        await stage.goto("shop-db-1")
        add(stage, "meanwhile")
        remove(stage, "eager_lamarr")
        rename(stage, "devbox", "workbench")
        stage.engine.faults.accept()
        stage.clock.advance(60)
        await stage.press("ctrl+r")
        await stage.until("● live")
        await stage.until(lambda: {"meanwhile", "workbench"} <= {*stage.shown})
        assert stage.shown == sorted({*known, "meanwhile", "workbench"} - {"eager_lamarr", "devbox"})
        assert stage.cursor == "shop-db-1"
        assert "lost" not in stage.text


async def test_connection_is_restored_without_a_key() -> None:
    async with opened(NARROW) as stage:
        stage.engine.faults.break_connections()
        await stage.until(lambda: "✗ lost" in stage.header or stage.main.session.mirror_sync is not None)
        add(stage, "after")
        await stage.until("after")
        await stage.until("● live")


async def test_lost_engine_greys_its_rows() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-db-1")
        await stage.until("pg_isready")
        y = row_of(stage.app, "shop-web-1")
        x = stage.lines[y].index("shop-web-1")
        colours = {place: style_at(stage.app, *place).color for place in ((x, y), (1, y))}
        stage.engine.faults.refuse()
        await stage.until("✗ lost")
        assert all(style_at(stage.app, *place).color != colour for place, colour in colours.items())
        stage.engine.faults.accept()
        await stage.press("ctrl+r")
        await stage.until("● live")
        assert all(style_at(stage.app, *place).color == colour for place, colour in colours.items())


async def test_statistics_of_a_lost_engine_do_not_look_current() -> None:
    """CPU and memory go, or are greyed with everything else; they come back with the Engine."""
    async with opened(NARROW, settings=QUICK) as stage:
        await stage.until_measured()
        await stage.until("142%")
        stage.engine.faults.refuse()
        await stage.until("✗ lost")
        stage.engine.faults.accept()
        await stage.press("ctrl+r")
        await stage.until("● live")
        await stage.until("142%")


async def test_the_detail_of_an_engine_that_is_lost() -> None:
    """What was known of an object stays, and one that was not asked about yet says why it is incomplete."""
    async with opened(NARROW) as stage:
        await stage.goto("shop-db-1")
        await stage.press("enter")
        await stage.until("pg_isready")
        await stage.press("escape")
        stage.engine.faults.refuse()
        await stage.until("✗ lost")
        await stage.press("enter")
        assert "pg_isready" in stage.text
        await stage.press("escape", "k", "enter")
        await stage.until("Not up to date")
        stage.engine.faults.accept()
        await stage.press("ctrl+r")
        await stage.until_gone("Not up to date")


# It hangs


async def test_an_engine_that_accepts_and_never_answers() -> None:
    async with opened(NARROW) as stage:
        stage.engine.faults.hang("")
        stage.engine.faults.break_connections()
        await works(stage)
        await stage.press("#", "enter", "escape")
        await works(stage)
        stage.engine.faults.clear()
        await stage.press("ctrl+r")
        await stage.until("● live")


async def test_a_start_on_an_engine_that_never_answers() -> None:
    """The screen says that it waits; keys answer, and q leaves."""
    faults = Faults()
    faults.hang("")
    async with opened(NARROW, faults=faults, live=False) as stage:
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionScreen))
        assert "looking for an Engine" in stage.text
        await stage.press("down", "up")
        stage.check_frame()
        faults.clear()
        await stage.until_open()


@pytest.mark.parametrize("kind", ["images", "networks", "volumes"])
async def test_start_with_a_list_that_never_arrives(kind: str) -> None:
    faults = Faults()
    faults.hang(f"/{kind}")
    async with opened(NARROW, faults=faults, live=False) as stage:
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen) and len(stage.shown) == 22)
        await stage.press({"images": "2", "networks": "3", "volumes": "4"}[kind])
        assert "asking the Engine" in stage.text
        faults.clear()
        await stage.until(lambda: stage.shown)


# It answers wrongly


@pytest.mark.parametrize("kind", ["containers/json", "images/json", "networks", "volumes"])
async def test_a_list_that_fails_empties_no_table(kind: str) -> None:
    async with opened(NARROW) as stage:
        counts = [len(pane.table.objects) for pane in stage.main.lists.all]
        stage.engine.faults.fail(f"/{kind}", message="the disk is full")
        stage.engine.faults.break_event_streams()
        failed = {"containers/json": 0, "images/json": 1}.get(kind, 2 if kind == "networks" else 3)
        mirror = stage.main.session.mirror
        resource = stage.main.lists.all[failed].resource
        await stage.until(lambda: mirror.error(resource.kind) is not None)
        assert [len(pane.table.objects) for pane in stage.main.lists.all] == counts
        await stage.press(str(failed + 1), "j")
        stage.check_frame()
        await stage.press("1")
        stage.engine.faults.clear()
        await stage.press("ctrl+r")
        await stage.until(lambda: mirror.error(resource.kind) is None)


@pytest.mark.parametrize("after", [None, 0, 1, 40])
async def test_replies_cut_in_the_middle(after: int | None) -> None:
    async with opened(NARROW) as stage:
        known = stage.shown
        stage.engine.faults.cut("json", after=after)
        add(stage, "unseen")
        mirror = stage.main.session.mirror
        await stage.until(lambda: mirror.error("container") is not None or lost(stage))
        assert stage.shown == known
        await works(stage)
        stage.engine.faults.clear()
        await stage.press("ctrl+r")
        await stage.until(lambda: "unseen" in stage.shown)
        await stage.until("● live")


async def test_a_start_on_replies_that_are_cut() -> None:
    faults = Faults()
    faults.cut("containers/json")
    async with opened(NARROW, faults=faults, live=False) as stage:
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
        await stage.press("2", "1")
        faults.clear()
        await stage.press("ctrl+r")
        await stage.until("shop-db-1")


async def test_event_streams_that_break_all_the_time() -> None:
    async with opened(NARROW) as stage:
        for number in range(5):
            stage.engine.faults.break_event_streams()
            add(stage, f"visitor-{number}")
            await stage.press("j")
        await stage.until(lambda: sum(name.startswith("visitor") for name in stage.shown) == 5)
        await stage.until("● live")


async def test_inspect_that_fails_is_said_on_the_page() -> None:
    async with opened(NARROW) as stage:
        stage.engine.faults.fail(r"/containers/\w+/json", message="out of \x1b[31mpaper")
        await stage.goto("shop-db-1")
        await stage.press("enter")
        await stage.until("Not up to date")
        assert "paper" in stage.text
        stage.check_frame()
        await stage.press("i")
        stage.check_frame()


async def test_sizes_that_cannot_be_measured() -> None:
    async with opened(NARROW) as stage:
        stage.engine.faults.fail("/system/df", message="a scan is running already")
        await stage.press("4", "#")
        await stage.until("a scan is running already")
        stage.check_frame()


async def test_statistics_that_fail_leave_the_rows() -> None:
    async with opened(NARROW, settings=QUICK) as stage:
        stage.engine.faults.fail("/stats")
        await stage.press("j")
        await stage.until("● live")
        await works(stage)


# Objects that go while they are looked at


async def test_an_object_that_goes_while_its_detail_is_open() -> None:
    async with opened(NARROW) as stage:
        await stage.goto("devbox")
        await stage.press("enter")
        await stage.until("DEBIAN_FRONTEND" if "DEBIAN_FRONTEND" in stage.text else "debian")
        remove(stage, "devbox")
        await stage.until(lambda: "devbox" not in stage.shown)
        await stage.settle()
        assert "devbox" in stage.text, "nobody is left to wonder where it went"
        await stage.press("j", "escape")
        assert stage.cursor in stage.shown
        stage.check_frame()


async def test_the_detail_changes_with_its_object() -> None:
    async with opened(NARROW) as stage:
        await stage.goto("shop-db-1")
        await stage.press("enter")
        await stage.until("running for")
        pause(stage, "shop-db-1")
        await stage.until("paused for")


# No Engine at all


async def test_the_connection_screen_says_what_was_tried(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, preflight=nowhere(), live=False) as stage:
        await stage.until("no Engine answered")
        for text in ("/var/run/docker.sock", "permission denied", "usermod -aG docker", "/run/user/1000", "d opens"):
            assert text in stage.text
        stage.check_frame()


async def test_or_demo_opens_the_demo_engine(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, preflight=nowhere(), or_demo=True) as stage:
        assert "DEMO" in stage.header


async def test_retry_pressed_many_times_opens_one_screen(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, preflight=late(host), live=False) as stage:
        await stage.until("nobody answers")
        await stage.burst("r", "r", "r", "d", "r")
        await stage.until_open()
        await stage.settle()
        assert sum(isinstance(screen, MainScreen) for screen in stage.app.screen_stack) == 1
        assert stage.main.session is stage.app.session


async def test_read_only_is_shown(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, read_only=True) as stage:
        assert "READ ONLY" in stage.header


async def test_the_header_names_the_engine(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, name="prod-3", demo=False, clock=Clock()) as stage:
        for text in ("prod-3", "Engine 28.5.2", "API 1.51", "14 running", "● live"):
            assert text in stage.header
        assert "DEMO" not in stage.header
    async with opened(NARROW, engine=host, name="prod-3", demo=False) as stage:
        for text in ("prod-3", "14 running", "● live"):
            assert text in stage.header


async def test_unrelated_message_stays_when_the_engine_returns() -> None:
    async with opened(NARROW) as stage:
        main = stage.main
        error = EngineError(ErrorKind.REFUSED, "nobody listens", "start the Engine")
        main.updates.link_changed(Link(LinkState.LOST, NOW, error, NOW))
        await stage.until("nobody listens")
        main.updates.link_changed(Link(LinkState.LIVE, NOW))
        await stage.until("nobody listens", absent=True)
        main.say("the pager is broken", "bad")
        main.updates.link_changed(Link(LinkState.LIVE, NOW))
        await stage.settle()
        assert "the pager is broken" in stage.text

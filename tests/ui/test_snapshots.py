"""Pictures of the documented screens. `pytest tests/ui/test_snapshots.py --snapshot-update` makes them anew.

They are the same on every machine: the Engine, the clock, the time zone, the theme and the errors shown are fixed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from dockertui.config import Settings
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.live.store import Link, LinkState
from dockertui.resources.registry import RESOURCES
from tests.demo import DemoEngine
from tests.ui.inventing import still
from tests.ui.stage import NARROW, NOW, QUICK, WIDE, Clock, Stage, nowhere, program

pytestmark = pytest.mark.usefixtures("frozen")

Compare = Callable[..., bool]
Scene = Callable[[Stage], Awaitable[None]]


async def keys(stage: Stage, *pressed: str) -> None:
    """From the main screen with all its figures, press keys and wait for what the Engine says to them."""
    await stage.until_open()
    await stage.until_measured()
    await stage.press(*pressed)
    await stage.until_known()


def presses(*pressed: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await keys(stage, *pressed)

    return scene


async def database(stage: Stage, *pressed: str) -> None:
    await stage.until_open()
    await stage.until_explained()
    await stage.goto("shop-db-1")
    await keys(stage, *pressed)


def on_database(*pressed: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await database(stage, *pressed)

    return scene


async def lost(stage: Stage) -> None:
    """Twelve seconds after the Engine went."""
    await database(stage)
    following, stage.app._following = stage.app._following, None
    assert following is not None
    following.cancel()
    await asyncio.wait([following])
    error = EngineError(ErrorKind.REFUSED, "nobody listens on /var/run/docker.sock", "start the Engine")
    stage.main.session.mirror.set_link(Link(LinkState.LOST, NOW - 12, error, NOW + 3))
    await stage.settle()


async def unanswered(stage: Stage) -> None:
    await stage.until("no Engine answered")


async def zoomed(stage: Stage) -> None:
    """All columns; of two containers there is a history, of the others none yet."""
    await keys(stage, "z")
    still(stage)
    stage.main.session.history._series.clear()
    still(stage, "shop-api-1", "shop-web-2")
    stage.main.pane.table.refresh_cells(None)
    await stage.settle()


def picture(snap_compare: Compare, host: DemoEngine, size: tuple[int, int], scene: Scene, **options: Any) -> bool:
    clock = Clock()
    app = program(host, clock, settings=QUICK, **options)

    async def before(pilot: Pilot[None]) -> None:
        await scene(Stage(app, pilot, host, clock))

    return snap_compare(app, terminal_size=size, run_before=before)


SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


@SIZES
@pytest.mark.parametrize("pane", range(len(RESOURCES)), ids=[resource.title.lower() for resource in RESOURCES])
def test_pane(snap_compare: Compare, host: DemoEngine, pane: int, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await keys(stage)
        await stage.main.arrangement.action_goto_pane(pane)
        await stage.until(lambda: stage.main.pane.table.objects)
        await stage.press("j", "j")
        await stage.until_known()
        await stage.until_explained()

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_zoomed(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, zoomed)


def test_detail_narrow(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, on_database("enter"))


def test_inspect_wide(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, WIDE, on_database("i"))


async def log_with_bars(stage: Stage) -> None:
    """Ten minutes of a service that writes JSON, from the beginning, at the bar before the last."""
    await stage.until_open()
    await stage.until_explained()
    await stage.goto("shop-api-1")
    await keys(stage, "l", "6", "t", "t")
    log = stage.tab("logs")
    await stage.until(lambda: len(log.store) > 500)
    await stage.press("H")
    await stage.until(lambda: log.bars.is_whole)
    await stage.press("<", "<")
    await stage.settle()


@SIZES
def test_log(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, log_with_bars)


def test_filtered_and_marked(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, presses("slash", *"shop state:healthy", "enter", "space", "space"))


def test_menu(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, presses("o", "j", "j"))


def test_palette(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, presses("colon", "z"))


@SIZES
def test_lost(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, lost)


@SIZES
def test_connection(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, unanswered, preflight=nowhere())


def test_help(snap_compare: Compare, host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockertui.screens.program.help.__version__", "0.0.0")
    assert picture(snap_compare, host, (100, 70), presses("question_mark"))


@SIZES
@pytest.mark.parametrize("pressed", [(), ("j", "h", "enter"), ("o",)], ids=["tree", "folded", "by-cpu"])
def test_processes(snap_compare: Compare, size: tuple[int, int], pressed: tuple[str, ...]) -> None:
    clock = Clock()
    with DemoEngine(clock=clock) as host:
        app = program(host, clock, settings=Settings(stats_period=60))  # two samples: the header counts requests

        async def before(pilot: Pilot[None]) -> None:
            stage = Stage(app, pilot, host, clock)
            await database(stage, "P")
            await stage.until("PIDs of the host")
            clock.advance(12)
            await stage.until(lambda: all(live.cpu is not None for live in stage.tab("processes").objects.values()))
            await stage.press(*pressed)

        assert snap_compare(app, terminal_size=size, run_before=before)

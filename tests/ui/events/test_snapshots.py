"""Pictures of the timeline of events. `pytest … --snapshot-update` makes them anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo import DemoEngine
from tests.ui.events.test_events import timeline, view
from tests.ui.stage import NARROW, WIDE, Clock, Stage
from tests.ui.test_snapshots import SIZES, Compare, Scene, keys, picture

pytestmark = pytest.mark.usefixtures("frozen")
REMEMBERED = 25
"""Events before the program was opened, without those of health checks."""


@pytest.fixture
def host() -> Iterator[DemoEngine]:
    """One that nobody else looks at: reading files and running commands are events, too."""
    with DemoEngine(clock=Clock()) as engine:
        yield engine


def in_timeline(*pressed: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await keys(stage)
        await timeline(stage)
        await stage.until(lambda: view(stage).list.count == REMEMBERED)
        await stage.press(*pressed)

    return scene


async def in_tab(stage: Stage) -> None:
    """The Events tab of the container that was restarted."""
    await stage.until_open()
    await stage.until_explained()
    await stage.goto("shop-search-1")
    await keys(stage, "enter")
    stage.main.browsing.action_open_tab("events")
    await stage.until(lambda: view(stage).list.live and view(stage).list.count == 4)


@SIZES
def test_timeline(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, in_timeline())


def test_filtered(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, in_timeline("slash", *"start", "enter", "k", "space"))


def test_kinds(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, in_timeline("F"))


def test_event(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, WIDE, in_timeline("k", "k", "enter"))


@SIZES
def test_tab(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, in_tab)

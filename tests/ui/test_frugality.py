"""What the main screen does without, and how it fares with thousands of containers."""

from __future__ import annotations

import gc
import tracemalloc
import warnings
from collections.abc import Iterator

import pytest
from textual.widgets import DataTable, Footer, Header, LoadingIndicator, Log, RichLog

from tests.demo import DemoEngine
from tests.ui.frames import painted
from tests.ui.inventing import still
from tests.ui.stage import NARROW, WIDE, Clock, opened

pytestmark = pytest.mark.usefixtures("frozen")

DEAR = (DataTable, Footer, Header, LoadingIndicator, Log, RichLog)
"""Widgets of Textual's whose measured cost is many times that of our own."""
MANY = 5000


async def test_no_dear_widget_and_no_animation(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.press("slash", *"web")
        for screen in stage.app.screen_stack:
            dear = [widget for widget in screen.walk_children(with_self=True) if isinstance(widget, DEAR)]
            assert not dear
        assert stage.app.animation_level == "none"
        await stage.press("enter", "z", "enter", "pagedown", "escape")
        assert not stage.app.animator._animations
        assert not stage.app.animator._scheduled


async def test_a_key_repaints_little(host: DemoEngine) -> None:
    """Moving the cursor asks for the two rows it concerns, and the detail, to be painted; not for the screen."""
    async with opened(NARROW, engine=host) as stage:
        await stage.until_measured()
        still(stage)
        table = stage.main.pane.table
        await stage.press("j")
        regions = painted(table)
        await stage.press("j")
        assert sum(region.area for region in regions) <= 2 * table.size.width
        bars = [painted(bar) for bar in (stage.main.header, stage.main.strip)]
        await stage.press("j")
        assert not any(bars)


async def test_an_unchanged_listing_paints_nothing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.until_measured()
        still(stage)
        await stage.main.session.mirror_sync.settled()
        seen = [painted(widget) for widget in (stage.main.pane.table, stage.main.header, stage.main.footer)]
        host.forget_requests()
        for reader in stage.main.session.mirror_sync._readers:
            reader.mark([*stage.main.pane.table.objects])
        await stage.until(lambda: host.requests_to("/containers/json"))
        await stage.main.session.mirror_sync.settled()
        assert not any(seen)


async def test_leaving_leaves_nothing(host: DemoEngine) -> None:
    """No task, no open connection, no warning of something forgotten."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with opened(WIDE, engine=host) as stage:
            await stage.until_known()
            await stage.press("2", "j", "enter")
        gc.collect()
    assert [str(one.message) for one in caught] == []


@pytest.fixture(scope="module")
def crowd() -> Iterator[DemoEngine]:
    with DemoEngine(clock=Clock(), containers=MANY) as engine:
        yield engine


async def test_five_thousand_containers(crowd: DemoEngine) -> None:
    async with opened(WIDE, engine=crowd) as stage:
        assert len(stage.shown) == MANY + 22
        await stage.press("j")
        assert stage.cursor == stage.shown[1]
        await stage.press("G")
        assert stage.cursor == stage.shown[-1]
        await stage.press("pageup", "g", "O", "o", *"image", "enter")
        await stage.press("slash", *"shop-db", "enter")
        assert stage.cursor == "shop-db-1"
        await stage.press("escape", "ctrl+a")
        assert len(stage.marked) == MANY + 22
        await stage.press("u", "z", "A", "A")
        for pane in "2341":
            await stage.press(pane)
        stage.check_frame()


async def test_only_what_is_seen_is_sampled_and_formatted(crowd: DemoEngine) -> None:
    async with opened(NARROW, engine=crowd) as stage:
        await stage.press("pagedown", "pagedown")
        assert 0 < len(stage.main.session.sampler._watched) <= 20
        assert len(stage.main.pane.table._cells) < 300


async def test_memory_does_not_grow_with_what_is_done(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:

        async def round_trip() -> None:
            for _ in range(2):
                await stage.press("G", "pageup", "g", "O")
                await stage.press("enter")
                await stage.until_known()
                await stage.press("escape", "2", "1")

        await round_trip()
        tracemalloc.start(1)
        try:
            await round_trip()
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            await round_trip()
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert grown < 1_000_000

"""Pictures of the statistics. `pytest tests/ui/stats/test_snapshots.py --snapshot-update` makes them anew."""

from __future__ import annotations

import pytest

from dockertui.screens.stats.overview import OverviewScreen
from tests.demo import DemoEngine
from tests.ui.inventing import still
from tests.ui.stage import NARROW, WIDE, Stage
from tests.ui.test_snapshots import Compare, picture

pytestmark = pytest.mark.usefixtures("frozen")
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


async def plots(stage: Stage) -> None:
    await stage.until_open()
    await stage.until_measured()
    await stage.goto("shop-api-1")
    await stage.press("m")
    await stage.until(" of 200%")
    still(stage, "shop-api-1")
    stage.tab("stats").sampled()
    await stage.settle()


async def zoomed_plots(stage: Stage) -> None:
    await plots(stage)
    await stage.press("z")
    still(stage)


async def stopped(stage: Stage) -> None:
    await stage.until_open()
    await stage.until_measured()
    still(stage, "shop-report-1")
    await stage.goto("shop-report-1")
    await stage.press("m")
    await stage.until_known()


async def overview(stage: Stage) -> None:
    await stage.until_open()
    await stage.press("S")
    screen = stage.app.screen
    assert isinstance(screen, OverviewScreen)
    await stage.until("of 800%")
    await stage.until(lambda: all(row.figures[4] == row.figures[4] for row in screen.table.objects.values()
                                  if row.container.name not in NO_NETWORK))  # fmt: skip
    await stage.until_gone("sampled")
    still(stage)
    screen._paint()
    await stage.settle()


NO_NETWORK = ("monitoring-node-exporter-1", "net-debug")


@SIZES
def test_plots(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, plots)


def test_plots_in_two_columns(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, WIDE, zoomed_plots)


def test_plots_of_a_stopped_container(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, stopped)


@SIZES
def test_overview(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, overview)

"""What stands over a log, and where its lines begin, when the logs of others were shown before."""

from __future__ import annotations

import pytest

from dockertui.screens.log.tab import LogTab
from tests.ui.stage import WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


def log(stage: Stage) -> LogTab:
    tab = stage.main.detail.tab
    assert isinstance(tab, LogTab)
    return tab


async def test_the_log_of_a_project_is_titled_with_it() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-web-1")
        await stage.press("L")
        await stage.until(lambda: len(log(stage).store))
        count = len(log(stage).targets)
        assert count > 1
        title = stage.line(f"shop: {count} logs")
        assert "shop-web-1" not in title.partition("▏")[2]
        names = [target.name for target in log(stage).targets]
        assert {"api", "db", "web-1", "web-2"} <= {*names}
        assert len(names) == len({*names})
        await stage.until(" web-2   ")
        await stage.press("escape")
        await stage.goto("net-debug")
        await stage.until("▏ container net-debug")
        await stage.until(f"shop: {count} logs", absent=True)


async def test_the_next_log_begins_at_the_left() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-web-1")
        await stage.press("l")
        await stage.until(lambda: len(log(stage).store))
        await stage.until("following")
        for _ in range(50):  # a line that goes on beyond the edge may not have come yet
            await stage.press("right")
            await stage.settle()
            if log(stage)._shift:
                break
        assert log(stage)._shift > 0
        await stage.press("escape")
        await stage.goto("shop-worker-1")
        await stage.until(lambda: log(stage).targets[0].name == "shop-worker-1" and log(stage)._shift == 0)
        await stage.until("INFO/MainProcess")

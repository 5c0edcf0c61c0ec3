"""Pictures of the card: out of memory, a restart loop, an unhealthy container."""

from __future__ import annotations

import pytest

from tests.demo import DemoEngine
from tests.ui.stage import Stage
from tests.ui.test_snapshots import SIZES, Compare, Scene, picture

pytestmark = pytest.mark.usefixtures("frozen")


def on_card(name: str, last: str) -> Scene:
    """The card of a container, with all that was asked for it; `last` is what the last answer brings."""

    async def scene(stage: Stage) -> None:
        await stage.until_open()
        await stage.until_measured()
        await stage.goto(name)
        await stage.press("D")
        await stage.until_known()
        tab = stage.tab("why")
        await stage.until(lambda: tab._log.lines and last in str(tab._sections))
        await stage.settle()

    return scene


@SIZES
@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("shop-report-1", "reported an OOM kill"),
        ("monitoring-alertmanager-1", "6 times in"),
        ("shop-worker-1", "since 14:56:29"),
    ],
    ids=["oom", "loop", "unhealthy"],
)
def test_card(snap_compare: Compare, host: DemoEngine, size: tuple[int, int], name: str, last: str) -> None:
    assert picture(snap_compare, host, size, on_card(name, last))

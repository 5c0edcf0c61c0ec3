"""What takes longer than a moment says that it works, and how to see more of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockertui.screens.base.menu import Menu
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def host() -> Iterator[DemoEngine]:
    with DemoEngine(clock=Clock()) as engine:
        yield engine


async def test_a_command_says_that_it_works_and_where_its_output_is(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-web-2")
        host.faults.hang("POST /containers/.*/restart")
        await stage.press("r", "y")
        await stage.until("restarting shop-web-2… · J, then enter: its output")
        await stage.press("J", "enter")
        await stage.until("Restart shop-web-2")
        host.faults.clear()
        await stage.press("escape", "escape")
        await stage.until_gone("restarting shop-web-2…")


async def test_many_say_it_once(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        host.faults.hang("POST /containers/.*/restart")
        await stage.goto("shop-web-1")
        await stage.press("space", "space", "r", "y")
        await stage.until("restarting 2 containers…")
        host.faults.clear()
        await stage.until("restarted 2 of 2 containers")


async def test_a_command_that_is_over_says_its_result_alone(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("net-debug")
        await stage.press("p", "y")
        await stage.until("net-debug paused")
        said: list[str] = []
        monkeypatch.setattr(stage.main, "say", lambda text, *_: said.append(text))
        stage.main.runner._say_running(stage.main.runner.jobs.newest_first[0].order)
        assert said == []


async def test_progress_is_in_the_header_while_one_job_runs(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.goto("net-debug")
        await stage.main.runner.action_run_command("container.wait")
        await stage.until("1 job: J")
        stage.main.runner.running[0].progress.say_line("step 3/7")
        stage.main.paint_header()
        await stage.until("waiting: step 3/7 · 1 job: J")


@pytest.mark.parametrize("tab", ["i", "D"])
async def test_a_tab_that_waits_for_the_engine_says_so(tab: str, host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.until_answered()
        host.faults.hang(r"GET /containers/\w+/json")
        await stage.goto("shop-search-1")
        await stage.press(tab)
        await stage.until(lambda: "asking…" in title(stage))
        host.faults.clear()
        await stage.until(lambda: "asking…" not in title(stage))
        await stage.until_known()


def title(stage: Stage) -> str:
    return "".join(piece.text if isinstance(piece.text, str) else "" for piece in stage.main.detail.title_bar._left)


async def test_the_copy_menu_that_waits_for_the_engine_says_so(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-search-1")
        host.faults.hang(r"GET /containers/\w+/json")
        await stage.press("y")
        await stage.until("copy: asking the Engine…")
        host.faults.clear()
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        await stage.press("escape")
        assert "asking" not in stage.footer

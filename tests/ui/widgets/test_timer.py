"""A timer that fires once does so, however busy the machine is."""

from __future__ import annotations

import asyncio
import time

import pytest
from textual.app import App

from dockertui.widgets.timer import once


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.001, 0.05])
async def test_it_fires_though_its_time_went_by_before_it_was_looked_at(seconds: float) -> None:
    app: App[None] = App()
    async with app.run_test():
        fired = asyncio.Event()
        once(app, seconds, fired.set)
        time.sleep(0.1)  # noqa: ASYNC251 - the machine is busy with something else
        async with asyncio.timeout(60):
            await fired.wait()


async def test_it_can_be_taken_back() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        fired: list[str] = []
        once(app, 0.01, lambda: fired.append("stopped")).stop()
        once(app, 0.02, lambda: fired.append("let be"))
        while not fired:
            await pilot.pause()
        assert fired == ["let be"]


async def test_a_widget_that_is_closing_gets_no_further_timer() -> None:
    app: App[None] = App()
    async with app.run_test():
        screen = app.screen
    before = asyncio.all_tasks()
    timer = once(screen, 60, lambda: None)
    assert asyncio.all_tasks() == before
    timer.stop()

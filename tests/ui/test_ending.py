"""The program may end at any moment: whatever begins while it ends must end with it, which `opened` holds."""

from __future__ import annotations

import asyncio

import pytest

from dockertui.screens.program.connection import ConnectionScreen
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, WIDE, late, opened

pytestmark = pytest.mark.usefixtures("frozen")


async def _turns(count: int) -> None:
    """Let the loop go round so many times."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", [0, 1, 10, 100, 400, 700, 800, 900, 1000, 1100])
async def test_while_an_engine_is_opened(host: DemoEngine, turns: int) -> None:
    async with opened(NARROW, engine=host, preflight=late(host), live=False) as stage:
        await stage.until("no Engine answered")
        assert isinstance(stage.app.screen, ConnectionScreen)
        stage.app.screen.action_demo()
        while stage.app.session is None:
            await _turns(1)
        await _turns(turns)


async def test_a_session_is_not_followed_after_the_end(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, preflight=late(host), live=False) as stage:
        await stage.until("no Engine answered")
        app = stage.app
        app._main_screen(app.preflight.attempts[0].endpoint, app.preflight)
    app._follow()
    assert app._following is None


@pytest.mark.parametrize("turns", [0, 4, 60])
@pytest.mark.parametrize("key", ["l", "L", "e", "D", "F", "P", "m", "S", "i", "J", "~", "y", ".", "x", "enter"])
async def test_while_something_opens(host: DemoEngine, key: str, turns: int) -> None:
    async with opened(WIDE, engine=host) as stage:
        stage.app.simulate_key(key)
        await _turns(turns)

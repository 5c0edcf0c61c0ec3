"""Handing the real terminal over: nothing is left behind, and nothing waits for a key that a shell has taken."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from dockertui.engine.hijack import WindowSize
from dockertui.terminal.emulator import EmulatorListener
from dockertui.terminal.open_emulator import open_emulator

if sys.platform == "win32":
    pytest.skip("there is no such terminal", allow_module_level=True)

from dockertui.terminal.hand_over import HandOver


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal: where the user types, and where the program reads."""
    user, program = os.openpty()
    yield user, program
    os.close(user)
    os.close(program)


def session() -> Any:
    """A session that runs for as long as anybody looks."""
    size = WindowSize(80, 24)
    return SimpleNamespace(
        size=size, sink=None, caption="sh", emulator=open_emulator(*size, EmulatorListener(), native=False),
        ended=asyncio.Event().wait, resize=lambda size: None, type=lambda data: True,
    )  # fmt: skip


def test_no_task_is_left_when_the_user_comes_back(terminal: tuple[int, int]) -> None:
    user, program = terminal

    async def test() -> set[asyncio.Task[Any]]:
        handing = asyncio.create_task(HandOver(session(), "ctrl+right_square_bracket", program, program).run())
        await asyncio.sleep(0)
        os.write(user, b"\x1do")
        await handing
        await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(test()) == set()


def test_what_a_shell_has_taken_is_not_waited_for(terminal: tuple[int, int]) -> None:
    user, program = terminal
    handing = HandOver(session(), "ctrl+right_square_bracket", program, program)
    reading = threading.Thread(target=handing._typed, daemon=True)
    reading.start()
    reading.join(5)
    waits = reading.is_alive()
    os.write(user, b"x\n")
    reading.join()
    assert not waits

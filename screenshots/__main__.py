"""Regenerate the screenshots, of the demo Engine at a fixed time: `make screenshots`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from dockertui.app import DockerTUI
from dockertui.config import Settings
from dockertui.demo import DemoEngine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.preflight import Preflight
from dockertui.engine.trace import Trace

FOLDER = Path(__file__).parent
NOON = 1_790_000_000.0
"""The time on every picture: 2026-09-21 14:13:20 UTC."""

PICTURES: Sequence[tuple[str, tuple[int, int], Sequence[str]]] = (
    ("containers", (160, 42), ("down",) * 13),
    ("images", (160, 42), ("2", "down", "down")),
    ("networks", (160, 42), ("3", "down", "down", "down")),
    ("volumes", (160, 42), ("4", "down")),
    ("inspect", (160, 42), ("down",) * 12 + ("i",)),
    ("why", (160, 42), ("slash", *"report", "enter", "D")),
    ("logs", (160, 42), ("slash", *"api-1", "enter", "l", "6", "H")),
    ("files", (160, 42), ("slash", *"api-1", "enter", "F")),
    ("events", (120, 30), ("e",)),
    ("overview", (120, 30), ("S",)),
    ("narrow", (80, 24), ()),
    ("help", (100, 42), ("question_mark",)),
)
"""Name, columns and rows, and the keys pressed before the picture is taken."""


async def picture(engine: DemoEngine, name: str, size: tuple[int, int], keys: Sequence[str]) -> None:
    """Take one picture. Statistics need two samples, so the program runs for a moment first."""
    endpoint, trace = Endpoint("demo", engine.url, "--demo", demo=True), Trace(clock=lambda: NOON)
    preflight = Preflight([endpoint], trace)
    preflight.start()
    app = DockerTUI(
        settings=Settings(theme="textual-dark"),
        problems=[],
        preflight=preflight,
        trace=trace,
        start_demo=lambda: endpoint,
    )
    async with app.run_test(size=size) as pilot:
        await asyncio.sleep(4)
        await pilot.press(*keys)
        await asyncio.sleep(4)
        app.save_screenshot(f"{name}.svg", str(FOLDER))


async def main() -> None:
    """Take all pictures in order, each of a fresh Engine."""
    for name, size, keys in PICTURES:
        with DemoEngine(clock=lambda: NOON) as engine:
            await picture(engine, name, size, keys)
        print(f"screenshots/{name}.svg")


if __name__ == "__main__":
    asyncio.run(main())

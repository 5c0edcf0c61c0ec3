"""Regenerate the screenshots, of the demo Engine at a fixed time: `make screenshots`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

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


TOUR: Sequence[tuple[float, Sequence[str]]] = (
    (2.5, ()),
    (1.0, ("down",) * 16),
    (4.5, ("D",)),
    (3.0, ("l",)),
    (1.0, ("escape", "up", "up")),
    (3.5, ("x", *"ps", "enter")),
    (3.0, ("ctrl+right_square_bracket", "d", "escape", "colon", *"docker stats")),
    (3.5, ("enter",)),
)
"""The animated picture: seconds that a frame is shown, and the keys pressed before it."""
TOUR_SIZE = (120, 32)


@asynccontextmanager
async def opened(engine: DemoEngine, size: tuple[int, int]) -> AsyncIterator[tuple[DockerTUI, Pilot[None]]]:
    """Open the program. Statistics need two samples, so it runs for a moment first."""
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
        yield app, pilot


async def picture(engine: DemoEngine, name: str, size: tuple[int, int], keys: Sequence[str]) -> None:
    """Take one picture."""
    async with opened(engine, size) as (app, pilot):
        await pilot.press(*keys)
        await asyncio.sleep(4)
        app.save_screenshot(f"{name}.svg", str(FOLDER))


async def tour(engine: DemoEngine) -> None:
    """Take the animated picture."""
    frames = []
    async with opened(engine, TOUR_SIZE) as (app, pilot):
        for seconds, keys in TOUR:
            for key in keys:
                await pilot.press(key)
                await asyncio.sleep(0.3 if len(key) > 1 else 0.05)
            await asyncio.sleep(3)
            frames.append((seconds, app.export_screenshot()))
    (FOLDER / "tour.svg").write_text(animated(frames), encoding="utf-8")


def animated(frames: Sequence[tuple[float, str]]) -> str:
    """Return pictures as one that shows each for its seconds, again and again; without animation, the first one."""
    whole = sum(seconds for seconds, _ in frames)
    rules, shown, begin = [], [], 0.0
    for number, (seconds, svg) in enumerate(frames):
        end = begin + seconds
        before = f"0% {{ visibility: hidden }} {begin / whole:.2%} {{ visibility: visible }}"
        start = "0% { visibility: visible }" if not number else before
        rules.append(f"@keyframes frame-{number} {{ {start} {end / whole:.2%}, 100% {{ visibility: hidden }} }}")
        rules.append(f"#frame-{number} {{ animation-name: frame-{number} }}")
        shown.append(f'<g class="frame" id="frame-{number}">{svg}</g>')
        begin = end
    found = re.search(r'viewBox="[^"]+"', frames[0][1])
    assert found is not None
    style = f".frame {{ visibility: hidden; animation: {whole}s step-end infinite }} #frame-0 {{ visibility: visible }}"
    css = "\n".join([style, *rules])
    return f'<svg {found[0]} xmlns="http://www.w3.org/2000/svg">\n<style>\n{css}\n</style>\n{"".join(shown)}\n</svg>\n'


async def main() -> None:
    """Take all pictures in order, each of a fresh Engine."""
    for name, size, keys in PICTURES:
        with DemoEngine(clock=lambda: NOON) as engine:
            await picture(engine, name, size, keys)
    with DemoEngine(clock=lambda: NOON) as engine:
        await tour(engine)
        print(f"screenshots/{name}.svg")


if __name__ == "__main__":
    asyncio.run(main())

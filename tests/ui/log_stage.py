"""The whole program on a demo Engine of its own, with the log of a container open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from textual.pilot import Pilot

from dockertui.app import DockerTUI
from dockertui.config import Settings
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, LogLine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.preflight import Preflight
from dockertui.engine.trace import Trace
from dockertui.screens.log.tab import LogTab
from dockertui.screens.main.screen import MainScreen
from tests.demo import DemoEngine

BORN = 1_795_240_000.0
PATIENCE = 60.0
QUIET = Settings(diff_output=False, flow_control=False)


class Clock:
    """A clock that the test advances."""

    def __init__(self) -> None:
        self.now = BORN

    def __call__(self) -> float:
        return self.now


@dataclass
class Stage:
    """The program, its pilot, and the Engine it runs on."""

    demo: DemoEngine
    app: DockerTUI
    pilot: Pilot[None]

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def log(self) -> LogTab:
        tab = self.main.detail.made("logs")
        assert isinstance(tab, LogTab)
        return tab

    @property
    def lines(self) -> list[str]:
        """The rows of the log on the screen, the status line last."""
        return [self.log.render_line(y).text.rstrip() for y in range(self.log.size.height)]

    @property
    def status(self) -> str:
        return self.lines[-1]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on the screen holds."""
        waited = 0.0
        while not condition():
            await self.pilot.pause(0.05)
            waited += 0.05
            assert waited < PATIENCE, "\n".join(self.lines)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Replace the prompt's text by a line, and press Enter."""
        await self.until(lambda: self.app.focused is not self.log)
        await self.press("ctrl+u", *text, "enter")
        await self.until(lambda: self.app.focused is self.log)

    async def open(self, name: str) -> None:
        """Put the cursor on a container, and open its log."""
        containers = self.main.session.mirror.objects("container")
        await self.until(lambda: any(one.name == name for one in containers.values()))
        key = next(key for key, one in containers.items() if one.name == name)
        await self.until(lambda: self.main.lists.all[0].table.move_to(key))
        await self.press("l")
        await self.until(lambda: self.log.size.height > 1 and "asking" not in self.status)

    def silence(self, name: str) -> None:
        """Empty a container's log."""
        self.demo.run(lambda host: named(host, name).logs.clear())

    def wrote(self, name: str, *texts: str, stderr: bool = False, at: float | None = None) -> None:
        """Let a container write lines, each 10 µs after the one before."""

        def write(host: Host) -> None:
            container = named(host, name)
            start = host.now() if at is None else at
            for place, text in enumerate(texts):
                container.logs.append(LogLine(start + place * 1e-5, stderr, text))
            container.temper = replace(container.temper, voice="")
            host.events.emit("container", "exec_die", container.id, {})  # makes followers read again

        self.demo.run(write)


def named(host: Host, name: str) -> Container:
    return next(one for one in host.containers.values() if one.name == name)


@asynccontextmanager
async def stage(size: tuple[int, int] = (100, 24), settings: Settings = QUIET) -> AsyncIterator[Stage]:
    """Run the program and show its main screen."""
    with DemoEngine(clock=Clock()) as demo:
        endpoint = Endpoint("demo", demo.url, "a test", demo=True)
        trace = Trace()
        preflight = Preflight([endpoint], trace=trace)
        preflight.start()
        app = DockerTUI(settings=settings, problems=[], preflight=preflight, trace=trace, start_demo=lambda: endpoint)
        async with app.run_test(size=size) as pilot:
            made = Stage(demo, app, pilot)
            await made.until(
                lambda: any(isinstance(screen, MainScreen) and screen.is_mounted for screen in app.screen_stack)
            )
            yield made
        assert demo.defects == []

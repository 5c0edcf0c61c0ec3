"""The whole program on a frozen demo Engine, with a clock that the test advances, and what its screen shows.

    async with opened(size=WIDE) as stage:
        await stage.press("j")
        await stage.until("shop-api-1")

Nothing sleeps for a fixed time: `until` waits for a state, for as long as a slow machine may need.
"""

from __future__ import annotations

import asyncio
import time
import traceback
import unicodedata
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from rich.segment import Segment
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from dockertui.app import DockerTUI
from dockertui.config import Settings
from dockertui.config_values import AUTO
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.preflight import Attempt, Preflight
from dockertui.engine.trace import Trace
from dockertui.key_names import character_name
from dockertui.live.endings import is_unclear
from dockertui.live.store import LinkState
from dockertui.screens.main.screen import MainScreen
from tests.demo import DemoEngine, Faults
from tests.ui.frames import frame, strips, widths

NARROW, WIDE = (80, 24), (160, 45)

NOW = 1_773_500_966.0
"""2026-03-14 15:09:26 UTC."""

PATIENCE = 60.0
"""Seconds after which an expected state counts as missing."""

CHARACTERS = {character_name(chr(code)): chr(code) for code in range(33, 127)} | {"space": " "}
"""The characters of keys whose names differ from what they type."""

DISPLAYABLE_FORMATS = frozenset("\u200d")


QUICK = Settings(stats_period=0.2)
"""For tests that wait for statistics."""


class Clock:
    """A clock that the test advances."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Stage:
    """A running program and its Engine."""

    app: DockerTUI
    pilot: Pilot[None]
    engine: DemoEngine
    clock: Clock
    problems: list[dict[str, Any]] = field(default_factory=list)

    # looking

    @property
    def lines(self) -> list[str]:
        """The lines on the screen, right blanks cut off."""
        return frame(self.app)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def header(self) -> str:
        return self.lines[0]

    @property
    def footer(self) -> str:
        return self.lines[-1]

    def line(self, text: str) -> str:
        """Return the first line that contains `text`."""
        return next(line for line in self.lines if text in line)

    @property
    def main(self) -> MainScreen:
        """The main screen, even below other screens."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def cursor(self) -> str:
        """The name of the object under the open pane's cursor; "" for none."""
        pane = self.main.pane
        return "" if pane.item is None else pane.resource.name(pane.item)

    @property
    def shown(self) -> list[str]:
        """Names of the rows of the open pane, from the top, including those below the screen."""
        pane = self.main.pane
        return [pane.resource.name(pane.table.objects[key]) for key in pane.table.shown]

    @property
    def marked(self) -> list[str]:
        pane = self.main.pane
        return sorted(pane.resource.name(pane.table.objects[key]) for key in pane.table.marks)

    @property
    def detail_text(self) -> str:
        """The lines of the detail, wherever it is."""
        region = self.main.detail.region
        return "\n".join(line[region.x : region.right] for line in self.lines[region.y : region.bottom])

    def tab(self, id: str) -> Any:
        """Return a tab of the detail."""
        return self.main.detail.made(id)

    # acting

    async def settle(self) -> None:
        """Wait until every message sent so far is handled, and the layout is done.

        Pilot's own waiting watches the processor's load, which other programs share.
        """
        for _ in range(3):
            await self.pilot._wait_for_screen(PATIENCE)
            screen = self.app.screen
            while screen.is_running and _is_busy(screen):  # noqa: ASYNC110 - nothing tells when a layout is done
                await asyncio.sleep(0.002)

    async def press(self, *keys: str) -> None:
        """Press keys, by Textual's names, and wait for the effect of each."""
        for key in keys:
            await self.burst(key)

    async def burst(self, *keys: str) -> None:
        """Press keys faster than the program can handle them."""
        for key in keys:
            character = key if len(key) == 1 else CHARACTERS.get(key)
            self.app.post_message(events.Key(key if len(key) > 1 else character_name(key), character))
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*["space" if character == " " else character for character in text])

    async def until(self, state: str | Callable[[], object], *, absent: bool = False) -> None:
        """Wait until a text is on the screen, or a condition holds (`absent`: no longer)."""
        holds = (lambda: state in self.text) if isinstance(state, str) else state
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            if bool(holds()) is not absent:
                await self.settle()
                return
            await asyncio.sleep(0.01)
        what = state if isinstance(state, str) else "the state"
        raise AssertionError(f"{what!r} {'stays' if absent else 'does not come'}:\n{self.text}")

    async def until_gone(self, state: str | Callable[[], object]) -> None:
        await self.until(state, absent=True)

    async def until_open(self) -> None:
        """Wait until the main screen is shown, and live."""
        await self.until(
            lambda: any(isinstance(screen, MainScreen) and screen.is_mounted for screen in self.app.screen_stack)
        )
        await self.until_live()

    async def until_known(self) -> None:
        """Wait until the Engine has replied about the object in the detail, if the detail is visible."""
        detail = self.main.detail
        await self.until(lambda: not detail.seen or detail.subject is None or detail.subject.inspect)

    async def until_answered(self) -> None:
        """Wait until the Engine has replied about the object in the detail, even with nothing."""
        detail = self.main.detail
        await self.until(lambda: detail._asking is None or detail._asking.done())

    async def until_live(self) -> None:
        """Wait until the mirror's link is live."""
        await self.until(lambda: self.main.session.mirror.link.state is LinkState.LIVE)

    async def until_explained(self) -> None:
        """Wait until the Engine has been asked why the visible containers that do not run ended."""
        endings, table = self.main.session.endings, self.main.lists.containers.table
        await self.settle()
        await self.until(
            lambda: (
                endings.idle
                and all(key in endings._asked for key in table.visible_keys() if is_unclear(table.objects[key]))
            )
        )

    async def until_measured(self) -> None:
        """Wait until every visible running row has statistics, and every other one the reason of its end.

        Containers that use no CPU lack a CPU percentage.
        """
        await self.until_explained()
        idle = self.change(lambda host: {id for id, one in host.containers.items() if not one.temper.cpu})
        sampler = self.main.session.sampler
        await self.until(
            lambda: (
                sampler._watched
                and not sampler._unreported
                and all(
                    (one := sampler.usage.get(id)) and (one.cpu is not None or id in idle) for id in sampler._watched
                )
            )
        )

    async def goto(self, name: str) -> None:
        """Put the cursor of the open pane on the object of this name."""
        pane = self.main.pane
        key = next(key for key, item in pane.table.objects.items() if pane.resource.name(item) == name)
        assert pane.table.move_to(key), f"{name} is hidden"
        await self.settle()

    def change(self, change: Callable[[Any], Any]) -> Any:
        """Change the demo host, in the Engine's thread."""
        return self.engine.run(change)

    # checking

    def check_frame(self) -> None:
        """Check that every line is as wide as the screen, and that nothing in it is a command to a terminal."""
        assert widths(self.app) == {self.app.size.width}
        for y, strip in enumerate(strips(self.app)):
            bad = [text for text in map(obeyed, strip) if text]
            assert not bad, f"line {y}: {bad!r} in {strip.text!r}"


def _is_busy(screen: Screen[Any]) -> bool:
    """Whether a layout, or a callback after it, is pending."""
    return bool(screen._layout_required or screen._callbacks or not screen._compositor.size.area)


def obeyed(segment: Segment) -> str:
    """Return the characters of a segment that are commands to a terminal, or reorder others."""
    assert segment.control is None
    return "".join(
        character
        for character in segment.text
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        and character not in DISPLAYABLE_FORMATS
    )


@contextmanager
def no_leftovers() -> Any:
    """Check that the program left no task running, and no error to the loop."""
    loop, before, problems = asyncio.get_running_loop(), asyncio.all_tasks(), []
    loop.set_exception_handler(lambda _, context: problems.append(context))
    try:
        yield problems
    finally:
        loop.set_exception_handler(None)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not left, f"tasks left behind: {left}"
    assert not problems, f"errors left behind: {problems}"


def program(
    engine: DemoEngine,
    clock: Clock,
    *,
    settings: Settings | None = None,
    name: str = "demo",
    demo: bool = True,
    preflight: Preflight | None = None,
    **options: Any,
) -> DockerTUI:
    """Return the program as `dockertui.cli` makes it, on this Engine."""
    trace = Trace(clock=clock)
    endpoint = Endpoint(name, engine.url, "--demo" if demo else "--host", demo=demo)
    if preflight is None:
        preflight = Preflight([endpoint], trace=trace)
    if not preflight.is_alive():
        preflight.start()
    settings = settings or Settings()
    return DockerTUI(
        settings=_for_tests(settings),
        problems=(),
        preflight=preflight,
        trace=trace,
        start_demo=lambda: Endpoint("demo", engine.url, "--demo", demo=True),
        **options,
    )


class Unanswered(Preflight):
    """First requests without any reply."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        super().__init__([])
        self.attempts = list(attempts)


def nowhere() -> Unanswered:
    """Return the case of no Engine at two addresses, each with a different reason."""
    return Unanswered(
        [
            Attempt(
                Endpoint("local", "unix:///var/run/docker.sock", "default socket"),
                EngineError(
                    ErrorKind.PERMISSION,
                    "permission denied on /var/run/docker.sock",
                    "add yourself to the group docker: sudo usermod -aG docker $USER, then log in again",
                ),
            ),
            Attempt(
                Endpoint("rootless", "unix:///run/user/1000/docker.sock", "default socket"),
                EngineError(ErrorKind.NO_SOCKET, "there is no socket at /run/user/1000/docker.sock"),
            ),
        ]
    )


def late(engine: DemoEngine) -> Unanswered:
    """Return the case of an Engine that did not reply before, and would now."""
    error = EngineError(ErrorKind.REFUSED, "nobody answers", "start it")
    return Unanswered([Attempt(Endpoint("late", engine.url, "--host"), error)])


def _for_tests(settings: Settings) -> Settings:
    """Return the settings with a theme that does not depend on the environment."""
    return replace(settings, theme="textual-dark" if settings.theme == AUTO else settings.theme)


@asynccontextmanager
async def opened(
    size: tuple[int, int] = NARROW,
    *,
    clock: Clock | None = None,
    containers: int | None = None,
    faults: Faults | None = None,
    engine: DemoEngine | None = None,
    live: bool = True,
    fails: bool = False,
    **options: Any,
) -> AsyncIterator[Stage]:
    """Run the program with its main screen open and live; check that it leaves nothing running.

    No error may occur that the program survives, unless the test passes `fails`.
    """
    clock = clock or Clock()
    own = engine is None
    engine = engine or DemoEngine(clock=clock, containers=containers, faults=faults)
    try:
        await asyncio.to_thread(engine.start)
        with no_leftovers() as problems:
            app = program(engine, clock, **options)
            async with app.run_test(size=size) as pilot:
                stage = Stage(app, pilot, engine, clock, problems)
                if live:
                    await stage.until_open()
                yield stage
            assert fails or not app.crashes.errors, traceback.format_exception(app.crashes.errors[0])
        assert engine.defects == []
    finally:
        if own:
            await asyncio.to_thread(engine.stop)


def names(lines: Sequence[str], known: Collection[str]) -> list[str]:
    """Return which of the known names are in these lines, in their order."""
    return [name for line in lines for name in known if f" {name} " in f"{line} "]

"""The listener: what it asks an Engine for, and what the journal then knows, over losses, restarts and overflows."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from dockertui.engine import system
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Event, Version
from dockertui.live.event_coverage import EVERYTHING, Gap
from dockertui.live.event_listener import BEGINNING, EventListener
from dockertui.live.journal import Journal
from dockertui.live.store import Link, LinkState, Mirror
from tests.unit.live.live_world import lost, play, until
from tests.unit.live.test_journal import event


class Daemon:
    """An Engine's events as Docker keeps them: the last few, and whoever listens."""

    def __init__(self, keeps: int = 256) -> None:
        self.history: deque[Event] = deque(maxlen=keeps)
        self.asked: list[tuple[int | None, Any]] = []
        self.refuses: EngineError | None = None
        self.listeners: list[asyncio.Queue[Event | EngineError | None]] = []
        self.deaf = False
        """Whether the streams are half-open: nothing arrives any more."""
        self.proofs = 0

    def emit(self, *moments: int) -> None:
        for moment in moments:
            self.history.append(event(moment))
            for queue in self.listeners if not self.deaf else ():
                queue.put_nowait(event(moment))

    def end(self, error: EngineError | None = None) -> None:
        for queue in self.listeners:
            queue.put_nowait(error)

    @asynccontextmanager
    async def events(
        self, engine: object, since: int | None = None, filters: Any = None, until: int | None = None
    ) -> AsyncIterator[AsyncIterator[Event]]:
        if until is not None:
            self.proofs += 1
            yield _past([one for one in self.history if (since or 0) <= one.time_ns <= until])
            return
        self.asked.append((since, filters))
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses
        queue: asyncio.Queue[Event | EngineError | None] = asyncio.Queue()
        for past in self.history:
            if since is not None and past.time_ns >= since:
                queue.put_nowait(past)
        self.listeners.append(queue)
        try:
            yield _items(queue)
        finally:
            self.listeners.remove(queue)


async def _past(events: list[Event]) -> AsyncIterator[Event]:
    for one in events:
        yield one


async def _items(queue: asyncio.Queue[Event | EngineError | None]) -> AsyncIterator[Event]:
    while (item := await queue.get()) is not None:
        if isinstance(item, EngineError):
            raise item
        yield item


class Scene:
    """A journal, a mirror that says whether there is an Engine, and a daemon."""

    def __init__(self, keeps: int = 256, podman: bool = False, clock: Callable[[], float] = time.time) -> None:
        self.daemon = Daemon(keeps)
        self.journal = Journal()
        self.mirror = Mirror([], clock)
        if podman:
            self.mirror.version = Version.from_json({"Components": [{"Name": "Podman Engine"}]})
        self.link(LinkState.LIVE)

    def link(self, state: LinkState) -> None:
        self.mirror.set_link(Link(state, 0.0))

    @asynccontextmanager
    async def listening(self, **options: Any) -> AsyncIterator[EventListener]:
        engine: Any = self.daemon
        listener = EventListener(engine, self.mirror, self.journal, rng=random.Random(1), **options)
        task = asyncio.create_task(listener.run())
        try:
            yield listener
        finally:
            assert not task.done(), "the listener died"
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert not self.daemon.listeners, "a stream was left open"

    @property
    def moments(self) -> list[int]:
        return [one.time_ns for one in self.journal]

    async def until(self, *moments: int) -> None:
        await until(lambda: self.moments == list(moments))


@pytest.fixture(autouse=True)
def played_events(monkeypatch: pytest.MonkeyPatch) -> None:
    def events(engine: Daemon, since: int | None = None, filters: Any = None, until: int | None = None) -> Any:
        return engine.events(engine, since, filters, until)

    monkeypatch.setattr(system, "events", events)


A, B, C, D, E = (2_000_000_000 + number for number in range(5))


def test_listener_receives_past_and_new_events() -> None:
    async def test() -> None:
        scene = Scene()
        scene.daemon.emit(A, B)
        async with scene.listening() as listener:
            await scene.until(A, B)
            assert listener.live
            scene.daemon.emit(C)
            await scene.until(A, B, C)
        assert scene.daemon.asked == [(BEGINNING, None)]
        assert scene.journal.coverage.gaps() == [Gap(None, A, False), Gap(C, None, False)]

    play(test())


def test_reconnection_resumes_from_the_last_event_without_a_gap() -> None:
    async def test() -> None:
        scene = Scene()
        scene.daemon.emit(A, B)
        async with scene.listening():
            await scene.until(A, B)
        scene.daemon.emit(C, D)
        async with scene.listening():
            await scene.until(A, B, C, D)
            assert scene.journal.coverage.gaps() == [Gap(None, A, False)]
        assert [since for since, _ in scene.daemon.asked] == [BEGINNING, B]

    play(test())


def test_known_event_that_closes_the_gap_is_reported_as_a_change() -> None:
    async def test() -> None:
        scene = Scene()
        scene.daemon.emit(A, B)
        async with scene.listening():
            await scene.until(A, B)
        gaps: list[list[Gap]] = []
        async with scene.listening(changed=lambda: gaps.append(scene.journal.coverage.gaps())):
            await until(lambda: bool(gaps) and gaps[-1] == [Gap(None, A, False)])
        assert gaps[0][-1] == Gap(B, None, False), "until it came, events might have been missing"

    play(test())


def test_forgotten_last_event_leaves_a_gap() -> None:
    async def test() -> None:
        scene = Scene(keeps=2)
        scene.daemon.emit(A)
        async with scene.listening():
            await scene.until(A)
        scene.daemon.emit(B, C, D)
        async with scene.listening():
            await scene.until(A, C, D)
            assert scene.journal.coverage.gaps() == [Gap(None, A, False), Gap(A, C, False)]

    play(test())


def test_an_engine_that_was_restarted_has_forgotten_everything() -> None:
    async def test() -> None:
        scene = Scene()
        scene.daemon.emit(A)
        async with scene.listening() as listener:
            await scene.until(A)
            scene.link(LinkState.LOST)
            await until(lambda: not scene.daemon.listeners)
            assert not listener.live
            scene.daemon.history.clear()
            scene.link(LinkState.LIVE)
            await until(lambda: listener.live)
            assert scene.journal.coverage.gaps() == [Gap(None, A, False), Gap(A, None, False)]
            scene.daemon.emit(D)
            await scene.until(A, D)
            assert scene.journal.coverage.gaps() == [Gap(None, A, False), Gap(A, D, False)]

    play(test())


def test_no_request_is_sent_without_an_engine() -> None:
    async def test() -> None:
        scene = Scene()
        scene.link(LinkState.LOST)
        async with scene.listening() as listener:
            await asyncio.sleep(3600)
            assert scene.daemon.asked == []
            scene.link(LinkState.LIVE)
            await until(lambda: listener.live)
        assert len(scene.daemon.asked) == 1

    play(test())


def test_broken_stream_is_reopened_with_backoff() -> None:
    async def test() -> None:
        scene = Scene()
        scene.daemon.emit(A)
        async with scene.listening() as listener:
            await scene.until(A)
            scene.daemon.refuses = EngineError(ErrorKind.UNAUTHORIZED, "not for you")
            scene.daemon.end(lost())
            await until(lambda: listener.error is not None and "not for you" in str(listener.error))
            await asyncio.sleep(3600)
            assert 20 < len(scene.daemon.asked) < 300
            assert not listener.live
            scene.daemon.refuses = None
            await until(lambda: listener.live)
            assert listener.error is None

    play(test())


def test_half_open_stream_is_detected_and_its_events_are_recovered() -> None:
    def now() -> float:
        return 1_700_000_000.0 + asyncio.get_running_loop().time()

    async def test() -> None:
        scene = Scene(clock=now)
        async with scene.listening(filters=({"container": ["a"]},)) as listener:
            await until(lambda: listener.live)
            await asyncio.sleep(600)
            assert 0 < scene.daemon.proofs <= 20
            assert len(scene.daemon.asked) == 1, "silence proves nothing"
            scene.daemon.deaf = True
            unheard = int(now() * 1e9)
            scene.daemon.emit(unheard)
            await asyncio.sleep(70)
            assert scene.moments == [unheard]
            assert len(scene.daemon.asked) == 2
            scene.daemon.deaf = False
            scene.daemon.emit(unheard + 1)
            await scene.until(unheard, unheard + 1)
            assert listener.live
            assert listener.error is None

    play(test())


def test_an_end_of_the_stream_is_a_loss_too() -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.listening() as listener:
            await until(lambda: listener.live)
            scene.daemon.end()
            await until(lambda: len(scene.daemon.asked) == 2 and listener.live)

    play(test())


def test_unexpected_answer_becomes_a_shown_error() -> None:
    async def test() -> None:
        scene = Scene()

        def refuse(*_: object) -> Any:
            raise ZeroDivisionError("odd")

        scene.daemon.events = refuse  # type: ignore[method-assign, assignment]
        async with scene.listening() as listener:
            await until(lambda: listener.error is not None)
            assert "ZeroDivisionError: odd" in str(listener.error)

    play(test())


def test_a_scope_of_several_requests_is_live_when_all_of_them_stand() -> None:
    async def test() -> None:
        scene, changes = Scene(), list[bool]()
        filters = ({"container": ["a"]}, {"type": ["network"]})
        tell: list[Callable[[], bool]] = []
        async with scene.listening(
            scope="container a", filters=filters, changed=lambda: changes.append(tell[0]())
        ) as listener:
            tell.append(lambda: listener.live)
            await until(lambda: listener.live)
            assert changes == [False, True]
            assert [asked for _, asked in scene.daemon.asked] == list(filters)
            scene.daemon.emit(A)
            await scene.until(A)
            assert scene.journal.coverage.gaps("container a") == [Gap(None, A, False)]

    play(test())


def test_podman_is_asked_since_a_time_and_covers_all_since() -> None:
    async def test() -> None:
        scene = Scene(podman=True)
        scene.daemon.emit(A, C)
        async with scene.listening(back=B) as listener:
            await until(lambda: listener.live)
            await scene.until(C)
            assert scene.journal.coverage.gaps(EVERYTHING) == [Gap(None, B, False)]
        async with scene.listening(back=BEGINNING, from_start=True):
            await scene.until(A, C)
            assert scene.journal.coverage.gaps(EVERYTHING) == [Gap(None, BEGINNING, False)]

    play(test())

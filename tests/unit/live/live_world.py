"""The environment of the mirror's tests: a fake Engine, and a loop that skips waiting instead of sleeping."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Event, Version
from dockertui.live.store import ALL, Ids, Mirror, Source

EPOCH = 1_700_000_000.0
_DAY = 86_400.0
T = TypeVar("T")


class _SkippingSelector(selectors.SelectSelector):
    """Advances its clock where the loop would sleep."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and (timeout is None or self.skipped > _DAY):
            raise AssertionError("everything waits, and nothing is going to happen")
        if not ready and timeout:
            self.skipped += max(timeout, 0.0)
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour of waiting takes no time. For tests without real input and output."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def play(test: Coroutine[Any, Any, T]) -> T:
    """Run a test on a loop that skips waiting, and check that it left no task behind."""
    loop = SkippingLoop()
    try:
        result = loop.run_until_complete(test)
        left = asyncio.all_tasks(loop)
        assert not left, f"tasks left running: {left}"
        return result
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@dataclass(frozen=True)
class Thing:
    """An object of any kind; `note` is published, but ignored by `==`."""

    id: str
    state: str = ""
    note: str = field(default="", compare=False)


def event(actor: str, action: str = "change", kind: str = "thing") -> Event:
    return Event(type=kind, action=action, detail="", actor=actor, attributes={}, time_ns=0, scope="local")


def lost(message: str = "the Engine is gone") -> EngineError:
    return EngineError(ErrorKind.LOST, message)


@dataclass
class Asked:
    """One listing requested, and when (seconds of the loop)."""

    at: float
    kind: str
    ids: frozenset[str] | None


class World:
    """The fake Engine's objects, its behaviour, and the requests it got."""

    endpoint = Endpoint("lab", "unix:///lab.sock", "test")

    def __init__(self, *kinds: str) -> None:
        self.things: dict[str, dict[str, Thing]] = {kind: {} for kind in kinds}
        self.asked: list[Asked] = []
        self.opened: list[float] = []
        self.pinged: list[float] = []
        self.streams = 0
        self.filters: Mapping[str, Collection[str]] | None = None
        self.down: EngineError | None = None
        self.ping_error: EngineError | None = None
        self.broken: dict[str, BaseException] = {}
        self.list_takes = 0.0
        self.headers_take = 0.0
        self.hangs = False
        self.slept = 0.0
        self.deaf = False
        """Whether the streams are half-open: pings are answered, and no event arrives."""
        self.past_error: BaseException | None = None
        self.asked_past: list[float] = []
        self._past: list[Event] = []
        self._subscribers: list[asyncio.Queue[Event | BaseException | None]] = []

    def now(self) -> float:
        return EPOCH + asyncio.get_running_loop().time() + self.slept

    def mirror(self) -> Mirror:
        return Mirror([self.source(kind) for kind in self.things], clock=self.now)

    def source(self, kind: str) -> Source[Thing]:
        async def ls(engine: Engine, ids: Collection[str] | None) -> list[Thing]:
            return await self._list(kind, ids)

        def touched(happened: Event, known: Mapping[str, Thing]) -> Ids:
            if happened.type != kind:
                return ()
            return ALL if happened.action == "prune" else (happened.actor,)

        return Source(kind, ls, lambda thing: thing.id, touched)

    def engine(self) -> Engine:
        return cast(Engine, self)

    def put(self, kind: str, *ids: str, state: str = "", tell: bool = True) -> None:
        """Create or change objects, and send their events."""
        for identity in ids:
            self.things[kind][identity] = Thing(identity, state)
            if tell:
                self.send(event(identity, kind=kind))

    def drop(self, kind: str, identity: str, *, tell: bool = True) -> None:
        del self.things[kind][identity]
        if tell:
            self.send(event(identity, "destroy", kind))

    def send(self, item: Event | BaseException | None) -> None:
        """Send an event to the present listeners, with the present time; or an error, or None (the end)."""
        if isinstance(item, Event):
            if not item.time_ns:
                item = item._replace(time_ns=int(self.now() * 1e9))
            self._past.append(item)
            if self.deaf:
                return
        for queue in self._subscribers:
            queue.put_nowait(item)

    def die(self, error: EngineError) -> None:
        self.down = error
        self.send(error)

    def lists(self, kind: str) -> list[frozenset[str] | None]:
        return [asked.ids for asked in self.asked if asked.kind == kind]

    async def open(self) -> Version:
        self.opened.append(asyncio.get_running_loop().time())
        await self._answer(15)
        return Version.from_json({"Version": "1.0", "ApiVersion": "1.41"})

    async def ping(self, timeout: float) -> None:  # noqa: ASYNC109 (as the client has it)
        self.pinged.append(asyncio.get_running_loop().time())
        await self._answer(timeout)
        if self.ping_error:
            raise self.ping_error

    @asynccontextmanager
    async def events(
        self,
        engine: object,
        since: int | None = None,
        filters: Mapping[str, Collection[str]] | None = None,
        until: int | None = None,
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Replaces `system.events`."""
        self.filters = filters
        if until is not None:
            self.asked_past.append(asyncio.get_running_loop().time())
            await self._answer(_DAY)
            if self.past_error:
                raise self.past_error
            yield _these([event for event in self._past[-256:] if (since or 0) <= event.time_ns <= until])
            return
        await self._answer(_DAY)
        queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        self._subscribers.append(queue)
        self.streams += 1
        try:
            await asyncio.sleep(self.headers_take)
            yield _items(queue)
        finally:
            self._subscribers.remove(queue)
            self.streams -= 1

    async def _list(self, kind: str, ids: Collection[str] | None) -> list[Thing]:
        asked = None if ids is None else frozenset(ids)
        self.asked.append(Asked(asyncio.get_running_loop().time(), kind, asked))
        await self._answer(30)
        if kind in self.broken:
            raise self.broken[kind]
        answer = [thing for thing in self.things[kind].values() if asked is None or thing.id in asked]
        await asyncio.sleep(self.list_takes)
        return answer

    async def _answer(self, limit: float) -> None:
        await asyncio.sleep(0)
        given_up = asyncio.get_running_loop().time() + limit
        while self.hangs:
            if asyncio.get_running_loop().time() >= given_up:
                raise EngineError(ErrorKind.TIMEOUT, f"no answer in {limit:g} s")
            await asyncio.sleep(0.1)
        if self.down:
            raise self.down


async def _these(events: Sequence[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event


async def _items(queue: asyncio.Queue[Event | BaseException | None]) -> AsyncIterator[Event]:
    while (item := await queue.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item


async def until(condition: Callable[[], object], step: float = 0.005) -> None:
    """Run until the condition holds; time is skipped, so up to a minute is given."""
    for _ in range(12_000):
        if condition():
            return
        await asyncio.sleep(step)
    raise AssertionError("that never came to be")

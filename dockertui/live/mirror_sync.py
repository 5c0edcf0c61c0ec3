"""Keep the mirror equal to the Engine: subscribe, list, apply; notice a lost connection, and reconnect."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final

from dockertui.engine import system
from dockertui.engine.client import Engine
from dockertui.engine.clock import EngineClock
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Event
from dockertui.engine.trace import because
from dockertui.live.backoff import Backoff
from dockertui.live.event_coverage import EVERYTHING, LISTS, Stretch
from dockertui.live.journal import Journal
from dockertui.live.kind_reader import KindReader, Pace, unexpected
from dockertui.live.proof import Proof
from dockertui.live.store import ALL, Link, LinkState, Mirror, Source

PING_LIMIT: Final = 3.0
"""Seconds after which an Engine that does not answer a ping counts as hanging."""
BUSY_PING_LIMIT: Final = 10.0
"""The same while a list is being read, which delays the ping's answer on a slow line."""
_PROOF: Final = 2.0
"""Heartbeats between two checks of the stream of events, which replace every second ping."""
_INSTANT: Final = 0.001
"""Seconds too short to wait for."""
_JUMP: Final = 2.0
"""Seconds by which the wall clock must run ahead of the loop's to show that the machine slept."""
_HEALTHY: Final = 10.0
"""Seconds a connection must have lasted for the first reconnection after its loss to be immediate."""


class MirrorSync:
    """Fills a mirror from an Engine and keeps it right while `run()` runs.

    Events say which objects to read again, never their new state: an Engine drops events for a slow reader and forgets
    them when it restarts. `filters` are sent with the request for events, to leave out those that change no list, but
    not to Podman, which uses other words. Received events are kept in the `journal`.
    """

    def __init__(
        self,
        engine: Engine,
        mirror: Mirror,
        *,
        settle: float = 0.1,
        confirm: float = 1.0,
        reconcile: float = 60.0,
        heartbeat: float = 5.0,
        backoff: tuple[float, float] = (0.1, 10.0),
        filters: Mapping[str, Sequence[str]] | None = None,
        journal: Journal | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._engine = engine
        self._journal = Journal() if journal is None else journal
        self._mirror = mirror
        self._clock = EngineClock.of(mirror.clock)
        self._pace = Pace(settle, confirm, reconcile)
        self._heartbeat = heartbeat
        self._delays = backoff
        self._filters = filters
        self._rng = rng or random.Random()
        self._backoff = Backoff(*backoff, self._rng)
        self._readers: list[KindReader] = []
        self._proof: Proof | None = None
        self._take: Callable[[Event], None] = lambda _: None
        self._heard_at = 0.0
        self._live = asyncio.Event()
        self._wanted = {source.kind: asyncio.Event() for source in mirror.sources}
        for source in mirror.sources:
            if source.at_once:
                self.want(source.kind)

    def want(self, kind: str) -> None:
        """Mirror this kind, too, from now on."""
        self._wanted[kind].set()

    async def run(self) -> None:
        """Keep the mirror in sync until cancelled, whatever the Engine does."""
        while True:
            began = asyncio.get_running_loop().time()
            error = await self._session()
            if asyncio.get_running_loop().time() - began > _HEALTHY:
                self._backoff.reset()
            delay = None if error.kind is ErrorKind.LOGIN else self._backoff.next()
            self._set_link(LinkState.LOST, error, retry_in=delay)
            await self._backoff.wait(delay)
            self._set_link(LinkState.LOST if delay is not None else LinkState.CONNECTING, error)

    def retry_now(self) -> None:
        """End all waits for the next attempt."""
        self._backoff.cut()
        for reader in self._readers:
            reader.retry_now()

    def oldest_unread_age(self) -> float:
        """Return the age in seconds of the oldest reported change that has not been read; 0 if there is none."""
        return max((reader.oldest_unread_age() for reader in self._readers), default=0.0)

    async def settled(self) -> None:
        """Wait until the link is live and everything dirty by the events received is read and confirmed.

        Events under way are given a moment to arrive.
        """
        await asyncio.sleep(self._pace.settle)
        while not (self._live.is_set() and all(reader.idle.is_set() for reader in self._readers)):
            await self._live.wait()
            for reader in self._readers:
                await reader.idle.wait()

    async def _session(self) -> EngineError:
        """Run one connection from its negotiation to its end, and return the error that ended it."""
        try:
            with because("live mirror"):
                version = self._mirror.version = await self._engine.open()
            self._heard()
            self._readers = []
            reading = (self._read(source) for source in self._mirror.sources if not source.lacking(version))
            await first_to_end(*reading, self._follow(), self._beat())
        except EngineError as error:
            return error
        except Exception as error:
            return unexpected(error, "watching it")
        return EngineError(ErrorKind.LOST, "the Engine ended the stream of events")

    async def _read(self, source: Source[Any]) -> None:
        """Keep a kind fresh, from when it is wanted."""
        await self._wanted[source.kind].wait()
        backoff = Backoff(*self._delays, self._rng)
        reader = KindReader(self._engine, self._mirror, source, self._pace, backoff, self._tried)
        self._readers.append(reader)
        await reader.run()

    async def _follow(self) -> None:
        """Pass each event to the readers until the stream ends.

        Its headers may be late (some Podman versions send them with the first event), so the readers list meanwhile;
        when they arrive, everything is dirty again, because of changes between that list and the subscription.
        """
        podman = self._mirror.version is not None and self._mirror.version.podman
        filters = None if podman else self._filters
        with because("live mirror"), self._journal.listening(EVERYTHING if filters is None else LISTS) as stretch:
            proof = self._proof = Proof(self._engine, self._clock, filters, podman=podman)
            self._take = partial(self._hear, stretch)
            async with system.events(self._engine, filters=filters) as events:
                proof.begin()
                self._mark_all()
                async for event in events:
                    self._heard()
                    proof.record(event)
                    self._take(event)

    def _hear(self, stretch: Stretch, event: Event) -> None:
        self._journal.add_from(event, stretch)
        for reader in self._readers:
            reader.take(event)

    async def _beat(self) -> None:
        """Ping an Engine that has been silent, and check its stream of events if that has been.

        Raises `EngineError` if it does not answer, or if the stream has missed events.
        """
        while True:
            quiet = self._quiet()
            if (wait := min(self._heartbeat - self._silence(), _PROOF * self._heartbeat - quiet)) > _INSTANT:
                await self._sleep(wait)
                continue
            if quiet < _PROOF * self._heartbeat - _INSTANT or self._proof is None or not await self._prove(self._proof):
                await self._ping()
            self._heard()

    def _quiet(self) -> float:
        """Return the seconds since the stream of events was last known to be alive; 0 if that cannot be checked."""
        if self._proof is None or not self._proof.possible:
            return 0.0
        return asyncio.get_running_loop().time() - self._proof.asked_at

    async def _prove(self, proof: Proof) -> bool:
        """Check the stream against the Engine's own list of events; return False if the check was not possible.

        Events that the stream missed are processed. Raises `EngineError` as `Proof.check`.
        """
        with because("heartbeat"):
            return await proof.check(self._ping_limit, self._take)

    @property
    def _ping_limit(self) -> float:
        busy = any(not reader.idle.is_set() for reader in self._readers)
        return BUSY_PING_LIMIT if busy else PING_LIMIT

    async def _ping(self) -> None:
        try:
            with because("heartbeat"):
                await self._engine.ping(self._ping_limit)
        except EngineError as error:
            if not 400 <= error.status < 500:  # a proxy that forbids pings is reachable all the same
                raise

    async def _sleep(self, seconds: float) -> None:
        """Sleep; if the machine slept meanwhile, list everything and ping.

        Its clock then went on while the loop's stood still; connections may be dead, and events missed.
        """
        loop = asyncio.get_running_loop()
        ahead = self._mirror.clock() - loop.time()
        await asyncio.sleep(seconds)
        if self._mirror.clock() - loop.time() - ahead > _JUMP:
            self._mark_all()
            self._heard_at = loop.time() - self._heartbeat

    def _mark_all(self) -> None:
        for reader in self._readers:
            reader.mark(ALL)

    def _tried(self, error: EngineError | None) -> None:
        """Note the result of reading a kind; the link is live once each kind was tried.

        An error of one kind concerns that kind alone while another can be read; otherwise raises `EngineError`.
        """
        if error is None:
            self._heard()
        if self._live.is_set() or not all(reader.tried for reader in self._readers):
            return
        if error is not None and not any(reader.answered for reader in self._readers):
            raise error
        self._set_link(LinkState.LIVE)

    def _heard(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()

    def _silence(self) -> float:
        """Return the seconds since the Engine last sent anything."""
        return asyncio.get_running_loop().time() - self._heard_at

    def _set_link(self, state: LinkState, error: EngineError | None = None, retry_in: float | None = None) -> None:
        """Change the link; `since` stays the time when its state began."""
        if state is LinkState.LIVE:
            self._live.set()
        else:
            self._live.clear()
        link, now = self._mirror.link, self._mirror.clock()
        since = link.since if state is link.state else now
        self._mirror.set_link(Link(state, since, error, None if retry_in is None else now + retry_in))


async def first_to_end(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; then cancel the others and raise that one's exception, if any.

    Unlike a `TaskGroup`, it also cancels the others if one returns early or is cancelled from inside.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            raise error

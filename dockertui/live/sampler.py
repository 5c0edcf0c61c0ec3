"""Sample the usage of the containers on display, as rarely as serves the display."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from dockertui.engine import containers, stats
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.stats import Usage
from dockertui.engine.trace import because
from dockertui.live.history import StatsHistory
from dockertui.live.store import Unsubscribe, notify

ONE_SHOT_API: Final = "1.44"
"""The first version in which a single sample takes milliseconds; earlier ones wait for the Engine's next tick."""
CONCURRENCY: Final = 10
STREAMS_MOST: Final = 40
"""Where samples are streamed: with more containers than this each is asked in turn, however long it takes."""
SAMPLES_A_SECOND: Final = 20
"""The maximum for all containers together: with more containers each is sampled less often."""
_SLOW_SAMPLES_A_SECOND: Final = 8
"""The same where each sample takes the Engine a second."""
MISSES: Final = 3
"""The number of periods without a reply after which a figure is too old to be shown."""
_PODMAN_PERIOD: Final = 5.0
"""Seconds between two samples of a Podman stream."""
_REPORT_EVERY: Final = 0.1
_SAMPLE_LIMIT: Final = 5.0
_SECOND: Final = 1.0
"""Seconds between a container's first sample and its second, which brings the CPU."""
_EARLY: Final = 0.25
"""A sample due within this part of the period is made now; a streamed one that comes earlier still is dropped."""
_GONE: Final = (ErrorKind.NOT_FOUND, ErrorKind.CONFLICT)

_log = logging.getLogger("dockertui")


class Sampler:
    """The usage of the containers watched, by ID.

    CPU is a difference: a container's first sample has only memory, unless the Engine includes the previous sample.
    `on_sample` receives the IDs whose usage changed or was dropped, at most ten times a second. One-shot requests are
    used where they are quick, otherwise (before API 1.44, and on Podman) one stream for each container, while they are
    few.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        period: float = 2.0,
        on_sample: Callable[[frozenset[str]], None] = lambda ids: None,
        history: StatsHistory | None = None,
    ) -> None:
        self._engine = engine
        self._history = history or StatsHistory()
        self._asked_period = self._period = period
        self._subscribers = [on_sample]
        self._wanted: dict[str, frozenset[str]] = {}
        self._watched: frozenset[str] = frozenset()
        self._usage: dict[str, Usage] = {}
        self._raw: dict[str, Mapping[str, Any]] = {}
        self._seen_to: dict[str, float] = {}
        self._answered: dict[str, float] = {}
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._unreported: set[str] = set()
        self._report_timer: asyncio.TimerHandle | None = None
        self._reachable = True
        self._wake = asyncio.Event()

    @property
    def usage(self) -> Mapping[str, Usage]:
        """The last sample of each container watched now or moments ago, where there is one."""
        return MappingProxyType(self._usage)

    @property
    def period(self) -> float:
        """Seconds between two samples of a container: as asked for, or more with many containers or on Podman."""
        version = self._engine.version
        streamed = version is not None and version.podman and not self._one_shot()
        return max(self._period, _PODMAN_PERIOD) if streamed else self._period

    @period.setter
    def period(self, seconds: float) -> None:
        if seconds != self._asked_period:
            self._asked_period = seconds
            self._set_pace()
            self._wake.set()

    def _set_pace(self) -> None:
        """Lengthen the period for many containers or a slow Engine."""
        slow = self._one_shot() and not self._quick()
        rate = _SLOW_SAMPLES_A_SECOND if slow else SAMPLES_A_SECOND
        self._period = max(self._asked_period, len(self._watched) / rate)

    def subscribe(self, tell: Callable[[frozenset[str]], None]) -> Unsubscribe:
        """Call `tell` as `on_sample`, until the returned function is called."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)

    def watch(self, ids: Collection[str], place: str = "list") -> None:
        """Sample these containers for a `place` that shows them, besides those wanted by other places.

        The last samples of containers that no place wants any more expire.
        """
        self._wanted[place] = frozenset(ids)
        watched = frozenset().union(*self._wanted.values())
        if watched == self._watched:
            return
        for identity in self._watched - watched:
            self._seen_to.pop(identity, None)
        self._watched = watched
        self._set_pace()
        self._expire()
        self._wake.set()

    def set_reachable(self, reachable: bool) -> None:
        """Sample while the Engine is reachable, at once when it is again, and not while it is lost."""
        if reachable and not self._reachable:
            self._seen_to.clear()
        self._reachable = reachable
        self._wake.set()

    async def run(self) -> None:
        """Sample until cancelled."""
        try:
            with because("statistics"):
                while True:
                    try:
                        await self._round()
                    except Exception as error:
                        _log.error("statistics failed", exc_info=error)
                        await asyncio.sleep(self._period)
        finally:
            await self._end_streams(self._streams.keys())
            if self._report_timer is not None:
                self._report_timer.cancel()
                self._report_timer = None

    async def _round(self) -> None:
        """Do what is due, then wait for the next due time or for a change of what is wanted."""
        self._wake.clear()
        self._set_pace()
        if not self._reachable or self._engine.version is None:
            await self._end_streams(self._streams.keys())
        elif self._one_shot():
            await self._poll()
        else:
            await self._tend_streams()
        self._expire()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._next_round()):
                await self._wake.wait()

    def _next_round(self) -> float | None:
        """Return when something is due next, in the loop's seconds."""
        if self._watched and self._reachable and self._engine.version is not None:
            return min(map(self._due_at, self._watched))
        return _now() + self._period if self._usage else None  # the samples shown still expire

    def _one_shot(self) -> bool:
        """Return whether samples are requested one by one: where that is quick, or there would be too many streams."""
        return self._quick() or len(self._watched) > STREAMS_MOST

    def _quick(self) -> bool:
        version = self._engine.version
        return version is not None and not version.podman and self._engine.supports(ONE_SHOT_API)

    def _due_at(self, identity: str) -> float:
        """Return when a container is due again, in the loop's seconds."""
        return self._seen_to.get(identity, -self._period) + self._period

    def _due(self) -> list[str]:
        """Return the containers that are due or nearly so."""
        soon = _now() + self._period * _EARLY
        return [identity for identity in self._watched if self._due_at(identity) <= soon]

    async def _poll(self) -> None:
        await self._end_streams(self._streams.keys())
        due, slots = self._due(), asyncio.Semaphore(CONCURRENCY)
        self._seen_to.update(dict.fromkeys(due, _now()))
        await asyncio.gather(*(self._sample(identity, slots) for identity in due))

    async def _sample(self, identity: str, slots: asyncio.Semaphore) -> None:
        async with slots:
            if identity in self._watched:
                with self._missing(identity):
                    async with asyncio.timeout(_SAMPLE_LIMIT):
                        raw = await containers.stats_once(self._engine, identity)
                    self._take(identity, raw)

    async def _tend_streams(self) -> None:
        """Open streams of newly watched containers, reopen those that ended, and close those no longer wanted."""
        await self._end_streams(self._streams.keys() - self._watched)
        for identity in self._due():
            stream = self._streams.get(identity)
            if stream is None or stream.done():
                self._streams[identity] = asyncio.create_task(self._listen(identity))
            self._seen_to[identity] = _now()

    async def _listen(self, identity: str) -> None:
        with self._missing(identity):
            async with containers.stats_stream(self._engine, identity) as samples:
                async for raw in samples:
                    if _now() >= self._answered.get(identity, -self._period) + self._period * (1 - _EARLY):
                        self._take(identity, raw)

    async def _end_streams(self, ids: Collection[str]) -> None:
        streams = [self._streams.pop(identity) for identity in tuple(ids)]
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    @contextlib.contextmanager
    def _missing(self, identity: str) -> Iterator[None]:
        """Context manager: on failure let the last sample expire, or drop it if the container is gone."""
        try:
            yield
        except Exception as error:
            if isinstance(error, EngineError) and error.kind in _GONE:
                self._end(identity)
            elif not isinstance(error, EngineError | TimeoutError):
                _log.error("statistics could not be read", exc_info=error)

    def _take(self, identity: str, raw: Mapping[str, Any]) -> None:
        if identity not in self._watched:
            return
        previous = self._raw.get(identity)
        usage = stats.usage(raw, previous)
        if usage is None:  # not running
            self._end(identity)
            return
        if previous is None:
            self._seen_to[identity] = _now() - self._period + min(self._period, _SECOND)
        self._raw[identity] = raw
        self._usage[identity] = usage
        self._history.take(identity, usage)
        self._answered[identity] = _now()
        self._tell(identity)

    def _expire(self) -> None:
        """Drop the samples that have not been renewed for too long."""
        period = self._period if self._one_shot() else max(self._period, _PODMAN_PERIOD)
        for identity, answered in tuple(self._answered.items()):
            if _now() - answered > MISSES * period:
                self._drop(identity)

    def _end(self, identity: str) -> None:
        """Note that the container is not running."""
        self._drop(identity)
        self._history.stop(identity)

    def _drop(self, identity: str) -> None:
        """Drop the last sample of a container."""
        self._history.interrupt(identity)
        self._raw.pop(identity, None)
        self._answered.pop(identity, None)
        if self._usage.pop(identity, None) is not None:
            self._tell(identity)

    def _tell(self, identity: str) -> None:
        self._unreported.add(identity)
        if self._report_timer is None:
            self._report_timer = asyncio.get_running_loop().call_later(_REPORT_EVERY, self._report)

    def _report(self) -> None:
        self._report_timer = None
        ids, self._unreported = frozenset(self._unreported), set()
        for tell in tuple(self._subscribers):
            notify(tell, ids)


def _now() -> float:
    return asyncio.get_running_loop().time()

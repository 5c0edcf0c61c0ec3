"""Check that the stream of events still delivers.

A connection can be dead in one direction unnoticed: pings are answered on others, and a stream without events looks
like an idle Engine. So the Engine is sometimes asked, on another connection, for the events of the last seconds: an
event that the stream did not deliver proves that the stream is dead. No events prove nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dockertui.engine import system
from dockertui.engine.client import Engine
from dockertui.engine.clock import EngineClock
from dockertui.engine.diagnosis import timed_out
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Event

LATE: Final = 2.0
"""Seconds that the stream may lag behind the Engine's answer on another connection."""
_TRIES: Final = 3
"""The number of failed checks in a row after which no more are made, as where a proxy forbids them."""
_REMEMBERED: Final = 1024
"""The number of events remembered: four times as many as the Engine remembers."""
_SECOND: Final = 1_000_000_000

_Key = tuple[int, str, str, str]


class Proof:
    """What one stream has delivered, and the check against the Engine's own list.

    `received` counts the stream's events; `asked_at` is the loop's time of the last event or check.
    """

    def __init__(
        self, engine: Engine, clock: EngineClock, filters: Mapping[str, Sequence[str]] | None, *, podman: bool = False
    ) -> None:
        self.received = 0
        self.asked_at = asyncio.get_running_loop().time()
        self._podman = podman
        self._engine = engine
        self._clock = clock
        self._filters = filters
        self._since: int | None = None
        self._failures = 0
        self._keys: OrderedDict[_Key, None] = OrderedDict()

    @property
    def possible(self) -> bool:
        """Whether the stream is open and the Engine answers checks."""
        return self._since is not None and self._failures < _TRIES

    def begin(self) -> None:
        """Note that the stream is open: it covers all from the next second on, the precision of the Engine's clock."""
        self._since = int((self._clock.latest + 1.0) * _SECOND)

    def record(self, event: Event) -> None:
        """Note an event of the stream."""
        self.received += 1
        self.asked_at = asyncio.get_running_loop().time()
        self._keys[_key(event)] = None
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)
        if self._since is not None:
            self._since = max(self._since, event.time_ns - _SECOND)

    async def missed_events(self, limit: float) -> list[Event] | None:
        """Return the events that the stream should have delivered and did not; None if the Engine does not say.

        Raises:
            EngineError: (TIMEOUT) Docker, which begins its reply at once, did not begin it within `limit` seconds.
        """
        self.asked_at = asyncio.get_running_loop().time()
        until = int(self._clock.earliest * _SECOND)
        if self._since is None or until <= self._since:
            return None
        begun = False
        try:
            async with asyncio.timeout(limit), system.events(self._engine, self._since, self._filters, until) as events:
                begun = True
                listed = [event async for event in events]
        except (TimeoutError, EngineError) as error:
            self._failures += 1
            if isinstance(error, TimeoutError) and not begun and not self._podman:
                raise timed_out(self._engine.endpoint, "GET /events", limit) from None
            return None
        self._failures = 0
        return self._compared(listed, until)

    async def check(self, limit: float, take: Callable[[Event], None] = lambda _: None) -> bool:
        """Compare the stream with the Engine's list, passing missed events to `take`; return False if the Engine does
        not say.

        Raises:
            EngineError: (LOST) the stream delivers nothing in the next `LATE` seconds either; or as `missed_events`.
        """
        before = self.received
        missed = await self.missed_events(limit)
        for event in missed or ():
            take(event)
        if missed:
            await asyncio.sleep(LATE)
            if self.received == before:
                raise EngineError(ErrorKind.LOST, "the stream of events stopped silently")
        return missed is not None

    async def keep_checking(self, quiet: float, limit: float) -> None:
        """Check whenever the stream has been silent for `quiet` seconds. Raises EngineError as `check`."""
        while True:
            await asyncio.sleep(self.asked_at + quiet - asyncio.get_running_loop().time())
            if asyncio.get_running_loop().time() - self.asked_at < quiet:
                continue
            if self.possible:
                await self.check(limit)
            else:
                self.asked_at = asyncio.get_running_loop().time()

    def _compared(self, listed: Sequence[Event], until: int) -> list[Event]:
        missed = [event for event in listed if _key(event) not in self._keys]
        if not missed:
            self._since = until
        return missed


def _key(event: Event) -> _Key:
    return event.time_ns, event.type, event.action, event.actor

"""Listening to the Engine's events for a view of them, from the oldest that it still remembers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dockertui.engine import system
from dockertui.engine.client import Engine
from dockertui.engine.clock import EngineClock
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.trace import because
from dockertui.live.backoff import Backoff
from dockertui.live.event_coverage import EVERYTHING
from dockertui.live.journal import Journal
from dockertui.live.kind_reader import unexpected
from dockertui.live.mirror_sync import first_to_end
from dockertui.live.proof import Proof
from dockertui.live.store import Link, LinkState, Mirror

Filters = Mapping[str, Sequence[str]]
BEGINNING: Final = 1_000_000_000
"""The earliest time that is ever asked for, in epoch ns."""
_BACKOFF: Final = (0.5, 30.0)
_QUIET: Final = 30.0
"""Seconds without an event after which a stream is checked; the mirror's own stream is checked sooner."""
_PROOF_LIMIT: Final = 10.0
"""Seconds that the Engine has to answer the check."""


class EventListener:
    """Bring the events of one scope into the journal while `run` runs, resuming after the last event received.

    `filters` has one entry a request, several for a scope that no single request covers. `back` (epoch ns) is the
    earliest time asked for when nothing is known yet, or when everything is asked for `from_start`. While the
    mirror's link is down nothing is asked. The last event received is asked for again: if the Engine no longer has it,
    others may be missing, and the journal keeps the gap.
    """

    def __init__(
        self,
        engine: Engine,
        mirror: Mirror,
        journal: Journal,
        scope: str = EVERYTHING,
        filters: Sequence[Filters | None] = (None,),
        *,
        back: int = BEGINNING,
        from_start: bool = False,
        changed: Callable[[], None] = lambda: None,
        rng: random.Random | None = None,
    ) -> None:
        self.engine = engine
        self.mirror = mirror
        self.journal = journal
        self.scope = scope
        self.back = back
        self.error: EngineError | None = None
        """Why it is not listening now."""
        self.listening = 0
        """The number of open streams."""
        self._filters = filters
        self._from_start = from_start
        self._changed = changed
        self._rng = rng or random.Random()
        self._linked = asyncio.Event()
        self._lost = asyncio.Event()

    @property
    def live(self) -> bool:
        """Whether every event is received as it happens."""
        return self.listening == len(self._filters)

    async def run(self) -> None:
        """Listen until cancelled."""
        leave = self.mirror.subscribe_link(self._link_changed)
        self._link_changed(self.mirror.link)
        try:
            async with asyncio.TaskGroup() as tasks:
                for number, filters in enumerate(self._filters):
                    scope = f"{self.scope} {number}" if number else self.scope
                    tasks.create_task(self._keep_listening(scope, filters))
        finally:
            leave()

    def _link_changed(self, link: Link) -> None:
        if link.state is LinkState.LIVE:
            self._lost.clear()
            self._linked.set()
        else:
            self._linked.clear()
            self._lost.set()

    async def _keep_listening(self, scope: str, filters: Filters | None) -> None:
        backoff = Backoff(*_BACKOFF, self._rng)
        while True:
            await self._linked.wait()
            clock = EngineClock.of(self.mirror.clock)
            proof = Proof(self.engine, clock, filters, podman=self._log_is_complete)
            listening = self._listen(scope, filters, backoff, proof)
            try:
                with because("events"):
                    await first_to_end(listening, self._until_lost(), proof.keep_checking(_QUIET, _PROOF_LIMIT))
            except EngineError as error:
                self.error = error
            except Exception as error:
                self.error = unexpected(error, "listening to its events")
            self._changed()
            if self._linked.is_set():
                await backoff.wait(backoff.next())

    async def _until_lost(self) -> None:
        await self._lost.wait()

    async def _listen(self, scope: str, filters: Filters | None, backoff: Backoff, proof: Proof) -> None:
        """Read one stream, from the last event received or from as far back as is wanted."""
        left = None if self._from_start else self.journal.coverage.last_ended(scope)
        last = left.last if left is not None else None
        since = last.time_ns if last is not None else self.back
        proven = self.back if self._log_is_complete and last is None else 0
        with self.journal.listening(scope, proven) as stretch:
            async with system.events(self.engine, since=since, filters=filters) as events:
                self._from_start = False
                proof.begin()
                self._count_streams(1)
                try:
                    async for event in events:
                        proof.record(event)
                        closes_gap = stretch.last is None
                        if left is not None and event == last:
                            self.journal.coverage.resume(left, stretch)
                            left, closes_gap = None, True
                        backoff.reset()
                        self.journal.add_from(event, stretch)
                        if closes_gap:  # by an event that was known before, too: that alone would change nothing
                            self._changed()
                finally:
                    self._count_streams(-1)
        raise EngineError(ErrorKind.LOST, "the Engine ended the stream of events")

    def _count_streams(self, streams: int) -> None:
        self.listening += streams
        if self.live:
            self.error = None
        self._changed()

    @property
    def _log_is_complete(self) -> bool:
        """Whether the Engine sends every event since the time asked for: Podman reads its log, Docker forgets."""
        return self.mirror.version is not None and self.mirror.version.podman

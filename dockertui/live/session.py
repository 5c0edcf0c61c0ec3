"""One Engine as the program holds it: the connection, the mirror, the journal of events, the statistics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.models import Version
from dockertui.engine.trace import Trace
from dockertui.live.endings import Endings
from dockertui.live.history import StatsHistory
from dockertui.live.journal import Journal
from dockertui.live.mirror_sync import MirrorSync
from dockertui.live.sampler import Sampler
from dockertui.live.store import Change, LinkState, Mirror, Source, event_filters


class Session:
    """An Engine with its mirror, journal of events, mirror sync, sampler, history of samples and endings.

    `seed` fills the mirror with the lists read before the screen existed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        sources: Iterable[Source[Any]],
        *,
        on_sample: Callable[[frozenset[str]], None],
        on_ending: Callable[[str], None] = lambda id: None,
        read_only: bool = False,
        trace: Trace | None = None,
        stats_period: float = 2.0,
    ) -> None:
        self.endpoint = endpoint
        self.trace = trace or Trace()
        self.engine = Engine(endpoint, read_only=read_only, trace=self.trace)
        kinds = tuple(sources)
        self.mirror = Mirror(kinds, clock=self.trace.clock)
        self.journal = Journal()
        self.mirror_sync = MirrorSync(self.engine, self.mirror, filters=event_filters(kinds), journal=self.journal)
        self.history = StatsHistory(self.trace.clock)
        self.sampler = Sampler(self.engine, period=stats_period, on_sample=on_sample, history=self.history)
        self.endings = Endings(self.engine, self.mirror, self.journal, on_ending)
        self.mirror.subscribe(self._remember)
        self.mirror.subscribe_link(lambda link: self.sampler.set_reachable(link.state is not LinkState.LOST))

    def seed(self, version: Version | None, lists: Mapping[str, Sequence[Any]]) -> None:
        """Fill the mirror with lists read at the start; the mirror sync lists again once it receives events."""
        self.mirror.version = version
        for kind, objects in lists.items():
            self.mirror.replace(kind, objects)

    def _remember(self, change: Change) -> None:
        """Leave gaps in the histories of containers that were removed, stopped or restarted."""
        if change.kind != "container":
            return
        for id in change.removed:
            self.history.remove(id)
        containers = self.mirror.objects("container")
        for id in change.changed:
            container = containers[id]
            if container.running:
                self.history.begin(id, container.since, container.since_error)
            else:
                self.history.stop(id)

    async def run(self) -> None:
        """Follow the Engine until cancelled, then close the connections."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.mirror_sync.run())
                tasks.create_task(self.sampler.run())
                tasks.create_task(self.endings.run())
        finally:
            await self.engine.close()

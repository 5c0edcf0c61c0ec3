"""A mirror of a real Engine, and the listing it is compared with."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.models import Container
from dockertui.live.mirror_sync import MirrorSync
from dockertui.live.store import LinkState, Mirror, event_filters
from dockertui.resources.registry import SOURCES
from tests.engine.dockerd import Dockerd

PATIENCE = 120.0
"""Seconds for what takes moments: a slow machine fails no test, a stuck one does."""
_fences = itertools.count()


@dataclass(frozen=True)
class Watch:
    """A running MirrorSync on a private Engine."""

    dockerd: Dockerd
    engine: Engine
    mirror: Mirror
    mirror_sync: MirrorSync

    async def cli(self, *words: str) -> str:
        """Run `docker WORDS…` while the mirror is kept in sync."""
        return await asyncio.to_thread(self.dockerd.cli, *words)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on the mirror or its link holds."""
        changed = asyncio.Event()
        leave = self.mirror.subscribe(lambda change: changed.set())
        leave_link = self.mirror.subscribe_link(lambda link: changed.set())
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            leave()
            leave_link()

    async def settled(self) -> None:
        """Wait until every event so far has been received and acted upon.

        Events come in order: once the last of them, of a volume created for this, is seen, so are all others.
        """
        fence = f"fence-{next(_fences)}"
        await self.cli("volume", "create", fence)
        await self.until(lambda: self.mirror.get("volume", fence))
        async with asyncio.timeout(PATIENCE):
            await self.mirror_sync.settled()

    def container(self, identity: str) -> Container:
        """Return a container in the mirror."""
        container: Container = self.mirror.objects("container")[identity]
        return container

    def asked(self, path: str = "") -> int:
        """Return how many requests with `path` in their path were made for the mirror."""
        return sum(path in request.path for request in self.engine.trace)

    def events_heard(self) -> int:
        """Return how many bytes of events were received."""
        return sum(request.bytes_in for request in self.engine.trace if "/events" in request.path)

    async def differences(self) -> list[str]:
        """Compare the mirror with a fresh listing, field by field."""
        found: list[str] = []
        async with opened(self.dockerd) as engine:
            for source in SOURCES:
                fresh = {source.identity(obj): obj for obj in await source.ls(engine, None)}
                found += _differences(source.kind, fresh, dict(self.mirror.objects(source.kind)))
        return found


@asynccontextmanager
async def opened(dockerd: Dockerd, endpoint: Endpoint | None = None) -> AsyncIterator[Engine]:
    """Connect to the private Engine, through another endpoint if given."""
    engine = Engine(endpoint or Endpoint("test", dockerd.host, "--host"))
    try:
        await engine.open()
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def watching(
    dockerd: Dockerd, *, reconcile: float = 3600.0, endpoint: Endpoint | None = None, **options: Any
) -> AsyncIterator[Watch]:
    """Run a live mirror. It reconciles once an hour, so its knowledge comes from events."""
    async with opened(dockerd, endpoint) as engine:
        mirror = Mirror(SOURCES, clock=engine.trace.clock)
        mirror_sync = MirrorSync(engine, mirror, reconcile=reconcile, filters=event_filters(SOURCES), **options)
        for source in SOURCES:
            mirror_sync.want(source.kind)
        watch = Watch(dockerd, engine, mirror, mirror_sync)
        task = asyncio.create_task(mirror_sync.run())
        try:
            await watch.until(lambda: mirror.link.state is LinkState.LIVE)
            await mirror_sync.settled()
            yield watch
            assert not task.done(), "the mirror sync died"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _differences(kind: str, fresh: dict[str, Any], mirrored: dict[str, Any]) -> list[str]:
    found = [f"{kind} {identity} is missing" for identity in fresh.keys() - mirrored.keys()]
    found += [f"{kind} {identity} is gone" for identity in mirrored.keys() - fresh.keys()]
    for identity in fresh.keys() & mirrored.keys():
        if fresh[identity] != mirrored[identity]:
            found.append(f"{kind} {identity}: {_fields(fresh[identity], mirrored[identity])}")
    return found


def _fields(fresh: Any, mirrored: Any) -> str:
    told = []
    for name in fresh.__match_args__:
        here, there = getattr(mirrored, name), getattr(fresh, name)
        if here != there:
            told.append(f"{name} {here!r}, listed {there!r}")
    return "; ".join(told)

"""A live mirror of a real Engine, and the listing it is compared with."""

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
"""Seconds for what takes moments: a machine that is slow fails no test, one that is stuck does."""
_fences = itertools.count()


@dataclass(frozen=True)
class Watch:
    """A mirror sync at work on a private Engine."""

    dockerd: Dockerd
    engine: Engine
    mirror: Mirror
    mirror_sync: MirrorSync

    async def cli(self, *words: str) -> str:
        """Run `docker WORDS…` while the mirror sync goes on."""
        return await asyncio.to_thread(self.dockerd.cli, *words)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the mirror or its link is as wished."""
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
        """Wait until every event of what was done so far has been heard and followed.

        Events come in order: who has seen the last of them, a volume's made for this, has seen the others.
        """
        fence = f"fence-{next(_fences)}"
        await self.cli("volume", "create", fence)
        await self.until(lambda: self.mirror.get("volume", fence))
        async with asyncio.timeout(PATIENCE):
            await self.mirror_sync.settled()

    def container(self, identity: str) -> Container:
        """A container that the mirror knows."""
        container: Container = self.mirror.objects("container")[identity]
        return container

    def asked(self, path: str = "") -> int:
        """How many requests with this in their path the Engine has seen from the mirror sync."""
        return sum(path in request.path for request in self.engine.trace)

    def events_heard(self) -> int:
        """How many bytes of events came."""
        return sum(request.bytes_in for request in self.engine.trace if "/events" in request.path)

    async def differences(self) -> list[str]:
        """What a fresh listing has and the mirror has not, and the other way round, field by field."""
        found: list[str] = []
        async with opened(self.dockerd) as engine:
            for source in SOURCES:
                fresh = {source.identity(obj): obj for obj in await source.ls(engine, None)}
                found += _differences(source.kind, fresh, dict(self.mirror.objects(source.kind)))
        return found


@asynccontextmanager
async def opened(dockerd: Dockerd, endpoint: Endpoint | None = None) -> AsyncIterator[Engine]:
    """A connection to the private Engine, by another way than its socket where one is given."""
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
    """A mirror that is live. It reconciles once an hour, so that what it knows it knows from events."""
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

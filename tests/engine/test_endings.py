"""The list says of a real Engine's containers why they ended: started, failed and killed while it is watched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dockertui.live.session import Session
from dockertui.resources.container_state import status
from dockertui.resources.registry import SOURCES
from dockertui.resources.surroundings import Surroundings
from tests.engine.dockerd import IMAGE, Dockerd
from tests.engine.test_why import EAT, LIMIT, SHELL
from tests.engine.three_ways import endpoint_of

PATIENCE = 60.0


@asynccontextmanager
async def watching(dockerd: Dockerd) -> AsyncIterator[Session]:
    """A session that has every container on the screen."""
    session = Session(endpoint_of(dockerd), SOURCES, on_sample=lambda ids: None, read_only=True)
    session.mirror.subscribe(lambda change: session.endings.watch([*session.mirror.objects("container")]))
    task = asyncio.create_task(session.run())
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def says(session: Session, name: str, pattern: str) -> None:
    """Wait until a container's status matches."""
    around = Surroundings(session.mirror, {}, endings=session.endings)
    shown: dict[str, str] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not re.match(pattern, shown.get(name, "")):
                await asyncio.sleep(0.05)
                containers = session.mirror.objects("container").values()
                shown = {one.name: status(around, one).text for one in containers}
    assert re.match(pattern, shown[name]), shown


async def test_the_status_of_containers_that_fail(clean_dockerd: Dockerd) -> None:
    async def docker(*words: str) -> None:
        await asyncio.to_thread(clean_dockerd.cli, *words, check=False)

    async with watching(clean_dockerd) as session:
        await docker("create", "--name=late", IMAGE, "nosuch")
        await says(session, "late", "created$")
        await asyncio.sleep(1.0)  # it is asked about before it fails, too
        await docker("start", "late")
        await says(session, "late", "start failed: command not found$")
        await docker("run", "-d", "--name=first", "-p18080:80", IMAGE, "sleep", "1d")
        await docker("run", "-d", "--name=second", "-p18080:80", IMAGE, "sleep", "1d")
        await says(session, "second", "start failed: port in use$")
        await docker("run", "-d", "--name=eats", *LIMIT, IMAGE, *SHELL, EAT)
        await says(session, "eats", r"OOM killed, \d")
        await docker("run", "-d", "--name=loops", "--restart=always", IMAGE, "sh", "-c", "exit 1")
        await says(session, "loops", r"restarting \d+x$")
        await docker("kill", "first")
        await says(session, "first", r"exit 137, \d")

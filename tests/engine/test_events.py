"""The journal beside `docker events`: the same events, over a random walk, over losses and restarts of the Engine."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from threading import Lock
from typing import Any

from dockertui.engine.models import Event
from dockertui.live.event_coverage import EVERYTHING
from dockertui.live.event_listener import EventListener
from dockertui.live.journal import Journal, concerns
from dockertui.resources.event import as_json
from tests.engine.dockerd import Dockerd
from tests.engine.test_random_walk import Walker
from tests.engine.watching import PATIENCE, Watch, watching

WALKERS, STEPS = 4, 40
_fences = itertools.count()


class Beside:
    """A journal that is listened to, and what `docker events` prints beside it."""

    def __init__(self, watch: Watch, journal: Journal) -> None:
        self.watch = watch
        self.dockerd = watch.dockerd
        self.journal = journal
        self.printed: list[dict[str, Any]] = []

    @asynccontextmanager
    async def listening(self, scope: str = EVERYTHING, **options: Any) -> AsyncIterator[EventListener]:
        listener = EventListener(self.watch.engine, self.watch.mirror, self.journal, scope, **options)
        task = asyncio.create_task(listener.run())
        try:
            await until(lambda: listener.live)
            yield listener
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def printing(self) -> AsyncIterator[None]:
        """`docker events`, from its history on, until it is left or the Engine goes."""
        words = ("docker", "events", "--since", "0", "--format", "{{json .}}")
        process = await asyncio.create_subprocess_exec(
            *words, env=self.dockerd.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        reading = asyncio.create_task(self._read(process))
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await reading
            await process.wait()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self.printed.append(json.loads(line))

    async def fence(self) -> None:
        """Wait until both have heard of everything that was done so far: events come in order."""
        name = f"events-fence-{next(_fences)}"
        await asyncio.to_thread(self.dockerd.cli, "volume", "create", name)
        await until(lambda: any(event.actor == name for event in self.journal))
        await until(lambda: any(one["Actor"]["ID"] == name for one in self.printed))

    def told(self) -> list[dict[str, Any]]:
        """What the journal holds, as the Engine would write it."""
        return [as_json(event, reveal=True) for event in self.journal]

    def expected(self) -> list[dict[str, Any]]:
        """What was printed, in the order of time, without the fields that say the same again."""
        bare = [{key: one[key] for key in one if key not in ("status", "id", "from")} for one in self.printed]
        return sorted(bare, key=lambda one: one["timeNano"])

    async def cli(self, *words: str) -> str:
        return await asyncio.to_thread(self.dockerd.cli, *words)

    async def walk(self, seed: int, steps: int = STEPS) -> None:
        """Several people do what comes into their heads."""
        fragile = Lock()
        walkers = [Walker(self.dockerd, seed, number, fragile) for number in range(WALKERS)]
        with ThreadPoolExecutor(WALKERS) as threads:
            try:
                await asyncio.gather(*[asyncio.wrap_future(threads.submit(one.walk, steps)) for one in walkers])
            finally:
                for walker in walkers:
                    walker.tired.set()


async def until(condition: Any) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "that never came to be"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def beside(dockerd: Dockerd) -> AsyncIterator[Beside]:
    """A restarted Engine, whose history is empty, with a mirror and a journal."""
    dockerd.restart()
    journal = Journal()
    async with watching(dockerd, journal=journal) as watch:
        yield Beside(watch, journal)


async def test_the_timeline_of_a_random_walk_is_that_of_docker_events(clean_dockerd: Dockerd) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    async with beside(clean_dockerd) as scene, scene.printing(), scene.listening():
        await scene.walk(seed)
        await scene.fence()
        told, expected = scene.told(), scene.expected()
        assert len(told) > 256, f"seed {seed}"
        assert told == expected, f"seed {seed}"
        swapped = sum(a["timeNano"] > b["timeNano"] for a, b in itertools.pairwise(scene.printed))
        print(f"{len(told)} events, of which the Engine told {swapped} after a later one")


async def test_what_happened_while_nobody_looked_is_there_when_he_comes_back(clean_dockerd: Dockerd) -> None:
    async with beside(clean_dockerd) as scene, scene.printing():
        await scene.cli("volume", "create", "first")
        async with scene.listening():
            await scene.fence()
            await scene.walk(1, steps=3)
        await scene.walk(2, steps=3)
        async with scene.listening():
            await scene.fence()
            assert scene.told() == scene.expected()
            (beginning,) = scene.journal.coverage.gaps()
            assert beginning.since is None


async def test_when_the_engine_has_forgotten_some_the_journal_knows_where(clean_dockerd: Dockerd) -> None:
    async with beside(clean_dockerd) as scene, scene.printing():
        async with scene.listening():
            await scene.cli("volume", "create", "first")
            await scene.fence()
        last = list(scene.journal)[-1]
        names = [f"v{number}" for number in range(150)]
        await scene.cli("network", "create", "unheard")
        for at in range(0, len(names), 30):
            await asyncio.gather(*[scene.cli("volume", "create", name) for name in names[at : at + 30]])
        await scene.cli("volume", "rm", *names)
        async with scene.listening():
            await scene.fence()
            gap = scene.journal.coverage.gaps()[-2:]
            assert (gap[-1].since, gap[-1].partly) == (last.time_ns, True), "the mirror heard what changed its lists"
            assert gap[-1].until is not None
            after = [one for one in scene.expected() if one["timeNano"] >= gap[-1].until]
            assert len(after) >= 256
            assert [one for one in scene.told() if one["timeNano"] >= gap[-1].until] == after


async def test_over_a_crash_of_the_engine_each_of_its_lives_is_told(clean_dockerd: Dockerd) -> None:
    async with beside(clean_dockerd) as scene, scene.listening() as listener:
        async with scene.printing():
            await scene.walk(3, steps=4)
            await scene.fence()
            first = scene.expected()
            await asyncio.to_thread(clean_dockerd.kill9)
            await until(lambda: not listener.live)
        scene.printed.clear()
        await asyncio.to_thread(clean_dockerd.start)
        await until(lambda: listener.live)
        async with scene.printing():
            await scene.walk(4, steps=4)
            await scene.fence()
            second = scene.expected()
            told = scene.told()
            assert told[: len(first)] == first
            assert told[-len(second) :] == second
            gaps = [blank for blank in scene.journal.coverage.gaps() if blank.since is not None]
            assert any(blank.since == first[-1]["timeNano"] for blank in gaps)


async def test_an_object_is_told_everything_about_it_and_little_else_comes(clean_dockerd: Dockerd) -> None:
    async with beside(clean_dockerd) as scene, scene.printing():
        id = clean_dockerd.run("--name", "one", "-v", "data:/data", network="bridge")
        others = {"type": ["network", "volume"], "event": ["connect", "disconnect", "mount", "unmount"]}
        filters = ({"type": ["container"], "container": [id]}, others)
        async with scene.listening(f"container {id}", filters=filters):
            clean_dockerd.run("--name", "other", network="bridge")
            await scene.cli("exec", "one", "true")
            await scene.cli("kill", "--signal", "HUP", "one")
            await scene.cli("rename", "one", "uno")
            await scene.cli("network", "create", "net")
            await scene.cli("network", "connect", "net", "uno")
            await scene.cli("top", "uno")
            await scene.cli("rm", "-f", "uno")
            await scene.fence()

            def about() -> list[dict[str, Any]]:
                return [as_json(event, reveal=True) for event in scene.journal.of("container", id)]

            expected = [one for one in scene.expected() if concerns(Event.from_json(one), "container", id)]
            await until(lambda: len(about()) >= len(expected))
            assert about() == expected
            actions = {one["Action"].partition(":")[0] for one in expected}
            assert actions >= {"create", "start", "exec_create", "exec_start", "exec_die", "kill", "rename", "connect"}
            assert actions >= {"top", "die", "destroy", "disconnect", "mount", "unmount"}


async def test_probes_are_told_from_execs(clean_dockerd: Dockerd) -> None:
    async with beside(clean_dockerd) as scene, scene.listening():
        check = ("--health-cmd", "echo  fine; true", "--health-interval", "1s")
        id = clean_dockerd.run("--name", "probed", *check)

        def ended(probe: bool) -> int:
            events = [event for event in scene.journal.of("container", id) if event.action == "exec_die"]
            return sum(scene.journal.probes.is_probe(event) is probe for event in events)

        for number in range(1, 4):
            await scene.cli("exec", "probed", "true")
            await until(lambda number=number: ended(probe=False) >= number)
        await until(lambda: ended(probe=True) >= 3)
        assert ended(probe=False) == 3
        commands = {event.detail for event in scene.journal if scene.journal.probes.is_probe(event) and event.detail}
        assert commands == {"/bin/sh -c echo  fine; true"}

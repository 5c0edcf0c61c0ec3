"""The live mirror and the sampler on a real Engine."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from dockertui.engine import volumes
from dockertui.engine.errors import ErrorKind
from dockertui.live.sampler import Sampler
from dockertui.live.store import LinkState
from tests.engine.dockerd import IMAGE, Dockerd
from tests.engine.half_open import half_open
from tests.engine.watching import PATIENCE, Watch, opened, watching


async def test_what_is_done_elsewhere_shows(clean_dockerd: Dockerd) -> None:
    async with watching(clean_dockerd) as watch:
        mirror = watch.mirror
        identity = await asyncio.to_thread(clean_dockerd.run, "--name=web")
        await watch.until(lambda: identity in mirror.objects("container"))
        for verb, state in (("pause", "paused"), ("unpause", "running"), ("kill", "exited")):
            await watch.cli(verb, "web")
            await watch.until(partial(_is, watch, identity, state))
        await watch.cli("rename", "web", "old")
        await watch.until(lambda: watch.container(identity).name == "old")
        await watch.cli("rm", "old")
        await watch.until(lambda: identity not in mirror.objects("container"))


async def test_a_name_taken_from_an_image_shows_in_its_containers(clean_dockerd: Dockerd) -> None:
    await asyncio.to_thread(clean_dockerd.cli, "tag", IMAGE, "app:1")
    identity = await asyncio.to_thread(clean_dockerd.cli, "create", "app:1", "true")
    async with watching(clean_dockerd) as watch:
        container = watch.container(identity)
        assert container.image == "app:1"
        await watch.cli("commit", identity, "app:1")
        await watch.until(lambda: watch.container(identity).image == container.image_id)
        await watch.cli("tag", IMAGE, "app:1")
        await watch.until(lambda: watch.container(identity).image == "app:1")
        await watch.settled()
        assert await watch.differences() == []


async def test_a_network_connected_to_a_stopped_container_is_found_by_the_reconcile(clean_dockerd: Dockerd) -> None:
    """Docker sends no event for it."""
    identity = await asyncio.to_thread(clean_dockerd.cli, "create", IMAGE, "true")
    await asyncio.to_thread(clean_dockerd.cli, "network", "create", "net")
    async with watching(clean_dockerd, reconcile=0.5) as watch:
        await watch.cli("network", "connect", "net", identity)
        await watch.until(lambda: "net" in [each.network for each in watch.container(identity).networks])


async def test_a_killed_daemon_is_lost_and_comes_back_right(clean_dockerd: Dockerd) -> None:
    await asyncio.to_thread(clean_dockerd.run, "--name=before")
    async with watching(clean_dockerd) as watch:
        known = dict(watch.mirror.objects("container"))
        await asyncio.to_thread(clean_dockerd.kill9)
        try:
            await watch.until(lambda: watch.mirror.link.state is LinkState.LOST)
            assert dict(watch.mirror.objects("container")) == known, "what was known stays"
            assert watch.mirror.link.error is not None
            await watch.until(lambda: watch.mirror.link.error.kind is ErrorKind.REFUSED)  # type: ignore[union-attr]
        finally:
            await asyncio.to_thread(clean_dockerd.start)
        await watch.until(lambda: watch.mirror.link.state is LinkState.LIVE)
        assert [each.state for each in watch.mirror.objects("container").values()] == ["exited"]
        await watch.settled()
        assert await watch.differences() == []


async def test_a_daemon_that_hangs_is_lost_and_comes_back(clean_dockerd: Dockerd) -> None:
    async with watching(clean_dockerd, heartbeat=0.5) as watch:
        await asyncio.to_thread(clean_dockerd.freeze)
        try:
            await watch.until(lambda: watch.mirror.link.state is LinkState.LOST)
            assert watch.mirror.link.error is not None
            assert watch.mirror.link.error.kind is ErrorKind.TIMEOUT
        finally:
            await asyncio.to_thread(clean_dockerd.thaw)
        await watch.until(lambda: watch.mirror.link.state is LinkState.LIVE)
        await watch.settled()
        assert await watch.differences() == []


async def test_a_stream_that_falls_silent_is_noticed(clean_dockerd: Dockerd) -> None:
    """Pings are answered, and the screen said that it is live: the change showed with the next look at everything."""
    async with (
        half_open(clean_dockerd.socket) as relay,
        watching(clean_dockerd, endpoint=relay.endpoint, heartbeat=0.5) as watch,
    ):
        identity = await asyncio.to_thread(clean_dockerd.run, "--name=heard")
        await watch.until(lambda: identity in watch.mirror.objects("container"))
        await asyncio.sleep(5)  # many proofs
        assert watch.asked("/version") == 2, "it was never taken for lost"
        relay.deaf = True
        unheard = await asyncio.to_thread(clean_dockerd.run, "--name=unheard")
        await watch.until(lambda: unheard in watch.mirror.objects("container"))
        await watch.until(lambda: watch.mirror.link.state is LinkState.LOST)
        relay.deaf = False
        await watch.until(lambda: watch.mirror.link.state is LinkState.LIVE)
        await watch.settled()
        assert await watch.differences() == []


async def test_an_idle_engine_is_left_alone_though_health_is_probed(clean_dockerd: Dockerd) -> None:
    health = ("--health-cmd=true", "--health-interval=1s")
    identity = await asyncio.to_thread(clean_dockerd.run, *health)
    async with watching(clean_dockerd) as watch:
        await watch.until(lambda: watch.container(identity).health == "healthy")
        await watch.settled()
        asked, listed, heard = watch.asked(), watch.asked("/json"), watch.events_heard()
        await asyncio.sleep(6)
        assert watch.asked() - asked <= 2, "a heartbeat or two"
        assert watch.asked("/json") == listed
        assert watch.events_heard() == heard, "the probes' events are not even sent"


async def test_a_thousand_events_cost_a_handful_of_lists(clean_dockerd: Dockerd) -> None:
    async with watching(clean_dockerd) as watch:
        before, started = watch.asked("/volumes"), asyncio.get_running_loop().time()
        async with opened(clean_dockerd) as other:
            slots = asyncio.Semaphore(8)

            async def make(number: int) -> None:
                async with slots:
                    await other.request(volumes.create({"Name": f"v{number}"}))
                    await other.request(volumes.remove(f"v{number}"))

            await asyncio.gather(*(make(number) for number in range(500)))
        took = asyncio.get_running_loop().time() - started
        await watch.settled()
        assert await watch.differences() == []
        assert watch.asked("/volumes") - before <= took / 0.1 + 5


async def test_usage_is_sampled_while_it_is_watched(clean_dockerd: Dockerd) -> None:
    busy = await asyncio.to_thread(clean_dockerd.run, command=("sh", "-c", "while :; do :; done"))
    idle = await asyncio.to_thread(clean_dockerd.run)
    async with opened(clean_dockerd) as engine:
        sampled = asyncio.Event()
        sampler = Sampler(engine, period=1.0, on_sample=lambda ids: sampled.set())
        sampler.watch([busy, idle])
        task = asyncio.create_task(sampler.run())
        try:
            async with asyncio.timeout(PATIENCE):
                while any(getattr(sampler.usage.get(each), "cpu", None) is None for each in (busy, idle)):
                    await sampled.wait()
                    sampled.clear()
            assert (sampler.usage[busy].cpu or 0) > 1 > (sampler.usage[idle].cpu or 0)
            assert (sampler.usage[idle].memory or 0) > 0
            await asyncio.to_thread(clean_dockerd.cli, "kill", busy)
            async with asyncio.timeout(PATIENCE):
                while busy in sampler.usage:
                    await sampled.wait()
                    sampled.clear()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert all(request.duration is not None for request in engine.trace), "every stream is closed"


def _is(watch: Watch, identity: str, state: str) -> bool:
    return watch.container(identity).state == state

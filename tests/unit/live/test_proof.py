"""Whether "live" is true: the stream of events is proven, and no list is overdue."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.utils import formatdate
from functools import partial
from typing import Any

import pytest

from dockertui.engine import system
from dockertui.engine.clock import EngineClock
from dockertui.engine.errors import EngineError, ErrorKind, PartlyRead
from dockertui.live.mirror_sync import MirrorSync
from dockertui.live.store import LinkState, Mirror, Source
from tests.unit.live.live_world import EPOCH, World, play, until

NOTICED = 15.0
"""Seconds within which a stream that tells nothing is noticed."""


@pytest.fixture(autouse=True)
def played_events(monkeypatch: pytest.MonkeyPatch) -> None:
    def events(engine: Any, since: Any = None, filters: Any = None, until: Any = None) -> Any:
        return engine.events(engine, since, filters, until)

    monkeypatch.setattr(system, "events", events)


@asynccontextmanager
async def watching(world: World, mirror: Mirror) -> AsyncIterator[MirrorSync]:
    sync = MirrorSync(world.engine(), mirror, rng=random.Random(1))
    task = asyncio.create_task(sync.run())
    try:
        await until(lambda: mirror.link.state is LinkState.LIVE)
        await sync.settled()
        yield sync
    finally:
        assert not task.done(), "the mirror sync died"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("moment", [0.0, 3.0, 7.5, 9.9, 33.3])
def test_a_half_open_stream_is_noticed_and_what_it_kept_back_is_shown(moment: float) -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror):
            await asyncio.sleep(20 + moment)
            world.deaf = True
            world.put("thing", "unheard")
            began = now()
            await until(lambda: "unheard" in mirror.objects("thing"))
            assert now() - began <= NOTICED
            await until(lambda: mirror.link.state is LinkState.LOST)
            assert now() - began <= NOTICED
            assert "stream of events" in str(mirror.link.error)
            world.deaf = False
            await until(lambda: mirror.link.state is LinkState.LIVE)

    play(test())


def test_an_engine_without_events_stays_live_at_twelve_requests_a_minute() -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror):
            world.pinged.clear()
            world.asked_past.clear()
            await asyncio.sleep(600)
            assert len(world.pinged) + len(world.asked_past) <= 120
            assert 50 <= len(world.asked_past) <= 60
            assert len(world.opened) == 1

    play(test())


def test_an_engine_that_tells_its_events_stays_live() -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror):
            for number in range(200):
                world.put("thing", str(number % 7), state=str(number))
                await asyncio.sleep((number * 7) % 23)
            assert len(world.opened) == 1, "it was never taken for lost"

    play(test())


def test_a_flood_beyond_what_the_engine_remembers_proves_nothing() -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror):
            for _ in range(20):
                for number in range(3000):
                    world.put("thing", str(number % 9), state=str(number))
                await asyncio.sleep(9.5)
            assert len(world.opened) == 1

    play(test())


def test_lists_do_not_put_the_proof_off() -> None:
    """Replies to other requests show that the Engine is there, not that the stream is."""

    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror) as sync:
            await asyncio.sleep(20)
            world.deaf = True
            world.put("thing", "a")
            began = now()
            while mirror.link.state is LinkState.LIVE:
                sync._heard()
                await asyncio.sleep(1)
            assert now() - began <= NOTICED

    play(test())


@pytest.mark.parametrize(
    "error",
    [EngineError(ErrorKind.UNAUTHORIZED, "no history", status=403), EngineError(ErrorKind.SERVER, "oh", status=500)],
)
def test_where_the_question_is_refused_pings_do(error: EngineError) -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        world.past_error = error
        async with watching(world, mirror):
            world.pinged.clear()
            await asyncio.sleep(600)
            assert mirror.link.state is LinkState.LIVE
            assert len(world.asked_past) <= 3
            assert 100 <= len(world.pinged) <= 120

    play(test())


@pytest.mark.parametrize("ahead", [-1200.0, -3.0, 0.0, 0.4, 3.0, 1200.0])
def test_it_is_proven_by_the_engines_clock(ahead: float) -> None:
    """A client whose clock is wrong neither takes the stream for dead nor misses that it is."""

    async def test() -> None:
        world = World("thing")
        local = world.now
        clock = EngineClock(lambda: local() + ahead)
        mirror = Mirror([world.source("thing")], clock=clock)
        sent = clock.local()
        clock.heard(_date(int(world.now())), sent, clock.local())
        async with watching(world, mirror):
            for number in range(10):
                world.put("thing", str(number))
                await asyncio.sleep(7)
            assert len(world.opened) == 1
            world.deaf = True
            world.put("thing", "unheard")
            began = now()
            await until(lambda: mirror.link.state is LinkState.LOST)
            assert now() - began <= NOTICED

    play(test())


def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


# lists


@pytest.mark.parametrize("takes", [0.5, 5.0, 20.0])
def test_a_change_waits_for_no_longer_than_a_list_takes(takes: float) -> None:
    """Until it is asked for: then that list has to come, too."""

    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        world.put("thing", "a", state="0")

        def shows(state: str) -> bool:
            return bool(mirror.objects("thing")["a"].state == state)

        async with watching(world, mirror) as sync:
            world.list_takes = takes
            for number in range(1, 12):
                world.put("thing", "a", state=str(number))
                told = now()
                await until(partial(shows, str(number)), takes / 50)
                assert now() - told <= 2.02 * takes + 0.2
                await asyncio.sleep(number * takes / 5)
            await sync.settled()

    play(test())


def test_what_is_behind_is_known() -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror) as sync:
            assert sync.oldest_unread_age() == 0.0
            world.list_takes = 8.0
            world.put("thing", "a")
            await asyncio.sleep(5)
            assert sync.oldest_unread_age() == pytest.approx(5, abs=0.1)
            await asyncio.sleep(4)
            assert sync.oldest_unread_age() == 0.0

    play(test())


def test_a_slow_look_at_what_nobody_changed_is_not_behind() -> None:
    async def test() -> None:
        world = World("thing")
        mirror = world.mirror()
        async with watching(world, mirror) as sync:
            world.list_takes = 5.0
            for _ in range(200):
                await asyncio.sleep(0.5)
                assert sync.oldest_unread_age() == 0.0

    play(test())


def test_entries_that_cannot_be_read_stay_and_are_asked_for_again() -> None:
    """What vanished without a word came back only with the reconcile, a minute later."""

    async def test() -> None:
        world = World("thing")
        plain, broken = world.source("thing"), False

        async def ls(engine: Any, ids: Any) -> list[Any]:
            found = await plain.ls(engine, ids)
            if broken:
                raise PartlyRead("1 of 2 things cannot be read", [thing for thing in found if thing.id != "b"])
            return found

        source: Source[Any] = plain._replace(ls=ls)
        mirror = Mirror([source], clock=world.now)
        world.put("thing", "a", "b", tell=False)
        async with watching(world, mirror):
            broken = True
            world.put("thing", "a", "b", state="new")
            await until(lambda: mirror.error("thing") is not None)
            assert {id: thing.state for id, thing in mirror.objects("thing").items()} == {"a": "new", "b": ""}
            await asyncio.sleep(20)
            broken = False
            began = now()
            await until(lambda: mirror.objects("thing")["b"].state == "new")
            assert now() - began <= 10.1
            assert mirror.error("thing") is None

    play(test())


# the clock


def test_the_clock_is_this_machines_as_long_as_that_is_possible() -> None:
    clock = EngineClock(lambda: EPOCH + 0.3)
    clock.heard(_date(int(EPOCH)), EPOCH + 0.1, EPOCH + 0.3)
    assert clock.offset == 0.0
    clock.heard(None, EPOCH, EPOCH)
    clock.heard("yesterday", EPOCH, EPOCH)
    assert clock.offset == 0.0


@pytest.mark.parametrize("ahead", [1200.4, -1200.4, 2.0, -7.7])
def test_the_clock_comes_closer_with_every_reply(ahead: float) -> None:
    clock = EngineClock(lambda: EPOCH)
    rng = random.Random(1)
    for _ in range(100):
        sent = EPOCH + rng.random() * 10
        written = sent + rng.random() * 0.05
        clock.heard(_date(int(written + ahead)), sent, written + rng.random() * 0.05)
        assert clock.earliest <= EPOCH + ahead <= clock.latest
    assert clock.offset == pytest.approx(ahead, abs=0.5)
    assert clock.latest - clock.earliest < 0.3


def test_a_clock_that_was_set_is_followed() -> None:
    clock = EngineClock(lambda: EPOCH)
    clock.heard(_date(int(EPOCH) + 1200), EPOCH, EPOCH)
    assert clock.offset == pytest.approx(1200, abs=1)
    clock.heard(_date(int(EPOCH)), EPOCH, EPOCH)
    assert clock.offset == 0.0

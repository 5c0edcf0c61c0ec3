"""The mirror sync: what it asks an Engine for, when, and what the mirror then holds and says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from dockertui.engine import system
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Version
from dockertui.live.event_coverage import EVERYTHING, LISTS, Gap
from dockertui.live.journal import Journal
from dockertui.live.mirror_sync import MirrorSync
from dockertui.live.store import Link, LinkState, Mirror
from tests.unit.live.live_world import World, event, lost, play, until

LIVE, LOST, CONNECTING = LinkState.LIVE, LinkState.LOST, LinkState.CONNECTING


@pytest.fixture(autouse=True)
def played_events(monkeypatch: pytest.MonkeyPatch) -> None:
    def events(engine: Any, since: Any = None, filters: Any = None, until: Any = None) -> Any:
        return engine.events(engine, since, filters, until)

    monkeypatch.setattr(system, "events", events)


@asynccontextmanager
async def watching(world: World, mirror: Mirror, **options: Any) -> AsyncIterator[MirrorSync]:
    sync = MirrorSync(world.engine(), mirror, rng=random.Random(1), **options)
    task = asyncio.create_task(sync.run())
    try:
        yield sync
    finally:
        assert not task.done(), "the mirror sync died"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert world.streams == 0, "a stream was left open"


def scene(*kinds: str) -> tuple[World, Mirror, list[Link]]:
    world, links = World(*(kinds or ("thing",))), list[Link]()
    mirror = world.mirror()
    mirror.subscribe_link(links.append)
    return world, mirror, links


def equal(world: World, mirror: Mirror) -> bool:
    return all(dict(mirror.objects(kind)) == things for kind, things in world.things.items())


def now() -> float:
    return asyncio.get_running_loop().time()


def test_lists_everything_at_once_and_again_when_the_stream_opens() -> None:
    async def test() -> None:
        world, mirror, links = scene("one", "two")
        world.put("one", "a")
        async with watching(world, mirror) as sync:
            await until(lambda: mirror.link.state is LIVE)
            assert [asked.at for asked in world.asked] == [0.0, 0.0]
            await sync.settled()
            assert world.lists("one") == world.lists("two") == [None, None]
            assert equal(world, mirror)
        assert [link.state for link in links] == [LIVE]

    play(test())


def test_what_happens_between_the_list_and_the_subscription_is_seen() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.headers_take = 0.05
        async with watching(world, mirror) as sync:
            await until(lambda: mirror.loaded("thing"))
            world.put("thing", "unheard of", tell=False)
            await sync.settled()
            await until(lambda: equal(world, mirror))
            assert now() < 1

    play(test())


def test_late_headers_delay_nothing() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.put("thing", "a")
        world.headers_take = 3600
        async with watching(world, mirror):
            await until(lambda: mirror.link.state is LIVE)
            assert equal(world, mirror)
            assert now() < 0.1

    play(test())


def test_a_mirror_that_was_filled_before_is_listed_once() -> None:
    """What the program listed before the mirror sync began is on the screen; nothing is gained by asking twice."""

    async def test() -> None:
        world, mirror, _ = scene()
        mirror.replace("thing", [])
        async with watching(world, mirror) as sync:
            await sync.settled()
            assert world.lists("thing") == [None]

    play(test())


def test_events_are_never_data() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.put("thing", "a", "b")
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.send(event("a", "destroy"))
            world.send(event("ghost", "create"))
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_dirty_objects_are_read_together_once_and_confirmed_once() -> None:
    async def test() -> None:
        world, mirror, _ = scene("thing", "other")
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            started = now()
            world.put("thing", "a", "b", "c", state="running")
            await sync.settled()
            assert equal(world, mirror)
            assert world.lists("thing") == [frozenset("abc")] * 2
            assert world.lists("other") == []
            first, second = (asked.at - started for asked in world.asked)
            assert first == pytest.approx(0.1)
            assert second == pytest.approx(1.1, abs=0.01)

    play(test())


def test_a_change_that_shows_after_its_event_is_found() -> None:
    """Docker tells `pause` before its list holds it."""

    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.send(event("a", "pause"))
            await asyncio.sleep(0.5)
            world.put("thing", "a", state="paused", tell=False)
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_more_than_fifty_are_asked_for_by_a_full_list() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            world.put("thing", *(str(number) for number in range(50)))
            await sync.settled()
            assert [len(ids or ()) for ids in world.lists("thing")] == [50, 50]
            world.asked.clear()
            world.put("thing", *(str(number) for number in range(51)))
            await sync.settled()
            assert world.lists("thing") == [None, None]
            assert equal(world, mirror)

    play(test())


def test_a_burst_of_a_thousand_events_costs_a_handful_of_lists() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            for number in range(1000):
                world.put("thing", str(number % 300), state=str(number))
                if number % 100 == 0:
                    await asyncio.sleep(0.02)
            await sync.settled()
            assert equal(world, mirror)
            assert len(world.asked) <= 5

    play(test())


def test_an_endless_storm_is_asked_about_at_most_each_settle() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            for number in range(1000):
                world.put("thing", "a", state=str(number))
                await asyncio.sleep(0.01)
            gaps = [later.at - earlier.at for earlier, later in zip(world.asked, world.asked[1:], strict=False)]
            assert min(gaps) >= 0.099
            assert len(world.asked) > 50, "the mirror follows while it lasts"

    play(test())


def test_an_engine_that_lists_slowly_is_asked_for_one_list_after_the_other() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.list_takes = 0.5
            world.asked.clear()
            for number in range(1000):
                world.put("thing", "a", state=str(number))
                await asyncio.sleep(0.01)
            assert len(world.asked) <= 17
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_change_during_a_list_is_read_after_it() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror, confirm=0.001) as sync:
            await sync.settled()
            world.list_takes = 2.0
            world.put("thing", "a", state="old")
            await until(lambda: world.lists("thing")[-1] == frozenset("a"))
            world.put("thing", "a", state="new")
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_two_lists_of_a_kind_never_overlap() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.list_takes = 0.3
        async with watching(world, mirror) as sync:
            for number in range(50):
                world.put("thing", "a", state=str(number))
                await asyncio.sleep(0.05)
            await sync.settled()
            gaps = [later.at - earlier.at for earlier, later in zip(world.asked, world.asked[1:], strict=False)]
            assert min(gaps) >= 0.3

    play(test())


def test_an_event_that_touches_nothing_asks_nothing() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            for _ in range(100):
                world.send(event("a", "exec_create", kind="stranger"))
            await asyncio.sleep(2)
            assert world.asked == []

    play(test())


def test_an_idle_minute_asks_next_to_nothing() -> None:
    async def test() -> None:
        world, mirror, _ = scene("one", "two", "three", "four")
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            world.pinged.clear()
            await asyncio.sleep(60)
            assert len(world.pinged) <= 12
            assert len(world.asked) <= 4

    play(test())


def test_reconcile_finds_changes_without_events() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.put("thing", "silent", tell=False)
            await asyncio.sleep(59)
            assert not equal(world, mirror)
            await asyncio.sleep(2)
            assert equal(world, mirror)

    play(test())


def test_events_do_not_put_the_reconcile_off() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.put("thing", "silent", tell=False)
            for number in range(700):
                world.put("thing", "busy", state=str(number))
                await asyncio.sleep(0.1)
            assert "silent" in mirror.objects("thing")

    play(test())


def test_a_machine_that_slept_lists_at_once() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.put("thing", "overnight", tell=False)
            world.pinged.clear()
            world.slept = 8 * 3600
            await asyncio.sleep(5.5)
            assert equal(world, mirror)
            assert world.pinged

    play(test())


def test_a_pause_of_the_program_alone_is_no_sleep() -> None:
    """The clock must have moved by more than a beat: a slow machine is not taken for a sleeping one."""

    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.asked.clear()
            world.slept = 1.0
            await asyncio.sleep(10)
            assert world.asked == []

    play(test())


def test_a_broken_stream_keeps_the_data_and_says_so() -> None:
    async def test() -> None:
        world, mirror, links = scene()
        world.put("thing", "a")
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.die(lost())
            await until(lambda: mirror.link.state is LOST)
            assert equal(world, mirror)
            assert mirror.link.error is not None
            assert mirror.link.error.kind is ErrorKind.LOST
            assert mirror.link.retry_at is not None
            assert world.now() <= mirror.link.retry_at <= world.now() + 0.1
            world.down = None
            world.put("thing", "meanwhile", tell=False)
            del world.things["thing"]["a"]
            await until(lambda: mirror.link.state is LIVE)
            assert equal(world, mirror), "live again means right again"
        states = [link.state for link in links]
        assert (states[0], states[1], states[-1]) == (LIVE, LOST, LIVE)

    play(test())


@pytest.mark.parametrize("end", [None, ValueError("gibberish"), ConnectionResetError("reset")])
def test_any_end_of_the_stream_is_a_loss(end: BaseException | None) -> None:
    async def test() -> None:
        world, mirror, links = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.send(end)
            await until(lambda: mirror.link.state is LOST)
            await until(lambda: mirror.link.state is LIVE)
            error = next(link.error for link in links if link.state is LOST)
            assert error is not None
            assert error.kind is (ErrorKind.LOST if end is None else ErrorKind.PROTOCOL)
            world.put("thing", "after")
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_a_cancellation_from_inside_is_a_loss_too() -> None:
    """A library may raise it for a connection it closed; the mirror must not go on saying live and hear nothing."""

    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.send(asyncio.CancelledError())
            await until(lambda: mirror.link.state is LOST)
            await until(lambda: mirror.link.state is LIVE)

    play(test())


def test_backoff_doubles_up_to_ten_seconds() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.down = EngineError(ErrorKind.NO_SOCKET, "no socket")
        async with watching(world, mirror):
            await asyncio.sleep(100)
            gaps = [later - earlier for earlier, later in zip(world.opened, world.opened[1:], strict=False)]
            for number, gap in enumerate(gaps):
                longest = min(10.0, 0.1 * 2**number)
                assert longest / 2 <= gap <= longest
            assert len(gaps) > 10
            assert len({round(gap, 3) for gap in gaps[7:]}) > 1, "not in step with others"

    play(test())


def test_since_is_the_moment_of_the_loss_through_all_attempts() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            await asyncio.sleep(30)
            lost_at = world.now()
            world.die(lost())
            await asyncio.sleep(60)
            assert mirror.link.state is LOST
            assert mirror.link.since == pytest.approx(lost_at, abs=0.01)
            world.down = None
            await until(lambda: mirror.link.state is LIVE)
            assert mirror.link.since == pytest.approx(world.now(), abs=0.2)

    play(test())


def test_the_wait_can_be_cut_short() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.down = EngineError(ErrorKind.REFUSED, "refused")
        async with watching(world, mirror) as sync:
            await asyncio.sleep(60)
            world.down = None
            started = now()
            sync.retry_now()
            await until(lambda: mirror.link.state is LIVE)
            assert now() - started < 0.1

    play(test())


def test_a_restart_loop_is_not_hammered() -> None:
    """Each connection lives for a moment: the delays grow all the same."""

    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror):
            for _ in range(1200):
                world.send(None)
                await asyncio.sleep(0.1)
            assert len(world.opened) < 25

    play(test())


def test_backoff_resets_after_a_healthy_connection() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.down = lost()
        async with watching(world, mirror):
            await asyncio.sleep(60)
            world.down = None
            await asyncio.sleep(60)
            started = now()
            world.send(None)
            await until(lambda: mirror.link.state is LOST)
            await until(lambda: mirror.link.state is LIVE)
            assert now() - started < 0.5

    play(test())


def test_an_engine_that_hangs_is_noticed_and_taken_back() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.put("thing", "a")
        async with watching(world, mirror) as sync:
            await sync.settled()
            await asyncio.sleep(20)
            world.hangs = True
            started = now()
            await until(lambda: mirror.link.state is LOST)
            assert now() - started <= 8.1
            assert mirror.link.error is not None
            assert mirror.link.error.kind is ErrorKind.TIMEOUT
            assert equal(world, mirror)
            world.hangs = False
            await until(lambda: mirror.link.state is LIVE)

    play(test())


def test_active_engine_is_not_pinged() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.pinged.clear()
            for _ in range(600):
                world.send(event("a", kind="stranger"))
                await asyncio.sleep(0.1)
            assert world.pinged == []

    play(test())


def test_a_kind_that_fails_leaves_the_others_alone() -> None:
    async def test() -> None:
        world, mirror, links = scene("one", "two")
        world.put("one", "a")
        world.put("two", "b")
        world.broken["two"] = EngineError(ErrorKind.NOT_FOUND, "page not found", status=404)
        async with watching(world, mirror) as sync:
            await until(lambda: mirror.link.state is LIVE)
            assert mirror.objects("one").keys() == {"a"}
            assert not mirror.loaded("two")
            assert str(mirror.error("two")) == "page not found"
            await asyncio.sleep(60)
            assert len(world.lists("two")) < 20
            del world.broken["two"]
            sync.retry_now()
            await sync.settled()
            assert equal(world, mirror)
            assert mirror.error("two") is None
        assert [link.state for link in links] == [LIVE]

    play(test())


def test_where_nothing_can_be_read_the_link_says_why() -> None:
    async def test() -> None:
        world, mirror, links = scene("one", "two")
        forbidden = EngineError(ErrorKind.UNAUTHORIZED, "the proxy forbids it", status=403)
        world.broken.update(one=forbidden, two=forbidden)
        async with watching(world, mirror):
            await asyncio.sleep(60)
            assert {link.state for link in links} == {LOST}
            assert mirror.link.error is forbidden
            assert len(world.asked) < 40
            world.broken.clear()
            await until(lambda: mirror.link.state is LIVE)

    play(test())


def test_forbidden_ping_counts_as_an_answer() -> None:
    async def test() -> None:
        world, mirror, links = scene()
        world.ping_error = EngineError(ErrorKind.UNAUTHORIZED, "no pings here", status=403)
        async with watching(world, mirror):
            await asyncio.sleep(60)
            assert world.pinged
            assert [link.state for link in links] == [LIVE]
            world.ping_error = EngineError(ErrorKind.SERVER, "no server is available", status=503)
            await until(lambda: mirror.link.state is LOST)

    play(test())


def test_failed_list_keeps_objects_and_is_retried() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        world.put("thing", "a")
        async with watching(world, mirror) as sync:
            await sync.settled()
            world.broken["thing"] = KeyError("Id")
            world.put("thing", "b")
            await until(lambda: mirror.error("thing") is not None)
            assert mirror.objects("thing").keys() == {"a"}
            assert mirror.error("thing").kind is ErrorKind.PROTOCOL  # type: ignore[union-attr]
            world.broken.clear()
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def test_podman_is_not_sent_the_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(podman: bool) -> object:
        world, mirror, _ = scene()
        open_docker = world.open

        async def open_as() -> Any:
            await open_docker()
            components = [{"Name": "Podman Engine"}] if podman else []
            return Version.from_json({"Components": components})

        monkeypatch.setattr(world, "open", open_as)
        async with watching(world, mirror, filters={"type": ["thing"]}) as sync:
            await sync.settled()
        return world.filters

    assert play(test(podman=False)) == {"type": ["thing"]}
    assert play(test(podman=True)) is None


def test_the_mirror_knows_the_version_that_came_back() -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        async with watching(world, mirror) as sync:
            await sync.settled()
            assert mirror.version is not None
            assert mirror.version.engine == "1.0"

    play(test())


@pytest.mark.parametrize("seed", range(20))
def test_when_events_have_settled_the_mirror_equals_the_engine(seed: int) -> None:
    """Whatever changes, breaks, hangs and returns, in whatever order."""

    async def test() -> None:
        rng = random.Random(seed)
        world, mirror, _ = scene("one", "two")
        world.list_takes = rng.choice([0.0, 0.01, 0.2])
        async with watching(world, mirror) as sync:
            for _ in range(300):
                rng.choice(_moves(world, rng))()
                await asyncio.sleep(rng.choice([0, 0, 0.01, 0.1, 1]))
            world.down, world.hangs = None, False
            world.broken.clear()
            await until(lambda: mirror.link.state is LIVE)
            sync.retry_now()
            await sync.settled()
            assert equal(world, mirror)

    play(test())


def _moves(world: World, rng: random.Random) -> list[Callable[[], None]]:
    kind, identity = rng.choice(["one", "two"]), rng.choice("abcdefgh")

    def drop() -> None:
        if identity in world.things[kind]:
            world.drop(kind, identity)

    def prune() -> None:
        world.things[kind].clear()
        world.send(event("", "prune", kind))

    def recover() -> None:
        world.down, world.hangs = None, False
        world.broken.clear()

    changes = [lambda: world.put(kind, identity, state=str(rng.random())), drop] * 8
    troubles = [
        lambda: world.die(lost()),
        lambda: world.send(None),
        lambda: setattr(world, "hangs", True),
        lambda: world.broken.update({kind: lost("the list broke")}),
    ]
    return [*changes, prune, *troubles, recover, recover, recover]


@pytest.mark.parametrize(
    ("filters", "scope", "partly"),
    [({"type": ["thing"]}, LISTS, [Gap(5, None, True)]), (None, EVERYTHING, [])],
)
def test_received_events_are_recorded_in_the_journal_with_their_scope(
    filters: Any, scope: str, partly: list[Gap]
) -> None:
    async def test() -> None:
        world, mirror, _ = scene()
        journal = Journal()
        async with watching(world, mirror, filters=filters, journal=journal):
            await until(lambda: mirror.link.state is LIVE)
            world.send(event("a")._replace(time_ns=5))
            await until(lambda: len(journal) == 1)
            assert journal.coverage.gaps() == [Gap(None, 5, False), *partly]
        left = journal.coverage.last_ended(scope)
        assert left is not None
        assert left.last == event("a")._replace(time_ns=5)

    play(test())

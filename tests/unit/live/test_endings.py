"""Why containers ended: when the Engine is asked, how much at once, and what is never claimed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container, Event
from dockertui.live.endings import Ending, Endings
from dockertui.live.journal import Journal
from dockertui.live.store import Link, LinkState, Mirror
from dockertui.resources.registry import SOURCES
from tests.unit.live.live_world import EPOCH, play, until


def listed(id: str, status: str, state: str = "exited") -> Container:
    return Container.from_json({"Id": id, "Names": [f"/{id}"], "State": state, "Status": status}, EPOCH)


def inspected(status: str = "exited", code: int = 137, at: float = EPOCH - 30, **state: Any) -> dict[str, Any]:
    """A reply; `restarts` is its RestartCount, the rest goes into its State."""
    restarts = state.pop("restarts", 0)
    finished = datetime.fromtimestamp(at, UTC).isoformat()
    return {"RestartCount": restarts, "State": {"Status": status, "ExitCode": code, "FinishedAt": finished, **state}}


def event(id: str, action: str, at: float = EPOCH, **attributes: str) -> Event:
    return Event("container" if id else "network", action, "", id, attributes, int(at * 1e9), "local")


class World:
    """An Engine that replies to inspections."""

    def __init__(self) -> None:
        self.replies: dict[str, Mapping[str, Any]] = {}
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.told: list[str] = []
        self.mirror = Mirror(SOURCES, clock=lambda: EPOCH)
        self.journal = Journal()
        self.endings = Endings(cast(Engine, self), self.mirror, self.journal, self.told.append)

    async def get_object(self, call: Call) -> Mapping[str, Any]:
        id = call.path.split("/")[2]
        self.asked.append(id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        if id not in self.replies:
            raise EngineError(ErrorKind.NOT_FOUND, "no such container", status=404)
        return self.replies[id]

    def lists(self, *items: Container) -> None:
        self.mirror.replace("container", items)
        self.endings.watch([item.id for item in items])

    def of(self, id: str) -> Ending | None:
        item = self.mirror.get("container", id)
        assert item is not None
        return self.endings.of(item)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    made = World()
    made.mirror.set_link(Link(LinkState.LIVE, EPOCH))
    task = asyncio.create_task(made.endings.run())
    try:
        yield made
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


OOM = listed("one", "Exited (137) 30 seconds ago")


def test_an_unclear_end_is_asked_about_once() -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = inspected(OOMKilled=True)
            made.lists(OOM, listed("fine", "Exited (0) 2 hours ago"), listed("up", "Up 2 hours", "running"))
            await until(lambda: made.told)
            assert made.asked == ["one"]
            found = made.of("one")
            assert found is not None
            assert found.oom
            made.lists(OOM)
            await asyncio.sleep(60)
            assert made.asked == ["one"]
            assert made.endings.idle

    play(test())


def test_only_what_is_watched_is_asked_about() -> None:
    async def test() -> None:
        async with world() as made:
            made.lists(OOM)
            made.endings.watch([])
            await asyncio.sleep(60)
            assert not made.asked

    play(test())


def test_two_hundred_ends_at_once_are_asked_about_in_turn() -> None:
    async def test() -> None:
        async with world() as made:
            made.lists(*[listed(f"c{n}", "Exited (137) 30 seconds ago") for n in range(200)])
            await asyncio.sleep(1.5)
            assert 0 < len(made.asked) <= 15
            made.endings.watch([f"c{n}" for n in range(190, 200)])
            before = len(made.asked)
            await asyncio.sleep(60)
            assert len(made.asked) == before + 10, "what has left the screen is not asked about"
            assert made.most_at_once == 1

    play(test())


def test_failed_start_is_found_by_the_event_of_the_network() -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = inspected("created", 0)
            made.lists(listed("one", "Created", "created"))
            await until(lambda: made.endings.idle)
            made.replies["one"] = inspected("created", 127, Error="exec: no such file")
            made.journal.take(event("", "disconnect", container="one"))
            await until(lambda: (found := made.of("one")) and found.error)
            assert made.asked == ["one", "one"]

    play(test())


@pytest.mark.parametrize(
    "reply",
    [
        inspected(code=137, at=EPOCH - 600, OOMKilled=True),
        inspected(code=1, OOMKilled=True),
        inspected("running", 0, OOMKilled=True),
    ],
    ids=["another end", "another code", "runs again"],
)
def test_an_inspection_of_another_end_is_not_used(reply: Mapping[str, Any]) -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = reply
            made.lists(OOM)
            await until(lambda: made.told)
            assert made.of("one") is None

    play(test())


def test_no_oom_kill_is_claimed_for_one_that_was_killed() -> None:
    async def test() -> None:
        async with world() as made:
            made.journal.take(event("one", "kill", EPOCH - 31, signal="9"))
            made.replies["one"] = inspected(OOMKilled=True)
            made.lists(OOM)
            await until(lambda: made.told)
            found = made.of("one")
            assert found is not None
            assert not found.oom

    play(test())


def test_a_new_end_is_asked_about_anew_and_the_old_one_forgotten() -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = inspected(OOMKilled=True)
            made.lists(OOM)
            await until(lambda: made.of("one"))
            made.replies["one"] = inspected()
            made.journal.take(event("one", "start"))
            assert made.of("one") is None
            made.journal.take(event("one", "die", exitCode="137"))
            await until(lambda: (found := made.of("one")) and not found.oom)
            made.journal.take(event("one", "die", EPOCH - 3600, exitCode="137"))
            await asyncio.sleep(60)
            assert made.asked == ["one", "one"], "an event of the past changes nothing"

    play(test())


def test_restart_count_stays_until_it_is_asked_for_again() -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = inspected("restarting", 1, restarts=4)
            made.lists(listed("one", "Restarting (1) 2 seconds ago", "restarting"))
            await until(lambda: made.of("one"))
            for n in range(20):
                assert made.journal.take(event("one", "start", EPOCH + n))
                assert made.journal.take(event("one", "die", EPOCH + n + 0.1, exitCode="1"))
                assert made.of("one") is not None
                await asyncio.sleep(0.1)
            assert 1 < len(made.asked) <= 3, "one that restarts ten times a second is asked about every two"
            made.journal.take(event("one", "kill", signal="15"))
            assert made.of("one") is None, "somebody begins a new count"

    play(test())


def test_all_is_asked_again_after_a_lost_connection_and_nothing_meanwhile() -> None:
    async def test() -> None:
        async with world() as made:
            made.lists(OOM)
            await until(lambda: made.asked)
            made.mirror.set_link(Link(LinkState.LOST, EPOCH))
            await asyncio.sleep(60)
            assert made.asked == ["one"], "a refusal is an answer"
            made.replies["one"] = inspected(OOMKilled=True)
            made.mirror.set_link(Link(LinkState.LIVE, EPOCH))
            await until(lambda: made.of("one"))

    play(test())


def test_no_error_ends_the_questions(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with world() as made:

            def fail(id: str) -> None:
                raise RuntimeError("a widget that is gone")

            made.endings._tell = fail
            made.replies["one"] = inspected(OOMKilled=True)
            made.replies["two"] = cast(Any, 5)  # no mapping at all
            made.lists(OOM, listed("two", "Exited (137) 30 seconds ago"), listed("three", "Created", "created"))
            await until(lambda: made.endings.idle)
            assert made.asked == ["one", "two", "three"]
            assert made.of("one") is not None

    play(test())
    assert "a widget that is gone" in caplog.text


def test_a_removed_container_is_forgotten() -> None:
    async def test() -> None:
        async with world() as made:
            made.replies["one"] = inspected(OOMKilled=True)
            made.lists(OOM)
            await until(lambda: made.of("one"))
            made.lists()
            assert not any(made.endings._tables)

    play(test())
